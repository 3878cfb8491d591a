"""Functions, classes and what is handed down by a React context, as values, inside one file."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from functools import cached_property

from trackaudit.model import (
    Attribute,
    Call,
    Class,
    Expr,
    Function,
    Guard,
    Index,
    Member,
    Name,
    Unit,
)  # fmt: skip
from trackaudit.resolve.combine import MAX_BRANCHES, names_of
from trackaudit.resolve.passing import passes_the_rest
from trackaudit.resolve.scrubs import removals
from trackaudit.resolve.structure import is_nothing
from trackaudit.resolve.symbols import Symbol, Symbols, as_injected
from trackaudit.resolve.values import (
    Blueprint,
    Callback,
    Dynamic,
    Entry,
    Invoked,
    Known,
    OneOf,
    Parameter,
    Reference,
    Value,
)  # fmt: skip

MAX_DEPTH = 24
ITSELF = "class:"  # the kind of the symbols of a class as its own methods see it: ``class:12``
CONSTRUCTORS = ("constructor", "__init__")
_ELSEWHERE = ("npm:", "file:", "pypi:", "this:")


class Instances(Symbols):
    """The part of a resolver that knows functions and classes."""

    def __init__(self, unit: Unit, text: bytes) -> None:
        super().__init__(unit, text)
        self._blueprints: dict[int, Blueprint | Reference] = {}
        self.functions: dict[int, Function] = {}  # those that were asked for, by their scopes
        self._made: dict[int, Callback] = {}
        self._removed: tuple[int, dict[int, list[tuple[str, ...]]]] | None = None
        self._returning = 0  # how many functions' results are being evaluated
        self._named: dict[tuple[int, str], Value] = {}  # what names and fields come to
        self._unknown_fields: set[tuple[int, str]] = set()

    @abstractmethod
    def value(self, expr: Expr) -> Value:
        """What an expression comes to."""

    def function(self, expr: Function) -> Value:
        known = self._made.get(expr.scope)
        if known is not None:
            return known
        self.unit.demand(expr.scope)
        self.functions[expr.scope] = expr
        returned = self.unit.returns.get(expr.scope, [])
        self._returning += 1
        results = tuple(self._unless_changed(self.handed_out(value), expr.scope) for value, _ in returned[:MAX_BRANCHES])
        self._returning -= 1
        removed = tuple(self._removals.get(expr.scope, ()))
        passing = self._passes_the_rest(expr, returned)
        made = Callback(expr.scope, expr.parameters, results or (Known(None, expr.span),), expr.span, removed, passing)
        if self.depth <= MAX_DEPTH // 2:
            self._made[expr.scope] = made
        return made

    def _passes_the_rest(self, expr: Function, returned: list[tuple[Expr, tuple[Guard, ...]]]) -> bool:
        if len(expr.parameters) < 2:
            return False
        first, *others = expr.parameters
        own = self.unit.function_scope
        inside = [(value, tuple(guard for guard in guards if own(guard.scope) == expr.scope)) for value, guards in returned]

        def is_first(value: Expr) -> bool:
            return (
                isinstance(value, Name)
                and value.id == first
                and isinstance(self._unless_changed(self.value(value), expr.scope), Parameter)
            )

        return passes_the_rest(inside, is_first, others)

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

    def held(self, owner: int, expr: Member, own: bool) -> Value | None:
        """What a field of a class of this file holds, where it is given one value, or an instance of a class."""
        key = (owner, "." + expr.property)
        if key in self._named:
            return self._named[key]
        if key in self.busy or key in self._unknown_fields:
            return None
        self.busy.add(key)
        try:
            fields = self.own_fields(expr)
            if len(fields) == 1 and (not own or not isinstance(fields[0], Name)):
                found: Value | None = self.value(fields[0])
            else:
                found = next((value for field in fields if is_instance(value := self.value(field))), None)
        finally:
            self.busy.discard(key)
        if found is None:  # asked once: fields that are made of one another would take for ever
            self._unknown_fields.add(key)
        elif self.depth <= MAX_DEPTH // 2:
            self._named[key] = found
        return found

    def class_(self, expr: Class) -> Value:
        """A class, or an instance of it: its fields and those of its methods that were lowered."""
        known = self._blueprints.get(expr.scope)
        if known is not None:
            return known
        itself = Reference((f"{ITSELF}{expr.scope}",), (expr.name,), expr.span)
        self._blueprints[expr.scope] = itself  # what its own methods see of it meanwhile
        members = []
        for name, bindings in self.unit.bindings[expr.scope].items():
            for binding in bindings:
                if isinstance(binding.value, Function) and binding.value.scope in self.unit.pending:
                    left_out = Callback(binding.value.scope, binding.value.parameters, (), binding.value.span)
                    members.append(Entry(name, binding.span, left_out, ()))  # what it overrides must be known
                elif binding.kind == "getter" and isinstance(binding.value, Function):
                    made = self.value(binding.value)
                    if isinstance(made, Callback):
                        members += [Entry(name, binding.span, result, ()) for result in made.results]
                elif binding.value is not None:
                    members.append(Entry(name, binding.span, self.value(binding.value), ()))
        for name, values in self.fields_of(expr.scope).items():
            members += [Entry(name, value.span, self.known_as(value), ()) for value in values if not is_nothing(value)]
        found = Blueprint(tuple(members), tuple(self.known_as(base) for base in expr.bases), expr.span)
        self._blueprints[expr.scope] = found
        return found

    def known_as(self, expr: Expr) -> Value:
        """What an expression comes to; where that is not known, but where it comes from is, a reference to that."""
        value = self.value(expr)
        unknown = isinstance(value, OneOf) and all(isinstance(branch.value, (Dynamic, Invoked)) for branch in value.branches)
        symbol = self.symbol(expr) if unknown or isinstance(value, Dynamic) else None
        return Reference(symbol, names_of(value), expr.span) if symbol else value

    def handed_out(self, expr: Expr) -> Value:
        """What a function returns: as :meth:`known_as` says where that is an import, or injected by a framework."""
        value = self.value(expr)
        if not isinstance(value, Dynamic) or value.reason == "environment":
            return value
        symbol = self.symbol(expr)
        if symbol is None or (not symbol[0].startswith(_ELSEWHERE) and as_injected(symbol) == symbol):
            return value
        return Reference(symbol, names_of(value), expr.span)

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

    def _in_class(self, reference: Reference) -> Value:
        """What a reference into a class of this file is, now that the class is known."""
        value: Value = self._blueprints.get(int(reference.symbol[0].removeprefix(ITSELF)), reference)
        for name in reference.symbol[1:]:
            members = value.members if isinstance(value, Blueprint) else ()
            value = next((entry.value for entry in members if entry.key == name), reference)
        return value

    def local_class(self, expr: Expr) -> Class | None:
        """The class of this file that a name stands for."""
        found = self.unit.lookup(expr.id, expr.scope) if isinstance(expr, Name) else None
        return next((binding.value for binding in found[0] if isinstance(binding.value, Class)), None) if found else None

    def parameters_of(self, symbols: Iterable[Symbol]) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The parameters of the functions of this file that symbols name, by the functions' scopes."""
        scopes = {int(symbol[0].partition(":")[2]) for symbol in symbols if symbol[0].startswith("here:")}
        return tuple((scope, self.functions[scope].parameters) for scope in sorted(scopes) if scope in self.functions)

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
        if isinstance(value, Reference) and value.symbol[0].startswith(ITSELF):
            value = self._in_class(value)
        if isinstance(value, Blueprint):
            value = next((entry.value for entry in value.members if entry.key in CONSTRUCTORS), value)
        return value.scope if isinstance(value, Callback) else None


def is_instance(value: Value) -> bool:
    """Whether a value is a class of this file, or an instance of one."""
    return isinstance(value, Blueprint) or (isinstance(value, Reference) and value.symbol[0].startswith(ITSELF))
