"""Types from npm packages: fetches and unpacks them, lays the packages they need beside them, and asks the compiler."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from objects import Options
from sources import HERE, Reading, Source

TYPESCRIPT = "typescript@5.9.3"


class Package(NamedTuple):
    """An unpacked package."""

    name: str
    version: str
    folder: Path

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.folder / "package.json").read_text(encoding="utf-8"))


@cache
def fetch(spec: str, cache_folder: Path) -> Package:
    """Pack and unpack the newest version that a spec such as ``posthog-js@>=1.0.0 <2.0.0`` allows."""
    archives = cache_folder / "npm"
    archives.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["npm", "pack", "--json", "--silent", "--ignore-scripts", "--pack-destination", str(archives), spec],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LookupError(f"npm pack {spec}: {done.stdout or done.stderr}")
    told = json.loads(done.stdout)[0]
    folder = archives / told["filename"].removesuffix(".tgz")
    if not folder.exists():
        _unpack(archives / told["filename"], folder)
    return Package(told["name"], told["version"], folder)


def _unpack(archive: Path, folder: Path) -> None:
    """Lay out an archive's one top folder, which has whatever name its author gave it, as ``folder``."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    with tarfile.open(archive) as packed:
        packed.extractall(partial, filter="data")
    (top,) = partial.iterdir()
    top.rename(folder)
    partial.rmdir()


def newest(name: str) -> str:
    """The version that the package's maintainers call the latest."""
    done = subprocess.run(["npm", "view", name, "version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _tree(main: Package, needed: tuple[str, ...], cache_folder: Path) -> Path:
    """A folder with the package and those of its dependencies that match ``needed``, laid out flat as imports find them."""
    packages = {main.name: main}
    queue = [main]
    while queue:
        manifest = queue.pop().manifest
        for name, wanted in {**manifest.get("peerDependencies", {}), **manifest.get("dependencies", {})}.items():
            if name not in packages and any(fnmatch(name, pattern) for pattern in needed):
                packages[name] = fetch(f"{name}@{wanted}", cache_folder)
                queue.append(packages[name])
    tree = cache_folder / "trees" / f"{main.name.replace('/', '+')}@{main.version}"
    shutil.rmtree(tree, ignore_errors=True)
    for package in packages.values():
        link = tree / "node_modules" / package.name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(package.folder, target_is_directory=True)
    return tree


@cache
def _typescript(cache_folder: Path) -> Path:
    return fetch(TYPESCRIPT, cache_folder).folder


def read(source: Source, versions: str, cache_folder: Path) -> tuple[str, list[Options], list[str]]:
    """What was read, such as ``posthog-js@1.449.2``, its objects of options, and what could not be read."""
    main = fetch(f"{source.name}@{versions}", cache_folder)
    readings = source.readings_of(versions)
    label = f"{main.name}@{main.version}"
    tree = _tree(main, source.needed, cache_folder)
    request = {"tree": str(tree), "probes": [_probe(reading) for reading in readings]}
    done = subprocess.run(
        ["node", str(HERE / "types.mjs"), str(_typescript(cache_folder))],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"types.mjs on {label}: {done.stderr}")
    objects: list[Options] = []
    problems: list[str] = []
    for reading, answer in zip(readings, json.loads(done.stdout)["answers"], strict=True):
        problems += [f"{label} {reading.type}: {problem}" for problem in answer["problems"]]
        objects += [
            Options(found["under"], found["names"], found["open"], found["defaults"]) for found in answer["objects"]
        ]
    return label, objects, problems


def _probe(reading: Reading) -> dict[str, Any]:
    return {"module": reading.module, "type": reading.type, "under": reading.under, "skip": list(reading.skip)}
