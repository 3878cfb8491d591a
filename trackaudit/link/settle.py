"""Values of linked uses: what other modules define is put in its place, and the rest is said to be unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from trackaudit.findings import Related
from trackaudit.link.carry import carried, carried_arguments
from trackaudit.link.modules import Modules
from trackaudit.resolve.arguments import Given, transform
from trackaudit.resolve.combine import collapse, names_of, one_of
from trackaudit.resolve.readers import DATA
from trackaudit.resolve.sends import counting, is_send
from trackaudit.resolve.values import (
    Blueprint,
    Branch,
    Callback,
    Dynamic,
    Entry,
    Invoked,
    Known,
    Listing,
    Mapping,
    OneOf,
    Overlay,
    Parameter,
    Reference,
    Use,
    Value,
)  # fmt: skip
from trackaudit.sdks.catalogue import Catalogue

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


class Settling:
    """The part of a linker that settles values."""

    def __init__(self, modules: Modules, catalogue: Catalogue) -> None:
        self.modules, self.catalogue = modules, catalogue
        self.called: set[tuple[str, int]] = set()  # functions of which callers were found that make their uses

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
                entries.append(entry if inner is entry.value else Entry(entry.key, entry.key_span, inner, entry.guards))
            return Mapping(tuple(entries), part.open, part.span)

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
            return self._loaded(part, path) if isinstance(part, Dynamic) and part.reason == "environment" else None

        settled = transform(value, change)
        if isinstance(settled, Overlay):
            return collapse(list(settled.parts), settled.span)
        return settled

    def _defined(self, reference: Reference, path: str, depth: int) -> Value:
        """What another module of the project says that a reference is."""
        read = reference.symbol[0].startswith(DATA)
        unknown = Dynamic("read from a file" if read else "imported", reference.path, reference.span)
        here = reference.span.path or path
        self.modules.several = False
        found = self.modules.follow(here, reference.symbol) if depth < _MAX_DEPTH else None
        several = self.modules.several
        if found is not None and isinstance(found[1], Reference) and found[1].symbol in self.catalogue.constants:
            return Known(self.catalogue.constants[found[1].symbol], reference.span)
        if found is None or isinstance(found[1], (Reference, Callback, Blueprint)):
            return found[1] if found is not None and isinstance(found[1], Callback) else unknown
        value = carried(self.settle(found[1], found[0], depth + 1), found[0])
        return one_of([Branch((), value), Branch((), unknown)], reference.span) if several else value

    def _loaded(self, read: Dynamic, path: str) -> Value | None:
        """A variable of the environment, with what the project's files of variables say that it is."""
        given = [
            Branch((), carried(value, home))
            for home, value in self.modules.environment(read.span.path or path, read.path[-1])
            if isinstance(value, Known) and value.value
        ]
        return one_of([*given, Branch((), read)], read.span) if given else None

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
            made = bound(carried(self.settle(result, home, depth + 1), home), function.scope, given)
            results.append(Branch((), self.settle(made, here, depth + 1)))
        value = one_of(results, call.span)
        return None if isinstance(value, (Dynamic, Invoked)) else value


def bound(value: Value, scope: int, given: Given) -> Value:
    """The value with what a call passes in the place of parameters. Those of other functions become unknown: their scopes
    mean nothing in another file."""

    def change(part: Value) -> Value | None:
        if isinstance(part, Mapping):  # what the caller gives under a key is written where the caller writes it
            return Mapping(tuple(_at_caller(entry, scope, given) for entry in part.entries), part.open, part.span)
        if not isinstance(part, Parameter):
            return None
        passed = given.value(part) if part.scope == scope else None
        if passed is None:
            return Dynamic("parameter", part.path, part.span)
        if isinstance(passed, (Dynamic, Invoked)) and not passed.alias and len(part.path) == 1:
            return passed._replace(alias=part.path[0])  # what the wrapper calls it
        return passed

    return transform(value, change)


def _at_caller(entry: Entry, scope: int, given: Given) -> Entry:
    place = None
    if isinstance(entry.value, Parameter) and entry.value.scope == scope:
        place = given.place(entry.value)
    value = bound(entry.value, scope, given)
    return entry if place is None and value is entry.value else Entry(entry.key, place or entry.key_span, value, entry.guards)


def _unlinked(value: Value) -> Value:
    """What is known of a value without looking into other modules."""
    if isinstance(value, Reference):
        return Dynamic("imported", value.path, value.span)
    return value._replace(default=None) if isinstance(value, Parameter) else value
