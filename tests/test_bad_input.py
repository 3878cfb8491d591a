"""Input that is broken, hostile or merely odd: a clear message, the rest of the run complete, memory bounded, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command import PII, POSTHOG, UNMASKED, Outcome, check, environment, project, run, spawn
from tests.harness import audit_folder
from trackaudit import workers
from trackaudit.languages import BY_SUFFIX

GOOD = {"package.json": POSTHOG, "good.js": UNMASKED, "good.py": PII}
GOOD_PLACES = {("good.js", 2, "unmasked-inputs"), ("good.py", 3, "default-pii")}
SETUP = UNMASKED.splitlines()[1]
IMPORT = UNMASKED.splitlines()[0]


def judged(folder: Path, files: dict[str, str | bytes], *arguments: str) -> Outcome:
    """Audit bad files beside two good ones."""
    return _assert_intact(check(project(folder, {**GOOD, **files}), *arguments))


def judged_apart(folder: Path, files: dict[str, str | bytes], *arguments: str) -> Outcome:
    """The same in a process of its own, which a parser may end."""
    return _assert_intact(spawn(project(folder, {**GOOD, **files}), "check", "--format", "json", *arguments))


def _assert_intact(outcome: Outcome) -> Outcome:
    assert (outcome.err, outcome.code) in (("", 1), ("", 2))
    assert set(outcome.places()) >= GOOD_PLACES, outcome.out
    return outcome


def errors(outcome: Outcome) -> list[str]:
    return [error["path"] for error in outcome.json["errors"]]


def lines_of(outcome: Outcome, path: str, rule: str = "unmasked-inputs") -> list[int]:
    return [item["line"] for item in outcome.findings if (item["path"], item["rule"]) == (path, rule)]


# --- bytes that are no text -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"\xef\xbb\xbf", b" \t\r\n\f", b"\xff\xfe", b"\xfe\xff"],
    ids=["nothing", "newline", "BOM", "blanks", "UTF-16 BOM", "UTF-16 BE BOM"],
)
def test_empty_files(tmp_path: Path, content: bytes) -> None:
    names = [f"empty{suffix}" for suffix in BY_SUFFIX]
    outcome = judged(
        tmp_path,
        {
            **dict.fromkeys(names, content),
            **{
                f"sub/{name}": content
                for name in ("package.json", "yarn.lock", "uv.lock", "pnpm-lock.yaml", "requirements.txt", "pyproject.toml")
            },
        },
    )
    assert errors(outcome) == []
    assert outcome.code == 1


@pytest.mark.parametrize(("name", "content"), [
    ("bad.js", b"posthog.init('k', { x: '\xff' });\n"), ("bad.py", b"import sentry_sdk\nname = '\xe9'\n"), ("bad.html", b"<script>posthog.init('\xc3')</script>"),
    ("bad.js", UNMASKED.encode() + b"\0\n"), ("bad.py", PII.encode() + b"\0\n"), ("bad.vue", b"<script>posthog.init()</script>\0"),
    ("bad.js", b"\xff\xfe" + UNMASKED.encode("utf-16-le") + b"\n"), ("bad.js", b"\xff\xfe" + "posthog \ud800".encode("utf-16-le", "surrogatepass")),
    ("bad.py", b"# coding: utf-8\nimport sentry_sdk\n# \xe9\n"), ("bad.py", b"# coding: no-such-encoding\nimport sentry_sdk # \xe9\n"), ("bad.js", b"posthog \xed\xa0\x80"),
    ("package-lock.json", b'{"packages": {"node_modules/posthog-js": {"version": "1.\xff"}}}'), ("requirements.txt", b"posthog==1.0\0\n"),
], ids=ascii)  # fmt: skip
def test_undecodable_file_that_mentions_a_tracker(tmp_path: Path, name: str, content: bytes) -> None:
    """It could not be audited and might matter: that is an error, with the file's name and the place."""
    outcome = judged(tmp_path, {name: content})
    [error] = outcome.json["errors"]
    assert (error["path"], error["kind"]) == (name, "encoding")
    assert error["message"]
    assert outcome.code == 2
    assert name in run(tmp_path, "check").out


@pytest.mark.parametrize("name", ["x.js", "x.py", "x.html", "requirements.txt"])
@pytest.mark.parametrize("content", [b"caf\xe9 = 1\n", b"\0\1\2", bytes(range(256))], ids=["latin-1", "NUL", "every byte"])
def test_undecodable_file_that_mentions_none(tmp_path: Path, name: str, content: bytes) -> None:
    outcome = judged(tmp_path, {name: content})
    assert errors(outcome) == []
    assert outcome.code == 1


@pytest.mark.parametrize("parser", ["tree-sitter", "esprima"])
def test_a_literal_may_hold_a_nul(tmp_path: Path, parser: str) -> None:
    """It is JavaScript, and far from the beginning of a file git takes it for text as well. Python refuses to run it."""
    far = f"{IMPORT}\n{'// a comment'.ljust(99)}\n" + f"{'//'.ljust(99)}\n" * 100 + f"const other = '\0other';\n{SETUP}\n"
    outcome = judged(tmp_path, {"far.js": far, "far.py": PII + "#" * 9_000 + "\n'\0'\n"}, "--javascript-parser", parser)
    assert ("far.js", 104, "unmasked-inputs") in outcome.places()
    assert errors(outcome) == ["far.py"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=ascii)
def test_marked_encodings_are_read(tmp_path: Path, encoding: str, end: str) -> None:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    code = f"// é日🙂\n{IMPORT}\nconst s = '🙂'; {SETUP}\n"
    python = "# é日🙂\n" + PII
    outcome = judged(
        tmp_path,
        {
            "wide.js": mark + code.replace("\n", end).encode(encoding),
            "wide.py": mark + python.replace("\n", end).encode(encoding),
        },
    )
    assert errors(outcome) == []
    assert lines_of(outcome, "wide.py", "default-pii") == [4]
    [item] = [item for item in outcome.findings if (item["path"], item["rule"]) == ("wide.js", "unmasked-inputs")]
    assert (item["line"], item["column"]) == (3, code.splitlines()[2].index("maskAllInputs") + 1)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_marked_encodings_of_manifests(tmp_path: Path, encoding: str) -> None:
    """PowerShell's ``pip freeze > requirements.txt`` writes UTF-16."""
    project(
        tmp_path,
        {"package.json": POSTHOG.replace("posthog-js", "mixpanel-browser").replace("1.449.2", "2.13.0").encode(encoding)},
    )
    outcome = spawn(tmp_path, "check", "--format", "json")
    assert outcome.places() == [("package.json", 3, "vulnerable-sdk")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
@pytest.mark.parametrize("name", ["login.html", "login.vue"])
def test_marked_encodings_of_pages_with_a_sensitive_field(tmp_path: Path, encoding: str, name: str) -> None:
    page = "<template>\n<p>é</p>\n<input type='password'>\n</template>\n"
    manifest = POSTHOG.replace("posthog-js", "mixpanel-browser").replace("1.449.2", "2.13.0")
    project(
        tmp_path,
        {
            "package.json": manifest,
            "app.js": "import mixpanel from 'mixpanel-browser';\nmixpanel.init('T', {});\n",
            name: page.encode(encoding),
        },
    )
    assert (name, 3, "sensitive-input") in check(tmp_path).places()


@pytest.mark.parametrize("declared", ["latin-1", "iso-8859-15", "cp1252", "utf-8"])
def test_declared_encodings_of_python(tmp_path: Path, declared: str) -> None:
    code = f"#!/usr/bin/env python\n# -*- coding: {declared} -*-\nimport sentry_sdk\nname = 'é'; sentry_sdk.init(send_default_pii=True)\n"
    outcome = judged(tmp_path, {"old.py": code.encode(declared)})
    [item] = [item for item in outcome.findings if (item["path"], item["rule"]) == ("old.py", "default-pii")]
    assert (item["line"], item["column"]) == (4, code.splitlines()[3].index("send_default_pii") + 1)


# --- line ends ------------------------------------------------------------------------------------------------

PAGE = f"<html>\n<body>\n<script>\n// window\n{SETUP.replace('posthog', 'window.posthog')}\n</script>\n</body></html>\n"
COMPONENT = f"<template>\n<p/>\n</template>\n<script>\n{UNMASKED}</script>\n"
PROGRAMS = {
    "a.js": ("/* two\nlines */\n" + UNMASKED, 4), "a.ts": ("type T = {\n a: 1 };\n" + UNMASKED, 4), "a.tsx": ("// x\n\n" + UNMASKED, 4),
    "a.html": (PAGE, 5), "a.vue": (COMPONENT, 6), "a.svelte": (COMPONENT, 6), "a.astro": (f"---\n{UNMASKED}---\n<p/>\n", 3),
    "a.py": ('"""Two\nlines."""\n' + PII + "\nif x:\n    sentry_sdk.init(\n        send_default_pii=True)\n", 5),
}  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "mixed"], ids=ascii)
@pytest.mark.parametrize("name", PROGRAMS)
def test_line_ends(tmp_path: Path, name: str, end: str) -> None:
    code, line = PROGRAMS[name]
    if end == "mixed":
        pieces = code.split("\n")
        code = "".join(piece + ("\r\n", "\n", "\r")[number % 3] for number, piece in enumerate(pieces[:-1]))
    else:
        code = code.replace("\n", end)
    project(tmp_path, {"package.json": POSTHOG, name: code})
    outcome = check(tmp_path)
    assert errors(outcome) == []
    rule = "default-pii" if name == "a.py" else "unmasked-inputs"
    assert lines_of(outcome, name, rule) == ([line, line + 4] if name == "a.py" else [line])


@pytest.mark.parametrize("parser", ["tree-sitter", "esprima"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=ascii)
def test_only_line_ends_end_lines(tmp_path: Path, parser: str, end: str) -> None:
    """Neither the separators of Unicode, which JavaScript counts, nor form feeds, at which Python's splitlines breaks."""
    code = end.join(["// \x0b\x0c\x1c\x85 here", "const s = '\u2028\u2029';", IMPORT, f"const t = `\u2028`; {SETUP}", ""])
    project(
        tmp_path,
        {
            "package.json": POSTHOG,
            "a.js": code,
            "a.py": end.join(
                ["s = '\x1c\x85\u2028'", "\x0c", "import sentry_sdk", "sentry_sdk.init(send_default_pii=True)  # \x0c", ""]
            ),
        },
    )
    outcome = check(tmp_path, "--javascript-parser", parser)
    [item] = [item for item in outcome.findings if item["rule"] == "unmasked-inputs"]
    assert (item["line"], item["column"]) == (4, code.split(end)[3].index("maskAllInputs") + 1)
    assert lines_of(outcome, "a.py", "default-pii") == [4]


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=ascii)
def test_line_ends_of_manifests(tmp_path: Path, end: str) -> None:
    manifest = POSTHOG.replace("posthog-js", "mixpanel-browser").replace("1.449.2", "2.13.0").replace("\n", end)
    project(
        tmp_path,
        {
            "package.json": manifest,
            "requirements.txt": end.join(["# first", "requests==2.0", "sentry-sdk==1.5.0", ""]),
            "app.py": PII,
        },
    )
    outcome = check(tmp_path)
    assert ("package.json", 3, "vulnerable-sdk") in outcome.places()
    assert ("requirements.txt", 3) in {(path, line) for path, line, rule in outcome.places("vulnerable-sdk")}


# --- size -----------------------------------------------------------------------------------------------------


def test_a_bundle_of_50_megabytes(tmp_path: Path) -> None:
    folder = project(tmp_path, GOOD)
    with open(folder / "bundle.js", "w") as file:
        for _ in range(50):
            file.write("posthog.init('k',{session_recording:{maskAllInputs:false}});" * 17_500)
    assert (folder / "bundle.js").stat().st_size > 50_000_000
    outcome = judged(folder, {})
    assert outcome.json["summary"]["skipped"] == 1
    assert errors(outcome) == []
    assert outcome.code == 1
    assert spawn(folder, "check", "bundle.js").code == 0


def test_a_list_of_100_000_elements(tmp_path: Path) -> None:
    numbers = "".join(f"  {number},\n" for number in range(100_000))
    files = {
        "long.js": f"{IMPORT}\nconst list = [\n{numbers}];\nposthog.init('k', {{ list, session_recording: {{ maskAllInputs: false }} }});\n",
        "long.ts": f"{IMPORT}\nposthog.init('k', {{ list: [\n{numbers[:200_000]}\n], session_recording: {{ maskAllInputs: false }} }});\n",
        "long.py": f"import sentry_sdk\nLIST = [\n{numbers}]\nsentry_sdk.init(send_default_pii=True)\n",
        "used.py": f"import sentry_sdk\nLIST = [\n{numbers[:30_000]}\n]\nsentry_sdk.init(ignore=LIST, send_default_pii=True)\n",
        "one.js": UNMASKED + f"const list = [{','.join(map(str, range(100_000)))}];\n",
    }
    assert all(len(text) < 1_000_000 for text in files.values())
    outcome = judged(tmp_path, dict(files))
    assert lines_of(outcome, "long.js") == [100_004]
    assert len(lines_of(outcome, "long.ts")) == 1
    assert lines_of(outcome, "long.py", "default-pii") == [100_004]
    assert len(lines_of(outcome, "used.py", "default-pii")) == 1
    assert outcome.json["summary"]["skipped"] == 1, "a single line of that length is a bundle"
    assert errors(outcome) == []


def lock_of(kind: str, lines: int) -> tuple[str, str]:
    """A lockfile's name and text, with the pin of posthog-js near its end."""
    if kind == "package-lock.json":
        many = "".join(
            f'    "node_modules/p{number}": {{\n      "version": "1.0.{number}",\n      "license": "MIT"\n    }},\n'
            for number in range(lines // 4)
        )
        return (
            kind,
            '{\n  "lockfileVersion": 3,\n  "packages": {\n'
            + many
            + '    "node_modules/posthog-js": {\n      "version": "1.20.0"\n    }\n  }\n}\n',
        )
    if kind == "yarn.lock":
        many = "".join(
            f'p{number}@^1.0.0, "p{number}@>=1":\n  version "1.0.{number}"\n  resolved "https://registry.example.com/p{number}"\n\n'
            for number in range(lines // 4)
        )
        return kind, "# yarn lockfile v1\n\n" + many + 'posthog-js@^1.0.0:\n  version "1.20.0"\n'
    many = "".join(
        f"      p{number}:\n        specifier: ^1.0.0\n        version: 1.0.{number}\n" for number in range(lines // 3)
    )
    return (
        kind,
        "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n"
        + many
        + "      posthog-js:\n        specifier: ^1.0.0\n        version: 1.20.0\n\npackages:\n",
    )


@pytest.mark.parametrize("kind", ["package-lock.json", "yarn.lock", "pnpm-lock.yaml"])
def test_a_lockfile_of_200_000_lines(tmp_path: Path, kind: str) -> None:
    name, lock = lock_of(kind, 200_000)
    assert lock.count("\n") > 200_000 - 4
    project(
        tmp_path,
        {
            "package.json": POSTHOG.replace("1.449.2", "^1.0.0"),
            name: lock,
            "app.js": "import posthog from 'posthog-js';\nposthog.init('k', {});\n",
        },
    )
    outcome = spawn(tmp_path, "check", "--format", "json", "--select", "unmasked-inputs")
    places = {(place["path"], place["line"]) for item in outcome.findings for place in item["related"]}
    expected = next(number for number, line in enumerate(lock.splitlines(), 1) if "1.20.0" in line)
    assert [path for path, _ in places] == [name]
    assert abs(places.pop()[1] - expected) <= 2
    assert "1.20.0" in outcome.findings[0]["message"]


MEMORY = """
import resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "trackaudit", "check", "--format", "json", "--jobs", "1"], capture_output=True)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_memory_is_bounded(tmp_path: Path) -> None:
    """Everything that is large or deep at once. The bound is generous: several times what is needed, far below what it could be."""
    _, lock = lock_of("package-lock.json", 200_000)
    nest = "[" * 10_000 + "]" * 10_000
    project(
        tmp_path,
        {**GOOD, "package-lock.json": lock, "deep.js": f"{UNMASKED}const x = {nest};\n", "deep.py": f"{PII}x = {nest}\n"},
    )
    for number in range(2):
        with open(tmp_path / f"bundle{number}.js", "w") as file:
            for _ in range(50):
                file.write("posthog.init('k',{});" * 50_000)
    numbers = "".join(f"  {number},\n" for number in range(100_000))
    project(tmp_path, {"long.js": f"{IMPORT}\nconst list = [\n{numbers}];\nposthog.init('k', {{ list }});\n"})
    done = subprocess.run(
        [sys.executable, "-c", MEMORY], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    code, kilobytes = map(int, done.stdout.split())
    assert code == 1
    assert kilobytes * (1 if sys.platform == "darwin" else 1024) < 400_000_000


# --- depth ----------------------------------------------------------------------------------------------------

DEPTH = 10_000


def nest(opening: str, closing: str, core: str = "1", depth: int = DEPTH) -> str:
    return opening * depth + core + closing * depth


SCRIPTS = {
    "parentheses": "const x = " + nest("(", ")") + ";", "arrays": "const x = " + nest("[", "]") + ";", "objects": "const x = " + nest("{a:", "}") + ";",
    "calls": "const x = " + nest("f(", ")") + ";", "blocks": nest("{", "}", ""), "functions": nest("function f() {", "}", ""),
    "arrows": "const x = " + "() => " * DEPTH + "1;", "conditionals": "const x = " + "a ? b : " * DEPTH + "c;", "negations": "const x = " + "!" * DEPTH + "1;",
    "chain": "const x = a" + ".b()" * 3_000 + ";", "sum": "const x = 1" + " + 1" * DEPTH + ";", "or": "const x = a" + " || a" * DEPTH + ";", "members": "const x = a" + ".b" * DEPTH + ";",
    "else if": "if (a) {}" + " else if (a) {}" * 3_000, "templates": "const x = " + nest("`${", "}`") + ";", "assignments": "x = " * DEPTH + "1;", "subscripts": "const x = " + nest("a[", "]") + ";",
    "open": "const x = " + "[" * DEPTH, "open objects": "const x = " + "{a:[" * DEPTH, "closed": "]" * DEPTH,
}  # fmt: skip
# The same where the depth is in the set-up itself.
SETUPS = {
    "value": lambda core: f"posthog.init('k', {{ x: {core}, session_recording: {{ maskAllInputs: false }} }});",
    "spread": lambda core: f"posthog.init('k', {{ ...{core}, session_recording: {{ maskAllInputs: false }} }});",
    "variable": lambda core: f"const v = {core};\nposthog.init('k', {{ session_recording: {{ maskAllInputs: false, x: v }} }});",
}


def assert_analysed_or_reported(outcome: Outcome, names: list[str], rule: str = "unmasked-inputs") -> None:
    """What lies beside the nest is found, or the file is named as not analysed in full."""
    assert set(outcome.places()) >= GOOD_PLACES
    found = {item["path"] for item in outcome.findings if item["rule"] == rule}
    told = {error["path"] for error in outcome.json["errors"] if error["kind"] in ("too-deep", "syntax")}
    assert {name: name in found | told for name in names} == dict.fromkeys(names, True)
    assert {error["kind"] for error in outcome.json["errors"]} <= {"too-deep", "syntax"}, "nothing crashed"


@pytest.mark.parametrize("suffix", [".js", ".ts", ".tsx"])
def test_deep_scripts(tmp_path: Path, suffix: str) -> None:
    files: dict[str, str | bytes] = {f"{name}{suffix}": f"{UNMASKED}{code}\n" for name, code in SCRIPTS.items()}
    if suffix != ".ts":
        files[f"elements{suffix}"] = f"{UNMASKED}const x = {nest('<div>', '</div>', '')};\n"
    outcome = judged_apart(tmp_path, files, "--no-force-exclude", *files, "good.js", "good.py")
    assert_analysed_or_reported(outcome, list(files))
    # A nest beside the set-up does not hide it.
    for name in ("parentheses", "arrays", "objects", "calls", "chain", "sum"):
        assert lines_of(outcome, f"{name}{suffix}") == [2]


def test_deep_scripts_strictly_read(tmp_path: Path) -> None:
    chosen = ("parentheses", "arrays", "objects", "calls", "blocks", "chain", "sum", "open")
    files: dict[str, str | bytes] = {f"{name}.js": f"{UNMASKED}{SCRIPTS[name]}\n" for name in chosen}
    arguments = ("--javascript-parser", "esprima", "--no-force-exclude", *files, "good.js", "good.py")
    assert_analysed_or_reported(judged_apart(tmp_path, files, *arguments), list(files))


@pytest.mark.parametrize("kind", SETUPS)
def test_deep_setups(tmp_path: Path, kind: str) -> None:
    cores = {
        "parentheses": nest("(", ")"), "arrays": nest("[", "]"), "objects": nest("{a:", "}"), "calls": nest("f(", ")"), "arrows": nest("(() => ", ")"), "chain": "a" + ".b()" * DEPTH,
        "sum": "1" + "+1" * DEPTH, "conditionals": "(" + "a ? b : " * DEPTH + "c)", "spreads": nest("{...", "}", "a"), "templates": nest("`${", "}`"), "or": "(a" + "||a" * DEPTH + ")",
    }  # fmt: skip
    files: dict[str, str | bytes] = {f"{name}.js": f"{IMPORT}\n{SETUPS[kind](core)}\n" for name, core in cores.items()}
    outcome = judged_apart(tmp_path, files, "--no-force-exclude", *files, "good.js", "good.py")
    assert_analysed_or_reported(outcome, list(files))


@pytest.mark.parametrize("suffix", [".html", ".vue", ".svelte", ".astro"])
def test_deep_pages(tmp_path: Path, suffix: str) -> None:
    setup = SETUP.replace("posthog", "window.posthog")
    script = f"<script>\n{setup}\n</script>\n"
    markup = {
        "script": f"<script>const x = {nest('[', ']')};</script>", "handler": f"<p onclick=\"posthog.capture({nest('[', ']')})\">", "attribute": f"<p a={nest('{', '}')}>",
        "elements": nest("<div>", "</div>", "<input type='password'>"), "braces": nest("{{", "}}", depth=5_000), "tags": "{%" * DEPTH, "angles": "<" * DEPTH, "attributes": "<p " + "a " * DEPTH + ">",
        "open elements": "<div>" * 3_000, "closed elements": "</div>" * DEPTH, "comments": "<!--" * 200_000,
    }  # fmt: skip
    files: dict[str, str | bytes] = {f"{name}{suffix}": f"{script}{code}\n" for name, code in markup.items()}
    outcome = judged_apart(tmp_path, files, "--no-force-exclude", *files, "good.js", "good.py")
    assert_analysed_or_reported(outcome, list(files))
    for name in ("elements", "script"):
        assert lines_of(outcome, f"{name}{suffix}") == [2]


PYTHON = {
    "parentheses": nest("(", ")"), "lists": nest("[", "]"), "dicts": nest("{1:", "}"), "calls": nest("f(", ")"), "lambdas": "lambda: " * DEPTH + "1", "negations": "not " * DEPTH + "1", "minus": "-" * DEPTH + "1",
    "members": "a" + ".b" * DEPTH, "conditionals": "a if b else " * DEPTH + "c", "subscripts": nest("a[", "]"), "f-strings": nest("f'{", "}'"), "powers": "1 ** " * DEPTH + "1", "awaits": "await " * DEPTH + "y",
    "open": "[" * DEPTH, "closed": "]" * DEPTH, "chain": "a" + ".b()" * DEPTH, "sum": "1" + " + 1" * DEPTH,
}  # fmt: skip
# What the standard library's tree keeps flat, and another parser may not.
FLAT = {
    "or": "a" + " or a" * DEPTH,
    "strings": "'a' " * DEPTH,
    "comparisons": "1" + " < 1" * DEPTH,
    "f-strings": "f'{a}' " * DEPTH,
}


def test_deep_python(tmp_path: Path) -> None:
    statements = {name: f"x = {text}" for name, text in {**PYTHON, **FLAT}.items()}
    statements |= {
        "elif": "if a: pass\n" + "elif a: pass\n" * DEPTH, "assignments": "x = " * DEPTH + "1", "decorators": "@a\n" * DEPTH + "def f(): pass",
        "blocks": "".join(" " * depth + "if x:\n" for depth in range(DEPTH // 10)) + " " * (DEPTH // 10) + "pass",
    }  # fmt: skip
    files: dict[str, str | bytes] = {f"{name}.py": f"{PII}{text}\n" for name, text in statements.items()}
    outcome = judged_apart(tmp_path, files, "--jobs", "1")
    assert_analysed_or_reported(outcome, list(files), "default-pii")


def test_deep_python_in_the_set_up(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"{name}.py": f"import sentry_sdk\nsentry_sdk.init(send_default_pii=True, x=({text}))\n" for name, text in PYTHON.items()
    }
    outcome = judged_apart(tmp_path, files, "--jobs", "1")
    assert_analysed_or_reported(outcome, list(files), "default-pii")


@pytest.mark.parametrize("depth", [1_500, DEPTH])
@pytest.mark.parametrize("name", FLAT)
def test_flat_python_in_the_set_up(tmp_path: Path, name: str, depth: int) -> None:
    text = FLAT[name][: len(FLAT[name]) * depth // DEPTH].rpartition(" ")[0].removesuffix(" or").removesuffix(" <")
    outcome = judged_apart(
        tmp_path, {"flat.py": f"import sentry_sdk\nsentry_sdk.init(send_default_pii=True, x=({text}))\n"}, "--jobs", "1"
    )
    assert_analysed_or_reported(outcome, ["flat.py"], "default-pii")


def test_the_limit_is_stated(tmp_path: Path) -> None:
    outcome = judged_apart(tmp_path, {"deep.py": f"{PII}x = {nest('[', ']')}\n"})
    [item] = [item for item in outcome.findings if item["rule"] == "parse-error"]
    assert (item["path"], item["severity"]) == ("deep.py", "warning")
    [error] = outcome.json["errors"]
    assert (error["path"], error["kind"]) == ("deep.py", "too-deep")
    assert any(character.isdigit() for character in error["message"])
    assert outcome.code == 1


def test_a_nest_at_the_limit_of_what_people_write(tmp_path: Path) -> None:
    python = f"import sentry_sdk\nsentry_sdk.init(x={nest('[', ']', depth=40)}, send_default_pii=True)\n"
    script = f"{IMPORT}\nposthog.init('k', {{ x: {nest('[', ']', depth=40)}, session_recording: {{ maskAllInputs: false }} }});\n"
    outcome = judged_apart(tmp_path, {"deep.py": python, "deep.js": script})
    assert errors(outcome) == []
    assert lines_of(outcome, "deep.py", "default-pii") == [2]
    assert lines_of(outcome, "deep.js") == [2]


# --- programs that are not finished ---------------------------------------------------------------------------

HALF = {
    "call.js": UNMASKED + "export function f() {\n  posthog.capture('x', {\n", "option.js": UNMASKED + "posthog.init('k', { session_recording: { maskAllInp", "string.js": UNMASKED + "const s = 'abc\n",
    "template.js": UNMASKED + "const s = `abc ${\n", "comment.js": UNMASKED + "/* never closed\n", "regex.js": UNMASKED + "const r = /[a\n", "element.jsx": UNMASKED + "export const A = () => <div><p>\n", "type.ts": UNMASKED + "type A = { b:\n",
    "class.ts": UNMASKED + "class A { private x: \n", "words.js": UNMASKED + "this is no program at all\n", "conflict.js": UNMASKED + "<<<<<<< HEAD\nconst a = 1;\n=======\nconst a = 2;\n>>>>>>> side\n",
}  # fmt: skip


@pytest.mark.parametrize("name", HALF)
def test_half_typed_scripts(tmp_path: Path, name: str) -> None:
    """What stands before it is analysed; the first place that could not be read is told, and fails nothing."""
    outcome = judged(tmp_path, {name: HALF[name]})
    assert lines_of(outcome, name) == [2]
    assert errors(outcome) == [name]
    assert outcome.json["errors"][0]["line"] >= 2
    assert [item["severity"] for item in outcome.findings if item["rule"] == "parse-error"] == ["note"]
    (tmp_path / "good.js").unlink()
    (tmp_path / "good.py").unlink()
    project(tmp_path, {name: HALF[name].replace("maskAllInputs: false", "maskAllInputs: true")})
    assert check(tmp_path).code == 0


@pytest.mark.parametrize(
    "tail",
    [
        "def broken(:\n",
        "x = [1,\n",
        "x = 'abc\n",
        "    indented()\n",
        "print 'old'\n",
        'x = """abc\n',
        "<<<<<<< HEAD\n",
        "x = {\n\ndef f():\n    pass\n",
    ],
    ids=ascii,
)
def test_half_typed_python(tmp_path: Path, tail: str) -> None:
    outcome = judged(tmp_path, {"half.py": f"{PII}\n{tail}"})
    assert lines_of(outcome, "half.py", "default-pii") == [3]
    assert errors(outcome) == ["half.py"]
    assert [item["severity"] for item in outcome.findings if item["rule"] == "parse-error"] == ["warning"]
    assert outcome.code == 1


REGEXES = [
    "/(?<year>\\d{4})/",
    "/(?<=a)b/",
    "/\\p{L}/u",
    "/[\\p{L}--[a-z]]/v",
    "/a/d",
    "/(?i:a)/",
    "/\\k<x>(?<x>a)/",
    "/[/]/",
    "/(/",
]


@pytest.mark.parametrize("regex", REGEXES)
@pytest.mark.parametrize("parser", ["auto", "tree-sitter", "esprima"])
def test_regular_expressions_that_esprima_rejects(tmp_path: Path, regex: str, parser: str) -> None:
    project(tmp_path, {**GOOD, "regex.js": f"const pattern = {regex};\n{UNMASKED}"})
    outcome = check(tmp_path, "--javascript-parser", parser)
    assert lines_of(outcome, "regex.js") == [3]
    assert set(outcome.places()) >= GOOD_PLACES
    assert outcome.code == 1


# --- manifests ------------------------------------------------------------------------------------------------

OLD = "import posthog from 'posthog-js';\nposthog.init('k', {});\n"  # records inputs up to 1.20, by default


def told_version(folder: Path, files: dict[str, str | bytes]) -> set[str]:
    """The version on which the findings in app.js rest, as the messages have it."""
    outcome = check(project(folder, {"app.js": OLD, "good.py": PII, **files}), "--profile", "strict")
    assert outcome.err == ""
    assert ("good.py", 3, "default-pii") in outcome.places()
    assert errors(outcome) == []
    return {
        word
        for item in outcome.findings
        if item["rule"] == "unmasked-inputs"
        for word in item["message"].split(": ")[0].split()
        if any(map(str.isdigit, word))
    }


@pytest.mark.parametrize("text", [
    '// our app\n{\n  /* no build step */\n  "dependencies": {\n    // analytics\n    "posthog-js": "1.20.0", // old\n  },\n}\n',
    '{\n  "dependencies": {\n    // "posthog-js": "1.449.2",\n    "posthog-js": "1.20.0"\n  }\n}\n',
    '{\n  "dependencies": {\n    /* "posthog-js": "1.449.2", */\n    "posthog-js": "1.20.0"\n  }\n}\n',
    '{\n  "dependencies": {\n    "posthog-js": "1.20.0",\n<<<<<<< HEAD\n    "react": "18.0.0"\n=======\n',
    '{"dependencies":{"posthog-js":"1.20.0"}', '{"dependencies":{"posthog-js":"1.20.0"}}' + "\n/*" * 1_000_000, '\ufeff{"dependencies":{"posthog-js":"1.20.0"}}',
], ids=["comments", "commented out", "commented out in a block", "conflict", "truncated", "comments that end nowhere", "BOM"])  # fmt: skip
def test_package_json_that_is_no_json(tmp_path: Path, text: str) -> None:
    assert told_version(tmp_path, {"package.json": text}) == {"1.20.0"}


@pytest.mark.parametrize("name", ["package-lock.json", "yarn.lock", "pnpm-lock.yaml"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "posthog-js",
        '{"packages": {"node_modules/posthog-js": {"version":',
        "<<<<<<< HEAD\n",
        "posthog-js@^1.0.0:\n  version\n",
        "importers:\n  .:\n    posthog-js:\n",
        "[" * 10_000 + '"posthog-js": {',
    ],
    ids=range(8),
)
def test_broken_lockfile(tmp_path: Path, name: str, text: str) -> None:
    """It pins nothing, so the manifest's own requirement counts."""
    assert told_version(tmp_path, {"package.json": POSTHOG.replace("1.449.2", "1.20.0"), name: text}) == {"1.20.0"}


@pytest.mark.parametrize("files", [
    {"pyproject.toml": "[project\ndependencies = ['sentry-sdk==1.5.0'\n"}, {"uv.lock": "[[package]]\nname = \"sentry-sdk\"\nversion = \n"}, {"poetry.lock": "sentry-sdk"}, {"requirements.txt": "sentry-sdk==\n-r nowhere.txt\n=== \n"},
    {"package.json": '{"dependencies": "posthog-js"}'}, {"package.json": '["posthog-js"]'}, {"package.json": '{"dependencies": {"posthog-js": {"version": 3}}}'}, {"package.json": '{"dependencies": {"posthog-js": "latest"}}'},
    {"package.json": '{"dependencies": {"posthog-js": "github:PostHog/posthog-js#main"}}'}, {"package.json": '{"dependencies": {"posthog-js": ""}}'}, {"package.json": '{"dependencies": {"posthog-js": "not a version"}}'},
    {"package.json": '{"dependencies": {"posthog-js": "999999999999999999999.1.1"}}'}, {"package.json": '{"dependencies": {"posthog-js": "' + "9" * 5_000 + '.0.0"}}'}, {"requirements.txt": "sentry-sdk==" + "9" * 5_000 + "\n"},
    {"package.json": '{"dependencies": {"posthog-js": "^' + "1." * 2_000 + '"}}'}, {"package.json": '{"dependencies": {"posthog-js": "' + "|| ^1.0.0 " * 200 + '"}}'},
], ids=lambda files: next(iter(files)) + " " + next(iter(files.values()))[:40])  # fmt: skip
def test_manifests_that_make_no_sense(tmp_path: Path, files: dict[str, str]) -> None:
    outcome = judged(tmp_path, dict(files))
    assert errors(outcome) == []
    assert outcome.code == 1


# --- paths and configuration ----------------------------------------------------------------------------------


@pytest.mark.parametrize("git", [False, True], ids=["plain", "git"])
def test_everything_that_is_no_file_at_once(tmp_path: Path, git: bool) -> None:
    project(tmp_path, {**GOOD, "x.js/inner.js": UNMASKED, 'with space/it\'s "ü" 日本.js': UNMASKED, "empty.js": ""}, git)
    (tmp_path / "loop.js").symlink_to("loop.js")
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "dangling.py").symlink_to("nowhere.py")
    (tmp_path / "requirements.txt").symlink_to("nowhere.txt")
    os.mkfifo(tmp_path / "pipe.js")
    outcome = spawn(tmp_path, "check", "--format", "json")
    assert outcome.err == ""
    assert errors(outcome) == []
    assert {path for path, _, _ in outcome.places()} == {"good.js", "good.py", "x.js/inner.js", 'with space/it\'s "ü" 日本.js'}
    assert outcome.code == 1


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    outcome = spawn(project(tmp_path, GOOD), "check", "good.js", "gone.js")
    assert (outcome.code, outcome.out) == (2, "")
    assert "gone.js" in outcome.err
    assert "good.js" not in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_an_unknown_rule_in_the_configuration(tmp_path: Path) -> None:
    outcome = spawn(project(tmp_path, {**GOOD, "trackaudit.toml": 'deselect = ["unmasked-input"]\n'}), "check")
    assert (outcome.code, outcome.out) == (2, "")
    assert "trackaudit.toml" in outcome.err
    assert '"unmasked-inputs"' in outcome.err
    assert len(outcome.err.splitlines()) == 1


# --- faults of our own ----------------------------------------------------------------------------------------

_analyse = workers.analyse


def dying(job: workers.Job) -> workers.Outcome:
    """As a parser that takes the whole process with it."""
    if job.path.startswith("fatal"):
        os._exit(139)
    return _analyse(job)


def test_a_worker_that_dies_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "analyse", dying)
    monkeypatch.setattr(workers, "PARALLEL_BYTES", 0)
    files: dict[str, str | bytes] = {f"ok{number}.js": UNMASKED for number in range(6)}
    project(tmp_path, {**GOOD, **files, "fatal1.js": UNMASKED, "fatal2.py": PII})
    outcome = check(tmp_path, "--jobs", "2", "--no-cache")
    assert set(outcome.places()) >= GOOD_PLACES | {(name, 2, "unmasked-inputs") for name in files}
    assert {(error["path"], error["kind"]) for error in outcome.json["errors"]} == {
        ("fatal1.js", "crash"),
        ("fatal2.py", "crash"),
    }
    assert outcome.code == 2


def test_an_exception_of_ours_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import trackaudit.parse

    real = trackaudit.parse.parse

    def faulty(text: bytes, *arguments: object) -> object:
        if b"FAULT" in text:
            raise ZeroDivisionError("not today")
        return real(text, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(trackaudit.parse, "parse", faulty)
    project(tmp_path, {**GOOD, "fault.js": UNMASKED + "// FAULT\n"})
    outcome = check(tmp_path, "--no-cache")
    assert set(outcome.places()) >= GOOD_PLACES
    [error] = outcome.json["errors"]
    assert (error["path"], error["kind"]) == ("fault.js", "crash")
    assert outcome.code == 2


# --- mangled programs -----------------------------------------------------------------------------------------

BASES = {
    "a.js": "import posthog from 'posthog-js';\nconst o = { a: [1, `x${y}`], ...rest };\nif (x ?? y) posthog.init('k', { session_recording: { maskAllInputs: false }, before: (e) => null, ...o });\nposthog.identify(user.email, { a: /b/g });\n",
    "a.tsx": "import * as Sentry from '@sentry/react';\nconst A = ({ b }: P) => <form className=\"x\">{b && <input type=\"password\" {...b} />}</form>;\nSentry.init({ dsn, sendDefaultPii: true } as Options);\n",
    "a.py": "import sentry_sdk\nfrom mixpanel import Mixpanel as M\nOPTIONS = {'a': 1, **b}\ndef f(x: int = 1, *y, **z):\n    # trackaudit: ignore[default-pii] -- x\n    sentry_sdk.init(send_default_pii=not False, **OPTIONS)\n    M('k').track(f'{x!r}', {'password': y})\n",
    "a.html": "<html>{% if a %}<form class=\"ph-no-capture\"><input type='password' name={{ b }}></form>\n<script>posthog.init('k', {session_recording: {maskAllInputs: {{ c }} }})</script><!-- trackaudit: ignore[x] -- y -->\n<p onclick=\"mixpanel.track('x', {a: 1})\">",
    "a.vue": "<script setup lang=\"ts\">\nimport mixpanel from 'mixpanel-browser'\nmixpanel.init('T', { debug: true })\n</script>\n<template><input :type=\"a ? 'text' : 'password'\" @click=\"mixpanel.track('x')\" v-model=\"b\"></template>\n",
    "a.svelte": "<script>\nimport posthog from 'posthog-js';\nposthog.init('k', {});\n</script>\n{#if a}<input type={b ? 'password' : 'text'} bind:value={c} on:click={() => posthog.capture('x')}>{/if}\n",
    "a.astro": "---\nimport posthog from 'posthog-js';\nconst a: string = 'b';\n---\n<input type=\"password\" {...a} class={`x ${a}`}>\n<script>posthog.init('k', {})</script>\n",
    "package.json": '{\n  "dependencies": {\n    "posthog-js": "^1.20.0",\n    "mixpanel-browser": "2.13.0"\n  }\n}\n',
    "yarn.lock": '"posthog-js@npm:^1.0.0, posthog-js@npm:^1.2.0":\n  version: 1.20.0\n\nmixpanel-browser@^2:\n  version "2.13.0"\n',
    "pnpm-lock.yaml": "importers:\n  .:\n    dependencies:\n      posthog-js:\n        specifier: ^1\n        version: 1.20.0(react@18)\npackages:\n  posthog-js@1.20.0: {}\n",
    "requirements.txt": "sentry-sdk[flask]>=1.5,<2 ; python_version > '3'  # x\nposthog==3.0.0 \\\n    --hash=sha256:abc\n",
}  # fmt: skip
NASTY = st.sampled_from(
    list("()[]{}<>'\"`\\/;:,.=$#@!?*-+ \n\r\t\0%&|~^")
    + [
        "\r\n",
        "{{",
        "}}",
        "{%",
        "/*",
        "*/",
        "<!--",
        "-->",
        '"""',
        "${",
        "=>",
        "</script>",
        "<script>",
        "\u2028",
        "🙂",
        "é",
        "\ufeff",
        "async ",
        "await ",
        "import ",
        "lambda:",
        "\\u{",
        "0x",
        "1e",
        "?.",
        "???",
    ]
)
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), st.lists(NASTY, max_size=4).map("".join)), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(BASES)), EDITS)
def test_mangled_programs(name: str, edits: list[tuple[float, int, str]]) -> None:
    """Whatever the bytes, an audit ends with findings and named problems, not with a fault of ours."""
    text = BASES[name]
    for where, length, inserted in edits:
        start = int(where * len(text))
        text = text[:start] + inserted + text[start + length :]
    with tempfile.TemporaryDirectory() as folder:
        report = audit_folder(project(Path(folder), {"app.js": UNMASKED, "app.py": PII, name: text}))
    assert [failure for failure in report.failures if failure.kind == "crash"] == []
    assert {(finding.path, finding.result.rule) for finding in report.findings} >= {
        ("app.js", "unmasked-inputs"),
        ("app.py", "default-pii"),
    }
    for finding in report.findings:
        assert (1, 1) <= finding.start <= finding.end
