"""What git knows of a project's past: which revision a change started from, and the files at that revision.

Git is only read, without its hooks, filters or network: a partial clone that lacks an object is an error, not a download.
"""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime
from typing import IO, NamedTuple

from trackaudit.discover import MANIFEST_MAX_SIZE
from trackaudit.languages import manifest_of

_HUNK = re.compile(r"@@ -[0-9,]+ \+(\d+)(?:,(\d+))? @@")
MAX_SIZE = 1_000_000  # bytes of a file at a revision that is no manifest


class HistoryError(Exception):
    """A revision that cannot be read; the message says why and what helps."""


def base_of(root: str, revision: str) -> str:
    """The commit that the work tree's changes since ``revision`` start from: the merge base, as a pull request means it.

    Raises HistoryError for a folder without git, an unknown revision and a clone that is too shallow.
    """
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        if _git(root, "rev-parse", "--git-dir") is None:
            raise HistoryError(f"{root} is not in a git repository, so there is nothing to compare with")
        hint = "; this clone is shallow, fetch more of its history" if _shallow(root) else ""
        raise HistoryError(f"{revision!r} is no revision of this repository{hint}")
    base = _git(root, "merge-base", "HEAD", commit)
    if base is None and _shallow(root):
        raise HistoryError(
            f"this clone is too shallow to tell where {revision!r} and the work tree part; fetch more of its history"
        )
    return base or commit


def write_files(root: str, commit: str, folder: str) -> None:
    """Write the files of a commit that an audit could read into an empty folder, as they are in git."""
    listing = _git(root, "ls-tree", "-r", "-z", "-l", "--full-tree", commit)
    if listing is None:
        raise HistoryError(f"git could not list the files of {commit}")
    wanted = [entry for line in listing.split("\0") if line and (entry := _entry(line)) is not None]
    command = ["git", "-C", root, "cat-file", "--batch"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
    ) as git:
        assert git.stdin is not None and git.stdout is not None
        for blob, path in wanted:
            git.stdin.write(blob.encode() + b"\n")
            git.stdin.flush()
            data = _blob(git.stdout)
            if data is None:
                raise HistoryError(f"git has not got {path} of {commit}; fetch the objects of this partial clone")
            target = os.path.join(folder, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as file:
                file.write(data)
        git.stdin.close()


def _entry(line: str) -> tuple[str, str] | None:
    """The blob and path of a regular file of a size that is read at all."""
    about, _, path = line.partition("\t")
    mode, kind, blob, size = about.split()
    if kind != "blob" or not mode.startswith("100") or ".." in path.split("/"):
        return None
    limit = MANIFEST_MAX_SIZE if manifest_of(path.rpartition("/")[2]) else MAX_SIZE
    return (blob, path) if int(size) <= limit else None


def _blob(stream: IO[bytes]) -> bytes | None:
    header = stream.readline().split()
    if len(header) != 3:
        return None
    data = stream.read(int(header[2]))
    stream.read(1)
    return data


def _shallow(root: str) -> bool:
    return _git(root, "rev-parse", "--is-shallow-repository") == "true"


def _git(root: str, *arguments: str) -> str | None:
    """What git prints, None where it fails."""
    try:
        done = subprocess.run(["git", "-C", root, *arguments], capture_output=True, env=_environment(), check=False)
    except OSError:
        raise HistoryError("git is not installed, and the past of a project can only be read with it") from None
    return done.stdout.decode("utf-8", "surrogateescape").strip("\n") if done.returncode == 0 else None


def _environment() -> dict[str, str]:
    return {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


def blame(root: str, path: str, lines: list[int]) -> dict[int, tuple[str, str]]:
    """When and by whom lines of a file in the work tree were last changed: the day, and the author's name. Lines that are not in git yet,
    and files that git does not know, are left out."""
    ranges = [option for line in lines for option in ("-L", f"{line},{line}")]
    told = _git(root, "blame", "--line-porcelain", *ranges, "--", path)
    found: dict[int, tuple[str, str]] = {}
    line, author, day = 0, "", ""
    for text in told.split("\n") if told is not None else ():
        if text.startswith("\t"):
            if author != "Not Committed Yet":
                found[line] = (day, author)
        elif text.startswith("author "):
            author = text.removeprefix("author ")
        elif text.startswith("author-time "):
            day = datetime.fromtimestamp(int(text.removeprefix("author-time ")), UTC).date().isoformat()
        elif (head := text.split(" ")) and len(head) >= 3 and len(head[0]) >= 40 and head[2].isdigit():
            line = int(head[2])
    return found


class Change(NamedTuple):
    """What lies between a commit and the work tree or the index: the lines that were added or changed by file, the files that are
    ``gone``, and those that were ``renamed``, from their old path to their new one."""

    lines: dict[str, set[int]]
    gone: set[str]
    renamed: dict[str, str]


class Index(NamedTuple):
    """What git's index holds where that is not what lies in the work tree, and the files of the work tree that it lacks."""

    contents: dict[str, bytes]
    missing: frozenset[str]


def change_since(root: str, commit: str, in_index: bool = False) -> Change:
    """What changed since a commit, in the work tree or in the index. Paths are below ``root``. Raises HistoryError where git cannot tell."""
    where = ["--cached"] if in_index else []
    names = _git(root, "diff", *where, "--relative", "--name-status", "-M", "-z", "--no-ext-diff", commit, "--", ".")
    patch = _git(
        root, "-c", "core.quotePath=false", "diff", *where, "--relative", "-U0", "-M", "--no-color", "--no-ext-diff", "--no-textconv",
        "--src-prefix=a/", "--dst-prefix=b/", commit, "--", ".",
    )  # fmt: skip
    if names is None or patch is None:
        raise HistoryError(f"git could not compare the work tree with {commit[:12]}")
    gone: set[str] = set()
    renamed: dict[str, str] = {}
    parts = iter(names.split("\0"))
    for status in parts:
        if status.startswith(("R", "C")):
            old, new = next(parts), next(parts)
            if status.startswith("R"):
                gone.add(old)
                renamed[old] = new
        elif status:
            path = next(parts)
            if status.startswith("D"):
                gone.add(path)
    return Change(_changed_lines(patch), gone, renamed)


def _changed_lines(patch: str) -> dict[str, set[int]]:
    """The lines of the newer side that a patch adds or changes."""
    found: dict[str, set[int]] = {}
    path = ""
    for line in patch.split("\n"):
        if line.startswith("+++ "):
            path = _unquoted(line[4:].rstrip("\t")).removeprefix("b/")
        elif match := _HUNK.match(line):
            first, count = int(match[1]), int(match[2] or 1)
            found.setdefault(path, set()).update(range(first, first + count))
    return found


def _unquoted(name: str) -> str:
    """A path as git writes it in a patch: in quotes where it holds some, or control characters."""
    if not name.startswith('"'):
        return name
    return (
        name[1:-1]
        .encode("utf-8", "surrogateescape")
        .decode("unicode_escape")
        .encode("latin-1")
        .decode("utf-8", "surrogateescape")
    )


def staged(root: str) -> Index:
    """The index, as it differs from the work tree. Raises HistoryError where git cannot tell."""
    differing = _git(root, "diff", "--relative", "--name-only", "-z", "--no-ext-diff", "--", ".")
    untracked = _git(root, "ls-files", "-z", "--others", "--exclude-standard")
    if differing is None or untracked is None:
        raise HistoryError(f"git could not read the index of {root}")
    contents: dict[str, bytes] = {}
    for path in filter(None, differing.split("\0")):
        try:
            done = subprocess.run(
                ["git", "-C", root, "cat-file", "blob", f":./{path}"], capture_output=True, env=_environment(), check=False
            )
        except OSError:
            raise HistoryError("git is not installed") from None
        if done.returncode == 0:
            contents[path] = done.stdout
    return Index(contents, frozenset(filter(None, untracked.split("\0"))))
