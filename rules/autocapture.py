"""The tracker records clicks and changes all over the page by itself.

## What it does
Reports autocapture (autotrack) that is on, by an option or by the default of the installed version, without a restriction
to certain elements. How serious it is depends on what this version takes: one that sends values or all attributes is an
error or a warning, one that withholds what is typed is a note.

## Why is this bad?
What is collected is decided by the markup of every page there will ever be, not by anybody who writes it. Labels,
links and attributes carry names, account numbers and search terms.

## How to fix
Turn it off and send the events you need, or restrict it to elements you have looked at.

## References
- https://posthog.com/docs/product-analytics/autocapture
- https://docs.mixpanel.com/docs/tracking-methods/autocapture
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import option_results

RISKY = (
    Example(
        """import mixpanel from 'mixpanel-browser';
mixpanel.init('TOKEN');
""",
        file="app.js",
        versions="mixpanel-browser 2.11.1",
    ),
)

SAFE = (
    Example(
        """import mixpanel from 'mixpanel-browser';
mixpanel.init('TOKEN', { autotrack: false });
""",
        file="app.js",
        versions="mixpanel-browser 2.11.1",
    ),
    Example(
        """import posthog from 'posthog-js';
posthog.init('phc_x', { autocapture: false });
""",
        file="app.js",
        versions="posthog-js 1.449.2",
    ),
    Example(
        """const mixpanel = createStub();
mixpanel.init('TOKEN');
""",
        file="app.js",
        versions="mixpanel-browser 2.83.0",
    ),
)


def check(project: Project) -> Iterator[Result]:
    return option_results(project, "autocapture")
