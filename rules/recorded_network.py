"""Session replay records requests, headers or console output.

## What it does
Reports options that put request and response bodies, headers or console output into recordings.

## Why is this bad?
Bodies and headers carry everything the application itself sends and receives: credentials, tokens, whole records. They are
outside of what masking the page protects.

## How to fix
Leave it off, or list the few addresses whose bodies hold nothing personal.

## References
- https://docs.sentry.io/platforms/javascript/session-replay/configuration/
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import option_results

RISKY = (
    Example(
        """import * as Sentry from '@sentry/react';
Sentry.init({ dsn, replaysSessionSampleRate: 0.1, integrations: [Sentry.replayIntegration({ networkDetailAllowUrls: [/.*/] })] });
""",
        file="app.js",
        versions="@sentry/react 8.30.0",
    ),
    Example(
        """import posthog from 'posthog-js';
posthog.init('phc_x', { session_recording: { recordBody: true } });
""",
        file="app.js",
        versions="posthog-js 1.449.2",
    ),
)

SAFE = (
    Example(
        """import * as Sentry from '@sentry/react';
Sentry.init({ dsn, replaysSessionSampleRate: 0.1, integrations: [Sentry.replayIntegration({ networkDetailAllowUrls: [] })] });
""",
        file="app.js",
        versions="@sentry/react 8.30.0",
    ),
    Example(
        """import posthog from 'posthog-js';
posthog.init('phc_x', { session_recording: { recordBody: false } });
""",
        file="app.js",
        versions="posthog-js 1.449.2",
    ),
)


def check(project: Project) -> Iterator[Result]:
    return option_results(project, "recorded-network")
