"""A tracker starts before, or without, the consent that the project asks for.

## What it does
Where a project asks its visitors (it loads a consent manager, has a banner from a package, or has another tracker wait), reports
trackers in the browser that start without waiting: set up while the page loads, under no condition that speaks of consent, and
with no option that makes them wait. Reports as well consent that is granted by default or denied too late, and banners that are
told not to wait for an answer. What only counts pages without cookies is left alone. Everything here is a note: what the law asks for
depends on the visitor's country, and a tag manager's own settings are not in the code. Raise it with
`[tool.trackaudit.severity]` where the answer is known.

## Why is this bad?
Who says no, or has not answered yet, is tracked all the same, while the banner says otherwise. Nobody sees it: the banner works.

## How to fix
Set the tracker up where the answer is known, or start it with the option that makes it wait, and put consent defaults before every
other command.

## References
- https://developers.google.com/tag-platform/security/guides/consent
- https://posthog.com/docs/privacy/data-collection
- https://developers.facebook.com/docs/meta-pixel/implementation/gdpr
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from trackaudit.effective.consent import Gate, Gates, Holding, concerned, holdings
from trackaudit.effective.project import Project
from trackaudit.effective.setups import Setup
from trackaudit.findings import Example, Related, Result
from trackaudit.resolve.values import Condition
from trackaudit.rules.common import identity, option_result, weakest

RULE = "before-consent"
RISKY = (
    Example(
        '<html><head>\n<script src="https://consent.cookiebot.com/uc.js" data-cbid="1"></script>\n<script>\n'
        "fbq('init', '123');\nfbq('track', 'PageView');\n</script>\n</head></html>\n",
        file="index.html",
    ),
    Example(
        "<html><head><script>\ngtag('consent', 'default', { ad_storage: 'granted', analytics_storage: 'granted' });\n"
        "gtag('config', 'G-1');\n</script></head></html>\n",
        file="index.html",
    ),
    Example(
        "<html><head><script>\ngtag('config', 'G-1');\n"
        "gtag('consent', 'default', { ad_storage: 'denied', analytics_storage: 'denied' });\n</script></head></html>\n",
        file="index.html",
    ),
)  # fmt: skip

SAFE = (
    Example(
        '<html><head>\n<script src="https://consent.cookiebot.com/uc.js" data-cbid="1"></script>\n'
        "<script type=\"text/plain\" data-cookieconsent=\"marketing\">\nfbq('init', '123');\n</script>\n</head></html>\n",
        file="index.html",
    ),
    Example(
        "<html><head><script>\ngtag('consent', 'default', { ad_storage: 'denied', analytics_storage: 'denied' });\n"
        "gtag('config', 'G-1');\n</script></head></html>\n",
        file="index.html",
    ),
    Example("<html><head><script>\nfbq('init', '123');\n</script></head></html>\n", file="index.html"),
)  # fmt: skip

_OF_THE_PROGRAM = re.compile(r"^typeof (?:window|document)\b|^!?(?:window|document)\b|\benv\b|(?i:_key|token|_id|dsn)\b")


def check(project: Project) -> Iterator[Result]:
    told: set[object] = set()
    for risk in project.risks(RULE):
        place = risk.setup.path, risk.setup.use.span
        if place not in told and not holdings(project, risk.setup):  # denied beside: for some regions, mostly
            told.add(place)
            yield option_result(risk, RULE)
    asked = [setup for setup in project.setups if concerned(project, setup)]
    gates = Gates(project) if asked else None
    for setup in asked:
        held = holdings(project, setup)
        late = [holding for holding in held if _too_late(holding, setup)]
        if late and len(late) == len(held):
            yield _late(setup, late[0])
        elif gates is not None and not held and (gate := gates.of(setup)) is not None:
            sure = _starts_at_once(project, setup, gate, gates.words)
            if sure:
                yield _without(setup, gate, sure)


def _too_late(holding: Holding, setup: Setup) -> bool:
    """Whether a page's command to wait comes after the tracker was set up. In JSX, scripts have an order of their own."""
    other = holding.setup
    return (
        other.role != "setup"
        and other.path == setup.path
        and other.use.at_load
        and setup.use.at_load
        and setup.path.endswith((".html", ".htm", ".js", ".php", ".erb", ".twig", ".liquid"))
        and other.use.span.start > setup.use.span.end
    )


def _starts_at_once(project: Project, setup: Setup, gate: Gate, words: list[str]) -> str:
    """How sure it is that a set-up waits for nobody; empty where it may wait."""
    use, path = setup.use, setup.path
    if any(_may_ask(guard) for guard in use.guards):
        return ""
    if use.form == "plugin":  # of one that hands on only a part of its options, whether it waits is in the others
        return "" if any(plugin["inside"] for plugin in setup.client["plugin"] if plugin["name"] == use.method) else "medium"
    if gate.blocking and any(project.mentions(file, gate.blocking) for file in (path, gate.path)):
        return ""
    if (gate.path != path or not use.at_load) and project.mentions(path, words):
        return ""
    above = project.loading(path) - {path}
    if any(project.mentions(file, words) and (not use.at_load or project.mentions(file, ("import(",))) for file in above):
        return ""
    return "medium" if use.at_load else "low"


def _may_ask(guard: Condition) -> bool:
    """Whether a condition may be the visitor's answer; that there is a window, or a key for the tracker, is none."""
    if guard.kind == "consent":
        return True
    return guard.kind == "other" and guard.constant is None and not _OF_THE_PROGRAM.search(guard.text)


def _without(setup: Setup, gate: Gate, sure: str) -> Result:
    title, use = setup.client["title"], setup.use
    waits = next((option["path"] for option in setup.client["option"] if option["waits"] and setup.owns(option["path"])), "")
    return Result(
        RULE, use.sdk, "note", weakest(identity(use), sure), setup.path, use.callee_span,
        f"{title} is set up without waiting for consent, though this project asks for it: visitors are tracked before they have answered",
        f"set it up where the answer is known{f', or have it wait (`{waits}`)' if waits else ''}", setup.client_url,
        (Related(gate.path, gate.span, f"consent is asked for by {gate.title}"),), RULE, use.context,
    )  # fmt: skip


def _late(setup: Setup, holding: Holding) -> Result:
    title, use = setup.client["title"], holding.setup.use
    return Result(
        RULE, use.sdk, "note", weakest(identity(use), "high"), holding.setup.path, use.callee_span,
        f"{title}: consent is held back only here, after the tracker was set up: what it sent in between it sent with consent",
        "put it before every other command", setup.client_url, (Related(setup.path, setup.use.callee_span, "the tracker is set up here"),),
        RULE, use.context,
    )  # fmt: skip
