"""Spans as places that people can open, and as the code that stands there."""

from __future__ import annotations

from trackaudit.inventory import Spot
from trackaudit.model import Span
from trackaudit.understand import LinesOf


class Places:
    """Turns the spans of a project into lines, columns and text. ``sources`` are the bytes that spans count in."""

    def __init__(self, sources: dict[str, bytes]) -> None:
        self._sources, self._lines = sources, LinesOf(sources)

    def spot(self, path: str, span: Span) -> Spot:
        """Where a span begins; ``path`` is the file of a span that names none."""
        place = span.path or path
        return Spot(place, *self._lines[place].position(span.start))

    def code(self, path: str, span: Span) -> str:
        """What stands there; nothing where the file's text is not at hand."""
        return self._sources.get(span.path or path, b"")[span.start : span.end].decode("utf-8", "replace")
