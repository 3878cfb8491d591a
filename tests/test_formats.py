"""The output formats: each by its own rules, with hostile text in names and code, and several in one run."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as xml

import pytest

from tests.command import MASKED, PII, UNMASKED, check, project, run
from trackaudit.report import FORMATS
from trackaudit.report.markdown import LIMIT

# Names and values that end a string, a cell, a tag or a line, and marks that turn text around.
HOSTILE = {
    'src/<img src=x onerror=alert(1)>&"q".js': "import posthog from 'posthog-js';\nposthog.capture('x', { email: `</script><b>|${a}` });\n",
    "src/back`tick` @team|x.js": UNMASKED,
    "src/\u202eright.js": UNMASKED,
}


def rendered(folder: Path, format_name: str, *arguments: str) -> str:
    outcome = run(folder, "check", "--format", format_name, "--profile", "strict", *arguments)
    assert outcome.code in (0, 1), outcome.err
    return outcome.out


def findings(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(rendered(folder, "json", *arguments))["findings"]
    return listed


def test_gitlab_has_what_its_report_needs(tmp_path: Path) -> None:
    project(tmp_path, {**HOSTILE, "app.py": PII})
    entries = json.loads(rendered(tmp_path, "gitlab"))
    expected = findings(tmp_path)
    assert [(entry["check_name"], entry["location"]["path"], entry["location"]["lines"]["begin"]) for entry in entries] == [
        (finding["rule"], finding["path"], finding["line"]) for finding in expected
    ]
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    assert {entry["severity"] for entry in entries} <= {"info", "minor", "major", "critical", "blocker"}
    assert all(entry["description"] and not entry["location"]["path"].startswith(("/", "./")) for entry in entries)


def test_junit_is_xml_with_a_case_for_each_finding(tmp_path: Path) -> None:
    project(tmp_path, {**HOSTILE, "app.py": PII, "bad.py": b"\xff\xfe\x00 import sentry_sdk"})
    root = xml.fromstring(run(tmp_path, "check", "--format", "junit", "--profile", "strict").out)
    suite = root.find("testsuite")
    assert suite is not None
    failed = suite.findall("testcase/failure")
    shown = json.loads(run(tmp_path, "check", "--format", "json", "--profile", "strict").out)
    assert len(failed) == len(shown["findings"]) == int(suite.get("failures", "")) == int(root.get("failures", ""))
    assert len(suite.findall("testcase/error")) == int(suite.get("errors", "")) == len(shown["errors"])
    assert int(suite.get("tests", "")) == len(suite.findall("testcase"))


def test_a_clean_run_passes_one_case(tmp_path: Path) -> None:
    project(tmp_path, {"app.py": "print('nothing')\n"})
    root = xml.fromstring(rendered(tmp_path, "junit"))
    assert root.attrib == {"name": "trackaudit", "tests": "1", "failures": "0", "errors": "0"}


class Page(HTMLParser):
    """What stands on a page: its tags with their attributes, and the text of each article."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.articles: list[str] = []
        self._open = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "article":
            self._open = True
            self.articles.append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "article"

    def handle_data(self, data: str) -> None:
        if self._open:
            self.articles[-1] += data


def test_the_page_holds_every_finding_and_loads_nothing(tmp_path: Path) -> None:
    project(tmp_path, {**HOSTILE, "app.py": PII})
    page = Page(rendered(tmp_path, "html"))
    expected = findings(tmp_path)
    assert len(page.articles) == len(expected)
    for text, finding in zip(
        page.articles, sorted(expected, key=lambda item: (item["path"], item["line"], item["rule"])), strict=True
    ):
        assert finding["rule"] in text and finding["message"].replace("`", "") in text
    assert not {tag for tag, _ in page.tags} & {"img", "link", "iframe"}
    loading = [value for _, attributes in page.tags for name, value in attributes.items() if name in ("src", "onerror", "style")]
    assert loading == []
    assert [attributes for tag, attributes in page.tags if tag == "script"] == [{}]


def test_markdown_shows_names_as_they_are_and_no_markup_of_theirs(tmp_path: Path) -> None:
    project(tmp_path, HOSTILE)
    text = rendered(tmp_path, "markdown")
    assert text.startswith("## trackaudit: ")
    outside = re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", text)
    assert "<img" not in outside and "</script>" not in outside and "@team" not in outside
    assert "``src/back`tick` @team|x.js``" in text


def test_a_long_comment_is_cut_and_says_so(tmp_path: Path) -> None:
    code = "import posthog from 'posthog-js';\n" + "".join(
        f"posthog.capture('x', {{ email{n}_email: a }});\n" for n in range(400)
    )
    project(tmp_path, {"a.js": code, "b.js": code})
    text = rendered(tmp_path, "markdown")
    told = int(text.rsplit("\n\n", 1)[1].split()[0])
    assert len(text) < LIMIT + 200
    assert text.count("\n- **") + told == len(findings(tmp_path))


def test_a_comment_folds_what_the_profile_does_not_show(tmp_path: Path) -> None:
    project(tmp_path, {"app.js": UNMASKED})
    text = run(tmp_path, "check", "--format", "markdown").out
    notes = [finding for finding in check(tmp_path).findings if finding["severity"] == "note"]
    loud, _, quiet = text.partition(f"<details><summary>{len(notes)} note")
    assert notes and quiet.rstrip().endswith("</details>")
    assert "**error**" in loud and "**note**" not in loud
    assert quiet.count("- **note**") == len(notes)
    assert "<summary>1 note" not in rendered(tmp_path, "markdown")  # the strict profile shows them


@pytest.mark.parametrize("format_name", FORMATS)
def test_what_is_suppressed_or_known_is_not_reported(tmp_path: Path, format_name: str) -> None:
    quiet = UNMASKED.replace("\nposthog", "\n// trackaudit: ignore[unmasked-inputs] -- internal\nposthog")
    project(tmp_path, {"quiet.js": quiet, "old.py": PII, "trackaudit.toml": 'deselect = ["autocapture", "unmasked-text"]\n'})
    assert run(tmp_path, "baseline").code == 0
    for arguments in ((), ("--show-suppressed",)):
        text = run(tmp_path, "check", "--format", format_name, *arguments).out
        if format_name in ("gitlab", "junit", "github", "markdown"):
            assert "quiet.js" not in text and "old.py" not in text
        elif not arguments:
            assert "quiet.js:2" not in text and "old.py:3" not in text


def test_several_formats_in_one_run(tmp_path: Path) -> None:
    project(tmp_path, {"app.js": UNMASKED})
    outcome = run(tmp_path, "check", "--format", "sarif=out.sarif", "--format", "text", "--format", "junit=out.xml")
    assert outcome.code == 1
    assert "unmasked-inputs" in outcome.out
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"
    assert xml.fromstring((tmp_path / "out.xml").read_text()).tag == "testsuites"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "text", "--format", "json"), "one place"),
        (("--format", "sarf"), 'did you mean "sarif"'),
        (("--format", "json="), "names no file"),
        (("--format", "json=a", "--format", "sarif=./a"), "twice"),
        (("--format", "json=a", "--output", "b"), "--output"),
        (("--format", "json=no/such/folder/a"), "No such file"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    project(tmp_path, {"app.js": MASKED})
    outcome = run(tmp_path, "check", *arguments)
    assert outcome.code == 2
    assert said in outcome.err
