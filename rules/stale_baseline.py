"""An entry of the baseline covers nothing any more.

## What it does
Reports entries of the baseline whose finding is gone: it was mended, its file was deleted, or the rule no longer says so.

## Why is this bad?
An entry that is left covers the next finding of its kind at the same place, which nobody has agreed to.

## How to fix
`trackaudit baseline --prune` takes these entries out and changes nothing else.

## References
- https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
"""

from __future__ import annotations

from trackaudit.findings import Example

_ENTRY = '{"rule": "unmasked-inputs", "sdk": "posthog", "path": "app.js", "line": 2, "about": "session_recording.maskAllInputs", "fingerprint": "0123", "identity": "4567"}\n'
RISKY = (
    Example(
        "import posthog from 'posthog-js';\nposthog.init('k', { autocapture: false, session_recording: { maskAllInputs: true } });\n",
        versions="posthog-js 1.449.2", beside=(("trackaudit-baseline.jsonl", _ENTRY),),
    ),
)  # fmt: skip

SAFE = (
    Example(
        "import posthog from 'posthog-js';\nposthog.init('k', { autocapture: false });\n",
        versions="posthog-js 1.449.2", beside=(("trackaudit-baseline.jsonl", ""),),
    ),
)  # fmt: skip
