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
    Argument, Array, Assignment, Binary, Call, CallSite, Conditional, Expr,
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
    trial = deepcopy(unit)  # all or nothing: what nests too deep is only found on the way
    try:
        program, comments = _read(code)
        _Lowering(text, code, comments, trial).program(program, scope)
    except Exception:  # esprima has bugs too, and raises several unrelated types
        return False
    for slot in Unit.__slots__:
        setattr(unit, slot, getattr(trial, slot))
    return True


def complaint(text: bytes) -> tuple[str, int] | None:
    """esprima's words for the first syntax error and its byte offset; None where it has none."""
    code = _decoded(text)
    try:
        _read(code)
    except Exception as error:
        index = getattr(error, "index", None)
        if isinstance(index, int):
            words = str(error).partition(": ")[2]  # after "Line 3"
            return words, len(code[:index].encode())
    return None


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
        from esprima.parser import Parser

    class Reader(Parser):  # type: ignore[misc]
        def __init__(self, code: str) -> None:
            self.comments: list[tuple[int, int]] = []
            super().__init__(code, {"range": True, "comment": True}, None)
            self.scanner.testRegExp = lambda pattern, flags: None

        def collectComments(self) -> None:
            self.comments.extend((entry.range[0], entry.range[1]) for entry in self.scanner.scanComments())

    return Reader


def _read(code: str) -> tuple[Node, list[tuple[int, int]]]:
    """The program, read as a module or else as a script, and where its comments are.

    Raises what the reading that got further raised.
    """
    errors: list[Any] = []
    for goal in ("parseModule", "parseScript"):
        try:
            reader = _parser()(code)
            return getattr(reader, goal)(), reader.comments
        except Exception as error:
            errors.append(error)
    raise max(errors, key=lambda error: error.index if isinstance(getattr(error, "index", None), int) else len(code) + 1)


class _Lowering:
    """One tree on its way into a unit. ``self.todo`` holds statements still to visit."""

    def __init__(self, text: bytes, code: str, comments: list[tuple[int, int]], unit: Unit) -> None:
        self.unit = unit
        self.bytes_before = None if code.isascii() else [0, *accumulate(len(letter.encode()) for letter in code)]
        self.todo: list[tuple[Node, int, Guards]] = []
        self.depth = 0
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
            start, end = self.key(method, inner, ())
            name = self.code[start:end]
            self.unit.declare(inner, name, "function", self.bytes(start, end), self.function(method, inner, (), name))

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

    # --- expressions ----------------------------------------------------------------------------

    def expression(self, node: Node, scope: int, guards: Guards) -> Expr:
        if self.depth >= MAX_DEPTH:
            raise _TooDeep
        handler = _EXPRESSIONS.get(node.type)
        if handler is None:
            return Unknown(_CAPITAL.sub(" ", node.type).lower(), self.span(node))
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
            return Regex(node.regex.pattern, node.regex.flags, span)
        if node.raw[0] in "\"'":
            return Literal(self.string(node), span)
        if node.raw in _CONSTANTS:
            return Literal(_CONSTANTS[node.raw], span)
        value = number_value(node.raw)
        return Unknown("number", span) if value is None else Literal(value, span)

    def name(self, node: Node, scope: int, guards: Guards) -> Expr:
        return Name(self.source(node), scope, self.span(node))

    def template(self, node: Node, scope: int, guards: Guards) -> Expr:
        parts: list[Expr] = []
        for index, quasi in enumerate(node.quasis):
            if quasi.value.raw:
                start, end = quasi.range
                span = self.bytes(start + 1, end - (1 if quasi.tail else 2))
                parts.append(Literal(unescape(quasi.value.raw), span))
            if not quasi.tail:
                parts.append(self.expression(node.expressions[index], scope, guards))
        if len(node.quasis) == 1:
            return Literal(unescape(node.quasis[0].value.raw), self.span(node))
        return Template(tuple(parts), self.span(node))

    def inner(self, node: Node, scope: int, guards: Guards) -> Expr:
        """``await``, ``yield``: what is inside is what counts."""
        inside = node.argument
        if inside is None:
            return Unknown("empty", self.span(node))
        return self.expression(inside, scope, guards)

    def sequence(self, node: Node, scope: int, guards: Guards) -> Expr:
        return [self.expression(child, scope, guards) for child in node.expressions][-1]

    def object(self, node: Node, scope: int, guards: Guards) -> Expr:
        entries: list[Property | Spread] = []
        for item in node.properties:
            if item.type == "SpreadElement":
                entries.append(Spread(self.expression(item.argument, scope, guards), self.span(item)))
                continue
            name = self.property_name(item)
            span = self.bytes(*self.key(item, scope, guards))
            if item.method or item.kind in ("get", "set"):
                value = self.function(item, scope, guards, name or "")
            else:
                value = self.named(item.value, scope, guards, name or "")
            entries.append(Property(name, span, value))
        return Object(tuple(entries), self.span(node))

    def property_name(self, item: Node) -> str | None:
        if item.key.type == "Literal" and isinstance(item.key.value, str) and item.key.regex is None:
            return self.string(item.key)
        return None if item.computed else self.source(item.key)

    def key(self, item: Node, scope: int, guards: Guards) -> tuple[int, int]:
        """Where a property's key is written, brackets included; what is computed in them is lowered."""
        start, end = item.key.range
        if not item.computed:
            return start, end
        self.expression(item.key, scope, guards)
        return self.code.rindex("[", 0, start), self.code.index("]", end) + 1

    def array(self, node: Node, scope: int, guards: Guards) -> Expr:
        elements: list[Expr | Spread] = []
        for item in node.elements:
            if item is not None and item.type == "SpreadElement":
                elements.append(Spread(self.expression(item.argument, scope, guards), self.span(item)))
            elif item is not None:
                elements.append(self.expression(item, scope, guards))
        return Array(tuple(elements), self.span(node))

    def chain(self, node: Node, scope: int, guards: Guards) -> Expr:
        """Calls and member accesses, from the innermost object outwards."""
        links: list[Node] = []
        while (field := _BELOW.get(node.type)) is not None:
            if field != "argument":
                links.append(node)
            node = getattr(node, field)
        value = self.expression(node, scope, guards)
        for link in reversed(links):
            value = self.link(link, value, scope, guards)
        return value

    def link(self, node: Node, below: Expr, scope: int, guards: Guards) -> Expr:
        if node.type == "CallExpression":
            return self.call(node, below, node.arguments, scope, guards)
        if node.type == "TaggedTemplateExpression":
            return self.call(node, below, [node.quasi], scope, guards)
        if not node.computed:
            return Member(below, self.source(node.property), self.span(node.property), self.span(node))
        key = self.expression(node.property, scope, guards)
        if isinstance(key, Literal) and isinstance(key.value, str):
            return Member(below, key.value, key.span, self.span(node))
        return Index(below, key, self.span(node))

    def new(self, node: Node, scope: int, guards: Guards) -> Expr:
        return self.call(node, self.expression(node.callee, scope, guards), node.arguments, scope, guards, True)

    def call(self, node: Node, callee: Expr, arguments: list[Node], scope: int, guards: Guards, new: bool = False) -> Expr:
        lowered = []
        for item in arguments:
            spread = item.type == "SpreadElement"
            value = self.expression(item.argument if spread else item, scope, guards)
            lowered.append(Argument(value, None, None, "*" if spread else ""))
        call = Call(callee, tuple(lowered), new, self.span(node))
        self.unit.calls.append(CallSite(call, scope, guards))
        return call

    def function(self, node: Node, scope: int, guards: Guards, name: str = "") -> Expr:
        """A function; a method is given as the property or definition that holds it."""
        code = node.value or node
        if not name and code.id is not None:
            name = self.source(code.id)
        inner = self.unit.new_scope(scope, "function", name)
        names: list[str] = []
        for index, parameter in enumerate(code.params):
            names.append(self.source(parameter) if parameter.type == "Identifier" else "")
            self.bind(parameter, "parameter", inner, None, (index,), ())
        if code.body.type == "BlockStatement":
            self.todo.append((code.body, inner, guards))
        else:
            value = self.expression(code.body, inner, guards)
            self.unit.returns.setdefault(inner, []).append((value, ()))
        return Function(name, tuple(names), inner, self.span(node))

    def class_expression(self, node: Node, scope: int, guards: Guards) -> Expr:
        self.class_statement(node, scope, guards)
        return Unknown("class", self.span(node))

    def assignment(self, node: Node, scope: int, guards: Guards) -> Expr:
        if node.left.type in ("ObjectPattern", "ArrayPattern"):
            value = self.expression(node.right, scope, guards)
            self.bind(node.left, "var", scope, value, (), guards)
            return value
        target = self.expression(node.left, scope, guards)
        value = self.named(node.right, scope, guards, assign_name(target))
        self.unit.assignments.append(Assignment(target, value, node.operator, scope, guards, self.span(node)))
        return value

    def conditional(self, node: Node, scope: int, guards: Guards) -> Expr:
        test = self.expression(node.test, scope, guards)
        return Conditional(
            test,
            self.expression(node.consequent, scope, (*guards, Guard(test, True, scope))),
            self.expression(node.alternate, scope, (*guards, Guard(test, False, scope))),
            self.span(node),
        )

    def binary(self, node: Node, scope: int, guards: Guards) -> Expr:
        left = self.expression(node.left, scope, guards)
        if node.type == "BinaryExpression":
            return Binary(node.operator, left, self.expression(node.right, scope, guards), self.span(node))
        guard = Guard(left, node.operator == "&&", scope)
        return Logical(node.operator, left, self.expression(node.right, scope, (*guards, guard)), self.span(node))

    def unary(self, node: Node, scope: int, guards: Guards) -> Expr:
        return Unary(node.operator, self.expression(node.argument, scope, guards), self.span(node))

    def update(self, node: Node, scope: int, guards: Guards) -> Expr:
        self.expression(node.argument, scope, guards)
        return Unknown("update expression", self.span(node))


_BELOW = {  # the links of a chain, and what each stands on; ``await`` is seen through
    "CallExpression": "callee", "MemberExpression": "object",
    "TaggedTemplateExpression": "tag", "AwaitExpression": "argument",
}  # fmt: skip
_Statement = Callable[[_Lowering, Node, int, Guards], None]
_STATEMENTS: dict[str, _Statement] = {
    **dict.fromkeys(_PARTS, _Lowering.parts),
    **dict.fromkeys(("ForStatement", "ForInStatement", "ForOfStatement", "WhileStatement", "DoWhileStatement", "WithStatement"),
                    _Lowering.loop),
    "BlockStatement": _Lowering.inner_block,
    "ImportDeclaration": _Lowering.import_declaration,
    "VariableDeclaration": _Lowering.declaration,
    "FunctionDeclaration": _Lowering.function_declaration,
    "ClassDeclaration": _Lowering.class_statement,
    "ReturnStatement": _Lowering.return_statement,
    "IfStatement": _Lowering.if_statement,
    "SwitchCase": _Lowering.switch_case,
    "CatchClause": _Lowering.catch,
}  # fmt: skip

_Expression = Callable[[_Lowering, Node, int, Guards], Expr]
_EXPRESSIONS: dict[str, _Expression] = {
    **dict.fromkeys(("Identifier", "ThisExpression", "Super", "Import"), _Lowering.name),
    **dict.fromkeys(_BELOW, _Lowering.chain),
    **dict.fromkeys(_FUNCTIONS, _Lowering.function),
    **dict.fromkeys(("AwaitExpression", "YieldExpression"), _Lowering.inner),
    **dict.fromkeys(("BinaryExpression", "LogicalExpression"), _Lowering.binary),
    "Literal": _Lowering.literal,
    "TemplateLiteral": _Lowering.template,
    "SequenceExpression": _Lowering.sequence,
    "ObjectExpression": _Lowering.object,
    "ArrayExpression": _Lowering.array,
    "NewExpression": _Lowering.new,
    "ClassExpression": _Lowering.class_expression,
    "AssignmentExpression": _Lowering.assignment,
    "ConditionalExpression": _Lowering.conditional,
    "UnaryExpression": _Lowering.unary,
    "UpdateExpression": _Lowering.update,
}  # fmt: skip
