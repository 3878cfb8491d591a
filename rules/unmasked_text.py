"""Session replay records the text of the page.

## What it does
Reports session replay with text masking switched off, or with an unmasking selector that takes in whole pages.

## Why is this bad?
The page shows people their own data: names, orders, messages, balances. A recording of it is a copy of all that in
the vendor's storage.

## How to fix
Keep text masked and unmask what is public.

## References
- https://docs.sentry.io/platforms/javascript/session-replay/privacy/
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import option_results

RISKY = (
    Example(
        """import * as Sentry from '@sentry/react';
Sentry.init({ dsn, replaysSessionSampleRate: 0.1, integrations: [Sentry.replayIntegration({ maskAllText: false })] });
""",
        file="app.js",
        versions="@sentry/react 8.30.0",
    ),
)

SAFE = (
    Example(
        """import * as Sentry from '@sentry/react';
Sentry.init({ dsn, replaysSessionSampleRate: 0.1, integrations: [Sentry.replayIntegration({ unmask: ['.public-price'] })] });
""",
        file="app.js",
        versions="@sentry/react 8.30.0",
    ),
    Example(
        """import * as Sentry from '@sentry/react';
Sentry.init({ dsn, replaysSessionSampleRate: 0.1, integrations: [Sentry.replayIntegration()] });
""",
        file="app.js",
        versions="@sentry/react 8.30.0",
    ),
)


def check(project: Project) -> Iterator[Result]:
    return option_results(project, "unmasked-text")
