"""What a symbol of one file is in another: from ``("file:./analytics", "track")`` to the function that the module exports."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from posixpath import basename, dirname, join, normpath

from trackaudit.link.carry import carried
from trackaudit.link.pythons import Pythons
from trackaudit.link.scripts import Scripts
from trackaudit.model import Span
from trackaudit.resolve.combine import one_of, step
from trackaudit.resolve.exports import SETTING
from trackaudit.resolve.instances import ITSELF
from trackaudit.resolve.readers import DATA
from trackaudit.resolve.symbols import as_injected
from trackaudit.resolve.values import (
    Blueprint,
    Branch,
    Callback,
    Entry,
    FileFacts,
    Invoked,
    Mapping,
    OneOf,
    Overlay,
    Reference,
    Value,
)  # fmt: skip

Symbol = tuple[str, ...]
Located = tuple[str, Value]

_MAX_DEPTH = 24
_NOWHERE = Span(0, 0)
# Ways to call a function later or elsewhere: Celery's tasks, Function.prototype's, functools'.
_LATER = frozenset(
    ("delay", "apply_async", "s", "si", "send", "send_with_options", "defer", "call", "apply", "bind", "__call__", "current")
)
_SETTINGS = re.compile(r"(?:^|/)settings(?:/[^/]+)?\.py$|(?:^|/)settings_[^/]*\.py$")
_ELSEWHERE = re.compile(r"(?:^|[/_])(?:dev|devel|development|devstack|local|test|tests|testing|ci|docker|debug)[^/]*\.py$")
_DJANGO_SETTINGS = ("pypi:django", "conf", "settings")
_FLASK = ("pypi:flask", "pypi:quart")
# What bundlers put in the place of variables whose names begin so, from these files beside a package's manifest or above.
_BUNDLED = re.compile(r"(?:VITE|NEXT_PUBLIC|REACT_APP|VUE_APP|GATSBY|NUXT|PUBLIC|EXPO_PUBLIC)_")
_OF_BUNDLERS = (".env.production", ".env")


class Modules:
    """The modules of a project and what they export. ``files`` holds the facts of those that were analysed, ``mentioning`` finds the
    Python files that hold a word."""

    def __init__(
        self, files: dict[str, FileFacts], scripts: Scripts, pythons: Pythons, names: Collection[str],
        mentioning: Callable[[str], list[str]],
    ) -> None:  # fmt: skip
        self.files, self.scripts, self.pythons, self.names, self.mentioning = files, scripts, pythons, names, mentioning
        self.data: dict[str, str] = {}  # the data files that code reads, and their forms
        self.loads: set[tuple[str, str]] = set()  # files that are loaded into the environment, by the files that do
        self._env_files = any(basename(name) in _OF_BUNDLERS for name in names)
        self.injected: dict[str, Located] = {}  # what plugins hand to every component, by its name
        self.several = False  # whether a function with more than one result was seen through since this was last reset
        self.asked: dict[str, set[str]] = {}  # every export that was looked up
        self.missing: dict[str, set[str]] = {}  # exports that values were asked for, of modules without facts of them
        self.missed = False  # whether one was asked for since this was last reset
        self.settling = False  # whether it matters what is missing, not only that it is
        self._absent: set[tuple[str, Symbol]] = set()
        settings = (name for name in names if name.endswith(".py") and _SETTINGS.search(name))
        self._settings = sorted((name for name in settings if not _ELSEWHERE.search(name)), key=_precedence)[:8]
        self._tables: dict[str, tuple[FileFacts, dict[str, Value]]] = {}

    def follow(self, path: str, symbol: tuple[str, ...], depth: int = 0) -> Located | None:
        """What ``symbol`` is, as the file at ``path`` sees it: what the project's own module says, or itself if it is not the
        project's. None where a module of the project does not say."""
        root = symbol[0]
        if depth > _MAX_DEPTH or root.startswith("here:"):
            return None
        symbol = as_injected(symbol)
        given = self.injected.get(symbol[0])
        if given is not None or symbol[0].startswith("this:"):
            return self.walk(*given, symbol[1:], depth + 1) if given is not None else None
        if symbol[:3] == _DJANGO_SETTINGS and len(symbol) > 3 and self._settings:
            return self._setting(symbol[3:], depth)
        if root in _FLASK and "config" in symbol[:-1]:
            return self._configured(symbol[symbol.index("config") + 1 :], depth)
        found = self.module(path, symbol)
        if found is None:
            return None if root.startswith("file:") else (path, Reference(symbol, symbol[-1:], _NOWHERE))
        return self.export(*found, depth + 1)

    def module(self, path: str, symbol: Symbol) -> tuple[str, Symbol] | None:
        """The project's file that a symbol comes from, and the steps inside it."""
        kind, _, name = symbol[0].partition(":")
        if symbol[0].startswith(DATA):
            form, _, written = name.partition(":")
            file = self._data_file(written, path, form)
            return (file, symbol[1:]) if file is not None else None
        if path.endswith((".py", ".pyi", ".pyw")):
            if kind == "file":
                file = self.pythons.find(name, path)
                inner = self._submodule(name, symbol[1:], path)
                return inner or ((file, symbol[1:]) if file is not None else None)
            return self.pythons.split((name, *symbol[1:]), path) if kind == "pypi" else None
        if kind in ("file", "npm"):
            file = self.scripts.find(name, path)
            return (file, symbol[1:]) if file is not None else None
        return None

    def _submodule(self, name: str, steps: Symbol, path: str) -> tuple[str, Symbol] | None:
        """``from . import analytics``: what is imported may be a module."""
        found = None
        for index, part in enumerate(steps):
            name = name + part if name.endswith(".") else f"{name}.{part}"
            file = self.pythons.find(name, path)
            if file is None or not part.isidentifier():
                break
            found = (file, steps[index + 1 :])
        return found

    def _setting(self, steps: Symbol, depth: int) -> Located | None:
        """A setting of Django's: of a module, or of the classes in one."""
        for name in (steps[0], SETTING + steps[0]):
            for path in self._settings:
                if (found := self.export(path, (name, *steps[1:]), depth + 1)) is not None:
                    return found
        return None

    def _configured(self, steps: Symbol, depth: int) -> Located | None:
        """A setting of a Flask application, wherever the project gives it."""
        found = []
        for path in self.mentioning(steps[0]):
            if (given := self.export(path, (SETTING + steps[0], *steps[1:]), depth + 1)) is not None:
                found.append(given)
        if len(found) < 2:
            return found[0] if found else None
        return found[0][0], one_of([Branch((), carried(value, path)) for path, value in found], _NOWHERE)

    # --- data files -------------------------------------------------------------------------------

    def _data_file(self, written: str, reader: str, form: str) -> str | None:
        """The file that a path means: in the reader's folder, or where the program is started, which may be any folder above."""
        folder = dirname(reader)
        while True:
            file = normpath(join(folder, written))
            if file in self.names:
                self.data[file] = form
                return file
            if not folder or written.startswith("./"):
                return None
            folder = dirname(folder)

    def environment(self, reader: str, name: str) -> Iterator[Located]:
        """What the project's own files say that a variable of the environment is, as far as they are known to be loaded."""
        found = {file for home, path in self.loads if (file := self._data_file(path, home, "env")) is not None}
        if self._env_files and _BUNDLED.match(name):
            candidates = (self._data_file(base, reader, "env") for base in _OF_BUNDLERS)
            found |= {next((file for file in candidates if file is not None), "")} - {""}
        for file in sorted(found):
            if (given := self.export(file, (name,), 0)) is not None:
                yield given

    def export(self, path: str, steps: Symbol, depth: int) -> Located | None:
        """What a module exports under the first of ``steps``, and what the others lead to in that."""
        facts = self.files.get(path)
        name = steps[0] if steps else "default"
        if not self.settling and (path, steps) in self._absent:
            return None
        self.asked.setdefault(path, set()).add(name)
        if facts is None:
            return self._miss(path, name)
        table = self._table(path, facts)
        if name in table:
            return self.walk(path, table[name], steps[1:], depth)
        for star in facts.stars if name != "default" and depth < _MAX_DEPTH else ():
            found = self.starred(path, star)
            if found is not None and (inner := self.export(found, steps, depth + 1)) is not None:
                return inner
        if "default" in table and name != "default":  # a namespace and its default export are told apart by use only
            return self.walk(path, table["default"], steps, depth)
        if not self.settling and depth < _MAX_DEPTH // 2:
            self._absent.add((path, steps))
        return self._miss(path, name)

    def changed(self) -> None:
        """Files were analysed: what was not there before may be now."""
        self._absent.clear()

    def _miss(self, path: str, name: str) -> None:
        self.missing.setdefault(path, set()).add(name)
        self.missed = True

    def starred(self, path: str, module: str) -> str | None:
        """The file of a module of which everything is passed on, as the file at ``path`` names it."""
        return self.pythons.find(module, path) if path.endswith(".py") else self.scripts.find(module, path)

    def _table(self, path: str, facts: FileFacts) -> dict[str, Value]:
        known = self._tables.get(path)
        if known is None or known[0] is not facts:  # a file may be analysed again
            known = self._tables[path] = (facts, dict(facts.exports))
        return known[1]

    def walk(self, path: str, value: Value, steps: Symbol, depth: int = 0, around: Blueprint | None = None) -> Located | None:
        """What ``steps`` lead to inside a value of the file at ``path``; ``around`` is the class that the value was found in."""
        while depth <= _MAX_DEPTH:
            depth += 1
            if isinstance(value, Reference) and value.symbol[0].startswith(ITSELF):
                if around is None:
                    return None
                value, steps = around, (*value.symbol[1:], *steps)
                continue
            if isinstance(value, Reference):
                return self.follow(path, (*value.symbol, *steps), depth)
            if isinstance(value, Invoked) and value.symbol:
                return self.follow(path, (*value.symbol, "()", *steps), depth)
            if not steps:
                return path, value
            if isinstance(value, OneOf):
                return self._first(path, [branch.value for branch in value.branches], steps, depth, around)
            head, rest = steps[0], steps[1:]
            if isinstance(value, Blueprint):
                if head == "()":
                    steps = rest
                    continue
                return self._member(path, value, steps, depth)
            if isinstance(value, Callback):
                if head == "()":
                    self.several = self.several or len(value.results) > 1
                    return self._first(path, list(value.results), rest, depth, around)
                if head in _LATER:
                    steps = rest
                    continue
                return None
            inner = step(value, head, value.span) if isinstance(value, (Mapping, Overlay)) else None
            if inner is None:
                return None
            value, steps = inner, rest
        return None

    def _first(self, path: str, values: list[Value], steps: Symbol, depth: int, around: Blueprint | None) -> Located | None:
        found = [located for value in values if (located := self.walk(path, value, steps, depth, around)) is not None]
        # Of a tracker and what stands in for it where it is off, the tracker.
        return next((located for located in found if isinstance(located[1], Reference)), found[0] if found else None)

    def _member(self, path: str, value: Blueprint, steps: Symbol, depth: int) -> Located | None:
        named: list[Entry] = [entry for entry in value.members if entry.key == steps[0]]
        found = self._first(path, [entry.value for entry in named], steps[1:], depth, value)
        if found is not None or named:
            return found
        for base in value.bases:
            inner = base
            if isinstance(base, Reference):
                inner = base._replace(symbol=(*base.symbol, "()"))
            if (found := self.walk(path, inner, steps, depth)) is not None:
                return found
        return None


def _precedence(path: str) -> tuple[bool, str]:
    """Settings for production before those that they are laid over."""
    return "prod" not in path.rpartition("/")[2], path
