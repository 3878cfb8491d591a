"""Questions for flags that are no calls with a key: members of an object that holds them all, and tags in templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from trackaudit.model import Binding, Call, CallSite, Span, Unit
from trackaudit.resolve.values import Known, Passed, Use
from trackaudit.sdks.catalogue import Catalogue, Match, Table

if TYPE_CHECKING:
    from trackaudit.model import Expr
    from trackaudit.sdks.catalogue import Symbol

_TAG = re.compile(rb"\{%-?\s*(?P<name>\w+)\s+(?P<key>(?P<quote>['\"])[^'\"\r\n]+(?P=quote))")
_LOAD = re.compile(rb"\{%-?\s*load\s+(?P<names>[\w.\s]+?)\s*-?%\}")


def template_tags(text: bytes, catalogue: Catalogue, sdks: frozenset[str]) -> Iterator[Use]:
    """``{% switch "new-menu" %}``, in templates that load the library which has the tag."""
    loaded = {name for match in _LOAD.finditer(text) for name in match["names"].decode("utf-8", "replace").split()}
    tags = {
        call["method"].encode(): (sdk, client)
        for sdk in sorted(sdks)
        for client in catalogue.record(sdk)["client"]
        for call in client["call"]
        if call["library"] and call["library"] in loaded
    }
    for match in _TAG.finditer(text) if tags else ():
        if match["name"] in tags:
            sdk, client = tags[match["name"]]
            span, key = Span(*match.span()), Span(*match.span("key"))
            given = Passed(None, None, Known(match["key"][1:-1].decode("utf-8", "replace"), key), "", key)
            name = match["name"].decode()
            yield Use(sdk, client["id"], name, "call", f"pypi:{sdk}", (given,), (), "", span, Span(*match.span("name")))


def asked_members(
    unit: Unit,
    text: bytes,
    match: Callable[[Symbol | None], tuple[Match, Table] | None],
    symbol: Callable[[Expr], Symbol | None],
    use: Callable[[Match, Table, str, str, tuple[Passed, ...], CallSite], Use],
) -> Iterator[Use]:
    """``const { newMenu } = useFlags()`` and ``flags.newMenu``: each member that is taken of what the call gives is a question."""
    sites = {site.call.span: site for site in unit.calls}
    for names in unit.bindings:
        for name, bindings in names.items():
            for binding in bindings:
                call = binding.value
                site = sites.get(call.span) if isinstance(call, Call) else None
                if site is None:
                    continue
                found = match(symbol(site.call.callee))
                if found is not None and _holds_all(*found):
                    for key, span in _members(text, name, binding):
                        given = (Passed(None, None, Known(key, span), "", span),)
                        made = use(*found, f"{found[0].method}()", "call", given, site)
                        yield made._replace(span=span, callee_span=span, fate="")


def _holds_all(found: Match, client: Table) -> bool:
    return any(call["members"] and call["method"] == f"{found.method}()" for call in client["call"])


def _members(text: bytes, name: str, binding: Binding) -> Iterator[tuple[str, Span]]:
    """The members that are taken by a pattern, or of a name wherever it stands in the file."""
    if binding.path:
        if isinstance(binding.path[0], str) and not binding.path[0].startswith("..."):
            yield binding.path[0], binding.span
        return
    pattern = (
        rb"(?<![\w$.])"
        + re.escape(name.encode())
        + rb"(?:\?\.|\.)(?P<key>[A-Za-z_$][\w$]*)|(?<![\w$.])"
        + re.escape(name.encode())
    )
    pattern += rb"(?:\?\.)?\[(?P<quote>['\"])(?P<text>[^'\"\r\n]+)(?P=quote)\]"
    for match in re.finditer(pattern, text):
        group = "key" if match["key"] is not None else "text"
        yield match[group].decode("utf-8", "replace"), Span(*match.span(group))
