"""From what a rule proposes to edits of a file: only where the text is what the rule took it for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from trackaudit.findings import Edit, Fix, Proposal

_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$]*")
_INDENT = re.compile(rb"\n([ \t]+)\S")


def resolved(proposal: Proposal, path: str, sources: Mapping[str, bytes]) -> Fix | None:
    """The fix that a proposal comes to in a file's text, None where it does not fit."""
    where = proposal.span.path or path
    text = sources.get(where)
    if text is None:
        return None
    start, end = proposal.span.start, proposal.span.end
    code = text[start:end].decode("utf-8", "replace")
    new: str | None = None
    if proposal.action == "value" and code == proposal.old:
        new = proposal.new
    elif (proposal.action == "name" and code.strip("'\"") == proposal.old) or (
        proposal.action == "part" and code.count(proposal.old) == 1
    ):
        new = code.replace(proposal.old, proposal.new)
    elif proposal.action == "option" and code.startswith("{"):
        end = start + 1
        new = "{" + _entry(text, start, proposal)
    return Fix(proposal.title, proposal.safe, (Edit(where, start, end, new),)) if new is not None else None


def _entry(text: bytes, start: int, proposal: Proposal) -> str:
    """An option as the first entry of the object that begins at ``start``, laid out as the entry after it."""
    steps = proposal.old.split(".")
    value = proposal.new
    for step in reversed(steps):
        key = step if _PLAIN_KEY.fullmatch(step) else f'"{step}"'
        value = f"{{ {key}: {value} }}" if step is not steps[0] else f"{key}: {value}"
    after = _INDENT.match(text, start + 1)
    if after is not None:
        return f"\n{after[1].decode()}{value},"
    is_empty = text[start + 1 : start + 40].lstrip().startswith(b"}")
    return f" {value}{' ' if text[start + 1 : start + 2] == b'}' else ''}" if is_empty else f" {value},"
