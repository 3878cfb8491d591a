"""Form fields that take something sensitive, found by type, autocomplete, name, label and placeholder."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trackaudit.model import Attribute, Element, Literal, Unit
from trackaudit.resolve.resolver import Resolver
from trackaudit.resolve.sensitive import kind_of_label, kind_of_name
from trackaudit.resolve.values import InputField, Known, OneOf, Value

_TAGS = frozenset(("input", "textarea"))
_COMPONENT = re.compile(
    r"(?:Input|TextField|Field|FormControl|Textbox)$|^(?:Password|InputPassword|InputOTP|OtpInput|OTPInput|PinInput)$"
    r"|^(?:v-text-field|v-otp-input|el-input|a-input|a-input-password|b-form-input|ion-input|q-input|n-input|p-password|mat-input|sl-input|md-.*text-field)$"
)
# What a card's data is typed into inside of a frame of the payment company's, where no script of the page can look.
_FRAMED = re.compile(r"^(?:Card|CardNumber|CardCvc|CardExpiry|Iban|Payment)(?:Element|Field)$|^stripe-")
_OWN_TYPE = re.compile(r"password", re.I)
_ONE_TIME = re.compile(r"otp|pininput", re.I)
_SHOWING = ("show-password", "showPassword", "toggle-mask", "toggleMask", "password-reveal")
_AUTOCOMPLETE = {"current-password": "password", "new-password": "password", "one-time-code": "one-time-code",
                 "cc-number": "card", "cc-csc": "card", "cc-exp": "card"}  # fmt: skip
_UNTYPED = frozenset(("hidden", "checkbox", "radio", "button", "submit", "reset", "image", "file", "range", "color"))


def sensitive_fields(unit: Unit, resolver: Resolver) -> list[InputField]:
    """The unit's sensitive fields, each with the markers on it and on its ancestors in this file."""
    found = []
    labels: dict[str, str] | None = None
    for element in unit.elements:
        tag = element.tag
        plain = tag.lower() in _TAGS
        if not plain and (not _COMPONENT.search(tag.rpartition(".")[2]) or _FRAMED.match(tag)):
            continue
        if not plain and _OWN_TYPE.search(tag) and _is_own(element, resolver):
            continue  # the project's own password field: the input is in its file
        if labels is None:
            labels = _labels(unit, resolver)
        attributes = _attributes(element)
        types = _types(tag, plain, attributes, resolver)
        if types and all(kind in _UNTYPED for kind in types):
            continue
        field = _classify(unit, element, attributes, types, labels, resolver)
        if field is not None:
            found.append(field._replace(**_outer_markers(unit, element, resolver)))
    return found


def _is_own(element: Element, resolver: Resolver) -> bool:
    symbol = resolver.symbol(element.component) if element.component is not None else None
    return symbol is not None and symbol[0].startswith("file:")


def _types(tag: str, plain: bool, attributes: dict[str, Attribute], resolver: Resolver) -> tuple[str, ...]:
    """The input types that the element can have: two where a toggle shows what is typed."""
    types = _strings(attributes, resolver, ("type", ":type", "v-bind:type", "[type]"))
    shown = next((name for name in _SHOWING if name in attributes or f":{name}" in attributes), None)
    if plain or types:
        return (*types, "text") if shown is not None and types == ("password",) else types
    if _OWN_TYPE.search(tag):  # a component library's own password field
        return ("password", "text") if shown is not None else ("password",)
    return ("password", "text") if shown == "show-password" else ()


def _labels(unit: Unit, resolver: Resolver) -> dict[str, str]:
    """The text of each label by the id of the field that it is for."""
    found = {}
    for element in unit.elements:
        if element.text:
            for name in _strings(_attributes(element), resolver, ("for", "htmlFor", ":for")):
                found[name] = element.text
    return found


def _classify(
    unit: Unit,
    element: Element,
    attributes: dict[str, Attribute],
    types: tuple[str, ...],
    labels: dict[str, str],
    resolver: Resolver,
) -> InputField | None:
    names = _strings(
        attributes, resolver, ("name", "id", ":name", ":id", "formControlName", "v-model", "[(ngModel)]", "asp-for", "th:field")
    )
    autocomplete = " ".join(_strings(attributes, resolver, ("autocomplete", "autoComplete", ":autocomplete"))).lower()
    kinds: dict[str, str] = {}
    if "password" in types:
        toggled = ", shown as text by a toggle" if len(set(types)) > 1 else ""
        kinds["password"] = f"type=password{toggled}"
    for word in autocomplete.split():
        if word in _AUTOCOMPLETE:
            kinds.setdefault(_AUTOCOMPLETE[word], f"autocomplete={word}")
    for name in names if not kinds else ():
        if (kind := kind_of_name(name)) is not None:
            kinds.setdefault(kind, f"named {name}")
    if not kinds and _ONE_TIME.search(element.tag):
        kinds["one-time-code"] = f"a {element.tag}"
    for text in _told(unit, element, attributes, labels, resolver) if not kinds else ():
        if (kind := kind_of_label(text)) is not None:
            kinds.setdefault(kind, f"labelled {' '.join(text.split())!r}")
    if not kinds:
        return None
    classes, markers = _markers(element, resolver)
    return InputField(
        tuple(kinds), ", ".join(kinds.values()), types, names, autocomplete, classes, markers, (), (), element.tag, element.span
    )


def _told(
    unit: Unit, element: Element, attributes: dict[str, Attribute], labels: dict[str, str], resolver: Resolver
) -> Iterator[str]:
    """What people read at the field: its label, beside it, around it or on it, and its placeholder."""
    for name in _strings(attributes, resolver, ("id", ":id")):
        if name in labels:
            yield labels[name]
    parent = element.parent
    while parent >= 0:
        if unit.elements[parent].text:
            yield unit.elements[parent].text
            break
        parent = unit.elements[parent].parent
    yield from _strings(attributes, resolver, ("label", ":label", "aria-label", "placeholder", ":placeholder"))


def _attributes(element: Element) -> dict[str, Attribute]:
    return {attribute.name: attribute for attribute in element.attributes if isinstance(attribute, Attribute)}


def _strings(attributes: dict[str, Attribute], resolver: Resolver, names: tuple[str, ...]) -> tuple[str, ...]:
    """The strings that the first of these attributes can hold."""
    found: list[str] = []
    for name in names:
        attribute = attributes.get(name)
        if attribute is not None and attribute.value is not None:
            value = (
                Known(attribute.value.value, attribute.value.span)
                if isinstance(attribute.value, Literal)
                else resolver.value(attribute.value)
            )
            found += _texts(value)
    return tuple(found)


def _texts(value: Value) -> list[str]:
    if isinstance(value, Known) and isinstance(value.value, str):
        return [value.value]
    if isinstance(value, OneOf):
        return [text for branch in value.branches for text in _texts(branch.value)]
    return []


def _markers(element: Element, resolver: Resolver) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The classes and the attribute names of an element; attributes also as ``name=value``."""
    attributes = _attributes(element)
    classes = tuple(word for text in _strings(attributes, resolver, ("class", "className", ":class")) for word in text.split())
    written = []
    for name, attribute in attributes.items():
        written.append(name)
        if isinstance(attribute.value, Literal):
            written.append(f"{name}={attribute.value.value}")
    return classes, tuple(written)


def _outer_markers(unit: Unit, element: Element, resolver: Resolver) -> dict[str, tuple[str, ...]]:
    classes: list[str] = []
    attributes: list[str] = []
    parent = element.parent
    while parent >= 0:
        own_classes, own_attributes = _markers(unit.elements[parent], resolver)
        classes += own_classes
        attributes += own_attributes
        parent = unit.elements[parent].parent
    return {"outer_classes": tuple(classes), "outer_attributes": tuple(attributes)}
