"""Since when lines are as they are, and whose: asked of git, and remembered as long as the file stays the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from trackaudit.history import HistoryError, blame

if TYPE_CHECKING:
    from trackaudit.cache import Cache
    from trackaudit.run import Request

MAX_BLAMED = 400  # files that git is asked about

# By path and line: the day of the last change, and its author.
Days = dict[tuple[str, int], tuple[str, str]]


class Memory:
    """What is remembered between runs beside the facts: what git said, and what the list of flags read; nothing where no cache is wanted."""

    def __init__(self, request: Request) -> None:
        self._cache: Cache | None = None
        if request.use_cache:
            from trackaudit.cache import Cache

            self._cache = Cache(f"{request.cached_as or request.root}#history", request.cache_folder)

    def recall(self, data: bytes, *about: object) -> object:
        """What was kept for a text, None where nothing was."""
        return self._cache.plain(self._cache.key(data, *about)) if self._cache is not None else None

    def keep(self, plain: object, data: bytes, *about: object) -> None:
        if self._cache is not None:
            self._cache.keep(self._cache.key(data, *about), plain)

    def save(self) -> None:
        if self._cache is not None:
            self._cache.save()


def dated(root: str, places: Iterable[tuple[str, int]], sources: dict[str, bytes], memory: Memory) -> Days:
    """When these lines, each of a file's path, were last changed, as far as git tells. Lines that are not in git yet have no day."""
    wanted: dict[str, set[int]] = {}
    for path, line in places:
        wanted.setdefault(path, set()).add(line)
    days: Days = {}
    for path in sorted(wanted)[:MAX_BLAMED]:
        lines = sorted(wanted[path])
        about = ("blame", path, lines)
        told = memory.recall(sources.get(path, b""), *about)
        if not isinstance(told, dict):
            try:
                told = blame(root, path, lines)
            except HistoryError:
                return days
            if len(told) == len(lines):  # what is not in git yet soon is
                memory.keep(told, sources.get(path, b""), *about)
        days.update({(path, line): about for line, about in told.items()})
    return days
