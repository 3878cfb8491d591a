"""How a risky setting can be mended: the value to write, the option to put in, or what to take out.

A mend only ever reduces what is collected. What it comes to in the text, and whether it fits there, others find out; a second audit
has the last word.
"""

from __future__ import annotations

import json

from trackaudit.effective.lookup import split
from trackaudit.effective.setups import Risk, Setup
from trackaudit.findings import Proposal
from trackaudit.model import Span
from trackaudit.resolve.values import Known, Mapping

_NEAR = 8  # bytes between an option's name and a value that belongs to it alone
# Concerns of which an option that is switched the other way changes nothing but what is collected.
_SAFE = frozenset(("unmasked-inputs", "unmasked-text", "recorded-network", "captured-bodies", "local-variables", "default-pii", "debug-mode"))  # fmt: skip
# Concerns of what does not get safe by being left to the SDK.
_NEEDED = frozenset(("insecure-endpoint", "tls-off", "exposed-store"))
_WITH_TLS = (("http://", "https://"), ("ws://", "wss://"))


def proposal(risk: Risk, rule: str, stops: str) -> Proposal | None:
    """The mend of a risk, None where there is none that is sure to be one. ``stops`` goes on the title: what ends with it."""
    path, risky = risk.option["path"], risk.entry.get("is")
    if rule == "insecure-endpoint" and not isinstance(risky, bool):
        return _with_tls(risk)
    if risk.entry["mend"] is not None:
        return _recorded(risk, stops)
    if isinstance(risky, bool) and isinstance(risk.value, Known) and risk.value.value is risky:
        title = f"set {path} to {_code(risk.setup, not risky)}{stops}"
        if risk.state == "written":
            return _value(risk, not risky, title, rule in _SAFE)
        return _put(risk.setup, path, not risky, title, rule in _SAFE) if risk.state == "default" else None
    if risk.state == "written" and rule not in _NEEDED:
        return _restored(risk, rule, stops)
    return None


def _recorded(risk: Risk, stops: str) -> Proposal | None:
    """What the record says to write: in place of what is there, or an option beside the one that is risky."""
    path, value = risk.entry["mend"]["option"], risk.entry["mend"]["value"]
    title = f"set {path} to {_code(risk.setup, value)}{stops}"
    if path == risk.option["path"] and risk.state == "written":
        return _value(risk, value, title, False)
    return _put(risk.setup, path, value, title, False) if not risk.setup.find(path).written else None


def _with_tls(risk: Risk) -> Proposal | None:
    value, path = risk.value, risk.option["path"]
    if not isinstance(value, Known) or not isinstance(value.value, str) or not _is_its_own(risk, value.span):
        return None
    for clear, safe in _WITH_TLS:
        if value.value.startswith(clear):
            return Proposal("part", value.span, clear, safe, f"use {safe[:-3]} for {path}: stops sending in clear text", False)
    return None


def _restored(risk: Risk, rule: str, stops: str) -> Proposal | None:
    """Back to what the SDK does by itself, where that is no risk: its default written down, what is written taken out, or the call
    that does nothing but switch this on."""
    setup, option, value = risk.setup, risk.option, risk.value
    default = setup.left_out(option)
    if default is None or value is None:
        return None
    path, usual = option["path"], default.default
    if isinstance(usual, Known) and isinstance(value, Known) and isinstance(usual.value, (str, int)):
        return _value(risk, usual.value, f"set {path} to {_code(risk.setup, usual.value)}, the default{stops}", rule in _SAFE)
    if setup.role == "start" and any(root.path == split(path) for root in setup.roots):
        return (
            Proposal("call", setup.use.span, "", "", f"take out `{setup.use.method}`{stops}", False) if _is_own(setup) else None
        )
    if not _is_beside(risk, value.span):
        return None
    shown = f", which is {_code(risk.setup, usual.value)} by itself" if isinstance(usual, Known) else ""
    return Proposal("without", risk.span, "", "", f"take out {path}{shown}{stops}", rule in _SAFE, value.span.end)


def _value(risk: Risk, new: object, title: str, safe: bool) -> Proposal | None:
    value = risk.value
    if not isinstance(value, Known) or not _is_its_own(risk, value.span):
        return None
    return Proposal("value", value.span, _code(risk.setup, value.value), _code(risk.setup, new), title, safe)


def _put(setup: Setup, path: str, value: object, title: str, safe: bool) -> Proposal | None:
    """An option put into the object that it belongs in, or among the arguments of the call."""
    if setup.call.get("parameters", []).count("*") > 1:
        return None  # of two arguments that take options nobody knows which is to have it
    place = _object_for(setup, path)
    if place is not None:
        return Proposal("option", place[0], place[1], _code(setup, value), title, safe)
    steps = _argument_for(setup, path)
    if steps is None:
        return None
    use = setup.use
    last = use.arguments[-1] if use.arguments else None
    start = (last.name_span or last.span).start if last is not None else use.callee_span.end
    end = last.span.end if last is not None else use.callee_span.end
    action = "keyword" if setup.path.endswith(".py") else "argument"
    return Proposal(action, Span(start, use.span.end), ".".join(steps), _code(setup, value), title, safe, end)


def _object_for(setup: Setup, path: str) -> tuple[Span, str] | None:
    """The innermost object in the set-up's own code that an option belongs in, and what is left of its path there."""
    steps, use = split(path), setup.use
    if use.form == "assignment":
        return None
    roots = [root for root in setup.roots if steps[: len(root.path)] == root.path and isinstance(root.value, Mapping)]
    deepest = max((len(root.path) for root in roots), default=0)
    roots = [root for root in roots if len(root.path) == deepest]
    if len(roots) != 1:
        return None
    value, steps = roots[0].value, steps[deepest:]
    while len(steps) > 1 and isinstance(value, Mapping):
        inner = next((entry.value for entry in value.entries if entry.key == steps[0]), None)
        if not isinstance(inner, Mapping):
            if inner is not None:
                return None
            break
        value, steps = inner, steps[1:]
    inside = use.span.start <= value.span.start and value.span.end <= use.span.end and not value.span.path
    return (value.span, ".".join(steps)) if inside and steps and value.span != use.callee_span else None


def _argument_for(setup: Setup, path: str) -> tuple[str, ...] | None:
    """What is left of an option's path in an argument that the call is not given yet; None where it cannot be put there."""
    use, call, steps = setup.use, setup.call, split(path)
    if use.form != "call" or not _is_own(setup) or any(argument.spread for argument in use.arguments):
        return None
    if setup.path.endswith(".py"):
        prefix = _prefix(call["keywords"])
        return steps[len(prefix) :] if call["keywords"] and steps[:-1] == prefix else None
    position = len(use.arguments)
    entry = call["parameters"][position] if position < len(call["parameters"]) else ""
    prefix = _prefix(entry)
    return steps[len(prefix) :] if entry.endswith("*") and steps[: len(prefix)] == prefix else None


def _prefix(entry: str) -> tuple[str, ...]:
    """The option path that everything given to a parameter lies under."""
    return split(entry.rpartition("|")[2].removesuffix("*").rstrip("."))


def _is_own(setup: Setup) -> bool:
    """Whether a set-up stands in its file as it is, not made by a wrapper elsewhere."""
    return not setup.use.within and not setup.use.span.path


def _is_beside(risk: Risk, value: Span) -> bool:
    """Whether a value stands right behind the option's name, and is not a constant's, which others may read."""
    return value.path == risk.span.path and 0 <= value.start - risk.span.end <= _NEAR


def _is_its_own(risk: Risk, value: Span) -> bool:
    """Whether a value is written for this option alone: behind its name, or as an argument without one."""
    return value == risk.span or _is_beside(risk, value)


def _code(setup: Setup, value: object) -> str:
    """A value as the language writes it; texts in double quotes."""
    if isinstance(value, bool):
        return str(value) if setup.path.endswith(".py") else str(value).lower()
    return json.dumps(value, ensure_ascii=False)
