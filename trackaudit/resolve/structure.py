"""How a unit hangs together, whatever its names mean: classes with their methods and fields, callbacks, later assignments."""

from __future__ import annotations

from functools import cached_property

from trackaudit.model import Array, Assignment, Call, Class, Expr, Function, Literal, Member, Name, Object, Property, Unit

_MAX_BASES = 6
_SELF = ("this", "self", "cls")
_EACH = frozenset(("forEach", "map", "flatMap", "filter", "some", "every", "find"))


class Structure:
    """Answers what belongs to what in one unit."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.invoked: dict[int, Call] = {}  # calls of functions where they stand, by the functions' scopes
        self._assigned: dict[tuple[int, str], list[Assignment]] | None = None
        self._fields: dict[int, dict[str, list[Expr]]] | None = None
        self._callbacks: dict[int, tuple[Expr, str]] | None = None

    @cached_property
    def classes(self) -> dict[int, Class]:
        """The classes of the unit by their scopes."""
        return {
            binding.value.scope: binding.value
            for bindings in self.unit.bindings
            for known in bindings.values()
            for binding in known
            if isinstance(binding.value, Class)
        }

    def method(self, expr: Member) -> Function | None:
        """The method of a class of this file that a member access names, its base classes in this file included."""
        owner = self.class_named(expr.object)
        for _ in range(_MAX_BASES):
            if owner is None:
                return None
            for binding in self.unit.bindings[owner.scope].get(expr.property, ()):
                if isinstance(binding.value, Function) and binding.kind == "function":
                    return binding.value
            owner = next((known for base in owner.bases if (known := self.class_named(base)) is not None), None)
        return None

    def class_named(self, expr: Expr, depth: int = 0) -> Class | None:
        """The class of this file that an expression is, or is an instance of."""
        if depth > _MAX_BASES:
            return None
        if isinstance(expr, Class):
            return expr
        if isinstance(expr, Call):
            return self.class_named(expr.callee, depth + 1)
        if isinstance(expr, Member):
            if isinstance(expr.object, Name) and expr.object.id in _SELF:
                fields = self.own_fields(expr)
                return next((known for field in fields if (known := self.class_named(field, depth + 1)) is not None), None)
            return None
        if not isinstance(expr, Name):
            return None
        if expr.id in ("this", "self", "cls", "super"):
            owner = self.class_of(expr.scope)
            return self.classes.get(owner) if owner is not None else None
        found = self.unit.lookup(expr.id, expr.scope)
        if found is None:
            return None
        values = [
            binding.value
            for binding in found[0]
            if binding.value is not None and (not binding.path or (binding.kind == "parameter" and len(binding.path) == 1))
        ]
        values += [assignment.value for assignment in self.assigned(found[1], expr.id)]
        return next((known for value in values if (known := self.class_named(value, depth + 1)) is not None), None)

    def callback(self, scope: int) -> tuple[Expr | None, str]:
        """The callee that the function with this scope is handed to, and the option that it is handed in under."""
        if self._callbacks is None:
            self._callbacks = {}
            for site in self.unit.calls:
                if isinstance(site.call.callee, Function):
                    self.invoked[site.call.callee.scope] = site.call
                for argument in site.call.arguments:
                    self._hand_in(argument.value, site.call.callee, argument.name or "")
                    for entry in argument.value.entries if isinstance(argument.value, Object) else ():
                        if isinstance(entry, Property) and entry.key:
                            self._hand_in(entry.value, site.call.callee, entry.key)
        return self._callbacks.get(scope, (None, ""))

    def _hand_in(self, given: Expr, callee: Expr, option: str) -> None:
        """Take note of a function, by its own name too, or of several in a list, that a call is given."""
        for part in given.elements if isinstance(given, Array) else (given,):
            if isinstance(part, Name):
                found = self.unit.lookup(part.id, part.scope)
                part = found[0][0].value if found is not None and len(found[0]) == 1 and not found[0][0].path else None
            if isinstance(part, Function) and self._callbacks is not None:
                self._callbacks.setdefault(part.scope, (callee, option))

    def promise(self, scope: int) -> Expr | None:
        """The promise whose value the callback with this scope is given."""
        callee, option = self.callback(scope)
        return callee.object if isinstance(callee, Member) and callee.property == "then" and not option else None

    def iterated(self, scope: int) -> Expr | None:
        """The list of which the callback with this scope is given the items: ``events.forEach(event => …)``."""
        callee, option = self.callback(scope)
        return callee.object if isinstance(callee, Member) and callee.property in _EACH and not option else None

    def own_fields(self, expr: Member) -> list[Expr]:
        """What ``this.name``, ``self.name`` or ``Class.name`` is given in the class, empty values left out."""
        owner = self.owner(expr.object)
        if owner is None:
            return []
        bindings = self.unit.bindings[owner].get(expr.property, ())
        declared = [binding.value for binding in bindings if binding.kind not in ("function", "getter")]
        for binding in bindings:
            if binding.kind == "getter" and isinstance(binding.value, Function):
                self.unit.demand(binding.value.scope)
                declared += [value for value, _ in self.unit.returns.get(binding.value.scope, ())]
        given = [*declared, *self.fields_of(owner).get(expr.property, ())]
        return [value for value in given if value is not None and not is_nothing(value)]

    def fields_of(self, owner: int) -> dict[str, list[Expr]]:
        """What is assigned to the fields of a class, by name."""
        if self._fields is None:
            self._fields = {}
            for assignment in self.unit.assignments:
                target = assignment.target
                holder = self.owner(target.object) if isinstance(target, Member) else None
                if holder is not None and isinstance(target, Member):
                    self._fields.setdefault(holder, {}).setdefault(target.property, []).append(assignment.value)
        return self._fields.get(owner, {})

    def owner(self, expr: Expr) -> int | None:
        """The scope of the class that ``this``, ``self``, ``cls`` or the class's own name stands for."""
        if not isinstance(expr, Name):
            return None
        if expr.id in _SELF:
            return self.class_of(expr.scope)
        found = self.unit.lookup(expr.id, expr.scope)
        value = found[0][0].value if found is not None else None
        return value.scope if isinstance(value, Class) else None

    def class_of(self, scope: int) -> int | None:
        while scope >= 0:
            if self.unit.scopes[scope].kind == "class":
                return scope
            scope = self.unit.scopes[scope].parent
        return None

    def assigned(self, scope: int, name: str) -> list[Assignment]:
        """The assignments to a name after its declaration."""
        if self._assigned is None:
            self._assigned = {}
            for assignment in self.unit.assignments:
                target = assignment.target
                if isinstance(target, Name):
                    found = self.unit.lookup(target.id, target.scope)
                    self._assigned.setdefault((found[1] if found else -1, target.id), []).append(assignment)
        return self._assigned.get((scope, name), [])


def is_nothing(expr: Expr) -> bool:
    return (isinstance(expr, Literal) and expr.value is None) or (isinstance(expr, Name) and expr.id == "undefined")
