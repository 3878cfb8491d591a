"""SARIF: every log is valid by the published schema, and says what the JSON report says.

The schema is the one that Microsoft publishes in the npm package @microsoft/jest-sarif 1.0.0-beta.0 (MIT licence); see
tests/data/README.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import jsonschema
import pytest

from tests.command import PII, POSTHOG, UNMASKED, check, project, run, spawn
from trackaudit.rules import BY_ID, RULES

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker())

RISKY: dict[str, str | bytes] = {"package.json": POSTHOG, "src/app.js": UNMASKED, "app.py": PII}
VALUE = "import posthog from 'posthog-js';\nconst masked = false;\nposthog.init('k', { session_recording: { maskAllInputs: masked } });\n"
QUIET = UNMASKED.replace("posthog.init", "// trackaudit: ignore[unmasked-inputs] -- an internal tool\nposthog.init")


def log(folder: Path, *arguments: str) -> dict[str, Any]:
    """The log, valid, and the one run in it."""
    document = run(folder, "check", "--format", "sarif", *arguments).json
    VALIDATOR.validate(document)
    assert document["version"] == "2.1.0"
    assert "sarif" in document["$schema"]
    [only] = document["runs"]
    return dict(only)


def place(location: dict[str, Any]) -> tuple[str, int, int]:
    physical = location["physicalLocation"]
    return unquote(physical["artifactLocation"]["uri"]), physical["region"]["startLine"], physical["region"]["startColumn"]


def test_the_schema_refuses_what_is_wrong(tmp_path: Path) -> None:
    project(tmp_path, RISKY)
    document = run(tmp_path, "check", "--format", "sarif").json
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert not VALIDATOR.is_valid(document)


def test_nothing_to_report(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": POSTHOG})
    found = log(tmp_path)
    assert found["results"] == [], "an empty list says that the analysis ran"
    assert found["invocations"][0]["executionSuccessful"] is True


def test_results_are_those_of_the_json_report(tmp_path: Path) -> None:
    project(tmp_path, {**RISKY, "src/value.js": VALUE})
    for profile in ("default", "strict"):
        found = log(tmp_path, "--profile", profile)
        expected = check(tmp_path, "--profile", profile).findings
        rules = [rule["id"] for rule in found["tool"]["driver"]["rules"]]
        results = found["results"]
        assert [(*place(result["locations"][0]), result["ruleId"]) for result in results] == [
            (item["path"], item["line"], item["column"], item["rule"]) for item in expected
        ]
        for result, item in zip(results, expected, strict=True):
            assert rules[result["ruleIndex"]] == result["ruleId"]
            assert result["level"] == item["severity"]
            assert result["message"]["text"].startswith(item["message"])
            assert item["fingerprint"] in result["partialFingerprints"].values()
            region = result["locations"][0]["physicalLocation"]["region"]
            assert (region["endLine"], region["endColumn"]) == (item["end_line"], item["end_column"])
            related = [(*place(location), location["message"]["text"]) for location in result.get("relatedLocations", [])]
            assert related == [(other["path"], other["line"], other["column"], other["message"]) for other in item["related"]]


def test_related_locations(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": POSTHOG, "src/app.js": VALUE})
    [result] = log(tmp_path, "--select", "unmasked-inputs")["results"]
    assert ("src/app.js", 2, 16) in [place(location) for location in result["relatedLocations"]]
    identifiers = [location["id"] for location in result["relatedLocations"]]
    assert len(set(identifiers)) == len(identifiers)


def test_columns_are_code_points(tmp_path: Path) -> None:
    line = UNMASKED.splitlines()[1].replace("'k'", "'🙂é'")
    project(tmp_path, {"package.json": POSTHOG, "src/app.js": f"import posthog from 'posthog-js';\n\t{line}\n"})
    found = log(tmp_path, "--select", "unmasked-inputs")
    assert found["columnKind"] == "unicodeCodePoints"
    assert place(found["results"][0]["locations"][0])[2] == line.index("maskAllInputs") + 2


def test_rules_are_described(tmp_path: Path) -> None:
    project(tmp_path, RISKY)
    found = log(tmp_path)
    driver = found["tool"]["driver"]
    assert driver["name"] == "trackaudit"
    assert {rule["id"] for rule in driver["rules"]} == {result["ruleId"] for result in found["results"]}
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"] == BY_ID[rule["id"]].summary
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert BY_ID[rule["id"]].category in rule["properties"]["tags"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_can_be_described(rule: Any) -> None:
    from trackaudit.report.sarif import _rule

    schema = {**SCHEMA, "$ref": "#/definitions/reportingDescriptor"}
    for key in ("properties", "required", "additionalProperties", "type"):
        schema.pop(key, None)
    assert not [error.message for error in jsonschema.Draft4Validator(schema).iter_errors(_rule(rule.id))]


def test_suppressions(tmp_path: Path) -> None:
    """A comment lies in the source; an entry of the configuration does not (SARIF 2.1.0, 3.35.2)."""
    entry = "[[ignore]]\nrule = 'unmasked-inputs'\npath = 'lib'\nreason = 'agreed'\n"
    project(tmp_path, {"package.json": POSTHOG, "src/app.js": QUIET, "lib/app.js": UNMASKED, "trackaudit.toml": entry})
    assert log(tmp_path, "--select", "unmasked-inputs")["results"] == []
    results = log(tmp_path, "--select", "unmasked-inputs", "--show-suppressed")["results"]
    suppressions = {place(result["locations"][0])[0]: result["suppressions"] for result in results}
    assert {path: [item["justification"] for item in items] for path, items in suppressions.items()} == {
        "src/app.js": ["an internal tool"],
        "lib/app.js": ["agreed"],
    }
    assert [item["kind"] for item in suppressions["src/app.js"]] == ["inSource"]
    assert [item["kind"] for item in suppressions["lib/app.js"]] == ["external"]


def test_what_is_not_suppressed_says_nothing_of_it(tmp_path: Path) -> None:
    project(tmp_path, RISKY)
    assert all("suppressions" not in result for result in log(tmp_path, "--show-suppressed")["results"])


def test_errors(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            **RISKY,
            "bad.js": b"posthog.init('\xff')",
            "half.py": PII + "def broken(:\n",
            "deep.py": PII + "x = " + "[" * 5_000 + "]" * 5_000 + "\n",
        },
    )
    [invocation] = log(tmp_path)["invocations"]
    assert invocation["executionSuccessful"] is False
    notifications = {
        item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: item
        for item in invocation["toolExecutionNotifications"]
    }
    assert notifications.keys() == {"bad.js", "half.py", "deep.py"}
    assert notifications["bad.js"]["level"] == "error"
    assert notifications["half.py"]["locations"][0]["physicalLocation"]["region"]["startLine"] == 4
    assert run(tmp_path, "check", "--format", "sarif").code == 2


def test_syntax_errors_do_not_make_the_execution_a_failure(tmp_path: Path) -> None:
    project(tmp_path, {**RISKY, "half.py": PII + "def broken(:\n"})
    [invocation] = log(tmp_path)["invocations"]
    assert invocation["executionSuccessful"] is True


def test_configuration_as_a_place(tmp_path: Path) -> None:
    project(tmp_path, {**RISKY, "trackaudit.toml": "[[ignore]]\nrule = 'tls-off'\npath = 'lib'\nreason = 'agreed'\n"})
    results = [result for result in log(tmp_path)["results"] if result["ruleId"] == "unused-suppression"]
    assert [place(result["locations"][0])[:2] for result in results] == [("trackaudit.toml", 1)]


@pytest.mark.parametrize(
    "name",
    ["src/with space.js", "src/größe-日本.js", "src/100%.js", "src/a#b?c.js", "src/[x].js", "src/a+b&c.js", "-x.js", "a:b.js"],
)
def test_paths_are_uris(tmp_path: Path, name: str) -> None:
    project(tmp_path, {"package.json": POSTHOG, name: UNMASKED})
    found = log(tmp_path, "--select", "unmasked-inputs")
    [result] = found["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uri"].isascii()
    assert urlparse(artifact["uri"])[3:] == ("", "", ""), "no query, no fragment"
    assert unquote(artifact["uri"]) == name
    base = found["originalUriBaseIds"][artifact["uriBaseId"]]["uri"]
    assert base.endswith("/")
    assert Path(unquote(urlparse(base).path)).resolve() == tmp_path.resolve()


def test_a_relative_uri_has_no_scheme(tmp_path: Path) -> None:
    """``a:b.js`` would be the path ``b.js`` of a scheme ``a`` (RFC 3986, 4.2)."""
    project(tmp_path, {"package.json": POSTHOG, "a:b.js": UNMASKED})
    [result] = log(tmp_path, "--select", "unmasked-inputs")["results"]
    assert urlparse(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).scheme == ""


def test_paths_outside_the_working_directory(tmp_path: Path) -> None:
    project(tmp_path / "far away", RISKY)
    here = project(tmp_path / "here", {"trackaudit.toml": ""})
    [result] = log(here, "../far away/src", "--select", "unmasked-inputs")["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert "uriBaseId" not in artifact
    assert Path(unquote(urlparse(artifact["uri"]).path)) == (tmp_path / "far away/src/app.js").resolve()
    assert artifact["uri"].startswith("file:///")


def test_two_projects_are_one_run(tmp_path: Path) -> None:
    for name in ("a", "b"):
        project(tmp_path / name, RISKY, git=True)
    results = log(tmp_path, "a", "b", "--select", "unmasked-inputs")["results"]
    assert [place(result["locations"][0])[0] for result in results] == ["a/src/app.js", "b/src/app.js"]


def test_the_real_command(tmp_path: Path) -> None:
    project(tmp_path, RISKY)
    outcome = spawn(tmp_path, "check", "--format", "sarif", "--output", "out.sarif")
    assert (outcome.code, outcome.out) == (1, "")
    VALIDATOR.validate(json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8")))
