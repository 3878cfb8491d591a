"""Plain JavaScript to the model, read strictly as ECMAScript 2017 by esprima.

The second front end. It fills a unit exactly as :mod:`trackaudit.parse.javascript` does, which a differential test
checks, but reads nothing newer and nothing half-typed. esprima recurses while it reads, so what nests deep is left to
tree-sitter. Node names are ESTree's, as esprima 4.0.1 makes them; its offsets count code points, ours bytes.
"""

from __future__ import annotations

import re
import warnings
from copy import deepcopy
from functools import cache
from itertools import accumulate
from typing import Any, Callable

from trackaudit.model import (
    Argument, Array, Assignment, Attribute, Binary, Call, CallSite, Conditional, Element, Expr,
    Function, Guard, Index, Literal, Logical, Member, Name, Object, Property, Regex, Span, Spread,
    Template, Unary, Unit, Unknown,
)  # fmt: skip
from trackaudit.parse.build import assign_name
from trackaudit.parse.javascript import MAX_DEPTH, comment_at, number_value, unescape

_HASHBANG = re.compile(r"\A#![^\r\n]*")
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CONSTANTS = {"true": True, "false": False, "null": None}
_FUNCTIONS = ("ArrowFunctionExpression", "FunctionExpression")
_PARTS = {  # the statements, and expressions in their place, that a statement holds
    "Program": ("body",), "BlockStatement": ("body",), "LabeledStatement": ("body",),
    "ExpressionStatement": ("expression",), "ThrowStatement": ("argument",),
    "ExportNamedDeclaration": ("declaration",), "ExportDefaultDeclaration": ("declaration",),
    "TryStatement": ("block", "handler", "finalizer"), "SwitchStatement": ("discriminant", "cases"),
    "ForStatement": ("init", "test", "update", "body"), "ForInStatement": ("right", "body"),
    "ForOfStatement": ("right", "body"), "WhileStatement": ("test", "body"),
    "DoWhileStatement": ("body", "test"), "WithStatement": ("object", "body"),
}  # fmt: skip

Guards = tuple[Guard, ...]
Node = Any  # esprima has no types


class _TooDeep(Exception):
    pass


def lower(text: bytes, unit: Unit, scope: int = 0) -> bool:
    """Add the program in ``text`` to ``unit`` in ``scope``, if esprima can read it; say whether it could.

    The unit is left as it was where esprima could not, and where an expression nests past :data:`MAX_DEPTH`.
    """
    code = _decoded(text)
    for module in (True, False):
        try:
            program, comments = _read(code, module)
            trial = deepcopy(unit)  # all or nothing: what nests too deep is only found on the way
            _Lowering(text, code, comments, trial).program(program, scope)
        except Exception:  # a syntax error or a bug: esprima raises several unrelated types
            continue
        for slot in Unit.__slots__:
            setattr(unit, slot, getattr(trial, slot))
        return True
    return False


def complaint(text: bytes) -> tuple[str, int] | None:
    """esprima's words for the first syntax error and its byte offset, or None where it finds none.

    Of the two readings, as a module and as a script, the one that got further speaks.
    """
    code = _decoded(text)
    errors = []
    for module in (True, False):
        try:
            _read(code, module)
        except Exception as error:
            if isinstance(getattr(error, "index", None), int):
                errors.append(error)
        else:
            return None
    if not errors:
        return None
    furthest: Any = max(errors, key=lambda error: error.index)  # type: ignore[attr-defined]
    words = str(furthest.message).partition(": ")[2]  # after "Line 3"
    return words, len(code[: furthest.index].encode())


def _decoded(text: bytes) -> str:
    """The text with a Unix interpreter line, which ES2017 does not know, blanked."""
    return _HASHBANG.sub(lambda match: " " * len(match[0]), text.decode("utf-8", "replace"))


@cache
def _parser() -> Any:
    """esprima's parser as a class that keeps comments as ranges and leaves regexes alone.

    By itself it compiles each regex with Python's ``re``, whose syntax is another, and makes three objects per node for
    every comment handler there could be.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from esprima.jsx_parser import JSXParser

    class Reader(JSXParser):  # type: ignore[misc]
        def __init__(self, code: str) -> None:
            self.comments: list[tuple[int, int]] = []
            super().__init__(code, {"range": True, "comment": True}, None)
            self.scanner.testRegExp = lambda pattern, flags: None

        def collectComments(self) -> None:
            self.comments.extend((entry.range[0], entry.range[1]) for entry in self.scanner.scanComments())

    return Reader


def _read(code: str, module: bool) -> tuple[Node, list[tuple[int, int]]]:
    reader = _parser()(code)
    return (reader.parseModule() if module else reader.parseScript()), reader.comments


class _Lowering:
    """One tree on its way into a unit. ``self.todo`` holds statements still to visit."""

    def __init__(self, text: bytes, code: str, comments: list[tuple[int, int]], unit: Unit) -> None:
        self.unit = unit
        self.bytes_before = None if code.isascii() else [0, *accumulate(len(letter.encode()) for letter in code)]
        self.todo: list[tuple[Node, int, Guards]] = []
        self.depth = 0
        self.parent_element = -1
        pieces, last = [], 0
        for start, end in comments:
            unit.comments.append(comment_at(text, self.bytes(start, end)))
            pieces += [code[last:start], " " * (end - start)]
            last = end
        self.code = "".join((*pieces, code[last:]))  # comments blanked

    def bytes(self, start: int, end: int) -> Span:
        return Span(start, end) if self.bytes_before is None else Span(self.bytes_before[start], self.bytes_before[end])

    def span(self, node: Node) -> Span:
        return self.bytes(*node.range)

    def trimmed(self, start: int, end: int) -> Span:
        """A range without the blanks and comments at its ends: esprima ends a statement where the next one starts."""
        inside = self.code[start:end]
        return self.bytes(end - len(inside.lstrip()), start + len(inside.rstrip()))

    def source(self, node: Node) -> str:
        return self.code[node.range[0] : node.range[1]]

    def program(self, root: Node, scope: int) -> None:
        self.parts(root, scope, ())
        while self.todo:
            node, scope, guards = self.todo.pop()
            handler = _STATEMENTS.get(node.type)
            if handler is not None:
                handler(self, node, scope, guards)
            elif node.type in _EXPRESSIONS:
                self.expression(node, scope, guards)

    # --- statements -----------------------------------------------------------------------------

    def parts(self, node: Node, scope: int, guards: Guards) -> None:
        for field in reversed(_PARTS[node.type]):
            part = getattr(node, field)
            for child in reversed(part if isinstance(part, list) else [part]):
                if child is not None:
                    self.todo.append((child, scope, guards))

    def inner_block(self, node: Node, scope: int, guards: Guards) -> None:
        self.parts(node, self.unit.new_scope(scope, "block"), guards)

    def import_declaration(self, node: Node, scope: int, guards: Guards) -> None:
        module = self.string(node.source)
        for specifier in node.specifiers:
            imported = {"ImportDefaultSpecifier": "default", "ImportNamespaceSpecifier": None}.get(
                specifier.type, self.source(specifier.imported) if specifier.imported is not None else None
            )
            local = specifier.local
            self.unit.declare(scope, self.source(local), "import", self.span(local), module=module, imported=imported)

    def declaration(self, node: Node, scope: int, guards: Guards) -> None:
        for declarator in node.declarations:
            name = self.source(declarator.id) if declarator.id.type == "Identifier" else ""
            value = self.named(declarator.init, scope, guards, name) if declarator.init is not None else None
            self.bind(declarator.id, node.kind, scope, value, (), guards)

    def bind(self, target: Node, kind: str, scope: int, value: Expr | None, path: tuple[str | int, ...], guards: Guards) -> None:
        """Declare every name in a pattern."""
        stack: list[tuple[Node, tuple[str | int, ...], Expr | None]] = [(target, path, None)]
        while stack:
            node, path, default = stack.pop()
            if node.type == "Identifier":
                self.unit.declare(scope, self.source(node), kind, self.span(node), value, path, default, guards=guards)
            elif node.type == "ObjectPattern":
                for item in node.properties:
                    if item.type == "Property":
                        stack.append((item.value, (*path, self.property_name(item) or "?"), None))
                    else:
                        stack.append((item, path, None))
            elif node.type == "AssignmentPattern":
                stack.append((node.left, path, self.expression(node.right, scope, guards)))
            elif node.type == "ArrayPattern":
                stack.extend((item, (*path, index), None) for index, item in enumerate(node.elements) if item is not None)
            elif node.type == "RestElement":
                stack.append((node.argument, (*path, "..."), None))

    def function_declaration(self, node: Node, scope: int, guards: Guards) -> None:
        value = self.function(node, scope, guards)
        if node.id is not None:
            self.unit.declare(scope, self.source(node.id), "function", self.span(node.id), value)

    def class_statement(self, node: Node, scope: int, guards: Guards) -> None:
        name = self.source(node.id) if node.id is not None else ""
        if name:
            self.unit.declare(scope, name, "class", self.span(node.id))
        if node.superClass is not None:
            self.expression(node.superClass, scope, guards)
        inner = self.unit.new_scope(scope, "class", name)
        for method in node.body.body:
            key = self.key_span(method, inner)
            text = self.code[method.key.range[0] : method.key.range[1]]
            if method.computed:
                text = f"[{text}]"
            self.unit.declare(inner, text, "function", key, self.function(method.value, inner, (), text, method))

    def return_statement(self, node: Node, scope: int, guards: Guards) -> None:
        if node.argument is None:
            value: Expr = Literal(None, self.trimmed(*node.range))
        else:
            value = self.expression(node.argument, scope, guards)
        self.unit.returns.setdefault(self.unit.function_scope(scope), []).append((value, guards))

    def if_statement(self, node: Node, scope: int, guards: Guards) -> None:
        test = self.expression(node.test, scope, guards)
        if node.alternate is not None:
            self.todo.append((node.alternate, scope, (*guards, Guard(test, False, scope))))
        self.todo.append((node.consequent, scope, (*guards, Guard(test, True, scope))))

    def switch_case(self, node: Node, scope: int, guards: Guards) -> None:
        guard = Guard(Unknown("a case of a switch", self.trimmed(*node.range)), True, scope)
        if node.test is not None:
            self.todo.append((node.test, scope, guards))
        for child in reversed(node.consequent):
            self.todo.append((child, scope, (*guards, guard)))

    def loop(self, node: Node, scope: int, guards: Guards) -> None:
        inner = self.unit.new_scope(scope, "block")
        if node.left is not None and node.left.type == "VariableDeclaration":
            for declarator in node.left.declarations:
                self.bind(declarator.id, "other", inner, None, (), guards)
                if declarator.init is not None:
                    self.todo.append((declarator.init, inner, guards))
        self.parts(node, inner, guards)

    def catch(self, node: Node, scope: int, guards: Guards) -> None:
        inner = self.unit.new_scope(scope, "block")
        self.bind(node.param, "other", inner, None, (), guards)
        self.todo.append((node.body, inner, guards))
