"""What a call passes to a function, put in the place of the function's parameters."""

from __future__ import annotations

from collections.abc import Callable
from operator import is_
from typing import TypeVar

from trackaudit.model import (
    Span,
)  # fmt: skip
from trackaudit.resolve.combine import merge, names_of, one_of, step, text_of
from trackaudit.resolve.values import (
    Branch,
    Dynamic,
    Entry,
    Invoked,
    Listing,
    Mapping,
    OneOf,
    Overlay,
    Parameter,
    Passed,
    Text,
    Value,
)  # fmt: skip

Change = Callable[[Value], Value | None]
_Holder = TypeVar("_Holder", Entry, Branch, Passed)


def transform(value: Value, change: Change) -> Value:
    """The value with every part that ``change`` has an answer for replaced by it, from the outside in."""
    changed = change(value)
    if changed is not None:
        return changed
    if isinstance(value, Mapping):
        entries = _inside(value.entries, change)
        return value if entries is value.entries else value._replace(entries=entries)
    if isinstance(value, Overlay):
        parts = [transform(part, change) for part in value.parts]
        return value if all(map(is_, parts, value.parts)) else merge(parts, value.span)
    if isinstance(value, Listing):
        items = tuple(transform(item, change) for item in value.items)
        return value if all(map(is_, items, value.items)) else value._replace(items=items)
    if isinstance(value, Text):
        parts = [transform(part, change) for part in value.parts]
        return value if all(map(is_, parts, value.parts)) else text_of(parts, value.span)
    if isinstance(value, OneOf):
        branches = _inside(value.branches, change)
        return value if branches is value.branches else one_of(list(branches), value.span)
    if isinstance(value, Invoked):
        arguments = _inside(value.arguments, change)
        return value if arguments is value.arguments else value._replace(arguments=arguments)
    return value


def _inside(holders: tuple[_Holder, ...], change: Change) -> tuple[_Holder, ...]:
    """Entries, branches or arguments with their values transformed; the same tuple where nothing changed."""
    values = [transform(holder.value, change) for holder in holders]
    if all(value is holder.value for value, holder in zip(values, holders, strict=True)):
        return holders
    return tuple(
        holder if value is holder.value else holder._replace(value=value) for value, holder in zip(values, holders, strict=True)
    )


class Given:
    """What a call passes to the parameters of a function. ``method`` where the first parameter is the object itself."""

    def __init__(self, parameters: tuple[str, ...], arguments: tuple[Passed, ...], method: bool, span: Span) -> None:
        self._values: dict[int, Value] = {}
        self._places: dict[int, Span] = {}
        self._unseen = False
        rest: list[Value] = []
        others: list[Value] = []
        position = int(method)
        for argument in _spread_out(arguments):
            if argument.spread == "**" or argument.name is not None:
                self._keyword(parameters, argument, others)
            elif argument.spread:
                self._unseen = True
            elif position < len(parameters) and not parameters[position].startswith("*"):
                self._values[position], self._places[position] = argument.value, argument.span
                position += 1
            else:
                rest.append(argument.value)
        for index, name in enumerate(parameters):
            if name.startswith("**"):
                self._values[index] = merge(others, span)
            elif name.startswith("*") and name != "*":
                self._values[index] = Listing(tuple(rest), self._unseen, span)

    def _keyword(self, parameters: tuple[str, ...], argument: Passed, others: list[Value]) -> None:
        if argument.spread == "**":
            value = argument.value
            entries = value.entries if isinstance(value, Mapping) else ()
            left = tuple(entry for entry in entries if entry.key not in parameters)
            self._values.update({parameters.index(entry.key): entry.value for entry in entries if entry.key in parameters})
            others.append(value._replace(entries=left) if isinstance(value, Mapping) else value)
            self._unseen = self._unseen or not isinstance(value, Mapping) or value.open
        elif argument.name in parameters:
            index = parameters.index(argument.name)
            self._values[index], self._places[index] = argument.value, argument.name_span or argument.span
        elif argument.name is not None and argument.name_span is not None:
            entry = Entry(argument.name, argument.name_span, argument.value, ())
            others.append(Mapping((entry,), False, argument.span))

    def value(self, parameter: Parameter) -> Value | None:
        """What a parameter, or the part of it that is meant, is given; None where nothing is known to be passed."""
        value = self._values.get(parameter.position)
        if value is None:
            return parameter.default if not self._unseen else None
        for name in parameter.path[1:]:
            inner = step(value, name, parameter.span)
            if inner is None:
                return Dynamic("member", (*names_of(value), name) if names_of(value) else parameter.path, value.span)
            value = inner
        return value

    def place(self, parameter: Parameter) -> Span | None:
        """Where the caller writes what a parameter, or the part of it that is meant, is given; None where it does not."""
        place, value = self._places.get(parameter.position), self._values.get(parameter.position)
        for name in parameter.path[1:]:
            if name == "[]" and isinstance(value, Listing) and len(value.items) == 1:
                value = value.items[0]
                place = value.span
                continue
            entry = (
                next((entry for entry in reversed(value.entries) if entry.key == name), None)
                if isinstance(value, Mapping)
                else None
            )
            if entry is None:
                return None  # the wrapper names it
            place, value = entry.key_span, entry.value
        return place


def _spread_out(arguments: tuple[Passed, ...]) -> list[Passed]:
    """The arguments with known lists that are spread put in as they are."""
    found: list[Passed] = []
    for argument in arguments:
        if argument.spread == "*" and isinstance(argument.value, Listing):
            found += [Passed(None, None, item, "", item.span) for item in argument.value.items]
            if argument.value.open:
                found.append(argument)
        else:
            found.append(argument)
    return found


def substitute(value: Value, scope: int, given: Given) -> Value:
    """A value inside the function with this scope, with its parameters replaced by what a call passes."""

    def change(part: Value) -> Value | None:
        return given.value(part) if isinstance(part, Parameter) and part.scope == scope else None

    return transform(value, change)
