"""Values on their way from one file to another: their places learn the name of the file that they stand in."""

from __future__ import annotations

from trackaudit.model import Span
from trackaudit.resolve.values import (
    Blueprint,
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
    Passed,
    Pattern,
    Reference,
    Text,
    Use,
    Value,
)  # fmt: skip


def placed(span: Span, path: str) -> Span:
    return span if span.path else Span(span.start, span.end, path)


def carried(value: Value, path: str) -> Value:
    """The value with every place in it that names no file said to be in ``path``."""
    span = placed(value.span, path)
    if isinstance(value, (Known, Pattern, Dynamic, Reference)):
        return value._replace(span=span)
    if isinstance(value, Parameter):
        return value._replace(span=span, default=carried(value.default, path) if value.default is not None else None)
    if isinstance(value, (Text, Overlay)):
        return value._replace(span=span, parts=tuple(carried(part, path) for part in value.parts))
    if isinstance(value, Listing):
        return value._replace(span=span, items=tuple(carried(item, path) for item in value.items))
    if isinstance(value, Mapping):
        return value._replace(span=span, entries=tuple(_entry(entry, path) for entry in value.entries))
    if isinstance(value, Callback):
        return value._replace(span=span, results=tuple(carried(result, path) for result in value.results))
    if isinstance(value, Blueprint):
        members = tuple(_entry(entry, path) for entry in value.members)
        return Blueprint(members, tuple(carried(base, path) for base in value.bases), span)
    if isinstance(value, Invoked):
        return value._replace(span=span, arguments=carried_arguments(value.arguments, path))
    branches = tuple(Branch(conditions(branch.guards, path), carried(branch.value, path)) for branch in value.branches)
    return OneOf(branches, span)


def carried_arguments(arguments: tuple[Passed, ...], path: str) -> tuple[Passed, ...]:
    return tuple(
        argument._replace(
            name_span=placed(argument.name_span, path) if argument.name_span is not None else None,
            value=carried(argument.value, path),
            span=placed(argument.span, path),
        )
        for argument in arguments
    )


def conditions(guards: tuple[Condition, ...], path: str) -> tuple[Condition, ...]:
    return tuple(
        guard._replace(span=placed(guard.span, path), origin=placed(guard.origin, path) if guard.origin is not None else None)
        for guard in guards
    )


def carried_use(use: Use, path: str) -> Use:
    """A use as other files see it."""
    return use._replace(
        arguments=carried_arguments(use.arguments, path), guards=conditions(use.guards, path), span=placed(use.span, path),
        callee_span=placed(use.callee_span, path),
    )  # fmt: skip


def _entry(entry: Entry, path: str) -> Entry:
    return Entry(entry.key, placed(entry.key_span, path), carried(entry.value, path), conditions(entry.guards, path))
