"""A suppression no longer suppresses anything.

## What it does
Reports a `trackaudit: ignore[rule] -- reason` comment, or an `ignore` entry in the configuration, that no finding needs any more.

## Why is this bad?
It will hide the next finding in that place, which nobody has looked at.

## How to fix
Delete it.

## References
- https://docs.astral.sh/ruff/linter/#error-suppression
"""

from __future__ import annotations

from trackaudit.findings import Example

RISKY = (
    Example(
        "import posthog from 'posthog-js';\n// trackaudit: ignore[unmasked-inputs] -- the field is public\nposthog.init('k', { autocapture: false });",
        versions="posthog-js 1.449.2",
    ),
)

SAFE = (
    Example(
        "import posthog from 'posthog-js';\n// trackaudit: ignore[unmasked-inputs] -- an internal tool without customers\nposthog.init('k', { session_recording: { maskAllInputs: false } });",
        versions="posthog-js 1.449.2",
    ),
    Example(
        "import posthog from 'posthog-js';\nposthog.init('k', { session_recording: { maskAllInputs: false } }); // trackaudit: ignore[unmasked-inputs] until 2999-01-01 -- internal tool",
        versions="posthog-js 1.449.2",
    ),
)
