"""Expressions to values, inside one file."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from trackaudit.model import (
    Argument,
    Array,
    Binary,
    Binding,
    Call,
    Conditional,
    Expr,
    Function,
    Guard,
    Index,
    Literal,
    Logical,
    Member,
    Name,
    Object,
    Regex,
    Spread,
    Template,
    Unary,
    Unit,
    Unknown,
)  # fmt: skip
from trackaudit.resolve.changes import Change, changes
from trackaudit.resolve.combine import MAX_BRANCHES, last_wins, merge, names_of, one_of, substitute, text_of, truthiness
from trackaudit.resolve.environment import environment_of
from trackaudit.resolve.symbols import Symbols
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
    Parameter,
    Passed,
    Pattern,
    Value,
)  # fmt: skip

MAX_DEPTH = 24
TRUTH = "a truth value"  # the reason of a Dynamic that is only ever true or false
_COMPARING = frozenset(("==", "===", "!=", "!==", "<", ">", "<=", ">=", "in", "not in", "instanceof"))
_MERGING = frozenset((("global:Object", "assign"), ("global:_", "merge"), ("global:_", "assign"), ("global:$", "extend")))
_TRANSPARENT = frozenset(
    (("global:Object", "freeze"), ("global:Object", "seal"), ("global:structuredClone",), ("global:Promise", "resolve"))
)
_ENVIRONMENT = frozenset((("pypi:os", "getenv"), ("pypi:os", "environ", "get")))


class Resolver(Symbols):
    """Answers what an expression of one unit comes to."""

    def __init__(self, unit: Unit, text: bytes) -> None:
        super().__init__(unit, text)
        self._changes: dict[tuple[int, str], list[Change]] | None = None

    def value(self, expr: Expr) -> Value:
        """What ``expr`` comes to."""
        if self.depth >= MAX_DEPTH:
            return Dynamic("followed too far", (), expr.span)
        self.depth += 1
        try:
            return _VALUES[type(expr)](self, expr)
        finally:
            self.depth -= 1

    def _literal(self, expr: Literal) -> Value:
        return Known(expr.value, expr.span)

    def _regex(self, expr: Regex) -> Value:
        return Pattern(expr.pattern, expr.span)

    def _unknown(self, expr: Unknown) -> Value:
        return Dynamic(expr.reason, (), expr.span)

    def _template(self, expr: Template) -> Value:
        return text_of([self.value(part) for part in expr.parts], expr.span)

    def _unary(self, expr: Unary) -> Value:
        operand = self.value(expr.operand)
        if expr.operator == "!":
            truth = truthiness(operand)
            return Known(not truth, expr.span) if truth is not None else Dynamic(TRUTH, (), expr.span)
        if expr.operator == "-" and isinstance(operand, Known) and isinstance(operand.value, (int, float)):
            return Known(-operand.value, expr.span)
        if expr.operator == "void":
            return Known(None, expr.span)
        return Dynamic("computed", (), expr.span)

    def _binary(self, expr: Binary) -> Value:
        left, right = self.value(expr.left), self.value(expr.right)
        if expr.operator == "+":
            return text_of([left, right], expr.span)
        if expr.operator == "|" and isinstance(left, Mapping) and isinstance(right, Mapping):
            return merge([left, right], expr.span)
        if expr.operator in ("==", "===", "!=", "!==") and isinstance(left, Known) and isinstance(right, Known):
            return Known((left.value == right.value) == expr.operator.startswith("="), expr.span)
        return Dynamic(TRUTH if expr.operator in _COMPARING else "computed", (), expr.span)

    def _logical(self, expr: Logical) -> Value:
        left = self.value(expr.left)
        truth = truthiness(left)
        known = isinstance(left, Known)
        if expr.operator == "??":
            if known:
                return self.value(expr.right) if left.value is None else left
        elif truth is not None:
            return left if truth == (expr.operator == "||") else self.value(expr.right)
        right = self.value(expr.right)
        if expr.operator == "&&":
            guard = self.condition(Guard(expr.left, True, 0))
            return one_of([Branch((guard,), right), Branch((guard._replace(positive=False),), Known(None, expr.span))], expr.span)
        return one_of([Branch((), left), Branch((), right)], expr.span)

    def _conditional(self, expr: Conditional) -> Value:
        truth = truthiness(self.value(expr.test))
        if truth is not None:
            return self.value(expr.consequent if truth else expr.alternate)
        guard = self.condition(Guard(expr.test, True, 0))
        return one_of(
            [
                Branch((guard,), self.value(expr.consequent)),
                Branch((guard._replace(positive=False),), self.value(expr.alternate)),
            ],
            expr.span,
        )

    def _object(self, expr: Object) -> Value:
        parts: list[Value] = []
        for entry in expr.entries:
            if isinstance(entry, Spread):
                parts.append(self.value(entry.value))
            elif entry.key is None:
                parts.append(Dynamic("computed key", (), entry.key_span))
            else:
                item = Entry(entry.key, entry.key_span, self.value(entry.value), ())
                parts.append(Mapping((item,), False, expr.span))
        return merge(parts, expr.span)

    def _array(self, expr: Array) -> Value:
        items: list[Value] = []
        unseen = False
        for element in expr.elements:
            if isinstance(element, Spread):
                inner = self.value(element.value)
                items.extend(inner.items if isinstance(inner, Listing) else [])
                unseen = unseen or not isinstance(inner, Listing) or inner.open
            else:
                items.append(self.value(element))
        return Listing(tuple(items), unseen, expr.span)

    def _function(self, expr: Function) -> Value:
        self.unit.demand(expr.scope)
        returned = self.unit.returns.get(expr.scope, [])
        results = tuple(self._unless_changed(self.value(value), expr.scope) for value, _ in returned[:MAX_BRANCHES])
        return Callback(expr.parameters, results or (Known(None, expr.span),), expr.span)

    def _unless_changed(self, result: Value, scope: int) -> Value:
        """A parameter that the function's body writes into is not returned as it came."""
        if isinstance(result, Parameter) and (scope, result.path[0]) in self._written_into:
            return Dynamic("changed on the way", result.path, result.span)
        return result

    @cached_property
    def _written_into(self) -> set[tuple[int, str]]:
        """The names, by the scope that holds them, of which a member is assigned or deleted."""
        found: set[tuple[int, str]] = set()
        for assignment in self.unit.assignments:
            target = assignment.target
            while isinstance(target, (Member, Index)):
                target = target.object
            if isinstance(target, Name) and target is not assignment.target:
                holder = self.unit.lookup(target.id, target.scope)
                if holder is not None:
                    found.add((holder[1], target.id))
        return found

    def _name(self, expr: Name) -> Value:
        if expr.id == "undefined":
            return Known(None, expr.span)
        found = self.unit.lookup(expr.id, expr.scope)
        if found is None:
            return Dynamic("global", (expr.id,), expr.span)
        bindings, scope = found
        key = (scope, expr.id)
        if key in self.busy:
            return Dynamic("refers to itself", (expr.id,), expr.span)
        self.busy.add(key)
        try:
            value = self._bound(expr, bindings, scope)
            return self._mutated(value, scope, expr.id) if isinstance(value, Mapping) else value
        finally:
            self.busy.discard(key)

    def _bound(self, expr: Name, bindings: list[Binding], scope: int) -> Value:
        branches = [Branch(self.conditions(binding.guards), self._binding_value(expr, binding)) for binding in bindings
                    if binding.value is not None or binding.kind not in ("let", "var")]  # fmt: skip
        for assignment in self.assigned(scope, expr.id):
            if assignment.operator == "=":
                branches.append(Branch(self.conditions(assignment.guards), self.value(assignment.value)))
            elif assignment.operator != "|=":
                branches.append(Branch((), Dynamic("reassigned", (expr.id,), expr.span)))
        if any(binding.kind in ("let", "var") for binding in bindings) and self._set_elsewhere(expr.id, len(branches)):
            branches.append(Branch((), Dynamic("reassigned", (expr.id,), expr.span)))
        if not branches:
            return Dynamic("never given a value here", (expr.id,), expr.span)
        if len(branches) == 1:
            return branches[0].value
        return one_of(branches, expr.span)

    def _set_elsewhere(self, name: str, known: int) -> bool:
        """Whether a function that was left out sets a variable too, as far as its text tells."""
        if not self.unit.pending:
            return False
        word = re.escape(name.encode())
        pattern = rb"(?<![\w$.])" + word + rb"\s*(?:[-+*/%&|^?<>]{0,3}=(?![=>])|\+\+|--)|(?:\+\+|--)\s*" + word + rb"(?![\w$])"
        return len(re.findall(pattern, self.text)) > known

    def _binding_value(self, expr: Name, binding: Binding) -> Value:
        if binding.kind == "import":
            return Dynamic("imported", (expr.id,), expr.span)
        if binding.kind == "parameter":
            if binding.default is not None:
                given = Dynamic("parameter", (expr.id,), expr.span)
                return one_of([Branch((), self.value(binding.default)), Branch((), given)], expr.span)
            index = binding.path[0] if binding.path and isinstance(binding.path[0], int) else -1
            return Parameter(index, (expr.id, *(str(step) for step in binding.path[1:])), expr.span)
        if binding.value is None:
            return Dynamic(binding.kind, (expr.id,), expr.span)
        value = self.value(binding.value)
        for step in binding.path:
            value = self._step(value, step, expr)
        if binding.default is not None and not isinstance(value, Known):
            return one_of([Branch((), value), Branch((), self.value(binding.default))], expr.span)
        return value

    def _step(self, value: Value, step: str | int, expr: Name) -> Value:
        if isinstance(value, Mapping) and isinstance(step, str):
            for entry in reversed(value.entries):
                if entry.key == step:
                    return entry.value
            if not value.open:
                return Known(None, value.span)
        if isinstance(value, Listing) and isinstance(step, int) and step < len(value.items):
            return value.items[step]
        return Dynamic("destructured", (*names_of(value), str(step)), expr.span)

    def _member(self, expr: Member) -> Value:
        if isinstance(expr.object, Name) and expr.object.id in ("this", "self", "cls"):
            fields = self.own_fields(expr)
            if len(fields) == 1 and not isinstance(fields[0], Name):
                return self.value(fields[0])
        chain = self._chain(expr)
        if chain[:2] in (("process", "env"), ("os", "environ")) or chain[:3] == ("import", "meta", "env"):
            return Dynamic("environment", chain, expr.span)
        below = self.value(expr.object)
        if isinstance(below, Mapping):
            for entry in reversed(below.entries):
                if entry.key == expr.property:
                    return entry.value
            if not below.open:
                return Known(None, expr.span)
        return Dynamic("member", chain or (*names_of(below), expr.property), expr.span)

    def _chain(self, expr: Expr) -> tuple[str, ...]:
        """The names in ``a.b().c`` as written, calls included without their arguments."""
        names: list[str] = []
        while True:
            if isinstance(expr, Member):
                names.append(expr.property)
                expr = expr.object
            elif isinstance(expr, Call):
                expr = expr.callee
            elif isinstance(expr, Index):
                expr = expr.object
            else:
                break
        if isinstance(expr, Name):
            names.append(expr.id)
        return tuple(reversed(names))

    def _index(self, expr: Index) -> Value:
        below, key = self.value(expr.object), self.value(expr.key)
        if (
            isinstance(below, Listing)
            and isinstance(key, Known)
            and isinstance(key.value, int)
            and 0 <= key.value < len(below.items)
        ):
            return below.items[key.value]
        return Dynamic("member", self._chain(expr), expr.span)

    def _call(self, expr: Call) -> Value:
        symbol = self.symbol(expr.callee)
        if symbol in _TRANSPARENT and expr.arguments:
            return self.value(expr.arguments[0].value)
        if symbol in _MERGING:
            return merge([self.value(argument.value) for argument in expr.arguments], expr.span)
        if self.python and isinstance(expr.callee, Name) and expr.callee.id == "dict" and symbol is None:
            return self._dict_call(expr)
        if symbol in _ENVIRONMENT:
            return self._environment(expr)
        target = self.value(expr.callee) if isinstance(expr.callee, (Name, Function)) and symbol is None else None
        if isinstance(target, Callback) and not expr.new:
            return self._returned(target, expr)
        chain = self._chain(expr.callee)
        if chain[-1:] == ("get",) and symbol is None and expr.arguments:  # bag.get("key") names what it takes out
            key = self.value(expr.arguments[0].value)
            if isinstance(key, Known) and isinstance(key.value, str):
                return Dynamic("member", (*chain[:-1], key.value), expr.span)
        arguments = tuple(self.passed(argument) for argument in expr.arguments)
        return Invoked(symbol or (), ".".join(chain), arguments, expr.span)

    def _returned(self, target: Callback, expr: Call) -> Value:
        arguments = [self.value(argument.value) for argument in expr.arguments if not argument.spread]
        results = [substitute(result, arguments) for result in target.results]
        return results[0] if len(results) == 1 else one_of([Branch((), result) for result in results], expr.span)

    def _dict_call(self, expr: Call) -> Value:
        parts: list[Value] = []
        for argument in expr.arguments:
            value = self.value(argument.value)
            if argument.name is not None and argument.name_span is not None:
                parts.append(Mapping((Entry(argument.name, argument.name_span, value, ()),), False, expr.span))
            else:
                parts.append(value)
        return merge(parts, expr.span)

    def _environment(self, expr: Call) -> Value:
        arguments = [self.value(argument.value) for argument in expr.arguments]
        name = arguments[0].value if arguments and isinstance(arguments[0], Known) else "?"
        read = Dynamic("environment", ("os", "environ", str(name)), expr.span)
        if len(arguments) < 2:
            return read
        return one_of([Branch((), arguments[1]), Branch((), read)], expr.span)

    def passed(self, argument: Argument) -> Passed:
        return Passed(argument.name, argument.name_span, self.value(argument.value), argument.spread, argument.value.span)

    def _mutated(self, value: Mapping, scope: int, name: str) -> Mapping:
        if self._changes is None:
            self._changes = changes(self.unit)
        written = self._changes.get((scope, name))
        if not written:
            return value
            return value
        entries = list(value.entries)
        unseen = value.open
        for key, span, expr, guards in written:
            conditions = self.conditions(guards)
            if key:
                entries.append(Entry(key, span, self.value(expr), conditions))
                continue
            merged = self.value(expr)
            if isinstance(merged, Mapping):
                entries.extend(entry._replace(guards=(*entry.guards, *conditions)) for entry in merged.entries)
                unseen = unseen or merged.open
            else:
                unseen = True
        return value._replace(entries=last_wins(entries), open=unseen)

    # --- guards -----------------------------------------------------------------------------------

    def conditions(self, guards: tuple[Guard, ...]) -> tuple[Condition, ...]:
        return tuple(self.condition(guard) for guard in guards)

    def condition(self, guard: Guard) -> Condition:
        """A guard in words: its text, whether a constant decides it, and what environment it speaks of."""
        span = guard.test.span
        source = self.text[span.start : span.end].decode("utf-8", "replace")
        text = " ".join(source.split())
        value = self.value(guard.test)
        constant = truthiness(value) if isinstance(value, Known) else None
        origin = value.span if isinstance(value, Known) and value.span != span else None
        return Condition(
            text if len(text) <= 60 else text[:57] + "…",
            guard.positive,
            constant,
            environment_of(text, guard.positive),
            span,
            origin,
        )


_VALUES: dict[type, Callable[[Resolver, Any], Value]] = {
    Literal: Resolver._literal,
    Regex: Resolver._regex,
    Unknown: Resolver._unknown,
    Template: Resolver._template,
    Unary: Resolver._unary,
    Binary: Resolver._binary,
    Logical: Resolver._logical,
    Conditional: Resolver._conditional,
    Object: Resolver._object,
    Array: Resolver._array,
    Function: Resolver._function,
    Name: Resolver._name,
    Member: Resolver._member,
    Index: Resolver._index,
    Call: Resolver._call,
}
