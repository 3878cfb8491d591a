"""The flags that a project says it has: a list of its own, or the export of a flag service.

Exports of LaunchDarkly, Unleash, Flagsmith, GrowthBook, Statsig and flagd, fixtures of django-waffle, and plain lists have in common that each flag
has a name under one of a few keys; what is not recognised is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

_LISTS = ("flags", "features", "items", "data", "toggles", "feature_gates", "flagValues", "feature_flags")
_NAMES = ("key", "name", "id", "flag", "feature")
_OVER = ("archived", "deprecated", "abandoned")
_LAUNCHED = ("launched", "rolled_out", "rolled-out", "completed")


class Declared(NamedTuple):
    """A flag of the list. ``archived`` where it is over, ``launched`` where everybody has it."""

    key: str
    archived: bool
    launched: bool


class ListError(Exception):
    """The list cannot be read; the message says why."""


def declared(text: str, name: str) -> dict[str, Declared]:
    """The flags in a list by their keys; ``name`` is the file's, and says whether it is JSON, TOML or YAML. Raises ListError."""
    try:
        return {flag.key: flag for flag in _flags(_parsed(text, name))}
    except ValueError as error:  # JSON's and TOML's own are such
        raise ListError(f"{name}: {error}") from None


def _parsed(text: str, name: str) -> Any:
    if name.endswith(".toml"):
        import tomllib

        return tomllib.loads(text)
    if name.endswith((".yaml", ".yml")):
        import yaml

        try:
            return yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ListError(f"{name}: {error}") from None
    return json.loads(text)


def _flags(data: Any) -> Iterator[Declared]:
    if isinstance(data, dict):
        inside = next((data[key] for key in _LISTS if isinstance(data.get(key), (list, dict))), None)
        if inside is not None:
            yield from _flags(inside)
        else:
            yield from (_flag(str(key), about) for key, about in data.items())
    for item in data if isinstance(data, list) else ():
        if isinstance(item, str):
            yield _flag(item, {})
        elif isinstance(item, dict):
            about = item["fields"] if isinstance(item.get("fields"), dict) else item  # a fixture of Django's
            key = next((about[name] for name in _NAMES if isinstance(about.get(name), str)), None)
            inner = about.get("feature")
            if key is None and isinstance(inner, dict):
                key = inner.get("name")
            if isinstance(key, str):
                yield _flag(key, about)


def _flag(key: str, about: Any) -> Declared:
    table = about if isinstance(about, dict) else {}
    state = str(table.get("status") or table.get("state") or "").lower()
    archived = table.get("archived") is True or bool(table.get("archivedAt") or table.get("archivedDate")) or state in _OVER
    return Declared(key, archived, table.get("everyone") is True or state in _LAUNCHED)
