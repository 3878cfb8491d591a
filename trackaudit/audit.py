"""The engine: from paths to findings, in a stable order. Prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackaudit.known import has_baselines
from trackaudit.run import Report, Request, Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from trackaudit.findings import Failure


def audit(request: Request, progress: Callable[[str, int, int], None] = lambda stage, done, total: None) -> Report:
    """Audit one project."""
    run = Run(request, progress)
    needed = run.read_all(_get_ready)
    if not needed or not (run.texts or run.manifests or run.field_only or run.configuring or has_baselines(run)):
        return Report(request.root, [], [], _sorted(run.failures), run.files, 0, run.selection.skipped, [], {}, request.config)
    from trackaudit import judge

    try:
        return judge.judge(run)
    finally:
        run.close()


def _get_ready() -> None:
    """Load what judges, which takes about as long as git takes to list a project."""
    from trackaudit import judge  # noqa: F401


def _sorted(failures: list[Failure]) -> list[Failure]:
    return sorted(failures, key=lambda failure: (failure.path, failure.line or 0))


__all__ = ["Report", "Request", "audit"]
