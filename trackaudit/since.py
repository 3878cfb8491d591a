"""What a change brings: the findings that were not there where it started, and those on lines that it touches.

Both sides are audited with today's configuration, so that a finding which a changed wrapper or version causes in an untouched file is
new as well.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from tempfile import TemporaryDirectory

from trackaudit.baseline import entry_of, match
from trackaudit.findings import Finding
from trackaudit.history import Change, base_of, change_since, staged, write_files
from trackaudit.run import Report, Request

Progress = Callable[[str, int, int], None]
Audit = Callable[[Request, Progress], Report]


def audit_change(request: Request, revision: str, audit: Audit, progress: Progress) -> Report:
    """The report of what the work tree, or the index for an empty revision, changes since it parted from ``revision``.

    Raises HistoryError where git cannot tell.
    """
    commit = base_of(request.root, revision or "HEAD")
    now = request
    if not revision:
        index = staged(request.root)
        now = request._replace(overlay=index.contents, left_out=index.missing)
    report = audit(now, progress)
    if not report.findings:
        return report
    change = change_since(request.root, commit, in_index=not revision)
    before = _before(request, commit, change, audit, progress)
    entries = [entry_of(finding) for finding in before]
    matched = match(report.findings, entries, date.min, lambda path: path not in change.gone, change.renamed)
    new = {id(finding) for finding in matched.new}
    kept = [finding for finding in report.findings if id(finding) in new or _is_touched(finding, change)]
    return report._replace(findings=kept)


def _before(request: Request, commit: str, change: Change, audit: Audit, progress: Progress) -> list[Finding]:
    """What was found where the change started; the whole project is asked, for what is new here may be old elsewhere."""
    with TemporaryDirectory(prefix="trackaudit-") as folder:
        write_files(request.root, commit, folder)
        paths = tuple(path for path in _paths_before(request.paths, change) if os.path.lexists(os.path.join(folder, path)))
        if not paths:
            return []
        past = request._replace(
            root=folder, git=False, paths=paths, cached_as=request.cached_as or request.root, use_baseline=False, overlay=None
        )
        return audit(past, progress).findings


def _paths_before(paths: tuple[str, ...], change: Change) -> list[str]:
    """The paths as they were called before the change."""
    old = {new: before for before, new in change.renamed.items()}
    return [old.get(path, path) for path in paths]


def _is_touched(finding: Finding, change: Change) -> bool:
    lines = change.lines.get(finding.path)
    return lines is not None and any(line in lines for line in range(finding.start.line, finding.end.line + 1))
