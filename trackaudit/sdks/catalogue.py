"""The compiled records at run time: an index that is always loaded, and the records whose words were met."""

from __future__ import annotations

import os
import re
from functools import cached_property
from typing import Any, NamedTuple

from trackaudit.sdks.compiled.index import INDEX

_COMPILED = os.path.join(os.path.dirname(__file__), "compiled")
Symbol = tuple[str, ...]
Table = dict[str, Any]


class Match(NamedTuple):
    """What a symbol stands for: a method (or component) of a client. ``root`` is where the client came from."""

    sdk: str
    client: int
    method: str
    root: str


def split_symbol(text: str) -> Symbol:
    """``npm:posthog-node#PostHog().capture`` as the tuple that resolution makes of it."""
    origin, _, path = text.partition("#")
    steps: list[str] = []
    if origin.startswith("pypi:"):
        origin, *steps = origin.split(".")
    return (origin, *steps, *split_path(path))


def split_path(path: str) -> Symbol:
    """``PostHog().capture`` as ``("PostHog", "()", "capture")``."""
    steps: list[str] = []
    for part in path.split(".") if path else ():
        name = part.removesuffix("()")
        steps.extend((name, "()") if name != part else (part,))
    return tuple(step for step in steps if step)


class Catalogue:
    """All SDKs, those that ship and those that the configuration describes (``extra``, validated records)."""

    def __init__(self, extra: list[Table] | None = None) -> None:
        self._records: dict[str, Table] = {}
        self._names: dict[str, dict[str, list[Table]]] = {}
        self._calls: dict[tuple[str, str], dict[str, list[Table]]] = {}
        self.tokens: dict[str, list[str]] = dict(INDEX["sdks"])
        self.broad: dict[str, list[str]] = dict(
            INDEX["broad"]
        )  # words too common to look for, but telling in a file that is read
        self.constants: dict[Symbol, Any] = {split_symbol(text): value for text, value in INDEX["constants"].items()}
        self.packages: dict[str, str] = dict(INDEX["packages"])
        roots: dict[str, list[Any]] = dict(INDEX["roots"])
        self.files: dict[str, list[Any]] = {name: list(places) for name, places in INDEX["files"].items()}
        self.variables: dict[str, list[Any]] = {name: list(places) for name, places in INDEX["variables"].items()}
        self._roots: dict[Symbol, tuple[str, int]] = {}
        self._families: dict[str, tuple[str, int]] = {}  # packages of which every module counts
        self.extra = extra or []
        for record in self.extra:
            from trackaudit.sdks import compile as compiler

            self._records[record["sdk"]] = record
            self.broad[record["sdk"]] = record["broad"]
            for client in record["client"]:
                self.constants.update((split_symbol(text), value) for text, value in client["constants"].items())
            self.tokens[record["sdk"]] = compiler.tokens_of(record)
            for package in compiler.packages_of(record):
                self.packages[package] = record["sdk"]
            roots.update(compiler.roots_of(record))
            for name, places in compiler.variables_of(record).items():
                self.variables.setdefault(name, []).extend(places)
            for name, places in compiler.files_of(record).items():
                self.files.setdefault(name, []).extend(places)
        for text, (sdk, client) in roots.items():
            symbol = split_symbol(text)
            if symbol[0].endswith("/*"):
                self._families[symbol[0][:-2]] = (sdk, client)
            else:
                self._roots[symbol] = (sdk, client)

    def record(self, sdk: str) -> Table:
        """The record of an SDK, with every default filled in."""
        if sdk not in self._records:
            self._records[sdk] = _read(f"{sdk}.json")
        return self._records[sdk]

    def client(self, sdk: str, place: int) -> Table:
        return self.record(sdk)["client"][place]

    def client_named(self, sdk: str, name: str) -> Table:
        return next(client for client in self.record(sdk)["client"] if client["id"] == name)

    def client_of(self, use: Any) -> Table:
        """The client that a use is of."""
        return self.client_named(use.sdk, use.client)

    def calls(self, sdk: str, client: str) -> dict[str, list[Table]]:
        """The descriptions of a client's calls by their methods: of each there may be several, for different versions."""
        known = self._calls.get((sdk, client))
        if known is None:
            known = self._calls[sdk, client] = {}
            for call in self.client_named(sdk, client)["call"]:
                known.setdefault(call["method"], []).append(call)
            for request in self.client_named(sdk, client)["request"]:
                call = {
                    **request,
                    "method": request["token"],
                    "role": "send",
                    "parameters": ["body"],
                    "keywords": "",
                    "versions": "",
                    "key": "",
                    "fallback": "",
                }
                known.setdefault(request["token"], []).append(call)
        return known

    def match(self, symbol: Symbol) -> Match | None:
        """The client and method that a symbol names, through instances that methods return."""
        for end in range(len(symbol), 0, -1):
            found = self._roots.get(symbol[:end])
            if found is not None:
                sdk, place = found
                return Match(sdk, place, self._method(sdk, place, symbol[end:]), symbol[0])
        family = symbol[0].rpartition("/")[0]
        while family:
            if family in self._families:
                sdk, place = self._families[family]
                return Match(sdk, place, self._method(sdk, place, symbol[1:]), symbol[0])
            family = family.rpartition("/")[0]
        return None

    def _method(self, sdk: str, place: int, steps: Symbol) -> str:
        returns = sorted((split_path(path) for path in self.client(sdk, place)["returns"]), key=len, reverse=True)
        shortened = True
        while shortened and steps:
            shortened = False
            for path in returns:
                if path and steps[: len(path)] == path:
                    steps, shortened = steps[len(path) :], True
        return ".".join(steps).replace(".()", "()")

    def names(self, sdk: str) -> dict[str, list[Table]]:
        """The names of options that the packages' own types list, by client: ``under`` which path, in which ``versions``."""
        if sdk not in self._names:
            try:
                self._names[sdk] = _read(os.path.join("..", "names", f"{sdk}.json"))
            except FileNotFoundError:  # its packages have no types, or it is a tracker of the project's own
                self._names[sdk] = {}
        return self._names[sdk]

    @cached_property
    def personal_data(self) -> Table:
        """The dictionary of personal and secret names; see ``personal_data.toml``."""
        return _read("personal_data.json")

    @cached_property
    def _version_patterns(self) -> list[tuple[str, int, re.Pattern[str]]]:
        return [
            (sdk, place, re.compile(script["url"]))
            for sdk in self.tokens
            for place, client in enumerate(self.record(sdk)["client"])
            for script in (*client["script"], *client["loader"])
        ]

    def script_version(self, url: str) -> tuple[str, int, str | None] | None:
        """Which client a script's URL loads and at which version, if the URL says so."""
        for sdk, place, pattern in self._version_patterns:
            if match := pattern.search(url):
                version = match.groupdict().get("version")
                return sdk, place, version.replace("-", ".") if version else None
        return None


def _read(name: str) -> Table:
    import json

    with open(os.path.join(_COMPILED, name), encoding="utf-8") as file:
        return json.load(file)
