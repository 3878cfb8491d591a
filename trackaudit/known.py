"""The baselines that hold in a run: found, read, and which file's findings belong to which."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from trackaudit.baseline import FILE_NAME, BaselineError, Entry, parse
from trackaudit.findings import Failure

if TYPE_CHECKING:
    from trackaudit.run import Run


class Baseline(NamedTuple):
    """One baseline as it was read."""

    text: bytes
    entries: list[Entry]


def baselines(run: Run) -> dict[str, Baseline]:
    """The baselines by their paths. One that cannot be read is a failure of the run's."""
    found: dict[str, Baseline] = {}
    for path in _paths(run) if run.request.use_baseline else ():
        try:
            with open(os.path.join(run.request.root, path), "rb") as file:
                data = file.read()
            found[path] = Baseline(data, parse(data.decode("utf-8"), path))
        except (OSError, UnicodeDecodeError, BaselineError) as error:
            told = error.strerror if isinstance(error, OSError) else str(error)
            kind = "no-baseline" if isinstance(error, FileNotFoundError) else "baseline"
            run.failures.append(Failure(path, kind, f"the baseline could not be read: {told}", None, None, True))
    return found


def _paths(run: Run) -> list[str]:
    """The one that was named, else every file of the usual name."""
    named = named_baseline(run)
    if named:
        return [named]
    return [name for name in run.names if name.rpartition("/")[2] == FILE_NAME and run.selection.left_out(name) is None]


def named_baseline(run: Run) -> str:
    """The baseline that the command line or the configuration names; empty where neither does."""
    return run.request.baseline or run.request.config.baseline


def has_baselines(run: Run) -> bool:
    return run.request.use_baseline and bool(_paths(run))


def baseline_of(run: Run, known: dict[str, Baseline], path: str) -> str | None:
    """The baseline that a file's findings belong to: the one that was named, else the nearest above it."""
    if named_baseline(run):
        return next(iter(known), None)
    above = [name for name in known if path.startswith(name[: -len(FILE_NAME)])]
    return max(above, key=len, default=None)


def exists(run: Run, path: str) -> bool:
    return os.path.lexists(os.path.join(run.request.root, path))
