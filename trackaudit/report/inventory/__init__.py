"""The inventory, and what a change does to it, in one module per format. This one holds the words that they share."""

from __future__ import annotations

from typing import NamedTuple

from trackaudit.findings import Failure
from trackaudit.inventory import ORIGINS, Choice, Inventory, Setting, Spot, Tracker
from trackaudit.inventory.comparison import Comparison, SettingChange, TrackerChange
from trackaudit.report import known_as
from trackaudit.rules.common import VERBS


class Shown(NamedTuple):
    """What is to be shown: inventories, or comparisons where a revision was given. ``everything`` takes in settings that are left
    alone and that no rule judges."""

    inventories: list[Inventory]
    comparisons: list[Comparison]
    everything: bool

    @property
    def failures(self) -> list[tuple[str, Failure]]:
        """What could not be analysed, each with the root of its project."""
        groups = (*self.inventories, *self.comparisons)
        return [(item.root, failure) for item in groups for failure in item.failures]


def render(shown: Shown, format_name: str) -> str:
    """The whole report in one of the formats, text as it is on no terminal."""
    from importlib import import_module

    return import_module(f"trackaudit.report.inventory.{format_name}").render(shown)


def settings_shown(shown: Shown, settings: tuple[Setting, ...]) -> tuple[list[Setting], int]:
    """The settings to show, and how many are left out."""
    chosen = [setting for setting in settings if shown.everything or setting.telling]
    return chosen, len(settings) - len(chosen)


def place(root: str, spot: Spot) -> str:
    return f"{known_as(root, spot.path)}:{spot.line}:{spot.column}"


def version(tracker: Tracker) -> str:
    """The version and how it is known."""
    if not tracker.version:
        return "version unknown, judged as the newest"
    by = {"lockfile": "installed", "manifest": "asked for", "script": "loaded by a page"}.get(tracker.pinned, "")
    return f"{tracker.version} ({by})" if by else tracker.version


def value(setting: Setting) -> str:
    """The effective value, with the conditions of each where there are several."""
    if not setting.choices:
        return "unknown" if setting.origin == "unknown" else "not set"
    return "; ".join(dict.fromkeys(_choice(choice) for choice in setting.choices))


def _choice(choice: Choice) -> str:
    if not choice.when:
        return choice.text
    only = " and ".join(choice.when)
    return f"{choice.text} {only}" if only in ("otherwise", "until then") else f"{choice.text} if {only}"


def origin(root: str, setting: Setting, here: str) -> str:
    """Where the effective value comes from; ``here`` is the file of the set-up, whose name need not be repeated."""
    spots = dict.fromkeys(choice.spot for choice in setting.choices if choice.spot is not None)
    written = ", ".join(f"line {spot.line}" if spot.path == here else place(root, spot) for spot in spots)
    told = {
        "written": written,
        "default": ORIGINS["default"] if setting.certain else "default, not certain at this version",
        "chosen-default": f"default {setting.why}",
        "void": f"{written}, without effect: {setting.why}",
        "inactive": f"{written or 'default'}, without effect {setting.why}",
        "unknown": ": ".join(filter(None, (written, setting.why))),
        "unset": ORIGINS["unset"],
    }[setting.origin]
    return f"{told}; the vendor's server has a say" if setting.server and setting.severity else told


def consequence(setting: Setting) -> str:
    """What a risky value does, as a sentence's second half."""
    return VERBS.get(setting.rule, "would collect ") + setting.collects if setting.collects else ""


def sent(tracker: Tracker, limit: int = 0) -> str:
    """The names of what calls send, those of personal data first and with their kind; the rest counted from ``limit`` on."""
    personal = [f"{item.name} ({item.personal})" for item in tracker.sent if item.personal]
    others = [item.name for item in tracker.sent if not item.personal]
    left = len(others) - max(limit - len(personal), 0) if limit else 0
    shown = [*personal, *(others[: len(others) - left] if left > 0 else others)]
    return ", ".join([*shown, *([f"{left} more"] if left > 0 else [])])


def calls(tracker: Tracker) -> str:
    return f"{tracker.calls} call{'' if tracker.calls == 1 else 's'}"


def runs_in(tracker: Tracker) -> str:
    return {"browser": "in browsers", "server": "on servers", "both": "in browsers and on servers"}[tracker.runtime]


def before_and_after(change: SettingChange) -> tuple[str, str]:
    """The value of a setting before and after a change; a setting without effect says so."""
    return _side(change.before), _side(change.after)


def _side(setting: Setting | None) -> str:
    if setting is None:
        return "not there"
    effect = " (without effect)" if setting.origin in ("void", "inactive") else ""
    default = " (default)" if setting.origin in ("default", "chosen-default") else ""
    return f"{value(setting)}{effect}{default}"


def heading(change: TrackerChange) -> str:
    """What happened to a tracker, in a few words."""
    if change.kind != "changed" or change.before is None or change.after is None:
        return change.kind
    if change.before.version != change.after.version:
        return f"version {change.before.version or 'unknown'} becomes {change.after.version or 'unknown'}"
    if bool(change.before.installations) != bool(change.after.installations):
        return "now set up" if change.after.installations else "no longer set up"
    return "changed"
