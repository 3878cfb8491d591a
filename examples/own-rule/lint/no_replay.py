"""Sessions are recorded, which our contracts exclude.

## What it does
Reports every set-up of a session replay tool.

## Why is this bad?
Our customers' contracts exclude recordings of their staff at work.

## How to fix
Remove the call.

## References
- https://wiki.shop.example/contracts
"""

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import identity

CATEGORY = "replay-unmasked"

RISKY = (Example("import LogRocket from 'logrocket';\nLogRocket.init('acme/shop');"),)
SAFE = (Example("import posthog from 'posthog-js';\nposthog.init('k', { autocapture: false });", versions="posthog-js 1.449.2"),)


def check(project: Project) -> Iterator[Result]:
    for setup in project.setups:
        record = project.catalogue.record(setup.use.sdk)
        if setup.role == "setup" and record["kind"] == "replay":
            yield Result(
                "no-replay", setup.use.sdk, "error", identity(setup.use), setup.path, setup.use.callee_span,
                f"{record['title']} records sessions", "remove the call", "https://wiki.shop.example/contracts",
                (), setup.use.method, setup.use.context,
            )
