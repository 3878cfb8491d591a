"""Data files to expressions of the model, every key with its place: JSON, YAML, TOML, ini and env files.

What they hold is read by libraries; those for TOML, ini and env files give no places, so the lines that set a key are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, NamedTuple

from trackaudit.model import Array, Expr, Literal, Object, Property, Span, Unit, Unknown

HEAD = b"export default "  # JSON is an expression of JavaScript, but not a program
START = Span(0, 1)
_MAX_NODES = 20_000
_MAX_YAML = 200_000  # characters, of which PyYAML reads about as many in a second
_LINE = re.compile(rb"^[ \t]*(?:\[+(?P<section>[^\]\n]*)\]|(?P<key>[^=:\n#;\[]*)[=:][ \t]*(?P<value>[^\n]*))", re.M)

Path = tuple[str, ...]


class _Line(NamedTuple):
    """Where a key and its value stand; of a section, twice its name."""

    key: Span
    value: Span


class Broken(Exception):
    """A file that is not what its name says; the message says where."""


def parse_data(text: bytes, form: str) -> Expr:
    """The value of a data file. ``form``: ``json``, ``yaml``, ``toml``, ``ini``, ``env`` or ``dockerfile``. Raises :class:`Broken`."""
    if form == "dockerfile":  # its instructions set variables; as a whole it is no data
        return Object((), START)
    try:
        if form == "json":
            return _json(text)
        decoded = text.decode("utf-8")
        if form == "yaml":
            return _yaml(decoded)
        return _placed(_plain(decoded, form), dict(_places(text, form)), (), _Line(START, START))
    except (ValueError, RecursionError) as error:
        raise Broken(" ".join(str(error).split())) from None


def _json(text: bytes) -> Expr:
    from trackaudit.parse.javascript import lower

    unit = Unit("javascript", "tree-sitter")
    lower(HEAD + text, "javascript", unit)
    value = unit.exports[0].value if len(unit.exports) == 1 else None
    if unit.problems or value is None:
        raise ValueError("it is no JSON")
    return _moved(value)


def _moved(expr: Any) -> Any:
    """The expression without what went before it in the text."""
    if isinstance(expr, Span):
        return Span(max(expr.start - len(HEAD), 0), max(expr.end - len(HEAD), 0))
    if isinstance(expr, tuple):
        parts = [_moved(part) for part in expr]
        return type(expr)(*parts) if hasattr(expr, "_fields") else tuple(parts)
    return expr


# --- YAML -----------------------------------------------------------------------------------------------


def _yaml(text: str) -> Expr:
    import yaml

    if len(text) > _MAX_YAML:
        raise ValueError(f"larger than {_MAX_YAML} characters")
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_node() if loader.check_node() else None  # the first document
        return _node(node, loader, _Bytes(text)) if node is not None else Object((), START)
    except yaml.YAMLError as error:
        raise ValueError(error) from None


class _Bytes:
    """Places in characters as places in bytes."""

    def __init__(self, text: str) -> None:
        self._offsets = None if text.isascii() else [0, *accumulate(len(character.encode()) for character in text)]
        self.left = _MAX_NODES

    def span(self, node: Any) -> Span:
        self.left -= 1
        if self.left < 0:
            raise ValueError("too much in it")
        start, end = node.start_mark.index, node.end_mark.index
        return Span(start, end) if self._offsets is None else Span(self._offsets[start], self._offsets[end])


def _node(node: Any, loader: Any, places: _Bytes) -> Expr:
    span = places.span(node)
    if node.id == "sequence":
        return Array(tuple(_node(item, loader, places) for item in node.value), span)
    if node.id == "scalar":
        value = loader.construct_object(node)
        return Literal(value, span) if isinstance(value, (str, int, float, bool, type(None))) else Unknown("data", span)
    loader.flatten_mapping(node)  # merge keys
    entries = [(key, value) for key, value in node.value if key.id == "scalar"]
    return Object(tuple(Property(key.value, places.span(key), _node(value, loader, places)) for key, value in entries), span)


# --- TOML, ini and env files ----------------------------------------------------------------------------


def _plain(text: str, form: str) -> Any:
    """What a file holds, without places."""
    if form == "toml":
        import tomllib

        return tomllib.loads(text)
    if form == "env":
        from io import StringIO

        from dotenv.parser import parse_stream

        return {item.key: item.value for item in parse_stream(StringIO(text)) if item.key is not None and not item.error}
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(error) from None
    defaults = {"DEFAULT": dict(parser.defaults())} if parser.defaults() else {}
    return defaults | {name: dict(parser.items(name)) for name in parser.sections()}


def _places(text: bytes, form: str) -> Iterator[tuple[Path, _Line]]:
    """The lines that begin a section or set something, the last ones of the same key last."""
    section: Path = ()
    for match in _LINE.finditer(text):
        if match["section"] is not None:
            section = _path(match["section"], form)
            name = Span(*match.span("section"))
            yield section, _Line(name, name)
            continue
        written = match["key"].removeprefix(b"export ").strip()
        start = match.start("key") + match["key"].find(written)
        path = _path(written.lower() if form == "ini" else written, form)
        yield (*section, *path), _Line(Span(start, start + len(written)), Span(*match.span("value")))


def _path(written: bytes, form: str) -> Path:
    text = written.decode("utf-8", "replace").strip()
    return tuple(part.strip().strip("\"'") for part in text.split(".")) if form == "toml" else (text,)


def _placed(value: Any, places: dict[Path, _Line], path: Path, above: _Line) -> Expr:
    """A value of a file with its place; what no line sets by itself has the place of what is around it."""
    line = places.get(path, above)
    if isinstance(value, dict):
        entries = []
        for key, inner in value.items():
            below = (*path, str(key))
            entries.append(Property(str(key), places.get(below, line).key, _placed(inner, places, below, line)))
        return Object(tuple(entries), line.value)
    if isinstance(value, list):
        return Array(tuple(_placed(item, places, path, line) for item in value), line.value)
    plain = isinstance(value, (str, int, float, bool, type(None)))
    return Literal(value, line.value) if plain else Unknown("data", line.value)
