"""A setting that captures is said to be there for a while only.

## What it does
Reports settings of trackers that widen what is captured (or that sample everything, or debug) and stand next to a comment which says that they are temporary: `for the load test`, `TODO mask again`,
`remove this before launch`; set-ups next to a comment that says so in so many words; and placeholders that were left in for keys. A date that is still to come is left alone.

## Why is this bad?
What was meant for a while stays: nobody is reminded.

## Incident
VWO Engage, 2017: form tracking, switched on for a prototype, was still on when the library went to the sites of 400 customers for a load
test. Card numbers and passwords were collected. (`examples/form-tracking-prototype`)

## How to fix
Settle it now, or give the comment a date: `TODO remove after 2027-01-31`.

## References
- https://docs.snowplow.io/docs/sources/web-trackers/tracking-events/form-tracking/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.effective.setups import Setup
from trackaudit.findings import Example, Related, Result
from trackaudit.model import Span
from trackaudit.resolve.values import Known, Remark, Value
from trackaudit.rules.common import identity

RISKY = (
    Example(
        "import posthog from 'posthog-js';\nposthog.init('k', {\n  autocapture: false,\n  session_recording: {\n    maskAllInputs: false, // TODO mask again after the pilot\n  },\n});\n",
        versions="posthog-js 1.449.2",
    ),
    Example(
        "import sentry_sdk\n\nsentry_sdk.init(\n    dsn=DSN,\n    # temporarily, for the load test\n    traces_sample_rate=1.0,\n)\n",
        file="app.py", versions="sentry-sdk 2.30.0",
    ),
)  # fmt: skip

SAFE = (
    Example(
        "import posthog from 'posthog-js';\nposthog.init('k', {\n  autocapture: false,\n  session_recording: {\n    maskAllInputs: true, // TODO mask less once legal agrees\n  },\n});\n",
        versions="posthog-js 1.449.2",
    ),
    Example(
        "import sentry_sdk\n\nsentry_sdk.init(\n    dsn=DSN,\n    # remove after 2099-01\n    traces_sample_rate=1.0,\n)\n",
        file="app.py", versions="sentry-sdk 2.30.0",
    ),
)  # fmt: skip

_SAMPLING = re.compile(r"sampl\w*$", re.I)
_KEY = re.compile(
    r"(?:^|\.)(?:api_?key|token|write_?key|project_?id|client_?token|measurement_?id|app_?id|environment_?id|sdk_?key|dsn)$", re.I
)
_PLACEHOLDER = re.compile(
    r"(?i)^(?:<[^>]+>|(?:.*[-_])?your[-_ ].*|.*(?:change[-_ ]?me|placeholder|x{5,}).*|test[-_]?(?:key|token)|(?:g|ua|gtm)-x{4,}.*)$"
)


def check(project: Project) -> Iterator[Result]:
    for setup in project.setups:
        remarks = project.files[setup.path].remarks if setup.path in project.files else ()
        for option in setup.client["option"] if remarks else ():
            for written in setup.find(option["path"]).written:
                remark = _said_of(remarks, written.span)
                if (
                    remark is not None
                    and not _is_to_come(project, remark)
                    and _captures(setup, option, written.span, written.value)
                ):
                    yield _result(setup, written.span, f"`{option['path']}`", remark, option["path"])
        whole = _said_of(tuple(remark for remark in remarks if remark.plain), setup.use.callee_span)
        if whole is not None and setup.role in ("setup", "start") and not _is_to_come(project, whole):
            yield _result(setup, setup.use.callee_span, "this set-up", whole, setup.use.method)
        yield from _placeholders(setup)


def _said_of(remarks: tuple[Remark, ...], span: Span) -> Remark | None:
    return next((remark for remark in remarks if not span.path and remark.reach.start <= span.start < remark.reach.end), None)


def _is_to_come(project: Project, remark: Remark) -> bool:
    if not remark.date:
        return False
    from trackaudit.rules.expired_flag import last_day

    return last_day(remark.date) >= project.today


def _captures(setup: Setup, option: dict[str, object], span: Span, value: Value) -> bool:
    """Whether what is written there makes the tracker take more: a risky value, everything sampled."""
    if _SAMPLING.search(str(option["path"])):
        return isinstance(value, Known) and isinstance(value.value, (int, float)) and value.value in (1, 100)
    risk = setup.risk(option)
    return risk is not None and risk.span == span


def _placeholders(setup: Setup) -> Iterator[Result]:
    """Keys that nobody has filled in."""
    first = setup.use.arguments[0] if setup.use.arguments and setup.role == "setup" else None
    places = [(first.value, first.name_span or first.span, first.name or "the key")] if first is not None else []
    for root in setup.roots:
        entries = getattr(root.value, "entries", ())
        places += [(entry.value, entry.key_span, entry.key) for entry in entries if _KEY.search(entry.key)]
    for value, span, name in places:
        if isinstance(value, Known) and isinstance(value.value, str) and _PLACEHOLDER.match(value.value):
            yield Result(
                "temporary-setting", setup.use.sdk, "note", identity(setup.use), setup.path, span,
                f"{setup.client['title']}: {name} is a placeholder, so nothing reaches a project of yours", "fill it in from configuration",
                setup.client_url, (), name, setup.use.context,
            )  # fmt: skip


def _result(setup: Setup, span: Span, what: str, remark: Remark, subject: str) -> Result:
    said = remark.words if len(remark.words) <= 80 else remark.words[:77] + "…"
    late = f", and was to be gone by {remark.date}" if remark.date else ""
    return Result(
        "temporary-setting", setup.use.sdk, "warning", identity(setup.use), setup.path, span,
        f"{setup.client['title']}: {what} is said to be there for a while only{late}: “{said}”", "settle it now, or give the comment a date that is to come",
        setup.client_url, (Related(setup.path, remark.span, "the comment"),), subject, setup.use.context,
    )  # fmt: skip
