"""What a file hands to every component under a name: ``app.config.globalProperties.$posthog``, Nuxt's ``provide`` and ``inject``."""

from __future__ import annotations

from trackaudit.model import Function, Literal, Member, Name
from trackaudit.resolve.resolver import Resolver
from trackaudit.resolve.values import Callback, Mapping, Value

Injected = tuple[str, Value]
_HOLDERS = ("globalProperties", "prototype")


def injections_of(resolver: Resolver) -> list[Injected]:
    """The names, with the dollar sign that they get, and what is handed out under them."""
    found: list[Injected] = []
    for assignment in resolver.unit.assignments:
        target = assignment.target
        if isinstance(target, Member) and isinstance(target.object, Member) and target.object.property in _HOLDERS:
            if target.property.startswith("$"):
                found.append((target.property, resolver.known_as(assignment.value)))
    for site in resolver.unit.calls:
        callee, arguments = site.call.callee, site.call.arguments
        if not isinstance(callee, Name) or not arguments:
            continue
        first = arguments[0].value
        if callee.id == "inject" and len(arguments) == 2 and isinstance(first, Literal):
            found.append((f"${first.value}", resolver.known_as(arguments[1].value)))
        elif callee.id == "defineNuxtPlugin" and isinstance(first, Function):
            found += _provided(resolver, first)
    return found


def _provided(resolver: Resolver, plugin: Function) -> list[Injected]:
    made = resolver.value(plugin)
    found = []
    for result in made.results if isinstance(made, Callback) else ():
        for entry in result.entries if isinstance(result, Mapping) else ():
            if entry.key == "provide" and isinstance(entry.value, Mapping):
                found += [(f"${inner.key}", inner.value) for inner in entry.value.entries]
    return found
