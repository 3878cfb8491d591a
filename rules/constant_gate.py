"""Capture runs because of a switch that never changes.

## What it does
Reports a condition around a tracker's set-up or capture that a constant decides: the switch is always on. Constants that name an
environment (`DEBUG`, `IS_PROD`) are left alone.

## Why is this bad?
The code reads as if capture were optional, and reviewers treat it so, while it is always on.

## Incident
VWO Engage, 2017: form tracking, switched on for a prototype, was still on when the library went to the sites of 400 customers for a load
test. Card numbers and passwords were collected. (`examples/form-tracking-prototype`)

## How to fix
Remove the switch and decide about the capture itself; if it must stay switchable, read the switch from configuration.

## References
- https://docs.snowplow.io/docs/sources/web-trackers/tracking-events/form-tracking/
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.effective.setups import Setup
from trackaudit.findings import Example, Related, Result
from trackaudit.resolve.values import Condition
from trackaudit.rules.common import DEFINED_HERE, identity

RISKY = (
    Example("const PROTOTYPE = true;\nif (PROTOTYPE) {\n  window.snowplow('enableFormTracking');\n}"),
    Example(
        "import posthog from 'posthog-js';\nif (true) posthog.init('k', { autocapture: false });", versions="posthog-js 1.449.2"
    ),
)

SAFE = (
    Example(
        "if (window.settings.forms) {\n  window.snowplow('enableFormTracking', { options: { fields: { allowlist: ['plan'] } } });\n}"
    ),
    Example(
        "DEBUG = False\nimport sentry_sdk\nif not DEBUG:\n    sentry_sdk.init(dsn=DSN)",
        file="settings.py",
        versions="sentry-sdk 2.30.0",
    ),
)


def check(project: Project) -> Iterator[Result]:
    seen: set[tuple[str, int]] = set()
    for setup in project.setups:
        if setup.role not in ("setup", "start"):
            continue
        for guard in setup.use.guards:
            if guard.constant is not None and guard.kind == "other" and (setup.path, guard.span.start) not in seen:
                seen.add((setup.path, guard.span.start))
                yield _result(setup, guard)


def _result(setup: Setup, guard: Condition) -> Result:
    related = [Related(setup.path, setup.use.callee_span, f"`{setup.use.method or setup.client['title']}` runs because of it")]
    if guard.origin is not None:
        related.insert(0, Related(setup.path, guard.origin, DEFINED_HERE))
    state = "true" if guard.constant else "false"
    return Result(
        "constant-gate", setup.use.sdk, "warning", identity(setup.use), setup.path, guard.span,
        f"{setup.client['title']}: `{guard.text}` is always {state}, so this capture is always on",
        "remove the switch, or read it from configuration that can turn it off", setup.client_url, tuple(related), guard.text, setup.use.context,
    )  # fmt: skip
