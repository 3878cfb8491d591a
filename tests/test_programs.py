"""Small programs in the shapes that real code takes: what must be found across functions and files, and what must stay silent.

Each file in ``programs/`` holds many: ``=== title`` begins one, ``--- path`` a file of it. Expectation comments are those of the
fixtures, and only what the default profile shows is compared. A program without any must stay silent.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.harness import audit_folder, expected, found

PROGRAMS = Path(__file__).parent / "programs"


class Program(NamedTuple):
    title: str
    files: dict[str, str]


def programs(path: Path) -> list[Program]:
    found = []
    for block in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
        title, _, rest = block.partition("\n")
        parts = re.split(r"^--- (.+)\n", rest, flags=re.M)
        found.append(Program(title.strip(), dict(zip(parts[1::2], parts[2::2], strict=True))))
    return found


CASES = [
    pytest.param(program, id=f"{path.stem}: {program.title}")
    for path in sorted(PROGRAMS.glob("*.txt"))
    for program in programs(path)
]


@pytest.mark.parametrize("program", CASES)
def test_program(program: Program, tmp_path: Path) -> None:
    for name, text in program.files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    wanted = {place for place in expected(tmp_path) if place[3] == "expect"}
    got = {place for place in found(audit_folder(tmp_path)) if place[3] == "expect"}
    assert wanted == got, f"missing {sorted(wanted - got)}, extra {sorted(got - wanted)}"


def test_titles_are_unique() -> None:
    titles = [case.id for case in CASES]
    assert len(titles) == len(set(titles))


def test_as_many_programs_stay_silent_as_are_found() -> None:
    """A test-suite that only ever asks for findings would be passed by a tool that flags everything."""
    texts = ["".join(case.values[0].files.values()) for case in CASES]  # type: ignore[union-attr, attr-defined]
    risky = sum("expect: " in text for text in texts)
    assert risky <= len(texts) - risky
