"""Writes the lists of option names from the packages' own types, and reports where the records differ from them.

``python maintenance/options.py`` writes and reports; ``--check`` compares and exits 1 on a difference. See README.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import drift
import npm
import pypi
from objects import Entry, Lists, Options
from sources import HERE, Source, excused, load

from trackaudit.versions import contains, parse

NAMES = HERE.parent / "trackaudit" / "sdks" / "names"
RECORDS = HERE.parent / "trackaudit" / "sdks" / "records"
Read = Callable[[Source, str, Path], tuple[str, list[Options], list[str]]]
READERS: dict[str, Read] = {"npm": npm.read, "pypi": pypi.read}
NEWEST: dict[str, Callable[[str], str]] = {"npm": npm.newest, "pypi": pypi.newest}


def collect(sources: list[Source], cache_folder: Path) -> tuple[Lists, list[str]]:
    """Read every source in every range. Returns the lists, and what could not be read."""
    jobs = [(source, *ranges) for source in sources for ranges in zip(source.versions, source.ranges, strict=True)]

    def run(job: tuple[Source, str, str]) -> tuple[str, list[Options], list[str]]:
        source, versions, _ = job
        try:
            return READERS[source.ecosystem](source, versions, cache_folder)
        except (LookupError, RuntimeError) as error:
            return "", [], [f"{source.name} {versions}: {error}"]

    lists = Lists()
    problems: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        for (source, _, versions), (read, objects, mistakes) in zip(jobs, pool.map(run, jobs), strict=True):
            problems += mistakes
            for options in objects:
                lists.add(source.sdk, source.client, versions, read, options)
    return lists, problems


def outdated(sources: list[Source]) -> list[str]:
    """The packages that have newer versions than those that are read. DefinitelyTyped's are read for old versions only."""
    found: list[str] = []
    for package in sorted({source.package for source in sources}):
        ecosystem, _, name = package.partition(":")
        newest = parse(NEWEST[ecosystem](name))
        ranges = [versions for source in sources if source.package == package for versions in source.versions]
        is_read = any(contains(versions, newest) for versions in ranges) if newest else True
        if not is_read and not name.startswith("@types/"):
            found.append(f"{name} {newest} lies in none of the ranges that are read")
    return found


def report(lists: Lists, verbose: bool) -> list[str]:
    """What differs, client by client."""
    lines: list[str] = []
    untyped, settled = excused("untyped"), excused("differing")
    for sdk, id in lists.clients():
        client = _client(sdk, id)
        if client is None:
            lines.append(f"{sdk} {id}: the record has no such client")
        else:
            lines += _differences(
                f"{sdk} {id}", client, lists.of(sdk, id), untyped.get((sdk, id), set()), settled.get((sdk, id), set()), verbose
            )
    return lines


def _differences(
    title: str, client: dict[str, Any], entries: list[Entry], untyped: set[str], settled: set[str], verbose: bool
) -> list[str]:
    """How much the record leaves out, option paths that the types lack or have earlier, and defaults that are not the same."""
    closed = [entry.as_names() for entry in entries if not entry.is_open]
    unknown = drift.undescribed(client, {entry.under: entry for entry in closed}.values())
    lines = [f"{title}: {len(unknown)} names are not described" + (f": {', '.join(unknown)}" if verbose else "")]
    for path, lacking in sorted(drift.missing(client, closed, untyped).items()):
        lines.append(f"  {path} is not in the types of {', '.join(lacking)}")
    for path, having in sorted(drift.early(client, closed).items()):
        lines.append(f"  {path} is in the types of {', '.join(having)}, which the record leaves out")
    told: dict[str, list[str]] = {}
    for entry in entries:
        defaults = {name: told for name, told in entry.defaults.items() if f"{entry.under}.{name}".lstrip(".") not in settled}
        for line in drift.differing(client, entry.under, entry.newest, defaults):
            told.setdefault(line, []).append(entry.newest)
    return lines + [f"  {line} in {', '.join(versions)}" for line, versions in told.items()]


def _recorded() -> set[str]:
    """The SDKs that have a record."""
    return {path.stem for path in RECORDS.glob("*.toml")}


def _client(sdk: str, id: str) -> dict[str, Any] | None:
    clients = tomllib.loads((RECORDS / f"{sdk}.toml").read_text(encoding="utf-8"))["client"]
    return next((client for client in clients if client["id"] == id), None)


def stale(texts: dict[str, str], whole: bool) -> list[Path]:
    """The committed files that differ from the texts; where all SDKs were read, also those that belong to none."""
    paths = {NAMES / f"{sdk}.json": text for sdk, text in texts.items()}
    differing = [path for path, text in paths.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    return differing + ([path for path in NAMES.glob("*.json") if path not in paths] if whole else [])


def write(texts: dict[str, str], paths: list[Path]) -> None:
    NAMES.mkdir(exist_ok=True)
    for path in paths:
        if path.stem in texts:
            path.write_text(texts[path.stem], encoding="utf-8")
        else:
            path.unlink()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 where the lists are out of date")
    parser.add_argument(
        "--sdk", action="append", choices=sorted(_recorded()), metavar="NAME", help="read only this SDK (may be repeated)"
    )
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "trackaudit-packages", metavar="FOLDER")
    parser.add_argument("--verbose", action="store_true", help="list the names that the records do not describe")
    chosen = parser.parse_args(arguments)
    sources = [source for source in load() if source.sdk in (chosen.sdk or _recorded())]
    lists, problems = collect(sources, chosen.cache.resolve())
    texts = lists.texts()
    differing = stale(texts, whole=not chosen.sdk)
    if not chosen.check and not problems:
        write(texts, differing)
    print("\n".join([*report(lists, chosen.verbose), *outdated(sources)]))
    for line in [*problems, *(f"{path.name} is out of date" for path in differing if chosen.check)]:
        print(line, file=sys.stderr)
    return 1 if problems or (chosen.check and differing) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
