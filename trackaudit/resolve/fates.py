"""What becomes of a call's result, where that is nothing: nobody takes it, both branches that it chooses between are the same, or a
constant beside it overrules it."""

from __future__ import annotations

import re

from trackaudit.model import Call, Expr, Name, Region, Span, Unary, Unit

DROPPED, SAME, OVERRULED = "dropped", "same", "overruled"

_COMMENTS = {"python": re.compile(rb"#[^\n]*"), "": re.compile(rb"//[^\n]*|/\*.*?\*/", re.S)}
_ELSE = re.compile(rb"^else\b\s*:?")
_OVERRULING = re.compile(rb"\s*((?:\)\s*)*)(?:\|\||\bor\b)\s*[Tt]rue\b|\s*((?:\)\s*)*)(?:&&|\band\b)\s*[Ff]alse\b")
_IN_BRACKETS = re.compile(rb"(?:await\b|not\b|[!\s])*$")
_MOST_REGIONS = 2_000  # of a file; one with more is no code that people write


class Fates:
    """The fates of the calls of one file."""

    def __init__(self, unit: Unit, text: bytes) -> None:
        self._unit, self._text = unit, text
        self._dropped = {*unit.discarded, *_never_read(unit, text)}
        self._same = self._idle_tests()
        self._names = {
            binding.value.span: name
            for names in unit.bindings
            for name, bindings in names.items()
            for binding in bindings
            if isinstance(binding.value, Call) and not binding.path
        }

    def of(self, span: Span) -> str:
        """The fate of the call at a place, empty where its result counts."""
        if span in self._dropped:
            return DROPPED
        if span in self._same:
            return SAME
        return OVERRULED if _is_overruled(self._text, span) else ""

    def name_of(self, span: Span) -> str:
        """The name that the result of a call is given to, empty where it is given to none."""
        return self._names.get(span, "")

    def _idle_tests(self) -> set[Span]:
        """The calls that decide, all by themselves, between two branches which are the same."""
        branches: dict[Span, list[Region]] = {}
        for region in self._unit.regions[:_MOST_REGIONS]:
            branches.setdefault(region.guard.test.span, []).append(region)
        found: set[Span] = set()
        for regions in branches.values():
            if len(regions) == 2 and regions[0].guard.positive != regions[1].guard.positive:
                call = self._asked(regions[0].guard.test, regions[0].guard.scope)
                if call is not None and self._code(regions[0]) == self._code(regions[1]):
                    found.add(call.span)
        return found

    def _asked(self, test: Expr, scope: int) -> Call | None:
        """The call that a test is, or that made the name that it is."""
        while isinstance(test, Unary) and test.operator in ("!", "not"):
            test = test.operand
        if isinstance(test, Name):
            found = self._unit.lookup(test.id, scope)
            bindings = found[0] if found is not None else []
            made = bindings[0].value if len(bindings) == 1 and not bindings[0].path else None
            if isinstance(made, Call) and _count(test.id, self._text) == 2:
                return made
            return None
        return test if isinstance(test, Call) else None

    def _code(self, region: Region) -> bytes:
        """What a branch does, whatever its layout, comments and brackets."""
        comments = _COMMENTS["python" if self._unit.language == "python" else ""]
        code = b" ".join(comments.sub(b"", self._text[region.start : region.end]).split())
        code = _ELSE.sub(b"", code).strip()
        while code[:1] in (b"{", b"(") and code[-1:] in (b"}", b")"):
            code = code[1:-1].strip()
        return code.rstrip(b"; ")


def _never_read(unit: Unit, text: bytes) -> set[Span]:
    """The calls whose results are only given to a name that stands nowhere else in the file; what a module may hand out is left out."""
    exported = {export.name for export in unit.exports}
    found: set[Span] = set()
    for scope, names in enumerate(unit.bindings):
        for name, bindings in names.items():
            binding = bindings[0]
            own = scope > 0 or (unit.language != "python" and name not in exported)
            if len(bindings) == 1 and own and not binding.path and isinstance(binding.value, Call) and _count(name, text) == 1:
                found.add(binding.value.span)
    return found


def _count(name: str, text: bytes) -> int:
    """How often a name stands in a file."""
    return len(re.findall(rb"(?<![\w$])" + re.escape(name.encode()) + rb"(?![\w$])", text))


def _is_overruled(text: bytes, span: Span) -> bool:
    """``flag() || true``, ``flag() and False``: whatever the call says, what comes after it decides."""
    match = _OVERRULING.match(text, span.end)
    if match is None:
        return False
    before = text[: span.start]
    for _ in range((match[1] or match[2] or b"").count(b")")):
        before = before[: -len(gap[0])] if (gap := _IN_BRACKETS.search(before)) and gap[0] else before
        # A bracket after a name is a call, which may do something with the answer.
        if not before.endswith(b"(") or re.search(rb"[\w$)\]]\s*$", before[:-1]):
            return False
        before = before[:-1]
    return True
