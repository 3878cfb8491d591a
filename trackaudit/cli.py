"""The commands. Everything here is about the terminal: options in, text out, exit codes."""

from __future__ import annotations

import io
import os
import sys
from datetime import UTC
from typing import TYPE_CHECKING, Any, NoReturn

import click

from trackaudit import __version__

if TYPE_CHECKING:
    from datetime import date

    from trackaudit.config import Config
    from trackaudit.report import View
    from trackaudit.run import Request

_SEVERITIES = ("note", "warning", "error")


class _Problem(click.ClickException):
    """Something the user can mend. Exit code 2, no traceback."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        for line in self.message.splitlines():
            click.echo(f"trackaudit: {line}", err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="trackaudit", message="%(prog)s %(version)s")
def cli() -> None:
    """Audit what tracking SDKs are configured to collect.

    trackaudit reads set-up code in Python, JavaScript, TypeScript, HTML and templates, works out what each tracker will collect at
    the version you have pinned, and flags what should not pass a review. It never opens a network connection.
    """


@cli.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--format", "format_name", type=click.Choice(("text", "json", "sarif", "github")), default="text", help="Output format."
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
@click.option(
    "--include",
    multiple=True,
    metavar="PATTERN",
    help="Audit files that are skipped by default (git-ignore pattern). Repeatable.",
)
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave files out (git-ignore pattern). Repeatable.")
@click.option("--no-force-exclude", is_flag=True, help="Audit explicitly named files even where they would be left out.")
@click.option("--max-size", type=int, metavar="BYTES", help="Skip larger source files (default: 1000000).")
@click.option("--stdin-filename", metavar="FILE", help="With PATH '-': the file that standard input stands for.")
@click.option("--config", "config_file", metavar="FILE", help="Read the configuration from FILE.")
@click.option("--show-suppressed", is_flag=True, help="List suppressed findings too.")
@click.option(
    "--explain-unresolved", is_flag=True, help="List the set-ups, options and sends that could not be evaluated, and why."
)
@click.option("--javascript-parser", type=click.Choice(("auto", "tree-sitter", "esprima")), help="How plain JavaScript is read.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of analysed files.")
@click.option("--jobs", "-j", type=int, default=0, metavar="N", help="Worker processes (default: one per processor).")
@click.option(
    "--now", metavar="DATE", help="The day that suppression dates are compared with (default: SOURCE_DATE_EPOCH, else today)."
)
@click.option("--traceback", is_flag=True, help="Show a traceback for an internal error.")
def check(paths: tuple[str, ...], **options: Any) -> None:
    """Audit PATHS: files or folders, by default the current one; '-' reads standard input.

    \b
    Exit codes:
      0  nothing at or above --fail-on, or --exit-zero
      1  findings at or above --fail-on
      2  usage or configuration error, or a file that could not be read
    """
    try:
        sys.exit(_check(paths, options))
    except (click.ClickException, SystemExit, KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:
        if options["traceback"]:
            raise
        raise _Problem(f"internal error: {type(error).__name__}: {error}; run with --traceback to see where") from None


def _check(paths: tuple[str, ...], options: dict[str, Any]) -> int:
    from trackaudit.audit import audit
    from trackaudit.report import in_profile, view_of

    with _Progress() as progress:
        reports = [audit(request, progress.show) for request in _requests(paths, options, _today(options["now"]))]
    _write(view_of(reports, options["show_suppressed"], options["explain_unresolved"]), options["format_name"], options["output"])
    if any(failure.fatal for report in reports for failure in report.failures):
        return 2
    failed = any(
        in_profile(finding, report.config.profile)
        and _SEVERITIES.index(finding.result.severity) >= _SEVERITIES.index(report.config.fail_on)
        for report in reports
        for finding in report.findings
    )
    return 1 if failed and not options["exit_zero"] else 0


def _requests(paths: tuple[str, ...], options: dict[str, Any], today: date) -> list[Request]:
    """One request per project that the paths lie in."""
    from trackaudit.discover import project_root
    from trackaudit.run import Request

    stdin, stdin_file = _stdin(paths, options["stdin_filename"])
    places: dict[tuple[str, bool], list[str]] = {}
    missing = []
    for path in (stdin_file,) if stdin_file else paths or (".",):
        full = (
            os.path.realpath(path)
            if os.path.isdir(path)
            else os.path.join(os.path.realpath(os.path.dirname(path) or "."), os.path.basename(path))
        )
        if not os.path.lexists(full) and not stdin_file:
            missing.append(f"{path}: no such file or folder")
            continue
        root, git = project_root(full)
        places.setdefault((root, git), []).append(os.path.relpath(full, root).replace(os.sep, "/"))
    if missing:
        raise _Problem("\n".join(missing))
    requests = []
    for (root, git), inside in places.items():
        config = _configuration(root, options)
        stdin_path = inside[0] if stdin_file else ""
        requests.append(
            Request(
                root, git, tuple(dict.fromkeys(inside)), config, today, stdin, stdin_path,
                not options["no_force_exclude"], not options["no_cache"], None, options["jobs"],
            )
        )  # fmt: skip
    return requests


def _stdin(paths: tuple[str, ...], name: str | None) -> tuple[bytes | None, str]:
    if "-" not in paths:
        if name:
            raise click.UsageError("--stdin-filename goes with the path '-'")
        return None, ""
    if len(paths) > 1:
        raise click.UsageError("'-' stands alone: it cannot be combined with other paths")
    if not name:
        raise click.UsageError("reading standard input needs --stdin-filename, to know the language and the project")
    return sys.stdin.buffer.read(), name


def _configuration(root: str, options: dict[str, Any]) -> Config:
    """The project's configuration with the command line's additions."""
    from trackaudit.config import ConfigError, bad_patterns, load, unknown_names

    try:
        config = load(root, options["config_file"])
    except ConfigError as error:
        raise _Problem(str(error)) from None
    mistakes = unknown_names((*options["select"], *options["deselect"]), [record["sdk"] for record in config.sdks])
    for option in ("include", "exclude"):
        mistakes += [f"--{option}: {mistake}" for mistake in bad_patterns(options[option])]
    if mistakes:
        raise _Problem("\n".join(mistakes))
    return config._replace(
        select=(*config.select, *options["select"]),
        deselect=(*config.deselect, *options["deselect"]),
        include=(*config.include, *options["include"]),
        exclude=(*config.exclude, *options["exclude"]),
        fail_on=options["fail_on"] or config.fail_on,
        profile=options["profile"] or config.profile,
        max_size=options["max_size"] or config.max_size,
        javascript_parser=options["javascript_parser"] or config.javascript_parser,
    )


def _today(text: str | None) -> date:
    from datetime import date, datetime

    if text is None:
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
        return datetime.fromtimestamp(int(epoch), UTC).date() if epoch.isdigit() else date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"--now: {text!r} is not a date such as 2027-01-31") from None


def _write(view: View, format_name: str, output: str | None) -> None:
    from trackaudit.report import render

    if output is not None:
        try:
            with open(output, "w", encoding="utf-8", errors="backslashreplace") as file:
                if format_name == "text":
                    from trackaudit.report import text

                    text.write(view, file, colour=False)
                else:
                    file.write(render(view, format_name))
        except OSError as error:
            raise _Problem(f"{output}: {error.strerror}") from None
        return
    stdout = sys.stdout
    if isinstance(stdout, io.TextIOWrapper):
        stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    if format_name == "text":
        from trackaudit.report import text

        text.write(view, stdout, text.use_colour(stdout))
    else:
        stdout.write(render(view, format_name))
    stdout.flush()


class _Progress:
    """One line on standard error while a long run goes on, only where that is a terminal."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._written = False

    def __enter__(self) -> _Progress:
        return self

    def show(self, stage: str, done: int, total: int) -> None:
        if self._on and (done or total):
            of = f" of {total}" if total else ""
            sys.stderr.write(f"\r\x1b[2K{stage} {done}{of} files")
            sys.stderr.flush()
            self._written = True

    def __exit__(self, *_: object) -> None:
        if self._written:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


@cli.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Say what RULE finds, why it matters and how to fix it, with examples."""
    from trackaudit.documentation import help_markdown
    from trackaudit.rules import BY_ID
    from trackaudit.validate import suggestion

    if rule not in BY_ID:
        raise _Problem(f"there is no rule {rule!r}{suggestion(rule, BY_ID)}; `trackaudit rules` lists them")
    _show(f"# {rule}\n\n{help_markdown(BY_ID[rule])}")


def _show(page: str) -> None:
    """Print Markdown: rendered on a terminal, as it is elsewhere."""
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(page))
    else:
        click.echo(page, nl=False)


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
        raise _Problem(f"there is no SDK {name!r}{suggestion(name, catalogue.tokens)}; `trackaudit sdks` lists them")
    records = [catalogue.record(sdk) for sdk in ([name] if name is not None else sorted(catalogue.tokens))]
    if as_json:
        import json

        click.echo(json.dumps(records[0] if name is not None else records, indent=2, ensure_ascii=False))
    elif name is not None:
        _show(page(records[0], catalogue.names(name)))
    else:
        click.echo(overview(records), nl=False)


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
    # Everything is written and every process is ended. To free what ends with this process would take a tenth of a second run.
    os._exit(code if isinstance(code, int) else int(bool(code)))
