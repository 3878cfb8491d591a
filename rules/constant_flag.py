"""A constant decides before the feature flag is asked for.

## What it does
Reports questions for a flag that can never be asked: behind `true ||`, `false &&`, or a switch in the code that never changes and decides the
condition without them.

## Why is this bad?
Somebody forced the branch to try it, or to ship it, and left the flag standing. Whoever moves the switch in the flag service expects something to
happen, and nothing does.

## How to fix
Take out the constant, or the flag with the branch that lost.

## References
- https://docs.launchdarkly.com/guides/flags/technical-debt
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Related, Result
from trackaudit.resolve.values import Condition, Use
from trackaudit.rules.common import DEFINED_HERE, flag_result

RISKY = (
    Example(
        "import posthog from 'posthog-js';\nexport const fresh = () => true || posthog.isFeatureEnabled('new-checkout');\n",
        versions="posthog-js 1.449.2",
    ),
    Example(
        "from waffle import switch_is_active\n\nNEW_CHECKOUT = True\n\n\ndef fresh():\n    return NEW_CHECKOUT or switch_is_active('new-checkout')\n",
        file="views.py", versions="django-waffle 5.0.0",
    ),
)  # fmt: skip

SAFE = (
    Example(
        "import posthog from 'posthog-js';\nexport const fresh = (preview) => preview || posthog.isFeatureEnabled('new-checkout');\n",
        versions="posthog-js 1.449.2",
    ),
    Example(
        "import os\n\nfrom waffle import switch_is_active\n\nNEW_CHECKOUT = os.environ.get('NEW_CHECKOUT')\n\n\ndef fresh():\n    return NEW_CHECKOUT or switch_is_active('new-checkout')\n",
        file="views.py", versions="django-waffle 5.0.0",
    ),
)  # fmt: skip


def check(project: Project) -> Iterator[Result]:
    for evaluation in project.evaluations:
        guard = deciding(evaluation.use)
        if guard is not None and not evaluation.via:
            always = "true" if guard.constant else "false"
            what = "{} is never asked for, because `" + guard.text.replace("{", "{{").replace("}", "}}") + f"` is always {always}"
            place = Related(evaluation.path, guard.origin or guard.span, DEFINED_HERE if guard.origin else "this decides")
            fix = "take out the constant, or the flag with the branch that lost"
            yield flag_result(project, "constant-flag", evaluation, what, fix, (place,))


def deciding(use: Use) -> Condition | None:
    """The condition that a constant decides, so that what asks never runs."""
    return next((guard for guard in use.guards if guard.constant is not None and guard.constant != guard.positive), None)
