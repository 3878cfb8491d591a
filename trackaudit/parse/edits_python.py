"""libcst's trees for edits of Python."""

from __future__ import annotations

from itertools import accumulate

import libcst as cst

from trackaudit.model import Span
from trackaudit.parse.edits import Around, Edit, Tree, indented_as, line_start, whole_lines
from trackaudit.parse.positions import Offsets
from trackaudit.parse.python import is_safe

_LEAVING = (cst.Return, cst.Raise, cst.Break, cst.Continue)
_ACTING = (cst.Call, cst.NamedExpr, cst.Yield)


def python_tree(text: bytes) -> Tree | None:
    """The tree of a file; None where libcst cannot read it."""
    if not is_safe(text):
        return None
    try:
        module = cst.parse_module(text.decode("utf-8"))
    except (cst.ParserSyntaxError, UnicodeDecodeError, RecursionError):
        return None
    return _Python(text, module)


class _Python(Tree):
    true, false = "True", "False"

    def __init__(self, text: bytes, module: cst.Module) -> None:
        super().__init__(text)
        self.ranges = Offsets(module).ranges
        source = text.decode("utf-8")
        self._bytes_before = None if source.isascii() else [0, *accumulate(len(letter.encode()) for letter in source)]
        self.parents: dict[cst.CSTNode, cst.CSTNode] = {}
        todo: list[cst.CSTNode] = [module]
        while todo:
            node = todo.pop()
            for child in node.children:
                self.parents[child] = node
                todo.append(child)

    def span(self, node: cst.CSTNode) -> Span:
        first, last = self.ranges[node]
        if self._bytes_before is not None:
            first, last = self._bytes_before[first], self._bytes_before[last]
        return Span(first, last)

    def at(self, span: Span) -> cst.CSTNode | None:
        fitting = (
            node
            for node in self.parents
            if isinstance(node, cst.BaseExpression) and self.span(node) == (span.start, span.end, "")
        )
        return next(fitting, None)

    def around(self, node: cst.CSTNode) -> Around | None:
        parent = self.parents.get(node)
        if isinstance(parent, cst.If) and parent.test is node:
            return Around("branches", parent, parent.body, parent.orelse)
        if isinstance(parent, cst.Await):
            return Around("group", parent)
        if isinstance(parent, cst.UnaryOperation) and isinstance(parent.operator, cst.Not):
            return Around("not", parent)
        if isinstance(parent, cst.BooleanOperation) and parent.left is node:
            return Around("or" if isinstance(parent.operator, cst.Or) else "and", parent, parent.right)
        if isinstance(parent, cst.IfExp) and parent.test is node:
            return Around("choice", parent, parent.body, parent.orelse)
        return None

    def vanish(self, node: cst.CSTNode) -> list[Edit]:
        return []

    def remove(self, node: cst.CSTNode) -> list[Edit]:
        if any(isinstance(child, _ACTING) for child in _below(node)):
            return []
        while isinstance(parent := self.parents.get(node), cst.Await):
            node = parent
        holder = self.parents.get(node)
        is_bound = isinstance(holder, cst.Assign) and len(holder.targets) == 1 and isinstance(holder.targets[0].target, cst.Name)
        line = self.parents.get(holder) if holder is not None else None
        if (is_bound or isinstance(holder, cst.Expr)) and isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
            return self._without(line)
        return []

    def _without(self, statement: cst.CSTNode) -> list[Edit]:
        span = self.span(statement)
        if len(self._block(statement)) == 1:
            return [Edit(span.start, span.end, "pass")]
        return [Edit(*whole_lines(self.text, span.start, span.end), "")]

    def _block(self, statement: cst.CSTNode) -> list[cst.CSTNode]:
        """The statements beside one, itself included."""
        return list(getattr(self.parents[statement], "body", ()))

    def choose(self, statement: cst.CSTNode, holds: bool) -> list[Edit]:
        assert isinstance(statement, cst.If)
        is_chained = isinstance(self.parents[statement], cst.If)
        span, orelse = self.span(statement), statement.orelse
        end = self._end(statement)
        if not holds and isinstance(orelse, cst.If):
            start = self._start(orelse)
            return [Edit(span.start, start, "")] if is_chained else [Edit(span.start, start + len("elif"), "if")]
        if is_chained and not holds:
            return [Edit(span.start, self._start(orelse), "")] if orelse is not None else self._lines(span.start, end)
        if is_chained:
            return [Edit(span.start, self.span(statement.test).end, "else"), *self._cut(statement.body, end)]
        suite = statement.body if holds else orelse.body if orelse is not None else None
        if suite is None:
            return [Edit(span.start, end, "pass")] if len(self._block(statement)) == 1 else self._lines(span.start, end)
        if isinstance(suite, cst.IndentedBlock) and suite.body and _leaves(suite):
            end = self._end(self._block(statement)[-1])
        return [Edit(span.start, end, self._unpacked(span.start, suite))]

    def _cut(self, body: cst.BaseSuite, end: int) -> list[Edit]:
        """What comes after a branch goes."""
        last = self._end(body)
        return [Edit(last, end, "")] if end > last else []

    def _lines(self, start: int, end: int) -> list[Edit]:
        return [Edit(*whole_lines(self.text, start, end), "")]

    def _start(self, node: cst.CSTNode) -> int:
        return self.span(node).start

    def _end(self, node: cst.CSTNode) -> int:
        """Where the code of a statement or suite ends, without the line end behind it."""
        span = self.span(node)
        return span.start + len(self.text[span.start : span.end].rstrip())

    def _unpacked(self, start: int, suite: cst.BaseSuite) -> str:
        """What stands in a branch, indented as the statement was."""
        if not isinstance(suite, cst.IndentedBlock):
            return self.code(suite).strip()
        top = line_start(self.text, self.span(suite.body[0]).start)
        while self.text[(above := line_start(self.text, top - 1)) : top].lstrip().startswith(b"#"):
            top = above  # comments above the first statement belong to it
        own = self.text[line_start(self.text, start) : start].decode("utf-8", "surrogateescape")
        body = self.text[top : self._end(suite)].decode("utf-8", "surrogateescape")
        return indented_as(body, own if not own.strip() else "", self._inside_strings(suite, top)).lstrip(" \t")

    def _inside_strings(self, suite: cst.BaseSuite, top: int) -> set[int]:
        """The lines from ``top`` on that begin inside a string."""
        first = self.text.count(b"\n", 0, top)
        kept: set[int] = set()
        for node in _below(suite):
            if isinstance(node, (cst.SimpleString, cst.FormattedString)):
                span = self.span(node)
                line = self.text.count(b"\n", 0, span.start)
                kept.update(range(line - first + 1, line - first + 1 + self.text.count(b"\n", span.start, span.end)))
        return kept


def _leaves(suite: cst.IndentedBlock) -> bool:
    last = suite.body[-1]
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], _LEAVING)


def _below(node: cst.CSTNode) -> list[cst.CSTNode]:
    """All nodes inside a node."""
    found, todo = [], list(node.children)
    while todo:
        part = todo.pop()
        found.append(part)
        todo += part.children
    return found
