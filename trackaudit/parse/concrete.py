"""libcst's tree to the model. The only module that imports libcst: it costs more than all others together."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from typing import Any

import libcst as cst

from trackaudit.model import (
    Argument,
    Array,
    Assignment,
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
from trackaudit.parse.positions import Offsets
from trackaudit.parse.source import Lines

MAX_DEPTH = 100
_LITERAL_NAMES = {"True": True, "False": False, "None": None}

Guards = tuple[Guard, ...]


def parses(text: bytes) -> bool:
    """Whether libcst can read the whole text."""
    try:
        cst.parse_module(text.decode("utf-8"))
    except Exception:  # libcst raises several unrelated types on bad input
        return False
    return True


def lower_chunk(text: bytes, unit: Unit, lines: Lines, first: int, last: int) -> None:
    """Lower the top-level statements on lines ``first`` to ``last`` into the unit's module scope."""
    start = lines.starts[first - 1]
    end = lines.starts[last] if last < len(lines.starts) else len(text)
    source = text[start:end].decode("utf-8")
    try:
        module = cst.parse_module(source)
    except cst.ParserSyntaxError:  # ast has read it, so it is legal: libcst gives up on what is too long
        raise RecursionError from None
    lowering = _Lowering(unit, Offsets(module).ranges, start, source)
    lowering.run(module.body)


class _Lowering:
    def __init__(self, unit: Unit, ranges: dict[cst.CSTNode, tuple[int, int]], start: int, source: str) -> None:
        self.unit = unit
        self.ranges = ranges
        self.start = start
        self.bytes_before = None if source.isascii() else [0, *accumulate(len(letter.encode()) for letter in source)]
        self.globals: set[tuple[int, str]] = set()
        self.depth = 0
        self.todo: list[tuple[cst.CSTNode, int, Guards]] = []

    def run(self, body: object) -> None:
        self.block(body, 0, ())
        while self.todo:
            node, scope, guards = self.todo.pop()
            handler = _STATEMENTS.get(type(node))
            if handler is not None:
                handler(self, node, scope, guards)

    def span(self, node: cst.CSTNode) -> Span:
        first, last = self.ranges[node]
        if self.bytes_before is not None:
            first, last = self.bytes_before[first], self.bytes_before[last]
        return Span(self.start + first, self.start + last)

    # --- statements -----------------------------------------------------------------------------

    def block(self, body: object, scope: int, guards: Guards) -> None:
        statements = getattr(body, "body", body)
        for statement in reversed(list(statements)):  # type: ignore[call-overload]
            self.todo.append((statement, scope, guards))

    def line(self, node: cst.SimpleStatementLine | cst.SimpleStatementSuite, scope: int, guards: Guards) -> None:
        self.block(node.body, scope, guards)

    def import_(self, node: cst.Import, scope: int, guards: Guards) -> None:
        for alias in node.names:
            module = _dotted(alias.name)
            if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                self.declare_import(scope, alias.asname.name.value, alias, module, None)
            else:
                self.declare_import(scope, module.split(".")[0], alias, module.split(".")[0], None)

    def import_from(self, node: cst.ImportFrom, scope: int, guards: Guards) -> None:
        module = "." * len(node.relative) + (_dotted(node.module) if node.module is not None else "")
        if isinstance(node.names, cst.ImportStar):
            self.declare_import(scope, "*", node, module, None)
            return
        for alias in node.names:
            name = _dotted(alias.name)
            local = alias.asname.name.value if alias.asname is not None and isinstance(alias.asname.name, cst.Name) else name
            self.declare_import(scope, local, alias, module, name)

    def declare_import(self, scope: int, local: str, node: cst.CSTNode, module: str, imported: str | None) -> None:
        self.unit.declare(scope, local, "import", self.span(node), module=module, imported=imported)

    def expr_statement(self, node: cst.Expr, scope: int, guards: Guards) -> None:
        self.expression(node.value, scope, guards)

    def assign(self, node: cst.Assign, scope: int, guards: Guards) -> None:
        value = self.expression(node.value, scope, guards)
        for target in node.targets:
            self.bind(target.target, value, (), scope, guards, self.span(node))

    def annotated(self, node: cst.AnnAssign, scope: int, guards: Guards) -> None:
        if node.value is not None:
            value = self.expression(node.value, scope, guards)
            self.bind(node.target, value, (), scope, guards, self.span(node))

    def augmented(self, node: cst.AugAssign, scope: int, guards: Guards) -> None:
        value = self.expression(node.value, scope, guards)
        target = self.expression(node.target, scope, guards)
        operator = {"BitOrAssign": "|=", "AddAssign": "+="}.get(type(node.operator).__name__, "?=")
        self.unit.assignments.append(Assignment(target, value, operator, scope, guards, self.span(node)))

    def bind(self, target: Any, value: Expr | None, path: tuple[str | int, ...],
             scope: int, guards: Guards, span: Span) -> None:  # fmt: skip
        """Assign to a target: a name declares, an attribute or subscript is an assignment."""
        if isinstance(target, cst.Name):
            if (self.unit.function_scope(scope), target.value) in self.globals:
                scope = 0
            self.unit.declare(scope, target.value, "let", self.span(target), value, path, guards=guards)
        elif isinstance(target, (cst.Tuple, cst.List)):
            for index, element in enumerate(target.elements):
                self.bind(element.value, value, (*path, index), scope, guards, span)
        elif isinstance(target, (cst.Attribute, cst.Subscript)) and value is not None:
            lowered = self.expression(target, scope, guards)
            self.unit.assignments.append(Assignment(lowered, value, "=", scope, guards, span))

    def global_(self, node: cst.Global, scope: int, guards: Guards) -> None:
        self.globals |= {(self.unit.function_scope(scope), item.name.value) for item in node.names}

    def return_(self, node: cst.Return, scope: int, guards: Guards) -> None:
        value = Literal(None, self.span(node)) if node.value is None else self.expression(node.value, scope, guards)
        self.unit.returns.setdefault(self.unit.function_scope(scope), []).append((value, guards))

    def if_(self, node: cst.If, scope: int, guards: Guards) -> None:
        test = self.expression(node.test, scope, guards)
        otherwise = (*guards, Guard(test, False, scope))
        if isinstance(node.orelse, cst.If):
            self.todo.append((node.orelse, scope, otherwise))
        elif node.orelse is not None:
            self.block(node.orelse.body, scope, otherwise)
        self.block(node.body, scope, (*guards, Guard(test, True, scope)))

    def loop(self, node: cst.For | cst.While, scope: int, guards: Guards) -> None:
        if isinstance(node, cst.For):
            self.expression(node.iter, scope, guards)
            self.bind(node.target, None, (), scope, guards, self.span(node.target))
        else:
            self.expression(node.test, scope, guards)
        self.block(node.body, scope, guards)
        if node.orelse is not None:
            self.block(node.orelse.body, scope, guards)

    def try_(self, node: cst.Try | cst.TryStar, scope: int, guards: Guards) -> None:
        parts: list[Any] = [node.finalbody, node.orelse, *reversed(node.handlers)]
        for part in parts:
            if part is not None:
                self.block(part.body, scope, guards)
        self.block(node.body, scope, guards)

    def with_(self, node: cst.With, scope: int, guards: Guards) -> None:
        for item in node.items:
            value = self.expression(item.item, scope, guards)
            if item.asname is not None:
                self.bind(item.asname.name, value, (), scope, guards, self.span(item.asname.name))
        self.block(node.body, scope, guards)

    def match(self, node: cst.Match, scope: int, guards: Guards) -> None:
        self.expression(node.subject, scope, guards)
        for case in node.cases:
            guard = Guard(Unknown("a case of a match", self.span(case)), True, scope)
            self.block(case.body, scope, (*guards, guard))

    def function(self, node: cst.FunctionDef, scope: int, guards: Guards) -> None:
        for decorator in node.decorators:
            self.expression(decorator.decorator, scope, guards)
        name = node.name.value
        inner = self.unit.new_scope(scope, "function", name)
        names = self.parameters(node.params, scope, inner)
        value = Function(name, names, inner, self.span(node))
        self.unit.declare(scope, name, "function", self.span(node.name), value)
        self.block(node.body, inner, ())

    def parameters(self, params: cst.Parameters, outer: int, inner: int) -> tuple[str, ...]:
        names = []
        every: list[cst.Param] = [*params.posonly_params, *params.params, *params.kwonly_params]
        for index, parameter in enumerate(every):
            default = self.expression(parameter.default, outer, ()) if parameter.default is not None else None
            names.append(parameter.name.value)
            span = self.span(parameter.name)
            self.unit.declare(inner, parameter.name.value, "parameter", span, None, (index,), default)
        for star in (params.star_arg, params.star_kwarg):
            if isinstance(star, cst.Param):
                self.unit.declare(inner, star.name.value, "parameter", self.span(star.name), None, ("...",))
        return tuple(names)

    def class_(self, node: cst.ClassDef, scope: int, guards: Guards) -> None:
        for decorator in node.decorators:
            self.expression(decorator.decorator, scope, guards)
        self.unit.declare(scope, node.name.value, "class", self.span(node.name))
        inner = self.unit.new_scope(scope, "class", node.name.value)
        self.block(node.body, inner, ())

    # --- expressions ----------------------------------------------------------------------------

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
        return Conditional(
            test,
            self.expression(node.body, scope, (*guards, Guard(test, True, scope))),
            self.expression(node.orelse, scope, (*guards, Guard(test, False, scope))),
            self.span(node),
        )

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
        operator = {"Add": "+", "BitOr": "|", "Modulo": "%"}.get(type(node.operator).__name__, "?")
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


def _dotted(node: cst.BaseExpression) -> str:
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if isinstance(node, cst.Name):
        parts.append(node.value)
    return ".".join(reversed(parts))


_Handler = Callable[..., None]
_STATEMENTS: dict[Any, _Handler] = {
    cst.SimpleStatementLine: _Lowering.line,
    cst.SimpleStatementSuite: _Lowering.line,
    cst.Import: _Lowering.import_,
    cst.ImportFrom: _Lowering.import_from,
    cst.Expr: _Lowering.expr_statement,
    cst.Assign: _Lowering.assign,
    cst.AnnAssign: _Lowering.annotated,
    cst.AugAssign: _Lowering.augmented,
    cst.Global: _Lowering.global_,
    cst.Return: _Lowering.return_,
    cst.If: _Lowering.if_,
    cst.For: _Lowering.loop,
    cst.While: _Lowering.loop,
    cst.Try: _Lowering.try_,
    cst.TryStar: _Lowering.try_,
    cst.With: _Lowering.with_,
    cst.Match: _Lowering.match,
    cst.FunctionDef: _Lowering.function,
    cst.ClassDef: _Lowering.class_,
}
_EXPRESSIONS: dict[Any, Callable[..., Expr]] = {
    cst.Name: _Lowering.name,
    cst.Call: _Lowering.chain,
    cst.Attribute: _Lowering.chain,
    cst.Subscript: _Lowering.chain,
    cst.SimpleString: _Lowering.string,
    cst.ConcatenatedString: _Lowering.concatenated,
    cst.FormattedString: _Lowering.formatted,
    cst.Integer: _Lowering.number,
    cst.Float: _Lowering.number,
    cst.List: _Lowering.sequence,
    cst.Tuple: _Lowering.sequence,
    cst.Set: _Lowering.sequence,
    cst.Dict: _Lowering.dict,
    cst.IfExp: _Lowering.conditional,
    cst.BooleanOperation: _Lowering.boolean,
    cst.UnaryOperation: _Lowering.unary,
    cst.BinaryOperation: _Lowering.binary,
    cst.Comparison: _Lowering.comparison,
    cst.Lambda: _Lowering.lambda_,
    cst.Await: _Lowering.inner,
    cst.NamedExpr: _Lowering.walrus,
    cst.ListComp: _Lowering.comprehension,
    cst.SetComp: _Lowering.comprehension,
    cst.GeneratorExp: _Lowering.comprehension,
    cst.DictComp: _Lowering.comprehension,
}
