"""What a change makes the trackers collect: two inventories of one project side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from trackaudit.findings import SEVERITIES, Failure
from trackaudit.inventory import Installation, Inventory, Reached, Sent, Setting, Spot, Tracker

_Item = TypeVar("_Item")


class SettingChange(NamedTuple):
    """A setting before and after; None where the tracker, or this option, is not there. ``spot`` is the set-up's place.

    ``direction`` is ``more`` or ``less`` where a risk came or went, else empty.
    """

    option: str
    before: Setting | None
    after: Setting | None
    spot: Spot
    direction: str


class TrackerChange(NamedTuple):
    """A tracker that was ``added``, ``removed`` or ``changed`` (``kind``), with what differs."""

    kind: str
    before: Tracker | None
    after: Tracker | None
    settings: tuple[SettingChange, ...]
    sent_added: tuple[Sent, ...]
    sent_removed: tuple[Sent, ...]
    fields_added: tuple[Reached, ...]
    fields_removed: tuple[Reached, ...]

    @property
    def tracker(self) -> Tracker:
        """The tracker as it is now, or as it last was."""
        tracker = self.after or self.before
        assert tracker is not None
        return tracker


class Comparison(NamedTuple):
    """All changes since a revision, whose full name ``since`` is."""

    root: str
    since: str
    changes: tuple[TrackerChange, ...]
    failures: tuple[Failure, ...]


def compare(before: Inventory, after: Inventory, since: str) -> Comparison:
    """What differs between two inventories; trackers that come to the same are left out."""
    pairs = _matched(before.trackers, after.trackers, _same_tracker)
    changes = [change for old, new in pairs if (change := _tracker_change(old, new)) is not None]
    return Comparison(after.root, since, tuple(changes), after.failures)


def _same_tracker(tracker: Tracker) -> list[object]:
    """How a tracker is found again, the surest way first: its version may have changed."""
    where = (tracker.sdk, tracker.client, tracker.package)
    return [(*where, tracker.version), where]


def _same_installation(installation: Installation) -> list[object]:
    paths = tuple(sorted({spot.path for spot in installation.spots}))
    return [(paths, installation.when), paths, None]


def _tracker_change(before: Tracker | None, after: Tracker | None) -> TrackerChange | None:
    pairs = _matched(before.installations if before else (), after.installations if after else (), _same_installation)
    settings = tuple(change for old, new in pairs for change in _setting_changes(old, new))
    sent_before, sent_after = (set(tracker.sent if tracker else ()) for tracker in (before, after))
    # A field that only moved within its file is the same field.
    old_fields, new_fields = (
        {(field.spot.path, field.message): field for field in tracker.fields} if tracker else {} for tracker in (before, after)
    )
    change = TrackerChange(
        "added" if before is None else "removed" if after is None else "changed",
        before, after, settings,
        tuple(sorted(sent_after - sent_before)), tuple(sorted(sent_before - sent_after)),
        tuple(field for key, field in new_fields.items() if key not in old_fields),
        tuple(field for key, field in old_fields.items() if key not in new_fields),
    )  # fmt: skip
    same = before is not None and after is not None and before.version == after.version
    return None if same and not any(change[3:]) else change


def _setting_changes(before: Installation | None, after: Installation | None) -> list[SettingChange]:
    old, new = ({setting.option: setting for setting in side.settings} if side else {} for side in (before, after))
    side = after or before
    assert side is not None
    changes = []
    for option in dict.fromkeys((*old, *new)):
        was, now = old.get(option), new.get(option)
        if not any(setting is not None and setting.telling for setting in (was, now)):
            continue
        difference = _weight(now) - _weight(was)
        if was is not None and now is not None and not difference and _essence(was) == _essence(now):
            continue  # where it is written changes nothing of what is collected
        direction = "more" if difference > 0 else "less" if difference < 0 else ""
        changes.append(SettingChange(option, was, now, side.spots[0], direction))
    return changes


def _essence(setting: Setting) -> object:
    return [(choice.text, choice.when) for choice in setting.choices], setting.origin == "void"


def _weight(setting: Setting | None) -> int:
    return 0 if setting is None or not setting.severity else SEVERITIES.index(setting.severity) + 1


def _matched(
    before: Iterable[_Item], after: Iterable[_Item], keys: Callable[[_Item], list[object]]
) -> list[tuple[_Item | None, _Item | None]]:
    """Pairs of what is the same before and after, by the surest key that finds one; what is left over stands alone."""
    old, new = list(before), list(after)
    partners: dict[int, _Item] = {}
    for level in range(len(keys(new[0])) if new else 0):
        for index, item in enumerate(new):
            if index in partners:
                continue
            found = next((place for place, other in enumerate(old) if keys(other)[level] == keys(item)[level]), None)
            if found is not None:
                partners[index] = old.pop(found)
    return [*((partners.get(index), item) for index, item in enumerate(new)), *((item, None) for item in old)]
