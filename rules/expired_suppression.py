"""A suppression's date has passed.

## What it does
Reports a suppression whose `until` date lies before today; the original finding is reported again.

## Why is this bad?
Its author decided to look at it again by that day.

## How to fix
Mend the finding, or decide anew and write a new date.

## References
- https://docs.astral.sh/ruff/linter/#error-suppression
"""

from __future__ import annotations

from trackaudit.findings import Example

RISKY = (
    Example(
        "import posthog from 'posthog-js';\n// trackaudit: ignore[unmasked-inputs] until 2020-01-01 -- until the new form is out\nposthog.init('k', { session_recording: { maskAllInputs: false } });",
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
