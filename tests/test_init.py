"""``trackaudit init``, and the files for CI that it writes and that stand in the repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.command import POSTHOG, ROOT, UNMASKED, check, commit, environment, project, run, run_git, spawn
from trackaudit import __version__
from trackaudit.config import load
from trackaudit.scaffold import PIECES


def test_it_says_what_there_is_and_writes_nothing(tmp_path: Path) -> None:
    project(tmp_path, {"a.js": UNMASKED, "package.json": POSTHOG}, git=True)
    outcome = run(tmp_path, "init")
    assert outcome.code == 0
    assert "PostHog (posthog-js) 1.449.2, 1 set-up" in outcome.out
    assert {path.name for path in tmp_path.iterdir()} == {"a.js", "package.json", ".git"}


def test_it_writes_what_is_asked_for_and_overwrites_nothing(tmp_path: Path) -> None:
    project(tmp_path, {"a.js": UNMASKED, ".pre-commit-config.yml": "repos: []\n"}, git=True)
    outcome = run(tmp_path, "init", *PIECES)
    assert outcome.code == 0, outcome.err
    assert load(str(tmp_path)).source == "trackaudit.toml"
    assert (tmp_path / ".pre-commit-config.yml").read_text() == "repos: []\n"
    assert not (tmp_path / ".pre-commit-config.yaml").exists()
    assert ".pre-commit-config.yml is there already and was left alone" in outcome.out
    assert yaml.safe_load((tmp_path / ".github/workflows/trackaudit.yml").read_text())["jobs"]
    (tmp_path / "trackaudit.toml").write_text("profile = 'strict'\n")
    run(tmp_path, "init", "config")
    assert (tmp_path / "trackaudit.toml").read_text() == "profile = 'strict'\n"


def test_a_configuration_in_the_project_file_counts(tmp_path: Path) -> None:
    project(tmp_path, {"pyproject.toml": "[tool.trackaudit]\nprofile = 'strict'\n"}, git=True)
    assert "pyproject.toml is there already" in run(tmp_path, "init", "config").out
    assert not (tmp_path / "trackaudit.toml").exists()


def test_an_unknown_piece_is_refused(tmp_path: Path) -> None:
    assert run(tmp_path, "init", "jenkins").code == 2


def test_what_it_writes_is_what_the_documentation_shows() -> None:
    shown = re.sub(r"\s+#[^\n]*", "", (ROOT / "docs/ci.md").read_text())
    for name in ("gitlab", "pre-commit"):
        text = re.sub(r"\s+#[^\n]*", "", PIECES[name].text).replace(f"=={__version__}", "")
        assert text in shown, name


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text())


def shell(folder: Path, script: str, **given: str) -> subprocess.CompletedProcess[str]:
    """A script as a runner of a CI system runs it, with the command on its path."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("the scripts of CI systems need bash")
    project(folder, {"bin/trackaudit": f'#!/bin/sh\nexec "{sys.executable}" -m trackaudit "$@"\n'})
    (folder / "bin/trackaudit").chmod(0o755)
    variables = environment(**given, PATH=f"{folder}/bin:{os.environ['PATH']}")
    return subprocess.run([bash, "-ec", script], cwd=folder, env=variables, capture_output=True, text=True, check=False)


def documented(job: str) -> Any:
    """A job in the documentation, by the name under which it stands there."""
    for block in re.findall(r"^```yaml\n(.*?)^```", (ROOT / "docs/ci.md").read_text(encoding="utf-8"), re.S | re.M):
        table = yaml.safe_load(block)
        if isinstance(table, dict) and job in (found := table.get("jobs", table)):
            return found[job]
    raise AssertionError(f"no job {job!r}")


def test_the_documented_shards_are_the_whole(tmp_path: Path) -> None:
    project(tmp_path, {f"src/page{number}.js": UNMASKED for number in range(8)}, git=True)
    shards, report = documented("shards"), documented("report")
    commands = [[step["run"] for step in job["steps"] if "trackaudit " in step.get("run", "")] for job in (shards, report)]
    for number in shards["strategy"]["matrix"]["shard"]:
        done = shell(tmp_path, commands[0][0].replace("${{ matrix.shard }}", str(number)))
        assert done.returncode == 0, done.stderr
    done = shell(tmp_path, commands[1][0])
    assert (done.returncode, done.stdout) == (1, run(tmp_path, "check", "--format", "github").out)
    results = json.loads((tmp_path / "trackaudit.sarif").read_text())["runs"][0]["results"]
    assert len(results) == len(check(tmp_path).findings)


def test_the_documented_job_for_gitlab_tells_what_is_new(tmp_path: Path) -> None:
    project(tmp_path, {"old.js": UNMASKED}, git=True)
    base = commit(tmp_path)
    project(tmp_path, {"new.js": UNMASKED})
    (script,) = documented("trackaudit")["script"]
    assert shell(tmp_path, script, CI_MERGE_REQUEST_DIFF_BASE_SHA=base).returncode == 1
    told = {entry["location"]["path"] for entry in json.loads((tmp_path / "gl-code-quality.json").read_text())}
    assert told == {"new.js"}
    shell(tmp_path, script)
    told = {entry["location"]["path"] for entry in json.loads((tmp_path / "gl-code-quality.json").read_text())}
    assert told == {"new.js", "old.js"}


def test_the_action_runs_its_own_commands(tmp_path: Path) -> None:
    """The script of the action, run as a runner does: on a pull request it tells what the change brings."""
    action = read("action.yml")
    script = action["runs"]["steps"][-1]["run"]
    assert "${{" not in script, "what a workflow is given must not become a command"
    project(tmp_path, {"old.js": UNMASKED}, git=True)
    commit(tmp_path)
    run_git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    project(tmp_path, {"new; touch hacked.js": UNMASKED})
    done = shell(tmp_path, script, PATHS=".", SINCE="", BASE="main", ARGUMENTS="--exclude bin/", SARIF="out.sarif")
    assert done.returncode == 1, done.stderr
    assert "old.js" not in done.stdout and "new; touch hacked.js" in done.stdout
    assert (tmp_path / "out.sarif").exists() and not (tmp_path / "hacked.js").exists()


def test_the_workflows_and_the_action_say_what_they_need() -> None:
    workflow, action = read(".github/workflows/trackaudit.yml"), read("action.yml")
    assert workflow["permissions"] == {"contents": "read"}
    for step in workflow["jobs"]["trackaudit"]["steps"]:
        assert step["uses"].partition("@")[2], "every action is pinned"
        given = step.get("with", {})
        if step["uses"].startswith("trackaudit/trackaudit@"):
            assert given.keys() <= action["inputs"].keys()


def test_completion_is_there(tmp_path: Path) -> None:
    outcome = spawn(tmp_path, _TRACKAUDIT_COMPLETE="bash_complete", COMP_WORDS="trackaudit inv", COMP_CWORD="1")
    assert outcome.out.strip() == "plain,inventory"
