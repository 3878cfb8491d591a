"""The configuration: ``[tool.trackaudit]`` in pyproject.toml, or trackaudit.toml, read once into one frozen object."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from trackaudit.discover import DEFAULT_MAX_SIZE

FILE_NAMES = ("trackaudit.toml", "pyproject.toml")


class ConfigError(Exception):
    """Everything that is wrong with the configuration, one mistake a line."""


class Ignore(NamedTuple):
    """A suppression in the configuration, for places without comments. ``number`` is its place in the file."""

    rule: str
    path: str
    package: str
    option: str
    until: date | None
    reason: str
    number: int


class Config(NamedTuple):
    """All settings of a run. ``source`` is the file they came from, relative to the root, or empty."""

    select: tuple[str, ...] = ()
    deselect: tuple[str, ...] = ()
    per_path_deselect: tuple[tuple[str, tuple[str, ...]], ...] = ()
    severity: tuple[tuple[str, str], ...] = ()
    fail_on: str = "warning"
    profile: str = "default"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_size: int = DEFAULT_MAX_SIZE
    javascript_parser: str = "auto"
    ignore: tuple[Ignore, ...] = ()
    sdks: tuple[dict[str, Any], ...] = ()
    source: str = ""
    flag_list: str = ""
    permanent_flags: tuple[str, ...] = ()
    flag_expiry: tuple[str, ...] = ()
    baseline: str = ""
    flag_age: int = 180
    rules: tuple[str, ...] = ()


def load(root: str, explicit: str | None = None) -> Config:
    """The configuration of the project at ``root``, or of the file ``explicit``. Raises :class:`ConfigError`."""
    for name in (explicit,) if explicit else FILE_NAMES:
        path = name if explicit else os.path.join(root, name)
        try:
            with open(path, "rb") as file:
                data = file.read()
        except FileNotFoundError:
            if explicit:
                raise ConfigError(f"{name}: no such file") from None
            continue
        except OSError as error:
            raise ConfigError(f"{name}: {error.strerror}") from None
        if os.path.basename(name) == "pyproject.toml" and b"trackaudit" not in data:
            continue
        table = _table(data, name)
        if table is not None:
            return _read(table, name)._replace(source=os.path.relpath(path, root).replace(os.sep, "/"))
    return Config()


def _table(data: bytes, name: str) -> Any:
    import tomllib

    try:
        parsed = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}: {error}") from None
    if os.path.basename(name) == "pyproject.toml":
        tool = parsed.get("tool")
        if tool is not None and not isinstance(tool, dict):
            raise ConfigError(f"{name}: tool: expected a table")
        return tool.get("trackaudit") if tool else None
    return parsed


def _read(table: Any, name: str) -> Config:
    from trackaudit.findings import SEVERITIES
    from trackaudit.validate import Field, anything, list_of, mapping_of, one_of, string, strings
    from trackaudit.validate import table as fields

    check = fields({
        "rules": Field(list_of(_own_rule), default=[]),
        "select": Field(_names, default=[]),
        "deselect": Field(_names, default=[]),
        "per-path-deselect": Field(mapping_of(_names), default={}),
        "severity": Field(_severities, default={}),
        "fail-on": Field(one_of(*SEVERITIES), default="warning"),
        "profile": Field(one_of("default", "strict"), default="default"),
        "include": Field(_patterns, default=[]),
        "exclude": Field(_patterns, default=[]),
        "max-size": Field(_size, default=DEFAULT_MAX_SIZE),
        "javascript-parser": Field(one_of("auto", "tree-sitter", "esprima"), default="auto"),
        "ignore": Field(list_of(fields({
            "rule": Field(_rule, required=True),
            "path": Field(string, default=""),
            "package": Field(string, default=""),
            "option": Field(string, default=""),
            "until": Field(_day),
            "reason": Field(string, required=True),
        }, _narrow)), default=[]),
        "sdk": Field(list_of(anything), default=[]),
        "flag-list": Field(string, default=""),
        "permanent-flags": Field(strings, default=[]),
        "baseline": Field(string, default=""),
        "flag-age": Field(_days, default=180),
        "flag-expiry": Field(list_of(_expiry), default=[]),
    })  # fmt: skip
    errors: list[str] = []
    values = check(table, name, errors)
    sdks = _sdks(values["sdk"], name, errors)
    _known_names(values, sdks, name, errors)
    if errors:
        raise ConfigError("\n".join(errors))
    return Config(
        tuple(values["select"]), tuple(values["deselect"]),
        tuple((pattern, tuple(names)) for pattern, names in values["per-path-deselect"].items()),
        tuple(values["severity"].items()), values["fail-on"], values["profile"], tuple(values["include"]), tuple(values["exclude"]),
        int(values["max-size"]), values["javascript-parser"],
        tuple(Ignore(**entry, number=number) for number, entry in enumerate(values["ignore"])), tuple(sdks), name,
        values["flag-list"], tuple(values["permanent-flags"]), tuple(values["flag-expiry"]), values["baseline"], int(values["flag-age"]), tuple(values["rules"]),
    )  # fmt: skip


def _own_rule(value: Any, where: str, errors: list[str]) -> str:
    """The file of a rule of the project's own; its name is known from here on."""
    from trackaudit.findings import RuleInfo
    from trackaudit.rules import RULES, id_of, take_in
    from trackaudit.validate import string

    path = string(value, where, errors)
    rule = id_of(path)
    if not path.endswith(".py"):
        errors.append(f"{where}: {path!r} is no Python file")
    elif any(rule == known.id for known in RULES):
        errors.append(f"{where}: there is a rule {rule!r} already; give the file another name")
    else:
        take_in(RuleInfo(rule, "misconfiguration", "", ""))
    return path


def _days(value: Any, where: str, errors: list[str]) -> int:
    """A number of days."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        errors.append(f"{where}: expected a number of days, 1 or more")
        return 1
    return value


def _expiry(value: Any, where: str, errors: list[str]) -> str:
    """A pattern for comments whose group ``date`` is the day, or month, by which a flag has to be gone."""
    import re

    from trackaudit.validate import string

    text = string(value, where, errors)
    try:
        if "date" not in re.compile(text).groupindex:
            errors.append(f"{where}: {text!r} has no group (?P<date>…)")
    except re.error as error:
        errors.append(f"{where}: {text!r} is not a regular expression: {error}")
    return text


def _rule(value: Any, where: str, errors: list[str]) -> str:
    from trackaudit.rules import BY_ID
    from trackaudit.validate import string, suggestion

    text = string(value, where, errors)
    if text and text not in BY_ID:
        errors.append(f"{where}: unknown rule {text!r}{suggestion(text, BY_ID)}")
    return text


def _names(value: Any, where: str, errors: list[str]) -> list[str]:
    from trackaudit.validate import strings

    return strings(value, where, errors)


def _known_names(values: dict[str, Any], sdks: list[dict[str, Any]], where: str, errors: list[str]) -> None:
    """Selections name rules, categories or SDKs; which SDKs exist is known only after the in-house ones are read."""
    lists = [("select", values["select"]), ("deselect", values["deselect"])]
    lists += [(f"per-path-deselect.{pattern!r}", names) for pattern, names in values["per-path-deselect"].items()]
    for key, names in lists:
        errors.extend(f"{where}.{key}: {mistake}" for mistake in unknown_names(names, [record["sdk"] for record in sdks]))


def _patterns(value: Any, where: str, errors: list[str]) -> list[str]:
    from trackaudit.validate import strings

    patterns: list[str] = strings(value, where, errors)
    errors.extend(f"{where}: {mistake}" for mistake in bad_patterns(patterns))
    return patterns


def bad_patterns(patterns: Iterable[str]) -> list[str]:
    """Complaints about what is no git-ignore pattern."""
    if not patterns:
        return []
    import pathspec

    found = []
    for pattern in patterns:
        try:
            pathspec.GitIgnoreSpec.from_lines([pattern])
        except ValueError as error:
            found.append(f"{pattern!r} is no git-ignore pattern: {error}")
    return found


def _size(value: Any, where: str, errors: list[str]) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    errors.append(f"{where}: expected a number of bytes, got {value!r}")
    return DEFAULT_MAX_SIZE


def unknown_names(names: Any, own_sdks: list[str]) -> list[str]:
    """Complaints about names that are no rule, category or SDK."""
    if not names:
        return []
    from trackaudit.findings import CATEGORIES
    from trackaudit.rules import BY_ID
    from trackaudit.sdks.catalogue import Catalogue
    from trackaudit.validate import suggestion

    known = {*BY_ID, *CATEGORIES, *Catalogue().tokens, *own_sdks}
    return [f"{name!r} is no rule, category or SDK{suggestion(name, known)}" for name in names if name not in known]


def _severities(value: Any, where: str, errors: list[str]) -> dict[str, str]:
    from trackaudit.findings import SEVERITIES
    from trackaudit.validate import mapping_of, one_of

    table: dict[str, str] = mapping_of(one_of(*SEVERITIES))(value, where, errors)
    for name in table:
        _rule(name, where, errors)
    return table


def _day(value: Any, where: str, errors: list[str]) -> date | None:
    if isinstance(value, date) and not hasattr(value, "hour"):  # a time of day is no day
        return value
    try:
        return date.fromisoformat(str(value))
    except (TypeError, ValueError):
        errors.append(f"{where}: {value!r} is not a date such as 2027-01-31")
        return None


def _narrow(entry: dict[str, Any], where: str, errors: list[str]) -> None:
    if not (entry["path"] or entry["package"] or entry["option"]):
        errors.append(f"{where}: needs a path, a package or an option; use deselect to switch a rule off")
    if entry["reason"] is not None and not entry["reason"].strip():
        errors.append(f"{where}.reason: say why")


def _sdks(raw: list[Any], name: str, errors: list[str]) -> list[dict[str, Any]]:
    """In-house trackers, described with the schema of the records that ship."""
    if not raw:
        return []
    from trackaudit.sdks.catalogue import Catalogue
    from trackaudit.sdks.schema import validate

    taken = set(Catalogue().tokens)
    found = []
    for index, item in enumerate(raw):
        record, mistakes = validate(item, f"{name}.sdk[{index}]")
        errors.extend(mistakes)
        if not mistakes and record["sdk"] in taken:
            errors.append(f"{name}.sdk[{index}]: there already is an SDK {record['sdk']!r}")
        elif not mistakes:
            taken.add(record["sdk"])
            found.append(record)
    return found
