"""Markdown, for a comment on a pull request: what was found first, then each file's findings with what to do."""

from __future__ import annotations

import re

from trackaudit.findings import Finding
from trackaudit.report import HOME, View, listed, shown_path, silence_of, verdict
from trackaudit.run import Report

LIMIT = 65_000  # characters; GitHub takes 65,536 in a comment
_SPECIAL = re.compile(r"[\\*_\[\]<>&|~#!@]")


def render(view: View) -> str:
    shown = set(map(id, view.shown))
    loud: dict[str, list[str]] = {}
    quiet: dict[str, list[str]] = {}  # what the profile does not show: there for who opens it
    for report in view.reports:
        for finding in listed(view, report):
            if not silence_of(finding):
                files = loud if id(finding) in shown else quiet
                files.setdefault(shown_path(report, finding.path), []).append(_finding(report, finding))
    blocks = [f"## trackaudit: {verdict(view)}"]
    told, left = _within(loud, LIMIT)
    folded, left_quiet = _within(quiet, LIMIT - sum(map(len, told)))
    blocks += told
    if folded:
        count = sum(map(len, quiet.values())) - left_quiet
        blocks += [f"<details><summary>{count} note{'' if count == 1 else 's'}</summary>", *folded, "</details>"]
    if left + left_quiet:
        blocks.append(f"{left + left_quiet} more findings are not shown here.")
    failures = [
        f"- {_code(shown_path(report, item.path))}: {_escaped(item.message)}"
        for report in view.reports
        for item in report.failures
        if item.fatal
    ]
    if failures:
        blocks.append("\n".join(["Not analysed:", "", *failures[:50]]))
    return "\n\n".join(blocks) + "\n"


def _within(files: dict[str, list[str]], limit: int) -> tuple[list[str], int]:
    """A block for each file with as many of its findings as the limit has room for, and how many are left over."""
    blocks: list[str] = []
    left = size = 0
    for path, entries in files.items():
        kept: list[str] = []
        for entry in entries:
            size += len(entry) + len(path) + 20
            if size < limit:
                kept.append(entry)
        left += len(entries) - len(kept)
        if kept:
            blocks.append("\n".join([f"### {_code(path)}", "", *kept]))
    return blocks, left


def _finding(report: Report, finding: Finding) -> str:
    result = finding.result
    sure = "" if result.confidence == "high" else f" ({result.confidence} confidence)"
    rule = f"[`{result.rule}`]({HOME}/blob/main/docs/rules.md#{result.rule})"
    lines = [f"- **{result.severity}** {rule}, line {finding.start.line}{sure}: {_escaped(result.message)}"]
    if result.help:
        lines.append(f"  <br>**To fix:** {_escaped(result.help)}")
    if finding.related:
        places = [
            f"  - {_code(f'{shown_path(report, place.path)}:{place.start.line}')} {_escaped(place.message)}"
            for place in finding.related
        ]
        lines += ["  <details><summary>Where it comes from</summary>", "", *places, "", "  </details>"]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """Text as it reads, with code in backticks kept as code: nothing in it is markup, a mention or a link."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:
        return _SPECIAL.sub(_entity, "`".join(parts)).replace("`", "&#96;")
    return "".join(_code(part) if index % 2 else _SPECIAL.sub(_entity, part) for index, part in enumerate(parts))


def _entity(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _code(text: str) -> str:
    """A text as code, in as many backticks as it needs."""
    text = " ".join(text.split())
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") or not text else ""
    return f"{fence}{pad}{text}{pad}{fence}"
