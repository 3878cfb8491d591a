"""Variables of the environment that a deployment sets for an SDK: in env files, Dockerfiles, and compose files for production."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trackaudit.link.data import SWITCHES, nested
from trackaudit.model import Span
from trackaudit.resolve.combine import step
from trackaudit.resolve.values import Entry, FileFacts, Known, Listing, Mapping, Passed, Use, Value
from trackaudit.sdks.catalogue import Catalogue

_INSTRUCTION = re.compile(rb"^[ \t]*ENV[ \t]+((?:[^\\\n]|\\\n|\\[^\n])*)", re.M | re.I)
_PAIR = re.compile(rb"(?P<key>[A-Za-z_]\w*)=(?P<value>\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s\"']*)")


def written(form: str, text: bytes, facts: FileFacts) -> Iterator[Entry]:
    """The variables that a file sets."""
    if form == "dockerfile":
        for instruction in _INSTRUCTION.finditer(text):
            for pair in _PAIR.finditer(text, *instruction.span(1)):
                key, value = pair["key"].decode(), pair["value"].decode("utf-8", "replace").strip("\"'")
                yield Entry(key, Span(*pair.span("key")), Known(value, Span(*pair.span("value"))), ())
        return
    whole = dict(facts.exports).get("default")
    if form == "env" and isinstance(whole, Mapping):
        yield from whole.entries
    services = step(whole, "services", whole.span) if form == "compose" and isinstance(whole, Mapping) else None
    for service in services.entries if isinstance(services, Mapping) else ():
        given = step(service.value, "environment", service.key_span) if isinstance(service.value, Mapping) else None
        if isinstance(given, Mapping):
            yield from given.entries
        for item in given.items if isinstance(given, Listing) else ():
            if isinstance(item, Known) and isinstance(item.value, str) and "=" in item.value:
                key, _, value = item.value.partition("=")
                yield Entry(key, item.span, Known(value, item.span), ())


def deployed(catalogue: Catalogue, entries: Iterator[Entry], name: str) -> Iterator[Use]:
    """What a file's variables configure, one use for each client that reads some of them."""
    found: dict[tuple[str, int], list[Entry]] = {}
    for entry in entries:
        for sdk, place, path, kind in catalogue.variables.get(entry.key, ()):
            if isinstance(entry.value, Known):
                value = Known(_typed(entry.value.value, kind), entry.value.span)
                found.setdefault((sdk, place), []).append(entry._replace(key=path, value=value))
    for (sdk, place), given in found.items():
        value: Value = nested(Mapping(tuple(given), False, given[0].key_span))
        passed = Passed("*", given[0].key_span, value, "", given[0].key_span)
        client = catalogue.client(sdk, place)["id"]
        yield Use(sdk, client, name, "variables", f"file:{name}", (passed,), (), "", given[0].key_span, given[0].key_span)


def _typed(value: object, kind: str) -> str | int | float | bool | None:
    """A variable's text as the option's type has it."""
    text = str(value).strip()
    if kind == "boolean" and text.lower() in (*SWITCHES, "0", "1"):
        return SWITCHES.get(text.lower(), text == "1")
    if kind == "number" and text.replace(".", "", 1).isdigit():
        return float(text)
    return value if isinstance(value, (bool, int, float)) else text
