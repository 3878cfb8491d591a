"""Data that is posted straight to a vendor's address: ``fetch("https://vendor/collect", { body: JSON.stringify(event) })``."""

from __future__ import annotations

from trackaudit.resolve.combine import step
from trackaudit.resolve.symbols import Symbol
from trackaudit.resolve.values import Invoked, Known, Passed, Text, Value

# Functions that post, each with where the body is: a position, the key in the options at a position, or keywords.
_POSTING: dict[Symbol, tuple[int | None, int | None, tuple[str, ...]]] = {
    ("global:fetch",): (None, 1, ("body",)), ("global:navigator", "sendBeacon"): (1, None, ()), ("global:$", "post"): (1, None, ()),
    ("npm:axios", "post"): (1, None, ()), ("npm:node-fetch",): (None, 1, ("body",)), ("npm:undici", "fetch"): (None, 1, ("body",)),
    ("npm:got", "post"): (None, 1, ("json", "body")), ("npm:ky", "post"): (None, 1, ("json", "body")), ("npm:ofetch", "ofetch"): (None, 1, ("body",)),
    ("pypi:requests", "post"): (1, None, ("json", "data")), ("pypi:httpx", "post"): (1, None, ("json", "data")),
    ("pypi:requests", "Session", "()", "post"): (1, None, ("json", "data")), ("pypi:httpx", "Client", "()", "post"): (1, None, ("json", "data")),
    ("pypi:httpx", "AsyncClient", "()", "post"): (1, None, ("json", "data")),
    ("pypi:aiohttp", "ClientSession", "()", "post"): (None, None, ("json", "data")),
}  # fmt: skip
POSTING_MODULES = ("requests", "httpx", "aiohttp")
_WRITING = ("stringify", "dumps", "Blob", "URLSearchParams")  # what makes a text of an object


def posts(symbol: Symbol | None) -> bool:
    """Whether a function posts what it is given."""
    return symbol in _POSTING


def address(arguments: tuple[Passed, ...]) -> str:
    """The address that is posted to, as far as it is written out; empty where nothing of it is."""
    value = arguments[0].value if arguments else None
    if isinstance(value, Known):
        return str(value.value)
    known = [str(part.value) for part in value.parts if isinstance(part, Known)] if isinstance(value, Text) else []
    return "\0".join(known)


def body(symbol: Symbol, arguments: tuple[Passed, ...]) -> Value | None:
    """What is posted, before it was made a text."""
    position, options, keys = _POSTING[symbol]
    positional = [argument for argument in arguments if argument.name is None and not argument.spread]
    found = next((argument.value for argument in arguments if argument.name in keys), None)
    if found is None and position is not None and position < len(positional):
        found = positional[position].value
    if found is None and options is not None and options < len(positional):
        given = positional[options].value
        inner = (step(given, key, given.span) for key in keys)
        found = next((value for value in inner if value is not None and not isinstance(value, Known)), None)
    while isinstance(found, Invoked) and found.arguments and found.name.rpartition(".")[2] in _WRITING:
        found = found.arguments[0].value
    return found
