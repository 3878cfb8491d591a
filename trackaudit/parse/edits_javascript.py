"""tree-sitter's trees for edits of JavaScript and TypeScript."""

from __future__ import annotations

import re

from tree_sitter import Node

from trackaudit.model import Span
from trackaudit.parse.edits import Around, Edit, Tree, indented_as, line_start, whole_lines
from trackaudit.parse.grammars import child_fields, children, program_tree, span_of

_GROUPS = frozenset(
    ("parenthesized_expression", "await_expression", "as_expression", "satisfies_expression", "non_null_expression")
)
_BLOCKS = frozenset(("program", "statement_block", "switch_case", "switch_default", "class_static_block"))
_LEAVING = frozenset(("return_statement", "throw_statement", "break_statement", "continue_statement"))
_DECLARING = frozenset(("lexical_declaration", "class_declaration", "function_declaration", "generator_function_declaration"))
_ACTING = frozenset(("call_expression", "new_expression", "assignment_expression", "augmented_assignment_expression", "update_expression", "yield_expression"))  # fmt: skip


def javascript_tree(text: bytes, dialect: str, region: Span | None = None) -> Tree | None:
    """The tree of a file, or of a part of it; None where it has a syntax error."""
    root, _ = program_tree(text, dialect, region)
    return None if root.has_error else _JavaScript(text, root)


class _JavaScript(Tree):
    def __init__(self, text: bytes, root: Node) -> None:
        super().__init__(text)
        self.root = root

    def at(self, span: Span) -> Node | None:
        node = self.root.named_descendant_for_byte_range(span.start, span.end)
        return node if node is not None and (node.start_byte, node.end_byte) == (span.start, span.end) else None

    def span(self, node: Node) -> Span:
        return span_of(node)

    def around(self, node: Node) -> Around | None:
        parent = node.parent
        if parent is None:
            return None
        if parent.type == "if_statement":
            test, holds, fails = child_fields(parent, "condition", "consequence", "alternative")
            return Around("branches", parent, holds, fails) if test == node else None
        if parent.type in _GROUPS:
            return Around("group", parent)
        if parent.type == "unary_expression" and any(child.type == "!" for child in parent.children):
            return Around("not", parent)
        if parent.type == "binary_expression":
            left, operator, right = child_fields(parent, "left", "operator", "right")
            kind = {"||": "or", "&&": "and"}.get(operator.type) if operator is not None else None
            return Around("or" if kind == "or" else "and", parent, right) if kind is not None and left == node else None
        if parent.type == "ternary_expression":
            test, holds, fails = child_fields(parent, "condition", "consequence", "alternative")
            return Around("choice", parent, holds, fails) if test == node else None
        return None

    def vanish(self, node: Node) -> list[Edit]:
        braces = node.parent
        if braces is None or braces.type != "jsx_expression" or braces.parent is None or braces.parent.type == "jsx_attribute":
            return []
        return [Edit(*whole_lines(self.text, braces.start_byte, braces.end_byte), "")]

    def remove(self, node: Node) -> list[Edit]:
        if any(child.type in _ACTING for child in _below(node)):
            return []
        while node.parent is not None and node.parent.type in _GROUPS:
            node = node.parent
        holder = node.parent
        if holder is not None and holder.type == "variable_declarator" and holder.parent is not None:
            declaration = holder.parent
            is_one = len(children(declaration)) == 1 and (declaration.parent is None or declaration.parent.type in _BLOCKS)
            return self._without(declaration) if is_one else []
        return self._without(holder) if holder is not None and holder.type == "expression_statement" else []

    def _without(self, statement: Node) -> list[Edit]:
        if statement.parent is not None and statement.parent.type not in _BLOCKS:
            return [Edit(statement.start_byte, statement.end_byte, "{}")]
        return [Edit(*whole_lines(self.text, statement.start_byte, statement.end_byte), "")]

    def choose(self, statement: Node, holds: bool) -> list[Edit]:
        consequence, clause = child_fields(statement, "consequence", "alternative")
        alternative = next(iter(children(clause)), None) if clause is not None else None
        chosen = consequence if holds else alternative
        parent = statement.parent
        is_chained = parent is not None and parent.type == "else_clause"
        if chosen is None and is_chained and parent is not None:
            before = parent.prev_sibling
            return [Edit(before.end_byte if before is not None else parent.start_byte, parent.end_byte, "")]
        if chosen is None:
            return self._without(statement)
        is_free = parent is not None and parent.type in _BLOCKS
        if chosen.type != "statement_block" or not is_free or self._clashes(chosen, parent):
            return [Edit(statement.start_byte, statement.end_byte, self.code(chosen))]
        inside = children(chosen) + [child for child in chosen.children if child.type == "comment"]
        if not inside:
            return self._without(statement)
        end = self._last_after(statement) if children(chosen) and children(chosen)[-1].type in _LEAVING else statement.end_byte
        return [Edit(statement.start_byte, end, self._unpacked(statement, chosen))]

    def _unpacked(self, statement: Node, block: Node) -> str:
        """What stands in a block, without its brackets, where the statement began."""
        inside = [child for child in block.children if child.is_named]
        first, last = inside[0], inside[-1]
        start = line_start(self.text, first.start_byte)
        start = start if not self.text[start : first.start_byte].strip() else first.start_byte
        indent = self.text[line_start(self.text, statement.start_byte) : statement.start_byte].decode("utf-8", "surrogateescape")
        kept = self._inside_strings(block, start)
        code = self.text[start : last.end_byte].decode("utf-8", "surrogateescape")
        return indented_as(code, indent if not indent.strip() else "", kept).lstrip(" \t")

    def _inside_strings(self, block: Node, start: int) -> set[int]:
        """The lines from ``start`` on that begin inside a template string."""
        top = self.text[:start].count(b"\n")
        strings = [node for node in _below(block) if node.type == "template_string"]
        return {line - top for node in strings for line in range(node.start_point[0] + 1, node.end_point[0] + 1)}

    def _clashes(self, block: Node, parent: Node | None) -> bool:
        """Whether a name that a block declares for itself stands elsewhere in the block around it."""
        if parent is None:
            return True
        text = self.text
        around = text[parent.start_byte : block.start_byte] + text[block.end_byte : parent.end_byte]
        for child in children(block):
            if child.type in _DECLARING:
                names = [node for node in _below(child) if node.type in ("identifier", "type_identifier", "shorthand_property_identifier_pattern")]  # fmt: skip
                head = [name for name in names if name.parent is not None and name.parent.type in ("variable_declarator", *_DECLARING, "object_pattern", "array_pattern", "pair_pattern")]  # fmt: skip
                if any(
                    re.search(rb"(?<![\w$])" + re.escape(text[n.start_byte : n.end_byte]) + rb"(?![\w$])", around) for n in head
                ):
                    return True
        return False

    def _last_after(self, statement: Node) -> int:
        """The end of what can no longer be reached after a statement in its block, if no function is defined there."""
        end, following = statement.end_byte, statement.next_named_sibling
        while following is not None:
            if following.type in ("function_declaration", "generator_function_declaration"):
                return statement.end_byte
            end, following = following.end_byte, following.next_named_sibling
        return end


def _below(node: Node) -> list[Node]:
    """All nodes inside a node."""
    found, todo = [], list(node.children)
    while todo:
        part = todo.pop()
        found.append(part)
        todo += part.children
    return found
