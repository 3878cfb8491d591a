"""The switches of a JavaScript or TypeScript file, by tree-sitter: the text is searched for their names, the tree asked what stands there."""

from __future__ import annotations

import re

from tree_sitter import Node

from trackaudit.parse.grammars import program_tree, span_of
from trackaudit.parse.switches import CAMEL, TABLES, UPPER, Definition, Gate, Switches, is_switch, kind_of

_NAMES = re.compile(rf"(?<![\w$])(?:{UPPER.pattern}|{CAMEL.pattern}|{'|'.join(sorted(TABLES))})(?![\w$])".encode())
_PASSING = frozenset(
    ("parenthesized_expression", "unary_expression", "binary_expression", "member_expression", "subscript_expression", "await_expression",
     "non_null_expression", "as_expression", "optional_chain", "call_expression", "arguments")
)  # fmt: skip
_DECIDING = frozenset(("if_statement", "ternary_expression", "while_statement", "do_statement", "return_statement"))
_MOST = 5_000  # names of a file


def javascript_switches(text: bytes, dialect: str) -> Switches:
    """The switches of a file; a syntax error costs only what stands around it."""
    root, _ = program_tree(text, dialect, None)
    reader = _Reader(text)
    for count, match in enumerate(_NAMES.finditer(text)):
        node = root.named_descendant_for_byte_range(match.start(), match.end())
        if count < _MOST and node is not None and (node.start_byte, node.end_byte) == match.span():
            reader.visit(node)
    own = {definition.name for definition in reader.definitions}
    gates = [gate for gate in reader.gates if gate.name in own or "." in gate.name or is_switch(gate.name)]
    private = frozenset(name for name in own if "." not in name and not is_switch(name))
    return Switches(tuple(reader.definitions), tuple(gates), frozenset(reader.changed), private)


class _Reader:
    def __init__(self, text: bytes) -> None:
        self.text = text
        self.is_overridden = b"process.env[" in text  # for (const name in module.exports) … = process.env[name]
        self.definitions: list[Definition] = []
        self.gates: list[Gate] = []
        self.changed: set[str] = set()

    def code(self, node: Node) -> str:
        return self.text[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def visit(self, node: Node) -> None:
        name, parent = self.code(node), node.parent
        if parent is None:
            return
        if parent.type == "variable_declarator" and parent.child_by_field_name("name") == node:
            self.declared(name, parent)
        elif name in TABLES:
            self.entry(node, name)
        elif (
            parent.type in ("assignment_expression", "augmented_assignment_expression")
            and parent.child_by_field_name("left") == node
        ):
            self.changed.add(name)
        elif node.type in ("identifier", "property_identifier", "shorthand_property_identifier") and self.decides(node):
            self.gates.append(Gate(name, span_of(node)))
            if _is_environment(self.code(parent)) and is_switch(name):
                self.definitions.append(Definition(name, "environment", "", span_of(node)))

    def declared(self, name: str, declarator: Node) -> None:
        """A name that a module defines, or the entries of a table that it does."""
        value, declaration = declarator.child_by_field_name("value"), declarator.parent
        holder = declaration.parent if declaration is not None else None
        if value is None or holder is None or holder.type not in ("program", "export_statement"):
            return
        while value.type in ("as_expression", "satisfies_expression", "parenthesized_expression") and value.named_children:
            value = value.named_children[0]
        if name in TABLES:
            self.entries(name, value)
            return
        kind, told = kind_of(self.code(value))
        if is_switch(name) or kind == "constant":
            target = declarator.child_by_field_name("name")
            assert target is not None
            if self.is_overridden and is_switch(name):
                kind, told = "environment", ""
            self.definitions.append(Definition(name, kind, told, span_of(target)))
            if declaration is not None and self.code(declaration).startswith(("let", "var")) and not is_switch(name):
                self.changed.add(name)

    def entries(self, table: str, value: Node) -> None:
        for pair in value.named_children if value.type == "object" else ():
            key, item = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if pair.type == "pair" and key is not None and item is not None:
                name = self.code(key).strip("'\"")
                self.definitions.append(Definition(f"{table}.{name}", *kind_of(self.code(item)), span_of(key)))

    def entry(self, node: Node, table: str) -> None:
        """A table that stands in code: where it is defined inside another object, and where one of its entries is asked for."""
        parent = node.parent
        assert parent is not None
        if parent.type == "pair" and parent.child_by_field_name("key") == node:
            value = parent.child_by_field_name("value")
            if value is not None:
                self.entries(table, value)
            return
        holder = parent if parent.type == "member_expression" and parent.child_by_field_name("property") == node else node
        access = holder.parent
        if access is None or access.child_by_field_name("object") != holder:
            return
        key = access.child_by_field_name("property") or access.child_by_field_name("index")
        if key is None or key.type not in ("property_identifier", "string"):
            return
        name = f"{table}.{self.code(key).strip(chr(39) + chr(34))}"
        target = access.parent
        if target is not None and target.type == "assignment_expression" and target.child_by_field_name("left") == access:
            self.changed.add(name)
        elif self.decides(access):
            self.gates.append(Gate(name, span_of(access)))

    def decides(self, node: Node) -> bool:
        """Whether code runs or not by what stands here."""
        while (parent := node.parent) is not None:
            if parent.type in _DECIDING:
                condition = parent.child_by_field_name("condition")
                return condition == node or parent.type == "return_statement"
            operator = parent.child_by_field_name("operator") if parent.type == "binary_expression" else None
            is_left = parent.child_by_field_name("left") == node
            if operator is not None and operator.type in ("&&", "||") and is_left:
                return True
            if operator is not None and operator.type in ("||", "??") and not is_left:
                return False  # a default, for what has another switch
            if parent.type not in _PASSING:
                return False
            node = parent
        return False


def _is_environment(code: str) -> bool:
    return kind_of(code)[0] == "environment"
