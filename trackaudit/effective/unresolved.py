"""What the audit could not see: set-ups, options and sends whose values the code does not give away, each with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trackaudit.findings import Unresolved
from trackaudit.model import Span
from trackaudit.resolve.values import Dynamic, Invoked, Listing, Mapping, OneOf, Overlay, Parameter, Reference, Value

if TYPE_CHECKING:
    from trackaudit.effective.project import Project, Send
    from trackaudit.effective.setups import Setup

# The reasons of a Dynamic that read badly behind "because it is …".
_WORDS = {
    "environment": "read from the environment",
    "imported": "imported from a module that does not say",
    "parameter": "given by callers that were not found",
    "member": "a member of something unknown",
    "destructured": "taken out of something unknown",
    "global": "a global that the code does not define",
    "reassigned": "reassigned",
    "computed": "computed",
    "class": "a class",
    "object": "an object of a class",
}


def unresolved(project: Project) -> Iterator[Unresolved]:
    """Every part of a set-up or send that could not be evaluated, once a place."""
    seen: set[tuple[str, Span, str]] = set()
    for item in _all(project):
        key = (item.path, item.span, item.what)
        if key not in seen:
            seen.add(key)
            yield item


def _all(project: Project) -> Iterator[Unresolved]:
    for setup in project.setups:
        yield from _of_setup(setup)
    for send in project.sends:
        yield from _of_send(send)


def _of_setup(setup: Setup) -> Iterator[Unresolved]:
    title = setup.client["title"]
    if setup.unseen:
        yield Unresolved(
            setup.path, setup.use.callee_span, title, "arguments", "something is spread into them that cannot be seen"
        )
    for root in setup.roots:
        reason = why(root.value)
        if reason and not root.path:
            yield Unresolved(setup.path, root.span, title, "options", reason)
    for option in setup.client["option"]:
        if not option["risky"] or not setup.owns(option["path"]):
            continue
        for place in setup.find(option["path"]).written:
            reason = why(place.value)
            if reason and any(root.span != place.span for root in setup.roots):
                yield Unresolved(setup.path, place.span, title, f"`{option['path']}`", reason)


def _of_send(send: Send) -> Iterator[Unresolved]:
    for bag in send.bags:
        reason = why(bag)
        if reason:
            yield Unresolved(send.path, bag.span, send.client["title"], f"what `{send.use.method}` sends", reason)


def why(value: Value) -> str:
    """The reason why a value is not known, in words that follow "it is"; empty where it is known."""
    if isinstance(value, OneOf):
        return next((reason for branch in value.branches if (reason := why(branch.value))), "")
    if isinstance(value, Mapping):
        return "partly spread from something that cannot be seen" if value.open else ""
    if isinstance(value, Listing):
        return "partly spread from something that cannot be seen" if value.open else ""
    if isinstance(value, Invoked):
        return f"what `{value.name or 'a function'}` returns"
    if isinstance(value, Parameter):
        return "given by callers that were not found"
    if isinstance(value, (Reference, Overlay)):
        return "imported from a module that does not say"
    return _WORDS.get(value.reason, value.reason) if isinstance(value, Dynamic) else ""
