"""The lists of option names are well formed, belong to clients of the records, and hold the options that these describe."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from maintenance.drift import Names, missing
from maintenance.sources import excused, load
from trackaudit.sdks.compile import RECORDS
from trackaudit.sdks.schema import versions

NAMES = RECORDS.parent / "names"
FILES = sorted(NAMES.glob("*.json"))
READ = re.compile(r"(?:@[\w.-]+/)?[\w.-]+@\d+\.\d+[\w.]*")
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def lists_of(path: Path) -> dict[str, list[dict[str, Any]]]:
    return json.loads(path.read_text(encoding="utf-8"))


def clients_of(sdk: str) -> dict[str, dict[str, Any]]:
    record = tomllib.loads((RECORDS / f"{sdk}.toml").read_text(encoding="utf-8"))
    return {client["id"]: client for client in record["client"]}


def names_of(entries: list[dict[str, Any]]) -> list[Names]:
    """A client's entries, each with the version of the first package it was read in."""
    return [
        Names(entry["under"], entry["versions"], entry["read"].split(", ")[0].rpartition("@")[2], frozenset(entry["names"]))
        for entry in entries
    ]


def test_there_are_lists_of_the_records() -> None:
    assert FILES
    assert {path.stem for path in FILES} <= {path.stem for path in RECORDS.glob("*.toml")} & {source.sdk for source in load()}


@each_file
def test_entries_are_well_formed(path: Path) -> None:
    clients = lists_of(path)
    assert clients.keys() <= clients_of(path.stem).keys()
    for entries in clients.values():
        keys = [(entry["under"], entry["versions"]) for entry in entries]
        assert len(keys) == len(set(keys))
        for entry in entries:
            errors: list[str] = []
            versions(entry["versions"], path.stem, errors)
            assert not errors and entry["versions"]
            assert entry.keys() == {"under", "versions", "read", "names"}
            assert all(READ.fullmatch(package) for package in entry["read"].split(", ")), entry["read"]
            assert entry["names"] and list(entry["names"]) == sorted(entry["names"])


@each_file
def test_described_options_are_in_the_lists(path: Path) -> None:
    clients = clients_of(path.stem)
    for id, entries in lists_of(path).items():
        assert missing(clients[id], names_of(entries), excused("untyped").get((path.stem, id), set())) == {}, id


@each_file
def test_nothing_is_excused_that_is_in_the_lists(path: Path) -> None:
    clients = clients_of(path.stem)
    for id, entries in lists_of(path).items():
        untyped = excused("untyped").get((path.stem, id), set())
        assert untyped <= missing(clients[id], names_of(entries), set()).keys(), id
