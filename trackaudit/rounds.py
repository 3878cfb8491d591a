"""Analysing a project in rounds: the files that mention a tracker, then those that use what these hand out.

The first round reads what the prefilter kept. Then every module that exports a wrapper of a tracker, or a tracker itself, has its
importers read, with what they import from it as a thing of interest, and modules that only define a value that a use needs are
read for that value. Rounds end when nothing new is wanted, or at stated bounds; what a bound cut off is counted.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import cache as cache_of
from typing import TYPE_CHECKING, Any

from trackaudit.languages import deployment_of
from trackaudit.link.linker import Linker
from trackaudit.link.modules import Modules
from trackaudit.link.pythons import Pythons
from trackaudit.link.scripts import Scripts
from trackaudit.link.settle import Linked
from trackaudit.resolve.exports import SETTING
from trackaudit.resolve.facts import Wanted
from trackaudit.resolve.values import nothing

if TYPE_CHECKING:
    from trackaudit.cache import Cache
    from trackaudit.resolve.values import FileFacts, Use
    from trackaudit.run import Run

MAX_ROUNDS = 12
MAX_FILES = 4_000  # that mention no tracker and are read because they import a wrapper of one
MAX_SETTERS = 20  # Python files that are read for one setting of an application
_AUTO_IMPORTED = re.compile(r"(?:^|/)(?:composables|utils)/[^/]+\.[jt]s$")
_CONFIGURATION_SIZE = 1_000_000


class Rounds:
    """The facts of a project's files, as they come in. ``cut`` holds the files that a bound left out, ``flows_cut`` counts the uses.

    ``unfinished`` says whether the last round still asked for more.
    """

    def __init__(self, run: Run, cache: Cache | None) -> None:
        self.run, self.cache = run, cache
        self.wanted: dict[str, Wanted] = {}
        self.needed: dict[str, Wanted] = {}
        self.files: dict[str, FileFacts] = {}
        self.cut: set[str] = set()
        self.flows_cut = 0
        self.unfinished = False
        names = set(run.names) | set(run.texts)
        self.scripts, self.pythons = Scripts(names, self._read), Pythons(names)
        self.modules = Modules(self.files, self.scripts, self.pythons, names, cache_of(self._mentioning))
        self._took_in = False  # whether a data file was taken in since this was last reset
        # The names that were looked for in an importer, as it writes the module.
        self._sought: dict[tuple[str, bytes], frozenset[str]] = {}
        self._imported_by: dict[str, list[tuple[str, bytes]]] = {}
        self._nuxt = any(name.rpartition("/")[2].startswith("nuxt.config.") for name in names)
        self._others: set[str] = set()  # files that mention no tracker
        self._by_name: dict[str, list[bytes]] | None = None

    def analyse(self, asked: dict[str, Wanted]) -> bool:
        """Analyse files again, with what is asked now beside what was wanted of them before; say whether anything was new."""
        merged = {path: _both(self.wanted[path], new) if path in self.wanted else new for path, new in asked.items()}
        changed = {path: new for path, new in merged.items() if self.wanted.get(path) != new}
        self.wanted.update(changed)
        if changed:
            self.modules.changed()
        for path, facts in self.run.analyse(changed, self.cache).items():
            self.files[path] = facts
            self.modules.loads.update((path, loaded) for loaded in facts.loads)
        return bool(changed)

    def need(self, asked: dict[str, Wanted]) -> bool:
        """The same for what this run turned out to need: the next one begins with it."""
        for path, new in asked.items():
            self.needed[path] = _both(self.needed[path], new) if path in self.needed else new
        return self.analyse(asked)

    def first(self) -> None:
        """Read every file that mentions a tracker, and what the last run needed beside."""
        mentioned = {path: Wanted(self.run.hits[path].sdks, exports=self._asked_for(path)) for path in self.run.texts}
        self.needed.update(mentioned)
        asked = dict(mentioned)
        # What the last run asked for step by step is asked for at once. A plan that is out of date costs time, and changes nothing.
        names = set(self.run.names)
        for path, before in _planned(self.cache.plain(self.cache.plan_key) if self.cache is not None else None):
            if path in names and self.run.load(path):
                asked[path] = _both(asked[path], before) if path in asked else before._replace(sdks=self.run.hits[path].sdks)
        self.analyse(asked)

    def remember(self) -> None:
        """Leave the next run what this one needed beside the files that mention a tracker."""
        if self.cache is None:
            return
        for path, names in self.modules.asked.items():
            known = self.wanted.get(path)
            if path not in self.needed and known is not None and known.exports is not None:
                self.needed[path] = Wanted(known.sdks, exports=frozenset(names) & known.exports)
        self.cache.keep(self.cache.plan_key, [(path, _plain(wanted)) for path, wanted in sorted(self.needed.items())])

    def _asked_for(self, path: str) -> frozenset[str] | None:
        """All exports of a module that somebody may import, none of one that nobody does: pages, routes, scripts."""
        imported = any(name in self._specifiers() for name in self._names_of(path))
        return None if imported or path.endswith("__init__.py") or "config" in path.rpartition("/")[2] else frozenset()

    def link(self, telling: Callable[[str], bool]) -> list[Linked]:
        """Follow wrappers and values across files until nothing new is wanted, and return every use.

        ``telling`` says whether a name alone makes what stands under it worth following: of the data that is sent, only that is.
        """
        linker = Linker(self.files, self.modules, self.run.catalogue, telling)
        uses = linker.link()
        for _ in range(MAX_ROUNDS):
            if not self.need(self._importers(linker)):
                break
            uses = linker.link()
        else:
            self.unfinished = True
        self.flows_cut = linker.cut
        found = list(uses)
        open_ones = range(len(uses))
        self.modules.settling = True
        for _ in range(MAX_ROUNDS):
            self.modules.missing.clear()
            missed = []
            for index in open_ones:
                self.modules.missed = False
                found[index] = linker.settled(uses[index], telling)
                if self.modules.missed:
                    missed.append(index)
            open_ones = missed  # only these can come to anything else
            self._took_in = False
            if not self.need(self._definers()) and not self._took_in:
                break
        else:
            self.unfinished = True
        return found

    def configured(self) -> list[Linked]:
        """The set-ups in files that configure an SDK by their names alone, such as ``newrelic.ini``."""
        from trackaudit.link.data import configured

        files = self.run.catalogue.files
        found = []
        for path in self.run.configuring:
            form = deployment_of(path)
            if form is not None and self.run.catalogue.variables:
                found += [Linked(path, use, path) for use in self._deployed(path, form)]
            for sdk, place, index in files.get(path.rpartition("/")[2], ()):
                client = self.run.catalogue.client(sdk, place)
                entry = client["file"][index]
                if entry["format"] == "javascript":
                    if self.run.load(path):
                        self.need({path: Wanted(frozenset((sdk,)), exports=frozenset((entry["section"] or "default",)))})
                else:
                    self._data(path, entry["format"])
                use = configured(self.files[path], sdk, client["id"], entry) if path in self.files else None
                if use is not None:
                    found.append(Linked(path, use, path))
        return found

    def _deployed(self, path: str, form: str) -> list[Use]:
        from trackaudit.link.variables import deployed, written

        text = self._read(path)
        if text is None or not any(name in text for name in self.run.catalogue.variables):
            return []
        self._data(path, {"compose": "yaml"}.get(form, form))
        return list(deployed(self.run.catalogue, written(form, text.encode(), self.files[path]), path.rpartition("/")[2]))

    # --- who uses a wrapper -------------------------------------------------------------------------

    def _importers(self, linker: Linker) -> dict[str, Wanted]:
        """The files that import what leads to a tracker, with the modules that they import it from."""
        asked: dict[str, Wanted] = {}
        for home in list(self.files):
            names = linker.carrying(home)
            if not names:
                continue
            for path, specifier in self.importing(home):
                if names <= self._sought.get((path, specifier), frozenset()) or path == home:
                    continue
                self._sought[path, specifier] = frozenset(names)
                if path not in self.wanted and path not in asked and len(self._others) >= MAX_FILES:
                    self.cut.add(path)
                    continue
                module = specifier.decode("utf-8", "replace")
                if not self.run.load(path) or not self._uses(path, names):
                    continue
                modules = frozenset(((module, frozenset(names)),))
                new = Wanted(self.run.hits[path].sdks, modules=modules, exports=self._asked_for(path))
                asked[path] = _both(asked[path], new) if path in asked else new
                if path not in self.wanted:
                    self._others.add(path)
        return self._injected(linker, asked)

    def _injected(self, linker: Linker, asked: dict[str, Wanted]) -> dict[str, Wanted]:
        """Adds the files that mention what a plugin hands to every component, or what Nuxt imports everywhere by itself, where that
        leads to a tracker."""
        fresh = {}
        for home, facts in self.files.items():
            for name, value in facts.injected:
                if linker.carries(home, value):
                    fresh["this:" + name] = (home, value)
            if self._nuxt and _AUTO_IMPORTED.search(home):
                table = dict(facts.exports)
                fresh.update({"global:" + name: (home, table[name]) for name in linker.carrying(home) if name in table})
        fresh = {symbol: given for symbol, given in fresh.items() if symbol not in self.modules.injected}
        self.modules.injected.update(fresh)
        names = {symbol.partition(":")[2] for symbol in fresh}
        for path in self.run.mentioning([name.encode() for name in names]) if fresh else ():
            if self.run.load(path):
                modules = frozenset((name, frozenset(("default",))) for name in names if name.encode() in self.run.texts[path])
                new = Wanted(self.run.hits[path].sdks, modules=modules)
                asked[path] = _both(asked[path], new) if path in asked else new
        return asked

    def _uses(self, path: str, names: set[str]) -> bool:
        """Whether a file can use one of these exports: a default may have any name there, and be passed on without one."""
        text = self.run.texts[path]
        passing = b"import *" if path.endswith(".py") else b"export *"
        return "default" in names or passing in text or any(name.encode() in text for name in names)

    def importing(self, home: str) -> list[tuple[str, bytes]]:
        """The files that import a module, and how they write it."""
        known = self._imported_by.get(home)
        if known is not None:
            return known
        found = self._imported_by[home] = []
        for name in self._names_of(home):
            for specifier in self._specifiers().get(name, ()):
                for path in self.run.imports[specifier]:
                    if self._means(specifier, path) == home:
                        found.append((path, specifier))
        return found

    def _means(self, specifier: bytes, path: str) -> str | None:
        text = specifier.decode("utf-8", "replace")
        return self.pythons.find(text, path) if path.endswith(".py") else self.scripts.find(text, path)

    def _names_of(self, home: str) -> set[str]:
        if home.endswith(".py"):
            stem = home.rpartition("/")[2].removesuffix(".py")
            return {os.path.dirname(home).rpartition("/")[2] if stem == "__init__" else stem, ""}
        return self.scripts.names_of(home)

    def _specifiers(self) -> dict[str, list[bytes]]:
        """All specifiers by their last word, without an ending."""
        if self._by_name is None:
            self._by_name = {}
            for specifier in self.run.imports:
                last = specifier.rpartition(b"/")[2] if b"/" in specifier else specifier.rpartition(b".")[2] or specifier
                whole = last.decode("utf-8", "replace").lstrip("#@~$")
                for name in {whole, whole.partition(".")[0]}:
                    self._by_name.setdefault(name, []).append(specifier)
        return self._by_name

    # --- who defines a value --------------------------------------------------------------------------

    def _definers(self) -> dict[str, Wanted]:
        """The modules without known facts of which uses need an export, and the names of these exports."""
        found = {}
        for path, names in self.modules.missing.items():
            known = self.wanted.get(path)
            if path in self.modules.data or path.endswith(".json"):
                self._data(path, self.modules.data.get(path, "json"))
                continue
            unknown = known is None or not names <= (known.plain if known.exports is None else known.exports)
            if not unknown or not self.run.load(path):
                continue
            if known is None and not self._uses(path, {name.removeprefix(SETTING) for name in names}):
                self.wanted[path] = Wanted(frozenset(), exports=frozenset(names))
                self.files[path] = nothing(self.run.languages[path])
                continue
            if known is not None and known.exports is None:
                found[path] = known._replace(plain=frozenset(names))
            else:
                found[path] = Wanted(self.run.hits[path].sdks, exports=frozenset(names))
        return found

    def _data(self, path: str, form: str) -> None:
        """Take in a data file that code imports or reads."""
        from trackaudit.link.data import facts_of_data

        text = self._read(path)
        if text is not None and path not in self.files and self.run.selection.left_out(path) is None:
            self.run.texts[path], self.run.languages[path] = text.encode(), form
            self.files[path] = facts_of_data(self.run.texts[path], form)
            self.run.files += self.run.reported(path)
            self._took_in = True

    def _mentioning(self, key: str) -> list[str]:
        """The Python files that may give a setting: those that hold its name and speak of a configuration, these first."""
        found = [path for path in self.run.mentioning([key.encode()], python=True) if self.run.load(path)]
        spoken = [path for path in found if "config" in path or "settings" in path or b"onfig" in self.run.texts[path]]
        return sorted(spoken, key=lambda path: ("config" not in path, path))[:MAX_SETTERS]

    def _read(self, path: str) -> str | None:
        """The text of a configuration file of the project; None where it cannot be read."""
        from trackaudit.discover import Skipped, Unreadable, read
        from trackaudit.parse.source import Undecodable, to_utf8

        try:
            return to_utf8(read(os.path.join(self.run.request.root, path), _CONFIGURATION_SIZE)).decode("utf-8")
        except (FileNotFoundError, Skipped, Unreadable, Undecodable):
            return None


def _both(old: Wanted, new: Wanted) -> Wanted:
    exports = None if old.exports is None or new.exports is None else old.exports | new.exports
    modules = dict(old.modules)
    for module, names in new.modules:
        modules[module] = modules.get(module, frozenset()) | names
    return Wanted(old.sdks | new.sdks, old.fields or new.fields, frozenset(modules.items()), exports, old.plain | new.plain)


def _plain(wanted: Wanted) -> tuple[object, ...]:
    """What is wanted as plain data in a stable order."""
    modules = sorted((module, sorted(names)) for module, names in wanted.modules)
    return sorted(wanted.sdks), modules, None if wanted.exports is None else sorted(wanted.exports), sorted(wanted.plain)


def _planned(plan: Any) -> list[tuple[str, Wanted]]:
    """The plan of an earlier run; empty where it is no plan of ours."""
    try:
        return [
            (path, Wanted(frozenset(sdks), False, frozenset((module, frozenset(names)) for module, names in modules),
                          None if exports is None else frozenset(exports), frozenset(plain)))
            for path, (sdks, modules, exports, plain) in plan or ()
        ]  # fmt: skip
    except (TypeError, ValueError):
        return []
