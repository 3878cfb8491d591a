"""Autocapture is told to take attributes or values of elements.

## What it does
Reports options that add attributes, copied text or field values to what autocapture sends.

## Why is this bad?
An attribute such as `value` or `data-email` holds what a person typed or who they are. Frameworks mirror typed text into the `value`
attribute.

## Incident
Mixpanel, 2016 to 2018: Autotrack copied the attributes of form fields; React and password managers mirrored what was typed into one of
them, and passwords were sent for nine months. (`examples/autotrack-passwords`)

## How to fix
Leave the lists empty; send what you need as a property of an event.

## References
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
mixpanel.init('TOKEN', { autocapture: { capture_extra_attrs: ['value'] } });
""",
        file="app.js",
        versions="mixpanel-browser 2.83.0",
    ),
)

SAFE = (
    Example(
        """import mixpanel from 'mixpanel-browser';
mixpanel.init('TOKEN', { autocapture: { pageview: 'url-with-path', block_selectors: ['form'] } });
""",
        file="app.js",
        versions="mixpanel-browser 2.83.0",
    ),
    Example(
        """import mixpanel from 'mixpanel-browser';
mixpanel.init('TOKEN', { autocapture: false });
""",
        file="app.js",
        versions="mixpanel-browser 2.83.0",
    ),
)


def check(project: Project) -> Iterator[Result]:
    return option_results(project, "captured-attributes")
