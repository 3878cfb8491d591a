"""A feature flag has outlived the date that its comment states.

## What it does
Reports flags that are asked for next to a comment with a date that has passed: `TODO remove after 2025-06`, `expires: 2025-01-31`,
`toggle_target_removal_date`. The comment stands on the line, or up to three lines above. A month without a day counts to its end.
`--now` fixes the day, so that old commits keep their verdict.

## Why is this bad?
Somebody promised that it would be gone by now. What lies behind it was written for a while: it is not tested any more, and nobody remembers
what it was to try out.

## How to fix
Take out the flag and the branch that lost, or give the comment a new date.

## References
- https://docs.openedx.org/en/latest/developers/references/feature_toggles/
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date

from trackaudit.effective.project import Evaluation, Project
from trackaudit.findings import Example, Related, Result
from trackaudit.resolve.values import StatedDate
from trackaudit.rules.common import flag_result

RISKY = (
    Example(
        "import posthog from 'posthog-js';\n// TODO remove after 2025-06\nexport const fresh = () => posthog.isFeatureEnabled('new-checkout');\n",
        versions="posthog-js 1.449.2",
    ),
    Example(
        "from waffle import switch_is_active\n\n\ndef fresh():\n    return switch_is_active('new-checkout')  # expires: 2025-01-31\n",
        file="views.py", versions="django-waffle 5.0.0",
    ),
)  # fmt: skip

SAFE = (
    Example(
        "import posthog from 'posthog-js';\n// TODO remove after 2099-06\nexport const fresh = () => posthog.isFeatureEnabled('new-checkout');\n",
        versions="posthog-js 1.449.2",
    ),
    Example(
        "from waffle import switch_is_active\n\n\ndef fresh():\n    # added 2025-01-31, permanent: a kill switch\n    return switch_is_active('checkout')\n",
        file="views.py", versions="django-waffle 5.0.0",
    ),
)  # fmt: skip

_USE = "toggle_use_cases"


def check(project: Project) -> Iterator[Result]:
    for evaluation in project.evaluations:
        stated = expired(project, evaluation)
        if stated is not None and not evaluation.via:  # a wrapper's own comment speaks of no flag of its callers
            what = f"{{}} was to be gone by {stated.date}, says the comment"
            place = Related(evaluation.path, stated.span, stated.words)
            fix = "take out the flag with the branch that lost, or give it a new date"
            yield flag_result(project, "expired-flag", evaluation, what, fix, (place,))


def expired(project: Project, evaluation: Evaluation) -> StatedDate | None:
    """The stated date of a flag that has passed; None for one that is said to stay."""
    dates = list(project.dates_at(evaluation))
    keys = evaluation.asked()
    if said_to_stay(dates) or (keys and all(project.stays(str(key.value)) for key in keys)):
        return None
    return next((stated for stated in dates if stated.date and last_day(stated.date) < project.today), None)


def said_to_stay(dates: list[StatedDate]) -> bool:
    """Whether comments say that a flag stays: in words, or by a use that usually does and no date against it."""
    staying = [stated for stated in dates if not stated.date]
    return any(_USE not in stated.words for stated in staying) or (bool(staying) and len(staying) == len(dates))


def last_day(text: str) -> date:
    """The last day that a date such as ``2025-06`` or ``2025-06-30`` takes in."""
    year, month, *rest = (int(part) for part in text.split("-"))
    days = calendar.monthrange(year, month)[1]
    return date(year, month, min(rest[0], days) if rest else days)
