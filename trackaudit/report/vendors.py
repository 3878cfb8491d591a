"""What the records hold for one rule, as Markdown: the options that it judges at each vendor, with defaults by version, or what else it goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from trackaudit.report.sdks import called, carried, judged_option, packages_of, row, sending, versions_in_words

Table = dict[str, Any]


def vendors(rule: str, records: Iterable[Table]) -> str:
    """The section of a rule's page; empty where the records hold nothing that is this rule's alone."""
    clients = [
        (record, client) for record in sorted(records, key=lambda item: item["title"].lower()) for client in record["client"]
    ]
    head, make = _OTHERS.get(rule, (("option", "default", "risky where"), _options))
    rows = [row(_sdk(record), *cells) for record, client in clients for cells in make(rule, record, client)]
    if not rows:
        return ""
    return "\n".join([row("SDK", *head), row(*["---"] * (len(head) + 1)), *dict.fromkeys(rows)]) + "\n"


def _sdk(record: Table) -> str:
    return f"[{record['title']}](../sdks/{record['sdk']}.md)"


def _options(rule: str, record: Table, client: Table) -> Iterator[tuple[str, ...]]:
    yield from (judged_option(option) for option in client["option"] if option["concern"] == rule)


def _leaks(rule: str, record: Table, client: Table) -> Iterator[tuple[str, ...]]:
    for leak in client["leak"]:
        yield packages_of(leak), leak["versions"], f"{leak['collects']} ({leak['severity']})", leak["fix"]


def _captures(rule: str, record: Table, client: Table) -> Iterator[tuple[str, ...]]:
    for capture in client["capture"]:
        masks = [
            *(f"`.{name}`" for marker in _masks(client, capture["channel"]) for name in marker["classes"]),
            *(f"`[{name}]`" for marker in _masks(client, capture["channel"]) for name in marker["attributes"]),
        ]
        taken = f"{capture['collects']}{versions_in_words(capture)} ({capture['severity']})"
        yield capture["channel"], ", ".join(capture["fields"]), taken, ", ".join(dict.fromkeys(masks)) or "none", capture["fix"]


def _masks(client: Table, channel: str) -> list[Table]:
    return [marker for marker in client["marker"] if marker["effect"] != "unmask" and channel in marker["channels"]]


def _sends(rule: str, record: Table, client: Table) -> Iterator[tuple[str, ...]]:
    if calls := [sending(call) for call in client["call"] if call["role"] == "send" and carried(call)]:
        yield client["title"], "; ".join(calls)


def _ids(rule: str, record: Table, client: Table) -> Iterator[tuple[str, ...]]:
    calls = [
        f"{called(call)}: {', '.join(f'`{name}`' for name in (*call['id'], *call['id_keys']))}"
        for call in client["call"]
        if call["role"] == "send" and (call["id"] or call["id_keys"])
    ]
    if calls:
        yield client["title"], "; ".join(dict.fromkeys(calls))


def _secrets(rule: str, record: Table, client: Table) -> Iterator[tuple[str, ...]]:
    for secret in record["secret"]:
        yield secret["what"], f"`{secret['pattern']}`" if secret["pattern"] else f"in `{secret['option']}`", secret["fix"]


def _voids(rule: str, record: Table, client: Table) -> Iterator[tuple[str, ...]]:
    for option in client["option"]:
        for void in option["void"]:
            yield f"`{option['path']}`", f"{void['reason']}{versions_in_words(void)}", void["fix"]


def _calls(role: str) -> Callable[[str, Table, Table], Iterator[tuple[str, ...]]]:
    """The calls of one role, by name."""

    def make(rule: str, record: Table, client: Table) -> Iterator[tuple[str, ...]]:
        if names := dict.fromkeys(called(call) for call in client["call"] if call["role"] == role):
            yield client["title"], ", ".join(names)

    return make


_FLAGS = (("client", "calls that ask for a flag"), _calls("evaluate"))
_OTHERS = {
    "vulnerable-sdk": (("packages", "versions", "what leaks", "what to do"), _leaks),
    "sensitive-input": (("by", "fields", "what is taken", "masks", "what to do"), _captures),
    "sensitive-property": (("client", "calls, and what carries data"), _sends),
    "personal-user-id": (("client", "calls, and where the id is"), _ids),
    "server-key-in-browser": (("key", "known by", "what to do"), _secrets),
    "broadcast-to-all": (("client", "calls that send"), _calls("broadcast")),
    **dict.fromkeys(("unused-flag", "constant-flag", "expired-flag", "undeclared-flag", "flag-fallback"), _FLAGS),
    "void-option": (("option", "why it has no effect", "what to do"), _voids),
}
