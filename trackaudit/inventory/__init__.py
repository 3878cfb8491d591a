"""What a project's trackers are, how they are set up and what that makes them collect: as frozen data, for every format.

``trackers.py`` builds it from a project, ``settings.py`` evaluates the options of one set-up, ``wording.py`` puts values into words,
``comparison.py`` sets two inventories side by side.
"""

from typing import Any, NamedTuple

from trackaudit.findings import Failure

KINDS = {
    "analytics": "Analytics",
    "advertising": "Advertising",
    "replay": "Session replay",
    "monitoring": "Errors and performance",
    "flags": "Feature flags",
    "realtime": "Messages to clients",
    "store": "Stores",
    "consent": "Consent managers",
}
# Where the effective value of a setting comes from.
ORIGINS = {
    "written": "written in the code",
    "default": "this version's default",
    "chosen-default": "a default that another option chooses",
    "void": "written, but without effect",
    "inactive": "without effect while another option is as it is",
    "unknown": "not to be seen in the code",
    "unset": "left alone, without a known default",
}


class Spot(NamedTuple):
    """A place in a file: its path from the project's root, and its 1-based line and column."""

    path: str
    line: int
    column: int


class Choice(NamedTuple):
    """One value that a setting can have: in words, as plain data where it is ``known``, where it is written, and under which conditions."""

    text: str
    value: Any
    known: bool
    spot: Spot | None
    when: tuple[str, ...]


class Setting(NamedTuple):
    """One option of a set-up. ``origin`` is a key of :data:`ORIGINS` and ``why`` explains it where it does not explain itself.

    ``severity`` is that of the rule ``rule`` if the value is risky, else empty, and ``collects`` what then is collected. ``certain``
    is false where the version is not known well enough, ``server`` true where the vendor's server has a say. ``telling`` settings are
    what a reader wants to see first: written, or judged by a rule and in force.
    """

    option: str
    rule: str
    origin: str
    choices: tuple[Choice, ...]
    why: str
    severity: str
    collects: str
    certain: bool
    server: bool
    telling: bool


class Installation(NamedTuple):
    """One way in which a tracker is set up, and all places where it is set up this way."""

    spots: tuple[Spot, ...]
    when: tuple[str, ...]
    settings: tuple[Setting, ...]


class Sent(NamedTuple):
    """The name of something that calls of the tracker carry out, and the kind of personal data that it names, if any."""

    name: str
    personal: str


class Reached(NamedTuple):
    """A sensitive field that the tracker captures from."""

    spot: Spot
    message: str


class Tracker(NamedTuple):
    """One client of an SDK in one package of the project, at one version; without installations where only a manifest names it.

    ``pinned`` says where the version was read: ``lockfile``, ``manifest``, ``script`` or nothing.
    """

    sdk: str
    client: str
    title: str
    kind: str
    runtime: str
    package: str
    version: str
    pinned: str
    version_spot: Spot | None
    installations: tuple[Installation, ...]
    calls: int
    sent: tuple[Sent, ...]
    fields: tuple[Reached, ...]


class Inventory(NamedTuple):
    """All trackers of one project, sorted by kind, SDK and package. ``failures`` are files that could not be analysed."""

    root: str
    trackers: tuple[Tracker, ...]
    failures: tuple[Failure, ...]
