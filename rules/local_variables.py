"""The SDK sends the values of local variables.

## What it does
Reports settings under which the values of local variables in failing frames are sent, with no filter or a weakened one.

## Why is this bad?
Local variables hold whatever the code was handling when it failed: decrypted secrets, whole user objects. Filters look at
names only.

## How to fix
Switch it off, or keep the vendor's filters and add to them.

## References
- https://posthog.com/docs/error-tracking/code-variables/python
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import option_results

RISKY = (
    Example(
        """from posthog import Posthog
client = Posthog('phc_x', capture_exception_code_variables=True, code_variables_mask_patterns=[])
""",
        file="app.py",
        versions="posthog 7.91.1",
    ),
    Example(
        "import * as Sentry from '@sentry/node';\nSentry.init({ dsn, includeLocalVariables: true });",
        versions="@sentry/node 9.0.0",
    ),
)

SAFE = (
    Example(
        """from posthog import Posthog
client = Posthog('phc_x')
""",
        file="app.py",
        versions="posthog 7.91.1",
    ),
    Example(
        """import sentry_sdk
sentry_sdk.init(dsn=DSN, include_local_variables=False)
""",
        file="app.py",
        versions="sentry-sdk 2.30.0",
    ),
    Example("import * as Sentry from '@sentry/node';\nSentry.init({ dsn });", versions="@sentry/node 9.0.0"),
)


def check(project: Project) -> Iterator[Result]:
    return option_results(project, "local-variables")
