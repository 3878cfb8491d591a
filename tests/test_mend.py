"""``check --fix``: only what a second audit agrees with, and nothing but what was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import MASKED, POSTHOG, UNMASKED, check, project, run

PLAIN = 'deselect = ["autocapture", "unmasked-text"]\n'
# What is written, what it becomes, and whether that is safe.
MENDED: list[tuple[str, str, str, bool]] = [
    ("a.js", UNMASKED, MASKED, True),
    ("a.js", "import posthog from 'posthog-js';\nposthog.init('k', { debug: true });\n", "import posthog from 'posthog-js';\nposthog.init('k', { debug: false });\n", True),
    ("a.py", "import sentry_sdk\n\nsentry_sdk.init(dsn=DSN, send_default_pii=True)  # é\n", "import sentry_sdk\n\nsentry_sdk.init(dsn=DSN, send_default_pii=False)  # é\n", True),
    ("a.js", "snowplow('newTracker', 'sp', 'http://collect.example.com');\n", "snowplow('newTracker', 'sp', 'https://collect.example.com');\n", False),
    ("a.py", "from ably import AblyRest\nrest = AblyRest(KEY, tls=False)\n", "from ably import AblyRest\nrest = AblyRest(KEY, tls=True)\n", False),
    ("a.py", "import sentry_sdk\nsentry_sdk.init('http://k@sentry.example.com/1')\n", "import sentry_sdk\nsentry_sdk.init('https://k@sentry.example.com/1')\n", False),
    ("a.js", "import posthog from 'posthog-js';\nposthog.init('k', { api_host: 'http://ph.example.com' });\n", "import posthog from 'posthog-js';\nposthog.init('k', { api_host: 'https://ph.example.com' });\n", False),
    ("a.js", "import posthog from 'posthog-js';\nposthog.init('k', { session_recording: { 'maskAllInput': true } });\n", "import posthog from 'posthog-js';\nposthog.init('k', { session_recording: { 'maskAllInputs': true } });\n", False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "before", "after", "safe"), MENDED)
def test_what_can_be_mended_is_mended(tmp_path: Path, name: str, before: str, after: str, safe: bool) -> None:
    project(tmp_path, {name: before, "package.json": POSTHOG, "trackaudit.toml": PLAIN})
    run(tmp_path, "check", "--fix")
    assert (tmp_path / name).read_text() == (after if safe else before)
    run(tmp_path, "check", "--fix", "--unsafe-fixes")
    assert (tmp_path / name).read_text() == after


MIXPANEL = "import mixpanel from 'mixpanel-browser';\n"
DATADOG = (
    "import { datadogRum } from '@datadog/browser-rum';\ndatadogRum.init({ applicationId: 'x', trackUserInteractions: false, "
)
REPLAY = "import * as Sentry from '@sentry/browser';\nSentry.init({ dsn, integrations: [Sentry.replayIntegration({"
FORMS = "import { enableFormTracking } from '@snowplow/browser-plugin-form-tracking';\n"
SENTRY = "import sentry_sdk\nsentry_sdk.init("
MANIFEST = """{ "dependencies": {
  "mixpanel-browser": "2.15.0", "@datadog/browser-rum": "6.0.0", "@sentry/browser": "8.30.0",
  "@snowplow/browser-plugin-form-tracking": "4.6.8"
} }
"""
# The same for what is put in, goes back to its default, or is taken out; None where nothing can be done.
PLACED: list[tuple[str, str, str, str | None]] = [
    ("a.js", MIXPANEL, "mixpanel.init(TOKEN);\n", "mixpanel.init(TOKEN, { autotrack: false });\n"),
    ("a.js", MIXPANEL, "mixpanel.init(\n  TOKEN,\n);\n", "mixpanel.init(\n  TOKEN,\n  { autotrack: false },\n);\n"),
    ("a.js", MIXPANEL, "mixpanel.init(\n  TOKEN, // ours\n);\n", None),
    ("a.vue", "<script src=\"ts.js\"></script>\n<script lang=\"ts\">\n", "let a = b as string;\nsnowplow('enableFormTracking');\n</script>\n", "let a = b as string;\n</script>\n"),
    ("a.py", SENTRY, "DSN, max_request_body_size='never')\n", "DSN, max_request_body_size='never', include_local_variables=False)\n"),
    ("a.py", SENTRY, "\n    max_request_body_size='never',\n)\n", "\n    max_request_body_size='never',\n    include_local_variables=False,\n)\n"),
    ("a.js", DATADOG, "sessionReplaySampleRate: 20, defaultPrivacyLevel: 'allow' });\n", "sessionReplaySampleRate: 20, defaultPrivacyLevel: 'mask' });\n"),
    ("a.js", REPLAY, " unmask: ['body'], stickySession: true })] });\n", " stickySession: true })] });\n"),
    ("a.js", REPLAY, " stickySession: true, unmask: ['body'] })] });\n", " stickySession: true })] });\n"),
    ("a.js", REPLAY, "\n  unmask: ['body'],\n  stickySession: true,\n})] });\n", "\n  stickySession: true,\n})] });\n"),
    ("a.js", REPLAY, "\n  unmask: ['body'], // all\n  stickySession: true,\n})] });\n", "\n  // all\n  stickySession: true,\n})] });\n"),
    ("a.py", SENTRY, "include_local_variables=False, max_request_body_size='always')\n", "include_local_variables=False, max_request_body_size='never')\n"),
    ("a.js", FORMS, "enableFormTracking({ options: { fields: { denylist: ['id'] } } });\n", "enableFormTracking({ options: { fields: { allowlist: [], denylist: ['id'] } } });\n"),
    ("a.js", FORMS, "start();\nenableFormTracking();\n", "start();\n"),
    ("a.js", FORMS, "type A = ?string;\nconst f = (a: A): void => {};\nenableFormTracking();\n", "type A = ?string;\nconst f = (a: A): void => {};\n"),
    ("a.ts", FORMS, "export type * from './rows';\nconst x = db.sql<Row[]>`a`;\nenableFormTracking();\n", "export type * from './rows';\nconst x = db.sql<Row[]>`a`;\n"),
    ("a.js", FORMS, "start(enableFormTracking());\n", None),
    ("a.html", "<p>x</p><script>\nsnowplow('trackPageView');\n", "snowplow('enableFormTracking');\n</script>\n", "</script>\n"),
    ("a.jsx", MIXPANEL, "mixpanel.init(TOKEN, { autotrack: true });\nshow(<input type=\"password\" />);\n", "mixpanel.init(TOKEN, { autotrack: false });\nshow(<input className=\"mp-no-track\" type=\"password\" />);\n"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "head", "before", "after"), PLACED)
def test_what_is_mended_fits_its_place(tmp_path: Path, name: str, head: str, before: str, after: str | None) -> None:
    files = {name: head + before, "package.json": MANIFEST, "requirements.txt": "sentry-sdk==2.30.0\n"}
    project(tmp_path, files)
    names = ("vulnerable-sdk", "insecure-cookie", "insecure-endpoint", "unmasked-text")
    run(tmp_path, "check", "--fix", "--unsafe-fixes", "--profile", "strict", *(part for n in names for part in ("--deselect", n)))
    assert (tmp_path / name).read_text() == head + (before if after is None else after)


def test_an_option_that_is_not_written_is_put_in_beside_the_others(tmp_path: Path) -> None:
    code = "import posthog from 'posthog-js';\nposthog.init('k', {\n    debug: DEV,\n});\n"
    project(tmp_path, {"a.js": code, "package.json": POSTHOG})
    run(tmp_path, "check", "--fix", "--unsafe-fixes", "--profile", "strict")
    assert (tmp_path / "a.js").read_text() == code.replace("{\n", "{\n    autocapture: false,\n", 1)


def test_a_pin_moves_to_the_first_version_that_no_longer_leaks(tmp_path: Path) -> None:
    manifest = '{\n  "dependencies": { "mixpanel-browser": "2.13.0" }\n}\n'
    project(tmp_path, {"package.json": manifest, "a.js": "import mixpanel from 'mixpanel-browser';\nmixpanel.init('T');\n"})
    run(tmp_path, "check", "--fix", "--unsafe-fixes")
    assert (tmp_path / "package.json").read_text() == manifest.replace("2.13.0", "2.18.0")


@pytest.mark.parametrize(
    "code",
    [
        "import posthog from 'posthog-js';\nconst off = false;\nshow(off);\nposthog.init('k', { session_recording: { maskAllInputs: off } });\nkeep(off);\n",
        "import posthog from 'posthog-js';\nposthog.init('k', { session_recording: { maskAllInput: true, maskAllInputs: true } });\n",
        "import posthog from 'posthog-js';\n// trackaudit: ignore[unmasked-inputs] -- internal\nposthog.init('k', { session_recording: { maskAllInputs: false } });\n",
    ],
)  # fmt: skip
def test_what_stands_elsewhere_or_is_agreed_to_is_left(tmp_path: Path, code: str) -> None:
    project(tmp_path, {"a.js": code, "package.json": POSTHOG, "trackaudit.toml": PLAIN})
    run(tmp_path, "check", "--fix", "--unsafe-fixes")
    assert (tmp_path / "a.js").read_text() == code


def test_what_is_left_is_reported(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "a.js": UNMASKED,
            "b.js": "import posthog from 'posthog-js';\nposthog.capture('x', { email: a });\n",
            "trackaudit.toml": PLAIN,
        },
    )
    outcome = run(tmp_path, "check", "--fix", "--format", "json")
    assert outcome.code == 1
    assert [finding["rule"] for finding in outcome.findings] == ["sensitive-property"]
    assert "1 place in 1 file fixed" in outcome.err


def test_a_difference_is_shown_and_nothing_written(tmp_path: Path) -> None:
    project(tmp_path, {"a.js": UNMASKED, "trackaudit.toml": PLAIN})
    outcome = run(tmp_path, "check", "--diff")
    assert [line for line in outcome.out.splitlines() if line.startswith(("-p", "+p"))] == ["-" + UNMASKED.splitlines()[1], "+" + MASKED.splitlines()[1]]  # fmt: skip
    assert (tmp_path / "a.js").read_text() == UNMASKED


def test_a_fix_is_told_with_its_edits(tmp_path: Path) -> None:
    project(tmp_path, {"a.js": "// é\n" + UNMASKED, "trackaudit.toml": PLAIN})
    (finding,) = check(tmp_path).findings
    (edit,) = finding["fix"]["edits"]
    text = ("// é\n" + UNMASKED).encode()
    assert finding["fix"]["safe"] is True
    assert text[edit["start"] : edit["end"]] == b"false"
    assert (text[: edit["start"]] + edit["text"].encode() + text[edit["end"] :]).decode() == "// é\n" + MASKED
    (result,) = run(tmp_path, "check", "--format", "sarif").json["runs"][0]["results"]
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement == {"deletedRegion": {"byteOffset": edit["start"], "byteLength": 5}, "insertedContent": {"text": "true"}}


@pytest.mark.parametrize("other", [("--since", "HEAD"), ("--staged",)])
def test_fixes_go_with_whole_files(tmp_path: Path, other: tuple[str, ...]) -> None:
    project(tmp_path, {"a.js": UNMASKED})
    assert run(tmp_path, "check", "--fix", *other).code == 2
