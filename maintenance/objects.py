"""The objects of options that were read from packages, and the lists of names that are made of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from drift import Names

from trackaudit.versions import parse


@dataclass
class Options:
    """An object of options at a path, as one version of a package has it. An open one may have further names."""

    under: str
    names: list[str]
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
    names: set[str]
    is_open: bool
    defaults: dict[str, Any]

    @property
    def newest(self) -> str:
        """The version that was read; packages of one client are counted alike."""
        return self.read[0].rpartition("@")[2]

    def as_names(self) -> Names:
        return Names(self.under, self.versions, self.newest, frozenset(self.names))


class Lists:
    """The entries of all clients. What several packages of a client have in one range is united."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], dict[tuple[str, str], Entry]] = {}

    def add(self, sdk: str, client: str, versions: str, read: str, options: Options) -> None:
        entries = self._entries.setdefault((sdk, client), {})
        entry = entries.setdefault((options.under, versions), Entry(options.under, versions, [], set(), False, {}))
        if read not in entry.read:
            entry.read.append(read)
        entry.names.update(options.names)
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
                        "names": sorted(entry.names),
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
