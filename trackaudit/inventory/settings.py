"""What the options of one set-up come to, over all the calls that belong to it."""

from __future__ import annotations

from typing import NamedTuple

from trackaudit.effective.lookup import Table, Written
from trackaudit.effective.setups import Setup, as_value
from trackaudit.effective.unresolved import why
from trackaudit.inventory import Choice, Setting
from trackaudit.inventory.places import Places
from trackaudit.inventory.wording import as_data, branches, conditions, in_words
from trackaudit.resolve.resolver import TRUTH
from trackaudit.resolve.values import Callback, Known
from trackaudit.versions import Pinned, fits, parse


class _Evaluated(NamedTuple):
    """The values of an option, the origin of them, what there is to say about that, and whether the version is certain."""

    choices: tuple[Choice, ...]
    origin: str
    why: str
    certain: bool


def settings_of(members: list[Setup], places: Places) -> tuple[Setting, ...]:
    """Every option that one of these calls owns and that exists at this version.

    The first call is the set-up itself; the others configure it, or start and make parts of it.
    """
    deciding = _deciding(members[0].client)
    found = (_setting(members, option, places, deciding) for option in members[0].client["option"])
    return tuple(setting for setting in found if setting is not None)


def _setting(members: list[Setup], option: Table, places: Places, deciding: set[str]) -> Setting | None:
    owners = _owners(members, option)
    if not owners:
        return None
    written = [(owner, place) for owner in owners for place in owner.setting(option).written]
    exists = fits(option["versions"], members[0].pinned)[0]
    if not written and (not exists or _forgotten(option, owners)):
        return None
    risk = next((risk for owner in owners if (risk := owner.risk(option)) is not None), None)
    if risk is None and _holds_others(option, members[0].client) and not _speaks(option, written):
        return None
    found = _written(option, owners, written, places) if written else _left(option, owners)
    if not exists:
        found = found._replace(origin="void", why="this version does not know it")
    elif risk is None:
        origin, reason = _ineffective(option, owners, bool(written)) or (found.origin, found.why)
        found = found._replace(origin=origin, why=reason)
    if found.origin == "unset" and risk is None:
        return None
    told = bool(option["concern"]) or option["path"] in deciding
    in_force = told and found.certain and found.origin in ("default", "chosen-default", "unknown")
    return Setting(
        option["path"].replace("'", ""),
        option["concern"],
        found.origin,
        found.choices,
        found.why,
        risk.entry["severity"] if risk else "",
        (risk.entry["collects"] or option["collects"]) if risk else "",
        found.certain and (risk is None or risk.certain),
        option["server"],
        bool(written) or risk is not None or in_force,
    )


def _forgotten(option: Table, owners: list[Setup]) -> bool:
    """Whether this version reads an option no more, whatever else is set: there is nothing to say of it where nobody wrote it."""
    return any((void := owner.voided(option)) is not None and not void["when"] for owner in owners)


def _deciding(client: Table) -> set[str]:
    """The options that others need, and those that decide whether something is captured at all."""
    needed = {condition["option"] for option in client["option"] for condition in option["needs"]}
    return needed | {condition["option"] for capture in client["capture"] for condition in capture["when"]}


def _owners(members: list[Setup], option: Table) -> list[Setup]:
    """The calls that an option can be given to; where attributes configure an SDK, that is the SDK itself."""
    owners = [setup for setup in members if setup.owns(option["path"])]
    return owners or (members[:1] if members[0].use.form == "assignment" else [])


def _holds_others(option: Table, client: Table) -> bool:
    """Whether other options lie inside of this one."""
    inside = option["path"] + "."
    return any(other["path"].startswith(inside) for other in client["option"])


def _speaks(option: Table, written: list[tuple[Setup, Written]]) -> bool:
    """Whether an option says something that is not said of the options inside of it."""
    values = [value for _, place in written for value, _ in branches(place.value, ())]
    return any(isinstance(value, (Known, Callback)) for value in values) if written else bool(option["concern"])


def _written(option: Table, owners: list[Setup], written: list[tuple[Setup, Written]], places: Places) -> _Evaluated:
    choices = []
    always = False  # whether one place is reached whatever happens
    for owner, place in written:
        outer = owner.use.guards if owner.role in ("configure", "start") else ()
        always = always or not (*outer, *place.guards)
        for value, guards in branches(place.value, (*outer, *place.guards)):
            known, data = as_data(option["path"], value)
            spot = places.spot(owner.path, place.span)
            called = owner.role == "start" and any(".".join(root.path) == option["path"] for root in owner.roots)
            text = (
                f"`{owner.use.method}` is called"
                if called
                else in_words(option["path"], value, places.code(owner.path, value.span))
            )
            choices.append(Choice(text, data, known, spot, conditions(guards)))
    starting = [owner for owner in owners if owner.role != "configure"]
    later = all(owner.role == "configure" for owner, _ in written)
    sometimes = any(owner.setting(option).state != "written" for owner in starting)  # one place, on behalf of several callers
    if starting and (later or sometimes or not always):
        default = _left(option, starting).choices
        choices += [choice._replace(when=("until then" if later else "otherwise",)) for choice in default]
    reason = next((text for _, place in written if (text := why(place.value))), "")
    unknown = not any(choice.known for choice in choices) and bool(reason)
    told = "" if not reason else "decided when it runs" if reason == TRUTH else f"it is {reason}"
    return _Evaluated(_once(choices), "unknown" if unknown else "written", told, True)


def _left(option: Table, owners: list[Setup]) -> _Evaluated:
    """An option that is not written: its default, chosen by version and by other options."""
    if any(owner.setting(option).state == "unseen" for owner in owners):
        return _Evaluated((), "unknown", "it may be among options that cannot be seen", True)
    starting = next((owner for owner in owners if owner.role != "configure"), None)
    entry, certain = starting.default_entry(option) if starting is not None else (None, True)
    if starting is None or entry is None:
        return _Evaluated((), "unset", "", certain)
    value = as_value(entry["value"], starting.use.callee_span)
    _, data = as_data(option["path"], value)
    choice = Choice(in_words(option["path"], value, ""), data, True, None, ())
    because = " and ".join(_told(starting, condition) for condition in entry["when"])
    origin = "chosen-default" if because else "default"
    return _Evaluated((choice,), origin, because and f"because {because}", certain and _read_at(option, starting.pinned))


def _read_at(option: Table, pinned: Pinned) -> bool:
    """Whether the record's facts reach back to this version: an option without a range may be newer than what is installed."""
    installed = parse(pinned.exact) if pinned.exact is not None else None
    read = [version for text in option["read"] if (version := parse(text.rpartition("@")[2])) is not None]
    return bool(option["versions"]) or installed is None or not read or installed >= min(read)


def _ineffective(option: Table, owners: list[Setup], written: bool) -> tuple[str, str] | None:
    """The origin and the reason of a setting that has no effect; None where it may have one."""
    for owner in owners:
        void = owner.voided(option)
        if void is not None:
            return ("void" if written else "inactive"), void["reason"]
        for condition in (*option["needs"], *_parents_on(option, owner)):
            told_only = "present" in condition and option["path"].startswith(condition["option"] + ".")
            if not told_only and owner.condition(condition).answer is False:
                return "inactive", f"while {_told(owner, condition)}"
    return None


def _parents_on(option: Table, owner: Setup) -> list[Table]:
    """The conditions that the options which this one lies inside of are not switched off altogether."""
    steps = option["path"].split(".")
    around = (".".join(steps[:count]) for count in range(1, len(steps)))
    return [{"option": path, "is_not": False} for path in around if owner.option(path) is not None]


def _told(owner: Setup, condition: Table) -> str:
    """An option that a condition asks about, and what it is."""
    path = condition["option"]
    option = owner.option(path)
    asked = next((setup for setup in owner.related if setup.owns(path)), owner)
    if option is None or not asked.owns(path):
        return f"`{path}` is not in use"
    setting = asked.setting(option)
    values = [place.value for place in setting.written] or ([setting.default] if setting.default is not None else [])
    told = " or ".join(dict.fromkeys(in_words(path, value, "") for value in values))
    return f"`{path}` is {told or 'not set'}"


def _once(choices: list[Choice]) -> tuple[Choice, ...]:
    """Without those that say the same at the same place; plain data may be a list, so a set of them will not do."""
    return tuple({(choice.text, choice.spot, choice.when): choice for choice in choices}.values())
