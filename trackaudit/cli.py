"""The commands. Everything here is about the terminal: options in, text out, exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from typing import IO, TYPE_CHECKING, Any, NoReturn

import click

from trackaudit import __version__
from trackaudit.terminal import (
    Problem,
    Progress,
    guarded,
    outputs_of,
    requests_of,
    show_fixes,
    show_page,
    show_start,
    write,
    write_baselines,
)

if TYPE_CHECKING:
    from trackaudit.report import View
    from trackaudit.run import Report

_SEVERITIES = ("note", "warning", "error")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="trackaudit", message="%(prog)s %(version)s")
def cli() -> None:
    """Audit what tracking SDKs are configured to collect.

    trackaudit reads set-up code in Python, JavaScript, TypeScript, HTML and templates, works out what each tracker will collect at
    the version you have pinned, and flags what should not pass a review. It never opens a network connection.
    """


def _reading(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say what is read, and how."""
    options = (
        click.option("--include", multiple=True, metavar="PATTERN", help="Read files that are skipped by default (git-ignore pattern). Repeatable."),
        click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave files out (git-ignore pattern). Repeatable."),
        click.option("--no-force-exclude", is_flag=True, help="Read explicitly named files even where they would be left out."),
        click.option("--max-size", type=int, metavar="BYTES", help="Skip larger source files (default: 1000000)."),
        click.option("--config", "config_file", metavar="FILE", help="Read the configuration from FILE."),
        click.option("--javascript-parser", type=click.Choice(("auto", "tree-sitter", "esprima")), help="How plain JavaScript is read."),
        click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of analysed files."),
        click.option("--jobs", "-j", type=int, default=0, metavar="N", help="Worker processes (default: one per processor)."),
        click.option("--traceback", is_flag=True, help="Show a traceback for an internal error."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@cli.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help="text (default), json, sarif, github, gitlab, junit, markdown or html; FORMAT=FILE writes one more to a file. Repeatable.",
)
@click.option("--output", "-o", metavar="FILE", help="Write the report to FILE instead of standard output.")
@click.option(
    "--profile",
    type=click.Choice(("default", "strict")),
    help="strict shows everything, notes and less certain findings included.",
)
@click.option("--fail-on", type=click.Choice(_SEVERITIES), help="Exit with 1 from this severity on (default: warning).")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
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
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until interrupted.")
@click.option("--fix", is_flag=True, help="Mend what can be mended: set masks, switch capture off. Reports what is left.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "--unsafe-fixes", is_flag=True, help="Let --fix and --diff make changes too that may change what else the code does."
)
@click.option(
    "--now", metavar="DATE", help="The day that suppression dates are compared with (default: SOURCE_DATE_EPOCH, else today)."
)
@_reading
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
    roots = [request.root for request in requests_of(paths, options)]
    code = _check(paths, options)
    for _ in watch(*roots, raise_interrupt=False):
        click.clear()
        code = _check(paths, options)
    return code


def _check(paths: tuple[str, ...], options: dict[str, Any]) -> int:
    from trackaudit.report import view_of

    outputs = outputs_of(options["formats"], options["output"])
    if options["staged"] and options["since"] is not None:
        raise click.UsageError("--staged compares with HEAD, so it does not go with --since")
    if options["fix"] or options["diff"]:
        if options["staged"] or options["since"] is not None or "-" in paths:
            raise click.UsageError("--fix and --diff go with whole files, not with --since, --staged or standard input")
        reports = _mend(paths, options)
    else:
        reports = _audit(paths, options)
    if options["diff"]:
        return _code(reports, options)
    view = view_of(reports, options["show_suppressed"], options["explain_unresolved"])
    for format_name, file in outputs:
        write(file, partial(_show, view, format_name))
    return _code(reports, options)


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


def _code(reports: list[Report], options: dict[str, Any]) -> int:
    """The exit code that reports call for."""
    from trackaudit.findings import in_profile

    if any(failure.fatal for report in reports for failure in report.failures):
        return 2
    failed = any(
        in_profile(finding, report.config.profile)
        and _SEVERITIES.index(finding.result.severity) >= _SEVERITIES.index(report.config.fail_on)
        for report in reports
        for finding in report.findings
    )
    return 1 if failed and not options["exit_zero"] else 0


def _show(view: View, format_name: str, stream: IO[str], colour: bool) -> None:
    if format_name == "text":
        from trackaudit.report import text

        text.write(view, stream, colour)
    else:
        from trackaudit.report import render

        stream.write(render(view, format_name))


@cli.command()
@click.argument("paths", nargs=-1)
@click.option("--prune", is_flag=True, help="Only take out the entries whose findings are gone.")
@click.option(
    "--baseline",
    "baseline_file",
    metavar="FILE",
    help="The file to write (default: trackaudit-baseline.jsonl in the project's root).",
)
@_reading
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


@cli.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--format", "format_name", type=click.Choice(("text", "json", "markdown", "html")), default="text", help="Output format."
)
@click.option("--output", "-o", metavar="FILE", help="Write to FILE instead of standard output.")
@click.option("--since", metavar="REV", help="Show what changes since the work tree parted from REV, before and after.")
@click.option("--all", "everything", is_flag=True, help="Show the settings too that are left alone and that no rule judges.")
@_reading
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


@cli.command()
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
@_reading
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


@cli.command()
@click.argument("pieces", nargs=-1, type=click.Choice(("config", "pre-commit", "github", "gitlab")))
@_reading
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


@cli.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Say what RULE finds, why it matters and how to fix it, with examples."""
    from trackaudit.documentation import help_markdown
    from trackaudit.rules import BY_ID
    from trackaudit.validate import suggestion

    if rule not in BY_ID:
        raise Problem(f"there is no rule {rule!r}{suggestion(rule, BY_ID)}; `trackaudit rules` lists them")
    show_page(f"# {rule}\n\n{help_markdown(BY_ID[rule])}")


@cli.command("rules")
def list_rules() -> None:
    """List every rule with its category and what it finds."""
    from trackaudit.rules import RULES

    width = max(len(rule.id) for rule in RULES)
    category_width = max(len(rule.category) for rule in RULES)
    for rule in RULES:
        click.echo(f"{rule.id:{width}}  {rule.category:{category_width}}  {rule.summary}")


@cli.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the whole record, or all of them, as JSON.")
def sdks(name: str | None, as_json: bool) -> None:
    """List the SDKs that are known, or show what is known of NAME: options, defaults, risky values, masks and sources."""
    from trackaudit.report.sdks import overview, page
    from trackaudit.sdks.catalogue import Catalogue
    from trackaudit.validate import suggestion

    catalogue = Catalogue()
    if name is not None and name not in catalogue.tokens:
        raise Problem(f"there is no SDK {name!r}{suggestion(name, catalogue.tokens)}; `trackaudit sdks` lists them")
    records = [catalogue.record(sdk) for sdk in ([name] if name is not None else sorted(catalogue.tokens))]
    if as_json:
        import json

        click.echo(json.dumps(records[0] if name is not None else records, indent=2, ensure_ascii=False))
    elif name is not None:
        show_page(page(records[0], catalogue.names(name)))
    else:
        click.echo(overview(records), nl=False)


@cli.command()
def lsp() -> None:
    """Serve editors over standard input and output: findings as you type, what options do, fixes and suppressions."""
    import gc

    try:
        from trackaudit.lsp import serve
    except ModuleNotFoundError as error:
        raise Problem(f"the language server needs {error.name}: pip install 'trackaudit-lint[lsp]'") from None
    gc.enable()  # unlike a run of a command, it stays
    serve()


def main() -> NoReturn:
    """The entry point. A closed pipe or an interrupt ends the run quietly."""
    import gc

    gc.disable()  # nothing here makes cycles worth collecting, and imports alone cost a tenth more with it
    code: object = 0
    try:
        cli(prog_name="trackaudit")
    except SystemExit as end:
        code = end.code
    except BrokenPipeError:
        code = 1
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = 1
    except ValueError:  # the language server has closed them
        pass
    # Everything is written and every process is ended. To free what ends with this process would take a tenth of a second run.
    os._exit(code if isinstance(code, int) else int(bool(code)))
