"""One module per output format. They turn finished reports into text and change nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from trackaudit.findings import CONFIDENCES, SEVERITIES, Finding

if TYPE_CHECKING:
    from trackaudit.audit import Report

FORMATS = ("text", "json", "sarif", "github")


class View(NamedTuple):
    """What is shown of the reports: the profile's findings, and the notes that the default profile folds away."""

    reports: list[Report]
    shown: list[Finding]
    folded: list[Finding]
    profile: str
    show_suppressed: bool


def in_profile(finding: Finding, profile: str) -> bool:
    """Whether a profile shows a finding: ``strict`` shows all, ``default`` what is serious and sure enough."""
    if profile == "strict":
        return True
    result = finding.result
    return SEVERITIES.index(result.severity) >= 1 and CONFIDENCES.index(result.confidence) >= 1


def shown_path(report: Report, path: str) -> str:
    """A project-relative path as the reader knows it: relative to the working directory, absolute outside of it."""
    full = os.path.join(report.root, path)
    relative = os.path.relpath(full)
    outside = relative == os.pardir or relative.startswith(os.pardir + os.sep)
    return (full if outside else relative).replace(os.sep, "/")


def counts(view: View) -> dict[str, int]:
    """The summary that the formats share."""
    reports = view.reports
    return {
        "files": sum(report.files for report in reports),
        "parsed": sum(report.parsed for report in reports),
        "skipped": sum(sum(report.skipped.values()) for report in reports),
        "findings": len(view.shown),
        "suppressed": sum(len(report.suppressed) for report in reports),
        "baselined": 0,
        "unresolved": sum(report.unresolved for report in reports),
    }


def render(view: View, format_name: str) -> str:
    """The whole report in one of the machine formats."""
    if format_name == "json":
        from trackaudit.report.json import render as render_json

        return render_json(view)
    if format_name == "sarif":
        from trackaudit.report.sarif import render as render_sarif

        return render_sarif(view)
    from trackaudit.report.github import render as render_github

    return render_github(view)
