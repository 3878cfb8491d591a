"""GitHub Actions annotations: one workflow command a finding."""

from __future__ import annotations

from trackaudit.report import View, listed, shown_path, silence_of

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def render(view: View) -> str:
    lines = []
    for report in view.reports:
        for finding in listed(view, report):
            if silence_of(finding):
                continue
            result = finding.result
            place = {
                "file": shown_path(report, finding.path),
                "line": finding.start.line,
                "col": finding.start.column,
                "endLine": finding.end.line,
                "title": f"trackaudit: {result.rule}",
            }
            properties = ",".join(f"{name}={_property(str(value))}" for name, value in place.items())
            body = f"{result.message}. To fix: {result.help}." if result.help else f"{result.message}."
            lines.append(f"::{_LEVELS[result.severity]} {properties}::{_data(body)}")
        for failure in report.failures:
            if failure.fatal:
                lines.append(f"::error file={_property(shown_path(report, failure.path))}::{_data(failure.message)}")
    return "".join(line + "\n" for line in lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
