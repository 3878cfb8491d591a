"""Form tracking is on without an allow-list.

## What it does
Reports calls that make a tracker send the values of form fields, unless a list of allowed fields, or a function
that replaces the values, is in force.

## Why is this bad?
Every field on the page is sent as visitors fill it in: names, addresses, card numbers in fields that are not of type
password. A list of *denied* fields is not enough: the next field somebody adds is collected from its first day.

## Incident
VWO Engage, 2017: form tracking, switched on for a prototype, was still on when the library went to the sites of 400 customers for a load
test. Card numbers and passwords were collected. (`examples/form-tracking-prototype`)

## How to fix
Remove the call, or name the few fields that may be collected, none of which a person can be recognised by.

## References
- https://docs.snowplow.io/docs/sources/web-trackers/tracking-events/form-tracking/
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import option_results

RISKY = (
    Example("window.snowplow('enableFormTracking');"),
    Example(
        """import { enableFormTracking } from '@snowplow/browser-plugin-form-tracking';
enableFormTracking({ options: { fields: { denylist: ['password'] } } });
""",
        file="app.js",
        versions="@snowplow/browser-plugin-form-tracking 4.6.8",
    ),
)

SAFE = (
    Example(
        """import { enableFormTracking } from '@snowplow/browser-plugin-form-tracking';
enableFormTracking({ options: { forms: { allowlist: ['survey'] }, fields: { allowlist: ['plan'] } } });
""",
        file="app.js",
        versions="@snowplow/browser-plugin-form-tracking 4.6.8",
    ),
    Example(
        """import { disableFormTracking } from '@snowplow/browser-plugin-form-tracking';
disableFormTracking();
""",
        file="app.js",
        versions="@snowplow/browser-plugin-form-tracking 4.6.8",
    ),
)


def check(project: Project) -> Iterator[Result]:
    return option_results(project, "form-tracking")
