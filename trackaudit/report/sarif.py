"""SARIF 2.1.0, for code-scanning services."""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import quote

from trackaudit import __version__
from trackaudit.documentation import document, help_markdown
from trackaudit.findings import Finding, Fix
from trackaudit.report import HOME, View, listed, shown_path
from trackaudit.rules import BY_ID
from trackaudit.run import Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "note": "note"}


def render(view: View) -> str:
    is_adopted = view.numbers["baselined"] > 0
    results = [(report, finding) for report in view.reports for finding in listed(view, report)]
    used = sorted({finding.result.rule for _, finding in results})
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "trackaudit",
                "fullName": f"trackaudit {__version__}",
                "version": __version__,
                "semanticVersion": __version__,
                "informationUri": HOME,
                "rules": [_rule(rule) for rule in used],
            }
        },
        "invocations": [_invocation(view)],
        "originalUriBaseIds": {"SRCROOT": {"uri": _folder_uri(os.getcwd())}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, finding, used.index(finding.result.rule), is_adopted) for report, finding in results],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: str) -> dict[str, Any]:
    info = BY_ID.get(rule)
    if info is None:  # a project's own rule, in a report that was merged elsewhere
        return {"id": rule}
    sections = document(info)
    name = "".join(word.capitalize() for word in rule.split("-"))
    return {
        "id": rule,
        "name": name if name.lower() != rule else f"{name}Rule",  # SARIF1001: a name is not the id once more
        "shortDescription": {"text": info.summary},
        "fullDescription": {"text": sections.what},
        "help": {"text": f"{sections.what}\n\n{sections.why}\n\n{sections.fix}", "markdown": help_markdown(info)},
        "helpUri": f"{HOME}/blob/main/docs/rules.md#{rule}",
        "properties": {"category": info.category, "tags": ["privacy", info.category]},
    }


def _invocation(view: View) -> dict[str, Any]:
    failures = [(report, failure) for report in view.reports for failure in report.failures]
    return {
        "executionSuccessful": not any(failure.fatal for _, failure in failures),
        "toolExecutionNotifications": [
            {
                "level": "error" if failure.fatal else "warning",
                "message": {"text": failure.message},
                "locations": [_location(report, failure.path, failure.line, failure.column)],
            }
            for report, failure in failures
        ],
    }


def _result(report: Report, finding: Finding, rule_index: int, is_adopted: bool) -> dict[str, Any]:
    result = finding.result
    text = f"{result.message}. To fix: {result.help}." if result.help else f"{result.message}."
    location = _location(report, finding.path, finding.start.line, finding.start.column, finding.end.line, finding.end.column)
    table: dict[str, Any] = {
        "ruleId": result.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[result.severity],
        "message": {"text": text},
        "locations": [location],
        "partialFingerprints": {"trackaudit/v1": finding.fingerprint},
        "properties": {
            "severity": result.severity,
            "confidence": result.confidence,
            "category": finding.category,
            "sdk": result.sdk,
        },
    }
    if finding.fix is not None:
        table["fixes"] = [_fix(report, finding.fix)]
    if finding.related:
        table["relatedLocations"] = [
            {
                "id": index,
                **_location(report, place.path, place.start.line, place.start.column),
                "message": {"text": place.message},
            }
            for index, place in enumerate(finding.related, 1)
        ]
    if is_adopted:
        table["baselineState"] = "new" if finding.baselined is None else "unchanged"
    if finding.suppressed is not None:
        table["suppressions"] = [{"kind": "external" if finding.external else "inSource", "justification": finding.suppressed}]
    return table


def _fix(report: Report, fix: Fix) -> dict[str, Any]:
    changes: dict[str, dict[str, Any]] = {}
    for edit in fix.edits:
        artifact = _location(report, edit.path, None, None)["physicalLocation"]["artifactLocation"]
        change = changes.setdefault(edit.path, {"artifactLocation": artifact, "replacements": []})
        region = {"byteOffset": edit.start, "byteLength": edit.end - edit.start}
        change["replacements"].append({"deletedRegion": region, "insertedContent": {"text": edit.text}})
    return {"description": {"text": fix.title}, "artifactChanges": list(changes.values())}


def _location(
    report: Report, path: str, line: int | None, column: int | None, end_line: int | None = None, end_column: int | None = None
) -> dict[str, Any]:
    shown = shown_path(report, path)
    artifact: dict[str, Any] = {"uri": quote(shown, errors="surrogateescape")}
    if not os.path.isabs(shown):
        artifact["uriBaseId"] = "SRCROOT"
    else:
        artifact["uri"] = "file://" + quote(shown, errors="surrogateescape")
    physical: dict[str, Any] = {"artifactLocation": artifact}
    if line is not None:
        region = {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
        physical["region"] = {name: value for name, value in region.items() if value is not None}
    return {"physicalLocation": physical}


def _folder_uri(path: str) -> str:
    return "file://" + quote(path.replace(os.sep, "/").rstrip("/"), errors="surrogateescape") + "/"
