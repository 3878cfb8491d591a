"""The flags as JSON, version 1. Keys are only ever added within a version."""

from __future__ import annotations

import json
from typing import Any

from trackaudit import __version__
from trackaudit.flags import Flag
from trackaudit.report import known_as
from trackaudit.report.flags import Listed
from trackaudit.report.json import failure_table


def render(listed: Listed) -> str:
    document = {
        "version": 1,
        "tool": {"name": "trackaudit", "version": __version__},
        "flags": [_flag(project.root, flag) for project in listed.projects for flag in listed.of(project)],
        "unnamed": sum(project.unnamed for project in listed.projects),
        "errors": [failure_table(project.root, failure) for project in listed.projects for failure in project.failures],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _flag(root: str, flag: Flag) -> dict[str, Any]:
    first, last = flag.changed
    return {
        "key": flag.key,
        "sdk": flag.sdk,
        "verdict": flag.verdict,
        "reasons": list(flag.reasons),
        "fallbacks": list(flag.fallbacks),
        "until": flag.until or None,
        "first_changed": first or None,
        "last_changed": last or None,
        "owner": flag.owner or None,
        "sites": [
            {"path": known_as(root, site.path), "line": site.line, "column": site.column, "method": site.method, "fallback": site.fallback or None}
            for site in flag.sites
        ],
    }  # fmt: skip
