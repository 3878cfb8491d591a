"""Text for people: the place, the line with the culprit underlined, what would be collected and how to mend it.

The report is built as pieces with a style each, so that it can be written plainly without loading rich: that is
what happens wherever the output is no terminal.
"""

from __future__ import annotations

import os
import re
import unicodedata
from typing import IO, TYPE_CHECKING

from trackaudit.report import View, harmless, shown_path

if TYPE_CHECKING:
    from trackaudit.findings import Finding
    from trackaudit.parse.source import Lines
    from trackaudit.run import Report

Piece = tuple[str, str]
STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}
_MAX_WIDTH = 110
_LITERAL = re.compile(r"""(?P<quote>["'`])[^"'`\s]{12,}(?P=quote)""")  # what may be a key, in a report that people paste and keep
_REASONS = {
    "vendored": "vendored", "generated": "generated", "minified": "minified", "tests": "test code", "excluded": "excluded",
    "too large": "too large", "link": "links", "not a file": "not files", "other languages": "in other languages", "submodules": "submodules",
}  # fmt: skip


def write(view: View, stream: IO[str], colour: bool) -> None:
    """Write the report to a stream; ``colour`` only for terminals."""
    if not colour:
        stream.write(render(view))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, force_terminal=True, highlight=False, soft_wrap=True)
    text = Text()
    for part, style in build(view, console.width):
        text.append(part, style or None)
    console.print(text, end="")


def render(view: View) -> str:
    return "".join(text for text, _ in build(view))


def build(view: View, width: int = 0) -> list[Piece]:
    """The whole report as styled pieces; sentences are broken at ``width`` cells, where it is given."""
    pieces: list[Piece] = []
    for report in view.reports:
        tables: dict[str, Lines] = {}
        known = set(map(id, report.findings))
        for finding in view.shown:
            if id(finding) in known:
                pieces += _finding(report, finding, tables, width)
        if view.show_suppressed:
            for finding in (*report.suppressed, *report.baselined):
                pieces += _finding(report, finding, tables, width)
        if view.show_unresolved:
            pieces += _gaps(report)
        for failure in report.failures:
            if failure.kind == "not-followed":
                pieces += [("not followed: ", "bold cyan"), (failure.message + "\n\n", "")]
            if failure.fatal:
                where = f":{failure.line}:{failure.column}" if failure.line else ""
                pieces += [
                    (f"{shown_path(report, failure.path)}{where}", "bold"),
                    (" not analysed: ", "bold red"),
                    (failure.message + "\n\n", ""),
                ]
    return [(harmless(text), style) for text, style in pieces] + _summary(view)


def _gaps(report: Report) -> list[Piece]:
    """What could not be evaluated, a line each."""
    pieces: list[Piece] = []
    for gap in report.unresolved:
        place = f"{shown_path(report, gap.path)}:{gap.start.line}:{gap.start.column}"
        pieces += [(place, "bold"), (" not resolved: ", "bold cyan"), (f"{gap.tracker}: {gap.what}: it is {gap.reason}\n", "")]
    return [*pieces, ("\n", "")] if pieces else []


def _finding(report: Report, finding: Finding, tables: dict[str, Lines], width: int) -> list[Piece]:
    result = finding.result
    style = STYLES[result.severity]
    sure = "" if result.confidence == "high" else f" ({result.confidence} confidence)"
    place = f"{shown_path(report, finding.path)}:{finding.start.line}:{finding.start.column}"
    pieces: list[Piece] = [
        (place, "bold"),
        (" ", ""),
        (result.severity, style),
        (f" {result.rule}", "bold"),
        (sure + "\n", "dim"),
    ]
    pieces += _told("  ", "", result.message, width)
    if finding.path not in tables:
        from trackaudit.parse.source import Lines

        tables[finding.path] = Lines(report.sources.get(finding.path, b""))
    pieces += _frame(tables[finding.path], finding, style)
    if finding.suppressed is not None:
        pieces += _told("  suppressed: ", "green", finding.suppressed, width)
    elif finding.baselined is not None:
        pieces += _told("  in the baseline", "green", f": {finding.baselined}" if finding.baselined else "", width)
    elif result.help:
        pieces += _told("  fix: ", "green", result.help, width)
    if finding.fix is not None and finding.suppressed is None and finding.baselined is None:
        how = "--fix" if finding.fix.safe else "--fix --unsafe-fixes"
        pieces += _told("  can be fixed", "green", f" ({how}): {finding.fix.title}", width)
    for related in finding.related:
        place = f"{shown_path(report, related.path)}:{related.start.line}:{related.start.column}"
        pieces += _told("  see ", "dim", f"{place}: {related.message}", width, "dim")
    if result.url:
        pieces.append((f"  docs: {result.url}\n", "dim"))
    return [*pieces, ("\n", "")]


def _told(label: str, style: str, text: str, width: int, text_style: str = "") -> list[Piece]:
    """A sentence behind its label, with what does not fit on the line below it, further in."""
    if width and len(label) + len(text) > width:
        from textwrap import fill

        whole = fill(label + text, width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
        text = whole[len(label) :]
    return [(label, style), (text + "\n", text_style)]


def _frame(lines: Lines, finding: Finding, style: str) -> list[Piece]:
    """The line with its number and the culprit underlined."""
    text = lines.line(finding.start.line)
    if finding.category == "exposed-secret":
        text = without_secrets(text)
    if not text.strip():
        return []
    end = finding.end.column - 1 if finding.end.line == finding.start.line else len(text)
    start = finding.start.column - 1
    shift = 0
    if len(text) > _MAX_WIDTH and start > 40:  # a very long line: show the part around the culprit
        shift = start - 30
        text = "…" + text[shift + 1 :]
    text, start, end = text[:_MAX_WIDTH], start - shift, min(end - shift, _MAX_WIDTH)
    number = str(finding.start.line)
    gutter = " " * len(number)
    marks = "".join("\t" if letter == "\t" else " " * _width(letter) for letter in text[:start])
    under = "^" * max(sum(_width(letter) for letter in text[start:end]), 1)
    return [
        (f"  {gutter} |\n", "blue"), (f"  {number} | ", "blue"), (text.rstrip() + "\n", ""),
        (f"  {gutter} | ", "blue"), (marks, ""), (under + "\n", style),
    ]  # fmt: skip


def without_secrets(text: str) -> str:
    """A line of code with what may be a key made unreadable, but for its head."""
    return _LITERAL.sub(lambda match: match[0][:8] + "•" * (len(match[0]) - 9) + match[0][-1], text)


def _width(letter: str) -> int:
    """How many terminal cells a character takes."""
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _summary(view: View) -> list[Piece]:
    numbers = view.numbers
    by_severity = {
        name: sum(1 for finding in view.shown if finding.result.severity == name) for name in ("error", "warning", "note")
    }
    pieces: list[Piece] = []
    if view.shown:
        told = ", ".join(f"{count} {name}{'s' if count != 1 else ''}" for name, count in by_severity.items() if count)
        pieces.append((f"Found {told}.", "bold red" if by_severity["error"] else "bold yellow"))
    elif numbers["files"] == 0:
        pieces.append(("Nothing to audit: no file in a language that trackaudit reads.", "bold"))
    else:
        pieces.append(("No findings.", "bold green"))
    count = len(view.notes) + view.hidden
    if count:
        pieces.append(
            (
                f" {count} note{'s' if count != 1 else ''} and less certain finding{'s' if count != 1 else ''} not shown (--profile strict).",
                "dim",
            )
        )
    files = f" {numbers['files']} file{'s' if numbers['files'] != 1 else ''} seen, {numbers['parsed']} parsed"
    if view.skipped:
        told = ", ".join(
            f"{count} {_REASONS.get(reason, reason)}" for reason, count in sorted(view.skipped.items(), key=lambda item: -item[1])
        )
        files += f"; skipped {numbers['skipped']} ({told})"
    if numbers["unresolved"] and not view.show_unresolved:
        files += f"; {numbers['unresolved']} value{'s' if numbers['unresolved'] != 1 else ''} not resolved (--explain-unresolved)"
    if numbers["suppressed"]:
        files += f"; {numbers['suppressed']} suppressed"
    if numbers["baselined"]:
        files += f"; {numbers['baselined']} in the baseline"
    if view.shard:
        files += f"; these are the findings of shard {view.shard}"
    return [*pieces, (files + ".\n", "")]


def use_colour(stream: IO[str]) -> bool:
    """Colour on a terminal, unless ``NO_COLOR`` says otherwise; ``FORCE_COLOR`` asks for it anywhere."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
