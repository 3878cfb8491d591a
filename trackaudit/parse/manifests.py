"""Manifests and lockfiles, scanned for the packages the catalogue asks about.

Nothing is parsed: a lockfile may have hundreds of thousands of lines, may be broken, and a finding needs the line anyway.
Each scanner looks for the package's name, then around it, yields :class:`Pin` and never raises for bad input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from trackaudit.model import Span


class Pin(NamedTuple):
    """One package as one manifest names it.

    ``exact`` where ``version`` is what gets installed, else it is a requirement. ``scope`` is the workspace it is
    installed for, relative to the lockfile (``""`` for the root). ``asked`` are the requirements that a yarn entry answers.
    """

    package: str
    version: str
    exact: bool
    scope: str
    asked: tuple[str, ...]
    span: Span


_LONE_CR = re.compile(r"\r(?!\n)")
_JSON_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*.*?(?:\*/|\Z))", re.M | re.S)


def scan(kind: str, text: str, packages: list[str]) -> list[Pin]:
    """The pins of ``packages`` (``npm:name``, ``pypi:name``) in a manifest; spans are offsets in its UTF-8 text."""
    ecosystem = "pypi" if kind in ("requirements", "pyproject", "toml-lock") else "npm"
    names = [name.partition(":")[2] for name in packages if name.startswith(ecosystem + ":")]
    scanner, written = _SCANNERS[kind], text
    if "\r" in text:
        text = _LONE_CR.sub("\n", text)
    if kind == "package-json" and ("//" in text or "/*" in text):  # comments are no JSON, but people write them
        text = _JSON_COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    found = [
        pin._replace(package=f"{ecosystem}:{pin.package}")
        for name in names
        if name in text or ecosystem == "pypi"
        for pin in scanner(text, name)
    ]
    return found if written.isascii() else [pin._replace(span=_bytes(written, pin.span)) for pin in found]


def _bytes(text: str, span: Span) -> Span:
    start = len(text[: span.start].encode("utf-8"))
    return Span(start, start + len(text[span.start : span.end].encode("utf-8")))


_INSTALLED = ("dependencies", "devDependencies", "optionalDependencies")
# The closing quote is optional, or an unclosed string full of escaped quotes would be read again from each of them.
_JSON_TOKEN = re.compile(r'"([^"\\\n]*(?:\\.[^"\\\n]*)*)"?|[{}]')


def _sections(text: str, matches: Iterable[re.Match[str]]) -> Iterator[tuple[re.Match[str], str]]:
    """Matches in JSON, in order, each with the key of the root's object it lies directly in; ``""`` if it does not."""
    keys: list[str] = []
    last, position = "", 0
    for match in matches:
        for token in _JSON_TOKEN.finditer(text, position, match.start()):
            if token[0] == "{":
                keys.append(last)
            elif token[0] != "}":
                last = token[1]
            elif keys:
                keys.pop()
        position = match.start()
        yield match, keys[1] if len(keys) == 2 else ""


def _package_json(text: str, name: str) -> Iterator[Pin]:
    for match, section in _sections(text, re.finditer(rf'"{re.escape(name)}"\s*:\s*"([^"\n]*)"', text)):
        if section in _INSTALLED:
            yield Pin(name, match[1], False, "", (), Span(*match.span()))


def _package_lock(text: str, name: str) -> Iterator[Pin]:
    """Versions 2 and 3 name folders; version 1 nests, and 2 repeats that for old clients."""
    entry = rf'{re.escape(name)}"\s*:\s*\{{\s*"version"\s*:\s*"([^"\n]+)"'
    if '"node_modules/' not in text:
        for match, section in _sections(text, re.finditer(f'"{entry}', text)):
            if section == "dependencies":
                yield Pin(name, match[1], True, "", (), Span(*match.span()))
        return
    for match in re.finditer(entry, text):
        quote = text.rfind('"', 0, match.start())
        scope, folder, rest = text[quote + 1 : match.start()].rpartition("node_modules/")
        if folder and not rest and "node_modules" not in scope:  # a dependency's own copy is not what the project's code imports
            yield Pin(name, match[1], True, scope.rstrip("/"), (), Span(quote, match.end()))


_YARN_VERSION = re.compile(r'(?:[ \t][^\n]*\n)*?[ \t]+version:?[ \t]+"?([^"\s]+)')


def _yarn_lock(text: str, name: str) -> Iterator[Pin]:
    """Classic (``version "1.2.3"``) and Berry (``version: 1.2.3``) entries; a line without indentation begins one."""
    at = text.find(name + "@")
    while at >= 0:
        end = text.find("\n", at)
        if end < 0:
            return
        header = text[text.rfind("\n", 0, at) + 1 : end]
        asked = () if header[0] in " \t#" else _yarn_asked(header, name)
        version = _YARN_VERSION.match(text, end + 1) if asked else None
        if version:
            yield Pin(name, version[1], True, "", asked, Span(*version.span(1)))
        at = text.find(name + "@", end)


def _yarn_asked(header: str, name: str) -> tuple[str, ...]:
    """The requirements of a package in an entry's first line: ``"name@>= 1.0", name@^1.2:``."""
    parts = [part.strip('" ') for part in header.rstrip().removesuffix(":").split(",")]
    return tuple(part[len(name) + 1 :].removeprefix("npm:") for part in parts if part.startswith(name + "@"))


_YAML_LINE = re.compile(r"^( *)(['\"]?)([^\s'\"#-][^\n'\"]*?)\2:(?:[ \t]+['\"]?([^\s'\"]*)|\r?$)", re.M)


def _yaml(text: str, start: int, end: int) -> Iterator[tuple[list[str], re.Match[str]]]:
    """The lines ``key: value`` of a YAML text (value: group 4, perhaps None), each with its key and those above it."""
    indents: list[int] = []
    keys: list[str] = []
    for match in _YAML_LINE.finditer(text, start, end):
        while indents and indents[-1] >= len(match[1]):
            indents.pop()
            keys.pop()
        indents.append(len(match[1]))
        keys.append(match[3])
        yield keys, match


def _pnpm_lock(text: str, name: str) -> Iterator[Pin]:
    """What each importer (workspace package) resolved to; older files have one importer at the root."""
    for keys, version, start in _pnpm_versions(text):
        if name not in keys[-2:]:
            continue
        above = keys[:-1] if keys[-1] == name else keys[: -2 if keys[-1] == "version" else 0]
        scope = "." if len(above) == 1 else above[1] if len(above) == 3 and above[0] == "importers" else ""
        if scope and above[-1] in _INSTALLED:
            yield Pin(name, version, True, "" if scope == "." else scope, (), Span(start, start + len(version)))


@lru_cache(maxsize=1)  # every package is looked for in the same text
def _pnpm_versions(text: str) -> list[tuple[tuple[str, ...], str, int]]:
    """The versions in the importers of a pnpm lock file, with the keys around them and where they stand."""
    importers = re.search(r"^importers:", text, re.M)
    packages = re.search(r"^packages:", text, re.M)
    start, end = importers.start() if importers else 0, packages.start() if packages else len(text)
    return [
        (tuple(keys), version[0], match.start(4))
        for keys, match in _yaml(text, start, end)
        if (version := re.match(r"\d[^(_]*", match[4] or "")) is not None
    ]


def _normal(name: str) -> str:
    """A PyPI name as a pattern: case and the separators do not count."""
    return "[-_.]+".join(re.escape(part) for part in re.split(r"[-_.]+", name))


def _required(name: str, spec: str, span: Span) -> Pin:
    """A requirement by PEP 508's rules: exact after ``==``, unless with a wildcard."""
    exact = re.fullmatch(r"===?\s*([^\s,*]+)", spec)
    return Pin(name, exact[1] if exact else spec, bool(exact), "", (), span)


# After a name: its extras, then what is asked for; a URL, a marker, a comment, a continuation or an option may follow.
_SPEC = r"(?:[ \t]*\[[^\]\n]*\])?[ \t]*\(?((?:[=<>!~]=?=?[^#;\\)\n]*)?)(?=[@#;\\)\s]|$)"


def _requirements(text: str, name: str) -> Iterator[Pin]:
    for match in re.finditer(rf"^[ \t]*({_normal(name)}){_SPEC}", text, re.M | re.I):
        spec = re.split(r"\s--", match[2])[0].rstrip()
        end = match.start(2) + len(spec) if spec else match.end(1)
        yield _required(name, spec, Span(match.start(1), end))


# Keys whose strings are requirements, and tables whose keys are packages.
_LISTS = re.compile(
    r"project\.(?:dependencies|optional-dependencies(?:\..+)?)|dependency-groups\..+|tool\.uv\.dev-dependencies"
    r"|tool\.pdm\.dev-dependencies\..+|tool\.hatch\.envs\..+\.(?:extra-)?dependencies"
)
_POETRY = r"tool\.poetry\.(?:group\.[^.]+\.)?(?:dev-)?dependencies\."
_TOML_TABLE = re.compile(r"[ \t]*\[+([\w \t.\"'-]+)\]+[ \t]*(?:#.*)?\r?$")
_TOML_KEY = re.compile(r"[ \t]*((?:\"[^\"\n]*\"|'[^'\n]*'|[\w.-])+)[ \t]*=")
_TOML_STRING = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"?|'([^'\n]*)'?|#.*")


def _toml_lines(text: str) -> Iterator[tuple[str, int, int]]:
    """The lines with values in a TOML text: the dotted key they belong to, and where the value's part begins and ends."""
    table = path = ""
    for line in re.finditer(r"[^\n]+", text):
        header = _TOML_TABLE.match(line[0])
        key = None if header else _TOML_KEY.match(line[0])
        if header:
            table, path = re.sub(r"[\s\"']", "", header[1]) + ".", ""
        elif key:
            path = table + re.sub(r"[\"']", "", key[1])
        if path:
            yield path, line.start() + (key.end() if key else 0), line.end()


def _pyproject(text: str, name: str) -> Iterator[Pin]:
    named = re.compile(_normal(name), re.I)
    if not named.search(text):
        return
    listed = re.compile(named.pattern + _SPEC, re.I)
    keyed = re.compile(rf"{_POETRY}{named.pattern}(\.version)?", re.I)
    for path, start, end in _toml_lines(text):
        if keyed.fullmatch(path):
            yield from _poetry(text, name, start, end)
        elif _LISTS.fullmatch(path):
            for string in _TOML_STRING.finditer(text, start, end):
                match = listed.match(string[1] or string[2] or "")
                if match:
                    yield _required(name, match[1].strip(), Span(*string.span()))


def _poetry(text: str, name: str, start: int, end: int) -> Iterator[Pin]:
    """The versions that Poetry's table asks for in a value: ``"^1.5"``, ``{ version = "^1.5" }``. A bare one is exact."""
    line = text.rfind("\n", 0, start) + 1
    begin = line + len(text[line:end]) - len(text[line:end].lstrip())
    pattern = r"(?:^[ \t]*|version[ \t]*=[ \t]*)(?:\"([^\"\n]*)\"|'([^'\n]*)')"
    for match in re.finditer(pattern, text[start:end].partition("#")[0]):
        spec = (match[1] or match[2] or "").strip()
        exact = re.fullmatch(r"={0,3}\s*v?(\d[^\s,|*xX]*)", spec)
        yield Pin(name, exact[1] if exact else spec, bool(exact), "", (), Span(begin, start + match.end()))


def _toml_lock(text: str, name: str) -> Iterator[Pin]:
    pattern = rf"^name = \"{_normal(name)}\"\r?\nversion = \"([^\"\n]+)\""
    for match in re.finditer(pattern, text, re.M | re.I):
        yield Pin(name, match[1], True, "", (), Span(match.start(1) - len('version = "'), match.end(1) + 1))


_SCANNERS = {
    "package-json": _package_json,
    "package-lock": _package_lock,
    "yarn-lock": _yarn_lock,
    "pnpm-lock": _pnpm_lock,
    "requirements": _requirements,
    "pyproject": _pyproject,
    "toml-lock": _toml_lock,
}
