"""Session replay records what is typed.

## What it does
Reports session replay with the masking of inputs switched off, by an option or by the default of the installed
version, and masks that pass everything through, or everything that they do not single out.

## Why is this bad?
A recording shows each letter as it is typed, also in fields that are never submitted. Most versions withhold password
fields whatever is set, but not card numbers, addresses or messages.

## How to fix
Mask all inputs; unmask single harmless ones by class or selector.

## References
- https://posthog.com/docs/session-replay/privacy
- https://docs.sentry.io/platforms/javascript/session-replay/privacy/
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import option_results

RISKY = (
    Example(
        """import posthog from 'posthog-js';
posthog.init('phc_x', { session_recording: { maskAllInputs: false } });
""",
        file="app.js",
        versions="posthog-js 1.449.2",
    ),
    Example(
        """import * as Sentry from '@sentry/react';
Sentry.init({ dsn, replaysSessionSampleRate: 0.1, integrations: [Sentry.replayIntegration({ maskAllInputs: false })] });
""",
        file="app.js",
        versions="@sentry/react 8.30.0",
    ),
)

SAFE = (
    Example(
        """import posthog from 'posthog-js';
posthog.init('phc_x', { session_recording: { maskAllInputs: true } });
""",
        file="app.js",
        versions="posthog-js 1.449.2",
    ),
    Example(
        """import posthog from 'posthog-js';
posthog.init('phc_x', { disable_session_recording: true, session_recording: { maskAllInputs: false } });
""",
        file="app.js",
        versions="posthog-js 1.449.2",
    ),
)


def check(project: Project) -> Iterator[Result]:
    return option_results(project, "unmasked-inputs")
