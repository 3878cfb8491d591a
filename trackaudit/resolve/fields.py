"""Form fields that take a password, a card's data or a one-time code, found by type, autocomplete and name."""

from __future__ import annotations

import re

from trackaudit.model import Attribute, Element, Literal, Unit
from trackaudit.resolve.resolver import Resolver
from trackaudit.resolve.values import InputField, Known, OneOf, Value

_TAGS = frozenset(("input", "textarea"))
_COMPONENT = re.compile(
    r"(?:Input|TextField|Field|FormControl|Textbox)$|^(?:Input|Field|TextField|v-text-field|el-input|b-form-input|ion-input)$"
)
_AUTOCOMPLETE = {"current-password": "password", "new-password": "password", "one-time-code": "one-time-code",
                 "cc-number": "card", "cc-csc": "card", "cc-exp": "card"}  # fmt: skip
_NAMED = (
    ("card", re.compile(r"(?:^|[-_.\[])(?:cc|card|credit_?card)[-_]?(?:num|number|no|cvv|cvc|csc|code)\b|^(?:cvv2?|cvc|csc|creditcard|cardnumber|card_number)$|card-?number|credit-?card", re.I)),
    ("one-time-code", re.compile(r"^(?:otp|totp|mfa_?code|one_?time_?(?:code|password)|otp_?code|2fa_?code)$", re.I)),
    ("password", re.compile(r"^(?:pass|passwd|password|pwd|passphrase|new_?password|old_?password|current_?password|confirm_?password|password_?confirm(?:ation)?|user\[password\])$", re.I)),
)  # fmt: skip
_UNTYPED = frozenset(("hidden", "checkbox", "radio", "button", "submit", "reset", "image", "file", "range", "color"))


def sensitive_fields(unit: Unit, resolver: Resolver) -> list[InputField]:
    """The unit's sensitive fields, each with the markers on it and on its ancestors in this file."""
    found = []
    for element in unit.elements:
        tag = element.tag
        if tag.lower() not in _TAGS and not _COMPONENT.search(tag.rpartition(".")[2]):
            continue
        attributes = _attributes(element)
        types = _strings(attributes, resolver, ("type", ":type", "v-bind:type", "[type]"))
        if not types and tag.lower() not in _TAGS and "password" in tag.lower():
            types = ("password",)  # a component library's own password field
        if types and all(kind in _UNTYPED for kind in types):
            continue
        field = _classify(element, attributes, types, resolver)
        if field is not None:
            found.append(field._replace(**_outer_markers(unit, element, resolver)))
    return found


def _classify(
    element: Element, attributes: dict[str, Attribute], types: tuple[str, ...], resolver: Resolver
) -> InputField | None:
    names = _strings(attributes, resolver, ("name", "id", ":name", ":id"))
    autocomplete = " ".join(_strings(attributes, resolver, ("autocomplete", "autoComplete", ":autocomplete"))).lower()
    kinds: dict[str, str] = {}
    if "password" in types:
        toggled = " (shown as text by a toggle)" if len(set(types)) > 1 else ""
        kinds["password"] = f"type=password{toggled}"
    for word in autocomplete.split():
        if word in _AUTOCOMPLETE:
            kinds.setdefault(_AUTOCOMPLETE[word], f"autocomplete={word}")
    if not kinds:
        for kind, pattern in _NAMED:
            for name in names:
                if pattern.search(name):
                    kinds.setdefault(kind, f"named {name}")
    if not kinds:
        return None
    classes, markers = _markers(element, resolver)
    return InputField(
        tuple(kinds), ", ".join(kinds.values()), types, names, autocomplete, classes, markers, (), (), element.tag, element.span
    )


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
