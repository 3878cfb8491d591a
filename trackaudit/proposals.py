"""From what a rule proposes to edits of a file: only where the text is what the rule took it for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from trackaudit.findings import Edit, Fix, Proposal
from trackaudit.languages import language_of
from trackaudit.parse import edits

_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$]*")
_INDENT = re.compile(rb"\n([ \t]+)\S")
_AFTER_LAST = re.compile(rb"\s*,?\s*\)")
_NO_ARGUMENTS = re.compile(rb"\(\s*\)")
# What follows an entry's value up to the next one, and what precedes its key where it is the last.
_AFTER_ENTRY = re.compile(rb"[ \t]*,[ \t]*(\r?\n)?")
_BEFORE_ENTRY = re.compile(rb",?\s*\Z")
_FIELD = re.compile(rb"<(?:input|textarea|select)(?=[\s/>])", re.I)
_CLASS = re.compile(rb"""(?<![-\w:.])(?:class|className)=(["']|(?=[{\w]))""")

Change = tuple[int, int, str]


def resolved(proposal: Proposal, path: str, sources: Mapping[str, bytes]) -> Fix | None:
    """The fix that a proposal comes to in a file's text, None where it does not fit."""
    where = proposal.span.path or path
    text = sources.get(where)
    if text is None:
        return None
    changes = _ACTIONS[proposal.action](text, proposal, where)
    return Fix(proposal.title, proposal.safe, tuple(Edit(where, *change) for change in changes)) if changes else None


def _replaced(text: bytes, proposal: Proposal, where: str) -> list[Change]:
    """A literal, a name or a part of a text in place of another; a text keeps its quotes."""
    start, end = proposal.span.start, proposal.span.end
    code = text[start:end].decode("utf-8", "replace")
    old, new = proposal.old, proposal.new
    if proposal.action == "value" and code[:1] == "'" and not set(old + new) & set("\\'"):
        old, new = (f"'{word[1:-1]}'" if word[:1] == '"' else word for word in (old, new))
    if (
        (proposal.action == "value" and code == old)
        or (proposal.action == "name" and code.strip("'\"") == old)
        or (proposal.action == "part" and code.count(old) == 1)
    ):
        return [(start, end, code.replace(old, new))]
    return []


def _option(text: bytes, proposal: Proposal, where: str) -> list[Change]:
    """An option as the first entry of the object that stands at the span, laid out as the entry after it."""
    start = proposal.span.start
    if text[start : start + 1] != b"{":
        return []
    value = _nested(proposal, where.endswith(".py"))
    after = _INDENT.match(text, start + 1)
    if after is not None:
        new = f"\n{after[1].decode()}{value},"
    elif text[start + 1 : start + 40].lstrip().startswith(b"}"):
        new = f" {value}{' ' if text[start + 1 : start + 2] == b'}' else ''}"
    else:
        new = f" {value}," if text[start + 1 : start + 2].isspace() else f"{value}, "
    return [(start, start + 1, "{" + new)]


def _nested(proposal: Proposal, quoted: bool) -> str:
    """``a: { b: value }`` for the option ``a.b``."""
    steps = proposal.old.split(".")
    value = proposal.new
    for step in reversed(steps):
        key = step if _PLAIN_KEY.fullmatch(step) and not quoted else f'"{step}"'
        value = f"{key}: {value}"
        value = f"{{{value}}}" if quoted and step is not steps[0] else f"{{ {value} }}" if step is not steps[0] else value
    return value


def _argument(text: bytes, proposal: Proposal, where: str) -> list[Change]:
    """One more argument of a call, on a line of its own where the last one has that."""
    start, end, after = proposal.span.start, proposal.span.end, proposal.after
    is_keyword = proposal.action == "keyword"
    new = f"{proposal.old}={proposal.new}" if is_keyword else f"{{ {_nested(proposal, False)} }}"
    if after == start:
        inside = _NO_ARGUMENTS.fullmatch(text, start, end)
        return [(start, end, f"({new})")] if inside is not None else []
    if _AFTER_LAST.fullmatch(text, after, end) is None:
        return []
    indent = text[edits.line_start(text, start) : start]
    line_end = "\r\n" if text[: start - len(indent)].endswith(b"\r\n") else "\n"
    return [(after, after, f", {new}" if indent.strip() else f",{line_end}{indent.decode()}{new}")]


def _without(text: bytes, proposal: Proposal, where: str) -> list[Change]:
    """An entry of an object, or a keyword, from its name at ``span`` to the end of its value at ``after``."""
    start, end = proposal.span.start, proposal.after
    following = _AFTER_ENTRY.match(text, end)
    if following is not None:
        first = edits.line_start(text, start)
        is_own_line = not text[first:start].strip()
        if following[1] is None:
            return [(start, following.end(), "")]
        return [(first, following.end(), "") if is_own_line else (start, following.start(1), "")]
    if text[end:].lstrip()[:1] not in (b"}", b")"):
        return []
    before = _BEFORE_ENTRY.search(text, 0, start)
    return [(before.start() if before is not None else start, end, "")]


def _call(text: bytes, proposal: Proposal, where: str) -> list[Change]:
    """The statement that only makes a call; in a page, one of its scripts."""
    return [*edits.dropped(text, language_of(where) or "", proposal.span)]


def _mark(text: bytes, proposal: Proposal, where: str) -> list[Change]:
    """An attribute, or a class, on the element that begins at the span."""
    start, end = proposal.span.start, proposal.span.end
    tag = _FIELD.match(text, start, end)
    if tag is None:
        return []
    if proposal.old != "class":
        return [(tag.end(), tag.end(), f' {proposal.old}="{proposal.new}"' if proposal.new else f" {proposal.old}")]
    written = _CLASS.search(text, start, end)
    if written is None:
        name = "className" if where.endswith((".jsx", ".tsx", ".js", ".ts")) else "class"
        return [(tag.end(), tag.end(), f' {name}="{proposal.new}"')]
    return [(written.end(), written.end(), f"{proposal.new} ")] if written[1] else []


_ACTIONS = {
    "value": _replaced, "name": _replaced, "part": _replaced, "option": _option, "argument": _argument, "keyword": _argument,
    "without": _without, "call": _call, "mark": _mark,
}  # fmt: skip
