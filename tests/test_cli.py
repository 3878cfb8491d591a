"""The command as people and pipelines meet it: exit codes, paths, standard input, formats, and what goes to which stream."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from tests.command import MASKED, PII, POSTHOG, UNMASKED, Outcome, check, environment, project, run, run_git, spawn
from trackaudit import __version__
from trackaudit.findings import CATEGORIES, CONFIDENCES, SEVERITIES
from trackaudit.report.sdks import page
from trackaudit.rules import RULES
from trackaudit.sdks.catalogue import Catalogue

RISKY = {"package.json": POSTHOG, "src/app.js": UNMASKED}
SAFE = {"package.json": POSTHOG, "src/app.js": MASKED}
LOWERED = '[severity]\nunmasked-inputs = "warning"\n'
FOUND = [("src/app.js", 2, "unmasked-inputs")]


def assert_explained(outcome: Outcome, *words: str) -> None:
    """Exit code 2, the reason on standard error, no report and no traceback."""
    assert outcome.code == 2
    assert outcome.out == ""
    assert "Traceback" not in outcome.err
    assert "internal error" not in outcome.err
    for word in words:
        assert word in outcome.err


# --- exit codes -----------------------------------------------------------------------------------------------


def test_clean_project_exits_0(tmp_path: Path) -> None:
    outcome = run(project(tmp_path, SAFE), "check")
    assert outcome.code == 0
    assert outcome.out


def test_findings_exit_1(tmp_path: Path) -> None:
    outcome = check(project(tmp_path, RISKY))
    assert outcome.code == 1
    assert outcome.places() == FOUND


@pytest.mark.parametrize(
    "files", [{}, {"notes.md": "posthog"}, {"src/main.rs": "fn main() {}"}], ids=["empty", "prose", "other language"]
)
def test_no_auditable_file_exits_0_and_says_so(tmp_path: Path, files: dict[str, str]) -> None:
    project(tmp_path, files, git=True)
    assert check(tmp_path).json["summary"]["files"] == 0
    nothing, clean = run(tmp_path, "check"), run(project(tmp_path / "other", SAFE), "check")
    assert nothing.code == 0
    assert nothing.out.splitlines()[0].split(".")[0] != clean.out.splitlines()[0].split(".")[0]


def test_exit_zero_hides_findings_from_the_exit_code_only(tmp_path: Path) -> None:
    outcome = check(project(tmp_path, RISKY), "--exit-zero")
    assert outcome.code == 0
    assert outcome.places() == FOUND


def test_exit_zero_does_not_hide_mistakes(tmp_path: Path) -> None:
    project(tmp_path, {**RISKY, "bad.js": b"posthog.init('\xff')"})
    assert check(tmp_path, "--exit-zero").code == 2
    assert run(tmp_path, "check", "--exit-zero", "nowhere.js").code == 2


@pytest.mark.parametrize(("severity", "fail_on", "code"), [
    ("error", "error", 1), ("error", "note", 1), ("warning", "warning", 1), ("warning", "error", 0), ("note", "warning", 0),
])  # fmt: skip
def test_fail_on(tmp_path: Path, severity: str, fail_on: str, code: int) -> None:
    project(tmp_path, {**RISKY, "trackaudit.toml": f'[severity]\nunmasked-inputs = "{severity}"\n'})
    outcome = check(tmp_path, "--select", "unmasked-inputs", "--fail-on", fail_on)
    assert [item["severity"] for item in outcome.findings] == [severity]
    assert outcome.code == code


def test_fail_on_is_a_warning_by_default(tmp_path: Path) -> None:
    project(tmp_path, {**RISKY, "trackaudit.toml": LOWERED})
    assert check(tmp_path).code == 1


def test_fail_on_looks_at_what_the_profile_shows(tmp_path: Path) -> None:
    project(tmp_path, {**RISKY, "trackaudit.toml": '[severity]\nunmasked-inputs = "note"\n'})
    arguments = ("--select", "unmasked-inputs", "--fail-on", "note")
    assert check(tmp_path, *arguments).code == 0
    assert check(tmp_path, *arguments, "--profile", "strict").code == 1


def test_each_project_is_judged_by_its_own_configuration(tmp_path: Path) -> None:
    """One run over two projects: what one of them tolerates does not excuse the other."""
    project(tmp_path / "a", {**RISKY, "trackaudit.toml": LOWERED})
    project(tmp_path / "b", {**SAFE, "trackaudit.toml": 'fail-on = "error"\n'})
    assert check(tmp_path, "a").code == 1
    assert check(tmp_path, "b").code == 0
    assert check(tmp_path, "a", "b").code == 1
    assert check(tmp_path, "b", "a").code == 1


def test_missing_paths_are_all_named(tmp_path: Path) -> None:
    project(tmp_path, RISKY)
    assert_explained(run(tmp_path, "check", "src", "gone.js", "lost/there.py"), "gone.js", "lost/there.py")


@pytest.mark.parametrize(
    ("written", "meant"), [("unmasked-input", "unmasked-inputs"), ("form-captur", "form-capture"), ("posthg", "posthog")]
)
@pytest.mark.parametrize("option", ["--select", "--deselect"])
def test_unknown_selection_is_refused_with_a_suggestion(tmp_path: Path, option: str, written: str, meant: str) -> None:
    project(tmp_path, RISKY)
    assert_explained(run(tmp_path, "check", option, written), repr(written), f'"{meant}"')


def test_mistakes_on_the_command_line_come_together(tmp_path: Path) -> None:
    project(tmp_path, RISKY)
    assert_explained(run(tmp_path, "check", "--select", "unmasked-input", "--deselect", "posthg"), "unmasked-input", "posthg")


def test_mistakes_in_the_configuration_come_together(tmp_path: Path) -> None:
    project(
        tmp_path,
        {**RISKY, "trackaudit.toml": 'fail_on = "error"\nprofile = "strct"\nselect = ["unmasked-input"]\nmax-size = "big"\n'},
    )
    assert_explained(run(tmp_path, "check"), "fail-on", '"strict"', '"unmasked-inputs"', "max-size", "trackaudit.toml")


@pytest.mark.parametrize("arguments", [
    ("--format", "xml"), ("--fail-on", "fatal"), ("--no-such-option",), ("--now", "tomorrow"), ("--max-size", "much"), ("--profile", "lax"),
    ("--exclude", "!"), ("--include", "!"),
], ids=" ".join)  # fmt: skip
def test_bad_options_exit_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    project(tmp_path, RISKY)
    assert_explained(run(tmp_path, "check", *arguments), arguments[0])


def test_unreadable_file_exits_2_with_the_rest_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, {**RISKY, "src/secret.js": UNMASKED})
    real = os.open

    def refusing(path: Any, *arguments: Any, **options: Any) -> int:
        if str(path).endswith("secret.js"):
            raise PermissionError(13, "Permission denied", path)
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "open", refusing)
    outcome = check(tmp_path)
    assert outcome.code == 2
    assert outcome.places() == FOUND
    [error] = outcome.json["errors"]
    assert error["path"] == "src/secret.js"
    assert "Permission denied" in error["message"]
    assert "src/secret.js" in run(tmp_path, "check").out


def test_internal_error_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, RISKY)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("not today")

    monkeypatch.setattr("trackaudit.audit.audit", broken)
    outcome = run(tmp_path, "check")
    assert outcome.code == 2
    assert "not today" in outcome.err
    assert len(outcome.err.splitlines()) == 1
    with pytest.raises(ZeroDivisionError):
        run(tmp_path, "check", "--traceback")


# --- paths ----------------------------------------------------------------------------------------------------


def test_explicit_file_is_reported_with_the_project_around_it_read(tmp_path: Path) -> None:
    """The version that makes the difference stands in a manifest that was not named."""
    old = POSTHOG.replace("1.449.2", "1.20.0")
    project(tmp_path, {"package.json": old, "src/app.js": UNMASKED.replace("maskAllInputs: false", ""), "src/other.js": UNMASKED})
    outcome = check(tmp_path, "src/app.js", "--select", "unmasked-inputs")
    assert {item["path"] for item in outcome.findings} == {"src/app.js"}
    assert any(place["path"] == "package.json" for item in outcome.findings for place in item["related"])


def test_folder_as_path(tmp_path: Path) -> None:
    project(tmp_path, {**RISKY, "lib/app.js": UNMASKED, "src2/app.js": UNMASKED})
    for name in ("src", "src/", "./src", str(tmp_path / "src")):
        assert check(tmp_path, name).places() == FOUND


def test_a_file_named_twice_is_reported_once(tmp_path: Path) -> None:
    project(tmp_path, RISKY)
    outcome = check(tmp_path, "src/app.js", "src", "./src/app.js", "package.json")
    assert outcome.places() == FOUND
    assert outcome.json["summary"]["files"] == 2


def test_paths_are_relative_to_the_working_directory(tmp_path: Path) -> None:
    project(tmp_path, {**RISKY, "lib/app.js": UNMASKED}, git=True)
    assert check(tmp_path / "src").places() == [("app.js", 2, "unmasked-inputs")]
    outside = check(tmp_path / "src", "..")
    assert [item[0] for item in outside.places()] == [f"{tmp_path.resolve().as_posix()}/lib/app.js", "app.js"]
    # The manifest lies outside of the working directory too.
    assert {place["path"] for item in outside.findings for place in item["related"]} == {
        f"{tmp_path.resolve().as_posix()}/package.json"
    }


def test_path_outside_the_working_directory(tmp_path: Path) -> None:
    project(tmp_path / "far", RISKY)
    here = project(tmp_path / "here", {"trackaudit.toml": ""})
    expected = f"{(tmp_path / 'far').resolve().as_posix()}/src/app.js"
    for name in ("../far", str(tmp_path / "far"), "../far/src/app.js"):
        assert [item[0] for item in check(here, name).places()] == [expected]


@pytest.mark.parametrize(
    "name", ["with space.js", 'it\'s "quoted".js', "größe-日本-🙂.js", "-dash.js", "a&b;c$(d).js", "100%.js", "sub dir/[x]{y}.js"]
)
@pytest.mark.parametrize("git", [False, True], ids=["plain", "git"])
def test_unusual_names(tmp_path: Path, name: str, git: bool) -> None:
    project(tmp_path, {"package.json": POSTHOG, name: UNMASKED}, git)
    expected = [(name, 2, "unmasked-inputs")]
    assert check(tmp_path).places() == expected
    assert check(tmp_path, "--", name).places() == expected
    assert name in run(tmp_path, "check").out


@pytest.mark.parametrize("format_name", ["text", "json", "sarif", "github"])
@pytest.mark.parametrize("to_file", [False, True], ids=["stdout", "file"])
def test_name_that_is_no_unicode(tmp_path: Path, format_name: str, to_file: bool) -> None:
    """Git repositories hold such names; the whole report must not be lost over one."""
    project(tmp_path, RISKY)
    with open(os.fsencode(tmp_path) + b"/src/caf\xe9.js", "w") as file:
        file.write(UNMASKED)
    outcome = spawn(tmp_path, "check", "--format", format_name, *(("--output", "report") if to_file else ()))
    report = (tmp_path / "report").read_text() if to_file else outcome.out
    assert outcome.code == 1
    assert outcome.err == ""
    assert "src/app.js" in report
    assert "caf" in report


def test_paths_through_a_linked_folder(tmp_path: Path) -> None:
    project(tmp_path / "real", RISKY)
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    outcome = check(tmp_path, "link")
    assert [
        (item["rule"], Path(tmp_path, item["path"]).resolve()) for item in outcome.findings if item["severity"] == "error"
    ] == [("unmasked-inputs", (tmp_path / "real/src/app.js").resolve())]


def test_two_projects_in_one_run(tmp_path: Path) -> None:
    for name, git in (("a", True), ("b", False)):
        project(tmp_path / name, RISKY, git)
    outcome = check(tmp_path, "b", "a")
    assert outcome.places() == [("a/src/app.js", 2, "unmasked-inputs"), ("b/src/app.js", 2, "unmasked-inputs")]
    assert outcome.json["summary"]["files"] == 4


# --- standard input -------------------------------------------------------------------------------------------


def test_stdin_stands_in_for_a_file(tmp_path: Path) -> None:
    """The project's manifest pins the version under which nothing written means that inputs are recorded."""
    unwritten = "import posthog from 'posthog-js';\nposthog.init('k', { session_recording: {} });\n"
    project(tmp_path, {**SAFE, "src/other.js": UNMASKED})
    arguments = ("-", "--stdin-filename", "src/app.js", "--select", "unmasked-inputs")
    assert check(tmp_path, *arguments, stdin=UNMASKED).places() == FOUND
    assert check(tmp_path, *arguments, stdin=unwritten).places() == []
    project(tmp_path, {"package.json": POSTHOG.replace("1.449.2", "1.20.0")})
    outcome = check(tmp_path, *arguments, stdin=unwritten)
    assert outcome.code == 1
    assert {(item["path"], item["line"]) for item in outcome.findings} == {("src/app.js", 2)}
    assert {(place["path"], place["line"]) for item in outcome.findings for place in item["related"]} == {("package.json", 3)}


def test_stdin_hides_the_bytes_on_disk(tmp_path: Path) -> None:
    project(tmp_path, RISKY)
    outcome = check(tmp_path, "-", "--stdin-filename", "src/app.js", stdin=MASKED)
    assert outcome.places() == []
    assert outcome.code == 0


@pytest.mark.parametrize("name", ["src/new.js", "new/folder/page.js"])
def test_stdin_may_name_a_file_that_is_not_there_yet(tmp_path: Path, name: str) -> None:
    project(tmp_path, SAFE, git=True)
    assert check(tmp_path, "-", "--stdin-filename", name, stdin=UNMASKED).places() == [(name, 2, "unmasked-inputs")]


def test_stdin_as_a_manifest(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": '{"dependencies": {"mixpanel-browser": "2.41.0"}}'})
    leaking = '{\n  "dependencies": {\n    "mixpanel-browser": "2.13.0"\n  }\n}\n'
    outcome = check(tmp_path, "-", "--stdin-filename", "package.json", stdin=leaking)
    assert outcome.places() == [("package.json", 3, "vulnerable-sdk")]


def test_stdin_by_an_absolute_name_from_elsewhere(tmp_path: Path) -> None:
    project(tmp_path / "there", SAFE, git=True)
    here = project(tmp_path / "here", {})
    name = str((tmp_path / "there/src/app.js").resolve())
    assert check(here, "-", "--stdin-filename", name, stdin=UNMASKED).places() == [(name, 2, "unmasked-inputs")]


@pytest.mark.parametrize(
    "arguments",
    [("-",), ("-", "src", "--stdin-filename", "x.js"), ("src", "--stdin-filename", "x.js"), ("--stdin-filename", "x.js")],
    ids=" ".join,
)
def test_stdin_misuse(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    project(tmp_path, RISKY)
    assert_explained(
        run(tmp_path, "check", *arguments, stdin=UNMASKED),
        "--stdin-filename" if arguments != ("-", "src", "--stdin-filename", "x.js") else "-",
    )


def test_stdin_in_a_real_pipe(tmp_path: Path) -> None:
    project(tmp_path, SAFE)
    outcome = spawn(tmp_path, "check", "--format", "json", "-", "--stdin-filename", "src/app.js", stdin=UNMASKED.encode())
    assert outcome.places() == FOUND
    assert outcome.code == 1


# --- JSON -----------------------------------------------------------------------------------------------------

FINDING_KEYS = {
    "rule", "category", "sdk", "severity", "confidence", "path", "line", "column", "end_line", "end_column",
    "message", "help", "url", "related", "fingerprint", "fix",
}  # fmt: skip


def test_json_has_every_key(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            **RISKY,
            "broken.py": "import sentry_sdk\nsentry_sdk.init(send_default_pii=True)\ndef broken(:\n",
            "src/half.js": UNMASKED + "const x = {{",
        },
    )
    document = check(tmp_path, "--profile", "strict").json
    assert document["version"] == 1
    assert document["tool"] == {"name": "trackaudit", "version": __version__}
    assert document["summary"].keys() >= {"files", "parsed", "skipped", "findings", "suppressed", "baselined", "unresolved"}
    assert all(type(number) is int for number in document["summary"].values())
    assert document["summary"]["findings"] == len(document["findings"]) > 3
    for item in document["findings"]:
        assert item.keys() >= FINDING_KEYS
        assert item["rule"] in {rule.id for rule in RULES}
        assert item["category"] in CATEGORIES
        assert item["severity"] in SEVERITIES
        assert item["confidence"] in CONFIDENCES
        assert item["sdk"] is None or item["sdk"] in ("posthog", "sentry")
        assert 1 <= item["line"] <= item["end_line"]
        assert (item["line"], item["column"]) <= (item["end_line"], item["end_column"])
        assert item["message"]
        assert isinstance(item["help"], str)
        assert item["url"] is None or item["url"].startswith("https://")
        assert item["fix"] is None or item["fix"].keys() >= {"title", "safe", "edits"}
        for place in item["related"]:
            assert place.keys() >= {"path", "line", "column", "message"}
    assert {error["path"] for error in document["errors"]} == {"broken.py", "src/half.js"}
    for error in document["errors"]:
        assert error.keys() >= {"path", "kind", "message", "line", "column"}
        assert error["line"] >= 1


def test_json_counts(tmp_path: Path) -> None:
    quiet = UNMASKED.replace("posthog.init", "// trackaudit: ignore[unmasked-inputs] -- an internal tool\nposthog.init")
    project(
        tmp_path,
        {
            **RISKY,
            "src/quiet.js": quiet,
            "src/plain.js": "export const x = 1;\n",
            "vendor/p.js": UNMASKED,
            "src/app.min.js": UNMASKED,
        },
    )
    summary = check(tmp_path, "--select", "unmasked-inputs").json["summary"]
    assert summary == {**summary, "files": 4, "parsed": 2, "skipped": 2, "findings": 1, "suppressed": 1, "baselined": 0}


@pytest.mark.parametrize(
    "before", ["", "\t", "\t\t ", "let a = 'é'; ", "let a = '🙂🙂'; ", "let a = 'a\u0301'; ", "let a = '\u2028'; "], ids=ascii
)
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "BOM"])
def test_columns_count_code_points(tmp_path: Path, before: str, mark: str) -> None:
    line = f"{before}import posthog from 'posthog-js'; posthog.init('k', {{ session_recording: {{ maskAllInputs: false }} }});"
    project(tmp_path, {"package.json": POSTHOG, "src/app.js": mark + line})
    [item] = check(tmp_path, "--select", "unmasked-inputs").findings
    column = line.index("maskAllInputs") + 1
    assert (item["line"], item["column"], item["end_line"], item["end_column"]) == (1, column, 1, column + len("maskAllInputs"))


def test_columns_in_python(tmp_path: Path) -> None:
    line = "if True:\timport sentry_sdk; sentry_sdk.init(dsn='é🙂', send_default_pii=True)"
    project(tmp_path, {"app.py": "\ufeff" + line + "\n"}, git=True)
    [item] = [item for item in check(tmp_path).findings if item["rule"] == "default-pii"]
    column = line.index("send_default_pii") + 1
    assert (item["line"], item["column"], item["end_line"], item["end_column"]) == (
        1,
        column,
        1,
        column + len("send_default_pii"),
    )


def test_end_of_several_lines_is_exclusive(tmp_path: Path) -> None:
    page = "import mixpanel from 'mixpanel-browser';\nmixpanel.init('T', {});\nexport const Login = () => <input\n  type=\"password\"\n/>;\n"
    project(
        tmp_path,
        {"package.json": POSTHOG.replace("posthog-js", "mixpanel-browser").replace("1.449.2", "2.13.0"), "login.jsx": page},
    )
    [item] = check(tmp_path, "--select", "sensitive-input").findings
    start = "export const Login = () => "
    assert (item["line"], item["column"], item["end_line"], item["end_column"]) == (3, len(start) + 1, 5, 3)


def test_findings_are_in_order(tmp_path: Path) -> None:
    both = UNMASKED + UNMASKED.splitlines()[1] + "\n"
    project(
        tmp_path,
        {"package.json": POSTHOG, "b.js": both, "a/z.js": both, "a.js": both, "a-b/x.js": both, "B.js": both, "app.py": PII},
    )
    findings = check(tmp_path, "--profile", "strict").findings
    assert len({item["path"] for item in findings}) == 6
    assert findings == sorted(findings, key=lambda item: (item["path"], item["line"], item["column"], item["rule"]))
    assert findings == check(tmp_path, "--profile", "strict", "--no-cache", "--jobs", "2").findings


def test_related_locations(tmp_path: Path) -> None:
    code = "import posthog from 'posthog-js';\nconst masked = false;\nposthog.init('k', { session_recording: { maskAllInputs: masked } });\n"
    project(tmp_path, {"package.json": POSTHOG, "src/app.js": code})
    [item] = check(tmp_path, "--select", "unmasked-inputs").findings
    assert (item["line"], item["column"]) == (3, code.splitlines()[2].index("maskAllInputs") + 1)
    assert ("src/app.js", 2, 16) in {(place["path"], place["line"], place["column"]) for place in item["related"]}
    assert all(place["message"] for place in item["related"])


def fingerprints(outcome: Outcome) -> list[str]:
    return [item["fingerprint"] for item in outcome.findings]


def test_fingerprints_survive_moved_lines(tmp_path: Path) -> None:
    project(tmp_path, {**RISKY, "app.py": PII})
    before = check(tmp_path)
    project(
        tmp_path,
        {
            "src/app.js": "// a line\n\nconst other = 1;\n" + UNMASKED,
            "app.py": '"""Docs."""\n\n' + PII,
            "package.json": POSTHOG.replace("{\n", '{\n  "name": "x",\n', 1),
        },
    )
    after = check(tmp_path)
    assert [item["line"] for item in after.findings] != [item["line"] for item in before.findings]
    assert fingerprints(after) == fingerprints(before)


def test_fingerprints_do_not_depend_on_where_the_project_lies(tmp_path: Path) -> None:
    for name in ("one", "two/deeper"):
        project(tmp_path / name, RISKY, git=True)
    expected = fingerprints(check(tmp_path / "one"))
    assert fingerprints(check(tmp_path / "two/deeper")) == expected
    assert fingerprints(check(tmp_path, "one")) == expected
    assert fingerprints(check(tmp_path / "one/src", "..")) == expected


def test_fingerprints_tell_findings_apart(tmp_path: Path) -> None:
    twice = UNMASKED + UNMASKED.splitlines()[1] + "\nfunction later() {\n" + UNMASKED.splitlines()[1] + "\n}\n"
    project(tmp_path, {"package.json": POSTHOG, "a.js": twice, "b.js": twice})
    outcome = check(tmp_path, "--select", "unmasked-inputs")
    assert len(outcome.findings) == 6
    assert len(set(fingerprints(outcome))) == 6


def test_a_suppression_does_not_change_another_findings_fingerprint(tmp_path: Path) -> None:
    setup = UNMASKED.splitlines()[1]
    project(tmp_path, {"package.json": POSTHOG, "a.js": f"{UNMASKED}{setup}\n"})
    first, second = fingerprints(check(tmp_path, "--select", "unmasked-inputs"))
    project(tmp_path, {"a.js": UNMASKED.rstrip() + f" // trackaudit: ignore[unmasked-inputs] -- internal\n{setup}\n"})
    assert fingerprints(check(tmp_path, "--select", "unmasked-inputs")) == [second]
    assert fingerprints(check(tmp_path, "--select", "unmasked-inputs", "--show-suppressed")) == [first, second]


def test_summary_counts_only_what_was_asked_for(tmp_path: Path) -> None:
    """PATHS choose what is reported; the rest of the project is read, but not told."""
    project(tmp_path, {**RISKY, "tests/app.js": UNMASKED, "vendor/p.js": UNMASKED, "lib/broken.py": b"import sentry_sdk\n\xff"})
    outcome = check(tmp_path, "src")
    assert outcome.code == 1
    assert outcome.json["errors"] == []
    assert outcome.json["summary"] == {**outcome.json["summary"], "files": 1, "skipped": 0}


# --- streams and colour ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_name", ["text", "json", "sarif", "github"])
def test_stdout_holds_only_the_report(tmp_path: Path, format_name: str) -> None:
    outcome = spawn(project(tmp_path, RISKY), "check", "--format", format_name)
    assert outcome.err == ""
    assert outcome.code == 1
    assert "\x1b" not in outcome.out
    assert outcome.out.endswith("\n")
    if format_name in ("json", "sarif"):
        json.loads(outcome.out)
    elif format_name == "github":
        assert all(line.startswith("::") for line in outcome.out.splitlines())


def test_source_text_cannot_smuggle_escape_codes(tmp_path: Path) -> None:
    """The culprit's line is shown; what it holds must not reach the terminal as commands."""
    code = UNMASKED.replace("'k'", "'\x1b[2J\x1b]0;owned\x07\x9b'")
    project(tmp_path, {"package.json": POSTHOG, "src/app.js": code, "src/\x1b[31mred.js": UNMASKED})
    out = run(tmp_path, "check").out
    assert "maskAllInputs" in out
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", out)


def in_terminal(folder: Path, *arguments: str, **env: str) -> str:
    """What the command writes where standard output is a terminal."""
    import pty

    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "trackaudit", *arguments], cwd=folder, env=environment(TERM="xterm-256color", **env),
        stdin=subprocess.DEVNULL, stdout=slave, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(slave)
    chunks = []
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # Linux says EIO where the other side is closed
            break
        if not chunk:
            break
        chunks.append(chunk)
    os.close(master)
    process.communicate()
    return b"".join(chunks).decode()


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_colour_is_for_terminals(tmp_path: Path) -> None:
    project(tmp_path, RISKY)
    coloured = in_terminal(tmp_path, "check")
    assert "\x1b[" in coloured
    plain = in_terminal(tmp_path, "check", NO_COLOR="1")
    assert "\x1b" not in plain
    # A line of a source may be wider than the terminal: the words are the same, coloured or not.
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured).split() == plain.split() == run(tmp_path, "check").out.split()
    assert "\x1b" not in in_terminal(tmp_path, "explain", "unmasked-inputs", NO_COLOR="1")


def test_no_color_wins(tmp_path: Path) -> None:
    project(tmp_path, RISKY)
    assert "\x1b" not in run(tmp_path, "check", NO_COLOR="1", FORCE_COLOR="1").out


def test_sentences_are_broken_to_fit_a_terminal(tmp_path: Path) -> None:
    project(tmp_path, {"app.js": UNMASKED, "app.py": PII})
    plain = run(tmp_path, "check").out
    coloured = re.sub(r"\x1b\[[0-9;]*m", "", run(tmp_path, "check", FORCE_COLOR="1", COLUMNS="60").out)
    assert coloured.split() == plain.split()
    assert any(line.startswith("    ") and "|" not in line for line in coloured.splitlines())
    sentences = [line for line in coloured.splitlines() if not re.search(r"\||https:|^\S", line)]
    assert max(map(len, sentences)) <= 60
    assert max(map(len, plain.splitlines())) > 80  # what is no terminal gets a line for each, for other programs


def test_closed_pipe_is_no_error(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": POSTHOG, "src/app.js": UNMASKED + UNMASKED.splitlines()[1] * 2000})
    process = subprocess.Popen(
        [sys.executable, "-m", "trackaudit", "check", "--format", "json"], cwd=tmp_path, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    errors = process.stderr.read().decode()
    process.wait()
    process.stderr.close()
    assert errors == ""


def test_nothing_is_written_that_was_not_asked_for(tmp_path: Path) -> None:
    project(tmp_path / "p", {**RISKY, "app.py": PII}, git=True)
    run_git(tmp_path / "p", "add", ".")

    def everything() -> dict[str, bytes]:
        return {path.as_posix(): path.read_bytes() for path in (tmp_path / "p").rglob("*") if path.is_file()}

    before = everything()
    with tempfile.TemporaryDirectory() as home:
        outcome = spawn(tmp_path / "p", "check", HOME=home, XDG_CACHE_HOME=f"{home}/cache")
        assert outcome.code == 1
        written = [path for path in Path(home).rglob("*") if path.is_file()]
        assert all(path.is_relative_to(f"{home}/cache/trackaudit") for path in written)
    with tempfile.TemporaryDirectory() as home:
        assert spawn(tmp_path / "p", "check", "--no-cache", HOME=home, XDG_CACHE_HOME=f"{home}/cache").code == 1
        assert list(Path(home).rglob("*")) == []
    assert everything() == before


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    project(tmp_path, {**RISKY, "app.py": PII})
    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    for format_name in ("text", "json", "sarif", "github"):
        assert run(tmp_path, "check", "--no-cache", "--format", format_name).code == 1


# --- output, suppressions, dates ------------------------------------------------------------------------------


@pytest.mark.parametrize("format_name", ["text", "json", "sarif", "github"])
def test_output_file_holds_what_stdout_would(tmp_path: Path, format_name: str) -> None:
    project(tmp_path, {"package.json": POSTHOG, "src/größe.js": UNMASKED})
    shown = run(tmp_path, "check", "--format", format_name)
    outcome = run(tmp_path, "check", "--format", format_name, "--output", "report.out", FORCE_COLOR="1")
    assert (outcome.code, outcome.out, outcome.err) == (1, "", "")
    assert (tmp_path / "report.out").read_text(encoding="utf-8") == shown.out


@pytest.mark.parametrize("target", ["no/such/folder/report.json", "src"])
def test_output_that_cannot_be_written(tmp_path: Path, target: str) -> None:
    project(tmp_path, RISKY)
    assert_explained(run(tmp_path, "check", "--output", target), target)


QUIET = UNMASKED.replace(
    "posthog.init", "// trackaudit: ignore[unmasked-inputs] until 2027-01-31 -- an internal tool\nposthog.init"
)


def test_show_suppressed(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": POSTHOG, "src/app.js": QUIET})
    arguments = ("--select", "unmasked-inputs", "--now", "2027-01-01")
    hidden, shown = check(tmp_path, *arguments), check(tmp_path, *arguments, "--show-suppressed")
    assert hidden.findings == []
    assert [(item["rule"], item["suppressed"]) for item in shown.findings] == [("unmasked-inputs", "an internal tool")]
    for outcome in (hidden, shown):
        assert outcome.code == 0
        assert outcome.json["summary"] == {**outcome.json["summary"], "findings": 0, "suppressed": 1}
    text = ("check", *arguments)
    assert "an internal tool" in run(tmp_path, *text, "--show-suppressed").out
    assert "an internal tool" not in run(tmp_path, *text).out
    assert "1 suppressed" in run(tmp_path, *text).out


@pytest.mark.parametrize(("day", "code"), [("2027-01-30", 0), ("2027-01-31", 0), ("2027-02-01", 1)])
def test_now_fixes_the_day(tmp_path: Path, day: str, code: int) -> None:
    from datetime import datetime

    project(tmp_path, {"package.json": POSTHOG, "src/app.js": QUIET})
    assert check(tmp_path, "--now", day).code == code
    epoch = str(int(datetime.fromisoformat(day).replace(tzinfo=UTC, hour=12).timestamp()))
    assert check(tmp_path, SOURCE_DATE_EPOCH=epoch).code == code
    assert check(tmp_path, "--now", day, SOURCE_DATE_EPOCH="0").code == code
    assert check(tmp_path, "--now", day, SOURCE_DATE_EPOCH="4102444800").code == code


def test_the_day_is_today_otherwise(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "package.json": POSTHOG,
            "src/app.js": QUIET.replace("2027-01-31", "2999-12-31"),
            "src/b.js": QUIET.replace("2027-01-31", "2001-01-01"),
        },
    )
    assert {item[0] for item in check(tmp_path).places()} == {"src/b.js"}


# --- the other formats ----------------------------------------------------------------------------------------


def test_text_shows_the_line_and_the_culprit(tmp_path: Path) -> None:
    lines = run(
        project(tmp_path, {"package.json": POSTHOG, "src/app.js": UNMASKED.replace("'k'", "'日本'")}), "check"
    ).out.splitlines()
    assert any(line.startswith("src/app.js:2:") for line in lines)
    [at] = [number for number, line in enumerate(lines) if "maskAllInputs: false" in line]
    under, shown = lines[at + 1], lines[at]
    # Wide characters take two cells, so the marks stand two columns further right than by counting characters.
    assert under.index("^") == shown.index("maskAllInputs") + 2
    assert under.count("^") == len("maskAllInputs")


def test_text_folds_notes_into_one_line(tmp_path: Path) -> None:
    project(tmp_path, RISKY)
    folded = [item for item in check(tmp_path).findings if item["severity"] == "note"]
    text = run(tmp_path, "check").out
    assert folded
    assert all(item["message"] not in text for item in folded)
    assert sum("note" in line for line in text.splitlines()) == 1
    strict = run(tmp_path, "check", "--profile", "strict").out
    assert all(item["message"] in strict for item in folded)


def test_machine_formats_hold_the_same_findings(tmp_path: Path) -> None:
    """Notes are folded in text only: every other format lists them, in the default profile too."""
    project(tmp_path, {**RISKY, "app.py": PII})
    as_json = {(item["path"], item["line"], item["rule"]) for item in check(tmp_path).findings}
    sarif = run(tmp_path, "check", "--format", "sarif").json["runs"][0]["results"]
    places = [(result["locations"][0]["physicalLocation"], result["ruleId"]) for result in sarif]
    assert {(place["artifactLocation"]["uri"], place["region"]["startLine"], rule) for place, rule in places} == as_json
    github = run(tmp_path, "check", "--format", "github").out
    annotated = re.findall(r"^::\w+ file=([^,]*),line=(\d+).*?trackaudit%3A ([\w-]+)::", github, re.M)
    assert {(path, int(line), rule) for path, line, rule in annotated} == as_json


def test_github_annotations(tmp_path: Path) -> None:
    project(tmp_path, RISKY)
    outcome = run(tmp_path, "check", "--format", "github", "--select", "unmasked-inputs")
    [line] = outcome.out.splitlines()
    column = UNMASKED.splitlines()[1].index("maskAllInputs") + 1
    assert line.startswith(f"::error file=src/app.js,line=2,col={column},endLine=2")
    assert outcome.code == 1


@pytest.mark.parametrize("name", ["a,b.js", "a:b.js", "50%.js", "a,b:c%3A%0A.js", "new\nline.js"], ids=ascii)
def test_github_escapes_properties(tmp_path: Path, name: str) -> None:
    project(tmp_path, {"package.json": POSTHOG, name: UNMASKED})
    [line] = run(tmp_path, "check", "--format", "github", "--select", "unmasked-inputs").out.splitlines()
    match = re.fullmatch(r"::error file=([^,:]*),.*", line)
    assert match
    unescaped = match[1].replace("%3A", ":").replace("%2C", ",").replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
    assert unescaped == name


def test_github_escapes_messages(tmp_path: Path) -> None:
    code = "import posthog from 'posthog-js';\nif (share > 50 % total &&\n    asked) posthog.init('k', { session_recording: { maskAllInputs: false } });\n"
    project(tmp_path, {"package.json": POSTHOG, "src/app.js": code})
    [item] = check(tmp_path, "--select", "unmasked-inputs").findings
    [line] = run(tmp_path, "check", "--format", "github", "--select", "unmasked-inputs").out.splitlines()
    message = line.partition("::")[2].partition("::")[2].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
    assert message.startswith(item["message"])


def test_github_tells_of_files_that_were_not_read(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": POSTHOG, "bad.js": b"posthog.init('\xff')"})
    outcome = run(tmp_path, "check", "--format", "github")
    assert outcome.code == 2
    assert [line.split("::")[1] for line in outcome.out.splitlines()] == ["error file=bad.js"]


# --- the other commands ---------------------------------------------------------------------------------------


def test_version(tmp_path: Path) -> None:
    outcome = spawn(tmp_path, "--version")
    assert (outcome.code, outcome.out.split()) == (0, ["trackaudit", __version__])
    assert run(tmp_path, "-V").out == outcome.out


def test_help(tmp_path: Path) -> None:
    outcome = spawn(tmp_path, "--help")
    assert outcome.code == 0
    assert {"check", "explain", "rules"} <= set(outcome.out.split())
    page = run(tmp_path, "check", "--help").out
    for option in (
        "--format",
        "--fail-on",
        "--exit-zero",
        "--stdin-filename",
        "--show-suppressed",
        "--no-force-exclude",
        "--now",
    ):
        assert option in page
    for code in ("0", "1", "2"):
        assert re.search(rf"^\s*{code}  \S", page, re.M)


def test_no_command_or_an_unknown_one(tmp_path: Path) -> None:
    assert run(tmp_path).code in (0, 2)
    assert_explained(run(tmp_path, "chekc"), "chekc")


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_explain(tmp_path: Path, rule: str) -> None:
    from trackaudit.documentation import document
    from trackaudit.rules import BY_ID

    outcome = run(tmp_path, "explain", rule)
    page = document(BY_ID[rule])
    assert outcome.code == 0
    assert outcome.err == ""
    assert "\x1b" not in outcome.out
    for text in (
        rule,
        page.what,
        page.why,
        page.fix,
        *page.references,
        *(example.code.rstrip("\n") for example in (*page.risky, *page.safe)),
    ):
        assert text in outcome.out


def test_explain_an_unknown_rule(tmp_path: Path) -> None:
    assert_explained(run(tmp_path, "explain", "unmasked-input"), "'unmasked-input'", '"unmasked-inputs"')


def test_rules_lists_every_rule_with_its_category(tmp_path: Path) -> None:
    outcome = run(tmp_path, "rules")
    assert outcome.code == 0
    rows = [line.split(maxsplit=2) for line in outcome.out.splitlines()]
    assert rows == [[rule.id, rule.category, rule.summary] for rule in RULES]


# --- reading the catalogue ------------------------------------------------------------------------------------


def test_sdks_are_listed(tmp_path: Path) -> None:
    outcome = run(tmp_path, "sdks")
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.out.splitlines()] == sorted(Catalogue().tokens)


def test_an_sdk_is_shown_with_its_options(tmp_path: Path) -> None:
    outcome = run(tmp_path, "sdks", "posthog")
    assert outcome.code == 0
    assert "| `session_recording.maskAllInputs` |" in outcome.out
    assert "posthog-js@" in outcome.out
    whole = json.loads(run(tmp_path, "sdks", "posthog", "--json").out)
    assert whole == Catalogue().record("posthog")


@pytest.mark.parametrize("name", sorted(Catalogue().tokens))
def test_every_sdk_can_be_shown(name: str) -> None:
    shown = page(Catalogue().record(name), Catalogue().names(name))
    for client in Catalogue().record(name)["client"]:
        assert f"## {client['title']}" in shown
        for option in client["option"]:
            assert f"`{option['path']}`" in shown


def test_an_unknown_sdk_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    outcome = run(tmp_path, "sdks", "posthg")
    assert outcome.code == 2
    assert 'did you mean "posthog"' in outcome.err


def test_a_change_is_checked_again(tmp_path: Path) -> None:
    project(tmp_path, {"a.js": MASKED, "trackaudit.toml": 'deselect = ["autocapture", "unmasked-text"]\n'})
    command = [sys.executable, "-u", "-m", "trackaudit", "check", "--watch"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("No findings.")
        done = threading.Event()

        def edit() -> None:  # until it is seen: when the watch begins nobody is told
            while not done.wait(0.3):
                (tmp_path / "a.js").write_text(UNMASKED)

        editing = threading.Thread(target=edit)
        editing.start()
        try:
            assert "unmasked-inputs" in process.stdout.readline()
        finally:
            done.set()
            editing.join()
            process.send_signal(signal.SIGINT)


def test_what_does_not_go_with_watching_is_refused(tmp_path: Path) -> None:
    project(tmp_path, {"a.js": MASKED})
    assert run(tmp_path, "check", "--watch", "--fix").code == 2
