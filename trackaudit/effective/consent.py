"""Whether a tracker waits for the visitor's consent, and what in a project asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from trackaudit.effective.lookup import Table
from trackaudit.effective.pins import NOWHERE
from trackaudit.effective.project import Project
from trackaudit.effective.setups import Setup, judge
from trackaudit.model import Span

MANAGERS = "consent"  # the record of what asks visitors
_KINDS = frozenset(("analytics", "advertising", "replay"))
# Words of code that may have to do with consent, beside what the consent managers are called.
WORDS = (
    "consent", "Consent", "CONSENT", "gdpr", "GDPR", "ccpa", "CCPA", "optIn", "opt_in", "opt-in", "optedIn", "OptIn", "optOut", "opt_out", "OptOut",
    "cookieBanner", "CookieBanner", "cookie-banner", "cookie_banner", "acceptCookies", "cookiesAccepted", "cookieSettings", "CookieSettings",
    "cookiePreferences", "CookiePreferences", "cookiePolicy", "privacySettings", "PrivacySettings", "doNotTrack",
)  # fmt: skip


class Gate(NamedTuple):
    """What asks for consent: its name, and where the project has it. ``blocking`` are words that say that it stops scripts by itself."""

    title: str
    path: str
    span: Span
    blocking: tuple[str, ...]


class Holding(NamedTuple):
    """Where a tracker is told to wait for consent: by an option of its own set-up, or by a command beside it."""

    setup: Setup
    span: Span


def concerned(project: Project, setup: Setup) -> bool:
    """Whether a set-up starts what needs a visitor's consent: in the browser, and not by counting pages alone."""
    record = project.catalogue.record(setup.use.sdk)
    return (
        setup.role == "setup" and setup.client["runtime"] == "browser" and record["kind"] in _KINDS and not record["cookieless"]
    )


def holdings(project: Project, setup: Setup) -> list[Holding]:
    """Everything that makes a tracker wait, or may."""
    found = []
    package = project.package_of(setup.path)
    for other in project.setups:
        if other.use.sdk == setup.use.sdk and project.package_of(other.path) == package:
            found += [Holding(other, span) for option in other.client["option"] for span in _waiting(other, option)]
    return found


def _waiting(setup: Setup, option: Table) -> Iterator[Span]:
    if not option["waits"] or not setup.owns(option["path"]):
        return
    setting = setup.setting(option)
    if setting.state == "unseen":
        yield setup.use.callee_span
    given = [(place.value, place.span) for place in setting.written]
    if setting.default is not None:
        given.append((setting.default, setup.use.callee_span))
    for entry in option["waits"]:
        if all(setup.condition(condition).answer is not False for condition in entry["when"]):
            yield from (span for value, span in given if judge(value, setting.state, entry) is not False)


class Gates:
    """What asks for consent, by package."""

    def __init__(self, project: Project) -> None:
        self._project = project
        catalogue = project.catalogue
        names = [MANAGERS, *(record["sdk"] for record in catalogue.extra if record["kind"] == "consent")]
        self._managers = [client for name in names for client in catalogue.record(name)["client"]]
        self.words = [*WORDS, *(token for name in names for token in catalogue.tokens[name])]
        self._found: dict[str, Gate | None] = {}

    def of(self, setup: Setup) -> Gate | None:
        package = self._project.package_of(setup.path)
        if package not in self._found:
            found = (*self._loaded(package), *self._declared(setup, package), *self._waited_for(package))
            self._found[package] = found[0] if found else None
        return self._found[package]

    def _loaded(self, package: str) -> Iterator[Gate]:
        """Managers whose scripts the pages load."""
        patterns = [(client, re.compile(script["url"])) for client in self._managers for script in client["script"]]
        for path, facts in self._project.files.items():
            for script in facts.scripts if self._project.package_of(path) == package else ():
                for client, pattern in patterns:
                    if pattern.search(script.url):
                        yield Gate(client["title"], path, script.span, tuple(client["blocking"]))

    def _declared(self, setup: Setup, package: str) -> Iterator[Gate]:
        """Packages that the manifest names."""
        for client in self._managers:
            for name in client["packages"]:
                resolved = self._project.pins.resolve(setup.path, name)
                place = resolved.declared if resolved is not NOWHERE else None
                if place is not None and self._project.package_of(place.path) == package:
                    yield Gate(client["title"], place.path, place.span, tuple(client["blocking"]))

    def _waited_for(self, package: str) -> Iterator[Gate]:
        """A condition that another tracker waits for."""
        for setup in self._project.setups:
            guard = next((guard for guard in setup.use.guards if guard.kind == "consent"), None)
            if guard is not None and concerned(self._project, setup) and self._project.package_of(setup.path) == package:
                yield Gate(f"`{guard.text}`, which {setup.client['title']} waits for", setup.path, guard.span, ())
