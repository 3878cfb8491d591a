"""The objects of options that were read from packages, and the lists of names that are made of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from drift import Names, literal

from trackaudit.versions import parse

_KINDS: dict[type, str] = {bool: "boolean", int: "number", float: "number", str: "string", list: "list"}


@dataclass
class Options:
    """An object of options at a path, as one version of a package has it. An open one may have further names.

    ``types`` says of each name in a few words what values it takes, nothing where the package does not say.
    """

    under: str
    types: dict[str, str]
    is_open: bool = False
    defaults: dict[str, Any] = field(default_factory=dict)


def at(objects: list[Options], under: str) -> Options | None:
    """The object that was read for a path, if any was."""
    return next((options for options in objects if options.under == under), None)


@dataclass
class Entry:
    """An object of options as it stands in a list of names: for a range of versions, with the packages it was read in."""

    under: str
    versions: str
    read: list[str]
    types: dict[str, str]
    is_open: bool
    defaults: dict[str, Any]

    @property
    def newest(self) -> str:
        """The version that was read; packages of one client are counted alike."""
        return self.read[0].rpartition("@")[2]

    def as_names(self) -> Names:
        return Names(self.under, self.versions, self.newest, frozenset(self.types))

    def as_text(self, name: str) -> str:
        """An option as the lists have it: what values it takes, and behind ``=`` its default where one could be read."""
        default, is_literal = literal(self.defaults.get(name))
        if not is_literal or default is None:
            return self.types[name]
        return f"{self.types[name] or _KINDS.get(type(default), 'object')} = {json.dumps(default)}"


class Lists:
    """The entries of all clients. What several packages of a client have in one range is united."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], dict[tuple[str, str], Entry]] = {}

    def add(self, sdk: str, client: str, versions: str, read: str, options: Options) -> None:
        entries = self._entries.setdefault((sdk, client), {})
        entry = entries.setdefault((options.under, versions), Entry(options.under, versions, [], {}, False, {}))
        if read not in entry.read:
            entry.read.append(read)
        for name, words in options.types.items():
            entry.types[name] = entry.types.get(name) or words
        entry.is_open |= options.is_open
        entry.defaults = {**options.defaults, **entry.defaults}

    def clients(self) -> list[tuple[str, str]]:
        return list(self._entries)

    def of(self, sdk: str, client: str) -> list[Entry]:
        """A client's entries by path and then by age."""
        entries = self._entries.get((sdk, client), {}).values()
        return sorted(entries, key=lambda entry: (entry.under, parse(entry.newest) or parse("0"), entry.versions))

    def texts(self) -> dict[str, str]:
        """The files to commit, by SDK: closed objects only, for an open one has names that nobody can list."""
        files: dict[str, dict[str, Any]] = {}
        for sdk, client in self.clients():
            closed = [entry for entry in self.of(sdk, client) if not entry.is_open]
            if closed:
                files.setdefault(sdk, {})[client] = [
                    {
                        "under": entry.under,
                        "versions": entry.versions,
                        "read": ", ".join(entry.read),
                        "names": {name: entry.as_text(name) for name in sorted(entry.types)},
                    }
                    for entry in closed
                ]
        return {sdk: _dump(clients) for sdk, clients in files.items()}


def _dump(clients: dict[str, list[dict[str, Any]]]) -> str:
    """JSON with one line per object, so that a change of one shows as one line."""
    blocks = [
        f"  {json.dumps(client)}: [\n" + ",\n".join(f"    {json.dumps(entry)}" for entry in entries) + "\n  ]"
        for client, entries in sorted(clients.items())
    ]
    return "{\n" + ",\n".join(blocks) + "\n}\n"
