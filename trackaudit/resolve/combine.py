"""Putting values together: objects laid over one another, choices, texts, and a call's arguments in its result."""

from __future__ import annotations

from trackaudit.model import (
    Span,
)  # fmt: skip
from trackaudit.resolve.values import (
    Branch,
    Callback,
    Condition,
    Dynamic,
    Entry,
    Invoked,
    Known,
    Listing,
    Mapping,
    OneOf,
    Overlay,
    Parameter,
    Pattern,
    Reference,
    Text,
    Value,
)  # fmt: skip

MAX_BRANCHES = 12


def truthiness(value: Value) -> bool | None:
    """Whether a value counts as true, None where that is not known."""
    if isinstance(value, Known):
        return bool(value.value)
    if isinstance(value, (Callback, Pattern)):
        return True
    if isinstance(value, (Mapping, Listing)):
        return None if value.open else True
    return None


def names_of(value: Value) -> tuple[str, ...]:
    """What the code calls a value that is not known."""
    if isinstance(value, (Dynamic, Parameter, Reference)):
        return value.path
    return tuple(value.name.split(".")) if isinstance(value, Invoked) and value.name else ()


def merge(parts: list[Value], span: Span) -> Mapping | Overlay:
    """Several objects laid over one another, the later ones winning; conditional parts keep their guards.

    Where a part waits to be linked, all of them are kept as they are.
    """
    flat: list[Value] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Overlay) else (part,))
    if any(waits(part) for part in flat):
        return Overlay(tuple(flat), span)
    return collapse(flat, span)


def waits(value: Value) -> bool:
    """Whether linking may still say what a value is."""
    if isinstance(value, OneOf):
        return any(waits(branch.value) for branch in value.branches)
    return isinstance(value, (Parameter, Reference, Overlay)) or (isinstance(value, Invoked) and value.symbol != ())


def collapse(parts: list[Value], span: Span) -> Mapping:
    """What is known of several objects laid over one another."""
    entries: list[Entry] = []
    unseen = False
    for part in parts:
        if isinstance(part, Overlay):
            part = collapse(list(part.parts), part.span)
        if isinstance(part, Mapping):
            entries.extend(part.entries)
            unseen = unseen or part.open
        elif isinstance(part, OneOf):
            for branch in part.branches:
                value = collapse(list(branch.value.parts), span) if isinstance(branch.value, Overlay) else branch.value
                if isinstance(value, Mapping):
                    guards = branch.guards or (Condition("", True, None, "other", value.span, None),)
                    entries.extend(entry._replace(guards=(*entry.guards, *guards)) for entry in value.entries)
                    unseen = unseen or value.open
                elif not isinstance(value, Known):
                    unseen = True
        elif not isinstance(part, Known):  # spreading null, undefined or false adds nothing
            unseen = True
    return Mapping(last_wins(entries), unseen, span)


def last_wins(entries: list[Entry]) -> tuple[Entry, ...]:
    """Drop what a later unconditional entry of the same key overwrites."""
    kept: list[Entry] = []
    final: set[str] = set()
    for entry in reversed(entries):
        if entry.key not in final:
            kept.append(entry)
            if not entry.guards:
                final.add(entry.key)
    return tuple(reversed(kept))


def one_of(branches: list[Branch], span: Span) -> Value:
    """A choice, nested choices flattened and bounded."""
    flat: list[Branch] = []
    for branch in branches:
        if isinstance(branch.value, OneOf):
            flat.extend(Branch((*branch.guards, *inner.guards), inner.value) for inner in branch.value.branches)
        else:
            flat.append(branch)
    if len(flat) > MAX_BRANCHES:
        flat = [*flat[:MAX_BRANCHES], Branch((), Dynamic("too many possibilities", (), span))]
    return flat[0].value if len(flat) == 1 else OneOf(tuple(flat), span)


def text_of(parts: list[Value], span: Span) -> Value:
    """A concatenation: one literal where every part is known, else a text with holes."""
    flat: list[Value] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Text) else (part,))
    if all(isinstance(part, Known) for part in flat):
        values = [part.value for part in flat if isinstance(part, Known)]
        if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
            return Dynamic("computed", (), span)
        return Known("".join(str(value) for value in values), span)
    return Text(tuple(flat), span)


def without(value: Value, keys: frozenset[str]) -> Value:
    """An object without some of its keys."""
    if isinstance(value, Mapping):
        return value._replace(entries=tuple(entry for entry in value.entries if entry.key not in keys))
    if isinstance(value, Overlay):
        return value._replace(parts=tuple(without(part, keys) for part in value.parts))
    if isinstance(value, OneOf):
        return value._replace(branches=tuple(branch._replace(value=without(branch.value, keys)) for branch in value.branches))
    if isinstance(value, Parameter):
        return value._replace(path=(*value.path, "..." + ",".join(sorted(keys))))
    return value


def only(value: Value, keys: frozenset[str]) -> Value:
    """An object with some of its keys only; of one that is not known, nothing."""
    if isinstance(value, Overlay):
        value = collapse(list(value.parts), value.span)
    if isinstance(value, Mapping):
        return Mapping(tuple(entry for entry in value.entries if entry.key in keys), False, value.span)
    if isinstance(value, OneOf):
        return value._replace(branches=tuple(branch._replace(value=only(branch.value, keys)) for branch in value.branches))
    return value


def step(value: Value, name: str | int, span: Span) -> Value | None:
    """What stands under a key or index of a value, as far as it is known; None where it is not."""
    if isinstance(name, str) and name.startswith("..."):
        return without(value, frozenset(name[3:].split(",")))
    if name == "[key]":  # one of its keys
        return None
    if name == "[]":
        if isinstance(value, Listing) and value.items:
            return one_of([Branch((), item) for item in value.items], span)
        return value._replace(path=(*value.path, "[]"), default=None, span=span) if isinstance(value, Parameter) else None
    if isinstance(value, Overlay):
        known = step(collapse(list(value.parts), value.span), name, span)
        unseen = [part for part in value.parts if waits(part)]
        return step(unseen[0], name, span) if known is None and len(unseen) == 1 else known
    if isinstance(value, Mapping):
        found = [entry for entry in value.entries if entry.key == str(name)]
        if found and not found[-1].guards:
            return found[-1].value
        if found:
            return one_of([Branch(entry.guards, entry.value) for entry in found], span)
        return None if value.open else Known(None, span)
    if isinstance(value, Listing):
        index = int(name) if isinstance(name, int) or name.isdigit() else -1
        return value.items[index] if 0 <= index < len(value.items) else None
    if isinstance(value, OneOf):
        branches = [(branch, step(branch.value, name, span)) for branch in value.branches]
        known = [Branch(branch.guards, inner) for branch, inner in branches if inner is not None]
        if not known:
            return None
        unknown = [Branch((), Dynamic("member", (str(name),), span))] if len(known) < len(branches) else []
        return one_of([*known, *unknown], span)
    if isinstance(value, Parameter):
        default = step(value.default, name, span) if value.default is not None else None
        return Parameter(value.scope, value.position, (*value.path, str(name)), default, span)
    if isinstance(value, Invoked) and value.symbol:
        return Reference((*value.symbol, "()", str(name)), (*names_of(value), str(name)), span)
    if isinstance(value, Reference):
        return Reference((*value.symbol, str(name)), (*value.path, str(name)), span)
    return None
