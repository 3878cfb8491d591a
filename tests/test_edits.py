"""Edits that take out what a constant decides, and questions whose answers do not count."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackaudit.model import Span
from trackaudit.parse import edits


def place(text: str, part: str) -> Span:
    start = text.encode().index(part.encode())
    return Span(start, start + len(part.encode()))


def applied(text: bytes, changes: list[edits.Edit]) -> bytes:
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new.encode() + text[end:]
    return text


def after(text: str, changes: list[edits.Edit]) -> str | None:
    return applied(text.encode(), changes).decode() if changes else None


DECIDED = [
    pytest.param("javascript", True,
        "function f() {\n  if (ON || flag()) {\n    // kept\n    a();\n    return b(`x\n  y`);\n  } else {\n    c();\n  }\n  d();\n}\n",
        "function f() {\n  // kept\n  a();\n  return b(`x\n  y`);\n}\n", id="what follows a branch that leaves goes too"),
    pytest.param("javascript", False,
        "if (a) {\n  x();\n} else if (ON && flag()) {\n  y();\n} else {\n  z();\n}\n",
        "if (a) {\n  x();\n} else {\n  z();\n}\n", id="a link of a chain"),
    pytest.param("javascript", False, "if (a) {\n  x();\n} else if (ON) {\n  y();\n}\nz();\n", "if (a) {\n  x();\n}\nz();\n", id="the last link of a chain"),
    pytest.param("javascript", False, "if (ON) a(); else if (b) c();\n", "if (b) c();\n", id="the first link of a chain"),
    pytest.param("javascript", False, "while (x) if (ON) a();\n", "while (x) {}\n", id="no block around it"),
    pytest.param("javascript", True, "if (ON) { let x = 1; use(x); }\nlet x = 2;\n", "{ let x = 1; use(x); }\nlet x = 2;\n", id="names that would clash keep their block"),
    pytest.param("javascript", True, "if (ON) { let y = 1; use(y); }\nlet x = 2;\n", "let y = 1; use(y);\nlet x = 2;\n", id="names that do not clash need none"),
    pytest.param("javascript", True, "if (ON) { return; }\nfunction late() {}\n", "return;\nfunction late() {}\n", id="a function that is defined later stays"),
    pytest.param("javascript", True, "const a = !ON ? 1 : (2, 3);\n", "const a = (2, 3);\n", id="a choice of values"),
    pytest.param("javascript", True, "const a = b && (ON || flag());\n", "const a = b && true;\n", id="where no branch depends on it, the value"),
    pytest.param("tsx", False, "const C = () => <p>\n  {ON && <New/>}\n  <Old/>\n</p>;\n", "const C = () => <p>\n  <Old/>\n</p>;\n", id="an element that is never shown"),
    pytest.param("tsx", True, "const C = () => <p>{ON ? <New/> : <Old/>}</p>;\n", "const C = () => <p>{<New/>}</p>;\n", id="one of two elements"),
    pytest.param("tsx", False, "const C = () => <a open={ON && x}/>;\n", "const C = () => <a open={false}/>;\n", id="an attribute keeps its value"),
    pytest.param("python", True,
        "def f():\n    if ON or flag():\n        # kept\n        a()\n        return '''x\n  y'''\n    else:\n        c()\n    d()\n",
        "def f():\n    # kept\n    a()\n    return '''x\n  y'''\n", id="Python: what follows a branch that leaves"),
    pytest.param("python", True, "if a:\n    x()\nelif ON:\n    y()\nelif q:\n    w()\nelse:\n    z()\n", "if a:\n    x()\nelse:\n    y()\n", id="Python: a link that holds is the last"),
    pytest.param("python", False, "if ON:\n    x()\nelif q:\n    w()\n", "if q:\n    w()\n", id="Python: the first link"),
    pytest.param("python", False, "def f():\n    if ON:\n        x()\n", "def f():\n    pass\n", id="Python: an empty body"),
    pytest.param("python", False, "x = 'é' if ON else 'è'\n", "x = 'è'\n", id="Python: letters of two bytes"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "value", "before", "expected"), DECIDED)
def test_what_a_constant_decides_is_taken_out(language: str, value: bool, before: str, expected: str) -> None:
    assert after(before, edits.decided(before.encode(), language, place(before, "ON"), value)) == expected


QUESTIONS = [
    ("javascript", edits.dropped, "start();\nawait flag('x', { a: 1 });\nstop();\n", "start();\nstop();\n"),
    ("javascript", edits.dropped, "const on = flag('x');\nstop();\n", "stop();\n"),
    ("javascript", edits.dropped, "const on = flag('x'), off = 2;\n", None),
    ("javascript", edits.dropped, "flag(next());\n", None),
    ("python", edits.dropped, "def f():\n    on = flag('x')\n    return 1\n", "def f():\n    return 1\n"),
    ("python", edits.dropped, "def f():\n    flag('x')\n", "def f():\n    pass\n"),
    ("python", edits.dropped, "a(); flag('x')\n", None),
    ("javascript", edits.same, "if (!flag('x')) {\n  go();\n} else {\n  go();\n}\n", "go();\n"),
    ("javascript", edits.same, "const a = flag('x') ? 1 : 1;\n", "const a = 1;\n"),
    ("javascript", edits.same, "const on = flag('x');\nif (on) { a(); } else { a(); }\n", None),
    ("python", edits.same, "if flag('x'):\n    a()\nelse:\n    a()\n", "a()\n"),
    ("javascript", edits.overruled, "return (await flag('x')) || true;\n", "return true;\n"),
    ("javascript", edits.overruled, "if (flag('x') && false) { a(); } else { b(); }\n", "b();\n"),
    ("javascript", edits.overruled, "f(flag('x')) || true;\n", None),
    ("python", edits.overruled, "x = flag('x') or True\n", "x = True\n"),
]


@pytest.mark.parametrize(("language", "take_out", "before", "expected"), QUESTIONS)
def test_a_question_without_use_is_taken_out(language: str, take_out: Any, before: str, expected: str | None) -> None:
    call = before[before.index("flag(") :]
    depth, end = 0, 0
    for end, letter in enumerate(call, 1):  # noqa: B007
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == ")" and not depth:
            break
    assert after(before, take_out(before.encode(), language, place(before, call[:end]))) == expected


@pytest.mark.parametrize(("language", "text"), [("javascript", "if (ON {"), ("python", "if ON\n"), ("vue", "<p v-if='ON'>")])
def test_what_cannot_be_read_is_left_alone(language: str, text: str) -> None:
    assert edits.decided(text.encode(), language, place(text, "ON"), True) == []


tests = st.sampled_from(["ON", "not ON", "ON and p(1)", "ON or p(2)", "not (ON and p(3))", "p(4)"])


def _block(lines: list[str]) -> str:
    return "\n".join("    " + line for part in lines for line in part.split("\n"))


statements = st.recursive(
    st.sampled_from(["t(1)", "t(2)", "return t(3)", "x = 'é'", "# a word\nt(4)", "t('''a\n b''')", "t(5 if ON else 6)"]),
    lambda inner: st.builds(
        lambda test, then, others, last: "\n".join(
            [f"if {test}:", _block(then)]
            + [line for other, body in others for line in (f"elif {other}:", _block(body))]
            + (["else:", _block(last)] if last else [])
        ),
        tests, st.lists(inner, min_size=1, max_size=3),
        st.lists(st.tuples(tests, st.lists(inner, min_size=1, max_size=2)), max_size=2), st.lists(inner, max_size=2),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(statements, min_size=1, max_size=4), st.booleans(), st.integers(0, 5))
def test_an_edited_program_does_what_it_did(parts: list[str], value: bool, which: int) -> None:
    program = "def f(t, p):\n" + _block(parts) + "\n"
    places = [index for index in range(len(program)) if program.startswith("ON", index)]
    if not places:
        return
    start = len(program[: places[which % len(places)]].encode())
    changes = edits.decided(program.encode(), "python", Span(start, start + 2), value)
    assert changes
    assert _trace(applied(program.encode(), changes).decode(), value) == _trace(program, value)


def _trace(program: str, value: bool) -> list[object]:
    """What a program does, call by call, and what it returns."""
    seen: list[object] = []

    def t(what: object) -> object:
        seen.append(what)
        return what

    def p(what: int) -> bool:
        seen.append(what)
        return what % 2 == 0

    scope: dict[str, Any] = {"ON": value}
    exec(compile(program, "program.py", "exec"), scope)
    return [*seen, scope["f"](t, p)]
