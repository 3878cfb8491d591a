"""The hook, run by the real pre-commit program on a scratch repository.

pre-commit clones the hook's repository, here made from this working tree, and installs it with pip.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import MASKED, PII, POSTHOG, ROOT, environment, project, run, run_git
from trackaudit.languages import BY_SUFFIX, MANIFESTS, language_of, manifest_of

HOOKS = ROOT / ".pre-commit-hooks.yaml"
IGNORED = shutil.ignore_patterns(
    ".git",
    "*.egg-info",
    "build",
    "dist",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
    ".venv*",
    "node_modules",
    "tests",
    "benchmarks",
)

# The version, the set-up and the options lie in three files; the one that is changed is none of the first two.
SETUP = "import posthog from 'posthog-js';\nimport { options } from './options';\nposthog.init('k', options);\n"
FORM = "export const Login = () => (\n  <form>\n    {}\n  </form>\n);\n"
TRACKER = "import mixpanel from 'mixpanel-browser';\n\nmixpanel.init('T', {});\n"
MANIFEST = POSTHOG.replace("posthog-js", "mixpanel-browser").replace("1.449.2", "2.13.0")


@pytest.fixture(scope="module")
def hook(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository with the hook, and the revision to use."""
    folder = tmp_path_factory.mktemp("hook") / "trackaudit"
    shutil.copytree(ROOT, folder, symlinks=True, ignore=IGNORED)
    run_git(folder, "init", "-q")
    run_git(folder, "add", ".")
    run_git(folder, "commit", "-qm", "the working tree")
    return folder, run_git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps what it installs, once for all tests."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def scratch(tmp_path: Path, hook: tuple[Path, str]) -> Path:
    """A repository that uses the hook: what is known to leak is allowed for, the form is not there yet."""
    source, revision = hook
    allowed = "[[ignore]]\nrule = 'vulnerable-sdk'\npackage = 'mixpanel-browser'\nreason = 'autotrack is off for this project at Mixpanel'\n\n[[ignore]]\nrule = 'autocapture'\npath = 'src'\nreason = 'the same'\n"
    files: dict[str, str | bytes] = {
        ".pre-commit-config.yaml": f"repos:\n  - repo: {source.as_posix()}\n    rev: {revision}\n    hooks:\n      - id: trackaudit\n",
        "package.json": MANIFEST, "src/analytics.js": TRACKER, "src/login.jsx": FORM.format("<input name='user' />"), "trackaudit.toml": allowed, "README.md": "# Shop\n",
    }  # fmt: skip
    project(tmp_path, files, git=True)
    run_git(tmp_path, "add", ".")
    run_git(tmp_path, "commit", "-qm", "begin")
    return tmp_path


def pre_commit(folder: Path, home: Path, *arguments: str) -> tuple[int, str]:
    environ = {name: value for name, value in environment(PRE_COMMIT_HOME=str(home)).items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--color=never", *arguments],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_changed_file_is_judged_in_its_project(scratch: Path, home: Path) -> None:
    """Only the form is handed to the hook; the tracker is set up in one other file, its version pinned in another."""
    project(scratch, {"src/login.jsx": FORM.format("<input type='password' />")})
    run_git(scratch, "add", "src/login.jsx")
    code, out = pre_commit(scratch, home)
    assert code == 1, out
    assert "src/login.jsx:3:" in out
    assert "sensitive-input" in out
    assert "src/analytics.js:3:" in out
    assert "2.13.0" in out

    project(scratch, {"src/login.jsx": FORM.format("<input type='password' className='mp-no-track' />")})
    run_git(scratch, "add", "src/login.jsx")
    code, out = pre_commit(scratch, home)
    assert code == 0, out
    assert "Passed" in out


def test_nothing_is_reported_of_files_that_did_not_change(scratch: Path, home: Path) -> None:
    project(scratch, {"src/login.jsx": FORM.format("<input type='password' />")})
    run_git(scratch, "add", ".")
    run_git(scratch, "commit", "-qm", "leak")
    project(scratch, {"src/other.js": "export const x = 1;\n"})
    run_git(scratch, "add", ".")
    assert pre_commit(scratch, home)[0] == 0
    code, out = pre_commit(scratch, home, "--all-files")
    assert code == 1, out
    assert "src/login.jsx:3:" in out


def test_a_changed_version_is_judged(scratch: Path, home: Path) -> None:
    """A lockfile that moves to a leaking version is a change of what is collected."""
    (scratch / "trackaudit.toml").unlink()
    project(scratch, {"package.json": MANIFEST.replace("2.13.0", "2.41.0")})
    run_git(scratch, "add", ".")
    assert pre_commit(scratch, home)[0] == 0
    run_git(scratch, "commit", "-qm", "a version without autotrack")
    project(scratch, {"package.json": MANIFEST})
    run_git(scratch, "add", ".")
    code, out = pre_commit(scratch, home)
    assert code == 1, out
    assert "package.json:3:" in out
    assert "vulnerable-sdk" in out


def test_what_is_not_staged_does_not_count(scratch: Path, home: Path) -> None:
    project(scratch, {"src/login.jsx": FORM.format("<input name='user' id='u' />")})
    run_git(scratch, "add", ".")
    project(scratch, {"src/login.jsx": FORM.format("<input type='password' />")})
    assert pre_commit(scratch, home)[0] == 0
    assert "password" in (scratch / "src/login.jsx").read_text()


def test_excludes_hold_for_what_pre_commit_hands_over(scratch: Path, home: Path) -> None:
    project(
        scratch,
        {
            "tests/login.jsx": FORM.format("<input type='password' />"),
            "old/login.jsx": FORM.format("<input type='password' />"),
            "README.md": "# Shop, mixpanel\n",
        },
    )
    config = (scratch / "trackaudit.toml").read_text()
    (scratch / "trackaudit.toml").write_text("exclude = ['old/']\n\n" + config)
    run_git(scratch, "add", ".")
    code, out = pre_commit(scratch, home)
    assert code == 0, out


def test_unusual_names_and_python(scratch: Path, home: Path) -> None:
    project(scratch, {'src/it\'s a "login" 日本.jsx': FORM.format("<input type='password' />"), "app.py": PII, "ok.ts": MASKED})
    run_git(scratch, "add", ".")
    code, out = pre_commit(scratch, home)
    assert code == 1, out
    assert 'src/it\'s a "login" 日本.jsx:3:' in out
    assert "app.py:3:" in out


# --- the hook's description -----------------------------------------------------------------------------------


def described() -> str:
    return HOOKS.read_text(encoding="utf-8")


def pattern() -> re.Pattern[str]:
    """The pattern that pre-commit compiles, as YAML folds it into one line."""
    match = re.search(r"^  files: >-\n((?:    .*\n)+)", described(), re.M)
    assert match
    return re.compile(" ".join(line.strip() for line in match[1].splitlines()))


def test_the_hook_is_valid() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", str(HOOKS)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    for line in ("- id: trackaudit", "entry: trackaudit check", "language: python", "require_serial: true"):
        assert line in described()


@pytest.mark.parametrize(
    "name",
    [
        *(f"a{suffix}" for suffix in BY_SUFFIX),
        *MANIFESTS,
        "requirements.txt",
        "requirements-dev.txt",
        "requirements_web.in",
        "page.blade.php",
        "PAGE.HTML",
    ],
)
@pytest.mark.parametrize("folder", ["", "src/"])
def test_the_hook_takes_every_file_that_is_read(folder: str, name: str) -> None:
    assert language_of(name) or manifest_of(name)
    assert pattern().search(folder + name)


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "main.rs",
        "a.json",
        "tsconfig.json",
        "x.lock",
        "mypackage.json",
        "a.pyc",
        "a.css",
        "Cargo.toml",
        "docs/requirements.md",
        "a.js.map",
        "app.php",
    ],
)
def test_the_hook_takes_no_other(name: str) -> None:
    assert not language_of(name)
    assert not manifest_of(name)
    assert not pattern().search(name)


def test_a_team_adopts_the_hook_with_a_baseline(scratch: Path, home: Path) -> None:
    """What is known does not stop a commit, what a change adds through a wrapper does; mended and pruned, all is quiet."""
    wrapper = "import mixpanel from 'mixpanel-browser';\n\nexport const track = (name, data) => mixpanel.track(name, data);\n"
    caller = "import { track } from './track';\n\ntrack('sign up', { KEY: user.VALUE });\n"
    project(scratch, {"src/login.jsx": FORM.format("<input type='password' />"), "src/track.js": wrapper})
    assert run(scratch, "baseline").code == 0
    run_git(scratch, "add", ".")
    code, out = pre_commit(scratch, home)
    assert code == 0, out
    run_git(scratch, "commit", "-qm", "adopt")

    project(
        scratch,
        {
            "src/sign-up.js": caller.replace("KEY", "email").replace("VALUE", "email"),
            "src/login.jsx": FORM.format("<input name='user' />"),
        },
    )
    run_git(scratch, "add", ".")
    code, out = pre_commit(scratch, home)
    assert code == 1, out
    assert "src/sign-up.js:3:" in out and "sensitive-property" in out and "src/login.jsx" not in out

    project(scratch, {"src/sign-up.js": caller.replace("KEY", "plan").replace("VALUE", "plan")})
    run_git(scratch, "add", ".")
    code, out = pre_commit(scratch, home)
    assert code == 0, out
    assert "sensitive-input" in (scratch / "trackaudit-baseline.jsonl").read_text()
    assert run(scratch, "baseline", "--prune").code == 0
    left = (scratch / "trackaudit-baseline.jsonl").read_text()
    assert "sensitive-input" not in left and "insecure-cookie" in left
