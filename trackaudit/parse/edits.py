"""Edits of source text for what has become pointless: branches that a constant decides, questions whose answers nobody takes.

One interface for both languages: places of expressions go in, edits of bytes come out, none where it cannot be done for sure. The syntax trees stay
in here: :mod:`trackaudit.parse.edits_javascript` has tree-sitter's, :mod:`trackaudit.parse.edits_python` libcst's.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Any, Literal, NamedTuple

from trackaudit.languages import MARKUP
from trackaudit.model import Span

_SCRIPT = re.compile(rb"<script\b([^>]*)>(.*?)</script", re.I | re.S)
_TYPESCRIPT = re.compile(rb"""\blang=["']?ts""", re.I)


class Edit(NamedTuple):
    """Put ``text`` in place of the bytes from ``start`` to ``end`` of a file."""

    start: int
    end: int
    text: str


class Around(NamedTuple):
    """What stands around an expression: ``node`` holds it, as a ``group`` that has its value (brackets, ``await``), as its opposite (``not``), as the
    left of a logical operation, or as the test of a choice between two values or of a statement."""

    kind: Literal["group", "not", "or", "and", "choice", "branches"]
    node: Any
    holds: Any = None
    fails: Any = None


class Tree(ABC):
    """One file's syntax tree, as far as edits ask for it."""

    true, false = "true", "false"

    def __init__(self, text: bytes) -> None:
        self.text = text

    @abstractmethod
    def at(self, span: Span) -> Any:
        """The expression at a place, None where none fits it."""

    @abstractmethod
    def around(self, node: Any) -> Around | None:
        """What stands around an expression; None where its value goes elsewhere."""

    @abstractmethod
    def span(self, node: Any) -> Span:
        """Where a node stands."""

    @abstractmethod
    def choose(self, statement: Any, holds: bool) -> list[Edit]:
        """The edits that leave only one branch of a conditional statement, or nothing of it where it has no such branch."""

    @abstractmethod
    def remove(self, node: Any) -> list[Edit]:
        """The edits that take out the statement which only evaluates an expression, or gives it to one name; none where it does more."""

    @abstractmethod
    def vanish(self, node: Any) -> list[Edit]:
        """The edits for an expression that comes to false, where a false is as good as nothing; none elsewhere."""

    def code(self, node: Any) -> str:
        span = self.span(node)
        return self.text[span.start : span.end].decode("utf-8", "surrogateescape")


def decided(text: bytes, language: str, span: Span, value: bool) -> list[Edit]:
    """The edits for an expression that always comes to ``value``: the branch that it decides against goes, and what tests it is simplified."""
    tree = _tree(text, language, span)
    node = tree.at(span) if tree is not None else None
    return _folded(tree, node, value, True) if tree is not None and node is not None else []


def same(text: bytes, language: str, span: Span) -> list[Edit]:
    """The edits for an expression that decides between two branches which are the same: one of them stays, without the question."""
    tree = _tree(text, language, span)
    node = tree.at(span) if tree is not None else None
    return _folded(tree, node, True, False) if tree is not None and node is not None else []


def overruled(text: bytes, language: str, span: Span) -> list[Edit]:
    """The edits for a question that a constant overrules: ``flag() || true``."""
    tree = _tree(text, language, span)
    node = tree.at(span) if tree is not None else None
    while tree is not None and node is not None and (around := tree.around(node)) is not None:
        node = around.node
        if around.kind in ("or", "and"):
            return _folded(tree, node, around.kind == "or", True)
        if around.kind not in ("group", "not"):
            break
    return []


def dropped(text: bytes, language: str, span: Span) -> list[Edit]:
    """The edits that take out a call whose result nobody takes, if what it is given does nothing else."""
    tree = _tree(text, language, span)
    node = tree.at(span) if tree is not None else None
    return tree.remove(node) if tree is not None and node is not None else []


def _tree(text: bytes, language: str, span: Span) -> Tree | None:
    """The syntax tree of a file, or of the script of a page that a place is in; None where it is of another kind, or cannot be read
    without a mistake."""
    if language == "python":
        from trackaudit.parse.edits_python import python_tree

        return python_tree(text)
    if language in MARKUP:
        script = next((match for match in _SCRIPT.finditer(text) if match.start(2) <= span.start < match.end(2)), None)
        if script is None:
            return None
        region, language = Span(*script.span(2)), "typescript" if _TYPESCRIPT.search(script[1]) else "javascript"
    elif language in ("javascript", "typescript", "tsx"):
        region = None
    else:
        return None
    from trackaudit.parse.edits_javascript import javascript_tree

    return javascript_tree(text, language, region)


def _folded(tree: Tree, node: Any, value: bool, literal: bool) -> list[Edit]:
    """The edits for a node that comes to a value; where no branch depends on it, it becomes that value if ``literal``."""
    while (around := tree.around(node)) is not None:
        if around.kind == "branches":
            return tree.choose(around.node, value)
        if around.kind == "choice":
            return [Edit(*tree.span(around.node)[:2], tree.code(around.holds if value else around.fails))]
        if around.kind == "not":
            value = not value
        elif around.kind in ("or", "and") and value != (around.kind == "or"):
            return [Edit(*tree.span(around.node)[:2], tree.code(around.holds))]  # the other operand decides
        node = around.node
    if not literal:
        return []
    gone = tree.vanish(node) if not value else []
    return gone or [Edit(*tree.span(node)[:2], tree.true if value else tree.false)]


# --- lines, for both trees -------------------------------------------------------------------------


def line_start(text: bytes, position: int) -> int:
    return text.rfind(b"\n", 0, position) + 1


def whole_lines(text: bytes, start: int, end: int) -> tuple[int, int]:
    """A stretch with the rest of its lines, where nothing else stands on them."""
    first = line_start(text, start)
    last = text.find(b"\n", end)
    last = len(text) if last < 0 else last + 1
    alone = not text[first:start].strip() and not text[end:last].strip()
    return (first, last) if alone else (start, end)


def indented_as(code: str, indent: str, kept: set[int]) -> str:
    """The lines of a block with the indentation that its first line has replaced by another; lines in ``kept`` stay as they are."""
    lines = code.split("\n")
    own = re.match(r"[ \t]*", lines[0])
    old = own[0] if own is not None else ""
    shifted = [
        line if number in kept else indent + line[len(old) :] if line.startswith(old) else line
        for number, line in enumerate(lines)
    ]
    return "\n".join(line if line.strip() else line.strip(" \t") for line in shifted)
