"""Helpers that every front end shares while it fills a unit."""

from __future__ import annotations

from collections.abc import Iterable

from trackaudit.model import Comment, Expr, Guard, Member, Name, Region, Span

MARK = b"trackaudit:"  # a file without it has no comment that anybody asks for
MAX_DEPTH = 100


def assign_name(target: Expr) -> str:
    """The name that a function takes from what it is assigned to: ``a.b = () => …`` is ``b``."""
    if isinstance(target, Member):
        return target.property
    return target.id if isinstance(target, Name) else ""


def comment_at(text: bytes, span: Span, target: Span | None = None) -> Comment:
    """The comment that stands in a span, its markers taken off."""
    source = text[span.start : span.end].decode("utf-8", "replace")
    body = source[2:-2].strip().lstrip("*") if source.startswith("/*") else source.lstrip("/<!-")
    line_start = max(text.rfind(b"\n", 0, span.start), text.rfind(b"\r", 0, span.start)) + 1
    own_line = text[line_start : span.start].strip() in (b"", b"{")  # a comment between JSX elements stands in braces
    return Comment(body.strip(), own_line, span, target if own_line else None)


def rest_step(taken: Iterable[str | None]) -> str:
    """The step of a binding's path to what is left of an object when these keys are taken out: ``...`` and their names."""
    return "..." + ",".join(sorted(name for name in taken if name))


def branches(consequent: Expr, holds: Guard, alternate: Expr, fails: Guard) -> list[Region]:
    """Where the two values of a conditional expression stand, each with its condition."""
    return [Region(value.span.start, value.span.end, guard) for value, guard in ((consequent, holds), (alternate, fails))]
