"""Version ranges: what a record's range says about what a manifest pins."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from packaging.version import InvalidVersion, Version

_COMPARISON = re.compile(r"(<=|>=|==|<|>)\s*([^\s<>=]+)")
_NUMBERS = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,2}")
_LONGEST = 200  # no version or requirement that means anything is longer
_EXACT = re.compile(r"^[=v\s]*(\d+(?:\.\d+)*(?:[-.+]?[0-9A-Za-z.-]+)?)$")


class Pinned(NamedTuple):
    """What the manifests say about one package's version, as seen from one file.

    ``exact`` is the installed version when a lockfile or an exact pin tells; else ``spec`` is the range that is asked
    for; both are None when nothing is known. ``ecosystem`` is ``npm`` or ``pypi``.
    """

    ecosystem: str
    exact: str | None
    spec: str | None

    @property
    def known(self) -> str:
        """For messages: ``10.2.0``, ``^10.2.0``, or nothing."""
        return self.exact or self.spec or ""


UNKNOWN = Pinned("npm", None, None)


@lru_cache(maxsize=1024)
def parse(text: str) -> Version | None:
    """A version number, None if it is none; npm's free-form pre-release tags count as a pre-release."""
    if len(text) > _LONGEST:
        return None
    try:
        return Version(text)
    except InvalidVersion:
        match = re.match(r"(\d+(?:\.\d+)*)", text)
        return Version(match[1] + ("a0" if "-" in text else "")) if match else None


def exact_version(spec: str) -> str | None:
    """The version of a requirement that allows just one: ``1.2.3``, ``==1.2.3``; else None."""
    match = _EXACT.match(spec.strip())
    return match[1] if match and "x" not in match[1].lower() and match[1].count(".") >= 1 else None


@lru_cache(maxsize=1024)
def _comparisons(text: str) -> tuple[tuple[str, Version], ...]:
    return tuple((operator, Version(number)) for operator, number in _COMPARISON.findall(text))


def contains(range_text: str, version: Version) -> bool:
    """Whether a record's range (``>=2.9.0 <2.16.0``; empty for all) holds a version."""
    for operator, bound in _comparisons(range_text):
        if (operator == "<" and not version < bound) or (operator == "<=" and not version <= bound):
            return False
        if (operator == ">" and not version > bound) or (operator == ">=" and not version >= bound):
            return False
        if operator == "==" and version != bound:
            return False
    return True


def fits(range_text: str, pinned: Pinned) -> tuple[bool, bool]:
    """Whether what is pinned lies in a record's range, and whether that is certain.

    An exact version is certain. Of a requirement, certain if all versions it allows agree; else the newest
    it allows decides. An unknown version counts as the newest there is, uncertain where the range has an upper bound
    or a lower one.
    """
    if not range_text:
        return True, True
    if pinned.exact is not None:
        version = parse(pinned.exact)
        if version is not None:
            return contains(range_text, version), True
    if pinned.spec is not None and len(pinned.spec) <= _LONGEST:
        allowed = _allowed(pinned.ecosystem, pinned.spec, range_text)
        if allowed:
            answers = [contains(range_text, version) for version in allowed]
            return answers[-1], len(set(answers)) == 1
    newest_is_in = not any(operator in ("<", "<=", "==") for operator, _ in _comparisons(range_text))
    return newest_is_in, False


@lru_cache(maxsize=512)
def _allowed(ecosystem: str, spec: str, range_text: str) -> tuple[Version, ...]:
    """Versions that a requirement allows, sampled where the record's range could tell them apart, oldest first."""
    numbers = [str(bound) for _, bound in _comparisons(range_text)] + _NUMBERS.findall(spec)
    samples = {"999999.0.0"}
    for number in numbers:
        release = ([int(part) for part in re.findall(r"\d+", number)[:3]] + [0, 0])[:3]
        samples.add(".".join(map(str, release)))
        samples.add(".".join(map(str, _just_below(release))))
    fitting = [text for text in samples if _satisfies(ecosystem, spec, text)]
    return tuple(sorted(Version(text) for text in fitting))


def _just_below(release: list[int]) -> list[int]:
    major, minor, patch = release
    if patch:
        return [major, minor, patch - 1]
    if minor:
        return [major, minor - 1, 99999]
    return [max(major - 1, 0), 99999, 99999]


def _satisfies(ecosystem: str, spec: str, version: str) -> bool:
    if (ecosystem == "pypi" and not spec.startswith(("^", "~"))) or spec.startswith("~="):
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        try:
            return SpecifierSet(spec).contains(version)
        except InvalidSpecifier:
            return False
    import nodesemver

    try:
        return bool(nodesemver.satisfies(version, spec.removeprefix("workspace:").removeprefix("npm:"), False))
    except Exception:  # the library raises bare exceptions on what is no range: git URLs, tags, paths
        return False
