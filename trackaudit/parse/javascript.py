"""JavaScript and TypeScript to the model, by tree-sitter.

Statements are taken from a work list, never by recursion; expressions recurse to a stated depth
(:data:`MAX_DEPTH`) and become ``Unknown`` past it. Long chains (``a.b().c()``) are walked in a loop.
Node names are those of the tree-sitter-javascript 0.25 and tree-sitter-typescript 0.23 grammars.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from tree_sitter import Language, Node, Parser, Query, QueryCursor, Range

from trackaudit.model import (
    Argument,
    Array,
    Assignment,
    Attribute,
    Binary,
    Call,
    CallSite,
    Comment,
    Conditional,
    Element,
    Expr,
    Function,
    Guard,
    Index,
    Literal,
    Logical,
    Member,
    Name,
    Object,
    Problem,
    Property,
    Regex,
    Span,
    Spread,
    Template,
    Unary,
    Unit,
    Unknown,
)  # fmt: skip
from trackaudit.parse.build import assign_name

MAX_DEPTH = 100
MARK = b"trackaudit:"
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_ESCAPE = re.compile(r"\\(u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|\r\n|.)", re.S)
_LONE_CR = re.compile(rb"\r(?!\n)")
_FUNCTIONS = frozenset(
    ("arrow_function", "function_expression", "generator_function", "function_declaration",
     "generator_function_declaration", "method_definition")
)  # fmt: skip

# Words of a pattern that name nothing: syntax, and properties so common that they would take in every function.
_GENERIC = frozenset(
    b"as default type const let var await async new this window data error props options user id name key value".split()
)
_WORD = re.compile(rb"[A-Za-z_$][\w$]*")

_DEFINITIONS = frozenset(
    (
        "function_declaration",
        "generator_function_declaration",
        "class_declaration",
        "method_definition",
        "abstract_class_declaration",
    )
)

Guards = tuple[Guard, ...]


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


def lower(
    text: bytes, dialect: str, unit: Unit, scope: int = 0, region: Span | None = None, interest: re.Pattern[bytes] | None = None
) -> None:
    """Parse ``text`` (or only ``region`` of it) and add its program to ``unit`` in ``scope``.

    ``dialect`` is ``javascript`` (JSX included), ``typescript`` or ``tsx``. A syntax error adds one
    ``syntax`` problem at the first place the parser stumbled; everything else is still lowered. With ``interest``, functions
    that hold none of its words, nor a name derived from them, are left until :meth:`Unit.demand` asks for them.
    """
    root = _parse(text, dialect, region)
    if root.has_error and dialect == "tsx":
        root = _parse(_without_ampersands(text, root), dialect, region)
    if root.has_error:
        where = _first_error(root)
        unit.problems.append(Problem("syntax", "syntax error", Span(where.start_byte, where.end_byte)))
    _note_comments(text, root, dialect, unit)
    _Lowering(text, unit, interest).program(root, scope)


def _parse(text: bytes, dialect: str, region: Span | None) -> Node:
    parser = _parser(dialect)
    if region is not None:
        parser.included_ranges = [_range(text, region)]
    try:
        return parser.parse(_line_ends(text, region)).root_node
    finally:
        if region is not None:
            parser.included_ranges = []


def _line_ends(text: bytes, region: Span | None) -> bytes:
    """The text with each lone CR as a LF: the grammars end a line at either, but see no missing semicolon at a CR."""
    start, end = region or (0, len(text))
    if text.find(b"\r", start, end) < 0:
        return text
    return text[:start] + _LONE_CR.sub(b"\n", text[start:end]) + text[end:]


def _without_ampersands(text: bytes, root: Node) -> bytes:
    """The grammar takes a lone ``&`` in JSX text or strings for half an entity; React does not. Blank those it trips on."""
    mended = bytearray(text)
    todo = [root]
    while todo:
        node = todo.pop()
        if node.is_error and b"&" in text[node.start_byte : node.end_byte]:
            mended[node.start_byte : node.end_byte] = text[node.start_byte : node.end_byte].replace(b"&", b"_")
        todo.extend(child for child in node.children if child.has_error or child.is_error)
    return bytes(mended)


def lower_expression(text: bytes, dialect: str, unit: Unit, region: Span) -> Expr:
    """Lower the one expression that stands in ``region``; ``Unknown`` where there is none."""
    root = _parse(text, dialect, region)
    if len(root.named_children) == 1 and root.named_children[0].type == "expression_statement":
        _note_comments(text, root, dialect, unit)
        lowering = _Lowering(text, unit)
        value = lowering.inner(root.named_children[0], 0, ())
        lowering.finish()
        return value
    return Unknown("not one expression", region)


def _note_comments(text: bytes, root: Node, dialect: str, unit: Unit) -> None:
    """Add the comments of a file that speaks to trackaudit somewhere; nobody asks for the others'."""
    if MARK not in text:
        return
    for node in QueryCursor(_comments(dialect)).captures(root).get("comment", ()):
        unit.comments.append(comment_at(text, _span(node), _below(node)))


def comment_at(text: bytes, span: Span, target: Span | None = None) -> Comment:
    """The comment that stands in a span, its markers taken off."""
    source = text[span.start : span.end].decode("utf-8", "replace")
    body = source[2:-2].strip().lstrip("*") if source.startswith("/*") else source.lstrip("/<!-")
    line_start = max(text.rfind(b"\n", 0, span.start), text.rfind(b"\r", 0, span.start)) + 1
    own_line = text[line_start : span.start].strip() in (b"", b"{")  # a comment between JSX elements stands in braces
    return Comment(body.strip(), own_line, span, target if own_line else None)


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
    return _span(opening if opening is not None else node)


def _range(text: bytes, region: Span) -> Range:
    def point(offset: int) -> tuple[int, int]:
        row = text.count(b"\n", 0, offset)
        return row, offset - (text.rfind(b"\n", 0, offset) + 1)

    return Range(point(region.start), point(region.end), region.start, region.end)


def _first_error(root: Node) -> Node:
    """The first error or missing node, found by descending only into nodes that hold one."""
    node = root
    while True:
        if node.is_error or node.is_missing:
            return node
        for child in node.children:
            if child.has_error or child.is_error or child.is_missing:
                node = child
                break
        else:
            return node


def unescape(body: str) -> str:
    """The value of a JavaScript string's body, its escapes decoded."""
    if "\\" not in body:
        return body

    def one(match: re.Match[str]) -> str:
        code = match[2] or match[3] or match[4]
        if code:
            number = int(code, 16)
            return chr(number) if number <= 0x10FFFF and not 0xD800 <= number < 0xE000 else "\ufffd"
        rest = match[1]
        return "" if rest in ("\n", "\r", "\r\n", "\u2028", "\u2029") else _ESCAPES.get(rest, rest)

    return _ESCAPE.sub(one, body)


def number_value(text: str) -> int | float | None:
    """The value of a JavaScript number literal; None if it is none we know."""
    text = text.replace("_", "").rstrip("n")
    try:
        if len(text) > 1 and text[0] == "0" and text[1] in "xXoObB":
            return int(text, 0)
        value = float(text)
    except (ValueError, OverflowError):
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


class _Lowering:
    """One tree on its way into a unit. ``self.todo`` holds statements still to visit."""

    def __init__(self, text: bytes, unit: Unit, interest: re.Pattern[bytes] | None = None) -> None:
        self.text = text
        self.interest = interest
        self.derived: set[bytes] = set()
        self.waiting: list[tuple[Node, int, Guards, bytes]] = []
        self.unit = unit
        self.todo: list[tuple[Node, int, Guards]] = []
        self.depth = 0
        self.parent_element = -1
        self.parents: dict[int, int] = {}  # the element that a function stands in, by the function's scope

    def program(self, root: Node, scope: int) -> None:
        self.todo.append((root, scope, ()))
        self.finish()

    def finish(self) -> None:
        """Visit every statement that is still to visit, and the function bodies that matter."""
        self.drain()
        while self.waiting and self.wake():
            self.drain()
        for body, scope, guards, _ in self.waiting:
            self.unit.pending[scope] = partial(self.late, body, scope, guards)
        self.waiting = []

    def wake(self) -> bool:
        """Take up the waiting bodies that hold a word of interest or a name derived from one."""
        names = b"|".join(re.escape(name) for name in sorted(self.derived))
        derived = re.compile(rb"(?<![\w$])(?:" + names + rb")(?![\w$])") if names else None
        waiting, self.waiting = self.waiting, []
        for entry in waiting:
            body, scope, guards, name = entry
            piece = self.text[body.start_byte : body.end_byte]
            if self.interest is None or self.interest.search(piece) or (derived is not None and derived.search(piece)):
                self.todo.append((body, scope, guards))
                self.derived |= {name} - {b""}
            else:
                self.waiting.append(entry)
        self.todo.reverse()
        return bool(self.todo)

    def late(self, body: Node, scope: int, guards: Guards) -> None:
        """Visit a body that was left out, because something refers to its function after all."""
        self.todo.append((body, scope, guards))
        self.finish()

    def derive(self, target: Node, value: Node) -> None:
        """Names that are given a value with a word of interest, or with a name derived from one, are derived too."""
        if self.interest is None:
            return
        piece = self.text[value.start_byte : value.end_byte]
        if self.interest.search(piece) or any(name in piece for name in self.derived):
            self.derived |= set(_WORD.findall(self.text[target.start_byte : target.end_byte])) - _GENERIC

    def drain(self) -> None:
        while self.todo:
            node, scope, guards = self.todo.pop()
            self.parent_element = self.parents.get(self.unit.function_scope(scope), -1) if self.parents else -1
            handler = _STATEMENTS.get(node.type)
            if handler is not None:
                handler(self, node, scope, guards)
            elif node.type in _EXPRESSIONS:
                self.expression(node, scope, guards)

    def source(self, node: Node) -> str:
        return self.text[node.start_byte : node.end_byte].decode("utf-8", "replace")

    # --- statements -----------------------------------------------------------------------------

    def block(self, node: Node, scope: int, guards: Guards) -> None:
        for child in reversed(node.named_children):
            self.todo.append((child, scope, guards))

    def inner_block(self, node: Node, scope: int, guards: Guards) -> None:
        self.block(node, self.unit.new_scope(scope, "block"), guards)

    def import_statement(self, node: Node, scope: int, guards: Guards) -> None:
        unit = self.unit
        source = node.child_by_field_name("source")
        module = self.string(source) if source is not None else None
        for child in node.named_children:
            if child.type == "import_require_clause":  # import x = require("y")
                name, required = _inside(child)[0], child.child_by_field_name("source")
                if required is not None:
                    unit.declare(scope, self.source(name), "import", _span(name), module=self.string(required))
            elif child.type == "import_clause" and module is not None:
                for part in child.named_children:
                    self.import_part(part, module, scope)

    def import_part(self, part: Node, module: str, scope: int) -> None:
        if self.interest is not None and self.interest.search(module.encode()):
            self.derived |= set(_WORD.findall(self.text[part.start_byte : part.end_byte])) - _GENERIC
        declare = self.unit.declare
        if part.type == "identifier":
            declare(scope, self.source(part), "import", _span(part), module=module, imported="default")
        elif part.type == "namespace_import":
            name = _inside(part)[0]
            declare(scope, self.source(name), "import", _span(name), module=module)
        elif part.type == "named_imports":
            for specifier in part.named_children:
                name = specifier.child_by_field_name("name")
                if name is None:
                    continue
                local = specifier.child_by_field_name("alias") or name
                imported = self.string(name) if name.type == "string" else self.source(name)
                declare(scope, self.source(local), "import", _span(local), module=module, imported=imported)

    def export_statement(self, node: Node, scope: int, guards: Guards) -> None:
        for field in ("declaration", "value"):
            child = node.child_by_field_name(field)
            if child is not None:
                self.todo.append((child, scope, guards))

    def declaration(self, node: Node, scope: int, guards: Guards) -> None:
        first = node.children[0].type if node.children else "var"
        kind = first if first in ("const", "let", "var") else "var"
        for child in node.named_children:
            if child.type == "variable_declarator":
                target = child.child_by_field_name("name")
                value_node = child.child_by_field_name("value")
                if target is None:
                    continue
                value = None
                if value_node is not None:
                    self.derive(target, value_node)
                    name = self.source(target) if target.type == "identifier" else ""
                    value = self.named(value_node, scope, guards, name)
                self.bind(target, kind, scope, value, (), None, guards)

    def named(self, value: Node, scope: int, guards: Guards, name: str) -> Expr:
        """A value; a function takes the name it is bound to, in parentheses too."""
        bare = _bare(value)
        if bare.type in _FUNCTIONS:
            return self.function(bare, scope, guards, name)
        return self.expression(value, scope, guards)

    def bind(self, target: Node, kind: str, scope: int, value: Expr | None,
             path: tuple[str | int, ...], default: Expr | None, guards: Guards) -> None:  # fmt: skip
        """Declare every name in a pattern."""
        stack = [(target, path, default)]
        while stack:
            node, path, default = stack.pop()
            kind_of = node.type
            if kind_of in ("identifier", "shorthand_property_identifier_pattern"):
                name = self.source(node)
                if kind_of != "identifier":
                    path = (*path, name)
                self.unit.declare(scope, name, kind, _span(node), value, path, default, guards=guards)
            elif kind_of == "object_pattern":
                for child in node.named_children:
                    stack.append((child, path, None))
            elif kind_of == "pair_pattern":
                key, inner = child_fields(node, "key", "value")
                if key is not None and inner is not None:
                    stack.append((inner, (*path, self.property_name(key) or "?"), None))
            elif kind_of in ("assignment_pattern", "object_assignment_pattern"):
                left, right = child_fields(node, "left", "right")
                fallback = self.expression(right, scope, guards) if right is not None else None
                if left is not None:
                    stack.append((left, path, fallback))
            elif kind_of == "array_pattern":
                index = 0
                for child in node.children:  # a hole has no node, so commas are counted
                    if child.type == ",":
                        index += 1
                    elif child.is_named:
                        stack.append((child, (*path, index), None))
            elif kind_of == "rest_pattern" and (inside := _inside(node)):
                stack.append((inside[0], (*path, "..."), None))

    def function_declaration(self, node: Node, scope: int, guards: Guards) -> None:
        name = node.child_by_field_name("name")
        text = self.source(name) if name is not None else ""
        value = self.function(node, scope, guards, text)
        if name is not None:
            self.unit.declare(scope, text, "function", _span(name), value)

    def class_statement(self, node: Node, scope: int, guards: Guards) -> None:
        name, body = child_fields(node, "name", "body")
        text = self.source(name) if name is not None else ""
        if name is not None:
            self.unit.declare(scope, text, "class", _span(name))
        for child in node.named_children:
            if child.type == "decorator" or child.type == "class_heritage":
                self.inner(child, scope, guards)
        if body is None:
            return
        inner = self.unit.new_scope(scope, "class", text)
        for member in body.named_children:
            self.class_member(member, inner)

    def class_member(self, member: Node, scope: int) -> None:
        kind = member.type
        if kind == "method_definition":
            name = member.child_by_field_name("name")
            text = self.source(name) if name is not None else ""
            value = self.function(member, scope, (), text)
            if name is not None:
                self.computed(name, scope, ())
                self.unit.declare(scope, text, "function", _span(name), value)
        elif kind in ("field_definition", "public_field_definition"):
            name = member.child_by_field_name("property") or member.child_by_field_name("name")
            value_node = member.child_by_field_name("value")
            if name is not None and value_node is not None:
                text = self.source(name)
                self.derive(name, value_node)
                self.computed(name, scope, ())
                self.unit.declare(scope, text, "const", _span(name), self.named(value_node, scope, (), text))
        elif kind == "class_static_block":
            self.todo.append((member, scope, ()))

    def expression_statement(self, node: Node, scope: int, guards: Guards) -> None:
        for child in _inside(node):
            self.expression(child, scope, guards)

    def return_statement(self, node: Node, scope: int, guards: Guards) -> None:
        values = _inside(node)
        if values:
            value = self.expression(values[0], scope, guards)
        else:
            value = Literal(None, Span(node.start_byte, node.start_byte + len("return")))
        self.unit.returns.setdefault(self.unit.function_scope(scope), []).append((value, guards))

    def if_statement(self, node: Node, scope: int, guards: Guards) -> None:
        condition, consequence, alternative = child_fields(node, "condition", "consequence", "alternative")
        test: Expr = Unknown("no condition", _span(node))
        if condition is not None:
            test = self.expression(condition, scope, guards)
        outer = guards[-MAX_DEPTH:]  # of very many, the nearest: a chain of 10,000 would hold 50 million
        if alternative is not None:
            self.todo.append((alternative, scope, (*outer, Guard(test, False, scope))))
        if consequence is not None:
            self.todo.append((consequence, scope, (*outer, Guard(test, True, scope))))

    def switch_case(self, node: Node, scope: int, guards: Guards) -> None:
        value = node.child_by_field_name("value")
        guard = Guard(Unknown("a case of a switch", _span(node)), True, scope)
        for child in reversed(node.named_children):
            self.todo.append((child, scope, guards if child == value else (*guards[-MAX_DEPTH:], guard)))

    def loop(self, node: Node, scope: int, guards: Guards) -> None:
        inner = self.unit.new_scope(scope, "block")
        if node.type == "for_in_statement":
            left = node.child_by_field_name("left")
            kind = node.child_by_field_name("kind")
            if left is not None and kind is not None:
                self.bind(left, "other", inner, None, (), None, guards)
        for field in ("initializer", "condition", "increment", "right", "value", "object", "body"):
            child = node.child_by_field_name(field)
            if child is not None:
                self.todo.append((child, inner, guards))

    def catch(self, node: Node, scope: int, guards: Guards) -> None:
        inner = self.unit.new_scope(scope, "block")
        parameter, body = child_fields(node, "parameter", "body")
        if parameter is not None:
            self.bind(parameter, "other", inner, None, (), None, guards)
        if body is not None:
            self.todo.append((body, inner, guards))

    def enum(self, node: Node, scope: int, guards: Guards) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self.unit.declare(scope, self.source(name), "other", _span(name))

    # --- expressions ----------------------------------------------------------------------------

    def expression(self, node: Node, scope: int, guards: Guards) -> Expr:
        handler = _EXPRESSIONS.get(node.type)
        if handler is None:
            return Unknown(node.type.replace("_", " "), _span(node))
        if self.depth >= MAX_DEPTH:
            return Unknown("nested too deep", _span(node))
        self.depth += 1
        try:
            return handler(self, node, scope, guards)
        finally:
            self.depth -= 1

    def string(self, node: Node) -> str:
        return unescape(self.source(node)[1:-1])

    def literal_string(self, node: Node, scope: int, guards: Guards) -> Expr:
        return Literal(self.string(node), _span(node))

    def number(self, node: Node, scope: int, guards: Guards) -> Expr:
        value = number_value(self.source(node))
        return Unknown("number", _span(node)) if value is None else Literal(value, _span(node))

    def constant(self, node: Node, scope: int, guards: Guards) -> Expr:
        return Literal({"true": True, "false": False}.get(node.type), _span(node))

    def name(self, node: Node, scope: int, guards: Guards) -> Expr:
        return Name(self.source(node), scope, _span(node))

    def template(self, node: Node, scope: int, guards: Guards) -> Expr:
        parts: list[Expr] = []
        last = node.start_byte + 1
        for child in node.named_children:
            if child.type != "template_substitution":
                continue
            self.template_text(parts, last, child.start_byte)
            parts.append(self.inner(child, scope, guards))
            last = child.end_byte
        self.template_text(parts, last, node.end_byte - 1)
        if not parts:
            return Literal("", _span(node))
        if len(parts) == 1 and isinstance(parts[0], Literal) and last == node.start_byte + 1:
            return Literal(parts[0].value, _span(node))
        return Template(tuple(parts), _span(node))

    def template_text(self, parts: list[Expr], start: int, end: int) -> None:
        if end > start:
            text = unescape(self.text[start:end].decode("utf-8", "replace"))
            parts.append(Literal(text, Span(start, end)))

    def regex(self, node: Node, scope: int, guards: Guards) -> Expr:
        pattern, flags = child_fields(node, "pattern", "flags")
        return Regex(
            self.source(pattern) if pattern is not None else "",
            self.source(flags) if flags is not None else "",
            _span(node),
        )

    def inner(self, node: Node, scope: int, guards: Guards) -> Expr:
        """Parentheses, casts, ``await``: what is inside is what counts."""
        for child in _inside(node):
            if child.type != "type_arguments":
                return self.expression(child, scope, guards)
        return Unknown("empty", _span(node))

    def type_assertion(self, node: Node, scope: int, guards: Guards) -> Expr:
        return self.expression(_inside(node)[-1], scope, guards)

    def sequence(self, node: Node, scope: int, guards: Guards) -> Expr:
        values = [self.expression(child, scope, guards) for child in _inside(node)]
        return values[-1] if values else Unknown("empty", _span(node))

    def object(self, node: Node, scope: int, guards: Guards) -> Expr:
        entries: list[Property | Spread] = []
        for child in node.named_children:
            kind = child.type
            if kind == "pair":
                key, value = child_fields(child, "key", "value")
                if key is None or value is None:
                    continue
                name = self.property_name(key)
                self.computed(key, scope, guards)
                entries.append(Property(name, _span(key), self.named(value, scope, guards, name or "")))
            elif kind == "shorthand_property_identifier":
                name = self.source(child)
                entries.append(Property(name, _span(child), Name(name, scope, _span(child))))
            elif kind == "spread_element":
                entries.append(Spread(self.inner(child, scope, guards), _span(child)))
            elif kind == "method_definition":
                key = child.child_by_field_name("name")
                if key is not None:
                    name = self.property_name(key)
                    self.computed(key, scope, guards)
                    entries.append(Property(name, _span(key), self.function(child, scope, guards, name or "")))
        return Object(tuple(entries), _span(node))

    def property_name(self, key: Node) -> str | None:
        kind = key.type
        if kind == "string":
            return self.string(key)
        if kind == "computed_property_name":
            inner = _bare(key)
            return self.string(inner) if inner.type == "string" else None
        return self.source(key)

    def computed(self, key: Node, scope: int, guards: Guards) -> None:
        """What is computed in a key's brackets may call something too."""
        if key.type == "computed_property_name":
            self.inner(key, scope, guards)

    def array(self, node: Node, scope: int, guards: Guards) -> Expr:
        elements: list[Expr | Spread] = []
        for child in _inside(node):
            if child.type == "spread_element":
                elements.append(Spread(self.inner(child, scope, guards), _span(child)))
            else:
                elements.append(self.expression(child, scope, guards))
        return Array(tuple(elements), _span(node))

    def chain(self, node: Node, scope: int, guards: Guards) -> Expr:
        """Calls, ``new`` and member accesses, from the innermost object outwards."""
        links: list[Node] = []
        while True:
            kind = node.type
            if kind == "call_expression":
                below = node.child_by_field_name("function")
                if below is not None and below.type == "identifier" and below.text == b"await":
                    below = self.awaited(node.named_children[-1], scope, guards)
                else:
                    links.append(node)
            elif kind in ("member_expression", "subscript_expression"):
                links.append(node)
                below = node.child_by_field_name("object")
            elif kind in ("parenthesized_expression", "non_null_expression", "await_expression") and (inside := _inside(node)):
                below = inside[0]
            else:
                break
            if below is None:
                break
            node = below
        if links and node is links[-1]:
            return Unknown("incomplete code", _span(node))
        value = self.expression(node, scope, guards) if node.type != "import" else Name("import", scope, _span(node))
        for link in reversed(links):
            value = self.link(link, value, scope, guards)
        return value

    def awaited(self, arguments: Node, scope: int, guards: Guards) -> Node:
        """What ``await (x).y()`` and ``await (0, x.y)()`` stand on: the grammar takes them for calls of a function "await"."""
        inside = _inside(arguments)
        for child in inside[:-1]:
            self.expression(child, scope, guards)
        return inside[-1] if inside else arguments

    def link(self, node: Node, below: Expr, scope: int, guards: Guards) -> Expr:
        if node.type == "member_expression":
            property_node = node.child_by_field_name("property")
            if property_node is None:
                return Unknown("incomplete code", _span(node))
            return Member(below, self.source(property_node), _span(property_node), _span(node))
        if node.type == "subscript_expression":
            index = node.child_by_field_name("index")
            key = self.expression(index, scope, guards) if index is not None else Unknown("empty", _span(node))
            if isinstance(key, Literal) and isinstance(key.value, str):
                return Member(below, key.value, key.span, _span(node))
            return Index(below, key, _span(node))
        return self.call(node, below, node.child_by_field_name("arguments"), scope, guards, False)

    def new(self, node: Node, scope: int, guards: Guards) -> Expr:
        constructor, arguments = child_fields(node, "constructor", "arguments")
        if constructor is None:
            return Unknown("incomplete code", _span(node))
        callee = self.expression(constructor, scope, guards)
        return self.call(node, callee, arguments, scope, guards, True)

    def call(self, node: Node, callee: Expr, arguments: Node | None, scope: int, guards: Guards, new: bool) -> Expr:
        lowered: list[Argument] = []
        if arguments is not None and arguments.type == "arguments":
            for child in _inside(arguments):
                if child.type == "spread_element":
                    lowered.append(Argument(self.inner(child, scope, guards), None, None, "*"))
                else:
                    lowered.append(Argument(self.expression(child, scope, guards), None, None, ""))
        elif arguments is not None:
            lowered.append(Argument(self.expression(arguments, scope, guards), None, None, ""))
        value = Call(callee, tuple(lowered), new, _span(node))
        self.unit.calls.append(CallSite(value, scope, guards))
        return value

    def function(self, node: Node, scope: int, guards: Guards, name: str = "") -> Expr:
        own_name, single, parameters, body = child_fields(node, "name", "parameter", "parameters", "body")
        if not name and own_name is not None:
            name = self.source(own_name)
        inner = self.unit.new_scope(scope, "function", name)
        names: list[str] = []
        for index, parameter in enumerate(
            [single] if single is not None else _inside(parameters) if parameters is not None else ()
        ):
            target, default = parameter, None
            if parameter.type in ("required_parameter", "optional_parameter"):
                target = parameter.child_by_field_name("pattern") or parameter
                fallback = parameter.child_by_field_name("value")
                default = self.expression(fallback, inner, ()) if fallback is not None else None
            names.append(self.source(target) if target.type == "identifier" else "")
            self.bind(target, "parameter", inner, None, (index,), default, ())
        if body is not None:
            if body.type == "statement_block":
                self.waiting.append((body, inner, guards, name.encode()))
                if self.parent_element >= 0:
                    self.parents[inner] = self.parent_element
            else:
                value = self.expression(body, inner, guards)
                self.unit.returns.setdefault(inner, []).append((value, ()))
        return Function(name, tuple(names), inner, _span(node))

    def class_expression(self, node: Node, scope: int, guards: Guards) -> Expr:
        self.class_statement(node, scope, guards)
        return Unknown("class", _span(node))

    def assignment(self, node: Node, scope: int, guards: Guards) -> Expr:
        left, operator, right = child_fields(node, "left", "operator", "right")
        if left is None or right is None:
            return Unknown("incomplete code", _span(node))
        if left.type in ("object_pattern", "array_pattern"):
            value = self.expression(right, scope, guards)
            self.bind(left, "var", scope, value, (), None, guards)
            return value
        target = self.expression(left, scope, guards)
        self.derive(left, right)
        value = self.named(right, scope, guards, assign_name(target))
        text = self.source(operator) if operator is not None else "="
        self.unit.assignments.append(Assignment(target, value, text, scope, guards, _span(node)))
        return value

    def conditional(self, node: Node, scope: int, guards: Guards) -> Expr:
        condition, consequence, alternative = child_fields(node, "condition", "consequence", "alternative")
        if condition is None or consequence is None or alternative is None:
            return Unknown("incomplete code", _span(node))
        test = self.expression(condition, scope, guards)
        return Conditional(
            test,
            self.expression(consequence, scope, (*guards, Guard(test, True, scope))),
            self.expression(alternative, scope, (*guards, Guard(test, False, scope))),
            _span(node),
        )

    def binary(self, node: Node, scope: int, guards: Guards) -> Expr:
        """Operations from the innermost left operand outwards; of very many, the value of the last ones is kept."""
        links: list[Node] = []
        innermost: Node | None = node
        while innermost is not None and innermost.type == "binary_expression":
            links.append(innermost)
            innermost = innermost.child_by_field_name("left")
        value = self.expression(innermost, scope, guards) if innermost is not None else Unknown("empty", _span(node))
        for outside in range(len(links) - 1, -1, -1):
            value = self.operation(links[outside], value, scope, guards)
            if outside >= MAX_DEPTH:
                value = Unknown("nested too deep", _span(links[outside]))
        return value

    def operation(self, node: Node, left: Expr, scope: int, guards: Guards) -> Expr:
        operator_node, right_node = child_fields(node, "operator", "right")
        if right_node is None or operator_node is None:
            return Unknown("incomplete code", _span(node))
        operator = operator_node.type
        if operator in ("&&", "||"):
            right = self.expression(right_node, scope, (*guards, Guard(left, operator == "&&", scope)))
            return Logical(operator, left, right, _span(node))
        right = self.expression(right_node, scope, guards)
        if operator == "??":
            return Logical(operator, left, right, _span(node))
        return Binary(operator, left, right, _span(node))

    def unary(self, node: Node, scope: int, guards: Guards) -> Expr:
        operator, argument = child_fields(node, "operator", "argument")
        if operator is None or argument is None:
            return Unknown("incomplete code", _span(node))
        operand = self.expression(argument, scope, guards)
        if operator.type == "delete":
            self.unit.assignments.append(Assignment(operand, Literal(None, _span(node)), "delete", scope, guards, _span(node)))
        return Unary(operator.type, operand, _span(node))

    def update(self, node: Node, scope: int, guards: Guards) -> Expr:
        self.inner(node, scope, guards)
        return Unknown("update expression", _span(node))

    # --- JSX ------------------------------------------------------------------------------------

    def jsx(self, node: Node, scope: int, guards: Guards) -> Expr:
        opening = node
        if node.type == "jsx_element":
            opening = node.child_by_field_name("open_tag") or node
        outer = self.parent_element
        tag = opening.child_by_field_name("name")
        if tag is not None:
            self.element(opening, tag, scope, guards)
        try:
            if node.type == "jsx_element":
                for child in node.named_children:
                    if child.type in ("jsx_element", "jsx_self_closing_element", "jsx_expression"):
                        self.expression(child, scope, guards)
        finally:
            self.parent_element = outer
        return Unknown("JSX", _span(node))

    def element(self, opening: Node, tag: Node, scope: int, guards: Guards) -> None:
        text = self.source(tag)
        component: Expr | None = None
        if not text[:1].islower() or "." in text:
            component = self.expression(tag, scope, guards)
        index = len(self.unit.elements)
        blank = Element(text, component, (), self.parent_element, scope, guards, _span(opening), _span(tag))
        self.unit.elements.append(blank)  # the place is kept while attributes, which may hold JSX, are lowered
        outer, self.parent_element = self.parent_element, index
        attributes: list[Attribute | Spread] = []
        for child in opening.named_children:
            if child.type == "jsx_attribute" and child.named_children:
                attributes.append(self.attribute(child, scope, guards))
            elif child.type == "jsx_expression" and child.named_children:
                spread = _bare(child)
                if spread.type == "spread_element":
                    attributes.append(Spread(self.inner(spread, scope, guards), _span(spread)))
        self.parent_element = outer
        self.unit.elements[index] = blank._replace(attributes=tuple(attributes))
        self.parent_element = index

    def attribute(self, node: Node, scope: int, guards: Guards) -> Attribute:
        parts = _inside(node)
        name = self.source(parts[0])
        if len(parts) == 1:
            return Attribute(name, _span(parts[0]), None)
        value_node = parts[-1]
        if value_node.type == "string":  # JSX strings have no escapes
            value: Expr = Literal(self.source(value_node)[1:-1], _span(value_node))
        else:
            value = self.expression(value_node, scope, guards)
        return Attribute(name, _span(parts[0]), value)


def child_fields(node: Node, *names: str) -> list[Node | None]:
    """The children of ``node`` under these field names, None where there is none."""
    return [node.child_by_field_name(name) for name in names]


def _inside(node: Node) -> list[Node]:
    """The named children that are code: the grammar allows a comment anywhere."""
    return [child for child in node.named_children if child.type != "comment"]


def _bare(node: Node) -> Node:
    """What stands inside parentheses, brackets or braces."""
    while node.type in ("parenthesized_expression", "computed_property_name", "jsx_expression", "arguments") and (
        inside := _inside(node)
    ):
        node = inside[0]
    return node


def _span(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)


_Statement = Callable[[_Lowering, Node, int, Guards], None]
_STATEMENTS: dict[str, _Statement] = {
    **dict.fromkeys(("program", "ERROR", "else_clause", "switch_body", "finally_clause", "labeled_statement",
                     "ambient_declaration", "try_statement", "switch_statement", "parenthesized_expression_statement"),
                    _Lowering.block),
    **dict.fromkeys(("statement_block", "class_static_block", "internal_module", "module"), _Lowering.inner_block),
    **dict.fromkeys(("for_statement", "for_in_statement", "while_statement", "do_statement", "with_statement"), _Lowering.loop),
    **dict.fromkeys(("lexical_declaration", "variable_declaration"), _Lowering.declaration),
    **dict.fromkeys(("function_declaration", "generator_function_declaration"), _Lowering.function_declaration),
    **dict.fromkeys(("class_declaration", "abstract_class_declaration"), _Lowering.class_statement),
    **dict.fromkeys(("expression_statement", "throw_statement"), _Lowering.expression_statement),
    **dict.fromkeys(("switch_case", "switch_default"), _Lowering.switch_case),
    "import_statement": _Lowering.import_statement,
    "export_statement": _Lowering.export_statement,
    "return_statement": _Lowering.return_statement,
    "if_statement": _Lowering.if_statement,
    "catch_clause": _Lowering.catch,
    "enum_declaration": _Lowering.enum,
}  # fmt: skip

_Expression = Callable[[_Lowering, Node, int, Guards], Expr]
_EXPRESSIONS: dict[str, _Expression] = {
    **dict.fromkeys(("identifier", "this", "super", "property_identifier", "undefined"), _Lowering.name),
    **dict.fromkeys(("true", "false", "null"), _Lowering.constant),
    **dict.fromkeys(("parenthesized_expression", "await_expression", "yield_expression", "as_expression",
                     "satisfies_expression", "non_null_expression", "instantiation_expression", "jsx_expression",
                     "spread_element", "extends_clause"), _Lowering.inner),
    **dict.fromkeys(("call_expression", "member_expression", "subscript_expression"), _Lowering.chain),
    **dict.fromkeys(("arrow_function", "function_expression", "generator_function"), _Lowering.function),
    **dict.fromkeys(("assignment_expression", "augmented_assignment_expression"), _Lowering.assignment),
    **dict.fromkeys(("jsx_element", "jsx_self_closing_element"), _Lowering.jsx),
    "string": _Lowering.literal_string,
    "template_string": _Lowering.template,
    "number": _Lowering.number,
    "regex": _Lowering.regex,
    "type_assertion": _Lowering.type_assertion,
    "sequence_expression": _Lowering.sequence,
    "object": _Lowering.object,
    "array": _Lowering.array,
    "new_expression": _Lowering.new,
    "class": _Lowering.class_expression,
    "ternary_expression": _Lowering.conditional,
    "binary_expression": _Lowering.binary,
    "unary_expression": _Lowering.unary,
    "update_expression": _Lowering.update,
}  # fmt: skip
