"""Every command in the documentation runs, every output is what the tool prints, and every file that it speaks of is there."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import MASKED, PII, ROOT, UNMASKED, commit, project, run, run_git
from trackaudit.baseline import parse
from trackaudit.config import load

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^[ ]*```(\w*)\n(.*?)^[ ]*```", re.S | re.M)
_OUTPUT = re.compile(r"<!-- output of: (trackaudit .+?) -->\n```\w*\n(.*?)^```", re.S | re.M)
_INLINE = re.compile(r"`(trackaudit [^`\n]+)`")
_LINK = re.compile(r"\]\((?!https?:|#|<)([^)#\s]+)")


def commands() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines = [
            line for language, block in _BLOCK.findall(text) if language in ("sh", "", "yaml") for line in block.splitlines()
        ]
        for line in (*lines, *_INLINE.findall(text)):
            if found := re.match(r"\s*(?:- (?:run: )?)?(trackaudit (?!\d)[a-z].*)", line):
                yield page.name, re.sub(r"\s+#.*", "", found[1])


ELSEWHERE = ("lsp", "check --watch", "sdks peekaboo", "merge")  # run by tests of their own, or only spoken of


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository such as the commands are written for, with a change since its ``main``."""
    folder = tmp_path_factory.mktemp("documented")
    project(folder, {"src/analytics.ts": UNMASKED, "packages/web/app.js": UNMASKED, "packages/lib/lib.js": MASKED}, git=True)
    run_git(folder, "checkout", "-q", "-b", "main")
    commit(folder)
    run_git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
    project(folder, {"src/new.py": PII})
    run(folder, "check", "--shard", "1/1", "--format", "json=shard-0.json")
    return folder


@pytest.mark.parametrize(("page", "line"), sorted(set(commands())))
def test_a_command_does_what_it_is_for(page: str, line: str, repository: Path, tmp_path: Path) -> None:
    line = (
        line.replace("${{ matrix.shard }}/5", "1/5").replace("${{ matrix.shard }}", "1").replace("${{ github.base_ref }}", "main")
    )
    line = re.sub(r"\$\{\w+:\+(.*?)\}", r"\1", line)  # a shell's "if it is set"
    line = re.sub(r"\$(GITHUB_BASE_REF|CI_MERGE_REQUEST_DIFF_BASE_SHA)", "main", line)
    _, *words = shlex.split(re.split(r"[|;&]", line)[0])
    if words[0].isupper() or "NAME" in words or "…" in line or line.removeprefix("trackaudit ") in ELSEWHERE:
        return
    folder = tmp_path / "repository"
    shutil.copytree(repository, folder)
    words = [name for word in words for name in (sorted(path.name for path in folder.glob(word)) if "*" in word else [word])]
    before = set(folder.iterdir())
    outcome = run(folder, *words)
    assert outcome.code in (0, 1), f"{page}: {line}: {outcome.err}"
    assert outcome.out or outcome.err or set(folder.iterdir()) > before


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_an_output_is_what_the_tool_prints(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    blocks = _OUTPUT.findall(text)
    assert len(blocks) == text.count("<!-- output of:")
    for command, shown in blocks:
        printed = run(ROOT, *shlex.split(command)[1:], "--no-cache").out.splitlines()
        assert not [line for line in shown.splitlines() if line not in printed]


def test_the_entry_in_the_guide_is_what_a_baseline_holds(tmp_path: Path) -> None:
    guide = (ROOT / "docs/baseline.md").read_text(encoding="utf-8")
    (entry,) = [json.loads(block) for language, block in _BLOCK.findall(guide) if language == "json"]
    project(tmp_path, {"src/app.js": UNMASKED}, git=True)
    run(tmp_path, "baseline")
    written = [json.loads(line) for line in (tmp_path / "trackaudit-baseline.jsonl").read_text().splitlines()]
    made = {"fingerprint": "…", "identity": "…", "reason": entry["reason"], "until": entry["until"]}
    assert entry in [{**table, **made} for table in written]
    parse(json.dumps({**written[0], **made}) + "\n", "trackaudit-baseline.jsonl")


def test_every_key_of_the_report_is_told(tmp_path: Path) -> None:
    project(
        tmp_path, {"app.js": UNMASKED, "bad.js": b"\xff posthog.init(KEY, options)", "open.js": UNMASKED.replace("'k'", "KEY()")}
    )
    text = (ROOT / "docs/reports.md").read_text(encoding="utf-8")
    report = run(tmp_path, "check", "--format", "json", "--shard", "1/1", "--explain-unresolved", "--profile", "strict").json
    finding = next(item for item in report["findings"] if item["fix"] and item["fix"]["edits"])
    tables = [report, report["summary"], finding, finding["fix"], finding["fix"]["edits"][0], report["errors"][0]]
    assert {key for table in tables for key in table} <= set(re.findall(r"`(\w+)`", text))
    for table, heading in ((report, "## JSON"), (finding, "A finding:")):
        rows = text[text.index(heading) :].split("|---|---|\n")[1].split("\n\n")[0]
        assert {key for row in rows.splitlines() for key in re.findall(r"`(\w+)`", row.split("|")[1])} == set(table)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_link_leads_to_a_file(page: Path) -> None:
    made = {"all-rules.md", "all-sdks.md"}  # while the site is built
    for target in _LINK.findall(_BLOCK.sub("", page.read_text(encoding="utf-8"))):
        assert target in made or (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_configuration_is_valid(page: Path, tmp_path: Path) -> None:
    for language, block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        if language == "toml" and "[tool.trackaudit" in block and "tool.trackaudit.sdk" not in block:
            project(tmp_path, {"pyproject.toml": block})
            assert load(str(tmp_path)).source == "pyproject.toml"


def test_the_rule_in_the_guide_works(tmp_path: Path) -> None:
    from tests.harness import audit_folder, write_example

    guide = (ROOT / "docs/writing-a-rule.md").read_text(encoding="utf-8")
    code = next(block for language, block in _BLOCK.findall(guide) if language == "python")
    module: dict[str, object] = {}
    exec(compile(code, "no_replay.py", "exec"), module)
    found = {}
    for name in ("RISKY", "SAFE"):
        for number, example in enumerate(module[name]):  # type: ignore[var-annotated, arg-type]
            folder = tmp_path / f"{name}{number}"
            write_example(folder, example)
            found[name] = len(results(folder, module["check"]))
    assert audit_folder(tmp_path / "SAFE0") is not None
    assert found["RISKY"] > 0 and found["SAFE"] == 0


def results(folder: Path, check: object) -> list[object]:
    from datetime import date

    from trackaudit.config import Config
    from trackaudit.run import Request, Run
    from trackaudit.understand import understand

    run = Run(Request(str(folder), False, (".",), Config(), date(2026, 11, 1), use_cache=False, jobs=1), lambda *_: None)
    run.read_all(lambda: None)
    return list(check(understand(run).project))  # type: ignore[operator]
