"""The SDK adds IP addresses, cookies, headers or user data by itself.

## What it does
Reports the option that makes an SDK attach personal data to every event, and versions in which that is the default.

## Why is this bad?
Nobody decides per event whether the address, the cookies and the signed-in user belong in it: they are in all of them, those
with the stack trace of a failed payment included.

## How to fix
Switch it off and add the few fields that are needed, by name, where they are needed.

## References
- https://docs.sentry.io/platforms/javascript/data-management/data-collected/
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import option_results

RISKY = (
    Example(
        """import sentry_sdk
sentry_sdk.init(dsn=DSN, send_default_pii=True)
""",
        file="app.py",
        versions="sentry-sdk 2.30.0",
    ),
    Example(
        """import * as Sentry from '@sentry/node';
Sentry.init({ dsn, sendDefaultPii: true });
""",
        file="app.js",
        versions="@sentry/node 9.0.0",
    ),
)

SAFE = (
    Example(
        """import sentry_sdk
sentry_sdk.init(dsn=DSN, send_default_pii=False)
""",
        file="app.py",
        versions="sentry-sdk 2.30.0",
    ),
    Example(
        """import * as Sentry from '@sentry/node';
Sentry.init({ dsn });
""",
        file="app.js",
        versions="@sentry/node 9.0.0",
    ),
)


def check(project: Project) -> Iterator[Result]:
    return option_results(project, "default-pii")
