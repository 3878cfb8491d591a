"""The flags of a project, gathered from what asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from trackaudit.ages import Days, Memory, dated
from trackaudit.effective.project import Evaluation, Project
from trackaudit.flags import VERDICTS, Flag, Flags, Site
from trackaudit.flags.homemade import switches
from trackaudit.flags.verdicts import judged
from trackaudit.resolve.values import Known
from trackaudit.rules.common import describe
from trackaudit.rules.constant_flag import deciding
from trackaudit.rules.expired_flag import expired, said_to_stay
from trackaudit.rules.undeclared_flag import in_camel_case, state
from trackaudit.rules.unused_flag import fate_of
from trackaudit.understand import LinesOf, shortfalls, understand

if TYPE_CHECKING:
    from trackaudit.run import Request, Run


def find(request: Request, progress: Callable[[str, int, int], None]) -> Flags:
    """The flags that the request's paths ask for; with what git knows of these lines."""
    from trackaudit.run import Run

    run = Run(request, progress)
    if not run.read_all(lambda: None):
        return Flags(request.root, (), 0, tuple(run.failures))
    try:
        return _of_run(run)
    finally:
        run.close()


def _of_run(run: Run) -> Flags:
    project, sources, rounds = understand(run)
    memory = Memory(run.request)
    made = switches(run, sources, memory)
    lines = LinesOf(sources)
    asked: dict[tuple[str, str], list[tuple[Evaluation, Site]]] = {}
    unnamed = 0
    for evaluation in project.evaluations:
        keys = evaluation.asked()
        unnamed += not keys and run.reported(evaluation.path)
        for key in keys:
            site = _site(evaluation, key, lines)
            if run.reported(site.path):
                asked.setdefault((str(key.value), evaluation.use.sdk), []).append((evaluation, site))
    days: Days = {}
    if run.request.use_history and run.request.git:
        sites = [*(site for found in asked.values() for _, site in found), *made.sites(lines)]
        days = dated(run.request.root, [(site.path, site.line) for site in sites], sources, memory)
    flags = [_flag(project, key, sdk, [(item, site.at(days)) for item, site in found]) for (key, sdk), found in asked.items()]
    flags += made.flags(project, lines, days)
    if run.reported("."):
        flags += _unread(run, project, {key for key, _ in asked})
    memory.save()
    order = list(VERDICTS)
    flags.sort(key=lambda flag: (order.index(flag.verdict), flag.changed[1] or "9", flag.key, flag.sdk))
    reported = {path: facts for path, facts in project.files.items() if run.reported(path)}
    return Flags(run.request.root, tuple(flags), unnamed, tuple(shortfalls(run, reported, lines, rounds)))


def _site(evaluation: Evaluation, key: Known, lines: LinesOf) -> Site:
    """Where a flag is asked for: where its key is written, if that is in a call of a wrapper, else the call."""
    use = evaluation.use
    span = use.within[0] if use.within else use.callee_span
    path = span.path or evaluation.path
    line, column = lines[path].position(span.start)
    fallback = evaluation.fallback()
    dead = deciding(use) is not None
    told = describe(fallback).strip("`") if fallback is not None else ""
    return Site(path, line, column, use.method, told, fate_of(evaluation), dead)


def _flag(project: Project, key: str, sdk: str, found: list[tuple[Evaluation, Site]]) -> Flag:
    stated = [date for evaluation, _ in found for date in project.dates_at(evaluation)]
    late = next((date for evaluation, _ in found if (date := expired(project, evaluation)) is not None), None)
    until = late.date if late is not None else next((date.date for date in stated if date.date), "")
    sites = list({(site.path, site.line, site.column): site for _, site in found}.values())
    title = found[0][0].client["title"]
    stays = said_to_stay(stated) or project.stays(key)
    return judged(key, sdk, title, sites, until, late is not None, stays, state(project, key), project.today, project.flag_age)


def permanent(project: Project, evaluation: Evaluation) -> bool:
    """Whether every flag that a question may ask for is said to stay."""
    keys = evaluation.asked()
    listed = bool(keys) and all(project.stays(str(key.value)) for key in keys)
    return listed or said_to_stay(list(project.dates_at(evaluation)))


def _unread(run: Run, project: Project, asked: set[str]) -> list[Flag]:
    """The flags of the list that no code asks for: no file of the project mentions them, in whatever language."""
    declared = (project.declared or {}).values()
    unread = [flag.key for flag in declared if not asked & {flag.key, in_camel_case(flag.key)} and not flag.archived]
    left = {key for key in unread if not project.stays(key)}
    for path in run.names if left else ():
        data = run.bytes_of(path) if path != run.request.config.flag_list else None
        if data is not None:
            left = {key for key in left if key.encode() not in data}
    return [Flag(key, "", "the list of flags", (), "", "look", ("no file mentions it",)) for key in unread if key in left]
