"""Plain JavaScript to the model, read strictly as ECMAScript 2017 by esprima.

The second front end. It fills a unit exactly as :mod:`trackaudit.parse.javascript` does, which a differential test
checks, but reads nothing newer, nothing half-typed and no JSX. esprima recurses while it reads, so what nests deep is
left to tree-sitter. Node names are ESTree's, as esprima 4.0.1 makes them; an attribute that a node lacks reads as None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from itertools import accumulate
from typing import Any

from trackaudit import model
from trackaudit.model import Expr, Guard, Literal, Region, Span, Spread, Unit, Unknown
from trackaudit.parse.build import MARK, MAX_DEPTH, assign_name, branches, comment_at, rest_step
from trackaudit.parse.ecmascript import decoded, read
from trackaudit.parse.literals import number_value, unescape
from trackaudit.parse.strict_modules import Modules

Guards = tuple[Guard, ...]
Node = Any  # esprima has no types

_CONSTANTS = {"true": True, "false": False, "null": None}
_FUNCTIONS = ("ArrowFunctionExpression", "FunctionExpression", "Property")  # a method, as the property that it is
_LEAVING = ("ReturnStatement", "ThrowStatement", "BreakStatement", "ContinueStatement")
_DEFINITIONS = ("FunctionDeclaration", "ClassDeclaration", "MethodDefinition")
_PARTS = (  # the fields of statements that hold statements, or expressions in their place
    "declaration", "expression", "argument", "block", "handler", "finalizer", "discriminant", "cases",
    "init", "object", "test", "update", "right", "body",
)  # fmt: skip
_BELOW = {  # the links of a chain and what each stands on; ``await`` is seen through
    "CallExpression": "callee", "MemberExpression": "object", "TaggedTemplateExpression": "tag",
    "AwaitExpression": "argument",
}  # fmt: skip


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


class _Lowering(Modules):
    """One tree on its way into a unit. ``self.todo`` holds statements still to visit."""

    def __init__(self, text: bytes, code: str, unit: Unit) -> None:
        self.text, self.code, self.unit = text, code, unit
        self.bytes_before = None if code.isascii() else [0, *accumulate(len(letter.encode()) for letter in code)]
        self.todo: list[tuple[Node, int, Guards]] = []
        self.ends: dict[int, int] = {}  # of the block that a statement stands in
        self.depth = 0

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
            elif node.type in _EXPRESSIONS:
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

    # --- expressions ----------------------------------------------------------------------------

    def expression(self, node: Node, scope: int, guards: Guards) -> Expr:
        if self.depth >= MAX_DEPTH:
            raise RecursionError("nested too deep")
        handler = _EXPRESSIONS.get(node.type)
        if handler is None:
            return Unknown(re.sub("(?<=[a-z])(?=[A-Z])", " ", node.type).lower(), self.span(node))
        self.depth += 1
        try:
            return handler(self, node, scope, guards)
        finally:
            self.depth -= 1

    def named(self, node: Node, scope: int, guards: Guards, name: str) -> Expr:
        """A value; a function takes the name it is bound to."""
        if node.type in _FUNCTIONS:
            return self.function(node, scope, guards, name)
        return self.expression(node, scope, guards)

    def string(self, node: Node) -> str:
        return unescape(node.raw[1:-1])

    def literal(self, node: Node, scope: int, guards: Guards) -> Expr:
        span = self.span(node)
        if node.regex is not None:
            return model.Regex(node.regex.pattern, node.regex.flags, span)
        if isinstance(node.value, str):
            return Literal(self.string(node), span)
        value = _CONSTANTS[node.raw] if node.raw in _CONSTANTS else number_value(node.raw)
        return Unknown("number", span) if value is None and node.raw != "null" else Literal(value, span)

    def name(self, node: Node, scope: int, guards: Guards) -> Expr:
        return model.Name(self.source(node), scope, self.span(node))

    def template(self, node: Node, scope: int, guards: Guards) -> Expr:
        if not node.expressions:
            return Literal(self.string_piece(node.quasis[0]).value, self.span(node))
        parts: list[Expr] = []
        for quasi, expression in zip(node.quasis, [*node.expressions, None], strict=True):
            if quasi.value.raw:
                parts.append(self.string_piece(quasi))
            if expression is not None:
                parts.append(self.expression(expression, scope, guards))
        return model.Template(tuple(parts), self.span(node))

    def string_piece(self, quasi: Node) -> Literal:
        """The text between two substitutions; esprima's range holds the backtick or brace at either end."""
        start = quasi.range[0] + 1
        return Literal(unescape(quasi.value.raw), self.bytes(start, start + len(quasi.value.raw)))

    def inner(self, node: Node, scope: int, guards: Guards) -> Expr:
        """``await``, ``yield``, ``...``: what is inside is what counts."""
        return Unknown("empty", self.span(node)) if node.argument is None else self.expression(node.argument, scope, guards)

    def sequence(self, node: Node, scope: int, guards: Guards) -> Expr:
        return [self.expression(child, scope, guards) for child in node.expressions][-1]

    def object(self, node: Node, scope: int, guards: Guards) -> Expr:
        entries: list[model.Property | Spread] = []
        for item in node.properties:
            if item.type == "SpreadElement":
                entries.append(Spread(self.inner(item, scope, guards), self.span(item)))
                continue
            name, key = self.property_name(item), self.key(item, scope, guards)
            value = self.named(item if item.method or item.kind != "init" else item.value, scope, guards, name or "")
            entries.append(model.Property(name, key, value))
        return model.Object(tuple(entries), self.span(node))

    def property_name(self, item: Node) -> str | None:
        if item.key.type == "Literal" and isinstance(item.key.value, str) and item.key.regex is None:
            return self.string(item.key)
        return None if self.computed(item) else self.source(item.key)

    def computed(self, item: Node) -> bool:
        """Whether a key stands in brackets. esprima says so too, but not of ``async [key]() {}`` in a class."""
        return "[" in self.code[item.range[0] : item.key.range[0]]

    def key(self, item: Node, scope: int, guards: Guards) -> Span:
        """The span of a key; what is computed in its brackets may call something too."""
        if self.computed(item):
            self.expression(item.key, scope, guards)
        return self.key_span(item)

    def key_span(self, item: Node) -> Span:
        start, end = item.key.range
        if not self.computed(item):
            return self.span(item.key)
        return self.bytes(self.code.rindex("[", 0, start), self.code.index("]", end) + 1)

    def array(self, node: Node, scope: int, guards: Guards) -> Expr:
        elements: list[Expr | Spread] = []
        for item in node.elements:
            if item is not None:
                value = self.expression(item, scope, guards)
                elements.append(Spread(value, self.span(item)) if item.type == "SpreadElement" else value)
        return model.Array(tuple(elements), self.span(node))

    def chain(self, node: Node, scope: int, guards: Guards) -> Expr:
        """Calls and member accesses, from the innermost object outwards."""
        links: list[Node] = []
        while node.type in _BELOW:
            links.append(node)
            node = getattr(node, _BELOW[node.type])
        value = self.expression(node, scope, guards)
        for link in reversed(links):
            if link.type == "MemberExpression":
                value = self.member(link, value, scope, guards)
            elif link.type != "AwaitExpression":
                value = self.call(link, value, link.arguments if link.quasi is None else [link.quasi], scope, guards)
        return value

    def member(self, node: Node, below: Expr, scope: int, guards: Guards) -> Expr:
        if not node.computed:
            return model.Member(below, self.source(node.property), self.span(node.property), self.span(node))
        key = self.expression(node.property, scope, guards)
        if isinstance(key, Literal) and isinstance(key.value, str):
            return model.Member(below, key.value, key.span, self.span(node))
        return model.Index(below, key, self.span(node))

    def new(self, node: Node, scope: int, guards: Guards) -> Expr:
        return self.call(node, self.expression(node.callee, scope, guards), node.arguments, scope, guards)

    def call(self, node: Node, callee: Expr, arguments: list[Node], scope: int, guards: Guards) -> Expr:
        lowered = tuple(
            model.Argument(self.expression(item, scope, guards), None, None, "*" if item.type == "SpreadElement" else "")
            for item in arguments
        )
        call = model.Call(callee, lowered, node.type == "NewExpression", self.span(node))
        self.unit.calls.append(model.CallSite(call, scope, guards))
        return call

    def function(self, node: Node, scope: int, guards: Guards, name: str = "") -> model.Function:
        """A function; a method is given as the property or definition that holds it."""
        code = node.value or node
        if not name and code.id is not None:
            name = self.source(code.id)
        elif not name and node.key is not None:
            key = self.key_span(node)
            name = self.text[key.start : key.end].decode()
        inner = self.unit.new_scope(scope, "function", name)
        names = tuple(map(self.parameter_name, code.params))
        for index, parameter in enumerate(code.params):
            self.bind(parameter, "parameter", inner, None, (index,), ())
        if code.body.type == "BlockStatement":
            self.todo.append((code.body, inner, guards))
        else:
            self.unit.returns.setdefault(inner, []).append((self.expression(code.body, inner, guards), ()))
        value = model.Function(name, names, inner, self.span(node))
        if node.type == "FunctionDeclaration" and node.id is not None:
            self.unit.declare(scope, name, "function", self.span(node.id), value)
        return value

    def parameter_name(self, item: Node) -> str:
        if item.type == "AssignmentPattern":
            item = item.left
        if item.type == "RestElement":
            return "*" + self.parameter_name(item.argument)
        return self.source(item) if item.type == "Identifier" else ""

    def assignment(self, node: Node, scope: int, guards: Guards) -> Expr:
        if node.left.type in ("ObjectPattern", "ArrayPattern"):
            value = self.expression(node.right, scope, guards)
            self.bind(node.left, "var", scope, value, (), guards)
            return value
        target = self.expression(node.left, scope, guards)
        value = self.named(node.right, scope, guards, assign_name(target))
        self.unit.assignments.append(model.Assignment(target, value, node.operator, scope, guards, self.span(node)))
        return value

    def conditional(self, node: Node, scope: int, guards: Guards) -> Expr:
        test = self.expression(node.test, scope, guards)
        holds, fails = Guard(test, True, scope), Guard(test, False, scope)
        consequent = self.expression(node.consequent, scope, (*guards, holds))
        alternate = self.expression(node.alternate, scope, (*guards, fails))
        self.unit.regions += branches(consequent, holds, alternate, fails)
        return model.Conditional(test, consequent, alternate, self.span(node))

    def binary(self, node: Node, scope: int, guards: Guards) -> Expr:
        left = self.expression(node.left, scope, guards)
        if node.type == "BinaryExpression":
            return model.Binary(node.operator, left, self.expression(node.right, scope, guards), self.span(node))
        guard = Guard(left, node.operator == "&&", scope)
        return model.Logical(node.operator, left, self.expression(node.right, scope, (*guards, guard)), self.span(node))

    def unary(self, node: Node, scope: int, guards: Guards) -> Expr:
        operand = self.expression(node.argument, scope, guards)
        if node.type == "UpdateExpression":
            return Unknown("update expression", self.span(node))
        if node.operator == "delete":
            deleted = Literal(None, self.span(node))
            self.unit.assignments.append(model.Assignment(operand, deleted, "delete", scope, guards, self.span(node)))
        return model.Unary(node.operator, operand, self.span(node))


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
_EXPRESSIONS: dict[str, Callable[[_Lowering, Node, int, Guards], Expr]] = {
    **dict.fromkeys(("Identifier", "ThisExpression", "Super", "Import"), _Lowering.name),
    **dict.fromkeys(("AwaitExpression", "YieldExpression", "SpreadElement"), _Lowering.inner),
    **dict.fromkeys(("CallExpression", "MemberExpression", "TaggedTemplateExpression"), _Lowering.chain),
    **dict.fromkeys(("BinaryExpression", "LogicalExpression"), _Lowering.binary),
    **dict.fromkeys(("UnaryExpression", "UpdateExpression"), _Lowering.unary),
    **dict.fromkeys(_FUNCTIONS, _Lowering.function),
    "Literal": _Lowering.literal, "TemplateLiteral": _Lowering.template, "SequenceExpression": _Lowering.sequence,
    "ObjectExpression": _Lowering.object, "ArrayExpression": _Lowering.array, "NewExpression": _Lowering.new,
    "ClassExpression": _Lowering.class_, "AssignmentExpression": _Lowering.assignment,
    "ConditionalExpression": _Lowering.conditional,
}  # fmt: skip
