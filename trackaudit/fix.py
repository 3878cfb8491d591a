"""Fixes applied to files: all that go together, checked before anything is written, and all or nothing written.

Nothing here knows why a fix is right; who proposes one says in its title what changes.
"""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from trackaudit.parse.edits import Edit, applied

_BOM = b"\xef\xbb\xbf"


class Fix(NamedTuple):
    """One mend of one file, in the bytes of its text. A ``safe`` one cannot change what else the code does."""

    path: str
    title: str
    safe: bool
    edits: tuple[Edit, ...]


class Rewritten(NamedTuple):
    """A file with its fixes; ``before`` and ``after`` are its text as UTF-8, without a byte-order mark."""

    path: str
    before: bytes
    after: bytes
    fixes: tuple[Fix, ...]


class FixError(Exception):
    """Fixes that cannot be applied; nothing was written. The message names the file."""


def rewrite(texts: Mapping[str, bytes], fixes: Iterable[Fix]) -> list[Rewritten]:
    """The files with their fixes applied. Of two that overlap the first is taken; the other is for the next run."""
    taken: dict[str, list[Fix]] = {}
    for fix in fixes:
        others = [edit for other in taken.get(fix.path, ()) for edit in other.edits]
        if fix.edits and not any(_overlap(edit, other) for edit in fix.edits for other in others):
            taken.setdefault(fix.path, []).append(fix)
    return [
        Rewritten(path, texts[path], applied(texts[path], [edit for fix in chosen for edit in fix.edits]), tuple(chosen))
        for path, chosen in sorted(taken.items())
    ]


def _overlap(one: Edit, other: Edit) -> bool:
    """Whether two edits touch: also side by side, for who comes first then matters."""
    return one.start <= other.end and other.start <= one.end


def write(root: str, rewritten: Iterable[Rewritten]) -> None:
    """Put the fixed texts into their files. Raises FixError where a file is not what was read any more, before the first is replaced."""
    replacements: list[tuple[str, str]] = []
    try:
        for item in rewritten:
            target = os.path.join(root, item.path)
            replacements.append((_beside(target, item), target))
        for temporary, target in replacements:
            os.replace(temporary, target)
    except OSError as error:
        raise FixError(f"{error.filename or root}: could not be written: {error.strerror}") from None
    finally:
        for temporary, _ in replacements:
            if os.path.exists(temporary):
                os.unlink(temporary)


def _beside(target: str, item: Rewritten) -> str:
    """A temporary file with the new bytes and the old one's permissions, beside the file that it is to replace."""
    with open(target, "rb") as file:
        data = file.read()
    mark = _BOM if data.startswith(_BOM) else b""
    if data != mark + item.before:
        raise FixError(f"{item.path}: is not UTF-8, or has changed since it was read; nothing was written")
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".trackaudit-")
    with os.fdopen(handle, "wb") as file:
        file.write(mark + item.after)
    os.chmod(temporary, os.stat(target).st_mode)
    return temporary


def diff(rewritten: Iterable[Rewritten]) -> str:
    """What the fixes change, as a unified diff with paths below the project's root."""
    parts = []
    for item in rewritten:
        before, after = (text.decode("utf-8", "replace").splitlines(keepends=True) for text in (item.before, item.after))
        for line in difflib.unified_diff(before, after, f"a/{item.path}", f"b/{item.path}"):
            parts.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(parts)
