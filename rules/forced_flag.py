"""A feature flag is forced, whatever its service says.

## What it does
Reports overrides that were left in: flags and variations that the code sets itself, values that are written into a client's options,
override modes, and settings with which a flag that does not exist counts as switched on.

## Why is this bad?
An override is made to try something. Left in, the switch in the flag service moves and nothing happens: what was to be switched off goes
on, and nobody looks there. In 2017 that was how a prototype's form tracking stayed on.

## How to fix
Remove it, or keep it to tests and local development.

## References
- https://waffle.readthedocs.io/en/stable/starting/configuring.html
- https://docs.growthbook.io/lib/js
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import option_results

RISKY = (
    Example("import posthog from 'posthog-js';\nposthog.featureFlags.overrideFeatureFlags({ flags: { 'new-form-capture': true } });\n", versions="posthog-js 1.449.2"),
    Example("WAFFLE_OVERRIDE = True\n", file="settings.py", versions="django-waffle 5.0.0"),
)  # fmt: skip

SAFE = (
    Example("import posthog from 'posthog-js';\nexport const fresh = () => posthog.isFeatureEnabled('new-form-capture');\n", versions="posthog-js 1.449.2"),
    Example("WAFFLE_OVERRIDE = DEBUG\n", file="settings.py", versions="django-waffle 5.0.0"),
)  # fmt: skip


def check(project: Project) -> Iterator[Result]:
    return option_results(project, "forced-flag")
