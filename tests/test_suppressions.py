"""Suppressions: every form in every comment syntax, what they cover and for how long, and what they give cause to report."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import MASKED, PII, POSTHOG, UNMASKED, check, project, run

SETUP = UNMASKED.splitlines()[1]
IMPORT = UNMASKED.splitlines()[0]
IGNORE = "trackaudit: ignore[unmasked-inputs] -- an internal tool"
HYGIENE = ("unused-suppression", "unknown-suppression", "unexplained-suppression", "expired-suppression")
NOW = ("--now", "2026-11-01")
MIXPANEL = POSTHOG.replace("posthog-js", "mixpanel-browser").replace("1.449.2", "2.13.0")


def audit(folder: Path, name: str, code: str, *arguments: str, manifest: str = POSTHOG) -> tuple[set[tuple[int, str]], int]:
    """Line and rule of what is reported in one file, and the number of what was suppressed."""
    project(folder, {"package.json": manifest, name: code})
    outcome = check(folder, name, *NOW, *arguments)
    return {(line, rule) for _, line, rule in outcome.places()}, outcome.json["summary"]["suppressed"]


# --- where a comment may stand --------------------------------------------------------------------------------

MULTI = """posthog.init('k', {
  autocapture: false,
  session_recording: {
    maskTextSelector: '*',
    maskAllInputs: false,
  },
});"""
COMPONENT = """import { PostHogProvider } from 'posthog-js/react';
export const App = () => (
  <main>
    HERE
    <PostHogProvider apiKey="k"
      options={{ session_recording: { maskAllInputs: false } }}>x</PostHogProvider>
  </main>
);
"""

JAVASCRIPT = {
    "same line": f"{IMPORT}\n{SETUP} // {IGNORE}\n",
    "same line, block comment": f"{IMPORT}\n{SETUP} /* {IGNORE} */\n",
    "block comment before it": f"{IMPORT}\n/* {IGNORE} */ {SETUP}\n",
    "line above": f"{IMPORT}\n// {IGNORE}\n{SETUP}\n",
    "line above, block comment": f"{IMPORT}\n/* {IGNORE} */\n{SETUP}\n",
    "line above, JSDoc": f"{IMPORT}\n/** {IGNORE} */\n{SETUP}\n",
    "above another comment": f"{IMPORT}\n// {IGNORE}\n// The tool of the support team.\n{SETUP}\n",
    "line above, indented": f"{IMPORT}\nfunction start() {{\n\t// {IGNORE}\n\t{SETUP}\n}}\n",
    "above a statement of several lines": f"{IMPORT}\n// {IGNORE}\n{MULTI}\n",
    "inside the statement, above the key": f"{IMPORT}\n" + MULTI.replace("    maskAll", f"    // {IGNORE}\n    maskAll"),
    "inside the statement, on the key's line": f"{IMPORT}\n" + MULTI.replace("maskAllInputs: false,", f"maskAllInputs: false, // {IGNORE}"),
    "above a declaration that holds the options": f"{IMPORT}\n// {IGNORE}\nconst options = {{\n  session_recording: {{\n    maskAllInputs: false,\n  }},\n}};\nposthog.init('k', options);\n",
    "above a statement whose call starts later": f"{IMPORT}\n// {IGNORE}\nexport const client =\n  {MULTI}\n",
    "above a statement of a chain": f"{IMPORT}\n// {IGNORE}\nif (ready)\n  {MULTI}\n",
    "without spaces": f"{IMPORT}\n{SETUP} //trackaudit:ignore[unmasked-inputs] --an internal tool\n",
    "with CRLF": f"{IMPORT}\r\n// {IGNORE}\r\n{SETUP}\r\n",
    "with a lone CR": f"{IMPORT}\r// {IGNORE}\r{SETUP}\r",
}  # fmt: skip


@pytest.mark.parametrize("code", JAVASCRIPT.values(), ids=JAVASCRIPT)
@pytest.mark.parametrize("name", ["app.js", "app.ts", "app.tsx"])
def test_javascript(tmp_path: Path, code: str, name: str) -> None:
    plain = code.replace("trackaudit:", "").replace("ignore[", "")
    assert {rule for _, rule in audit(tmp_path, name, plain)[0]} == {"unmasked-inputs"}, (
        "the finding is there without the comment"
    )
    assert audit(tmp_path, name, code) == (set(), 1)


JSX = {
    "in braces, line above": COMPONENT.replace("HERE", f"{{/* {IGNORE} */}}"),
    "same line": COMPONENT.replace("HERE", "").replace("options={", f"options={{/* {IGNORE} */ "),
    "between the properties": COMPONENT.replace("HERE", "").replace('apiKey="k"', f'apiKey="k"\n      // {IGNORE}'),
}


@pytest.mark.parametrize("code", JSX.values(), ids=JSX)
@pytest.mark.parametrize("name", ["app.jsx", "app.tsx"])
def test_jsx(tmp_path: Path, code: str, name: str) -> None:
    plain = code.replace("trackaudit:", "").replace("ignore[", "")
    assert {rule for _, rule in audit(tmp_path, name, plain)[0]} == {"unmasked-inputs"}, (
        "the finding is there without the comment"
    )
    assert audit(tmp_path, name, code) == (set(), 1)


FIELD = "trackaudit: ignore[sensitive-input] -- only the staging server has this page"
JSX_FIELD = {
    "above": f'    {{/* {FIELD} */}}\n    <input\n      name="p"\n      type="password"\n    />',
    "same line": f'    <input type="password" /> {{/* {FIELD} */}}',
    "in the tag": f'    <input // {FIELD}\n      type="password"\n    />',
}


@pytest.mark.parametrize("element", JSX_FIELD.values(), ids=JSX_FIELD)
def test_jsx_field(tmp_path: Path, element: str) -> None:
    code = f"import mixpanel from 'mixpanel-browser';\nmixpanel.init('T', {{}});\nexport const Login = () => (\n  <form>\n{element}\n  </form>\n);\n"
    plain = code.replace("trackaudit:", "").replace("ignore[", "")
    arguments = ("--select", "sensitive-input", "--select", "hygiene")
    assert {rule for _, rule in audit(tmp_path, "login.jsx", plain, *arguments, manifest=MIXPANEL)[0]} == {"sensitive-input"}
    assert audit(tmp_path, "login.jsx", code, *arguments, manifest=MIXPANEL) == (set(), 1)


PAGE = "<html><body>\n<script>\n  mixpanel.init('T', {{}});\n</script>\n<form>\n{}\n</form>\n</body></html>\n"
HTML = {
    "line above": f'<!-- {FIELD} -->\n<input type="password">',
    "same line": f'<input type="password"> <!-- {FIELD} -->',
    "before it": f'<!-- {FIELD} --> <input type="password">',
    "above an element of several lines": f'<!-- {FIELD} -->\n<input\n  name="p"\n  type="password"\n>',
    "comment of several lines": f'<!--\n  {FIELD}\n-->\n<input type="password">',
    "no spaces": f'<!--{FIELD}-->\n<input type="password">',
}


@pytest.mark.parametrize("element", HTML.values(), ids=HTML)
@pytest.mark.parametrize("name", ["login.html", "login.jinja2", "login.vue", "login.svelte", "login.astro"])
def test_html_comment(tmp_path: Path, element: str, name: str) -> None:
    code = PAGE.format(element)
    if name.endswith(".vue"):
        code = f"<script>\nimport mixpanel from 'mixpanel-browser';\nmixpanel.init('T', {{}});\n</script>\n<template><form>\n{element}\n</form></template>\n"
    arguments = ("--select", "sensitive-input", "--select", "hygiene")
    plain = code.replace("trackaudit:", "").replace("ignore[", "")
    assert {rule for _, rule in audit(tmp_path, name, plain, *arguments, manifest=MIXPANEL)[0]} == {"sensitive-input"}
    assert audit(tmp_path, name, code, *arguments, manifest=MIXPANEL) == (set(), 1)


def test_script_in_a_page_uses_its_own_comments(tmp_path: Path) -> None:
    setup = SETUP.replace("posthog", "window.posthog")
    code = f"<html>\n<script>\n// {IGNORE}\n{setup}\n</script>\n<script>{setup}</script>\n</html>\n"
    assert audit(tmp_path, "index.html", code) == ({(6, "unmasked-inputs")}, 1)


CALL = PII.splitlines()[2]
PYTHON = "trackaudit: ignore[default-pii] -- an internal tool"
TALL = "sentry_sdk.init(\n    dsn=DSN,\n    # Users may be named.\n    send_default_pii=True,\n)"
PYTHON_CASES = {
    "same line": f"{CALL}  # {PYTHON}\n",
    "line above": f"# {PYTHON}\n{CALL}\n",
    "no space": f"{CALL}  #trackaudit:ignore[default-pii]--an internal tool\n",
    "line above, indented": f"def start():\n    # {PYTHON}\n    {CALL}\n",
    "above a statement of several lines": f"# {PYTHON}\n{TALL}\n",
    "above the keyword": TALL.replace("# Users may be named.", f"# {PYTHON}") + "\n",
    "on the keyword's line": TALL.replace("=True,", f"=True,  # {PYTHON}") + "\n",
    "above an assignment whose call starts later": f"# {PYTHON}\nclient = (\n    {CALL}\n)\n",
    "above options in a variable": f"# {PYTHON}\noptions = {{\n    'send_default_pii': True,\n}}\nsentry_sdk.init(**options)\n",
    "above a condition": f"# {PYTHON}\nif ready: {CALL}\n",
    "with CRLF": f"# {PYTHON}\r\n{CALL}\r\n",
    "with a lone CR": f"# {PYTHON}\r{CALL}\r",
    "after letters that take several bytes": f'TITLE = "日本🙂"; {CALL}  # {PYTHON}\n',
}


@pytest.mark.parametrize("code", PYTHON_CASES.values(), ids=PYTHON_CASES)
def test_python(tmp_path: Path, code: str) -> None:
    arguments = ("--select", "default-pii", "--select", "hygiene")
    start = (
        code[-1:].join(["import sentry_sdk", ""])
        if code.endswith("\r")
        else "import sentry_sdk\r\n"
        if code.endswith("\r\n")
        else "import sentry_sdk\n"
    )
    before = [
        (line, rule)
        for line, rule in audit(tmp_path, "app.py", start + code.replace("trackaudit:", "").replace("ignore[", ""), *arguments)[0]
        if rule == "default-pii"
    ]
    assert len(before) == 1, "the finding is there without the comment"
    left, suppressed = audit(tmp_path, "app.py", start + code, *arguments)
    assert (left, suppressed) == (set(), 1)


def test_text_that_only_looks_like_a_comment(tmp_path: Path) -> None:
    code = f'{IMPORT}\nconst note = "// {IGNORE}";\n{SETUP}\nconst more = `\n// {IGNORE}\n`; {SETUP}\n'
    assert audit(tmp_path, "app.js", code) == ({(3, "unmasked-inputs"), (6, "unmasked-inputs")}, 0)
    code = f'import sentry_sdk\nNOTE = "# {PYTHON}"\n{CALL}\n'
    assert (3, "default-pii") in audit(tmp_path, "app.py", code)[0]


# --- what a comment covers ------------------------------------------------------------------------------------


def test_only_the_next_statement_is_covered(tmp_path: Path) -> None:
    code = f"{IMPORT}\n// {IGNORE}\n{SETUP}\n{SETUP}\n"
    assert audit(tmp_path, "app.js", code) == ({(4, "unmasked-inputs")}, 1)


def test_a_trailing_comment_covers_its_own_line_only(tmp_path: Path) -> None:
    code = f"{IMPORT} // {IGNORE}\n{SETUP}\n"
    assert audit(tmp_path, "app.js", code) == ({(1, "unused-suppression"), (2, "unmasked-inputs")}, 0)


def test_a_comment_below_does_nothing(tmp_path: Path) -> None:
    code = f"{IMPORT}\n{SETUP}\n// {IGNORE}\n"
    assert audit(tmp_path, "app.js", code) == ({(2, "unmasked-inputs"), (3, "unused-suppression")}, 0)


def test_only_the_named_rules_are_suppressed(tmp_path: Path) -> None:
    code = f"{IMPORT}\n// trackaudit: ignore[autocapture] -- wanted\n{SETUP}\n"
    left, _ = audit(tmp_path, "app.js", code, "--profile", "strict")
    assert (3, "unmasked-inputs") in left


def test_several_rules_in_one_comment(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "package.json": POSTHOG,
            "app.js": f"{IMPORT}\n// trackaudit: ignore[unmasked-inputs,autocapture , unmasked-text] -- internal\n{SETUP}\n",
        },
    )
    outcome = check(tmp_path, "--profile", "strict", *NOW)
    assert outcome.findings == []
    assert outcome.json["summary"]["suppressed"] == 3


def test_a_category_is_no_rule(tmp_path: Path) -> None:
    code = f"{IMPORT}\n// trackaudit: ignore[replay-unmasked] -- internal\n{SETUP}\n"
    assert audit(tmp_path, "app.js", code)[0] == {(2, "unknown-suppression"), (3, "unmasked-inputs")}


def test_one_comment_for_two_findings_of_a_rule(tmp_path: Path) -> None:
    code = f"{IMPORT}\n{SETUP} {SETUP} // {IGNORE}\n"
    assert audit(tmp_path, "app.js", code) == (set(), 2)


# --- dates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "left"), [
    ("2026-10-31", {(2, "expired-suppression"), (3, "unmasked-inputs")}), ("2026-11-01", set()), ("2026-11-02", set()),
])  # fmt: skip
def test_until(tmp_path: Path, day: str, left: set[tuple[int, str]]) -> None:
    code = f"{IMPORT}\n// trackaudit: ignore[unmasked-inputs] until {day} -- the old form\n{SETUP}\n"
    assert audit(tmp_path, "app.js", code) == (left, 0 if left else 1)
    python = f"import sentry_sdk\n# trackaudit: ignore[default-pii] until {day} -- the old form\n{CALL}\n"
    got = audit(tmp_path, "app.py", python, "--select", "default-pii", "--select", "hygiene")[0]
    assert {rule for _, rule in got if rule in ("default-pii", *HYGIENE)} == (
        {"expired-suppression", "default-pii"} if left else set()
    )


@pytest.mark.parametrize("day", ["tomorrow", "2026-13-01", "31.12.2026", "2027"])
def test_a_date_that_is_none(tmp_path: Path, day: str) -> None:
    code = f"{IMPORT}\n// trackaudit: ignore[unmasked-inputs] until {day} -- the old form\n{SETUP}\n"
    assert audit(tmp_path, "app.js", code) == ({(2, "unknown-suppression"), (3, "unmasked-inputs")}, 0)
    project(tmp_path, {})
    assert day in next(item["message"] for item in check(tmp_path, *NOW).findings if item["rule"] == "unknown-suppression")


def test_an_expired_suppression_of_nothing_is_reported_once(tmp_path: Path) -> None:
    code = f"{MASKED.splitlines()[0]}\n// trackaudit: ignore[unmasked-inputs] until 2020-01-01 -- the old form\n{MASKED.splitlines()[1]}\n"
    assert audit(tmp_path, "app.js", code)[0] == {(2, "expired-suppression")}


# --- suppressions that are wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", " --", " -- ", " --  \t", " because"])
def test_without_a_reason(tmp_path: Path, reason: str) -> None:
    code = f"{IMPORT}\n// trackaudit: ignore[unmasked-inputs]{reason}\n{SETUP}\n"
    left, suppressed = audit(tmp_path, "app.js", code)
    assert (3, "unmasked-inputs") in left
    assert suppressed == 0
    assert {rule for line, rule in left if line == 2} & {"unexplained-suppression", "unknown-suppression"}


@pytest.mark.parametrize(
    "comment", ["{/* trackaudit: ignore[sensitive-input] -- */}", "{/* trackaudit: ignore[sensitive-input] */}"]
)
def test_without_a_reason_in_jsx(tmp_path: Path, comment: str) -> None:
    """The comment's own end is no reason."""
    code = f"import mixpanel from 'mixpanel-browser';\nmixpanel.init('T', {{}});\nexport const Login = () => <form>\n{comment}\n<input type='password' /></form>;\n"
    left, suppressed = audit(tmp_path, "login.jsx", code, manifest=MIXPANEL)
    assert left >= {(4, "unexplained-suppression"), (5, "sensitive-input")}
    assert suppressed == 0


def test_without_a_reason_in_html(tmp_path: Path) -> None:
    code = PAGE.format('<!-- trackaudit: ignore[sensitive-input] -->\n<input type="password">')
    assert audit(tmp_path, "login.html", code, manifest=MIXPANEL)[0] >= {(6, "unexplained-suppression"), (7, "sensitive-input")}


def test_unknown_rule(tmp_path: Path) -> None:
    code = f"{IMPORT}\n// trackaudit: ignore[unmasked-input] -- an internal tool\n{SETUP}\n"
    assert audit(tmp_path, "app.js", code) == ({(2, "unknown-suppression"), (3, "unmasked-inputs")}, 0)
    [item] = [item for item in check(tmp_path, *NOW).findings if item["rule"] == "unknown-suppression"]
    assert "'unmasked-input'" in item["message"]
    assert '"unmasked-inputs"' in item["message"]
    assert item["category"] == "hygiene"


def test_a_known_rule_beside_an_unknown_one_still_counts(tmp_path: Path) -> None:
    code = f"{IMPORT}\n// trackaudit: ignore[unmasked-input, unmasked-inputs] -- an internal tool\n{SETUP}\n"
    assert audit(tmp_path, "app.js", code) == ({(2, "unknown-suppression")}, 1)


@pytest.mark.parametrize(
    "comment",
    [
        "trackaudit: ignore",
        "trackaudit: ignore -- all of it",
        "trackaudit: ignore[] -- all of it",
        "trackaudit: ignore[*] -- all of it",
        "trackaudit: disable=unmasked-inputs",
        "trackaudit: noqa",
    ],
)
def test_there_is_no_blanket_form(tmp_path: Path, comment: str) -> None:
    code = f"{IMPORT}\n// {comment}\n{SETUP}\n"
    assert audit(tmp_path, "app.js", code) == ({(2, "unknown-suppression"), (3, "unmasked-inputs")}, 0)


def test_prose_about_trackaudit_is_left_alone(tmp_path: Path) -> None:
    code = f"// We run trackaudit: it reads this file, see docs.\n// trackaudit: see the README\n{MASKED}"
    assert audit(tmp_path, "app.js", code) == (set(), 0)


# --- unused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "code", "line"), [
    ("app.js", f"{IMPORT}\n// {IGNORE}\n{MASKED.splitlines()[1]}\n", 2),
    ("app.js", f"const a = 1; // {IGNORE}\n", 1),
    ("app.py", f"x = 1\n# {PYTHON}\n", 2),
    ("app.vue", f"<template>\n<!-- {FIELD} -->\n<p/></template>\n", 2),
    ("app.jsx", f"export const A = () => <p>\n{{/* {FIELD} */}}\n</p>;\n", 2),
], ids=["masked", "no tracker in the file", "python", "vue", "jsx"])  # fmt: skip
def test_unused(tmp_path: Path, name: str, code: str, line: int) -> None:
    assert audit(tmp_path, name, code) == ({(line, "unused-suppression")}, 0)


def test_the_unused_rule_of_two_is_named(tmp_path: Path) -> None:
    code = f"{IMPORT}\n// trackaudit: ignore[unmasked-inputs, tls-off] -- an internal tool\n{SETUP}\n"
    assert audit(tmp_path, "app.js", code) == ({(2, "unused-suppression")}, 1)
    [item] = [item for item in check(tmp_path, *NOW).findings if item["rule"] == "unused-suppression"]
    assert "tls-off" in item["message"]
    assert "unmasked-inputs" not in item["message"]


@pytest.mark.parametrize("arguments", [
    ("--select", "hygiene"), ("--select", "autocapture", "--select", "hygiene"), ("--deselect", "unmasked-inputs"), ("--deselect", "replay-unmasked"),
    ("--deselect", "posthog"), ("--select", "sentry", "--select", "hygiene"),
], ids=" ".join)  # fmt: skip
def test_what_did_not_run_makes_nothing_unused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """The suppression is needed by a run of everything, so a run of less must not call for its removal."""
    code = f"{IMPORT}\n// {IGNORE}\n{SETUP}\n"
    assert audit(tmp_path, "app.js", code) == (set(), 1)
    assert "unused-suppression" not in {rule for _, rule in audit(tmp_path, "app.js", code, *arguments)[0]}


@pytest.mark.parametrize(
    "table",
    ['deselect = ["posthog"]', '[per-path-deselect]\n"app.js" = ["unmasked-inputs"]', '[per-path-deselect]\n"*" = ["posthog"]'],
)
def test_what_the_configuration_switches_off_makes_nothing_unused(tmp_path: Path, table: str) -> None:
    project(tmp_path, {"trackaudit.toml": table + "\n"})
    assert audit(tmp_path, "app.js", f"{IMPORT}\n// {IGNORE}\n{SETUP}\n")[0] == set()


def test_a_file_that_is_not_asked_for_has_no_unused_suppressions(tmp_path: Path) -> None:
    project(tmp_path, {"package.json": POSTHOG, "a.js": MASKED, "b.js": f"// {IGNORE}\n"})
    assert check(tmp_path, "a.js", *NOW).places() == []


def test_explicit_file_keeps_its_used_suppression(tmp_path: Path) -> None:
    """What makes the suppression needed (version and set-up) may lie in files that were not asked for."""
    login = f'<form>\n<!-- {FIELD} -->\n<input type="password"></form>\n'
    tracker = "import mixpanel from 'mixpanel-browser';\nmixpanel.init('T', {});\n"
    project(tmp_path, {"package.json": MIXPANEL, "src/login.html": login, "src/analytics.js": tracker})
    outcome = check(tmp_path, "src/login.html", *NOW)
    assert outcome.places() == []
    assert outcome.json["summary"]["suppressed"] == 1


# --- entries in the configuration -----------------------------------------------------------------------------


def entry(**keys: str) -> str:
    return "[[ignore]]\n" + "".join(f"{name} = {value if name == 'until' else repr(value)}\n" for name, value in keys.items())


def configured(folder: Path, table: str, *arguments: str, **files: str) -> tuple[list[tuple[str, int, str]], int]:
    project(folder, {"package.json": POSTHOG, "src/app.js": UNMASKED, "trackaudit.toml": table, **files})
    outcome = check(folder, *NOW, *arguments)
    return outcome.places(), outcome.json["summary"]["suppressed"]


@pytest.mark.parametrize("path", ["src/app.js", "src", "src/", "src/*.js", "*.js", "**/app.js"])
def test_ignore_by_path(tmp_path: Path, path: str) -> None:
    assert configured(tmp_path, entry(rule="unmasked-inputs", path=path, reason="internal")) == ([], 1)


@pytest.mark.parametrize("path", ["sr", "app.js", "src/app", "lib", "other/*.js"])
def test_ignore_by_another_path(tmp_path: Path, path: str) -> None:
    places, suppressed = configured(tmp_path, entry(rule="unmasked-inputs", path=path, reason="internal"))
    assert ("src/app.js", 2, "unmasked-inputs") in places
    assert suppressed == 0


def test_ignore_by_option(tmp_path: Path) -> None:
    option = "session_recording.maskAllInputs"
    assert configured(tmp_path, entry(rule="unmasked-inputs", option=option, reason="internal")) == ([], 1)
    places, suppressed = configured(tmp_path, entry(rule="unmasked-inputs", option="maskInputs", reason="internal"))
    assert (places[0], suppressed) == (("src/app.js", 2, "unmasked-inputs"), 0)


def test_ignore_by_package(tmp_path: Path) -> None:
    """A manifest has no comments."""
    setup = "import mixpanel from 'mixpanel-browser';\nmixpanel.init('T', {});\n"
    project(tmp_path, {"package.json": MIXPANEL, "app.js": setup})
    assert ("package.json", 3, "vulnerable-sdk") in check(tmp_path, *NOW).places()
    project(
        tmp_path,
        {"trackaudit.toml": entry(rule="vulnerable-sdk", package="mixpanel-browser", reason="autotrack is off on the server")},
    )
    outcome = check(tmp_path, *NOW)
    assert "package.json" not in {path for path, _, _ in outcome.places()}
    assert outcome.json["summary"]["suppressed"] == 1
    project(tmp_path, {"trackaudit.toml": entry(rule="vulnerable-sdk", package="posthog-js", reason="no")})
    assert ("package.json", 3, "vulnerable-sdk") in check(tmp_path, *NOW).places()


def test_all_conditions_of_an_entry_must_hold(tmp_path: Path) -> None:
    both = entry(rule="unmasked-inputs", path="src", option="session_recording.maskAllInputs", reason="internal")
    assert configured(tmp_path, both) == ([], 1)
    places, _ = configured(tmp_path, both.replace("'src'", "'lib'"))
    assert ("src/app.js", 2, "unmasked-inputs") in places


def test_entry_in_pyproject(tmp_path: Path) -> None:
    table = entry(rule="unmasked-inputs", path="src", reason="internal").replace("[[ignore]]", "[[tool.trackaudit.ignore]]")
    project(tmp_path, {"package.json": POSTHOG, "src/app.js": UNMASKED, "pyproject.toml": table})
    outcome = check(tmp_path, *NOW, "--show-suppressed")
    assert [item["suppressed"] for item in outcome.findings if item["rule"] == "unmasked-inputs"] == ["internal"]
    assert outcome.places("unused-suppression") == []


@pytest.mark.parametrize(("day", "rules"), [("2026-10-31", ["unmasked-inputs", "expired-suppression"]), ("2026-11-01", [])])
@pytest.mark.parametrize("quote", ["", '"'], ids=["TOML date", "string"])
def test_entry_until(tmp_path: Path, day: str, rules: list[str], quote: str) -> None:
    places, suppressed = configured(
        tmp_path, entry(rule="unmasked-inputs", path="src", reason="internal", until=f"{quote}{day}{quote}")
    )
    assert [rule for _, _, rule in places] == rules
    assert suppressed == (0 if rules else 1)


def test_unused_entry(tmp_path: Path) -> None:
    table = (
        "# Settings.\n"
        + entry(rule="unmasked-inputs", path="src", reason="internal")
        + "\n"
        + entry(rule="tls-off", path="src", reason="internal")
    )
    places, suppressed = configured(tmp_path, table)
    assert [(path, rule) for path, _, rule in places] == [("trackaudit.toml", "unused-suppression")]
    assert suppressed == 1
    [item] = [item for item in check(tmp_path, *NOW).findings if item["rule"] == "unused-suppression"]
    assert "tls-off" in item["message"]


@pytest.mark.parametrize("paths", [("lib/other.js",), ("lib",), ("-", "--stdin-filename", "lib/other.js")], ids=" ".join)
def test_entries_for_what_is_not_asked_for_are_not_unused(tmp_path: Path, paths: tuple[str, ...]) -> None:
    """As pre-commit runs it: one changed file, and a configuration that speaks of others."""
    table = entry(rule="unmasked-inputs", path="src", reason="internal")
    project(tmp_path, {"package.json": POSTHOG, "src/app.js": UNMASKED, "lib/other.js": MASKED, "trackaudit.toml": table})
    assert check(tmp_path, *NOW).code == 0
    outcome = check(tmp_path, *NOW, *paths, stdin=MASKED)
    assert outcome.places() == []
    assert outcome.code == 0


def test_complaints_about_entries_name_the_file_that_holds_them(tmp_path: Path) -> None:
    project(tmp_path / "p", {"package.json": POSTHOG, "src/app.js": MASKED})
    project(tmp_path, {"common.toml": entry(rule="unmasked-inputs", path="src", reason="internal")})
    outcome = check(tmp_path / "p/src", "..", "--config", "../../common.toml", *NOW)
    [(path, line, rule)] = outcome.places()
    assert (rule, line) == ("unused-suppression", 1)
    assert (tmp_path / "p/src" / path).resolve() == (tmp_path / "common.toml").resolve()


@pytest.mark.parametrize(("keys", "word"), [
    ({"rule": "unmasked-inputs", "path": "src"}, "reason"), ({"rule": "unmasked-inputs", "path": "src", "reason": " "}, "reason"),
    ({"path": "src", "reason": "x"}, "rule"), ({"rule": "unmasked-inputs", "reason": "x"}, "path"),
    ({"rule": "unmasked-input", "path": "src", "reason": "x"}, '"unmasked-inputs"'), ({"rule": "unmasked-inputs", "pth": "src", "reason": "x"}, '"path"'),
    ({"rule": "unmasked-inputs", "path": "src", "reason": "x", "until": "'soon'"}, "soon"),
    ({"rule": "unmasked-inputs", "path": "src", "reason": "x", "until": "2027-01-31T10:00:00"}, "until"),
], ids=["no reason", "empty reason", "no rule", "no place", "unknown rule", "unknown key", "no date", "a time"])  # fmt: skip
def test_entries_that_are_wrong(tmp_path: Path, keys: dict[str, str], word: str) -> None:
    project(tmp_path, {"package.json": POSTHOG, "src/app.js": UNMASKED, "trackaudit.toml": entry(**keys)})
    outcome = run(tmp_path, "check")
    assert outcome.code == 2
    assert "internal error" not in outcome.err
    assert word in outcome.err


def test_suppressed_findings_count_whatever_suppressed_them(tmp_path: Path) -> None:
    table = entry(rule="unmasked-inputs", path="src", reason="internal")
    places, suppressed = configured(tmp_path, table, **{"lib.js": f"{IMPORT}\n// {IGNORE}\n{SETUP}\n"})
    assert (places, suppressed) == ([], 2)
    shown = check(tmp_path, *NOW, "--show-suppressed").findings
    assert {(item["path"], item["suppressed"]) for item in shown if item["suppressed"]} == {
        ("src/app.js", "internal"),
        ("lib.js", "an internal tool"),
    }
