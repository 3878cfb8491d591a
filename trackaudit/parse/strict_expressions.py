"""ESTree's expressions to the model; the half of the strict reading that :mod:`trackaudit.parse.strict` visits statements with."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from trackaudit import model
from trackaudit.model import Expr, Guard, Literal, Span, Spread, Unit, Unknown
from trackaudit.parse.build import MAX_DEPTH, assign_name, branches
from trackaudit.parse.literals import number_value, unescape

Guards = tuple[Guard, ...]
Node = Any  # esprima has no types

_CONSTANTS = {"true": True, "false": False, "null": None}
_FUNCTIONS = ("ArrowFunctionExpression", "FunctionExpression", "Property")  # a method, as the property that it is
_BELOW = {  # the links of a chain and what each stands on; ``await`` is seen through
    "CallExpression": "callee", "MemberExpression": "object", "TaggedTemplateExpression": "tag",
    "AwaitExpression": "argument",
}  # fmt: skip


class Expressions(ABC):
    """The half of a lowering that makes values. ``code`` is the text without its comments; ``todo`` holds statements still to visit."""

    text: bytes
    code: str
    unit: Unit
    todo: list[tuple[Node, int, Guards]]
    depth = 0

    @abstractmethod
    def bytes(self, start: int, end: int) -> Span:
        """A range of code points as a span."""

    @abstractmethod
    def span(self, node: Node) -> Span:
        """Where a node stands."""

    @abstractmethod
    def source(self, node: Node) -> str:
        """The text of a node."""

    @abstractmethod
    def bind(self, target: Node, kind: str, scope: int, value: Expr | None, path: tuple[str | int, ...], guards: Guards) -> None:
        """Declare what a pattern names."""

    @abstractmethod
    def class_(self, node: Node, scope: int, guards: Guards) -> Expr:
        """A class."""

    def expression(self, node: Node, scope: int, guards: Guards) -> Expr:
        if self.depth >= MAX_DEPTH:
            raise RecursionError("nested too deep")
        handler = EXPRESSIONS.get(node.type)
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


EXPRESSIONS: dict[str, Callable[[Expressions, Node, int, Guards], Expr]] = {
    **dict.fromkeys(("Identifier", "ThisExpression", "Super", "Import"), Expressions.name),
    **dict.fromkeys(("AwaitExpression", "YieldExpression", "SpreadElement"), Expressions.inner),
    **dict.fromkeys(("CallExpression", "MemberExpression", "TaggedTemplateExpression"), Expressions.chain),
    **dict.fromkeys(("BinaryExpression", "LogicalExpression"), Expressions.binary),
    **dict.fromkeys(("UnaryExpression", "UpdateExpression"), Expressions.unary),
    **dict.fromkeys(_FUNCTIONS, Expressions.function),
    "Literal": Expressions.literal, "TemplateLiteral": Expressions.template, "SequenceExpression": Expressions.sequence,
    "ObjectExpression": Expressions.object, "ArrayExpression": Expressions.array, "NewExpression": Expressions.new,
    "ClassExpression": lambda lowering, node, scope, guards: lowering.class_(node, scope, guards), "AssignmentExpression": Expressions.assignment,
    "ConditionalExpression": Expressions.conditional,
}  # fmt: skip
