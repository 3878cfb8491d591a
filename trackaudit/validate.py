"""Checking tables read from TOML against declared fields, gathering every mistake before anyone complains.

Used for the configuration file, for SDK records and for reports that are read back, so that all of them report mistakes in the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

Check = Callable[[Any, str, list[str]], Any]


class Field(NamedTuple):
    """A key a table may hold: how its value is checked, whether it must be there, and its default."""

    check: Check
    required: bool = False
    default: Any = None


def suggestion(word: str, known: Any) -> str:
    """`` (did you mean "x"?)`` for the nearest known word, or nothing."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f' (did you mean "{near[0]}"?)' if near else ""


def table(
    fields: Mapping[str, Field], extra: Callable[[dict[str, Any], str, list[str]], None] | None = None, is_open: bool = False
) -> Check:
    """A check for a table with exactly these fields; ``extra`` may look at the finished table as a whole. One that ``is_open`` may
    hold other keys as well, which are dropped."""

    def check(value: Any, where: str, errors: list[str]) -> dict[str, Any]:
        result = {name: field.default for name, field in fields.items()}
        if not isinstance(value, dict):
            errors.append(f"{where}: expected a table, got {_kind(value)}")
            return result
        for key, item in value.items():
            if key in fields:
                result[key] = fields[key].check(item, f"{where}.{key}", errors)
            elif not is_open:
                errors.append(f"{where}: unknown key {key!r}{suggestion(key, fields)}")
        for name, field in fields.items():
            if field.required and name not in value:
                errors.append(f"{where}: {name!r} is missing")
        if extra is not None:
            extra(result, where, errors)
        return result

    return check


def list_of(item: Check) -> Check:
    def check(value: Any, where: str, errors: list[str]) -> list[Any]:
        if not isinstance(value, list):
            errors.append(f"{where}: expected a list, got {_kind(value)}")
            return []
        return [item(entry, f"{where}[{index}]", errors) for index, entry in enumerate(value)]

    return check


def mapping_of(item: Check) -> Check:
    def check(value: Any, where: str, errors: list[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            errors.append(f"{where}: expected a table, got {_kind(value)}")
            return {}
        return {key: item(entry, f"{where}.{key}", errors) for key, entry in value.items()}

    return check


def string(value: Any, where: str, errors: list[str]) -> str:
    if isinstance(value, str):
        return value
    errors.append(f"{where}: expected a string, got {_kind(value)}")
    return ""


def boolean(value: Any, where: str, errors: list[str]) -> bool:
    if isinstance(value, bool):
        return value
    errors.append(f"{where}: expected true or false, got {_kind(value)}")
    return False


def number(value: Any, where: str, errors: list[str]) -> int | float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    errors.append(f"{where}: expected a number, got {_kind(value)}")
    return 0


def count(value: Any, where: str, errors: list[str]) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    errors.append(f"{where}: expected a whole number, got {value if isinstance(value, int | float) else _kind(value)}")
    return 0


def maybe(check: Check) -> Check:
    """A check that takes null as well."""
    return lambda value, where, errors: None if value is None else check(value, where, errors)


def anything(value: Any, where: str, errors: list[str]) -> Any:
    return value


def one_of(*words: str) -> Check:
    def check(value: Any, where: str, errors: list[str]) -> str:
        if isinstance(value, str) and value in words:
            return value
        hint = suggestion(value, words) if isinstance(value, str) else ""
        errors.append(f"{where}: {value!r} is none of {', '.join(words)}{hint}")
        return words[0]

    return check


strings = list_of(string)


def _kind(value: Any) -> str:
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list", dict: "a table"}
    return names.get(type(value), type(value).__name__)
