"""A feature flag is asked for and its value is not used.

## What it does
Reports calls that ask for a flag and whose result does not count: nobody takes it (a call that stands alone, a variable that is never read),
both branches that it chooses between are the same, or a constant beside it overrules it (`flag() || true`).

## Why is this bad?
It is what is left when the code behind a flag was taken out and the question was forgotten. The flag stays in the service, is shown in its
lists as in use, and is counted and sent as seen for everybody.

## How to fix
Remove the call, and archive the flag if nothing else asks for it.

## References
- https://docs.launchdarkly.com/guides/flags/technical-debt
- https://docs.getunleash.io/reference/technical-debt
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Evaluation, Project
from trackaudit.findings import Example, Result
from trackaudit.resolve.fates import DROPPED, OVERRULED, SAME
from trackaudit.rules.common import flag_result

RISKY = (
    Example(
        "import { initialize } from 'launchdarkly-js-client-sdk';\nconst client = initialize(ID, { kind: 'user', key: id });\n"
        "export function start() {\n  client.variation('new-checkout', false);\n}\n",
        versions="launchdarkly-js-client-sdk 3.9.5",
    ),
    Example(
        "from waffle import switch_is_active\n\n\ndef view(request):\n    active = switch_is_active('new-checkout')\n    return render(request)\n",
        file="views.py", versions="django-waffle 5.0.0",
    ),
    Example(
        "import posthog from 'posthog-js';\nexport const fresh = () => posthog.isFeatureEnabled('new-checkout') || true;\n"
        "export const title = () => (posthog.isFeatureEnabled('new-title') ? 'Checkout' : 'Checkout');\n",
        versions="posthog-js 1.449.2",
    ),
)  # fmt: skip

SAFE = (
    Example(
        "import { initialize } from 'launchdarkly-js-client-sdk';\nconst client = initialize(ID, { kind: 'user', key: id });\n"
        "export const fresh = () => client.variation('new-checkout', false);\n",
        versions="launchdarkly-js-client-sdk 3.9.5",
    ),
    Example(
        "from waffle import switch_is_active\n\n\ndef view(request):\n    active = switch_is_active('new-checkout')\n    return render(request, active)\n",
        file="views.py", versions="django-waffle 5.0.0",
    ),
    Example(
        "import posthog from 'posthog-js';\nexport const fresh = () => posthog.isFeatureEnabled('new-checkout') || false;\n"
        "export const title = () => (posthog.isFeatureEnabled('new-title') ? 'Checkout' : 'Cart');\n",
        versions="posthog-js 1.449.2",
    ),
)  # fmt: skip

# What becomes of an answer (see trackaudit/resolve/fates.py), in words, and what to do about it.
FATES = {
    DROPPED: ("and nobody looks at the answer", "remove the call"),
    SAME: ("and both answers lead to the same code", "remove the flag and one of the branches"),
    OVERRULED: ("and a constant beside it overrules the answer", "take out the constant, or the flag with the branch that lost"),
}


def check(project: Project) -> Iterator[Result]:
    for evaluation in project.evaluations:
        fate = fate_of(evaluation)
        if fate:
            what, fix = FATES[fate]
            yield flag_result(project, "unused-flag", evaluation, f"{{}} is asked for, {what}", fix)


def fate_of(evaluation: Evaluation) -> str:
    """Why an answer does not count, empty where it does. What a wrapper does with it is no affair of its callers; a decorator uses it."""
    is_own = not evaluation.via and not evaluation.use.method.startswith("waffle_")
    return evaluation.use.fate if is_own else ""
