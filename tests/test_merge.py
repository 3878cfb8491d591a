"""Shards of a report, and what `trackaudit merge` makes of them: together they are the whole, and nothing goes missing unseen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command import MASKED, PII, UNMASKED, check, commit, project, run
from trackaudit.report import FORMATS
from trackaudit.report.merged import MergeError, merged
from trackaudit.shard import MAX_SHARDS, Shard, ShardError, parse

IGNORED = UNMASKED.replace("posthog.init", "// trackaudit: ignore[unmasked-inputs] -- a kiosk\nposthog.init")
FILES = {
    "a/app.js": UNMASKED,
    "a/again.js": UNMASKED,
    "b/main.py": PII,
    "b/old.js": IGNORED,
    "b/left.py": "def f(:\n    pass\nimport sentry_sdk\n",
    "c/bad.py": b"\xff\xfe\x00 import sentry_sdk",
    "c/fine.js": MASKED,
    "c/key.js": "import posthog from 'posthog-js';\nposthog.init(process.env.KEY, options());\nposthog.capture('x', { email: user.email });\n",
}
EVERYTHING = ("--profile", "strict", "--show-suppressed", "--explain-unresolved")


def shards(folder: Path, of: int, *arguments: str) -> list[str]:
    """A report of each shard, as the jobs of a CI system write them."""
    names = [f"{folder.name}-{number}.json" for number in range(1, of + 1)]
    for number, name in enumerate(names, 1):
        run(folder, "check", "--shard", f"{number}/{of}", "--format", f"json={name}", *arguments)
    return names


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("arguments", [EVERYTHING, ()])
def test_all_shards_are_the_whole_report(tmp_path: Path, format_name: str, arguments: tuple[str, ...]) -> None:
    project(tmp_path, FILES)
    run(tmp_path, "baseline", "a/again.js")
    whole = run(tmp_path, "check", "--format", format_name, *arguments)
    outcome = run(tmp_path, "merge", "--format", format_name, *shards(tmp_path, 3, *arguments))
    assert (outcome.code, outcome.out) == (whole.code, whole.out)
    assert whole.code == 2  # for the file that no run can read


def test_each_shard_tells_its_share_alone(tmp_path: Path) -> None:
    project(tmp_path, {f"src/page{number}.js": UNMASKED for number in range(20)})
    told = [check(tmp_path, "--shard", f"{number}/4").places() for number in (1, 2, 3, 4)]
    assert all(told)
    assert sorted(place for share in told for place in share) == check(tmp_path).places()


def test_a_shard_says_that_it_is_one(tmp_path: Path) -> None:
    project(tmp_path, {"app.js": UNMASKED})
    assert check(tmp_path, "--shard", "2/5").json["shard"] == "2/5"
    assert "these are the findings of shard 2/5." in run(tmp_path, "check", "--shard", "2/5").out
    assert "shard" not in check(tmp_path).json


@given(st.text(), st.integers(1, MAX_SHARDS))
def test_a_file_is_in_one_shard(path: str, of: int) -> None:
    assert sum(Shard(number, of).holds(path) for number in range(1, of + 1)) == 1


@given(st.one_of(st.text(), st.tuples(st.integers(), st.integers()).map(lambda pair: f"{pair[0]}/{pair[1]}")))
def test_any_text_is_a_shard_or_refused(text: str) -> None:
    try:
        shard = parse(text)
    except ShardError:
        return
    assert 1 <= shard.number <= shard.of <= MAX_SHARDS


@pytest.mark.parametrize("shard", ["0/5", "6/5", "1/0", "5", "1/5/5", "a/b", "1/1000000"])
def test_what_is_no_shard_is_refused(tmp_path: Path, shard: str) -> None:
    project(tmp_path, {"app.js": UNMASKED})
    outcome = run(tmp_path, "check", "--shard", shard)
    assert outcome.code == 2
    assert shard in outcome.err


def test_fixes_do_not_go_with_shards(tmp_path: Path) -> None:
    project(tmp_path, {"app.js": UNMASKED})
    assert run(tmp_path, "check", "--shard", "1/2", "--fix").code == 2
    assert (tmp_path / "app.js").read_text() == UNMASKED


def test_a_missing_shard_is_told(tmp_path: Path) -> None:
    project(tmp_path, {"app.js": MASKED})
    first, _, third = shards(tmp_path, 3)
    outcome = run(tmp_path, "merge", first, third)
    assert outcome.code == 2
    assert "shard 2/3" in outcome.err


def test_a_change_is_told_in_shards(tmp_path: Path) -> None:
    project(tmp_path, {"a.js": UNMASKED, "b.js": MASKED, "c.js": MASKED}, git=True)
    commit(tmp_path)
    project(tmp_path, {"b.js": UNMASKED, "c.js": UNMASKED})
    outcome = run(tmp_path, "merge", "--format", "json", *shards(tmp_path, 3, "--since", "HEAD"))
    assert outcome.places() == [("b.js", 2, "unmasked-inputs"), ("c.js", 2, "unmasked-inputs")]


def test_packages_are_merged(tmp_path: Path) -> None:
    project(tmp_path, {"a/app.js": UNMASKED, "b/main.py": PII})
    for name in ("a", "b"):
        run(tmp_path, "check", name, "--format", f"json={name}.json")
    outcome = run(tmp_path, "merge", "a.json", "b.json", "--format", "json=all.json", "--format", "text")
    assert outcome.code == 1
    whole = check(tmp_path, "a", "b").json
    assert json.loads((tmp_path / "all.json").read_text()) == whole
    assert (
        "posthog.init('k', { session_recording: { maskAllInputs: false } });" in outcome.out
    )  # the code is here, so it is shown


def test_what_two_reports_say_alike_is_said_once(tmp_path: Path) -> None:
    project(tmp_path, {"a/app.js": UNMASKED, "b/main.py": PII}, git=True)
    run(tmp_path, "check", "--format", "json=all.json")
    run(tmp_path, "check", "a", "--format", "json=a.json")
    assert run(tmp_path, "merge", "all.json", "a.json", "--format", "json").places() == check(tmp_path).places()


def test_each_run_has_decided_what_fails(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": "import sentry_sdk\nsentry_sdk.init(dsn=DSN, debug=True)\n"})
    run(tmp_path, "check", "--format", "json=strict.json", "--profile", "strict", "--fail-on", "note")
    run(tmp_path, "check", "--format", "json=lenient.json", "--fail-on", "error")
    assert run(tmp_path, "merge", "lenient.json").code == 0
    assert run(tmp_path, "merge", "lenient.json", "strict.json").code == 1
    assert run(tmp_path, "merge", "lenient.json", "strict.json", "--exit-zero").code == 0


def test_a_report_shows_no_files_from_elsewhere(tmp_path: Path) -> None:
    project(tmp_path, {"here/app.js": UNMASKED, "there/secret.js": "the secret line\nthe other secret line\n"})
    run(tmp_path / "here", "check", "--format", "json=r.json")
    document = json.loads((tmp_path / "here/r.json").read_text())
    for path in ("../there/secret.js", str(tmp_path / "there/secret.js")):
        for finding in document["findings"]:
            finding["path"] = path
        (tmp_path / "here/r.json").write_text(json.dumps(document))
        for format_name in ("text", "html"):
            outcome = run(tmp_path / "here", "merge", "r.json", "--format", format_name)
            assert "unmasked-inputs" in outcome.out
            assert "secret line" not in outcome.out


def test_the_rules_of_a_project_are_told(tmp_path: Path) -> None:
    project(tmp_path, {"app.js": UNMASKED})
    run(tmp_path, "check", "--format", "json=r.json")
    text = (tmp_path / "r.json").read_text().replace('"rule": "unmasked-inputs"', '"rule": "no-bare-capture"')
    (tmp_path / "r.json").write_text(text)
    for format_name in FORMATS:
        assert "no-bare-capture" in run(tmp_path, "merge", "r.json", "--format", format_name).out


BROKEN: dict[str, Any] = {
    "nothing.json": "",
    "list.json": "[]",
    "nested.json": "[" * 100_000,
    "other.json": '{"version": 1, "results": []}',
    "bytes.json": b"\xff\xfe\xff",
    "later.json": '{"version": 2, "summary": {"files": 0, "parsed": 0, "skipped": 0, "findings": 0, "suppressed": 0, "baselined": 0, '
    '"unresolved": 0, "hidden": 0, "failing": 0}, "skipped": {}, "findings": [], "errors": []}',
}


@pytest.mark.parametrize("name", [*BROKEN, "missing.json", "folder"])
def test_what_is_no_report_is_named(tmp_path: Path, name: str) -> None:
    project(tmp_path, {**BROKEN, "folder/x": ""})
    outcome = run(tmp_path, "merge", name)
    assert outcome.code == 2
    assert outcome.err.startswith(f"trackaudit: {name}: ")
    assert outcome.out == ""


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(data=st.data())
def test_any_change_of_a_report_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("merge")
    project(folder, {"app.js": UNMASKED})
    document = check(folder).json
    table = data.draw(st.sampled_from([document, document["summary"], document["findings"][0]]))
    table[data.draw(st.sampled_from(sorted(table)))] = data.draw(_JSON)
    (folder / "r.json").write_text(json.dumps(document))
    try:
        merged([str(folder / "r.json")])
    except MergeError:
        return
    for format_name in FORMATS:
        assert run(folder, "merge", "r.json", "--format", format_name).code in (0, 1, 2)
