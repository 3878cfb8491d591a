"""The baseline: today's findings are known, what is new is told, and entries that cover nothing are taken out."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command import MASKED, PII, ROOT, UNMASKED, check, commit, project, run, run_git
from trackaudit.baseline import FILE_NAME, BaselineError, Entry, match, parse, render

# One finding for each of the files that the tests share.
CONFIG = 'deselect = ["autocapture", "unmasked-text", "captured-bodies", "local-variables"]\n'


def laid_out(folder: Path, files: dict[str, str], config: str = "") -> None:
    project(folder, {"trackaudit.toml": CONFIG + config, **files})


def rules(folder: Path, *arguments: str) -> list[str]:
    return [finding["rule"] for finding in check(folder, *arguments).findings]


def entries(folder: Path, name: str = FILE_NAME) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


def adopt(folder: Path, *arguments: str) -> str:
    outcome = run(folder, "baseline", *arguments)
    assert (outcome.code, outcome.out) == (0, ""), outcome.err
    return outcome.err


def test_what_is_known_is_counted_and_not_told(tmp_path: Path) -> None:
    laid_out(tmp_path, {"app.js": UNMASKED, "app.py": PII})
    before = rules(tmp_path)
    assert "unmasked-inputs" in before and "default-pii" in before
    adopt(tmp_path)
    outcome = check(tmp_path)
    assert (outcome.code, outcome.findings) == (0, [])
    assert outcome.json["summary"]["baselined"] == len(entries(tmp_path)) >= len(before)
    listed = check(tmp_path, "--show-suppressed").findings
    assert {finding["rule"] for finding in listed if finding["baselined"]} >= set(before)
    assert rules(tmp_path, "--no-baseline") == before
    assert "in the baseline" in run(tmp_path, "check").out


def test_a_finding_is_followed_when_lines_move_and_files_are_renamed(tmp_path: Path) -> None:
    laid_out(tmp_path, {"src/app.js": UNMASKED})
    adopt(tmp_path)
    (tmp_path / "src/app.js").write_text("// a line\n\n" + UNMASKED)
    assert rules(tmp_path) == []
    (tmp_path / "src/app.js").rename(tmp_path / "src/analytics.js")
    assert rules(tmp_path) == []
    laid_out(tmp_path, {"src/other.js": UNMASKED})
    assert rules(tmp_path) == ["unmasked-inputs"], "one entry covers one finding"


def test_a_swap_is_noticed(tmp_path: Path) -> None:
    laid_out(tmp_path, {"app.js": UNMASKED, "app.py": ""})
    adopt(tmp_path)
    laid_out(tmp_path, {"app.js": MASKED, "app.py": PII})
    assert rules(tmp_path) == ["default-pii", "stale-baseline"]


def test_what_covers_nothing_is_told_and_taken_out(tmp_path: Path) -> None:
    laid_out(tmp_path, {"app.js": UNMASKED, "app.py": PII})
    adopt(tmp_path)
    (tmp_path / "app.py").unlink()
    outcome = check(tmp_path)
    assert outcome.code == 0, "an entry too many fails no build"
    gone = len([entry for entry in entries(tmp_path) if entry["path"] == "app.py"])
    assert [finding["rule"] for finding in outcome.findings] == ["stale-baseline"] * gone
    assert rules(tmp_path, "app.js") == [], "what was not asked for is not called stale"
    laid_out(tmp_path, {"new.js": UNMASKED})
    assert f"0 added, 1 kept, {gone} taken out" in adopt(tmp_path, "--prune")
    assert [entry["path"] for entry in entries(tmp_path)] == ["app.js"]
    assert rules(tmp_path) == ["unmasked-inputs"]


def test_the_last_finding_leaves_a_stale_entry(tmp_path: Path) -> None:
    laid_out(tmp_path, {"app.js": UNMASKED})
    adopt(tmp_path)
    (tmp_path / "app.js").write_text("export const a = 1;\n")
    assert rules(tmp_path) == ["stale-baseline"]
    adopt(tmp_path, "--prune")
    assert (rules(tmp_path), entries(tmp_path)) == ([], [])


def test_what_people_add_stays_and_a_day_that_passed_brings_the_finding_back(tmp_path: Path) -> None:
    laid_out(tmp_path, {"app.js": UNMASKED})
    adopt(tmp_path)
    (entry,) = entries(tmp_path)
    (tmp_path / FILE_NAME).write_text(json.dumps({**entry, "reason": "until the new form", "until": "2026-06-30"}) + "\n")
    assert rules(tmp_path, "--now", "2026-06-30") == []
    assert rules(tmp_path, "--now", "2026-07-01") == ["unmasked-inputs"]
    adopt(tmp_path)
    assert entries(tmp_path) == [{**entry, "reason": "until the new form", "until": "2026-06-30"}]


def test_every_package_may_have_its_own(tmp_path: Path) -> None:
    laid_out(tmp_path, {"web/app.js": UNMASKED, "api/app.py": PII, "other.js": UNMASKED})
    adopt(tmp_path, "web", "--baseline", f"web/{FILE_NAME}")
    assert {entry["path"] for entry in entries(tmp_path, f"web/{FILE_NAME}")} == {"web/app.js"}
    assert sorted(rules(tmp_path)) == sorted(["unmasked-inputs", "default-pii"])
    adopt(tmp_path)
    assert {entry["path"] for entry in entries(tmp_path)} == {"api/app.py", "other.js"}
    assert rules(tmp_path) == []


def test_a_part_of_the_project_leaves_the_other_entries_alone(tmp_path: Path) -> None:
    laid_out(tmp_path, {"a/app.js": UNMASKED, "b/app.js": UNMASKED})
    adopt(tmp_path)
    laid_out(tmp_path, {"a/app.js": MASKED, "b/app.js": MASKED})
    adopt(tmp_path, "a", "--prune")
    assert [entry["path"] for entry in entries(tmp_path)] == ["b/app.js"]


def test_a_baseline_may_have_another_name(tmp_path: Path) -> None:
    laid_out(tmp_path, {"app.js": UNMASKED}, 'baseline = "known.jsonl"\n')
    adopt(tmp_path)
    assert [entry["rule"] for entry in entries(tmp_path, "known.jsonl")] == ["unmasked-inputs"]
    assert rules(tmp_path) == []


@pytest.mark.parametrize("line", ["{", "[]", '{"rule": "x"}', "<<<<<<< HEAD", '{"rule":"a","path":"b","fingerprint":"c","identity":"d","until":"soon"}', '{"rule":"a","path":"b","fingerprint":"c","identity":"d","untill":"2026-01-01"}'])  # fmt: skip
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    laid_out(tmp_path, {"app.js": UNMASKED})
    adopt(tmp_path)
    with (tmp_path / FILE_NAME).open("a") as file:
        file.write(line + "\n")
    outcome = check(tmp_path)
    assert outcome.code == 2
    assert f"{FILE_NAME}:2" in outcome.json["errors"][0]["message"]
    before = (tmp_path / FILE_NAME).read_text()
    assert run(tmp_path, "baseline").code == 2
    assert (tmp_path / FILE_NAME).read_text() == before


known = st.builds(
    Entry, st.sampled_from(["a", "b"]), st.sampled_from(["posthog", None]), st.sampled_from(["x.js", "y é.py"]), st.integers(1, 9), st.text(max_size=5),
    st.text("0123456789abcdef", min_size=1, max_size=4), st.text("0123456789abcdef", min_size=1, max_size=4), st.text(max_size=5),
    st.none() | st.dates(), st.just(0),
)  # fmt: skip


@given(st.lists(known, max_size=8))
def test_what_is_written_is_what_is_read(listed: list[Entry]) -> None:
    text = render(listed)
    assert text.count("\n") == len(listed)
    read = parse(text, "x")
    assert sorted(map(repr, (entry._replace(number=0) for entry in read))) == sorted(map(repr, listed))
    assert render(read) == text == render(reversed(listed))


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        entries = parse(text, "x")
    except BaselineError:
        return
    assert len(entries) <= len(text.splitlines())


@given(st.lists(known, max_size=8))
def test_without_findings_every_entry_that_holds_is_stale(listed: list[Entry]) -> None:
    today = date(2026, 1, 1)
    matched = match([], listed, today, lambda path: False)
    assert matched.stale == [entry for entry in listed if entry.until is None or entry.until >= today]


@pytest.mark.parametrize(
    ("first", "second", "attributes"),
    [("a.js", "z.js", ""), ("m1.js", "m2.js", "trackaudit-baseline.jsonl merge=union\n")],
)
def test_git_merges_what_two_branches_add(tmp_path: Path, first: str, second: str, attributes: str) -> None:
    """By itself where the entries stand apart; side by side as the guide says."""
    assert attributes.strip() in (ROOT / "docs/baseline.md").read_text(encoding="utf-8")
    project(tmp_path, {"m.js": UNMASKED, ".gitattributes": attributes}, git=True)
    run(tmp_path, "baseline")
    base = commit(tmp_path)
    for branch, name in (("one", first), ("two", second)):
        run_git(tmp_path, "checkout", "-q", "-b", branch, base)
        project(tmp_path, {name: UNMASKED})
        run(tmp_path, "baseline")
        commit(tmp_path)
    run_git(tmp_path, "merge", "-q", "-m", "both", "one")
    assert check(tmp_path, "--profile", "strict").findings == []
    merged = (tmp_path / FILE_NAME).read_text()
    run(tmp_path, "baseline")
    assert sorted((tmp_path / FILE_NAME).read_text().splitlines()) == sorted(merged.splitlines())
