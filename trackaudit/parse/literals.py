"""The values of JavaScript's strings and numbers, which both of its front ends read from the source text."""

from __future__ import annotations

import re

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_ESCAPE = re.compile(r"\\(u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|\r\n|.)", re.S)


def unescape(body: str) -> str:
    """The value of a JavaScript string's body, its escapes decoded."""
    if "\\" not in body:
        return body

    def one(match: re.Match[str]) -> str:
        code = match[2] or match[3] or match[4]
        if code:
            number = int(code, 16)
            return chr(number) if number <= 0x10FFFF and not 0xD800 <= number < 0xE000 else "\ufffd"
        rest = match[1]
        return "" if rest in ("\n", "\r", "\r\n", "\u2028", "\u2029") else _ESCAPES.get(rest, rest)

    return _ESCAPE.sub(one, body)


def number_value(text: str) -> int | float | None:
    """The value of a JavaScript number literal; None if it is none we know."""
    text = text.replace("_", "").rstrip("n")
    try:
        if len(text) > 1 and text[0] == "0" and text[1] in "xXoObB":
            return int(text, 0)
        value = float(text)
    except (ValueError, OverflowError):
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
