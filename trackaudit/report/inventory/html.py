"""The inventory as one page that needs nothing else: no script, style, font or picture from anywhere."""

from __future__ import annotations

from collections import Counter

from trackaudit import __version__
from trackaudit.inventory import KINDS, Tracker
from trackaudit.report import inventory as words
from trackaudit.report import known_as
from trackaudit.report.inventory import Shown
from trackaudit.report.pages import template


def render(shown: Shown) -> str:
    trackers = [(item.root, tracker) for item in shown.inventories for tracker in item.trackers]
    page = template("inventory/page.html.j2")
    return page.render(
        words=words,
        known_as=known_as,
        shown=shown,
        tool=f"trackaudit {__version__}",
        groups=_by_kind(trackers),
        numbers=_numbers([tracker for _, tracker in trackers]),
        changes=[(item.root, change) for item in shown.comparisons for change in item.changes],
        since=shown.comparisons[0].since[:12] if shown.comparisons else "",
    )


def _by_kind(trackers: list[tuple[str, Tracker]]) -> list[tuple[str, list[tuple[str, Tracker]]]]:
    groups = [(title, [item for item in trackers if item[1].kind == kind]) for kind, title in KINDS.items()]
    return [(title, items) for title, items in groups if items]


def _numbers(trackers: list[Tracker]) -> dict[str, int]:
    """What stands at the top of the page."""
    severities = Counter(
        setting.severity for tracker in trackers for installation in tracker.installations for setting in installation.settings
    )
    return {
        "trackers": len(trackers),
        "errors": severities["error"],
        "warnings": severities["warning"],
        "fields": len({field.spot for tracker in trackers for field in tracker.fields}),
        "personal": len({item.name for tracker in trackers for item in tracker.sent if item.personal}),
    }
