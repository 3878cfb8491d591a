"""Calls of the project's own functions that may pass their arguments on to a tracker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trackaudit.model import Call, CallSite, Member, Name, Span, Unit
from trackaudit.resolve.instances import CONSTRUCTORS
from trackaudit.resolve.resolver import Resolver
from trackaudit.resolve.sends import decided, is_send, named_arguments
from trackaudit.resolve.symbols import ROOT, as_injected
from trackaudit.resolve.values import (
    Callback,
    Invoked,
    Listing,
    Mapping,
    OneOf,
    Overlay,
    Parameter,
    ProjectCall,
    Text,
    Use,
    Value,
)
from trackaudit.sdks.catalogue import Catalogue

_OWN = ("file:", "npm:", "pypi:", "global:", ROOT)
# Functions that call the function that they are given, with what stands behind it.
_HANDING = frozenset(("add_task", "submit", "enqueue", "to_thread", "partial", "start_new_thread", "spawn", "call_soon", "defer"))
_MAX_ROUNDS = 6
_EVENTS = frozenset(("event", "event_name", "eventName", "name", "message", "key", "category", "action"))


def project_calls(
    unit: Unit, resolver: Resolver, catalogue: Catalogue, uses: list[Use], modules: dict[str, frozenset[str]]
) -> list[ProjectCall]:
    """Calls of what is imported from ``modules``, and of this file's functions whose parameters reach a use or such a call."""
    found: list[ProjectCall] = []
    taken = {use.span for use in uses}
    left: list[CallSite] = []
    for site in (*unit.calls, *(later for site in unit.calls if (later := _handed(site)) is not None)):
        symbol = resolver.symbol(site.call.callee) if modules else None
        symbol = as_injected(symbol) if symbol else None
        if symbol is not None and is_from(symbol, modules):
            found.append(_call(resolver, site, symbol, unit))
        elif site.call.span not in taken:
            left.append(site)
    python = unit.language == "python"
    forwarding = {parameter.scope for use in uses for parameter, _ in left_to_callers(catalogue, use, python)}
    forwarding |= _forwarding(found, python)
    for _ in range(_MAX_ROUNDS):
        fresh = _calls_of(unit, resolver, left, forwarding)
        if not fresh:
            break
        found += [call for _, call in fresh]
        done = {id(site) for site, _ in fresh}
        left = [site for site in left if id(site) not in done]
        forwarding |= _forwarding([call for _, call in fresh], python)
    return sorted(found, key=lambda call: call.span)


def _forwarding(calls: list[ProjectCall], python: bool) -> set[int]:
    """The scopes of the functions that pass on what their callers give them."""
    values = (argument.value for call in calls for argument in call.arguments)
    return {parameter.scope for parameter, key in handed_on(values) if not key or not python}


def left_to_callers(catalogue: Catalogue, use: Use, python: bool) -> list[tuple[Parameter, str]]:
    """The parameters in a use that callers decide about, as :func:`handed_on` gives them. Members of what they pass count in set-ups and
    where callers name the event too (``capture(options.event, { label: options.label })``); an event that the function
    names itself has keys that say what they hold. In Python nobody writes objects in calls."""
    members = not python and (not is_send(catalogue, use) or _named_by_callers(catalogue, use))
    return [(parameter, key) for parameter, key in handed_on(decided(catalogue, use)) if members or not key]


def _named_by_callers(catalogue: Catalogue, use: Use) -> bool:
    """Whether the event's name comes from a caller."""
    for argument, names in named_arguments(catalogue, use):
        value = argument.value
        given = [value] if names & _EVENTS else []
        if isinstance(value, Mapping):
            given = [entry.value for entry in value.entries if entry.key in _EVENTS]
        if any(isinstance(item, Parameter) for item in given):
            return True
    return False


def _handed(site: CallSite) -> CallSite | None:
    """The call that is made later where a function is handed on with its arguments: ``add_task(track, user)``, ``Thread(target=…)``."""
    call = site.call
    name = call.callee.property if isinstance(call.callee, Member) else call.callee.id if isinstance(call.callee, Name) else ""
    keywords = {argument.name: argument for argument in call.arguments if argument.name}
    if name == "Thread" and "target" in keywords:
        target, given = keywords["target"].value, []
        if "args" in keywords:
            given.append(keywords["args"]._replace(name=None, name_span=None, spread="*"))
        if "kwargs" in keywords:
            given.append(keywords["kwargs"]._replace(name=None, name_span=None, spread="**"))
    elif name in _HANDING and call.arguments and not call.arguments[0].name and not call.arguments[0].spread:
        target, given = call.arguments[0].value, list(call.arguments[1:])
    else:
        return None
    if not isinstance(target, (Name, Member)):
        return None
    return site._replace(call=Call(target, tuple(given), False, call.span))


def _calls_of(unit: Unit, resolver: Resolver, sites: list[CallSite], scopes: set[int]) -> list[tuple[CallSite, ProjectCall]]:
    """The calls among ``sites`` of the functions with these scopes."""
    if not scopes:
        return []
    found = []
    names = {_own_name(unit, scope) for scope in scopes}
    for site in sites:
        callee = site.call.callee
        if isinstance(callee, Member) and "" not in names and callee.property not in names:
            continue  # a method goes by its own name; only a function without one may have any
        scope = resolver.function_of(site.call.callee)
        if scope in scopes:
            found.append((site, _call(resolver, site, (f"here:{scope}",), unit)))
    return found


def _own_name(unit: Unit, scope: int) -> str:
    """The name that the function with this scope is called by, without those of the scopes around it; empty where it has none."""
    own, outer = unit.scopes[scope].name, unit.scopes[unit.scopes[scope].parent].name
    name = "" if own == outer else own.rpartition(".")[2]
    return outer.rpartition(".")[2] if name in CONSTRUCTORS else name


def _call(resolver: Resolver, site: CallSite, symbol: tuple[str, ...], unit: Unit) -> ProjectCall:
    passed = tuple(resolver.passed(argument) for argument in site.call.arguments)
    start = site.call.span.start
    callee = Span(start, max(site.call.callee.span.end, start + 1))
    context = unit.scopes[site.scope].name
    return ProjectCall(symbol, passed, resolver.conditions_at(site.call.span.start, site.guards), context, site.call.span, callee)


def is_from(symbol: tuple[str, ...], modules: dict[str, frozenset[str]]) -> bool:
    """Whether a symbol is one of these modules' exports: of ``./analytics``, ``@acme/analytics``, ``app.analytics``, ``.analytics``."""
    kind, _, name = symbol[0].partition(":")
    if kind + ":" not in _OWN:
        return False
    for index in range(len(symbol)):
        if index:
            name = name + symbol[index] if name.endswith(".") else f"{name}.{symbol[index]}"
        names = modules.get(name)
        if names is not None and ("default" in names or symbol[index + 1 : index + 2] == () or symbol[index + 1] in names):
            return True
    return False


def handed_on(values: Iterable[Value]) -> Iterator[tuple[Parameter, str]]:
    """The parameters that callers decide about, each with the key that it stands under where it is only a member of one.

    A member of a parameter that is part of a text is told by its own name already, whoever calls.
    """
    todo = [(value, "", False) for value in values]
    while todo:
        value, key, part = todo.pop()
        if isinstance(value, Parameter):
            if len(value.path) == 1 or not part:
                yield value, key if len(value.path) > 1 else ""
        elif isinstance(value, Mapping):
            todo += [(entry.value, entry.key, False) for entry in value.entries]
        elif isinstance(value, Listing):
            todo += [(item, key, part) for item in value.items]
        elif isinstance(value, Overlay):
            todo += [(inner, "", False) for inner in value.parts]
        elif isinstance(value, Text):
            todo += [(inner, key, True) for inner in value.parts]
        elif isinstance(value, OneOf):
            todo += [(branch.value, key, part) for branch in value.branches]
        elif isinstance(value, Invoked):
            todo += [(argument.value, key, True) for argument in value.arguments]
        elif isinstance(value, Callback):
            todo += [(result, key, part) for result in value.results]
