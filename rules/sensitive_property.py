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
from typing import NamedTuple

from trackaudit.effective.project import Project, Send
from trackaudit.findings import Example, Result
from trackaudit.model import Span
from trackaudit.personal import Category, PersonalData, hash_of, personal_data
from trackaudit.resolve.combine import without
from trackaudit.resolve.values import Callback, Condition, Known, Listing, Mapping, OneOf, Value
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
    Example("import sentry_sdk\nsentry_sdk.set_context('login', {'method': 'password', 'attempts': attempts})", file='app.py', versions='sentry-sdk 2.30.0'),
)  # fmt: skip

_MAX_DEPTH = 8
# Ways to reach somebody: next to each other, they are switches of what somebody wants to hear of.
_CHANNELS = frozenset(
    ("email", "phone", "sms", "push", "chat", "inapp", "whatsapp", "slack", "webhook", "discord", "teams", "telegram")
)


def check(project: Project) -> Iterator[Result]:
    personal = personal_data(project.catalogue)
    for send in project.sends:
        seen: set[Span] = set()
        for key, span, value, guards, hashed in _properties(send):
            category = personal.carries(key, value, send.call["traits"])
            if category is None or span in seen or key in send.call["id_keys"]:
                continue
            if key in send.private or project.scrubbed(send, key):
                continue
            seen.add(span)
            category = hash_of(category) if hashed else category
            yield _result(send, key, span, value, category, guards)
        yield from _told(send, personal)
        yield from _persons(send, personal)


def _told(send: Send, personal: PersonalData) -> Iterator[Result]:
    """Texts with personal data in them: messages of logs and exceptions, names of views."""
    for value, span in send.texts:
        category = personal.of_text(value)
        if category is not None:
            what = f"the text given to `{send.use.method.rpartition('.')[2] or send.use.method}` holds {category.title}"
            yield _finding(send, what, span, value, category.severity, "high", "text", ())


def _persons(send: Send, personal: PersonalData) -> Iterator[Result]:
    """Whole records of people, whatever these hold: sure enough to show by default only where a person's traits are given."""
    for bag in send.bags:
        for key, span, value in _whole(bag):
            name = personal.person(value)
            if name is not None and key not in send.call["id_keys"]:
                sure = "medium" if send.call["traits"] and not key else "low"
                yield _finding(send, f"everything that `{name}` holds is sent", span, value, "warning", sure, key or name, ())


def _whole(bag: Value) -> Iterator[tuple[str, Span, Value]]:
    yield "", bag.span, bag
    for entry in bag.entries if isinstance(bag, Mapping) else ():
        yield entry.key, entry.key_span, entry.value


class _Property(NamedTuple):
    """A key and its value, where it is written, the conditions it is sent under, and whether the SDK hashes it first."""

    key: str
    span: Span
    value: Value
    guards: tuple[Condition, ...]
    hashed: bool


def _properties(send: Send) -> Iterator[_Property]:
    hashed: list[str] = send.call["hashed"]
    private = {path.rpartition(".")[2] for path in send.call["private"]}
    for key, value, span in send.pairs:
        if isinstance(key, Known) and isinstance(key.value, (str, int)):
            name = str(key.value)
            whole = _Property(name, span, value, (), name in hashed)
            if isinstance(value, (Mapping, Listing, OneOf)):
                yield from _leaves(whole, hashed, 0)
            yield whole
    for bag in send.bags:
        bag = without(bag, frozenset(private))
        yield from _leaves(_Property("", bag.span, bag, (), False), hashed, 0)


def _leaves(around: _Property, hashed: list[str], depth: int) -> Iterator[_Property]:
    """Every key of a bag with its value, in nested objects and lists too."""
    value = around.value
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        channels = {entry.key.lower().replace("_", "") for entry in value.entries} & _CHANNELS
        for entry in value.entries:
            if len(channels) > 2 and entry.key.lower() in channels:
                continue  # which of them are wanted, not the address
            guards, inside = (*around.guards, *entry.guards), around.hashed or entry.key in hashed
            yield from _leaves(_Property(entry.key, entry.key_span, entry.value, guards, inside), hashed, depth + 1)
    elif isinstance(value, Listing):
        for item in value.items:
            pair = item.items if isinstance(item, Listing) and len(item.items) == 2 else ()
            if pair and isinstance(pair[0], Known) and isinstance(pair[0].value, str):
                yield from _leaves(around._replace(key=pair[0].value, span=pair[0].span, value=pair[1]), hashed, depth + 1)
            else:
                yield from _leaves(around._replace(value=item), hashed, depth + 1)
    elif isinstance(value, Callback):  # a function that makes the properties when they are wanted
        for result in value.results:
            yield from _leaves(around._replace(value=result), hashed, depth + 1)
    elif isinstance(value, OneOf) and any(isinstance(branch.value, (Mapping, Listing)) for branch in value.branches):
        for branch in value.branches:
            guards = (*around.guards, *branch.guards)
            yield from _leaves(around._replace(value=branch.value, guards=guards), hashed, depth + 1)
    elif around.key:
        yield around


def _result(send: Send, key: str, span: Span, value: Value, category: Category, guards: tuple[Condition, ...]) -> Result:
    return _finding(send, f"`{key}` sends {category.title}", span, value, category.severity, "high", key, guards)


def _finding(
    send: Send, what: str, span: Span, value: Value, severity: str, confidence: str, subject: str, guards: tuple[Condition, ...]
) -> Result:
    use = send.use
    return Result(
        "sensitive-property", use.sdk, severity, weakest(identity(use), confidence), send.path, span,
        f"{send.client['title']}: {what}{guarded((*use.guards, *guards))}", "leave it out, or send an opaque id instead",
        send.call["url"] or None, sent_from(send, span, value), subject, use.context,
    )  # fmt: skip
