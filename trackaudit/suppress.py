"""Suppressions: comments and configuration entries that say why a finding is acceptable, and for how long."""

from __future__ import annotations

import re
from datetime import date
from fnmatch import fnmatchcase
from typing import NamedTuple

from trackaudit.config import Config, Ignore
from trackaudit.findings import Result
from trackaudit.model import Span
from trackaudit.parse.source import Lines
from trackaudit.resolve.values import CommentFact, FileFacts

_FORM = r"^trackaudit:\s*ignore\[([^\]]*)\](?:\s+until\s+(\S+))?(?:\s*--\s*(.*?))?\s*(?:-->|\*/\}?)?\s*$"
_MENTION = r"(?i)^trackaudit:\s*(?:ignore|disable|noqa|skip)"


class Suppression(NamedTuple):
    """A comment that suppresses: the lines it covers, for which rules, until when and why."""

    path: str
    comment: CommentFact
    rules: tuple[str, ...]
    until: date | None
    reason: str
    first: int
    last: int


class Suppressor(NamedTuple):
    """Why a finding is suppressed, and whether the configuration says so rather than a comment."""

    reason: str
    external: bool


class Suppressed(NamedTuple):
    """What is left, what was suppressed and why, and what the suppressions themselves give cause to report."""

    kept: list[Result]
    suppressed: list[tuple[Result, Suppressor]]
    hygiene: list[Result]


def apply(
    results: list[Result],
    files: dict[str, FileFacts],
    lines: dict[str, Lines],
    config: Config,
    today: date,
    known: set[str],
    whole: bool,
) -> Suppressed:
    """Sort results into kept and suppressed. ``whole`` says that all of the project is reported on: only then is an entry
    of the configuration called unused."""
    found, hygiene = _read(files, lines, today, known)
    used: set[tuple[str, Span, str]] = set()
    used_ignores: set[int] = set()
    kept: list[Result] = []
    suppressed: list[tuple[Result, Suppressor]] = []
    for result in results:
        reason = _comment_for(result, found, lines, today, used)
        entry = _ignore_for(result, config, today, used_ignores) if reason is None else None
        if reason is None and entry is None:
            kept.append(result)
        else:
            suppressed.append((result, Suppressor(reason or entry or "", reason is None)))
    for item in found:
        hygiene += _unused(item, used, today)
    hygiene += _config_hygiene(config, used_ignores, today, whole)
    return Suppressed(kept, suppressed, hygiene)


def _read(
    files: dict[str, FileFacts], lines: dict[str, Lines], today: date, known: set[str]
) -> tuple[list[Suppression], list[Result]]:
    """All valid suppressions, and complaints about the others."""
    found: list[Suppression] = []
    hygiene: list[Result] = []
    for path, facts in files.items():
        for comment in facts.comments:
            match = re.match(_FORM, comment.text, re.S)
            if match is None:
                if re.match(_MENTION, comment.text):
                    message = "this is not a suppression: write `trackaudit: ignore[rule] -- reason`"
                    hygiene.append(_complaint("unknown-suppression", path, comment.span, message))
                continue
            rules = tuple(word.strip() for word in match[1].split(",") if word.strip())
            until, mistake = _date(match[2])
            if mistake:
                hygiene.append(_complaint("unknown-suppression", path, comment.span, mistake))
                continue
            hygiene += _unknown(rules, path, comment.span, known)
            reason = (match[3] or "").strip()
            if not reason:
                hygiene.append(
                    _complaint(
                        "unexplained-suppression", path, comment.span, "this suppression gives no reason, so it does not suppress"
                    )
                )
                continue
            if until is not None and until < today:
                hygiene.append(
                    _complaint("expired-suppression", path, comment.span, f"this suppression ended on {until.isoformat()}")
                )
            first, last = _covered(comment, facts, lines[path])
            found.append(Suppression(path, comment, tuple(rule for rule in rules if rule in known), until, reason, first, last))
    return found, hygiene


def _date(text: str | None) -> tuple[date | None, str]:
    if text is None:
        return None, ""
    try:
        return date.fromisoformat(text), ""
    except ValueError:
        return None, f"{text!r} is not a date such as 2027-01-31, so this does not suppress"


def _unknown(rules: tuple[str, ...], path: str, span: Span, known: set[str]) -> list[Result]:
    from trackaudit.validate import suggestion

    if not rules:
        return [_complaint("unknown-suppression", path, span, "this suppression names no rule; there is no blanket form")]
    return [
        _complaint("unknown-suppression", path, span, f"there is no rule {rule!r}{suggestion(rule, known)}")
        for rule in rules
        if rule not in known
    ]


def _covered(comment: CommentFact, facts: FileFacts, lines: Lines) -> tuple[int, int]:
    """The lines a comment speaks for: its own, or the next one with the whole call that starts there."""
    first, _ = lines.position(comment.span.start)
    end, _ = lines.position(comment.span.end)
    if not comment.own_line:
        return first, first
    following = end + 1
    while following < len(lines.starts) and (not lines.line(following).strip() or _is_comment(lines.line(following))):
        following += 1
    last = following
    if comment.target is not None:
        return lines.position(comment.target.start)[0], lines.position(comment.target.end)[0]
    for use in facts.uses:
        if lines.position(use.span.start)[0] == following:
            last = max(last, lines.position(use.span.end)[0])
    for field in facts.fields:
        if lines.position(field.span.start)[0] == following:
            last = max(last, lines.position(field.span.end)[0])
    return first, last


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith(("//", "#", "/*", "*", "<!--", "{/*"))


def _comment_for(
    result: Result, found: list[Suppression], lines: dict[str, Lines], today: date, used: set[tuple[str, Span, str]]
) -> str | None:
    for item in found:
        if item.path != result.path or result.rule not in item.rules:
            continue
        line, _ = lines[result.path].position(result.span.start)
        if item.first <= line <= item.last:
            used.add((item.path, item.comment.span, result.rule))
            if item.until is None or item.until >= today:
                return item.reason
    return None


def _ignore_for(result: Result, config: Config, today: date, used: set[int]) -> str | None:
    for ignore in config.ignore:
        if _matches(ignore, result):
            used.add(ignore.number)
            if ignore.until is None or ignore.until >= today:
                return ignore.reason
    return None


def _matches(ignore: Ignore, result: Result) -> bool:
    if ignore.rule != result.rule:
        return False
    if ignore.path and not (fnmatchcase(result.path, ignore.path) or result.path.startswith(ignore.path.rstrip("/") + "/")):
        return False
    return all(not wanted or wanted == result.subject for wanted in (ignore.package, ignore.option))


def _unused(item: Suppression, used: set[tuple[str, Span, str]], today: date) -> list[Result]:
    if item.until is not None and item.until < today:
        return []
    return [
        _complaint("unused-suppression", item.path, item.comment.span, f"nothing here needs `ignore[{rule}]` any more")
        for rule in item.rules
        if (item.path, item.comment.span, rule) not in used
    ]


def _config_hygiene(config: Config, used: set[int], today: date, whole: bool) -> list[Result]:
    found = []
    for ignore in config.ignore:
        where = f"`[[ignore]]` number {ignore.number + 1} ({ignore.rule})"
        if ignore.until is not None and ignore.until < today:
            found.append(
                _complaint("expired-suppression", config.source, Span(0, 0), f"{where} ended on {ignore.until.isoformat()}")
            )
        elif ignore.number not in used and whole:
            found.append(_complaint("unused-suppression", config.source, Span(0, 0), f"{where} suppresses nothing any more"))
    return found


_HELP = {
    "unused-suppression": "delete it",
    "unknown-suppression": "correct it; `trackaudit rules` lists the rules",
    "unexplained-suppression": "add `-- ` and say why the finding is acceptable",
    "expired-suppression": "mend the finding, or decide anew and write a new date",
}


def _complaint(rule: str, path: str, span: Span, message: str) -> Result:
    return Result(rule, None, "warning", "high", path, span, message, _HELP[rule], None, (), rule, "")
