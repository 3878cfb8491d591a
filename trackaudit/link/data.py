"""Data files that scripts import: JSON, every key with its place."""

from __future__ import annotations

from trackaudit.link.carry import moved
from trackaudit.model import Span
from trackaudit.parse.data import HEAD, parse_json
from trackaudit.resolve.resolver import Resolver
from trackaudit.resolve.values import FileFacts, nothing


def facts_of_json(text: bytes) -> FileFacts:
    """The facts of a JSON file; without exports where it is none."""
    unit, padded = parse_json(text)
    facts = nothing("json")
    if unit.problems or len(unit.exports) != 1 or unit.exports[0].value is None:
        return facts
    value = Resolver(unit, padded).value(unit.exports[0].value)
    return facts._replace(exports=(("default", moved(value, _back)),))


def _back(span: Span) -> Span:
    return Span(max(span.start - len(HEAD), 0), max(span.end - len(HEAD), 0))
