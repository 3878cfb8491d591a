"""A project's feature flags: where each is asked for, since when, and whether it has outlived its purpose; as frozen data.

``finder.py`` gathers them from a project, ``verdicts.py`` judges them.
"""

from typing import NamedTuple

from trackaudit.findings import Failure

# What a verdict means, the first to be dealt with first.
VERDICTS = {
    "stale": "to be removed",
    "look": "to be looked at",
    "in use": "in use",
    "stays": "said to stay",
}


class Site(NamedTuple):
    """One place that asks for a flag. ``fallback`` is the value it gives for an outage, in words, empty where it gives none; ``changed`` is
    the day on which its line was last changed and ``author`` by whom, empty where git does not tell."""

    path: str
    line: int
    column: int
    method: str
    fallback: str
    fate: str
    dead: bool
    changed: str = ""
    author: str = ""

    def at(self, days: dict[tuple[str, int], tuple[str, str]]) -> "Site":
        """The same with its day and author, where they are known by its path and line."""
        day, author = days.get((self.path, self.line), ("", ""))
        return self._replace(changed=day, author=author)


class Flag(NamedTuple):
    """One flag by its key and SDK. ``reasons`` say why the verdict is what it is; ``until`` is a date that a comment states."""

    key: str
    sdk: str
    title: str
    sites: tuple[Site, ...]
    until: str
    verdict: str
    reasons: tuple[str, ...]

    @property
    def fallbacks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(site.fallback for site in self.sites if site.fallback))

    @property
    def changed(self) -> tuple[str, str]:
        """The first and the last day on which a line that asks for it was changed; empty where git does not tell."""
        days = sorted(site.changed for site in self.sites if site.changed)
        return (days[0], days[-1]) if days else ("", "")

    @property
    def owner(self) -> str:
        """Who wrote most of the lines that ask for it, the latest of them where several did."""
        authors = [site.author for site in sorted(self.sites, key=lambda site: site.changed, reverse=True) if site.author]
        return max(authors, key=authors.count, default="")


class Flags(NamedTuple):
    """All flags of one project, what is to be removed first coming first. ``unnamed`` counts the questions whose keys the code does not
    tell, ``failures`` are files that could not be analysed."""

    root: str
    flags: tuple[Flag, ...]
    unnamed: int
    failures: tuple[Failure, ...]
