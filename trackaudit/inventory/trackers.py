"""The trackers of a project: what is set up where, at which version, what it sends and what is in its reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackaudit.effective.pins import Resolved
from trackaudit.effective.project import Project, Send, encloses
from trackaudit.effective.setups import Setup
from trackaudit.inventory import KINDS, Installation, Inventory, Reached, Sent, Setting, Spot, Tracker
from trackaudit.inventory.places import Places
from trackaudit.inventory.settings import settings_of
from trackaudit.inventory.wording import conditions
from trackaudit.languages import is_lockfile, manifest_of
from trackaudit.model import Span
from trackaudit.personal import PersonalData, personal_data
from trackaudit.resolve.values import Known, Mapping, OneOf, Value
from trackaudit.understand import LinesOf, shortfalls, understand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trackaudit.run import Request, Run

# An SDK, its client and the package that uses it, with the version there.
Key = tuple[str, str, str, str]


def take(request: Request, progress: Callable[[str, int, int], None] = lambda stage, done, total: None) -> Inventory:
    """The inventory of one project."""
    from trackaudit.run import Run

    run = Run(request, progress)
    needed = run.read_all(lambda: None)
    if not needed or not (run.texts or run.manifests or run.configuring):
        return Inventory(request.root, (), tuple(run.failures))
    try:
        return _of_run(run)
    finally:
        run.close()


def _of_run(run: Run) -> Inventory:
    project, sources, rounds = understand(run)
    builder = _Builder(project, Places(sources), run.reported)
    reported = {path: facts for path, facts in project.files.items() if run.reported(path)}
    failures = shortfalls(run, reported, LinesOf(sources), rounds)
    return Inventory(run.request.root, tuple(builder.trackers()), tuple(failures))


class _Builder:
    """Gathers what belongs to one tracker. ``asked`` says whether a file is among the paths that were asked for."""

    def __init__(self, project: Project, places: Places, asked: Callable[[str], bool]) -> None:
        self.project, self.places, self.asked = project, places, asked
        self.setups: dict[Key, list[Setup]] = {}
        self.sends: dict[Key, list[Send]] = {}
        for setup in project.setups:
            self.setups.setdefault(self._key(setup.path, setup.use.sdk, setup.client["id"], setup.version), []).append(setup)
        for send in project.sends:
            key = self._key(send.path, send.use.sdk, send.client["id"], self._version(send))
            self.sends.setdefault(key, []).append(send)
        self.personal = personal_data(project.catalogue)
        self.reached = self._reached()

    def _key(self, path: str, sdk: str, client: str, version: Resolved) -> Key:
        return sdk, client, self.project.package_of(path), version.pinned.known

    def _version(self, send: Send) -> Resolved:
        facts = self.project.files[send.path]
        return self.project.version_of(send.path, send.use.origin, send.client, facts, send.use.sdk)

    def trackers(self) -> list[Tracker]:
        found = [*self._used(), *self._only_declared()]
        order = list(KINDS)
        return sorted(found, key=lambda item: (order.index(item.kind), item.sdk, item.package, item.client, item.version))

    def _used(self) -> Iterator[Tracker]:
        for key in self.setups.keys() | self.sends.keys():
            setups = [setup for setup in self.setups.get(key, []) if self.asked(setup.path)]
            sends = [send for send in self.sends.get(key, []) if self.asked(send.path)]
            if not setups and not sends:
                continue
            version = setups[0].version if setups else self._version(sends[0])
            fields = [field for setup in setups for field in self.reached.get(_place(setup), ())]
            yield self._tracker(
                key, version, self._installations(setups), len(sends), self._sent(sends), tuple(dict.fromkeys(fields))
            )

    def _tracker(
        self,
        key: Key,
        version: Resolved,
        installations: tuple[Installation, ...] = (),
        calls: int = 0,
        sent: tuple[Sent, ...] = (),
        fields: tuple[Reached, ...] = (),
    ) -> Tracker:
        sdk, client_id, package, known = key
        record, client = self.project.catalogue.record(sdk), self.project.catalogue.client_named(sdk, client_id)
        place = version.locked or version.declared
        spot = self.places.spot(place.path, place.span) if place is not None else None
        title = client["title"] if record["title"] in client["title"] else f"{record['title']} ({client['title']})"
        return Tracker(
            sdk, client_id, title, record["kind"], client["runtime"], package or ".", known, _pinned_by(spot), spot,
            installations, calls, sent, fields,
        )  # fmt: skip

    # --- set-ups ----------------------------------------------------------------------------------

    def _installations(self, setups: list[Setup]) -> tuple[Installation, ...]:
        """One for each set-up, those that come to the same taken together; parts and later changes belong to their set-ups."""
        firsts = [setup for setup in setups if setup.role == "setup"] or setups[:1]
        alike: dict[object, list[Installation]] = {}
        for first in {_place(setup): setup for setup in reversed(firsts)}.values():
            installation = Installation(
                (self.places.spot(first.path, first.use.callee_span),),
                conditions(first.use.guards),
                settings_of(_members(first, firsts), self.places),
            )
            alike.setdefault(_essence(installation), []).append(installation)
        merged = (same[0]._replace(spots=tuple(sorted(spot for item in same for spot in item.spots))) for same in alike.values())
        return tuple(sorted(merged, key=lambda installation: installation.spots))

    # --- what leaves ------------------------------------------------------------------------------

    def _sent(self, sends: list[Send]) -> tuple[Sent, ...]:
        found = {name for send in sends for name in _names(send)}
        return tuple(Sent(name, _personal(self.personal, name)) for name in sorted(found))

    def _reached(self) -> dict[tuple[str, Span], list[Reached]]:
        """The sensitive fields that trackers capture from, by the place of the set-up that does."""
        found: dict[tuple[str, Span], list[Reached]] = {}
        if any(facts.fields for facts in self.project.files.values()):
            from trackaudit.rules.sensitive_input import reaching

            for setup, result in reaching(self.project):
                found.setdefault(_place(setup), []).append(Reached(self.places.spot(result.path, result.span), result.message))
        return found

    def _only_declared(self) -> Iterator[Tracker]:
        """SDKs that a manifest names and nothing here uses."""
        used: set[tuple[str, object]] = {(sdk, package) for sdk, _, package, _ in (*self.setups, *self.sends)}
        used |= {(setup.use.sdk, setup.version.declared) for setup in self.project.setups}
        used |= {(send.use.sdk, self._version(send).declared) for send in self.project.sends}
        for name, version in self.project.pins.declarations():
            if version.declared is None or not self.asked(version.declared.path):
                continue
            package = self.project.package_of(version.declared.path)
            sdk = self.project.catalogue.packages[name]
            clients = self.project.catalogue.record(sdk)["client"]
            client = next((item for item in clients if name in item["packages"]), None)
            # Some packages are only listed for a leak; others are used from another package of the workspace.
            if client is not None and used.isdisjoint({(sdk, package), (sdk, version.declared)}):
                used.add((sdk, package))
                yield self._tracker((sdk, client["id"], package, version.pinned.known), version)


def _members(first: Setup, firsts: list[Setup]) -> list[Setup]:
    """A set-up, the same call on behalf of other callers, and the calls that belong to it: not other set-ups, nor what stands inside
    of one."""
    same = [setup for setup in firsts if setup is not first and _place(setup) == _place(first)]
    others = [setup for setup in firsts if _place(setup) != _place(first)]
    return [
        first,
        *same,
        *(setup for setup in first.related if setup not in firsts and not any(encloses(other, setup) for other in others)),
    ]


def _place(setup: Setup) -> tuple[str, Span]:
    return setup.path, setup.use.callee_span


def _essence(installation: Installation) -> object:
    """What an installation comes to, wherever it is written."""
    return installation.when, tuple(map(_content, installation.settings))


def _content(setting: Setting) -> object:
    choices = tuple((choice.text, choice.when) for choice in setting.choices)
    return setting.option, setting.origin, setting.why, setting.severity, choices


def _pinned_by(spot: Spot | None) -> str:
    if spot is None:
        return ""
    kind = manifest_of(spot.path.rpartition("/")[2])
    return "script" if kind is None else "lockfile" if is_lockfile(kind) else "manifest"


def _names(send: Send) -> Iterator[str]:
    """The names of what a call carries out: keys of its bags, and what its ids are called."""
    for bag in send.bags:
        yield from _keys(bag)
    for key, _, _ in send.pairs:
        if isinstance(key, Known) and isinstance(key.value, str):
            yield key.value


def _keys(value: Value) -> Iterator[str]:
    if isinstance(value, OneOf):
        for branch in value.branches:
            yield from _keys(branch.value)
    elif isinstance(value, Mapping):
        for entry in value.entries:
            yield entry.key


def _personal(data: PersonalData, name: str) -> str:
    category = data.of_name(name)
    return category.title if category is not None else ""
