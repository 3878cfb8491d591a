"""Uses joined across functions and files: what callers pass through the project's own wrappers, and what other modules define.

A *flow* is a use whose arguments hold parameters of a function of the project: whoever calls that function makes the use.
Linking gives every call of such a function a use of its own, in any file and through several layers, and puts what other
modules export in the place of what is imported.
"""

from __future__ import annotations

from collections.abc import Callable

from trackaudit.findings import Related
from trackaudit.link.carry import carried_arguments, carried_use, conditions, placed
from trackaudit.link.modules import Modules
from trackaudit.link.settle import Linked, Settling, bound
from trackaudit.model import Span
from trackaudit.resolve.arguments import Given, transform
from trackaudit.resolve.calls import left_to_callers
from trackaudit.resolve.instances import CONSTRUCTORS
from trackaudit.resolve.sends import as_use, is_send
from trackaudit.resolve.values import (
    Blueprint,
    Callback,
    Entry,
    FileFacts,
    Invoked,
    Known,
    Listing,
    Mapping,
    OneOf,
    Overlay,
    Parameter,
    Passed,
    ProjectCall,
    Reference,
    Use,
    Value,
)  # fmt: skip
from trackaudit.sdks.catalogue import Catalogue

MAX_LAYERS = 6
_MAX_FLOWS = 40  # uses that one function stands for
_MAX_DERIVED = 20_000
_MAX_DEPTH = 12


class Linker(Settling):
    """One project's facts on their way to being linked."""

    def __init__(
        self, files: dict[str, FileFacts], modules: Modules, catalogue: Catalogue, telling: Callable[[str], bool]
    ) -> None:
        super().__init__(modules, catalogue)
        self.telling = telling
        self.files = files
        self.flows: dict[tuple[str, int], list[Linked]] = {}
        self.cut = 0
        # What was made of uses and calls before, with these themselves so that their ids stay theirs.
        self._plain: dict[int, tuple[Use | ProjectCall, Linked]] = {}
        self._carried: dict[int, tuple[Linked, Use, list[tuple[Parameter, str]]]] = {}
        self._derived: dict[tuple[int, int, int], tuple[ProjectCall, Linked, Linked | None]] = {}

    def link(self) -> list[Linked]:
        """Every use of the project, those included that callers of wrappers make; values are not yet :meth:`settled`."""
        self.flows = {}
        self.cut = 0
        self.called = set()
        plain = [
            self._as_linked(path, use, use)
            for path, facts in self.files.items()
            for use in facts.uses
            if not use.origin.startswith("pypi:") or self.modules.pythons.find(use.origin[5:], path) is None
        ]
        wrapped: list[tuple[str, ProjectCall, str, Callback | int]] = []
        for path, facts in self.files.items():
            for call in facts.calls:
                found = self._called(path, call)
                if isinstance(found, Use):  # of a tracker that another module of the project hands out
                    plain.append(self._as_linked(path, found, call))
                elif found is not None:
                    home, function = found
                    wrapped.append((path, call, home, function))
        derived: list[Linked] = []
        fresh = self._note(plain)
        for _ in range(MAX_LAYERS):
            if not fresh:
                break
            flows = [
                made
                for path, call, home, function in wrapped
                for flow in fresh.get((home, _scope(function))) or ()
                if (made := self._derived_from(path, call, flow, function)) is not None
            ]
            if len(derived) + len(flows) > _MAX_DERIVED:
                self.cut += len(flows)
                break
            derived += flows
            fresh = self._note(flows)
        replaced = {id(linked.origin) for linked in derived}
        return [*(linked._replace(origin=linked.use) if id(linked.use) in replaced else linked for linked in plain), *derived]

    def _as_linked(self, path: str, use: Use, site: Use | ProjectCall) -> Linked:
        known = self._plain.get(id(site))
        if known is None or known[1].use != use:
            known = self._plain[id(site)] = (site, Linked(path, use, path))
        return known[1]

    # --- wrappers -----------------------------------------------------------------------------------

    def _note(self, flows: list[Linked]) -> dict[tuple[str, int], list[Linked]]:
        """Remember which functions make these uses, and return those that are new of each function."""
        found: dict[tuple[str, int], list[Linked]] = {}
        for flow in flows:
            for scope in {parameter.scope for parameter, _ in self._as_seen_by_callers(flow)[1]}:
                known = self.flows.setdefault((flow.owner, scope), [])
                if len(known) < _MAX_FLOWS:
                    known.append(flow)
                    found.setdefault((flow.owner, scope), []).append(flow)
                else:
                    self.cut += 1
        return found

    def _left_open(self, flow: Linked) -> list[tuple[Parameter, str]]:
        """The parameters in a flow about which callers say more than the wrapper: not the members of what they pass that stand
        under a key where one of their names is telling (``{ email: user.email }``)."""
        sent = is_send(self.catalogue, flow.use)
        return [
            (parameter, key)
            for parameter, key in left_to_callers(self.catalogue, flow.use, flow.owner.endswith(".py"))
            if not (sent and key and (self.telling(key) or self.telling(parameter.path[-1])))
        ]

    def _called(self, path: str, call: ProjectCall) -> Use | tuple[str, Callback | int] | None:
        """What a call of something of the project's comes to: a use of a tracker, or a function and its file."""
        if call.symbol[0].startswith("here:"):
            return path, int(call.symbol[0].partition(":")[2])
        found = self.modules.follow(path, call.symbol)
        if found is None:
            return None
        home, value = found
        if isinstance(value, Reference):
            return as_use(self.catalogue, value.symbol, call)
        if isinstance(value, Blueprint):
            value = next((entry.value for entry in value.members if entry.key in CONSTRUCTORS), value)
        return (home, value) if isinstance(value, Callback) else None

    def _derived_from(self, path: str, call: ProjectCall, flow: Linked, function: Callback | int) -> Linked | None:
        """The use that a call makes, made once: linking runs again for every layer of files."""
        key = (id(call), id(flow), _scope(function))
        known = self._derived.get(key)
        if known is None:
            known = self._derived[key] = (call, flow, self._derive(path, call, flow, function))
        if known[2] is not None:
            self.called.add((flow.owner, key[2]))
        return known[2]

    def _derive(self, path: str, call: ProjectCall, flow: Linked, function: Callback | int) -> Linked | None:
        """The use that a call makes because the function that it calls makes it; None where the call adds nothing to it."""
        scope = _scope(function)
        use, open_ones = self._as_seen_by_callers(flow)
        names = self._parameters(flow.owner, scope, function)
        arguments = carried_arguments(call.arguments, path)
        arguments, bound = _adapted(call.symbol[-1], arguments)
        method = bound or names[:1] in (("self",), ("cls",))
        given = Given(names, arguments, method, call.span)
        left = [(parameter, key) for parameter, key in open_ones if parameter.scope == scope]
        if not any(not key or given.place(parameter) is not None for parameter, key in left):
            return None
        passed = _expanded(use.arguments, scope, given)
        if is_send(self.catalogue, use):
            places = {parameter.span for parameter, _ in left}
            passed = [argument._replace(value=_left(argument.value, scope, given, places)) for argument in passed]
        via = (Related(path, call.callee_span, "the wrapper is called here"), *flow.via)
        use = use._replace(
            arguments=tuple(_passed_on(argument, scope, given) for argument in passed),
            guards=(*conditions(call.guards, path), *use.guards), context=call.context,
            within=(placed(call.span, path), *use.within),
        )  # fmt: skip
        return Linked(flow.path, use, path, via, flow.origin or flow.use)

    def _as_seen_by_callers(self, flow: Linked) -> tuple[Use, list[tuple[Parameter, str]]]:
        """The use of a flow with its places named, and what is left open in it."""
        known = self._carried.get(id(flow))
        if known is None:
            use = carried_use(flow.use, flow.path)
            known = self._carried[id(flow)] = (flow, use, self._left_open(flow._replace(use=use)))
        return known[1:]

    def _parameters(self, path: str, scope: int, function: Callback | int) -> tuple[str, ...]:
        if isinstance(function, Callback):
            return function.parameters
        return dict(self.files[path].parameters).get(scope, ())

    def carrying(self, path: str, depth: int = 0) -> set[str]:
        """The exports of a module that lead to a tracker, those included that it passes on from others."""
        facts = self.files.get(path)
        if facts is None or depth > _MAX_DEPTH:
            return set()
        names = {name for name, value in facts.exports if self.carries(path, value)}
        for star in facts.stars:
            found = self.modules.starred(path, star)
            names |= self.carrying(found, depth + 1) - {"default"} if found is not None else set()
        return names

    def carries(self, path: str, value: Value, depth: int = 0) -> bool:
        """Whether what a module exports leads to a tracker: it is one, makes a use of one, or gives one away."""
        if depth > _MAX_DEPTH:
            return False
        if isinstance(value, (Reference, Invoked)):
            symbol = value.symbol if isinstance(value, Reference) else (*value.symbol, "()")
            found = self.modules.follow(path, symbol) if value.symbol else None
            if found is None:
                return False
            if isinstance(found[1], Reference):
                return self.catalogue.match(found[1].symbol) is not None
            return self.carries(*found, depth + 1)
        if isinstance(value, Callback):
            return (path, value.scope) in self.flows or any(self.carries(path, inner, depth + 1) for inner in value.results)
        if isinstance(value, Mapping):
            return any(self.carries(path, entry.value, depth + 1) for entry in value.entries)
        if isinstance(value, Blueprint):
            # What an object of the project holds of other objects is its own affair: only its methods and its trackers count.
            inner = (*(entry.value for entry in value.members if not isinstance(entry.value, Blueprint)), *value.bases)
            return any(self.carries(path, item, depth + 1) for item in inner)
        if isinstance(value, OneOf):
            return any(self.carries(path, branch.value, depth + 1) for branch in value.branches)
        return isinstance(value, Overlay) and any(self.carries(path, part, depth + 1) for part in value.parts)


def _scope(function: Callback | int) -> int:
    return function if isinstance(function, int) else function.scope


def _expanded(arguments: tuple[Passed, ...], scope: int, given: Given) -> list[Passed]:
    """The arguments of a use with the wrapper's own rest parameters put in: ``capture(*args)``, ``capture(**kwargs)``."""
    found: list[Passed] = []
    for argument in arguments:
        if not argument.spread:
            found.append(argument)
            continue
        value = bound(argument.value, scope, given)
        if argument.spread == "*" and isinstance(value, Listing):
            found += [Passed(None, None, item, "", item.span) for item in value.items]
        elif argument.spread == "**" and isinstance(value, Mapping) and not value.open:
            found += [Passed(entry.key, entry.key_span, entry.value, "", entry.key_span) for entry in value.entries]
        else:
            found.append(argument._replace(value=value))
    return found


def _passed_on(argument: Passed, scope: int, given: Given) -> Passed:
    """An argument of a wrapper's use as a caller decides it: written by the caller, where it is the caller's as it stands."""
    value, place = argument.value, None
    if isinstance(value, Parameter) and value.scope == scope:
        place = given.place(value)
    return argument._replace(
        value=bound(value, scope, given),
        span=place or argument.span,
        name_span=place or argument.name_span if argument.name_span is not None else None,
    )


def _left(value: Value, scope: int, given: Given, left: set[Span]) -> Value:
    """What is sent as callers decide it: without the wrapper's own choices, and without the members of parameters that are not
    ``left`` to callers, which are judged in the wrapper."""

    def change(part: Value) -> Value | None:
        if not isinstance(part, Mapping):
            return None
        entries = []
        for entry in part.entries:
            inner = _given(entry.value, scope, given)
            told = isinstance(inner, Parameter) and inner.scope == scope and len(inner.path) > 1 and inner.span not in left
            value = Known(None, inner.span) if told else transform(inner, change)
            entries.append(entry if value is entry.value else Entry(entry.key, entry.key_span, value, entry.guards))
        return Mapping(tuple(entries), part.open, part.span)

    return transform(_given(value, scope, given), change)


def _given(value: Value, scope: int, given: Given) -> Value:
    """Of a choice between what a caller writes and the wrapper's own, the caller's: ``id or session.id``."""
    branches = value.branches if isinstance(value, OneOf) else ()
    found = [branch.value for branch in branches if isinstance(branch.value, Parameter) and branch.value.scope == scope]
    return found[0] if len(found) == 1 and given.place(found[0]) is not None else value


def _adapted(name: str, arguments: tuple[Passed, ...]) -> tuple[tuple[Passed, ...], bool]:
    """The arguments as the function gets them where it is called in a roundabout way; and whether its object is bound."""
    if name == "call":
        return arguments[1:], False
    if name == "apply_async":
        given = {argument.name: argument for argument in arguments if argument.name}
        positional = given.get("args") or next((argument for argument in arguments if not argument.name), None)
        found: list[Passed] = []
        if positional is not None:
            found.append(positional._replace(name=None, name_span=None, spread="*"))
        if "kwargs" in given:
            found.append(given["kwargs"]._replace(name=None, name_span=None, spread="**"))
        return tuple(found), False
    return arguments, False
