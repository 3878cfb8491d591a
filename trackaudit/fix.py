"""Fixes applied to files: all that go together, checked before anything is written, and all or nothing written.

Nothing here knows why a fix is right; who proposes one says in its title what changes.
"""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from trackaudit.findings import Edit, Fix

_BOM = b"\xef\xbb\xbf"


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
    taken: list[Fix] = []
    edits: dict[str, list[Edit]] = {}
    for fix in fixes:
        own = [edit for edit in fix.edits if edit not in edits.get(edit.path, ())]
        if own and not any(_overlap(edit, other) for edit in own for other in edits.get(edit.path, ())):
            taken.append(fix)
            for edit in own:
                edits.setdefault(edit.path, []).append(edit)
    return [
        Rewritten(path, texts[path], _applied(texts[path], own), tuple(fix for fix in taken if fix.edits[0].path == path))
        for path, own in sorted(edits.items())
    ]


def _applied(text: bytes, edits: list[Edit]) -> bytes:
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text.encode("utf-8", "surrogateescape") + text[edit.end :]
    return text


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
