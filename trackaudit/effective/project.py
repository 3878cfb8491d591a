"""A project as the rules see it: facts of all files, joined with versions and records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from trackaudit.effective.declared import Declared
from trackaudit.effective.lookup import Root, Table, find, roots_of_call, roots_of_component, split
from trackaudit.effective.pins import NOWHERE, Pins, Place, Resolved
from trackaudit.effective.scrubbers import Scrubber, names_in, scrubbers_of
from trackaudit.effective.setups import Risk, Setup
from trackaudit.findings import Related
from trackaudit.link.settle import Linked
from trackaudit.link.templates import Templates
from trackaudit.model import Span
from trackaudit.resolve.values import Entry, FileFacts, InputField, Known, Listing, Mapping, OneOf, StatedDate, Use, Value
from trackaudit.sdks import CARRYING
from trackaudit.sdks.catalogue import Catalogue
from trackaudit.versions import Pinned, fits

# What a framework's plugin, or a file of the SDK's own, is given: all of the client's options.
PLUGIN: Table = {"role": "setup", "parameters": ["*"], "keywords": "", "url": ""}

# What a deployment sets: it says what an SDK is told, not that it is started.
VARIABLES: Table = {**PLUGIN, "role": "configure"}


# What frameworks put around every page below its folder.
_LAYOUT = re.compile(r"(?:^|/)(?:layout|\+layout|_app|_document|root|app)\.(?:[jt]sx?|vue|svelte)$", re.I)
_MAX_LOADERS = 2_000  # files above one that are looked at


class Send(NamedTuple):
    """A use that carries user data: its property bags, key-value pairs, user ids and texts. ``private`` are keys that it keeps back."""

    path: str
    use: Use
    client: Table
    call: Table
    bags: tuple[Value, ...]
    pairs: tuple[tuple[Value, Value, Span], ...]
    ids: tuple[tuple[Value, Span], ...]
    texts: tuple[tuple[Value, Span], ...]
    private: frozenset[str]
    via: tuple[Related, ...]


class Called(NamedTuple):
    """A call that a record describes. ``given`` are its arguments by parameter, each with its place."""

    path: str
    use: Use
    client: Table
    call: Table
    given: dict[str, tuple[Value, Span]]
    via: tuple[Related, ...]


class Broadcast(Called):
    """A call that hands data on to connected clients."""

    __slots__ = ()


class Evaluation(Called):
    """A call that asks for the value of a feature flag."""

    __slots__ = ()

    def asked(self) -> list[Known]:
        """The keys that it can ask for, where they are written out."""
        return next((keys for path in self.call["key"].split("|") if (keys := _texts(_narrowed(self.given, path)))), [])

    def fallback(self) -> Value | None:
        """What it comes to where the flag is unknown or its service is down, as far as the call says."""
        found = _narrowed(self.given, self.call["fallback"]) if self.call["fallback"] else []
        return next((value for value, _ in found), None)


class Project:
    """Everything that rules may ask. ``files`` maps a project-relative path to its facts, ``packages`` are the folders
    that have a manifest of their own; ``importers`` gives the files that import one,
    ``mentions`` says whether one of these words stands in a file, ``templates`` which of them make a page together."""

    def __init__(
        self,
        files: dict[str, FileFacts],
        uses: list[Linked],
        pins: Pins,
        catalogue: Catalogue,
        packages: set[str],
        importers: Callable[[str], list[str]],
        mentions: Callable[[str, Iterable[str]], bool],
        templates: Templates,
        today: date,
        declared: dict[str, Declared] | None = None,
        permanent: tuple[str, ...] = (),
        flag_age: int = 180,
        text_of: Callable[[str], str | None] = lambda path: None,
    ) -> None:
        self.files, self.pins, self.catalogue, self.today, self.declared = files, pins, catalogue, today, declared
        self.flag_age, self.text_of = flag_age, text_of
        self._packages = sorted(packages, key=len, reverse=True)
        self._package_of: dict[str, str] = {}
        self.setups: list[Setup] = []
        self.sends: list[Send] = []
        self.broadcasts: list[Broadcast] = []
        self.evaluations: list[Evaluation] = []
        self._permanent = permanent
        self._importers, self.mentions, self.templates = importers, mentions, templates
        self._loaders: dict[str, frozenset[str]] = {}
        self._asking: dict[str, list[int]] = {}
        self._scrubbing: dict[tuple[str, str, str], list[Scrubber]] = {}
        for linked in uses:
            self._add(linked, files[linked.path])
        self.setups = self._without_strangers()
        self._relate()

    # --- joining ----------------------------------------------------------------------------------

    def _add(self, linked: Linked, facts: FileFacts) -> None:
        path, use = linked.path, linked.use
        client = self.catalogue.client_named(use.sdk, use.client)
        version = self.version_of(path, use.origin, client, facts, use.sdk)
        if use.form == "component":
            entry = next(item for item in client["component"] if item["symbol"].rpartition("#")[2] == use.method)
            if entry["role"] == "evaluate":  # its props are told as the parameters of a call
                told = {
                    entry["properties"][argument.name or ""]: (argument.value, argument.name_span or argument.span)
                    for argument in use.arguments
                    if argument.name in entry["properties"]
                }
                asking = {**entry, "key": "key", "fallback": "fallback"}
                self.evaluations.append(Evaluation(path, use, client, asking, told, linked.via))
                return
            given = {argument.name for argument in use.arguments}
            if any(entry[kind] for kind in CARRYING):
                self.sends.append(_send(linked, client, {**entry, "method": use.method, "parameters": []}))
            if not given & set(entry["unless"]):
                roots, unseen = roots_of_component(use.arguments, entry["properties"])
                self._set_up(Setup(path, use, client, entry, roots, unseen, version, self.catalogue.record(use.sdk)["url"]))
            return
        if use.form in ("plugin", "file", "variables"):
            given = Root(split((use.arguments[0].name or "").rstrip("*").rstrip(".")), use.arguments[0].value, use.callee_span)
            call = VARIABLES if use.form == "variables" else PLUGIN
            self._set_up(Setup(path, use, client, call, [given], False, version, self.catalogue.record(use.sdk)["url"]))
            return
        if use.form == "assignment":
            target = next((item["option"] for item in client["assignment"] if item["target"] == use.method), use.method)
            call = {"role": "setup" if target.endswith("*") else "configure", "parameters": [target], "keywords": ""}
        else:
            calls = _fitting(self.catalogue.calls(use.sdk, use.client).get(use.method, []), version.pinned)
            if not calls:
                return
            self.sends += [_send(linked, client, other) for other in calls if other["role"] == "send"]
            if calls[0]["role"] == "send":
                return
            if calls[0]["role"] == "broadcast":
                self.broadcasts.append(Broadcast(path, use, client, calls[0], _given(use, calls[0]), linked.via))
                return
            if calls[0]["role"] == "evaluate":
                if linked.origin is not use:
                    self.evaluations.append(Evaluation(path, use, client, calls[0], _given(use, calls[0]), linked.via))
                return
            call = calls[0]
        if linked.origin is use:  # its callers say what it is given
            return
        roots, unseen = roots_of_call(use.arguments, call, use.callee_span)
        if use.form == "assignment":
            roots = [root._replace(span=use.callee_span) for root in roots]
        self._set_up(Setup(path, use, client, call, roots, unseen, version, self.catalogue.record(use.sdk)["url"]))

    def _set_up(self, setup: Setup) -> None:
        if not setup.dead:
            self.setups.append(setup)

    def _without_strangers(self) -> list[Setup]:
        """The set-ups without variables for clients that nothing here uses, where another client that reads them is used."""
        used = {(setup.use.sdk, setup.client["id"]) for setup in self.setups if setup.use.form != "variables"}
        used |= {(send.use.sdk, send.client["id"]) for send in self.sends}
        used |= {(setup.use.sdk, setup.client["id"]) for setup in self.setups if setup.version is not NOWHERE}
        sdks = {sdk for sdk, _ in used}
        return [
            setup
            for setup in self.setups
            if setup.use.form != "variables" or setup.use.sdk not in sdks or (setup.use.sdk, setup.client["id"]) in used
        ]

    def version_of(self, path: str, origin: str, client: Table, facts: FileFacts, sdk: str) -> Resolved:
        """The version a symbol's client has in a file: its own package's, the page's script's, or any of the client's."""
        packages = list(client["packages"])
        if origin.startswith("npm:"):
            parts = origin[4:].split("/")
            own = "npm:" + "/".join(parts[: 2 if parts[0].startswith("@") else 1])
            if own in packages:  # a package that only brings the SDK along counts its versions by itself
                packages.insert(0, own)
        elif origin.startswith("pypi:"):
            packages = [package for package in packages if package.startswith("pypi:")]
        else:
            known = [(script, self.catalogue.script_version(script.url)) for script in facts.scripts]
            loaded = [(script, found) for script, found in known if found is not None and found[0] == sdk]
            own = [item for item in loaded if self.catalogue.client(sdk, item[1][1])["id"] == client["id"]]
            for script, found in (own or loaded)[:1]:  # some pages load one client's file, and call another's name
                return Resolved(Pinned("npm", found[2], None), Place(path, script.span), None)
        for package in dict.fromkeys(packages):
            resolved = self.pins.resolve(path, package)
            if resolved is not NOWHERE:
                return resolved
        return NOWHERE

    def _relate(self) -> None:
        """Set-ups of one client in one package speak of the same tracker; a call inside another belongs to it."""
        groups: dict[tuple[str, str, str], list[Setup]] = {}
        for setup in self.setups:
            groups.setdefault((setup.use.sdk, setup.use.client, self.package_of(setup.path)), []).append(setup)
        for group in groups.values():
            for setup in group:
                around = [other for other in group if other is not setup and encloses(other, setup)]
                same_file = [other for other in group if other.path == setup.path]
                setup.related = [setup, *around] if around else same_file if len(same_file) > 1 else group

    def package_of(self, path: str) -> str:
        """The folder of the nearest manifest; the root where there is none."""
        folder = path.rpartition("/")[0]
        if folder not in self._package_of:
            inside = folder + "/"
            self._package_of[folder] = next(
                (known for known in self._packages if inside.startswith(known + "/") or not known), ""
            )
        return self._package_of[folder]

    def loaded_with(self, path: str, other: str) -> bool:
        """Whether something that is loaded together with one file loads the other: an entry that imports both, directly or through
        other modules, or a layout of a framework's around the pages that do."""
        ours, theirs = self.loading(path), self.loading(other)
        if not ours.isdisjoint(theirs):
            return True
        around = [file.rpartition("/")[0] + "/" for file in theirs if _LAYOUT.search(file)]
        return any(file.startswith(folder) or folder == "/" for folder in around for file in ours)

    def mentioned_above(self, path: str, words: Iterable[str]) -> bool:
        """Whether one of these words stands in a file that loads another, however far up."""
        return any(self.mentions(file, words) for file in self.loading(path) if file != path)

    def loading(self, path: str) -> frozenset[str]:
        """A file and those that import it, however far up."""
        if path not in self._loaders:
            found, todo = {path}, [path]
            while todo and len(found) < _MAX_LOADERS:
                fresh = [file for file in self._importers(todo.pop()) if file not in found]
                found.update(fresh)
                todo += fresh
            self._loaders[path] = frozenset(found)
        return self._loaders[path]

    def scrubbed(self, send: Send, key: str) -> bool:
        """Whether a hook of the client that sends, set up in the same package, demonstrably removes a key."""
        return any(scrubber.removes(key, send.call) for scrubber in self._scrubbers(send))

    def _scrubbers(self, send: Send) -> list[Scrubber]:
        where = (send.use.sdk, send.client["id"], self.package_of(send.path))
        if where not in self._scrubbing:
            self._scrubbing[where] = [
                scrubber
                for setup in self.setups
                if (setup.use.sdk, setup.client["id"], self.package_of(setup.path)) == where and setup.role == "setup"
                for scrubber in scrubbers_of(setup)
            ]
        return self._scrubbing[where]

    # --- questions --------------------------------------------------------------------------------

    def risks(self, concern: str) -> Iterator[Risk]:
        """Every option of a concern that is set, or left, to a risky value."""
        for setup in self.setups:
            for option in setup.client["option"]:
                if option["concern"] == concern:
                    risk = setup.risk(option)
                    if risk is not None:
                        yield risk

    def stays(self, key: str) -> bool:
        """Whether the configuration says that a flag is meant to stay."""
        return any(fnmatchcase(key, pattern) for pattern in self._permanent)

    def dates_at(self, evaluation: Evaluation) -> Iterator[StatedDate]:
        """What the comments next to a question for a flag say of dates."""
        path = evaluation.path
        if path not in self._asking:
            self._asking[path] = sorted({other.use.span.start for other in self.evaluations if other.path == path})
        for stated in self.files[path].dates if not evaluation.use.span.path else ():
            first = next((start for start in self._asking[path] if stated.reach.start <= start < stated.reach.end), -1)
            if first == evaluation.use.span.start:
                yield stated

    def syntax_tree(self, path: str) -> Any:
        """A file's syntax tree, for a rule that needs more than the model: libcst's module of a Python file, esprima's program of a plain
        JavaScript one; None where there is none, or it cannot be read."""
        from trackaudit.parse.programs import syntax_tree

        text = self.text_of(path)
        return syntax_tree(text, path) if text is not None else None

    def fields(self) -> Iterator[tuple[str, InputField]]:
        for path, facts in self.files.items():
            for field in facts.fields:
                yield path, field


def encloses(outer: Setup, inner: Setup) -> bool:
    """Whether a call stands among the arguments of another, or of the call of a wrapper that makes the other."""
    own, place = _place(outer), _place(inner)
    return own != place and any(
        around.path == place.path and around.start <= place.start and place.end <= around.end
        for around in (own, *outer.use.within)
    )


def _place(setup: Setup) -> Span:
    span = setup.use.span
    return span if span.path else span._replace(path=setup.path)


def _fitting(known: list[Table], pinned: Pinned) -> list[Table]:
    """The descriptions of a method that hold at this version: what it sets up, if anything, then what it sends. Where the
    version is not sure, all that it may send."""
    fitting = [call for call in known if fits(call["versions"], pinned)[0]] or known
    sends = [call for call in (fitting if pinned.known else known) if call["role"] == "send"]
    others = [call for call in fitting if call["role"] != "send"]
    return [*others[:1], *(sends[:1] if pinned.known else sends)]


def _given(use: Use, call: Table) -> dict[str, tuple[Value, Span]]:
    """The arguments of a use by the names of its parameters, with their places; keywords that are none stand under ``**``."""
    values: dict[str, tuple[Value, Span]] = {}
    position = 0
    others: list[Entry] = []
    for argument in use.arguments:
        if argument.name is not None and argument.name_span is not None:
            if argument.name not in call["parameters"]:
                others.append(Entry(argument.name, argument.name_span, argument.value, ()))
            values[argument.name] = (argument.value, argument.name_span)
        elif argument.spread == "**" and isinstance(argument.value, Mapping):
            values.update((entry.key, (entry.value, entry.key_span)) for entry in argument.value.entries)
        elif argument.spread == "":
            if position < len(call["parameters"]):
                values.setdefault(call["parameters"][position], (argument.value, argument.span))
            position += 1
    values["**"] = (Mapping(tuple(others), False, use.callee_span), use.callee_span)
    return values


def _send(linked: Linked, client: Table, call: Table) -> Send:
    use = linked.use
    values = _given(use, call)
    bags = tuple(value for name in call["bags"] for value, _ in _narrowed(values, name))
    pairs = []
    if call["pairs"]:
        key, value = (values.get(name) for name in call["pairs"])
        if key is not None and value is not None:
            pairs.append((key[0], value[0], key[1]))
    pairs += [(Known(name, span), value, span) for name in call["values"] for value, span in _narrowed(values, name)]
    ids = tuple(found for name in call["id"] for found in _narrowed(values, name))
    texts = tuple(found for name in call["texts"] for found in _narrowed(values, name))
    private = frozenset(key for name in call["private"] for value, _ in _narrowed(values, name) for key in names_in(value))
    return Send(linked.path, use, client, call, bags, tuple(pairs), ids, texts, private, linked.via)


def _texts(found: list[tuple[Value, Span]]) -> list[Known]:
    """The texts among values, in lists and choices too."""
    todo = [item for value, _ in found for item in (value.items if isinstance(value, Listing) else (value,))]
    flat = [branch.value for value in todo if isinstance(value, OneOf) for branch in value.branches]
    return [value for value in (*todo, *flat) if isinstance(value, Known) and isinstance(value.value, str)]


def _narrowed(values: dict[str, tuple[Value, Span]], name: str) -> list[tuple[Value, Span]]:
    """The values of a parameter, or of a path inside it (``event.data``), and where each is written."""
    parameter, _, rest = name.partition(".")
    if parameter not in values:
        return []
    value, span = values[parameter]
    if not rest:
        return [(value, span)]
    return [(place.value, place.span) for place in find([Root((), value, span)], rest).written]
