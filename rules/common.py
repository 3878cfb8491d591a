"""What the rules share: from a risky option to a result, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Evaluation, Project, Send
from trackaudit.effective.setups import Risk, Setup
from trackaudit.findings import CONFIDENCES, Related, Result
from trackaudit.model import Span
from trackaudit.resolve.addresses import without_login
from trackaudit.resolve.values import Callback, Condition, Known, Listing, Mapping, Pattern, Text, Use, Value
from trackaudit.rules.mends import proposal

# What the place is called where a constant is defined; the engine adds since when it is so.
DEFINED_HERE = "the constant is defined here"
_FAR = 60  # bytes between a key and its value from which on the value's own place is worth showing
# How a record's words on what an option collects go on, where they do not complete "would collect".
VERBS = {
    "insecure-endpoint": "would send ",
    "tls-off": "would send ",
    "exposed-store": "would send ",
    "insecure-cookie": "would keep ",
    "debug-mode": "",
    "before-consent": "",
    "forced-flag": "",
}


def weakest(*levels: str) -> str:
    """Confidence is the weakest of what it rests on."""
    return min(levels, key=CONFIDENCES.index)


def identity(use: Use) -> str:
    """How sure it is that a name is the SDK: imported, or merely a global of that name."""
    return "medium" if use.origin.startswith("global:") else "high"


def option_results(project: Project, rule: str) -> Iterator[Result]:
    """A result for every option of this concern that is set, or left, to a risky value."""
    for risk in project.risks(rule):
        yield option_result(risk, rule)


def option_result(risk: Risk, rule: str) -> Result:
    setup, option, entry = risk.setup, risk.option, risk.entry
    confidence = weakest(
        identity(setup.use),
        "high" if risk.certain else "medium",
        "medium" if option["server"] else "high",
        "high" if option["verified"] else "low",
    )
    collects = entry["collects"] or option["collects"]
    verb = VERBS.get(rule, "would collect ")
    message = f"{_subject(risk)}{f': {verb}{collects}' if collects else ''}{guarded(risk.guards)}"
    return Result(
        rule, setup.use.sdk, entry["severity"], confidence, setup.path, risk.span, message,
        entry["fix"] or option["fix"], option["url"] or setup.call.get("url") or setup.client_url, related_places(risk), option["path"], setup.use.context,
        proposal(risk, rule, _stops(rule, collects)),
    )  # fmt: skip


_STOPS = {"would collect ": "stops collecting ", "would send ": "stops sending ", "would keep ": "stops keeping "}


def _stops(rule: str, collects: str) -> str:
    """What ends with a mend, to go on its title."""
    verb = _STOPS.get(VERBS.get(rule, "would collect "), "")
    return f": {verb}{collects}" if collects and verb else ""


def _subject(risk: Risk) -> str:
    """What is set how, since which version: the first half of the message."""
    setup, path = risk.setup, risk.option["path"]
    title = setup.client["title"]
    version = f" {setup.pinned.known}" if setup.pinned.known and (risk.entry["versions"] or risk.state != "written") else ""
    if setup.role == "start" and any(path == ".".join(root.path) for root in setup.roots):
        return f"{title}{version}: `{setup.use.method}` is called"
    name = path.rpartition("*")[2]
    if risk.state == "written":
        shown = describe(risk.value)
        return f"{title}{version}: `{name}` is {shown}" if shown else f"{title}{version}: `{name}` is set"
    if risk.state == "default" and isinstance(risk.value, Known):
        return f"{title}{version}: `{name}` is {describe(risk.value)} by default"
    return f"{title}{version}: `{name}` is not set"


def describe(value: Value | None) -> str:
    """A value in a few characters, or nothing where it says nothing."""
    if isinstance(value, Known):
        if isinstance(value.value, bool):
            return f"`{str(value.value).lower()}`"
        shown = without_login(value.value) if isinstance(value.value, str) else value.value
        return f"`{shown!r}`" if value.value is not None else "`null`"
    if isinstance(value, Pattern):
        return f"`/{value.pattern}/`"
    if isinstance(value, Listing):
        return "an empty list" if not value.items and not value.open else "this list"
    if isinstance(value, Mapping):
        return "an empty object" if not value.entries and not value.open else "this object"
    if isinstance(value, Callback):
        return "this function"
    return "this text" if isinstance(value, Text) else ""


def guarded(guards: tuple[Condition, ...]) -> str:
    """`` (only when …)`` for the innermost guard that says something."""
    for guard in reversed(guards):
        if guard.text and guard.constant is None:
            return f" (only when {'' if guard.positive else 'not '}`{guard.text}`)"
    return ""


def related_places(risk: Risk) -> tuple[Related, ...]:
    """Where the value comes from, the set-up, and the version that decided."""
    setup = risk.setup
    places: list[Related] = []
    inside = setup.use.span.start <= risk.span.start and risk.span.end <= setup.use.span.end
    if risk.value is not None and risk.state == "written":
        origin = risk.value.span
        if (
            not (setup.use.span.start <= origin.start and origin.end <= setup.use.span.end)
            and abs(origin.start - risk.span.end) > 4
        ):
            places.append(Related(setup.path, origin, "the value comes from here"))
    if not inside:
        places.append(Related(setup.path, setup.use.callee_span, "the tracker is set up here"))
    return (*places, *version_place(setup, bool(risk.entry["versions"]) or risk.state == "default"))


def version_place(setup: Setup, matters: bool) -> tuple[Related, ...]:
    place = setup.version.locked or setup.version.declared
    if not matters or place is None or not setup.pinned.known:
        return ()
    return (Related(place.path, place.span, f"version {setup.pinned.known} is pinned here"),)


def flag_result(
    project: Project, rule: str, evaluation: Evaluation, what: str, fix: str, related: tuple[Related, ...] = ()
) -> Result:
    """A result about a flag, where it is asked for. ``what`` has a gap for its key."""
    use = evaluation.use
    keys = ", ".join(f"`{key.value}`" for key in evaluation.asked())
    return Result(
        rule, use.sdk, "warning", identity(use), evaluation.path, use.callee_span,
        f"{evaluation.client['title']}: {what.format(keys or 'this flag')}", fix, project.catalogue.record(use.sdk)["url"], related,
        keys or use.method, use.context,
    )  # fmt: skip


def sent_from(send: Send, span: Span, value: Value) -> tuple[Related, ...]:
    """For data that is written at ``span``: the wrappers in between and the SDK's call, and where the value was made, where these
    are somewhere else."""
    use = send.use
    places: list[Related] = []
    if not _within(value.span, use.span) and value.span.path == span.path and abs(value.span.start - span.end) > _FAR:
        places.append(Related(send.path, value.span, "the value comes from here"))
    if not _within(span, use.span):
        places += [*send.via[1:], Related(send.path, use.callee_span, "it is sent here")]
    return tuple(places)


def _within(inner: Span, outer: Span) -> bool:
    return inner.path == outer.path and outer.start <= inner.start and inner.end <= outer.end
