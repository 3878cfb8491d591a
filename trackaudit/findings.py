"""Findings as frozen data, and what a rule says of itself."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from trackaudit.model import Span

SEVERITIES = ("note", "warning", "error")
CONFIDENCES = ("low", "medium", "high")
CATEGORIES = (
    "form-capture", "autocapture", "replay-unmasked", "sensitive-input", "sensitive-property", "default-pii",
    "insecure-transport", "exposed-secret", "vulnerable-sdk", "exposed-store", "broadcast", "misconfiguration",
    "debug-leftover", "stale-flag", "consent", "hygiene",
)  # fmt: skip


class Related(NamedTuple):
    """Another place that belongs to a finding: where a value comes from, the set-up, a version."""

    path: str
    span: "Span"
    message: str


class Edit(NamedTuple):
    """Put ``text`` in place of the bytes from ``start`` to ``end`` of a file's text, which is UTF-8 without a byte-order mark."""

    path: str
    start: int
    end: int
    text: str


class Fix(NamedTuple):
    """A mend of one or more places that belong together. Its title says what stops; a ``safe`` one cannot change what else the code does."""

    title: str
    safe: bool
    edits: tuple[Edit, ...]


class Proposal(NamedTuple):
    """What a rule proposes, before anybody has looked at the text. ``action`` says what is to happen at ``span``:

    - ``value``: the literal that is written as ``old`` becomes ``new``; ``name``, ``part`` (of a text): the same.
    - ``option``: the object there is given the option ``old`` with the value ``new``; ``argument`` (an object with it) and ``keyword``: the
      call that ends with the span is, behind the argument that ends at ``after``.
    - ``without``: the entry or keyword whose name stands there goes; ``call``: the statement that only calls this.
    - ``mark``: the element is given the attribute ``old`` with the value ``new``, or as one more of its classes.
    """

    action: str
    span: "Span"
    old: str
    new: str
    title: str
    safe: bool
    after: int = 0


class Result(NamedTuple):
    """What a rule found, before it is placed in lines and columns.

    ``subject`` is the option, property or package it is about, for the fingerprint; ``context`` the enclosing
    function's qualified name. ``message`` is one sentence without a full stop; ``help`` says how to mend it.
    """

    rule: str
    sdk: str | None
    severity: str
    confidence: str
    path: str
    span: "Span"
    message: str
    help: str
    url: str | None
    related: tuple[Related, ...]
    subject: str
    context: str
    proposal: Proposal | None = None


class Position(NamedTuple):
    """1-based line and column; columns count code points."""

    line: int
    column: int


class RelatedLocation(NamedTuple):
    path: str
    start: Position
    message: str


class Finding(NamedTuple):
    """A finding as it is reported. ``path`` is relative to the project's root. ``suppressed`` is the reason why it is not;
    ``external`` where the configuration gives it. ``identity`` is the fingerprint without the path; ``baselined`` where the baseline
    covers it, with its reason if it gives one."""

    result: Result
    category: str
    path: str
    start: Position
    end: Position
    related: tuple[RelatedLocation, ...]
    fingerprint: str
    suppressed: str | None
    external: bool
    identity: str = ""
    baselined: str | None = None
    fix: Fix | None = None


def in_profile(finding: Finding, profile: str) -> bool:
    """Whether a profile shows a finding: ``strict`` shows all, ``default`` what is serious and sure enough."""
    if profile == "strict":
        return True
    result = finding.result
    return SEVERITIES.index(result.severity) >= 1 and CONFIDENCES.index(result.confidence) >= 1


class Unresolved(NamedTuple):
    """A part of a set-up or send that could not be evaluated: ``what`` it is, of which tracker, and the ``reason`` ("it is …")."""

    path: str
    span: "Span"
    tracker: str
    what: str
    reason: str


class Gap(NamedTuple):
    """An :class:`Unresolved` as it is reported."""

    path: str
    start: Position
    tracker: str
    what: str
    reason: str


class Failure(NamedTuple):
    """What stopped the analysis of a file, or of a part of it. ``fatal`` failures make the run exit with 2."""

    path: str
    kind: str
    message: str
    line: int | None
    column: int | None
    fatal: bool


class Example(NamedTuple):
    """A rule's example, which is also its test: one file, the versions it is judged under (``name version``), and what else it needs:
    ``beside`` are other files, each with its name."""

    code: str
    file: str = "app.js"
    versions: str = ""
    beside: tuple[tuple[str, str], ...] = ()


class RuleInfo(NamedTuple):
    """A rule in the registry. ``needs`` names what it looks at, so that it is loaded only where there is some:
    ``setups``, ``sends``, ``broadcasts``, ``fields``, ``pins``, or nothing for rules about files themselves."""

    id: str
    category: str
    needs: str
    summary: str

    @property
    def module(self) -> str:
        return self.id.replace("-", "_")
