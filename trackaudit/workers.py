"""From a file's bytes to its facts, here or in worker processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

    from trackaudit.parse import Interest
    from trackaudit.resolve.facts import Wanted
    from trackaudit.resolve.values import FileFacts
    from trackaudit.sdks.catalogue import Catalogue

# Below this much work (Python weighs more, it is lowered by a slower parser) starting processes does not pay.
PARALLEL_BYTES = 600_000
_PYTHON_WEIGHT = 8
_WORTH_A_TRIP = 60_000  # the same, where processes are there already
_BATCH_BYTES = 150_000


class Job(NamedTuple):
    """A file to analyse: its UTF-8 text, and what is asked of it."""

    path: str
    language: str
    text: bytes
    wanted: Wanted
    javascript_parser: str


class Outcome(NamedTuple):
    """The facts of one job, or the words of what went wrong."""

    path: str
    facts: FileFacts | None
    error: str


_state: dict[str, Any] = {}


def prepare(extra: list[dict[str, Any]]) -> None:
    """Load the catalogue, once per process. ``extra`` are the configuration's own SDK records."""
    from trackaudit.prefilter import Prefilter
    from trackaudit.sdks.catalogue import Catalogue

    _state["extra"] = extra
    _state["catalogue"] = Catalogue(extra)
    _state["prefilter"] = Prefilter(_state["catalogue"])
    _interest.cache_clear()


@lru_cache(maxsize=256)
def _interest(wanted: Wanted) -> Interest:
    """What the parsers pick code by: the words of the SDKs, of sensitive fields, modules and exports, as far as they are wanted."""
    from trackaudit.parse import Interest
    from trackaudit.prefilter import FIELD_TOKENS
    from trackaudit.resolve.exports import SETTING
    from trackaudit.resolve.requests import POSTING_MODULES

    names = (wanted.exports or frozenset()) | wanted.plain
    keys = frozenset(name.removeprefix(SETTING) for name in names if name.startswith(SETTING))
    words = [*_state["prefilter"].interest(wanted.sdks), *sorted(name.removeprefix(SETTING) for name in names)]
    catalogue: Catalogue = _state["catalogue"]
    if any(client["request"] for sdk in wanted.sdks for client in catalogue.record(sdk)["client"]):
        words += POSTING_MODULES  # the vendor's name is only in a string then
    return Interest(words, FIELD_TOKENS if wanted.fields else (), wanted.modules, keys)


def analyse(job: Job) -> Outcome:
    """Parse one file and extract its facts. An exception of ours becomes the outcome's error."""
    from trackaudit.parse import parse
    from trackaudit.resolve.facts import extract

    try:
        unit = parse(job.text, job.language, _interest(job.wanted), job.javascript_parser)
        facts = extract(unit, job.text, _state["catalogue"], job.wanted)
        unit.pending.clear()  # these hold the tree, and the tree them: with it go all cycles, and nobody collects garbage here
        return Outcome(job.path, facts, "")
    except Exception as error:  # a fault of ours in one file must not cost the others
        if os.environ.get("TRACKAUDIT_DEBUG"):
            raise
        return Outcome(job.path, None, f"internal error: {type(error).__name__}: {error}")


def _analyse_batch(batch: list[Job]) -> list[Outcome]:
    return [analyse(job) for job in batch]


class Workers:
    """Analyses files here or in processes, which are started for the first work that pays for them and kept for what follows.

    ``extra`` are the configuration's own SDK records, ``count`` how many processes there may be.
    """

    def __init__(self, extra: list[dict[str, Any]], count: int) -> None:
        self.extra, self.count = extra, count
        self._pool: ProcessPoolExecutor | None = None

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def run(self, jobs: list[Job], progress: Callable[[int], None]) -> Iterator[Outcome]:
        """The outcome of every job, in any order; ``progress`` is told how many are done."""
        weight = sum(map(_weight, jobs))
        if self.count < 2 or len(jobs) < 2 or weight < (_WORTH_A_TRIP if self._pool is not None else PARALLEL_BYTES):
            if _state.get("extra") != self.extra:
                prepare(self.extra)
            for done, job in enumerate(jobs, 1):
                yield analyse(job)
                progress(done)
            return
        yield from self._in_processes(jobs, min(_BATCH_BYTES, weight // (2 * self.count)), progress)

    def _in_processes(self, jobs: list[Job], size: int, progress: Callable[[int], None]) -> Iterator[Outcome]:
        from concurrent.futures import as_completed
        from concurrent.futures.process import BrokenProcessPool

        finished: set[str] = set()
        try:
            if self._pool is None:
                self._pool = self._processes(self.count)
            for future in as_completed([self._pool.submit(_analyse_batch, batch) for batch in _batches(jobs, size)]):
                for outcome in future.result():
                    finished.add(outcome.path)
                    yield outcome
                progress(len(finished))
        except BrokenProcessPool:
            self.close()
            for job in jobs:
                if job.path not in finished:
                    yield self._alone(job)

    def _processes(self, count: int) -> ProcessPoolExecutor:
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
        return ProcessPoolExecutor(count, multiprocessing.get_context(method), prepare, (self.extra,))

    def _alone(self, job: Job) -> Outcome:
        """One file in a process of its own, so that a crash costs that file and no other."""
        from concurrent.futures.process import BrokenProcessPool

        try:
            with self._processes(1) as pool:
                return pool.submit(analyse, job).result()
        except BrokenProcessPool:
            return Outcome(job.path, None, "the parser crashed on this file")


def _weight(job: Job) -> int:
    return len(job.text) * (_PYTHON_WEIGHT if job.language == "python" else 1)


def _batches(jobs: Iterable[Job], enough: int) -> Iterator[list[Job]]:
    """Jobs in groups of about the same work, the heaviest first so that no process ends alone."""
    batch: list[Job] = []
    size = 0
    for job in sorted(jobs, key=lambda job: (job.language != "python", -len(job.text))):
        batch.append(job)
        size += _weight(job)
        if size >= enough:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
