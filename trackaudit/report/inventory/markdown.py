"""The inventory as Markdown: for a record of processing, or a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.inventory import KINDS, Installation, Inventory, Reached, Tracker
from trackaudit.inventory.comparison import Comparison, TrackerChange
from trackaudit.report import known_as
from trackaudit.report.inventory import (
    Shown,
    before_and_after,
    calls,
    consequence,
    heading,
    origin,
    place,
    runs_in,
    sent,
    settings_shown,
    value,
    version,
)  # fmt: skip


def render(shown: Shown) -> str:
    blocks: list[str] = []
    for inventory in shown.inventories:
        blocks += _inventory(shown, inventory)
    for comparison in shown.comparisons:
        blocks += _comparison(comparison)
    failures = [f"- `{known_as(root, failure.path)}`: {_cell(failure.message)}" for root, failure in shown.failures]
    if failures:
        blocks += ["## Not analysed, or not in full", "\n".join(failures)]
    return "\n\n".join(blocks) + "\n"


def _inventory(shown: Shown, inventory: Inventory) -> Iterator[str]:
    yield "# What the trackers collect"
    if not inventory.trackers:
        yield "No trackers found."
    kind = ""
    for tracker in inventory.trackers:
        if tracker.kind != kind:
            kind = tracker.kind
            yield f"## {KINDS[kind]}"
        yield from _tracker(shown, inventory.root, tracker)


def _tracker(shown: Shown, root: str, tracker: Tracker) -> Iterator[str]:
    yield f"### {_cell(tracker.title)}"
    where = "" if tracker.package == "." else f", in {_code(known_as(root, tracker.package))}"
    yield f"{_cell(version(tracker))}, {runs_in(tracker)}{where}"
    if not tracker.installations and not tracker.calls and tracker.version_spot is not None:
        yield f"Named in {_code(place(root, tracker.version_spot))}; no set-up was found."
    for installation in tracker.installations:
        yield from _installation(shown, root, installation)
    if tracker.calls:
        yield f"Sends in {calls(tracker)}{f': {_cell(sent(tracker))}' if tracker.sent else ''}"
    if tracker.fields:
        yield "Reaches:"
        yield "\n".join(_field(root, field) for field in tracker.fields)


def _installation(shown: Shown, root: str, installation: Installation) -> Iterator[str]:
    guards = f", if {' and '.join(map(_code, installation.when))}" if installation.when else ""
    yield f"Set up in {', '.join(_code(place(root, spot)) for spot in installation.spots)}{guards}"
    settings, left_out = settings_shown(shown, installation.settings)
    if settings:
        rows = ["| setting | effective value | from | risk |", "|---|---|---|---|"]
        here = installation.spots[0].path
        for setting in settings:
            told = consequence(setting)
            risk = f"{setting.severity}{f': {told}' if told else ''}"
            rows.append(
                f"| {_code(setting.option)} | {_cell(value(setting))} | {_cell(origin(root, setting, here))} | {_cell(risk)} |"
            )
        yield "\n".join(rows)
    if left_out:
        yield f"{left_out} more settings are left at their defaults and are not judged."


def _comparison(comparison: Comparison) -> Iterator[str]:
    yield f"# What changes since {_code(comparison.since[:12])}"
    if not comparison.changes:
        yield "What the trackers collect is as it was."
    for change in comparison.changes:
        yield from _change(comparison.root, change)


def _change(root: str, change: TrackerChange) -> Iterator[str]:
    tracker = change.tracker
    where = "" if tracker.package == "." else f" in {_code(known_as(root, tracker.package))}"
    yield f"### {_cell(tracker.title)}{where}: {_cell(heading(change))}"
    if change.settings:
        rows = ["| setting | before | after | |", "|---|---|---|---|"]
        for item in change.settings:
            was, now = before_and_after(item)
            direction = f"**collects {item.direction}**" if item.direction else ""
            told = consequence(item.after) if item.after and item.direction == "more" else ""
            rows.append(
                f"| {_code(item.option)} | {_cell(was)} | {_cell(now)} | {direction}{f': {_cell(told)}' if told else ''} |"
            )
        yield "\n".join(rows)
    for word, items in (("Now sent", change.sent_added), ("No longer sent", change.sent_removed)):
        if items:
            names = (f"{_code(item.name)} ({item.personal})" if item.personal else _code(item.name) for item in items)
            yield f"{word}: {', '.join(names)}"
    for word, fields in (("Now reaches", change.fields_added), ("No longer reaches", change.fields_removed)):
        if fields:
            yield f"{word}:"
            yield "\n".join(_field(root, field) for field in fields)


def _field(root: str, field: Reached) -> str:
    return f"- {_code(place(root, field.spot))}: {_cell(field.message)}"


def _cell(text: str) -> str:
    """Text that cannot break out of a table's cell, or become markup."""
    escaped = "".join(f"\\{letter}" if letter in "\\|*_<[`" else letter for letter in text)
    return " ".join(escaped.split())


def _code(text: str) -> str:
    """Text as code; a backtick in it would end that, so it is left out."""
    return f"`{' '.join(text.replace('`', '').replace('|', chr(0x2502)).split())}`"
