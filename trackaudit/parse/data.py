"""JSON as a module whose default export is its value."""

from __future__ import annotations

from trackaudit.model import Unit
from trackaudit.parse.javascript import lower

HEAD = b"export default "  # JSON is an expression of JavaScript, but not a program


def parse_json(text: bytes) -> tuple[Unit, bytes]:
    """The unit of a JSON file and the text that its places are in, :data:`HEAD` before the file's own."""
    unit = Unit("javascript", "tree-sitter")
    lower(HEAD + text, "javascript", unit)
    return unit, HEAD + text
