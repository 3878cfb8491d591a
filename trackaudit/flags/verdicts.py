"""Whether a flag has outlived its purpose, from what the code, its comments and its history say."""

from __future__ import annotations

import re
from datetime import date

from trackaudit.flags import Flag, Site
from trackaudit.rules.unused_flag import FATES

TEMPORARY = re.compile(
    r"(?:^|[^a-z])(?:te?mp|temporary|test|debug|hack|poc|proto(?:type)?|wip|demo|old|legacy|migrat(?:e|ion))(?:[^a-z]|$)", re.I
)
# What is there to stop something in an emergency is old when all goes well.
_BRAKE = re.compile(r"(?:^|[^a-z])(?:disable|kill|block|emergency|maintenance)", re.I)


def judged(
    key: str,
    sdk: str,
    title: str,
    sites: list[Site],
    until: str,
    expired: bool,
    permanent: bool,
    listed: str,
    today: date,
    old: int,
) -> Flag:
    """The flag with its verdict. ``listed`` is what the list of flags says against it, ``expired`` where the date ``until`` has passed, ``permanent`` where a comment says that it stays.
    After ``old`` days without a change a flag that one place asks for is worth a look."""
    certain, likely = _certain(sites, until, expired), _likely(key, sites, today, old)
    if listed:
        certain.append(f"it {listed}")
    if permanent:
        verdict, reasons = "stays", ["a comment, or the configuration, says so"]
    elif certain:
        verdict, reasons = "stale", [*certain, *likely]
    else:
        verdict, reasons = ("look" if likely else "in use"), likely
    return Flag(key, sdk, title, tuple(sites), until, verdict, tuple(reasons))


def _certain(sites: list[Site], until: str, expired: bool) -> list[str]:
    found = []
    if all(site.fate for site in sites):
        found += dict.fromkeys(FATES[site.fate][0].removeprefix("and ") for site in sites)
    elif all(site.fate or site.dead for site in sites):
        found.append("a constant keeps the code that asks for it from running")
    if expired:
        found.append(f"it was to be gone by {until}")
    return found


def _likely(key: str, sites: list[Site], today: date, old: int) -> list[str]:
    found = []
    fallbacks = list(dict.fromkeys(site.fallback for site in sites if site.fallback))
    if len(fallbacks) > 1:
        found.append(f"it falls back to different values: {', '.join(fallbacks)}")
    if TEMPORARY.search(key):
        found.append("its name says that it is not meant to stay")
    if (
        len(sites) == 1
        and sites[0].changed
        and not _BRAKE.search(key)
        and (today - date.fromisoformat(sites[0].changed)).days > old
    ):
        found.append(f"one place asks for it, unchanged since {sites[0].changed}")
    return found
