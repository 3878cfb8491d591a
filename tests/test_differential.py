"""Both JavaScript front ends fill a unit with the same facts: over programs written for it, and over generated ones."""

from __future__ import annotations

import itertools
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trackaudit.model import Comment, Member, Span, Unit
from trackaudit.parse import Interest, ecmascript, javascript, parse, strict

CORPUS = sorted((Path(__file__).parent / "data" / "es2017").glob("*.js"))

Form = dict[str, list[str]]


def normal(unit: Unit, text: bytes) -> Form:
    """A unit without the order it was filled in: every fact in words, sorted, and scopes by their path.

    A scope's path says of it and of each scope around it the kind, the qualified name and where its first fact stands,
    so that two blocks side by side are not taken for each other. A span ends where code does: tree-sitter counts a
    comment in where it was not sure yet, and esprima the way to the next statement where a semicolon is missing.
    """
    code = bytearray(text)
    for comment in unit.comments:
        code[slice(comment.span.start, comment.span.end)] = b" " * (comment.span.end - comment.span.start)
    first = dict.fromkeys(range(len(unit.scopes)), -1)

    def see(scope: int, offset: int) -> None:
        while scope >= 0 and (first[scope] < 0 or offset < first[scope]):
            first[scope] = offset
            scope = unit.scopes[scope].parent

    facts: dict[str, list[object]] = {
        "calls": list(unit.calls),
        "assignments": list(unit.assignments),
        "elements": list(unit.elements),
        "scripts": list(unit.scripts),
        "returns": [(Scoped(scope), value) for scope, values in unit.returns.items() for value in values],
        "bindings": [
            (Scoped(scope), name, binding)
            for scope, names in enumerate(unit.bindings)
            for name, bindings in names.items()
            for binding in bindings
        ],
        "exports": list(unit.exports),
        "guards": [(site.call.span, unit.guards_at(site.call.span.start)) for site in unit.calls],
        "discarded": sorted(unit.discarded),
        "comments": list(unit.comments),
        "problems": list(unit.problems),
        "scopes": [Scoped(scope) for scope in range(len(unit.scopes))],
    }
    for scope, offset in (place for group in facts.values() for fact in group for place in places(fact)):
        see(scope, offset)
    paths: list[str] = []
    for number, (parent, kind, name) in enumerate(unit.scopes):
        paths.append(f"{paths[parent] if parent >= 0 else ''}/{kind} {name}@{first[number]}")
    return {group: sorted(words(fact, paths, code) for fact in found) for group, found in facts.items()}


class Scoped(int):
    """The number of a scope, where no field's name says that it is one."""


def fields(value: tuple[object, ...]) -> Iterator[tuple[str, object]]:
    names = getattr(value, "_fields", None)
    return zip(names if names is not None else [""] * len(value), value, strict=True)


def places(value: object) -> Iterator[tuple[int, int]]:
    """The scopes that a fact speaks of, each with where the fact stands."""
    if isinstance(value, tuple):
        parts = dict(fields(value))
        span = parts.get("span") or getattr(parts.get("call"), "span", None)
        if "scope" in parts and span is not None and type(value).__name__ != "Function":
            yield parts["scope"], span.start  # type: ignore[misc, attr-defined]
        if value and isinstance(value[0], Scoped):
            yield value[0], min((part.span.start for part in value[1:] if hasattr(part, "span")), default=1 << 40)
        for part in value:
            yield from places(part)


def words(value: object, paths: list[str], code: bytearray) -> str:
    if isinstance(value, Scoped):
        return paths[value]
    if isinstance(value, Comment) and value.target is not None:  # its end: a semicolon on the next line may be counted in
        value = value._replace(target=Span(value.target.start, value.target.start))
    if isinstance(value, Span):
        return f"{value.start}..{value.start + len(code[slice(value.start, value.end)].rstrip())}"
    if isinstance(value, tuple):
        parts = (paths[part] if name == "scope" else words(part, paths, code) for name, part in fields(value))  # type: ignore[index]
        return f"{type(value).__name__}({', '.join(parts)})"
    return repr(value)


def by_tree_sitter(text: bytes) -> Form:
    unit = Unit("javascript")
    javascript.lower(text, "javascript", unit)
    return normal(unit, text)


def by_esprima(text: bytes) -> Form:
    unit = Unit("javascript")
    assert strict.lower(text, unit), ecmascript.complaint(text)
    return normal(unit, text)


def difference(text: bytes) -> str:
    """What only one of the two front ends found, in words; empty where they agree."""
    one, other = by_tree_sitter(text), by_esprima(text)
    lines = []
    for group in one:
        lines += [f"{group}, only tree-sitter: {fact}" for fact in one[group] if fact not in other[group]]
        lines += [f"{group}, only esprima: {fact}" for fact in other[group] if fact not in one[group]]
        if not lines and one[group] != other[group]:
            lines.append(f"{group}: found a different number of times")
    return "\n".join(lines)


def test_corpus_is_large() -> None:
    assert len(CORPUS) >= 60


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_written_programs(path: Path) -> None:
    found = difference(path.read_bytes())
    assert not found, f"\n{found}"


# --- what esprima leaves to tree-sitter -------------------------------------------------------------

REFUSED = {
    "half-typed": "track(1);\nposthog.init(",
    "JSX": "const a = <input type='password' />;",
    "optional chaining": "user?.email",
    "nullish": "a ?? b",
    "fields": "class A { key = 1; }",
    "private names": "class A { #key() {} }",
    "no catch parameter": "try { a() } catch { b() }",
    "top-level await": "await load();",
    "big integers": "a = 1n",
    "types": "const a: string = b;",
    "a deep nest": "[" * 500 + "]" * 500,
    "a deep expression": "a" + " + b" * 150,
    "a return outside": "return 1",
}


@pytest.mark.parametrize("code", REFUSED.values(), ids=REFUSED.keys())
def test_refused_code_leaves_the_unit_untouched(code: str) -> None:
    unit, untouched = Unit("javascript"), Unit("javascript")
    text = f"import a from 'b'; // trackaudit: ignore[x] -- y\nfunction f() {{ a.track(1); }}\n{code}\n".encode()
    assert not strict.lower(text, unit)
    assert all(getattr(unit, slot) == getattr(untouched, slot) for slot in Unit.__slots__)


def test_bytes_that_are_no_text_are_refused() -> None:
    assert not strict.lower(b"a('\xff')", Unit("javascript"))
    assert ecmascript.complaint(b"a('\xff')") is None


def test_a_program_is_added_to_the_scope_it_is_read_in() -> None:
    unit = Unit("javascript")
    unit.declare(0, "seen", "var", Span(0, 0))
    scope = unit.new_scope(0, "function", "page")
    assert strict.lower(b"var a = 1; function f() { track(a); }", unit, scope)
    assert set(unit.bindings[0]) == {"seen"}
    assert set(unit.bindings[scope]) == {"a", "f"}
    assert [item.name for item in unit.scopes] == ["", "page", "page.f", "page.f"]


@pytest.mark.parametrize(
    ("code", "words", "at"),
    [
        ("a(1);\nb(;", "Unexpected token ;", ";"),
        ("größe = '名前😀' +* 2;", "Unexpected token *", "* 2"),
        ("import a from 'b';\nvar 1a;", "Unexpected token ILLEGAL", "a;"),
        ("with (a) {}\nfunction f( {}\nlet b = ;", "Unexpected token let", "let b"),
        ("export const a;", "Missing initializer in const declaration", ";"),
        ("f(", "Unexpected end of input", ""),
    ],
)
def test_complaints_say_what_and_where(code: str, words: str, at: str) -> None:
    text = code.encode()
    assert ecmascript.complaint(text) == (words, text.rindex(at.encode()) if at else len(text))


@pytest.mark.parametrize("code", ["", "a(1)", "with (a) {}", "import a from 'b'", "[" * 500 + "]" * 500, "x = /[^]/, y = /[[]/;"])
def test_no_complaint(code: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ecmascript.complaint(code.encode()) is None


def test_esprima_is_imported_only_when_asked_for() -> None:
    code = "import sys; from trackaudit.parse import ecmascript, strict; assert 'esprima' not in sys.modules; ecmascript.complaint(b''); assert 'esprima' in sys.modules"
    assert subprocess.run([sys.executable, "-W", "error", "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("posthog.init('k', { autocapture: false ;\n", "syntax error: unexpected token ;"),
        ("var a = 1;\nposthog.init('k'\n", "syntax error: unexpected end of input"),
        ("const a = b?.c;\nposthog.init('k', { autocapture: );\n", "syntax error"),  # esprima stumbles earlier, at ``?.``
    ],
)
def test_a_syntax_error_is_explained_where_both_parsers_see_it(code: str, message: str) -> None:
    unit = parse(code.encode(), "javascript", Interest(("posthog",)))
    assert [problem.message for problem in unit.problems] == [message]


def test_await_of_parentheses_is_no_call() -> None:
    """tree-sitter reads ``await (x).y()`` as a call of ``await``; only where its spans begin still shows it."""
    unit = Unit("javascript")
    javascript.lower(
        b"async function f() { await (await load()).track(1); await (posthog).init('k'); await (go()); await (0, posthog.capture)(2); }",
        "javascript",
        unit,
    )
    names = {
        str(site.call.callee.property if isinstance(site.call.callee, Member) else site.call.callee.id) for site in unit.calls
    }  # type: ignore[union-attr]
    assert names == {"load", "track", "init", "go", "capture"}


def test_elements_keep_their_parent_through_callbacks() -> None:
    unit = Unit("tsx")
    javascript.lower(
        b"x = <a>{list.map(() => { if (b) { return <i/>; } return <c d={() => { return <e/> }}/>; })}</a>; function f() { return <g/>; }",
        "tsx",
        unit,
    )
    parents = {element.tag: unit.elements[element.parent].tag if element.parent >= 0 else "" for element in unit.elements}
    assert parents == {"a": "", "i": "a", "c": "a", "e": "c", "g": ""}


# --- generated programs -----------------------------------------------------------------------------
#
# Left out, because one of the parsers misreads it. tree-sitter: a line end after ``let`` or ``export``, before ``of``, or in the head of
# a class member (it sees a missing semicolon); a no-break space before ``?``; a line end inside a comment as the only one
# between two statements; a block that begins with a label as a function's body; ``await (x).y()``. esprima: ``(-a) ** b``;
# ``in`` inside a default in the head of a loop; ``{ async }``.

GAPS = (" ", " ", "", "\n", "\r\n", "\r", "\t", " /* ö */ ", "/* two\nlines */", " // trackaudit: ignore[x] -- ü\n")
ONE_LINE = " /* 名 */ "  # where the language forbids a line end, or tree-sitter sees a missing semicolon there (after "let")
ESCAPED = r"\`\u{f6}"
STAY = "\0"  # the token that asks for such a gap
NAMES = ("a", "posthog", "user", "email", "größe", "$el", "_x1", "track")
KEYS = ("email", '"e-mail"', "'ключ'", "7", "default", "get", "[a + b]", "['k']", "[`k`]")
LITERALS = (
    "1", "0.5", "0xff", "'it\\'s'", '"ü\\n"', "''", "true", "false", "null", "undefined", "this", "`plain`", "/[/\\]]+/g", "/ä/",
)  # fmt: skip
BINARY = ("+", "-", "*", "/", "%", "==", "!==", "<", ">=", "<<", ">>>", "&", "|", "^", "instanceof", "&&", "||", "&&", "||")
ASSIGN = ("=", "=", "=", "+=", "-=", "**=", "|=", ">>>=")


class Grammar:
    """A small grammar of ES2017. Every method draws one phrase and returns its tokens."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.fresh = 0

    def pick(self, *options: str) -> str:
        return self.draw(st.sampled_from(options))

    def some(self, make: Callable[[int], list[str]], depth: int, most: int = 3, between: str = ",") -> list[str]:
        tokens: list[str] = []
        for index in range(self.draw(st.integers(0, most))):
            tokens += [*([between] if index and between else []), *make(depth)]
        return tokens

    def new_name(self) -> str:
        self.fresh += 1
        return f"{self.pick('p', 'ñ', '$')}{self.fresh}"

    def either(self, depth: int, makers: tuple[Callable[[int], list[str]], ...]) -> list[str]:
        return self.draw(st.sampled_from(makers))(depth - 1)

    # expressions, from the ones that bind closest to the ones that bind last

    def primary(self, depth: int) -> list[str]:
        if depth <= 0:
            return [self.pick(*NAMES, *LITERALS)]
        return self.either(
            depth,
            (self.array, self.object, self.template, self.function, self.class_, self.parenthesised, self.method_call, self.leaf),
        )

    def leaf(self, depth: int) -> list[str]:
        return [self.pick(*NAMES, *LITERALS)]

    def parenthesised(self, depth: int) -> list[str]:
        return ["(", *self.value(depth), *self.pick("", ", user").split(), ")"]

    def array(self, depth: int) -> list[str]:
        return ["[", *self.pick("", ",", ",,"), *self.some(self.argument, depth), "]"]

    def template(self, depth: int) -> list[str]:
        text = self.pick("", "é", "\n$")
        for _ in range(self.draw(st.integers(1, 2))):
            inside = " ".join(token for token in self.value(depth) if token != STAY)
            text += f"${{{inside}}}{self.pick('', ' ende', ESCAPED)}"
        return [f"`{text}`"]

    def object(self, depth: int) -> list[str]:
        entries = self.some(self.entry, depth)
        return ["{", *entries, *(self.pick("", ",") if entries else ""), "}"]

    def entry(self, depth: int) -> list[str]:
        shape = self.pick("pair", "pair", "short", "spread", "method", "get", "set")
        if shape == "short":
            return [self.pick(*NAMES)]
        if shape == "spread":
            return ["...", *self.value(depth)]
        key = self.key(depth)
        if shape == "pair":
            return [*key, ":", *self.value(depth)]
        if shape == "method":
            return [*self.modifier(), *key, *self.parameters(depth), *self.body(depth)]
        return [shape, STAY, *key, "(", *([self.new_name()] if shape == "set" else []), ")", *self.body(depth)]

    def key(self, depth: int) -> list[str]:
        return ["[", *self.value(depth), "]"] if depth > 0 and self.draw(st.booleans()) else [self.pick(*KEYS)]

    def modifier(self) -> list[str]:
        return {"": [], "*": ["*"], "async": ["async", STAY]}[self.pick("", "", "*", "async")]

    def function(self, depth: int) -> list[str]:
        name = self.pick("", "named")
        return ["function", *([name] if name else []), *self.parameters(depth), *self.body(depth)]

    def class_(self, depth: int) -> list[str]:
        heritage = ["extends", *self.method_call(depth)] if self.draw(st.booleans()) else []
        return ["class", *self.pick("", "C"), *heritage, "{", *self.some(self.member, depth, between=""), "}"]

    def member(self, depth: int) -> list[str]:
        """A class member, its head on one line: tree-sitter takes any word there for a field where a line ends after it."""
        static = ["static", STAY] if self.draw(st.booleans()) else []
        kind = self.pick("", "", "async", "*", "get", "set")
        if kind in ("get", "set"):
            inside = [self.new_name()] if kind == "set" else []
            return [*static, kind, STAY, *self.key(depth), STAY, "(", *inside, ")", *self.body(depth)]
        key = self.key(depth)
        modifier = [kind, STAY] if kind else []
        return [*static, *modifier, *key, STAY, *self.parameters(depth), *self.body(depth), *self.pick("", ";")]

    def method_call(self, depth: int) -> list[str]:
        """A chain that starts with a name: fit for the start of a statement."""
        tokens = [*self.pick("", "new ").split(), self.pick(*NAMES)]
        for _ in range(self.draw(st.integers(0, 3))):
            link = self.pick(".", "[", "(", "(", "`")
            if link == ".":
                tokens += [".", self.pick("email", "identify", "default", "größe")]
            elif link == "`":
                tokens += self.template(depth)
            else:
                inside = self.value(depth) if link == "[" else self.some(self.argument, depth)
                tokens += [link, *inside, "]" if link == "[" else ")"]
        return tokens

    def argument(self, depth: int) -> list[str]:
        return [*(["..."] if self.draw(st.integers(0, 4)) == 0 else []), *self.value(depth)]

    def operand(self, depth: int) -> list[str]:
        if self.draw(st.integers(0, 3)):
            return self.primary(depth)
        return [self.pick("!", "- ", "+ ", "~", "typeof ", "void ", "void "), *self.primary(depth)]

    def operation(self, depth: int) -> list[str]:
        tokens = self.operand(depth)
        for _ in range(self.draw(st.integers(1, 3))):
            tokens += [f" {self.pick(*BINARY)} ", *self.operand(depth)]
        return tokens

    def conditional(self, depth: int) -> list[str]:
        return [*self.operand(depth), "?", *self.value(depth), ":", *self.value(depth)]

    def arrow(self, depth: int) -> list[str]:
        head = [self.new_name()] if self.draw(st.booleans()) else self.parameters(depth)
        modifier = ["async", STAY] if self.draw(st.booleans()) else []
        body = self.body(depth) if self.draw(st.booleans()) else ["(", *self.value(depth), ")"]
        return [*modifier, *head, STAY, "=>", *body]

    def assignment(self, depth: int) -> list[str]:
        if self.draw(st.integers(0, 3)) == 0:
            return [*self.pattern(depth), "=", *self.value(depth)]
        return [self.pick("a", "user.email", "a['k']", "größe[a]"), f" {self.pick(*ASSIGN)} ", *self.value(depth)]

    def bracketed_assignment(self, depth: int) -> list[str]:
        return ["(", *self.assignment(depth), ")"]

    def value(self, depth: int) -> list[str]:
        if depth <= 0:
            return self.leaf(depth)
        return self.either(
            depth,
            (
                self.primary,
                self.primary,
                self.operation,
                self.conditional,
                self.arrow,
                self.bracketed_assignment,
                self.method_call,
            ),
        )

    # patterns, parameters and bodies

    def pattern(self, depth: int) -> list[str]:
        shape = self.pick("name", "array", "object") if depth > 0 else "name"
        if shape == "array":
            rest = [",", "...", self.new_name()] if self.draw(st.booleans()) else []
            return ["[", *self.pick("", ","), *(self.some(self.default, depth - 1) or [self.new_name()]), *rest, "]"]
        if shape == "object":
            rest = [",", "...", self.new_name()] if self.draw(st.booleans()) else []
            return ["{", *(self.some(self.pattern_entry, depth - 1) or [self.new_name()]), *rest, "}"]
        return [self.new_name()]

    def pattern_entry(self, depth: int) -> list[str]:
        if self.draw(st.booleans()):
            return [*self.key(depth), ":", *self.default(depth)]
        return [self.new_name(), *(["=", *self.value(depth)] if self.draw(st.booleans()) else [])]

    def default(self, depth: int) -> list[str]:
        return [*self.pattern(depth), *(["=", *self.value(depth)] if self.draw(st.booleans()) else [])]

    def parameters(self, depth: int) -> list[str]:
        return ["(", *self.some(self.default, depth), ")"]

    def body(self, depth: int) -> list[str]:
        return [
            "{",
            *self.some(self.statement, depth - 1, 2, ""),
            *self.pick("", "", "return ;", f"return {STAY} a ;").split(),
            "}",
        ]

    # statements

    def statement(self, depth: int) -> list[str]:
        if depth <= 0:
            return [*self.method_call(0), ";"]
        return self.either(
            depth,
            (self.call_statement, self.call_statement, self.assign_statement, self.declaration, self.declaration, self.if_,
             self.loop, self.switch, self.try_, self.named_function, self.named_class, self.block, self.iife),
        )  # fmt: skip

    def call_statement(self, depth: int) -> list[str]:
        return [*self.method_call(depth), self.pick(";", ";", "\n;", ", track ( ) ;")]

    def assign_statement(self, depth: int) -> list[str]:
        return ["(", *self.assignment(depth), ")", ";"]

    def declaration(self, depth: int) -> list[str]:
        kind = self.pick("const", "let", "var")
        more = [",", *self.pattern(depth), "=", *self.value(depth)] if self.draw(st.booleans()) else []
        return [kind, STAY, *self.pattern(depth), "=", *self.value(depth), *more, ";"]

    def block(self, depth: int) -> list[str]:
        return ["{", *self.some(self.statement, depth, between=""), "}"]

    def if_(self, depth: int) -> list[str]:
        branch = ["else ", *self.branch(depth)] if self.draw(st.booleans()) else []
        return ["if", "(", *self.value(depth), ")", *self.branch(depth), *branch]

    def branch(self, depth: int) -> list[str]:
        return self.block(depth) if self.draw(st.booleans()) else self.call_statement(depth)

    def loop(self, depth: int) -> list[str]:
        shape = self.pick("while", "do", "for", "of", "in")
        if shape == "while":
            return [*self.pick("", f"{self.new_name()} :").split(), "while", "(", *self.value(depth), ")", *self.block(depth)]
        if shape == "do":
            return ["do ", *self.block(depth), "while", "(", *self.value(depth), ")", ";"]
        if shape == "for":
            return ["for", "(", "var i = 0", ";", *self.leaf(0), ";", "i++", ")", *self.block(depth)]
        kind = self.pick("const", "let", "var")
        return ["for", "(", kind, STAY, *self.pattern(depth), STAY, shape, STAY, *self.operand(depth), ")", *self.branch(depth)]

    def switch(self, depth: int) -> list[str]:
        return ["switch", "(", *self.value(depth), ")", "{", *self.some(self.case, depth, between=""), "default", ":", "}"]

    def case(self, depth: int) -> list[str]:
        return [
            "case ",
            *self.value(depth),
            ":",
            *self.some(self.statement, depth, between=""),
            *self.pick("", "break ;").split(),
        ]

    def try_(self, depth: int) -> list[str]:
        handler = ["catch", "(", *self.pattern(depth), ")", "{", *self.some(self.statement, depth, between=""), "}"]
        last = ["finally", "{", *self.some(self.statement, depth, between=""), "}"] if self.draw(st.booleans()) else []
        return ["try", "{", *self.some(self.statement, depth, between=""), "}", *handler, *last]

    def named_function(self, depth: int) -> list[str]:
        return ["function ", *self.pick("", "*"), self.new_name(), *self.parameters(depth), *self.body(depth)]

    def named_class(self, depth: int) -> list[str]:
        return ["class ", self.new_name(), "{", *self.some(self.member, depth, between=""), "}"]

    def iife(self, depth: int) -> list[str]:
        return [self.pick("!", "void ", "+"), "function", *self.parameters(depth), *self.body(depth), "(", ")", ";"]

    def import_(self, depth: int) -> list[str]:
        name, other = self.new_name(), self.new_name()
        clauses = (
            f"{name} from ",
            f"* as {name} from ",
            f"{{ {name} , default as {other} }} from ",
            f"{name} , {{ {other} }} from ",
            "",
        )
        return ["import ", *self.pick(*clauses).split(), "'posthog-js'", ";"]

    def program(self) -> str:
        tokens = self.some(self.import_, 0, 2, "")
        for _ in range(self.draw(st.integers(1, 4))):
            tokens += (
                [*self.draw(st.sampled_from(((), (), ("export", STAY)))), *self.declaration(3)]
                if self.draw(st.booleans())
                else self.statement(4)
            )
        gaps = itertools.cycle(self.draw(st.lists(st.sampled_from(GAPS), min_size=1, max_size=7)))
        text, last = "", ""
        for token in tokens:
            if token == STAY:
                text += ONE_LINE
            elif last != STAY:
                gap = next(gaps)
                text += gap or (" " if _joins(last, token) else "")
            text += token if token != STAY else ""
            last = token
        return text


def _joins(last: str, token: str) -> bool:
    """Whether two tokens would become one without a blank: words and numbers, regexes and operators."""
    return not (set(last[-1:] + token[:1]) & set("(){}[],;"))


@st.composite
def programs(draw: st.DrawFn) -> str:
    return Grammar(draw).program()


@settings(max_examples=100, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs())
def test_generated_programs(program: str) -> None:
    found = difference(program.encode())
    assert not found, f"\n{program}\n{found}"
