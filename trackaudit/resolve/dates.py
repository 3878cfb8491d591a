"""Dates by which comments say that something has to go: ``TODO remove after 2025-06``, ``expires: 2025-01-31``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trackaudit.model import Span
from trackaudit.resolve.values import Remark, StatedDate

_COMMENT = re.compile(rb"(?:#|//|/\*|^\s*\*|<!--)(?P<words>[^\r\n]*)", re.M)
_DATE = re.compile(
    rb"(?i:\b(?:remov\w*|delet\w*|clean\w*[ -]?up|expir\w*|sunset|until|drop\w*|toggle_(?:expiration|target_removal)_date)\b)"
    rb"[^\r\n]{0,60}?(?P<date>20\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)(?!\d)"
)
_PLAIN_DATE = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?")
_PERMANENT = re.compile(
    rb"(?i)\bpermanent\b|\bkill[- ]?switch\b|\bentitlement\b|toggle_use_cases:[^\r\n]*(?:open_edx|circuit_breaker)"
)
# What says that something is there for a while, and what is to be done to a setting that takes too much.
_PASSING = re.compile(
    rb"(?i)^\W*temporary\b|\btemporarily\b|\b(?:is|are|only|just) (?:only |just )?temporary\b"
    rb"|\btemporary (?:setting|set-?up|fix|workaround|hack|measure|switch|config\w*|solution)\b|\bprototyp\w*|\bload[- ]?test\w*|\b(?:only|just) for (?:testing|debugging|the (?:demo|pilot|beta|test))\b"
    rb"|\b(?:remove|delete|disable|revert|drop|turn(?:ed)? (?:this |it )?off|switch(?:ed)? (?:this |it )?off) (?:(?:this|me|it|that) )?(?:before|after|once|when|until|by)\b"
)
_TO_DO = re.compile(
    rb"\b(?:TODO|FIXME|XXX|HACK)\b(?i:[^\r\n]*\b(?:mask|unmask|privacy|pii|gdpr|sampl\w*|rate|remove|disable|turn off|switch off|revert|lower|reduce|restrict|anonymi[sz]e))"
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
        if date or permanent is not None:
            yield StatedDate(date, _plain(comment), Span(*comment.span()), _spoken_of(text, comment, _BELOW))


def passing_remarks(text: bytes, expiry: tuple[str, ...] = ()) -> Iterator[Remark]:
    """Every comment which says that what it stands at, or above, is not meant to stay."""
    own = [re.compile(pattern) for pattern in expiry]
    for comment in _COMMENT.finditer(text):
        plain = _PASSING.search(comment["words"])
        if (plain or _TO_DO.search(comment["words"])) and not _PERMANENT.search(comment["words"]):
            date = _date(comment["words"], own)
            yield Remark(_plain(comment), date, bool(plain), Span(*comment.span()), _spoken_of(text, comment, 1))


def _plain(comment: re.Match[bytes]) -> str:
    return comment["words"].decode("utf-8", "replace").strip(" */->")


def _spoken_of(text: bytes, comment: re.Match[bytes], below: int) -> Span:
    """The text that a comment speaks of: its line, and where it stands alone the lines below it."""
    start = text.rfind(b"\n", 0, comment.start()) + 1
    end = text.find(b"\n", comment.end()) + 1 or len(text)
    return Span(start, end if text[start : comment.start()].strip() else _reach(text, end, below))


def _date(words: bytes, own: list[re.Pattern[str]]) -> str:
    """The date by which a comment says that something has to go; empty where it says none."""
    if (match := _DATE.search(words)) is not None:
        return match["date"].decode()
    text = words.decode("utf-8", "replace")
    found = (match["date"] for pattern in own if (match := pattern.search(text)) is not None)
    return next((date for date in found if _PLAIN_DATE.fullmatch(date or "")), "")


def _reach(text: bytes, end: int, most: int) -> int:
    """How far a comment on lines of its own speaks: to some lines below the block of comments that it stands in."""
    below = 0
    for _ in range(_LONGEST):
        line = text[end : text.find(b"\n", end) + 1 or len(text)]
        if below == 0 and _OPENING.match(line):
            end += len(line)
        elif below < most and line:
            end, below = end + len(line), below + 1
        else:
            break
    return end
