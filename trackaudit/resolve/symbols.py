"""Names to symbols, inside one file.

A symbol is where a thing comes from and the path to it: ``("npm:posthog-js", "init")``, ``("global:posthog",
"capture")``, ``("npm:posthog-node", "PostHog", "()")``. The project's own objects have none, so a local object that
happens to be called ``mixpanel`` is never taken for the SDK.
"""

from __future__ import annotations

from trackaudit.model import (
    Assignment,
    Binding,
    Call,
    Conditional,
    Expr,
    Function,
    Literal,
    Logical,
    Member,
    Name,
    Unit,
)  # fmt: skip

Symbol = tuple[str, ...]

_MAX_DEPTH = 96
_WINDOW = ("window",)
_GLOBAL_OBJECTS = frozenset(("window", "globalThis", "self", "global", "top", "parent", "unsafeWindow"))


class Symbols:
    """Answers where a thing comes from, for one unit. ``text`` is the file's UTF-8 text."""

    def __init__(self, unit: Unit, text: bytes) -> None:
        self.unit = unit
        self.text = text
        self.python = unit.language == "python"
        self.aliases: dict[str, Symbol] = {}
        self.depth = 0
        self.busy: set[tuple[int, str]] = set()
        self._assigned: dict[tuple[int, str], list[Assignment]] | None = None
        self._fields: dict[tuple[int, str], list[Expr]] | None = None
        self._callbacks: dict[int, Expr] | None = None

    def symbol(self, expr: Expr) -> Symbol | None:
        """Where the thing that ``expr`` names comes from, or None for the project's own and the unknown."""
        self.depth += 1
        try:
            return self._symbol(expr) if self.depth < _MAX_DEPTH else None
        finally:
            self.depth -= 1

    def _symbol(self, expr: Expr) -> Symbol | None:
        if isinstance(expr, Name):
            return self._name_symbol(expr)
        if isinstance(expr, Member):
            return self._member_symbol(expr)
        if isinstance(expr, Call):
            module = self._required(expr)
            if module is not None:
                return module
            below = self.symbol(expr.callee)
            return (*below, "()") if below else self._returned_symbol(expr)
        if isinstance(expr, Logical):
            first, second = (expr.right, expr.left) if expr.operator == "&&" else (expr.left, expr.right)
            return self.symbol(first) or self.symbol(second)
        if isinstance(expr, Conditional):
            return self.symbol(expr.consequent) or self.symbol(expr.alternate)
        return None

    def _returned_symbol(self, call: Call) -> Symbol | None:
        """What a function of this file returns: ``getClient().capture()``."""
        callee = call.callee
        functions: list[Expr] = [callee] if isinstance(callee, Function) else []
        if isinstance(callee, Name):
            found = self.unit.lookup(callee.id, callee.scope)
            functions = [binding.value for binding in found[0] if binding.value is not None] if found else []
        for function in functions:
            if isinstance(function, Function) and (function.scope, "()") not in self.busy:
                self.busy.add((function.scope, "()"))
                self.unit.demand(function.scope)
                try:
                    for value, _ in self.unit.returns.get(function.scope, ()):
                        symbol = self.symbol(value)
                        if symbol is not None:
                            return symbol
                finally:
                    self.busy.discard((function.scope, "()"))
        return None

    def _member_symbol(self, expr: Member) -> Symbol | None:
        if isinstance(expr.object, Name) and expr.object.id in ("this", "self", "cls"):
            fields = self.own_fields(expr)
            if fields or self.python or expr.object.id == "this":
                return next((symbol for field in fields if (symbol := self.symbol(field))), None)
        below = self.symbol(expr.object)
        if below is None:
            return None
        if below == _WINDOW:
            return self._global(expr.property)
        if expr.property == "default" and len(below) == 1:
            return below
        return (*below, expr.property)

    def _name_symbol(self, expr: Name) -> Symbol | None:
        found = self.unit.lookup(expr.id, expr.scope)
        if found is None:
            return self._unbound(expr.id)
        bindings, scope = found
        key = (scope, expr.id)
        if key in self.busy:
            return None
        self.busy.add(key)
        try:
            for binding in bindings:
                symbol = self._binding_symbol(binding, scope)
                if symbol is not None:
                    return symbol
            for assignment in self.assigned(scope, expr.id):
                symbol = self.symbol(assignment.value)
                if symbol is not None:
                    return symbol
        finally:
            self.busy.discard(key)
        return None

    def _binding_symbol(self, binding: Binding, scope: int) -> Symbol | None:
        if binding.kind == "import" and binding.module is not None:
            return self.module_symbol(binding.module, binding.imported)
        path = binding.path
        if binding.kind == "parameter":
            below = self._handed_in(scope) if path[:1] == (0,) else None
            path = path[1:]
        elif binding.value is None or isinstance(binding.value, Function):
            return None
        else:
            below = self.symbol(binding.value)
        if below is None:
            return None
        for step in path:
            if not isinstance(step, str) or step == "...":
                return None
            if below == _WINDOW:
                below = self._global(step)
            elif step != "default" or len(below) != 1:
                below = (*below, step)
        return below

    def _handed_in(self, scope: int) -> Symbol | None:
        """What a callback is given first: ``import("x").then(module => …)``, ``withScope(scope => …)``."""
        if self._callbacks is None:
            self._callbacks = {}
            for site in self.unit.calls:
                for argument in site.call.arguments:
                    if isinstance(argument.value, Function):
                        self._callbacks.setdefault(argument.value.scope, site.call.callee)
        callee = self._callbacks.get(scope)
        if callee is None:
            return None
        if isinstance(callee, Member) and callee.property == "then":
            return self.symbol(callee.object)
        symbol = self.symbol(callee)
        return (*symbol, "()") if symbol else None

    def module_symbol(self, module: str, imported: str | None) -> Symbol | None:
        """The symbol of a module, or of what is imported from it; None for the project's own modules."""
        if self.python:
            if module.startswith("."):
                return None
            root, *rest = module.split(".")
            return (f"pypi:{root}", *rest, *([imported] if imported else []))
        if module.startswith((".", "/", "~", "#", "@/")):
            return None
        module = module.removeprefix("npm:")
        return (f"npm:{module}", *([imported] if imported and imported != "default" else []))

    def _unbound(self, name: str) -> Symbol | None:
        if self.python:
            star = self.unit.bindings[0].get("*")
            modules = [self.module_symbol(binding.module, name) for binding in star or () if binding.module]
            return next((module for module in modules if module), None)
        if name in ("this", "super", "import", "arguments"):
            return None
        return _WINDOW if name in _GLOBAL_OBJECTS else self._global(name)

    def _global(self, name: str) -> Symbol:
        return self.aliases.get(name) or (f"global:{name}",)

    def _required(self, call: Call) -> Symbol | None:
        """``require("x")`` and ``import("x")``."""
        callee = call.callee
        if not isinstance(callee, Name) or callee.id not in ("require", "import") or not call.arguments:
            return None
        argument = call.arguments[0].value
        if isinstance(argument, Literal) and isinstance(argument.value, str) and not self.python:
            return self.module_symbol(argument.value, None)
        return None

    def own_fields(self, expr: Member) -> list[Expr]:
        """What ``this.name`` or ``self.name`` is given in the class around it, empty values left out."""
        if self._fields is None:
            self._fields = {}
            for assignment in self.unit.assignments:
                target = assignment.target
                if isinstance(target, Member) and isinstance(target.object, Name) and target.object.id in ("this", "self", "cls"):
                    owner = self.class_of(assignment.scope)
                    if owner is not None:
                        self._fields.setdefault((owner, target.property), []).append(assignment.value)
        owner = self.class_of(expr.object.scope) if isinstance(expr.object, Name) else None
        if owner is None:
            return []
        declared = [binding.value for binding in self.unit.bindings[owner].get(expr.property, ()) if binding.kind != "function"]
        given = [*declared, *self._fields.get((owner, expr.property), ())]
        return [value for value in given if value is not None and not _is_nothing(value)]

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


def _is_nothing(expr: Expr) -> bool:
    return (isinstance(expr, Literal) and expr.value is None) or (isinstance(expr, Name) and expr.id == "undefined")
