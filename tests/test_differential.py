"""Both JavaScript front ends fill a unit with the same facts: over programs written for it, and over generated ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from trackaudit.model import Unit
from trackaudit.parse import javascript, strict

CORPUS = sorted((Path(__file__).parent / "data" / "es2017").glob("*.js"))

Form = dict[str, list[str]]


def normal(unit: Unit) -> Form:
    """A unit without the order it was filled in: every fact in words, sorted, and scopes by their path.

    A scope's path says of it and of each scope around it the kind, the qualified name and where its first fact stands,
    so that two blocks side by side are not taken for each other.
    """
    first = dict.fromkeys(range(len(unit.scopes)), -1)

    def see(scope: int, offset: int) -> None:
        while scope >= 0 and (first[scope] < 0 or offset < first[scope]):
            first[scope] = offset
            scope = unit.scopes[scope].parent

    facts: dict[str, list[object]] = {
        "calls": list(unit.calls),
        "assignments": list(unit.assignments),
        "elements": list(unit.elements),
        "scripts": list(unit.scripts),
        "returns": [(Scoped(scope), value) for scope, values in unit.returns.items() for value in values],
        "bindings": [
            (Scoped(scope), name, binding)
            for scope, names in enumerate(unit.bindings)
            for name, bindings in names.items()
            for binding in bindings
        ],
        "comments": list(unit.comments),
        "problems": list(unit.problems),
        "scopes": [Scoped(scope) for scope in range(len(unit.scopes))],
    }
    for scope, offset in (place for group in facts.values() for fact in group for place in places(fact)):
        see(scope, offset)
    paths: list[str] = []
    for number, (parent, kind, name) in enumerate(unit.scopes):
        paths.append(f"{paths[parent] if parent >= 0 else ''}/{kind} {name}@{first[number]}")
    return {group: sorted(words(fact, paths) for fact in found) for group, found in facts.items()}


class Scoped(int):
    """The number of a scope, where no field's name says that it is one."""


def fields(value: tuple[object, ...]) -> Iterator[tuple[str, object]]:
    names = getattr(value, "_fields", None)
    return zip(names if names is not None else [""] * len(value), value, strict=True)


def places(value: object) -> Iterator[tuple[int, int]]:
    """The scopes that a fact speaks of, each with where the fact stands."""
    if isinstance(value, tuple):
        parts = dict(fields(value))
        span = parts.get("span") or getattr(parts.get("call"), "span", None)
        if "scope" in parts and span is not None and type(value).__name__ != "Function":
            yield parts["scope"], span.start  # type: ignore[misc, attr-defined]
        if value and isinstance(value[0], Scoped):
            yield value[0], min((part.span.start for part in value[1:] if hasattr(part, "span")), default=1 << 40)
        for part in value:
            yield from places(part)


def words(value: object, paths: list[str]) -> str:
    if isinstance(value, Scoped):
        return paths[value]
    if isinstance(value, tuple):
        parts = (paths[part] if name == "scope" else words(part, paths) for name, part in fields(value))  # type: ignore[index]
        return f"{type(value).__name__}({', '.join(parts)})"
    return repr(value)


def by_tree_sitter(text: bytes) -> Form:
    unit = Unit("javascript")
    javascript.lower(text, "javascript", unit)
    return normal(unit)


def by_esprima(text: bytes) -> Form:
    unit = Unit("javascript")
    assert strict.lower(text, unit), strict.complaint(text)
    return normal(unit)


def difference(text: bytes) -> str:
    """What only one of the two front ends found, in words; empty where they agree."""
    one, other = by_tree_sitter(text), by_esprima(text)
    lines = []
    for group in one:
        lines += [f"{group}, only tree-sitter: {fact}" for fact in one[group] if fact not in other[group]]
        lines += [f"{group}, only esprima: {fact}" for fact in other[group] if fact not in one[group]]
        if not lines and one[group] != other[group]:
            lines.append(f"{group}: found a different number of times")
    return "\n".join(lines)


def test_corpus_is_large() -> None:
    assert len(CORPUS) >= 60


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_written_programs(path: Path) -> None:
    found = difference(path.read_bytes())
    assert not found, f"\n{found}"
