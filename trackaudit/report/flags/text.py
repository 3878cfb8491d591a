"""The flags as text, for a terminal: what is to be removed first, each with why and where."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING

from trackaudit.flags import VERDICTS, Flag
from trackaudit.report.flags import Listed, days, places, summary

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {"stale": "bold red", "look": "bold yellow", "in use": "bold", "stays": "dim"}


def render(listed: Listed) -> str:
    stream = io.StringIO()
    write(listed, stream, False)
    return stream.getvalue()


def write(listed: Listed, stream: IO[str], colour: bool) -> None:
    from rich.console import Console
    from rich.text import Text

    # What is no terminal is no narrower than the longest line.
    console = Console(
        file=stream,
        force_terminal=colour,
        color_system="auto" if colour else None,
        highlight=False,
        width=None if colour else 10_000,
    )
    for project in listed.projects:
        verdict = ""
        for flag in listed.of(project):
            if flag.verdict != verdict:
                verdict = flag.verdict
                console.print(Text(f"{VERDICTS[verdict].capitalize()}", _STYLES[verdict]))
            _flag(console, project.root, flag)
        for failure in project.failures:
            console.print(Text(f"not analysed: {failure.path}: {failure.message}", "yellow"))
    console.print(Text(f"{summary(listed)}."))


def _flag(console: Console, root: str, flag: Flag) -> None:
    from rich.text import Text

    told = [f"falls back to {' or '.join(flag.fallbacks)}"] if flag.fallbacks else []
    console.print(Text.assemble("  ", (flag.key, _STYLES[flag.verdict]), (f"  {', '.join((flag.title, *told))}", "dim")))
    for reason in flag.reasons:
        console.print(Text(f"    {reason}"))
    changed = f"; changed {days(flag)}" if flag.changed[0] else ""
    by = f" by {flag.owner}" if flag.owner else ""
    if flag.sites:
        console.print(Text(f"    {places(root, flag)}{changed}{by}", "dim"))
