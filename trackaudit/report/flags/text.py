"""The flags as text, for a terminal."""

from __future__ import annotations

import io
from typing import IO

from trackaudit.flags import VERDICTS
from trackaudit.report.flags import Listed, days, places, summary

_STYLES = {"stale": "bold red", "look": "yellow", "in use": "", "stays": "dim"}


def render(listed: Listed) -> str:
    stream = io.StringIO()
    write(listed, stream, False)
    return stream.getvalue()


def write(listed: Listed, stream: IO[str], colour: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(
        file=stream,
        force_terminal=colour,
        color_system="auto" if colour else None,
        highlight=False,
        width=None if colour else 140,
    )
    for project in listed.projects:
        flags = listed.of(project)
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        for name in ("verdict", "flag", "asked for in", "falls back to", "changed", "by"):
            table.add_column(name, overflow="fold")
        for flag in flags:
            style = _STYLES[flag.verdict]
            cells = (flag.key, places(project.root, flag), ", ".join(flag.fallbacks), days(flag), flag.owner)
            table.add_row(Text(VERDICTS[flag.verdict], style), *(Text(cell) for cell in cells))
            for reason in flag.reasons:
                table.add_row(Text(""), Text(f"  {reason}", "dim"))
        if flags:
            console.print(table)
        for failure in project.failures:
            console.print(Text(f"not analysed: {failure.path}: {failure.message}", "yellow"))
    console.print(Text(f"{summary(listed)}."))
