"""Writing the baseline: today's findings become its entries, and what people added to entries stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import NamedTuple

from trackaudit.audit import audit
from trackaudit.baseline import FILE_NAME, Entry, Matched, entry_of, match, render
from trackaudit.findings import Finding
from trackaudit.known import baseline_of, baselines, exists, named_baseline
from trackaudit.run import Report, Request, Run


class Written(NamedTuple):
    """A baseline as it is to be: its path below the root and its text, and how many entries came, stayed and went."""

    path: str
    text: str
    added: int
    kept: int
    pruned: int


class Adopted(NamedTuple):
    """The baselines of one project, and the report that they were made of."""

    root: str
    written: list[Written]
    report: Report


def adopt(request: Request, prune: bool, progress: Callable[[str, int, int], None]) -> Adopted:
    """Every finding of today as an entry; with ``prune`` only the entries that still cover one. Entries about files that were not
    asked for stay as they are."""
    report = audit(request._replace(use_baseline=False), progress)
    run = Run(request, progress)
    run.list_names(lambda: None)
    known = baselines(run)
    report.failures.extend(failure for failure in run.failures if failure.kind == "baseline")
    findings: dict[str, list[Finding]] = {path: [] for path in known}
    for finding in report.findings:
        if finding.result.rule != "stale-baseline":
            findings.setdefault(baseline_of(run, known, finding.path) or named_baseline(run) or FILE_NAME, []).append(finding)
    written = []
    for path, own in findings.items():
        entries = known[path].entries if path in known else []
        left = [entry for entry in entries if not run.reported(entry.path)]
        asked = [entry for entry in entries if run.reported(entry.path)]
        matched = match(own, asked, date.min, partial(exists, run))
        written.append(_written(path, matched, left, prune))
    return Adopted(request.root, written, report)


def _written(path: str, matched: Matched, left: list[Entry], prune: bool) -> Written:
    kept = [entry_of(finding)._replace(reason=entry.reason, until=entry.until) for finding, entry in matched.known]
    added = [] if prune else [entry_of(finding) for finding in matched.new]
    return Written(path, render([*left, *kept, *added]), len(added), len(kept) + len(left), len(matched.stale))
