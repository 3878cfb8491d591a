"""Data files as modules whose default export is their value, and as the set-ups that configure an SDK by their name alone."""

from __future__ import annotations

import re

from trackaudit.model import Problem, Span, Unit
from trackaudit.parse.data import Broken, parse_data
from trackaudit.resolve.combine import collapse, step
from trackaudit.resolve.resolver import Resolver
from trackaudit.resolve.values import CommentFact, Entry, FileFacts, Known, Mapping, Passed, Use, Value, nothing
from trackaudit.sdks.catalogue import Table

_COMMENT = re.compile(rb"^(?P<code>[^#;\n]*)[#;]+[ \t]*(?P<text>trackaudit:[^\n]*)", re.M)
SWITCHES = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
_PRODUCTION = ":production"  # after a section's name: what holds instead of it there


def facts_of_data(text: bytes, form: str) -> FileFacts:
    """The facts of a data file: its value, or the problem with it, and comments to trackaudit."""
    comments = tuple(
        CommentFact(match["text"].decode("utf-8", "replace").strip(), not match["code"].strip(), Span(*match.span()), None)
        for match in (_COMMENT.finditer(text) if form != "json" else ())
    )
    facts = nothing(form)._replace(parser=form, comments=comments)
    try:
        expr = parse_data(text, form)
    except Broken as error:
        return facts._replace(problems=(Problem("data", f"could not be read as {form}: {error}", Span(0, 0)),))
    return facts._replace(exports=(("default", Resolver(Unit("javascript", form), text).value(expr)),))


def configured(facts: FileFacts, sdk: str, client: str, entry: Table) -> Use | None:
    """The set-up that a file is by its name, as the record's ``entry`` for it says; None where it has no such part."""
    script = entry["format"] == "javascript"
    exported = dict(facts.exports)
    value = exported.get(entry["section"] or "default") if script else exported.get("default")
    if not script and entry["section"] and value is not None:
        value = _section(value, entry["section"])
    if not isinstance(value, Mapping):
        return None
    if entry["format"] == "ini":
        value = nested(value)
    passed = Passed(entry["option"], value.span, value, "", value.span)
    return Use(sdk, client, entry["name"], "file", f"file:{entry['name']}", (passed,), (), "", value.span, value.span)


def _section(value: Value, name: str) -> Value | None:
    """A section of a file, with its part for production laid over it; one that is not there is told from an empty one."""
    found = [inner for part in (name, name + _PRODUCTION) if isinstance(inner := step(value, part, value.span), Mapping)]
    return collapse(list(found), found[0].span) if found else None


def nested(value: Mapping) -> Mapping:
    """An ini section's entries with dots in their names as objects in one another, and its switches as truth values."""
    found: list[Entry] = []
    below: dict[str, list[Entry]] = {}
    for entry in value.entries:
        head, dot, rest = entry.key.partition(".")
        if dot:
            below.setdefault(head, []).append(entry._replace(key=rest))
            continue
        word = entry.value.value if isinstance(entry.value, Known) else None
        if isinstance(word, str) and word.strip().lower() in SWITCHES:
            entry = entry._replace(value=Known(SWITCHES[word.strip().lower()], entry.value.span))
        found.append(entry)
    for head, entries in below.items():
        inner = nested(Mapping(tuple(entries), False, value.span))
        found.append(Entry(head, entries[0].key_span, inner, ()))
    return Mapping(tuple(found), value.open, value.span)
