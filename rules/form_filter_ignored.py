"""A form filter is written in a shape that the installed version ignores.

## What it does
Reports filters for form tracking whose keys or nesting belong to another major version, filters that are lists where an
object is expected, and transforms whose result the installed version throws away.

## Why is this bad?
The tracker does not complain: it treats the filter as absent and collects every field. The code looks
careful and is not.

## How to fix
Write the filter as the installed major expects it: `options.fields.allowlist` from version 3 on.

## References
- https://docs.snowplow.io/docs/sources/web-trackers/tracking-events/form-tracking/
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import option_result

RISKY = (
    Example(
        """import { enableFormTracking } from '@snowplow/browser-plugin-form-tracking';
enableFormTracking({ options: { fields: { blacklist: ['card', 'iban'] } } });
""",
        file="app.js",
        versions="@snowplow/browser-plugin-form-tracking 4.6.8",
    ),
    Example(
        """import { enableFormTracking } from '@snowplow/browser-plugin-form-tracking';
enableFormTracking({ fields: { allowlist: ['plan'] } });
""",
        file="app.js",
        versions="@snowplow/browser-plugin-form-tracking 3.24.6",
    ),
)

SAFE = (
    Example(
        """import { enableFormTracking } from '@snowplow/browser-plugin-form-tracking';
enableFormTracking({ options: { fields: { allowlist: ['plan'] } } });
""",
        file="app.js",
        versions="@snowplow/browser-plugin-form-tracking 3.24.6",
    ),
    Example("""import { enableFormTracking } from './forms';
enableFormTracking({ fields: { blacklist: ['card'] } });
"""),
)


def check(project: Project) -> Iterator[Result]:
    for risk in project.risks("form-filter-ignored"):
        result = option_result(risk, "form-filter-ignored")
        unread = bool(risk.entry["versions"] or risk.option["versions"]) and not risk.setup.pinned.known
        yield result._replace(confidence="low") if unread else result  # an unknown version may well read this shape
