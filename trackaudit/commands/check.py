"""``trackaudit check``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from trackaudit.commands import reading, reporting
from trackaudit.findings import SEVERITIES
from trackaudit.terminal import (
    Problem,
    Progress,
    guarded,
    outputs_of,
    requests_of,
    show_fixes,
    write_all,
)

if TYPE_CHECKING:
    from trackaudit.run import Report
    from trackaudit.shard import Shard


@click.command()
@click.argument("paths", nargs=-1)
@reporting
@click.option(
    "--profile",
    type=click.Choice(("default", "strict")),
    help="strict shows everything, notes and less certain findings included.",
)
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Exit with 1 from this severity on (default: warning).")
@click.option(
    "--select", multiple=True, metavar="NAME", help="Only these rules, categories or SDKs. Repeatable; adds to the configuration."
)
@click.option(
    "--deselect",
    multiple=True,
    metavar="NAME",
    help="Not these rules, categories or SDKs. Repeatable; adds to the configuration.",
)
@click.option("--stdin-filename", metavar="FILE", help="With PATH '-': the file that standard input stands for.")
@click.option("--show-suppressed", is_flag=True, help="List suppressed findings too.")
@click.option(
    "--explain-unresolved", is_flag=True, help="List the set-ups, options and sends that could not be evaluated, and why."
)
@click.option("--no-history", is_flag=True, help="Do not ask git since when a switch is as it is.")
@click.option(
    "--baseline", "baseline_file", metavar="FILE", help="The findings that are known (default: trackaudit-baseline.jsonl)."
)
@click.option("--no-baseline", is_flag=True, help="Report the findings of the baseline too.")
@click.option("--since", metavar="REV", help="Only what the change since REV brings or touches, as a pull request means it.")
@click.option("--staged", is_flag=True, help="Only what is staged for the next commit.")
@click.option(
    "--shard", metavar="K/N", help="Report share K of N of the files, such as 2/5; `trackaudit merge` joins the reports."
)
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until interrupted.")
@click.option("--fix", is_flag=True, help="Mend what can be mended: set masks, switch capture off. Reports what is left.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "--unsafe-fixes", is_flag=True, help="Let --fix and --diff make changes too that may change what else the code does."
)
@click.option(
    "--now", metavar="DATE", help="The day that suppression dates are compared with (default: SOURCE_DATE_EPOCH, else today)."
)
@reading
def check(paths: tuple[str, ...], **options: Any) -> None:
    """Audit PATHS: files or folders, by default the current one; '-' reads standard input.

    \b
    Exit codes:
      0  nothing at or above --fail-on, or --exit-zero
      1  findings at or above --fail-on
      2  usage or configuration error, or a file that could not be read
    """
    run = _watch if options["watch"] else _check
    sys.exit(guarded(lambda: run(paths, options), options["traceback"]))


def _watch(paths: tuple[str, ...], options: dict[str, Any]) -> int:
    """Check at once, and again after every change."""
    try:
        from watchfiles import watch
    except ModuleNotFoundError:
        raise Problem("--watch needs watchfiles: pip install 'trackaudit-lint[watch]'") from None
    if options["fix"] or "-" in paths:
        raise click.UsageError("--watch does not go with --fix or standard input")
    import gc

    gc.enable()  # unlike a run of a command, it stays
    roots = [request.root for request in requests_of(paths, options)]
    code = _check(paths, options)
    for _ in watch(*roots, raise_interrupt=False):
        click.clear()
        code = _check(paths, options)
    return code


def _check(paths: tuple[str, ...], options: dict[str, Any]) -> int:
    from trackaudit.report import exit_code, view_of

    outputs = outputs_of(options["formats"], options["output"])
    if options["staged"] and options["since"] is not None:
        raise click.UsageError("--staged compares with HEAD, so it does not go with --since")
    shard = _shard(options)
    if options["fix"] or options["diff"]:
        if options["staged"] or options["since"] is not None or "-" in paths:
            raise click.UsageError("--fix and --diff go with whole files, not with --since, --staged or standard input")
        reports = _mend(paths, options)
    else:
        reports = _audit(paths, options)
    if shard is not None:
        from trackaudit.shard import share_of

        reports = [share_of(report, shard) for report in reports]
    view = view_of(reports, options["show_suppressed"], options["explain_unresolved"], str(shard or ""))
    if not options["diff"]:
        write_all(view, outputs)
    return exit_code(view, options["exit_zero"])


def _shard(options: dict[str, Any]) -> Shard | None:
    """The share that is asked for, if not the whole."""
    if options["shard"] is None:
        return None
    from trackaudit.shard import ShardError, parse

    if options["fix"] or options["diff"]:
        raise click.UsageError("--shard goes with reports, not with --fix and --diff")
    try:
        return parse(options["shard"])
    except ShardError as error:
        raise click.UsageError(f"--shard: {error}") from None


def _audit(paths: tuple[str, ...], options: dict[str, Any]) -> list[Report]:
    from trackaudit.audit import audit

    with Progress() as progress:
        if options["staged"] or options["since"] is not None:
            from trackaudit.history import HistoryError
            from trackaudit.since import audit_change

            try:
                return [
                    audit_change(request, options["since"] or "", audit, progress.show) for request in requests_of(paths, options)
                ]
            except HistoryError as error:
                raise Problem(str(error)) from None
        else:
            return [audit(request, progress.show) for request in requests_of(paths, options)]


def _mend(paths: tuple[str, ...], options: dict[str, Any]) -> list[Report]:
    """Mend what can be mended, or show how; the reports are of what is left."""
    from trackaudit.fix import FixError, diff
    from trackaudit.fix import write as write_fixed
    from trackaudit.mend import mend

    try:
        with Progress() as progress:
            mended = [mend(request, options["unsafe_fixes"], progress.show) for request in requests_of(paths, options)]
        for project in mended:
            if options["diff"]:
                click.echo(diff(project.rewritten), nl=False)
            else:
                write_fixed(project.root, project.rewritten)
    except FixError as error:
        raise Problem(str(error)) from None
    for project in mended:
        hints = [f"{project.unsafe} more with --unsafe-fixes"] if project.unsafe else []
        hints += [f"{project.refused} left out because something else would be found then"] if project.refused else []
        show_fixes(project.root, project.rewritten, ", ".join(hints), options["diff"])
    return [project.report for project in mended]
