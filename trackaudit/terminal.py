"""Between the commands and the rest: options become requests, reports become output, trouble becomes a message."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from datetime import UTC
from functools import partial
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from datetime import date

    from trackaudit.adoption import Adopted
    from trackaudit.config import Config
    from trackaudit.fix import Rewritten
    from trackaudit.inventory import Inventory
    from trackaudit.report import View
    from trackaudit.run import Request


class Problem(click.ClickException):
    """Something the user can mend. Exit code 2, no traceback."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        for line in self.message.splitlines():
            click.echo(f"trackaudit: {line}", err=True)


def guarded(run: Callable[[], int], traceback: bool) -> int:
    """Run a command; an error of the tool's own becomes a message, unless a traceback is asked for."""
    try:
        return run()
    except (click.ClickException, SystemExit, KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:
        if traceback:
            raise
        raise Problem(f"internal error: {type(error).__name__}: {error}; run with --traceback to see where") from None


def requests_of(paths: tuple[str, ...], options: dict[str, Any]) -> list[Request]:
    """One request per project that the paths lie in. Commands that judge nothing lack the options about judging."""
    from trackaudit.discover import project_root
    from trackaudit.run import Request

    today = _day(options.get("now"))
    stdin, stdin_file = _stdin(paths, options.get("stdin_filename"))
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
        raise Problem("\n".join(missing))
    requests = []
    for (root, git), inside in places.items():
        config = _configuration(root, options)
        stdin_path = inside[0] if stdin_file else ""
        requests.append(
            Request(
                root, git, tuple(dict.fromkeys(inside)), config, today, stdin, stdin_path,
                not options["no_force_exclude"], not options["no_cache"], None, options["jobs"],
                use_history=not options.get("no_history"), baseline=_below(root, options.get("baseline_file")),
                use_baseline=not options.get("no_baseline"),
            )
        )  # fmt: skip
    return requests


def _below(root: str, path: str | None) -> str | None:
    """A file as it is called from the project's root."""
    return os.path.relpath(os.path.abspath(path), root).replace(os.sep, "/") if path else None


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
        raise Problem(str(error)) from None
    select, deselect = options.get("select", ()), options.get("deselect", ())
    mistakes = unknown_names((*select, *deselect), [record["sdk"] for record in config.sdks])
    for option in ("include", "exclude"):
        mistakes += [f"--{option}: {mistake}" for mistake in bad_patterns(options[option])]
    if mistakes:
        raise Problem("\n".join(mistakes))
    return config._replace(
        select=(*config.select, *select),
        deselect=(*config.deselect, *deselect),
        include=(*config.include, *options["include"]),
        exclude=(*config.exclude, *options["exclude"]),
        fail_on=options.get("fail_on") or config.fail_on,
        profile=options.get("profile") or config.profile,
        max_size=options["max_size"] or config.max_size,
        javascript_parser=options["javascript_parser"] or config.javascript_parser,
    )


def _day(text: str | None) -> date:
    from datetime import date, datetime

    if text is None:
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
        return datetime.fromtimestamp(int(epoch), UTC).date() if epoch.isdigit() else date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"--now: {text!r} is not a date such as 2027-01-31") from None


def outputs_of(formats: tuple[str, ...], output: str | None) -> list[tuple[str, str | None]]:
    """Which formats go where: ``FORMAT=FILE`` to a file, one ``FORMAT`` to ``output`` or standard output. What goes there comes last."""
    from trackaudit.report import FORMATS

    chosen: list[tuple[str, str | None]] = []
    for given in formats or ("text",):
        name, equals, file = given.partition("=")
        if name not in FORMATS:
            from trackaudit.validate import suggestion

            raise click.UsageError(
                f"--format: there is no format {name!r}{suggestion(name, FORMATS)}; known are {', '.join(FORMATS)}"
            )
        if equals and not file:
            raise click.UsageError(f"--format: {given!r} names no file")
        chosen.append((name, file or None))
    bare = [name for name, file in chosen if file is None]
    if len(bare) > 1:
        raise click.UsageError(
            f"--format: only one of {' and '.join(bare)} can go to one place; give the others a file: {bare[0]}=FILE"
        )
    if output is not None and not bare:
        raise click.UsageError("--output goes with a format that has no file of its own")
    placed = [(name, file if file is not None else output) for name, file in chosen]
    files = [os.path.abspath(file) for _, file in placed if file is not None]
    if twice := [file for file in files if files.count(file) > 1]:
        raise click.UsageError(f"--format: {os.path.relpath(twice[0])} would be written twice")
    return sorted(placed, key=lambda item: item[1] is None)


def write(output: str | None, render: Callable[[IO[str], bool], None]) -> None:
    """Let ``render`` write to a file or to standard output; it is told whether colour is wanted."""
    if output is not None:
        try:
            with open(output, "w", encoding="utf-8", errors="backslashreplace") as file:
                render(file, False)
        except OSError as error:
            raise Problem(f"{output}: {error.strerror}") from None
        return
    from trackaudit.report.text import use_colour

    stdout = sys.stdout
    if isinstance(stdout, io.TextIOWrapper):
        stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    render(stdout, use_colour(stdout))
    stdout.flush()


def write_all(view: View, outputs: list[tuple[str, str | None]]) -> None:
    """Write a report in each of the formats to where that goes (see :func:`outputs_of`)."""
    from trackaudit.report import render, text

    for format_name, file in outputs:
        if format_name == "text":
            write(file, partial(text.write, view))
        else:
            write(file, partial(_plain, render(view, format_name)))


def _plain(document: str, stream: IO[str], colour: bool) -> None:
    stream.write(document)


class Progress:
    """One line on standard error while a long run goes on, only where that is a terminal."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._written = False

    def __enter__(self) -> Progress:
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


def show_page(page: str) -> None:
    """Print Markdown: rendered on a terminal, as it is elsewhere."""
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(page))
    else:
        click.echo(page, nl=False)


def show_fixes(root: str, rewritten: list[Rewritten], left: str, only_shown: bool) -> None:
    """Say on standard error what was fixed, or would be, and what is left."""
    from trackaudit.report import known_as

    for item in rewritten:
        for fix in item.fixes:
            click.echo(f"{known_as(root, item.path)}: {fix.title}", err=True)
    count, files = sum(len(item.fixes) for item in rewritten), len(rewritten)
    what = "would be fixed" if only_shown else "fixed"
    told = (
        f"{count} place{'' if count == 1 else 's'} in {files} file{'' if files == 1 else 's'} {what}"
        if count
        else "Nothing to fix"
    )
    click.echo(f"{told}{f'; {left}' if left else ''}.", err=True)


def write_baselines(project: Adopted) -> None:
    """Put the baselines of a project into their files, and say what came and went."""
    from trackaudit.report import known_as

    for item in project.written:
        path = os.path.join(project.root, item.path)
        try:
            temporary = f"{path}.{os.getpid()}"
            with open(temporary, "w", encoding="utf-8", newline="\n") as file:
                file.write(item.text)
            os.replace(temporary, path)
        except OSError as error:
            raise Problem(f"{known_as(project.root, item.path)}: {error.strerror}") from None
        counts = f"{item.added} added, {item.kept} kept, {item.pruned} taken out"
        click.echo(f"{known_as(project.root, item.path)}: {counts}", err=True)
    if not project.written:
        click.echo("Nothing to write: there are no findings, and no baseline.", err=True)


def show_start(root: str, inventory: Inventory, pieces: tuple[str, ...]) -> None:
    """Say what trackers there are, write the pieces, and say what comes next. What stands in the way is shown, not changed."""
    from trackaudit.report import known_as
    from trackaudit.scaffold import PIECES, write_piece

    if inventory.trackers:
        click.echo("Trackers in this repository:")
        for tracker in inventory.trackers:
            version = f" {tracker.version}" if tracker.version else ""
            where = f" in {tracker.package}" if tracker.package not in ("", ".") else ""
            count = len(tracker.installations)
            set_up = (
                f"{count} set-up{'' if count == 1 else 's'}"
                if count
                else "used, not set up here"
                if tracker.calls
                else "not set up here"
            )
            click.echo(f"  {tracker.title}{version}{where}, {set_up}")
    else:
        click.echo("There is no tracker here that trackaudit knows.")
    for name in dict.fromkeys(pieces):
        try:
            written = write_piece(root, name)
        except OSError as error:
            raise Problem(f"{error.filename}: {error.strerror}") from None
        if written.is_new:
            click.echo(f"Wrote {known_as(root, written.path)}.")
        else:
            click.echo(
                f"{known_as(root, written.path)} is there already and was left alone. What could be added:\n\n{written.text}"
            )
    if not pieces:
        click.echo("Nothing was written. To write something, name it:")
        for name, piece in PIECES.items():
            click.echo(f"  trackaudit init {name:<12} {piece.path}")
    click.echo("Next: `trackaudit check`, and `trackaudit baseline` if there is more than you can mend today.")
