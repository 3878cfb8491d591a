"""The switches of a Python file, by ``ast``: nothing is edited here, and positions of bytes are all that is asked for."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from trackaudit.model import Span
from trackaudit.parse.python import is_safe
from trackaudit.parse.source import Lines
from trackaudit.parse.switches import NONE, TABLES, Definition, Gate, Switches, is_switch, kind_of

_READING = frozenset(("get", "getenv", "bool", "env", "config", "getattr", "is_enabled"))  # calls whose first text names a switch


def python_switches(text: bytes) -> Switches:
    """The switches of a Python file; none where it has a syntax error."""
    if not is_safe(text):
        return NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    reader = _Reader(Lines(text))
    reader.define(tree.body)
    for node in ast.walk(tree):
        reader.visit(node)
    return Switches(tuple(reader.definitions), tuple(reader.gates), frozenset(reader.changed), frozenset())


class _Reader:
    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.definitions: list[Definition] = []
        self.gates: list[Gate] = []
        self.changed: set[str] = set()
        self._defining: set[ast.AST] = set()

    def span(self, node: ast.expr) -> Span:
        start = self.lines.starts[node.lineno - 1] + node.col_offset
        return Span(start, self.lines.starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0))

    def define(self, body: list[ast.stmt]) -> None:
        """Take in what a module, and the classes in it, define."""
        for statement in body:
            if isinstance(statement, ast.ClassDef):
                self.define(statement.body)
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target] if isinstance(statement, ast.AnnAssign) else []  # fmt: skip
            value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
            for target in targets:
                if not isinstance(target, ast.Name) or value is None:
                    continue
                self._defining.add(target)
                if target.id in TABLES and isinstance(value, ast.Dict):
                    self.entries(target.id, value)
                elif is_switch(target.id):
                    self.definitions.append(Definition(target.id, *kind_of(ast.unparse(value)), self.span(target)))

    def entries(self, table: str, value: ast.Dict) -> None:
        for key, item in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                self.definitions.append(Definition(f"{table}.{key.value}", *kind_of(ast.unparse(item)), self.span(key)))

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, (ast.If, ast.While, ast.IfExp)):
            self.gates += self.asked(node.test)
        elif isinstance(node, ast.Return) and node.value is not None:
            self.gates += self.asked(node.value)
        elif isinstance(node, ast.BoolOp):
            self.gates += [gate for value in node.values[:-1] for gate in self.asked(value)]
        elif isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del)):
            name = _name(node)
            if node not in self._defining and name is not None:
                self.changed.add(name)

    def asked(self, test: ast.expr) -> Iterator[Gate]:
        for node in ast.walk(test):
            name = _name(node)
            if name is not None and isinstance(node, ast.expr):
                gate = Gate(name, self.span(node))
                if gate not in self.gates:
                    yield gate
                    if isinstance(node, (ast.Call, ast.Subscript)) and "." not in name:
                        self.definitions.append(Definition(name, *kind_of(ast.unparse(node)), gate.span))


def _name(node: ast.AST) -> str | None:
    """The switch that an expression names: a constant, an entry of a table, a variable of the environment."""
    if isinstance(node, ast.Name):
        return node.id if is_switch(node.id) else None
    if isinstance(node, ast.Attribute):
        return node.attr if is_switch(node.attr) else None
    holder, key = None, None
    if isinstance(node, ast.Subscript):
        holder, key = node.value, node.slice
    elif isinstance(node, ast.Call) and node.args and _last(node.func) in _READING:
        holder = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        key = next(
            (argument for argument in node.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str)), None
        )
    if holder is None or not isinstance(key, ast.Constant) or not isinstance(key.value, str):
        return None
    if _last(holder) in TABLES:
        return f"{_last(holder)}.{key.value}"
    return key.value if is_switch(key.value) else None


def _last(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
