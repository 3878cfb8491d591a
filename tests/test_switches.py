"""Switches that a project makes itself, in ``trackaudit flags``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command import commit, project, run
from trackaudit.parse.switches import switches_of

# A file, what it holds, and the switches that it asks with what they are defined as.
FOUND: list[tuple[str, str, dict[str, str]]] = [
    ("a.py", "ENABLE_CHECKOUT = True\n\n\ndef f():\n    if ENABLE_CHECKOUT:\n        go()\n", {"ENABLE_CHECKOUT": "a switch in the code"}),
    ("a.py", "import os\n\nNEW_MENU_ENABLED = os.environ.get('NEW_MENU_ENABLED') == 'true'\n\n\ndef f():\n    return a() if NEW_MENU_ENABLED else b()\n", {"NEW_MENU_ENABLED": "a variable of the environment"}),
    ("a.py", "import os\n\n\ndef f():\n    if os.getenv('FEATURE_X') == '1':\n        go()\n", {"FEATURE_X": "a variable of the environment"}),
    ("a.py", "FEATURES = {'checkout': True}\n\n\ndef f():\n    while FEATURES.get('checkout'):\n        go()\n", {"FEATURES.checkout": "a switch in the code"}),
    ("a.py", "class Settings:\n    USE_SEARCH = False\n\n\ndef f(settings):\n    return settings.USE_SEARCH and go()\n", {"USE_SEARCH": "a switch in the code"}),
    ("a.ts", "export const SHOW_BANNER = false;\nif (!SHOW_BANNER) stop();\n", {"SHOW_BANNER": "a switch in the code"}),
    ("a.ts", "const enableCheckout: boolean = true;\nexport const f = () => (enableCheckout ? a() : b());\n", {"enableCheckout": "a switch in the code"}),
    ("a.tsx", "export const features = { checkout: true, menu: process.env.MENU === '1' };\nexport const A = () => features.checkout && features['menu'] && <b />;\n", {"features.checkout": "a switch in the code", "features.menu": "a variable of the environment"}),
    ("a.js", "module.exports = { features: { checkout: false } };\nif (config.features.checkout) go();\n", {"features.checkout": "a switch in the code"}),
    ("a.js", "if (process.env.ENABLE_CHECKOUT === 'true') go();\n", {"ENABLE_CHECKOUT": "a variable of the environment"}),
    ("a.ts", "export const SHOW_BANNER = false;\nfor (const name of names) module.exports[name] = process.env[name] || module.exports[name];\nif (SHOW_BANNER) go();\n", {"SHOW_BANNER": "a variable of the environment"}),
    # Not switches:
    ("a.py", "USE_TZ = True\nif USE_TZ:\n    go()\n", {}),
    ("a.py", "ENABLE_CHECKOUT = True\n", {}),
    ("a.py", "ENABLE_CHECKOUT = client.flag('checkout')\nif ENABLE_CHECKOUT:\n    go()\n", {}),
    ("a.js", "function f(enableCheckout) { if (enableCheckout) go(); }\n", {}),
    ("a.js", "const features = map.queryFeatures();\nif (features.length) go();\n", {}),
    ("a.js", "const CHECKOUT_FLAG = 'new-checkout';\nif (client.on(CHECKOUT_FLAG)) go();\n", {}),
    ("a.js", "export function f() { const isMenuEnabled = false; if (isMenuEnabled) go(); }\n", {}),
    ("a.js", "const text = 'ENABLE_CHECKOUT'; // if (ENABLE_CHECKOUT) {\n", {}),
]  # fmt: skip


def flags(folder: Path, *arguments: str) -> dict[str, Any]:
    outcome = run(folder, "flags", "--format", "json", *arguments)
    assert outcome.code == 0, outcome.err
    return {flag["key"]: flag for flag in outcome.json["flags"]}


@pytest.mark.parametrize(("name", "code", "expected"), FOUND)
def test_switches_are_found_by_name_and_use(tmp_path: Path, name: str, code: str, expected: dict[str, str]) -> None:
    project(tmp_path, {name: code})
    outcome = run(tmp_path, "flags")
    assert {key: title for key, title in expected.items() if f"  {key}  {title}" in outcome.out} == expected
    assert flags(tmp_path).keys() == expected.keys()


def committed(folder: Path, files: dict[str, str], day: str) -> Path:
    project(folder, files, git=True)
    when = f"{day}T12:00:00Z"
    os.environ.update(GIT_AUTHOR_DATE=when, GIT_COMMITTER_DATE=when)
    try:
        commit(folder, "-c", "user.name=Ada", "-c", "user.email=a@example.org")
    finally:
        del os.environ["GIT_AUTHOR_DATE"], os.environ["GIT_COMMITTER_DATE"]
    return folder


ASKS = "from app import flags\n\n\ndef f():\n    if flags.ENABLE_CHECKOUT:\n        go()\n"


@pytest.mark.parametrize(
    ("defining", "where", "verdict"),
    [
        ("ENABLE_CHECKOUT = True\n", "app/flags.py", "stale"),
        ("ENABLE_CHECKOUT = True\n", "app/settings.py", "look"),
        ("ENABLE_CHECKOUT = os.environ['ENABLE_CHECKOUT']\n", "app/flags.py", "in use"),
        ("# kill switch\nENABLE_CHECKOUT = True\n", "app/flags.py", "stays"),
        ("ENABLE_CHECKOUT = True\nENABLE_CHECKOUT = False\n", "app/flags.py", "in use"),
        ("ENABLE_CHECKOUT = True\n\n\ndef off():\n    global ENABLE_CHECKOUT\n    ENABLE_CHECKOUT = False\n", "app/flags.py", "in use"),
        ("# TODO remove after 2026-02\nENABLE_CHECKOUT = os.environ['ENABLE_CHECKOUT']\n", "app/flags.py", "stale"),
    ],
)  # fmt: skip
def test_a_switch_is_judged_by_its_values_and_its_age(tmp_path: Path, defining: str, where: str, verdict: str) -> None:
    committed(tmp_path, {where: defining, "app/use.py": ASKS}, "2026-01-05")
    assert flags(tmp_path, "--now", "2026-10-01")["ENABLE_CHECKOUT"]["verdict"] == verdict


def test_a_young_switch_is_only_looked_at(tmp_path: Path) -> None:
    committed(tmp_path, {"app/flags.py": "ENABLE_CHECKOUT = True\n", "app/use.py": ASKS}, "2026-09-05")
    flag = flags(tmp_path, "--now", "2026-10-01")["ENABLE_CHECKOUT"]
    assert (flag["verdict"], flag["reasons"], flag["owner"]) == ("look", ["it is always True, since 2026-09-05"], "Ada")
    assert flags(tmp_path, "--no-history", "--now", "2027-10-01")["ENABLE_CHECKOUT"]["verdict"] == "look"


def test_the_project_says_when_a_switch_is_old(tmp_path: Path) -> None:
    files = {"app/flags.py": "ENABLE_CHECKOUT = True\n", "app/use.py": ASKS, "trackaudit.toml": "flag-age = 20\n"}
    committed(tmp_path, files, "2026-09-05")
    assert flags(tmp_path, "--now", "2026-09-25")["ENABLE_CHECKOUT"]["verdict"] == "look"
    assert flags(tmp_path, "--now", "2026-09-26")["ENABLE_CHECKOUT"]["verdict"] == "stale"


def test_what_is_remembered_is_what_was_found(tmp_path: Path) -> None:
    committed(tmp_path, {"app/flags.py": "ENABLE_CHECKOUT = True\n", "app/use.py": ASKS}, "2026-09-05")
    first = flags(tmp_path)
    assert flags(tmp_path) == first == flags(tmp_path, "--no-cache")
    (tmp_path / "app/use.py").write_text("def f():\n    go()\n")
    assert flags(tmp_path) == {}


@given(st.binary(max_size=300), st.sampled_from(["python", "javascript", "typescript", "tsx"]))
def test_any_bytes_can_be_read(data: bytes, language: str) -> None:
    text = b"ENABLE_A = True\nif (ENABLE_A" + data.decode("utf-8", "replace").encode()
    found = switches_of(text, language)
    assert all(text[item.span.start : item.span.end] for item in (*found.definitions, *found.gates))
