"""The catalogue for people: a list of the SDKs, and a page for each that is made from its record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from trackaudit.sdks import CARRYING

Table = dict[str, Any]

# What a risky value is, in words; the argument goes in where there are braces.
_RISKY = {
    "is": "{}", "is_not": "not {}", "one_of": "one of {}", "none_of": "none of {}", "present": "written at all", "absent": "not written",
    "empty": "empty", "null": "null", "more_than": "more than {}", "less_than": "less than {}", "plain_http": "an http:// address", "broad_selector": "a selector that takes in everything",
    "broad_pattern": "a pattern that lets everything through", "contains_any": "with one of {}", "lacks_all": "without all of {}", "matches": "matching {}",
    "not_matches": "not matching {}", "local_host": "a local host", "identity_function": "a function that changes nothing", "passes_the_rest": "a function that changes only what it singles out", "returns_null": "a function that returns nothing",
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
    names = packages_of(client)
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
        ("Other options", _others(client, lists)),
        ("Read in", _sources(client, lists)),
    ):
        written = list(lines)
        if written:
            yield f"**{heading}**\n\n" + "\n".join(written)


def _setups(client: Table) -> Iterator[str]:
    for call in client["call"]:
        if call["role"] not in ("send", "evaluate"):
            yield f"- {called(call)}{versions_in_words(call)}"
    components = [item["symbol"].rpartition("#")[2] for item in client["component"] if item["role"] not in ("send", "evaluate")]
    yield from (f"- `<{name}>`" for name in dict.fromkeys(components))
    for assignment in client["assignment"]:
        yield f"- assignment to `{assignment['target'].partition(':')[2]}`"
    for plugin in client["plugin"]:
        yield f"- the plugin `{plugin['name']}`"
    for file in client["file"]:
        yield f"- the file `{file['name']}`"


def _sends(client: Table) -> Iterator[str]:
    for call in client["call"]:
        if call["role"] == "send":
            yield f"- {sending(call)}"


def _requests(client: Table) -> Iterator[str]:
    for request in client["request"]:
        yield f"- data posted to `{request['token']}`: {carried(request)}"


def called(call: Table) -> str:
    """A call by its name."""
    return f"`{call['method'] or 'the call itself'}()`"


def carried(call: Table) -> str:
    """What of a call, or request, holds data."""
    return ", ".join(dict.fromkeys(f"`{name}`" for kind in CARRYING for name in call[kind]))


def sending(call: Table) -> str:
    """A call that sends, with what of it holds data."""
    return f"{called(call)}: {carried(call)}{versions_in_words(call)}"


def _options(client: Table) -> Iterator[str]:
    judged = [option for option in client["option"] if option["concern"]]
    if judged:
        yield "| option | default | risky where | rule |"
        yield "|---|---|---|---|"
    for option in judged:
        yield row(*judged_option(option), f"`{option['concern']}`")


def judged_option(option: Table) -> tuple[str, str, str]:
    """An option that a rule judges: its name, its default, and where it is risky."""
    risky = "; ".join(f"{risk_in_words(entry)} ({entry['severity']})" for entry in option["risky"])
    unsure = "" if option["verified"] else ", not verified"
    return f"`{option['path']}`{versions_in_words(option)}{unsure}", default_in_words(option), risky


def row(*cells: str) -> str:
    """A row of a table; a bar in a cell does not end it."""
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def risk_in_words(entry: Table) -> str:
    words = [text.format(_value(entry[name])) for name, text in _RISKY.items() if name in entry]
    if "present" in entry and len(words) > 1:  # as a default the same is no risk, or a lesser one
        words = [" and ".join(word for word in words if word != _RISKY["present"]) + ", if written"]
    conditions = [f"`{condition['option']}` is {risk_in_words(condition)}" for condition in entry.get("when", ())]
    return " and ".join(words) + (f" while {' and '.join(conditions)}" if conditions else "") + versions_in_words(entry)


def default_in_words(option: Table) -> str:
    return "; ".join(f"{_value(entry['value'])}{versions_in_words(entry)}" for entry in option["default"]) or "unset"


def _markers(client: Table) -> Iterator[str]:
    for marker in client["marker"]:
        named = [f"`.{name}`" for name in marker["classes"]] + [f"`[{name}]`" for name in marker["attributes"]]
        named += [f"what `{marker['option']}` names"] if marker["option"] else []
        yield f"- {', '.join(named)}: {marker['effect']} ({', '.join(marker['channels'])}){versions_in_words(marker)}"


def packages_of(entry: Table) -> str:
    """The names of packages, without where they come from."""
    return ", ".join(f"`{package.partition(':')[2]}`" for package in entry["packages"])


def _leak(leak: Table) -> str:
    return f"- {packages_of(leak)} {leak['versions']}: {leak['collects']}; {leak['fix']}"


def _others(client: Table, lists: list[Table]) -> Iterator[str]:
    """Every option that is not judged: those that the record describes, and those that the packages' own types list."""
    listed = _listed(lists)
    judged = {option["path"] for option in client["option"] if option["concern"]}
    described = {option["path"]: option for option in client["option"] if option["path"] not in judged}
    holders = {path.rpartition(".")[0] for path in (*judged, *described, *listed)}
    told = {path for path, versions in listed.items() if not (path in holders and _is_holder(versions))}
    paths = sorted({*described, *told} - judged)
    if paths:
        yield "| option | takes | default | read in |"
        yield "|---|---|---|---|"
    for path in paths:
        versions = listed.get(path, [])
        takes = versions[-1][1].takes if versions else described[path]["type"]
        default = default_in_words(described[path]) if described.get(path, {}).get("default") else _default_by_version(versions)
        yield f"| `{path}` | {takes.replace('|', 'or')} | {default} | {_span([version for version, _ in versions])} |"


class _Listed(NamedTuple):
    """What a list says of an option: what values it takes, and its default as JSON, both empty where the package does not say."""

    takes: str
    default: str


def _listed(lists: list[Table]) -> dict[str, list[tuple[str, _Listed]]]:
    """By option path what each version says that was read, the oldest first; an object is told by the options below it."""
    found: dict[str, list[tuple[str, _Listed]]] = {}
    for entry in lists:
        version = entry["read"].partition(",")[0].rpartition("@")[2]
        for name, told in entry["names"].items():
            takes, _, default = told.partition(" = ")
            path = f"{entry['under']}.{name}" if entry["under"] else name
            found.setdefault(path, []).append((version, _Listed(takes, default)))
    return found


def _is_holder(versions: list[tuple[str, _Listed]]) -> bool:
    """Whether an option is only an object of others, which tell more."""
    return bool(versions) and versions[-1][1] == ("object", "")


def _default_by_version(versions: list[tuple[str, _Listed]]) -> str:
    """The default, or where it has changed each one with the first version that was read with it."""
    changes = [pair for index, pair in enumerate(versions) if not index or versions[index - 1][1].default != pair[1].default]
    told = [(f"`{listed.default}`" if listed.default else "not stated", version) for version, listed in changes]
    return told[0][0] if len(told) == 1 else "; ".join(f"{default} ({version})" for default, version in told) or "unset"


def _span(versions: list[str]) -> str:
    return "" if not versions else versions[-1] if versions[0] == versions[-1] else f"{versions[0]} to {versions[-1]}"


def _sources(client: Table, lists: list[Table]) -> Iterator[str]:
    kinds = ("option", "marker", "capture", "leak", "plugin")
    found = {source for kind in kinds for entry in client[kind] for source in entry.get("read", ())}
    found |= {source for entry in lists for source in entry["read"].split(", ")}
    if found:
        yield ", ".join(sorted(found))


def versions_in_words(entry: Table) -> str:
    return f" ({entry['versions']})" if entry.get("versions") else ""


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_value, value)) or "nothing"
    if isinstance(value, bool) or value is None:
        return f"`{str(value).lower()}`" if value is not None else "`null`"
    return str(value) if isinstance(value, (int, float)) else f"`{value}`"
