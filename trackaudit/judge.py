"""From a project to findings: rules run, suppressions apply, and places become lines and columns."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING

from trackaudit import suppress
from trackaudit.config import Config
from trackaudit.digest import blake2b
from trackaudit.effective.project import Project
from trackaudit.effective.unresolved import unresolved
from trackaudit.findings import CONFIDENCES, Finding, Gap, Position, RelatedLocation, Result
from trackaudit.model import Span
from trackaudit.rules import BY_ID, RULES, load
from trackaudit.rules.common import DEFINED_HERE
from trackaudit.understand import LinesOf, shortfalls, understand

if TYPE_CHECKING:
    from trackaudit.baseline import Entry
    from trackaudit.findings import RuleInfo
    from trackaudit.run import Report, Run


def judge(run: Run) -> Report:
    """Everything after reading."""
    from trackaudit.run import Report

    request = run.request
    project, sources, rounds = understand(run)
    found = [result for rule in RULES if _applies(rule, project) for result in load(rule).check(project)]
    if request.config.rules:
        from trackaudit.own_rules import own_results

        found += own_results(request.root, request.config.rules, project, run.failures)
    results = [result for result in map(at_home, found) if run.reported(result.path)]
    lines = LinesOf(sources)
    reported = {path: facts for path, facts in project.files.items() if run.reported(path)}
    # Suppressions come before the selection: what is switched off today does not make them unused.
    sorted_out = suppress.apply(results, reported, lines, request.config, request.today, set(BY_ID), run.reported("."))
    kept = _selected((*sorted_out.kept, *sorted_out.hygiene), request.config)
    reasons = {id(result): by for result, by in sorted_out.suppressed}
    silent = _selected((result for result, _ in sorted_out.suppressed), request.config)
    places = [*((result, None) for result in kept), *((result, reasons.get(id(result))) for result in silent)]
    placed = _dated(run, _placed(places, lines), sources)
    shown, baselined, stale = _adopted(run, [finding for finding in placed if finding.suppressed is None], lines)
    shown = sorted([*shown, *_placed([(result, None) for result in _selected(stale, request.config)], lines)], key=_order)
    hidden = [finding for finding in placed if finding.suppressed is not None]
    failures = shortfalls(run, reported, lines, rounds)
    parsed = sum(1 for path, facts in project.files.items() if facts.parser and run.reported(path))
    return Report(
        request.root,
        shown,
        hidden,
        failures,
        run.files,
        parsed,
        run.selection.skipped,
        _gaps(run, project, lines),
        sources,
        request.config,
        tuple(baselined),
    )


def _dated(run: Run, findings: list[Finding], sources: dict[str, bytes]) -> list[Finding]:
    """The findings about switches that never change, each with the day since when the switch is as it is, as far as git tells."""
    lines = [(place.path, place.start.line) for finding in findings for place in finding.related if place.message == DEFINED_HERE]
    if not lines or not run.request.git or not run.request.use_history:
        return findings
    from trackaudit.ages import Memory, dated

    memory = Memory(run.request)
    days = dated(run.request.root, lines, sources, memory)
    memory.save()
    return [finding._replace(related=tuple(_since(place, days) for place in finding.related)) for finding in findings]


def _since(place: RelatedLocation, days: dict[tuple[str, int], tuple[str, str]]) -> RelatedLocation:
    day, author = days.get((place.path, place.start.line), ("", ""))
    if place.message != DEFINED_HERE or not day:
        return place
    return place._replace(message=f"{DEFINED_HERE}, and is the same since {day} ({author})")


def _gaps(run: Run, project: Project, lines: LinesOf) -> list[Gap]:
    """What could not be evaluated, in the files that are reported on."""
    found = []
    for item in unresolved(project):
        path = item.span.path or item.path
        if run.reported(path):
            found.append(Gap(path, Position(*lines[path].position(item.span.start)), item.tracker, item.what, item.reason))
    return sorted(found)


def at_home(result: Result) -> Result:
    """The result with its places in the files that they name, where they name one."""
    related = tuple(
        item._replace(path=item.span.path or item.path, span=Span(item.span.start, item.span.end)) for item in result.related
    )
    span = Span(result.span.start, result.span.end)
    return result._replace(path=result.span.path or result.path, span=span, related=related)


def _applies(rule: RuleInfo, project: Project) -> bool:
    """Whether there is anything for a rule to look at; if not, its module need not be loaded."""
    if rule.needs == "setups":
        return bool(project.setups)
    if rule.needs == "sends":
        return bool(project.sends)
    if rule.needs == "evaluations":
        return bool(project.evaluations)
    if rule.needs == "broadcasts":
        return bool(project.broadcasts)
    if rule.needs == "fields":
        return bool(project.setups) and any(facts.fields for facts in project.files.values())
    if rule.needs == "pins":
        return bool(project.pins.packages()) or any(facts.scripts for facts in project.files.values())
    return rule.needs == "files" and any(facts.problems for facts in project.files.values())


def _selected(results: Iterable[Result], config: Config) -> list[Result]:
    """Results of the selected rules, categories and SDKs, one per place and rule, with the configured severities."""
    severities = dict(config.severity)
    chosen: dict[tuple[str, str, int], Result] = {}
    for result in results:
        names = {result.rule, BY_ID[result.rule].category, result.sdk or ""}
        if (config.select and names.isdisjoint(config.select)) or not names.isdisjoint(config.deselect):
            continue
        if any(fnmatchcase(result.path, pattern) and not names.isdisjoint(off) for pattern, off in config.per_path_deselect):
            continue
        if result.rule in severities:
            result = result._replace(severity=severities[result.rule])
        key = (result.rule, result.path, result.span.start)
        if key not in chosen or CONFIDENCES.index(result.confidence) > CONFIDENCES.index(chosen[key].confidence):
            chosen[key] = result
    return list(chosen.values())


def _digest(*parts: object) -> str:
    return blake2b("\0".join(map(str, parts)).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _placed(results: list[tuple[Result, suppress.Suppressor | None]], lines: LinesOf) -> list[Finding]:
    """Spans as lines and columns, with a fingerprint that survives moved lines."""
    from trackaudit.proposals import resolved

    seen: dict[tuple[object, ...], int] = {}
    findings = []
    for result, by in sorted(results, key=lambda item: (item[0].path, item[0].span, item[0].rule)):
        table = lines[result.path]
        identity = (result.rule, result.sdk, result.path, result.subject, result.context)
        ordinal = seen[identity] = seen.get(identity, -1) + 1
        fingerprint = _digest(*identity, ordinal)
        related = tuple(
            RelatedLocation(place.path, Position(*lines[place.path].position(place.span.start)), place.message)
            for place in result.related
        )
        start, end = (Position(*table.position(offset)) for offset in result.span[:2])
        findings.append(
            Finding(
                result,
                BY_ID[result.rule].category,
                result.path,
                start,
                end,
                related,
                fingerprint,
                by.reason if by else None,
                by.external if by else False,
                _digest(result.rule, result.sdk, result.subject, result.context, ordinal),
                fix=resolved(result.proposal, result.path, lines.sources) if result.proposal is not None else None,
            )
        )
    return sorted(findings, key=_order)


def _order(finding: Finding) -> tuple[object, ...]:
    return finding.path, finding.start, finding.result.rule


def _adopted(run: Run, findings: list[Finding], lines: LinesOf) -> tuple[list[Finding], list[Finding], list[Result]]:
    """The findings that no baseline covers, those that one does, and a result for each entry that covers nothing any more.

    In a monorepo the nearest baseline above a file is its own.
    """
    from trackaudit import baseline, known

    baselines = known.baselines(run)
    if not baselines:
        return findings, [], []
    everything = run.reported(".") and not run.request.config.select
    new: list[Finding] = []
    covered: list[Finding] = []
    stale: list[Result] = []
    for path, (text, entries) in baselines.items():
        lines.sources[path] = text
        own = [finding for finding in findings if known.baseline_of(run, baselines, finding.path) == path]
        matched = baseline.match(own, entries, run.request.today, partial(known.exists, run))
        new += matched.new
        covered += [finding._replace(baselined=entry.reason) for finding, entry in matched.known]
        stale += [_stale(path, lines, entry) for entry in matched.stale if everything or _is_asked(run, entry)]
    rest = [finding for finding in findings if known.baseline_of(run, baselines, finding.path) is None]
    return sorted([*new, *rest], key=_order), sorted(covered, key=_order), stale


def _is_asked(run: Run, entry: Entry) -> bool:
    return run.reported(entry.path) and not run.request.config.select


def _stale(path: str, lines: LinesOf, entry: Entry) -> Result:
    about = f" about `{entry.about}`" if entry.about else ""
    return Result(
        "stale-baseline", None, "note", "high", path, lines[path].line_span(entry.number),
        f"the finding {entry.rule}{about} in {entry.path} is gone", "take the entry out: trackaudit baseline --prune", None, (), entry.fingerprint, "",
    )  # fmt: skip
