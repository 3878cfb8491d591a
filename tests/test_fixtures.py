"""Small projects in the shapes of real set-up code, each compared with its expectation comments as missing and extra."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness import compare

FIXTURES = Path(__file__).parent / "fixtures"
CASES = sorted(path for path in FIXTURES.glob("*/*") if path.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_fixture(case: Path) -> None:
    difference = compare(case)
    assert not difference, "\n" + difference
