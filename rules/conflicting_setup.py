"""The same tracker is set up twice, with different privacy.

## What it does
Reports a tracker that is set up in two places with the same key where one of them protects what the other leaves open.

## Why is this bad?
The first call wins with some SDKs and the last with others, and bundling or a race decides which one is first. The stricter
settings look effective in review and may never hold.

## How to fix
Keep one set-up, and have both places use it.

## References
- https://posthog.com/docs/libraries/js
- https://docs.sentry.io/platforms/javascript/best-practices/multiple-sentry-instances/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.effective.setups import Risk, Setup
from trackaudit.findings import Example, Related, Result
from trackaudit.model import Span
from trackaudit.resolve.values import Known, Mapping
from trackaudit.rules.common import identity, weakest

RISKY = (
    Example(
        "import posthog from 'posthog-js';\nexport const strict = () => posthog.init('phc_1', { autocapture: false, session_recording: { maskAllInputs: true } });\n"
        "export const loose = () => posthog.init('phc_1', { autocapture: false, session_recording: { maskAllInputs: false } });",
        versions="posthog-js 1.449.2",
    ),
    Example(
        "import sentry_sdk\n\ndef strict():\n    sentry_sdk.init('https://k@errors.example/1', send_default_pii=False)\n\ndef loose():\n    sentry_sdk.init('https://k@errors.example/1', send_default_pii=True)",
        file="app.py",
        versions="sentry-sdk 2.30.0",
    ),
)

SAFE = (
    Example(
        "import posthog from 'posthog-js';\nexport const one = () => posthog.init('phc_1', { autocapture: false, session_recording: { maskAllInputs: true } });\n"
        "export const two = () => posthog.init('phc_1', { autocapture: false, session_recording: { maskAllInputs: true } });",
        versions="posthog-js 1.449.2",
    ),
    Example(
        "import posthog from 'posthog-js';\nexport const shop = () => posthog.init('phc_1', { autocapture: false, session_recording: { maskAllInputs: true } });\n"
        "export const other = () => posthog.init('phc_2', { autocapture: false, session_recording: { maskAllInputs: true } });",
        versions="posthog-js 1.449.2",
    ),
    Example(
        "import sentry_sdk\n\nif settings.STRICT:\n    sentry_sdk.init('https://k@errors.example/1', send_default_pii=False)\nelse:\n    sentry_sdk.init('https://k@errors.example/1', send_default_pii=False, debug=settings.DEBUG)",
        file="app.py",
        versions="sentry-sdk 2.30.0",
    ),
)

# Of a server, to which there may be many connections.
_ADDRESS = re.compile(r"^(?:[\w+.-]+://[^@]*|[\w-]+(?:\.[\w-]+)+(?::\d+)?)$")


def check(project: Project) -> Iterator[Result]:
    groups: dict[tuple[str, str, str], list[Setup]] = {}
    for setup in project.setups:
        key = _key(setup)
        if key is not None and setup.role == "setup":
            groups.setdefault((setup.use.sdk, setup.client["id"], key), []).append(setup)
    for group in groups.values():
        for option in group[0].client["option"]:
            if option["concern"] and len(group) > 1:
                yield from _differing(group, option["path"])


def _key(setup: Setup) -> str | None:
    """The key, DSN or id that a set-up is given, where it is written out: two with the same one are the same tracker."""
    for argument in setup.use.arguments:
        if isinstance(argument.value, Known) and isinstance(argument.value.value, str) and argument.value.value:
            return None if _ADDRESS.match(argument.value.value) else argument.value.value
        for entry in argument.value.entries if isinstance(argument.value, Mapping) else ():
            if entry.key in ("dsn", "key", "apiKey", "token") and isinstance(entry.value, Known):
                return str(entry.value.value)
    return None


def _differing(group: list[Setup], path: str) -> Iterator[Result]:
    """A result where one of the set-ups writes an option safely and another leaves it risky."""
    judged = [(setup, option, setup.risk(option)) for setup in group if (option := setup.option(path)) is not None]
    loose = [risk for _, _, risk in judged if risk is not None and risk.entry["severity"] != "note"]
    strict = [(setup, setup.setting(option).written) for setup, option, risk in judged if risk is None]
    written = [(setup, places[0].span) for setup, places in strict if places]
    for risk in loose:
        for setup, span in written[:1]:
            if _place(setup) != _place(risk.setup) and not _exclusive(setup, risk.setup):
                yield _result(risk, setup, span, path)


def _exclusive(one: Setup, other: Setup) -> bool:
    """Whether only one of two set-ups can run, as far as their conditions tell."""
    own = {(guard.text, guard.positive) for guard in one.use.guards}
    return any((guard.text, not guard.positive) in own for guard in other.use.guards)


def _place(setup: Setup) -> tuple[str, Span]:
    return setup.path, setup.use.span


def _result(risk: Risk, strict: Setup, span: Span, path: str) -> Result:
    setup = risk.setup
    return Result(
        "conflicting-setup", setup.use.sdk, "note", weakest(identity(setup.use), "high" if risk.certain else "medium"), setup.path,
        setup.use.callee_span, f"{setup.client['title']}: the same tracker is set up elsewhere with a stricter `{path}`; which of the two holds is left to chance",
        "set it up once, in one place", setup.client_url, (Related(strict.path, span, "the stricter setting"),), path, setup.use.context,
    )  # fmt: skip
