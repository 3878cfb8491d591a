"""Where a record and the packages' own types disagree."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from packaging.version import Version

from trackaudit.versions import contains, parse

Table = dict[str, Any]
UNSET: tuple[Any, ...] = (None, False, "", [], {})  # values that say no more than an option that is not written


@dataclass(frozen=True)
class Names:
    """The names directly under an option path, as a version has them, which was read for a range."""

    under: str
    versions: str
    version: str
    names: frozenset[str]


def missing(client: Table, entries: Iterable[Names], untyped: set[str]) -> dict[str, list[str]]:
    """Option paths of a record's client that types lack, with the versions that lack them.

    A path counts as far as it is missing: where ``a`` is not among the names, ``a.b`` and ``a.c`` are one mistake, ``a``.
    An option without ``versions`` is one of the newest version; that older ones lack it is no mistake.
    """
    placed = _placed(client) | untyped
    entries = list(entries)
    newest = max((_start(entry.versions) for entry in entries), default=None)
    found: dict[str, list[str]] = {}
    for entry in entries:
        for option in client.get("option", []):
            step = _step_below(option["path"], entry.under)
            path = _joined(entry.under, step)
            is_asked = bool(option.get("versions")) or _start(entry.versions) == newest
            if step and is_asked and step not in entry.names and path not in placed and _exists(option, entry.version):
                _note(found, path, entry.version)
    return found


def early(client: Table, entries: Iterable[Names]) -> dict[str, list[str]]:
    """Option paths that types have in versions to which the record does not extend them, with these versions."""
    options = {option["path"]: option for option in client.get("option", [])}
    found: dict[str, list[str]] = {}
    for entry in entries:
        for path in sorted(_joined(entry.under, name) for name in entry.names):
            if path in options and not contains(options[path].get("versions", ""), _number(entry.version)):
                _note(found, path, entry.version)
    return found


def _joined(under: str, name: str) -> str:
    return f"{under}.{name}" if under else name


def _note(found: dict[str, list[str]], path: str, version: str) -> None:
    if version not in found.setdefault(path, []):
        found[path].append(version)


def _number(version: str) -> Version:
    return parse(version) or Version("0")


def _start(versions: str) -> Version:
    """Where a range begins."""
    return _number(versions.split()[0].lstrip("<>="))


def _exists(option: Table, version: str) -> bool:
    """Whether the record says that the option is there in a version: within its versions, and not void for good."""
    number = _number(version)
    voided = (void.get("versions", "") for void in option.get("void", []) if not void.get("when"))
    return contains(option.get("versions", ""), number) and not any(contains(versions, number) for versions in voided)


def _step_below(path: str, under: str) -> str:
    """The first step of an option path below another, without the brackets of a list; nothing if it does not lie there."""
    if under and not path.startswith(under + "."):
        return ""
    return path.removeprefix(under).lstrip(".").partition(".")[0].removesuffix("[]")


def _placed(client: Table) -> set[str]:
    """Option paths that the record itself makes: positions of arguments, props, variables. No type has to know them."""
    placed: set[str] = set()
    for call in client.get("call", []):
        if call["role"] != "send":
            placed.update([*call.get("parameters", []), call.get("keywords", "")])
    for component in client.get("component", []):
        placed.update(component["properties"].values())
    placed.update(assignment.get("option", "") for assignment in client.get("assignment", []))
    placed.update(client.get("environment", {}).values())
    return {path.removesuffix("*").removesuffix(".") for path in placed}


def undescribed(client: Table, entries: Iterable[Names]) -> list[str]:
    """Option paths of the types that the record says nothing about."""
    known = {option["path"] for option in client.get("option", [])}
    paths = {_joined(entry.under, name) for entry in entries for name in entry.names}
    return sorted(paths - known)


def differing(client: Table, under: str, version: str, defaults: dict[str, Any]) -> list[str]:
    """What the record and a package say about the defaults of the options under a path, where that is not the same.

    A package that names no value (``undefined``, ``None``) often works one out, so that this says nothing.
    """
    found: list[str] = []
    options = {option["path"]: option for option in client.get("option", [])}
    for name, told in sorted(defaults.items()):
        path = _joined(under, name)
        option = options.get(path)
        if option is None or not _exists(option, version):
            continue
        recorded, is_certain = _recorded(option, _number(version))
        value, is_literal = literal(told)
        if not is_certain or not is_literal or recorded == value or value is None or (recorded in UNSET and value in UNSET):
            continue
        if recorded is None and isinstance(value, str) and "://" in value:
            continue  # which server is written by default is of no interest
        found.append(f"{path}: the record says {_show(recorded)}, the package {_show(value)}")
    return found


def _recorded(option: Table, version: Version) -> tuple[Any, bool]:
    """The record's default for a version, and whether it is the same whatever else is set."""
    default = option.get("default")
    if not (isinstance(default, list) and default and all(isinstance(entry, dict) and "value" in entry for entry in default)):
        return default, True
    for entry in default:
        if contains(entry.get("versions", ""), version):
            return entry["value"], not entry.get("when")
    return None, True


def literal(told: Any) -> tuple[Any, bool]:
    """A default as a value, and whether it could be read as one: from a signature it is one already, in a comment it is code."""
    if not isinstance(told, str) or not told:
        return told, True
    text = told.strip().strip("`").strip()
    if text in ("undefined", "null", "None"):
        return None, True
    try:
        return json.loads(re.sub(r"^'([^'\"]*)'$", r'"\1"', text)), True
    except json.JSONDecodeError:
        pass
    try:
        return ast.literal_eval(text), True
    except (ValueError, SyntaxError):
        return None, False


def _show(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value)
