"""Which environment a condition speaks of: development only, production only, or neither."""

from __future__ import annotations

_DEVELOPMENT = ("development", "dev", "debug", "test", "testing", "local", "localhost")
_PRODUCTION = ("production", "prod", "isprod", "isproduction")


def environment_of(text: str, positive: bool) -> str:
    """Which environment a condition speaks of, by the words in it."""
    words = {word.lower() for word in "".join(letter if letter.isalnum() else " " for letter in text).split()}
    negated = ("!=" in text or text.startswith(("!", "not "))) == positive
    if words & set(_PRODUCTION):
        return "development" if negated else "production"
    if words & set(_DEVELOPMENT):
        return "production" if negated else "development"
    return "other"
