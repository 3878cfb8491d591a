"""One audit on its way: what is asked for, what was read, the facts that came of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from trackaudit.config import Config
from trackaudit.discover import (
    MANIFEST_MAX_SIZE,
    Listed,
    Policy,
    Selection,
    Skipped,
    Unreadable,
    list_files,
    looks_minified,
    read,
    submodules,
)
from trackaudit.findings import Failure, Finding, Gap
from trackaudit.languages import MARKUP, deployment_of, language_of, manifest_of
from trackaudit.prefilter import Hits, Prefilter, mentions_field
from trackaudit.sdks.catalogue import Catalogue

if TYPE_CHECKING:
    from trackaudit.cache import Cache
    from trackaudit.resolve.facts import Wanted
    from trackaudit.resolve.values import FileFacts
    from trackaudit.workers import Workers

# Elements are found in these, and fields in Python's forms, which stand in files that say so; a field in another language is none.
_HAS_ELEMENTS = MARKUP | {"javascript", "tsx"}


class Request(NamedTuple):
    """What to audit. ``paths`` are files or folders below one project root; ``stdin`` stands in for the file
    ``stdin_path``'s bytes. ``force_exclude`` applies the excludes to explicitly named files too, ``cached_as`` is the root whose cache is shared, ``overlay``
    holds files' bytes that stand in for those on disk, ``left_out`` are files that are not there for this run. Without ``use_history`` git is not asked since when lines are as they are. ``baseline`` is the
    file of findings that are known, below the root; without it the project's own are taken, without ``use_baseline`` none."""

    root: str
    git: bool
    paths: tuple[str, ...]
    config: Config
    today: date
    stdin: bytes | None = None
    stdin_path: str = ""
    force_exclude: bool = True
    use_cache: bool = True
    cache_folder: str | None = None
    jobs: int = 0
    use_prefilter: bool = True
    cached_as: str = ""
    overlay: Mapping[str, bytes] | None = None
    use_history: bool = True
    left_out: frozenset[str] = frozenset()
    baseline: str | None = None
    use_baseline: bool = True


class Report(NamedTuple):
    """The outcome of one project, judged by its own ``config``. Paths are relative to ``root``."""

    root: str
    findings: list[Finding]
    suppressed: list[Finding]
    failures: list[Failure]
    files: int
    parsed: int
    skipped: dict[str, int]
    unresolved: list[Gap]
    sources: dict[str, bytes]
    config: Config
    baselined: tuple[Finding, ...] = ()


class Run:
    """One audit on its way: what was read, what is to be analysed, what went wrong."""

    def __init__(self, request: Request, progress: Callable[[str, int, int], None]) -> None:
        self.request, self.progress = request, progress
        config = request.config
        self.catalogue = Catalogue(list(config.sdks))
        self.prefilter = Prefilter(self.catalogue)
        self.selection = Selection(Policy(config.max_size, config.include, config.exclude))
        self.failures: list[Failure] = []
        self.texts: dict[str, bytes] = {}
        self.hits: dict[str, Hits] = {}
        self.languages: dict[str, str] = {}
        self.field_only: list[str] = []
        self.manifests: dict[str, tuple[str, bytes]] = {}
        self.packages: set[str] = set()
        self.scripts: list[str] = []  # files in another language than Python, as far as they are read
        self.names: list[str] = []  # every file of the project
        self.configuring: list[str] = []  # those that set an SDK up by their names alone
        self.imports: dict[bytes, list[str]] = {}  # module specifiers, as they are written, and the files that hold them
        self.workers: Workers | None = None
        self.files = 0
        self.folders = tuple(path for path in request.paths if os.path.isdir(os.path.join(request.root, path)))
        self.explicit = {path for path in request.paths if path not in self.folders}

    def reported(self, path: str) -> bool:
        """Whether the paths that were asked for take in a file."""
        return path in self.explicit or any(folder in ("", ".") or path.startswith(folder + "/") for folder in self.folders)

    # --- reading ----------------------------------------------------------------------------------

    def read_all(self, meanwhile: Callable[[], None]) -> bool:
        """Read what is asked for, then the project around it. False where nothing asked for needs the project.

        ``meanwhile`` is what can be done while the files are being listed.
        """
        asked = self._explicit_files()
        for listed in asked:
            self._take(listed)
        named = self.texts or self.field_only or self.manifests or self.imports or self.configuring
        if not self.folders and not named:
            return False
        seen = {listed.path for listed in asked}
        self.list_names(meanwhile)
        for folder in submodules(self.request.root) if self.request.git and ".gitmodules" in self.names else ():
            if self.reported(folder):
                self.selection.skip("submodules")
        self.configuring = [name for name in self.names if self._may_configure(name) and self._configures(name)]
        candidates = self.selection.candidates((name for name in self.names if name not in seen), self.reported)
        for count, listed in enumerate(candidates):
            self._take(listed)
            if count % 500 == 0:
                self.progress("reading", count, 0)
        return True

    def list_names(self, meanwhile: Callable[[], None]) -> None:
        """List every file of the project; nothing is read."""
        listed = list_files(self.request.root, self.request.git, self._unlisted, meanwhile)
        self.names = [name for name in listed if name not in self.request.left_out]

    def _may_configure(self, name: str) -> bool:
        return ".env" in name or "ockerfile" in name or "compose" in name or name.endswith(tuple(self.catalogue.files))

    def _configures(self, path: str) -> bool:
        """Whether a file sets an SDK up by its name alone."""
        known = path.rpartition("/")[2] in self.catalogue.files or deployment_of(path) is not None
        return known and self.selection.left_out(path) is None

    def _unlisted(self, folder: str, reason: str) -> None:
        """A folder that could not be opened (see ``list_files``): an error if files that are asked for may be in it."""
        asked = self.reported(folder) or any(path.startswith(folder) for path in self.folders)
        if asked and self.selection.left_out(folder) is None:
            self.failures.append(Failure(folder[:-1] or ".", "unreadable", f"could not be listed: {reason}", None, None, True))

    def _explicit_files(self) -> list[Listed]:
        found = []
        for path in sorted(self.explicit - self.request.left_out):
            base = path.rpartition("/")[2]
            language = language_of(base)
            manifest = manifest_of(base) if language is None else None
            if language is None and manifest is None:
                if self._configures(path):
                    self.configuring.append(path)
                else:
                    self.selection.skip("other languages")
                continue
            reason = self.selection.left_out(path) if self.request.force_exclude else None
            if reason is None:
                found.append(Listed(path, language, manifest))
            else:
                self.selection.skip(reason)
        return found

    def _take(self, listed: Listed) -> None:
        """Read one file and keep it if it mentions anything."""
        path = listed.path
        data = self._bytes(listed)
        if data is None:
            return
        reported = self.reported(path)
        self.files += reported
        hits = self.prefilter.scan(data, listed.language == "python")
        for specifier in hits.imports:
            self.imports.setdefault(specifier, []).append(path)
        wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        if listed.manifest is not None:
            self.packages.add(path.rpartition("/")[0])
            if hits.sdks or wide or self.prefilter.in_manifest(data):
                self.manifests[path] = (listed.manifest, data)
            return
        assert listed.language is not None
        if listed.language != "python":
            self.scripts.append(path)
        if not hits.sdks and not hits.suppression and not wide and self.request.use_prefilter:
            self._note_field(listed, data)
            return
        if (
            listed.language != "python"
            and not (path in self.explicit and not self.request.force_exclude)
            and looks_minified(data, listed.language)
        ):
            if reported:
                self.selection.skip("minified")
            return
        self._keep(path, listed.language, data, hits, wide)

    def _keep(self, path: str, language: str, data: bytes, hits: Hits, wide: bool) -> None:
        from trackaudit.parse.source import Undecodable, to_utf8

        try:
            text = to_utf8(data, language == "python")
        except Undecodable as error:
            if (hits.sdks or wide) and self.reported(path):
                self.failures.append(Failure(path, "encoding", str(error), None, None, True))
            return
        if wide:
            hits = self.prefilter.scan(text, language == "python")
            if not hits.sdks and not hits.suppression and _may_have_fields(path, language) and mentions_field(text):
                hits = Hits(frozenset(), True)
        if not self.request.use_prefilter:
            hits = Hits(frozenset(self.catalogue.tokens), True)
        if hits.sdks or hits.suppression:
            self.texts[path], self.hits[path], self.languages[path] = text, hits, language

    def _note_field(self, listed: Listed, data: bytes) -> None:
        """Remember a file that could hold a field. Which ones do is asked only once a tracker is known to reach them;
        of a file that was named it must be known at once, to decide whether the project is read at all."""
        path = listed.path
        if not _may_have_fields(path, listed.language) or not self.reported(path):
            return
        if path in self.explicit and not mentions_field(data):
            return
        self.field_only.append(path)
        self.languages[path] = listed.language or ""

    def _bytes(self, listed: Listed, again: bool = False) -> bytes | None:
        """A file's bytes; None where it is left out, which is told the first time only."""
        request = self.request
        if request.stdin is not None and listed.path == request.stdin_path:
            return request.stdin
        if request.overlay is not None and listed.path in request.overlay:
            return request.overlay[listed.path]
        full = f"{request.root}/{listed.path}"
        limit = MANIFEST_MAX_SIZE if listed.manifest else self.selection.policy.max_size
        try:
            return read(full, limit, follow=listed.path in self.explicit)
        except Skipped as reason:
            passing = str(reason) in ("link", "not a file") and listed.path not in self.explicit
            if self.reported(listed.path) and not passing and not again:
                self.selection.skip(str(reason))
        except Unreadable as error:
            if self.reported(listed.path) and not again:
                self.failures.append(Failure(listed.path, "unreadable", f"could not be read: {error}", None, None, True))
        except FileNotFoundError:
            if listed.path in self.explicit and not again:
                self.failures.append(Failure(listed.path, "missing", "does not exist", None, None, True))
        return None

    # --- analysing --------------------------------------------------------------------------------

    def analyse(self, wanted: dict[str, Wanted], cache: Cache | None) -> dict[str, FileFacts]:
        """The facts of these files, as far as they are wanted, from the cache where it has them."""
        from trackaudit import workers

        config = self.request.config
        facts: dict[str, FileFacts] = {}
        jobs: list[workers.Job] = []
        keys: dict[str, bytes] = {}
        for path, asked in wanted.items():
            asked = asked._replace(expiry=config.flag_expiry)
            job = workers.Job(path, self.languages[path], self.texts[path], asked, config.javascript_parser)
            if cache is not None:
                keys[path] = cache.key(job.text, job.language, *map(_stable, asked), job.javascript_parser, config.sdks)
                known = cache.get(keys[path])
                if known is not None:
                    facts[path] = known
                    continue
            jobs.append(job)
        if self.workers is None:
            self.workers = workers.Workers(list(config.sdks), self.request.jobs or os.cpu_count() or 1)
        for outcome in self.workers.run(jobs, lambda done: self.progress("analysing", done, len(jobs))):
            if outcome.facts is None and not self.reported(outcome.path):
                continue
            if outcome.facts is None:
                self.failures.append(Failure(outcome.path, "crash", outcome.error, None, None, True))
                continue
            facts[outcome.path] = outcome.facts
            if cache is not None:
                cache.put(keys[outcome.path], outcome.facts)
        return dict(sorted(facts.items()))

    def close(self) -> None:
        """End the processes that analysed files."""
        if self.workers is not None:
            self.workers.close()

    def mentioning(self, words: list[bytes], python: bool = False) -> list[str]:
        """The scripts and components of the project, or its Python files, in which one of these words stands."""
        found = []
        for path in self.scripts if not python else [name for name in self.names if language_of(name) == "python"]:
            if python and self.selection.left_out(path) is not None:
                continue
            data = self.texts.get(path) or self._bytes(Listed(path, language_of(path.rpartition("/")[2]), None), again=True)
            if data is not None and any(word in data for word in words):
                found.append(path)
        return found

    def load(self, path: str) -> bool:
        """Make sure that a file's text is at hand, and say whether it is: one that mentions no tracker was not kept."""
        if path not in self.texts and self.selection.left_out(path) is None:
            language = language_of(path.rpartition("/")[2])
            data = self._bytes(Listed(path, language, None), again=True) if language is not None else None
            if language is not None and data is not None and not looks_minified(data, language):
                self._keep(path, language, data, Hits(frozenset(), True), False)
        return path in self.texts

    def bytes_of(self, path: str) -> bytes | None:
        """The bytes of any file of the project that is no larger than source files may be; None where it cannot be read."""
        return self._bytes(Listed(path, None, None), again=True)

    def text_of(self, path: str) -> bytes | None:
        """The text of a file of the project as UTF-8, whether or not it mentions a tracker; None where it is left out."""
        from trackaudit.parse.source import Undecodable, to_utf8

        language = language_of(path.rpartition("/")[2])
        if path in self.texts or language is None or self.selection.left_out(path) is not None:
            return self.texts.get(path)
        data = self._bytes(Listed(path, language, None), again=True)
        try:
            return to_utf8(data, language == "python") if data is not None else None
        except Undecodable:
            return None

    def with_fields(self, reachable: Callable[[str], bool]) -> list[str]:
        """The files that hold a word of a sensitive field where a tracker reaches it, those without a tracker now loaded."""
        found = [
            path
            for path, text in self.texts.items()
            if _may_have_fields(path, self.languages[path]) and self.reported(path) and reachable(path) and mentions_field(text)
        ]
        for path in self.field_only:
            data = self._bytes(Listed(path, self.languages[path], None)) if reachable(path) else None
            if data is not None and mentions_field(data) and not looks_minified(data, self.languages[path]):
                self._keep(path, self.languages[path], data, Hits(frozenset(), True), False)
                found += [path] if path in self.texts else []
        return found


def _may_have_fields(path: str, language: str | None) -> bool:
    return language in _HAS_ELEMENTS or (language == "python" and "form" in path)


def _stable(part: object) -> object:
    """A part of what is wanted, in an order of its own for the key of the cache."""
    if isinstance(part, frozenset):
        return sorted(map(_stable, part), key=repr)
    return tuple(map(_stable, part)) if isinstance(part, tuple) else part
