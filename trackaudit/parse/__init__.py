"""Source text to the model. The only room that knows parsers; what leaves it is a :class:`trackaudit.model.Unit`."""

from __future__ import annotations

import re

from trackaudit.languages import MARKUP
from trackaudit.model import Unit
from trackaudit.parse.interest import Interest
from trackaudit.parse.source import Lines

_HTML_IN_SCRIPT = re.compile(rb"\s*(?:<!--.{0,2000}?-->\s*)*<script\b", re.I | re.S)


def parse(text: bytes, language: str, interest: Interest, javascript_parser: str = "auto") -> Unit:
    """Lower one file. ``text`` is UTF-8 without a mark; ``language`` as :func:`languages.language_of` names it.

    Never raises for bad input: syntax errors and nests past the limits are the unit's ``problems``.
    ``javascript_parser="esprima"`` reads plain JavaScript strictly, as ECMAScript 2017; what esprima cannot read goes
    to tree-sitter, and the unit's ``parser`` says which one was used.
    """
    if language == "python":
        from trackaudit.parse import python

        unit = Unit(language, "libcst")
        python.lower(text, unit, Lines(text), interest)
        return unit
    if language == "javascript" and text.lstrip()[:1] == b"<" and _HTML_IN_SCRIPT.match(text):
        language = "html"  # a snippet kept with its tags, as tag managers hand them out
    if language in MARKUP:
        from trackaudit.parse import markup

        unit = Unit(language, "tree-sitter")
        markup.lower(text, language, unit, interest)
        return unit
    if language == "javascript" and javascript_parser == "esprima":
        from trackaudit.parse import strict

        unit = Unit(language, "esprima")
        if strict.lower(text, unit):
            return unit
    return _javascript(text, language, interest)


def _javascript(text: bytes, language: str, interest: Interest) -> Unit:
    from trackaudit.parse import javascript

    unit = Unit(language, "tree-sitter")
    javascript.lower(text, language, unit, interest=interest)
    if unit.problems and language == "javascript":  # Flow, or TypeScript in a .js file
        typed = Unit(language, "tree-sitter")
        javascript.lower(text, "tsx", typed, interest=interest)
        if not typed.problems:
            return typed
    return unit


__all__ = ["Interest", "parse"]
