"""A suppression gives no reason.

## What it does
Reports a suppression without a reason after `--`. It does not suppress.

## Why is this bad?
Whoever reads it later cannot tell whether it is still right.

## How to fix
Say why the finding is acceptable: `-- reason`.

## References
- https://docs.astral.sh/ruff/linter/#error-suppression
"""

from __future__ import annotations

from trackaudit.findings import Example

RISKY = (
    Example(
        "import posthog from 'posthog-js';\n// trackaudit: ignore[unmasked-inputs]\nposthog.init('k', { session_recording: { maskAllInputs: false } });",
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
