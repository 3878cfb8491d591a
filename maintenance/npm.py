"""Types from npm packages: fetches and unpacks them, lays the packages they need beside them, and asks the compiler."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from objects import Options, at
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


def _dependency(name: str, wanted: str, cache_folder: Path) -> Package | None:
    """The oldest version that a requirement allows, with which the package was made; a newer one has names it does not know.

    None if it was never published: some packages bundle what they name.
    """
    for spec in (wanted.lstrip("^~"), wanted):
        try:
            return fetch(f"{name}@{spec}", cache_folder)
        except LookupError:
            continue
    return None


def _unpack(archive: Path, folder: Path) -> None:
    """Lay out an archive's one top folder, which has whatever name its author gave it, as ``folder``."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as partial:  # two packages may need a third at the same time
        with tarfile.open(archive) as packed:
            packed.extractall(partial, filter="data")
        (top,) = Path(partial).iterdir()
        with contextlib.suppress(OSError):  # the other one was faster
            top.rename(folder)


def newest(name: str) -> str:
    """The version that the package's maintainers call the latest."""
    done = subprocess.run(["npm", "view", name, "version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _tree(main: Package, needed: tuple[str, ...], cache_folder: Path) -> Path:
    """A folder with the package and those of its dependencies that match ``needed``, laid out flat as imports find them.

    What comes from a package that is not there is an unknown type, which makes an object open: no name is lost unseen.
    """
    packages = {main.name: main}
    queue = [main]
    while queue:
        manifest = queue.pop().manifest
        for name, wanted in {**manifest.get("peerDependencies", {}), **manifest.get("dependencies", {})}.items():
            if name not in packages and any(fnmatch(name, pattern) for pattern in needed):
                package = _dependency(name, wanted, cache_folder)
                if package is not None:
                    packages[name] = package
                    queue.append(package)
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
    for reading, answer in zip(readings, json.loads(done.stdout), strict=True):
        problems += [f"{label} {reading.type}: {problem}" for problem in answer["problems"]]
        found = [Options(entry["under"], entry["types"], entry["open"], entry["defaults"]) for entry in answer["objects"]]
        root = at(found, reading.under)
        if root is not None:
            root.types.update(dict.fromkeys(reading.also, ""))
            problems += [f"{label} {reading.type}: the object is open"] if root.is_open else []
        for path, code in answer["defaults"].items():
            _set_default(found, f"{reading.under}.{path}".lstrip("."), code)
        objects += found
    return label, objects, problems


def _set_default(objects: list[Options], path: str, code: str) -> None:
    """Give an option the default that the package's code has, which tells more than a comment."""
    under, _, name = path.rpartition(".")
    options = at(objects, under)
    if options is not None:
        options.defaults[name] = code


def _probe(reading: Reading) -> dict[str, Any]:
    return {
        "module": reading.module,
        "type": reading.type,
        "literal": reading.literal,
        "under": reading.under,
        "skip": reading.skip,
        "defaults": reading.defaults,
    }
