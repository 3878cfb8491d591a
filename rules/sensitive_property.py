"""Personal data or a secret is sent to a tracker.

## What it does
Reports properties, traits, contexts and tags whose name, or whose value's name in the code, says that it is personal data or a secret.
Constants, truth values, counts and what hashing or redacting functions return are left alone.

## Why is this bad?
Analytics and error tracking keep what they are sent for years, show it to everyone with an account, and pass it on. Deleting one
person from it afterwards is a project of its own.

## How to fix
Leave it out; where people must be told apart, send an id that means nothing elsewhere.

## References
- https://posthog.com/docs/privacy
- https://docs.sentry.io/platforms/javascript/enriching-events/identify-user/
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project, Send
from trackaudit.findings import Example, Result
from trackaudit.model import Span
from trackaudit.personal import Category, PersonalData
from trackaudit.resolve.values import Condition, Known, Listing, Mapping, OneOf, Value
from trackaudit.rules.common import guarded, identity, sent_from, weakest

RISKY = (
    Example(
        "import posthog from 'posthog-js';\nposthog.capture('signed up', { email: user.email, plan });",
        versions="posthog-js 1.449.2",
    ),
    Example(
        "import sentry_sdk\nsentry_sdk.set_context('login', {'password': form.password})",
        file="app.py",
        versions="sentry-sdk 2.30.0",
    ),
)

SAFE = (
    Example("import posthog from 'posthog-js';\nposthog.capture('signed up', { email_verified: user.emailVerified, method: 'password' });", versions="posthog-js 1.449.2"),
    Example("import mixpanel from 'mixpanel-browser';\nmixpanel.track('Signed up', { name: organization.name, email: sha256(user.email) });", versions="mixpanel-browser 2.83.0"),
    Example("const { setUser } = useStore();\nsetUser({ email: form.email });"),
)  # fmt: skip

_MAX_DEPTH = 8


def check(project: Project) -> Iterator[Result]:
    personal = PersonalData(project.catalogue.personal_data)
    for send in project.sends:
        seen: set[Span] = set()
        for key, span, value, guards in _properties(send):
            category = personal.carries(key, value, send.call["traits"])
            if category is None or span in seen or key in send.call["id_keys"] or project.scrubbed(send, key):
                continue
            seen.add(span)
            yield _result(send, key, span, value, category, guards)


def _properties(send: Send) -> Iterator[tuple[str, Span, Value, tuple[Condition, ...]]]:
    for key, value, span in send.pairs:
        if isinstance(key, Known) and isinstance(key.value, str):
            if isinstance(value, (Mapping, Listing, OneOf)):
                yield from _leaves(value, key.value, span, (), 0)
            yield key.value, span, value, ()
    for bag in send.bags:
        yield from _leaves(bag, "", bag.span, (), 0)


def _leaves(
    value: Value, key: str, span: Span, guards: tuple[Condition, ...], depth: int
) -> Iterator[tuple[str, Span, Value, tuple[Condition, ...]]]:
    """Every key of a bag with its value, in nested objects and lists too."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        for entry in value.entries:
            yield from _leaves(entry.value, entry.key, entry.key_span, (*guards, *entry.guards), depth + 1)
    elif isinstance(value, Listing):
        for item in value.items:
            yield from _leaves(item, key, span, guards, depth + 1)
    elif isinstance(value, OneOf) and any(isinstance(branch.value, (Mapping, Listing)) for branch in value.branches):
        for branch in value.branches:
            yield from _leaves(branch.value, key, span, (*guards, *branch.guards), depth + 1)
    elif key:
        yield key, span, value, guards


def _result(send: Send, key: str, span: Span, value: Value, category: Category, guards: tuple[Condition, ...]) -> Result:
    use = send.use
    return Result(
        "sensitive-property", use.sdk, category.severity, weakest(identity(use), "high"), send.path, span,
        f"{send.client['title']}: `{key}` sends {category.title}{guarded((*use.guards, *guards))}",
        "leave it out, or send an opaque id instead", send.call["url"] or None, sent_from(send, span, value), key, use.context,
    )  # fmt: skip
