"""What holds for every text in every language: no exception, true offsets, bounded recursion, and what can be saved is saved."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from libcst.metadata import MetadataWrapper, PositionProvider

from trackaudit.languages import BY_SUFFIX, MARKUP
from trackaudit.link.data import facts_of_data
from trackaudit.model import Call, Export, Literal, Member, Name, Span, Unit
from trackaudit.parse import Interest, parse
from trackaudit.parse.data import Broken, parse_data
from trackaudit.parse.positions import Offsets
from trackaudit.parse.source import Lines, Undecodable, to_utf8
from trackaudit.resolve.combine import step
from trackaudit.resolve.values import Known, Mapping

LANGUAGES = sorted(set(BY_SUFFIX.values()))
SCRIPTS = ("javascript", "typescript", "tsx")
INTEREST = Interest(("posthog", "track"))
EVERYTHING = Interest(("",))
DEEP = 10_000

fixed = settings(max_examples=50, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))


def read(text: str | bytes, language: str, interest: Interest = EVERYTHING, parser: str = "auto") -> Unit:
    """Parse, lower what is left for later too, and check that every span lies in the text and splits no character."""
    data = text.encode() if isinstance(text, str) else text
    unit = lowered(data, language, interest, parser)
    assert not misplaced(unit, data)
    return unit


def lowered(data: bytes, language: str, interest: Interest = EVERYTHING, parser: str = "auto") -> Unit:
    unit = parse(data, language, interest, parser)
    while unit.pending:
        unit.demand(next(iter(unit.pending)))
    return unit


def misplaced(unit: Unit, data: bytes) -> list[Span]:
    """The spans that do not lie in the text, end before they start, or split a character."""
    inside = {0, len(data)}.union(index for index, byte in enumerate(data) if byte & 0xC0 != 0x80)
    return [span for span in spans(unit) if span.start > span.end or not {span.start, span.end} <= inside]


def spans(unit: Unit) -> Iterator[Span]:
    todo: list[object] = [getattr(unit, slot) for slot in Unit.__slots__]
    seen: set[int] = set()
    while todo:
        value = todo.pop()
        if isinstance(value, Span):
            yield value
        elif isinstance(value, (list, tuple)) and id(value) not in seen:
            seen.add(id(value))
            todo.extend(value)
        elif isinstance(value, dict):
            todo.extend(value.values())


def callees(unit: Unit) -> list[str]:
    """The calls of a unit as dotted names, in the order they end."""
    return [dotted(site.call) for site in sorted(unit.calls, key=lambda site: site.call.span.end)]


def dotted(expr: object) -> str:
    parts: list[str] = []
    while not isinstance(expr, Name):
        if isinstance(expr, Call):
            expr = expr.callee
        elif isinstance(expr, Member):
            parts.append(expr.property)
            expr = expr.object
        else:
            return "?"
    return ".".join([expr.id, *reversed(parts)])


# --- nothing is raised ------------------------------------------------------------------------------

COMMON = ("(", ")", "[", "]", "{", "}", "'", '"', "`", "\\", ",", ";", ":", ".", "=", "+", "-", "*", "/", "<", ">", "&", "|", "!", "?", "#", "@",
          "\n", "\r\n", "\r", "\t", " ", " ", "\f", "\u2028", "é", "名", "😀", "\ufeff", "0", "1e9", "0x", "track", "posthog", "track(1)", "email", "trackaudit: ignore[x] -- y")  # fmt: skip
FRAGMENTS = {
    "python": ("import posthog", "from a import *", "def f(a, *b, c=1, **d):", "class A(B):", "    ", "return", "lambda x: x", "f'{a!r:>{b}}'", "'''", "if a:", "else:",
               "try:", "except* E:", "with a as b:", "match a:", "case _:", "async ", "await ", "yield", "[*a]", "{**a}", "x := 1", "@d", "# trackaudit: x", "\\\n", "not ", " in ", "type X = int"),
    "script": ("import a from 'posthog-js'", "export default ", "const {a, b: [c = 1], ...d} = ", "function f(a = 1) {", "=> ", "async ", "await ", "class A extends B {", "static ", "get x() {", "new ", "...",
               "`${", "/re/g", "// c\n", "/* c */", "<!--", "-->", "if (a) ", "else ", "for (const a of b) ", "switch (a) { case 1: ", "try {", "} catch (e) {", "return", "?.", "??", "**", "<A b={c}>", "</A>", "<>", "</>",
               "as any", "<T>x", "enum E {", "interface I {", "@dec", "#private", "x!", "import('a')", "require('a')", "#!/usr/bin/env node", "let ", "var ", "yield"),
    "markup": ("<div>", "</div>", "<input type=password ", "<script>", "</script>", "<script lang=ts>", "<script setup>", "<style>", "</style>", "<!--", "-->", "<template>", "---\n", " onclick='track()'", " :a=\"b\"", " @click=\"track(1)\"",
               " a={b}", "{{ x }}", "{{{", "}}", "{% if %}", "{# c #}", "<%= y %>", "<% if %>", "<?php ", "?>", "{!! z !!}", "&amp;", "/>", "<a b", "<svelte:head>", "{#if a}", "{/if}", "{...a}", "bind:value={a}", " v-on:x='track()'"),
}  # fmt: skip


def texts(language: str) -> st.SearchStrategy[str]:
    """Text that looks a little like the language, with anything in between."""
    own = (
        [*FRAGMENTS["python"]]
        if language == "python"
        else [*FRAGMENTS["script"], *(FRAGMENTS["markup"] if language in MARKUP else ())]
    )
    piece = st.one_of(st.sampled_from(own), st.sampled_from(COMMON), st.text(max_size=3))
    return st.lists(piece, max_size=25).map("".join)


@pytest.mark.parametrize("language", LANGUAGES)
def test_any_text_is_read(language: str) -> None:
    @fixed
    @given(texts(language), st.sampled_from((INTEREST, EVERYTHING)))
    def holds(text: str, interest: Interest) -> None:
        data = text.encode("utf-8", "replace")
        assert not misplaced(lowered(data, language, interest), data)
        if language == "javascript":
            assert not misplaced(lowered(data, language, interest, "esprima"), data)

    holds()


@pytest.mark.parametrize("language", LANGUAGES)
def test_any_bytes_are_read_or_refused(language: str) -> None:
    @fixed
    @given(
        st.binary(max_size=200),
        st.sampled_from(
            (b"", b"# coding: latin-1\n", b"# coding: cp1252\n# trackaudit: x\n", b"\xef\xbb\xbf", b"\xff\xfe", b"<script>")
        ),
    )
    @example(b"# trackaudit: \x81\xc3\x81", b"# coding: latin-1\n")
    def holds(raw: bytes, start: bytes) -> None:
        try:
            data = to_utf8(start + raw, language == "python")
        except Undecodable:
            return
        assert not misplaced(lowered(data, language), data)

    holds()


# --- depth and length -------------------------------------------------------------------------------

SCRIPT_SHAPES = {
    "brackets": "[" * DEEP + "]" * DEEP,
    "parentheses": "(" * DEEP + "1" + ")" * DEEP,
    "unary": "!" * DEEP + "a",
    "templates": "`${" * DEEP + "1" + "}`" * DEEP,
    "objects": "{a:" * DEEP + "1" + "}" * DEEP,
    "arrows": "() => " * DEEP + "1",
    "conditionals": "a ? b : " * DEEP + "c",
    "assignments": "a = " * DEEP + "1",
    "members": "a" + ".b" * 3_000,
    "calls": "a" + ".b()" * 3_000,
    "sums": " + ".join("a" * DEEP),
    "elements": "[" + ",".join("1" * 100_000) + "]",
}
STATEMENT_SHAPES = {
    "blocks": "{" * DEEP + "}" * DEEP,
    "ifs": "if (a) {" * DEEP + "}" * DEEP,
    "else-ifs": "if (a) {} else " * DEEP + "{}",
    "functions": "function f() {" * 1_000 + "}" * 1_000,
}
PYTHON_SHAPES = {
    "brackets": "[" * DEEP + "]" * DEEP,
    "parentheses": "(" * DEEP + "1" + ")" * DEEP,
    "unary": "not " * DEEP + "a",
    "f-strings": "f'{" * DEEP + "1" + "}'" * DEEP,
    "lambdas": "lambda: " * DEEP + "1",
    "conditionals": "a if b else " * DEEP + "c",
    "members": "a" + ".b" * 3_000,
    "calls": "a" + ".b()" * 3_000,
    "sums": " + ".join("a" * DEEP),
    "elements": "[" + ",".join("1" * 100_000) + "]",
}
MARKUP_SHAPES = {
    "elements": "<div>" * DEEP + "</div>" * DEEP,
    "unclosed": "<p><b>" * 2_000,
    "attributes": "<p " + "a=b " * DEEP + ">",
    "braces": "<p a=" + "{" * DEEP + "}" * DEEP + ">",
    "tags": "{{" * 1_000 + "{%" * 1_000,
}


def in_page(script: str, language: str) -> str:
    return f"<script>{script}</script>" if language in MARKUP else script


@pytest.mark.parametrize("shape", SCRIPT_SHAPES)
@pytest.mark.parametrize("language", [*SCRIPTS, "html"])
def test_deep_and_long_expressions(language: str, shape: str) -> None:
    unit = read(in_page(f"track(1); x = {SCRIPT_SHAPES[shape]}; track(2);", language), language, INTEREST)
    assert not unit.problems
    assert [dotted(unit.calls[index].call) for index in (0, -1)] == ["track", "track"]


@pytest.mark.parametrize("language", ["typescript", "tsx"])
@pytest.mark.parametrize(
    "tag",
    ["styled(Box)<{ wide: boolean }>", "sql<{ a: string }[]>", "styled.div<Props>", "sql<A<B>>", "styled.a<{ b: (c: string) => void }>",
     "wide ? await db.sql<{ a: string; b: A<C>[] }[]>`a` : await db.sql<Row[]>"],
)  # fmt: skip
def test_type_arguments_before_a_template(language: str, tag: str) -> None:
    unit = read(f"track(1); const x = {tag}`a ${{track(2)}}`; track(3);", language, INTEREST)
    assert not unit.problems
    assert [name for name in callees(unit) if name == "track"] == ["track"] * 3


def test_an_error_after_type_arguments_before_a_template() -> None:
    unit = read("const x = sql<{ a: string }[]>`a`;\ntrack(1;\n", "typescript", INTEREST)
    assert [problem.kind for problem in unit.problems] == ["syntax"]
    assert unit.problems[0].span.start > 35


@pytest.mark.parametrize("language", ["typescript", "tsx"])
@pytest.mark.parametrize("code", ["export type * from './a';", 'export type * as A from "./a"', "let a: import('./a').B[] = [];"])
def test_types_that_the_grammar_trails(language: str, code: str) -> None:
    unit = read(f"track(1);\n{code}\ntrack(2);", language, INTEREST)
    assert not unit.problems
    assert callees(unit) == ["track", "track"]


@pytest.mark.parametrize(
    "code", ["type A = ?string;", "import type { B } from './b';", "const f = (a: ?number): void => {};", "class C { props: D; }"]
)
def test_the_types_of_flow_in_plain_javascript(code: str) -> None:
    unit = read(f"track(1);\n{code}\nconst x = <a href='/?a=1&b=2'>{{track(2)}}</a>;", "javascript", INTEREST)
    assert not unit.problems
    assert callees(unit) == ["track", "track"]


def test_of_two_readings_the_better_one_is_taken() -> None:
    """Exact objects with a spread are Flow's alone, the type around them is not."""
    unit = read(
        "import type { A } from './a';\ntype P = {| ...A |};\nconst f = (a: ?A): void => { track(1) };\n", "javascript", INTEREST
    )
    assert [problem.kind for problem in unit.problems] == ["syntax"]
    assert unit.problems[0].span.start > 29
    assert callees(unit) == ["track"]


def test_half_typed_javascript_is_not_taken_for_typescript() -> None:
    unit = read("track(1);\nconst a = {\ntrack(2);\n", "javascript", INTEREST)
    assert [problem.kind for problem in unit.problems] == ["syntax"]
    assert "track" in callees(unit)


@pytest.mark.parametrize("operator", ["&&", "||", "+", ","])
def test_no_call_of_a_long_operation_is_lost(operator: str) -> None:
    unit = read(operator.join(["track(1)"] * 2_000), "javascript", INTEREST)
    assert len(unit.calls) == 2_000


@pytest.mark.parametrize("shape", STATEMENT_SHAPES)
@pytest.mark.parametrize("language", [*SCRIPTS, "svelte"])  # in a template, {{ is a tag
def test_deep_statements(language: str, shape: str) -> None:
    unit = read(in_page(f"track(1); {STATEMENT_SHAPES[shape]}; track(2);", language), language, INTEREST)
    assert not unit.problems
    assert callees(unit) == ["track", "track"]


@pytest.mark.parametrize("shape", [shape for shape in (*SCRIPT_SHAPES, *STATEMENT_SHAPES) if shape != "elements"])
def test_strict_reading_leaves_what_nests_deep_to_tree_sitter(shape: str) -> None:
    code = SCRIPT_SHAPES.get(shape) or STATEMENT_SHAPES[shape]
    unit = read(
        f"track(1); x = {code}; track(2);" if shape in SCRIPT_SHAPES else f"track(1); {code}; track(2);",
        "javascript",
        INTEREST,
        "esprima",
    )
    assert not unit.problems
    assert unit.parser == ("esprima" if shape in ("members", "calls") else "tree-sitter")


@pytest.mark.parametrize("language", ["javascript", "tsx"])
@pytest.mark.parametrize(
    "jsx", ["<a>" * DEEP + "</a>" * DEEP, "<a b={" * DEEP + "1" + "}/>" * DEEP], ids=["children", "attributes"]
)
def test_deep_jsx(language: str, jsx: str) -> None:
    unit = read(f"track(1); x = {jsx}; track(2);", language, INTEREST)
    assert not unit.problems
    assert callees(unit) == ["track", "track"]


@pytest.mark.parametrize("shape", PYTHON_SHAPES)
def test_deep_and_long_python(shape: str) -> None:
    unit = read(f"import track\ntrack.a(1)\nx = {PYTHON_SHAPES[shape]}\n", "python", INTEREST)
    assert [problem.kind for problem in unit.problems] == ([] if shape == "elements" else ["too-deep"])


def test_long_python_arguments() -> None:
    unit = read(f"import track\ntrack.a({'1,' * 5_000})\n", "python", INTEREST)
    assert len(unit.calls[0].call.arguments) == 5_000


@pytest.mark.parametrize("language", sorted(MARKUP))
@pytest.mark.parametrize("shape", MARKUP_SHAPES)
def test_deep_and_long_markup(language: str, shape: str) -> None:
    unit = read(f"<input>{MARKUP_SHAPES[shape]}<input>", language, INTEREST)
    assert unit.elements[0].tag == "input"


# --- half-typed programs ----------------------------------------------------------------------------

BEFORE = "import posthog from 'posthog-js';\nposthog.init('k', { debug: true });\nfunction f() { posthog.capture('a'); }\n"
HALF_TYPED = (
    "posthog.identify(", "posthog.identify(user, {", "posthog.identify(user, { email: ", "const {", "const { a, ", "if (a", "if (a) {", "x = a ?",
    "class A { m() {", "posthog.", "x = `a${b", "'unfinished", "/* unfinished", "f(() => {", "import {", "for (const a of", "switch (a) { case 1:", "[1, 2", "}", ")", "return", "x = {a: 1,, }",
)  # fmt: skip


@pytest.mark.parametrize("language", [*SCRIPTS, "html", "vue", "svelte", "astro"])
@pytest.mark.parametrize("rest", HALF_TYPED)
def test_calls_before_the_error_are_kept(language: str, rest: str) -> None:
    unit = read(in_page(BEFORE + rest, language), language)
    assert callees(unit)[:2] == ["posthog.init", "posthog.capture"]
    assert unit.bindings[0].keys() >= {"posthog", "f"}


@pytest.mark.parametrize(
    "rest",
    [
        "posthog.identify(",
        "posthog.identify(user, {",
        "if a",
        "def f(",
        "x = = 1",
        "    x",
        "'unfinished",
        "'''unfinished",
        ")",
        "class A:",
        "print 1",
        "return (",
        "@",
    ],
)
def test_python_statements_before_the_error_are_kept(rest: str) -> None:
    unit = read(f"import posthog\n\nposthog.project_api_key = 'k'\nposthog.capture('a')\n\n{rest}\n", "python")
    assert callees(unit)[:1] == ["posthog.capture"]
    assert [problem.kind for problem in unit.problems] == ["syntax"]


# --- template tags ----------------------------------------------------------------------------------

TAGS = ("{{ x }}", "{{ x|tojson }}", "{{{ x }}}", "{% if a %}", "{% endif %}", "{# note #}", "<%= y %>", "<%- y %>", "<% if (a) { %>", "<?= $z ?>", "<?php echo 1; ?>", "{!! z !!}", "{{ 'é' }}", "{{ {'a':\n1} }}")  # fmt: skip
PLACES = (
    "a(1); {tag}\nposthog.init('k'); b(2);",
    "a(1);\n{tag}\nposthog.init('k');\n{tag}\nb(2);",
    "a(1); posthog.init('{tag}'); b(2);",
    'a(1); posthog.init("é{tag}é"); b(2);',
    "a(1); posthog.init(`{tag}`); b(2);",
    "a(1); /* {tag} */ posthog.init('k'); // {tag}\nb(2);",
)  # fmt: skip
VALUES = (
    "a(1); posthog.init({tag}); b(2);",
    "a(1); var user = {tag};\nposthog.init('k', {{ email: {tag} }}); b(2);",
    "a(1); posthog.init('k', [{tag}, {tag}]); b(2);",
)
PRINTING = tuple(tag for tag in TAGS if not tag.startswith(("{%", "{#", "<% ", "<?php")))


@pytest.mark.parametrize("script", PLACES)
@pytest.mark.parametrize("tag", TAGS)
def test_template_tags_hide_no_calls(tag: str, script: str) -> None:
    check_page(script.replace("{tag}", tag))


@pytest.mark.parametrize("script", VALUES)
@pytest.mark.parametrize("tag", PRINTING)
def test_template_tags_stand_for_values(tag: str, script: str) -> None:
    check_page(
        script.replace("{tag}", tag).replace("{{ email", "{ email").replace(" }});", " });")
        if "{{ email" in script
        else script.replace("{tag}", tag)
    )


def check_page(script: str) -> None:
    page = f"<p>ü {{{{ name }}}}</p>\n<script>\n{script}\n</script>\n<script>last(3)</script>\n"
    unit = read(page, "html")
    assert callees(unit) == ["a", "posthog.init", "b", "last"]
    data = page.encode()
    for site in unit.calls:
        assert data[slice(site.call.span.start, site.call.span.end)].endswith(b")")
        assert data[slice(site.call.callee.span.start, site.call.callee.span.end)].decode() == dotted(site.call)
    assert not unit.problems


# --- lines and columns ------------------------------------------------------------------------------

line_text = st.text(st.sampled_from("ab\t é名😀\u2028\x0b\x0c"), max_size=6)
documents = st.lists(st.tuples(line_text, st.sampled_from(("\n", "\r\n", "\r"))), max_size=8).map(
    lambda lines: "".join(a + b for a, b in lines)
)


@fixed
@given(documents, line_text)
def test_positions_and_offsets_round_trip(start: str, last: str) -> None:
    text = start + last
    lines = Lines(text.encode())
    offset, line, column = 0, 1, 1
    for index, letter in enumerate(text):
        assert lines.position(offset) == (line, column)
        assert lines.offset(line, column - 1) == offset
        offset += len(letter.encode())
        column += 1
        if letter == "\n" or (letter == "\r" and text[index + 1 : index + 2] != "\n"):
            line, column = line + 1, 1
    assert lines.position(offset) == (line, column)
    assert lines.position(offset + 1) == lines.position(len(lines.text))
    assert lines.offset(line + 1, 0) == len(lines.text)
    assert "".join(lines.line(number) for number in range(1, line + 1)) == text.replace("\r", "").replace("\n", "")
    for number in range(1, line + 1):
        span = lines.line_span(number)
        assert lines.text[slice(span.start, span.end)].decode() == lines.line(number).strip()
        assert lines.position(span.start)[0] == number


# --- Offsets against libcst's own positions ---------------------------------------------------------

PROGRAMS = (
    "",
    "# only a comment",
    "import a, b.c as d, e.f.g\nfrom . import h\nfrom ..i.j import (k as l, m,)\nfrom n import *\n",
    "x = 1; y: int = 2; z: str\nx += 1; x @= y; a = b = c\n(a, *b), [c, d] = e, = f\ndel a, b[1]\nassert a, 'b'; pass\n",
    "def f(a, b=1, /, c: int = 2, *d, e, f=3, **g) -> int:\n    '''doc'''\n    return a\n\nasync def g(*, a): pass\n",
    "@a.b\n@c(1)\n\nclass A(B, *d, metaclass=C):\n    x = 1\n\n    # inside\n    def m(self): return self\n\n    pass  # end\n",
    "if a:\n    b\nelif c: d\nelse:\n    e\nwhile a: break\nelse: continue_\nfor a, b in c:\n    continue\nelse:\n    pass\n",
    "try:\n    a\nexcept B as c:\n    d\nexcept (E, F): pass\nexcept:\n    raise G from h\nelse:\n    i\nfinally:\n    j\ntry: a\nexcept* B: c\n",
    "with a as b, c() as (d, e): f\nwith (a as b, c,): d\nasync def f():\n    async with a: b\n    async for c in d: e\n    await f; return await g\n",
    "match a:\n    case 1 | 'b' | None: c\n    case [d, *_, e]: f\n    case {'g': h, **i} if j: k\n    case L(m, n=o) as p: q\n    case r.s: t\n    case -1 + 2j: u\n    case (v): w\n    case (a, b): c\n    case _: pass\n",
    "a.b.c(d, *e, f=g, **h)[1][2:3, ::4, ...][i:]\n(a)(b)(c)\nnot a and b or c\n-a + ~b ** +c // d % e @ f << g >> h & i | j ^ k\n",
    "a < b <= c == d != e is f is not g in h not in i > j >= k\nx = a if b else c\ny = lambda a, *b, c=1, **d: a\nz = (w := 1)\n",
    "[a for b in c if d for e in f if g]\n{a: b for c, d in e}\n{a async for a in b}\n(a for a in b)\nf(a for a in b)\n[*a, b, *c]\n{**a, 'b': c}\n{a, *b}\n()\n(a,)\n[]\n{}\n",
    "'a' \"b\" r'c' R'd'\nb'x' rb'y'\n'''e\nf''' f'g{h!r:>{i}}j{{k}}' F\"l\" rf'm{n}'\nf'{a=}'\nf'{ a }' 'b'\n1 + 0xFF + 1_000 + 1.5e3 + 2j + ...\n",
    "def f():\n    global a, b\n    nonlocal_ = 1\n    def g():\n        nonlocal nonlocal_\n        yield\n        yield a, b\n        x = yield from c\n        return\n",
    "x = (  # why\n    1,\n\n    # comment\n    2,  # last\n)\nf(\n    a = 1 ,\n    * b ,\n)\nx = a \\\n    + b\n",
    "größe = '名前'; é = f'ü{größe}ß' ; posthog.capture('😀', {'ключ': größe})  # ← hier\n",
    "if a:\r\n    b(1)\r\n    c = '''x\r\ny'''\r\nelse:\r\n\td\r\n",
    "if a:\r    b(1)\rc\r",
    "class A: x = 1; y = 2\nif a: b; c\n\n\n\n  # odd indent\nd\n\x0c\ne",
    "def f[T: int, *Ts, **P](a: T) -> T: ...\nclass A[T]: ...\ntype X[T] = list[T]\n",
    "@a\nasync def f(x: 'y' = z, *args: int, **kw: str) -> None: await a\nprint(*a, sep='')\nx[a, *b]\nx: (yield) = 1\n",
    "a + b - c * d / e // f % g ** h @ i << j >> k & l | m ^ n\na -= 1; a *= 1; a /= 1; a //= 1; a %= 1; a **= 1; a <<= 1; a >>= 1; a &= 1; a |= 1; a ^= 1\n",
    *(["lazy import a, b.c as d\nlazy from e import (f as g)\n"] if hasattr(cst, "LazyImport") else []),
    *(["{**a for a in b}\n"] if hasattr(cst, "StarredDictComp") else []),
    *(["t'a{b!r:>{c}}'\n"] if hasattr(cst, "TemplatedString") else []),
    "    \nif True:\n        deep\n        if a:\n         b\n\n    # less\nend",
)


@pytest.mark.parametrize("program", PROGRAMS)
def test_offsets_are_those_of_libcst(program: str) -> None:
    module = cst.parse_module(program)
    ranges = Offsets(module).ranges
    lines = Lines(program.encode())
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    positions = wrapper.resolve(PositionProvider)
    assert set(positions) <= set(ranges)
    for node, position in positions.items():
        first, last = ranges[node]
        expected = [lines.offset(point.line, point.column) for point in (position.start, position.end)]
        assert [len(program[:offset].encode()) for offset in (first, last)] == expected, type(node).__name__


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_kind_of_node_is_lowered(program: str) -> None:
    unit = read(f"from a import *; from b import a, b, c, d, e, f, g, h\n{program}", "python")
    assert {problem.kind for problem in unit.problems} <= {"syntax"}  # syntax newer than the interpreter


def test_every_kind_of_node_is_compared() -> None:
    seen = set()
    for program in PROGRAMS:
        todo: list[cst.CSTNode] = [cst.parse_module(program)]
        while todo:
            node = todo.pop()
            seen.add(type(node).__name__)
            todo.extend(node.children)
    concrete = {kind.__name__ for kind in kinds(cst.CSTNode) if not kind.__name__.startswith(("Base", "_"))}
    assert concrete - seen <= {"MatchPattern", "MatchSequence"}, sorted(concrete - seen)  # what others derive from


def kinds(kind: type[cst.CSTNode]) -> Iterator[type[cst.CSTNode]]:
    for below in kind.__subclasses__():
        yield below
        yield from kinds(below)


def test_literal_values_survive_template_tags() -> None:
    unit = read("<script>track('é', '{{ x }}', 'ü')</script>", "html")
    values = [argument.value for argument in unit.calls[0].call.arguments]
    assert [value.value for value in values if isinstance(value, Literal)][::2] == ["é", "ü"]


FORMS = ("json", "yaml", "toml", "ini", "env")
LINES = st.sampled_from(
    ["[shop]", "[a.b]", "key = 1", "key: true", 'name = "ü"', "- x", "  - {a: [1, ~]}", "export A='b'", "{", "}", '"k": [1, 2]', "# note", "<<: *a", "a: &a {b: c}", "", "[", "= 1"]
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@given(lines=st.lists(LINES | st.text(max_size=20), max_size=8), end=st.sampled_from(["\n", "\r\n"]))
@example(lines=["[" * DEEP], end="\n")
@example(lines=["{a: " * DEEP], end="\n")
@example(lines=["a: &a [x, x]", *(f"{name}: &{name} [*{before}, *{before}]" for before, name in zip("abcdefghijklmnopqr", "bcdefghijklmnopqrs", strict=True))], end="\n")  # fmt: skip
@fixed
def test_data_files_are_read_or_refused(form: str, lines: list[str], end: str) -> None:
    data = end.join(lines).encode("utf-8", "surrogatepass")
    try:
        expr = parse_data(data, form)
    except Broken:
        return
    holder = Unit("javascript", "")
    holder.exports.append(Export("default", expr, None, None))
    for span in spans(holder):
        assert 0 <= span.start <= span.end <= max(len(data), 1)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("json", '{"shop": {"on": true, "n": 3}}'),
        ("yaml", "shop:\n  on: true\n  n: 3\n"),
        ("toml", "[shop]\non = true\nn = 3\n"),
    ],
)
def test_every_form_of_data_gives_the_same_value(form: str, text: str) -> None:
    facts = facts_of_data(text.encode(), form)
    shop = step(dict(facts.exports)["default"], "shop", Span(0, 0))
    assert isinstance(shop, Mapping)
    assert [(entry.key, entry.value.value) for entry in shop.entries if isinstance(entry.value, Known)] == [
        ("on", True),
        ("n", 3),
    ]
    for entry in shop.entries:
        assert entry.key in text[entry.key_span.start : entry.key_span.end]
