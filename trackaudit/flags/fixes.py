"""What can be taken out of the code for certain: questions for flags whose answers do not count, and branches that a constant decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from trackaudit.effective.project import Evaluation, Project
from trackaudit.findings import Edit, Fix
from trackaudit.fix import FixError, Rewritten, rewrite
from trackaudit.flags.finder import permanent
from trackaudit.parse import edits
from trackaudit.resolve.fates import DROPPED, OVERRULED, SAME
from trackaudit.rules.constant_flag import deciding
from trackaudit.rules.unused_flag import fate_of
from trackaudit.understand import understand

if TYPE_CHECKING:
    from trackaudit.run import Request

_TAKE_OUT = {DROPPED: edits.dropped, SAME: edits.same, OVERRULED: edits.overruled}


class Mended(NamedTuple):
    """The files of one project as they would be. ``left`` counts the places that need a person."""

    root: str
    rewritten: list[Rewritten]
    left: int


def mend(request: Request, progress: Callable[[str, int, int], None]) -> Mended:
    """Fix what can be fixed for certain, in memory. Raises FixError where the result would not be what it ought to be."""
    before = _look(request, progress)
    rewritten = rewrite(before.texts, before.fixes)
    if rewritten:
        after = _look(request._replace(overlay={item.path: item.after for item in rewritten}), progress)
        for path in [item.path for item in rewritten]:
            if after.problems.get(path, 0) > before.problems.get(path, 0):
                raise FixError(f"{path}: would have a syntax error afterwards; nothing was written")
        done = sum(len(item.fixes) for item in rewritten)
        if after.leftovers > before.leftovers - done:
            raise FixError(f"{rewritten[0].path}: the flags would still be left over afterwards; nothing was written")
    return Mended(request.root, rewritten, before.leftovers - sum(len(item.fixes) for item in rewritten))


class _Look(NamedTuple):
    """What one reading of a project finds: its leftovers and how to mend them, its syntax errors by file, its texts."""

    leftovers: int
    fixes: list[Fix]
    problems: dict[str, int]
    texts: dict[str, bytes]


def _look(request: Request, progress: Callable[[str, int, int], None]) -> _Look:
    from trackaudit.run import Run

    run = Run(request, progress)
    try:
        if not run.read_all(lambda: None) or not run.texts:
            return _Look(0, [], {}, {})
        project, sources, _ = understand(run)
    finally:
        run.close()
    found = [
        evaluation for evaluation in project.evaluations if run.reported(evaluation.path) and _is_leftover(project, evaluation)
    ]
    fixes = [fix for evaluation in found for fix in _fixes(project, sources, evaluation)]
    problems = {path: len(facts.problems) for path, facts in project.files.items()}
    return _Look(len(found), fixes, problems, dict(sources))


def _is_leftover(project: Project, evaluation: Evaluation) -> bool:
    is_own = not evaluation.via and not evaluation.use.span.path
    return is_own and not permanent(project, evaluation) and bool(fate_of(evaluation) or deciding(evaluation.use))


def _fixes(project: Project, sources: dict[str, bytes], evaluation: Evaluation) -> Iterator[Fix]:
    path, use = evaluation.path, evaluation.use
    text, language = sources[path], project.files[path].language
    keys = ", ".join(f"`{key.value}`" for key in evaluation.asked()) or "a flag"
    fate, guard = fate_of(evaluation), deciding(use)
    if guard is not None and guard.constant is not None and not guard.span.path:
        title = f"take out the branch that `{guard.text}` decides against, and {keys} with it"
        changes = edits.decided(text, language, guard.span, guard.constant)
    else:
        title, changes = f"take out the question for {keys}", _TAKE_OUT[fate](text, language, use.span)
    if changes:
        yield Fix(title, False, tuple(Edit(path, *change) for change in changes))
