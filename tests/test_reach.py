"""How sure it is that a tracker reaches a field: by what loads both."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import check, project

SETUP = "import { record } from 'rrweb';\nrecord({ emit: send });\n"
FIELD = 'export const Pay = () => <input name="iban" />;\n'
PINS = '{"dependencies": {"rrweb": "1.1.3"}}'


@pytest.mark.parametrize(
    ("files", "confidence"),
    [
        ({"src/main.jsx": "import './track';\nimport { App } from './App';\n", "src/App.jsx": "import { Pay } from './Pay';\n"}, "high"),
        ({"src/layout.jsx": "import './track';\n", "src/shop/page.jsx": "import { Pay } from '../Pay';\n"}, "high"),
        ({"src/admin.jsx": "import './track';\n", "src/shop.jsx": "import { Pay } from './Pay';\n"}, "medium"),
        (
            {
                "src/main.jsx": "import './track';\nimport { Pay } from './Pay';\n"
                "export const App = () => <div className='rr-block'><Pay /></div>;\n"
            },
            "medium",
        ),
        ({"src/loop.jsx": "import './Pay';\nimport './loop';\n"}, "medium"),
    ],
    ids=["common entry", "layout around it", "entries apart", "a mask above", "circle"],
)  # fmt: skip
def test_reach(tmp_path: Path, files: dict[str, str], confidence: str) -> None:
    project(tmp_path, {"package.json": PINS, "src/track.js": SETUP, "src/Pay.jsx": FIELD, **files})
    found = [item for item in check(tmp_path, "--no-cache").findings if item["rule"] == "sensitive-input"]
    assert [(item["path"], item["confidence"]) for item in found] == [("src/Pay.jsx", confidence)]


def test_another_package_is_out_of_reach(tmp_path: Path) -> None:
    project(tmp_path, {"a/package.json": PINS, "a/track.js": SETUP, "b/package.json": "{}", "b/Pay.jsx": FIELD})
    assert not [item for item in check(tmp_path, "--no-cache").findings if item["rule"] == "sensitive-input"]
