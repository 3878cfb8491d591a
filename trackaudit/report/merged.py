"""Several JSON reports as one: what the jobs of a CI system found, each in its share of a repository or in a package of its own."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from typing import Any

from trackaudit import __version__
from trackaudit.config import Config
from trackaudit.discover import MANIFEST_MAX_SIZE, Skipped, Unreadable, read
from trackaudit.findings import (
    CATEGORIES,
    CONFIDENCES,
    SEVERITIES,
    Edit,
    Failure,
    Finding,
    Fix,
    Gap,
    Position,
    RelatedLocation,
    Result,
)
from trackaudit.model import Span
from trackaudit.parse.source import Undecodable, to_utf8
from trackaudit.report import View
from trackaudit.run import Report
from trackaudit.shard import Shard, ShardError, parse
from trackaudit.validate import Check, Field, boolean, count, list_of, mapping_of, maybe, one_of, string, table

MAX_REPORT = 200_000_000  # bytes


class MergeError(Exception):
    """A report that cannot be merged, or reports that do not make a whole; the message says which and why."""


def _needed(**checks: Check) -> Check:
    """A table that holds at least these. Later versions may add keys."""
    return table({name: Field(check, required=True) for name, check in checks.items()}, is_open=True)


_PLACE = {"path": string, "line": count, "column": count}
_EDIT = _needed(path=string, start=count, end=count, text=string)
_FINDING = _needed(
    rule=string, category=one_of(*CATEGORIES), sdk=maybe(string), severity=one_of(*SEVERITIES), confidence=one_of(*CONFIDENCES),
    **_PLACE, end_line=count, end_column=count, message=string, help=string, url=maybe(string),
    related=list_of(_needed(**_PLACE, message=string)), fingerprint=string,
    fix=maybe(_needed(title=string, safe=boolean, edits=list_of(_EDIT))),
    suppressed=maybe(string), external=boolean, baselined=boolean, baseline_reason=maybe(string), shown=boolean,
)  # fmt: skip
_ERROR = _needed(path=string, kind=string, message=string, line=maybe(count), column=maybe(count), fatal=boolean)
_GAP = _needed(**_PLACE, tracker=string, what=string, reason=string)
_COUNTS = ("files", "parsed", "skipped", "findings", "suppressed", "baselined", "unresolved", "hidden", "failing")
_OF_FILES = ("files", "parsed", "skipped")
_REPORT = table(
    {
        "version": Field(count, required=True),
        "summary": Field(_needed(**dict.fromkeys(_COUNTS, count)), required=True),
        "skipped": Field(mapping_of(count), required=True),
        "findings": Field(list_of(_FINDING), required=True),
        "errors": Field(list_of(_ERROR), required=True),
        "unresolved": Field(list_of(_GAP)),
        "shard": Field(string, default=""),
    },
    is_open=True,
)


def merged(paths: Iterable[str]) -> View:
    """What these JSON reports hold together, without what several of them say alike. What a profile shows and what a run fails for was
    decided where each was made. Paths are as they are in the reports, and are looked for below the working directory.

    Raises MergeError where one is no report, or where some shards of a set are missing.
    """
    documents = [_document(path) for path in paths]
    _check_complete(document["shard"] for document in documents)
    numbers, skipped = _counted(documents)
    tables = _different(table for document in documents for table in document["findings"])
    findings = [(table, _finding(table)) for table in tables]
    reported = [(table, finding) for table, finding in findings if not table["baselined"] and table["suppressed"] is None]
    report = Report(
        os.getcwd(),
        [finding for _, finding in reported],
        [finding for table, finding in findings if table["suppressed"] is not None],
        [Failure(**table) for table in _different(table for document in documents for table in document["errors"])],
        numbers["files"],
        numbers["parsed"],
        skipped,
        [_gap(table) for table in _different(table for document in documents for table in document["unresolved"] or ())],
        _sources({table["path"] for table in tables}),
        Config(),
        tuple(finding for table, finding in findings if table["baselined"]),
    )
    return View(
        [report],
        [finding for table, finding in reported if table["shown"]],
        [finding for table, finding in reported if not table["shown"]],
        numbers["hidden"],
        numbers["failing"],
        bool(report.suppressed or report.baselined),
        any(document["unresolved"] is not None for document in documents),
        numbers,
        skipped,
    )


def _counted(documents: list[dict[str, Any]]) -> tuple[dict[str, int], dict[str, int]]:
    """The summary of all, and the files that were left out. Each shard of a set counts the files of the whole project."""
    numbers, skipped = Counter[str](), Counter[str]()
    for size in {document["shard"].of for document in documents}:
        own = [document for document in documents if document["shard"].of == size]
        total = _sum(document["summary"] for document in own)
        numbers.update({name: count // size if name in _OF_FILES else count for name, count in total.items()})
        skipped.update({reason: count // size for reason, count in _sum(document["skipped"] for document in own).items()})
    return dict(numbers), dict(skipped)


def _sum(counts: Iterable[dict[str, int]]) -> Counter[str]:
    total = Counter[str]()
    for each in counts:
        total.update(each)
    return total


def _document(path: str) -> dict[str, Any]:
    """A report as it was read, checked key by key."""
    try:
        document = json.loads(read(path, MAX_REPORT, follow=True))
    except FileNotFoundError:
        raise MergeError(f"{path}: no such file") from None
    except (Unreadable, Skipped) as error:
        raise MergeError(f"{path}: could not be read: {error}") from None
    except (ValueError, RecursionError):
        raise MergeError(f"{path}: is not JSON; `trackaudit check --format json={path}` writes what can be merged") from None
    errors: list[str] = []
    report: dict[str, Any] = _REPORT(document, "", errors)
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise MergeError(f"{path}: is no JSON report of this version of trackaudit: {errors[0].lstrip('.: ')}{more}")
    if report["version"] != 1:
        raise MergeError(
            f"{path}: is a report of version {report['version']}; this is trackaudit {__version__}, which reads version 1"
        )
    try:
        report["shard"] = parse(report["shard"] or "1/1")
    except ShardError as error:
        raise MergeError(f"{path}: {error}") from None
    return report


def _check_complete(shards: Iterable[Shard]) -> None:
    """Raises MergeError where a shard of a set is missing: it would be findings that nobody is told of."""
    given = Counter(shards)
    for size in sorted({shard.of for shard in given}):
        numbers = range(1, size + 1)
        sets = max(given[Shard(number, size)] for number in numbers)
        if missing := [f"{number}/{size}" for number in numbers if given[Shard(number, size)] < sets]:
            raise MergeError(f"the reports are not complete: there is none of shard {' and '.join(missing)}")


def _different(tables: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each table once, in the order of the formats: what two reports say alike is one thing."""
    once = {json.dumps(table, sort_keys=True): table for table in tables}
    return sorted(
        once.values(), key=lambda table: (table["path"], table["line"] or 0, table["column"] or 0, table.get("rule", ""))
    )


def _finding(table: dict[str, Any]) -> Finding:
    """A finding as far as reports need it: offsets in the file are not in them."""
    nowhere = Span(0, 0)
    result = Result(
        table["rule"], table["sdk"], table["severity"], table["confidence"], table["path"], nowhere, table["message"], table["help"],
        table["url"], (), "", "",
    )  # fmt: skip
    fix = table["fix"]
    return Finding(
        result,
        table["category"],
        table["path"],
        Position(table["line"], table["column"]),
        Position(table["end_line"], table["end_column"]),
        tuple(
            RelatedLocation(item["path"], Position(item["line"], item["column"]), item["message"]) for item in table["related"]
        ),
        table["fingerprint"],
        table["suppressed"],
        table["external"],
        baselined=(table["baseline_reason"] or "") if table["baselined"] else None,
        fix=Fix(fix["title"], fix["safe"], tuple(Edit(**edit) for edit in fix["edits"])) if fix is not None else None,
    )


def _gap(table: dict[str, Any]) -> Gap:
    return Gap(table["path"], Position(table["line"], table["column"]), table["tracker"], table["what"], table["reason"])


def _sources(paths: Iterable[str]) -> dict[str, bytes]:
    """The texts that findings point into, as far as they lie below the working directory: a report must not show other files."""
    found = {}
    for path in paths:
        if os.path.isabs(path) or os.pardir in path.split("/"):
            continue
        try:
            found[path] = to_utf8(read(path, MANIFEST_MAX_SIZE))
        except (OSError, ValueError, Skipped, Unreadable, Undecodable):
            continue
    return found
