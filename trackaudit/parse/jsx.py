"""JSX elements to the model."""

from __future__ import annotations

from abc import ABC, abstractmethod

from tree_sitter import Node

from trackaudit.model import Attribute, Element, Expr, Guard, Literal, Spread, Unit, Unknown
from trackaudit.parse.grammars import bare, children, span_of

Guards = tuple[Guard, ...]

_SCRIPTS = ("script", "Script")
_LABELS = ("label", "Label", "FormLabel", "InputLabel", "FieldLabel")


class Elements(ABC):
    """The part of a lowering that reads elements; ``parent_element`` is the one around the code that is being read, or -1."""

    def __init__(self, text: bytes, unit: Unit) -> None:
        self.text = text
        self.unit = unit
        self.parent_element = -1

    @abstractmethod
    def expression(self, node: Node, scope: int, guards: Guards) -> Expr:
        """The value of an expression."""

    @abstractmethod
    def inner(self, node: Node, scope: int, guards: Guards) -> Expr:
        """The value of what stands inside a node."""

    def source(self, node: Node) -> str:
        return self.text[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def jsx(self, node: Node, scope: int, guards: Guards) -> Expr:
        opening = node
        if node.type == "jsx_element":
            opening = node.child_by_field_name("open_tag") or node
        outer = self.parent_element
        tag = opening.child_by_field_name("name")
        if tag is not None:
            self.element(opening, tag, scope, guards)
        try:
            if node.type == "jsx_element":
                if tag is not None and self.source(tag) in _LABELS:
                    text = " ".join(self.source(child) for child in node.named_children if child.type == "jsx_text")
                    self.unit.elements[self.parent_element] = self.unit.elements[self.parent_element]._replace(text=text.strip())
                script = tag is not None and self.source(tag) in _SCRIPTS
                for child in node.named_children:
                    if child.type in ("jsx_element", "jsx_self_closing_element", "jsx_expression"):
                        self.expression(child, scope, guards)
                        if script:
                            self.script(bare(child), guards)
        finally:
            self.parent_element = outer
        return Unknown("JSX", span_of(node))

    def element(self, opening: Node, tag: Node, scope: int, guards: Guards) -> None:
        text = self.source(tag)
        component: Expr | None = None
        if not text[:1].islower() or "." in text:
            component = self.expression(tag, scope, guards)
        index = len(self.unit.elements)
        blank = Element(text, component, (), self.parent_element, scope, guards, span_of(opening), span_of(tag))
        self.unit.elements.append(blank)  # the place is kept while attributes, which may hold JSX, are lowered
        outer, self.parent_element = self.parent_element, index
        attributes: list[Attribute | Spread] = []
        for child in opening.named_children:
            if child.type == "jsx_attribute" and child.named_children:
                attributes.append(self.attribute(child, scope, guards))
                if text in _SCRIPTS and (code := _inner_html(child)) is not None:
                    self.script(code, guards)
            elif child.type == "jsx_expression" and child.named_children:
                spread = bare(child)
                if spread.type == "spread_element":
                    attributes.append(Spread(self.inner(spread, scope, guards), span_of(spread)))
        self.parent_element = outer
        self.unit.elements[index] = blank._replace(attributes=tuple(attributes))
        self.parent_element = index

    @abstractmethod
    def script(self, code: Node, guards: Guards) -> None:
        """Add the program in a string, which runs under these conditions, to the unit."""

    def attribute(self, node: Node, scope: int, guards: Guards) -> Attribute:
        parts = children(node)
        name = self.source(parts[0])
        if len(parts) == 1:
            return Attribute(name, span_of(parts[0]), None)
        value_node = parts[-1]
        if value_node.type == "string":  # JSX strings have no escapes
            value: Expr = Literal(self.source(value_node)[1:-1], span_of(value_node))
        else:
            value = self.expression(value_node, scope, guards)
        return Attribute(name, span_of(parts[0]), value)


def _inner_html(attribute: Node) -> Node | None:
    """The text in ``dangerouslySetInnerHTML={{ __html: `…` }}``."""
    given = bare(attribute.named_children[-1])
    if given.type != "object":
        return None
    pairs = [pair for pair in children(given) if pair.type == "pair"]
    value = pairs[0].child_by_field_name("value") if len(pairs) == 1 else None
    return bare(value) if value is not None else None
