"""What the rest of a unit says about a value: what is written into it later, and under which conditions code runs."""

from __future__ import annotations

import re

from trackaudit.model import Binary, Call, Expr, Guard, Index, Logical, Member, Name, Span, Unary, Unit
from trackaudit.resolve.changes import Change, changes
from trackaudit.resolve.combine import merge, truthiness
from trackaudit.resolve.environment import environment_of
from trackaudit.resolve.results import Calls
from trackaudit.resolve.values import (
    Condition,
    Dynamic,
    Entry,
    Invoked,
    Known,
    Mapping,
    OneOf,
    Overlay,
    Parameter,
    Reference,
    Value,
)

_BAGS = (Mapping, Overlay, Parameter, Reference, OneOf, Invoked, Dynamic)


class Later(Calls):
    """The part of a resolver that knows what happens to values, and when."""

    def __init__(self, unit: Unit, text: bytes) -> None:
        super().__init__(unit, text)
        self._settings: dict[str, int] = {}
        self._changes: dict[tuple[int, str], list[Change]] | None = None
        self._conditions: dict[tuple[Span, bool], Condition] = {}

    def set_elsewhere(self, name: str, known: int) -> bool:
        """Whether a function that was left out sets a variable too, as far as its text tells."""
        if not self.unit.pending:
            return False
        if name not in self._settings:
            self._settings[name] = self._count_settings(name)
        return self._settings[name] > known

    def _count_settings(self, name: str) -> int:
        """How often the text looks as if it sets a variable."""
        word = re.escape(name.encode())
        pattern = rb"(?<![\w$.])" + word + rb"\s*(?:[-+*/%&|^?<>]{0,3}=(?![=>])|\+\+|--)|(?:\+\+|--)\s*" + word + rb"(?![\w$])"
        return len(re.findall(pattern, self.text))

    @property
    def changes(self) -> dict[tuple[int, str], list[Change]]:
        """What is written into the things that names hold, by their scopes and names."""
        if self._changes is None:
            self._changes = changes(self.unit)
        return self._changes

    def mutated(self, value: Value, scope: int, name: str) -> Value:
        """The value with what is written into it later laid over it."""
        written = self.changes.get((scope, name))
        if not written or not isinstance(value, _BAGS):
            return value
        parts: list[Value] = [value]
        for key, span, expr, guards in written:
            conditions = self.conditions(guards)
            if key:
                parts.append(Mapping((Entry(key, span, self.value(expr), conditions),), False, span))
                continue
            merged = self.value(expr)
            if conditions and isinstance(merged, Mapping):
                entries = tuple(entry._replace(guards=(*entry.guards, *conditions)) for entry in merged.entries)
                merged = merged._replace(entries=entries)
            parts.append(merged)
        return merge(parts, value.span)

    def _written_into_later(self, expr: Expr) -> bool:
        """Whether an expression reads a member of something that the code writes into: ``state.started`` is no constant."""
        todo = [expr]
        while todo:
            part = todo.pop()
            if isinstance(part, Name):
                found = self.unit.lookup(part.id, part.scope)
                if found is not None and self.changes.get((found[1], part.id)):
                    return True
            elif isinstance(part, (Member, Index)):
                todo.append(part.object)
            elif isinstance(part, (Logical, Binary)):
                todo += [part.left, part.right]
            elif isinstance(part, Unary):
                todo.append(part.operand)
        return False

    def conditions(self, guards: tuple[Guard, ...]) -> tuple[Condition, ...]:
        return tuple(self.condition(guard) for guard in guards)

    def conditions_at(self, position: int, guards: tuple[Guard, ...]) -> tuple[Condition, ...]:
        """All conditions of something that stands at a position and has these guards: also those of the functions around it, and
        of branches before it that always leave."""
        known = self.conditions(guards)
        around = self.conditions(self.unit.guards_at(position))
        return (*(condition for condition in around if condition not in known), *known)

    def condition(self, guard: Guard) -> Condition:
        """A guard in words: its text, whether a constant decides it, and what environment it speaks of."""
        while isinstance(guard.test, Unary) and guard.test.operator in ("!", "not"):
            guard = guard._replace(test=guard.test.operand, positive=not guard.positive)
        span = guard.test.span
        known = self._conditions.get((span, guard.positive))
        if known is not None:
            return known
        source = self.text[span.start : span.end].decode("utf-8", "replace")
        text = " ".join(source.split())
        value = self.value(guard.test)
        told = isinstance(value, Known) and not self._written_into_later(guard.test) and not _may_be_another(guard.test, value)
        constant = truthiness(value) if told else None
        origin = value.span if isinstance(value, Known) and value.span != span else None
        made = Condition(
            text if len(text) <= 60 else text[:57] + "…",
            guard.positive,
            constant,
            environment_of(text, guard.positive),
            span,
            origin,
        )
        self._conditions[span, guard.positive] = made
        return made


def _may_be_another(test: Expr, value: Value) -> bool:
    """Whether what a call comes to here says nothing of what it comes to elsewhere: a method that a subclass may have its own of, and a
    function that returns nothing, since it may raise."""
    todo: list[Expr] = [test]
    while todo:
        part = todo.pop()
        if isinstance(part, (Logical, Binary)):
            todo += [part.left, part.right]
        elif isinstance(part, Unary):
            todo.append(part.operand)
        elif isinstance(part, Call) and (_is_own_method(part) or (isinstance(value, Known) and value.value is None)):
            return True
    return False


def _is_own_method(call: Call) -> bool:
    callee = call.callee
    return isinstance(callee, Member) and isinstance(callee.object, Name) and callee.object.id in ("self", "cls", "this")
