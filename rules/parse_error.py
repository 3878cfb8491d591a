"""A file that mentions a tracker could not be read in full.

## What it does
Reports the first place where a parser stumbled in a file that mentions a tracker, and files that nest too deep. Everything else in the
file is still analysed.

## Why is this bad?
What could not be read could not be checked. In Python a syntax error means that the file cannot run, so it is a warning; JavaScript
grammars trail the language, so there it is a note.

## How to fix
Mend the syntax error. If the file is no code, exclude it; if the syntax is right, tell us.

## References
- https://tree-sitter.github.io/tree-sitter/
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result

RISKY = (Example("import sentry_sdk\nsentry_sdk.init(dsn=DSN)\ndef broken(:\n", file="app.py", versions="sentry-sdk 2.30.0"),)

SAFE = (
    Example("import sentry_sdk\nsentry_sdk.init(dsn=DSN)\n", file="app.py", versions="sentry-sdk 2.30.0"),
    Example("def broken(:\n", file="app.py"),
)


def check(project: Project) -> Iterator[Result]:
    for path, facts in project.files.items():
        for problem in facts.problems[:1]:
            is_certain = facts.language == "python" or problem.kind == "too-deep"
            fix = (
                "mend it, or exclude the file"
                if is_certain
                else "mend it; if the code is right, leave it: the rest of the file was analysed"
            )
            severity = "warning" if is_certain else "note"
            yield Result(
                "parse-error", None, severity, "high", path, problem.span, f"not analysed in full: {problem.message}",
                fix, None, (), problem.kind, "",
            )  # fmt: skip
