"""libcst's expressions to the model. With :mod:`trackaudit.parse.concrete` the only one that imports libcst."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import libcst as cst

from trackaudit.model import (
    Argument,
    Array,
    Binary,
    Call,
    CallSite,
    Conditional,
    Expr,
    Function,
    Guard,
    Index,
    Literal,
    Logical,
    Member,
    Name,
    Object,
    Property,
    Span,
    Spread,
    Template,
    Unary,
    Unit,
    Unknown,
)  # fmt: skip
from trackaudit.parse.build import MAX_DEPTH, branches

_LITERAL_NAMES = {"True": True, "False": False, "None": None}

Guards = tuple[Guard, ...]


class Expressions(ABC):
    """The half of a lowering that makes values. The other half, in :mod:`trackaudit.parse.concrete`, visits statements."""

    unit: Unit
    depth = 0

    @abstractmethod
    def span(self, node: cst.CSTNode) -> Span:
        """Where a node stands in the file."""

    @abstractmethod
    def bind(self, target: Any, value: Expr | None, path: tuple[str | int, ...],
             scope: int, guards: Guards, span: Span) -> None:  # fmt: skip
        """Assign to a target."""

    @abstractmethod
    def parameters(self, params: cst.Parameters, outer: int, inner: int) -> tuple[str, ...]:
        """Declare a function's parameters and return their names."""

    def expression(self, node: cst.CSTNode, scope: int, guards: Guards) -> Expr:
        handler = _EXPRESSIONS.get(type(node))
        if handler is None:
            return Unknown(type(node).__name__, self.span(node))
        if self.depth >= MAX_DEPTH:
            return Unknown("nested too deep", self.span(node))
        self.depth += 1
        try:
            return handler(self, node, scope, guards)
        finally:
            self.depth -= 1

    def name(self, node: cst.Name, scope: int, guards: Guards) -> Expr:
        if node.value in _LITERAL_NAMES:
            return Literal(_LITERAL_NAMES[node.value], self.span(node))
        return Name(node.value, scope, self.span(node))

    def chain(self, node: Any, scope: int, guards: Guards) -> Expr:
        """Calls, attributes and subscripts, from the innermost object outwards, in a loop."""
        links: list[Any] = []
        while isinstance(node, (cst.Call, cst.Attribute, cst.Subscript)):
            links.append(node)
            node = node.func if isinstance(node, cst.Call) else node.value
        value = self.expression(node, scope, guards)
        for link in reversed(links):
            if isinstance(link, cst.Attribute):
                value = Member(value, link.attr.value, self.span(link.attr), self.span(link))
            elif isinstance(link, cst.Subscript):
                value = self.subscript(link, value, scope, guards)
            elif isinstance(link, cst.Call):
                value = Call(value, tuple(self.argument(arg, scope, guards) for arg in link.args), False, self.span(link))
                self.unit.calls.append(CallSite(value, scope, guards))
        return value

    def subscript(self, node: cst.Subscript, below: Expr, scope: int, guards: Guards) -> Expr:
        element = node.slice[0].slice if len(node.slice) == 1 else None
        if isinstance(element, cst.Index):
            key = self.expression(element.value, scope, guards)
            if isinstance(key, Literal) and isinstance(key.value, str):
                return Member(below, key.value, key.span, self.span(node))
            return Index(below, key, self.span(node))
        return Unknown("slice", self.span(node))

    def argument(self, arg: cst.Arg, scope: int, guards: Guards) -> Argument:
        value = self.expression(arg.value, scope, guards)
        if arg.keyword is not None:
            return Argument(value, arg.keyword.value, self.span(arg.keyword), "")
        return Argument(value, None, None, arg.star)

    def string(self, node: cst.SimpleString, scope: int, guards: Guards) -> Expr:
        value = node.evaluated_value
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        return Literal(value, self.span(node))

    def concatenated(self, node: cst.ConcatenatedString, scope: int, guards: Guards) -> Expr:
        left = self.expression(node.left, scope, guards)
        right = self.expression(node.right, scope, guards)
        if isinstance(left, Literal) and isinstance(right, Literal):
            return Literal(f"{left.value}{right.value}", self.span(node))
        return Template((left, right), self.span(node))

    def formatted(self, node: cst.FormattedString, scope: int, guards: Guards) -> Expr:
        parts: list[Expr] = []
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                parts.append(Literal(part.value, self.span(part)))
            elif isinstance(part, cst.FormattedStringExpression):
                parts.append(self.expression(part.expression, scope, guards))
        return Template(tuple(parts), self.span(node))

    def number(self, node: cst.Integer | cst.Float, scope: int, guards: Guards) -> Expr:
        try:
            return Literal(node.evaluated_value, self.span(node))
        except ValueError:  # an integer past the interpreter's digit limit
            return Unknown("number", self.span(node))

    def sequence(self, node: cst.List | cst.Tuple | cst.Set, scope: int, guards: Guards) -> Expr:
        elements: list[Expr | Spread] = []
        for element in node.elements:
            value = self.expression(element.value, scope, guards)
            elements.append(Spread(value, value.span) if isinstance(element, cst.StarredElement) else value)
        return Array(tuple(elements), self.span(node))

    def dict(self, node: cst.Dict, scope: int, guards: Guards) -> Expr:
        entries: list[Property | Spread] = []
        for element in node.elements:
            value = self.expression(element.value, scope, guards)
            if isinstance(element, cst.DictElement):
                key = self.expression(element.key, scope, guards)
                text = key.value if isinstance(key, Literal) and isinstance(key.value, str) else None
                entries.append(Property(text, key.span, value))
            else:
                entries.append(Spread(value, value.span))
        return Object(tuple(entries), self.span(node))

    def conditional(self, node: cst.IfExp, scope: int, guards: Guards) -> Expr:
        test = self.expression(node.test, scope, guards)
        holds, fails = Guard(test, True, scope), Guard(test, False, scope)
        consequent = self.expression(node.body, scope, (*guards, holds))
        alternate = self.expression(node.orelse, scope, (*guards, fails))
        self.unit.regions += branches(consequent, holds, alternate, fails)
        return Conditional(test, consequent, alternate, self.span(node))

    def boolean(self, node: cst.BooleanOperation, scope: int, guards: Guards) -> Expr:
        operator = "&&" if isinstance(node.operator, cst.And) else "||"
        left = self.expression(node.left, scope, guards)
        right = self.expression(node.right, scope, (*guards, Guard(left, operator == "&&", scope)))
        return Logical(operator, left, right, self.span(node))

    def unary(self, node: cst.UnaryOperation, scope: int, guards: Guards) -> Expr:
        operator = {"Not": "!", "Minus": "-", "Plus": "+"}.get(type(node.operator).__name__, "~")
        return Unary(operator, self.expression(node.expression, scope, guards), self.span(node))

    def binary(self, node: cst.BinaryOperation, scope: int, guards: Guards) -> Expr:
        left = self.expression(node.left, scope, guards)
        operator = {"Add": "+", "BitOr": "|", "Modulo": "%", "Divide": "/"}.get(type(node.operator).__name__, "?")
        return Binary(operator, left, self.expression(node.right, scope, guards), self.span(node))

    def comparison(self, node: cst.Comparison, scope: int, guards: Guards) -> Expr:
        left = self.expression(node.left, scope, guards)
        target = node.comparisons[0]
        right = self.expression(target.comparator, scope, guards)
        names = {"Equal": "==", "NotEqual": "!=", "Is": "==", "IsNot": "!=", "In": "in", "NotIn": "not in"}
        operator = names.get(type(target.operator).__name__, "?")
        return Binary(operator if len(node.comparisons) == 1 else "?", left, right, self.span(node))

    def lambda_(self, node: cst.Lambda, scope: int, guards: Guards) -> Expr:
        inner = self.unit.new_scope(scope, "function", "")
        names = self.parameters(node.params, scope, inner)
        self.unit.returns.setdefault(inner, []).append((self.expression(node.body, inner, guards), ()))
        return Function("", names, inner, self.span(node))

    def inner(self, node: cst.Await, scope: int, guards: Guards) -> Expr:
        return self.expression(node.expression, scope, guards)

    def walrus(self, node: cst.NamedExpr, scope: int, guards: Guards) -> Expr:
        value = self.expression(node.value, scope, guards)
        self.bind(node.target, value, (), scope, guards, self.span(node))
        return value

    def comprehension(self, node: cst.BaseSimpleComp | cst.DictComp, scope: int, guards: Guards) -> Expr:
        """Not a value we carry, but the calls inside it are calls."""
        inner = self.unit.new_scope(scope, "block", "")
        clause: cst.CompFor | None = node.for_in
        while clause is not None:
            self.expression(clause.iter, inner, guards)
            self.bind(clause.target, None, (), inner, guards, self.span(clause.target))
            clause = clause.inner_for_in
        for part in ("elt", "key", "value"):
            value = getattr(node, part, None)
            if isinstance(value, cst.BaseExpression):
                self.expression(value, inner, guards)
        return Unknown("comprehension", self.span(node))


_EXPRESSIONS: dict[Any, Callable[..., Expr]] = {
    cst.Name: Expressions.name,
    cst.Call: Expressions.chain,
    cst.Attribute: Expressions.chain,
    cst.Subscript: Expressions.chain,
    cst.SimpleString: Expressions.string,
    cst.ConcatenatedString: Expressions.concatenated,
    cst.FormattedString: Expressions.formatted,
    cst.Integer: Expressions.number,
    cst.Float: Expressions.number,
    cst.List: Expressions.sequence,
    cst.Tuple: Expressions.sequence,
    cst.Set: Expressions.sequence,
    cst.Dict: Expressions.dict,
    cst.IfExp: Expressions.conditional,
    cst.BooleanOperation: Expressions.boolean,
    cst.UnaryOperation: Expressions.unary,
    cst.BinaryOperation: Expressions.binary,
    cst.Comparison: Expressions.comparison,
    cst.Lambda: Expressions.lambda_,
    cst.Await: Expressions.inner,
    cst.NamedExpr: Expressions.walrus,
    cst.ListComp: Expressions.comprehension,
    cst.SetComp: Expressions.comprehension,
    cst.GeneratorExp: Expressions.comprehension,
    cst.DictComp: Expressions.comprehension,
}
