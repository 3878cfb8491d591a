"""What makes code worth lowering, and where a text mentions it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")


class Interest:
    """The words that make code worth lowering: ``words`` as they are, ``folded`` (lower-case) in any case.

    The empty word makes everything worth it, no word at all nothing. ``modules`` are the project's own modules whose
    use matters, as they are written where they are imported, each with the exports that do; ``default`` stands for all of them.
    ``keys`` are settings, which may be given as a key or a keyword as well.
    """

    def __init__(
        self,
        words: Iterable[str],
        folded: Iterable[str] = (),
        modules: Iterable[tuple[str, frozenset[str]]] = (),
        keys: frozenset[str] = frozenset(),
    ) -> None:
        self.words, self.keys = tuple(words), keys
        self.modules = dict(modules)
        self._words = tuple(
            word.encode()
            for word in (*self.words, *(module for module in self.modules if "/" in module or module.startswith("$")))
        )
        self._folded = tuple(word.encode() for word in folded)

    @property
    def fields(self) -> bool:
        """Whether form fields are wanted."""
        return bool(self._folded)

    def names(self, name: str) -> bool:
        """Whether a name of the program holds one of the words."""
        return any(word in name for word in self.words)

    def imports(self, module: str, name: str | None) -> bool:
        """Whether what is imported from a module under a name (None for the module itself) is of interest."""
        names = self.modules.get(module)
        if names is None:
            return self.names(module)
        return name is None or name in names or "default" in names

    def inside(self, data: bytes) -> bool:
        """Whether one of the words stands in the bytes."""
        if any(word in data for word in self._words):
            return True
        return bool(self._folded) and any(word in data.lower() for word in self._folded)

    def places(self, data: bytes, start: int, end: int) -> list[int]:
        """The offsets of all words in a part of the bytes."""
        found = [place for word in self._words for place in _places(data, word, start, end)]
        if self._folded:
            lowered = data.lower()
            found += [place for word in self._folded for place in _places(lowered, word, start, end)]
        return found


class Mentions:
    """Where a text, or a part of it, mentions words of interest or names that were derived from them."""

    def __init__(self, text: bytes, start: int, end: int, interest: Interest) -> None:
        self._text, self._start, self._end = text, start, end
        self._names: set[bytes] = set()
        self._places = sorted(interest.places(text, start, end))

    def add(self, names: set[bytes]) -> None:
        """From now on these names are of interest too, where they stand as words of their own."""
        fresh = names - self._names
        if not fresh:
            return
        self._names |= fresh
        self._places += [place for name in fresh for place in _places(self._text, name, self._start, self._end, whole=True)]
        self._places.sort()

    def within(self, start: int, end: int) -> bool:
        """Whether something of interest begins in this part."""
        index = bisect_left(self._places, start)
        return index < len(self._places) and self._places[index] < end


def _places(data: bytes, word: bytes, start: int, end: int, whole: bool = False) -> Iterator[int]:
    """Where a word stands; as a ``whole`` one, only where no letter goes before or after it."""
    place = data.find(word, start, end)
    while place >= 0:
        after = place + len(word)
        if not whole or not (
            (place > 0 and data[place - 1] in _LETTERS) or (after < len(data) and data[after] in _LETTERS)
        ):  # fmt: skip
            yield place
        place = data.find(word, place + 1, end)
