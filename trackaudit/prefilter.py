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
    "kennwort", "contrase", "senha", "wachtwoord", "has\u0142o", "haslo", "mdp", "kartennummer", "kreditkarte", "tarjeta", "numero_c", "numeroc", "cartao", "kaartnummer", "numer_k",
    "ssn", "social_sec", "socialsec", "social sec", "national_i", "nationali", "national i", "nino", "tax_id", "taxid", "tax id", "sozialvers", "steuer", "ausweis", "securite_s",
    '"nir"', '"dni"', '"nif"', '"nie"', '"cpf"', '"bsn"', "pesel", "fiscale", "burgerserv", "driver_l", "driverl", "driver's l", "driving_l",
    "iban", "account_n", "accountn", "account n", "bank_a", "banka", "bank a", "routing_n", "routingn", "routing n", "sort_c", "sortc", "sort c", "kontonummer", "cuenta", "rekeningn",
    "verification_c", "verificationc", "verification c", "einmal", "diagnos", "medical", "medication", "medikament", "allerg", "symptom", "blood", "health_", "health c", "disabilit",
)  # fmt: skip
_FIELD_BYTES = tuple(word.encode() for word in FIELD_TOKENS)
SUPPRESSION = b"trackaudit:"
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


_IMPORTS = tuple(word + quote for word in (b"from ", b"import ", b"require(", b"import(") for quote in (b"'", b'"'))
_PYTHON_IMPORTS = (b"import ",)
_WORTH_A_TABLE = 500_000  # bytes
_IN_NAMES = frozenset(bytes((byte,)) for byte in _WORD | frozenset(b".-"))
_LONGEST = 300  # bytes of a module specifier
_NAMES = re.compile(rb"(?<![\w.])[A-Za-z_][\w.]*(?:[ \t]+as[ \t]+\w+)?")


class Hits(NamedTuple):
    """What a file mentions: SDKs by name, and a comment to trackaudit; and what it ``imports``, as it is written there: ``./analytics``,
    in Python ``app.analytics`` and each imported name as a module of it. By the look of the text, comments and strings too."""

    sdks: frozenset[str]
    suppression: bool
    imports: tuple[bytes, ...] = ()


NOTHING = Hits(frozenset(), False)
_Find = Callable[[bytes], Iterable[tuple[int, int, int]]]


class Prefilter:
    """The words of a catalogue, ready to be looked for."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._meaning: list[tuple[bytes, str]] = [
            (token.encode(), sdk) for sdk, tokens in catalogue.tokens.items() for token in tokens
        ]
        self._meaning.append((SUPPRESSION, ""))
        self._words = [token for token, _ in self._meaning]
        self._broad, self.tokens = catalogue.broad, catalogue.tokens
        # Packages whose names are such words; a manifest holds them as names of their own.
        packages = {package.partition(":")[2]: sdk for package, sdk in catalogue.packages.items()}
        self._names = [
            (word.encode(), sdk) for sdk, words in catalogue.broad.items() for word in words if packages.get(word) == sdk
        ]
        self._scanned = 0  # bytes, so far
        self._finders: dict[tuple[bool, bool], _Find] = {}

    @cached_property
    def _in_manifest(self) -> _Find:
        return _finder([name for name, _ in self._names], False)

    def _finder_for(self, python: bool, size: int) -> _Find:
        """The search for a file's language: one that is made at once, and for more than a few files one that reads faster."""
        self._scanned += size
        key = (python, self._scanned > _WORTH_A_TABLE)
        if key not in self._finders:
            self._finders[key] = _finder([*self._words, *(_PYTHON_IMPORTS if python else _IMPORTS)], key[1])
        return self._finders[key]

    def scan(self, data: bytes, python: bool = False) -> Hits:
        """The SDKs that the bytes mention, whether a comment may speak to trackaudit, and what is imported."""
        found = self._finder_for(python, len(data))(data)
        if not found:
            return NOTHING
        sdks: set[str] = set()
        suppression = False
        imports: list[bytes] = []
        for index, start, end in found:
            if index >= len(self._meaning):
                if python:
                    imports += _imported(data, start, end)
                elif (close := data.find(data[end - 1 : end], end, end + _LONGEST)) > 0:
                    imports.append(data[end:close])
                continue
            sdk = self._meaning[index][1]
            if not sdk:
                suppression = True
            elif sdk not in sdks and _bounded(data, start, end):
                sdks.add(sdk)
        return Hits(frozenset(sdks), suppression, tuple(imports))

    def in_manifest(self, data: bytes) -> frozenset[str]:
        """The SDKs that a manifest names, by the words too that are too common to look for elsewhere."""
        named = {
            self._names[index][1]
            for index, start, end in self._in_manifest(data)
            if data[start - 1 : start] not in _IN_NAMES and data[end : end + 1] not in _IN_NAMES
        }
        return self.scan(data).sdks | named

    def interest(self, sdks: frozenset[str] | None = None) -> list[str]:
        """The words of these SDKs (all, if none are given), for the parsers to pick code by."""
        words = {token.decode() for token, sdk in self._meaning if sdk and (sdks is None or sdk in sdks)}
        return sorted(words.union(*(broad for sdk, broad in self._broad.items() if sdks is None or sdk in sdks)))


def mentions_field(data: bytes) -> bool:
    """Whether the bytes hold a word of a sensitive field."""
    lowered = data.lower()
    return any(word in lowered for word in _FIELD_BYTES)


def _finder(words: list[bytes], fast: bool) -> _Find:
    """A search for all words, from bytes to ``(word, start, end)``: by ahocorasick_rs, or plainly where there is no wheel of it."""
    try:
        from ahocorasick_rs import BytesAhoCorasick, Implementation
    except ImportError:
        return lambda data: [
            (index, match.start(), match.end())
            for index, word in enumerate(words)
            if word in data
            for match in re.finditer(re.escape(word), data)
        ]
    # A table of all steps takes a millisecond or two more to make, and reads nearly three times as fast with hundreds of words.
    search = BytesAhoCorasick(words, implementation=Implementation.DFA if fast else None).find_matches_as_indexes
    return lambda data: search(data, overlapping=True)


def _imported(data: bytes, start: int, end: int) -> list[bytes]:
    """What the Python import statement imports whose ``import`` stands at ``start``; nothing where that is no statement."""
    head = data[data.rfind(b"\n", 0, start) + 1 : start].split()
    if head and (len(head) != 2 or head[0] != b"from"):
        return []
    bracketed = data[end : end + 1] == b"("
    close = data.find(b")" if bracketed else b"\n", end)
    names = [name.split()[0] for name in _NAMES.findall(data[end : close if close > 0 else len(data)])]
    if not head:
        return names
    module = head[1]
    dot = b"" if module.endswith(b".") else b"."
    return [module, *(module + dot + name for name in names)]


def _bounded(data: bytes, start: int, end: int) -> bool:
    """Whether the match is a word of its own: no letter, digit or underscore goes on at a side that is one."""
    before = start == 0 or data[start - 1] not in _WORD or data[start] not in _WORD
    after = end == len(data) or data[end] not in _WORD or data[end - 1] not in _WORD
    return before and after


if __name__ == "__main__":
    if "--tokens" in sys.argv[1:]:
        prefilter = Prefilter(Catalogue())
        print(
            "\n".join(
                sorted(
                    {token for tokens in prefilter.tokens.values() for token in tokens} | {*FIELD_TOKENS, SUPPRESSION.decode()}
                )
            )
        )
