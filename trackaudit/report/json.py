"""JSON, version 1. Keys are only ever added within a version. :mod:`trackaudit.report.merged` reads it back."""

from __future__ import annotations

import json
from typing import Any

from trackaudit import __version__
from trackaudit.findings import Failure, Finding, Fix, Gap
from trackaudit.report import View, known_as, listed, shown_path
from trackaudit.run import Report


def render(view: View) -> str:
    findings: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    shown = set(map(id, view.shown))
    for report in view.reports:
        findings += [{**finding_table(report, finding), "shown": id(finding) in shown} for finding in listed(view, report)]
        errors += [failure_table(report.root, failure) for failure in report.failures]
    findings.sort(key=lambda item: (item["path"], item["line"], item["column"], item["rule"]))
    reported = sum(1 for item in findings if item["suppressed"] is None and not item["baselined"])
    document: dict[str, Any] = {
        "version": 1,
        "tool": {"name": "trackaudit", "version": __version__},
        "summary": {**view.numbers, "findings": reported, "hidden": view.hidden, "failing": view.failing},
        "skipped": view.skipped,
        "findings": findings,
        "errors": errors,
    }
    if view.shard:
        document["shard"] = view.shard
    if view.show_unresolved:
        document["unresolved"] = [_gap_table(report, gap) for report in view.reports for gap in report.unresolved]
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def failure_table(root: str, failure: Failure) -> dict[str, Any]:
    """What stopped an analysis, as every JSON report tells it."""
    return {
        "path": known_as(root, failure.path),
        "kind": failure.kind,
        "message": failure.message,
        "line": failure.line,
        "column": failure.column,
        "fatal": failure.fatal,
    }


def _fix_table(report: Report, fix: Fix) -> dict[str, Any]:
    edits = [
        {"path": shown_path(report, edit.path), "start": edit.start, "end": edit.end, "text": edit.text} for edit in fix.edits
    ]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}


def _gap_table(report: Report, gap: Gap) -> dict[str, Any]:
    return {
        "path": shown_path(report, gap.path),
        "line": gap.start.line,
        "column": gap.start.column,
        "tracker": gap.tracker,
        "what": gap.what,
        "reason": gap.reason,
    }


def finding_table(report: Report, finding: Finding) -> dict[str, Any]:
    result = finding.result
    return {
        "rule": result.rule,
        "category": finding.category,
        "sdk": result.sdk,
        "severity": result.severity,
        "confidence": result.confidence,
        "path": shown_path(report, finding.path),
        "line": finding.start.line,
        "column": finding.start.column,
        "end_line": finding.end.line,
        "end_column": finding.end.column,
        "message": result.message,
        "help": result.help,
        "url": result.url,
        "related": [
            {
                "path": shown_path(report, place.path),
                "line": place.start.line,
                "column": place.start.column,
                "message": place.message,
            }
            for place in finding.related
        ],
        "fingerprint": finding.fingerprint,
        "fix": _fix_table(report, finding.fix) if finding.fix is not None else None,
        "suppressed": finding.suppressed,
        "external": finding.external,
        "baselined": finding.baselined is not None,
        "baseline_reason": finding.baselined or None,
    }
