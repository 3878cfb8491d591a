"""The findings that a project has agreed to live with for now: a file of one entry a line, and what of today's findings it covers.

The file is JSON Lines: an entry stands on a line of its own, in an order that does not change when lines move, so that git merges it and people
review it. ``fingerprint`` matches, ``line`` is for people; ``reason`` and ``until`` (a day) are theirs to add.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from trackaudit.findings import Finding

FILE_NAME = "trackaudit-baseline.jsonl"
_KEYS = ("rule", "sdk", "path", "line", "about", "fingerprint", "identity", "reason", "until")
_TEXTS = ("rule", "path", "fingerprint", "identity")


class BaselineError(Exception):
    """A baseline that cannot be read; the message names the file and the line."""


class Entry(NamedTuple):
    """One finding that is known. ``identity`` is what the fingerprint says without the path, for files that have moved;
    ``number`` the line of the file it stands on."""

    rule: str
    sdk: str | None
    path: str
    line: int
    about: str
    fingerprint: str
    identity: str
    reason: str = ""
    until: date | None = None
    number: int = 0


class Matched(NamedTuple):
    """Today's findings sorted by a baseline: ``known`` with the entries that cover them, and entries that cover nothing any more."""

    new: list[Finding]
    known: list[tuple[Finding, Entry]]
    stale: list[Entry]


def parse(text: str, name: str) -> list[Entry]:
    """The entries of a baseline's text. Raises BaselineError for a line that is none."""
    entries = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            entries.append(_entry(line, f"{name}:{number}", number))
    return entries


def _entry(line: str, where: str, number: int) -> Entry:
    import json  # only where there is a baseline

    if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
        raise BaselineError(f"{where}: a merge conflict is not settled; keep the entries of both sides")
    try:
        table = json.loads(line)
    except json.JSONDecodeError as error:
        raise BaselineError(f"{where}: is not JSON: {error.msg}") from None
    if not isinstance(table, dict):
        raise BaselineError(f"{where}: is no entry of a baseline")
    for key in _TEXTS:
        if not isinstance(table.get(key), str):
            raise BaselineError(f"{where}: has no {key!r}")
    if unknown := sorted(table.keys() - set(_KEYS)):
        raise BaselineError(f"{where}: unknown key {unknown[0]!r}")
    return Entry(
        table["rule"], table.get("sdk"), table["path"], int(table.get("line") or 0), str(table.get("about") or ""), table["fingerprint"],
        table["identity"], str(table.get("reason") or ""), _day(table.get("until"), where), number,
    )  # fmt: skip


def _day(value: Any, where: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except (TypeError, ValueError):
        raise BaselineError(f"{where}: 'until' is not a date such as 2027-01-31") from None


def entry_of(finding: Finding) -> Entry:
    """A finding as an entry."""
    result = finding.result
    return Entry(result.rule, result.sdk, finding.path, finding.start.line, result.subject, finding.fingerprint, finding.identity)


def render(entries: Iterable[Entry]) -> str:
    """A baseline's text, by path, rule and fingerprint: an order that moved lines do not change."""
    import json

    lines = [
        (entry.path, entry.rule, entry.about, entry.fingerprint, json.dumps(_table(entry), ensure_ascii=False))
        for entry in entries
    ]
    return "".join(line + "\n" for *_, line in sorted(lines))


def _table(entry: Entry) -> dict[str, Any]:
    table: dict[str, Any] = {name: getattr(entry, name) for name in _KEYS[:-2]}
    if entry.reason:
        table["reason"] = entry.reason
    if entry.until is not None:
        table["until"] = entry.until.isoformat()
    return table


def match(
    findings: list[Finding],
    entries: list[Entry],
    today: date,
    exists: Callable[[str], bool],
    renamed: Mapping[str, str] | None = None,
) -> Matched:
    """Sort findings by a baseline, one to one. An entry whose file is gone (``exists`` says so) covers the same finding in another
    file, in the one that it was ``renamed`` to if that is known. Past its day an entry covers nothing."""
    holding = [entry for entry in entries if entry.until is None or entry.until >= today]
    by_fingerprint: dict[str, list[Entry]] = {}
    for entry in holding:
        by_fingerprint.setdefault(entry.fingerprint, []).append(entry)
    known: dict[int, Entry] = {}
    for index, finding in enumerate(findings):
        if waiting := by_fingerprint.get(finding.fingerprint):
            known[index] = waiting.pop(0)
    moved = _by_identity((entry for left in by_fingerprint.values() for entry in left if not exists(entry.path)), renamed or {})
    for index, finding in enumerate(findings):
        for where in (finding.path, ""):
            waiting = moved.get((finding.identity, where))
            if index not in known and waiting:
                known[index] = waiting.pop(0)
    covering = set(map(id, known.values()))
    return Matched(
        [finding for index, finding in enumerate(findings) if index not in known],
        [(finding, known[index]) for index, finding in enumerate(findings) if index in known],
        [entry for entry in holding if id(entry) not in covering],
    )


def _by_identity(entries: Iterable[Entry], renamed: Mapping[str, str]) -> dict[tuple[str, str], list[Entry]]:
    """Entries by what they say without their path, and by where their file has gone, as far as that is known."""
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        found.setdefault((entry.identity, renamed.get(entry.path, "")), []).append(entry)
    return found
