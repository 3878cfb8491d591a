"""Expressions to values, inside one file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trackaudit.model import (
    Array,
    Binary,
    Binding,
    Call,
    Class,
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
from trackaudit.resolve.combine import merge, names_of, one_of, step, text_of, truthiness
from trackaudit.resolve.instances import MAX_DEPTH
from trackaudit.resolve.later import Later
from trackaudit.resolve.templates import printed
from trackaudit.resolve.values import (
    Blueprint,
    Branch,
    Callback,
    Dynamic,
    Entry,
    Invoked,
    Known,
    Listing,
    Mapping,
    OneOf,
    Parameter,
    Pattern,
    Reference,
    Text,
    Value,
)  # fmt: skip

TRUTH = "a truth value"  # the reason of a Dynamic that is only ever true or false
ITSELF = "refers to itself"
# Names, members and calls that are looked into for one value, for all of a file, and for one value once that is used up: what is made of many
# things that are made of one another would take for ever.
MAX_STEPS, ALL_STEPS, FEW_STEPS = 4_000, 100_000, 100
_FOLLOWED = (Name, Member, Index, Call)
_SELF = ("this", "self", "cls")
_PLACED = (Known, Text, Pattern, Mapping, Listing, Callback, Blueprint)  # their places do not depend on who asks
_COMPARING = frozenset(("==", "===", "!=", "!==", "<", ">", "<=", ">=", "in", "not in", "instanceof"))


class Resolver(Later):
    """Answers what an expression of one unit comes to."""

    def __init__(self, unit: Unit, text: bytes) -> None:
        super().__init__(unit, text)
        self._steps, self._all_steps = 0, ALL_STEPS
        # What is printed into scripts by a server's template, or by the code around a script in JSX.
        self._templated = unit.language == "html" or b"__html" in text or b"<Script" in text or b"<script" in text

    def value(self, expr: Expr) -> Value:
        """What ``expr`` comes to."""
        if self.depth == 0:
            self._steps = MAX_STEPS if self._all_steps > 0 else FEW_STEPS
        if isinstance(expr, _FOLLOWED):
            self._steps -= 1
            self._all_steps -= 1
        if self.depth >= MAX_DEPTH or self._steps < 0:
            return Dynamic("followed too far", (), expr.span)
        self.depth += 1
        try:
            return _VALUES[type(expr)](self, expr)
        finally:
            self.depth -= 1

    def _literal(self, expr: Literal) -> Value:
        if self._templated and isinstance(expr.value, str) and "__" in expr.value:
            return printed(self.text, expr.span) or Known(expr.value, expr.span)
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
        if expr.operator == "%" and (isinstance(left, Text) or (isinstance(left, Known) and isinstance(left.value, str))):
            return Text((left, *(right.items if isinstance(right, Listing) else (right,))), expr.span)
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

    def _name(self, expr: Name) -> Value:
        if expr.id == "undefined":
            return Known(None, expr.span)
        found = self.unit.lookup(expr.id, expr.scope)
        if found is None:
            if self._templated and not expr.id.strip("_") and (tag := printed(self.text, expr.span)) is not None:
                return tag
            symbol = self.symbol(expr) if self.python else None  # what a star import may bind
            return Reference(symbol, (expr.id,), expr.span) if symbol else Dynamic("global", (expr.id,), expr.span)
        bindings, scope = found
        key = (scope, expr.id)
        if key in self.busy:
            return Dynamic(ITSELF, (expr.id,), expr.span)
        if key in self._named:
            return self._named[key]
        self.busy.add(key)
        try:
            value = self.mutated(self._bound(expr, bindings, scope), scope, expr.id)
        finally:
            self.busy.discard(key)
        value = _also_called(value, expr.id)
        if isinstance(value, _PLACED) and self.depth <= MAX_DEPTH // 2:
            self._named[key] = value
        return value

    def _bound(self, expr: Name, bindings: list[Binding], scope: int) -> Value:
        bindings = [binding for binding in bindings if binding.kind != "annotation"]
        branches = [Branch(self.conditions(binding.guards), self._binding_value(expr, binding, scope)) for binding in bindings
                    if binding.value is not None or binding.kind not in ("let", "var")]  # fmt: skip
        for assignment in self.assigned(scope, expr.id):
            if assignment.operator == "=":
                branches.append(Branch(self.conditions(assignment.guards), self.value(assignment.value)))
            elif assignment.operator != "|=":
                branches.append(Branch((), Dynamic("reassigned", (expr.id,), expr.span)))
        if any(binding.kind in ("let", "var") for binding in bindings) and self.set_elsewhere(expr.id, len(branches)):
            branches.append(Branch((), Dynamic("reassigned", (expr.id,), expr.span)))
        if len(branches) > 1:
            branches = [branch for branch in branches if not _is_itself(branch.value)] or branches
        if not branches:
            return Dynamic("never given a value here", (expr.id,), expr.span)
        if len(branches) == 1:
            return branches[0].value
        return one_of(branches, expr.span)

    def _binding_value(self, expr: Name, binding: Binding, scope: int) -> Value:
        if binding.kind == "import":
            symbol = self.module_symbol(binding.module, binding.imported) if binding.module is not None else None
            return Reference(symbol, (expr.id,), expr.span) if symbol else Dynamic("imported", (expr.id,), expr.span)
        if binding.kind == "parameter":
            default = self.value(binding.default) if binding.default is not None else None
            index = binding.path[0] if binding.path and isinstance(binding.path[0], int) else -1
            items = self.iterated(scope) if index == 0 and default is None else None
            if items is not None and (item := self._item(items, binding, expr)) is not None:
                return item
            return Parameter(scope, index, (expr.id, *(str(step) for step in binding.path[1:])), default, expr.span)
        if binding.value is None:
            return Dynamic(binding.kind, (expr.id,), expr.span)
        value = self.value(binding.value)
        for name in binding.path:
            value = self._step(value, name, expr)
            if isinstance(name, int) and isinstance(value, (Dynamic, Reference)):
                value = value._replace(path=(expr.id,))  # a place in a list says nothing, the name that it is given does
        if binding.default is not None and not isinstance(value, Known):
            return one_of([Branch((), value), Branch((), self.value(binding.default))], expr.span)
        return value

    def _item(self, items: Expr, binding: Binding, expr: Name) -> Value | None:
        """What a callback's first parameter is where it is given the items of a list, one after the other."""
        value: Value | None = self.value(items)
        for name in ("[]", *binding.path[1:]):
            value = step(value, name, expr.span) if value is not None else None
        return value

    def _step(self, value: Value, name: str | int, expr: Name) -> Value:
        found = step(value, name, expr.span)
        return Dynamic("destructured", (*names_of(value), str(name)), expr.span) if found is None else found

    def _member(self, expr: Member) -> Value:
        own = isinstance(expr.object, Name) and expr.object.id in _SELF
        owner = self.owner(expr.object)
        if owner is not None and (held := self.held(owner, expr, own)) is not None:
            return held
        if expr.property == "value" and isinstance(expr.object, Call) and (named := self.selected(expr.object)) is not None:
            return Dynamic("member", (named, "value"), expr.span)
        chain = self.chain(expr)
        if chain[:2] in (("process", "env"), ("os", "environ")) or chain[:3] == ("import", "meta", "env"):
            return Dynamic("environment", chain, expr.span)
        below = self.value(expr.object) if not own else None
        if isinstance(below, Parameter) and not below.path[1:] and (method := self.method(expr)) is not None:
            return self.value(method)  # its annotation names a class of this file
        found = step(below, expr.property, expr.span) if below is not None and not isinstance(below, OneOf) else None
        if found is not None:
            return found._replace(path=chain) if isinstance(found, Reference) and chain else found
        method = self.method(expr)
        if method is not None:
            return self.value(method)
        return Dynamic("member", chain or (*names_of(below or Dynamic("", (), expr.span)), expr.property), expr.span)

    def chain(self, expr: Expr) -> tuple[str, ...]:
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
        found = step(below, key.value, expr.span) if isinstance(key, Known) and isinstance(key.value, (int, str)) else None
        return Dynamic("member", self.chain(expr), expr.span) if found is None else found


def _also_called(value: Value, name: str) -> Value:
    """The value with the name of the variable that holds it, where it has none yet: ``const email = field.value``."""
    if isinstance(value, (Dynamic, Invoked)) and not value.alias:
        return value._replace(alias=name)
    if isinstance(value, OneOf):
        return value._replace(
            branches=tuple(branch._replace(value=_also_called(branch.value, name)) for branch in value.branches)
        )
    return value


def _is_itself(value: Value) -> bool:
    """Whether a value is only the name that it was given to: ``bag = bag``."""
    return isinstance(value, Dynamic) and value.reason == ITSELF


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
    Function: Resolver.function,
    Class: Resolver.class_,
    Name: Resolver._name,
    Member: Resolver._member,
    Index: Resolver._index,
    Call: Resolver.call,
}
