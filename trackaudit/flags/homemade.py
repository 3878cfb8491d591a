"""Flags that a project makes itself: its switches, gathered from all files by their names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from trackaudit.discover import looks_minified
from trackaudit.flags import Flag, Site
from trackaudit.flags.verdicts import TEMPORARY
from trackaudit.languages import language_of
from trackaudit.model import Span
from trackaudit.parse.switches import Definition, Gate, Switches, switches_of
from trackaudit.resolve.dates import stated_dates
from trackaudit.rules.expired_flag import last_day, said_to_stay

if TYPE_CHECKING:
    from trackaudit.ages import Days, Memory
    from trackaudit.effective.project import Project
    from trackaudit.run import Run
    from trackaudit.understand import LinesOf

_LANGUAGES = frozenset(("python", "javascript", "typescript", "tsx"))
_TITLES = {"constant": "a switch in the code", "environment": "a variable of the environment", "other": "a switch of the project"}


class _Placed(NamedTuple):
    """A definition of a switch, or a condition that asks it, in its file."""

    path: str
    item: Definition | Gate


class Made(NamedTuple):
    """The switches of a project: by name (and file, if no other file sees it) the places that define and ask them."""

    found: dict[str, list[_Placed]]
    changed: set[str]
    sources: dict[str, bytes]
    expiry: tuple[str, ...]

    def sites(self, lines: LinesOf) -> Iterator[Site]:
        for places in self.found.values():
            yield from (_site(placed, lines) for placed in places)

    def flags(self, project: Project, lines: LinesOf, days: Days) -> list[Flag]:
        return [self._flag(project, key, places, lines, days) for key, places in self.found.items()]

    def _flag(self, project: Project, key: str, places: list[_Placed], lines: LinesOf, days: Days) -> Flag:
        name = key.partition(" ")[0]
        definitions = [placed.item for placed in places if isinstance(placed.item, Definition)]
        sites = tuple(_site(placed, lines).at(days) for placed in places)
        stated = [
            date
            for placed in places
            for date in stated_dates(self.sources[placed.path], self.expiry)
            if _reaches(date.reach, placed.item.span)
        ]
        until = next((date.date for date in stated if date.date), "")
        kind = definitions[0].kind if len({definition.kind for definition in definitions}) == 1 else "other"
        values = {definition.value for definition in definitions}
        fixed = definitions[0].value if len(values) == 1 and kind == "constant" and name not in self.changed else ""
        verdict, reasons = _judged(name, sites[0], fixed, until, project.today, project.flag_age)
        if said_to_stay(stated) or project.stays(name):
            verdict, reasons = "stays", ["a comment, or the configuration, says so"]
        return Flag(name, "", _TITLES[kind], sites, until, verdict, tuple(reasons))


def _judged(name: str, definition: Site, fixed: str, until: str, today: date, old: int) -> tuple[str, list[str]]:
    """The verdict on a switch: ``fixed`` is the value that it always has, ``old`` the days after which that is one of the past."""
    if until and last_day(until) < today:
        return "stale", [f"it was to be gone by {until}"]
    is_old = bool(definition.changed) and (today - date.fromisoformat(definition.changed)).days > old
    since = f", since {definition.changed}" if definition.changed else ""
    reasons = []
    if fixed and _is_setting(definition.path):
        reasons.append(f"the code never sets it to anything but {fixed}{since}")
    elif fixed:
        reasons.append(f"it is always {fixed}{since}")
        if is_old:
            return "stale", reasons
    if TEMPORARY.search(name):
        reasons.append("its name says that it is not meant to stay")
    return ("look" if reasons else "in use"), reasons


def _is_setting(path: str) -> bool:
    """Whether a file is one of settings, which a deployment may replace by its own."""
    return "settings" in path.lower() or "config" in path.lower()


def switches(run: Run, sources: dict[str, bytes], memory: Memory) -> Made:
    """The switches that the project's files define and ask. Read from every file, whether or not a tracker is in it; texts are added to ``sources``."""
    by_file: dict[str, Switches] = {}
    for path in run.names:
        language = language_of(path.rpartition("/")[2])
        if language not in _LANGUAGES or not run.reported(path):
            continue
        text = run.text_of(path)
        if text is None or looks_minified(text, language):
            continue
        found = memory.recall(text, "switches", language)
        if not isinstance(found, Switches):
            found = switches_of(text, language)
            memory.keep(found, text, "switches", language)
        if found.definitions or found.gates or found.changed:
            by_file[path] = found
            sources.setdefault(path, text)
    return _joined(by_file, sources, run.request.config.flag_expiry)


def _joined(files: dict[str, Switches], sources: dict[str, bytes], expiry: tuple[str, ...]) -> Made:
    """Definitions and conditions of the same name together; a switch counts where both are there."""
    found: dict[str, list[_Placed]] = {}
    for path, own in files.items():
        for item in (*own.definitions, *own.gates):
            key = f"{item.name} {path}" if item.name in own.private else item.name
            found.setdefault(key, []).append(_Placed(path, item))
    kept = {}
    for key, places in found.items():
        is_asked = any(isinstance(placed.item, Gate) for placed in places)
        # What only holds something else, such as the key of a flag that a service answers, is no switch of its own.
        is_switch = any(isinstance(placed.item, Definition) and placed.item.kind != "other" for placed in places)
        if is_asked and is_switch:
            kept[key] = sorted(places, key=lambda placed: (isinstance(placed.item, Gate), placed.path, placed.item.span))
    return Made(kept, {name for own in files.values() for name in own.changed}, sources, expiry)


def _site(placed: _Placed, lines: LinesOf) -> Site:
    line, column = lines[placed.path].position(placed.item.span.start)
    is_definition = isinstance(placed.item, Definition)
    value = placed.item.value if isinstance(placed.item, Definition) else ""
    return Site(placed.path, line, column, "definition" if is_definition else "condition", value, "", False)


def _reaches(reach: Span, span: Span) -> bool:
    return reach.start <= span.start < reach.end
