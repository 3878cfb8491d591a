"""The SDK sends request or response bodies.

## What it does
Reports settings under which an error or tracing SDK sends the bodies of requests and responses, or the parameters of database
queries.

## Why is this bad?
The body of the request that failed is the form somebody filled in. Filters by key name miss what is nested, renamed or free text.

## How to fix
Send no bodies; add what helps to find the error by name.

## References
- https://docs.sentry.io/platforms/python/configuration/options/
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import option_results

RISKY = (
    Example(
        """import sentry_sdk
sentry_sdk.init(dsn=DSN, max_request_body_size="always")
""",
        file="app.py",
        versions="sentry-sdk 2.30.0",
    ),
    Example(
        "import * as Sentry from '@sentry/node';\nSentry.init({ dsn, integrations: [Sentry.httpIntegration({ maxIncomingRequestBodySize: 'always' })] });",
        versions="@sentry/node 10.0.0",
    ),
)

SAFE = (
    Example(
        """import sentry_sdk
sentry_sdk.init(dsn=DSN, max_request_body_size="never")
""",
        file="app.py",
        versions="sentry-sdk 2.30.0",
    ),
    Example(
        """import sentry_sdk
sentry_sdk.init(dsn=DSN)
""",
        file="app.py",
        versions="sentry-sdk 2.30.0",
    ),
    Example(
        "import * as Sentry from '@sentry/node';\nSentry.init({ dsn, integrations: [Sentry.httpIntegration({ maxIncomingRequestBodySize: 'none' })] });",
        versions="@sentry/node 10.0.0",
    ),
)


def check(project: Project) -> Iterator[Result]:
    return option_results(project, "captured-bodies")
