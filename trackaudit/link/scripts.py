"""Which file a JavaScript or TypeScript module specifier means.

Relative paths, index files and left-out extensions; ``package.json``'s ``exports``, ``main``, ``module``, ``types`` and
``imports``; packages of the same repository (workspaces of npm, pnpm and yarn, by their names); ``paths`` and ``baseUrl``
of ``tsconfig.json`` and ``jsconfig.json`` with ``extends``. Build outputs that a ``package.json`` names are looked for
among the sources that they are built from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from functools import cache
from posixpath import dirname, join, normpath
from typing import Any

_ENDINGS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte", ".astro", ".json")
_WRITTEN_AS = {".js": (".ts", ".tsx", ".jsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}
_BUILT = re.compile(r"^(?:dist|lib|build|out|esm|cjs|es)(?:/(?:esm|cjs|es|src|types))?/")
_BUILT_ENDING = re.compile(r"(?:\.d)?\.[cm]?[jt]sx?$")
_CONDITIONS = (
    "source",
    "types",
    "typescript",
    "development",
    "browser",
    "import",
    "module",
    "default",
    "node",
    "require",
    "svelte",
)
_JSON_PART = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?(?:\*/|\Z)|,(?=\s*(?://[^\n]*\n\s*)*[}\]])', re.S)
_CONFIGURATIONS = ("tsconfig.json", "jsconfig.json", "tsconfig.base.json", "tsconfig.app.json")
_MAX_EXTENDS = 8


class Scripts:
    """The JavaScript side of a project. ``files`` are all project-relative paths, ``read`` gives a file's text or None."""

    def __init__(self, files: Collection[str], read: Callable[[str], str | None]) -> None:
        self.files = files
        self._read = read
        self.json = cache(self._json)
        self.find = cache(self._find)
        self._paths = cache(self._paths_of)
        self._configured = cache(self._configurations_of)
        self._packages: dict[str, str] | None = None
        self._names: dict[str, set[str]] | None = None

    def _find(self, specifier: str, importer: str) -> str | None:
        """The file that ``specifier`` means in the file ``importer``, None for what is not the project's own."""
        folder = dirname(importer)
        if specifier.startswith("."):
            return self.file(_inside(join(folder, specifier)))
        found = self._by_paths(specifier, folder)
        if found is None and specifier.startswith("#"):
            found = self._by_imports(specifier, folder)
        if found is None and specifier.startswith(("@/", "~/", "~~/", "/", "$lib/")):
            found = self._by_custom(specifier, folder)
        return found or self._by_package(specifier)

    def file(self, base: str | None) -> str | None:
        """The file that a path without its ending, or a folder, stands for."""
        if base is None:
            return None
        if base in self.files:
            return base
        for ending in _ENDINGS:
            if base + ending in self.files:
                return base + ending
        stem, dot, ending = base.rpartition(".")
        for other in _WRITTEN_AS.get(dot + ending, ()):
            if stem + other in self.files:
                return stem + other
        inside = f"{base}/" if base else ""
        manifest = self.json(inside + "package.json") if inside + "package.json" in self.files else None
        if manifest is not None and (found := self._entry(manifest, base)):
            return found
        for ending in _ENDINGS:
            if f"{inside}index{ending}" in self.files:
                return f"{inside}index{ending}"
        return None

    # --- packages of the repository -------------------------------------------------------------

    def names_of(self, path: str) -> set[str]:
        """The last words of the specifiers that can mean a file: how others may import it."""
        stem = path.rpartition("/")[2].partition(".")[0]
        names = {stem, path.rpartition("/")[2]} | self._published().get(path, set())
        if stem == "index":
            names |= {dirname(path).rpartition("/")[2] or "index", ".", ".."}
        return names

    def _published(self) -> dict[str, set[str]]:
        """The files that a manifest or a configuration gives a name of its own, with the last words of these names."""
        if self._names is not None:
            return self._names
        self._names = {}
        known = [(name, join(home, "package.json")) for name, home in self.packages().items()]
        for name, manifest in known:
            table = self.json(manifest) or {}
            for field in ("exports", "imports"):
                keys = table.get(field)
                for key in keys if isinstance(keys, dict) else ():
                    if "*" not in key and key.startswith(("./", "#")):
                        self._publish(name + key[1:] if key.startswith(".") else key, manifest)
            self._publish(name, manifest)
        for path in self.files:
            if path.rpartition("/")[2] in _CONFIGURATIONS:
                for _, pattern, _ in self._paths(path, 0)[1]:
                    if "*" not in pattern:
                        self._publish(pattern, path)
        return self._names

    def _publish(self, specifier: str, importer: str) -> None:
        found = self.find(specifier, importer)
        if found is not None and self._names is not None:
            self._names.setdefault(found, set()).add(specifier.rpartition("/")[2].lstrip("#@~$"))

    def packages(self) -> dict[str, str]:
        """The folder of each package of the repository, by its name."""
        if self._packages is None:
            self._packages = {}
            for path in sorted(path for path in self.files if path.endswith("package.json") and "node_modules/" not in path):
                if path.rpartition("/")[2] != "package.json":
                    continue
                manifest = self.json(path)
                name = manifest.get("name") if manifest is not None else None
                if isinstance(name, str):
                    self._packages.setdefault(name, dirname(path))
        return self._packages

    def _by_package(self, specifier: str) -> str | None:
        parts = specifier.split("/")
        count = 2 if specifier.startswith("@") else 1
        name, rest = "/".join(parts[:count]), "/".join(parts[count:])
        home = self.packages().get(name)
        if home is None:
            return None
        manifest = self.json(join(home, "package.json")) or {}
        exported = _target(manifest.get("exports"), "./" + rest if rest else ".")
        if exported is not None and (found := self._source(home, exported)):
            return found
        if rest:
            return self.file(join(home, rest)) or self.file(join(home, "src", rest))
        return self._entry(manifest, home) or self.file(join(home, "src")) or self.file(home)

    def _entry(self, manifest: dict[str, Any], home: str) -> str | None:
        for field in ("source", "module", "main", "types", "typings", "browser"):
            named = manifest.get(field)
            if isinstance(named, str) and (found := self._source(home, named)):
                return found
        return None

    def _source(self, home: str, target: str) -> str | None:
        """The file that a manifest's path names, or the source that it is built from."""
        path = normpath(target.removeprefix("./"))
        if path in (".", ""):
            return None
        found = self.file(_inside(join(home, path)))
        if found is not None:
            return found
        bare = _BUILT_ENDING.sub("", _BUILT.sub("", path))
        return self.file(join(home, "src", bare)) or self.file(join(home, bare))

    def _by_imports(self, specifier: str, folder: str) -> str | None:
        for above in _upwards(folder):
            manifest = self.json(join(above, "package.json"))
            if manifest is not None:
                target = _target(manifest.get("imports"), specifier)
                return self._source(above, target) if target is not None else None
        return None

    # --- aliases ----------------------------------------------------------------------------------

    def _by_paths(self, specifier: str, folder: str) -> str | None:
        for base, paths in self._configured(folder):
            for home, target in _matching(paths, specifier):
                if found := self.file(_inside(join(home, target))):
                    return found
            if base is not None and (found := self.file(_inside(join(base, specifier)))):
                return found
        return None

    def _configurations_of(self, folder: str) -> tuple[tuple[str | None, tuple[tuple[str, str, tuple[str, ...]], ...]], ...]:
        """``baseUrl`` and ``paths`` of the configurations in a folder and those above it, the nearest first."""
        own = tuple(self._paths(path, 0) for name in _CONFIGURATIONS if (path := join(folder, name)) in self.files)
        return (*own, *self._configured(dirname(folder))) if folder else own

    def _paths_of(self, path: str, depth: int) -> tuple[str | None, tuple[tuple[str, str, tuple[str, ...]], ...]]:
        """The ``baseUrl`` of a configuration, and its ``paths`` as (folder that they start from, pattern, targets)."""
        table = self.json(path)
        if table is None or depth > _MAX_EXTENDS:
            return None, ()
        folder = dirname(path)
        base: str | None = None
        paths: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
        extended = table.get("extends")
        for other in [extended] if isinstance(extended, str) else extended if isinstance(extended, list) else []:
            if isinstance(other, str) and (found := self._extended(other, folder)):
                inherited = self._paths(found, depth + 1)
                base, paths = inherited[0] or base, inherited[1] or paths
        options = table.get("compilerOptions")
        options = options if isinstance(options, dict) else {}
        if isinstance(options.get("baseUrl"), str):
            base = _inside(join(folder, options["baseUrl"]))
        own = options.get("paths")
        if isinstance(own, dict):
            home = base if base is not None else folder
            paths = tuple(
                (home, pattern, tuple(target for target in targets if isinstance(target, str)))
                for pattern, targets in own.items()
                if isinstance(targets, list)
            )
        references = table.get("references")
        for reference in references if isinstance(references, list) else ():  # a solution file: its parts hold the paths
            target = reference.get("path") if isinstance(reference, dict) else None
            if not paths and isinstance(target, str) and target.endswith(".json") and depth == 0:
                paths = self._paths(_inside(join(folder, target)) or "", depth + 1)[1]
        return base, paths

    def _extended(self, specifier: str, folder: str) -> str | None:
        if specifier.startswith("."):
            base = _inside(join(folder, specifier)) or ""
            return next((path for path in (base, base + ".json", join(base, "tsconfig.json")) if path in self.files), None)
        parts = specifier.split("/")
        count = 2 if specifier.startswith("@") else 1
        home = self.packages().get("/".join(parts[:count]))
        if home is None:
            return None
        base = join(home, *parts[count:])
        return next((path for path in (base, base + ".json", join(base, "tsconfig.json")) if path in self.files), None)

    def _by_custom(self, specifier: str, folder: str) -> str | None:
        """What frameworks agree on: ``@/`` and ``~/`` are the sources' root, ``$lib/`` is SvelteKit's library."""
        head, _, rest = specifier.partition("/")
        for above in _upwards(folder):
            if join(above, "package.json") in self.files or above == "":
                for inner in ("src/lib",) if head == "$lib" else ("src", "", "app", "resources/js"):
                    if found := self.file(_inside(join(above, inner, rest))):
                        return found
        return None

    def _json(self, path: str) -> dict[str, Any] | None:
        """A JSON file's object, comments and trailing commas allowed; None where there is none."""
        text = self._read(path) if path in self.files else None
        if text is None:
            return None
        try:
            found = json.loads(_JSON_PART.sub(lambda match: match[0] if match[0][0] == '"' else " ", text.lstrip("\ufeff")))
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


def _target(table: Any, name: str) -> str | None:
    """The path that ``exports`` or ``imports`` give a name, conditions and one ``*`` considered."""
    if table is None:
        return None
    if not isinstance(table, dict) or not any(key.startswith((".", "#")) for key in table):
        table = {".": table}
    if name in table:
        return _conditional(table[name])
    for pattern, target in table.items():
        head, star, tail = pattern.partition("*")
        if star and name.startswith(head) and name.endswith(tail) and len(name) >= len(head) + len(tail):
            found = _conditional(target)
            return found.replace("*", name[len(head) : len(name) - len(tail)]) if found is not None else None
    return None


def _conditional(target: Any) -> str | None:
    for _ in range(8):
        if isinstance(target, str):
            return target
        if isinstance(target, list):
            target = target[0] if target else None
        elif isinstance(target, dict):
            target = next(
                (target[condition] for condition in _CONDITIONS if condition in target), next(iter(target.values()), None)
            )
        else:
            return None
    return None


def _matching(paths: tuple[tuple[str, str, tuple[str, ...]], ...], specifier: str) -> list[tuple[str, str]]:
    """The targets of the pattern that fits best: the exact one, else the one with the longest beginning."""
    best: tuple[int, list[tuple[str, str]]] = (-1, [])
    for home, pattern, targets in paths:
        head, star, tail = pattern.partition("*")
        if not star and pattern == specifier:
            return [(home, target) for target in targets]
        if star and specifier.startswith(head) and specifier.endswith(tail) and len(head) > best[0]:
            middle = specifier[len(head) : len(specifier) - len(tail)]
            best = (len(head), [(home, target.replace("*", middle)) for target in targets])
    return best[1]


def _inside(path: str) -> str | None:
    """A path without ``.`` and ``..``; None where it leaves the project."""
    clean = normpath(path)
    if clean == ".":
        return ""
    return None if clean.startswith(("../", "/")) or clean == ".." else clean


def _upwards(folder: str) -> list[str]:
    found = [folder]
    while folder:
        folder = dirname(folder)
        found.append(folder)
    return found
