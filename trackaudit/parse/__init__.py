"""Source text to the model. The only room that knows parsers; what leaves it is a :class:`trackaudit.model.Unit`."""

from __future__ import annotations

import re

from trackaudit.languages import MARKUP
from trackaudit.model import Problem, Unit
from trackaudit.parse.interest import Interest
from trackaudit.parse.source import Lines

_WORDED = 200_000  # bytes: esprima, which explains a syntax error, reads a megabyte a second
_HTML_IN_SCRIPT = re.compile(rb"\s*(?:<!--.{0,2000}?-->\s*)*<script\b", re.I | re.S)


def parse(text: bytes, language: str, interest: Interest, javascript_parser: str = "auto") -> Unit:
    """Lower one file. ``text`` is UTF-8 without a mark; ``language`` as :func:`languages.language_of` names it.

    Never raises for bad input: syntax errors and nests past the limits are the unit's ``problems``.
    ``javascript_parser="esprima"`` reads plain JavaScript strictly, as ECMAScript 2017; what esprima cannot read goes
    to tree-sitter, and the unit's ``parser`` says which one was used. By default (``auto``) it only explains syntax errors.
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
    unit = _javascript(text, language, interest)
    if unit.problems and language == "javascript" and javascript_parser == "auto" and len(text) <= _WORDED:
        unit.problems[0] = _in_words(text, unit.problems[0])
    return unit


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


def _in_words(text: bytes, problem: Problem) -> Problem:
    """esprima's words for a syntax error that both parsers find on the same line; tree-sitter has none."""
    from trackaudit.parse.ecmascript import complaint

    found = complaint(text)
    if found is None or problem.kind != "syntax":
        return problem
    words, offset = found
    first, last = sorted((offset, problem.span.start))
    if len(text[first:last].strip().splitlines()) > 1:
        return problem
    return problem._replace(message=f"{problem.message}: {words[:1].lower()}{words[1:]}")


__all__ = ["Interest", "parse"]
