"""Values in words that fit into a table's cell, and as plain data where the code says them in full."""

from __future__ import annotations

import json
import re
from typing import Any

from trackaudit.effective.unresolved import why
from trackaudit.resolve.addresses import without_login
from trackaudit.resolve.values import Callback, Condition, Known, Listing, Mapping, OneOf, Pattern, Value

HIDDEN = "(a secret, not shown)"
_SECRET = re.compile(r"secret|passw|token|credential|(?:api|private|personal|access|service|sdk|license).?key|^key$|^auth", re.I)
_LONGEST = 60


def in_words(option: str, value: Value, code: str) -> str:
    """What an option is given, short. ``code`` is how it is written, for what only running it would tell. Secrets are not repeated."""
    known, data = as_data(option, value)
    if known:
        return data if data == HIDDEN else shorten(json.dumps(data, ensure_ascii=False))
    if isinstance(value, Pattern):
        return shorten(f"/{value.pattern}/")
    if isinstance(value, Callback):
        return "a function"
    if isinstance(value, Listing):
        return f"a list of {len(value.items)}{' or more' if value.open else ''}"
    if isinstance(value, Mapping):
        return shorten("{" + ", ".join([*(entry.key for entry in value.entries), *(["…"] if value.open else [])]) + "}")
    if _is_secret(option) and re.search(r"[\"']", code):
        return HIDDEN
    return shorten(without_login(code)) or why(value) or "something computed"


def as_data(option: str, value: Value) -> tuple[bool, Any]:
    """Whether the code says a value in full, and the value as plain data."""
    if isinstance(value, Known):
        if not isinstance(value.value, str):
            return True, value.value
        hidden = value.value and _is_secret(option) and not value.value.startswith("http")
        return True, HIDDEN if hidden else without_login(value.value)
    if isinstance(value, Listing) and not value.open:
        items = [as_data(option, item) for item in value.items]
        return all(known for known, _ in items), [item for _, item in items]
    if isinstance(value, Mapping) and not value.open and not any(entry.guards for entry in value.entries):
        entries = {entry.key: as_data(f"{option}.{entry.key}", entry.value) for entry in value.entries}
        return all(known for known, _ in entries.values()), {key: data for key, (_, data) in entries.items()}
    return False, None


def _is_secret(option: str) -> bool:
    return _SECRET.search(option.rpartition(".")[2]) is not None


def branches(value: Value, guards: tuple[Condition, ...]) -> list[tuple[Value, tuple[Condition, ...]]]:
    """The values that a choice is between, each with its conditions; any other value alone."""
    if isinstance(value, OneOf):
        return [item for branch in value.branches for item in branches(branch.value, (*guards, *branch.guards))]
    return [(value, guards)]


def conditions(guards: tuple[Condition, ...]) -> tuple[str, ...]:
    """Conditions as the code writes them, without those that a constant has decided."""
    told = [
        f"{'' if guard.positive else 'not '}{shorten(guard.text)}" for guard in guards if guard.text and guard.constant is None
    ]
    return tuple(dict.fromkeys(told))


def shorten(text: str) -> str:
    """A text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
