"""Values on their way from one file to another: their places learn the name of the file that they stand in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

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

Move = Callable[[Span], Span]


def placed(span: Span, path: str) -> Span:
    return span if span.path else Span(span.start, span.end, path)


def carried(value: Value, path: str) -> Value:
    """The value with every place in it that names no file said to be in ``path``."""
    return moved(value, partial(placed, path=path))


def moved(value: Value, move: Move) -> Value:
    """The value with every place in it changed by ``move``."""
    span = move(value.span)
    # Most values are one of these, and a constructor is several times as fast as _replace.
    if isinstance(value, Known):
        return Known(value.value, span)
    if isinstance(value, Dynamic):
        return Dynamic(value.reason, value.path, span, value.alias)
    if isinstance(value, Reference):
        return Reference(value.symbol, value.path, span)
    if isinstance(value, Pattern):
        return Pattern(value.pattern, span)
    if isinstance(value, Parameter):
        return value._replace(span=span, default=moved(value.default, move) if value.default is not None else None)
    if isinstance(value, (Text, Overlay)):
        return value._replace(span=span, parts=tuple(moved(part, move) for part in value.parts))
    if isinstance(value, Listing):
        return value._replace(span=span, items=tuple(moved(item, move) for item in value.items))
    if isinstance(value, Mapping):
        return value._replace(span=span, entries=tuple(_entry(entry, move) for entry in value.entries))
    if isinstance(value, Callback):
        return value._replace(span=span, results=tuple(moved(result, move) for result in value.results))
    if isinstance(value, Blueprint):
        members = tuple(_entry(entry, move) for entry in value.members)
        return Blueprint(members, tuple(moved(base, move) for base in value.bases), span)
    if isinstance(value, Invoked):
        return value._replace(span=span, arguments=_arguments(value.arguments, move))
    return OneOf(tuple(Branch(_conditions(branch.guards, move), moved(branch.value, move)) for branch in value.branches), span)


def carried_arguments(arguments: tuple[Passed, ...], path: str) -> tuple[Passed, ...]:
    return _arguments(arguments, partial(placed, path=path))


def conditions(guards: tuple[Condition, ...], path: str) -> tuple[Condition, ...]:
    return _conditions(guards, partial(placed, path=path))


def carried_use(use: Use, path: str) -> Use:
    """A use as other files see it."""
    move = partial(placed, path=path)
    return use._replace(
        arguments=_arguments(use.arguments, move), guards=_conditions(use.guards, move), span=move(use.span),
        callee_span=move(use.callee_span),
    )  # fmt: skip


def _arguments(arguments: tuple[Passed, ...], move: Move) -> tuple[Passed, ...]:
    return tuple(
        Passed(
            argument.name, move(argument.name_span) if argument.name_span is not None else None, moved(argument.value, move),
            argument.spread, move(argument.span),
        )
        for argument in arguments
    )  # fmt: skip


def _conditions(guards: tuple[Condition, ...], move: Move) -> tuple[Condition, ...]:
    return tuple(
        guard._replace(span=move(guard.span), origin=move(guard.origin) if guard.origin is not None else None) for guard in guards
    )


def _entry(entry: Entry, move: Move) -> Entry:
    return Entry(entry.key, move(entry.key_span), moved(entry.value, move), _conditions(entry.guards, move))
