"""The pinned version is known to leak.

## What it does
Reports versions of tracking SDKs that are known to collect or expose what they must not, where the lockfile, or every version the
manifest allows, is one of them; and script tags that load such a version.

## Why is this bad?
The fix reaches nobody who stays on the old version.

## Incident
Mixpanel, 2016 to 2018: Autotrack sent passwords for nine months, and customers with a pinned SDK kept sending them after the fixed one was
out. (`examples/autotrack-passwords`)

## How to fix
Update to the first fixed version, and check that the lockfile follows.

## References
- https://github.com/mixpanel/mixpanel-js/blob/master/CHANGELOG.md
- https://github.com/advisories/GHSA-6465-jgvq-jhgp
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from trackaudit.effective.lookup import Table
from trackaudit.effective.pins import Place
from trackaudit.effective.project import Project
from trackaudit.findings import Example, Proposal, Related, Result
from trackaudit.rules.common import weakest
from trackaudit.versions import Pinned, contains, fits, parse

RISKY = (Example("import mixpanel from 'mixpanel-browser';\nmixpanel.init('T', {});", versions="mixpanel-browser 2.13.0"),)

SAFE = (
    Example("import mixpanel from 'mixpanel-browser';\nmixpanel.init('T', {});", versions="mixpanel-browser 2.41.0"),
    Example(
        "import mixpanel from 'mixpanel-browser';\nmixpanel.init('T', { autotrack: false });", versions="mixpanel-browser 2.13.0"
    ),
    Example("import sentry_sdk\nsentry_sdk.init(dsn=DSN)", file="app.py", versions="sentry-sdk 1.40.0"),
    Example("import sentry_sdk\nsentry_sdk.init(dsn=DSN)", file="app.py", versions="sentry-sdk 2.30.0"),
)


def check(project: Project) -> Iterator[Result]:
    for package, resolved in project.pins.declarations():
        place = resolved.declared or resolved.locked
        sdk = project.catalogue.packages.get(package)
        if place is None or sdk is None:
            continue
        related = (
            (Related(resolved.locked.path, resolved.locked.span, "the lockfile installs it"),)
            if resolved.locked and resolved.declared
            else ()
        )
        for client in project.catalogue.record(sdk)["client"]:
            for leak in client["leak"]:
                if package in leak["packages"]:
                    yield from _judge(project, sdk, client, leak, resolved.pinned, place, package.partition(":")[2], related)
    for path, facts in project.files.items():
        for script in facts.scripts:
            known = project.catalogue.script_version(script.url)
            if known is not None and known[2] is not None:
                client = project.catalogue.client(known[0], known[1])
                for leak in client["leak"]:
                    yield from _judge(
                        project, known[0], client, leak, Pinned("npm", known[2], None), Place(path, script.span), script.url, ()
                    )


def _judge(
    project: Project, sdk: str, client: Table, leak: Table, pinned: Pinned, place: Place, name: str, related: tuple[Related, ...]
) -> Iterator[Result]:
    inside, certain = fits(leak["versions"], pinned)
    if not inside or not certain:
        return
    confidence = "high"
    if leak["when"]:
        folder = project.package_of(place.path)
        setups = [
            setup
            for setup in project.setups
            if setup.client is client and setup.role == "setup" and project.package_of(setup.path) == folder
        ]
        answers = [all(setup.condition(condition).answer is not False for condition in leak["when"]) for setup in setups]
        if setups and not any(answers):
            return
        confidence = "high" if setups else "medium"
    advisory = f" ({leak['advisory']})" if leak["advisory"] else ""
    yield Result(
        "vulnerable-sdk", sdk, leak["severity"], weakest(confidence, "medium" if leak["server"] else "high"), place.path, place.span,
        f"{name} {pinned.known} is known to leak: it would collect {leak['collects']}{advisory}",
        leak["fix"], leak["url"] or project.catalogue.record(sdk)["url"], related, name, "", _bump(client, leak, pinned, place, name),
    )  # fmt: skip


def _bump(client: Table, leak: Table, pinned: Pinned, place: Place, name: str) -> Proposal | None:
    """The first version that no longer leaks in place of the one that is written in a manifest; lockfiles are their tool's."""
    if pinned.known is None or not place.path.endswith(("package.json", ".txt", "pyproject.toml")):
        return None
    version = _first_after(leak)
    while (number := parse(version)) is not None:
        other = next((other for other in client["leak"] if contains(other["versions"], number)), None)
        if other is None:
            break
        version = _first_after(other)
    if not version:
        return None
    return Proposal("part", place.span, str(pinned.known), version, f"take {name} {version}, which no longer leaks", False)


def _first_after(leak: Table) -> str:
    """The version that a leak ends before, empty where that is not known."""
    found = re.search(r"<(\d[\w.]*)$", leak["versions"])
    return found[1] if found is not None else ""
