"""Which files are worth parsing: one pass over the bytes for the words of the SDK records and of the rules.

A word counts only at its boundaries (``rollbar`` is not in ``scrollbar``). Nothing is parsed here, and a file that a
rule could flag always holds one of the words; a property test holds the prefilter to that.
"""

from __future__ import annotations

import re
import sys
from functools import cached_property
from typing import NamedTuple

from trackaudit.sdks.catalogue import Catalogue

# Words of which a file with a sensitive field (see resolve/fields.py) holds at least one, in any case.
FIELD_TOKENS = (
    "pass", "pwd", "one-time-code", "cc-", "cvv", "cvc", "csc", "card", "cc_", "cc[", "totp", "otp", "mfa", "2fa", "onetime", "one_time", "one-time",
)  # fmt: skip
SUPPRESSION = b"trackaudit:"
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


class Hits(NamedTuple):
    """What a file mentions: SDKs by name, a sensitive field's words, a comment to trackaudit."""

    sdks: frozenset[str]
    fields: bool
    suppression: bool


NOTHING = Hits(frozenset(), False, False)


class Prefilter:
    def __init__(self, catalogue: Catalogue) -> None:
        self._meaning: list[tuple[bytes, str]] = [
            (token.encode(), sdk) for sdk, tokens in catalogue.tokens.items() for token in tokens
        ]
        self._meaning += [(token.encode(), "") for token in FIELD_TOKENS]
        self._meaning.append((SUPPRESSION, ""))
        self._lowered = [token.lower() for token, _ in self._meaning]

    @cached_property
    def _find(self) -> object:
        """The search engine's function from bytes to ``(token, start, end)``; pure Python where no wheel exists."""
        try:
            from ahocorasick_rs import BytesAhoCorasick

            return BytesAhoCorasick(self._lowered).find_matches_as_indexes
        except ImportError:
            return None

    def _matches(self, lowered: bytes) -> object:
        find = self._find
        if find is not None:
            return find(lowered, overlapping=True)  # type: ignore[operator]
        present = [(index, token) for index, token in enumerate(self._lowered) if token in lowered]
        return [
            (index, match.start(), match.end()) for index, token in present for match in re.finditer(re.escape(token), lowered)
        ]

    def scan(self, data: bytes) -> Hits:
        """Everything of interest that the bytes mention."""
        found = self._matches(data.lower())
        if not found:
            return NOTHING
        sdks: set[str] = set()
        fields = suppression = False
        for index, start, end in found:  # type: ignore[attr-defined]
            token, sdk = self._meaning[index]
            if sdk:
                if sdk not in sdks and data[start:end] == token and _bounded(data, start, end):
                    sdks.add(sdk)
            elif token == SUPPRESSION:
                suppression = True
            elif not fields:
                fields = True
        return Hits(frozenset(sdks), fields, suppression)

    def interest(self, sdks: frozenset[str] | None = None) -> list[str]:
        """The words of these SDKs (all, if none are given), for the parsers to pick code by."""
        return sorted({token.decode() for token, sdk in self._meaning if sdk and (sdks is None or sdk in sdks)})


def _bounded(data: bytes, start: int, end: int) -> bool:
    """Whether the match is a word of its own: no letter, digit or underscore goes on at a side that is one."""
    before = start == 0 or data[start - 1] not in _WORD or data[start] not in _WORD
    after = end == len(data) or data[end] not in _WORD or data[end - 1] not in _WORD
    return before and after


if __name__ == "__main__":
    if "--tokens" in sys.argv[1:]:
        prefilter = Prefilter(Catalogue())
        print("\n".join([*prefilter.interest(), *FIELD_TOKENS, SUPPRESSION.decode()]))
