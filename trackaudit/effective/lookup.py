"""Finding an option in what a set-up was given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from trackaudit.model import Span
from trackaudit.resolve.values import Condition, Entry, Known, Listing, Mapping, OneOf, Passed, Value

Table = dict[str, Any]


class Written(NamedTuple):
    """One place where an option is written: the span of its name (or of a positional argument) and its value."""

    value: Value
    span: Span
    guards: tuple[Condition, ...]


class Found(NamedTuple):
    """All places where an option is written. ``unseen`` where it may also be in something that cannot be read."""

    written: tuple[Written, ...]
    unseen: bool


class Root(NamedTuple):
    """What a set-up was given under an option path; the empty path is the whole configuration."""

    path: tuple[str, ...]
    value: Value
    span: Span


def split(path: str) -> tuple[str, ...]:
    """The steps of an option's path; one with dots in its own name stands in single quotes: ``integrations.'Segment.io'.protocol``."""
    if "'" in path:
        return tuple(quoted or plain for quoted, plain in re.findall(r"'([^']*)'|([^.']+)", path))
    return tuple(path.split(".")) if path else ()


def roots_of_call(arguments: tuple[Passed, ...], call: Table, callee: Span) -> tuple[list[Root], bool]:
    """What each argument sets, by the call's ``parameters`` and ``keywords``; and whether some arguments are unseen."""
    roots: list[Root] = []
    unseen = False
    keywords: list[Entry] = []
    parameters: list[str] = call["parameters"]
    position = 0
    named: object = None  # the option whose value comes next
    for argument in arguments:
        if argument.spread == "**":
            unseen = not _spread_keywords(argument.value, keywords) or unseen
        elif argument.spread:
            unseen = True
        elif argument.name is not None and argument.name_span is not None:
            keywords.append(Entry(argument.name, argument.name_span, argument.value, ()))
        else:
            if call.get("pairs") and position < len(parameters) and parameters[position] == call["pairs"][0]:
                named = argument.value.value if isinstance(argument.value, Known) else None
            elif call.get("pairs") and position < len(parameters) and parameters[position] == call["pairs"][1]:
                roots += [Root(split(named), argument.value, argument.span)] if isinstance(named, str) else []
            elif position < len(parameters) and parameters[position]:
                parameter = _meant(parameters[position], argument.value)
                place = callee if call["role"] in ("start", "part") and parameter.endswith("*") else argument.span
                roots.append(_root(parameter, argument.value, place))
            position += 1
    if keywords:
        roots += _keyword_roots(keywords, parameters, call["keywords"], callee)
    if call["role"] in ("start", "part"):
        for parameter in (*parameters, call["keywords"]):
            path = split(parameter.removesuffix("*").rstrip("."))
            if path and parameter.endswith("*") and not any(root.path == path for root in roots):
                roots.append(Root(path, Mapping((), False, callee), callee))
    return roots, unseen


def _meant(parameter: str, value: Value) -> str:
    """Of ``url|*``, what an argument is: the options where it is an object, else the first."""
    first, _, options = parameter.partition("|")
    return options if options and isinstance(value, Mapping) else first


def _spread_keywords(value: Value, keywords: list[Entry]) -> bool:
    if isinstance(value, Mapping):
        keywords.extend(value.entries)
        return not value.open
    return False


def _keyword_roots(keywords: list[Entry], parameters: list[str], rest: str, callee: Span) -> list[Root]:
    """Keywords named in the parameters go there; the others are options by their own names."""
    named = {split(parameter)[-1]: parameter for parameter in parameters if parameter and not parameter.endswith("*")}
    roots = [
        Root(split(named[entry.key]), Mapping((entry,), False, callee), entry.key_span)
        for entry in keywords
        if entry.key in named
    ]
    roots = [Root(root.path[:-1], root.value, root.span) for root in roots]
    others = tuple(entry for entry in keywords if entry.key not in named)
    if rest and others:
        roots.append(_root(rest, Mapping(others, False, callee), callee))
    return roots


def _root(parameter: str, value: Value, span: Span) -> Root:
    return Root(split(parameter.removesuffix("*").rstrip(".")), value, span)


def roots_of_component(arguments: tuple[Passed, ...], properties: dict[str, str]) -> tuple[list[Root], bool]:
    """The same for a JSX element and the props that the record names."""
    roots: list[Root] = []
    unseen = False
    for argument in arguments:
        if argument.spread and isinstance(argument.value, Mapping):
            unseen = unseen or argument.value.open
            given = tuple(Passed(entry.key, entry.key_span, entry.value, "", entry.key_span) for entry in argument.value.entries)
            more, hidden = roots_of_component(given, properties)
            roots += more
            unseen = unseen or hidden
        elif argument.spread:
            unseen = True
        elif properties.get(argument.name or "") and argument.name is not None and argument.name_span is not None:
            parameter = properties[argument.name]
            if parameter.endswith("*"):
                roots.append(_root(parameter, argument.value, argument.name_span))
            else:
                entry = Entry(split(parameter)[-1], argument.name_span, argument.value, ())
                roots.append(Root(split(parameter)[:-1], Mapping((entry,), False, argument.name_span), argument.name_span))
    return roots, unseen


def find(roots: list[Root], path: str) -> Found:
    """Every place under ``roots`` where the option ``path`` is written."""
    steps = split(path)
    plain = tuple(step.removesuffix("[]") for step in steps)
    written: list[Written] = []
    unseen = False
    for root in roots:
        count = len(root.path)
        if plain[:count] != root.path:
            continue
        each = bool(count) and steps[count - 1].endswith("[]") and isinstance(root.value, Listing)
        for value in root.value.items if each and isinstance(root.value, Listing) else (root.value,):
            for place in _descend(value, steps[count:], value.span if each else root.span, ()):
                if place is None:
                    unseen = True
                else:
                    written.append(place)
    return Found(tuple(written), unseen)


def entries_under(roots: list[Root], path: str) -> Iterator[Entry]:
    """Every key that is written directly below an option path, with what it is given."""
    steps = split(path)
    for root in roots:
        if steps[: len(root.path)] == root.path:
            for place in _descend(root.value, steps[len(root.path) :], root.span, ()):
                values = [branch.value for branch in place.value.branches] if place and isinstance(place.value, OneOf) else []
                for value in values or ([place.value] if place is not None else []):
                    yield from value.entries if isinstance(value, Mapping) else ()


def _descend(value: Value, steps: tuple[str, ...], span: Span, guards: tuple[Condition, ...]) -> Iterator[Written | None]:
    """Walk into a value; None stands for a part that cannot be seen."""
    if not steps:
        yield Written(value, span, guards)
        return
    if isinstance(value, OneOf):
        for branch in value.branches:
            yield from _descend(branch.value, steps, span, (*guards, *branch.guards))
        return
    if not isinstance(value, Mapping):
        if not isinstance(value, (Known, Listing)):
            yield None
        return
    name, many = steps[0].removesuffix("[]"), steps[0].endswith("[]")
    hidden = value.open
    for entry in value.entries:
        if entry.key == name:
            inner = entry.value.items if many and isinstance(entry.value, Listing) else (entry.value,)
            for item in inner:
                yield from _descend(item, steps[1:], entry.key_span, (*guards, *entry.guards))
            hidden = hidden and bool(entry.guards)
    if hidden:
        yield None
