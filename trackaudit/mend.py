"""Fixing what an audit found: in memory first, and only what a second audit agrees with."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from trackaudit.audit import audit
from trackaudit.findings import Finding, in_profile
from trackaudit.fix import Rewritten, rewrite
from trackaudit.run import Report, Request

_MOST_TRIED = 40  # fixes that are tried one by one where all together are not agreed with
Progress = Callable[[str, int, int], None]


class Mended(NamedTuple):
    """The files of one project as they would be, and its report then. ``unsafe`` counts the fixes that were left because they are
    not safe, ``refused`` those that would have made something worse."""

    root: str
    rewritten: list[Rewritten]
    report: Report
    unsafe: int
    refused: int


def mend(request: Request, unsafe: bool, progress: Progress) -> Mended:
    """Fix what can be fixed, in memory."""
    before = audit(request, progress)
    shown = [finding for finding in before.findings if in_profile(finding, request.config.profile)]
    offered = [finding.fix for finding in shown if finding.fix is not None]
    wanted = list(dict.fromkeys(fix for fix in offered if fix.safe or unsafe))
    left = len(set(offered)) - len(wanted)
    kept = wanted
    rewritten = rewrite(before.sources, kept)
    after = _agreed(request, before, rewritten, progress)
    if after is None:
        kept = []
        for fix in wanted[:_MOST_TRIED]:
            if _agreed(request, before, rewrite(before.sources, [*kept, fix]), progress) is not None:
                kept.append(fix)
        rewritten = rewrite(before.sources, kept)
        after = _agreed(request, before, rewritten, progress) or before
    return Mended(request.root, rewritten, after, left, len(wanted) - len(kept))


def _agreed(request: Request, before: Report, rewritten: list[Rewritten], progress: Progress) -> Report | None:
    """The report of the fixed texts; None where they cannot be read, where something new is found, or less is known to be wrong."""
    if not rewritten:
        return before
    after = audit(request._replace(overlay={item.path: item.after for item in rewritten}), progress)
    known = {finding.fingerprint for finding in before.findings}
    is_worse = any(finding.fingerprint not in known and _counts(finding) for finding in after.findings)
    if is_worse or len(after.failures) > len(before.failures) or len(after.findings) >= len(before.findings):
        return None
    return after


def _counts(finding: Finding) -> bool:
    return finding.result.severity != "note"
