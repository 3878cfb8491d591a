"""HTML pages, server templates and single-file components to the model.

Tags are read by tree-sitter-html. Scripts are given to the JavaScript front end as regions of the same text, so
every span is a true offset into the file. What is foreign to HTML or to JavaScript is first overwritten by harmless
text of the same length: template tags, and the braces of Svelte and Astro attributes.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from tree_sitter import Language, Node, Parser

from trackaudit.model import Attribute, Comment, Element, Expr, Guard, Literal, Region, Script, Span, Template, Unit, Unknown
from trackaudit.parse import helpers, javascript
from trackaudit.parse.grammars import grammar

if TYPE_CHECKING:
    from trackaudit.parse import Interest

# Tags that print a value, and tags that only steer. Bounded, so that a stray opening cannot swallow a page.
_PRINTING = re.compile(rb"\{\{\{?.{0,2000}?\}\}\}?|<%[=-].{0,2000}?%>|<\?=.{0,2000}?\?>|\{!!.{0,2000}?!!\}", re.S)
_STEERING = re.compile(rb"\{%.{0,4000}?%\}|\{#.{0,4000}?#\}|<%.{0,4000}?%>|<\?(?:php)?\s.{0,20000}?\?>", re.S)
_TAG = re.compile(rb"<[a-zA-Z!/]")
# A script that closes itself, which HTML does not know: it would go on to the next end tag.
_CLOSED_SCRIPT = re.compile(rb"""<script(?=\s(?:[^<>"']|"[^"]*"|'[^']*')*/>)""")
_BRACED = re.compile(rb"=\{")
_FRONTMATTER = re.compile(rb"\A\s*---[ \t]*(?:\r\n|\r|\n)(.*?(?:\r\n|\r|\n))?---[ \t]*(?=[\r\n]|\Z)", re.S)
_NOT_NEWLINE = re.compile(rb"[^\r\n]")
_SCRIPT_TYPES = ("", "module", "text/javascript", "application/javascript", "text/plain", "text/partytown", "text/babel")
_HANDLER = re.compile(r"^(?:on[a-z:]+|@|v-on:|on:|\(.*\)$)", re.I)
_DYNAMIC = re.compile(r"^(?::|v-bind:|bind:|\[.*\]$)")
_ENTITY = re.compile(rb"&(?:#\w+|\w+);")
_MAX_BRACED = 4000
_MAX_UNCLOSED = 20  # comments that nothing closes: the grammar reads to the end of the page for each


@cache
def _parser() -> Parser:
    return Parser(Language(grammar("tree_sitter_html").language()))


def lower(text: bytes, language: str, unit: Unit, interest: Interest) -> None:
    """Add a page, template or component to ``unit``; ``interest`` picks the event handlers worth reading."""
    written = list(helpers.fields(text)) if language == "html" and interest.fields else []
    if language == "html":
        text = _mask_templates(text)
        if not _TAG.search(text):  # a template of a script's
            problems = len(unit.problems)
            javascript.lower(text, "javascript", unit, interest=interest)
            del unit.problems[problems:]
            return
    if language == "astro" and (front := _FRONTMATTER.match(text)):
        if front[1]:
            javascript.lower(text, "typescript", unit, region=Span(*front.span(1)))
        text = _blank(text, front.start(), front.end())
    text = _without_unclosed(text)
    markup = _CLOSED_SCRIPT.sub(b"<object", _quote_braces(text)) if language in ("svelte", "astro") else text
    tree = _parser().parse(markup)
    lowering = _Lowering(text, markup, language, unit, interest)
    lowering.run(tree.root_node)
    for span, attributes in written:
        unit.elements.append(Element("input", None, attributes, lowering.around(tree.root_node, span), 0, (), span, span))


def _mask_templates(text: bytes) -> bytes:
    """Printing tags become identifiers, steering tags blanks, both of the same length."""
    if b"{" in text or b"<%" in text or b"<?" in text:
        text = _PRINTING.sub(lambda match: _identifier(match[0]), text)
        text = _STEERING.sub(lambda match: _NOT_NEWLINE.sub(b" ", match[0]), text)
    return text


def _identifier(tag: bytes) -> bytes:
    """One word of the same length, line ends included: a string that it stands in must not be broken by one."""
    return b"_" * len(tag)


def _without_unclosed(text: bytes) -> bytes:
    """Of many comments that nothing closes, the later ones' openings blanked."""
    closed = text.rfind(b"-->") + 1
    if text.count(b"<!--", closed) <= _MAX_UNCLOSED:
        return text
    for _ in range(_MAX_UNCLOSED):
        closed = text.find(b"<!--", closed) + 1
    return text[:closed] + text[closed:].replace(b"<!--", b"    ")


def _blank(text: bytes, start: int, end: int) -> bytes:
    return text[:start] + _NOT_NEWLINE.sub(b" ", text[start:end]) + text[end:]


def _quote_braces(text: bytes) -> bytes:
    """``a={b}`` becomes ``a="b"``, quotes inside it single, so that HTML sees one attribute value."""
    result = bytearray(text)
    position = 0
    while match := _BRACED.search(text, position):
        end = _closing(text, match.end())
        position = match.end()
        if end is not None:
            result[match.end() - 1] = result[end] = 0x22
            result[match.end() : end] = text[match.end() : end].replace(b'"', b"'")
            position = end
    return bytes(result)


def _closing(text: bytes, start: int) -> int | None:
    """The offset of the brace that closes the one before ``start``, within a stated distance."""
    depth = 1
    for match in re.finditer(rb"[{}]", text[start : start + _MAX_BRACED]):
        depth += 1 if match[0] == b"{" else -1
        if depth == 0:
            return start + match.start()
    return None


class _Lowering:
    def __init__(self, text: bytes, markup: bytes, language: str, unit: Unit, interest: Interest) -> None:
        self.text, self.markup, self.language, self.unit, self.interest = text, markup, language, unit, interest
        self.indices: dict[int, int] = {}  # of the elements by where they begin

    def run(self, root: Node) -> None:
        todo: list[tuple[Node, int]] = [(root, -1)]
        while todo:
            node, parent = todo.pop()
            kind = node.type
            if kind in ("element", "script_element", "style_element"):
                parent = self.element(node, parent)
            elif kind in ("start_tag", "self_closing_tag") and (
                node.parent is None or node.parent.type not in ("element", "script_element", "style_element")
            ):
                self.tag(node, parent)
            elif kind == "comment":
                self.comment(node)
            for child in reversed(node.named_children):
                if child.type in ("element", "script_element", "style_element", "comment", "ERROR") or kind == "ERROR":
                    todo.append((child, parent))

    def around(self, root: Node, span: Span) -> int:
        """The innermost element around a place in the text, or -1."""
        node = root.named_descendant_for_byte_range(span.start, span.end)
        while node is not None:
            opening = node.named_children[0] if node.type == "element" and node.named_children else None
            if opening is not None and opening.end_byte <= span.start and opening.start_byte in self.indices:
                return self.indices[opening.start_byte]
            node = node.parent
        return -1

    def comment(self, node: Node) -> None:
        body = self.text[node.start_byte : node.end_byte].decode("utf-8", "replace")
        line_start = max(self.text.rfind(b"\n", 0, node.start_byte), self.text.rfind(b"\r", 0, node.start_byte)) + 1
        own_line = not self.text[line_start : node.start_byte].strip()
        span = Span(node.start_byte, node.end_byte)
        below = node.next_named_sibling
        opening = (
            next((child for child in below.named_children if child.type in ("start_tag", "self_closing_tag")), None)
            if below is not None
            else None
        )
        target = Span(opening.start_byte, opening.end_byte) if opening is not None and own_line else None
        self.unit.comments.append(Comment(body.removeprefix("<!--").removesuffix("-->").strip(), own_line, span, target))

    def element(self, node: Node, parent: int) -> int:
        opening = next((child for child in node.named_children if child.type in ("start_tag", "self_closing_tag")), None)
        if opening is None:
            return parent
        index = self.tag(opening, parent)
        if self.unit.elements[index].tag.lower() == "label":
            text = " ".join(self.source(child) for child in node.named_children if child.type == "text")
            self.unit.elements[index] = self.unit.elements[index]._replace(text=text.strip())
        if node.type == "script_element" or self.unit.elements[index].tag == "script":
            self.script(node, self.unit.elements[index])
        return index

    def tag(self, opening: Node, parent: int) -> int:
        name = next((child for child in opening.named_children if child.type == "tag_name"), opening)
        attributes = [self.attribute(child) for child in opening.named_children if child.type == "attribute"]
        span, tag_span = Span(opening.start_byte, opening.end_byte), Span(name.start_byte, name.end_byte)
        tag = self.source(name)
        self.indices[opening.start_byte] = len(self.unit.elements)
        self.unit.elements.append(Element(tag, None, tuple(attributes), parent, 0, (), span, tag_span))
        return len(self.unit.elements) - 1

    def source(self, node: Node) -> str:
        return self.text[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def attribute(self, node: Node) -> Attribute:
        name_node = node.named_children[0]
        name = self.source(name_node)
        span = Span(name_node.start_byte, name_node.end_byte)
        value_node = node.named_children[-1] if len(node.named_children) > 1 else None
        if value_node is None:
            return Attribute(name, span, None)
        region = Span(value_node.start_byte, value_node.end_byte)
        if value_node.type == "quoted_attribute_value":
            region = Span(region.start + 1, region.end - 1)
        return Attribute(name, span, self.value(name, region))

    def value(self, name: str, region: Span) -> Expr:
        """What an attribute holds: an expression where the language says so, else its text."""
        raw = self.text[region.start : region.end]
        braced = self.language in ("svelte", "astro") and self.text[region.start - 1 : region.start] == b"{"
        if _HANDLER.match(name):
            if self.interest.inside(raw) and not _ENTITY.search(raw):
                problems = len(self.unit.problems)
                javascript.lower(self.text, self.dialect(), self.unit, region=region)
                del self.unit.problems[problems:]
            return Unknown("event handler", region)
        if braced or _DYNAMIC.match(name):
            return javascript.lower_expression(self.text, self.dialect(), self.unit, region)
        value = raw.decode("utf-8", "replace")
        if "__" in value and value.strip("_ ") != value:  # a template tag was here
            return Template((Unknown("template tag", region),), region)
        return Literal(value, region)

    def dialect(self) -> str:
        return "javascript" if self.language == "html" else "typescript"

    def script(self, node: Node, element: Element) -> None:
        values = {item.name.lower(): item.value for item in element.attributes if isinstance(item, Attribute)}
        source = values.get("src") or values.get(":src")
        if isinstance(source, Literal) and isinstance(source.value, str):
            self.unit.scripts.append(Script(source.value, source.span))
        kind = values.get("type")
        if isinstance(kind, Literal) and str(kind.value).lower() not in _SCRIPT_TYPES:
            return
        body = next((child for child in node.named_children if child.type == "raw_text"), None)
        if body is None:
            return
        language = values.get("lang")
        dialect = "javascript"
        if isinstance(language, Literal) and str(language.value).lower() in ("ts", "tsx", "typescript"):
            dialect = "tsx" if language.value == "tsx" else "typescript"
        elif self.language == "astro":
            dialect = "typescript"
        scope = 0
        if self.language == "html" and isinstance(kind, Literal) and kind.value == "module":
            scope = self.unit.new_scope(0, "module")
        problems = len(self.unit.problems)
        javascript.lower(self.text, dialect, self.unit, scope, Span(body.start_byte, body.end_byte))
        if isinstance(kind, Literal) and kind.value == "text/plain":  # may be data; code only if it reads as code
            del self.unit.problems[problems:]
            started = Guard(Unknown("a consent manager starts it", kind.span), True, 0)
            self.unit.regions.append(Region(body.start_byte, body.end_byte, started))
