"""The tracker's cookie may travel over plain HTTP.

## What it does
Reports options that allow the tracker's cookie on unencrypted connections.

## Why is this bad?
The cookie identifies the visitor on every request; over plain HTTP anybody on the way can read it.

## How to fix
Set the option so that the cookie is only sent over HTTPS.

## References
- https://docs.mixpanel.com/docs/tracking-methods/sdks/javascript
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import option_results

RISKY = (
    Example(
        """import posthog from 'posthog-js';
posthog.init('phc_x', { secure_cookie: false });
""",
        file="app.js",
        versions="posthog-js 1.449.2",
    ),
)

SAFE = (
    Example(
        """import posthog from 'posthog-js';
posthog.init('phc_x', { secure_cookie: true });
""",
        file="app.js",
        versions="posthog-js 1.449.2",
    ),
    Example(
        """import posthog from 'posthog-js';
posthog.init('phc_x', { autocapture: false });
""",
        file="app.js",
        versions="posthog-js 1.449.2",
    ),
)


def check(project: Project) -> Iterator[Result]:
    return option_results(project, "insecure-cookie")
