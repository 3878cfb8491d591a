"""libcst's statements to the model. Importing libcst costs more than all other imports together, so only this pair does."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from typing import Any

import libcst as cst

from trackaudit.model import (
    Assignment,
    Call,
    Class,
    Expr,
    Function,
    Guard,
    Literal,
    Region,
    Span,
    Unit,
    Unknown,
)  # fmt: skip
from trackaudit.parse.concrete_expressions import Expressions
from trackaudit.parse.positions import Offsets
from trackaudit.parse.source import Lines

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


class _Lowering(Expressions):
    def __init__(self, unit: Unit, ranges: dict[cst.CSTNode, tuple[int, int]], start: int, source: str) -> None:
        self.unit = unit
        self.ranges = ranges
        self.start = start
        self.bytes_before = None if source.isascii() else [0, *accumulate(len(letter.encode()) for letter in source)]
        self.globals: set[tuple[int, str]] = set()
        self.last: dict[cst.CSTNode, cst.CSTNode] = {}  # of the statements of a block, by those that may leave it
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
        listed = list(statements)  # type: ignore[call-overload]
        for statement in reversed(listed):
            if isinstance(statement, cst.If):
                self.last[statement] = listed[-1]
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
        value = self.expression(node.value, scope, guards)
        if isinstance(value, Call):
            self.unit.discarded.add(value.span)

    def assign(self, node: cst.Assign, scope: int, guards: Guards) -> None:
        value = self.expression(node.value, scope, guards)
        for target in node.targets:
            self.bind(target.target, value, (), scope, guards, self.span(node))

    def annotated(self, node: cst.AnnAssign, scope: int, guards: Guards) -> None:
        if node.value is not None:
            value = self.expression(node.value, scope, guards)
            self.bind(node.target, value, (), scope, guards, self.span(node))
            instance = self.instance(node.annotation, scope) if isinstance(value, Call) else None
            if instance is not None and isinstance(node.target, cst.Name):
                self.unit.declare(scope, node.target.value, "annotation", self.span(node.target), instance)

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

    def delete(self, node: cst.Del, scope: int, guards: Guards) -> None:
        targets = [element.value for element in node.target.elements] if isinstance(node.target, cst.Tuple) else [node.target]
        for target in targets:
            nothing = Literal(None, self.span(node))
            self.unit.assignments.append(
                Assignment(self.expression(target, scope, guards), nothing, "delete", scope, guards, self.span(node))
            )

    def global_(self, node: cst.Global, scope: int, guards: Guards) -> None:
        self.globals |= {(self.unit.function_scope(scope), item.name.value) for item in node.names}

    def return_(self, node: cst.Return, scope: int, guards: Guards) -> None:
        value = Literal(None, self.span(node)) if node.value is None else self.expression(node.value, scope, guards)
        self.unit.returns.setdefault(self.unit.function_scope(scope), []).append((value, guards))

    def if_(self, node: cst.If, scope: int, guards: Guards) -> None:
        test = self.expression(node.test, scope, guards)
        holds, fails = Guard(test, True, scope), Guard(test, False, scope)
        if isinstance(node.orelse, cst.If):
            self.todo.append((node.orelse, scope, (*guards, fails)))
        elif node.orelse is not None:
            self.block(node.orelse.body, scope, (*guards, fails))
        self.block(node.body, scope, (*guards, holds))
        body, end = self.span(node.body), self.span(node).end
        self.unit.regions.append(Region(body.start, body.end, holds))
        if node.orelse is not None:
            self.unit.regions.append(Region(body.end, end, fails))
        elif node in self.last and _leaves(node.body):
            self.unit.regions.append(Region(end, self.span(self.last[node]).end, fails))

    def loop(self, node: cst.For | cst.While, scope: int, guards: Guards) -> None:
        if isinstance(node, cst.For):
            items = self.expression(node.iter, scope, guards)
            self.bind(node.target, items, ("[]",), scope, guards, self.span(node.target))
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
        star: list[Any] = [params.star_arg] if params.kwonly_params or isinstance(params.star_arg, cst.Param) else []
        last = [params.star_kwarg] if params.star_kwarg is not None else []
        for index, parameter in enumerate([*params.posonly_params, *params.params, *star, *params.kwonly_params, *last]):
            if not isinstance(parameter, cst.Param):  # the star that only keywords may follow
                names.append("*")
                continue
            default = self.expression(parameter.default, outer, ()) if parameter.default is not None else None
            rest = parameter.star if isinstance(parameter.star, str) else ""
            names.append(rest + parameter.name.value)
            span = self.span(parameter.name)
            path: tuple[str | int, ...] = (index, "...") if rest else (index,)
            self.unit.declare(
                inner, parameter.name.value, "parameter", span, self.instance(parameter.annotation, outer), path, default
            )
        return tuple(names)

    def instance(self, annotation: cst.Annotation | None, scope: int) -> Expr | None:
        """What an annotation says that a name holds: an instance of the class that it names, ``None`` beside it or not."""
        kind = annotation.annotation if annotation is not None else None
        if isinstance(kind, cst.BinaryOperation):
            kind = kind.left
        if isinstance(kind, cst.Subscript) and isinstance(kind.value, cst.Name) and kind.value.value == "Optional":
            inner = kind.slice[0].slice
            kind = inner.value if isinstance(inner, cst.Index) else None
        if not isinstance(kind, (cst.Name, cst.Attribute)):
            return None
        return Call(self.expression(kind, scope, ()), (), False, self.span(kind))

    def class_(self, node: cst.ClassDef, scope: int, guards: Guards) -> None:
        for decorator in node.decorators:
            self.expression(decorator.decorator, scope, guards)
        bases = tuple(self.expression(base.value, scope, guards) for base in node.bases)
        inner = self.unit.new_scope(scope, "class", node.name.value)
        value = Class(node.name.value, bases, inner, self.span(node))
        self.unit.declare(scope, node.name.value, "class", self.span(node.name), value)
        self.block(node.body, inner, ())


def _leaves(body: cst.BaseSuite) -> bool:
    """Whether nothing comes after a branch."""
    last = body.body[-1] if body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1] if last.body else None
    return isinstance(last, (cst.Return, cst.Raise, cst.Break, cst.Continue))


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
    cst.Del: _Lowering.delete,
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
