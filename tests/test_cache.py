"""The cache of analysed files, between installations: the same tool takes it over, another one does not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.command import ROOT, environment


def salt(home: Path) -> str:
    """What the tool that lies in a folder makes the keys of its entries with."""
    code = "from trackaudit.cache import Cache; print(Cache('/project').key(b'').hex())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=home, env=environment(PYTHONPATH=str(home)), capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_next_installation_takes_the_cache_over(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "trackaudit", tmp_path / "trackaudit", copy_function=shutil.copyfile)  # with times of its own
    assert salt(tmp_path) == salt(ROOT)


def test_another_version_does_not(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "trackaudit", tmp_path / "trackaudit")
    record = tmp_path / "trackaudit/sdks/compiled/posthog.json"
    text = record.read_text()
    record.write_text(text.replace("posthog", "gohtsop", 1))
    assert len(record.read_text()) == len(text)
    assert salt(tmp_path) != salt(ROOT)
