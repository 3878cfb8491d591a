"""Whole syntax trees, for rules that need more than the model."""

from __future__ import annotations

from typing import Any

from trackaudit.languages import language_of


def syntax_tree(text: str, path: str) -> Any:
    """libcst's module of a Python file, esprima's program (with ranges) of a JavaScript one; None where the parser cannot read it."""
    language = language_of(path.rpartition("/")[2])
    if language == "python":
        from trackaudit.parse.python import is_safe

        if not is_safe(text.encode("utf-8", "surrogateescape")):
            return None
        import libcst

        try:
            return libcst.parse_module(text)
        except (libcst.ParserSyntaxError, RecursionError):
            return None
    if language == "javascript":
        from trackaudit.parse.ecmascript import decoded, read

        try:
            return read(decoded(text.encode("utf-8", "surrogateescape")))
        except Exception:  # whatever esprima raises for what it cannot read
            return None
    return None
