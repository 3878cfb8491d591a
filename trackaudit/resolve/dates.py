"""Dates by which comments say that something has to go: ``TODO remove after 2025-06``, ``expires: 2025-01-31``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trackaudit.model import Span
from trackaudit.resolve.values import StatedDate

_COMMENT = re.compile(rb"(?:#|//|/\*|^\s*\*|<!--)(?P<words>[^\r\n]*)", re.M)
_DATE = re.compile(
    rb"(?i:\b(?:remov\w*|delet\w*|clean\w*[ -]?up|expir\w*|sunset|until|drop\w*|toggle_(?:expiration|target_removal)_date)\b)"
    rb"[^\r\n]{0,60}?(?P<date>20\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)(?!\d)"
)
_PLAIN_DATE = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?")
_PERMANENT = re.compile(
    rb"(?i)\bpermanent\b|\bkill[- ]?switch\b|\bentitlement\b|toggle_use_cases:[^\r\n]*(?:open_edx|circuit_breaker)"
)
_OPENING = re.compile(rb"\s*(?:#|//|/\*|\*|<!--)")
_BELOW = 3  # lines that a comment speaks of
_LONGEST = 40  # lines of a block of comments


def stated_dates(text: bytes, expiry: tuple[str, ...] = ()) -> Iterator[StatedDate]:
    """Every date in a comment, with the stretch of text that the comment stands at; ``date`` is empty for what is said to stay.
    ``expiry`` are patterns of the project's own, with a group ``date``."""
    own = [re.compile(pattern) for pattern in expiry]
    for comment in _COMMENT.finditer(text):
        permanent = _PERMANENT.search(comment["words"])
        date = "" if permanent is not None else _date(comment["words"], own)
        if not date and permanent is None:
            continue
        start = text.rfind(b"\n", 0, comment.start()) + 1
        end = text.find(b"\n", comment.end()) + 1 or len(text)
        if not text[start : comment.start()].strip():
            end = _reach(text, end)
        words = comment["words"].decode("utf-8", "replace").strip(" */->")
        yield StatedDate(date, words, Span(comment.start(), comment.end()), Span(start, end))


def _date(words: bytes, own: list[re.Pattern[str]]) -> str:
    """The date by which a comment says that something has to go; empty where it says none."""
    if (match := _DATE.search(words)) is not None:
        return match["date"].decode()
    text = words.decode("utf-8", "replace")
    found = (match["date"] for pattern in own if (match := pattern.search(text)) is not None)
    return next((date for date in found if _PLAIN_DATE.fullmatch(date or "")), "")


def _reach(text: bytes, end: int) -> int:
    """How far a comment on lines of its own speaks: to some lines below the block of comments that it stands in."""
    below = 0
    for _ in range(_LONGEST):
        line = text[end : text.find(b"\n", end) + 1 or len(text)]
        if below == 0 and _OPENING.match(line):
            end += len(line)
        elif below < _BELOW and line:
            end, below = end + len(line), below + 1
        else:
            break
    return end
