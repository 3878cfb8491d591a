"""The inventory as JSON, version 1. Keys are only ever added within a version."""

from __future__ import annotations

import json
from typing import Any

from trackaudit import __version__
from trackaudit.inventory import Choice, Installation, Reached, Sent, Setting, Spot, Tracker
from trackaudit.inventory.comparison import TrackerChange
from trackaudit.report import known_as
from trackaudit.report.inventory import Shown
from trackaudit.report.json import failure_table


def render(shown: Shown) -> str:
    document: dict[str, Any] = {"version": 1, "tool": {"name": "trackaudit", "version": __version__}}
    if shown.comparisons:
        document["since"] = shown.comparisons[0].since
        document["changes"] = [_change(item.root, change) for item in shown.comparisons for change in item.changes]
    else:
        document["trackers"] = [_tracker(item.root, tracker) for item in shown.inventories for tracker in item.trackers]
    document["errors"] = [failure_table(root, failure) for root, failure in shown.failures]
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _tracker(root: str, tracker: Tracker) -> dict[str, Any]:
    return {
        **_identity(root, tracker),
        "version": tracker.version or None,
        "pinned": tracker.pinned or None,
        "version_at": _spot(root, tracker.version_spot),
        "setups": [_installation(root, installation) for installation in tracker.installations],
        "calls": tracker.calls,
        "sent": [_sent(item) for item in tracker.sent],
        "fields": [_field(root, field) for field in tracker.fields],
    }


def _identity(root: str, tracker: Tracker) -> dict[str, Any]:
    return {
        "sdk": tracker.sdk,
        "client": tracker.client,
        "title": tracker.title,
        "kind": tracker.kind,
        "runtime": tracker.runtime,
        "package": known_as(root, tracker.package),
    }


def _installation(root: str, installation: Installation) -> dict[str, Any]:
    return {
        "places": [_spot(root, spot) for spot in installation.spots],
        "when": list(installation.when),
        "settings": [_setting(root, setting) for setting in installation.settings],
    }


def _setting(root: str, setting: Setting) -> dict[str, Any]:
    return {
        "option": setting.option,
        "origin": setting.origin,
        "values": [_choice(root, choice) for choice in setting.choices],
        "why": setting.why or None,
        "rule": setting.rule or None,
        "severity": setting.severity or None,
        "collects": setting.collects or None,
        "certain": setting.certain,
        "server": setting.server,
    }


def _choice(root: str, choice: Choice) -> dict[str, Any]:
    return {
        "text": choice.text,
        "known": choice.known,
        "value": choice.value if choice.known else None,
        "when": list(choice.when),
        "at": _spot(root, choice.spot),
    }


def _change(root: str, change: TrackerChange) -> dict[str, Any]:
    return {
        **_identity(root, change.tracker),
        "change": change.kind,
        "version": {side: tracker.version or None if tracker else None for side, tracker in (("before", change.before), ("after", change.after))},
        "settings": [
            {
                "option": item.option,
                "at": _spot(root, item.spot),
                "direction": item.direction or None,
                "before": _setting(root, item.before) if item.before else None,
                "after": _setting(root, item.after) if item.after else None,
            }
            for item in change.settings
        ],
        "sent": {"added": [_sent(item) for item in change.sent_added], "removed": [_sent(item) for item in change.sent_removed]},
        "fields": {
            "added": [_field(root, field) for field in change.fields_added],
            "removed": [_field(root, field) for field in change.fields_removed],
        },
    }  # fmt: skip


def _sent(item: Sent) -> dict[str, Any]:
    return {"name": item.name, "personal": item.personal or None}


def _field(root: str, field: Reached) -> dict[str, Any]:
    return {**_place(root, field.spot), "message": field.message}


def _spot(root: str, spot: Spot | None) -> dict[str, Any] | None:
    return None if spot is None else _place(root, spot)


def _place(root: str, spot: Spot) -> dict[str, Any]:
    return {"path": known_as(root, spot.path), "line": spot.line, "column": spot.column}
