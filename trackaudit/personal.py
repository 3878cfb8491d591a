"""Which names say that a value is personal or secret; the words themselves are data (``sdks/personal_data.toml``)."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from trackaudit.resolve.resolver import TRUTH
from trackaudit.resolve.values import Dynamic, Invoked, Known, OneOf, Parameter, Text, Value

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_FILLED_IN = "{{auto}}"
_PASSING = frozenset(
    ("tolowercase", "touppercase", "trim", "tostring", "strip", "lower", "upper", "casefold", "encode", "decode", "string",
     "str", "encodeuricomponent", "get", "value", "format", "concat", "repr", "valueof", "normalize", "replace", "slice", "substring")
)  # fmt: skip


class Category(NamedTuple):
    """A kind of personal data: its id, what it is in words, and how serious it is that a tracker gets it."""

    id: str
    title: str
    severity: str


class PersonalData:
    """The dictionary, ready to be asked."""

    def __init__(self, table: dict[str, Any]) -> None:
        self._before = frozenset(table["harmless"]["before"])
        self._after = frozenset(table["harmless"]["after"])
        self._phrases: dict[str, list[tuple[tuple[str, ...], Category]]] = {}
        self._categories: dict[str, Category] = {}
        for entry in table["category"]:
            category = Category(entry["id"], entry["title"], entry["severity"])
            self._categories[category.id] = category
            for phrase in entry["words"]:
                words = tuple(words_of(phrase))
                self._phrases.setdefault(words[0], []).append((words, category))
        for known in self._phrases.values():
            known.sort(key=lambda item: -len(item[0]))
        self._ambiguous: dict[str, str] = table["ambiguous"]["keys"]
        self._people = frozenset(table["ambiguous"]["people"])
        self._scrubbers = frozenset(table["scrubbers"]["words"])

    def of_name(self, name: str) -> Category | None:
        """The category of a key or variable name by its words, None where a word makes it harmless."""
        words = words_of(name)
        for start, word in enumerate(words):
            for phrase, category in self._phrases.get(word, ()):
                end = start + len(phrase)
                if tuple(words[start:end]) == phrase:
                    if self._before & set(words[:start]) or self._after & set(words[end:]):
                        return None
                    return category
        return None

    def of_value(self, value: Value) -> Category | None:
        """The category that the code's own name for a value gives it: ``user.email`` is contact data."""
        if isinstance(value, OneOf):
            return _worst(self.of_value(branch.value) for branch in value.branches)
        if isinstance(value, Text):
            return _worst(self.of_value(part) for part in value.parts)
        if isinstance(value, Invoked):
            return self._of_call(value)
        if isinstance(value, (Dynamic, Parameter)) and value.path and not _is_truth(value):
            return self._of_path(value.path)
        return None

    def _of_path(self, path: tuple[str, ...]) -> Category | None:
        own = self.of_name(path[-1])
        if own is not None or len(path) < 2:
            return own
        kind = self._ambiguous.get(path[-1])
        if kind is not None and self._people & set(words_of(path[-2])):
            return self._categories[kind]
        return None

    def _of_call(self, call: Invoked) -> Category | None:
        if self.scrubs(call):
            return None
        steps = call.name.split(".") if call.name else []
        if steps and steps[-1].lower() in _PASSING:
            inner = self._of_path(tuple(steps[:-1])) if len(steps) > 1 else None
            return inner or _worst(self.of_value(argument.value) for argument in call.arguments)
        return self.of_name(steps[-1]) if steps else None

    def scrubs(self, value: Value) -> bool:
        """Whether a value is what a hashing, redacting or counting function made of it."""
        return isinstance(value, Invoked) and bool(
            self._scrubbers & {word for step in value.name.split(".") for word in words_of(step)}
        )

    def carries(self, key: str, value: Value) -> Category | None:
        """The category of a property, from its key and from what its value is called; None where nothing can be in it."""
        if isinstance(value, OneOf):
            return _worst(self.carries(key, branch.value) for branch in value.branches)
        if isinstance(value, Known):  # a constant says nothing of anybody, but this one asks the server to fill it in
            return self.of_name(key) if value.value == _FILLED_IN else None
        if _is_truth(value) or self.scrubs(value):
            return None
        if not isinstance(value, (Dynamic, Parameter, Invoked, Text)):
            return None
        return _worst((self.of_name(key), self.of_value(value)))


def words_of(name: str) -> list[str]:
    """The words of a name in lower case: camelCase, snake_case, kebab-case and dots alike."""
    return [word.lower() for word in _WORD.findall(name)]


def _is_truth(value: Value) -> bool:
    return isinstance(value, Dynamic) and value.reason == TRUTH


def _worst(found: Any) -> Category | None:
    order = ("note", "warning", "error")
    present = [category for category in found if category is not None]
    return max(present, key=lambda category: order.index(category.severity)) if present else None
