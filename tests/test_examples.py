"""The incidents: each risky project fails with the findings that its incident calls for, each repaired twin is silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness import audit_folder, compare, found
from trackaudit.testing import check_rule

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
OWN = ("own-rule", "own-sdk")


@pytest.mark.parametrize(
    ("folder", "rules"),
    [
        ("form-tracking-prototype", {"form-tracking", "constant-gate", "sensitive-input"}),
        ("autotrack-passwords", {"vulnerable-sdk", "autocapture", "sensitive-input"}),
        ("migration-database", {"exposed-store", "temporary-setting"}),
        ("dashboard-broadcast", {"broadcast-to-all"}),
    ],
)
def test_incident(folder: str, rules: set[str]) -> None:
    risky = found(audit_folder(EXAMPLES / folder / "risky"))
    assert {rule for _, _, rule, level in risky if level == "expect"} == rules
    repaired = found(audit_folder(EXAMPLES / folder / "repaired"))
    assert not [place for place in repaired if place[3] == "expect"]


def test_every_example_is_tested() -> None:
    tested = {folder for folder, _ in test_incident.pytestmark[0].args[1]}
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == tested | set(OWN)


@pytest.mark.parametrize("folder", OWN)
def test_what_a_project_brings_along(folder: str) -> None:
    assert compare(EXAMPLES / folder) == ""


def test_the_examples_of_the_own_rule_hold() -> None:
    assert check_rule(EXAMPLES / "own-rule/lint/no_replay.py") == []


def test_generated_pages_are_current() -> None:
    from trackaudit import documentation

    assert documentation.main(["--check"]) == 0
