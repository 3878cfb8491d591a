"""Uses that only send data or ask for flags: which of their arguments anybody looks at, and about which their callers decide."""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.resolve.combine import step
from trackaudit.resolve.values import Known, Parameter, Passed, ProjectCall, Use, Value
from trackaudit.sdks import CARRYING
from trackaudit.sdks.catalogue import Catalogue, Table

_CAUGHT = frozenset(("e", "err", "error", "ex", "exc", "exception", "cause"))


def as_use(catalogue: Catalogue, symbol: tuple[str, ...], call: ProjectCall) -> Use | None:
    """The use that a call is whose callee turns out to be an SDK's, defined in another file; None if it is none."""
    match = catalogue.match(symbol)
    if match is None:
        return None
    client = catalogue.client(match.sdk, match.client)
    method, arguments, form = match.method, call.arguments, "call"
    if method == "" and client["commands"]:
        command = arguments[0].value if arguments else None
        if not isinstance(command, Known) or not isinstance(command.value, str):
            return None
        method, arguments, form = command.value.partition(":")[0], arguments[1:], "command"
    if not any(method == known["method"] for known in client["call"]):
        return None
    return Use(
        match.sdk, client["id"], method, form, match.root, arguments, call.guards, call.context, call.span, call.callee_span
    )


def is_send(catalogue: Catalogue, use: Use) -> bool:
    """Whether a use only sends data or asks for a flag, and sets nothing up."""
    calls = _calls_of(catalogue, use)
    return use.form in ("call", "command") and bool(calls) and all(call["role"] in ("send", "evaluate") for call in calls)


def counting(catalogue: Catalogue, use: Use) -> tuple[Passed, ...]:
    """The arguments of a use that rules look at: options of set-ups; bags, pairs and ids of sends."""
    if not is_send(catalogue, use):
        return use.arguments
    calls = _calls_of(catalogue, use)
    names = {name.partition(".")[0] for call in calls for name in _counting(call)}
    found = []
    for argument, known in named_arguments(catalogue, use):
        if argument.spread or known & names or ("**" in names and argument.name is not None):
            found.append(argument)
    return tuple(found)


def _counting(call: Table) -> Iterator[str]:
    """The parameters of a call that sends or asks which rules look at."""
    yield from (name for kind in CARRYING for name in call[kind])
    yield from (name for name in (*call["key"].split("|"), call["fallback"]) if name)


def _calls_of(catalogue: Catalogue, use: Use) -> list[Table]:
    return catalogue.calls(use.sdk, use.client).get(use.method, [])


def named_arguments(catalogue: Catalogue, use: Use) -> Iterator[tuple[Passed, set[str]]]:
    """Each argument with the names of the parameters that it may be for, by position or keyword."""
    calls = _calls_of(catalogue, use)
    position = 0
    for argument in use.arguments:
        if argument.name is not None or argument.spread:
            yield argument, {argument.name or ""}
        else:
            yield argument, {call["parameters"][position] for call in calls if position < len(call["parameters"])}
            position += 1


def decided(catalogue: Catalogue, use: Use) -> list[Value]:
    """The values of a use about which the callers of the function around it may decide: options; of sends, the bags and ids."""
    if not is_send(catalogue, use):
        return [argument.value for argument in use.arguments]
    calls = _calls_of(catalogue, use)
    paths = {name for call in calls for name in _counting(call)}
    texts, bags = ({name for call in calls for name in call[kind]} for kind in ("texts", "bags"))
    found = []
    for argument, names in named_arguments(catalogue, use):
        if argument.spread:
            found.append(argument.value)
        for path in paths:
            parameter, *steps = path.replace("[]", "").split(".")
            if parameter in names:
                value: Value | None = argument.value
                for name in steps:
                    value = step(value, name, argument.span) if value is not None else None
                told = path in texts and path not in bags
                if value is not None and (not told or isinstance(value, Parameter)):  # of a text only the whole is the caller's
                    found.append(value)
    return [value for value in found if not _is_caught(value)]


def _is_caught(value: Value) -> bool:
    """Whether a value is a parameter for an error: who hands one in caught it, and it tells nothing of its text."""
    return isinstance(value, Parameter) and value.path[-1].lower() in _CAUGHT
