"""Every rule is registered, documented, and right about its own examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness import audit_folder, write_example
from trackaudit.documentation import document
from trackaudit.findings import CATEGORIES, Example, RuleInfo
from trackaudit.rules import RULES, load

RULES_FOLDER = Path(__file__).parent.parent / "rules"
RISKY = [(rule, example) for rule in RULES for example in load(rule).RISKY]
SAFE = [(rule, example) for rule in RULES for example in load(rule).SAFE]


def test_every_module_is_registered() -> None:
    modules = {path.stem for path in RULES_FOLDER.glob("*.py")} - {"__init__", "common", "mends"}
    assert modules == {rule.module for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_is_documented(rule: RuleInfo) -> None:
    page = document(rule)
    assert page.what and page.why and page.fix and page.references
    assert rule.category in CATEGORIES
    assert len(page.safe) >= len(page.risky) > 0, "at least as many safe examples as risky ones"


@pytest.mark.parametrize(("rule", "example"), RISKY, ids=lambda value: getattr(value, "id", ""))
def test_risky_example_is_found(rule: RuleInfo, example: Example, tmp_path: Path) -> None:
    write_example(tmp_path, example)
    assert rule.id in {finding.result.rule for finding in audit_folder(tmp_path).findings}


@pytest.mark.parametrize(("rule", "example"), SAFE, ids=lambda value: getattr(value, "id", ""))
def test_safe_example_is_silent(rule: RuleInfo, example: Example, tmp_path: Path) -> None:
    write_example(tmp_path, example)
    loud = [finding.result for finding in audit_folder(tmp_path).findings if finding.result.severity != "note"]
    assert not loud
