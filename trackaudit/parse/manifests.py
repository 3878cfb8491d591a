"""Manifests and lockfiles, scanned for the packages the catalogue asks about.

Only the lines that name one of those packages are looked at: a lockfile may have hundreds of thousands, may be broken,
and a finding needs the line anyway. Each scanner yields :class:`Pin` and never raises for bad input.
"""

from __future__ import annotations

import re
from typing import Iterator, NamedTuple

from trackaudit.model import Span


class Pin(NamedTuple):
    """One package as one manifest names it.

    ``exact`` where ``version`` is what gets installed, else it is a requirement. ``scope`` is the workspace it is
    installed for, relative to the lockfile (``""`` for the root). ``asked`` is the requirement that a yarn entry answers.
    """

    package: str
    version: str
    exact: bool
    scope: str
    asked: str
    span: Span


def scan(kind: str, text: str, packages: list[str]) -> list[Pin]:
    """The pins of ``packages`` (``npm:name``, ``pypi:name``) in a manifest; spans are offsets in its UTF-8 text."""
    ecosystem = "pypi" if kind in ("requirements", "pyproject", "toml-lock") else "npm"
    names = [name.partition(":")[2] for name in packages if name.startswith(ecosystem + ":")]
    scanner = _SCANNERS[kind]
    found = [
        pin._replace(package=f"{ecosystem}:{pin.package}")
        for name in names
        if name in text or ecosystem == "pypi"
        for pin in scanner(text, name)
    ]
    return found if text.isascii() else [pin._replace(span=_bytes(text, pin.span)) for pin in found]


def _bytes(text: str, span: Span) -> Span:
    start = len(text[: span.start].encode("utf-8"))
    return Span(start, start + len(text[span.start : span.end].encode("utf-8")))


_SECTION = re.compile(
    r'"(dependencies|devDependencies|optionalDependencies|peerDependencies|resolutions|overrides|[\w-]+)"\s*:\s*\{'
)


def _package_json(text: str, name: str) -> Iterator[Pin]:
    for match in re.finditer(rf'"{re.escape(name)}"\s*:\s*"([^"\n]*)"', text):
        section = ""
        for header in _SECTION.finditer(text, 0, match.start()):
            section = header[1]
        if section in ("dependencies", "devDependencies", "optionalDependencies"):
            yield Pin(name, match[1], False, "", "", Span(*match.span()))


def _package_lock(text: str, name: str) -> Iterator[Pin]:
    pattern = rf'"(?:((?:[^"\n]*/)?)node_modules/)?{re.escape(name)}"\s*:\s*\{{\s*"version"\s*:\s*"([^"\n]+)"'
    for match in re.finditer(pattern, text):
        scope = (match[1] or "").rstrip("/")
        if "node_modules" not in scope:  # a dependency's own copy is not what the project's code imports
            yield Pin(name, match[2], True, scope, "", Span(*match.span()))


def _yarn_lock(text: str, name: str) -> Iterator[Pin]:
    """Classic (``version "1.2.3"``) and Berry (``version: 1.2.3``) entries."""
    entry = re.compile(rf'^"?(?:[^\n]*, "?)?{re.escape(name)}@([^\n]*):\n((?:[ \t]+[^\n]*\n?)+)', re.M)
    for match in entry.finditer(text):
        version = re.search(r'^\s+version:?\s+"?([^"\s]+)', match[2], re.M)
        if version:
            asked = match[1].split(",")[0].strip('" ').removeprefix("npm:")
            start = match.start(2) + version.start(1)
            yield Pin(name, version[1], True, "", asked, Span(start, start + len(version[1])))


def _pnpm_lock(text: str, name: str) -> Iterator[Pin]:
    """What each importer (workspace package) resolved to; older files have one importer at the root."""
    quoted = rf"['\"]?{re.escape(name)}['\"]?"
    nested = re.compile(rf"^(\s+){quoted}:[ \t]*(?:\n\s+specifier:[^\n]*\n\s+version:[ \t]*|[ \t])['\"]?(\d[^\s('\"_]*)", re.M)
    importers = text.find("importers:")
    packages = re.search(r"^packages:", text, re.M)
    end = packages.start() if packages else len(text)
    for match in nested.finditer(text, max(importers, 0), end):
        scope = ""
        if importers >= 0:
            headers = re.findall(r"^  ['\"]?([^\s'\"][^\n'\"]*?)['\"]?:[ \t]*(?:\{\})?$", text[importers : match.start()], re.M)
            scope = headers[-1] if headers else ""
        start = match.start(2)
        yield Pin(name, match[2], True, "" if scope == "." else scope, "", Span(start, start + len(match[2])))


def _normal(name: str) -> str:
    """A PyPI name as a pattern: case and the separators do not count."""
    return "[-_.]+".join(re.escape(part) for part in re.split(r"[-_.]+", name))


def _requirements(text: str, name: str) -> Iterator[Pin]:
    pattern = rf"^[ \t]*{_normal(name)}(?:\[[^\]\n]*\])?[ \t]*((?:[=<>!~]=?=?[^#;\\\n]*)?)"
    for match in re.finditer(pattern + r"(?=[#;\\\s]|$)", text, re.M | re.I):
        spec = match[1].strip()
        exact = re.fullmatch(r"===?\s*([^\s,*]+)", spec)
        yield Pin(
            name, exact[1] if exact else spec, bool(exact), "", "", Span(match.start(), match.start() + len(match[0].rstrip()))
        )


def _pyproject(text: str, name: str) -> Iterator[Pin]:
    listed = rf"[\"']{_normal(name)}(?:\[[^\]\n]*\])?[ \t]*([^\"';\n]*?)[ \t]*(?:;[^\"'\n]*)?[\"']"
    for match in re.finditer(listed + r"(?!\s*=)", text, re.I):
        exact = re.fullmatch(r"===?\s*([^\s,*]+)", match[1])
        yield Pin(name, exact[1] if exact else match[1], bool(exact), "", "", Span(*match.span()))
    keyed = rf"^[ \t]*[\"']?{_normal(name)}[\"']?[ \t]*=[ \t]*(?:\{{[^\n}}]*?version[ \t]*=[ \t]*)?[\"']([^\"'\n]*)[\"']"
    for match in re.finditer(keyed, text, re.M | re.I):
        yield Pin(name, match[1], False, "", "", Span(*match.span()))


def _toml_lock(text: str, name: str) -> Iterator[Pin]:
    pattern = rf"^name = \"{_normal(name)}\"\nversion = \"([^\"\n]+)\""
    for match in re.finditer(pattern, text, re.M | re.I):
        yield Pin(name, match[1], True, "", "", Span(match.start(1) - len('version = "'), match.end(1) + 1))


_SCANNERS = {
    "package-json": _package_json,
    "package-lock": _package_lock,
    "yarn-lock": _yarn_lock,
    "pnpm-lock": _pnpm_lock,
    "requirements": _requirements,
    "pyproject": _pyproject,
    "toml-lock": _toml_lock,
}
