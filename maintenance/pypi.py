"""Options from Python packages: fetches and unpacks them, and reads signatures and typed dictionaries without running any."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tarfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from objects import Options, at
from sources import Source


class Package(NamedTuple):
    """An unpacked distribution."""

    name: str
    version: str
    folder: Path


@cache
def fetch(name: str, versions: str, cache_folder: Path) -> Package:
    """Download and unpack the newest version in a range: a wheel, or the sources where there is none."""
    place = cache_folder / "pypi" / f"{name} {versions}"
    shutil.rmtree(place, ignore_errors=True)
    requirement = name + ",".join(versions.split())
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "-d", str(place)]
    done = subprocess.run([*command, "--only-binary=:all:", requirement], capture_output=True, text=True, check=False)
    if done.returncode:
        done = subprocess.run([*command, requirement], capture_output=True, text=True, check=False)
    if done.returncode:
        raise LookupError(f"pip download {requirement}: {done.stderr}")
    (archive,) = place.iterdir()
    folder = place / "unpacked"
    if archive.suffix == ".whl" or archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(folder)
    else:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
    return Package(name, _version(archive.name), folder)


def _version(filename: str) -> str:
    """The version in a wheel's or an sdist's file name."""
    stem = filename.removesuffix(".tar.gz").removesuffix(".zip")
    return stem.split("-")[1] if filename.endswith(".whl") else stem.rpartition("-")[2]


def newest(name: str) -> str:
    """The newest version that this Python could install."""
    command = [sys.executable, "-m", "pip", "index", "versions", "--disable-pip-version-check", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.partition("(")[2].partition(")")[0]


def read(source: Source, versions: str, cache_folder: Path) -> tuple[str, list[Options], list[str]]:
    """What was read, such as ``posthog@7.0.0``, its objects of options, and what could not be read."""
    package = fetch(source.name, versions, cache_folder)
    label = f"{package.name}@{package.version}"
    objects: list[Options] = []
    problems: list[str] = []
    for reading in source.readings_of(versions):
        path, _, name = reading.callable.partition(":")
        files = [*package.folder.glob(path), *package.folder.glob(f"*/{path}"), *package.folder.glob(f"*/src/{path}")]
        if not files:
            problems.append(f"{label}: no file {path}")
            continue
        found = Reader(files[0]).options(name, reading.under)
        if not found:
            problems.append(f"{label}: no {name or 'variable'} in {path}")
        root = at(found, reading.under)
        if root is not None:
            root.names += reading.also
        objects += [entry for entry in found if not _skipped(entry.under, reading.under, reading.skip)]
    return label, objects, problems


def _skipped(path: str, under: str, skip: tuple[str, ...]) -> bool:
    inner = path.removeprefix(under).strip(".")
    return any(inner == name or inner.startswith(name + ".") for name in skip)


class Reader:
    """Reads one module; the typed dictionaries that annotations name are looked for in its package."""

    def __init__(self, file: Path) -> None:
        self.module = ast.parse(file.read_text(encoding="utf-8"))
        self.dictionaries: dict[str, dict[str, ast.expr]] = {}
        for other in sorted(file.parent.glob("*.py")):
            self.dictionaries.update(_dictionaries(ast.parse(other.read_text(encoding="utf-8"))))

    def options(self, name: str, under: str) -> list[Options]:
        """The options of a class, of a function (``Class.method``), of a typed dictionary, or of the module's variables."""
        if not name:
            return [Options(under, sorted(_variables(self.module)))]
        if name in self.dictionaries:
            return self._dictionary(name, under, ())
        function = _function(self.module, name)
        return self._signature(function, under) if function else []

    def _signature(self, function: ast.FunctionDef | ast.AsyncFunctionDef, under: str) -> list[Options]:
        arguments = function.args
        parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        values = [*([None] * (len(parameters) - len(arguments.kwonlyargs) - len(arguments.defaults))), *arguments.defaults]
        defaults: dict[str, Any] = {}
        for parameter, value in zip(parameters, [*values, *arguments.kw_defaults], strict=True):
            if isinstance(value, ast.Constant):
                defaults[parameter.arg] = value.value
        names = [parameter.arg for parameter in parameters if parameter.arg not in ("self", "cls")]
        found = [Options(under, names, arguments.kwarg is not None, defaults)]
        for parameter in parameters:
            for name in _names_in(parameter.annotation):
                found += self._dictionary(name, f"{under}.{parameter.arg}".lstrip("."), ())
        return found

    def _dictionary(self, name: str, under: str, above: tuple[str, ...]) -> list[Options]:
        if name not in self.dictionaries or name in above:
            return []
        keys = self.dictionaries[name]
        found = [Options(under, list(keys))]
        for key, annotation in keys.items():
            for inner in _names_in(annotation):
                found += self._dictionary(inner, f"{under}.{key}", (*above, name))
        return found


def _function(module: ast.Module, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """A function by its path from the module; a class stands for its ``__init__``."""
    body: list[ast.stmt] = module.body
    found: ast.stmt | None = None
    for step in name.split("."):
        found = next((node for node in body if getattr(node, "name", None) == step), None)
        body = getattr(found, "body", [])
    if isinstance(found, ast.ClassDef):
        found = next((node for node in body if getattr(node, "name", None) == "__init__"), None)
    return found if isinstance(found, (ast.FunctionDef, ast.AsyncFunctionDef)) else None


def _variables(module: ast.Module) -> set[str]:
    """The variables that a module assigns at its top, which are its settings."""
    targets = [target for node in module.body if isinstance(node, ast.Assign) for target in node.targets]
    targets += [node.target for node in module.body if isinstance(node, ast.AnnAssign)]
    return {target.id for target in targets if isinstance(target, ast.Name) and not target.id.startswith("_")}


def _dictionaries(module: ast.Module) -> dict[str, dict[str, ast.expr]]:
    """The typed dictionaries of a module, written as classes or as calls, each with its keys' annotations."""
    found: dict[str, dict[str, ast.expr]] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and any(_last_name(base) in {"TypedDict", *found} for base in node.bases):
            keys = {name: value for base in node.bases for name, value in found.get(_last_name(base), {}).items()}
            for part in node.body:
                if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                    keys[part.target.id] = part.annotation
            found[node.name] = keys
        elif isinstance(node, ast.Call) and _last_name(node.func) == "TypedDict" and len(node.args) == 2:
            name, fields = node.args
            if isinstance(name, ast.Constant) and isinstance(fields, ast.Dict):
                pairs = zip(fields.keys, fields.values, strict=True)
                found[str(name.value)] = {str(key.value): value for key, value in pairs if isinstance(key, ast.Constant)}
    return found


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _names_in(annotation: ast.expr | None) -> list[str]:
    """The names in an annotation, also where it or a part of it is a string. Lists and mappings of them are not the value itself."""
    if annotation is None:
        return []
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            return _names_in(ast.parse(annotation.value, mode="eval").body)
        except SyntaxError:
            return []
    if isinstance(annotation, ast.Subscript):
        return _names_in(annotation.slice) if _last_name(annotation.value) in ("Optional", "Union", "NotRequired") else []
    if isinstance(annotation, ast.Tuple):
        return [name for part in annotation.elts for name in _names_in(part)]
    if isinstance(annotation, ast.BinOp):
        return [*_names_in(annotation.left), *_names_in(annotation.right)]
    return [_last_name(annotation)]
