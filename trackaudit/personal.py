"""Which names say that a value is personal or secret; the words themselves are data (``sdks/personal_data.toml``)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from trackaudit.names import words_of
from trackaudit.resolve.resolver import TRUTH
from trackaudit.resolve.values import Dynamic, Invoked, Known, OneOf, Parameter, Text, Value
from trackaudit.sdks.catalogue import Catalogue

_FILLED_IN = "{{auto}}"
_TRAILING = frozenset(
    ("value", "current", "trim", "strip", "tolowercase", "touppercase", "lower", "upper", "tostring", "valueof")
)
_HOLDERS = ("cookie", "cookies", "header", "headers")  # the value of one is not the thing itself
_MACHINES = frozenset(("api", "bot", "service", "system", "app", "machine", "pdf"))
_PLACES = frozenset(("position", "index", "row", "column", "rank"))  # cardNumber of a list of cards
_ADDRESSES = frozenset(("urls", "links", "paths", "routes", "hrefs", "endpoints", "pages", "screens"))
_ASKING = frozenset(("is", "has", "was", "can", "should"))
_DECODING = frozenset(("decode", "verify", "claims"))
# What an enumeration is called by: ErrorType.INCORRECT_API_KEY names what others hold.
_KINDS = frozenset(
    ("type", "types", "kind", "code", "codes", "event", "events", "error", "errors", "status", "reason", "reasons", "enum",
     "action", "actions")
)  # fmt: skip
_ERROR = re.compile(r"(?:Error|Exception|Warning|Http404)$")
# What gives a record's fields as one object.
_WHOLE = frozenset(
    ("asdict", "astuple", "dict", "model_dump", "model_dump_json", "to_dict", "todict", "to_json", "tojson", "toobject", "model_to_dict",
     "vars", "serialize", "getdata")
)  # fmt: skip
_ABOUT = frozenset(("id", "ids", "uuid", "guid", "pk", "length", "count", "size", "type", "status"))
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
        self._names: dict[str, tuple[Category | None, bool]] = {}  # those that were read before
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
        self._things = frozenset(table["ambiguous"]["not_people"])
        self._neutral = frozenset(table["ambiguous"]["neutral"])
        self._addresses = self._people | {*table["ambiguous"]["addresses"]}
        self._placed = self._people | {"", *table["ambiguous"]["positions"]}
        self._hashing = frozenset(table["scrubbers"]["hashing"])
        self._scrubbers = frozenset(table["scrubbers"]["words"]) | self._hashing

    def of_name(self, name: str) -> Category | None:
        """The category of a key or variable name by its words, None where a word makes it harmless."""
        category, harmless = self._read(name)
        return None if harmless else category

    def _read(self, name: str) -> tuple[Category | None, bool]:
        """The category of a name, and whether another word in it says that it is only about such data: ``email_count``."""
        if name not in self._names:
            self._names[name] = self._read_words(words_of(name))
        return self._names[name]

    def _read_words(self, words: list[str]) -> tuple[Category | None, bool]:
        for start, word in enumerate(words):
            for phrase, category in self._phrases.get(word, ()):
                end = start + len(phrase)
                if tuple(words[start:end]) == phrase:
                    if category.id == "location" and end < len(words):
                        continue  # latitude.span.kind: something else by that name
                    return category, bool(self._before & set(words[:start]) or self._after & set(words[end:]))
        return None, False

    def of_value(self, value: Value) -> Category | None:
        """The category that the code's own name for a value gives it: ``user.email`` is contact data."""
        if isinstance(value, OneOf):
            return _worst(self.of_value(branch.value) for branch in value.branches)
        if isinstance(value, Text):
            return _worst(self.of_value(part) for part in value.parts)
        if isinstance(value, Invoked):
            return self._of_call(value)
        if isinstance(value, Dynamic) and not _is_truth(value):
            return _worst((self._of_path(value.path), self.of_name(value.alias)))
        return self._of_path(value.path) if isinstance(value, Parameter) else None

    def of_text(self, value: Value) -> Category | None:
        """The category of what is put into a text, or into the message of an error that is made in place."""
        if isinstance(value, OneOf):
            return _worst(self.of_text(branch.value) for branch in value.branches)
        if isinstance(value, Invoked) and _ERROR.search(value.name):
            return _worst(self.of_text(argument.value) for argument in value.arguments)
        named = isinstance(value, Text) or (isinstance(value, (Dynamic, Parameter)) and len(value.path) > 1)
        found = self.of_value(value) if named else None
        # An address in a message is what every server's log has: worth knowing.
        return found._replace(severity="note") if found is not None and found.id == "network" else found

    def person(self, value: Value) -> str | None:
        """What the code calls a whole record of a person: ``session.user``, ``asdict(customer)``; None for anything else."""
        if isinstance(value, OneOf):
            return next((name for branch in value.branches if (name := self.person(branch.value)) is not None), None)
        if isinstance(value, Invoked):
            steps = value.name.split(".")
            if steps[-1].lower() not in _WHOLE:
                return None
            if len(steps) > 1 and self._is_person(tuple(steps[:-1])):
                return ".".join(steps[:-1])
            return next((name for argument in value.arguments if (name := self.person(argument.value)) is not None), None)
        if isinstance(value, (Dynamic, Parameter)) and not _is_truth(value) and self._is_person(value.path):
            return ".".join(value.path)
        return None

    def _is_person(self, path: tuple[str, ...]) -> bool:
        name = path[-1] if path else ""
        if len(path) > 1 and name.isupper():
            return False  # a member of an enumeration
        words = words_of(name)
        return bool(words) and words[-1] in self._people and words[0] not in _ASKING and not _MACHINES.intersection(words[-2:-1])

    def _of_path(self, path: tuple[str, ...]) -> Category | None:
        while len(path) > 1 and path[-1].lower() in _TRAILING and path[-2].lower() not in _HOLDERS:
            path = path[:-1]
        own = self.of_name(path[-1]) if path else None
        if len(path) > 1 and _ADDRESSES.intersection(words_of(path[-2])[-1:]):
            return None  # where a page is, not what is on it: urls.passwordReset
        if len(path) > 1 and path[-1].isupper() and _KINDS.intersection(words_of(path[-2])[-1:]):
            return None  # a member of an enumeration names what others hold
        if own is not None and own.id == "account" and len(path) > 1 and self._owner(path) not in self._people:
            return None  # the display name of a status or a plan
        if own is not None and own.id == "location" and self._is_of_thing(path):
            return None
        if own is not None or len(path) < 2:
            return own
        kind = self._ambiguous.get(path[-1])
        if kind is not None and self._owner(path) in (self._addresses if path[-1] == "token" else self._people):
            return self._categories[kind]
        return None

    def _is_about(self, path: tuple[str, ...]) -> bool:
        """Whether a member only counts, tells apart or describes what it is of: ``secret.id``, ``emails.length``."""
        return len(path) > 1 and words_of(path[-1])[-1:] != [] and words_of(path[-1])[-1] in _ABOUT

    def _is_of_thing(self, path: tuple[str, ...]) -> bool:
        """Whether a place is where a thing is: a shop, a vehicle, the middle of a map."""
        return self._owner(path) not in self._placed

    def _owner(self, path: tuple[str, ...]) -> str:
        """The word that says what the last step of a path belongs to: ``session`` ``user`` of ``sessionUser.data.name``."""
        words = [word for step in path[:-1] for word in words_of(step)]
        while len(words) > 1 and words[-1] in self._neutral:
            words.pop()
        if words[-1:] == ["user"] and _MACHINES.intersection(words[-2:-1]):
            return words[-2]
        return words[-1] if words else ""

    def of_trait(self, key: str, value: Value) -> Category | None:
        """The category of a key that means a person's own where traits of a person are given: ``name`` in ``identify``."""
        kind = self._ambiguous.get(key)
        if kind is None or (isinstance(value, (Dynamic, Parameter)) and self._owner(value.path) in self._things):
            return None
        return self._categories[kind]

    def _of_call(self, call: Invoked) -> Category | None:
        if self.scrubs(call):
            return None
        steps = call.name.split(".") if call.name else []
        alias = self.of_name(call.alias)
        if len(steps) > 1 and steps[-1] == "get":  # what is taken out is what counts, not what it is taken out of
            key = call.arguments[0].value if call.arguments else None
            if isinstance(key, Known) and isinstance(key.value, str):
                return _worst((alias, self._of_path((*steps[:-1], key.value))))
            if words_of(steps[-2])[-1:] and words_of(steps[-2])[-1] in _HOLDERS:
                return alias
        if steps and steps[-1].lower() in _PASSING:
            inner = self._of_path(tuple(steps[:-1])) if len(steps) > 1 else None
            return _worst((alias, inner or _worst(self.of_value(argument.value) for argument in call.arguments)))
        return _worst((alias, self.of_name(steps[-1]))) if steps else alias

    def scrubs(self, value: Value) -> bool:
        """Whether a value is what a hashing, redacting or counting function made of it."""
        return isinstance(value, Invoked) and bool(
            self._scrubbers & {word for step in value.name.split(".") for word in words_of(step)}
        )

    def _pseudonym(self, key: str, value: Invoked) -> Category | None:
        """What a hash still is: it tells the same person apart again. Nothing for what redacts or counts."""
        words = {word for step in value.name.split(".") for word in words_of(step)}
        if not self._hashing & words or self._scrubbers & words - self._hashing:
            return None
        inner = self.of_name(key) or _worst(self.of_value(argument.value) for argument in value.arguments)
        return hash_of(inner) if inner is not None else None

    def carries(self, key: str, value: Value, traits: bool = False) -> Category | None:
        """The category of a property, from its key and from what its value is called; None where nothing can be in it.

        ``traits`` where the keys are a person's own, or say so by a dollar sign: ``$name``.
        """
        if isinstance(value, OneOf):
            return _worst(self.carries(key, branch.value, traits) for branch in value.branches)
        if isinstance(value, Known):  # a constant says nothing of anybody, but this one asks the server to fill it in
            return self.of_name(key) if value.value == _FILLED_IN else None
        if _is_truth(value):
            return None
        if isinstance(value, Invoked) and self.scrubs(value):
            return self._pseudonym(key, value)
        if isinstance(value, Invoked) and _are_claims(value):
            return None
        if not isinstance(value, (Dynamic, Parameter, Invoked, Text)):
            return None
        trait = self.of_trait(key, value) if traits or key.startswith("$") else None
        named, harmless = self._read(key)
        if (
            harmless
            or _PLACES.intersection(words_of(key)[-1:])
            or (isinstance(value, (Dynamic, Parameter)) and self._is_about(value.path))
        ):
            return None
        if (
            named is not None
            and named.id == "location"
            and isinstance(value, (Dynamic, Parameter))
            and self._is_of_thing(value.path)
        ):
            named = None
        return trait or _worst((named, self.of_value(value)))


@cache
def personal_data(catalogue: Catalogue) -> PersonalData:
    """The dictionary of a catalogue, made once."""
    return PersonalData(catalogue.personal_data)


def hash_of(category: Category) -> Category:
    """What is left of personal data once it is hashed: it still tells the same person apart."""
    return category if category.title.startswith("a hash of ") else Category(category.id, f"a hash of {category.title}", "note")


def _is_truth(value: Value) -> bool:
    return isinstance(value, Dynamic) and value.reason == TRUTH


def _are_claims(value: Invoked) -> bool:
    """Whether a value is what a token was decoded to, which is not the token: ``jwt.decode(token)``."""
    words = {word for step in value.name.split(".") for word in words_of(step)}
    return "jwt" in words and bool(_DECODING & words)


def _worst(found: Any) -> Category | None:
    order = ("note", "warning", "error")
    present = [category for category in found if category is not None]
    return max(present, key=lambda category: order.index(category.severity)) if present else None
