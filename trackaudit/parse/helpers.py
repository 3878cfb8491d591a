"""Fields that a server template's helper writes, ``<%= form.password_field :pin, class: "wide" %>``, as the attributes of an ``<input>``.

Rails' helpers and simple_form's; the names are those of Rails' FormHelper and FormTagHelper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from trackaudit.model import Attribute, Literal, Span

_HELPER = re.compile(
    rb"""<%=\s*(?P<object>[\w.@]+\.)?(?P<helper>(?:password|text|number|telephone|phone)_field(?:_tag)?|text_area(?:_tag)?|input)\b[ (]*"""
    rb"""(?P<name>:[A-Za-z_]\w*|"[^"\n]*"|'[^'\n]*')(?:\s*,\s*(?P<second>:[a-z_]\w*)(?![\w:]|\s*=>))?(?P<rest>.{0,2000}?)%>""",
    re.S,
)
_OPTION = re.compile(
    rb"""(?<![\w"'])(?P<key>class|placeholder|autocomplete|type|as|label|id)\s*:\s*(?P<value>:[a-z_]\w*|"[^"\n]*"|'[^'\n]*')"""
)
_TYPES = {"password": "password", "number": "number", "telephone": "tel", "phone": "tel"}


def fields(text: bytes) -> Iterator[tuple[Span, tuple[Attribute, ...]]]:
    """Every field that a helper writes: the span of the helper's call, and what the element gets."""
    if b"<%=" not in text:
        return
    for match in _HELPER.finditer(text):
        if match["helper"] == b"input" and not match["object"]:
            continue
        # Without an object of its own the helper is given one, and then the attribute.
        named = "second" if not match["object"] and match["second"] and b"_tag" not in match["helper"] else "name"
        found = {"name": _literal(match, named)}
        kind = _TYPES.get(match["helper"].partition(b"_")[0].decode())
        if kind is not None:
            found["type"] = Literal(kind, Span(*match.span("helper")))
        for option in _OPTION.finditer(match["rest"]):
            key = option["key"].decode()
            found["type" if key == "as" else key] = _literal(option, "value", match.start("rest"))
        yield Span(*match.span()), tuple(Attribute(key, value.span, value) for key, value in found.items())


def _literal(match: re.Match[bytes], group: str, offset: int = 0) -> Literal:
    start, end = match.span(group)
    return Literal(match[group].decode("utf-8", "replace").strip("\"':"), Span(start + offset, end + offset))
