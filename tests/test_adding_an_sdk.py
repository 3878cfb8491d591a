"""The guide to adding an SDK is true: its record and its example, as they stand there, are all it takes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from tests.harness import audit_folder, expected, found
from trackaudit.config import Config
from trackaudit.report.sdks import page
from trackaudit.sdks import compile as compiler

GUIDE = (Path(__file__).parent.parent / "docs" / "adding-an-sdk.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", GUIDE, re.M | re.S)
    assert found is not None
    return found[1]


def test_the_worked_example(tmp_path: Path) -> None:
    records, project = tmp_path / "records", tmp_path / "project"
    (project / "src").mkdir(parents=True)
    records.mkdir()
    (records / "peekaboo.toml").write_text(block("toml"), encoding="utf-8")
    compiled, errors = compiler.compile_records(records)
    assert not errors
    assert "peekaboo.json" in compiled
    record, _ = compiler.validate(tomllib.loads(block("toml")), "peekaboo")
    (project / "src" / "analytics.js").write_text(block("js"), encoding="utf-8")
    (project / "package.json").write_text('{ "dependencies": { "peekaboo-js": "2.3.0" } }', encoding="utf-8")
    assert found(audit_folder(project, config=Config(sdks=(record,)))) == expected(project)
    assert "| `replay.maskInputs` |" in page(record, {})
