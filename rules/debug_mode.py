"""Debug output is forced on.

## What it does
Reports a tracker's debug, verbose or test switch that is written as on, unless a guard limits it to development.

## Why is this bad?
Debug output prints every event, with its properties and ids, to the console or the log, where extensions, support tools and log
collectors read it. Test switches change what is sent.

## How to fix
Remove the option, or derive it from the build (`import.meta.env.DEV`, `settings.DEBUG`).

## References
- https://posthog.com/docs/libraries/js/config
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import option_result

RISKY = (
    Example("import mixpanel from 'mixpanel-browser';\nmixpanel.init('T', { debug: true });", versions="mixpanel-browser 2.83.0"),
    Example("import sentry_sdk\nsentry_sdk.init(dsn=DSN, debug=True)", file="app.py", versions="sentry-sdk 2.30.0"),
)

SAFE = (
    Example(
        "import mixpanel from 'mixpanel-browser';\nmixpanel.init('T', { debug: import.meta.env.DEV });",
        versions="mixpanel-browser 2.83.0",
    ),
    Example(
        "import posthog from 'posthog-js';\nif (process.env.NODE_ENV === 'development') posthog.init('k', { debug: true, autocapture: false });",
        versions="posthog-js 1.449.2",
    ),
    Example("import sentry_sdk\nsentry_sdk.init(dsn=DSN, debug=settings.DEBUG)", file="app.py", versions="sentry-sdk 2.30.0"),
)


def check(project: Project) -> Iterator[Result]:
    for risk in project.risks("debug-mode"):
        if not any(guard.kind == "development" for guard in risk.guards):
            yield option_result(risk, "debug-mode")
