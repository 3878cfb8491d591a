"""Plain JavaScript to the model, read strictly as ECMAScript 2017 by esprima.

The second front end. It fills a unit exactly as :mod:`trackaudit.parse.javascript` does, which a differential test
checks, but reads nothing newer, nothing half-typed and no JSX. esprima recurses while it reads, so what nests deep is
left to tree-sitter. Node names are ESTree's, as esprima 4.0.1 makes them; an attribute that a node lacks reads as None.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from itertools import accumulate
from typing import Any

from trackaudit import model
from trackaudit.model import Expr, Guard, Literal, Region, Span, Unit, Unknown
from trackaudit.parse.build import MARK, MAX_DEPTH, comment_at, rest_step
from trackaudit.parse.ecmascript import decoded, read
from trackaudit.parse.strict_expressions import EXPRESSIONS, Expressions
from trackaudit.parse.strict_modules import Modules

Guards = tuple[Guard, ...]
Node = Any  # esprima has no types

_LEAVING = ("ReturnStatement", "ThrowStatement", "BreakStatement", "ContinueStatement")
_DEFINITIONS = ("FunctionDeclaration", "ClassDeclaration", "MethodDefinition")
_PARTS = (  # the fields of statements that hold statements, or expressions in their place
    "declaration", "expression", "argument", "block", "handler", "finalizer", "discriminant", "cases",
    "init", "object", "test", "update", "right", "body",
)  # fmt: skip


def lower(text: bytes, unit: Unit, scope: int = 0) -> bool:
    """Add the program in ``text`` to ``unit`` in ``scope``, if esprima can read it; say whether it could.

    The unit is left as it was where esprima could not, and where an expression nests past :data:`MAX_DEPTH`.
    """
    trial = deepcopy(unit)  # all or nothing: what nests too deep is only found on the way
    try:
        code = decoded(text)
        _Lowering(text, code, trial).program(read(code), scope)
    except Exception:  # syntax errors, recursion errors, and what esprima's own bugs raise
        return False
    for slot in Unit.__slots__:
        setattr(unit, slot, getattr(trial, slot))
    return True


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


_EACH: dict[str, tuple[str, ...]] = {"ForOfStatement": ("[]",), "ForInStatement": ("[key]",)}


class _Lowering(Expressions, Modules):
    """One tree on its way into a unit. ``self.todo`` holds statements still to visit."""

    def __init__(self, text: bytes, code: str, unit: Unit) -> None:
        self.text, self.code, self.unit = text, code, unit
        self.bytes_before = None if code.isascii() else [0, *accumulate(len(letter.encode()) for letter in code)]
        self.todo: list[tuple[Node, int, Guards]] = []
        self.ends: dict[int, int] = {}  # of the block that a statement stands in

    def program(self, root: Node, scope: int) -> None:
        letters = list(self.code)
        for comment in root.comments:
            letters[slice(*comment.range)] = " " * (comment.range[1] - comment.range[0])
        self.code = "".join(letters)
        if MARK in self.text:
            comments = (comment_at(self.text, self.span(comment), self.below(comment, root)) for comment in root.comments)
            self.unit.comments.extend(comments)
        self.todo.append((root, scope, ()))
        while self.todo:
            node, scope, guards = self.todo.pop()
            if (handler := _STATEMENTS.get(node.type)) is not None:
                handler(self, node, scope, guards)
            elif node.type in EXPRESSIONS:
                self.expression(node, scope, guards)

    def bytes(self, start: int, end: int) -> Span:
        """A range of code points as a span: esprima counts those, the model bytes."""
        return Span(start, end) if self.bytes_before is None else Span(self.bytes_before[start], self.bytes_before[end])

    def span(self, node: Node) -> Span:
        return self.bytes(*node.range)

    def trimmed(self, node: Node) -> Span:
        """The span without blanks and comments at its end: without a semicolon, esprima goes on to the next statement."""
        return self.bytes(node.range[0], self.end(node))

    def end(self, node: Node) -> int:
        return int(node.range[0]) + len(self.source(node).rstrip())

    def below(self, comment: Node, around: Node) -> Span | None:
        """What a comment stands above: the next part of the innermost node that it stands in; of a definition the start."""
        following: Node = None
        while around is not None:
            parts = [item for field, value in vars(around).items() if field != "comments" for item in _listed(value)]
            parts = sorted((item for item in parts if getattr(item, "range", None)), key=lambda item: item.range[0])
            following = next((item for item in parts if item.range[0] >= comment.range[1]), None)
            around = next((item for item in parts if item.range[0] < comment.range[0] < self.end(item)), None)
        if following is None:
            return None
        between = self.code[comment.range[1] : following.range[0]]
        start = following.range[0] - len(between[len(between.rstrip("( \t\r\n")) :].lstrip())
        definition = following.type in _DEFINITIONS or following.method or following.kind in ("get", "set")
        return self.bytes(start, start if definition else self.end(following))

    def source(self, node: Node) -> str:
        return self.code[node.range[0] : node.range[1]]

    # --- statements -----------------------------------------------------------------------------

    def parts(self, node: Node, scope: int, guards: Guards, but: str = "") -> None:
        for field in reversed([field for field in _PARTS if field != but]):
            for child in reversed(_listed(getattr(node, field))):
                if child is not None:
                    self.ends[id(child)] = node.range[1]
                    self.todo.append((child, scope, guards))

    def block(self, node: Node, scope: int, guards: Guards) -> None:
        inner = self.unit.new_scope(scope, "block")
        declared = getattr(node.left, "declarations", None) or []
        looping = node.type in ("ForOfStatement", "ForInStatement")
        items = self.expression(node.right, inner, guards) if looping else None
        path = _EACH.get(node.type, ()) if declared else ()
        for pattern in [node.param, *(item.id for item in declared)]:
            self.bind(pattern, "other", inner, items if path else None, path, guards)
        self.todo.extend((item.init, inner, guards) for item in declared if item.init is not None)
        self.parts(node, inner, guards, "right" if looping else "")

    def declaration(self, node: Node, scope: int, guards: Guards) -> None:
        for item in node.declarations:
            name = self.source(item.id) if item.id.type == "Identifier" else ""
            value = self.named(item.init, scope, guards, name) if item.init is not None else None
            self.bind(item.id, node.kind, scope, value, (), guards)

    def bind(self, target: Node, kind: str, scope: int, value: Expr | None, path: tuple[str | int, ...], guards: Guards) -> None:
        """Declare every name in a pattern."""
        stack: list[tuple[Any, tuple[str | int, ...], Expr | None]] = [(target, path, None)]
        while stack:
            node, path, default = stack.pop()
            if node is None:  # a hole in an array
                continue
            if node.type == "Identifier":
                self.unit.declare(scope, self.source(node), kind, self.span(node), value, path, default, guards=guards)
            elif node.type == "ObjectPattern":
                taken = [self.property_name(item) for item in node.properties if item.type != "RestElement"]
                for item in node.properties:
                    rest = item.type == "RestElement"
                    step = rest_step(taken) if rest else self.property_name(item) or "?"
                    stack.append((item.argument if rest else item.value, (*path, step), None))
            elif node.type == "AssignmentPattern":
                stack.append((node.left, path, self.expression(node.right, scope, guards)))
            elif node.type == "ArrayPattern":
                stack.extend((item, (*path, index), None) for index, item in enumerate(node.elements))
            elif node.type == "RestElement":
                stack.append((node.argument, (*path, "..."), None))

    def class_(self, node: Node, scope: int, guards: Guards) -> Expr:
        name = self.source(node.id) if node.id is not None else ""
        bases = () if node.superClass is None else (self.expression(node.superClass, scope, guards),)
        inner = self.unit.new_scope(scope, "class", name)
        value = model.Class(name, bases, inner, self.span(node))
        if name:
            self.unit.declare(scope, name, "class", self.span(node.id), value)
        for item in node.body.body:
            key = self.key(item, inner, ())
            method = self.function(item, inner, ())
            self.unit.declare(inner, method.name, "getter" if item.kind == "get" else "function", key, method)
        return value

    def expression_statement(self, node: Node, scope: int, guards: Guards) -> None:
        value = self.expression(node.expression, scope, guards)
        if isinstance(value, model.Call):
            self.unit.discarded.add(value.span)

    def return_statement(self, node: Node, scope: int, guards: Guards) -> None:
        if node.argument is not None:
            value = self.expression(node.argument, scope, guards)
        else:
            value = Literal(None, self.bytes(node.range[0], node.range[0] + len("return")))
        self.unit.returns.setdefault(self.unit.function_scope(scope), []).append((value, guards))

    def if_statement(self, node: Node, scope: int, guards: Guards) -> None:
        test = self.expression(node.test, scope, guards)
        for branch, positive in ((node.alternate, False), (node.consequent, True)):
            if branch is not None:
                guard = Guard(test, positive, scope)
                self.todo.append((branch, scope, (*guards[-MAX_DEPTH:], guard)))
                self.unit.regions.append(Region(*self.span(branch)[:2], guard))
        inside = node.consequent.body if node.consequent.type == "BlockStatement" else [node.consequent]
        if node.alternate is None and inside and inside[-1].type in _LEAVING:
            self.unit.regions.append(Region(*self.bytes(node.range[1], self.ends[id(node)])[:2], Guard(test, False, scope)))

    def switch_case(self, node: Node, scope: int, guards: Guards) -> None:
        guard = Guard(Unknown("a case of a switch", self.trimmed(node)), True, scope)
        self.ends |= {id(child): node.range[1] for child in node.consequent}
        self.todo.extend((child, scope, (*guards[-MAX_DEPTH:], guard)) for child in reversed(node.consequent))
        if node.test is not None:
            self.todo.append((node.test, scope, guards))


_STATEMENTS: dict[str, Callable[[_Lowering, Node, int, Guards], object]] = {
    **dict.fromkeys(("Program", "LabeledStatement", "ThrowStatement", "TryStatement",
                     "SwitchStatement"), _Lowering.parts),
    **dict.fromkeys(("BlockStatement", "CatchClause", "ForStatement", "ForInStatement", "ForOfStatement", "WhileStatement",
                     "DoWhileStatement", "WithStatement"), _Lowering.block),
    "ImportDeclaration": _Lowering.import_declaration, "VariableDeclaration": _Lowering.declaration,
    "FunctionDeclaration": _Lowering.function, "ClassDeclaration": _Lowering.class_,
    "ExpressionStatement": _Lowering.expression_statement, "ReturnStatement": _Lowering.return_statement, "IfStatement": _Lowering.if_statement,
    "SwitchCase": _Lowering.switch_case, "ExportNamedDeclaration": _Lowering.export_named,
    "ExportAllDeclaration": _Lowering.export_all, "ExportDefaultDeclaration": _Lowering.export_default,
}  # fmt: skip
