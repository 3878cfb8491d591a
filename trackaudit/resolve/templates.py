"""What a server's template, or the code around a script in JSX, prints into it, by the names in its tags: ``identify("{{ user.email }}")``."""

from __future__ import annotations

import re

from trackaudit.model import Span
from trackaudit.resolve.combine import text_of
from trackaudit.resolve.values import Dynamic, Known, Value

_TAG = re.compile(
    rb"\{\{\{?(.{0,2000}?)\}\}\}?|<%[=-](.{0,2000}?)%>|<\?=(.{0,2000}?)\?>|\{!!(.{0,2000}?)!!\}|\$\{(.{0,2000}?)\}", re.S
)
_CHAIN = re.compile(r"[$@]?[A-Za-z_]\w*(?:\(\))?(?:(?:\.|->|::|\?->)[A-Za-z_]\w*(?:\(\))?)*")
_NAME = re.compile(r"[A-Za-z_]\w*")


def printed(text: bytes, span: Span) -> Value | None:
    """The string or word at ``span`` of a page's own text, in which tags print; None where no tag is in it."""
    raw = text[span.start : span.end]
    parts: list[Value] = []
    end = 0
    for tag in _TAG.finditer(raw):
        if tag.start() > end:
            parts.append(Known(raw[end : tag.start()].decode("utf-8", "replace").strip("\"'`"), span))
        inner = next((group for group in tag.groups() if group is not None), b"").decode("utf-8", "replace")
        parts.append(Dynamic("printed by a template", _names(inner), span))
        end = tag.end()
    if not parts:
        return None
    parts = [part for part in parts if not isinstance(part, Known) or part.value]
    return parts[0] if len(parts) == 1 else text_of([*parts], span)


def _names(tag: str) -> tuple[str, ...]:
    """What a tag calls the thing that it prints, filters and helper functions left aside."""
    chains = _CHAIN.findall(tag.partition("|")[0])
    longest = max(reversed(chains), key=lambda chain: len(_NAME.findall(chain)), default="")
    return tuple(_NAME.findall(longest))
