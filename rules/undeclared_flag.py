"""A feature flag is asked for that the project's list of flags does not have, or has archived.

## What it does
Where the configuration names a list of flags (`flag-list`: a list of one's own, or the export of a flag service), reports flags that are asked
for and not in it, that it calls archived, and that everybody has by now.

## Why is this bad?
A flag that its service does not have is answered with the fallback for ever: what the switch was for cannot be switched any more. One that
everybody has is a switch that nobody should touch.

## How to fix
Take out the question and the branch that lost, or put the flag into the list.

## References
- https://docs.launchdarkly.com/guides/flags/technical-debt
- https://flagd.dev/reference/flag-definitions/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import identity, weakest

_LIST = (
    ("trackaudit.toml", 'flag-list = "flags.json"\n'),
    ("flags.json", '{ "flags": [{ "key": "new-checkout" }, { "key": "old-menu", "archived": true }] }\n'),
)
RISKY = (
    Example(
        "import posthog from 'posthog-js';\nexport const fresh = () => posthog.isFeatureEnabled('new-chekout');\n",
        versions="posthog-js 1.449.2", beside=_LIST,
    ),
    Example(
        "from waffle import switch_is_active\n\n\ndef menu():\n    return switch_is_active('old-menu')\n",
        file="views.py", versions="django-waffle 5.0.0", beside=_LIST,
    ),
)  # fmt: skip

SAFE = (
    Example(
        "import posthog from 'posthog-js';\nexport const fresh = () => posthog.isFeatureEnabled('new-checkout');\n",
        versions="posthog-js 1.449.2", beside=_LIST,
    ),
    Example(
        "import posthog from 'posthog-js';\nexport const fresh = () => posthog.isFeatureEnabled('new-checkout');\n",
        versions="posthog-js 1.449.2",
    ),
)  # fmt: skip


def check(project: Project) -> Iterator[Result]:
    for evaluation in project.evaluations if project.declared is not None else ():
        use = evaluation.use
        for key in evaluation.asked():
            told = state(project, str(key.value))
            if told and not evaluation.via:
                yield Result(
                    "undeclared-flag", use.sdk, "warning", weakest(identity(use), "high"), evaluation.path, use.callee_span,
                    f"{evaluation.client['title']}: `{key.value}` {told}", "take it out with the branch that lost, or put it into the list",
                    project.catalogue.record(use.sdk)["url"], (), str(key.value), use.context,
                )  # fmt: skip


def state(project: Project, key: str) -> str:
    """What the list of flags says against a key; nothing where there is no list, and where it is an ordinary flag in it."""
    if project.declared is None or project.stays(key):
        return ""
    flag = project.declared.get(key) or next((item for item in project.declared.values() if in_camel_case(item.key) == key), None)
    if flag is None:
        return "is not in the list of flags"
    if flag.archived:
        return "is archived in the list of flags"
    return "is on for everybody, says the list of flags" if flag.launched else ""


def in_camel_case(key: str) -> str:
    """A key as hooks that hold all flags name it: ``new-menu`` as ``newMenu``."""
    first, *others = re.split(r"[^A-Za-z0-9]+", key)
    return first + "".join(word[:1].upper() + word[1:] for word in others)
