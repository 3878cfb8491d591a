"""GitLab's code quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""

from __future__ import annotations

import json

from trackaudit.report import View, listed, shown_path, silence_of

_SEVERITIES = {"error": "critical", "warning": "major", "note": "info"}


def render(view: View) -> str:
    entries = []
    seen: dict[str, int] = {}
    for report in view.reports:
        for finding in listed(view, report):
            if silence_of(finding):
                continue
            result = finding.result
            count = seen[finding.fingerprint] = seen.get(finding.fingerprint, 0) + 1  # two projects may find the same
            entries.append({
                "description": f"{result.message}. To fix: {result.help}." if result.help else f"{result.message}.",
                "check_name": result.rule,
                "fingerprint": finding.fingerprint if count == 1 else f"{finding.fingerprint}-{count}",
                "severity": _SEVERITIES[result.severity],
                "location": {"path": shown_path(report, finding.path), "lines": {"begin": finding.start.line, "end": finding.end.line}},
            })  # fmt: skip
    return json.dumps(entries, indent=2, ensure_ascii=True) + "\n"
