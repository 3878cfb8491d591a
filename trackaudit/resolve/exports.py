"""What a module gives others: its exports as values."""

from __future__ import annotations

from trackaudit.model import Expr, Function, Member, Name, Span
from trackaudit.resolve.combine import one_of
from trackaudit.resolve.environment import environment_of
from trackaudit.resolve.resolver import Resolver
from trackaudit.resolve.values import Blueprint, Branch, Callback, Invoked, Mapping, OneOf, Reference, Value

Exported = tuple[str, Value]
_NOWHERE = Span(0, 0)
SETTING = "config:"  # before the name of a setting that a module may give in several ways


def exports_of(resolver: Resolver, names: frozenset[str] | None) -> tuple[list[Exported], list[str]]:
    """The exports called ``names`` (all, where None), and the modules of which everything is passed on.

    In Python every name of the module counts, imports included.
    """
    if resolver.python:
        return _python(resolver, names)
    found: list[Exported] = []
    stars: list[str] = []
    for export in resolver.unit.exports:
        if export.name == "*":
            stars.append(export.module or "")
        elif names is not None and export.name not in names:
            continue
        elif export.module is not None:
            symbol = resolver.module_symbol(export.module, export.imported)
            if symbol is not None:
                found.append((export.name, Reference(symbol, (export.name,), _NOWHERE)))
        elif export.value is not None and (names is not None or not _left_out(resolver, export.value)):
            found.append((export.name, resolver.known_as(export.value)))
    return [*found, *_commonjs(resolver, names)], stars


def _left_out(resolver: Resolver, value: Expr) -> bool:
    """Whether a value is a function that was not lowered, because it has nothing to do with a tracker."""
    if isinstance(value, Name):
        known = resolver.unit.lookup(value.id, value.scope)
        value = known[0][0].value or value if known is not None else value
    return isinstance(value, Function) and value.scope in resolver.unit.pending


def _python(resolver: Resolver, names: frozenset[str] | None) -> tuple[list[Exported], list[str]]:
    bindings = resolver.unit.bindings[0]
    stars = [binding.module or "" for binding in bindings.get("*", ())]
    found = [
        (name, resolver.known_as(Name(name, 0, known[0].span)))
        for name, known in bindings.items()
        if name != "*" and (names is None or name in names)
    ]
    for name in sorted(names or ()):
        if name.startswith(SETTING) and (value := _setting(resolver, name.removeprefix(SETTING))) is not None:
            found.append((name, value))
    return found, stars


def _setting(resolver: Resolver, key: str) -> Value | None:
    """What a module says that a setting of the application is: as a name of the module, as a field of a class that is not for
    development, as ``app.config["KEY"]`` or as a keyword of ``app.config.update()``."""
    unit = resolver.unit
    given: list[Expr] = [Name(key, 0, binding.span) for binding in unit.bindings[0].get(key, ())[:1]]
    for owner in resolver.classes.values():
        if environment_of(owner.name, True) != "development":
            given += [binding.value for binding in unit.bindings[owner.scope].get(key, ()) if binding.value is not None]
    for assignment in unit.assignments:
        target = assignment.target
        if isinstance(target, Member) and target.property == key and _is_config(target.object):  # app.config["KEY"]
            given.append(assignment.value)
    for site in unit.calls:
        callee = site.call.callee
        if isinstance(callee, Member) and callee.property in ("update", "from_mapping") and _is_config(callee.object):
            given += [argument.value for argument in site.call.arguments if argument.name == key]
    return one_of([Branch((), resolver.known_as(expr)) for expr in given], given[0].span) if given else None


def _is_config(expr: Expr) -> bool:
    return isinstance(expr, Member) and expr.property == "config"


def _commonjs(resolver: Resolver, names: frozenset[str] | None) -> list[Exported]:
    """``module.exports = …``, ``module.exports.name = …``, ``exports.name = …``."""
    found: list[Exported] = []
    for assignment in resolver.unit.assignments:
        target = assignment.target
        if not isinstance(target, Member):
            continue
        symbol = resolver.symbol(target)
        if symbol == ("global:module", "exports"):
            value = resolver.known_as(assignment.value)
            found.append(("default", value))
            if isinstance(value, Mapping):
                found += [(entry.key, entry.value) for entry in value.entries]
        elif symbol is not None and len(symbol) > 1 and symbol[:-1] in (("global:module", "exports"), ("global:exports",)):
            found.append((symbol[-1], resolver.known_as(assignment.value)))
    return [item for item in found if names is None or item[0] in names]


def matters(value: Value) -> bool:
    """Whether a value can lead to a tracker: a function, a class, something from elsewhere, or an object with one of these."""
    if isinstance(value, Mapping):
        return any(matters(entry.value) for entry in value.entries)
    if isinstance(value, OneOf):
        return any(matters(branch.value) for branch in value.branches)
    return isinstance(value, (Callback, Reference, Blueprint)) or (isinstance(value, Invoked) and bool(value.symbol))
