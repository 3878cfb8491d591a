"""Which version of a package a file gets: the nearest manifest that names it, and the lockfile at or above that."""

from __future__ import annotations

from typing import NamedTuple

from trackaudit.languages import is_lockfile
from trackaudit.model import Span
from trackaudit.parse.manifests import Pin
from trackaudit.versions import UNKNOWN, Pinned, exact_version


class Place(NamedTuple):
    """Where a version is written."""

    path: str
    span: Span


class Resolved(NamedTuple):
    """A version and where it was read: ``declared`` in a manifest, ``locked`` in a lockfile."""

    pinned: Pinned
    declared: Place | None
    locked: Place | None


NOWHERE = Resolved(UNKNOWN, None, None)


class Pins:
    """All pins of a project. ``manifests`` maps a path to its kind and the pins in it."""

    def __init__(self, manifests: dict[str, tuple[str, list[Pin]]]) -> None:
        self._declared: dict[str, dict[str, list[tuple[str, Pin]]]] = {}
        self._locked: dict[str, dict[str, list[tuple[str, Pin]]]] = {}
        for path in sorted(manifests):
            kind, pins = manifests[path]
            table = self._locked if is_lockfile(kind) else self._declared
            folder = path.rpartition("/")[0]
            for pin in pins:
                table.setdefault(pin.package, {}).setdefault(folder, []).append((path, pin))

    def packages(self) -> set[str]:
        return self._declared.keys() | self._locked.keys()

    def resolve(self, path: str, package: str) -> Resolved:
        """The version of ``package`` for the file at ``path``. An exact requirement (pip-compile's) beats a range beside it."""
        for folder in _upwards(path):
            entries = self._declared.get(package, {}).get(folder)
            if entries:
                return self._declaration(folder, *next((entry for entry in entries if entry[1].exact), entries[0]))
        locked = self._lock(path.rpartition("/")[0], package, "")
        if locked is None:
            return NOWHERE
        return Resolved(Pinned(_ecosystem(package), locked[1].version, None), None, Place(locked[0], locked[1].span))

    def declarations(self) -> list[tuple[str, Resolved]]:
        """Every declaration of every package, and the packages that only a lockfile names."""
        found = []
        for package, folders in sorted(self._declared.items()):
            for folder, entries in sorted(folders.items()):
                found += [(package, self._declaration(folder, path, pin)) for path, pin in entries]
        for package, folders in sorted(self._locked.items()):
            if package in self._declared:
                continue
            for _, entries in sorted(folders.items()):
                for path, pin in entries:
                    found.append((package, Resolved(Pinned(_ecosystem(package), pin.version, None), None, Place(path, pin.span))))
        return found

    def _declaration(self, folder: str, path: str, pin: Pin) -> Resolved:
        declared = Place(path, pin.span)
        ecosystem = _ecosystem(pin.package)
        locked = self._lock(folder, pin.package, pin.version)
        if locked is not None and not pin.exact:
            return Resolved(Pinned(ecosystem, locked[1].version, pin.version), declared, Place(locked[0], locked[1].span))
        exact = pin.version if pin.exact else exact_version(pin.version) if ecosystem == "npm" else None
        return Resolved(Pinned(ecosystem, exact, pin.version or None), declared, None)

    def _lock(self, folder: str, package: str, asked: str) -> tuple[str, Pin] | None:
        """The lockfile entry for a workspace: its own copy, else the one that answers the requirement, else the root's."""
        for above in _upwards(folder + "/x" if folder else "x"):
            entries = self._locked.get(package, {}).get(above)
            if not entries:
                continue
            scope = folder[len(above) :].strip("/") if above else folder
            for entry in entries:
                pin = entry[1]
                if asked.removeprefix("npm:") in pin.asked or (not pin.asked and pin.scope == scope):
                    return entry
            unscoped = [entry for entry in entries if not entry[1].scope]
            if len({entry[1].version for entry in unscoped}) == 1:
                return unscoped[0]
            if not unscoped and len({entry[1].version for entry in entries}) == 1:
                return entries[0]
        return None


def _ecosystem(package: str) -> str:
    return package.partition(":")[0]


def _upwards(path: str) -> list[str]:
    """The folders that hold a path, innermost first, the root (``""``) last."""
    folders = []
    folder = path.rpartition("/")[0]
    while folder:
        folders.append(folder)
        folder = folder.rpartition("/")[0]
    return [*folders, ""]
