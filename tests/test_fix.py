"""Fixes: checked before anything is written, all or nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import project, run
from trackaudit.findings import Edit, Fix
from trackaudit.fix import FixError, Rewritten, diff, rewrite
from trackaudit.fix import write as write_fixed

CODE = """\
import posthog from 'posthog-js';
const OLD = false;
export function start() {
  posthog.isFeatureEnabled('forgotten');
  if (OLD && posthog.isFeatureEnabled('old-checkout')) {
    legacy();
  } else {
    fresh();
  }
  return posthog.isFeatureEnabled('kept');
}
"""
FIXED = """\
import posthog from 'posthog-js';
const OLD = false;
export function start() {
  fresh();
  return posthog.isFeatureEnabled('kept');
}
"""


def test_what_is_certain_is_taken_out(tmp_path: Path) -> None:
    project(tmp_path, {"app.js": CODE, "other.js": "export const a = 1;\n"})
    outcome = run(tmp_path, "flags", "--fix", "--unsafe-fixes")
    assert (outcome.code, outcome.out) == (0, "")
    assert (tmp_path / "app.js").read_text() == FIXED
    assert "2 places in 1 file fixed." in outcome.err
    assert run(tmp_path, "flags", "--only", "stale").out.startswith("1 flag, 0 to be removed")
    assert "Nothing to fix" in run(tmp_path, "flags", "--fix", "--unsafe-fixes").err


def test_a_difference_is_only_shown(tmp_path: Path) -> None:
    project(tmp_path, {"app.js": CODE})
    outcome = run(tmp_path, "flags", "--diff")
    assert outcome.code == 0
    assert "-  posthog.isFeatureEnabled('forgotten');" in outcome.out.split("\n")
    assert (tmp_path / "app.js").read_text() == CODE


def test_code_is_only_taken_out_where_that_is_allowed(tmp_path: Path) -> None:
    project(tmp_path, {"app.js": CODE})
    outcome = run(tmp_path, "flags", "--fix")
    assert outcome.code == 2
    assert "--unsafe-fixes" in outcome.err
    assert (tmp_path / "app.js").read_text() == CODE


@pytest.mark.parametrize(
    ("code", "files"),
    [
        (CODE.replace("  posthog.isFeatureEnabled('forgotten');\n", "").replace("OLD = false", "OLD = window.old"), {}),
        ("import posthog from 'posthog-js';\nposthog.isFeatureEnabled('stop'); // permanent: a kill switch\n", {}),
        ("import posthog from 'posthog-js';\nposthog.isFeatureEnabled('stop');\n", {"trackaudit.toml": 'permanent-flags = ["st*"]\n'}),
    ],
)  # fmt: skip
def test_the_rest_is_left_alone(tmp_path: Path, code: str, files: dict[str, str]) -> None:
    project(tmp_path, {"app.js": code, **files})
    outcome = run(tmp_path, "flags", "--fix", "--unsafe-fixes")
    assert (outcome.code, outcome.err) == (0, "Nothing to fix.\n")
    assert (tmp_path / "app.js").read_text() == code


def test_what_a_person_must_decide_is_counted(tmp_path: Path) -> None:
    project(tmp_path, {"app.js": "import posthog from 'posthog-js';\nposthog.isFeatureEnabled(next());\n"})
    assert "1 left for you to decide" in run(tmp_path, "flags", "--fix", "--unsafe-fixes").err


def test_a_byte_order_mark_and_line_ends_survive(tmp_path: Path) -> None:
    (tmp_path / "app.js").write_bytes(b"\xef\xbb\xbf" + CODE.replace("\n", "\r\n").encode())
    assert run(tmp_path, "flags", "--fix", "--unsafe-fixes").code == 0
    assert (tmp_path / "app.js").read_bytes() == b"\xef\xbb\xbf" + FIXED.replace("\n", "\r\n").encode()


def test_nothing_is_written_where_a_file_has_changed(tmp_path: Path) -> None:
    project(tmp_path, {"a.js": "one", "b.js": "other"})
    with pytest.raises(FixError, match=r"b\.js"):
        write_fixed(str(tmp_path), [Rewritten("a.js", b"one", b"1", ()), Rewritten("b.js", b"two", b"2", ())])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.js", "b.js"]
    assert (tmp_path / "a.js").read_text() == "one"


def test_of_two_fixes_that_touch_the_first_is_taken() -> None:
    first, second, third = (Fix(name, True, (edit,)) for name, edit in (("1", Edit("a", 0, 2, "x")), ("2", Edit("a", 2, 3, "y")), ("3", Edit("a", 4, 5, ""))))  # fmt: skip
    (item,) = rewrite({"a": b"abcde"}, [first, second, third])
    assert (item.after, item.fixes) == (b"xcd", (first, third))
    assert diff([item]).endswith("-abcde\n\\ No newline at end of file\n+xcd\n\\ No newline at end of file\n")
