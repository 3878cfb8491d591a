"""The inventory of a project as it was, to compare with."""

from __future__ import annotations

import os
from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from trackaudit.history import base_of, write_files
from trackaudit.inventory import Inventory
from trackaudit.inventory.comparison import Comparison, compare
from trackaudit.inventory.trackers import take

if TYPE_CHECKING:
    from trackaudit.run import Request


def changes_since(request: Request, revision: str, now: Inventory, progress: Callable[[str, int, int], None]) -> Comparison:
    """What the work tree changes since it parted from ``revision``. Both sides are read with today's configuration.

    Raises HistoryError where git cannot tell.
    """
    commit = base_of(request.root, revision)
    with TemporaryDirectory(prefix="trackaudit-") as folder:
        write_files(request.root, commit, folder)
        paths = tuple(path for path in request.paths if os.path.lexists(os.path.join(folder, path)))
        past = request._replace(root=folder, git=False, paths=paths, cached_as=request.root)
        before = take(past, progress) if paths else Inventory(folder, (), ())
    missing = tuple(failure._replace(message=f"at {commit[:12]}: {failure.message}") for failure in before.failures)
    return compare(before, now, commit)._replace(failures=(*now.failures, *missing))
