"""What a condition speaks of: development only, production only, the visitor's consent, or something else."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_DEVELOPMENT = frozenset(("development", "dev", "debug"))
_PRODUCTION = frozenset(("production", "prod"))
_CONSENT = frozenset(("consent", "consented", "consents", "gdpr", "ccpa", "opted", "cookies", "accepted", "agreed", "permission"))
_WAITING = "text/plain"  # the type of scripts that consent managers start
_WHOLE = frozenset(("test", "testing", "local", "localhost"))  # not as parts of names: abTestVariant, localUser


def environment_of(text: str, positive: bool) -> str:
    """``development``, ``production``, ``consent`` or ``other``, by the words in a condition that holds, or does not."""
    words = {word.lower() for word in _WORD.findall(text)}
    whole = {word.lower() for word in re.findall(r"[A-Za-z]+", text)}
    negated = ("!=" in text or text.startswith(("!", "not "))) == positive
    if words & _PRODUCTION:
        return "development" if negated else "production"
    if words & _DEVELOPMENT or whole & _WHOLE:
        return "production" if negated else "development"
    return "consent" if words & _CONSENT or text == _WAITING else "other"
