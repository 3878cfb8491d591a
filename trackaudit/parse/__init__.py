"""Source text to the model. The only room that knows parsers; what leaves it is a :class:`trackaudit.model.Unit`."""

from __future__ import annotations

import re
from functools import cached_property

from trackaudit.languages import MARKUP
from trackaudit.model import Unit
from trackaudit.parse.source import Lines

_HTML_IN_SCRIPT = re.compile(rb"\s*(?:<!--.{0,2000}?-->\s*)*<script\b", re.I | re.S)


class Interest:
    """What makes code worth lowering: one pattern, compiled for bytes or for text when first asked for."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    @cached_property
    def data(self) -> re.Pattern[bytes]:
        return re.compile(self.pattern.encode())

    @cached_property
    def text(self) -> re.Pattern[str]:
        return re.compile(self.pattern)


def parse(text: bytes, language: str, interest: Interest, javascript_parser: str = "auto") -> Unit:
    """Lower one file. ``text`` is UTF-8 without a mark; ``language`` as :func:`languages.language_of` names it.

    Never raises for bad input: syntax errors and nests past the limits are the unit's ``problems``.
    ``javascript_parser="esprima"`` reads plain JavaScript strictly, as ECMAScript 2017; what esprima cannot read goes
    to tree-sitter, and the unit's ``parser`` says which one was used.
    """
    if language == "python":
        from trackaudit.parse import python

        unit = Unit(language, "libcst")
        python.lower(text, unit, Lines(text), interest.text)
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
    javascript.lower(text, language, unit, interest=interest.data)
    if unit.problems and language == "javascript":  # Flow, or TypeScript in a .js file
        typed = Unit(language, "tree-sitter")
        javascript.lower(text, "tsx", typed, interest=interest.data)
        if not typed.problems:
            return typed
    return unit
