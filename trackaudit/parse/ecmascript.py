"""esprima, which reads plain ECMAScript 2017: loading it, parsing with it, and its words for what it cannot read."""

from __future__ import annotations

import re
import warnings
from functools import cache
from typing import Any

_HASHBANG = re.compile(r"\A#![^\r\n]*")


def complaint(text: bytes) -> tuple[str, int] | None:
    """esprima's words for the first syntax error and its byte offset; None where it has none."""
    try:
        code = decoded(text)
        read(code)
    except Exception as error:
        index = getattr(error, "index", None)
        if isinstance(index, int):
            return str(error).partition(": ")[2], len(decoded(text)[:index].encode())  # the words after "Line 3"
    return None


def decoded(text: bytes) -> str:
    """The text with a Unix interpreter line, which ES2017 does not know, blanked."""
    return _HASHBANG.sub(lambda match: " " * len(match[0]), text.decode())


@cache
def _esprima() -> Any:
    """esprima with its regex test off: it compiles each one as a Python regex, whose syntax is another."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import esprima
        from esprima.scanner import Scanner
    setattr(Scanner, "testRegExp", lambda scanner, pattern, flags: None)  # noqa: B010
    return esprima


def read(code: str) -> Any:
    """The program, as a module or else as a script. Raises what the reading that got further raised."""
    errors: list[Any] = []
    for goal in ("module", "script"):
        try:
            return _esprima().parse(code, sourceType=goal, range=True, comment=True)
        except Exception as error:
            errors.append(error)
    raise max(errors, key=lambda error: error.index if isinstance(getattr(error, "index", None), int) else len(code) + 1)
