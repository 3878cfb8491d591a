"""A file's bytes as text: encodings, line ends, and offsets turned into lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from itertools import accumulate

from trackaudit.model import Span

_LINE_END = re.compile(rb"\r\n|\r|\n")
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


_HEAD = 8_000  # bytes


class Undecodable(Exception):
    """The bytes are not text in any encoding the tool reads; the message says which and where."""


def to_utf8(raw: bytes, python: bool = False) -> bytes:
    """Return ``raw`` as UTF-8 without a byte-order mark.

    UTF-8, UTF-16 with a mark, and for Python the declared encoding (PEP 263) are understood.
    Raises :class:`Undecodable`.
    """
    if raw.startswith(BOM_UTF8):
        raw = raw[3:]
    elif raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        try:
            return raw.decode("utf-16").encode("utf-8")
        except UnicodeError as error:
            raise Undecodable(f"has a UTF-16 mark but is not UTF-16: {error}") from None
    # JavaScript may hold a NUL inside of a literal: like git, take for binary what has one near its beginning. Python may not.
    if b"\0" in (raw if python else raw[:_HEAD]):
        raise Undecodable(f"is not text: NUL byte at offset {raw.index(0)}")
    if raw.isascii():
        return raw
    if python:
        encoding = _declared_encoding(raw)
        if encoding and encoding.lower() not in ("utf-8", "utf8"):
            try:
                return raw.decode(encoding).encode("utf-8")
            except (LookupError, UnicodeError) as error:
                raise Undecodable(f"is not {encoding} as it declares: {error}") from None
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Undecodable(f"is not UTF-8: invalid byte at offset {error.start}") from None
    return raw


def _declared_encoding(raw: bytes) -> str | None:
    for line in raw.split(b"\n", 2)[:2]:
        if match := _CODING.match(line):
            return match[1].decode("ascii")
    return None


class Lines:
    """Line and column arithmetic over UTF-8 bytes. Lines end at LF, CRLF or a lone CR."""

    __slots__ = ("starts", "text")

    def __init__(self, text: bytes) -> None:
        self.text = text
        if b"\r" in text:
            self.starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        else:
            self.starts = [0, *accumulate(len(line) + 1 for line in text.split(b"\n"))]
            self.starts.pop()

    def position(self, offset: int) -> tuple[int, int]:
        """The 1-based line and column of a byte offset; columns count code points."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self.starts, offset)
        start = self.starts[line - 1]
        return line, len(self.text[start:offset].decode("utf-8", "replace")) + 1

    def offset(self, line: int, column: int) -> int:
        """The byte offset of a 1-based line and a 0-based column in code points."""
        if line > len(self.starts):
            return len(self.text)
        start = self.starts[line - 1]
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        chunk = self.text[start:end]
        if chunk.isascii():
            return start + min(column, len(chunk))
        return start + len(chunk.decode("utf-8", "replace")[:column].encode("utf-8"))

    def line(self, number: int) -> str:
        """The text of a 1-based line, without its line end; empty past the end of the file."""
        if not 1 <= number <= len(self.starts):
            return ""
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end].decode("utf-8", "replace").rstrip("\r\n")

    def line_span(self, number: int) -> Span:
        """The span of a 1-based line without its indentation and line end."""
        start = self.starts[number - 1] if number <= len(self.starts) else len(self.text)
        text = self.line(number)
        indent = len(text) - len(text.lstrip())
        return Span(start + len(text[:indent].encode()), start + len(text.rstrip().encode()) or start)
