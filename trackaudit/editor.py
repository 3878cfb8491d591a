"""What an editor is told about a file that somebody is working on: findings as diagnostics, what an option does, and what can be done.

The unsaved text of open files stands in for what is on disk, in a project that is read as ``check`` reads it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from trackaudit.audit import audit
from trackaudit.config import Config, ConfigError, load
from trackaudit.discover import project_root
from trackaudit.findings import Finding, in_profile
from trackaudit.languages import language_of
from trackaudit.run import Report, Request, Run

if TYPE_CHECKING:
    from trackaudit.effective.setups import Setup

_COMMENTS = {
    "python": ("# ", ""),
    "html": ("<!-- ", " -->"),
    "vue": ("<!-- ", " -->"),
    "svelte": ("<!-- ", " -->"),
    "astro": ("// ", ""),
}


class Seen(NamedTuple):
    """One look at a file: its findings that the profile shows and its notes, and the text of every file that a place may be in."""

    root: str
    path: str
    findings: list[Finding]
    sources: dict[str, bytes]


def request_for(file: str, texts: Mapping[str, bytes]) -> Request:
    """The request for one file by its full path; ``texts`` are the unsaved texts of open files, by full path too.

    Raises ConfigError for a configuration that cannot be read.
    """
    root, git = project_root(file)
    inside = {os.path.relpath(path, root).replace(os.sep, "/"): text for path, text in texts.items()}
    overlay = {path: text for path, text in inside.items() if not path.startswith("../")}
    path = os.path.relpath(file, root).replace(os.sep, "/")
    return Request(root, git, (path,), load(root), date.today(), overlay=overlay, use_history=False, jobs=1)


def look(file: str, texts: Mapping[str, bytes]) -> Seen:
    """The findings in one file."""
    request = request_for(file, texts)
    report = audit(request)
    return Seen(request.root, request.paths[0], _shown(report, request.config), report.sources)


def _shown(report: Report, config: Config) -> list[Finding]:
    return [
        finding
        for finding in report.findings
        if in_profile(finding, config.profile) or (finding.result.severity == "note" and finding.result.confidence != "low")
    ]


def suppression(path: str, rule: str) -> str:
    """The comment that suppresses a rule on the line below it, with its reason to be filled in."""
    before, after = _COMMENTS.get(language_of(os.path.basename(path)) or "", ("// ", ""))
    return f"{before}trackaudit: ignore[{rule}] -- say why{after}"


def explanation(file: str, texts: Mapping[str, bytes], offset: int) -> str:
    """What the option at a byte offset of a file's text does at this version, as Markdown; empty where there is none."""
    from trackaudit.understand import understand

    request = request_for(file, texts)
    run = Run(request, lambda stage, done, total: None)
    try:
        if not run.read_all(lambda: None) or not run.texts:
            return ""
        project = understand(run).project
    finally:
        run.close()
    for setup in project.setups:
        if setup.path == request.paths[0] and (told := _option_at(setup, offset)):
            return told
    return ""


def _option_at(setup: Setup, offset: int) -> str:
    for option in setup.client["option"]:
        for written in setup.find(option["path"]).written:
            if not written.span.path and written.span.start <= offset < written.span.end:
                return _told(setup, option)
    return ""


def _told(setup: Setup, option: dict[str, object]) -> str:
    version = f" {setup.pinned.known}" if setup.pinned.known else ""
    lines = [f"**{setup.client['title']}{version}**: `{option['path']}`"]
    entry, certain = setup.default_entry(option)
    if entry is not None:
        lines.append(f"Default{'' if certain else ' of the newest version'}: `{_value(entry['value'])}`")
    risk = setup.risk(option)
    collects = (risk.entry["collects"] if risk is not None else "") or option["collects"]
    if collects:
        lines.append(f"{'As it is here, it' if risk is not None else 'Where it is risky, it'} would collect {collects}.")
    if option["concern"]:
        lines.append(f"Rule: `{option['concern']}`")
    if option["url"]:
        lines.append(f"[Documentation]({option['url']})")
    return "\n\n".join(lines)


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)


__all__ = ["ConfigError", "Seen", "explanation", "look", "suppression"]
