"""The findings as one page that needs nothing else, for people who read it outside of a terminal."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from trackaudit import __version__
from trackaudit.findings import Finding
from trackaudit.report import View, listed, shown_path, silence_of, verdict
from trackaudit.report.pages import template
from trackaudit.run import Report

_MAX_WIDTH = 400  # characters of a line that are shown


def render(view: View) -> str:
    items = [_item(report, finding) for report in view.reports for finding in listed(view, report)]
    items.sort(key=lambda item: (item["path"], item["line"], item["rule"]))
    numbers = view.numbers
    filters = [
        (label, sorted({item[key] for item in items if item[key]}))
        for label, key in (("severity", "severity"), ("rule", "rule"), ("category", "category"), ("SDK", "sdk"))
    ]
    return template("findings.html.j2").render(
        heading=f"trackaudit: {verdict(view)}",
        summary=f"{numbers['files']} files seen, {numbers['parsed']} parsed, {numbers['suppressed']} findings suppressed, {numbers['baselined']} in the baseline.",
        numbers=[
            (name, sum(item["severity"] == name and not item["silent"] for item in items))
            for name in ("error", "warning", "note")
        ],
        filters=[(label, values) for label, values in filters if len(values) > 1],
        files=[(path, list(group)) for path, group in groupby(items, key=lambda item: item["path"])],
        failures=[(shown_path(report, failure.path), failure.message) for report in view.reports for failure in report.failures],
        tool=f"trackaudit {__version__}",
    )


def _item(report: Report, finding: Finding) -> dict[str, Any]:
    result = finding.result
    return {
        "path": shown_path(report, finding.path), "line": finding.start.line, "rule": result.rule, "category": finding.category,
        "sdk": result.sdk or "", "severity": result.severity, "confidence": result.confidence, "message": _parts(result.message), "help": _parts(result.help) if result.help else [],
        "url": result.url, "frame": _frame(report, finding), "silent": silence_of(finding),
        "related": [(f"{shown_path(report, place.path)}:{place.start.line}", place.message) for place in finding.related],
    }  # fmt: skip


def _parts(text: str) -> list[str]:
    """A text by what stands in backticks, which every second part is; as it is where they do not come in pairs."""
    parts = text.split("`")
    return parts if len(parts) % 2 else [text]


def _frame(report: Report, finding: Finding) -> tuple[str, str, str] | None:
    """The line before, in and after the culprit; a key's value is not shown."""
    from trackaudit.parse.source import Lines
    from trackaudit.report.text import without_secrets

    text = Lines(report.sources.get(finding.path, b"")).line(finding.start.line).rstrip("\r\n")
    if finding.category == "exposed-secret":
        text = without_secrets(text)
    if not text.strip():
        return None
    start = finding.start.column - 1
    end = finding.end.column - 1 if finding.end.line == finding.start.line else len(text)
    first = max(start - _MAX_WIDTH // 2, 0)
    before, after = text[first:start], text[end : end + _MAX_WIDTH // 2]
    return (("…" if first else "") + before, text[start:end][:_MAX_WIDTH] or " ", after)
