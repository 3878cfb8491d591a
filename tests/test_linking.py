"""Following wrappers and values across files: the cache, the bounds, and which file a specifier means, for any input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.harness import audit_folder, found
from trackaudit import rounds
from trackaudit.link.pythons import Pythons
from trackaudit.link.scripts import Scripts
from trackaudit.parse import Interest, parse
from trackaudit.prefilter import Prefilter
from trackaudit.resolve.facts import Wanted, extract
from trackaudit.sdks.catalogue import Catalogue

WRAPPER = "import posthog from 'posthog-js';\nexport const track = (event, props) => posthog.capture(event, props);\n"
HARMLESS = (
    "import posthog from 'posthog-js';\nexport const track = (event, props) => posthog.capture(event, { plan: props.plan });\n"
)
CALLER = "import { track } from './track';\ntrack('x', { email: user.email });\n"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def places(folder: Path, **options: object) -> set[tuple[str, int, str]]:
    return {place[:3] for place in found(audit_folder(folder, **options)) if place[3] == "expect"}


def test_editing_a_wrapper_changes_the_findings_of_its_unchanged_callers(tmp_path: Path) -> None:
    project, cache = tmp_path / "project", str(tmp_path / "cache")
    write(project, {"track.js": WRAPPER, "app.js": CALLER})
    options = {"use_cache": True, "cache_folder": cache}
    assert places(project, **options) == {("app.js", 2, "sensitive-property")}
    assert places(project, **options) == {("app.js", 2, "sensitive-property")}
    write(project, {"track.js": HARMLESS})
    assert places(project, **options) == set()
    write(project, {"track.js": WRAPPER})
    assert places(project, **options) == {("app.js", 2, "sensitive-property")}


def test_a_value_that_changes_in_another_file(tmp_path: Path) -> None:
    project, cache = tmp_path / "project", str(tmp_path / "cache")
    app = "import posthog from 'posthog-js';\nimport { mask } from './config';\nposthog.init('k', { session_recording: { maskAllInputs: mask } });\n"
    write(project, {"app.js": app, "config.js": "export const mask = true;\n"})
    options = {"use_cache": True, "cache_folder": cache}
    assert places(project, **options) == set()
    write(project, {"config.js": "export const mask = false;\n"})
    assert places(project, **options) == {("app.js", 3, "unmasked-inputs")}


def test_a_finding_in_a_caller_is_reported_when_only_the_caller_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, {"track.js": WRAPPER, "app.js": CALLER, "other.js": CALLER})
    assert places(tmp_path, paths=("app.js",)) == {("app.js", 2, "sensitive-property")}
    assert places(tmp_path, paths=("track.js",)) == set()


def test_related_places_name_the_files_that_they_are_in(tmp_path: Path) -> None:
    write(tmp_path, {"track.js": WRAPPER, "app.js": CALLER})
    (finding,) = [item for item in audit_folder(tmp_path).findings if item.result.rule == "sensitive-property"]
    assert finding.path == "app.js"
    assert [(place.path, place.start.line) for place in finding.related] == [("track.js", 2)]


def test_what_the_bound_leaves_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "MAX_FILES", 2)
    write(tmp_path, {"track.js": WRAPPER, **{f"app{number}.js": CALLER for number in range(6)}})
    report = audit_folder(tmp_path)
    assert len({finding.path for finding in report.findings if finding.result.rule == "sensitive-property"}) < 6
    assert any(failure.kind == "not-followed" and not failure.fatal for failure in report.failures)


def test_a_row_of_wrappers_that_is_too_long_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"w0.ts": 'import mixpanel from "mixpanel-browser";\nexport const w0 = (data) => mixpanel.track("x", data);\n'}
    for number in range(1, 5):
        inner = f"w{number - 1}"
        files[f"w{number}.ts"] = f'import {{ {inner} }} from "./{inner}";\nexport const w{number} = (data) => {inner}(data);\n'
    files["page.ts"] = 'import { w4 } from "./w4";\nw4({ email: user.email });\n'
    write(tmp_path, files)
    assert ("page.ts", 2, "sensitive-property") in places(tmp_path)
    monkeypatch.setattr(rounds, "MAX_ROUNDS", 2)
    report = audit_folder(tmp_path)
    assert [failure.kind for failure in report.failures] == ["not-followed"]
    assert not report.failures[0].fatal


def test_what_one_use_does_not_find_in_a_passed_on_object_hides_nothing_from_another(tmp_path: Path) -> None:
    sends = "import posthog from 'posthog-js';\nexport const analytics = { track: (data) => posthog.capture('x', data) };\n"
    page = "import { analytics } from './lib';\nanalytics.absent.deep({ email: user.email });\nanalytics.track({ email: user.email });\n"
    write(tmp_path, {"lib/index.js": "export * from './sends';\n", "lib/sends.js": sends, "page.js": page})
    assert places(tmp_path) == {("page.js", 3, "sensitive-property")}


@pytest.mark.parametrize("suffix", ["js", "py"])
def test_wrappers_that_call_each_other_end(tmp_path: Path, suffix: str) -> None:
    if suffix == "js":
        write(tmp_path, {
            "a.js": "import posthog from 'posthog-js';\nimport { b } from './b';\nexport const a = (p) => { posthog.capture('x', p); b(p); };\n",
            "b.js": "import { a } from './a';\nexport const b = (p) => a({ ...p, more: 1 });\nb({ email: user.email });\n",
        })  # fmt: skip
        assert places(tmp_path) == {("b.js", 3, "sensitive-property")}
    else:
        write(tmp_path, {
            "a.py": "import posthog\nfrom b import b\ndef a(p):\n    posthog.capture('1', 'x', p)\n    b(p)\n",
            "b.py": "from a import a\ndef b(p):\n    a({**p, 'more': 1})\nb({'email': user.email})\n",
            "requirements.txt": "posthog==3.7.0\n",
        })  # fmt: skip
        assert places(tmp_path) == {("b.py", 4, "sensitive-property")}


# --- which file a specifier means ---------------------------------------------------------------------------------

NAMES = st.sampled_from(
    ["src/a.ts", "src/index.ts", "a.js", "packages/x/package.json", "packages/x/src/index.ts", "tsconfig.json", "lib/a/index.jsx"]
)
SPECIFIERS = st.one_of(
    st.sampled_from(
        [
            ".",
            "..",
            "./a",
            "./src",
            "../a",
            "@/a",
            "~/a",
            "#a",
            "x",
            "x/a",
            "@s/x",
            "@s/x/a",
            "/a",
            "$lib/a",
            "",
            "@",
            "//",
            "./../..",
        ]
    ),
    st.text(max_size=12),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.text(max_size=6), st.sampled_from(["./src/*", ".", "*", "./dist/index.js", "../x.json", "#a"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(
        st.sampled_from([".", "./a", "*", "exports", "imports", "name", "main", "extends", "paths", "baseUrl", "compilerOptions", "#a", "import", "references", "path"]), inner, max_size=4)),
    max_leaves=12,
)  # fmt: skip


@given(
    st.sets(NAMES),
    SPECIFIERS,
    st.dictionaries(st.sampled_from(["packages/x/package.json", "tsconfig.json", "package.json"]), JSON),
)
def test_any_specifier_means_a_file_of_the_project_or_none(names: set[str], specifier: str, tables: dict[str, object]) -> None:
    files = names | set(tables)
    scripts = Scripts(files, lambda path: json.dumps(tables[path]) if path in tables else None)
    for importer in ("src/b.ts", "b.ts", "packages/x/src/b.ts"):
        meant = scripts.find(specifier, importer)
        assert meant is None or meant in files
    for path in names:
        scripts.names_of(path)


@given(
    st.sets(st.sampled_from(["a.py", "src/a.py", "p/__init__.py", "p/a.py", "p/q/__init__.py", "p/q/b.py"])),
    st.text("ab.pq", max_size=8),
)
def test_any_module_name_means_a_file_of_the_project_or_none(files: set[str], module: str) -> None:
    pythons = Pythons(files)
    for importer in ("p/q/c.py", "c.py", "src/c.py"):
        meant = pythons.find(module, importer)
        assert meant is None or meant in files


@pytest.mark.parametrize(
    ("importer", "module", "meant"),
    [
        ("p/c.py", ".a", "p/a.py"),
        ("p/q/c.py", "..a", "p/a.py"),
        ("p/q/c.py", ".", "p/q/__init__.py"),
        ("p/c.py", "p.q.b", "p/q/b.py"),
        ("p/c.py", "q", None),  # inside a package nothing is found by its bare name
        ("scripts/c.py", "tool", "scripts/tool.py"),
        ("scripts/c.py", "shop", "src/shop/__init__.py"),
        ("c.py", "...a", None),
    ],
)
def test_python_modules(importer: str, module: str, meant: str | None) -> None:
    files = {"p/__init__.py", "p/a.py", "p/q/__init__.py", "p/q/b.py", "scripts/tool.py", "src/shop/__init__.py"}
    assert Pythons(files).find(module, importer) == meant


@given(st.lists(st.sampled_from(["import", "from", "export", "*", "as", "a", "b", "'./x'", "'posthog-js'", "{", "}", "(", ")", "=", ",", ";", "\n", "class", "extends",
                                 "this", ".", "track", "=>", "require", "default", "function", "const", "return", "...", "posthog"]), max_size=30))  # fmt: skip
def test_facts_of_any_tokens(tokens: list[str]) -> None:
    """Lowering, resolving and extracting raise for nothing, with modules and exports wanted too."""
    text = " ".join(tokens).encode()
    modules = frozenset((("./x", frozenset(("a", "default"))),))
    unit = parse(text, "typescript", Interest(("posthog",), (), modules))
    facts = extract(unit, text, Catalogue(), Wanted(frozenset(("posthog",)), True, modules))
    assert all(0 <= found.span.start <= found.span.end <= len(text) for found in (*facts.uses, *facts.calls))


# --- what a file imports, as the prefilter sees it ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "python", "imports"),
    [
        ("import a from './a';\nexport * from \"./b\";\nconst c = require('./c');\nimport('./d');\nimport './e';\n", False, {"./a", "./b", "./c", "./d", "./e"}),
        ("from 'unclosed\n", False, set()),
        ("import a.b, c as d\n", True, {"a.b", "c"}),
        ("from .x import y, z as w\n", True, {".x", ".x.y", ".x.z"}),
        ("from . import (\n    y,\n    z,\n)\n", True, {".", ".y", ".z"}),
        ("    from a import b\n", True, {"a", "a.b"}),
        ("text = 'we import things from there'\n", True, set()),
    ],
)  # fmt: skip
def test_imports(code: str, python: bool, imports: set[str]) -> None:
    hits = Prefilter(Catalogue()).scan(code.encode(), python)
    assert {name.decode() for name in hits.imports} == imports


def test_what_policy_leaves_out_is_not_read_for_its_values(tmp_path: Path) -> None:
    app = "import posthog from 'posthog-js';\nimport { options } from './vendor/options';\nposthog.init('k', options);\n"
    write(
        tmp_path,
        {"app.js": app, "vendor/options.js": "export const options = { session_recording: { maskAllInputs: false } };\n"},
    )
    assert places(tmp_path) == set()
    (gap,) = [gap for gap in audit_folder(tmp_path).unresolved if gap.what == "options"]
    assert (gap.path, gap.start.line, gap.reason) == ("app.js", 3, "imported from a module that does not say")
