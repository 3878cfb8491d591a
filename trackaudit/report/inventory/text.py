"""The inventory for a terminal: a table for each way in which a tracker is set up."""

from __future__ import annotations

from io import StringIO
from typing import IO, TYPE_CHECKING

from trackaudit.inventory import KINDS, Installation, Inventory, Setting, Tracker
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
from trackaudit.report.text import STYLES, harmless

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_WIDTH = 140  # of what goes to a file or a pipe
_PLACES = 4  # of one set-up that are listed
_DIRECTIONS = {"more": ("collects more", "bold red"), "less": ("collects less", "bold green"), "": ("", "")}


def render(shown: Shown) -> str:
    stream = StringIO()
    write(shown, stream, colour=False)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def write(shown: Shown, stream: IO[str], colour: bool) -> None:
    """Write to a stream; ``colour`` is for terminals."""
    from rich.console import Console

    console = Console(
        file=stream, force_terminal=colour, no_color=not colour, highlight=False, markup=False, emoji=False,
        width=None if colour else _WIDTH,
    )  # fmt: skip
    for inventory in shown.inventories:
        _inventory(console, shown, inventory)
    for comparison in shown.comparisons:
        _comparison(console, comparison)
    for root, failure in shown.failures:
        told = " not analysed: " if failure.fatal else " not read in full: "
        where = f":{failure.line}:{failure.column}" if failure.line else ""
        console.print(_line((known_as(root, failure.path) + where, "bold"), (told, "bold red"), (failure.message, "")))


def _inventory(console: Console, shown: Shown, inventory: Inventory) -> None:
    if not inventory.trackers:
        console.print("No trackers found.")
        return
    left_out, kind = 0, ""
    for tracker in inventory.trackers:
        if tracker.kind != kind:
            kind = tracker.kind
            console.rule(_line((KINDS[kind], "bold")), align="left", style="dim")
        left_out += _tracker(console, shown, inventory.root, tracker)
    setups = sum(len(installation.spots) for tracker in inventory.trackers for installation in tracker.installations)
    count = len(inventory.trackers)
    console.print(f"{count} tracker{'' if count == 1 else 's'}, set up in {setups} place{'' if setups == 1 else 's'}.", end="")
    console.print(f" {left_out} settings that nobody wrote and no rule judges are not shown (--all)." if left_out else "")


def _tracker(console: Console, shown: Shown, root: str, tracker: Tracker) -> int:
    """Print one tracker, and say how many of its settings were left out."""
    where = "" if tracker.package == "." else f" in {known_as(root, tracker.package)}"
    console.print(_line((tracker.title, "bold"), (f" {version(tracker)}", ""), (f", {runs_in(tracker)}{where}", "dim")))
    if not tracker.installations and not tracker.calls and tracker.version_spot is not None:
        console.print(f"  named in {place(root, tracker.version_spot)}; no set-up was found")
    left_out = 0
    for installation in tracker.installations:
        console.print(_line(("  set up in ", ""), (_places(root, installation), "bold"), (_guards(installation), "")))
        settings, more = settings_shown(shown, installation.settings)
        left_out += more
        if settings:
            _settings(console, root, settings, installation.spots[0].path)
    if tracker.calls:
        console.print(_line((f"  sends in {calls(tracker)}", ""), (f": {sent(tracker, 12)}" if tracker.sent else "", "")))
    for field in tracker.fields:
        console.print(_line(("  reaches ", "bold red"), (place(root, field.spot), "bold"), (f": {field.message}", "")))
    console.print()
    return left_out


def _places(root: str, installation: Installation) -> str:
    spots = [place(root, spot) for spot in installation.spots]
    more = len(spots) - _PLACES
    return ", ".join(spots[:_PLACES]) + (f" and {more} more places" if more > 0 else "")


def _guards(installation: Installation) -> str:
    return f", if {' and '.join(installation.when)}" if installation.when else ""


def _settings(console: Console, root: str, settings: list[Setting], here: str) -> None:
    from rich.padding import Padding

    table = _columns("", "setting", "effective value", "from")
    for setting in settings:
        style = STYLES.get(setting.severity, "")
        faded = "dim" if setting.origin in ("inactive", "void") else style
        table.add_row(
            _line((setting.severity, style)), _line((setting.option, faded)), _line((value(setting), faded)),
            _line((origin(root, setting, here), "dim")),
        )  # fmt: skip
    console.print(Padding(table, (0, 0, 0, 4)))
    for setting in settings:
        _consequence(console, setting)


def _consequence(console: Console, setting: Setting) -> None:
    """A line of its own below the table, since a column would be too narrow for it."""
    from rich.padding import Padding

    told = consequence(setting)
    if told:
        console.print(Padding(_line((setting.option, STYLES.get(setting.severity, "")), (f" {told}", "")), (0, 0, 0, 4)))


def _columns(*names: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, overflow="fold", no_wrap=name == "setting", max_width=46 if name == "setting" else None)
    return table


def _comparison(console: Console, comparison: Comparison) -> None:
    if not comparison.changes:
        console.print(f"What the trackers collect is as it was at {comparison.since[:12]}.")
    for change in comparison.changes:
        _change(console, comparison.root, change)


def _change(console: Console, root: str, change: TrackerChange) -> None:
    from rich.padding import Padding

    tracker = change.tracker
    style = {"added": "bold yellow", "removed": "bold green"}.get(change.kind, "bold")
    where = "" if tracker.package == "." else f" in {known_as(root, tracker.package)}"
    console.print(_line((tracker.title, "bold"), (where, ""), (f": {heading(change)}", style)))
    if change.settings:
        table = _columns("", "setting", "before", "after", "")
        for item in change.settings:
            was, now = before_and_after(item)
            told, colour = _DIRECTIONS[item.direction]
            severity = item.after.severity if item.after else ""
            table.add_row(
                _line((severity, STYLES.get(severity, ""))), _line((item.option, "")), _line((was, "dim")), _line((now, "bold")),
                _line((told, colour)),
            )  # fmt: skip
        console.print(Padding(table, (0, 0, 0, 4)))
        for item in change.settings:
            if item.after is not None and item.direction == "more":
                _consequence(console, item.after)
    for word, items in (("now sent", change.sent_added), ("no longer sent", change.sent_removed)):
        if items:
            names = ", ".join(f"{item.name} ({item.personal})" if item.personal else item.name for item in items)
            console.print(_line((f"  {word}: {names}", "")))
    for word, fields in (("now reaches", change.fields_added), ("no longer reaches", change.fields_removed)):
        for field in fields:
            console.print(_line((f"  {word} ", "bold"), (place(root, field.spot), "bold"), (f": {field.message}", "")))
    console.print()


def _line(*pieces: tuple[str, str]) -> Text:
    from rich.text import Text

    text = Text()
    for part, style in pieces:
        text.append(harmless(part), style or None)
    return text
