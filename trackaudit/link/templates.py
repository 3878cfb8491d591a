"""Which templates make a page together: what one extends, and what is included along the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from trackaudit.languages import language_of

_EXTENDS = re.compile(r"""\{%-?\s*(?:extends|layout)\s+(?:["']([^"']+)["']|([\w.]+))|@extends\(\s*["']([^"']+)["']""")
_INCLUDES = re.compile(
    r"""\{%-?\s*(?:include|include_relative|render|embed)\s+["']([^"']+)["']|@(?:include|includeIf|component)\(\s*["']([^"']+)["']|<%[-=]\s*include\(\s*["']([^"']+)["']"""
)
_MAX_TEMPLATES = 200


class Page(NamedTuple):
    """The templates that a page is made of. ``certain`` where each was found under a name that only one file has."""

    templates: frozenset[str]
    certain: bool


class Templates:
    """The server templates of a project. ``names`` are all its files, ``read`` gives a file's text, or None."""

    def __init__(self, names: Iterable[str], read: Callable[[str], str | None]) -> None:
        self._read = read
        self._by_name: dict[str, list[str]] = {}
        for path in names:
            base = path.rpartition("/")[2]
            if language_of(base) == "html":
                self._by_name.setdefault(base, []).append(path)
        self._pages: dict[str, Page | None] = {}

    def page(self, path: str) -> Page | None:
        """What a template is shown together with, if it says so: a part that others include does not, nor does a whole page
        that extends nothing."""
        if path not in self._pages:
            self._pages[path] = self._put_together(path)
        return self._pages[path]

    def _put_together(self, path: str) -> Page | None:
        text = self._read(path)
        if text is None or not _EXTENDS.search(text):
            return None
        seen, todo, certain = {path}, [path], True
        while todo and len(seen) < _MAX_TEMPLATES:
            text = self._read(todo.pop()) or ""
            for pattern in (_EXTENDS, _INCLUDES):
                for match in pattern.finditer(text):
                    name = next((group for group in match.groups() if group is not None), "")
                    found = self._find(name)
                    if not found and pattern is _EXTENDS:
                        return None  # it lies in a package, or only the program knows
                    certain = certain and len(found) == 1
                    fresh = [file for file in found if file not in seen]
                    seen.update(fresh)
                    todo += fresh
        return Page(frozenset(seen), certain)

    def _find(self, name: str) -> list[str]:
        """The files that a name in a template can mean: ``account/base.html``, in Blade ``layouts.app``."""
        wanted = name if "/" in name or language_of(name) is not None else name.replace(".", "/")
        wanted = wanted.lstrip("./").partition("::")[0]
        base = wanted.rpartition("/")[2]
        known = self._by_name.get(base) or [
            path for file, paths in self._by_name.items() if file.partition(".")[0] in (base, "_" + base) for path in paths
        ]
        return [path for path in known if f"/{path}".partition(".")[0].endswith("/" + wanted.partition(".")[0])] or []
