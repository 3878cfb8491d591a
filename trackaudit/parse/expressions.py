"""JavaScript's and TypeScript's expressions to the model; JSX is :mod:`trackaudit.parse.jsx`'s.

Expressions recurse to a stated depth (:data:`MAX_DEPTH`) and become ``Unknown`` past it; long chains (``a.b().c()``) and
operations (``a + b + c``) are walked in loops. Node names are those of the tree-sitter-javascript 0.25 and
tree-sitter-typescript 0.23 grammars.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from tree_sitter import Node

from trackaudit.model import (
    Argument,
    Array,
    Assignment,
    Binary,
    Call,
    CallSite,
    Conditional,
    Expr,
    Guard,
    Index,
    Literal,
    Logical,
    Member,
    Name,
    Object,
    Property,
    Regex,
    Span,
    Spread,
    Template,
    Unary,
    Unit,
    Unknown,
)  # fmt: skip
from trackaudit.parse.build import MAX_DEPTH, assign_name, branches
from trackaudit.parse.functions import Functions
from trackaudit.parse.grammars import bare, child_fields, children, span_of
from trackaudit.parse.literals import number_value, unescape

Guards = tuple[Guard, ...]
FUNCTIONS = frozenset(
    ("arrow_function", "function_expression", "generator_function", "function_declaration",
     "generator_function_declaration", "method_definition")
)  # fmt: skip


class Expressions(Functions):
    """The half of a lowering that makes values. The other half, in :mod:`trackaudit.parse.javascript`, visits statements."""

    def __init__(self, text: bytes, unit: Unit) -> None:
        super().__init__(text, unit)
        self.depth = 0

    @abstractmethod
    def hand_in(self, call: Node, arguments: Node) -> None:
        """Take note of what a call is given, functions among it."""

    @abstractmethod
    def class_statement(self, node: Node, scope: int, guards: Guards) -> Expr:
        """Visit a class and return it."""

    def named(self, value: Node, scope: int, guards: Guards, name: str) -> Expr:
        """A value; a function takes the name it is bound to, in parentheses too."""
        inner = bare(value)
        if inner.type in FUNCTIONS:
            return self.function(inner, scope, guards, name)
        return self.expression(value, scope, guards)

    def expression(self, node: Node, scope: int, guards: Guards) -> Expr:
        handler = EXPRESSIONS.get(node.type)
        if handler is None:
            return Unknown(node.type.replace("_", " "), span_of(node))
        if self.depth >= MAX_DEPTH:
            return Unknown("nested too deep", span_of(node))
        self.depth += 1
        try:
            return handler(self, node, scope, guards)
        finally:
            self.depth -= 1

    def string(self, node: Node) -> str:
        return unescape(self.source(node)[1:-1])

    def literal_string(self, node: Node, scope: int, guards: Guards) -> Expr:
        return Literal(self.string(node), span_of(node))

    def number(self, node: Node, scope: int, guards: Guards) -> Expr:
        value = number_value(self.source(node))
        return Unknown("number", span_of(node)) if value is None else Literal(value, span_of(node))

    def constant(self, node: Node, scope: int, guards: Guards) -> Expr:
        return Literal({"true": True, "false": False}.get(node.type), span_of(node))

    def name(self, node: Node, scope: int, guards: Guards) -> Expr:
        return Name(self.source(node), scope, span_of(node))

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
            return Literal("", span_of(node))
        if len(parts) == 1 and isinstance(parts[0], Literal) and last == node.start_byte + 1:
            return Literal(parts[0].value, span_of(node))
        return Template(tuple(parts), span_of(node))

    def template_text(self, parts: list[Expr], start: int, end: int) -> None:
        if end > start:
            text = unescape(self.text[start:end].decode("utf-8", "replace"))
            parts.append(Literal(text, Span(start, end)))

    def regex(self, node: Node, scope: int, guards: Guards) -> Expr:
        pattern, flags = child_fields(node, "pattern", "flags")
        return Regex(
            self.source(pattern) if pattern is not None else "",
            self.source(flags) if flags is not None else "",
            span_of(node),
        )

    def inner(self, node: Node, scope: int, guards: Guards) -> Expr:
        """Parentheses, casts, ``await``: what is inside is what counts."""
        for child in children(node):
            if child.type != "type_arguments":
                return self.expression(child, scope, guards)
        return Unknown("empty", span_of(node))

    def type_assertion(self, node: Node, scope: int, guards: Guards) -> Expr:
        return self.expression(children(node)[-1], scope, guards)

    def sequence(self, node: Node, scope: int, guards: Guards) -> Expr:
        values = [self.expression(child, scope, guards) for child in children(node)]
        return values[-1] if values else Unknown("empty", span_of(node))

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
                entries.append(Property(name, span_of(key), self.named(value, scope, guards, name or "")))
            elif kind == "shorthand_property_identifier":
                name = self.source(child)
                entries.append(Property(name, span_of(child), Name(name, scope, span_of(child))))
            elif kind == "spread_element":
                entries.append(Spread(self.inner(child, scope, guards), span_of(child)))
            elif kind == "method_definition":
                key = child.child_by_field_name("name")
                if key is not None:
                    name = self.property_name(key)
                    self.computed(key, scope, guards)
                    entries.append(Property(name, span_of(key), self.function(child, scope, guards, name or "")))
        return Object(tuple(entries), span_of(node))

    def property_name(self, key: Node) -> str | None:
        kind = key.type
        if kind == "string":
            return self.string(key)
        if kind == "computed_property_name":
            inner = bare(key)
            return self.string(inner) if inner.type == "string" else None
        return self.source(key)

    def computed(self, key: Node, scope: int, guards: Guards) -> None:
        """What is computed in a key's brackets may call something too."""
        if key.type == "computed_property_name":
            self.inner(key, scope, guards)

    def array(self, node: Node, scope: int, guards: Guards) -> Expr:
        elements: list[Expr | Spread] = []
        for child in children(node):
            if child.type == "spread_element":
                elements.append(Spread(self.inner(child, scope, guards), span_of(child)))
            else:
                elements.append(self.expression(child, scope, guards))
        return Array(tuple(elements), span_of(node))

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
            elif kind in ("parenthesized_expression", "non_null_expression", "await_expression") and (inside := children(node)):
                below = inside[0]
            else:
                break
            if below is None:
                break
            node = below
        if links and node is links[-1]:
            return Unknown("incomplete code", span_of(node))
        value = self.expression(node, scope, guards) if node.type != "import" else Name("import", scope, span_of(node))
        for link in reversed(links):
            value = self.link(link, value, scope, guards)
        return value

    def awaited(self, arguments: Node, scope: int, guards: Guards) -> Node:
        """What ``await (x).y()`` and ``await (0, x.y)()`` stand on: the grammar takes them for calls of a function "await"."""
        inside = children(arguments)
        for child in inside[:-1]:
            self.expression(child, scope, guards)
        return inside[-1] if inside else arguments

    def link(self, node: Node, below: Expr, scope: int, guards: Guards) -> Expr:
        if node.type == "member_expression":
            property_node = node.child_by_field_name("property")
            if property_node is None:
                return Unknown("incomplete code", span_of(node))
            return Member(below, self.source(property_node), span_of(property_node), span_of(node))
        if node.type == "subscript_expression":
            index = node.child_by_field_name("index")
            key = self.expression(index, scope, guards) if index is not None else Unknown("empty", span_of(node))
            if isinstance(key, Literal) and isinstance(key.value, str):
                return Member(below, key.value, key.span, span_of(node))
            return Index(below, key, span_of(node))
        return self.call(node, below, node.child_by_field_name("arguments"), scope, guards, False)

    def new(self, node: Node, scope: int, guards: Guards) -> Expr:
        constructor, arguments = child_fields(node, "constructor", "arguments")
        if constructor is None:
            return Unknown("incomplete code", span_of(node))
        callee = self.expression(constructor, scope, guards)
        return self.call(node, callee, arguments, scope, guards, True)

    def call(self, node: Node, callee: Expr, arguments: Node | None, scope: int, guards: Guards, new: bool) -> Expr:
        lowered: list[Argument] = []
        if arguments is not None and arguments.type == "arguments":
            self.hand_in(node, arguments)
            for child in children(arguments):
                if child.type == "spread_element":
                    lowered.append(Argument(self.inner(child, scope, guards), None, None, "*"))
                else:
                    lowered.append(Argument(self.expression(child, scope, guards), None, None, ""))
        elif arguments is not None:
            lowered.append(Argument(self.expression(arguments, scope, guards), None, None, ""))
        value = Call(callee, tuple(lowered), new, span_of(node))
        self.unit.calls.append(CallSite(value, scope, guards))
        return value

    def class_expression(self, node: Node, scope: int, guards: Guards) -> Expr:
        return self.class_statement(node, scope, guards)

    def assignment(self, node: Node, scope: int, guards: Guards) -> Expr:
        left, operator, right = child_fields(node, "left", "operator", "right")
        if left is None or right is None:
            return Unknown("incomplete code", span_of(node))
        if left.type in ("object_pattern", "array_pattern"):
            value = self.expression(right, scope, guards)
            self.bind(left, "var", scope, value, (), None, guards)
            return value
        target = self.expression(left, scope, guards)
        self.derive(left, right)
        value = self.named(right, scope, guards, assign_name(target))
        text = self.source(operator) if operator is not None else "="
        self.unit.assignments.append(Assignment(target, value, text, scope, guards, span_of(node)))
        return value

    def conditional(self, node: Node, scope: int, guards: Guards) -> Expr:
        condition, consequence, alternative = child_fields(node, "condition", "consequence", "alternative")
        if condition is None or consequence is None or alternative is None:
            return Unknown("incomplete code", span_of(node))
        test = self.expression(condition, scope, guards)
        holds, fails = Guard(test, True, scope), Guard(test, False, scope)
        consequent = self.expression(consequence, scope, (*guards, holds))
        alternate = self.expression(alternative, scope, (*guards, fails))
        self.unit.regions += branches(consequent, holds, alternate, fails)
        return Conditional(test, consequent, alternate, span_of(node))

    def binary(self, node: Node, scope: int, guards: Guards) -> Expr:
        """Operations from the innermost left operand outwards; of very many, the value of the last ones is kept."""
        links: list[Node] = []
        innermost: Node | None = node
        while innermost is not None and innermost.type == "binary_expression":
            links.append(innermost)
            innermost = innermost.child_by_field_name("left")
        value = self.expression(innermost, scope, guards) if innermost is not None else Unknown("empty", span_of(node))
        for outside in range(len(links) - 1, -1, -1):
            value = self.operation(links[outside], value, scope, guards)
            if outside >= MAX_DEPTH:
                value = Unknown("nested too deep", span_of(links[outside]))
        return value

    def operation(self, node: Node, left: Expr, scope: int, guards: Guards) -> Expr:
        operator_node, right_node = child_fields(node, "operator", "right")
        if right_node is None or operator_node is None:
            return Unknown("incomplete code", span_of(node))
        operator = operator_node.type
        if operator in ("&&", "||"):
            right = self.expression(right_node, scope, (*guards, Guard(left, operator == "&&", scope)))
            return Logical(operator, left, right, span_of(node))
        right = self.expression(right_node, scope, guards)
        if operator == "??":
            return Logical(operator, left, right, span_of(node))
        return Binary(operator, left, right, span_of(node))

    def unary(self, node: Node, scope: int, guards: Guards) -> Expr:
        operator, argument = child_fields(node, "operator", "argument")
        if operator is None or argument is None:
            return Unknown("incomplete code", span_of(node))
        operand = self.expression(argument, scope, guards)
        if operator.type == "delete":
            self.unit.assignments.append(
                Assignment(operand, Literal(None, span_of(node)), "delete", scope, guards, span_of(node))
            )
        return Unary(operator.type, operand, span_of(node))

    def meta(self, node: Node, scope: int, guards: Guards) -> Expr:
        """``import.meta``, from which code reads its environment and its own place."""
        span = span_of(node)
        if not self.source(node).startswith("import"):
            return Unknown("meta property", span)
        return Member(Name("import", scope, span), "meta", span, span)

    def update(self, node: Node, scope: int, guards: Guards) -> Expr:
        self.inner(node, scope, guards)
        return Unknown("update expression", span_of(node))


_Expression = Callable[[Expressions, Node, int, Guards], Expr]
EXPRESSIONS: dict[str, _Expression] = {
    **dict.fromkeys(("identifier", "this", "super", "property_identifier", "undefined"), Expressions.name),
    **dict.fromkeys(("true", "false", "null"), Expressions.constant),
    **dict.fromkeys(("parenthesized_expression", "await_expression", "yield_expression", "as_expression",
                     "satisfies_expression", "non_null_expression", "instantiation_expression", "jsx_expression",
                     "spread_element", "extends_clause"), Expressions.inner),
    **dict.fromkeys(("call_expression", "member_expression", "subscript_expression"), Expressions.chain),
    **dict.fromkeys(("arrow_function", "function_expression", "generator_function"), Expressions.function),
    **dict.fromkeys(("assignment_expression", "augmented_assignment_expression"), Expressions.assignment),
    **dict.fromkeys(("jsx_element", "jsx_self_closing_element"), Expressions.jsx),
    "string": Expressions.literal_string,
    "template_string": Expressions.template,
    "number": Expressions.number,
    "regex": Expressions.regex,
    "type_assertion": Expressions.type_assertion,
    "sequence_expression": Expressions.sequence,
    "object": Expressions.object,
    "array": Expressions.array,
    "new_expression": Expressions.new,
    "class": Expressions.class_expression,
    "ternary_expression": Expressions.conditional,
    "binary_expression": Expressions.binary,
    "unary_expression": Expressions.unary,
    "update_expression": Expressions.update,
    "meta_property": Expressions.meta,
}  # fmt: skip
