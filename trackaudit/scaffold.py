"""What ``trackaudit init`` writes into a repository: a configuration, a hook, a workflow. Nothing that is there is touched."""

from __future__ import annotations

import os
from typing import NamedTuple

from trackaudit import __version__

HOME = "https://github.com/trackaudit/trackaudit"
CONFIGURATION = """\
# What trackaudit checks here: see docs/configuration.md in {home}
fail-on = "warning"     # note, warning or error: from which severity on a check fails
profile = "default"     # strict shows notes and less certain findings too
# deselect = []         # rules, categories or SDKs to leave out
# exclude = []          # files to leave out (git-ignore patterns), beside tests, vendored and generated code
"""
HOOK = """\
repos:
  - repo: {home}
    rev: v{version}
    hooks:
      - id: trackaudit
"""
GITHUB = """\
name: trackaudit
on:
  pull_request:
  push:
    branches: [main]

permissions:
  contents: read

jobs:
  trackaudit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0            # a pull request is compared with where it left its base
          persist-credentials: false
      - uses: trackaudit/trackaudit@v{version}
"""
GITLAB = """\
trackaudit:
  image: python:3.13-slim
  variables:
    GIT_DEPTH: 0                    # a merge request is compared with where it left its base
  before_script:
    - apt-get update -qq && apt-get install -y -qq git
    - pip install --quiet trackaudit-lint=={version}
  script:
    - trackaudit check ${{CI_MERGE_REQUEST_DIFF_BASE_SHA:+--since "$CI_MERGE_REQUEST_DIFF_BASE_SHA"}} --format gitlab=gl-code-quality.json --format text
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality.json
"""


class Piece(NamedTuple):
    """A file that can be written. ``others`` are files that hold the same where they exist; then its text is only shown."""

    path: str
    text: str
    others: tuple[str, ...] = ()


def _piece(path: str, text: str, *others: str) -> Piece:
    return Piece(path, text.format(home=HOME, version=__version__), others)


PIECES = {
    "config": _piece("trackaudit.toml", CONFIGURATION),
    "pre-commit": _piece(".pre-commit-config.yaml", HOOK, ".pre-commit-config.yml"),
    "github": _piece(".github/workflows/trackaudit.yml", GITHUB),
    "gitlab": _piece(".gitlab-ci.yml", GITLAB, ".gitlab-ci.yaml"),
}


class Written(NamedTuple):
    """What came of one piece: the file that was written, or the one that was there already and was left alone."""

    path: str
    is_new: bool
    text: str


def write_piece(root: str, name: str) -> Written:
    """Write one piece, unless something is there already. Raises OSError where it cannot be written."""
    piece = PIECES[name]
    there = next((path for path in (piece.path, *piece.others) if os.path.lexists(os.path.join(root, path))), None)
    if there is None and name == "config" and _is_configured(root):
        there = "pyproject.toml"
    if there is not None:
        return Written(there, False, piece.text)
    full = os.path.join(root, piece.path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "x", encoding="utf-8", newline="\n") as file:
        file.write(piece.text)
    return Written(piece.path, True, piece.text)


def _is_configured(root: str) -> bool:
    """Whether pyproject.toml holds the tool's configuration."""
    try:
        with open(os.path.join(root, "pyproject.toml"), encoding="utf-8") as file:
            return "[tool.trackaudit" in file.read()
    except (OSError, UnicodeDecodeError):
        return False
