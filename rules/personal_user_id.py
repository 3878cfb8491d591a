"""An e-mail address or the like is the user's id.

## What it does
Reports calls that identify a person to a tracker by something that names them outside of it: an e-mail address, a phone
number, a national identifier.

## Why is this bad?
The id is on every event, in every export and in the URL of the person's page. It ties what a visitor did to who they are everywhere
else, and it cannot be changed later without losing the history.

## How to fix
Identify people by an id that your own database made up.

## References
- https://posthog.com/docs/product-analytics/identify
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project, Send
from trackaudit.findings import Example, Result
from trackaudit.model import Span
from trackaudit.personal import personal_data
from trackaudit.resolve.values import Known, Mapping, OneOf, Value
from trackaudit.rules.common import guarded, identity, sent_from

RISKY = (
    Example("import posthog from 'posthog-js';\nposthog.identify(user.email);", versions="posthog-js 1.449.2"),
    Example(
        "from mixpanel import Mixpanel\nmp = Mixpanel(TOKEN)\nmp.track(user.email, 'Signed up')",
        file="app.py",
        versions="mixpanel 5.4.1",
    ),
)

SAFE = (
    Example("import posthog from 'posthog-js';\nposthog.identify(user.id);", versions="posthog-js 1.449.2"),
    Example(
        "from mixpanel import Mixpanel\nmp = Mixpanel(TOKEN)\nmp.track(str(user.pk), 'Signed up')",
        file="app.py",
        versions="mixpanel 5.4.1",
    ),
)


def check(project: Project) -> Iterator[Result]:
    personal = personal_data(project.catalogue)
    for send in project.sends:
        for value, span in _ids(send):
            category = personal.of_value(value)
            if category is None or category.severity == "note":
                continue
            yield Result(
                "personal-user-id", send.use.sdk, category.severity, identity(send.use), send.path, span,
                f"{send.client['title']}: the user's id is {category.title}{guarded(send.use.guards)}",
                "identify people by an id that means nothing outside your database", send.call["url"] or None, sent_from(send, span, value), "id", send.use.context,
            )  # fmt: skip


def _ids(send: Send) -> Iterator[tuple[Value, Span]]:
    yield from send.ids
    for key, value, span in send.pairs:
        if isinstance(key, Known) and key.value in send.call["id_keys"]:
            yield value, span
    for bag in send.bags:
        for branch in bag.branches if isinstance(bag, OneOf) else ():
            yield from _id_keys(branch.value, send)
        yield from _id_keys(bag, send)


def _id_keys(bag: Value, send: Send) -> Iterator[tuple[Value, Span]]:
    if isinstance(bag, Mapping):
        for entry in bag.entries:
            if entry.key in send.call["id_keys"]:
                yield entry.value, entry.key_span
