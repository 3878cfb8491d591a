"""Which files are read and which are left out, in git and elsewhere, and that the prefilter costs no finding."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command import MASKED, PII, POSTHOG, UNMASKED, check, project, run, run_git, spawn
from tests.harness import audit_folder
from trackaudit.config import Config
from trackaudit.discover import Policy, Selection, Skipped, Unreadable, list_files, looks_minified, project_root, read
from trackaudit.findings import Finding

CODE = "export const x = 1;\n"


def listing(folder: Path, git: bool) -> set[str]:
    return {path for path in list_files(str(folder), git) if not path.startswith(".git") or "/" not in path}


def paths(folder: Path, *arguments: str, **env: str | None) -> set[str]:
    """The files with the finding that each of them holds."""
    return {item["path"] for item in check(folder, "--select", "unmasked-inputs", *arguments, **env).findings}


# --- listing --------------------------------------------------------------------------------------------------


def test_git_lists_tracked_and_untracked_files_but_no_ignored_ones(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "package.json": POSTHOG,
            "tracked.js": UNMASKED,
            "sub/tracked.js": UNMASKED,
            "deleted.js": UNMASKED,
            "forced.js": UNMASKED,
        },
        git=True,
    )
    run_git(tmp_path, "add", ".")
    project(tmp_path, {
        ".gitignore": "ignored.js\nforced.js\n/build*/\n", "sub/.gitignore": "*.js\n!kept.js\n", ".git/info/exclude": "private.js\n",
        "untracked.js": UNMASKED, "ignored.js": UNMASKED, "deep/ignored.js": UNMASKED, "private.js": UNMASKED, "builds/x.js": UNMASKED,
        "sub/untracked.js": UNMASKED, "sub/kept.js": UNMASKED, "sub/deep/kept.js": UNMASKED, "other/builds/x.js": UNMASKED,
    })  # fmt: skip
    (tmp_path / "deleted.js").unlink()
    expected = {
        "tracked.js",
        "sub/tracked.js",
        "forced.js",
        "untracked.js",
        "sub/kept.js",
        "sub/deep/kept.js",
        "other/builds/x.js",
    }
    outcome = check(tmp_path, "--select", "unmasked-inputs")
    assert {item["path"] for item in outcome.findings} == expected
    assert outcome.json["errors"] == []
    assert outcome.code == 1


def test_deleted_manifest_counts_no_more(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": POSTHOG, "app.js": UNMASKED}, git=True)
    run_git(tmp_path, "add", ".")
    (tmp_path / "package.json").unlink()
    outcome = check(tmp_path, "--select", "unmasked-inputs")
    assert outcome.code == 1
    assert outcome.findings[0]["related"] == []


def test_a_file_in_conflict_is_read_once(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": POSTHOG, "app.js": MASKED}, git=True)
    run_git(tmp_path, "add", ".")
    run_git(tmp_path, "commit", "-qm", "one")
    run_git(tmp_path, "branch", "side")
    for branch, text in (("HEAD", UNMASKED + "one();\n"), ("side", UNMASKED + "two();\n")):
        run_git(tmp_path, "checkout", "-q", *(["--detach"] if branch == "HEAD" else [branch]))
        project(tmp_path, {"app.js": text})
        run_git(tmp_path, "commit", "-qam", branch)
    import subprocess

    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "merge", "-q", "HEAD@{1}", "HEAD@{2}"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert len(list(list_files(str(tmp_path), True))) == len(set(list_files(str(tmp_path), True)))
    assert check(tmp_path).json["summary"]["files"] == 2


IGNORE_FILES = {
    "names": {".gitignore": "a.js\n"},
    "folder": {".gitignore": "lib/\n"},
    "anchored": {".gitignore": "/a.js\n/lib/b.js\n"},
    "stars": {".gitignore": "*.js\n!lib/\n!/lib/*.js\n"},
    "double stars": {".gitignore": "lib/**/a.js\n**/deep/\n"},
    "negated": {".gitignore": "*.js\n!b.js\n"},
    "nested wins": {".gitignore": "*.js\n", "lib/.gitignore": "!a.js\n"},
    "nested adds": {"lib/.gitignore": "/a.js\ndeep/\n"},
    "nested is relative": {"lib/.gitignore": "lib/a.js\ndeep/a.js\n"},
    "inside an ignored folder nothing comes back": {".gitignore": "lib/\n!lib/a.js\n", "lib/.gitignore": "!*\n"},
    "comments and blanks": {".gitignore": "# a.js\n\n\\#x.js\n b.js\n"},
    "trailing space": {".gitignore": "a.js \n"},
    "CRLF": {".gitignore": "a.js\r\nlib/\r\n"},
    "character class": {".gitignore": "[ab].js\n"},
    "question mark": {".gitignore": "?.js\n"},
    "not UTF-8": {".gitignore": b"a.js\n\xff\xfe.js\n"},
    "pattern that is none": {".gitignore": "!\n/\na.js\n"},
    "byte-order mark": {".gitignore": "\ufeffa.js\nb.js\n"},
}
TREE = dict.fromkeys(
    ("a.js", "b.js", "#x.js", "lib/a.js", "lib/b.js", "lib/deep/a.js", "lib/lib/a.js", "other/deep/b.js", "other/lib/a.js"), CODE
)


@pytest.mark.parametrize("ignores", IGNORE_FILES.values(), ids=IGNORE_FILES)
def test_outside_git_the_same_is_listed_as_inside(tmp_path: Path, ignores: dict[str, str | bytes]) -> None:
    inside = project(tmp_path / "inside", {**TREE, **ignores}, git=True)
    outside = project(tmp_path / "outside", {**TREE, **ignores})
    assert listing(outside, git=False) == listing(inside, git=True)


def test_outside_git_without_git(tmp_path: Path) -> None:
    """A work tree where the program is missing: it is walked, with the ignore files."""
    project(tmp_path / "p", {"package.json": POSTHOG, "a.js": UNMASKED, "b.js": UNMASKED, ".gitignore": "b.js\n"}, git=True)
    empty = project(tmp_path / "bin", {})
    outcome = spawn(tmp_path / "p", "check", "--format", "json", "--select", "unmasked-inputs", PATH=str(empty))
    assert outcome.places() == [("a.js", 2, "unmasked-inputs")]
    assert outcome.err == ""


@pytest.mark.parametrize("kind", ["dangling link", "link loop", "FIFO", "folder"])
def test_an_ignore_file_that_is_none(tmp_path: Path, kind: str) -> None:
    project(tmp_path, {"package.json": POSTHOG, "a.js": UNMASKED})
    ignore = tmp_path / ".gitignore"
    if kind == "dangling link":
        ignore.symlink_to("nowhere")
    elif kind == "link loop":
        ignore.symlink_to(".gitignore")
    elif kind == "FIFO":
        os.mkfifo(ignore)
        if _blocks(ignore):
            pytest.fail("opening .gitignore waits for somebody to write to a pipe")
    else:
        ignore.mkdir()
    assert paths(tmp_path) == {"a.js"}


def _blocks(fifo: Path) -> bool:
    """Whether listing the folder waits on the pipe: tried in a process that can be ended."""
    import subprocess
    import sys

    from tests.command import environment

    code = "import sys; from trackaudit.discover import list_files; list(list_files(sys.argv[1], False))"
    try:
        subprocess.run(
            [sys.executable, "-c", code, str(fifo.parent)], env=environment(), timeout=5, check=False, capture_output=True
        )
    except subprocess.TimeoutExpired:
        return True
    return False


def test_the_environment_of_another_repositorys_hook(tmp_path: Path) -> None:
    """Git sets GIT_DIR and GIT_INDEX_FILE for its hooks; the project's own repository is the one that counts."""
    project(tmp_path / "p", {"package.json": POSTHOG, "a.js": UNMASKED}, git=True)
    project(tmp_path / "hooked", {"z.js": CODE}, git=True)
    run_git(tmp_path / "p", "add", ".")
    run_git(tmp_path / "hooked", "add", ".")
    hook = {
        "GIT_DIR": str(tmp_path / "hooked/.git"),
        "GIT_INDEX_FILE": str(tmp_path / "hooked/.git/index"),
        "GIT_WORK_TREE": str(tmp_path / "hooked"),
    }
    assert paths(tmp_path / "p", **hook) == {"a.js"}


def test_the_audited_repository_runs_nothing(tmp_path: Path) -> None:
    """Git starts the program that ``core.fsmonitor`` names; reading somebody's repository must not."""
    project(tmp_path / "p", {"package.json": POSTHOG, "a.js": UNMASKED}, git=True)
    run_git(tmp_path / "p", "add", ".")
    program = tmp_path / "monitor.sh"
    program.write_text(f"#!/bin/sh\necho ran >> '{tmp_path}/ran'\n")
    program.chmod(0o755)
    run_git(tmp_path / "p", "config", "core.fsmonitor", str(program))
    assert paths(tmp_path / "p") == {"a.js"}
    assert not (tmp_path / "ran").exists()


def test_root_is_the_git_root_else_the_nearest_configuration(tmp_path: Path) -> None:
    project(tmp_path / "repo", {"a/package.json": "{}", "a/b/x.js": CODE}, git=True)
    real = os.path.realpath(tmp_path)
    assert project_root(f"{real}/repo/a/b/x.js") == (f"{real}/repo", True)
    assert project_root(f"{real}/repo/a/b") == (f"{real}/repo", True)
    for marker in ("trackaudit.toml", "pyproject.toml", "package.json"):
        folder = project(tmp_path / marker.split(".")[0], {marker: "", "a/b/x.js": CODE})
        assert project_root(f"{os.path.realpath(folder)}/a/b/x.js") == (os.path.realpath(folder), False)


def test_a_linked_work_tree_is_a_root(tmp_path: Path) -> None:
    project(tmp_path / "main", {"package.json": POSTHOG, "a.js": UNMASKED}, git=True)
    run_git(tmp_path / "main", "add", ".")
    run_git(tmp_path / "main", "commit", "-qm", "one")
    run_git(tmp_path / "main", "worktree", "add", "-q", "../tree")
    assert project_root(str(tmp_path / "tree/a.js")) == (str(tmp_path / "tree"), True)
    assert paths(tmp_path / "tree") == {"a.js"}


def test_a_repository_inside_is_its_own(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": POSTHOG, "a.js": UNMASKED}, git=True)
    project(tmp_path / "inner.js", {"package.json": POSTHOG, "b.js": UNMASKED}, git=True)
    assert paths(tmp_path) == {"a.js"}
    assert paths(tmp_path, "inner.js") == {"inner.js/b.js"}


# --- what policy leaves out -----------------------------------------------------------------------------------

LEFT_OUT = {
    "vendored": ["vendor/x.js", "src/third_party/x.js", "bower_components/a/x.js", "lib/python3/site-packages/x.py", ".yarn/releases/x.cjs"],
    "generated": ["dist/x.js", "app/.next/static/x.js", ".venv/x.py", "coverage/lcov/x.js"],
    "minified": ["static/app.min.js", "static/app-min.js", "x.bundle.js", "main.0123456789abcdef0123.js"],
    "tests": ["tests/x.js", "src/__tests__/x.js", "src/app.test.js", "src/app.spec.ts", "src/app.stories.tsx", "test_x.py", "pkg/x_test.py", "conftest.py", "cypress/e2e/x.js"],
}  # fmt: skip
KEPT = [
    "src/app.js",
    "testing.py",
    "contest.py",
    "latest.js",
    "vendors.js",
    "distance/x.js",
    "src/test.js",
    "admin.js",
    "src/tests.js",
    "protest/x.js",
    "app.minimal.js",
    "chunk.js",
]


def always(path: str) -> bool:
    return True


@pytest.mark.parametrize(("reason", "path"), [(reason, path) for reason, names in LEFT_OUT.items() for path in names])
def test_left_out_by_default(reason: str, path: str) -> None:
    selection = Selection(Policy())
    assert selection.left_out(path) == reason
    assert list(selection.candidates([path], always)) == []
    assert selection.skipped == {reason: 1}


@pytest.mark.parametrize("path", KEPT)
def test_kept_by_default(path: str) -> None:
    selection = Selection(Policy())
    assert [listed.path for listed in selection.candidates([path], always)] == [path]
    assert selection.skipped == {}


def test_other_files_are_not_counted() -> None:
    selection = Selection(Policy())
    assert list(selection.candidates(["README.md", "vendor/LICENSE", "types.d.ts", "logo.svg"], always)) == []
    assert selection.skipped == {}


def test_what_is_skipped_is_counted_by_reason(tmp_path: Path) -> None:
    large = "// " + "x" * 80 + "\n"
    bundle = UNMASKED.replace("\n", "") + "a=1;" * 10_000
    files = {name: UNMASKED for names in LEFT_OUT.values() for name in names if name.endswith("js")}
    project(
        tmp_path,
        {
            **files,
            "package.json": POSTHOG,
            "src/app.js": UNMASKED,
            "src/large.js": UNMASKED + large * 20_000,
            "src/shape.js": bundle,
            "old/x.js": UNMASKED,
        },
    )
    report = audit_folder(tmp_path, config=Config(exclude=("old/",)))
    expected = {reason: sum(name.endswith("js") for name in names) for reason, names in LEFT_OUT.items()}
    expected["minified"] += 1
    assert report.skipped == {**expected, "too large": 1, "excluded": 1}
    assert {finding.path for finding in report.findings} == {"src/app.js"}
    project(tmp_path, {"trackaudit.toml": 'exclude = ["old/"]\n'})
    outcome = check(tmp_path)
    assert outcome.json["summary"]["skipped"] == sum(report.skipped.values())
    text = run(tmp_path, "check").out
    for number in report.skipped.values():
        assert str(number) in text.splitlines()[-1]


@pytest.mark.parametrize(("size", "skipped"), [(3_000, False), (3_001, True)])
def test_the_size_limit_is_inclusive(tmp_path: Path, size: int, skipped: bool) -> None:
    code = UNMASKED + "//" + "x" * (size - len(UNMASKED) - 2)
    assert len(code) == size
    project(tmp_path, {"package.json": POSTHOG, "app.js": code})
    outcome = check(tmp_path, "--max-size", "3000")
    assert outcome.json["summary"]["skipped"] == skipped
    assert outcome.code == (0 if skipped else 1)


def test_manifests_may_be_larger_than_sources(tmp_path: Path) -> None:
    entries = "".join(
        f'    "node_modules/package-{number}": {{\n      "version": "1.0.{number}"\n    }},\n' for number in range(20_000)
    )
    lock = (
        '{\n  "lockfileVersion": 3,\n  "packages": {\n'
        + entries
        + '    "node_modules/posthog-js": {\n      "version": "1.20.0"\n    }\n  }\n}\n'
    )
    assert len(lock) > 1_000_000
    project(
        tmp_path,
        {
            "package.json": POSTHOG.replace("1.449.2", "^1.0.0"),
            "package-lock.json": lock,
            "app.js": MASKED.replace("maskAllInputs: true", ""),
        },
    )
    [item, *_] = check(tmp_path, "--select", "unmasked-inputs").findings
    assert {place["path"] for place in item["related"]} == {"package-lock.json"}


def test_manifests_in_vendored_folders_count_for_nothing(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "package.json": "{}",
            "vendor/mixpanel/package.json": '{"dependencies": {"mixpanel-browser": "2.13.0"}}',
            "tests/package.json": '{"dependencies": {"mixpanel-browser": "2.13.0"}}',
        },
    )
    outcome = check(tmp_path)
    assert outcome.findings == []
    assert outcome.json["summary"]["skipped"] == 0


@pytest.mark.parametrize(("language", "data", "expected"), [
    ("javascript", b"x" * 6_000, True), ("typescript", b"x;" * 3_000, True), ("javascript", b"let a = 1;\n" * 1_000, False),
    ("javascript", b"let a = 1;\n" * 200 + b"x" * 25_000 + b"\n" + b"let b = 2;\n" * 1_000, False), ("javascript", b"let s = '" + b"x" * 25_000 + b"'\n" + b"let b = 2;\n" * 1_000, True),
    ("javascript", b"x" * 4_000, False), ("html", b"x" * 60_000, False), ("python", b"x" * 60_000, False),
], ids=["one line", "typescript", "normal", "long line far down", "long line at the top", "small", "html", "python"])  # fmt: skip
def test_minified_by_shape(language: str, data: bytes, expected: bool) -> None:
    assert looks_minified(data, language) is expected


def test_include_brings_back_what_defaults_leave_out(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "package.json": POSTHOG,
            "vendor/ours/a.js": UNMASKED,
            "vendor/theirs/b.js": UNMASKED,
            "tests/c.js": UNMASKED,
            "static/d.min.js": UNMASKED,
        },
    )
    assert paths(tmp_path) == set()
    assert paths(tmp_path, "--include", "vendor/ours/") == {"vendor/ours/a.js"}
    assert paths(tmp_path, "--include", "vendor/*/a.js", "--include", "tests/", "--include", "*.min.js") == {
        "vendor/ours/a.js",
        "tests/c.js",
        "static/d.min.js",
    }


def test_exclude_wins_over_include(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": POSTHOG, "src/a.js": UNMASKED, "src/b.js": UNMASKED, "lib/src/a.js": UNMASKED})
    assert paths(tmp_path, "--exclude", "b.js") == {"src/a.js", "lib/src/a.js"}
    assert paths(tmp_path, "--exclude", "/src/") == {"lib/src/a.js"}
    assert paths(tmp_path, "--exclude", "*.js", "--exclude", "!a.js") == {"src/a.js", "lib/src/a.js"}
    assert paths(tmp_path, "--include", "src/", "--exclude", "src/") == set()


@pytest.mark.parametrize("name", ["old/a.js", "vendor/a.js", "tests/a.js", "a.min.js"])
def test_explicit_paths_are_left_out_too(tmp_path: Path, name: str) -> None:
    """As pre-commit hands them over: the excludes of the configuration hold, unless they are switched off."""
    project(tmp_path, {"package.json": POSTHOG, name: UNMASKED, "src/b.js": UNMASKED, "trackaudit.toml": 'exclude = ["old/"]\n'})
    outcome = check(tmp_path, name)
    assert outcome.code == 0
    assert outcome.json["summary"] == {**outcome.json["summary"], "files": 0, "skipped": 1}
    assert paths(tmp_path, name, "src/b.js") == {"src/b.js"}
    assert paths(tmp_path, name, "--no-force-exclude") == {name}


def test_no_force_exclude_is_for_files_that_are_named(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": POSTHOG, "vendor/a.js": UNMASKED, "vendor/b.js": UNMASKED, "src/c.js": UNMASKED})
    assert paths(tmp_path, "--no-force-exclude") == {"src/c.js"}
    assert paths(tmp_path, "vendor/a.js", "src", "--no-force-exclude") == {"vendor/a.js", "src/c.js"}


def test_an_explicit_bundle_is_read_when_asked_for(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": POSTHOG, "app.js": UNMASKED.replace("\n", "") + "a=1;" * 10_000})
    assert paths(tmp_path, "app.js") == set()
    assert paths(tmp_path, "app.js", "--no-force-exclude") == {"app.js"}


def test_a_file_git_ignores_may_be_named(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": POSTHOG, "a.js": UNMASKED, ".gitignore": "a.js\n"}, git=True)
    assert paths(tmp_path) == set()
    assert paths(tmp_path, "a.js") == {"a.js"}


# --- links and what is no file --------------------------------------------------------------------------------


@pytest.mark.parametrize("git", [False, True], ids=["plain", "git"])
def test_links_are_not_followed(tmp_path: Path, git: bool) -> None:
    """What a link points to is listed by itself, or lies outside of the project."""
    project(tmp_path / "elsewhere", {"far.js": UNMASKED, "folder/deep.js": UNMASKED})
    folder = project(tmp_path / "p", {"package.json": POSTHOG, "src/app.js": UNMASKED}, git)
    (folder / "again.js").symlink_to("src/app.js")
    (folder / "far.js").symlink_to("../elsewhere/far.js")
    (folder / "folder").symlink_to("../elsewhere/folder", target_is_directory=True)
    (folder / "self").symlink_to(".", target_is_directory=True)
    (folder / "loop.js").symlink_to("loop.js")
    (folder / "dangling.js").symlink_to("nowhere.js")
    (folder / "src/up").symlink_to("..", target_is_directory=True)
    if git:
        run_git(folder, "add", ".")
    outcome = check(folder, "--select", "unmasked-inputs")
    assert {item["path"] for item in outcome.findings} == {"src/app.js"}
    assert outcome.json["errors"] == []
    assert outcome.code == 1
    assert outcome.json["summary"]["files"] == 2


def test_a_link_that_is_named_is_followed(tmp_path: Path) -> None:
    project(tmp_path / "elsewhere", {"far.js": UNMASKED})
    folder = project(tmp_path / "p", {"package.json": POSTHOG})
    (folder / "far.js").symlink_to("../elsewhere/far.js")
    assert paths(folder, "far.js") == {"far.js"}


@pytest.mark.parametrize("target", ["loop.js", "nowhere.js"])
def test_a_broken_link_that_is_named_is_an_error(tmp_path: Path, target: str) -> None:
    project(tmp_path, {"package.json": POSTHOG, "app.js": UNMASKED})
    (tmp_path / "loop.js").symlink_to(target)
    outcome = check(tmp_path, "loop.js", "app.js", "--select", "unmasked-inputs")
    assert outcome.code == 2
    assert [error["path"] for error in outcome.json["errors"]] == ["loop.js"]
    assert outcome.places() == [("app.js", 2, "unmasked-inputs")]


@pytest.mark.parametrize("git", [False, True], ids=["plain", "git"])
def test_folder_with_a_files_name(tmp_path: Path, git: bool) -> None:
    project(tmp_path, {"package.json": POSTHOG, "x.js/app.js": UNMASKED, "package-lock.json/x": ""}, git)
    assert paths(tmp_path) == {"x.js/app.js"}
    assert paths(tmp_path, "x.js") == {"x.js/app.js"}


def test_pipe_is_passed_over(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": POSTHOG, "app.js": UNMASKED})
    os.mkfifo(tmp_path / "pipe.js")
    outcome = check(tmp_path, "--select", "unmasked-inputs")
    assert outcome.places() == [("app.js", 2, "unmasked-inputs")]
    assert outcome.json["errors"] == []
    assert check(tmp_path, "pipe.js").code == 0


def refuse(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Root may read anything, so the refusal is acted: no file or folder of this name can be opened."""
    real_open, real_scan = os.open, os.scandir

    def opened(path: Any, *arguments: Any, **options: Any) -> int:
        if os.path.basename(os.fspath(path)) == name:
            raise PermissionError(13, "Permission denied", path)
        return real_open(path, *arguments, **options)

    def scanned(path: Any = ".") -> Any:
        if os.path.basename(os.fspath(path)) == name:
            raise PermissionError(13, "Permission denied", path)
        return real_scan(path)

    monkeypatch.setattr(os, "open", opened)
    monkeypatch.setattr(os, "scandir", scanned)


@pytest.mark.parametrize("name", ["secret.js", "package-lock.json"])
def test_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    project(tmp_path, {"package.json": POSTHOG, "app.js": UNMASKED, name: "// posthog\n"})
    refuse(monkeypatch, name)
    outcome = check(tmp_path, "--select", "unmasked-inputs")
    assert outcome.code == 2
    assert [(error["path"], error["kind"]) for error in outcome.json["errors"]] == [(name, "unreadable")]
    assert outcome.places() == [("app.js", 2, "unmasked-inputs")]


def test_file_without_permission_that_is_not_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, {"package.json": POSTHOG, "app.js": UNMASKED, "secret.js": UNMASKED})
    refuse(monkeypatch, "secret.js")
    assert check(tmp_path, "app.js").code == 1


def test_folder_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that could not even be listed were not audited: that must not look like a clean project."""
    project(tmp_path, {"package.json": POSTHOG, "app.js": UNMASKED, "locked/b.js": UNMASKED})
    refuse(monkeypatch, "locked")
    outcome = check(tmp_path, "--select", "unmasked-inputs")
    assert outcome.code == 2
    assert [error["path"] for error in outcome.json["errors"]] == ["locked"]
    assert outcome.places() == [("app.js", 2, "unmasked-inputs")]


def test_read(tmp_path: Path) -> None:
    project(tmp_path, {"a.js": b"x" * 100, "empty.js": b""})
    (tmp_path / "link.js").symlink_to("a.js")
    assert read(str(tmp_path / "a.js"), 100) == b"x" * 100
    assert read(str(tmp_path / "empty.js"), 100) == b""
    assert read(str(tmp_path / "link.js"), 100, follow=True) == b"x" * 100
    for name, limit in (("a.js", 99), ("link.js", 100), (".", 100)):
        with pytest.raises(Skipped):
            read(str(tmp_path / name), limit)
    with pytest.raises(FileNotFoundError):
        read(str(tmp_path / "gone.js"), 100)
    with pytest.raises(Unreadable):
        read(str(tmp_path / "a.js" / "below.js"), 100)


@pytest.mark.parametrize("seen", [0, 10, 99, 150])
def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: int) -> None:
    """Its size was another one a moment ago: what is there now counts, whole, and so does the limit."""
    project(tmp_path, {"a.js": b"x" * 100})
    real = os.fstat

    def earlier(handle: int) -> os.stat_result:
        status = list(real(handle))
        if stat.S_ISREG(status[0]):
            status[6] = seen
        return os.stat_result(status)

    monkeypatch.setattr(os, "fstat", earlier)
    assert read(str(tmp_path / "a.js"), 200) == b"x" * 100
    if seen < 50:
        with pytest.raises(Skipped):
            read(str(tmp_path / "a.js"), 50)


# --- the prefilter --------------------------------------------------------------------------------------------

JAVASCRIPT = [
    "import posthog from 'posthog-js';\nposthog.init('k', { session_recording: { maskAllInputs: false } });",
    "import { PostHog } from 'posthog-node';\nnew PostHog('k', { host: 'http://events.example.com' }).capture({ distinctId: user.email, event: 'x', properties: { password } });",
    "window.posthog.init('k', { api_host: 'http://ph.example.com' });",
    "posthog.identify(email, { phone });",
    "import mixpanel from 'mixpanel-browser';\nmixpanel.init('T', { secure_cookie: false, debug: true });",
    "const mp = require('mixpanel');\nmp.init('T', { protocol: 'http', verbose: true }).track('x', { password });",
    "mixpanel.init('T', { record_mask_all_inputs: false, record_sessions_percent: 10 });",
    "mixpanel.identify(user.email);",
    "import * as Sentry from '@sentry/react';\nSentry.init({ dsn, sendDefaultPii: true, debug: true, integrations: [Sentry.replayIntegration({ maskAllText: false })] });",
    "const Sentry = require('@sentry/node');\nSentry.init({ dsn, sendDefaultPii: true });\nSentry.setUser({ email });",
    "Sentry.setUser({ email: user.email, password });",
    "import { newTracker } from '@snowplow/browser-tracker';\nimport { enableFormTracking } from '@snowplow/browser-plugin-form-tracking';\nnewTracker('sp', 'http://c.example.com', {});\nenableFormTracking();",
    "snowplow('newTracker', 'sp', 'c.example.com', {});\nsnowplow('enableFormTracking');",
    "(function(p,l,o,w,i){p[i]=p[i]||function(){};})(window, document, 'script', 'https://cdn.example.com/3.24.6/sp.js', 'analyse');\nanalyse('newTracker', 'eu', 'c.example.com');\nanalyse('enableFormTracking:eu', { options: {} });",
    "import { options, track } from './part0';\ntrack(options, { password });",
    "export const options = { session_recording: { maskAllInputs: false }, debug: true };\nexport function track(given, data) { client.capture('x', data); }",
]  # fmt: skip
PYTHON = [
    "import sentry_sdk\nsentry_sdk.init(dsn=DSN, send_default_pii=True, debug=True)",
    "from sentry_sdk import init as start, set_user\nstart(send_default_pii=True)\nset_user({'email': email})",
    "import posthog\nposthog.debug = True\nposthog.host = 'http://ph.example.com'\nposthog.capture('id', 'event', properties={'password': password})",
    "from posthog import Posthog\nclient = Posthog('k', host='http://ph.example.com')\nclient.capture(distinct_id=email, event='x')",
    "from mixpanel import Mixpanel, Consumer\nmp = Mixpanel('T', consumer=Consumer(verify_cert=False))\nmp.track(email, 'x', {'password': password})",
    "from snowplow_tracker import Tracker, Emitter, Subject\nTracker(Emitter('c.example.com', protocol='http'), namespace='x')\nSubject().set_user_id(email)",
    "import snowplow_tracker as sp\nsp.Emitter('c.example.com', protocol='http')",
]
MARKUP = [
    "<form><input type=\"password\" name=\"p\"></form>",
    "<input name=\"cc-number\" autocomplete=\"cc-number\">",
    "<input autocomplete=\"one-time-code\">",
    "<textarea name=\"cvv\"></textarea>",
    "<input id=\"CreditCard\"><input name=\"otp_code\"><input name=\"user[password]\"><input name=\"2fa_code\"><input name=\"totp\"><input name=\"mfacode\">",
    "<script src=\"https://cdn.mxpnl.com/libs/mixpanel-2.13.0.min.js\"></script>",
    "<script src=\"https://unpkg.com/posthog-js@1.20.0/dist/array.js\"></script>",
    "<script src=\"https://browser.sentry-cdn.com/7.0.0/bundle.min.js\"></script>",
    "<script src=\"//cdn.example.com/2.7.2/sp.js\"></script>",
]  # fmt: skip
WORDS = [
    "posthog",
    "PostHog",
    "scrollbar",
    "sentry",
    "Sentry",
    "mixpanels",
    "snowplow",
    "password",
    "trackaudit",
    "posthog-js",
    "@sentry/",
    "event",
    "sp.js",
    "xposthogx",
    "otp",
]
SUPPRESSIONS = [
    "trackaudit: ignore[unmasked-inputs] -- internal",
    "trackaudit: ignore[default-pii, tls-off] until 2030-01-01 -- internal",
    "trackaudit: ignore[nonsense] -- x",
    "trackaudit: ignore",
]
PROSE = (
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
    | st.sampled_from(SUPPRESSIONS)
    | st.sampled_from(["日本 posthog 🙂", "ſentry", "poſthog", "été"])
)
NAMES = st.sampled_from(["x", "scrollbar", "posthogs", "my_sentry", "$mixpanel", "Snowplow", "password", "_posthog", "spjs"])
JAVASCRIPT_NOISE = st.one_of(
    PROSE.map("// {}".format), PROSE.map("/* {} */".format), PROSE.map("const s = '{}';".format), PROSE.map("const t = `{}`;".format),
    NAMES.map("const {} = 1;".format), NAMES.map("{}.init('k', {{ debug: true }});".format), NAMES.map("function {}(a) {{ return a; }}".format),
)  # fmt: skip
PYTHON_NOISE = st.one_of(
    PROSE.map("# {}".format), PROSE.map("s = '{}'".format), PROSE.map('"""{}"""'.format), NAMES.map(lambda name: f"{name.strip('$')} = 1"),
    NAMES.map(lambda name: f"{name.strip('$')}.init(debug=True)"),
)  # fmt: skip


def assembled(fragments: list[str], noise: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(st.one_of(st.sampled_from(fragments), noise), max_size=5).map(
        lambda parts: "".join(part + "\n" for part in parts)
    )


SCRIPT = assembled(JAVASCRIPT, JAVASCRIPT_NOISE)
PAGE = st.lists(
    st.one_of(
        st.sampled_from(MARKUP),
        SCRIPT.map("<script>\n{}</script>".format),
        PROSE.map("<!-- {} -->".format),
        PROSE.map("<p>{}</p>".format),
    ),
    max_size=4,
)
FILE = st.one_of(
    st.tuples(st.sampled_from(["js", "mjs", "ts"]), SCRIPT),
    st.tuples(st.just("py"), assembled(PYTHON, PYTHON_NOISE)),
    st.tuples(st.sampled_from(["html", "jinja2"]), PAGE.map(lambda parts: "<html>\n" + "\n".join(parts) + "\n</html>\n")),
    st.tuples(st.just("vue"), st.tuples(SCRIPT, PAGE).map(lambda parts: f"<script>\n{parts[0]}</script>\n<template>\n" + "\n".join(part for part in parts[1] if "<script" not in part) + "\n</template>\n")),
    st.tuples(st.sampled_from(["jsx", "tsx"]), st.tuples(SCRIPT, st.sampled_from(MARKUP[:3])).map(lambda parts: parts[0] + "export const A = () => <main>" + parts[1].replace('">', '" />').replace("</form>", "</form>") + "</main>;\n")),
)  # fmt: skip
REQUIRED = {
    "package.json": '{"dependencies": {\n"posthog-js": "1.20.0",\n"mixpanel-browser": "2.13.0",\n"@sentry/react": "^8.0.0",\n"@snowplow/browser-tracker": "3.1.0"\n}}\n',
    "requirements.txt": "sentry-sdk==1.5.0\nposthog>=3\nmixpanel==4.10.0\nsnowplow-tracker==0.11.0\n",
}


def findings_of(files: dict[str, str], use_prefilter: bool) -> tuple[list[Finding], list[Finding]]:
    with tempfile.TemporaryDirectory() as folder:
        report = audit_folder(project(Path(folder), {**REQUIRED, **files}), use_prefilter=use_prefilter)
        assert not [failure for failure in report.failures if failure.fatal], report.failures
        return report.findings, report.suppressed


@settings(max_examples=80, deadline=None)
@given(st.lists(FILE, min_size=1, max_size=3))
def test_the_prefilter_costs_no_finding(parts: list[tuple[str, str]]) -> None:
    files = {f"part{number}.{suffix}": code for number, (suffix, code) in enumerate(parts)}
    assert findings_of(files, use_prefilter=True) == findings_of(files, use_prefilter=False)


@pytest.mark.parametrize("fragment", [*JAVASCRIPT[:-2], *PYTHON], ids=lambda fragment: fragment[:40])
def test_every_fragment_gives_cause_to_report(fragment: str) -> None:
    """What the property is about would otherwise be nothing at all."""
    name = "part0.py" if fragment in PYTHON else "part0.js"
    assert findings_of({name: fragment + "\n"}, use_prefilter=True)[0]


def test_words_inside_words_are_not_parsed(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "package.json": POSTHOG,
            "a.js": "const posthogs = 1, xposthog = 2, my_posthog = 3;\n",
            "b.py": "sentry_sdks = 1\n",
            "c.js": MASKED,
            "d.py": PII,
        },
    )
    assert check(tmp_path).json["summary"]["parsed"] == 2
