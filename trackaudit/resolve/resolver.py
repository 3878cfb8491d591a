"""Expressions to values, inside one file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from trackaudit.model import (
    Argument,
    Array,
    Attribute,
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
    Span,
    Spread,
    Template,
    Unary,
    Unit,
    Unknown,
)  # fmt: skip
from trackaudit.resolve.arguments import Given, substitute
from trackaudit.resolve.changes import Change, changes
from trackaudit.resolve.combine import MAX_BRANCHES, merge, names_of, one_of, only, step, text_of, truthiness, without
from trackaudit.resolve.environment import environment_of
from trackaudit.resolve.scrubs import removals
from trackaudit.resolve.symbols import Symbol, Symbols, is_nothing
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
    Value,
)  # fmt: skip

MAX_DEPTH = 24
TRUTH = "a truth value"  # the reason of a Dynamic that is only ever true or false
ITSELF = "refers to itself"
_SELF = ("this", "self", "cls")
_ELSEWHERE = ("npm:", "file:", "pypi:")
_SHAPING = ("npm:lodash", "npm:underscore", "npm:es-toolkit", "npm:ramda", "npm:rambda", "npm:remeda", "npm:radash", "global:_")
_PLACED = (Known, Text, Pattern, Mapping, Listing, Callback, Blueprint)  # their places do not depend on who asks
_BAGS = (Mapping, Overlay, Parameter, Reference, OneOf, Invoked, Dynamic)
_COMPARING = frozenset(("==", "===", "!=", "!==", "<", ">", "<=", ">=", "in", "not in", "instanceof"))
_MERGING = frozenset((("global:Object", "assign"), ("global:_", "merge"), ("global:_", "assign"), ("global:$", "extend")))
_TRANSPARENT = frozenset(
    (("global:Object", "freeze"), ("global:Object", "seal"), ("global:structuredClone",), ("global:Promise", "resolve"),
     ("npm:react", "useCallback"), ("npm:lodash", "debounce"), ("npm:lodash", "throttle"), ("npm:lodash", "once"))
)  # fmt: skip
_USE_CONTEXT, _USE_MEMO = ("npm:react", "useContext"), ("npm:react", "useMemo")
_ENVIRONMENT = frozenset((("pypi:os", "getenv"), ("pypi:os", "environ", "get")))


class Resolver(Symbols):
    """Answers what an expression of one unit comes to."""

    def __init__(self, unit: Unit, text: bytes) -> None:
        super().__init__(unit, text)
        self._changes: dict[tuple[int, str], list[Change]] | None = None
        self._blueprints: dict[int, Blueprint] = {}
        self._made: dict[int, Callback] = {}
        self._removed: tuple[int, dict[int, list[tuple[str, ...]]]] | None = None
        self._conditions: dict[tuple[Span, bool], Condition] = {}
        self._returning = 0  # how many functions' results are being evaluated
        self._named: dict[tuple[int, str], Value] = {}
        self.functions: dict[int, Function] = {}  # those that were asked for, by their scopes

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
        known = self._made.get(expr.scope)
        if known is not None:
            return known
        self.unit.demand(expr.scope)
        self.functions[expr.scope] = expr
        returned = self.unit.returns.get(expr.scope, [])
        self._returning += 1
        results = tuple(self._unless_changed(self.value(value), expr.scope) for value, _ in returned[:MAX_BRANCHES])
        self._returning -= 1
        removed = tuple(self._removals.get(expr.scope, ()))
        made = Callback(expr.scope, expr.parameters, results or (Known(None, expr.span),), expr.span, removed)
        if self.depth <= MAX_DEPTH // 2:
            self._made[expr.scope] = made
        return made

    def _class(self, expr: Class) -> Value:
        """A class, or an instance of it: its fields and those of its methods that were lowered."""
        known = self._blueprints.get(expr.scope)
        if known is not None:
            return known
        self._blueprints[expr.scope] = Blueprint((), (), expr.span)  # what its own methods see of it meanwhile
        members = []
        for name, bindings in self.unit.bindings[expr.scope].items():
            for binding in bindings:
                if isinstance(binding.value, Function) and binding.value.scope in self.unit.pending:
                    continue
                if binding.value is not None:
                    members.append(Entry(name, binding.span, self.value(binding.value), ()))
        for name, values in self.fields_of(expr.scope).items():
            members += [Entry(name, value.span, self.known_as(value), ()) for value in values if not is_nothing(value)]
        found = Blueprint(tuple(members), tuple(self.known_as(base) for base in expr.bases), expr.span)
        self._blueprints[expr.scope] = found
        return found

    def known_as(self, expr: Expr) -> Value:
        """What an expression comes to; where that is not known, but where it comes from is, a reference to that."""
        value = self.value(expr)
        symbol = self.symbol(expr) if isinstance(value, (Dynamic, OneOf)) else None
        return Reference(symbol, names_of(value), expr.span) if symbol else value

    def _unless_changed(self, result: Value, scope: int) -> Value:
        """A parameter that the function's body writes into is not returned as it came."""
        if isinstance(result, Parameter) and (scope, result.path[0]) in self._written_into:
            return Dynamic("changed on the way", result.path, result.span)
        return result

    @property
    def _removals(self) -> dict[int, list[tuple[str, ...]]]:
        if self._removed is None or self._removed[0] != len(self.unit.assignments):  # functions may be lowered later
            self._removed = (len(self.unit.assignments), removals(self.unit))
        return self._removed[1]

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
            value = self._mutated(self._bound(expr, bindings, scope), scope, expr.id)
        finally:
            self.busy.discard(key)
        value = _also_called(value, expr.id)
        if isinstance(value, _PLACED) and self.depth <= MAX_DEPTH // 2:
            self._named[key] = value
        return value

    def _bound(self, expr: Name, bindings: list[Binding], scope: int) -> Value:
        branches = [Branch(self.conditions(binding.guards), self._binding_value(expr, binding, scope)) for binding in bindings
                    if binding.value is not None or binding.kind not in ("let", "var")]  # fmt: skip
        for assignment in self.assigned(scope, expr.id):
            if assignment.operator == "=":
                branches.append(Branch(self.conditions(assignment.guards), self.value(assignment.value)))
            elif assignment.operator != "|=":
                branches.append(Branch((), Dynamic("reassigned", (expr.id,), expr.span)))
        if any(binding.kind in ("let", "var") for binding in bindings) and self._set_elsewhere(expr.id, len(branches)):
            branches.append(Branch((), Dynamic("reassigned", (expr.id,), expr.span)))
        if len(branches) > 1:
            branches = [branch for branch in branches if not _is_itself(branch.value)] or branches
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

    def _binding_value(self, expr: Name, binding: Binding, scope: int) -> Value:
        if binding.kind == "import":
            symbol = self.module_symbol(binding.module, binding.imported) if binding.module is not None else None
            return Reference(symbol, (expr.id,), expr.span) if symbol else Dynamic("imported", (expr.id,), expr.span)
        if binding.kind == "parameter":
            default = self.value(binding.default) if binding.default is not None else None
            index = binding.path[0] if binding.path and isinstance(binding.path[0], int) else -1
            return Parameter(scope, index, (expr.id, *(str(step) for step in binding.path[1:])), default, expr.span)
        if binding.value is None:
            return Dynamic(binding.kind, (expr.id,), expr.span)
        value = self.value(binding.value)
        for name in binding.path:
            value = self._step(value, name, expr)
        if binding.default is not None and not isinstance(value, Known):
            return one_of([Branch((), value), Branch((), self.value(binding.default))], expr.span)
        return value

    def _step(self, value: Value, name: str | int, expr: Name) -> Value:
        found = step(value, name, expr.span)
        return Dynamic("destructured", (*names_of(value), str(name)), expr.span) if found is None else found

    def _member(self, expr: Member) -> Value:
        own = isinstance(expr.object, Name) and expr.object.id in _SELF
        if own:
            fields = self.own_fields(expr)
            if len(fields) == 1 and not isinstance(fields[0], Name):
                return self.value(fields[0])
        chain = self._chain(expr)
        if chain[:2] in (("process", "env"), ("os", "environ")) or chain[:3] == ("import", "meta", "env"):
            return Dynamic("environment", chain, expr.span)
        below = self.value(expr.object) if not own else None
        found = step(below, expr.property, expr.span) if below is not None and not isinstance(below, OneOf) else None
        if found is not None:
            return found._replace(path=chain) if isinstance(found, Reference) and chain else found
        method = self.method(expr)
        if method is not None:
            return self.value(method)
        return Dynamic("member", chain or (*names_of(below or Dynamic("", (), expr.span)), expr.property), expr.span)

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
        if symbol and symbol[0].startswith(_SHAPING) and (shaped := self._shaped(symbol, expr)) is not None:
            return shaped
        if symbol == _USE_CONTEXT and (provided := self._provided(expr)) is not None:
            return provided
        if symbol == _USE_MEMO and expr.arguments:
            made = self.value(expr.arguments[0].value)
            return made.results[0] if isinstance(made, Callback) else made
        target = self.value(expr.callee) if isinstance(expr.callee, (Name, Function, Member)) and symbol is None else None
        if isinstance(target, Blueprint):
            return target
        if isinstance(target, Callback) and not expr.new:
            return self._returned(target, expr)
        chain = self._chain(expr.callee)
        if chain[-1:] == ("get",) and symbol is None and expr.arguments:  # bag.get("key") names what it takes out
            key = self.value(expr.arguments[0].value)
            if isinstance(key, Known) and isinstance(key.value, str):
                return Dynamic("member", (*chain[:-1], key.value), expr.span)
        elsewhere = bool(symbol) and symbol[0].startswith(_ELSEWHERE) and self._returning  # who made it says enough of a result
        arguments = () if elsewhere else tuple(self.passed(argument) for argument in expr.arguments)
        return Invoked(symbol or (), ".".join(chain), arguments, expr.span)

    def _returned(self, target: Callback, expr: Call) -> Value:
        passed = tuple(self.passed(argument) for argument in expr.arguments)
        method = self.python and target.parameters[:1] in (("self",), ("cls",)) and isinstance(expr.callee, Member)
        given = Given(target.parameters, passed, method, expr.span)
        results = [substitute(result, target.scope, given) for result in target.results]
        return results[0] if len(results) == 1 else one_of([Branch((), result) for result in results], expr.span)

    def parameters_of(self, symbols: Iterable[Symbol]) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The parameters of the functions of this file that symbols name, by the functions' scopes."""
        scopes = {int(symbol[0].partition(":")[2]) for symbol in symbols if symbol[0].startswith("here:")}
        return tuple((scope, self.functions[scope].parameters) for scope in sorted(scopes) if scope in self.functions)

    def _shaped(self, symbol: Symbol, expr: Call) -> Value | None:
        """What ``omit`` and ``pick`` of the known libraries leave of an object; None where that is not known."""
        name = symbol[-1].rpartition("/")[2].rpartition(".")[2]
        if name not in ("omit", "pick") or len(expr.arguments) < 2:
            return None
        values = [self.value(argument.value) for argument in expr.arguments]
        keys_first = "".join(symbol).startswith(("npm:ramda", "npm:rambda"))
        bag, rest = (values[1], values[:1]) if keys_first else (values[0], values[1:])
        listed = [item for value in rest for item in (value.items if isinstance(value, Listing) else (value,))]
        if not all(isinstance(item, Known) for item in listed) or any(
            isinstance(value, Listing) and value.open for value in rest
        ):
            return None
        keys = frozenset(str(item.value) for item in listed if isinstance(item, Known))
        return without(bag, keys) if name == "omit" else only(bag, keys)

    def _provided(self, expr: Call) -> Value | None:
        """What the provider of a React context in this file hands down: ``useContext(Tracking)``."""
        context = expr.arguments[0].value if expr.arguments else None
        if not isinstance(context, Name):
            return None
        for element in self.unit.elements:
            if element.tag in (f"{context.id}.Provider", context.id):
                for attribute in element.attributes:
                    if isinstance(attribute, Attribute) and attribute.name == "value" and attribute.value is not None:
                        return self.value(attribute.value)
        return None

    def function_of(self, expr: Expr) -> int | None:
        """The scope of the function of this file that an expression names, None where it names none."""
        for _ in range(MAX_DEPTH):
            if isinstance(expr, Function):
                self.functions[expr.scope] = expr
                return expr.scope
            if not isinstance(expr, Name):
                break
            found = self.unit.lookup(expr.id, expr.scope)
            if found is None or any(binding.kind in ("import", "parameter", "other") for binding in found[0]):
                return None
            values = [binding.value for binding in found[0] if binding.value is not None and not binding.path]
            if len(values) != 1 or not isinstance(values[0], (Name, Function)):
                break
            expr = values[0]
        value = self.value(expr)
        if isinstance(value, OneOf):
            value = next((branch.value for branch in value.branches if isinstance(branch.value, Callback)), value)
        return value.scope if isinstance(value, Callback) else None

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

    def _mutated(self, value: Value, scope: int, name: str) -> Value:
        """The value with what is written into it later laid over it."""
        if self._changes is None:
            self._changes = changes(self.unit)
        written = self._changes.get((scope, name))
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

    # --- guards -----------------------------------------------------------------------------------

    def conditions(self, guards: tuple[Guard, ...]) -> tuple[Condition, ...]:
        return tuple(self.condition(guard) for guard in guards)

    def condition(self, guard: Guard) -> Condition:
        """A guard in words: its text, whether a constant decides it, and what environment it speaks of."""
        span = guard.test.span
        known = self._conditions.get((span, guard.positive))
        if known is not None:
            return known
        source = self.text[span.start : span.end].decode("utf-8", "replace")
        text = " ".join(source.split())
        value = self.value(guard.test)
        constant = truthiness(value) if isinstance(value, Known) else None
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
    Function: Resolver._function,
    Class: Resolver._class,
    Name: Resolver._name,
    Member: Resolver._member,
    Index: Resolver._index,
    Call: Resolver._call,
}
