"""The inventory: which trackers there are, what each option comes to and why, and what a change does to it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command import Outcome, commit, project, run, run_git
from trackaudit.inventory.comparison import _matched
from trackaudit.inventory.wording import HIDDEN, shorten

LOCK = '{"lockfileVersion": 3, "packages": {"node_modules/posthog-js": {"version": "1.449.2"}, "apps/old/node_modules/posthog-js": {"version": "1.96.0"}}}'
WANTS = '{"dependencies": {"posthog-js": "^1.90.0"}}'
INIT = "import posthog from 'posthog-js';\nposthog.init('phc_1', {%s});\n"


def inventory(folder: Path, files: Mapping[str, str | bytes], *arguments: str) -> list[dict[str, Any]]:
    outcome = run(project(folder, files), "inventory", "--format", "json", *arguments)
    assert outcome.code == 0, outcome.err
    trackers: list[dict[str, Any]] = outcome.json["trackers"]
    return trackers


def settings(tracker: dict[str, Any], place: int = 0) -> dict[str, tuple[str, list[str]]]:
    """Origin and values by option."""
    found = tracker["setups"][place]["settings"]
    return {item["option"]: (item["origin"], [value["text"] for value in item["values"]]) for item in found}


def posthog(folder: Path, options: str, version: str = "1.449.2") -> dict[str, tuple[str, list[str]]]:
    (tracker,) = inventory(
        folder, {"package.json": f'{{"dependencies": {{"posthog-js": "{version}"}}}}', "app.js": INIT % options}
    )
    return settings(tracker)


# --- effective values -----------------------------------------------------------------------------------------


def test_written_and_default(tmp_path: Path) -> None:
    found = posthog(tmp_path, "autocapture: false, session_recording: { maskAllInputs: false }")
    assert found["autocapture"] == ("written", ["false"])
    assert found["session_recording.maskAllInputs"] == ("written", ["false"])
    assert found["session_recording.maskTextClass"] == ("default", ['"ph-mask"'])


def test_a_default_that_another_option_chooses(tmp_path: Path) -> None:
    assert posthog(tmp_path / "dated", "defaults: '2025-05-24'")["capture_pageview"] == ("chosen-default", ['"history_change"'])
    assert posthog(tmp_path / "plain", "")["capture_pageview"] == ("default", ["true"])


def test_written_without_effect(tmp_path: Path) -> None:
    found = posthog(tmp_path, "session_recording: { maskAllElementAttributes: true, maskAttributeFn: (name) => name }")
    assert found["session_recording.maskAttributeFn"] == ("void", ["a function"])


def test_inside_of_what_is_switched_off(tmp_path: Path) -> None:
    assert posthog(tmp_path, "autocapture: false")["autocapture.capture_copied_text"][0] == "inactive"


def test_the_version_chooses_the_default(tmp_path: Path) -> None:
    files = {"requirements.txt": "sentry-sdk==%s\n", "app.py": "import sentry_sdk\nsentry_sdk.init(dsn=DSN)\n"}
    origins = {}
    for version in ("1.16.0", "2.30.0"):
        (tracker,) = inventory(tmp_path / version, {name: text.replace("%s", version) for name, text in files.items()})
        origins[version] = settings(tracker)
    assert origins["1.16.0"]["with_locals"] == ("default", ["true"])
    assert "include_local_variables" not in origins["1.16.0"]
    assert origins["2.30.0"]["include_local_variables"] == ("default", ["true"])
    assert "with_locals" not in origins["2.30.0"]  # renamed: nobody wrote it, so there is nothing to say of it


def test_what_cannot_be_known_says_why(tmp_path: Path) -> None:
    (tracker,) = inventory(
        tmp_path,
        {"app.js": "import posthog from 'posthog-js';\nposthog.init('k', { debug: process.env.PH_DEBUG, ...hidden() });\n"},
    )
    known = {item["option"]: item for item in tracker["setups"][0]["settings"]}
    assert known["debug"]["origin"] == "unknown"
    assert known["debug"]["values"][0] == {
        "text": "process.env.PH_DEBUG", "known": False, "value": None, "when": [], "at": {"path": "app.js", "line": 2, "column": 21},
    }  # fmt: skip
    assert "environment" in known["debug"]["why"]
    assert known["autocapture"]["origin"] == "unknown"  # it may be among what hidden() returns


def test_a_choice_keeps_its_conditions(tmp_path: Path) -> None:
    found = posthog(tmp_path, "autocapture: isAdmin ? false : true")
    assert found["autocapture"] == ("written", ["false", "true"])


def test_options_that_change_later(tmp_path: Path) -> None:
    code = INIT % "" + "posthog.set_config({ autocapture: false });\n"
    (tracker,) = inventory(tmp_path, {"package.json": '{"dependencies": {"posthog-js": "1.449.2"}}', "app.js": code})
    (known,) = [item for item in tracker["setups"][0]["settings"] if item["option"] == "autocapture"]
    assert [(value["text"], value["when"]) for value in known["values"]] == [("false", []), ("true", ["until then"])]


def test_secrets_are_not_repeated(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "posthog==6.7.0\nelasticsearch==8.19.0\n",
        "app.py": "from posthog import Posthog\nclient = Posthog('phc_1', personal_api_key='phx_supersecretvalue')\n",
        "db.py": "from elasticsearch import Elasticsearch\nes = Elasticsearch('https://elastic:hunter2@es.shop.com:9200')\n",
    }
    project(tmp_path, files)
    for format_name in ("text", "json", "markdown", "html"):
        outcome = run(tmp_path, "inventory", "--all", "--format", format_name)
        assert "phx_supersecretvalue" not in outcome.out
        assert "hunter2" not in outcome.out
    assert HIDDEN in run(tmp_path, "inventory").out


# --- which trackers -------------------------------------------------------------------------------------------


def test_each_package_has_the_version_of_its_own_lockfile_entry(tmp_path: Path) -> None:
    files = {
        "package.json": '{"workspaces": ["apps/*"]}',
        "package-lock.json": LOCK,
        "apps/web/package.json": WANTS,
        "apps/web/app.js": INIT % "",
        "apps/old/package.json": WANTS,
        "apps/old/app.js": INIT % "",
    }
    found = {item["package"]: item for item in inventory(tmp_path, files)}
    assert {name: (item["version"], item["pinned"]) for name, item in found.items()} == {
        "apps/web": ("1.449.2", "lockfile"),
        "apps/old": ("1.96.0", "lockfile"),
    }
    assert found["apps/web"]["version_at"]["path"] == "package-lock.json"


def test_pages_with_the_same_snippet_are_one_set_up(tmp_path: Path) -> None:
    page = "<!doctype html><html><head><script async src='https://www.googletagmanager.com/gtag/js?id=G-1'></script><script>%s</script></head></html>"
    snippet = "window.dataLayer = window.dataLayer || []; function gtag(){dataLayer.push(arguments);} gtag('js', new Date()); gtag('config', 'G-1'%s);"
    files = {f"page{number}.html": page % (snippet % "") for number in range(3)}
    files["other.html"] = page % (snippet % ", { allow_google_signals: false }")
    (tracker,) = [item for item in inventory(tmp_path, files) if item["sdk"] == "google"]
    places = sorted([place["path"] for place in setup["places"]] for setup in tracker["setups"])
    assert places == [["other.html"], ["page0.html", "page1.html", "page2.html"]]


def test_a_package_that_nothing_sets_up_is_listed(tmp_path: Path) -> None:
    (tracker,) = inventory(tmp_path, {"package.json": '{"dependencies": {"logrocket": "9.0.0"}}'})
    assert (tracker["sdk"], tracker["version"], tracker["setups"]) == ("logrocket", "9.0.0", [])
    assert "no set-up was found" in run(tmp_path, "inventory").out


def test_what_is_sent_and_reached(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"mixpanel-browser": "2.13.0"}}',
        "app.jsx": "import mixpanel from 'mixpanel-browser';\nmixpanel.init('T');\nmixpanel.track('x', { plan: 1, email: a });\n"
        'export const Login = () => <input type="password" value={typed} onChange={change} />;\n',
    }
    (tracker,) = inventory(tmp_path, files)
    assert tracker["calls"] == 1
    assert tracker["sent"] == [{"name": "email", "personal": "contact data"}, {"name": "plan", "personal": None}]
    assert [field["line"] for field in tracker["fields"]] == [4]


def test_paths_choose_what_is_listed(tmp_path: Path) -> None:
    files = {"package.json": WANTS, "a/one.js": INIT % "", "b/two.js": INIT % "debug: true"}
    (tracker,) = inventory(tmp_path, files, "b")
    assert [place["path"] for setup in tracker["setups"] for place in setup["places"]] == ["b/two.js"]
    assert tracker["version"] == "^1.90.0"  # the manifest is read, wherever it is


def test_nothing_to_list(tmp_path: Path) -> None:
    outcome = run(project(tmp_path, {"app.py": "print(1)\n"}), "inventory")
    assert (outcome.code, outcome.out) == (0, "No trackers found.\n")


def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    outcome = run(project(tmp_path, {"app.py": b"import sentry_sdk\nx = '\xff\xfe'\n"}), "inventory")
    assert outcome.code == 2
    assert "app.py not analysed" in outcome.out


def test_what_was_read_in_part_is_told_as_check_tells_it(tmp_path: Path) -> None:
    broken = INIT % "debug: true" + "const a = {;\n"
    project(tmp_path, {"package.json": PINNED, "app.js": broken})
    told = run(tmp_path, "inventory", "--format", "json").json["errors"]
    assert told == run(tmp_path, "check", "--exit-zero", "--format", "json").json["errors"] != []
    assert "app.js:3:12 not read in full" in run(tmp_path, "inventory").out


def test_what_could_not_be_read_of_the_past_is_told(tmp_path: Path) -> None:
    committed(tmp_path, {"package.json": PINNED, "app.js": INIT % "" + "const a = {;\n"})
    project(tmp_path, {"app.js": INIT % ""})
    (error,) = run(tmp_path, "inventory", "--since", "HEAD", "--format", "json").json["errors"]
    assert error["message"].startswith("at ")


# --- formats --------------------------------------------------------------------------------------------------

HOSTILE = {
    "package.json": '{"dependencies": {"posthog-js": "1.449.2"}}',
    "a|b<i>.js": INIT % "api_host: '</script><script>alert(1)</script>|`x`', autocapture: true",
}


def test_the_page_needs_nothing_else_and_repeats_nothing_as_markup(tmp_path: Path) -> None:
    page = run(project(tmp_path, HOSTILE), "inventory", "--format", "html").out
    assert not re.findall(r"""(?:src|href|url)\s*[=(]|@import""", page)
    assert page.count("<script>") == 1
    assert "&lt;script&gt;alert" in page


def test_markdown_cells_hold(tmp_path: Path) -> None:
    lines = run(project(tmp_path, HOSTILE), "inventory", "--format", "markdown").out.splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert rows
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}
    assert not any("<script>" in line.replace("\\<", "") for line in lines)


def test_text_of_a_pipe_has_no_colours(tmp_path: Path) -> None:
    out = run(project(tmp_path, HOSTILE), "inventory").out
    assert "\x1b" not in out
    assert "api_host" in out


def test_output_goes_to_a_file(tmp_path: Path) -> None:
    outcome = run(project(tmp_path, HOSTILE), "inventory", "--format", "json", "--output", "report.json")
    assert outcome.out == ""
    assert json.loads((tmp_path / "report.json").read_text())["version"] == 1


# --- since ----------------------------------------------------------------------------------------------------


def committed(folder: Path, files: Mapping[str, str]) -> Path:
    commit(project(folder, files, git=True))
    return folder


def since(folder: Path, revision: str = "HEAD", *arguments: str) -> list[dict[str, Any]]:
    outcome = run(folder, "inventory", "--since", revision, "--format", "json", *arguments)
    assert outcome.code == 0, outcome.err
    changes: list[dict[str, Any]] = outcome.json["changes"]
    return changes


PINNED = '{"dependencies": {"posthog-js": "1.449.2"}}'


def test_a_change_shows_before_and_after(tmp_path: Path) -> None:
    committed(tmp_path, {"package.json": PINNED, "app.js": INIT % "session_recording: { maskAllInputs: true }"})
    project(tmp_path, {"app.js": "\n" + INIT % "session_recording: { maskAllInputs: false }"})
    (change,) = since(tmp_path)
    (item,) = [item for item in change["settings"] if item["option"] == "session_recording.maskAllInputs"]
    assert change["change"] == "changed"
    assert (item["direction"], item["at"]) == ("more", {"path": "app.js", "line": 3, "column": 1})
    assert [item[side]["values"][0]["value"] for side in ("before", "after")] == [True, False]


def test_moved_lines_and_files_are_no_change(tmp_path: Path) -> None:
    committed(tmp_path, {"package.json": PINNED, "app.js": INIT % "debug: true"})
    (tmp_path / "app.js").unlink()
    project(tmp_path, {"src/start.js": "// moved\n\n" + INIT % "debug: true"})
    assert since(tmp_path) == []
    assert "as it was" in run(tmp_path, "inventory", "--since", "HEAD").out


def test_a_version_alone_can_change_what_is_collected(tmp_path: Path) -> None:
    code = "import sentry_sdk\nsentry_sdk.init(dsn=DSN, with_locals=False)\n"
    committed(tmp_path, {"requirements.txt": "sentry-sdk==1.16.0\n", "app.py": code})
    project(tmp_path, {"requirements.txt": "sentry-sdk==1.40.0\n"})
    (change,) = since(tmp_path)
    assert change["version"] == {"before": "1.16.0", "after": "1.40.0"}
    after = {item["option"]: item["after"] for item in change["settings"]}
    assert after["with_locals"]["origin"] == "void" or after["include_local_variables"]["values"][0]["value"] is True


def test_added_and_removed_trackers(tmp_path: Path) -> None:
    committed(tmp_path, {"package.json": PINNED, "app.js": INIT % ""})
    (tmp_path / "app.js").unlink()
    project(tmp_path, {"package.json": "{}", "new.py": "import sentry_sdk\nsentry_sdk.init(dsn=DSN, send_default_pii=True)\n"})
    assert {(item["sdk"], item["change"]) for item in since(tmp_path)} == {("posthog", "removed"), ("sentry", "added")}


def test_the_merge_base_is_compared_with(tmp_path: Path) -> None:
    committed(tmp_path, {"package.json": PINNED, "app.js": INIT % ""})
    run_git(tmp_path, "checkout", "-qb", "feature")
    run_git(tmp_path, "checkout", "-q", "-")
    main = run_git(tmp_path, "rev-parse", "--abbrev-ref", "HEAD").strip()
    committed(tmp_path, {"app.js": INIT % "debug: true"})  # somebody else's change, on the main line
    run_git(tmp_path, "checkout", "-q", "feature")
    assert since(tmp_path, main) == []


def test_files_come_out_of_git_as_they_are(tmp_path: Path) -> None:
    """Neither filters, which could run anything, nor what an archive would leave out."""
    attributes = "*.js filter=evil export-ignore\n"
    committed(tmp_path, {"package.json": PINNED, "app.js": INIT % "debug: true", ".gitattributes": attributes})
    run_git(tmp_path, "config", "filter.evil.smudge", "touch smudged")
    assert since(tmp_path) == []
    assert not (tmp_path / "smudged").exists()


def assert_told(outcome: Outcome, *words: str) -> None:
    assert (outcome.code, outcome.out) == (2, "")
    for word in words:
        assert word in outcome.err


def test_a_revision_that_is_none(tmp_path: Path) -> None:
    committed(tmp_path, {"app.js": INIT % ""})
    assert_told(run(tmp_path, "inventory", "--since", "nowhere"), "'nowhere'", "no revision")
    assert_told(run(tmp_path, "inventory", "--since", "--output=x"), "no revision")


def test_a_folder_without_git(tmp_path: Path) -> None:
    assert_told(run(project(tmp_path, {"app.js": INIT % ""}), "inventory", "--since", "HEAD"), "not in a git repository")


def test_a_shallow_clone(tmp_path: Path) -> None:
    committed(tmp_path / "far", {"package.json": PINNED, "app.js": INIT % ""})
    first = run_git(tmp_path / "far", "rev-parse", "HEAD").strip()
    committed(tmp_path / "far", {"app.js": INIT % "debug: true"})
    run_git(tmp_path, "clone", "-q", "--depth", "1", f"file://{tmp_path}/far", "near")
    assert_told(run(tmp_path / "near", "inventory", "--since", first), "shallow", "fetch")


@pytest.mark.parametrize("format_name", ["text", "markdown", "html"])
def test_every_format_shows_a_change(tmp_path: Path, format_name: str) -> None:
    committed(tmp_path, {"package.json": PINNED, "app.js": INIT % "session_recording: { maskAllInputs: true }"})
    project(tmp_path, {"app.js": INIT % "session_recording: { maskAllInputs: false }" + "posthog.capture('x', { email });\n"})
    out = run(tmp_path, "inventory", "--since", "HEAD", "--format", format_name).out
    for word in ("session_recording.maskAllInputs", "true", "false", "collects more", "email"):
        assert word in out


# --- parts ----------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 5)))
def test_matching_loses_and_invents_nothing(before: list[int], after: list[int]) -> None:
    pairs = _matched(before, after, lambda item: [item, item % 2])
    assert sorted(old for old, _ in pairs if old is not None) == sorted(before)
    assert sorted(new for _, new in pairs if new is not None) == sorted(after)
    same = [pair for pair in pairs if pair[0] == pair[1]]
    assert len(same) == sum(min(before.count(item), after.count(item)) for item in set(before))


@given(st.text())
def test_shortened_text_fits_on_a_line(text: str) -> None:
    assert len(shorten(text).splitlines()) <= 1
    assert len(shorten(text)) <= 60
