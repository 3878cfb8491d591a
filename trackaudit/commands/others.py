"""The commands beside ``check`` that read a project: ``baseline``, ``inventory``, ``flags``, ``init``."""

from __future__ import annotations

import sys
from typing import IO, Any

import click

from trackaudit.commands import reading
from trackaudit.terminal import (
    Problem,
    Progress,
    guarded,
    requests_of,
    show_fixes,
    show_start,
    write,
    write_baselines,
)


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--prune", is_flag=True, help="Only take out the entries whose findings are gone.")
@click.option(
    "--baseline",
    "baseline_file",
    metavar="FILE",
    help="The file to write (default: trackaudit-baseline.jsonl in the project's root).",
)
@reading
def baseline(paths: tuple[str, ...], **options: Any) -> None:
    """Write today's findings in PATHS into the baseline, so that `check` reports only what is new.

    \b
    Exit codes:
      0  done
      2  usage or configuration error, or a file that could not be read
    """
    sys.exit(guarded(lambda: _baseline(paths, options), options["traceback"]))


def _baseline(paths: tuple[str, ...], options: dict[str, Any]) -> int:
    from trackaudit.adoption import adopt

    with Progress() as progress:
        projects = [adopt(request, options["prune"], progress.show) for request in requests_of(paths, options)]
    failures = [failure for project in projects for failure in project.report.failures if failure.fatal]
    if any(failure.kind == "baseline" for failure in failures):
        raise Problem("\n".join(failure.message for failure in failures))
    for project in projects:
        write_baselines(project)
    return 2 if failures else 0


@click.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--format", "format_name", type=click.Choice(("text", "json", "markdown", "html")), default="text", help="Output format."
)
@click.option("--output", "-o", metavar="FILE", help="Write to FILE instead of standard output.")
@click.option("--since", metavar="REV", help="Show what changes since the work tree parted from REV, before and after.")
@click.option("--all", "everything", is_flag=True, help="Show the settings too that are left alone and that no rule judges.")
@reading
def inventory(paths: tuple[str, ...], **options: Any) -> None:
    """List every tracker that PATHS set up: its version, where it is set up, what each of its privacy settings really is and why,
    what it is sent, and the sensitive fields in its reach.

    \b
    Exit codes:
      0  done
      2  usage or configuration error, or a file that could not be read
    """
    sys.exit(guarded(lambda: _inventory(paths, options), options["traceback"]))


def _inventory(paths: tuple[str, ...], options: dict[str, Any]) -> int:
    from trackaudit.inventory.trackers import take
    from trackaudit.report.inventory import Shown, render

    requests = requests_of(paths, options)
    with Progress() as progress:
        inventories = [take(request, progress.show) for request in requests]
        comparisons = []
        if options["since"] is not None:
            from trackaudit.history import HistoryError
            from trackaudit.inventory.past import changes_since

            try:
                comparisons = [
                    changes_since(request, options["since"], now, progress.show)
                    for request, now in zip(requests, inventories, strict=True)
                ]
            except HistoryError as error:
                raise Problem(str(error)) from None
    shown = Shown([] if comparisons else inventories, comparisons, options["everything"])

    def show(stream: IO[str], colour: bool) -> None:
        if options["format_name"] == "text" and colour:
            from trackaudit.report.inventory import text

            text.write(shown, stream, colour)
        else:
            stream.write(render(shown, options["format_name"]))

    write(options["output"], show)
    return 2 if any(failure.fatal for _, failure in shown.failures) else 0


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--format", "format_name", type=click.Choice(("text", "json", "markdown")), default="text", help="Output format.")
@click.option("--output", "-o", metavar="FILE", help="Write to FILE instead of standard output.")
@click.option("--only", type=click.Choice(("stale",)), help="Show only the flags that are to be removed.")
@click.option("--no-history", is_flag=True, help="Do not ask git since when the lines are as they are, and whose they are.")
@click.option("--now", metavar="DATE", help="Judge dates as of DATE (also: SOURCE_DATE_EPOCH).")
@click.option(
    "--fix",
    is_flag=True,
    help="Take out what is certain: unused questions, branches that a constant decides. Needs --unsafe-fixes.",
)
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--unsafe-fixes", is_flag=True, help="Allow --fix to take out code.")
@reading
def flags(paths: tuple[str, ...], **options: Any) -> None:
    """List every feature flag that PATHS ask for: where, with which fallback, since when, and whether it has outlived its purpose.

    \b
    Exit codes:
      0  done
      2  usage or configuration error, or a file that could not be read
    """
    run = _mend_flags if options["fix"] or options["diff"] else _flags
    sys.exit(guarded(lambda: run(paths, options), options["traceback"]))


def _flags(paths: tuple[str, ...], options: dict[str, Any]) -> int:
    from trackaudit.flags.finder import find
    from trackaudit.report.flags import Listed, render

    with Progress() as progress:
        projects = [find(request, progress.show) for request in requests_of(paths, options)]
    listed = Listed(projects, options["only"] == "stale")

    def show(stream: IO[str], colour: bool) -> None:
        if options["format_name"] == "text" and colour:
            from trackaudit.report.flags import text

            text.write(listed, stream, colour)
        else:
            stream.write(render(listed, options["format_name"]))

    write(options["output"], show)
    return 2 if any(failure.fatal for project in projects for failure in project.failures) else 0


def _mend_flags(paths: tuple[str, ...], options: dict[str, Any]) -> int:
    from trackaudit.fix import FixError, diff
    from trackaudit.fix import write as write_fixed
    from trackaudit.flags.fixes import mend

    if not options["diff"] and not options["unsafe_fixes"]:
        raise click.UsageError("--fix takes out code, so it needs --unsafe-fixes; --diff shows what would go")
    try:
        with Progress() as progress:
            mended = [mend(request, progress.show) for request in requests_of(paths, options)]
        for project in mended:
            if options["diff"]:
                click.echo(diff(project.rewritten), nl=False)
            else:
                write_fixed(project.root, project.rewritten)
    except FixError as error:
        raise Problem(str(error)) from None
    for project in mended:
        left = f"{project.left} left for you to decide" if project.left else ""
        show_fixes(project.root, project.rewritten, left, options["diff"])
    return 0


@click.command()
@click.argument("pieces", nargs=-1, type=click.Choice(("config", "pre-commit", "github", "gitlab")))
@reading
def init(pieces: tuple[str, ...], **options: Any) -> None:
    """Say which trackers this repository sets up, and write PIECES: a configuration, a hook for pre-commit, a workflow for GitHub Actions,
    a job for GitLab CI. What is there already is left alone.
    """
    sys.exit(guarded(lambda: _init(pieces, options), options["traceback"]))


def _init(pieces: tuple[str, ...], options: dict[str, Any]) -> int:
    from trackaudit.inventory.trackers import take

    (request,) = requests_of((), options)
    with Progress() as progress:
        inventory = take(request, progress.show)
    show_start(request.root, inventory, pieces)
    return 0
