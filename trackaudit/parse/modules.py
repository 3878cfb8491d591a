"""JavaScript's and TypeScript's imports and exports to the model."""

from __future__ import annotations

import re

from tree_sitter import Node

from trackaudit.model import Export, Guard, Name, Unit
from trackaudit.parse.expressions import Expressions
from trackaudit.parse.grammars import child_fields, children, span_of
from trackaudit.parse.interest import Interest, Mentions

# Words of a pattern that name nothing: syntax, and properties so common that they would take in every function.
_GENERIC = frozenset(
    b"as default type const let var await async new this window data error props options user id name key value".split()
)
_WORD = re.compile(rb"[A-Za-z_$][\w$]*")
DECLARATIONS = frozenset(
    (
        "function_declaration",
        "generator_function_declaration",
        "class_declaration",
        "abstract_class_declaration",
        "enum_declaration",
    )
)

Guards = tuple[Guard, ...]


class Modules(Expressions):
    """The part of a lowering that reads what a module takes from others and gives them. ``todo`` holds statements still to visit."""

    def __init__(self, text: bytes, unit: Unit, mentions: Mentions | None, interest: Interest | None) -> None:
        super().__init__(text, unit)
        self.mentions, self.interest = mentions, interest
        self.todo: list[tuple[Node, int, Guards]] = []

    def words(self, node: Node) -> set[bytes]:
        return set(_WORD.findall(self.text[node.start_byte : node.end_byte])) - _GENERIC

    def import_statement(self, node: Node, scope: int, guards: Guards) -> None:
        unit = self.unit
        source = node.child_by_field_name("source")
        module = self.string(source) if source is not None else None
        for child in node.named_children:
            if child.type == "import_require_clause":  # import x = require("y")
                name, required = children(child)[0], child.child_by_field_name("source")
                if required is not None:
                    unit.declare(scope, self.source(name), "import", span_of(name), module=self.string(required))
            elif child.type == "import_clause" and module is not None:
                for part in child.named_children:
                    self.import_part(part, module, scope)

    def import_part(self, part: Node, module: str, scope: int) -> None:
        if part.type == "identifier":
            self.imported(part, part, module, "default", scope)
        elif part.type == "namespace_import":
            name = children(part)[0]
            self.imported(part, name, module, None, scope)
        elif part.type == "named_imports":
            for specifier in part.named_children:
                name = specifier.child_by_field_name("name")
                if name is None:
                    continue
                local = specifier.child_by_field_name("alias") or name
                imported = self.string(name) if name.type == "string" else self.source(name)
                self.imported(specifier, local, module, imported, scope)

    def imported(self, part: Node, local: Node, module: str, name: str | None, scope: int) -> None:
        if self.mentions is not None and self.interest is not None and self.interest.imports(module, name):
            self.mentions.add(self.words(part))
        self.unit.declare(scope, self.source(local), "import", span_of(local), module=module, imported=name)

    def export_statement(self, node: Node, scope: int, guards: Guards) -> None:
        declaration, value, source = child_fields(node, "declaration", "value", "source")
        module = self.string(source) if source is not None else None
        for child in node.named_children:
            if child.type == "decorator":  # of the class that is exported
                self.inner(child, scope, guards)
        kinds = {child.type for child in node.children}
        if "default" in kinds and (value is not None or declaration is not None):
            self.export_default(declaration or value, scope, guards)
        elif "=" in kinds and children(node):  # export = x
            self.export_default(children(node)[-1], scope, guards)
        elif declaration is not None:
            self.todo.append((declaration, scope, guards))
            for name in _declared(declaration):
                self.export(self.source(name), name, scope)
        elif "*" in kinds and module is not None:
            self.unit.exports.append(Export("*", None, module, None))
        for child in node.named_children:
            if child.type == "namespace_export" and module is not None:
                self.unit.exports.append(Export(self.source(children(child)[0]), None, module, None))
            elif child.type == "export_clause":
                self.export_clause(child, module, scope)

    def export_default(self, node: Node | None, scope: int, guards: Guards) -> None:
        if node is None:
            return
        name = node.child_by_field_name("name")
        if node.type in DECLARATIONS and name is not None:
            self.todo.append((node, scope, guards))
            self.export("default", name, scope)
            return
        if node.type in ("function_declaration", "generator_function_declaration"):  # without a name
            value = self.function(node, scope, guards, "default")
        else:
            value = self.named(node, scope, guards, "default")
        self.unit.exports.append(Export("default", value, None, None))

    def export(self, exported: str, name: Node, scope: int) -> None:
        self.unit.exports.append(Export(exported, Name(self.source(name), scope, span_of(name)), None, None))

    def export_clause(self, node: Node, module: str | None, scope: int) -> None:
        for specifier in children(node):
            name = specifier.child_by_field_name("name")
            if name is None:
                continue
            shown = specifier.child_by_field_name("alias") or name
            exported = self.string(shown) if shown.type == "string" else self.source(shown)
            if module is None:
                self.export(exported, name, scope)
                continue
            imported = self.string(name) if name.type == "string" else self.source(name)
            self.unit.exports.append(Export(exported, None, module, imported))


def _declared(declaration: Node) -> list[Node]:
    """The names that an exported declaration binds."""
    if declaration.type in DECLARATIONS:
        name = declaration.child_by_field_name("name")
        return [name] if name is not None else []
    found: list[Node] = []
    todo = [child.child_by_field_name("name") for child in declaration.named_children if child.type == "variable_declarator"]
    while todo:
        node = todo.pop()
        if node is None:
            continue
        if node.type in ("identifier", "shorthand_property_identifier_pattern"):
            found.append(node)
        elif node.type == "pair_pattern":
            todo.append(node.child_by_field_name("value"))
        elif node.type in ("assignment_pattern", "object_assignment_pattern"):
            todo.append(node.child_by_field_name("left"))
        else:
            todo += node.named_children
    return found
