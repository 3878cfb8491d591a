"""``trackaudit merge``."""

from __future__ import annotations

import sys
from typing import Any

import click

from trackaudit.commands import TRACEBACK, reporting
from trackaudit.terminal import Problem, guarded, outputs_of, write_all


@click.command()
@click.argument("reports", nargs=-1, required=True, metavar="REPORT...")
@reporting
@TRACEBACK
def merge(reports: tuple[str, ...], **options: Any) -> None:
    """Join JSON reports of `trackaudit check` into one: of all shards, or of several packages.

    What a profile shows and what a run fails for was decided where each report was made.

    \b
    Exit codes:
      0  no report holds a finding that its run failed for, or --exit-zero
      1  one does
      2  usage error, a report that cannot be read, a shard that is missing, or a file that a run could not read
    """
    sys.exit(guarded(lambda: _merge(reports, options), options["traceback"]))


def _merge(reports: tuple[str, ...], options: dict[str, Any]) -> int:
    from trackaudit.report import exit_code
    from trackaudit.report.merged import MergeError, merged

    outputs = outputs_of(options["formats"], options["output"])
    try:
        view = merged(reports)
    except MergeError as error:
        raise Problem(str(error)) from None
    write_all(view, outputs)
    return exit_code(view, options["exit_zero"])
