"""Calls whose results nobody takes."""

from __future__ import annotations

import re

from trackaudit.model import Call, Span, Unit


def never_read(unit: Unit, text: bytes) -> set[Span]:
    """The calls whose results are only given to a name that stands nowhere else in the file; what a module may hand out is left out."""
    exported = {export.name for export in unit.exports}
    found: set[Span] = set()
    for scope, names in enumerate(unit.bindings):
        for name, bindings in names.items():
            binding = bindings[0]
            own = scope > 0 or (unit.language != "python" and name not in exported)
            if len(bindings) == 1 and own and not binding.path and isinstance(binding.value, Call) and _once(name, text):
                found.add(binding.value.span)
    return found


def _once(name: str, text: bytes) -> bool:
    return len(re.findall(rb"(?<![\w$])" + re.escape(name.encode()) + rb"(?![\w$])", text)) == 1
