"""ESTree's imports and exports to the model; the half of the strict reading that :mod:`trackaudit.parse.strict` builds on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from trackaudit import model
from trackaudit.model import Expr, Guard, Span, Unit

Guards = tuple[Guard, ...]
Node = Any  # esprima has no types


class Modules(ABC):
    """What a module takes from others and gives them. ``todo`` holds statements still to visit."""

    unit: Unit
    todo: list[tuple[Node, int, Guards]]

    @abstractmethod
    def source(self, node: Node) -> str:
        """The text of a node."""

    @abstractmethod
    def span(self, node: Node) -> Span:
        """Where a node stands."""

    @abstractmethod
    def string(self, node: Node) -> str:
        """The value of a string."""

    @abstractmethod
    def name(self, node: Node, scope: int, guards: Guards) -> Expr:
        """A name as an expression."""

    @abstractmethod
    def named(self, node: Node, scope: int, guards: Guards, name: str) -> Expr:
        """A value; a function takes the name."""

    @abstractmethod
    def function(self, node: Node, scope: int, guards: Guards, name: str = "") -> model.Function:
        """A function."""

    @abstractmethod
    def class_(self, node: Node, scope: int, guards: Guards) -> Expr:
        """A class."""

    def import_declaration(self, node: Node, scope: int, guards: Guards) -> None:
        module = self.string(node.source)
        for item in node.specifiers:
            imported = "default" if item.type == "ImportDefaultSpecifier" else None
            if item.type == "ImportSpecifier":
                imported = self.source(item.imported)
            span = self.span(item.local)
            self.unit.declare(scope, self.source(item.local), "import", span, module=module, imported=imported)

    def export_named(self, node: Node, scope: int, guards: Guards) -> None:
        module = self.string(node.source) if node.source is not None else None
        if node.declaration is not None:
            self.todo.append((node.declaration, scope, guards))
            patterns = [item.id for item in node.declaration.declarations or ()] or [node.declaration.id]
            for name in (name for pattern in patterns for name in _bound(pattern)):
                self.unit.exports.append(model.Export(self.source(name), self.name(name, scope, guards), None, None))
        for item in node.specifiers:
            local = self.source(item.local)
            value = self.name(item.local, scope, guards) if module is None else None
            self.unit.exports.append(
                model.Export(self.source(item.exported), value, module, local if module is not None else None)
            )

    def export_all(self, node: Node, scope: int, guards: Guards) -> None:
        self.unit.exports.append(model.Export("*", None, self.string(node.source), None))

    def export_default(self, node: Node, scope: int, guards: Guards) -> None:
        shown = node.declaration
        if shown.type in ("FunctionDeclaration", "ClassDeclaration") and shown.id is not None:
            self.todo.append((shown, scope, guards))
            value: Expr = self.name(shown.id, scope, guards)
        elif shown.type == "FunctionDeclaration":
            value = self.function(shown, scope, guards, "default")
        elif shown.type == "ClassDeclaration":
            value = self.class_(shown, scope, guards)
        else:
            value = self.named(shown, scope, guards, "default")
        self.unit.exports.append(model.Export("default", value, None, None))


def _bound(pattern: Node) -> list[Node]:
    """The names that a pattern binds."""
    found: list[Node] = []
    todo = [pattern]
    while todo:
        node = todo.pop()
        if node is None:
            continue
        if node.type == "Identifier":
            found.append(node)
        else:
            todo += [item for field in ("left", "argument", "value") if (item := getattr(node, field)) is not None]
            todo += [*(node.properties or ()), *(node.elements or ())]
    return found
