"""Capture starts where the service that has the flag cannot be reached.

## What it does
Reports set-ups and starts of trackers behind a feature flag whose fallback is true: the value that holds while the flag service is down, blocked or not asked yet.

## Why is this bad?
A flag in front of capture is a brake. With such a fallback it fails open: an outage, a blocked request or a deleted flag turns capture on for everybody, those included who were excepted.

## How to fix
Let the flag fall back to false.

## References
- https://launchdarkly.com/docs/sdk/features/evaluating
- https://openfeature.dev/docs/reference/concepts/evaluation-api
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from trackaudit.effective.project import Evaluation, Project
from trackaudit.effective.setups import Setup
from trackaudit.findings import Example, Related, Result
from trackaudit.resolve.values import Condition, Known
from trackaudit.rules.common import flag_result

_CLIENT = "import { initialize } from 'launchdarkly-js-client-sdk';\nimport posthog from 'posthog-js';\nconst client = initialize(ID, { kind: 'user', key: id });\n"
RISKY = (
    Example(_CLIENT + "if (client.variation('track-visits', true)) posthog.init('k', { autocapture: false });\n", versions="posthog-js 1.449.2"),
    Example(
        _CLIENT + "const track = client.variation('track-visits', true);\nif (track) {\n  posthog.init('k', { autocapture: false });\n}\n",
        versions="posthog-js 1.449.2",
    ),
)  # fmt: skip

SAFE = (
    Example(_CLIENT + "if (client.variation('track-visits', false)) posthog.init('k', { autocapture: false });\n", versions="posthog-js 1.449.2"),
    Example(
        _CLIENT + "const quiet = client.variation('quiet', true);\nif (!quiet) {\n  posthog.init('k', { autocapture: false });\n}\n",
        versions="posthog-js 1.449.2",
    ),
)  # fmt: skip

_TURNED = re.compile(r"[=!]=|!|\bnot\b|\|\||\bor\b")  # what may turn an answer into its opposite, or do without it


def check(project: Project) -> Iterator[Result]:
    by_file: dict[str, list[Evaluation]] = {}
    for evaluation in project.evaluations:
        fallback = evaluation.fallback()
        if not evaluation.via and isinstance(fallback, Known) and fallback.value is True:
            by_file.setdefault(evaluation.path, []).append(evaluation)
    for setup in project.setups:
        for evaluation in by_file.get(setup.path, ()) if setup.role in ("setup", "start") else ():
            if setup.use.sdk != evaluation.use.sdk and any(_asks(guard, evaluation) for guard in setup.use.guards):
                yield _result(project, setup, evaluation)


def _asks(guard: Condition, evaluation: Evaluation) -> bool:
    """Whether a condition holds where a flag does: it is the question, or the name that the answer was given to."""
    use = evaluation.use
    within = guard.span.start <= use.span.start and use.span.end <= guard.span.end and not _TURNED.search(guard.text)
    return guard.positive and (within or (bool(use.alias) and guard.text == use.alias))


def _result(project: Project, setup: Setup, evaluation: Evaluation) -> Result:
    title = setup.client["title"]
    what = f"{{}} falls back to true, so {title} starts where the flags cannot be read"
    place = Related(setup.path, setup.use.callee_span, f"{title} is set up here")
    return flag_result(project, "flag-fallback", evaluation, what, "let it fall back to false", (place,))
