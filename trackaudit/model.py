"""The program as trackaudit sees it: one small, frozen, language-neutral model.

The front ends in :mod:`trackaudit.parse` lower Python, JavaScript, TypeScript and markup to the types
below; nothing past them sees a parser's node. Node names follow ESTree where ESTree has a name.

Everything is a ``NamedTuple``: immutable, quick to make and to define, and safe to hand between processes. Annotations are
evaluated here, unlike elsewhere: a NamedTuple compiles each annotation that is a string, and start-up time is part of the design.
"""

from collections.abc import Callable
from typing import NamedTuple, Union


class Span(NamedTuple):
    """A half-open range of byte offsets into a file's UTF-8 text, any byte-order mark removed.

    ``path`` is empty for the file that holds the thing the span belongs to; a value that is carried to another file names its own.
    """

    start: int
    end: int
    path: str = ""


class Literal(NamedTuple):
    """A string, number, boolean, or null/None/undefined written in the source."""

    value: str | int | float | bool | None
    span: Span


class Regex(NamedTuple):
    pattern: str
    flags: str
    span: Span


class Template(NamedTuple):
    """A template string or f-string: literal pieces and expressions, in order."""

    parts: "tuple[Expr, ...]"
    span: Span


class Name(NamedTuple):
    id: str
    scope: int
    span: Span


class Member(NamedTuple):
    object: "Expr"
    property: str
    property_span: Span
    span: Span


class Index(NamedTuple):
    """A computed member access whose key is not a plain string: ``a[b]``."""

    object: "Expr"
    key: "Expr"
    span: Span


class Argument(NamedTuple):
    """One argument. ``name`` is set for keywords; ``spread`` is ``""``, ``"*"`` or ``"**"``."""

    value: "Expr"
    name: str | None
    name_span: Span | None
    spread: str


class Call(NamedTuple):
    callee: "Expr"
    arguments: tuple[Argument, ...]
    new: bool
    span: Span


class Property(NamedTuple):
    """One entry of an object. ``key`` is None when it is computed and not a constant."""

    key: str | None
    key_span: Span
    value: "Expr"


class Spread(NamedTuple):
    value: "Expr"
    span: Span


class Object(NamedTuple):
    entries: tuple[Property | Spread, ...]
    span: Span


class Array(NamedTuple):
    elements: "tuple[Expr | Spread, ...]"
    span: Span


class Conditional(NamedTuple):
    test: "Expr"
    consequent: "Expr"
    alternate: "Expr"
    span: Span


class Logical(NamedTuple):
    """``&&``, ``||``, ``??``; Python's ``and``/``or`` are lowered to the first two."""

    operator: str
    left: "Expr"
    right: "Expr"
    span: Span


class Unary(NamedTuple):
    operator: str
    operand: "Expr"
    span: Span


class Binary(NamedTuple):
    operator: str
    left: "Expr"
    right: "Expr"
    span: Span


class Function(NamedTuple):
    """A function value. Its parameters and body live in the unit's scope number ``scope``.

    ``parameters`` are their names in order, ``""`` for a pattern; one that takes the rest begins with ``*`` or ``**``.
    """

    name: str
    parameters: tuple[str, ...]
    scope: int
    span: Span


class Class(NamedTuple):
    """A class value. Its members are the bindings of the unit's scope number ``scope``."""

    name: str
    bases: "tuple[Expr, ...]"
    scope: int
    span: Span


class Unknown(NamedTuple):
    """An expression that the model does not carry, with the reason in plain words."""

    reason: str
    span: Span


Expr = Union[
    Literal, Regex, Template, Name, Member, Index, Call, Object, Array, Conditional, Logical, Unary,
    Binary, Function, Class, Unknown,
]  # fmt: skip


class Guard(NamedTuple):
    """A condition under which code runs: ``test`` holds, or does not when ``positive`` is false."""

    test: "Expr"
    positive: bool
    scope: int


_MOST_GUARDS = 100  # of a chain of thousands


class Region(NamedTuple):
    """A stretch of the text in which a guard holds: a branch, or what comes after a branch that always leaves."""

    start: int
    end: int
    guard: Guard


class Scope(NamedTuple):
    """``kind`` is ``module``, ``function``, ``class`` or ``block``; ``name`` is the qualified name."""

    parent: int
    kind: str
    name: str


class Binding(NamedTuple):
    """What a name in a scope stands for.

    ``kind``: ``import``, ``const``, ``let``, ``var``, ``parameter``, ``function``, ``class``, ``annotation``, ``other``.
    ``path`` is the way into ``value`` for destructuring; ``module`` and ``imported`` describe an import
    (``imported`` is None for the module itself).
    """

    kind: str
    value: "Expr | None"
    path: tuple[str | int, ...]
    default: "Expr | None"
    module: str | None
    imported: str | None
    guards: tuple[Guard, ...]
    span: Span


class CallSite(NamedTuple):
    call: Call
    scope: int
    guards: tuple[Guard, ...]


class Assignment(NamedTuple):
    """``target = value``, where target is a name or a member; not a declaration."""

    target: "Expr"
    value: "Expr"
    operator: str
    scope: int
    guards: tuple[Guard, ...]
    span: Span


class Attribute(NamedTuple):
    """An attribute of an element; ``value`` is None where only the name is written."""

    name: str
    name_span: Span
    value: "Expr | None"


class Element(NamedTuple):
    """An HTML or JSX element. ``component`` is the tag as an expression when it names a value in scope.

    ``parent`` is the index of the enclosing element in the unit, or -1; ``text`` is what stands in a label.
    """

    tag: str
    component: "Expr | None"
    attributes: tuple[Attribute | Spread, ...]
    parent: int
    scope: int
    guards: tuple[Guard, ...]
    span: Span
    tag_span: Span
    text: str = ""


class Script(NamedTuple):
    """A script that the page loads: ``<script src>``, or a URL that a loader snippet is given."""

    url: str
    span: Span


class Export(NamedTuple):
    """What a module gives others under ``name``: a value of its own, or what it imports itself.

    ``imported`` of ``module`` where it passes on another module's; None for that module as a whole. The name ``*`` passes
    on everything that ``module`` exports.
    """

    name: str
    value: "Expr | None"
    module: str | None
    imported: str | None


class Comment(NamedTuple):
    """A comment with its markers removed. ``own_line`` is true where no code precedes it on its line; ``target`` is then
    the statement, entry or element that it stands above, where the front end can tell."""

    text: str
    own_line: bool
    span: Span
    target: Span | None


class Problem(NamedTuple):
    """Why a file, or a part of it, could not be analysed."""

    kind: str
    message: str
    span: Span


class Unit:
    """One file's program. Filled by a front end, read-only afterwards."""

    __slots__ = (
        "assignments",
        "bindings",
        "calls",
        "comments",
        "discarded",
        "elements",
        "exports",
        "language",
        "parser",
        "pending",
        "problems",
        "regions",
        "returns",
        "scopes",
        "scripts",
    )  # fmt: skip

    def __init__(self, language: str, parser: str = "") -> None:
        self.language = language
        self.parser = parser
        self.scopes: list[Scope] = [Scope(-1, "module", "")]
        self.bindings: list[dict[str, list[Binding]]] = [{}]
        self.calls: list[CallSite] = []
        self.assignments: list[Assignment] = []
        self.elements: list[Element] = []
        self.exports: list[Export] = []
        self.scripts: list[Script] = []
        self.returns: dict[int, list[tuple[Expr, tuple[Guard, ...]]]] = {}
        self.comments: list[Comment] = []
        self.problems: list[Problem] = []
        self.discarded: set[Span] = set()  # the calls whose results nobody takes
        self.regions: list[Region] = []
        self.pending: dict[int, Callable[[], None]] = {}

    def new_scope(self, parent: int, kind: str, name: str = "") -> int:
        """Add a scope inside ``parent`` (-1 for none) and return its number."""
        outer = self.scopes[parent].name if parent >= 0 else ""
        qualified = f"{outer}.{name}" if outer and name else name or outer
        self.scopes.append(Scope(parent, kind, qualified))
        self.bindings.append({})
        return len(self.scopes) - 1

    def demand(self, scope: int) -> None:
        """Make sure that the body of the function with this scope is lowered, if it was left out at first."""
        lower = self.pending.pop(scope, None)
        if lower is not None:
            lower()

    def guards_at(self, position: int) -> tuple[Guard, ...]:
        """Every guard that holds where something stands in the text, functions in between or not; the outer ones first."""
        around = [region for region in self.regions if region.start <= position < region.end]
        return tuple(region.guard for region in sorted(around, key=lambda region: (region.start, -region.end))[-_MOST_GUARDS:])

    def function_scope(self, scope: int) -> int:
        """The nearest enclosing scope that ``var`` and ``return`` belong to."""
        while self.scopes[scope].kind == "block":
            scope = self.scopes[scope].parent
        return scope

    def declare(
        self,
        scope: int,
        name: str,
        kind: str,
        span: Span,
        value: "Expr | None" = None,
        path: tuple[str | int, ...] = (),
        default: "Expr | None" = None,
        module: str | None = None,
        imported: str | None = None,
        guards: tuple[Guard, ...] = (),
    ) -> None:
        """Bind ``name`` in ``scope``; ``var`` goes to the enclosing function as the language does."""
        if kind == "var":
            scope = self.function_scope(scope)
        binding = Binding(kind, value, path, default, module, imported, guards, span)
        self.bindings[scope].setdefault(name, []).append(binding)

    def lookup(self, name: str, scope: int) -> tuple[list[Binding], int] | None:
        """The bindings of ``name`` as seen from ``scope`` and the scope that holds them, or None.

        A class body is no enclosing scope for the functions inside it, and in JavaScript not even for its own fields.
        """
        here = scope if self.language == "python" else -1
        while scope >= 0:
            if name in self.bindings[scope] and (scope == here or self.scopes[scope].kind != "class"):
                return self.bindings[scope][name], scope
            scope = self.scopes[scope].parent
        return None
