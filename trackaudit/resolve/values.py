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

    ``kind``: ``development``, ``production`` or ``other``. ``origin`` is where the deciding constant is defined.
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
    """A function value; ``results`` is what it can return, where a parameter shows as :class:`Parameter`."""

    parameters: tuple[str, ...]
    results: "tuple[Value, ...]"
    span: Span


class Parameter(NamedTuple):
    """A parameter of the function around the expression, by position, and the path into it."""

    position: int
    path: tuple[str, ...]
    span: Span


class Passed(NamedTuple):
    """One argument of a call, ``span`` as it is written there. ``spread`` is ``""``, ``"*"`` or ``"**"``."""

    name: str | None
    name_span: Span | None
    value: "Value"
    spread: str
    span: Span


class Invoked(NamedTuple):
    """The result of a call that the code does not tell us. ``symbol`` is empty for the project's own functions."""

    symbol: tuple[str, ...]
    name: str
    arguments: "tuple[Passed, ...]"
    span: Span


class Branch(NamedTuple):
    guards: "tuple[Condition, ...]"
    value: "Value"


class OneOf(NamedTuple):
    """One of several values, each with the conditions under which it holds."""

    branches: "tuple[Branch, ...]"
    span: Span


class Dynamic(NamedTuple):
    """A value that only running the program would tell; ``path`` is what the code calls it: ``user``, ``email``."""

    reason: str
    path: tuple[str, ...]
    span: Span


Value = Union[Known, Text, Pattern, Mapping, Listing, Callback, Parameter, Invoked, OneOf, Dynamic]


class Use(NamedTuple):
    """A call, element or assignment that a record knows.

    ``origin`` is the symbol's root (``npm:posthog-js``, ``global:posthog``); ``form`` is ``call``, ``command``,
    ``component`` or ``assignment``; ``context`` the qualified name of the enclosing function.
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


class FileFacts(NamedTuple):
    """``page`` is true for a whole HTML document, not a part that others include."""

    language: str
    page: bool
    parser: str
    uses: tuple[Use, ...]
    fields: tuple[InputField, ...]
    scripts: tuple[Script, ...]
    comments: tuple[CommentFact, ...]
    problems: tuple[Problem, ...]
