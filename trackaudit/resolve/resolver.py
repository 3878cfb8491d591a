"""Names to symbols and expressions to values, inside one file.

A symbol is where a thing comes from and the path to it: ``("npm:posthog-js", "init")``, ``("global:posthog",
"capture")``, ``("npm:posthog-node", "PostHog", "()")``. The project's own objects have none, so a local object that
happens to be called ``mixpanel`` is never taken for the SDK.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from trackaudit.model import (
    Argument,
    Array,
    Assignment,
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
    Span,
    Spread,
    Template,
    Unary,
    Unit,
    Unknown,
)  # fmt: skip
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
    OneOf,
    Parameter,
    Passed,
    Pattern,
    Text,
    Value,
)  # fmt: skip

Symbol = tuple[str, ...]

MAX_DEPTH = 24
TRUTH = "a truth value"  # the reason of a Dynamic that is only ever true or false
_COMPARING = frozenset(("==", "===", "!=", "!==", "<", ">", "<=", ">=", "in", "not in", "instanceof"))
MAX_BRANCHES = 12
_WINDOW = ("window",)
_GLOBAL_OBJECTS = frozenset(("window", "globalThis", "self", "global", "top", "parent", "unsafeWindow"))
_MERGING = frozenset((("global:Object", "assign"), ("global:_", "merge"), ("global:_", "assign"), ("global:$", "extend")))
_TRANSPARENT = frozenset(
    (("global:Object", "freeze"), ("global:Object", "seal"), ("global:structuredClone",), ("global:Promise", "resolve"))
)
_ENVIRONMENT = frozenset((("pypi:os", "getenv"), ("pypi:os", "environ", "get")))
_DEVELOPMENT = ("development", "dev", "debug", "test", "testing", "local", "localhost")
_PRODUCTION = ("production", "prod", "isprod", "isproduction")


class Resolver:
    """Answers questions about one unit. ``text`` is the file's UTF-8 text, for quoting guards."""

    def __init__(self, unit: Unit, text: bytes) -> None:
        self.unit = unit
        self.text = text
        self.python = unit.language == "python"
        self.aliases: dict[str, Symbol] = {}
        self.depth = 0
        self.busy: set[tuple[int, str]] = set()
        self._assigned: dict[tuple[int, str], list[Assignment]] | None = None
        self._members: dict[tuple[int, str], list[tuple[str, Span, Expr, tuple[Guard, ...]]]] | None = None
        self._fields: dict[tuple[int, str], list[Expr]] | None = None
        self._callbacks: dict[int, Expr] | None = None

    # --- symbols --------------------------------------------------------------------------------

    def symbol(self, expr: Expr) -> Symbol | None:
        """Where the thing that ``expr`` names comes from, or None for the project's own and the unknown."""
        self.depth += 1
        try:
            return self._symbol(expr) if self.depth < MAX_DEPTH * 4 else None
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
            fields = self._own_fields(expr)
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

    def _own_fields(self, expr: Member) -> list[Expr]:
        """What ``this.name`` or ``self.name`` is given in the class around it, empty values left out."""
        if self._fields is None:
            self._fields = {}
            for assignment in self.unit.assignments:
                target = assignment.target
                if isinstance(target, Member) and isinstance(target.object, Name) and target.object.id in ("this", "self", "cls"):
                    owner = self._class_of(assignment.scope)
                    if owner is not None:
                        self._fields.setdefault((owner, target.property), []).append(assignment.value)
        owner = self._class_of(expr.object.scope) if isinstance(expr.object, Name) else None
        if owner is None:
            return []
        declared = [binding.value for binding in self.unit.bindings[owner].get(expr.property, ()) if binding.kind != "function"]
        given = [*declared, *self._fields.get((owner, expr.property), ())]
        return [value for value in given if value is not None and not _is_nothing(value)]

    def _class_of(self, scope: int) -> int | None:
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

    # --- values ---------------------------------------------------------------------------------

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
        return _text([self.value(part) for part in expr.parts], expr.span)

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
            return _text([left, right], expr.span)
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
            return _one_of(
                [Branch((guard,), right), Branch((guard._replace(positive=False),), Known(None, expr.span))], expr.span
            )
        return _one_of([Branch((), left), Branch((), right)], expr.span)

    def _conditional(self, expr: Conditional) -> Value:
        truth = truthiness(self.value(expr.test))
        if truth is not None:
            return self.value(expr.consequent if truth else expr.alternate)
        guard = self.condition(Guard(expr.test, True, 0))
        return _one_of(
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
        return _one_of(branches, expr.span)

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
                return _one_of([Branch((), self.value(binding.default)), Branch((), given)], expr.span)
            index = binding.path[0] if binding.path and isinstance(binding.path[0], int) else -1
            return Parameter(index, (expr.id, *(str(step) for step in binding.path[1:])), expr.span)
        if binding.value is None:
            return Dynamic(binding.kind, (expr.id,), expr.span)
        value = self.value(binding.value)
        for step in binding.path:
            value = self._step(value, step, expr)
        if binding.default is not None and not isinstance(value, Known):
            return _one_of([Branch((), value), Branch((), self.value(binding.default))], expr.span)
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
            fields = self._own_fields(expr)
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
        results = [_substitute(result, arguments) for result in target.results]
        return results[0] if len(results) == 1 else _one_of([Branch((), result) for result in results], expr.span)

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
        return _one_of([Branch((), arguments[1]), Branch((), read)], expr.span)

    def passed(self, argument: Argument) -> Passed:
        return Passed(argument.name, argument.name_span, self.value(argument.value), argument.spread, argument.value.span)

    # --- what happens to a mapping after it was made ----------------------------------------------

    def _mutated(self, value: Mapping, scope: int, name: str) -> Mapping:
        if self._members is None:
            self._members = {}
            self._collect_mutations()
        changes = self._members.get((scope, name))
        if not changes:
            return value
        entries = list(value.entries)
        unseen = value.open
        for key, span, expr, guards in changes:
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
        return value._replace(entries=_last_wins(entries), open=unseen)

    def _collect_mutations(self) -> None:
        """``bag.key = v``, ``bag["key"] = v``, ``bag.update(…)``, ``Object.assign(bag, …)``, ``bag |= …``."""
        for assignment in self.unit.assignments:
            target = assignment.target
            if isinstance(target, Member) and isinstance(target.object, Name):
                self._add_mutation(target.object, target.property, target.property_span, assignment.value, assignment.guards)
            elif isinstance(target, Name) and assignment.operator == "|=":
                self._add_mutation(target, "", assignment.span, assignment.value, assignment.guards)
        for site in self.unit.calls:
            callee, arguments = site.call.callee, site.call.arguments
            if not isinstance(callee, Member) or not isinstance(callee.object, Name):
                continue
            if callee.property == "update" and self.python:
                for argument in arguments:
                    if argument.name is None:
                        self._add_mutation(callee.object, "", site.call.span, argument.value, site.guards)
                    elif argument.name_span is not None:
                        self._add_mutation(callee.object, argument.name, argument.name_span, argument.value, site.guards)
            elif (
                callee.property == "setdefault"
                and self.python
                and len(arguments) == 2
                and isinstance(arguments[0].value, Literal)
            ):
                key = arguments[0].value
                self._add_mutation(callee.object, str(key.value), key.span, arguments[1].value, site.guards)
            elif (
                (callee.object.id, callee.property) == ("Object", "assign") and arguments and isinstance(arguments[0].value, Name)
            ):
                for argument in arguments[1:]:
                    self._add_mutation(arguments[0].value, "", site.call.span, argument.value, site.guards)

    def _add_mutation(self, name: Name, key: str, span: Span, value: Expr, guards: tuple[Guard, ...]) -> None:
        found = self.unit.lookup(name.id, name.scope)
        if found is not None and self._members is not None:
            self._members.setdefault((found[1], name.id), []).append((key, span, value, guards))

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
            text if len(text) <= 60 else text[:57] + "…", guard.positive, constant, _kind_of(text, guard.positive), span, origin
        )


def _is_nothing(expr: Expr) -> bool:
    return (isinstance(expr, Literal) and expr.value is None) or (isinstance(expr, Name) and expr.id == "undefined")


def _kind_of(text: str, positive: bool) -> str:
    """Which environment a condition speaks of, by the words in it."""
    words = {word.lower() for word in "".join(letter if letter.isalnum() else " " for letter in text).split()}
    negated = ("!=" in text or text.startswith(("!", "not "))) == positive
    if words & set(_PRODUCTION):
        return "development" if negated else "production"
    if words & set(_DEVELOPMENT):
        return "production" if negated else "development"
    return "other"


def truthiness(value: Value) -> bool | None:
    """Whether a value counts as true, None where that is not known."""
    if isinstance(value, Known):
        return bool(value.value)
    if isinstance(value, (Callback, Pattern)):
        return True
    if isinstance(value, (Mapping, Listing)):
        return None if value.open else True
    return None


def names_of(value: Value) -> tuple[str, ...]:
    """What the code calls a value that is not known."""
    if isinstance(value, (Dynamic, Parameter)):
        return value.path
    return tuple(value.name.split(".")) if isinstance(value, Invoked) and value.name else ()


def merge(parts: list[Value], span: Span) -> Mapping:
    """Several objects laid over one another, the later ones winning; conditional parts keep their guards."""
    entries: list[Entry] = []
    unseen = False
    for part in parts:
        if isinstance(part, Mapping):
            entries.extend(part.entries)
            unseen = unseen or part.open
        elif isinstance(part, OneOf):
            for branch in part.branches:
                if isinstance(branch.value, Mapping):
                    guards = branch.guards or (Condition("", True, None, "other", branch.value.span, None),)
                    entries.extend(entry._replace(guards=(*entry.guards, *guards)) for entry in branch.value.entries)
                    unseen = unseen or branch.value.open
                elif not isinstance(branch.value, Known):
                    unseen = True
        elif not isinstance(part, Known):  # spreading null, undefined or false adds nothing
            unseen = True
    return Mapping(_last_wins(entries), unseen, span)


def _last_wins(entries: list[Entry]) -> tuple[Entry, ...]:
    """Drop what a later unconditional entry of the same key overwrites."""
    kept: list[Entry] = []
    final: set[str] = set()
    for entry in reversed(entries):
        if entry.key not in final:
            kept.append(entry)
            if not entry.guards:
                final.add(entry.key)
    return tuple(reversed(kept))


def _one_of(branches: list[Branch], span: Span) -> Value:
    """A choice, nested choices flattened and bounded."""
    flat: list[Branch] = []
    for branch in branches:
        if isinstance(branch.value, OneOf):
            flat.extend(Branch((*branch.guards, *inner.guards), inner.value) for inner in branch.value.branches)
        else:
            flat.append(branch)
    if len(flat) > MAX_BRANCHES:
        flat = [*flat[:MAX_BRANCHES], Branch((), Dynamic("too many possibilities", (), span))]
    return flat[0].value if len(flat) == 1 else OneOf(tuple(flat), span)


def _text(parts: list[Value], span: Span) -> Value:
    """A concatenation: one literal where every part is known, else a text with holes."""
    flat: list[Value] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Text) else (part,))
    if all(isinstance(part, Known) for part in flat):
        values = [part.value for part in flat if isinstance(part, Known)]
        if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
            return Dynamic("computed", (), span)
        return Known("".join(str(value) for value in values), span)
    return Text(tuple(flat), span)


def _substitute(value: Value, arguments: list[Value]) -> Value:
    """A function's result with its parameters replaced by what a call passes."""
    if isinstance(value, Parameter):
        return arguments[value.position] if 0 <= value.position < len(arguments) and len(value.path) == 1 else value
    if isinstance(value, Mapping):
        return value._replace(entries=tuple(entry._replace(value=_substitute(entry.value, arguments)) for entry in value.entries))
    if isinstance(value, Listing):
        return value._replace(items=tuple(_substitute(item, arguments) for item in value.items))
    if isinstance(value, OneOf):
        return value._replace(
            branches=tuple(branch._replace(value=_substitute(branch.value, arguments)) for branch in value.branches)
        )
    return value


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
