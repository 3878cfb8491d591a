"""Which files are worth parsing: one pass over the bytes for the words of the SDK records and of the rules.

A word counts only at its boundaries (``rollbar`` is not in ``scrollbar``). Nothing is parsed here, and a file that a
rule could flag always holds one of the words; a property test holds the prefilter to that.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple

from trackaudit.sdks.catalogue import Catalogue

# Words of which a file with a sensitive field (see resolve/fields.py) holds at least one, in any case.
FIELD_TOKENS = (
    "pass", "pwd", "one-time-code", "cc-", "cvv", "cvc", "csc", "card", "cc_", "cc[", "totp", "otp", "mfa", "2fa", "onetime", "one_time", "one-time",
)  # fmt: skip
_FIELD_BYTES = tuple(word.encode() for word in FIELD_TOKENS)
SUPPRESSION = b"trackaudit:"
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


class Hits(NamedTuple):
    """What a file mentions: SDKs by name, and a comment to trackaudit."""

    sdks: frozenset[str]
    suppression: bool


NOTHING = Hits(frozenset(), False)


class Prefilter:
    """The words of a catalogue, ready to be looked for."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._meaning: list[tuple[bytes, str]] = [
            (token.encode(), sdk) for sdk, tokens in catalogue.tokens.items() for token in tokens
        ]
        self._meaning.append((SUPPRESSION, ""))
        self._words = [token for token, _ in self._meaning]

    @cached_property
    def _find(self) -> Callable[[bytes], Iterable[tuple[int, int, int]]]:
        """The search, from bytes to ``(word, start, end)``: by ahocorasick_rs, or plainly where there is no wheel of it."""
        try:
            from ahocorasick_rs import BytesAhoCorasick
        except ImportError:
            return self._find_plainly
        search = BytesAhoCorasick(self._words).find_matches_as_indexes
        return lambda data: search(data, overlapping=True)

    def _find_plainly(self, data: bytes) -> Iterable[tuple[int, int, int]]:
        present = [(index, word) for index, word in enumerate(self._words) if word in data]
        return [(index, match.start(), match.end()) for index, word in present for match in re.finditer(re.escape(word), data)]

    def scan(self, data: bytes) -> Hits:
        """The SDKs that the bytes mention, and whether a comment may speak to trackaudit."""
        found = self._find(data)
        if not found:
            return NOTHING
        sdks: set[str] = set()
        suppression = False
        for index, start, end in found:
            sdk = self._meaning[index][1]
            if not sdk:
                suppression = True
            elif sdk not in sdks and _bounded(data, start, end):
                sdks.add(sdk)
        return Hits(frozenset(sdks), suppression)

    def interest(self, sdks: frozenset[str] | None = None) -> list[str]:
        """The words of these SDKs (all, if none are given), for the parsers to pick code by."""
        return sorted({token.decode() for token, sdk in self._meaning if sdk and (sdks is None or sdk in sdks)})


def mentions_field(data: bytes) -> bool:
    """Whether the bytes hold a word of a sensitive field."""
    lowered = data.lower()
    return any(word in lowered for word in _FIELD_BYTES)


def _bounded(data: bytes, start: int, end: int) -> bool:
    """Whether the match is a word of its own: no letter, digit or underscore goes on at a side that is one."""
    before = start == 0 or data[start - 1] not in _WORD or data[start] not in _WORD
    after = end == len(data) or data[end] not in _WORD or data[end - 1] not in _WORD
    return before and after


if __name__ == "__main__":
    if "--tokens" in sys.argv[1:]:
        prefilter = Prefilter(Catalogue())
        print("\n".join([*prefilter.interest(), *FIELD_TOKENS, SUPPRESSION.decode()]))
