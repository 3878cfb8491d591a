"""Fixing what an audit found: in memory first, and only what a second audit agrees with."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from trackaudit.audit import audit
from trackaudit.findings import Finding, Fix, in_profile
from trackaudit.fix import Rewritten, rewrite
from trackaudit.run import Report, Request

_MOST_ROUNDS = 10  # of fixes that stand in one another's way
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
    """Fix what can be fixed, in memory: in rounds, for two fixes of one place do not go together."""
    report = audit(request, progress)
    done: dict[str, Rewritten] = {}
    refused: set[tuple[str, str]] = set()
    for _ in range(_MOST_ROUNDS):
        wanted = [fix for fix in _offered(report) if (fix.safe or unsafe) and _named(fix) not in refused]
        overlaid = request._replace(overlay={**(request.overlay or {}), **{path: item.after for path, item in done.items()}})
        rewritten = rewrite(report.sources, wanted)
        after = _agreed(overlaid, report, rewritten, progress)
        if after is None:
            rewritten, after, left_out = _best(overlaid, report, wanted, progress)
            refused |= left_out
        if not rewritten:
            break
        report = after
        for item in rewritten:
            first = done.get(item.path, item._replace(fixes=()))
            done[item.path] = first._replace(after=item.after, fixes=(*first.fixes, *item.fixes))
    left = sum(1 for fix in _offered(report) if not fix.safe and not unsafe)
    return Mended(request.root, [done[path] for path in sorted(done)], report, left, len(refused))


def _offered(report: Report) -> list[Fix]:
    """The fixes of what the profile shows, each once."""
    shown = (finding for finding in report.findings if in_profile(finding, report.config.profile))
    return list(dict.fromkeys(finding.fix for finding in shown if finding.fix is not None))


def _named(fix: Fix) -> tuple[str, str]:
    """What a fix is known by while places move."""
    return fix.edits[0].path, fix.title


def _best(
    request: Request, before: Report, wanted: list[Fix], progress: Progress
) -> tuple[list[Rewritten], Report, set[tuple[str, str]]]:
    """The fixes that a second audit agrees with one by one, its report of them, and what it does not agree with."""
    kept: list[Fix] = []
    best, report = list[Rewritten](), before
    refused: set[tuple[str, str]] = set()
    for fix in wanted[:_MOST_TRIED]:
        rewritten = rewrite(before.sources, [*kept, fix])
        if sum(len(item.fixes) for item in rewritten) == len(kept):
            continue  # it stands in another's way: for the next round
        after = _agreed(request, before, rewritten, progress)
        if after is None:
            refused.add(_named(fix))
        else:
            kept, best, report = [*kept, fix], rewritten, after
    return best, report, refused


def _agreed(request: Request, before: Report, rewritten: list[Rewritten], progress: Progress) -> Report | None:
    """The report of the fixed texts; None where they cannot be read, where something new is found, or less is known to be wrong."""
    if not rewritten:
        return before
    after = audit(
        request._replace(overlay={**(request.overlay or {}), **{item.path: item.after for item in rewritten}}), progress
    )
    known = {finding.fingerprint for finding in before.findings}
    is_worse = any(finding.fingerprint not in known and _counts(finding) for finding in after.findings)
    if is_worse or len(after.failures) > len(before.failures) or len(after.findings) >= len(before.findings):
        return None
    return after


def _counts(finding: Finding) -> bool:
    return finding.result.severity != "note"
