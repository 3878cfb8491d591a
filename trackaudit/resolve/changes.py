"""What happens to a mapping after it was made: ``bag.key = v``, ``bag["key"] = v``, ``bag.update(…)``, ``Object.assign(bag, …)``."""

from __future__ import annotations

from typing import NamedTuple

from trackaudit.model import (
    Expr,
    Guard,
    Literal,
    Member,
    Name,
    Span,
    Unit,
)  # fmt: skip


class Change(NamedTuple):
    """Something written into a mapping later: one key, or with the empty key a whole mapping laid over it."""

    key: str
    span: Span
    value: Expr
    guards: tuple[Guard, ...]


def changes(unit: Unit) -> dict[tuple[int, str], list[Change]]:
    """All changes in a unit, by the scope that holds the mapping's name and the name."""
    found: dict[tuple[int, str], list[Change]] = {}

    def add(name: Name, key: str, span: Span, value: Expr, guards: tuple[Guard, ...]) -> None:
        holder = unit.lookup(name.id, name.scope)
        if holder is not None:
            found.setdefault((holder[1], name.id), []).append(Change(key, span, value, guards))

    python = unit.language == "python"
    for assignment in unit.assignments:
        target = assignment.target
        if isinstance(target, Member) and isinstance(target.object, Name):
            add(target.object, target.property, target.property_span, assignment.value, assignment.guards)
        elif isinstance(target, Name) and assignment.operator == "|=":
            add(target, "", assignment.span, assignment.value, assignment.guards)
    for site in unit.calls:
        callee, arguments = site.call.callee, site.call.arguments
        if not isinstance(callee, Member) or not isinstance(callee.object, Name):
            continue
        if callee.property == "update" and python:
            for argument in arguments:
                if argument.name is None:
                    add(callee.object, "", site.call.span, argument.value, site.guards)
                elif argument.name_span is not None:
                    add(callee.object, argument.name, argument.name_span, argument.value, site.guards)
        elif callee.property == "pop" and python and arguments and isinstance(arguments[0].value, Literal):
            key = arguments[0].value
            add(callee.object, str(key.value), key.span, Literal(None, key.span), site.guards)
        elif callee.property == "setdefault" and python and len(arguments) == 2 and isinstance(arguments[0].value, Literal):
            key = arguments[0].value
            add(callee.object, str(key.value), key.span, arguments[1].value, site.guards)
        elif (callee.object.id, callee.property) == ("Object", "assign") and arguments and isinstance(arguments[0].value, Name):
            for argument in arguments[1:]:
                add(arguments[0].value, "", site.call.span, argument.value, site.guards)
    return found
