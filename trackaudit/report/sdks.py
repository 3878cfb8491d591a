"""The catalogue for people: a list of the SDKs, and a page for each that is made from its record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from trackaudit.sdks import CARRYING

Table = dict[str, Any]

# What a risky value is, in words; the argument goes in where there are braces.
_RISKY = {
    "is": "{}", "is_not": "not {}", "one_of": "one of {}", "none_of": "none of {}", "present": "written at all", "absent": "not written",
    "empty": "empty", "null": "null", "more_than": "more than {}", "less_than": "less than {}", "plain_http": "an http:// address", "broad_selector": "a selector that takes in everything",
    "broad_pattern": "a pattern that lets everything through", "contains_any": "with one of {}", "lacks_all": "without all of {}", "matches": "matching `{}`",
    "not_matches": "not matching `{}`", "local_host": "a local host", "identity_function": "a function that changes nothing", "returns_null": "a function that returns nothing",
    "is_list": "a list", "is_mapping": "an object", "literal": "written out in the code",
}  # fmt: skip


def overview(records: Iterable[Table]) -> str:
    """One line for each SDK: its name, its title, how many options are known and judged."""
    records = sorted(records, key=lambda record: record["sdk"])
    width, titles = max(len(record["sdk"]) for record in records), max(len(record["title"]) for record in records)
    lines = []
    for record in records:
        options = [option for client in record["client"] for option in client["option"]]
        judged = sum(bool(option["concern"]) for option in options)
        clients = len(record["client"])
        count = f"{clients} client{'' if clients == 1 else 's'}, {len(options)} options, {judged} of them judged"
        lines.append(f"{record['sdk']:{width}}  {record['title']:{titles}}  {count}")
    return "\n".join(lines) + "\n"


def page(record: Table, names: dict[str, list[Table]]) -> str:
    """What is known of one SDK, as Markdown; ``names`` are the lists made of its packages' types, by client."""
    parts = [f"# {record['title']}", f"`{record['sdk']}`, <{record['url']}>"]
    for client in record["client"]:
        parts += _client(client, names.get(client["id"], []))
    return "\n\n".join(parts) + "\n"


def _client(client: Table, lists: list[Table]) -> Iterator[str]:
    yield f"## {client['title']}"
    names = ", ".join(f"`{package.partition(':')[2]}`" for package in client["packages"])
    roots = ", ".join(f"`{symbol.partition(':')[2]}`" for symbol in client["symbols"] if symbol.startswith(("global:", "this:")))
    where = {"browser": "Runs in browsers.", "server": "Runs on servers.", "both": "Runs in browsers and on servers."}[
        client["runtime"]
    ]
    yield " ".join([where, f"Packages: {names}." if names else "", f"Known as {roots}." if roots else ""]).strip()
    for heading, lines in (
        ("Set up by", _setups(client)),
        ("Sends user data by", [*_sends(client), *_requests(client)]),
        ("Options that are judged", _options(client)),
        ("Elements", _markers(client)),
        ("Fields in its reach", (f"- {capture['collects']}: {capture['fix']}" for capture in client["capture"])),
        ("Versions that leak", (_leak(leak) for leak in client["leak"])),
        ("Known, not judged", _others(client)),
        ("Known by name", _listed(client, lists)),
        ("Read in", _sources(client)),
    ):
        written = list(lines)
        if written:
            yield f"**{heading}**\n\n" + "\n".join(written)


def _setups(client: Table) -> Iterator[str]:
    for call in client["call"]:
        if call["role"] not in ("send", "evaluate"):
            yield f"- `{call['method'] or 'the call itself'}()`{_versions(call)}"
    for component in client["component"]:
        yield f"- `<{component['symbol'].rpartition('#')[2]}>`"
    for assignment in client["assignment"]:
        yield f"- assignment to `{assignment['target'].partition(':')[2]}`"
    for plugin in client["plugin"]:
        yield f"- the plugin `{plugin['name']}`"
    for file in client["file"]:
        yield f"- the file `{file['name']}`"


def _sends(client: Table) -> Iterator[str]:
    for call in client["call"]:
        if call["role"] == "send":
            carried = ", ".join(dict.fromkeys(f"`{name}`" for kind in CARRYING for name in call[kind]))
            yield f"- `{call['method'] or 'the call itself'}()`: {carried}{_versions(call)}"


def _requests(client: Table) -> Iterator[str]:
    for request in client["request"]:
        carried = ", ".join(f"`{name}`" for kind in CARRYING for name in request[kind])
        yield f"- data posted to `{request['token']}`: {carried}"


def _options(client: Table) -> Iterator[str]:
    judged = [option for option in client["option"] if option["concern"]]
    if judged:
        yield "| option | default | risky where | rule |"
        yield "|---|---|---|---|"
    for option in judged:
        risky = "; ".join(f"{_risk(entry)} ({entry['severity']})" for entry in option["risky"])
        unsure = "" if option["verified"] else ", not verified"
        yield f"| `{option['path']}`{_versions(option)}{unsure} | {_default(option)} | {risky} | `{option['concern']}` |"


def _risk(entry: Table) -> str:
    words = [text.format(_value(entry[name])) for name, text in _RISKY.items() if name in entry]
    conditions = [f"`{condition['option']}` is {_risk(condition)}" for condition in entry.get("when", ())]
    return " and ".join(words) + (f" while {' and '.join(conditions)}" if conditions else "") + _versions(entry)


def _default(option: Table) -> str:
    return "; ".join(f"{_value(entry['value'])}{_versions(entry)}" for entry in option["default"]) or "unset"


def _markers(client: Table) -> Iterator[str]:
    for marker in client["marker"]:
        named = [f"`.{name}`" for name in marker["classes"]] + [f"`[{name}]`" for name in marker["attributes"]]
        named += [f"what `{marker['option']}` names"] if marker["option"] else []
        yield f"- {', '.join(named)}: {marker['effect']} ({', '.join(marker['channels'])}){_versions(marker)}"


def _leak(leak: Table) -> str:
    packages = ", ".join(f"`{package.partition(':')[2]}`" for package in leak["packages"])
    return f"- {packages} {leak['versions']}: {leak['collects']}; {leak['fix']}"


def _others(client: Table) -> Iterator[str]:
    names = [f"`{option['path']}`" for option in client["option"] if not option["concern"]]
    if names:
        yield ", ".join(names)


def _listed(client: Table, lists: list[Table]) -> Iterator[str]:
    """The options that only the newest types name, each list with the version that it was read in."""
    described = {option["path"] for option in client["option"]}
    newest = {entry["under"]: entry for entry in lists}  # the newest comes last
    for under, entry in newest.items():
        paths = [f"{under}.{name}" if under else name for name in entry["names"]]
        others = [
            path for path in paths if path not in described and not any(known.startswith(path + ".") for known in described)
        ]
        if others:
            yield f"- {', '.join(f'`{path}`' for path in others)} ({entry['read']})"


def _sources(client: Table) -> Iterator[str]:
    kinds = ("option", "marker", "capture", "leak", "plugin")
    found = {source for kind in kinds for entry in client[kind] for source in entry.get("read", ())}
    if found:
        yield ", ".join(sorted(found))


def _versions(entry: Table) -> str:
    return f" ({entry['versions']})" if entry.get("versions") else ""


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_value, value)) or "nothing"
    if isinstance(value, bool) or value is None:
        return f"`{str(value).lower()}`" if value is not None else "`null`"
    return str(value) if isinstance(value, (int, float)) else f"`{value}`"
