"""A suppression names a rule that does not exist.

## What it does
Reports a suppression whose rule id is misspelt or gone, and comments that look like one but are none, such as one without a list of rules.

## Why is this bad?
It suppresses nothing, while its author believes it does.

## How to fix
Correct the id; `trackaudit rules` lists them.

## References
- https://docs.astral.sh/ruff/linter/#error-suppression
"""

from __future__ import annotations

from trackaudit.findings import Example

RISKY = (
    Example(
        "import posthog from 'posthog-js';\n// trackaudit: ignore[unmasked-input] -- the field is public\nposthog.init('k', { session_recording: { maskAllInputs: false } });",
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
