"""One customer's data is sent to every connected client.

## What it does
Reports what a server sends to all its clients, with no room, group or private channel, where the data is personal or belongs to one
customer: an id of a customer, tenant or order, contact or payment data, a whole order or invoice. What tells nothing about anybody (a
counter, a chat's text, the state of a game) is left alone, and so is what names a room.

## Why is this bad?
No page has to ask for another customer's data, and none shows that it came: the server hands it out.

## Incident
Plecto, 2017: a release routed every customer's live dashboard updates to every connected screen. (`examples/dashboard-broadcast`)

## How to fix
Name who gets it: `io.to(room)`, `to=room`, a group or private channel per customer, joined by what the server knows of the session. Refuse to
send where the room is empty: several libraries take an empty room for everybody.

## References
- https://socket.io/docs/v4/rooms/
- https://python-socketio.readthedocs.io/en/stable/server.html#rooms
- https://channels.readthedocs.io/en/stable/topics/channel_layers.html#groups
- https://pusher.com/docs/channels/using_channels/private-channels/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from trackaudit.effective.project import Broadcast, Project
from trackaudit.findings import Example, Related, Result
from trackaudit.model import Span
from trackaudit.names import words_of
from trackaudit.personal import PersonalData, personal_data
from trackaudit.resolve.addresses import UNKNOWN, text_of
from trackaudit.resolve.values import Dynamic, Invoked, Known, Listing, Mapping, OneOf, Parameter, Text, Value
from trackaudit.rules.common import guarded, identity, weakest

RISKY = (
    Example(
        "import { Server } from 'socket.io';\nconst io = new Server(3000);\n"
        "export function push(customer) {\n  io.emit('dashboard', { customerId: customer.id, revenue: customer.revenue });\n}\n",
        file="server.js", versions="socket.io 4.8.1",
    ),
    Example(
        "from flask_socketio import SocketIO\n\nsocketio = SocketIO()\n\n\ndef push(invoice):\n"
        '    socketio.emit("paid", {"tenant_id": invoice.tenant_id, "amount": invoice.amount}, to=None)\n',
        file="server.py", versions="Flask-SocketIO 5.4.1",
    ),
)  # fmt: skip

SAFE = (
    Example(
        "import { Server } from 'socket.io';\nconst io = new Server(3000);\n"
        "export function push(customer) {\n  io.to(`customer:${customer.id}`).emit('dashboard', { customerId: customer.id });\n"
        "  io.emit('online', { count: io.engine.clientsCount });\n}\n",
        file="server.js", versions="socket.io 4.8.1",
    ),
    Example(
        "from flask_socketio import SocketIO\n\nsocketio = SocketIO()\n\n\ndef push(invoice):\n"
        '    socketio.emit("paid", {"tenant_id": invoice.tenant_id}, to=f"tenant-{invoice.tenant_id}")\n',
        file="server.py", versions="Flask-SocketIO 5.4.1",
    ),
)  # fmt: skip

# What belongs to one customer, by the name of the thing or of its id.
_OWNED = frozenset(
    ("customer", "tenant", "organisation", "organization", "org", "company", "patient", "merchant", "subscriber", "invoice", "payment", "booking",
     "reservation", "appointment", "transaction", "prescription", "salary", "balance", "revenue", "turnover",
     # German, French, Spanish, Portuguese, Italian, Dutch, Polish
     "kunde", "mandant", "rechnung", "zahlung", "buchung", "facture", "paiement", "factura", "paciente", "cliente", "reserva", "pago",
     "fatura", "pagamento", "fattura", "prenotazione", "klant", "factuur", "betaling", "faktura", "klient", "pacjent")
)  # fmt: skip
_OWNED_BY_ID = _OWNED | {
    "order", "account", "workspace", "team", "client", "delivery", "bestellung", "commande", "pedido", "orden", "ordine", "bestelling", "zamowienie",
}  # fmt: skip
_RECORDS = _OWNED_BY_ID - {"team", "client", "workspace", "account", "org", "company", "balance", "revenue", "turnover", "salary"}
_ABOUT = frozenset(
    ("count", "counts", "total", "length", "size", "status", "state", "type", "types", "list", "event", "error", "name", "code")
)
_KINDS = frozenset(("credential", "payment", "national-id", "health", "contact", "birth"))
_ENCODING = frozenset(
    ("stringify", "dumps", "dump", "encode", "serialize", "tojson", "to_json", "todict", "to_dict", "dict", "model_dump", "str", "send_json")
)  # fmt: skip
_SCOPED = re.compile(r"\.(?!(?:readyState|OPEN|isAlive)\b)\w+|\bhas\(|\bincludes\(")


class _Telling(NamedTuple):
    """A name in what is sent that says whose it is; ``sure`` where it names an id or a kind of personal data."""

    name: str
    span: Span
    sure: bool


def check(project: Project) -> Iterator[Result]:
    data = personal_data(project.catalogue)
    for broadcast in project.broadcasts:
        scope = _scope(broadcast)
        if scope is None:
            continue
        found = [
            item for bag in broadcast.call["bags"] if bag in broadcast.given for item in _telling(data, broadcast.given[bag][0])
        ]
        if found:
            yield _result(broadcast, scope, list(dict.fromkeys(found)))


def _scope(broadcast: Broadcast) -> tuple[Span, str] | None:
    """Where it stands that everybody gets it, and how that comes; None where somebody is named."""
    call, given, use = broadcast.call, broadcast.given, broadcast.use
    if call["flag"] and not (call["flag"] in given and _is(given[call["flag"]][0], True)):
        return None
    if any(_SCOPED.search(guard.text) for guard in use.guards if call["method"].startswith("clients.")):
        return None
    if call["channel"]:
        return _open_channel(broadcast)
    named = [(name, given[name]) for name in call["scope"] if name in given]
    for name, (value, span) in named:
        if not _everybody(value, name, call["strict"]):
            return None
        return span, f"`{name.removesuffix('()')}` is empty, which means everybody"
    if any(argument.spread for argument in use.arguments) or any(name.endswith("()") for name in call["scope"]):
        return None
    return (given[call["flag"]][1] if call["flag"] else use.callee_span), "no room is named"


def _open_channel(broadcast: Broadcast) -> tuple[Span, str] | None:
    """A channel or group with a fixed name that is open to everybody."""
    value, span = broadcast.given.get(broadcast.call["channel"], (None, broadcast.use.callee_span))
    names = [text_of(item) for item in (value.items if isinstance(value, Listing) else (value,))]
    closed = broadcast.call["closed"]
    for name in names:
        if name is not None and UNKNOWN not in name and not (closed and re.search(closed, name)):
            return span, f"the channel `{name}` is the same for all"
    return None


def _is(value: Value, wanted: object) -> bool:
    return isinstance(value, Known) and value.value is wanted


def _everybody(value: Value, name: str, strict: list[str]) -> bool:
    """Whether what should name a room names none, which the library takes for everybody: None, or in most places what is empty."""
    if isinstance(value, Listing):
        return name not in strict and not value.items and not value.open
    if name.endswith("()") or not isinstance(value, Known):
        return False
    return value.value is None or (name not in strict and value.value in ("", False))


def _telling(data: PersonalData, value: Value) -> Iterator[_Telling]:
    if isinstance(value, Mapping):
        for entry in value.entries:
            yield from _of_entry(data, entry.key, entry.key_span, entry.value)
    elif isinstance(value, Listing):
        for item in value.items:
            yield from _telling(data, item)
    elif isinstance(value, OneOf):
        for branch in value.branches:
            yield from _telling(data, branch.value)
    elif isinstance(value, Text):
        for part in value.parts:
            yield from _telling(data, part)
    elif isinstance(value, Invoked):
        if value.name.rpartition(".")[2].lower() in _ENCODING and value.arguments:
            for argument in value.arguments:
                yield from _telling(data, argument.value)
        elif value.alias:
            yield from _of_thing(data, value.alias, value.span)
    elif isinstance(value, (Dynamic, Parameter)) and value.path:
        yield from _of_thing(data, value.path[-1], value.span)


def _of_entry(data: PersonalData, key: str, span: Span, value: Value) -> Iterator[_Telling]:
    if isinstance(value, Known) and value.value in (None, ""):
        return  # taken out, or left empty
    category = data.of_name(key)
    words = words_of(key)
    if (category is not None and category.id in _KINDS) or (
        _OWNED_BY_ID & set(words) and words[-1] in ("id", "uuid", "key", "number")
    ):
        yield _Telling(key, span, True)
    elif _OWNED & set(words) and not _ABOUT & set(words):
        yield _Telling(key, span, False)
    elif isinstance(value, (Mapping, Listing)):
        yield from _telling(data, value)
    elif isinstance(value, (Dynamic, Parameter)) and value.path and words[-1:] != ["id"]:
        yield from _of_thing(data, value.path[-1], value.span)


def _of_thing(data: PersonalData, name: str, span: Span) -> Iterator[_Telling]:
    """A whole thing that belongs to one customer, by what the code calls it: ``order``, ``newInvoice``."""
    words = words_of(name)
    category = data.of_name(name)
    if category is not None and category.id in _KINDS:
        yield _Telling(name, span, True)
    elif words and words[-1] in _RECORDS:
        yield _Telling(name, span, False)


def _result(broadcast: Broadcast, scope: tuple[Span, str], found: list[_Telling]) -> Result:
    use, call = broadcast.use, broadcast.call
    place, how = scope
    names = ", ".join(f"`{name}`" for name in list(dict.fromkeys(item.name for item in found))[:4])
    sure = any(item.sure for item in found)
    who = call["reaches"] or "every connected client"
    related = [Related(broadcast.path, item.span, f"`{item.name}` says whose it is") for item in found[:2] if item.span != place]
    return Result(
        "broadcast-to-all", use.sdk, "error" if sure else "warning", weakest(identity(use), "high" if sure else "medium"), broadcast.path, place,
        f"{broadcast.client['title']}: this reaches {who} with one customer's data ({names}): {how}{guarded(use.guards)}",
        "name the room, group or private channel of the customer, and refuse to send where it is empty", call["url"] or None,
        tuple(related), call["method"], use.context,
    )  # fmt: skip
