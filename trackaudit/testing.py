"""For people who write rules or SDK records of their own: audits of folders and examples, and expectation comments in fixtures.

A line of a fixture that ends in ``// expect: rule-id`` (or ``# expect: …``, ``<!-- expect: … -->``) has that finding, ``note:`` one that only the strict
profile shows; :func:`compare` says what is missing and what is too much. :func:`check_rule` runs a rule's own examples.
"""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

from trackaudit.audit import Report, Request, audit
from trackaudit.config import Config, load
from trackaudit.findings import CONFIDENCES, SEVERITIES, Example, Finding
from trackaudit.sdks.catalogue import Catalogue

TODAY = date(2026, 11, 1)  # for dates in fixtures; give `today` to have another
_EXPECTED = re.compile(r"\b(expect|note): ([a-z][a-z, -]*?)\s*(?:-->|\*/\}?)?\s*$")

Place = tuple[str, int, str, str]


def audit_folder(folder: Path, paths: tuple[str, ...] = (".",), **options: object) -> Report:
    """Audit a folder outside of git, as if it were the whole project, without the cache."""
    config = options.pop("config", None) or load(str(folder))
    today = options.pop("today", TODAY)
    assert isinstance(config, Config) and isinstance(today, date)
    settings = {"use_cache": False, "jobs": 1, **options}
    return audit(Request(str(folder), False, paths, config, today, **settings))  # type: ignore[arg-type]


def level(finding: Finding) -> str:
    """``expect`` for what the default profile shows, ``note`` for what only the strict one does."""
    result = finding.result
    sure = SEVERITIES.index(result.severity) >= 1 and CONFIDENCES.index(result.confidence) >= 1
    return "expect" if sure else "note"


def found(report: Report) -> set[Place]:
    return {(finding.path, finding.start.line, finding.result.rule, level(finding)) for finding in report.findings}


def expected(folder: Path) -> set[Place]:
    """The expectation comments in a folder's files, and ``expect.txt`` for files without comments."""
    places: set[Place] = set()
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        if name == "expect.txt":
            for line in path.read_text().splitlines():
                where, _, rule = line.partition(" ")
                kind, rule = ("note", rule[6:]) if rule.startswith("note: ") else ("expect", rule)
                file, _, number = where.rpartition(":")
                places.add((file, int(number), rule.strip(), kind))
            continue
        if path.suffix in (".json", ".lock", ".txt", ".toml", ".yaml"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            rest = line
            while match := _EXPECTED.search(rest):
                places |= {(name, number, rule.strip(), match[1]) for rule in match[2].split(",")}
                rest = rest[: match.start()].rstrip().removesuffix("//").removesuffix("#").rstrip()
    return places


def compare(folder: Path) -> str:
    """Missing and extra findings in words, empty when everything is as expected."""
    wanted, got = expected(folder), found(audit_folder(folder))
    lines = [f"missing {place[0]}:{place[1]} {place[3]}: {place[2]}" for place in sorted(wanted - got)]
    lines += [f"extra   {place[0]}:{place[1]} {place[3]}: {place[2]}" for place in sorted(got - wanted)]
    return "\n".join(lines)


def write_example(folder: Path, example: Example) -> None:
    """A rule's example as a project: its file, and the manifest that its versions ask for."""
    file = folder / example.file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(example.code, encoding="utf-8")
    for name, text in example.beside:
        (folder / name).write_text(text, encoding="utf-8")
    packages = Catalogue().packages
    pins = [line.split() for line in example.versions.split(",") if line]
    npm = [
        f'    "{name}": "{version}"'
        for name, version in pins
        if f"npm:{name}" in packages and example.file.endswith(("js", "jsx", "ts", "tsx", "html", "vue"))
    ]
    if npm:
        (folder / "package.json").write_text('{\n  "dependencies": {\n' + ",\n".join(npm) + "\n  }\n}\n")
    elif pins:
        (folder / "requirements.txt").write_text("".join(f"{name}=={version}\n" for name, version in pins))


def check_rule(path: str | Path) -> list[str]:
    """Run the examples of a rule of one's own: what is wrong with them, in words, and nothing where each risky one is found and each
    safe one is not. Raises OwnRuleError where the file is no rule."""
    from tempfile import TemporaryDirectory

    from trackaudit.own_rules import load_rule

    rule, module = load_rule(str(path))
    config = Config(rules=(os.path.abspath(path),))
    wrong = [] if module.RISKY and module.SAFE else ["there should be risky examples, and at least as many safe ones"]
    for name, examples, is_wanted in (("RISKY", module.RISKY, True), ("SAFE", module.SAFE, False)):
        for number, example in enumerate(examples):
            with TemporaryDirectory() as folder:
                write_example(Path(folder), example)
                report = audit_folder(Path(folder), config=config)
            wrong += [f"{name}[{number}]: {failure.message}" for failure in report.failures]
            is_found = any(finding.result.rule == rule.id for finding in report.findings)
            if is_found != is_wanted:
                wrong.append(f"{name}[{number}]: {'nothing was' if is_wanted else 'something was'} found")
    return wrong
