"""One module per output format. They turn finished reports into text and change nothing."""

from __future__ import annotations

import os
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from trackaudit.findings import SEVERITIES, Finding, in_profile

if TYPE_CHECKING:
    from trackaudit.run import Report

HOME = "https://github.com/trackaudit/trackaudit"
FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "markdown", "html")


class View(NamedTuple):
    """What is shown of the reports. ``shown`` is what the profiles show, ``notes`` what the default profile folds into one
    line of text and lists in the other formats, ``hidden`` counts the rest. ``failing`` of those shown are as severe as their project
    lets a run fail for. ``numbers`` is the summary that the formats share, ``skipped`` counts files by why they were, ``shard`` says
    which share of a report this is, if it is not the whole."""

    reports: list[Report]
    shown: list[Finding]
    notes: list[Finding]
    hidden: int
    failing: int
    show_suppressed: bool
    show_unresolved: bool
    numbers: dict[str, int]
    skipped: dict[str, int]
    shard: str = ""


def view_of(reports: list[Report], show_suppressed: bool, show_unresolved: bool = False, shard: str = "") -> View:
    """Sort the findings of every report by its own project's profile."""
    shown: list[Finding] = []
    notes: list[Finding] = []
    hidden = failing = 0
    skipped: dict[str, int] = {}
    for report in reports:
        for reason, count in report.skipped.items():
            skipped[reason] = skipped.get(reason, 0) + count
        for finding in report.findings:
            if in_profile(finding, report.config.profile):
                shown.append(finding)
                failing += SEVERITIES.index(finding.result.severity) >= SEVERITIES.index(report.config.fail_on)
            elif finding.result.severity == "note" and finding.result.confidence != "low":
                notes.append(finding)
            else:
                hidden += 1
    numbers = {
        "files": sum(report.files for report in reports),
        "parsed": sum(report.parsed for report in reports),
        "skipped": sum(skipped.values()),
        "findings": len(shown),
        "suppressed": sum(len(report.suppressed) for report in reports),
        "baselined": sum(len(report.baselined) for report in reports),
        "unresolved": sum(len(report.unresolved) for report in reports),
    }
    return View(reports, shown, notes, hidden, failing, show_suppressed, show_unresolved, numbers, skipped, shard)


def exit_code(view: View, exit_zero: bool) -> int:
    """The exit code that a report calls for."""
    if any(failure.fatal for report in view.reports for failure in report.failures):
        return 2
    return 1 if view.failing and not exit_zero else 0


def listed(view: View, report: Report) -> list[Finding]:
    """What the machine formats hold of one report, suppressed findings only when asked for."""
    chosen = {id(finding) for finding in (*view.shown, *view.notes)}
    suppressed = [*report.suppressed, *report.baselined] if view.show_suppressed else []
    return sorted(
        [*(finding for finding in report.findings if id(finding) in chosen), *suppressed],
        key=lambda item: (item.path, item.start, item.result.rule),
    )


def shown_path(report: Report, path: str) -> str:
    """A project-relative path as the reader knows it: relative to the working directory, absolute outside of it."""
    return known_as(report.root, path)


def known_as(root: str, path: str) -> str:
    """The same for a path below any root."""
    full = os.path.join(root, path)
    relative = os.path.relpath(full)
    outside = relative == os.pardir or relative.startswith(os.pardir + os.sep)
    return (full if outside else relative).replace(os.sep, "/")


def render(view: View, format_name: str) -> str:
    """The whole report in one of the formats; text as it is on no terminal."""
    from importlib import import_module

    return import_module(f"trackaudit.report.{format_name}").render(view)


def silence_of(finding: Finding) -> str:
    """Why a finding is not reported, in words; empty where it is."""
    if finding.suppressed is not None:
        return f"suppressed: {finding.suppressed}"
    if finding.baselined is not None:
        return f"in the baseline{': ' if finding.baselined else ''}{finding.baselined}"
    return ""


def verdict(view: View) -> str:
    """What was found, in a few words."""
    told = []
    for name in ("error", "warning", "note"):
        count = sum(finding.result.severity == name for finding in view.shown)
        told += [f"{count} {name}{'' if count == 1 else 's'}"] if count else []
    return ", ".join(told) or "no findings"


def harmless(text: str) -> str:
    """Control characters shown instead of sent: a file's name or text must not steer the reader's terminal."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter in "\n\t" or not unicodedata.category(letter).startswith("C") else f"\\x{ord(letter):02x}"
        for letter in text
    )
