"""What the tests of the command share: laying out a project, and running trackaudit in it, in this process or in its own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner

from trackaudit.cli import cli

ROOT = Path(__file__).resolve().parent.parent
_CACHE = tempfile.TemporaryDirectory(prefix="trackaudit-cache-")
# What decides a verdict is in the project, never in the environment of whoever runs the tests.
_UNSET = (
    "NO_COLOR",
    "FORCE_COLOR",
    "SOURCE_DATE_EPOCH",
    "TRACKAUDIT_DEBUG",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
)
ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "XDG_CACHE_HOME": _CACHE.name,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "PYTHONUTF8": "0",
    "LC_ALL": "C.UTF-8",
}

# A finding that no review should let through: rule unmasked-inputs, severity error, at the option's key.
UNMASKED = "import posthog from 'posthog-js';\nposthog.init('k', { session_recording: { maskAllInputs: false } });\n"
MASKED = UNMASKED.replace("false", "true")
# The same in Python: rule default-pii, at the keyword.
PII = "import sentry_sdk\n\nsentry_sdk.init(dsn=DSN, send_default_pii=True)\n"
POSTHOG = '{\n  "dependencies": {\n    "posthog-js": "1.449.2"\n  }\n}\n'


class Outcome(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document

    @property
    def findings(self) -> list[dict[str, Any]]:
        findings: list[dict[str, Any]] = self.json["findings"]
        return findings

    def places(self, *rules: str) -> list[tuple[str, int, str]]:
        """Path, line and rule of every finding, notes left out unless their rules are asked for."""
        return [
            (item["path"], item["line"], item["rule"])
            for item in self.findings
            if (item["rule"] in rules if rules else item["severity"] != "note")
        ]


def project(folder: Path, files: Mapping[str, str | bytes], git: bool = False) -> Path:
    """Write files below a folder; ``git`` makes it a work tree, with nothing added yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    if git:
        run_git(folder, "init", "-q")
    return folder


def run_git(folder: Path, *arguments: str) -> str:
    settings = [
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "init.defaultBranch=main",
    ]
    done = subprocess.run(
        ["git", *settings, *arguments], cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def commit(folder: Path, *settings: str) -> str:
    """Commit everything below a folder; the revision."""
    run_git(folder, "add", "-A")
    run_git(folder, *settings, "commit", "-qm", "x")
    return run_git(folder, "rev-parse", "HEAD").strip()


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that the tests start."""
    return {**{name: value for name, value in os.environ.items() if name not in _UNSET}, **ENVIRONMENT, **more}


def run(folder: Path, *arguments: str, stdin: str | bytes = b"", **env: str | None) -> Outcome:
    """The command in this process, which is many times faster than :func:`spawn`."""
    settings: dict[str, str | None] = {**dict.fromkeys(_UNSET), **ENVIRONMENT, **env}
    with contextlib.chdir(folder):
        result = CliRunner(env=settings).invoke(cli, arguments, input=stdin, prog_name="trackaudit")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(result.exit_code, result.stdout, result.stderr)


def check(folder: Path, *arguments: str, stdin: str | bytes = b"", **env: str | None) -> Outcome:
    """``trackaudit check --format json`` in this process."""
    return run(folder, "check", "--format", "json", *arguments, stdin=stdin, **env)


def spawn(folder: Path, *arguments: str, stdin: bytes = b"", **env: str) -> Outcome:
    """``python -m trackaudit`` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "trackaudit", *arguments],
        cwd=folder,
        input=stdin,
        env=environment(**env),
        capture_output=True,
        check=False,
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())
