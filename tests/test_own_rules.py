"""Rules that a project brings along: they run beside the others, and what is wrong with them is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import UNMASKED, check, project, run
from trackaudit.testing import check_rule

HEAD = '"""Words.\n\n## What it does\nA.\n\n## Why is this bad?\nB.\n\n## How to fix\nC.\n\n## References\n- https://example.org\n"""\n'
RULE = (
    HEAD
    + """
from trackaudit.findings import Example, Result

RISKY = (Example("import posthog from 'posthog-js';\\nposthog.init('k', { autocapture: false });"),)
SAFE = (Example("const a = 1;"),)


def check(project):
    for setup in project.setups:
        tree = project.syntax_tree(setup.path)
        body = getattr(tree, "body", [])
        yield Result("x", setup.use.sdk, "warning", "high", setup.path, setup.use.callee_span, f"{len(body)} statements", "", None, (), "", "")
"""
)


def test_a_rule_runs_and_may_ask_for_a_syntax_tree(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "lint/our_rule.py": RULE,
            "a.js": UNMASKED,
            "a.py": "import sentry_sdk\nsentry_sdk.init(dsn=DSN)\n",
            "trackaudit.toml": 'rules = ["lint/our_rule.py"]\nselect = ["our-rule"]\n',
        },
    )
    found = check(tmp_path).findings
    assert [(finding["rule"], finding["category"], finding["path"], finding["message"]) for finding in found] == [
        ("our-rule", "misconfiguration", "a.js", "2 statements"), ("our-rule", "misconfiguration", "a.py", "2 statements"),
    ]  # fmt: skip
    assert run(tmp_path, "check", "--format", "sarif").json["runs"][0]["tool"]["driver"]["rules"][0]["id"] == "our-rule"


def test_its_findings_are_suppressed_like_others(tmp_path: Path) -> None:
    quiet = UNMASKED.replace("\nposthog", "\n// trackaudit: ignore[our-rule] -- agreed\nposthog")
    project(
        tmp_path,
        {
            "lint/our_rule.py": RULE,
            "a.js": quiet,
            "trackaudit.toml": 'rules = ["lint/our_rule.py"]\nselect = ["our-rule", "hygiene"]\n',
        },
    )
    assert check(tmp_path).findings == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "no section"),
        (HEAD, "no function check"),
        (HEAD + "CATEGORY = 'mine'\n\n\ndef check(project):\n    return ()\n", "CATEGORY 'mine'"),
        (HEAD + "raise ValueError('no')\n", "ValueError: no"),
        ("def (\n", "SyntaxError"),
        (HEAD + "def check(project):\n    return [project.nothing]\n", "raised AttributeError"),
    ],
)
def test_what_is_wrong_with_a_rule_is_told_and_the_rest_goes_on(tmp_path: Path, code: str, said: str) -> None:
    project(tmp_path, {"own.py": code, "a.js": UNMASKED, "trackaudit.toml": 'rules = ["own.py"]\n'})
    outcome = check(tmp_path)
    assert outcome.code == 2
    assert said in outcome.json["errors"][0]["message"]
    assert "unmasked-inputs" in {finding["rule"] for finding in outcome.findings}


@pytest.mark.parametrize(
    ("value", "said"), [('["a.txt"]', "no Python file"), ('["unmasked_inputs.py"]', "already"), ("3", "expected")]
)
def test_a_configuration_that_names_no_rule_is_refused(tmp_path: Path, value: str, said: str) -> None:
    project(tmp_path, {"a.js": UNMASKED, "trackaudit.toml": f"rules = {value}\n"})
    outcome = run(tmp_path, "check")
    assert outcome.code == 2
    assert said in outcome.err


def test_examples_that_do_not_hold_are_named(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(RULE.replace("const a = 1;", "import posthog from 'posthog-js';\\nposthog.init('k');"))
    assert check_rule(tmp_path / "own.py") == ["SAFE[0]: something was found"]
    (tmp_path / "own.py").write_text(RULE)
    assert check_rule(tmp_path / "own.py") == []
