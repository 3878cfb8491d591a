"""What an expression comes to, as far as the code itself says; and the facts of one file.

Facts are a pure function of a file's bytes, its language, the parser, the records and the tool's version. They are
what the cache holds and what workers return, so everything here is a ``NamedTuple`` of plain values.
"""

from typing import NamedTuple, Union

from trackaudit.model import Problem, Script, Span


class Known(NamedTuple):
    """A literal. ``span`` is where it is written, which may be far from where it is used."""

    value: str | int | float | bool | None
    span: Span


class Text(NamedTuple):
    """A string of which some parts are not known."""

    parts: "tuple[Value, ...]"
    span: Span


class Pattern(NamedTuple):
    """A regular expression."""

    pattern: str
    span: Span


class Condition(NamedTuple):
    """A guard in plain words. ``constant`` is its value where the code decides it once and for all.

    ``kind``: ``development``, ``production``, ``consent`` or ``other``. ``origin`` is where the deciding constant is defined.
    """

    text: str
    positive: bool
    constant: bool | None
    kind: str
    span: Span
    origin: Span | None


class Entry(NamedTuple):
    """One key of a mapping, with the conditions under which it is there."""

    key: str
    key_span: Span
    value: "Value"
    guards: "tuple[Condition, ...]"


class Mapping(NamedTuple):
    """An object or dictionary. ``open`` is true where something that cannot be seen was spread into it."""

    entries: "tuple[Entry, ...]"
    open: bool
    span: Span


class Listing(NamedTuple):
    items: "tuple[Value, ...]"
    open: bool
    span: Span


class Callback(NamedTuple):
    """A function value; ``results`` is what it can return, where a parameter shows as :class:`Parameter`.

    ``scope`` is the number of the function's scope in its file, ``parameters`` as the model's ``Function`` has them; ``removed``
    are the paths below the first parameter that the body removes (see ``resolve/scrubs.py``). One that ``passes_the_rest`` hands its
    first parameter back wherever no condition singles a case out (see ``resolve/passing.py``).
    """

    scope: int
    parameters: tuple[str, ...]
    results: "tuple[Value, ...]"
    span: Span
    removed: tuple[tuple[str, ...], ...] = ()
    passes_the_rest: bool = False


class Parameter(NamedTuple):
    """A parameter of a function around the expression, by that function's scope and the position.

    ``path`` is what the code calls the value: the name, then the steps into the argument; ``...`` is a step to what is left
    of it. ``default`` is what the parameter is where nothing is passed.
    """

    scope: int
    position: int
    path: tuple[str, ...]
    default: "Value | None"
    span: Span


class Reference(NamedTuple):
    """Something that another module defines. ``symbol`` is where it comes from, ``path`` what the code calls it.

    Linking puts what the other module says in its place; what no module of the project defines ends as :class:`Dynamic`.
    """

    symbol: tuple[str, ...]
    path: tuple[str, ...]
    span: Span


class Overlay(NamedTuple):
    """Objects laid over one another, the later ones winning, while some of them wait to be linked."""

    parts: "tuple[Value, ...]"
    span: Span


class Blueprint(NamedTuple):
    """A class: its methods, and its fields as far as they are known; ``bases`` come after them."""

    members: "tuple[Entry, ...]"
    bases: "tuple[Value, ...]"
    span: Span


class Passed(NamedTuple):
    """One argument of a call, ``span`` as it is written there. ``spread`` is ``""``, ``"*"`` or ``"**"``."""

    name: str | None
    name_span: Span | None
    value: "Value"
    spread: str
    span: Span


class Invoked(NamedTuple):
    """The result of a call that the code does not tell us; ``alias`` is the variable that it was given to. ``symbol`` is empty for the project's own functions."""

    symbol: tuple[str, ...]
    name: str
    arguments: "tuple[Passed, ...]"
    span: Span
    alias: str = ""


class Branch(NamedTuple):
    guards: "tuple[Condition, ...]"
    value: "Value"


class OneOf(NamedTuple):
    """One of several values, each with the conditions under which it holds."""

    branches: "tuple[Branch, ...]"
    span: Span


class Dynamic(NamedTuple):
    """A value that only running the program would tell.

    ``path`` is what the code calls it (``user``, ``email``), ``alias`` the variable that it was given to.
    """

    reason: str
    path: tuple[str, ...]
    span: Span
    alias: str = ""


Value = Union[
    Known, Text, Pattern, Mapping, Listing, Callback, Parameter, Reference, Overlay, Blueprint, Invoked, OneOf, Dynamic,
]  # fmt: skip


class Use(NamedTuple):
    """A call, element or assignment that a record knows.

    ``origin`` is the symbol's root (``npm:posthog-js``, ``global:posthog``); ``form`` is ``call``, ``command``,
    ``component`` or ``assignment``; ``context`` the qualified name of the enclosing function; ``within`` are the calls of the
    project's own wrappers that make this use, with the names of their files; ``at_load`` is true where it runs when its file does,
    ``fate`` says of a question why its answer does not count, see :mod:`trackaudit.resolve.fates`, ``alias`` the name that it is given to.
    """

    sdk: str
    client: str
    method: str
    form: str
    origin: str
    arguments: "tuple[Passed, ...]"
    guards: "tuple[Condition, ...]"
    context: str
    span: Span
    callee_span: Span
    within: "tuple[Span, ...]" = ()
    at_load: bool = False
    fate: str = ""
    alias: str = ""


class ProjectCall(NamedTuple):
    """A call of something that the project defines, which may pass its arguments on to a tracker.

    ``symbol`` is what is called: ``("here:12",)`` the function of this file whose scope is 12, else what it is imported as.
    """

    symbol: tuple[str, ...]
    arguments: "tuple[Passed, ...]"
    guards: "tuple[Condition, ...]"
    context: str
    span: Span
    callee_span: Span


class InputField(NamedTuple):
    """A form field that takes a password, a card's data or a one-time code.

    ``kinds`` says which; ``types`` are the input types it can have (two for a show-password toggle). ``classes`` and
    ``attributes`` are its own markers, the ``outer_`` ones those of its ancestors in this file.
    """

    kinds: tuple[str, ...]
    reason: str
    types: tuple[str, ...]
    names: tuple[str, ...]
    autocomplete: str
    classes: tuple[str, ...]
    attributes: tuple[str, ...]
    outer_classes: tuple[str, ...]
    outer_attributes: tuple[str, ...]
    tag: str
    span: Span


class CommentFact(NamedTuple):
    """A comment that speaks to trackaudit."""

    text: str
    own_line: bool
    span: Span
    target: Span | None


class StatedDate(NamedTuple):
    """A date in a comment, as it is written there; empty where the comment says that something stays. ``reach`` is the text that it speaks of."""

    date: str
    words: str
    span: Span
    reach: Span


class Remark(NamedTuple):
    """A comment which says that something is not meant to stay: its words, the day that it states if it does, and the text that it
    speaks of. ``plain`` where it says so in so many words, and does not only name something to be done."""

    words: str
    date: str
    plain: bool
    span: Span
    reach: Span


class FileFacts(NamedTuple):
    """``page`` is true for a whole HTML document, not a part that others include.

    ``exports`` is what the module gives others; ``stars`` are the modules of which it passes on everything. ``parameters``
    are those of the functions that ``calls`` name by their scopes, ``injected`` what the file hands to every component, ``loads``
    the files that it loads into the environment.
    """

    language: str
    page: bool
    parser: str
    uses: tuple[Use, ...]
    calls: tuple[ProjectCall, ...]
    exports: tuple[tuple[str, Value], ...]
    stars: tuple[str, ...]
    parameters: tuple[tuple[int, tuple[str, ...]], ...]
    injected: tuple[tuple[str, Value], ...]
    loads: tuple[str, ...]
    fields: tuple[InputField, ...]
    scripts: tuple[Script, ...]
    comments: tuple[CommentFact, ...]
    problems: tuple[Problem, ...]
    dates: tuple[StatedDate, ...] = ()
    remarks: tuple[Remark, ...] = ()


def nothing(language: str) -> FileFacts:
    """The facts of a file that has nothing to say."""
    return FileFacts(language, False, "", (), (), (), (), (), (), (), (), (), (), ())
