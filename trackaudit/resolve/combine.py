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
    Parameter,
    Pattern,
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
    if isinstance(value, (Dynamic, Parameter)):
        return value.path
    return tuple(value.name.split(".")) if isinstance(value, Invoked) and value.name else ()


def merge(parts: list[Value], span: Span) -> Mapping:
    """Several objects laid over one another, the later ones winning; conditional parts keep their guards."""
    entries: list[Entry] = []
    unseen = False
    for part in parts:
        if isinstance(part, Mapping):
            entries.extend(part.entries)
            unseen = unseen or part.open
        elif isinstance(part, OneOf):
            for branch in part.branches:
                if isinstance(branch.value, Mapping):
                    guards = branch.guards or (Condition("", True, None, "other", branch.value.span, None),)
                    entries.extend(entry._replace(guards=(*entry.guards, *guards)) for entry in branch.value.entries)
                    unseen = unseen or branch.value.open
                elif not isinstance(branch.value, Known):
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


def substitute(value: Value, arguments: list[Value]) -> Value:
    """A function's result with its parameters replaced by what a call passes."""
    if isinstance(value, Parameter):
        return arguments[value.position] if 0 <= value.position < len(arguments) and len(value.path) == 1 else value
    if isinstance(value, Mapping):
        return value._replace(entries=tuple(entry._replace(value=substitute(entry.value, arguments)) for entry in value.entries))
    if isinstance(value, Listing):
        return value._replace(items=tuple(substitute(item, arguments) for item in value.items))
    if isinstance(value, OneOf):
        return value._replace(
            branches=tuple(branch._replace(value=substitute(branch.value, arguments)) for branch in value.branches)
        )
    return value
