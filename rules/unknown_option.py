"""An option is written that this SDK does not have.

## What it does
Compares the options that a set-up call is given with the names that the SDK's own types list for the installed version. Speaks where a
name is a near miss of a real one, or belongs to another major version, another package of the vendor or another vendor; in the strict profile of
every name that is not listed.

## Why is this bad?
A misspelt option does nothing, quietly: `maskAllInput: true` masks no input, and the default holds. A typo in a privacy option
is the costliest kind, for everybody who reads the line believes that it protects.

## How to fix
Write the option as this version knows it.

## References
- https://posthog.com/docs/libraries/js/config
- https://docs.sentry.io/platforms/javascript/configuration/options/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trackaudit.effective.lookup import entries_under, split
from trackaudit.effective.project import Project
from trackaudit.effective.setups import Setup
from trackaudit.findings import Example, Proposal, Result
from trackaudit.resolve.values import Entry
from trackaudit.rules.common import guarded, identity, version_place, weakest
from trackaudit.sdks.catalogue import Catalogue
from trackaudit.versions import fits

RISKY = (
    Example(
        "import posthog from 'posthog-js';\nposthog.init('k', { autocapture: false, session_recording: { maskAllInput: true }, disable_session_recordings: true });",
        versions="posthog-js 1.299.0",
    ),
    Example("import sentry_sdk\nsentry_sdk.init(dsn=DSN, send_defaults_pii=False)", file="app.py", versions="sentry-sdk 2.30.0"),
)

SAFE = (
    Example(
        "import posthog from 'posthog-js';\nposthog.init('k', { autocapture: false, disable_session_recording: true });",
        versions="posthog-js 1.299.0",
    ),
    Example("import sentry_sdk\nsentry_sdk.init(dsn=DSN, send_default_pii=False)", file="app.py", versions="sentry-sdk 2.30.0"),
    Example("const settings = { maskAllInput: true };\nstart(settings);"),
)

_NEAR = 0.84  # of the letters of two names, how many may differ
_TELLING = 9  # letters from which on another vendor's name is hardly a coincidence

Table = dict[str, Any]


def check(project: Project) -> Iterator[Result]:
    catalogue = project.catalogue
    for setup in project.setups:
        listed = catalogue.names(setup.use.sdk).get(setup.client["id"], ()) if setup.role != "start" else ()
        for under in dict.fromkeys(entry["under"] for entry in listed):
            lists = [entry for entry in listed if entry["under"] == under]
            entries = list(entries_under(setup.roots, under))
            for entry in entries:
                yield from _unknown(catalogue, setup, under, lists, entry, {other.key for other in entries})


def _unknown(
    catalogue: Catalogue, setup: Setup, under: str, lists: list[Table], entry: Entry, beside: set[str]
) -> Iterator[Result]:
    fitting = [known for known in lists if fits(known["versions"], setup.pinned)[0]]
    current = fitting[-1] if fitting else None
    if current is None or entry.key in current["names"] or entry.key.startswith("_"):
        return
    path = f"{under}.{entry.key}" if under else entry.key
    steps = split(under)
    described = {split(option["path"])[len(steps)] for option in setup.client["option"] if _below(option["path"], steps)}
    if entry.key in described:
        return
    if not setup.pinned.known and any(entry.key in known["names"] for known in lists):
        return  # there is a version that has it
    sure = bool(setup.pinned.known) and fits(current["versions"], setup.pinned)[1]
    names = {*current["names"], *described}
    near = _near(entry.key, names)
    if near is not None:
        private = any(
            option["path"] == (f"{under}.{near}" if under else near) and option["concern"] for option in setup.client["option"]
        )
        what, severity, fix = f"did you mean `{near}`?", "error" if private else "warning", f"write `{near}`"
    elif (other := _elsewhere(catalogue, setup, under, lists, entry.key)) is not None:
        what, severity, fix = f"it belongs to {other}", "warning", "remove it, or write what this version calls it"
    else:
        what, severity, fix, sure = "its types do not list it", "note", "check its name, or remove it", False
    version = f" {setup.pinned.known}" if setup.pinned.known else ""
    yield Result(
        "unknown-option", setup.use.sdk, severity, weakest(identity(setup.use), "high" if sure else "low"), setup.path, entry.key_span,
        f"{setup.client['title']}{version} has no option `{path}`: {what}{guarded(entry.guards)}", fix, setup.client_url,
        version_place(setup, True), path, setup.use.context,
        _rename(entry, near) if near is not None and near not in beside else None,
    )  # fmt: skip


def _rename(entry: Entry, near: str) -> Proposal:
    return Proposal("name", entry.key_span, entry.key, near, f"write {near}, which this version knows", False)


def _below(path: str, steps: tuple[str, ...]) -> bool:
    own = split(path)
    return len(own) > len(steps) and own[: len(steps)] == steps


def _near(key: str, names: set[str]) -> str | None:
    """The real name that one was meant for: the same but for case and underscores, or but for a letter or two."""
    plain = {_plain(name): name for name in sorted(names)}
    found = plain.get(_plain(key))
    if found is None and len(key) > 3:
        from difflib import get_close_matches

        found = next(iter(get_close_matches(key, sorted(names), n=1, cutoff=_NEAR)), None)
    return found


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _elsewhere(catalogue: Catalogue, setup: Setup, under: str, lists: list[Table], key: str) -> str | None:
    """Where an option of this name is known: in another version, in another package of the vendor, at another vendor's."""
    for known in lists:
        if key in known["names"]:
            return f"version {known['versions']}"
    if len(key) < _TELLING:
        return None  # url, project: a word of many trades, in an object that other programs read too
    own = catalogue.names(setup.use.sdk)
    for client in catalogue.record(setup.use.sdk)["client"]:
        if client["id"] != setup.client["id"] and any(key in known["names"] for known in own.get(client["id"], ())):
            return client["title"]
    if under:
        return None
    for sdk in catalogue.tokens:
        others = catalogue.names(sdk) if sdk != setup.use.sdk else {}
        if any(key in known["names"] for lists in others.values() for known in lists if not known["under"]):
            return catalogue.record(sdk)["title"]
    return None
