"""The one schema for SDK records: what a record may say, and in which words.

``docs/sdk-records.md`` explains it to people who write records. A record holds no code: every judgement it
needs is one of the predicates in :data:`PREDICATES`, and a new predicate is one function in
:mod:`trackaudit.resolve.predicates` with its examples.
"""

from __future__ import annotations

import re
from typing import Any

from trackaudit.sdks import CARRYING
from trackaudit.validate import (
    Field,
    anything,
    boolean,
    list_of,
    mapping_of,
    number,
    one_of,
    string,
    strings,
    suggestion,
    table,
)  # fmt: skip

CONCERNS = (
    "form-tracking", "form-filter-ignored", "autocapture", "captured-attributes", "unmasked-inputs",
    "unmasked-text", "recorded-network", "default-pii", "captured-bodies", "local-variables",
    "insecure-endpoint", "tls-off", "insecure-cookie", "exposed-store", "debug-mode", "before-consent", "forced-flag",
)  # fmt: skip
SEVERITIES = ("error", "warning", "note")
ROLES = ("setup", "configure", "start", "part", "send", "broadcast", "evaluate")
KINDS = ("analytics", "advertising", "replay", "monitoring", "flags", "realtime", "store", "consent")
RUNTIMES = ("browser", "server", "both")
CHANNELS = ("replay", "autocapture", "form")
FIELD_KINDS = ("password", "card", "one-time-code", "national-id", "bank", "health")
TYPES = ("boolean", "number", "string", "list", "mapping", "function", "any")
EFFECTS = ("mask", "unmask")

_VERSIONS = re.compile(r"^(?:(?:<|<=|>|>=|==)\d+(?:\.\d+)*(?:[a-z]+\d*)?)(?:\s+(?:<|<=|>|>=|==)\d+(?:\.\d+)*(?:[a-z]+\d*)?)*$")
_SYMBOL = re.compile(r"^(npm|pypi|global|django|this):[^#\s]+(#[\w$.()]+)?$")

# A predicate's name and how its argument is checked. They are evaluated in trackaudit.resolve.predicates.
PREDICATES = {
    "is": anything,
    "is_not": anything,
    "one_of": list_of(anything),
    "none_of": list_of(anything),
    "null": boolean,
    "present": boolean,
    "absent": boolean,
    "empty": boolean,
    "more_than": number,
    "less_than": number,
    "plain_http": boolean,
    "broad_selector": boolean,
    "broad_pattern": boolean,
    "contains_any": strings,
    "lacks_all": strings,
    "matches": string,
    "not_matches": string,
    "local_host": boolean,
    "not_local": boolean,
    "identity_function": boolean,
    "passes_the_rest": boolean,
    "returns_null": boolean,
    "is_list": boolean,
    "is_mapping": boolean,
    "literal": boolean,
}


def versions(value: Any, where: str, errors: list[str]) -> str:
    """A conjunction of comparisons separated by spaces, such as ``>=2.9.0 <2.16.0``."""
    text = string(value, where, errors)
    if text and not _VERSIONS.match(text):
        errors.append(f"{where}: {text!r} is not a version range such as '>=2.9.0 <2.16.0'")
    return text


def symbol(value: Any, where: str, errors: list[str]) -> str:
    text = string(value, where, errors)
    if text and not _SYMBOL.match(text):
        errors.append(f"{where}: {text!r} is not a symbol such as 'npm:posthog-js#init' or 'global:posthog'")
    return text


def regex(value: Any, where: str, errors: list[str]) -> str:
    text = string(value, where, errors)
    try:
        re.compile(text)
    except re.error as error:
        errors.append(f"{where}: {text!r} is not a regular expression: {error}")
    return text


def _defaults(value: Any, where: str, errors: list[str]) -> list[dict[str, Any]]:
    """A plain value, or a list of ``{versions, value, when}`` tables of which the first that fits holds."""
    if isinstance(value, list) and value and all(isinstance(entry, dict) and "value" in entry for entry in value):
        return [_DEFAULT(entry, f"{where}[{index}]", errors) for index, entry in enumerate(value)]
    return [{"versions": "", "value": value, "when": []}]


def _predicated(fields: dict[str, Field], required: bool = True) -> Any:
    """A table that holds at most these fields and, beside them, predicates."""
    known = {**fields, **{name: Field(check) for name, check in PREDICATES.items()}}

    def check(value: Any, where: str, errors: list[str]) -> dict[str, Any]:
        result: dict[str, Any] = {name: field.default for name, field in fields.items()}
        if not isinstance(value, dict):
            errors.append(f"{where}: expected a table")
            return result
        for key, item in value.items():
            if key in known:
                result[key] = known[key].check(item, f"{where}.{key}", errors)
            else:
                errors.append(f"{where}: unknown key or predicate {key!r}{suggestion(key, known)}")
        for name, field in fields.items():
            if field.required and name not in value:
                errors.append(f"{where}: {name!r} is missing")
        if required and not any(key in PREDICATES for key in value):
            errors.append(f"{where}: no predicate (one of {', '.join(PREDICATES)})")
        return result

    return check


_CONDITION = _predicated({"option": Field(string, required=True)})
_conditions = list_of(_CONDITION)
_severity = one_of(*SEVERITIES)
_VERSIONED = {"versions": Field(versions, default=""), "when": Field(_conditions, default=[])}
_DEFAULT = table({**_VERSIONED, "value": Field(anything, required=True)})
_MEND = table({"option": Field(string, required=True), "value": Field(anything, required=True)})
_RISK = _predicated({
    **_VERSIONED,
    "mend": Field(_MEND),
    "severity": Field(_severity, default="warning"),
    "lacks": Field(one_of("", "tls"), default=""),
    "collects": Field(string, default=""),
    "fix": Field(string, default=""),
})  # fmt: skip
_WAIT = _predicated({"when": Field(_conditions, default=[])})
_VOID = table({
    **_VERSIONED,
    "severity": Field(_severity, default="warning"),
    "reason": Field(string, required=True),
    "fix": Field(string, default=""),
})  # fmt: skip


def _option_extra(option: dict[str, Any], where: str, errors: list[str]) -> None:
    if option["risky"] and not option["concern"]:
        errors.append(f"{where}: an option with risky values needs a concern")
    if not option["read"] and option["verified"]:
        errors.append(f"{where}: 'read' must name the package version the facts were read in (or verified = false)")


_OPTION = table({
    "path": Field(string, required=True),
    "type": Field(one_of(*TYPES), default="any"),
    "concern": Field(one_of(*CONCERNS), default=""),
    "versions": Field(versions, default=""),
    "default": Field(_defaults, default=[]),
    "collects": Field(string, default=""),
    "fix": Field(string, default=""),
    "needs": Field(_conditions, default=[]),
    "risky": Field(list_of(_RISK), default=[]),
    "void": Field(list_of(_VOID), default=[]),
    "waits": Field(list_of(_WAIT), default=[]),
    "server": Field(boolean, default=False),
    "null": Field(boolean, default=False),
    "scrubs": Field(one_of("", "event", "properties", "bag", "names", "all"), default=""),
    "url": Field(string, default=""),
    "read": Field(strings, default=[]),
    "verified": Field(boolean, default=True),
}, _option_extra)  # fmt: skip


def _call_extra(call: dict[str, Any], where: str, errors: list[str]) -> None:
    if call["role"] in ("send", "broadcast") and not any(call[kind] for kind in CARRYING):
        errors.append(f"{where}: a send needs one of {', '.join(CARRYING)}")
    named = {parameter.split(".")[0] for parameter in call["parameters"]}
    for key in CARRYING:
        for entry in call[key]:
            if entry.split(".")[0] not in (*named, "**") and not call["keywords"]:
                errors.append(f"{where}.{key}: {entry!r} is none of the call's parameters")
    if len(call["pairs"]) not in (0, 2):
        errors.append(f"{where}.pairs: give the key's parameter and the value's")


def _secret_extra(secret: dict[str, Any], where: str, errors: list[str]) -> None:
    if bool(secret["pattern"]) == bool(secret["claims"]):
        errors.append(f"{where}: a secret is known by its 'pattern', or by the 'claims' of a token")
    if not secret["read"] and secret["verified"]:
        errors.append(f"{where}: 'read' must say where the form of the secret was read (or verified = false)")


# What a call, or an element, carries out.
_CARRIED = {
    **{kind: Field(strings, default=[]) for kind in CARRYING},
    "id_keys": Field(strings, default=[]),
    "hashed": Field(strings, default=[]),
    "private": Field(strings, default=[]),
    "traits": Field(boolean, default=False),
    "into": Field(string, default=""),
    "url": Field(string, default=""),
}
# Calls that ask for the value of a feature flag, taken together where they take the same.
_FLAGS = table({
    "methods": Field(strings, required=True),
    "parameters": Field(strings, required=True),
    "key": Field(string, default="key"),
    "fallback": Field(string, default=""),
    "keywords": Field(string, default=""),
    "versions": Field(versions, default=""),
    "members": Field(boolean, default=False),
    "library": Field(string, default=""),
    "read": Field(strings, default=[]),
})  # fmt: skip
_CALL = table({
    "method": Field(string, required=True),
    "role": Field(one_of(*ROLES), required=True),
    "parameters": Field(strings, default=[]),
    "keywords": Field(string, default=""),
    "versions": Field(versions, default=""),
    "scope": Field(strings, default=[]),
    "strict": Field(strings, default=[]),
    "flag": Field(string, default=""),
    "channel": Field(string, default=""),
    "closed": Field(regex, default=""),
    "reaches": Field(string, default=""),
    "key": Field(string, default=""),
    "fallback": Field(string, default=""),
    "members": Field(boolean, default=False),
    "library": Field(string, default=""),
    **_CARRIED,
}, _call_extra)  # fmt: skip

_CLIENT = table({
    "id": Field(string, required=True),
    "title": Field(string, required=True),
    "runtime": Field(one_of(*RUNTIMES), required=True),
    "packages": Field(list_of(symbol), default=[]),
    "symbols": Field(list_of(symbol), required=True),
    "returns": Field(strings, default=[]),
    "commands": Field(boolean, default=False),
    "queue": Field(boolean, default=False),
    "stub": Field(symbol, default=""),
    "attributes": Field(boolean, default=False),
    "blocking": Field(strings, default=[]),
    "loader": Field(list_of(table({
        "url": Field(regex, required=True),
        "url_argument": Field(number, required=True),
        "name_argument": Field(number, required=True),
        "body": Field(string, default=""),
    })), default=[]),
    "script": Field(list_of(table({
        "url": Field(regex, required=True),
        "token": Field(string, required=True),
    })), default=[]),
    "call": Field(list_of(_CALL), default=[]),
    "flags": Field(list_of(_FLAGS), default=[]),
    "request": Field(list_of(table({
        "address": Field(regex, required=True),
        "token": Field(string, required=True),
        **_CARRIED,
    })), default=[]),
    "component": Field(list_of(table({
        "symbol": Field(symbol, required=True),
        "role": Field(one_of(*ROLES), default="setup"),
        "properties": Field(mapping_of(string), required=True),
        "unless": Field(strings, default=[]),
        **_CARRIED,
    })), default=[]),
    "assignment": Field(list_of(table({
        "target": Field(symbol, required=True),
        "role": Field(one_of(*ROLES), default="setup"),
        "option": Field(string, default="*"),
    })), default=[]),
    "plugin": Field(list_of(table({
        "name": Field(string, required=True),
        "key": Field(string, default=""),
        "use": Field(symbol, default=""),
        "inside": Field(string, default=""),
        "read": Field(strings, default=[]),
    })), default=[]),
    "constants": Field(mapping_of(anything), default={}),
    "environment": Field(mapping_of(string), default={}),
    "file": Field(list_of(table({
        "name": Field(string, required=True),
        "format": Field(one_of("ini", "json", "toml", "yaml", "javascript"), required=True),
        "section": Field(string, default=""),
        "option": Field(string, default="*"),
    })), default=[]),
    "option": Field(list_of(_OPTION), default=[]),
    "store": Field(table({
        "addresses": Field(strings, required=True),
        "credentials": Field(strings, default=[]),
        "names": Field(strings, default=[]),
    }), default=None),
    "marker": Field(list_of(table({
        "effect": Field(one_of(*EFFECTS), default="mask"),
        "channels": Field(list_of(one_of(*CHANNELS)), required=True),
        "classes": Field(strings, default=[]),
        "attributes": Field(strings, default=[]),
        "option": Field(string, default=""),
        "ancestors": Field(boolean, default=True),
        "versions": Field(versions, default=""),
        "read": Field(strings, default=[]),
    })), default=[]),
    "capture": Field(list_of(table({
        **_VERSIONED,
        "channel": Field(one_of(*CHANNELS), required=True),
        "fields": Field(list_of(one_of(*FIELD_KINDS)), default=list(FIELD_KINDS)),
        "spares_types": Field(strings, default=[]),
        "spares_named": Field(regex, default=""),
        "spares_autocomplete": Field(regex, default=""),
        "remembers_password": Field(boolean, default=False),
        "only_unmasked": Field(boolean, default=False),
        "severity": Field(_severity, default="error"),
        "server": Field(boolean, default=False),
        "collects": Field(string, required=True),
        "fix": Field(string, required=True),
        "url": Field(string, default=""),
        "read": Field(strings, default=[]),
    })), default=[]),
    "leak": Field(list_of(table({
        **_VERSIONED,
        "packages": Field(list_of(symbol), required=True),
        "severity": Field(_severity, default="error"),
        "server": Field(boolean, default=False),
        "collects": Field(string, required=True),
        "fix": Field(string, required=True),
        "advisory": Field(string, default=""),
        "url": Field(string, default=""),
        "read": Field(strings, default=[]),
    })), default=[]),
})  # fmt: skip

_SECRET = table({
    "what": Field(string, required=True),
    "pattern": Field(regex, default=""),
    "claims": Field(mapping_of(string), default={}),
    "option": Field(string, default=""),
    "severity": Field(_severity, default="error"),
    "fix": Field(string, required=True),
    "url": Field(string, default=""),
    "read": Field(strings, default=[]),
    "verified": Field(boolean, default=True),
}, _secret_extra)  # fmt: skip

_RECORD = table({
    "sdk": Field(string, required=True),
    "title": Field(string, required=True),
    "kind": Field(one_of(*KINDS), default="analytics"),
    "url": Field(string, required=True),
    "tokens": Field(strings, default=[]),
    "broad": Field(strings, default=[]),
    "cookieless": Field(boolean, default=False),
    "secret": Field(list_of(_SECRET), default=[]),
    "client": Field(list_of(_CLIENT), required=True),
})  # fmt: skip


def validate(raw: Any, where: str) -> tuple[dict[str, Any], list[str]]:
    """Check a record as read from TOML. Returns it with every default filled in, and all mistakes found."""
    errors: list[str] = []
    record = _RECORD(raw, where, errors)
    for index, client in enumerate(record["client"] or []):
        _client_extra(client, f"{where}.client[{index}]", errors)
        client["call"] = [*client["call"], *(call for entry in client.pop("flags") for call in _evaluations(entry, errors))]
    return record, errors


def _evaluations(entry: dict[str, Any], errors: list[str]) -> list[dict[str, Any]]:
    """A call for each method that asks for a flag's value."""
    shared = {name: entry[name] for name in ("parameters", "key", "fallback", "keywords", "versions", "members", "library")}
    return [_CALL({**shared, "method": method, "role": "evaluate"}, method, errors) for method in entry["methods"]]


def _client_extra(client: dict[str, Any], where: str, errors: list[str]) -> None:
    """Conditions must name options that exist; an option is described once."""
    paths = [option["path"] for option in client["option"]]
    for path in {path for path in paths if paths.count(path) > 1}:
        errors.append(f"{where}: option {path!r} is described twice")
    known = set(paths)
    for kind in ("option", "capture", "leak"):
        for entry in client[kind]:
            name = entry.get("path") or entry.get("channel") or kind
            for condition in _conditions_in(entry):
                if condition["option"] not in known:
                    hint = suggestion(condition["option"], known)
                    errors.append(
                        f"{where}.{kind} {name!r}: a condition or a mend names {condition['option']!r}, which is no option here{hint}"
                    )


def _conditions_in(entry: dict[str, Any]) -> list[dict[str, Any]]:
    found = [*entry.get("needs", []), *entry.get("when", [])]
    for key in ("risky", "void", "default", "waits"):
        for item in entry.get(key, []):
            found.extend(item["when"])
            found.extend([item["mend"]] if item.get("mend") else [])
    return found
