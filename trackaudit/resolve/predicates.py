"""The closed vocabulary in which records speak about values: one function a predicate.

Each takes a value and the record's argument and answers True, False, or None where the code does not say.
``value`` is None for an option that is neither written nor has a default. ``docs/sdk-records.md`` explains them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from trackaudit.resolve.addresses import UNKNOWN, parse, text_of
from trackaudit.resolve.values import (
    Callback,
    Dynamic,
    Known,
    Listing,
    Mapping,
    OneOf,
    Parameter,
    Pattern,
    Text,
    Value,
)  # fmt: skip

Answer = bool | None
_BROAD_SELECTORS = frozenset(
    ("*", "html", "body", "main", "form", "input", "textarea", "select", "input, textarea", "input,textarea",
     "div", "span", "p", "#root", "#app", "[type]", "[name]", ":not(.x)")
)  # fmt: skip
_BROAD_PATTERNS = frozenset(
    ("", "/", "*", ".*", "^.*$", ".+", "^", "http", "https", "http://", "https://", "^https?:", "^https?://", "^http", ".")
)


def test(name: str, value: Value | None, argument: Any) -> Answer:
    """Evaluate one predicate. Of a choice of values it is true if it is true of one of them."""
    if isinstance(value, OneOf):
        answers = [test(name, branch.value, argument) for branch in value.branches]
        return True if True in answers else (None if None in answers else False)
    return _PREDICATES[name](value, argument)


def _opaque(value: Value | None) -> bool:
    """Whether nothing at all is known about the value."""
    return value is not None and not isinstance(value, (Known, Text, Pattern, Mapping, Listing, Callback))


def _is(value: Value | None, argument: Any) -> Answer:
    if isinstance(value, Known):
        same_kind = isinstance(value.value, bool) == isinstance(argument, bool)
        return same_kind and value.value == argument
    return None if _opaque(value) or isinstance(value, Text) else False


def _is_not(value: Value | None, argument: Any) -> Answer:
    answer = _is(value, argument)
    return None if answer is None else not answer


def _one_of(value: Value | None, argument: Any) -> Answer:
    answers = [_is(value, item) for item in argument]
    return True if True in answers else (None if None in answers else False)


def _none_of(value: Value | None, argument: Any) -> Answer:
    answer = _one_of(value, argument)
    return None if answer is None else not answer


def _empty(value: Value | None, argument: Any) -> Answer:
    if isinstance(value, Known):
        return (value.value in ("", None) and value.value is not False) == argument
    if isinstance(value, Mapping):
        return (not value.entries and not value.open) == argument
    if isinstance(value, Listing):
        return (not value.items and not value.open) == argument
    if value is None:
        return not argument
    return None if _opaque(value) else not argument


def _number(value: Value | None) -> float | None:
    if isinstance(value, Known) and isinstance(value.value, (int, float)) and not isinstance(value.value, bool):
        return value.value
    return None


def _more_than(value: Value | None, argument: float) -> Answer:
    number = _number(value)
    return (None if _opaque(value) else False) if number is None else number > argument


def _less_than(value: Value | None, argument: float) -> Answer:
    number = _number(value)
    return (None if _opaque(value) else False) if number is None else number < argument


def _plain_http(value: Value | None, argument: bool) -> Answer:
    text = text_of(value)
    if text is None:
        return None if _opaque(value) else not argument
    if not text.lower().startswith("http://"):
        return None if text.startswith(UNKNOWN) else not argument
    local = parse(text).local
    return None if local is None else (not local) == argument


def _local_host(value: Value | None, argument: bool) -> Answer:
    text = text_of(value)
    if text is None:
        return None if _opaque(value) else False  # an object, a list or a switch has no host, near or far
    local = parse(text).local
    return None if local is None else local == argument


def _not_local(value: Value | None, argument: bool) -> Answer:
    """Of a list, whether one of its hosts is elsewhere; what is not there is not local either."""
    if isinstance(value, Listing):
        answers = [_not_local(item, argument) for item in value.items]
        return None if value.open or not answers else True if True in answers else None if None in answers else False
    answer = None if value is None else _local_host(value, True)
    return argument if value is None else None if answer is None else (not answer) == argument


def _null(value: Value | None, argument: bool) -> Answer:
    if isinstance(value, Known):
        return (value.value is None) == argument
    return None if _opaque(value) else not argument


def _search(value: Value | None, argument: str) -> Answer:
    if isinstance(value, Known):
        return isinstance(value.value, str) and re.search(argument, value.value) is not None
    if isinstance(value, Text):
        return True if re.search(argument, text_of(value) or "") else None
    return None if _opaque(value) else False


def _not_matches(value: Value | None, argument: str) -> Answer:
    answer = _search(value, argument)
    return None if answer is None else not answer


def _items(value: Value | None) -> Iterable[Value]:
    return value.items if isinstance(value, Listing) else () if value is None else (value,)


def _broad_selector(value: Value | None, argument: bool) -> Answer:
    if isinstance(value, Callback):
        return any(isinstance(result, Known) and result.value is True for result in value.results) == argument
    texts = [item.value for item in _items(value) if isinstance(item, Known) and isinstance(item.value, str)]
    if any(part.strip().lower() in _BROAD_SELECTORS for text in texts for part in (text, *text.split(","))):
        return argument
    return None if any(_opaque(item) for item in _items(value)) else not argument


def _broad_pattern(value: Value | None, argument: bool) -> Answer:
    for item in _items(value):
        text = item.pattern if isinstance(item, Pattern) else item.value if isinstance(item, Known) else None
        if isinstance(text, str) and text.strip() in _BROAD_PATTERNS:
            return argument
        if isinstance(item, Callback) and any(isinstance(result, Known) and result.value is True for result in item.results):
            return argument
        if isinstance(item, Dynamic) and item.path[-2:] == ("location", "origin"):  # takes in the whole site
            return argument
    return None if any(_opaque(item) for item in _items(value)) else not argument


def _words(value: Value | None) -> tuple[list[str], bool]:
    """The strings in a list, or the keys of an object, in lower case; and whether all of it is known."""
    if isinstance(value, Listing):
        words = [str(item.value).lower() for item in value.items if isinstance(item, Known)]
        return words, not value.open and all(isinstance(item, (Known, Pattern)) for item in value.items)
    if isinstance(value, Mapping):
        return [entry.key.lower() for entry in value.entries], not value.open
    if isinstance(value, Known):
        return [str(value.value).lower()], True
    return [], value is None


def _contains_any(value: Value | None, argument: list[str]) -> Answer:
    words, complete = _words(value)
    if any(item.lower() in words for item in argument):
        return True
    return False if complete else None


def _lacks_all(value: Value | None, argument: list[str]) -> Answer:
    if value is None:
        return False
    answer = _contains_any(value, argument)
    return None if answer is None else not answer


def _identity(value: Value | None, argument: bool) -> Answer:
    if isinstance(value, Callback):
        identity = bool(value.results) and all(
            isinstance(result, Parameter) and result.position == 0 and len(result.path) == 1 for result in value.results
        )
        return identity == argument
    return None if _opaque(value) else not argument


def _passes_the_rest(value: Value | None, argument: bool) -> Answer:
    if isinstance(value, Callback):
        return value.passes_the_rest == argument
    return None if _opaque(value) else not argument


def _returns_null(value: Value | None, argument: bool) -> Answer:
    if isinstance(value, Callback):
        null = any(isinstance(result, Known) and result.value is None for result in value.results)
        return null == argument
    return None if _opaque(value) else not argument


def _is_list(value: Value | None, argument: bool) -> Answer:
    return None if _opaque(value) else isinstance(value, Listing) == argument


def _is_mapping(value: Value | None, argument: bool) -> Answer:
    return None if _opaque(value) else isinstance(value, Mapping) == argument


def _literal(value: Value | None, argument: bool) -> Answer:
    return (isinstance(value, Known) and isinstance(value.value, str) and value.value != "") == argument


_PREDICATES: dict[str, Callable[[Value | None, Any], Answer]] = {
    "is": _is,
    "is_not": _is_not,
    "one_of": _one_of,
    "none_of": _none_of,
    "empty": _empty,
    "more_than": _more_than,
    "less_than": _less_than,
    "plain_http": _plain_http,
    "null": _null,
    "local_host": _local_host,
    "not_local": _not_local,
    "matches": _search,
    "not_matches": _not_matches,
    "broad_selector": _broad_selector,
    "broad_pattern": _broad_pattern,
    "contains_any": _contains_any,
    "lacks_all": _lacks_all,
    "identity_function": _identity,
    "passes_the_rest": _passes_the_rest,
    "returns_null": _returns_null,
    "is_list": _is_list,
    "is_mapping": _is_mapping,
    "literal": _literal,
}

NAMES = frozenset(_PREDICATES)
