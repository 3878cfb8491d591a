"""Uses joined across functions and files: what callers pass through the project's own wrappers, and what other modules define.

A *flow* is a use whose arguments hold parameters of a function of the project: whoever calls that function makes the use.
Linking gives every call of such a function a use of its own, in any file and through several layers, and puts what other
modules export in the place of what is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from trackaudit.findings import Related
from trackaudit.link.carry import carried, carried_arguments, carried_use, conditions
from trackaudit.link.modules import Modules
from trackaudit.resolve.arguments import Given, transform
from trackaudit.resolve.calls import scopes_of
from trackaudit.resolve.combine import collapse, names_of, one_of
from trackaudit.resolve.instances import CONSTRUCTORS
from trackaudit.resolve.uses import as_use, counting, decided, is_send
from trackaudit.resolve.values import (
    Blueprint,
    Branch,
    Callback,
    Dynamic,
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


class Linked(NamedTuple):
    """A use as the rules see it. ``path`` is the file of the SDK's call, which places without a file of their own are in;
    ``owner`` is the file of the functions whose parameters are left in it, ``via`` are the wrappers in between, ``origin`` the use that a
    wrapper makes, for one that was derived from it."""

    path: str
    use: Use
    owner: str
    via: tuple[Related, ...] = ()
    origin: Use | None = None


class Linker:
    """One project's facts on their way to being linked."""

    def __init__(self, files: dict[str, FileFacts], modules: Modules, catalogue: Catalogue) -> None:
        self.files, self.modules, self.catalogue = files, modules, catalogue
        self.flows: dict[tuple[str, int], list[Linked]] = {}
        self.cut = 0
        self.called: set[tuple[str, int]] = set()  # functions of which callers were found that make their uses
        self._carried: dict[int, Use] = {}

    def link(self) -> list[Linked]:
        """Every use of the project, those included that callers of wrappers make; values are not yet :meth:`settled`."""
        self.flows = {}
        self.cut = 0
        self._carried = {}
        self.called = set()
        plain = [
            Linked(path, use, path)
            for path, facts in self.files.items()
            for use in facts.uses
            if not use.origin.startswith("pypi:") or self.modules.pythons.find(use.origin[5:], path) is None
        ]
        wrapped: list[tuple[str, ProjectCall, str, Callback | int]] = []
        for path, facts in self.files.items():
            for call in facts.calls:
                found = self._called(path, call)
                if isinstance(found, Use):  # of a tracker that another module of the project hands out
                    plain.append(Linked(path, found, path))
                elif found is not None:
                    home, function = found
                    wrapped.append((path, call, home, function))
        derived: list[Linked] = []
        fresh = self._note(plain)
        for _ in range(MAX_LAYERS):
            if not fresh:
                break
            flows = [
                self._derive(path, call, flow, function)
                for path, call, home, function in wrapped
                for flow in fresh.get((home, _scope(function))) or ()
            ]
            if len(derived) + len(flows) > _MAX_DERIVED:
                self.cut += len(flows)
                break
            derived += flows
            fresh = self._note(flows)
        replaced = {id(linked.origin) for linked in derived}
        return [*(linked._replace(origin=linked.use) if id(linked.use) in replaced else linked for linked in plain), *derived]

    # --- wrappers -----------------------------------------------------------------------------------

    def _note(self, flows: list[Linked]) -> dict[tuple[str, int], list[Linked]]:
        """Remember which functions make these uses, and return those that are new of each function."""
        found: dict[tuple[str, int], list[Linked]] = {}
        for flow in flows:
            for scope in set(scopes_of(decided(self.catalogue, flow.use))):
                known = self.flows.setdefault((flow.owner, scope), [])
                if len(known) < _MAX_FLOWS:
                    known.append(flow)
                    found.setdefault((flow.owner, scope), []).append(flow)
                else:
                    self.cut += 1
        return found

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

    def _derive(self, path: str, call: ProjectCall, flow: Linked, function: Callback | int) -> Linked:
        """The use that a call makes because the function that it calls makes it."""
        scope = _scope(function)
        self.called.add((flow.owner, scope))
        use = self._carried.get(id(flow))
        if use is None:
            use = self._carried[id(flow)] = carried_use(flow.use, flow.path)
        names = self._parameters(flow.owner, scope, function)
        arguments = carried_arguments(call.arguments, path)
        arguments, bound = _adapted(call.symbol[-1], arguments)
        method = bound or names[:1] in (("self",), ("cls",))
        given = Given(names, arguments, method, call.span)
        passed = tuple(_passed_on(argument, scope, given) for argument in _expanded(use.arguments, scope, given))
        via = (Related(path, call.callee_span, "the wrapper is called here"), *flow.via)
        use = use._replace(
            arguments=passed, guards=(*conditions(call.guards, path), *use.guards), context=call.context,
        )  # fmt: skip
        return Linked(flow.path, use, path, via, flow.origin or flow.use)

    def _parameters(self, path: str, scope: int, function: Callback | int) -> tuple[str, ...]:
        if isinstance(function, Callback):
            return function.parameters
        return dict(self.files[path].parameters).get(scope, ())

    # --- values from other files --------------------------------------------------------------------

    def settled(self, linked: Linked, telling: Callable[[str], bool]) -> Linked:
        """The use with its values settled, of the arguments that rules look at, and of data as far as ``telling`` says."""
        sent = is_send(self.catalogue, linked.use)
        counted = {id(argument) for argument in counting(self.catalogue, linked.use)}
        arguments = tuple(
            argument._replace(
                value=self._data(self._without_callers(argument.value, linked), linked.path, telling)
                if sent
                else self.settle(argument.value, linked.path)
            )
            if id(argument) in counted
            else argument
            for argument in linked.use.arguments
        )
        use = linked.use._replace(arguments=arguments)
        return linked._replace(use=use, origin=use if linked.origin is linked.use else linked.origin)

    def _without_callers(self, value: Value, linked: Linked) -> Value:
        """The value without what callers give, where they were found: it is judged where they write it."""

        def change(part: Value) -> Value | None:
            given = isinstance(part, Parameter) and len(part.path) == 1 and (linked.owner, part.scope) in self.called
            return Known(None, part.span) if given else None

        return transform(value, change)

    def _data(self, value: Value, path: str, telling: Callable[[str], bool]) -> Value:
        """A value that is sent: bags are settled, what stands in them only where its name makes it matter what it is."""

        def change(part: Value) -> Value | None:
            if not isinstance(part, Mapping):
                return None if isinstance(part, (Overlay, OneOf, Listing)) else self.settle(part, path)
            entries = []
            for entry in part.entries:
                inner = entry.value
                if isinstance(inner, (Mapping, Overlay, Listing, OneOf)):
                    inner = self._data(inner, path, telling)
                elif telling(entry.key) or any(telling(name) for name in names_of(inner)[-1:]):
                    inner = self.settle(inner, path)
                else:
                    inner = _unlinked(inner)
                entries.append(entry._replace(value=inner))
            return part._replace(entries=tuple(entries))

        settled = transform(value, change)
        return collapse(list(settled.parts), settled.span) if isinstance(settled, Overlay) else settled

    def settle(self, value: Value, path: str, depth: int = 0) -> Value:
        """The value with everything in it that other modules define put in its place, and the rest said to be unknown."""

        def change(part: Value) -> Value | None:
            if isinstance(part, Reference):
                return self._defined(part, path, depth)
            if isinstance(part, Parameter) and part.default is not None:
                bare = part._replace(default=None)
                return one_of([Branch((), self.settle(part.default, path, depth + 1)), Branch((), bare)], part.span)
            if isinstance(part, Invoked) and part.symbol and depth < _MAX_DEPTH:
                return self._result(part, path, depth)
            if isinstance(part, Callback) and depth < _MAX_DEPTH:
                return part._replace(results=tuple(self.settle(result, path, depth + 1) for result in part.results))
            if isinstance(part, Blueprint):
                return Dynamic("object", (), part.span)
            return None

        settled = transform(value, change)
        if isinstance(settled, Overlay):
            return collapse(list(settled.parts), settled.span)
        return settled

    def _defined(self, reference: Reference, path: str, depth: int) -> Value:
        """What another module of the project says that a reference is."""
        unknown = Dynamic("imported", reference.path, reference.span)
        here = reference.span.path or path
        self.modules.several = False
        found = self.modules.follow(here, reference.symbol) if depth < _MAX_DEPTH else None
        several = self.modules.several
        if found is None or isinstance(found[1], (Reference, Callback, Blueprint)):
            return found[1] if found is not None and isinstance(found[1], Callback) else unknown
        value = carried(self.settle(found[1], found[0], depth + 1), found[0])
        return one_of([Branch((), value), Branch((), unknown)], reference.span) if several else value

    def _result(self, call: Invoked, path: str, depth: int) -> Value | None:
        """What a function of another module returns for these arguments."""
        here = call.span.path or path
        if self.modules.module(here, call.symbol) is None:
            return None
        found = self.modules.follow(here, call.symbol)
        if found is None:
            return None
        home, function = found
        if not isinstance(function, Callback) or not function.results:
            return None
        given = Given(function.parameters, carried_arguments(call.arguments, here), False, call.span)
        results = []
        for result in function.results:
            made = _bound(carried(self.settle(result, home, depth + 1), home), function.scope, given)
            results.append(Branch((), self.settle(made, here, depth + 1)))
        value = one_of(results, call.span)
        return None if isinstance(value, (Dynamic, Invoked)) else value

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
        return False


def _scope(function: Callback | int) -> int:
    return function if isinstance(function, int) else function.scope


def _unlinked(value: Value) -> Value:
    """What is known of a value without looking into other modules."""
    if isinstance(value, Reference):
        return Dynamic("imported", value.path, value.span)
    return value._replace(default=None) if isinstance(value, Parameter) else value


def _expanded(arguments: tuple[Passed, ...], scope: int, given: Given) -> tuple[Passed, ...]:
    """The arguments of a use with the wrapper's own rest parameters put in: ``capture(*args)``, ``capture(**kwargs)``."""
    found: list[Passed] = []
    for argument in arguments:
        if not argument.spread:
            found.append(argument)
            continue
        value = _bound(argument.value, scope, given)
        if argument.spread == "*" and isinstance(value, Listing):
            found += [Passed(None, None, item, "", item.span) for item in value.items]
        elif argument.spread == "**" and isinstance(value, Mapping) and not value.open:
            found += [Passed(entry.key, entry.key_span, entry.value, "", entry.key_span) for entry in value.entries]
        else:
            found.append(argument._replace(value=value))
    return tuple(found)


def _passed_on(argument: Passed, scope: int, given: Given) -> Passed:
    """An argument of a wrapper's use as a caller decides it: written by the caller, where it is the caller's as it stands."""
    value, place = argument.value, None
    if isinstance(value, Parameter) and value.scope == scope:
        place = given.place(value)
    return argument._replace(
        value=_bound(value, scope, given),
        span=place or argument.span,
        name_span=place or argument.name_span if argument.name_span is not None else None,
    )


def _at_caller(entry: Entry, scope: int, given: Given) -> Entry:
    place = None
    if isinstance(entry.value, Parameter) and entry.value.scope == scope:
        place = given.place(entry.value)
    return entry._replace(key_span=place or entry.key_span, value=_bound(entry.value, scope, given))


def _bound(value: Value, scope: int, given: Given) -> Value:
    """The value with what a call passes in the place of parameters. Those of other functions become unknown: their scopes
    mean nothing in another file."""

    def change(part: Value) -> Value | None:
        if isinstance(part, Mapping):  # what the caller gives under a key is written where the caller writes it
            return part._replace(entries=tuple(_at_caller(entry, scope, given) for entry in part.entries))
        if not isinstance(part, Parameter):
            return None
        passed = given.value(part) if part.scope == scope else None
        if passed is None:
            return Dynamic("parameter", part.path, part.span)
        if isinstance(passed, (Dynamic, Invoked)) and not passed.alias and len(part.path) == 1:
            return passed._replace(alias=part.path[0])  # what the wrapper calls it
        return passed

    return transform(value, change)


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
