"""A privacy option is written where it has no effect.

## What it does
Reports options that the installed version ignores: removed, renamed, never read, or switched off by another option.

## Why is this bad?
Somebody wrote the option to keep data back, and it keeps nothing back. `sendDefaultPii: false` reads as protection and does nothing
from Sentry 11 on.

## How to fix
Use the option that took its place, and delete this one.

## References
- https://docs.sentry.io/platforms/javascript/migration/
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import guarded, identity, version_place, weakest

RISKY = (
    Example("import * as Sentry from '@sentry/node';\nSentry.init({ dsn, sendDefaultPii: false, dataCollection: { userInfo: false, cookies: false, httpHeaders: false, httpBodies: [], urlQueryParams: false } });", versions="@sentry/node 11.2.0"),
    Example('import sentry_sdk\nsentry_sdk.init(dsn=DSN, with_locals=False)', file='app.py', versions='sentry-sdk 2.30.0'),
)  # fmt: skip

SAFE = (
    Example(
        "import * as Sentry from '@sentry/node';\nSentry.init({ dsn, sendDefaultPii: false });", versions="@sentry/node 9.0.0"
    ),
    Example(
        "import mixpanel from 'mixpanel-browser';\nmixpanel.init('T', { autotrack: false });", versions="mixpanel-browser 2.40.1"
    ),
    Example(
        "import sentry_sdk\nsentry_sdk.init(dsn=DSN, include_local_variables=False)", file="app.py", versions="sentry-sdk 2.30.0"
    ),
)


def check(project: Project) -> Iterator[Result]:
    for setup in project.setups:
        for option in setup.client["option"]:
            found = setup.void(option)
            if found is None:
                continue
            void, written, certain = found
            unread = bool(void["versions"]) and not setup.pinned.known  # nothing says that this version ignores it
            version = f" {setup.pinned.known}" if setup.pinned.known else ""
            yield Result(
                "void-option", setup.use.sdk, void["severity"], weakest(identity(setup.use), "low" if unread else "high" if certain else "medium"),
                setup.path, written.span,
                f"{setup.client['title']}{version}: `{option['path']}` has no effect: {void['reason']}{guarded(written.guards)}",
                void["fix"] or "remove it", option["url"] or setup.client_url, version_place(setup, bool(void["versions"])), option["path"], setup.use.context,
            )  # fmt: skip
