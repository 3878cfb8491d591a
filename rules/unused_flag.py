"""A feature flag is asked for and its value is not used.

## What it does
Reports calls that ask for a flag and whose result nobody takes: a call that stands alone, or a variable that is never read.

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

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
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
)  # fmt: skip


def check(project: Project) -> Iterator[Result]:
    for evaluation in project.evaluations:
        if evaluation.use.dropped and not evaluation.via and not evaluation.use.method.startswith("waffle_"):
            yield flag_result(
                project, "unused-flag", evaluation, "{} is asked for, and nobody looks at the answer", "remove the call"
            )
