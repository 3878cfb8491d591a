"""Loops over what an object holds: ``for (const [key, value] of Object.entries(bag))``, ``for key, value in bag.items()``."""

from __future__ import annotations

from trackaudit.model import Binding, Call, Expr, Index, Member, Name
from trackaudit.resolve.symbols import Symbols

_ENTRIES, _KEYS = ("global:Object", "entries"), ("global:Object", "keys")


def each_of(symbols: Symbols, key: Expr, value: Expr) -> Expr | None:
    """The object of which ``key`` and ``value`` are each key and what stands under it; None where they are not."""
    if not isinstance(key, Name):
        return None
    if isinstance(value, Name):
        first, second = _entry(symbols, key, 0), _entry(symbols, value, 1)
        return first if first is not None and first is second else None
    if isinstance(value, Index) and isinstance(value.key, Name) and value.key.id == key.id:
        holder = _keyed(symbols, key)
        same = isinstance(holder, Name) and isinstance(value.object, Name) and holder.id == value.object.id
        return holder if same else None
    return None


def _bound(symbols: Symbols, name: Name) -> tuple[Binding, Expr | None] | None:
    """The only binding of a name, and the list of which it is given the items, one after the other."""
    found = symbols.unit.lookup(name.id, name.scope)
    if found is None or len(found[0]) != 1:
        return None
    binding = found[0][0]
    if binding.kind == "parameter":
        return binding, symbols.iterated(found[1])
    return binding, binding.value


def _entry(symbols: Symbols, name: Name, place: int) -> Expr | None:
    """The object of whose entries a name is the first or second part."""
    known = _bound(symbols, name)
    if known is None or known[0].path not in (("[]", place), (0, place)):
        return None
    listed = known[1]
    if not isinstance(listed, Call):
        return None
    if symbols.symbol(listed.callee) == _ENTRIES and listed.arguments:
        return listed.arguments[0].value
    callee = listed.callee
    return callee.object if isinstance(callee, Member) and callee.property == "items" and not listed.arguments else None


def _keyed(symbols: Symbols, name: Name) -> Expr | None:
    """The object of which a name is each key."""
    known = _bound(symbols, name)
    if known is None:
        return None
    binding, listed = known
    if binding.path == ("[key]",):
        return listed
    over_keys = isinstance(listed, Call) and symbols.symbol(listed.callee) == _KEYS and listed.arguments
    if binding.path in (("[]",), (0,)):
        return listed.arguments[0].value if isinstance(listed, Call) and over_keys else listed
    return None
