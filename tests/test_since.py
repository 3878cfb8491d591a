"""What a change brings: ``check --since`` and ``--staged``, and how a team adopts the tool."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import MASKED, PII, UNMASKED, check, commit, project, run, run_git

CONFIG = 'deselect = ["autocapture", "unmasked-text", "captured-bodies", "local-variables", "conflicting-setup"]\n'
SAFE_WRAPPER = "export function track(name, data) {\n  console.log(name, data);\n}\n"
WRAPPER = "import posthog from 'posthog-js';\nexport function track(name, data) {\n  posthog.capture(name, data);\n}\n"
CALLER = "import { track } from './track';\nexport function signUp(user) {\n  track('sign up', { email: user.email });\n}\n"


def committed(folder: Path, files: dict[str, str], branch: str = "main") -> None:
    fresh = not (folder / ".git").exists()
    project(folder, {"trackaudit.toml": CONFIG, **files} if fresh else files, git=fresh)
    if fresh:
        run_git(folder, "checkout", "-q", "-b", branch)
    commit(folder)


def places(folder: Path, *arguments: str) -> list[tuple[str, str]]:
    outcome = check(folder, *arguments)
    assert outcome.code in (0, 1), outcome.err
    return [(finding["path"], finding["rule"]) for finding in outcome.findings]


def test_only_what_is_new_is_told(tmp_path: Path) -> None:
    committed(tmp_path, {"old.js": UNMASKED, "app.py": ""})
    assert places(tmp_path, "--since", "main") == []
    project(tmp_path, {"app.py": PII, "new one.js": UNMASKED})
    assert places(tmp_path, "--since", "main") == [("app.py", "default-pii"), ("new one.js", "unmasked-inputs")]
    assert places(tmp_path, "--since", "main", "app.py") == [("app.py", "default-pii")]


def test_what_a_changed_wrapper_causes_elsewhere_is_new(tmp_path: Path) -> None:
    committed(tmp_path, {"track.js": SAFE_WRAPPER, "sign-up.js": CALLER})
    project(tmp_path, {"track.js": WRAPPER})
    assert places(tmp_path, "--since", "HEAD") == [("sign-up.js", "sensitive-property")]


def test_what_a_changed_version_causes_is_new(tmp_path: Path) -> None:
    manifest = '{"dependencies": {"mixpanel-browser": "VERSION"}}\n'
    code = "import mixpanel from 'mixpanel-browser';\nmixpanel.init('T');\n"
    committed(tmp_path, {"package.json": manifest.replace("VERSION", "2.18.0"), "a.js": code})
    project(tmp_path, {"package.json": manifest.replace("VERSION", "2.13.0")})
    assert ("package.json", "vulnerable-sdk") in places(tmp_path, "--since", "HEAD")
    assert ("a.js", "insecure-endpoint") in places(tmp_path, "--since", "HEAD"), "its default of that time"


def test_what_is_old_is_told_where_its_line_is_touched(tmp_path: Path) -> None:
    committed(tmp_path, {"a.js": UNMASKED, "b.js": UNMASKED})
    project(tmp_path, {"a.js": UNMASKED.replace("maskAllInputs: false", "maskAllInputs: false, maskTextSelector: '*'")})
    assert places(tmp_path, "--since", "HEAD") == [("a.js", "unmasked-inputs")]


def test_a_renamed_file_brings_nothing_new(tmp_path: Path) -> None:
    committed(tmp_path, {"src/ä b.js": "// one\n// two\n" + UNMASKED, "other.js": UNMASKED})
    run_git(tmp_path, "mv", "src/ä b.js", 'src/c "d".js')
    assert places(tmp_path, "--since", "HEAD") == []
    assert places(tmp_path, "--since", "HEAD", "src") == []


def test_the_change_starts_where_the_branch_left(tmp_path: Path) -> None:
    committed(tmp_path, {"a.js": MASKED})
    run_git(tmp_path, "checkout", "-q", "-b", "topic")
    committed(tmp_path, {"b.js": UNMASKED})
    run_git(tmp_path, "checkout", "-q", "main")
    committed(tmp_path, {"c.js": UNMASKED})
    run_git(tmp_path, "checkout", "-q", "topic")
    assert places(tmp_path, "--since", "main") == [("b.js", "unmasked-inputs")]


def test_what_is_staged_is_judged_as_it_is_staged(tmp_path: Path) -> None:
    committed(tmp_path, {"a.js": MASKED, "old.js": UNMASKED})
    project(tmp_path, {"a.js": UNMASKED, "untracked.js": UNMASKED})
    assert places(tmp_path, "--staged") == []
    run_git(tmp_path, "add", "a.js")
    project(tmp_path, {"a.js": MASKED})
    assert places(tmp_path, "--staged") == [("a.js", "unmasked-inputs")]
    assert places(tmp_path, "--staged", "old.js") == []


def test_what_git_cannot_tell_is_said(tmp_path: Path) -> None:
    project(tmp_path / "plain", {"a.js": UNMASKED})
    outcome = run(tmp_path / "plain", "check", "--since", "main")
    assert outcome.code == 2 and "not in a git repository" in outcome.err
    project(tmp_path / "empty", {"a.js": UNMASKED}, git=True)
    assert run(tmp_path / "empty", "check", "--staged").code == 2
    committed(tmp_path / "whole", {"a.js": UNMASKED})
    committed(tmp_path / "whole", {"b.js": UNMASKED})
    outcome = run(tmp_path / "whole", "check", "--since", "nowhere")
    assert outcome.code == 2 and "'nowhere' is no revision" in outcome.err
    run_git(tmp_path, "clone", "-q", "--depth", "1", f"file://{tmp_path}/whole", "shallow")
    outcome = run(tmp_path / "shallow", "check", "--since", "HEAD~1")
    assert outcome.code == 2 and "shallow" in outcome.err
    assert run(tmp_path / "whole", "check", "--since", "HEAD", "--staged").code == 2


@pytest.mark.parametrize("inside", [False, True])
def test_a_team_adopts_it(tmp_path: Path, inside: bool) -> None:
    """Adopt with a baseline, open a change that adds a finding through a wrapper, see only that one, mend it, prune, see none."""
    where = tmp_path / "packages" / "web" if inside else tmp_path
    committed(tmp_path, {"old.js": UNMASKED, "app.py": PII, "track.js": WRAPPER, "packages/web/package.json": "{}"})
    assert run(where, "baseline", str(tmp_path)).code == 0
    commit(tmp_path)
    assert check(where, str(tmp_path)).code == 0

    run_git(tmp_path, "checkout", "-q", "-b", "sign-up")
    project(tmp_path, {"sign-up.js": CALLER, "old.js": "// moved down\n" + UNMASKED})
    commit(tmp_path)
    for arguments in ((), ("--since", "main")):
        outcome = check(where, str(tmp_path), *arguments)
        assert outcome.code == 1
        assert [finding["rule"] for finding in outcome.findings] == ["sensitive-property"]

    project(tmp_path, {"sign-up.js": CALLER.replace("email: user.email", "plan: user.plan"), "old.js": MASKED})
    outcome = check(where, str(tmp_path))
    assert [finding["rule"] for finding in outcome.findings] == ["stale-baseline"]
    assert run(where, "baseline", "--prune", str(tmp_path)).code == 0
    outcome = check(where, str(tmp_path))
    assert (outcome.code, outcome.findings) == (0, [])


def test_a_submodule_is_a_project_of_its_own(tmp_path: Path) -> None:
    library = project(tmp_path / "library", {"lib.js": MASKED}, git=True)
    commit(library)
    app = project(tmp_path / "app", {"app.js": MASKED}, git=True)
    run_git(app, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(library), "packages/lib")
    commit(app)
    project(app, {"packages/lib/lib.js": UNMASKED, "app.js": UNMASKED})
    commit(app / "packages/lib")
    commit(app)
    outcome = check(app, "--since", "HEAD~1")
    assert outcome.places() == [("app.js", 2, "unmasked-inputs")]
    assert outcome.json["skipped"] == {"submodules": 1}
    assert check(app, "packages/lib", "--since", "HEAD~1").places() == [("packages/lib/lib.js", 2, "unmasked-inputs")]
    assert check(app, "app.js").json["skipped"] == {}
