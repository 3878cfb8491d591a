"""Facts of files, remembered by content between runs.

One file per project in the user's cache directory. An entry's key covers the bytes, the language, the parser, the records and
the tool itself, so a stale entry is never found; deleting the cache is always safe. Entries are pickles that may hold
nothing but the types of facts: a cache that somebody tampered with can be wrong, but it cannot run code.
"""

from __future__ import annotations

import os
import pickle
from io import BytesIO
from typing import Any

from trackaudit.digest import blake2b
from trackaudit.resolve.values import FileFacts

MAX_BYTES = 64_000_000
_ALLOWED = ("trackaudit.resolve.values", "trackaudit.model", "trackaudit.parse.switches")


class _Facts(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module in _ALLOWED and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and issubclass(found, tuple):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} does not belong in a cache")


class Cache:
    """The facts remembered for one project. ``folder`` is created when something is written."""

    def __init__(self, root: str, folder: str | None = None) -> None:
        self._path = os.path.join(folder or cache_folder(), blake2b(os.fsencode(root), digest_size=12).hexdigest() + ".facts")
        self._salt = _tool_digest()
        self.plan_key = self.key(b"plan")
        self._used: set[bytes] = set()
        self._fresh: dict[bytes, bytes] = {}
        self._known = self._load()

    def _load(self) -> dict[bytes, bytes]:
        """Entries as ``key -> pickle``; an unreadable or damaged file is an empty cache."""
        try:
            with open(self._path, "rb") as file:
                data = file.read()
        except OSError:
            return {}
        known: dict[bytes, bytes] = {}
        position = 0
        while position + 24 <= len(data):
            size = int.from_bytes(data[position + 20 : position + 24], "little")
            entry = data[position + 24 : position + 24 + size]
            if len(entry) < size:
                break
            known[data[position : position + 20]] = entry
            position += 24 + size
        return known

    def key(self, data: bytes, *settings: object) -> bytes:
        """The key of a file's facts: its bytes and everything else that they depend on."""
        digest = blake2b(data, digest_size=20, key=self._salt)
        digest.update(repr(settings).encode())
        return digest.digest()

    def get(self, key: bytes) -> FileFacts | None:
        entry = self._known.get(key)
        if entry is None:
            return None
        try:
            facts = _Facts(BytesIO(entry)).load()
        except Exception:  # a damaged pickle raises nearly anything; the file is analysed again
            return None
        self._used.add(key)
        return facts if isinstance(facts, FileFacts) else None

    def put(self, key: bytes, facts: FileFacts) -> None:
        self._fresh[key] = pickle.dumps(facts, protocol=5)

    def plain(self, key: bytes) -> object:
        """What :meth:`keep` was told by an earlier run under this key; None where there is nothing that can be read."""
        try:
            found = _Facts(BytesIO(self._known[key])).load()
        except Exception:  # none, or a damaged one
            return None
        self._used.add(key)
        return found

    def keep(self, key: bytes, plain: object) -> None:
        """Remember plain data that makes the next run quicker."""
        data = pickle.dumps(plain, protocol=5)
        if self._known.get(key) != data:
            self._fresh[key] = data

    def save(self) -> None:
        """Write what is new, within the size limit, this run's entries first. Failing to write is no failure."""
        if not self._fresh:
            return
        kept: list[bytes] = []
        total = 0
        known = {**self._known, **self._fresh}
        for key in sorted(known, key=lambda key: key not in self._fresh and key not in self._used):
            total += len(known[key]) + 24
            if total > MAX_BYTES:
                break
            kept += [key, len(known[key]).to_bytes(4, "little"), known[key]]
        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            temporary = f"{self._path}.{os.getpid()}"
            with open(temporary, "wb") as file:
                file.write(b"".join(kept))
            os.replace(temporary, self._path)
        except OSError:
            return


def cache_folder() -> str:
    """``$XDG_CACHE_HOME/trackaudit``, by default in ``~/.cache``; ``%LOCALAPPDATA%`` on Windows."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "trackaudit")


def _tool_digest() -> bytes:
    """Changes with what is in the tool's own files, so that facts of another version are never taken for this one's, and those that
    another installation of the same left, as the next job of a CI system is one, are."""
    import sys

    digest = blake2b(repr(sys.version_info[:3]).encode(), digest_size=32)
    home = os.path.dirname(os.path.abspath(__file__))
    for folder in ("parse", "resolve", os.path.join("sdks", "compiled"), "."):
        with os.scandir(os.path.join(home, folder)) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_file() and entry.name.endswith((".py", ".json")):
                    with open(entry.path, "rb") as file:
                        content = file.read()
                    digest.update(f"{entry.name} {len(content)}\n".encode() + content)
    return digest.digest()
