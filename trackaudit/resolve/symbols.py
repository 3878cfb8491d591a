"""Names to symbols, inside one file.

A symbol is where a thing comes from and the path to it: ``("npm:posthog-js", "init")``, ``("global:posthog",
"capture")``, ``("npm:posthog-node", "PostHog", "()")``. The project's own modules are ``("file:./analytics", "track")``, objects of
the file itself have none: an object that happens to be called ``mixpanel`` is never taken for the SDK.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from trackaudit.model import (
    Array,
    Binding,
    Call,
    Class,
    Conditional,
    Expr,
    Function,
    Index,
    Literal,
    Logical,
    Member,
    Name,
    Spread,
    Unit,
)  # fmt: skip
from trackaudit.resolve.structure import Structure, is_nothing

Symbol = tuple[str, ...]

ROOT = "this:"  # the kind of the symbols of what a framework injects: ``this:$posthog``
_MAX_DEPTH = 96
_MAX_BASES = 6
_ADAPTERS = frozenset((("pypi:asgiref", "sync", "async_to_sync"), ("pypi:asgiref", "sync", "sync_to_async")))
_INJECT = ("npm:@angular/core", "inject")
_REFERENCES = (("npm:react", "useRef"), ("npm:react", "createRef"), ("npm:preact", "hooks", "useRef"))
# Where modules of npm are served from; what follows is the package, with or without a version.
_SERVED = re.compile(
    r"^https?://(?:esm\.sh|esm\.run|cdn\.skypack\.dev|unpkg\.com|cdn\.jsdelivr\.net/npm|ga\.jspm\.io/npm:)/?((?:@[^/@]+/)?[^/@?]+)"
)
_WINDOW = ("window",)
_GLOBAL_OBJECTS = frozenset(("window", "globalThis", "self", "global", "top", "parent", "unsafeWindow"))


class Symbols(Structure):
    """Answers where a thing comes from, for one unit. ``text`` is the file's UTF-8 text."""

    def __init__(self, unit: Unit, text: bytes) -> None:
        super().__init__(unit)
        self.text = text
        self.python = unit.language == "python"
        self.aliases: dict[str, Symbol] = {}
        self.stubs: dict[int, Symbol] = {}  # functions of the file, by their scopes, that only hand on to a tracker
        self.depth = 0
        self.busy: set[tuple[int, str]] = set()
        self.known_symbols: dict[tuple[int, str], Symbol | None] = {}  # of names by their scopes, and of fields by their classes
        self._cuts = 0  # how often something was asked for in terms of itself, or too far down

    def symbol(self, expr: Expr) -> Symbol | None:
        """Where the thing that ``expr`` names comes from, or None for the project's own and the unknown."""
        self.depth += 1
        try:
            if self.depth < _MAX_DEPTH:
                return self._symbol(expr)
            self._cuts += 1
            return None
        finally:
            self.depth -= 1

    def _once(self, key: tuple[int, str], find: Callable[[], Symbol | None]) -> Symbol | None:
        """The symbol of what a name or field holds, found once; None where it is asked for in terms of itself."""
        if key in self.known_symbols:
            return self.known_symbols[key]
        if key in self.busy:
            self._cuts += 1
            return None
        cuts = self._cuts
        self.busy.add(key)
        try:
            found = find()
        finally:
            self.busy.discard(key)
        if found is not None or self._cuts == cuts:  # else it may be more than was seen on this way
            self.known_symbols[key] = found
        return found

    def _symbol(self, expr: Expr) -> Symbol | None:
        if isinstance(expr, Name):
            return self._name_symbol(expr)
        if isinstance(expr, Member):
            return self._member_symbol(expr)
        if isinstance(expr, Call):
            module = self._required(expr)
            if module is not None:
                return module
            if _passes_on(expr) and isinstance(expr.callee, Member):
                return self.symbol(expr.callee.object)
            if _is_then(expr) and (promised := self._returned_symbol(expr)) is not None:
                return promised
            below = self.symbol(expr.callee)
            if below in _ADAPTERS and expr.arguments:  # the same function, called in another way
                return self.symbol(expr.arguments[0].value)
            if below == _INJECT and expr.arguments:  # Angular makes an instance of what it is asked for
                below = self.symbol(expr.arguments[0].value)
            return (*below, "()") if below else self._returned_symbol(expr)
        if isinstance(expr, Index):
            key = self._constant(expr.key)
            return self._symbol(Member(expr.object, key, expr.key.span, expr.span)) if key is not None else None
        if isinstance(expr, Logical):
            first, second = (expr.right, expr.left) if expr.operator == "&&" else (expr.left, expr.right)
            return self.symbol(first) or self.symbol(second)
        if isinstance(expr, Conditional):
            return self.symbol(expr.consequent) or self.symbol(expr.alternate)
        return None

    def _constant(self, key: Expr) -> str | None:
        """The string that a key is: written there, or the one thing that a variable is given."""
        if isinstance(key, Name) and (found := self.unit.lookup(key.id, key.scope)) is not None and len(found[0]) == 1:
            binding = found[0][0]
            if binding.kind == "parameter" and len(binding.path) == 1 and isinstance(binding.path[0], int):
                self.callback(found[1])
                call = self.invoked.get(found[1])  # of a function that is called in place
                given = call.arguments[binding.path[0] :] if call is not None else ()
                key = given[0].value if given else key
            elif binding.value is not None and not binding.path:
                key = binding.value
        return key.value if isinstance(key, Literal) and isinstance(key.value, str) else None

    def _referred(self, holder: Name) -> list[Expr]:
        """What a React reference holds: what ``useRef`` is given first, and what ``ref.current`` is given later."""
        found = self.unit.lookup(holder.id, holder.scope)
        made = found[0][0].value if found is not None and len(found[0]) == 1 else None
        if found is None or not isinstance(made, Call) or self.symbol(made.callee) not in _REFERENCES:
            return []
        given = [argument.value for argument in made.arguments[:1]]
        for assignment in self.unit.assignments:
            target = assignment.target
            if isinstance(target, Member) and target.property == "current" and isinstance(target.object, Name):
                owner = self.unit.lookup(target.object.id, target.object.scope)
                given += [assignment.value] if owner is not None and owner[0] is found[0] else []
        return [value for value in given if not is_nothing(value)]

    def _returned_symbol(self, call: Call) -> Symbol | None:
        """What a function of this file returns: ``getClient().capture()``."""
        callee = call.callee
        functions: list[Expr] = [callee] if isinstance(callee, Function) else []
        if _is_then(call):
            functions = [call.arguments[0].value]
        elif isinstance(callee, Name):
            found = self.unit.lookup(callee.id, callee.scope)
            functions = [binding.value for binding in found[0] if binding.value is not None] if found else []
        elif isinstance(callee, Member) and (method := self.method(callee)) is not None:
            functions = [method]
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
                found = self._field_symbol(expr, fields)
                if not fields and expr.property.startswith("$"):
                    return (f"this:{expr.property}",)  # what a plugin hands to every component
                return found or (self._inherited(expr) if self.method(expr) is None else None)
        if expr.property == "current" and isinstance(expr.object, Name) and (held := self._referred(expr.object)):
            return self._first_symbol(held)
        if _is_super(expr.object):
            base = self._base_symbol(expr)
            return base if base is None or expr.property == "__init__" else (*base, "()", expr.property)
        below = self.symbol(expr.object)
        if below is None:
            found = self._field_symbol(expr, self.own_fields(expr))
            return found or (self._inherited(expr) if self.method(expr) is None else None)
        if self.classes and self.method(expr) is not None:
            return None  # the class overrides what its base has
        if below == _WINDOW:
            return self._global(expr.property)
        if expr.property == "default" and len(below) == 1:
            return below
        return (*below, expr.property)

    def _field_symbol(self, expr: Member, fields: list[Expr]) -> Symbol | None:
        owner = self.owner(expr.object) if fields else None
        if owner is None:
            return None
        return self._once((owner, "~" + expr.property), lambda: self._first_symbol(fields))

    def _first_symbol(self, values: Iterable[Expr]) -> Symbol | None:
        return next((symbol for value in values if (symbol := self.symbol(value)) is not None), None)

    # --- classes of this file ---------------------------------------------------------------------

    def _inherited(self, expr: Member) -> Symbol | None:
        """What ``this.name`` is where a base class from elsewhere may define it."""
        base = self._base_symbol(expr)
        return (*base, "()", expr.property) if base is not None else None

    def _base_symbol(self, expr: Member) -> Symbol | None:
        """Where the nearest base class from elsewhere comes from, of the class that an object is, or is an instance, of."""
        inner = expr.object.callee if _is_super(expr.object) and isinstance(expr.object, Call) else expr.object
        owner = self.class_named(inner)
        for _ in range(_MAX_BASES):
            if owner is None:
                return None
            found = next((symbol for base in owner.bases if (symbol := self.symbol(base))), None)
            if found is not None:
                return found
            owner = next((known for base in owner.bases if (known := self.class_named(base)) is not None), None)
        return None

    def _name_symbol(self, expr: Name) -> Symbol | None:
        found = self.unit.lookup(expr.id, expr.scope)
        if found is None:
            return self._unbound(expr.id)
        bindings, scope = found
        return self._once((scope, expr.id), lambda: self._bound_symbol(expr.id, bindings, scope))

    def _bound_symbol(self, name: str, bindings: list[Binding], scope: int) -> Symbol | None:
        for binding in bindings:
            symbol = self._binding_symbol(binding, scope)
            if symbol is not None:
                return symbol
        symbol = self._first_symbol(assignment.value for assignment in self.assigned(scope, name))
        if symbol is None and any(_takes_over(binding, name) for binding in bindings):
            return self._global(name)
        return symbol

    def _binding_symbol(self, binding: Binding, scope: int) -> Symbol | None:
        if binding.kind == "import" and binding.module is not None:
            return self.module_symbol(binding.module, binding.imported)
        path = binding.path
        if binding.kind == "parameter":
            below = self.symbol(binding.value) if binding.value is not None else None  # what its annotation says
            promise = self.promise(scope)
            if below is None and promise is not None and (chosen := _of_several(promise, path[1:])) is not None:
                below, path = self.symbol(chosen), path[1:]
            below = below or self._handed_to(scope, path[0] if path else None)
            below = below or (self.symbol(binding.default) if binding.default is not None else None)
            path = path[1:]
        elif isinstance(binding.value, Function):
            return self.stubs.get(binding.value.scope)
        elif binding.value is None:
            return None
        elif isinstance(binding.value, Class):
            below = self._as_base(binding.value)
        elif (chosen := _of_several(binding.value, path)) is not None:
            below, path = self.symbol(chosen), path[1:]
        else:
            below = self.symbol(binding.value)
        if below is None:
            return None
        for step in path:
            if step == "...":
                return None
            if below == _WINDOW:
                below = self._global(str(step))
            elif step != "default" or len(below) != 1:
                below = (*below, str(step))
        return below

    def _as_base(self, value: Class) -> Symbol | None:
        """A class that only extends one from elsewhere is made as that is."""
        own = self.unit.bindings[value.scope]
        if "__init__" in own or "constructor" in own:
            return None
        return next((symbol for base in value.bases if (symbol := self.symbol(base))), None)

    def _handed_to(self, scope: int, position: str | int | None) -> Symbol | None:
        """What the parameter at a position is given: in a callback the first one, and any where the function is called in place."""
        callback = self._handed_in(scope) if position == 0 else None
        if callback is not None or not isinstance(position, int):
            return callback
        self.callback(scope)
        call = self.invoked.get(scope)
        return self.symbol(call.arguments[position].value) if call is not None and position < len(call.arguments) else None

    def _handed_in(self, scope: int) -> Symbol | None:
        """What a callback is given first: ``import("x").then(module => …)``, ``withScope(scope => …)``, ``init(k, { loaded: client => … })``."""
        promise = self.promise(scope)
        if promise is not None:
            return self.symbol(promise)
        callee, option = self.callback(scope)
        symbol = self.symbol(callee) if callee is not None else None
        return (*symbol, "()", *((option, "()") if option else ())) if symbol else None

    def module_symbol(self, module: str, imported: str | None) -> Symbol | None:
        """The symbol of a module, or of what is imported from it; None for the project's own modules."""
        if self.python:
            if module.startswith("."):
                return (f"file:{module}", *([imported] if imported else []))
            root, *rest = module.split(".")
            return (f"pypi:{root}", *rest, *([imported] if imported else []))
        if module.startswith((".", "/", "~", "#", "@/", "$lib")):
            return (f"file:{module}", *([imported] if imported else []))
        served = _SERVED.match(module)
        module = served[1] if served is not None else module.removeprefix("npm:")
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


def _takes_over(binding: Binding, name: str) -> bool:
    """Whether a script goes on with a global, if there is one: ``var _paq = _paq || []``."""
    value = binding.value
    return (
        binding.kind == "var"
        and isinstance(value, Logical)
        and value.operator == "||"
        and isinstance(value.left, Name)
        and value.left.id == name
    )


def _is_super(expr: Expr) -> bool:
    """Whether an expression is ``super`` or ``super()``."""
    inner = expr.callee if isinstance(expr, Call) else expr
    return isinstance(inner, Name) and inner.id == "super"


def _is_then(call: Call) -> bool:
    """Whether a call is ``promise.then(function)``."""
    callee = call.callee
    return (
        isinstance(callee, Member)
        and callee.property == "then"
        and bool(call.arguments)
        and isinstance(call.arguments[0].value, Function)
    )


def _passes_on(call: Call) -> bool:
    """Whether a call is ``promise.catch(function)`` or ``.finally(function)``, which give what the promise gives."""
    callee = call.callee
    return isinstance(callee, Member) and callee.property in ("catch", "finally") and bool(call.arguments)


def _of_several(expr: Expr, path: tuple[str | int, ...]) -> Expr | None:
    """The promise whose value stands at the beginning of ``path`` in what ``Promise.all([…])`` gives."""
    if not isinstance(expr, Call) or not isinstance(expr.callee, Member) or expr.callee.property not in ("all", "allSettled"):
        return None
    items = expr.arguments[0].value if expr.arguments else None
    index = path[0] if path else None
    if isinstance(items, Array) and isinstance(index, int) and index < len(items.elements):
        chosen = items.elements[index]
        return None if isinstance(chosen, Spread) else chosen
    return None


def as_injected(symbol: tuple[str, ...]) -> tuple[str, ...]:
    """The symbol of what is injected, however it is reached: ``useNuxtApp().$posthog``, ``$posthog`` in a template."""
    for index, step in enumerate(symbol):
        if step.startswith("$") and index and symbol[index - 1] == "()" and symbol[index - 2].endswith("useNuxtApp"):
            return (ROOT + step, *symbol[index + 1 :])
    return (ROOT + symbol[0].removeprefix("global:"), *symbol[1:]) if symbol[0].startswith("global:$") else symbol
