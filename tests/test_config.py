"""The configuration: every key in both files, what it does to a run, trackers of one's own, and all mistakes at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.command import MASKED, PII, POSTHOG, ROOT, UNMASKED, Outcome, check, project, run, spawn
from trackaudit.config import Config, ConfigError, Ignore, load
from trackaudit.discover import DEFAULT_MAX_SIZE

EVERY_KEY = """
select = ["unmasked-inputs", "form-capture", "sentry"]
deselect = ["debug-mode"]
fail-on = "error"
profile = "strict"
include = ["vendor/ours/"]
exclude = ["legacy/", "*.gen.js"]
max-size = 250_000
javascript-parser = "esprima"
flag-list = "flags.json"
permanent-flags = ["kill-*"]
baseline = "known.jsonl"
rules = ["lint/no_such_thing.py"]
flag-age = 90
flag-expiry = ['gone by (?P<date>[0-9-]+)']

[per-path-deselect]
"docs/*" = ["autocapture", "posthog"]

[severity]
unmasked-inputs = "warning"
autocapture = "error"

[[ignore]]
rule = "tls-off"
path = "local/"
until = 2027-01-31
reason = "the collector on the developer's own machine"

[[ignore]]
rule = "vulnerable-sdk"
package = "mixpanel-browser"
reason = "autotrack is off"

[[ignore]]
rule = "default-pii"
option = "send_default_pii"
until = "2027-02-01"
reason = "agreed with the users"
"""
EXPECTED = Config(
    select=("unmasked-inputs", "form-capture", "sentry"),
    deselect=("debug-mode",),
    per_path_deselect=(("docs/*", ("autocapture", "posthog")),),
    severity=(("unmasked-inputs", "warning"), ("autocapture", "error")),
    fail_on="error",
    profile="strict",
    include=("vendor/ours/",),
    exclude=("legacy/", "*.gen.js"),
    max_size=250_000,
    javascript_parser="esprima",
    flag_list="flags.json",
    permanent_flags=("kill-*",),
    baseline="known.jsonl",
    rules=("lint/no_such_thing.py",),
    flag_age=90,
    flag_expiry=("gone by (?P<date>[0-9-]+)",),
    ignore=(
        Ignore("tls-off", "local/", "", "", date(2027, 1, 31), "the collector on the developer's own machine", 0),
        Ignore("vulnerable-sdk", "", "mixpanel-browser", "", None, "autotrack is off", 1),
        Ignore("default-pii", "", "", "send_default_pii", date(2027, 2, 1), "agreed with the users", 2),
    ),
)
OTHERS = {"package.json": POSTHOG, "src/app.js": UNMASKED, "src/app.py": PII}


def in_pyproject(table: str) -> str:
    """A configuration file's text as a table of pyproject.toml."""
    moved = table.replace("[[ignore]]", "[[tool.trackaudit.ignore]]").replace("[[sdk", "[[tool.trackaudit.sdk")
    return "[project]\nname = 'x'\n\n[tool.trackaudit]\n" + moved.replace("\n[per-path", "\n[tool.trackaudit.per-path").replace(
        "\n[sev", "\n[tool.trackaudit.sev"
    )


def mistakes(folder: Path, name: str = "trackaudit.toml") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(str(folder))
    lines = str(caught.value).splitlines()
    assert all(line.startswith(name) for line in lines), lines
    return lines


def configured(folder: Path, table: str, *arguments: str) -> Outcome:
    return check(project(folder, {**OTHERS, "trackaudit.toml": table}), *arguments)


def rules_in(outcome: Outcome) -> set[tuple[str, str]]:
    return {(item["path"], item["rule"]) for item in outcome.findings}


# --- reading --------------------------------------------------------------------------------------------------


def test_no_configuration(tmp_path: Path) -> None:
    config = load(str(tmp_path))
    assert config == Config()
    assert (config.fail_on, config.profile, config.max_size, config.javascript_parser) == (
        "warning",
        "default",
        DEFAULT_MAX_SIZE,
        "auto",
    )


def test_every_key_in_trackaudit_toml(tmp_path: Path) -> None:
    project(tmp_path, {"trackaudit.toml": EVERY_KEY})
    assert load(str(tmp_path)) == EXPECTED._replace(source="trackaudit.toml")


def test_every_key_in_pyproject(tmp_path: Path) -> None:
    project(tmp_path, {"pyproject.toml": in_pyproject(EVERY_KEY)})
    assert load(str(tmp_path)) == EXPECTED._replace(source="pyproject.toml")


def test_the_expectation_covers_every_key() -> None:
    """A key that is added must be added above as well."""
    differing = {name for name in Config._fields if getattr(EXPECTED, name) != getattr(Config(), name)}
    assert differing == set(Config._fields) - {"sdks", "source"}


def test_trackaudit_toml_goes_before_pyproject(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "trackaudit.toml": 'profile = "strict"\n',
            "pyproject.toml": '[tool.trackaudit]\nprofile = "default"\nfail-on = "error"\n',
        },
    )
    assert load(str(tmp_path)) == Config(profile="strict", source="trackaudit.toml")


@pytest.mark.parametrize(
    "text",
    [
        "[project]\nname = 'x'\n",
        "[tool.ruff]\nline-length = 100\n",
        "# trackaudit is not configured here\n[tool.black]\n",
        "",
        "[tool.trackaudit-other]\nx = 1\n",
    ],
)
def test_pyproject_without_our_table(tmp_path: Path, text: str) -> None:
    project(tmp_path, {"pyproject.toml": text})
    assert load(str(tmp_path)) == Config()


def test_pyproject_that_is_none_of_our_business_may_be_broken(tmp_path: Path) -> None:
    outcome = check(project(tmp_path, {**OTHERS, "pyproject.toml": "[project\nname = \n"}))
    assert outcome.code == 1


def test_explicit_file(tmp_path: Path) -> None:
    project(tmp_path, {**OTHERS, "trackaudit.toml": 'deselect = ["unmasked-inputs"]\n', "ci/other.toml": 'fail-on = "error"\n'})
    assert ("src/app.js", "unmasked-inputs") not in rules_in(check(tmp_path))
    assert ("src/app.js", "unmasked-inputs") in rules_in(check(tmp_path, "--config", "ci/other.toml"))
    project(tmp_path, {"ci/pyproject.toml": '[tool.trackaudit]\ndeselect = ["unmasked-inputs"]\n'})
    assert ("src/app.js", "unmasked-inputs") not in rules_in(check(tmp_path, "--config", "ci/pyproject.toml"))


@pytest.mark.parametrize("name", ["gone.toml", "src"])
def test_explicit_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    outcome = run(project(tmp_path, OTHERS), "check", "--config", name)
    assert (outcome.code, outcome.out) == (2, "")
    assert name in outcome.err
    assert "internal error" not in outcome.err


def test_the_configuration_is_the_project_roots(tmp_path: Path) -> None:
    """Whatever the paths and the working directory, it is read at the root of the project."""
    project(tmp_path, {**OTHERS, "trackaudit.toml": 'deselect = ["unmasked-inputs"]\n'}, git=True)
    project(tmp_path, {"src/trackaudit.toml": 'deselect = ["default-pii"]\n'})
    for folder, path in (
        (tmp_path, "src/app.js"),
        (tmp_path / "src", "app.js"),
        (tmp_path / "src", ".."),
        (tmp_path.parent, tmp_path.name),
    ):
        assert {item["rule"] for item in check(folder, path).findings} & {"unmasked-inputs"} == set()


# --- what the keys do -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "rules"), [
    ("unmasked-inputs", {"unmasked-inputs"}), ("replay-unmasked", {"unmasked-inputs", "unmasked-text"}), ("sentry", {"default-pii", "captured-bodies", "local-variables"}),
])  # fmt: skip
def test_select(tmp_path: Path, name: str, rules: set[str]) -> None:
    for outcome in (
        configured(tmp_path / "a", f'profile = "strict"\nselect = ["{name}"]\n'),
        configured(tmp_path / "b", 'profile = "strict"\n', "--select", name),
    ):
        found = {item["rule"] for item in outcome.findings}
        assert found
        assert found <= rules
        assert "unmasked-inputs" in found or name == "sentry"


@pytest.mark.parametrize("name", ["unmasked-inputs", "replay-unmasked", "posthog"])
def test_deselect(tmp_path: Path, name: str) -> None:
    everything = rules_in(configured(tmp_path / "a", 'profile = "strict"\n'))
    gone = {"unmasked-inputs": {"unmasked-inputs"}, "replay-unmasked": {"unmasked-inputs", "unmasked-text"}}.get(name)
    expected = {(path, rule) for path, rule in everything if (rule not in gone if gone else path != "src/app.js")}
    assert expected < everything
    assert rules_in(configured(tmp_path / "b", f'profile = "strict"\ndeselect = ["{name}"]\n')) == expected
    assert rules_in(configured(tmp_path / "c", 'profile = "strict"\n', "--deselect", name)) == expected


def test_deselect_wins_over_select(tmp_path: Path) -> None:
    outcome = configured(tmp_path, 'select = ["replay-unmasked"]\ndeselect = ["unmasked-inputs"]\n')
    assert "unmasked-inputs" not in {item["rule"] for item in outcome.findings}


def test_the_command_line_adds_to_the_configuration(tmp_path: Path) -> None:
    outcome = configured(tmp_path, 'select = ["unmasked-inputs"]\n', "--select", "default-pii")
    assert {item["rule"] for item in outcome.findings} >= {"unmasked-inputs", "default-pii"}


@pytest.mark.parametrize("pattern", ["src/app.js", "src/*.js", "*.js", "src/app.*"])
@pytest.mark.parametrize("name", ["unmasked-inputs", "replay-unmasked", "posthog"])
def test_deselect_by_path(tmp_path: Path, pattern: str, name: str) -> None:
    project(tmp_path, {"lib/app.js": UNMASKED})
    found = rules_in(configured(tmp_path, f'[per-path-deselect]\n"{pattern}" = ["{name}"]\n'))
    assert ("src/app.js", "unmasked-inputs") not in found
    assert ("src/app.py", "default-pii") in found
    assert (("lib/app.js", "unmasked-inputs") in found) == (pattern != "*.js")


@pytest.mark.parametrize("severity", ["error", "warning", "note"])
def test_severity_override(tmp_path: Path, severity: str) -> None:
    outcome = configured(tmp_path, f'select = ["replay-unmasked"]\n[severity]\nunmasked-inputs = "{severity}"\n')
    assert [item["severity"] for item in outcome.findings if item["rule"] == "unmasked-inputs"] == [severity]
    assert outcome.code == (0 if severity == "note" else 1)


def test_severity_override_raises_notes(tmp_path: Path) -> None:
    files = {"package.json": POSTHOG, "app.js": MASKED}
    assert check(project(tmp_path, files)).code == 0
    assert check(project(tmp_path, {"trackaudit.toml": '[severity]\nautocapture = "error"\n'})).code == 1


def test_fail_on_and_profile(tmp_path: Path) -> None:
    assert (
        configured(
            tmp_path / "a", 'fail-on = "error"\n[severity]\nunmasked-inputs = "warning"\n', "--select", "unmasked-inputs"
        ).code
        == 0
    )
    assert (
        configured(
            tmp_path / "b",
            'fail-on = "error"\n[severity]\nunmasked-inputs = "warning"\n',
            "--select",
            "unmasked-inputs",
            "--fail-on",
            "warning",
        ).code
        == 1
    )
    project(
        tmp_path / "c", {"package.json": POSTHOG, "app.js": MASKED, "trackaudit.toml": 'fail-on = "note"\nprofile = "strict"\n'}
    )
    assert check(tmp_path / "c").code == 1
    assert check(tmp_path / "c", "--profile", "default").code == 0


def test_exclude_and_include(tmp_path: Path) -> None:
    project(
        tmp_path,
        {"vendor/ours/a.js": UNMASKED, "vendor/theirs/b.js": UNMASKED, "legacy/c.js": UNMASKED, "src/d.gen.js": UNMASKED},
    )
    outcome = configured(
        tmp_path, 'include = ["vendor/ours/"]\nexclude = ["legacy/", "*.gen.js"]\n', "--select", "unmasked-inputs"
    )
    assert {item["path"] for item in outcome.findings} == {"src/app.js", "vendor/ours/a.js"}
    assert outcome.json["summary"]["skipped"] == 3


def test_max_size(tmp_path: Path) -> None:
    long = UNMASKED + "// more\n" * 1000
    project(tmp_path, {"src/long.js": long})
    assert {item["path"] for item in configured(tmp_path, "", "--select", "unmasked-inputs").findings} == {
        "src/app.js",
        "src/long.js",
    }
    outcome = configured(tmp_path, "max-size = 5000\n", "--select", "unmasked-inputs")
    assert {item["path"] for item in outcome.findings} == {"src/app.js"}
    assert outcome.json["summary"]["skipped"] == 1
    assert len(configured(tmp_path, "max-size = 5000\n", "--select", "unmasked-inputs", "--max-size", "50000").findings) == 2


@pytest.mark.parametrize("parser", ["auto", "tree-sitter", "esprima"])
def test_javascript_parser(tmp_path: Path, parser: str) -> None:
    """Every reading finds the same in plain ES2017; what only esprima stumbles over is not lost."""
    es2022 = UNMASKED + "class A { #x = 1; static { this.y ??= a?.b; } }\n"
    project(
        tmp_path,
        {
            "src/new.js": es2022,
            "src/page.jsx": UNMASKED + "export const A = () => <p/>;\n",
            "src/a.ts": UNMASKED + "const x = <string>y;\n",
        },
    )
    outcome = configured(tmp_path, f'javascript-parser = "{parser}"\n', "--select", "unmasked-inputs")
    assert outcome.places() == [(f"src/{name}", 2, "unmasked-inputs") for name in ("a.ts", "app.js", "new.js", "page.jsx")]
    assert outcome.places() == configured(tmp_path, "", "--select", "unmasked-inputs", "--javascript-parser", parser).places()
    assert outcome.code == 1


# --- trackers of one's own ------------------------------------------------------------------------------------

OWN = """
[[sdk]]
sdk = "peekaboo"
title = "Peekaboo"
url = "https://peekaboo.example.com/docs"

[[sdk.client]]
id = "browser"
title = "Peekaboo for browsers"
runtime = "browser"
packages = ["npm:@acme/peekaboo"]
symbols = ["npm:@acme/peekaboo", "global:peekaboo"]

[[sdk.client.call]]
method = "start"
role = "setup"
parameters = ["", "*"]

[[sdk.client.call]]
method = "tell"
role = "send"
parameters = ["event", "properties"]
bags = ["properties"]

[[sdk.client.option]]
path = "privacy.maskInputs"
type = "boolean"
concern = "unmasked-inputs"
default = [{ versions = "<2.0.0", value = false }, { versions = ">=2.0.0", value = true }]
risky = [{ is = false, severity = "error" }]
collects = "everything that staff type"
fix = "set it to true"
read = ["@acme/peekaboo@2.0.0"]
"""
OWN_SETUP = "import * as peekaboo from '@acme/peekaboo';\npeekaboo.start('k', { privacy: { maskInputs: false } });\npeekaboo.tell('seen', { password });\n"


def own_manifest(version: str) -> str:
    return POSTHOG.replace("posthog-js", "@acme/peekaboo").replace("1.449.2", version)


def test_own_tracker_is_found(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": own_manifest("2.1.0"), "src/app.js": OWN_SETUP, "trackaudit.toml": OWN})
    outcome = spawn(tmp_path, "check", "--format", "json")
    assert outcome.places("unmasked-inputs", "sensitive-property") == [
        ("src/app.js", 2, "unmasked-inputs"),
        ("src/app.js", 3, "sensitive-property"),
    ]
    [item] = [item for item in outcome.findings if item["rule"] == "unmasked-inputs"]
    assert (item["sdk"], item["severity"], item["confidence"], item["help"]) == ("peekaboo", "error", "high", "set it to true")
    assert "everything that staff type" in item["message"]
    assert outcome.code == 1


def test_own_tracker_in_pyproject(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": own_manifest("2.1.0"), "src/app.js": OWN_SETUP, "pyproject.toml": in_pyproject(OWN)})
    assert ("src/app.js", 2, "unmasked-inputs") in spawn(tmp_path, "check", "--format", "json").places()


@pytest.mark.parametrize(("version", "lines"), [("1.9.0", [2]), ("2.0.0", []), ("^1.2.0", [2])])
def test_own_trackers_default_depends_on_the_version(tmp_path: Path, version: str, lines: list[int]) -> None:
    code = OWN_SETUP.replace("maskInputs: false", "")
    project(tmp_path, {"package.json": own_manifest(version), "src/app.js": code, "trackaudit.toml": OWN})
    outcome = spawn(tmp_path, "check", "--format", "json", "--select", "unmasked-inputs")
    assert [(item["line"], item["confidence"]) for item in outcome.findings] == [(line, "high") for line in lines]


def test_own_tracker_in_worker_processes(tmp_path: Path) -> None:
    """Big enough a project for the files to be analysed in several processes."""
    filler = "export const filler = [\n" + "  'some text that takes room',\n" * 30_000 + "];\n"
    files = {f"src/{name}.js": OWN_SETUP + filler for name in "abc"}
    project(tmp_path, {"package.json": own_manifest("2.1.0"), "trackaudit.toml": OWN, **files})
    outcome = spawn(tmp_path, "check", "--format", "json", "--jobs", "2", "--select", "unmasked-inputs")
    assert outcome.places() == [(f"src/{name}.js", 2, "unmasked-inputs") for name in "abc"]


def test_own_tracker_as_a_selection(tmp_path: Path) -> None:
    table = 'select = ["peekaboo"]\n[severity]\nunmasked-inputs = "warning"\n'
    project(
        tmp_path,
        {"package.json": own_manifest("2.1.0"), "src/app.js": OWN_SETUP, "src/b.js": UNMASKED, "trackaudit.toml": table + OWN},
    )
    outcome = spawn(tmp_path, "check", "--format", "json", "--deselect", "sensitive-property")
    assert [(item["path"], item["rule"], item["severity"]) for item in outcome.findings] == [
        ("src/app.js", "unmasked-inputs", "warning")
    ]
    assert spawn(tmp_path, "check", "--deselect", "peekaboo", "--select", "posthog").code == 1


def test_own_tracker_is_nobody_elses(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": own_manifest("2.1.0"), "src/app.js": OWN_SETUP})
    assert spawn(tmp_path, "check", "--format", "json").findings == []
    assert spawn(tmp_path, "check", "--select", "peekaboo").code == 2


def test_own_trackers_of_two_projects_in_one_run(tmp_path: Path) -> None:
    """Each project has its own catalogue, also where one process audits both."""
    own = {"package.json": own_manifest("2.1.0"), "src/app.js": OWN_SETUP}
    project(tmp_path / "a", {**own, "trackaudit.toml": ""})
    project(tmp_path / "b", {**own, "trackaudit.toml": OWN})
    project(tmp_path / "c", {"package.json": POSTHOG, "src/app.js": UNMASKED, "trackaudit.toml": ""})
    arguments = ("check", "--format", "json", "--select", "unmasked-inputs", "--no-cache")
    expected = [("b/src/app.js", 2, "unmasked-inputs"), ("c/src/app.js", 2, "unmasked-inputs")]
    for order in (("a", "b", "c"), ("c", "b", "a"), ("b", "c", "a")):
        assert spawn(tmp_path, *arguments, *order).places() == expected, order


def test_a_changed_record_is_not_answered_from_the_cache(tmp_path: Path) -> None:
    project(
        tmp_path,
        {"package.json": own_manifest("2.1.0"), "src/app.js": OWN_SETUP, "trackaudit.toml": OWN.replace('"start"', '"begin"')},
    )
    arguments = ("check", "--format", "json", "--select", "unmasked-inputs")
    assert spawn(tmp_path, *arguments).findings == []
    project(tmp_path, {"trackaudit.toml": OWN})
    assert spawn(tmp_path, *arguments).places() == [("src/app.js", 2, "unmasked-inputs")]


def test_mistakes_in_an_own_record_come_together(tmp_path: Path) -> None:
    record = (
        OWN.replace('role = "setup"', 'role = "setp"')
        .replace("risky = [{ is = false", "risky = [{ iz = false")
        .replace('concern = "unmasked', 'concern = "unmaskd')
    )
    project(
        tmp_path,
        {
            "trackaudit.toml": record.replace('title = "Peekaboo"\n', 'titel = "Peekaboo"\n')
            + 'needs = [{ option = "privacy.maskInput", is = true }]\n'
        },
    )
    lines = mistakes(tmp_path)
    for word in ('"title"', '"setup"', "'iz'", '"unmasked-inputs"', '"privacy.maskInputs"'):
        assert [line for line in lines if word in line], (word, lines)
    assert all("sdk[0]" in line for line in lines)


@pytest.mark.parametrize(
    "table", [OWN + OWN, OWN.replace('sdk = "peekaboo"', 'sdk = "posthog"')], ids=["twice", "one that ships"]
)
def test_own_record_may_not_take_a_name_that_is_taken(tmp_path: Path, table: str) -> None:
    """Neither of two records of one name may silently replace the other."""
    project(tmp_path, {"trackaudit.toml": table})
    name = "posthog" if "posthog" in table else "peekaboo"
    assert any(name in line for line in mistakes(tmp_path))


# --- mistakes -------------------------------------------------------------------------------------------------


def test_mistakes_come_together_with_suggestions(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "trackaudit.toml": """
fail_on = "error"
profile = "strick"
select = ["unmasked-input", "replay-unmaskd", "sentri"]
exclude = "legacy/"
max-size = "1 MB"
javascript-parser = "esprma"
deselect = [1]

[severity]
unmasked-inputs = "fatal"
unmasked-text = "warnin"
autocaptur = "note"

[per-path-deselect]
"docs/*" = ["autocaptur"]

[[ignore]]
rule = "tls-of"
reason = "x"
"""
        },
    )
    lines = mistakes(tmp_path)
    for words in (
        ("'fail_on'", '"fail-on"'), ("'strick'", '"strict"'), ("'unmasked-input'", '"unmasked-inputs"'), ("'replay-unmaskd'", '"replay-unmasked"'),
        ("'sentri'", '"sentry"'), ("exclude",), ("max-size",), ("'esprma'", '"esprima"'), ("deselect",), ("'fatal'",), ("'warnin'", '"warning"'),
        ("severity", "'autocaptur'", '"autocapture"'), ("per-path-deselect", "'autocaptur'", '"autocapture"'), ("'tls-of'", '"tls-off"'), ("ignore[0]", "path"),
    ):  # fmt: skip
        assert [line for line in lines if all(word in line for word in words)], (words, lines)


@pytest.mark.parametrize(
    "text",
    ["profile = ", "profile = 'strict'\nprofile = 'strict'\n", b"profile = '\xff'"],
    ids=["half a line", "twice", "not UTF-8"],
)
def test_a_file_that_is_no_toml(tmp_path: Path, text: str | bytes) -> None:
    project(tmp_path, {"trackaudit.toml": text})
    assert len(mistakes(tmp_path)) == 1


@pytest.mark.parametrize(("name", "text"), [
    ("pyproject.toml", "[tool]\ntrackaudit = 3\n"), ("pyproject.toml", "tool = 'trackaudit'\n"), ("trackaudit.toml", "ignore = 3\n"),
    ("trackaudit.toml", "ignore = [3]\n"), ("trackaudit.toml", "severity = ['error']\n"), ("trackaudit.toml", "per-path-deselect = 'x'\n"),
    ("trackaudit.toml", "[per-path-deselect]\n'x' = 'y'\n"), ("trackaudit.toml", "sdk = 'x'\n"), ("trackaudit.toml", "sdk = ['x']\n"),
    ("trackaudit.toml", "[[sdk]]\nsdk = 'x'\n"), ("trackaudit.toml", "[[sdk]]\nsdk = 'x'\ntitle='x'\nurl='x'\nclient = ['x']\n"),
    ("trackaudit.toml", "[[sdk]]\nsdk = 'x'\ntitle='x'\nurl='x'\nclient = 'x'\n"), ("trackaudit.toml", "max-size = true\n"), ("trackaudit.toml", "max-size = -1\n"),
    ("trackaudit.toml", "exclude = ['!']\n"), ("trackaudit.toml", "max-size = inf\n"),
    ("trackaudit.toml", "[[ignore]]\nrule = 'tls-off'\npath = 'x'\nreason = 'x'\nuntil = 2027-01-31T10:00:00\n"),
])  # fmt: skip
def test_values_of_the_wrong_kind_are_mistakes(tmp_path: Path, name: str, text: str) -> None:
    project(tmp_path, {name: text})
    assert mistakes(tmp_path, name)


def test_mistakes_end_the_run_before_anything_is_reported(tmp_path: Path) -> None:
    project(tmp_path, {**OTHERS, "trackaudit.toml": "fail_on = 'error'\nprofile = 'strick'\n"})
    outcome = spawn(tmp_path, "check")
    assert (outcome.code, outcome.out) == (2, "")
    assert '"fail-on"' in outcome.err
    assert '"strict"' in outcome.err
    assert "Traceback" not in outcome.err


def test_the_schema_is_that_of_the_configuration(tmp_path: Path) -> None:
    """The JSON Schema in the documentation has the keys that the tool takes, and takes what it takes."""
    import json
    import tomllib

    from jsonschema import Draft202012Validator

    schema = json.loads((ROOT / "docs/trackaudit.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    given = json.loads(json.dumps(tomllib.loads(EVERY_KEY), default=str))
    assert set(given) | {"sdk"} == set(schema["properties"])
    validator = Draft202012Validator(schema)
    assert [error.message for error in validator.iter_errors(given)] == []
    for wrong in ({"fail-on": "fatal"}, {"max-size": 0}, {"ignore": [{"rule": "tls-off", "reason": "x"}]}, {"selekt": []}):
        assert not validator.is_valid(wrong)
        project(tmp_path, {"trackaudit.toml": _toml(wrong)})
        with pytest.raises(ConfigError):
            load(str(tmp_path))


def _toml(table: dict[str, object]) -> str:
    lines = []
    for key, value in table.items():
        if isinstance(value, list) and value:
            lines += [f"[[{key}]]", *(f"{name} = '{text}'" for name, text in value[0].items())]
        else:
            lines.append(f"{key} = {value!r}")
    return "\n".join(lines) + "\n"
