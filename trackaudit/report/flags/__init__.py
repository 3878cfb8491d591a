"""The flags of a project in one module per format. This one holds the words that they share."""

from __future__ import annotations

from typing import NamedTuple

from trackaudit.flags import Flag, Flags
from trackaudit.report import known_as


class Listed(NamedTuple):
    """What is to be shown: the flags of each project, only the stale ones if ``stale``."""

    projects: list[Flags]
    stale: bool

    def of(self, project: Flags) -> list[Flag]:
        return [flag for flag in project.flags if not self.stale or flag.verdict == "stale"]


def render(listed: Listed, format_name: str) -> str:
    """The whole list in one of the formats, text as it is on no terminal."""
    from importlib import import_module

    return import_module(f"trackaudit.report.flags.{format_name}").render(listed)


def places(root: str, flag: Flag, limit: int = 3) -> str:
    spots = [f"{known_as(root, site.path)}:{site.line}" for site in flag.sites]
    more = len(spots) - limit
    return ", ".join(spots[:limit]) + (f" and {more} more" if more > 0 else "")


def days(flag: Flag) -> str:
    """When the lines that ask for it were changed."""
    first, last = flag.changed
    return first if first == last else f"{first} to {last}"


def summary(listed: Listed) -> str:
    flags = [flag for project in listed.projects for flag in project.flags]
    stale, look = (sum(flag.verdict == verdict for flag in flags) for verdict in ("stale", "look"))
    unnamed = sum(project.unnamed for project in listed.projects)
    told = f"{len(flags)} flag{'' if len(flags) == 1 else 's'}, {stale} to be removed, {look} to be looked at"
    return f"{told}; {unnamed} more asked for by keys that the code does not tell" if unnamed else told
