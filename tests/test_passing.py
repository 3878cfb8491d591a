"""Masks that cover only what is marked: each function as the one that PostHog's and rrweb's recorders call."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import check, project

PASSES = {
    "marked": "(text, element) => { if (element?.dataset['mask'] === 'true') { return '*'.repeat(text.length); } return text; }",
    "conditional": "(text, el) => el.type === 'password' ? '***' : text",
    "otherwise": "(text, el) => { if (el.classList.contains('private')) { return '*'; } else { return text; } }",
    "turned round": "(text, el) => { if (el.type !== 'password') return text; return '*'; }",
    "of several": "(text, el) => { if (el.type === 'password') return ''; if (el.closest('.private')) return '*'; return text; }",
    "either": "(text, el) => el.dataset.mask === '1' || ['email', 'tel'].includes(el.type) ? '*' : text",
    "there": "(text, el) => el && el.dataset.mask ? '*' : text",
}
MASKS = {
    "marked as harmless": "(text, element) => { if (element?.dataset['record'] === 'true') { return text; } return '*'.repeat(text.length); }",
    "not marked as harmless": "(text, element) => { if (element?.dataset.record !== 'true') return '*'; return text; }",
    "conditional": "(text, el) => el.type === 'search' ? text : '***'",
    "empty": "(text, el) => { if (!text) return text; return '*'; }",
    "short": "(text, el) => { if (text.trim().length === 0) return text; return '*'; }",
    "asks a function": "(text, el) => { if (isPrivate(el)) return '*'; return text; }",
    "asks a setting": "(text, el) => { if (settings.strict) return '*'; return text; }",
    "both ways": "(text, el) => { if (el.type === 'password' && el.dataset.record !== '1') return '*'; return text; }",
    "changed": "(text, el) => { if (el.type === 'password') return '*'; text = hide(text); return text; }",
    "everything": "(text, el) => '*'.repeat(text.length)",
}


def audited(folder: Path, function: str) -> list[tuple[str, int, str]]:
    options = f"{{ autocapture: false, session_recording: {{ maskAllInputs: true, maskInputFn: {function} }} }}"
    code = f"import posthog from 'posthog-js';\nif (KEY) {{ posthog.init(KEY, {options}); }}\n"
    return check(project(folder, {"app.js": code})).places()


@pytest.mark.parametrize("name", PASSES)
def test_what_is_not_singled_out_is_recorded(tmp_path: Path, name: str) -> None:
    assert audited(tmp_path, PASSES[name]) == [("app.js", 2, "unmasked-inputs")]


@pytest.mark.parametrize("name", MASKS)
def test_what_is_not_singled_out_is_masked_or_nobody_can_tell(tmp_path: Path, name: str) -> None:
    assert audited(tmp_path, MASKS[name]) == []
