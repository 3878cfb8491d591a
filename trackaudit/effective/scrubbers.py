"""What the hooks of a set-up remove from everything that its client sends: ``beforeSend``, ``sanitize_properties``, lists of names."""

from __future__ import annotations

from trackaudit.effective.lookup import Table
from trackaudit.effective.setups import Setup
from trackaudit.resolve.scrubs import REST
from trackaudit.resolve.values import Callback, Known, Listing, Mapping, OneOf, Overlay, Parameter, Value

Path = tuple[str, ...]
UNTOUCHED = "-"  # what a call sends that no hook gets to see


class Scrubber:
    """One option that scrubs: ``kind`` says where the fields lie in what it is given (see the record schema's ``scrubs``)."""

    def __init__(self, kind: str, value: Value) -> None:
        self.kind = kind
        self.whole = kind == "all" and isinstance(value, Known) and value.value is True
        self.names = names_in(value)
        self.paths = _removed(value)

    def removes(self, key: str, call: Table) -> bool:
        """Whether a key of what this call sends never leaves."""
        if call["into"] == UNTOUCHED:
            return False
        if self.kind == "all":
            return self.whole
        if self.kind == "names":
            return key in self.names
        if self.kind == "bag":
            return any(_covers(path, (key,)) for path in self.paths)
        if self.kind == "properties":
            places = (("properties", key), ("$set", key), ("properties", "$set", key))
            return any(_covers(path, place) for path in self.paths for place in (places if call["traits"] else places[:1]))
        into = call["into"]
        if not into:  # one of several places in the event
            return any(path[-1] == key for path in self.paths)
        return any(_covers(path, (into, key)) or (path[:1] == (into,) and path[-1] == key) for path in self.paths)


def names_in(value: Value) -> frozenset[str]:
    """The names that a list holds, ``/email`` and ``email`` alike, or the keys of an object."""
    if isinstance(value, Mapping):
        return frozenset(entry.key for entry in value.entries)
    items = value.items if isinstance(value, Listing) else ()
    return frozenset(item.value.lstrip("/") for item in items if isinstance(item, Known) and isinstance(item.value, str))


def scrubbers_of(setup: Setup) -> list[Scrubber]:
    """The scrubbing options that are written in a set-up, whatever may happen to them under a condition left out."""
    found = []
    for option in setup.client["option"]:
        if option["scrubs"]:
            for place in setup.find(option["path"]).written:
                if not place.guards and not isinstance(place.value, OneOf):
                    found.append(Scrubber(option["scrubs"], place.value))
    return found


def _removed(value: Value) -> tuple[Path, ...]:
    """The paths that a function removes, by its body or by what it lays over its argument in the object that it returns."""
    if not isinstance(value, Callback):
        return ()
    shared: set[Path] | None = None
    for result in value.results:
        own = set(_overlaid(result, ()))
        shared = own if shared is None else shared & own
    return (*value.removed, *sorted(shared or ()))


def _overlaid(result: Value, below: Path) -> list[Path]:
    """``{ ...event, user: undefined }`` removes ``user``."""
    if isinstance(result, Overlay):
        return [path for part in result.parts if isinstance(part, Mapping) for path in _overlaid(part, below)]
    if not isinstance(result, Mapping):
        return []
    found: list[Path] = []
    for entry in result.entries:
        if isinstance(entry.value, Known) and not entry.guards:
            found.append((*below, entry.key))
        elif isinstance(entry.value, (Mapping, Overlay)):
            found += _overlaid(entry.value, (*below, entry.key))
        elif isinstance(entry.value, Parameter) and entry.value.path[-1].startswith(REST):
            found += [(*below, entry.key, name) for name in entry.value.path[-1][len(REST) :].split(",") if name]
    return found


def _covers(removed: Path, place: Path) -> bool:
    """Whether removing a path removes what lies at ``place``."""
    if removed and removed[-1].startswith(REST) and len(removed) > 0:
        kept = removed[-1][len(REST) :].split(",")
        inner = place[len(removed) - 1 : len(removed)]
        return place[: len(removed) - 1] == removed[:-1] and inner != () and inner[0] not in kept
    return bool(removed) and place[: len(removed)] == removed
