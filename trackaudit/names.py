"""The words that a name in code is made of."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def words_of(name: str) -> list[str]:
    """The words of a name in lower case: camelCase, snake_case, kebab-case and dots alike, letters without their accents."""
    if not name.isascii():
        from unicodedata import combining, normalize

        plain = normalize("NFKD", name.replace("ß", "ss").replace("ł", "l").replace("Ł", "L").replace("ø", "o"))
        name = "".join(letter for letter in plain if not combining(letter))
    return [word.lower() for word in _WORD.findall(name)]
