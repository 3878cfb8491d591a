"""A sensitive field is in reach of a tracker that captures it.

## What it does
Joins the fields of the project that take passwords, cards, one-time codes, national ids, bank accounts and health data with what its trackers, as they are set up and at the versions that
are pinned, take from such a field, and with the classes and attributes that mask it. A field is in reach on the same page, where
something loads it together with the tracker, and, less certainly, in the same package. A field that nothing captures is no finding.

## Why is this bad?
This is the leak itself. Whoever writes a form rarely knows what the trackers on its page take, and the vendor keeps what they took.

## Incident
Mixpanel, 2016 to 2018: Autotrack copied the attributes of form fields; React and password managers mirrored what was typed into one of
them, and passwords were sent for nine months. (`examples/autotrack-passwords`)

## How to fix
Change the tracker's set-up so that it takes no values; until then mark the field with a class that the tracker honours.

## References
- https://posthog.com/docs/session-replay/privacy
- https://docs.sentry.io/platforms/javascript/session-replay/privacy/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from trackaudit.effective.lookup import Table
from trackaudit.effective.project import Project
from trackaudit.effective.setups import Setup
from trackaudit.findings import CONFIDENCES, Example, Proposal, Related, Result
from trackaudit.resolve.values import InputField, Known, Listing
from trackaudit.rules.common import identity, weakest
from trackaudit.versions import fits

RISKY = (
    Example(
        "import mixpanel from 'mixpanel-browser';\nmixpanel.init('T');\nexport const Login = () => <input type=\"password\" value={password} onChange={change} />;",
        file="login.jsx", versions="mixpanel-browser 2.13.0",
    ),
)  # fmt: skip

SAFE = (
    Example("export const Login = () => <input type=\"password\" />;", file="login.jsx"),
    Example(
        "import mixpanel from 'mixpanel-browser';\nmixpanel.init('T', { autotrack: false });\nexport const Login = () => <input type=\"password\" />;",
        file="login.jsx", versions="mixpanel-browser 2.13.0",
    ),
)  # fmt: skip

_KINDS = {
    "password": "password", "card": "card", "one-time-code": "one-time code", "national-id": "national id", "bank": "bank account", "health": "health",
}  # fmt: skip
_CLASS = re.compile(r"\.([\w-]+)")
_PLAIN = re.compile(r"^[A-Za-z_][\w-]*$")  # a class's or an attribute's bare name
_ATTRIBUTE = re.compile(r"\[([\w-]+)")


def check(project: Project) -> Iterator[Result]:
    return (result for _, result in reaching(project))


def reaching(project: Project) -> Iterator[tuple[Setup, Result]]:
    """Every finding with the set-up whose tracker captures the field."""
    captures = list(active(project))
    for path, field in project.fields():
        seen: set[str] = set()
        for setup, capture, certain in captures:
            reach = _reach(project, setup, path)
            if reach is None or setup.use.sdk in seen or not _captures(setup, capture, field):
                continue
            seen.add(setup.use.sdk)
            sure = "high" if certain else "medium", "medium" if capture["server"] else "high"
            confidence = weakest(reach, identity(setup.use), *sure)
            if project.mentioned_above(path, _masks(setup, capture["channel"])):
                confidence = CONFIDENCES[max(CONFIDENCES.index(confidence) - 1, 0)]  # it may stand around the component
            yield setup, _result(setup, capture, field, path, confidence)


def active(project: Project) -> Iterator[tuple[Setup, Table, bool]]:
    """Every way of capture that is in force in a set-up."""
    for setup in project.setups:
        for capture in setup.client["capture"]:
            inside, certain = fits(capture["versions"], setup.pinned)
            own = any(setup.owns(condition["option"]) for condition in capture["when"])
            if not inside or not (own if capture["when"] else setup.role == "setup"):
                continue
            judged = [setup.condition(condition) for condition in capture["when"]]
            if all(item.answer is True for item in judged):
                yield setup, capture, certain and all(item.certain for item in judged)


def _reach(project: Project, setup: Setup, path: str) -> str | None:
    if setup.path == path:
        return "high"
    if project.files[path].page and project.files[setup.path].page:  # two documents: neither is on the other's page
        return None
    if project.package_of(setup.path) != project.package_of(path):
        return None
    if project.files[setup.path].language == "html" and (page := project.templates.page(path)) is not None:
        return ("high" if page.certain else "medium") if setup.path in page.templates else None
    return "high" if project.loaded_with(path, setup.path) else "medium"


def _captures(setup: Setup, capture: Table, field: InputField) -> bool:
    if not set(capture["fields"]) & set(field.kinds):
        return False
    types = [kind for kind in field.types or ("text",) if kind not in capture["spares_types"]]
    if not types or ("password" in field.types and capture["remembers_password"]):
        return False
    if capture["spares_named"] and any(re.search(capture["spares_named"], name) for name in field.names):
        return False
    if capture["spares_autocomplete"] and re.search(capture["spares_autocomplete"], field.autocomplete):
        return False
    marked = _marked(setup, capture["channel"], field)
    return marked == "unmask" if capture["only_unmasked"] else marked != "mask"


def _marked(setup: Setup, channel: str, field: InputField) -> str:
    """``mask`` or ``unmask``, as the classes and attributes that this version honours say of the field, on it or around it."""
    found = ""
    for marker, named, written in _markers(setup, channel):
        own = bool(named & set(field.classes) or written & set(field.attributes))
        around = marker["ancestors"] and bool(named & set(field.outer_classes) or written & set(field.outer_attributes))
        if own and marker["effect"] == "mask":
            return "mask"  # what is on the field itself says more than what is around it
        if (own or around) and found != "unmask":
            found = marker["effect"]
    return found


def _markers(setup: Setup, channel: str) -> Iterator[tuple[Table, set[str], set[str]]]:
    """What this version honours as marks on elements, each with its classes and its attributes."""
    for marker in setup.client["marker"]:
        if channel not in marker["channels"] or not fits(marker["versions"], setup.pinned)[0]:
            continue
        named, written = set(marker["classes"]), set(marker["attributes"])
        if marker["option"]:
            for selector in _selectors(setup, marker["option"]):
                plain = {selector} if _PLAIN.match(selector) else set[str]()
                named |= set(_CLASS.findall(selector)) | plain
                written |= set(_ATTRIBUTE.findall(selector)) | plain
        yield marker, named, written


def _masks(setup: Setup, channel: str) -> set[str]:
    """The classes and attributes that mask what stands inside of an element."""
    found = [
        named | written
        for marker, named, written in _markers(setup, channel)
        if marker["effect"] == "mask" and marker["ancestors"]
    ]
    return set[str]().union(*found)


def _selectors(setup: Setup, path: str) -> list[str]:
    """The selectors, or class names, that an option lists."""
    values = [place.value for owner in setup.related for place in owner.find(path).written]
    items = [item for value in values for item in (value.items if isinstance(value, Listing) else (value,))]
    return [part for item in items if isinstance(item, Known) for part in str(item.value).split(",")]


def _result(setup: Setup, capture: Table, field: InputField, path: str, confidence: str) -> Result:
    version = f" {setup.pinned.known}" if setup.pinned.known else ""
    kind = _KINDS[field.kinds[0]]
    return Result(
        "sensitive-input", setup.use.sdk, capture["severity"], confidence, path, field.span,
        f"this {kind} field ({field.reason}) is in reach of {setup.client['title']}{version}, which would collect {capture['collects']}",
        capture["fix"], capture["url"] or setup.client_url, (Related(setup.path, setup.use.callee_span, "the tracker is set up here"),),
        field.names[0] if field.names else field.tag, "", _mask(setup, capture, field),
    )  # fmt: skip


def _mask(setup: Setup, capture: Table, field: InputField) -> Proposal | None:
    """The mark that this version takes for a mask, put on the field; an attribute rather than a class, which may be there already."""
    masks = [
        marker
        for marker in setup.client["marker"]
        if marker["effect"] == "mask" and capture["channel"] in marker["channels"] and all(fits(marker["versions"], setup.pinned))
    ]
    attribute = next((item for marker in masks for item in marker["attributes"]), "")
    name = next((item for marker in masks for item in marker["classes"]), "")
    if not attribute and not name:
        return None
    old, _, new = attribute.partition("=") if attribute else ("class", "", name)
    mark = f"attribute {attribute}" if attribute else f"class {name}"
    title = f"give it the {mark}: stops {setup.client['title']} from collecting this field"
    return Proposal("mark", field.span, old, new, title, True)
