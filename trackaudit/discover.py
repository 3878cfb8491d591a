"""Which files there are, and which of them are read.

Inside git the list is git's own: tracked files and untracked ones that no ignore file names. Elsewhere the tree is
walked and ``.gitignore`` files are honoured by pathspec. What policy skips is counted by reason, never dropped quietly.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from trackaudit.languages import language_of, manifest_of

DEFAULT_MAX_SIZE = 1_000_000
MANIFEST_MAX_SIZE = 60_000_000
_VENDORED = frozenset(
    ("node_modules", "bower_components", "jspm_packages", "vendor", "vendors", "third_party", "third-party", "thirdparty",
     "site-packages", "dist-packages", "__pypackages__", ".yarn", ".git", ".hg", ".svn")
)  # fmt: skip
_OWN = frozenset(("settings", "config", "conf", "integrations"))  # settings/third_party/ is about others, not by others
_GENERATED = frozenset(
    ("dist", ".next", ".nuxt", ".output", ".svelte-kit", ".astro", ".docusaurus", ".cache", "htmlcov", "coverage",
     ".venv", "venv", ".tox", ".nox", "__pycache__", "storybook-static", ".vercel", ".turbo", ".angular")
)  # fmt: skip
_TEST_FOLDERS = frozenset(
    ("test", "tests", "__tests__", "__mocks__", "__fixtures__", "__snapshots__", "cypress", "e2e", "fixtures", "playwright", "spec", "testdata")
)  # fmt: skip
_TEST_FILE = re.compile(
    r"(?:\.(?:test|spec|stories|story|mock|cy|e2e)(?:-[a-z]+)?\.[a-z]+$)|(?:^|/)(?:test_[^/]*|[^/]*_test|tests|conftest)\.py$|_test\.[cm]?[jt]sx?$"
)
_MINIFIED_NAME = re.compile(r"[.-]min\.(?:js|mjs|cjs|html?)$|\.(?:bundle|chunk)\.js$|[.-][0-9a-f]{16,}\.js$")
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
# What git sets for its hooks: it names the repository of the hook, which need not be the project's.
_OTHER_REPOSITORY = frozenset(("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_IMPLICIT_WORK_TREE"))
_GIT_UNLISTED = re.compile(r"^warning: could not open directory '(.*)': (.*)$", re.MULTILINE)


class Listed(NamedTuple):
    """A file by its path relative to the project's root, with forward slashes."""

    path: str
    language: str | None
    manifest: str | None


class Policy(NamedTuple):
    """What is left out. ``include`` and ``exclude`` are git-style patterns; includes win over the defaults only."""

    max_size: int = DEFAULT_MAX_SIZE
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


def project_root(path: str, markers: tuple[str, ...] = ("trackaudit.toml", "pyproject.toml", "package.json")) -> tuple[str, bool]:
    """The root of the project that ``path`` belongs to, and whether it is a git work tree.

    The nearest directory upwards with ``.git``; else the nearest with the tool's configuration or a manifest; else the
    directory itself.
    """
    start = path if os.path.isdir(path) else os.path.dirname(path)
    here = start = os.path.abspath(start or ".")
    marked = None
    while True:
        if os.path.exists(os.path.join(here, ".git")):
            return here, True
        if marked is None and any(os.path.exists(os.path.join(here, marker)) for marker in markers):
            marked = here
        parent = os.path.dirname(here)
        if parent == here:
            return marked or start, False
        here = parent


def list_files(
    root: str, git: bool, unlisted: Callable[[str, str], None] = lambda folder, reason: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> Iterator[str]:  # fmt: skip
    """Every file of the project that is not ignored, relative to ``root``.

    ``unlisted`` is told each folder that cannot be opened (with a slash at its end, the root as nothing), and why; ``meanwhile``
    is done while git lists them.
    """
    names = _git_files(root, unlisted, meanwhile) if git else None
    return iter(names) if names is not None else _walk(root, unlisted)


def _git_files(root: str, unlisted: Callable[[str, str], None], meanwhile: Callable[[], None]) -> list[str] | None:
    """What git lists, or None if it cannot."""
    import subprocess

    command = ["git", "-c", "core.fsmonitor=false", "-C", root, "ls-files", "-co", "--exclude-standard", "--deduplicate", "-z"]
    env = {name: value for name, value in os.environ.items() if name not in _OTHER_REPOSITORY} | {"LC_ALL": "C"}
    pipe = subprocess.PIPE
    try:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, env=env) as listing:
            meanwhile()
            listed, complaints = listing.communicate()
    except OSError:
        return None
    if listing.returncode:
        return None
    for folder, reason in _GIT_UNLISTED.findall(os.fsdecode(complaints)) if complaints else ():
        unlisted(folder, reason)
    names = os.fsdecode(listed).split("\0")
    names.pop()
    return names


def submodules(root: str) -> list[str]:
    """The folders of a project that are repositories of their own, by its ``.gitmodules``. They are projects of their own as well."""
    import subprocess

    command = ["git", "config", "-z", "-f", os.path.join(root, ".gitmodules"), "--get-regexp", r"^submodule\..*\.path$"]
    try:
        listed = subprocess.run(command, capture_output=True, check=False).stdout
    except OSError:
        return []
    return [os.fsdecode(entry).partition("\n")[2] for entry in listed.split(b"\0") if entry]


def _walk(root: str, unlisted: Callable[[str, str], None]) -> Iterator[str]:
    """Depth first without following links; ``.gitignore`` files apply from their own directory down."""
    rules: list[tuple[str, Any]] = []

    def ignored(path: str, is_dir: bool) -> bool:
        verdict = False
        for base, spec in rules:
            if base and not path.startswith(base + "/"):
                continue
            relative = path[len(base) + 1 :] if base else path
            result = spec.check_file(relative + "/" if is_dir else relative)
            if result.include is not None:
                verdict = result.include
        return verdict

    def refused(error: OSError) -> None:
        if not isinstance(error, (FileNotFoundError, NotADirectoryError)):  # it was a folder a moment ago
            base = os.path.relpath(error.filename, root).replace(os.sep, "/")
            unlisted("" if base == "." else base + "/", error.strerror or str(error))

    for folder, folders, files in os.walk(root, onerror=refused):
        base = os.path.relpath(folder, root).replace(os.sep, "/")
        base = "" if base == "." else base
        if ".gitignore" in files:
            rules.append((base, _ignore_file(os.path.join(folder, ".gitignore"))))
        prefix = base + "/" if base else ""
        folders[:] = sorted(
            name
            for name in folders
            if name not in (".git", ".hg", "node_modules") and not (rules and ignored(prefix + name, True))
        )
        for name in sorted(files):
            if not rules or not ignored(prefix + name, False):
                yield prefix + name


def _ignore_file(path: str) -> Any:
    """The patterns of a ``.gitignore``. As for git, one that is a link or cannot be read has none, nor has a line that is none."""
    import pathspec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    try:
        text = read(path, MANIFEST_MAX_SIZE).removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    except (FileNotFoundError, Skipped, Unreadable):
        text = ""
    patterns = []
    for line in text.split("\n"):
        with contextlib.suppress(ValueError, re.error):
            patterns.append(GitIgnoreSpecPattern(line))
    return pathspec.GitIgnoreSpec(patterns)


class Selection:
    """Decides by path alone which listed files are candidates, and counts those that policy leaves out."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.skipped: dict[str, int] = {}
        self._folders: dict[str, str | None] = {}
        self._include = self._exclude = None
        if policy.include or policy.exclude:
            import pathspec

            self._include = pathspec.GitIgnoreSpec.from_lines(policy.include) if policy.include else None
            self._exclude = pathspec.GitIgnoreSpec.from_lines(policy.exclude) if policy.exclude else None

    def skip(self, reason: str) -> None:
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    def candidates(self, names: Iterable[str], counted: Callable[[str], bool]) -> Iterator[Listed]:
        """The files worth opening, in the order given. What is left out is counted where ``counted`` says so."""
        for path in names:
            base = path[path.rfind("/") + 1 :]
            language = language_of(base)
            manifest = manifest_of(base) if language is None else None
            if language is None and manifest is None:
                continue
            reason = self.left_out(path)
            if reason is None:
                yield Listed(path, language, manifest)
            elif language is not None and counted(path):
                self.skip(reason)

    def left_out(self, path: str) -> str | None:
        """Why policy skips a path, or None."""
        if self._exclude is not None and self._exclude.match_file(path):
            return "excluded"
        if self._include is not None and self._include.match_file(path):
            return None
        folder, _, name = path.rpartition("/")
        if folder not in self._folders:
            self._folders[folder] = _left_out_folder(folder.split("/"))
        if self._folders[folder] is not None:
            return self._folders[folder]
        if _TEST_FILE.search(name):
            return "tests"
        return "minified" if _MINIFIED_NAME.search(name) else None


def _left_out_folder(folders: list[str]) -> str | None:
    """Why policy skips everything in a folder, by its own name and those above it; None where it does not."""
    for index, folder in enumerate(folders):
        if folder in _VENDORED and not (index and folders[index - 1] in _OWN):
            return "vendored"
        if folder in _GENERATED:
            return "generated"
    return None if _TEST_FOLDERS.isdisjoint(folders) else "tests"


class Unreadable(Exception):
    """A file that should be read and cannot be; the message says why."""


class Skipped(Exception):
    """A file that policy leaves out once it is open; the message is the reason."""


def read(path: str, max_size: int, follow: bool = False) -> bytes:
    """The bytes of a regular file of at most ``max_size`` bytes.

    Links are followed only when ``follow`` is set: inside a project, what a link points to is listed by itself.
    Raises :class:`Skipped` for policy (a link, a directory, a device, too large), :class:`Unreadable` for trouble,
    FileNotFoundError where there is nothing.
    """
    try:
        handle = os.open(path, _OPEN_FLAGS | (0 if follow else _NO_FOLLOW))
    except FileNotFoundError:
        raise
    except OSError as error:
        if not follow and os.path.islink(path):
            raise Skipped("link") from None
        raise Unreadable(error.strerror or str(error)) from None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise Skipped("not a file")
        if status.st_size > max_size:
            raise Skipped("too large")
        data = os.read(handle, status.st_size + 1)
        if len(data) != status.st_size:  # it grew or shrank meanwhile: take what is there now, within the limit
            chunks = [data]
            while chunks[-1] and sum(map(len, chunks)) <= max_size:
                chunks.append(os.read(handle, 1 << 20))
            data = b"".join(chunks)
            if len(data) > max_size:
                raise Skipped("too large")
        return data
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None
    finally:
        os.close(handle)


def looks_minified(data: bytes, language: str) -> bool:
    """Whether a script is a bundle by its shape: long lines on average, or one enormous one."""
    if language not in ("javascript", "typescript", "tsx") or len(data) < 5_000:
        return False
    lines = data.count(b"\n") + 1
    return len(data) / lines > 400 or max(map(len, data[:200_000].split(b"\n", 50)[:50])) > 20_000
