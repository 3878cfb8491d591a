"""A store of events or customers' data is reached without TLS, credentials or certificate checks.

## What it does
Reports clients of Elasticsearch, OpenSearch, MongoDB, Redis, PostgreSQL, ClickHouse and Kafka that connect to a host elsewhere in clear
text, without credentials, or without checking the certificate. It says so where the name of the database or host calls it temporary.
Hosts on this machine, in private networks and of compose files are left alone, and so are addresses that the code does not tell.

## Why is this bad?
Whoever finds the address can read what is stored.

## Incident
Vistaprint, 2019: the conversations of 51,000 customers stood open in a database named "migration", left over from a move, that nobody had
encrypted or given a password. (`examples/migration-database`)

## How to fix
Use the encrypted scheme or option of the client, give it credentials from the environment, and give a private authority's certificate
instead of switching the check off. Delete what was only needed for a move.

## References
- https://www.elastic.co/docs/deploy-manage/security
- https://www.mongodb.com/docs/manual/administration/security-checklist/
- https://redis.io/docs/latest/operate/oss_and_stack/management/security/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from trackaudit.effective.lookup import Table, Written
from trackaudit.effective.project import Project
from trackaudit.effective.setups import Risk, Setup
from trackaudit.findings import Example, Result
from trackaudit.resolve.addresses import UNKNOWN, Address, parse, text_of
from trackaudit.resolve.values import Known, Listing, OneOf, Value
from trackaudit.rules.common import guarded, identity, option_result, weakest

RISKY = (
    Example(
        'from pymongo import MongoClient\n\nclient = MongoClient("mongodb://db.shop.com:27017/migration")\n',
        file="store.py", versions="pymongo 4.9.1",
    ),
    Example(
        "import { Client } from '@elastic/elasticsearch';\nexport const events = new Client({ node: 'http://search.shop.com:9200' });\n",
        file="store.js", versions="@elastic/elasticsearch 8.15.0",
    ),
)  # fmt: skip

SAFE = (
    Example(
        'import os\nfrom pymongo import MongoClient\n\nclient = MongoClient(os.environ.get("MONGO_URL", "mongodb://localhost/shop"))\n',
        file="store.py", versions="pymongo 4.9.1",
    ),
    Example(
        "import { Client } from '@elastic/elasticsearch';\n"
        "export const events = new Client({ node: 'https://search.shop.com', auth: { apiKey: process.env.ES_KEY } });\n",
        file="store.js", versions="@elastic/elasticsearch 8.15.0",
    ),
)  # fmt: skip

_TEMPORARY = re.compile(
    r"(?:^|[^a-z])(migrat(?:ion|ed?)|tmp|temp(?:orary)?|backup|bak|dump|snapshot|export|copy|clone|old|legacy|scratch|sandbox"
    r"|playground|poc|proto(?:type)?|sample|restore)(?:[^a-z]|$)",
    re.I,
)


def check(project: Project) -> Iterator[Result]:
    told = set()
    for risk in project.risks("exposed-store"):
        told.add((risk.setup.path, risk.setup.use.callee_span))
        yield _in_clear_text(risk) if risk.entry["lacks"] == "tls" else option_result(risk, "exposed-store")
    for setup in project.setups:
        place = (setup.path, setup.use.callee_span)  # which is that of several set-ups where callers give different things
        if setup.client["store"] is not None and setup.role == "setup" and place not in told:
            yield from _open(setup)


def _in_clear_text(risk: Risk) -> Result:
    """A connection without TLS, which is worse where there are no credentials either."""
    setup = risk.setup
    result = option_result(risk, "exposed-store")
    if setup.client["store"] is None or risk.entry["severity"] == "note":
        return result
    where = next((host for address in _addresses(setup) if address.local is False for host in address.hosts), "")
    open_to_all = _has_credentials(setup) is False
    lacking = "no TLS and no credentials" if open_to_all else "no TLS"
    message = (
        f"{setup.client['title']} connects to {f'`{where}`' if where else 'another host'} with {lacking}{_temporary(setup)}"
        f": would send {risk.entry['collects'] or risk.option['collects']}{guarded(risk.guards)}"
    )
    return result._replace(severity="error" if open_to_all else result.severity, message=message)


def _open(setup: Setup) -> Iterator[Result]:
    """A store that is given no credentials, if over TLS: they may come from where the code does not show it."""
    found = [(place, address) for place in _places(setup) if (address := _remote(place.value)) is not None]
    if found and _has_credentials(setup) is False:
        place, address = found[0]
        temporary = _temporary(setup)
        message = f"{setup.client['title']} connects to `{address.hosts[0]}` with no credentials{temporary}"
        yield Result(
            "exposed-store", setup.use.sdk, "warning" if temporary else "note", weakest(identity(setup.use), "medium"), setup.path, place.span,
            f"{message}: whoever knows the address may read it{guarded((*setup.use.guards, *place.guards))}",
            "give it credentials, from the environment", setup.call.get("url") or setup.client_url, (),
            setup.client["store"]["addresses"][0], setup.use.context,
        )  # fmt: skip


def _has_credentials(setup: Setup) -> bool | None:
    """Whether the client is given any; None where that is not known, or where they usually come from elsewhere."""
    store: Table = setup.client["store"]
    if not store["credentials"]:
        return None
    if any(address.user for address in _addresses(setup)):
        return True
    found = [setup.find(path) for path in store["credentials"]]
    if any(not _empty(place.value) for option in found for place in option.written):
        return True
    return None if any(option.unseen for option in found) else False


def _empty(value: Value) -> bool:
    return isinstance(value, Known) and value.value in (None, "", False)


def _places(setup: Setup) -> list[Written]:
    return [place for path in setup.client["store"]["addresses"] for place in setup.find(path).written]


def _addresses(setup: Setup) -> list[Address]:
    return [address for place in _places(setup) for address in _all(place.value)]


def _all(value: Value) -> Iterator[Address]:
    if isinstance(value, OneOf):
        for branch in value.branches:
            yield from _all(branch.value)
    elif isinstance(value, Listing):
        for item in value.items:
            yield from _all(item)
    elif (text := text_of(value)) is not None:
        yield parse(text)


def _remote(value: Value) -> Address | None:
    return next((address for address in _all(value) if address.local is False), None)


def _temporary(setup: Setup) -> str:
    """A word on a name that says that the store was not meant to stay."""
    # Calls of a client name what it stores; of several clients, which of them it is would be a guess.
    only = sum(other.role == "setup" for other in setup.related) == 1
    texts = [
        (text, "its name")
        for path in setup.client["store"]["names"]
        for owner in (setup.related if only else [setup])
        if owner.owns(path)
        for place in owner.find(path).written
        if (text := text_of(place.value))
    ]
    for address in _addresses(setup):
        texts += [
            (address.path.strip("/"), "its name"),
            *((host.rpartition(".")[0], "its host's name") for host in address.hosts),
        ]
    for text, what in texts:
        if UNKNOWN not in text and _TEMPORARY.search(text):
            return f", and {what} `{text}` says that it was temporary"
    return ""
