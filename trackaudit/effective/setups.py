"""One set-up of a tracker, and what each of its options comes to: written, default, unset or unseen."""

from __future__ import annotations

from typing import Any, NamedTuple

from trackaudit.effective.lookup import Found, Root, Table, Written, find, split
from trackaudit.effective.pins import Resolved
from trackaudit.model import Span
from trackaudit.resolve import predicates
from trackaudit.resolve.values import Condition, Entry, Known, Listing, Mapping, OneOf, Use, Value
from trackaudit.versions import Pinned, fits

_OF_TEXTS = frozenset(("local_host", "plain_http", "literal"))
_EXISTENCE = frozenset(("present", "absent"))


class Judged(NamedTuple):
    """The answer to a condition: True, False or None, and whether the version made it uncertain."""

    answer: bool | None
    certain: bool


class Setting(NamedTuple):
    """What an option comes to. ``state``: ``written``, ``default``, ``unset`` or ``unseen``."""

    state: str
    written: tuple[Written, ...]
    default: Value | None
    certain: bool


class Risk(NamedTuple):
    """A risky value that an option has, with everything a finding needs."""

    setup: Setup
    option: Table
    entry: Table
    state: str
    value: Value | None
    span: Span
    guards: tuple[Condition, ...]
    certain: bool


class Setup:
    """A use that sets a tracker up or configures a part of it.

    ``related`` are the other set-ups of the same client in the same package: conditions on options that this call
    does not own are looked up there.
    """

    def __init__(
        self, path: str, use: Use, client: Table, call: Table, roots: list[Root], unseen: bool, version: Resolved, url: str
    ) -> None:
        self.path, self.use, self.client, self.call, self.client_url = path, use, client, call, url
        self.roots, self.unseen, self.version = roots, unseen, version
        self.role: str = call["role"]
        self.related: list[Setup] = [self]
        self._own = prefixes_of(call)
        others = (*client["call"], *client["component"], *client["assignment"])
        self._taken = {prefix for other in others if other["role"] in ("start", "part") for prefix in prefixes_of(other)}

    @property
    def dead(self) -> bool:
        """Whether a constant keeps this call from ever running."""
        return any(guard.constant is not None and guard.constant != guard.positive for guard in self.use.guards)

    @property
    def pinned(self) -> Pinned:
        return self.version.pinned

    def option(self, path: str) -> Table | None:
        return next((option for option in self.client["option"] if option["path"] == path), None)

    def owns(self, path: str) -> bool:
        """Whether an option is given to this call: it lies under what the call takes, and under no feature's own call."""
        steps = split(path)
        own = max((len(prefix) for prefix in self._own if steps[: len(prefix)] == prefix), default=-1)
        taken = max((len(prefix) for prefix in self._taken if steps[: len(prefix)] == prefix), default=-1)
        return own >= 0 and own >= taken

    def find(self, path: str) -> Found:
        found = find(self.roots, path)
        return Found(found.written, found.unseen or (self.unseen and not found.written))

    def setting(self, option: Table) -> Setting:
        """What the option comes to in this call, its default chosen by version."""
        found = self.find(option["path"])
        nothing = not option["null"]  # whether writing null is writing nothing
        written = tuple(
            place for place in found.written if not (nothing and isinstance(place.value, Known) and place.value.value is None)
        )
        if written:
            return Setting("written", written, None, True)
        if found.unseen:
            return Setting("unseen", (), None, True)
        if self.role == "configure":
            return Setting("unset", (), None, True)
        default, certain = self.default(option)
        return Setting("unset" if default is None else "default", (), default, certain)

    def default(self, option: Table) -> tuple[Value | None, bool]:
        """The default at this version and with these other options, and whether the version is certain."""
        entry, certain = self.default_entry(option)
        return None if entry is None else as_value(entry["value"], self.use.callee_span), certain

    def default_entry(self, option: Table) -> tuple[Table | None, bool]:
        """The entry of the record that the default comes from, and whether the version is certain."""
        certain = True
        for entry in option["default"]:
            inside, sure = fits(entry["versions"], self.pinned)
            certain = certain and sure
            if inside and all(self.condition(condition).answer for condition in entry["when"]):
                return entry, certain
        return None, certain

    def condition(self, condition: Table) -> Judged:
        """Whether a condition on an option holds, here or in the related set-up that owns the option."""
        path = condition["option"]
        owners = [setup for setup in self.related if setup.owns(path)] if not self.owns(path) else [self]
        answers = [owner.holds(path, condition) for owner in owners]
        if not answers:
            return self._unowned(path, condition)
        for answer in (True, None, False):
            for judged in answers:
                if judged.answer is answer:
                    return judged
        return answers[0]

    def _unowned(self, path: str, condition: Table) -> Judged:
        """The answer for an option that no call here is given: its default holds where attributes configure the SDK."""
        option = self.option(path)
        if self.use.form == "assignment" and option is not None:
            default, certain = self.default(option)
            return Judged(judge(default, "default", condition), certain)
        return Judged(True if condition.get("absent") else None, True)

    def holds(self, path: str, table: Table) -> Judged:
        """Whether all predicates in ``table`` are true of the option at ``path``."""
        option = self.option(path)
        if option is None:
            return Judged(None, True)
        setting = self.setting(option)
        certain = setting.certain
        values: list[Value | None] = [place.value for place in setting.written] or [setting.default]
        guarded = bool(setting.written) and all(place.guards for place in setting.written)
        if guarded and self.role != "configure":
            values.append(self.default(option)[0])
        verdicts = [judge(value, setting.state, table) for value in values]
        answer = True if True in verdicts else (None if None in verdicts else False)
        if guarded and answer is True and False in verdicts:
            answer = None
        return Judged(answer, certain)

    def risk(self, option: Table) -> Risk | None:
        """The first risky entry of the option that holds in this set-up, or None."""
        if not option["risky"] or not self.owns(option["path"]):
            return None
        exists, certain = fits(option["versions"], self.pinned)
        if not exists:
            return None
        setting = self.setting(option)
        if setting.state == "unseen":
            return None
        for condition in option["needs"]:
            judged = self.condition(condition)
            if judged.answer is False:
                return None
            certain = certain and judged.certain and judged.answer is True
        if self.voided(option) is not None:
            return None
        for entry in option["risky"]:
            found = self._risk_entry(option, entry, setting, certain)
            if found is not None:
                return found
        return None

    def left_out(self, option: Table) -> Setting | None:
        """What the option comes to in this call when it is not written; None where that is a risk too."""
        default, certain = self.default(option) if self.role != "configure" else (None, True)
        setting = Setting("unset" if default is None else "default", (), default, certain)
        is_risky = any(self._risk_entry(option, entry, setting, certain) is not None for entry in option["risky"])
        return None if is_risky else setting

    def voided(self, option: Table) -> Table | None:
        """The entry of the record that says why this option has no effect here, where that is certain."""
        for void in option["void"]:
            sure = all(fits(void["versions"], self.pinned))
            if sure and all(self.condition(condition).answer is True for condition in void["when"]):
                return void
        return None

    def _risk_entry(self, option: Table, entry: Table, setting: Setting, certain: bool) -> Risk | None:
        inside, sure = fits(entry["versions"], self.pinned)
        if not inside:
            return None
        certain = certain and sure
        for condition in entry["when"]:
            judged = self.condition(condition)
            if judged.answer is not True:
                return None
            certain = certain and judged.certain
        if setting.state != "written":
            if judge(setting.default, setting.state, entry) is not True:
                return None
            sure = certain and setting.certain
            return Risk(self, option, entry, setting.state, setting.default, self.use.callee_span, self.use.guards, sure)
        for place in setting.written:
            if judge(place.value, "written", entry) is True:
                value, guards = culprit(place.value, entry)
                all_guards = (*self.use.guards, *place.guards, *guards)
                return Risk(self, option, entry, "written", value, place.span, all_guards, certain)
        return None

    def void(self, option: Table) -> tuple[Table, Written, bool] | None:
        """The reason why what is written has no effect, where it is written, and whether the version is certain."""
        if not option["void"] or not self.owns(option["path"]):
            return None
        written = [
            place
            for place in self.find(option["path"]).written
            if not (isinstance(place.value, Known) and place.value.value is None)
        ]
        if not written:
            return None
        for void in option["void"]:
            inside, certain = fits(void["versions"], self.pinned)
            judged = [self.condition(condition) for condition in void["when"]]
            if inside and all(item.answer is True for item in judged):
                return void, written[0], certain and all(item.certain for item in judged)
        return None


def prefixes_of(call: Table) -> set[tuple[str, ...]]:
    """The option paths that a call (or component, or assignment) is given: single options, or all below a path."""
    if "properties" in call:
        entries = list(call["properties"].values())
    elif "target" in call:
        entries = [call["option"]]
    elif call["role"] in ("send", "evaluate"):
        return set()
    else:
        entries = [part for parameter in call["parameters"] for part in parameter.split("|")] + [call["keywords"]]
    return {split(entry.removesuffix("*").rstrip(".")) for entry in entries if entry}


def judge(value: Value | None, state: str, table: Table) -> bool | None:
    """Whether all predicates in a condition or risk are true of a value."""
    answer: bool | None = True
    for name, argument in table.items():
        if name in _EXISTENCE:
            there = state == "written"
            verdict: bool | None = None if state == "unseen" else (there == argument if name == "present" else there != argument)
        elif value is None and name in _OF_TEXTS:
            verdict = None if state == "unseen" else False  # what is not there has no host
        elif name in predicates.NAMES:
            verdict = None if state == "unseen" else predicates.test(name, value, argument)
        else:
            continue
        if verdict is False:
            return False
        answer = None if verdict is None else answer
    return answer


def culprit(value: Value, table: Table) -> tuple[Value, tuple[Condition, ...]]:
    """Of a choice of values, the one that the predicates are true of, and the conditions it holds under."""
    if isinstance(value, OneOf):
        for branch in value.branches:
            if judge(branch.value, "written", table) is True:
                return branch.value, branch.guards
    return value, ()


def as_value(raw: Any, span: Span) -> Value:
    """A default from a record as a value."""
    if isinstance(raw, list):
        return Listing(tuple(as_value(item, span) for item in raw), False, span)
    if isinstance(raw, dict):
        return Mapping(tuple(Entry(key, span, as_value(item, span), ()) for key, item in raw.items()), False, span)
    return Known(raw, span)
