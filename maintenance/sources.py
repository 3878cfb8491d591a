"""What ``sources.toml`` says: of which packages the options' types are read, and how each package names them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Reading:
    """One object of options in a package, and the option path that it stands for: its type or its literal (npm), its callable (pypi)."""

    under: str
    type: str = ""
    module: str = ""
    callable: str = ""
    literal: str = ""
    versions: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """One package of a client, in the version ranges of which the newest version each is read.

    ``ranges`` are the client's ranges that these stand for, which differ where a package counts its versions by itself.
    """

    sdk: str
    client: str
    package: str
    versions: tuple[str, ...]
    ranges: tuple[str, ...]
    needed: tuple[str, ...]
    readings: tuple[Reading, ...]

    @property
    def ecosystem(self) -> str:
        return self.package.partition(":")[0]

    @property
    def name(self) -> str:
        return self.package.partition(":")[2]

    def readings_of(self, versions: str) -> list[Reading]:
        """The readings that this range takes part in: all, but for those that name ranges of their own."""
        return [reading for reading in self.readings if not reading.versions or versions in reading.versions]


def load(path: Path = HERE / "sources.toml") -> list[Source]:
    """The packages to read, in the file's order."""
    return [_source(table) for table in tomllib.loads(path.read_text(encoding="utf-8"))["source"]]


def excused(kind: str, path: Path = HERE / "sources.toml") -> dict[tuple[str, str], set[str]]:
    """By SDK and client, option paths of the records that no type has (``untyped``), or whose defaults the packages' comments have
    otherwise (``differing``), for reasons that the file gives."""
    found: dict[tuple[str, str], set[str]] = {}
    for table in tomllib.loads(path.read_text(encoding="utf-8")).get(kind, []):
        found.setdefault((table["sdk"], table["client"]), set()).update(table["paths"])
    return found


def _source(table: dict[str, Any]) -> Source:
    readings = tuple(
        Reading(
            under=reading.get("under", ""),
            type=reading.get("type", ""),
            module=reading.get("module", table["package"].partition(":")[2]),
            callable=reading.get("callable", ""),
            literal=reading.get("literal", ""),
            versions=tuple(reading.get("versions", ())),
            skip=tuple(reading.get("skip", ())),
            defaults=tuple(reading.get("defaults", ())),
            also=tuple(reading.get("also", ())),
        )
        for reading in table["read"]
    )
    versions = tuple(table["versions"])
    ranges = tuple(table.get("ranges", versions))
    return Source(table["sdk"], table["client"], table["package"], versions, ranges, tuple(table.get("with", ())), readings)
