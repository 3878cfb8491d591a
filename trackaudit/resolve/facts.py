"""One file's facts: every use of a known SDK with its arguments as values, its sensitive fields, its comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from trackaudit.languages import MARKUP
from trackaudit.model import (
    Attribute,
    Function,
    Literal,
    Member,
    Name,
    Script,
    Unit,
)  # fmt: skip
from trackaudit.resolve.calls import project_calls
from trackaudit.resolve.exports import exports_of, matters
from trackaudit.resolve.injections import injections_of
from trackaudit.resolve.plugins import plugin_uses
from trackaudit.resolve.resolver import Resolver
from trackaudit.resolve.sends import is_send
from trackaudit.resolve.uses import Finder
from trackaudit.resolve.values import CommentFact, FileFacts, Known, Remark, StatedDate, Use, Value
from trackaudit.sdks.catalogue import Catalogue, Symbol, split_symbol

# What any comment holds that resolve/dates.py could read something in; its patterns take longer to make than most files to read.
_HINT = re.compile(rb"(?i)tempor|prototyp|test|only for|just for|remove|delete|revert|drop|turn|switch|todo|fixme|xxx|hack")


class Wanted(NamedTuple):
    """What is asked of a file: the ``sdks`` whose words it holds, whether its sensitive ``fields`` are wanted, the project's own
    ``modules`` of which the uses matter, as they are written in this file, each with the names that do, and the names of its
    ``exports``, None for all that can lead to a tracker; ``plain`` are exports that are wanted then even if they cannot. ``expiry`` are the project's own patterns
    for dates in comments."""

    sdks: frozenset[str]
    fields: bool = False
    modules: frozenset[tuple[str, frozenset[str]]] = frozenset()
    exports: frozenset[str] | None = None
    plain: frozenset[str] = frozenset()
    expiry: tuple[str, ...] = ()


def extract(unit: Unit, text: bytes, catalogue: Catalogue, wanted: Wanted) -> FileFacts:
    """The facts of one lowered file."""
    resolver = Resolver(unit, text)
    scripts = list(unit.scripts)
    if unit.language != "python":
        _learn_loaders(unit, resolver, catalogue, wanted.sdks, scripts)
        resolver.known_symbols.clear()  # what was asked before may be known now
        scripts += _loaded(unit, resolver)
    uses = Finder(unit, resolver, catalogue, wanted.sdks).uses()
    calls = project_calls(unit, resolver, catalogue, uses, dict(wanted.modules))
    exports, stars = exports_of(resolver, wanted.exports)
    if unit.language != "python":
        uses += plugin_uses(exports, catalogue, wanted.sdks)
    if wanted.exports is None:
        exports = [(name, value) for name, value in exports if matters(value) or name in wanted.plain]
    injected = tuple(injections_of(resolver)) if unit.language != "python" else ()
    found = []
    if wanted.fields and (unit.language in MARKUP or unit.elements):
        from trackaudit.resolve.fields import sensitive_fields

        found = sensitive_fields(unit, resolver)
    comments = [CommentFact(*comment) for comment in unit.comments if "trackaudit:" in comment.text]
    page = unit.language == "html" and any(element.tag.lower() in ("html", "body") for element in unit.elements)
    return FileFacts(
        unit.language, page, unit.parser, tuple(uses), tuple(calls), tuple(exports), tuple(stars),
        resolver.parameters_of(call.symbol for call in calls), injected, tuple(resolver.readers.loaded()), tuple(found),
        tuple(scripts),
        tuple(comments), tuple(unit.problems), _dates(uses, text, catalogue, wanted.expiry),
        _remarks(uses, text, catalogue, wanted.expiry),
    )  # fmt: skip


def _dates(uses: list[Use], text: bytes, catalogue: Catalogue, expiry: tuple[str, ...]) -> tuple[StatedDate, ...]:
    """What comments say of dates, where the file asks for flags."""
    asking = any(call["role"] == "evaluate" for use in uses for call in catalogue.calls(use.sdk, use.client).get(use.method, ()))
    if not asking:
        return ()
    from trackaudit.resolve.dates import stated_dates

    return tuple(stated_dates(text, expiry))


def _remarks(uses: list[Use], text: bytes, catalogue: Catalogue, expiry: tuple[str, ...]) -> tuple[Remark, ...]:
    """What comments say of things that are not meant to stay, where the file sets a tracker up."""
    if all(is_send(catalogue, use) for use in uses) or not _HINT.search(text):
        return ()
    from trackaudit.resolve.dates import passing_remarks

    return tuple(passing_remarks(text, expiry))


def _loaded(unit: Unit, resolver: Resolver) -> Iterator[Script]:
    """The scripts that code puts into the page: elements of JSX, and elements that are given an address of another host."""
    for element in unit.elements if unit.language not in MARKUP else ():
        for attribute in element.attributes if element.tag in ("script", "Script") else ():
            if isinstance(attribute, Attribute) and attribute.name == "src" and attribute.value is not None:
                yield from _address(resolver.value(attribute.value))
    for assignment in unit.assignments:
        if isinstance(assignment.target, Member) and assignment.target.property == "src" and assignment.operator == "=":
            yield from _address(resolver.value(assignment.value))
    for site in unit.calls:
        name = site.call.callee.property if isinstance(site.call.callee, Member) else ""
        if name == "setAttribute" and len(site.call.arguments) == 2:
            key, value = (argument.value for argument in site.call.arguments)
            if isinstance(key, Literal) and key.value == "src":
                yield from _address(resolver.value(value))


def _address(value: Value) -> Iterator[Script]:
    if isinstance(value, Known) and isinstance(value.value, str) and "//" in value.value:
        yield Script(value.value, value.span)


def _learn_stubs(unit: Unit, resolver: Resolver, catalogue: Catalogue, sdks: frozenset[str]) -> None:
    queues: dict[Symbol | None, Symbol] = {
        (*split_symbol(client["stub"]), "push"): (next(symbol for symbol in client["symbols"] if symbol.startswith("global:")),)
        for sdk in sorted(sdks)
        for client in catalogue.record(sdk)["client"]
        if client["stub"]
    }
    for site in unit.calls if queues else ():
        given = site.call.arguments[0].value if site.call.arguments else None
        stands_for = queues.get(resolver.symbol(site.call.callee))
        if stands_for is not None and isinstance(given, Name) and given.id == "arguments":
            resolver.stubs[unit.function_scope(site.scope)] = stands_for


def _learn_loaders(unit: Unit, resolver: Resolver, catalogue: Catalogue, sdks: frozenset[str], scripts: list[Script]) -> None:
    """A loader snippet is given the global's name: what the page calls by that name is the SDK. A stub is a function of the page
    that pushes what it is given to the SDK's queue."""
    _learn_stubs(unit, resolver, catalogue, sdks)
    loaders = [
        (client, loader, re.compile(loader["url"]))
        for sdk in sorted(sdks)
        for client in catalogue.record(sdk)["client"]
        for loader in client["loader"]
    ]
    if not loaders:
        return
    for site in unit.calls:
        if not isinstance(site.call.callee, Function):
            continue
        values = [resolver.value(argument.value) for argument in site.call.arguments]
        body = site.call.callee.span
        for client, loader, pattern in loaders:
            if len(values) <= max(loader["url_argument"], loader["name_argument"]):
                continue
            url, name = values[int(loader["url_argument"])], values[int(loader["name_argument"])]
            if not isinstance(url, Known) or not isinstance(name, Known):
                continue
            if pattern.search(str(url.value)) or (
                loader["body"] and loader["body"].encode() in resolver.text[body.start : body.end]
            ):
                root = next(symbol for symbol in client["symbols"] if symbol.startswith("global:"))
                resolver.aliases[str(name.value)] = (root,)
                scripts.append(Script(str(url.value), url.span))
