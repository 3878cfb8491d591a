"""Trackers that a framework's configuration sets up without a call: plugins with options, and modules with a key of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trackaudit.resolve.combine import collapse, step
from trackaudit.resolve.exports import Exported
from trackaudit.resolve.values import Invoked, Known, Listing, Mapping, Overlay, Passed, Use, Value
from trackaudit.sdks.catalogue import Catalogue

_MODULE_LISTS = ("modules", "buildModules")
_MAX_PARTS = 2_000

Table = dict[str, Any]


def plugin_uses(exports: list[Exported], catalogue: Catalogue, sdks: frozenset[str]) -> list[Use]:
    """The set-ups in what a file exports by default: ``["name", options]``, ``{ resolve: "name", options }``, and the key of a
    module that the configuration lists."""
    plugins = [
        (sdk, client, plugin) for sdk in sorted(sdks) for client in catalogue.record(sdk)["client"] for plugin in client["plugin"]
    ]
    if not plugins:
        return []
    found: list[Use] = []
    for name, value in exports:
        configuration = _configuration(value) if name == "default" else None
        if configuration is None:
            continue
        for given, options in _given(configuration):
            found += [
                _use(sdk, client, plugin, given, options) for sdk, client, plugin in plugins if plugin["name"] == given.value
            ]
        for sdk, client, plugin in plugins:
            entry = next((entry for entry in configuration.entries if plugin["key"] and entry.key == plugin["key"]), None)
            if entry is not None and plugin["name"] in _modules(configuration):
                found.append(_use(sdk, client, plugin, Known(plugin["name"], entry.key_span), entry.value))
    return found


def inside(options: Value, plugin: Table) -> Value:
    """The client's options in what a plugin is given."""
    for key in plugin["inside"].split(".") if plugin["inside"] else ():
        inner = step(options, key, options.span)
        options = inner if inner is not None else Mapping((), False, options.span)
    return options


def _configuration(value: Value) -> Mapping | None:
    """The object that a configuration file exports, as it is or handed to a helper such as ``defineNuxtConfig``."""
    if isinstance(value, Invoked) and value.arguments:
        value = value.arguments[0].value
    if isinstance(value, Overlay):
        value = collapse(list(value.parts), value.span)
    return value if isinstance(value, Mapping) else None


def _given(configuration: Mapping) -> Iterator[tuple[Known, Value]]:
    """Every name in the configuration that stands beside options."""
    todo: list[Value] = [configuration]
    for _ in range(_MAX_PARTS):
        if not todo:
            return
        value = todo.pop()
        if isinstance(value, Listing):
            if len(value.items) == 2 and isinstance(value.items[0], Known):
                yield value.items[0], value.items[1]
            todo += value.items
        elif isinstance(value, Mapping):
            resolve, options = (step(value, key, value.span) for key in ("resolve", "options"))
            if isinstance(resolve, Known) and options is not None:
                yield resolve, options
            todo += [entry.value for entry in value.entries]


def _modules(configuration: Mapping) -> set[object]:
    lists = [entry.value for entry in configuration.entries if entry.key in _MODULE_LISTS]
    items = [item for listing in lists if isinstance(listing, Listing) for item in listing.items]
    return {item.value for item in items if isinstance(item, Known)}


def _use(sdk: str, client: Table, plugin: Table, name: Known, options: Value) -> Use:
    passed = Passed(None, None, inside(options, plugin), "", name.span)
    return Use(sdk, client["id"], plugin["name"], "plugin", f"npm:{plugin['name']}", (passed,), (), "", options.span, name.span)
