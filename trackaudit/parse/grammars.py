"""tree-sitter's grammars: loading them, parsing with them, and questions about their nodes."""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from tree_sitter import Language, Node, Parser, Query, QueryCursor, Range

from trackaudit.model import Span, Unit
from trackaudit.parse.build import MARK, comment_at

_ODD_PARAMETER = re.compile(rb"\((string|number|boolean|any|unknown|object|never|symbol|void)\)(\s*=>)")
_EXPORTED_TYPES = re.compile(rb"export[ \t]+type[ \t]+\*[^'\"\r\n;]*(['\"])[^'\"\r\n]*\1")
_TAG_TYPES = re.compile(rb"(?<=[\w$)\]])<((?:=>|[^<>`]){1,1000}(?:<(?:=>|[^<>`]){1,200}>(?:=>|[^<>`]){0,200})*)>(?=`)")
_MODULE_ARRAY = re.compile(rb"import\((['\"])[^'\"\r\n]*\1\)[\w.]*(?=(?:<[\w., ]*>)?\[\])")
_MODULE_TYPE = re.compile(rb"<\s*(?:typeof\s+)?import\(\s*(['\"])[^'\"\r\n]*\1,?\s*\)[\w.]*\s*>")
_IN_ADDRESS = re.compile(rb"(?<=[\w%=+.-])&(?=[\w%.-]+=[^=])")
_LONE_CR = re.compile(rb"\r(?!\n)")
_DEFINITIONS = frozenset(
    (
        "function_declaration",
        "generator_function_declaration",
        "class_declaration",
        "method_definition",
        "abstract_class_declaration",
    )
)


@cache
def _language(dialect: str) -> Language:
    if dialect == "javascript":
        return Language(grammar("tree_sitter_javascript").language())
    typed = grammar("tree_sitter_typescript")
    return Language(typed.language_tsx() if dialect == "tsx" else typed.language_typescript())


@cache
def _parser(dialect: str) -> Parser:
    return Parser(_language(dialect))


@cache
def _comments(dialect: str) -> Query:
    return Query(_language(dialect), "[(comment) (html_comment)] @comment")


def grammar(package: str) -> Any:
    """The extension module of a grammar package.

    The packages' own ``__init__`` loads ``importlib.resources`` for query files that nobody here reads, which takes as
    long as starting Python; so only the extension is imported, below a stand-in for the package.
    """
    if package in sys.modules:
        return import_module(f"{package}._binding")
    spec = find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    stand_in = ModuleType(package)
    stand_in.__path__ = list(spec.submodule_search_locations)
    sys.modules[package] = stand_in
    try:
        return import_module(f"{package}._binding")
    finally:
        del sys.modules[package]


def parse(text: bytes, dialect: str, region: Span | None) -> Node:
    parser = _parser(dialect)
    if region is not None:
        parser.included_ranges = [_range(text, region)]
    try:
        return parser.parse(_readable(text, region)).root_node
    finally:
        if region is not None:
            parser.included_ranges = []


def program_tree(text: bytes, dialect: str, region: Span | None) -> tuple[Node, str]:
    """The tree of a program, and the dialect that it was read in: where plain JavaScript has errors it may hold the types of Flow, which are
    TypeScript's for the most part. Its nodes are places in ``text``: what it was parsed from may differ within them."""
    root = parse(text, dialect, region)
    if not root.has_error:
        return root, dialect
    typed = "tsx" if dialect == "javascript" else dialect
    mended = _without_odd_types(text)
    found = parse(mended, typed, region)
    if found.has_error and typed == "tsx":
        found = parse(_without_ampersands(mended, found), typed, region)
    return (root, dialect) if typed != dialect and _lost(found) >= _lost(root) else (found, typed)


def _readable(text: bytes, region: Span | None) -> bytes:
    """The text with each lone CR as a LF: the grammars end a line at either, but see no missing semicolon at a CR. A NUL, which ends the
    text for them, is a space."""
    text = text.replace(b"\0", b" ")
    start, end = (region.start, region.end) if region is not None else (0, len(text))
    if text.find(b"\r", start, end) < 0:
        return text
    return text[:start] + _LONE_CR.sub(b"\n", text[start:end]) + text[end:]


def _without_ampersands(text: bytes, root: Node) -> bytes:
    """The grammar takes a lone ``&`` in JSX text or strings for half an entity; React does not. Blank those in addresses, and others that
    it trips on."""
    mended = bytearray(_IN_ADDRESS.sub(b"_", text))
    todo = [root]
    while todo:
        node = todo.pop()
        if node.is_error and b"&" in text[node.start_byte : node.end_byte]:
            mended[node.start_byte : node.end_byte] = text[node.start_byte : node.end_byte].replace(b"&", b"_")
        todo.extend(child for child in node.children if child.has_error or child.is_error)
    return bytes(mended)


def _without_odd_types(text: bytes) -> bytes:
    """What TypeScript takes and the grammar does not: a parameter that is called like a type, ``(string) => void``, the type of a
    module as a type argument, ``load<typeof import("x")>()``, an array of one, ``import("x").Y[]``, and the types of a tag,
    ``sql<Row[]>`...```. They become plain names of the same length. ``export type * from "x"``, of which nothing is left, becomes blank."""
    text = _EXPORTED_TYPES.sub(lambda match: b" " * len(match[0]), text)
    text = _TAG_TYPES.sub(lambda match: b"<" + b"_" * len(match[1]) + b">", text)
    text = _ODD_PARAMETER.sub(lambda match: b"(" + b"_" * len(match[1]) + b")" + match[2], text)
    text = _MODULE_ARRAY.sub(lambda match: b"_" * len(match[0]), text)
    return _MODULE_TYPE.sub(lambda match: b"<" + b"_" * (len(match[0]) - 2) + b">", text)


def note_comments(text: bytes, root: Node, dialect: str, unit: Unit) -> None:
    """Add the comments of a file that speaks to trackaudit somewhere; nobody asks for the others'."""
    if MARK not in text:
        return
    for node in QueryCursor(_comments(dialect)).captures(root).get("comment", ()):
        unit.comments.append(comment_at(text, span_of(node), _below(node)))


def _below(comment: Node) -> Span | None:
    """What a comment stands above: the next statement, entry or element; of a function or class its first line."""
    parent = comment.parent
    node = (parent if parent is not None and parent.type == "jsx_expression" else comment).next_named_sibling
    while node is not None and node.type in ("comment", "jsx_text"):
        node = node.next_named_sibling
    if node is None:
        return None
    if node.type in _DEFINITIONS:
        return Span(node.start_byte, node.start_byte)
    opening = node.child_by_field_name("open_tag")
    return span_of(opening if opening is not None else node)


def _range(text: bytes, region: Span) -> Range:
    def point(offset: int) -> tuple[int, int]:
        row = text.count(b"\n", 0, offset)
        return row, offset - (text.rfind(b"\n", 0, offset) + 1)

    return Range(point(region.start), point(region.end), region.start, region.end)


def first_error(root: Node) -> Node | None:
    """The first error or missing node, found by descending only into nodes that hold one."""
    todo = [root]
    while todo:
        node = todo.pop()
        if node.is_error or node.is_missing:
            return node
        inner = [child for child in node.children if child.has_error or child.is_error or child.is_missing]
        if not inner and node.has_error:
            return node
        todo.extend(reversed(inner))
    return None


def _lost(root: Node) -> int:
    """How many bytes of a text stand in errors."""
    found = 0
    todo = [root] if root.has_error else []
    while todo:
        node = todo.pop()
        if node.is_error:
            found += node.end_byte - node.start_byte
        else:
            todo.extend(child for child in node.children if child.has_error or child.is_error)
    return found


def child_fields(node: Node, *names: str) -> list[Node | None]:
    """The children of ``node`` under these field names, None where there is none."""
    return [node.child_by_field_name(name) for name in names]


def children(node: Node) -> list[Node]:
    """The named children that are code: the grammar allows a comment anywhere."""
    return [child for child in node.named_children if child.type != "comment"]


def bare(node: Node) -> Node:
    """What stands inside parentheses, brackets or braces."""
    while node.type in ("parenthesized_expression", "computed_property_name", "jsx_expression", "arguments") and (
        inside := children(node)
    ):
        node = inside[0]
    return node


def span_of(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)
