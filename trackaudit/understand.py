"""From what was read to the project: files are analysed in rounds, linked with one another and with the versions in manifests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from trackaudit.effective.declared import Declared, ListError, declared
from trackaudit.effective.pins import Pins
from trackaudit.effective.project import Project
from trackaudit.findings import Failure
from trackaudit.link.templates import Templates
from trackaudit.model import Span
from trackaudit.parse.manifests import Pin, scan
from trackaudit.parse.source import Lines, Undecodable, to_utf8
from trackaudit.resolve.facts import Wanted
from trackaudit.rounds import MAX_FILES, MAX_ROUNDS, Rounds

if TYPE_CHECKING:
    from trackaudit.cache import Cache
    from trackaudit.resolve.values import FileFacts
    from trackaudit.run import Run


class Understood(NamedTuple):
    """A project, the bytes of its files that places point into, and the rounds that it took."""

    project: Project
    sources: dict[str, bytes]
    rounds: Rounds


def understand(run: Run) -> Understood:
    """Analyse what was read. What could not be read goes to the run's failures."""
    request = run.request
    cache = None
    if request.use_cache:
        from trackaudit.cache import Cache

        cache = Cache(request.cached_as or request.root, request.cache_folder)
    rounds = Rounds(run, cache)
    rounds.first()
    sources: dict[str, bytes] = {}
    pins = _pins(run, sources, cache)
    uses = [*rounds.link(_telling(run)), *rounds.configured()]

    def importers(path: str) -> list[str]:
        return [importer for importer, _ in rounds.importing(path)]

    def mentions(path: str, words: Iterable[str]) -> bool:
        return run.load(path) and any(word.encode() in run.texts[path] for word in words)

    def text_of(path: str) -> str | None:
        return run.texts[path].decode("utf-8", "replace") if run.load(path) else None

    templates = Templates(run.names or list(run.texts), text_of)
    project = Project(
        rounds.files,
        uses,
        pins,
        run.catalogue,
        run.packages,
        importers,
        mentions,
        templates,
        request.today,
        _declared(run),
        request.config.permanent_flags,
        request.config.flag_age,
        text_of,
    )
    reachable = _reachable_packages(project)
    if reachable:
        wanted = run.with_fields(lambda path: project.package_of(path) in reachable)
        rounds.analyse({path: Wanted(run.hits[path].sdks, fields=True) for path in wanted})
    sources.update(run.texts)
    rounds.remember()
    if cache is not None:
        cache.save()
    return Understood(project, sources, rounds)


def _pins(run: Run, sources: dict[str, bytes], cache: Cache | None) -> Pins:
    """The versions in the project's manifests, of the packages whose SDKs they mention."""
    found: dict[str, tuple[str, list[Pin]]] = {}
    for path, (kind, data) in run.manifests.items():
        try:
            text = to_utf8(data)
        except Undecodable as error:
            run.failures.append(Failure(path, "encoding", str(error), None, None, True))
            continue
        key = cache.key(text, "pins", kind, run.request.config.sdks) if cache is not None else b""
        pins = _remembered(cache.plain(key) if cache is not None else None)
        if pins is None:
            hits = run.prefilter.in_manifest(text)
            packages = [package for package, sdk in run.catalogue.packages.items() if sdk in hits]
            pins = scan(kind, text.decode("utf-8"), packages)
            if cache is not None:
                cache.keep(key, [tuple(pin._replace(span=tuple(pin.span))) for pin in pins])
        if pins:
            found[path] = (kind, pins)
            sources[path] = text
    return Pins(found)


def _declared(run: Run) -> dict[str, Declared] | None:
    """The project's list of flags, if its configuration names one. A list that cannot be read is told."""
    name = run.request.config.flag_list
    if not name:
        return None
    try:
        with open(os.path.join(run.request.root, name), encoding="utf-8") as file:
            return declared(file.read(), name)
    except (OSError, UnicodeDecodeError, ListError) as error:
        told = error.strerror if isinstance(error, OSError) else str(error)
        run.failures.append(Failure(name, "flag-list", f"the list of flags could not be read: {told}", None, None, True))
        return None


def _remembered(plain: Any) -> list[Pin] | None:
    """Pins as they were kept; None where they were not."""
    try:
        return [Pin._make((*fields[:-1], Span._make(fields[-1]))) for fields in plain]
    except TypeError:
        return None


def _telling(run: Run) -> Callable[[str], bool]:
    """Whether a name says that what it stands for may be personal."""
    from trackaudit.personal import personal_data

    of_name = personal_data(run.catalogue).of_name
    return lambda name: of_name(name) is not None


def _reachable_packages(project: Project) -> set[str]:
    """The packages in which a tracker captures from form fields: only there do fields matter."""
    from trackaudit.rules.sensitive_input import active

    return {project.package_of(setup.path) for setup, _, _ in active(project)} if project.setups else set()


class LinesOf(dict[str, Lines]):
    """Line tables, made when a place in the file is asked for."""

    def __init__(self, sources: dict[str, bytes]) -> None:
        super().__init__()
        self.sources = sources

    def __missing__(self, path: str) -> Lines:
        self[path] = lines = Lines(self.sources.get(path, b""))
        return lines


def shortfalls(run: Run, reported: dict[str, FileFacts], lines: LinesOf, rounds: Rounds) -> list[Failure]:
    """Everything that the analysis of these files fell short of: what could not be read, in whole or in part, or followed."""
    failures = [*run.failures, *_problems(reported, lines), *_cut(rounds)]
    return sorted(failures, key=lambda failure: (failure.path, failure.line or 0, failure.column or 0))


def _cut(rounds: Rounds) -> list[Failure]:
    """What the bounds of following wrappers left out."""
    told = []
    if rounds.cut:
        told.append(f"{len(rounds.cut)} more files import wrappers of trackers; the first {MAX_FILES} were read")
    if rounds.flows_cut:
        told.append(f"{rounds.flows_cut} uses behind wrappers that make very many were not followed to the callers")
    if rounds.unfinished:
        told.append(f"wrappers that go through more than {MAX_ROUNDS} modules in a row were not followed to the end")
    return [Failure(".", "not-followed", message, None, None, False) for message in told]


def _problems(files: dict[str, FileFacts], lines: LinesOf) -> list[Failure]:
    """What stopped the analysis of parts of files; the rest of them was analysed."""
    return [
        Failure(path, problem.kind, problem.message, *lines[path].position(problem.span.start), False)
        for path, facts in files.items()
        for problem in facts.problems
    ]
