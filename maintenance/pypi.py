"""Options from Python packages: fetches and unpacks them, and reads signatures and typed dictionaries without running any."""

from __future__ import annotations

import ast
import contextlib
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import settings
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
        found = (
            _settings(files[0], name, reading.defaults) if name.endswith("()") else Reader(files[0]).options(name, reading.under)
        )
        if not found:
            problems.append(f"{label}: no {name or 'variable'} in {path}")
        root = at(found, reading.under)
        if root is not None:
            root.types.update(dict.fromkeys(reading.also, ""))
        objects += [entry for entry in found if not _skipped(entry.under, reading.under, reading.skip)]
    return label, objects, problems


def _settings(file: Path, function: str, places: tuple[str, ...]) -> list[Options]:
    """The settings that calls of a function name; ``places`` say where their defaults are: "file#name", beside this file."""
    defaults: dict[str, Any] = {}
    for place in places:
        path, _, name = place.partition("#")
        defaults.update(settings.assigned(_module(file.parent / path), name))
    return settings.objects(settings.named(_module(file), function.removesuffix("()")), defaults)


def _module(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _skipped(path: str, under: str, skip: tuple[str, ...]) -> bool:
    inner = path.removeprefix(under).strip(".")
    return any(inner == name or inner.startswith(name + ".") for name in skip)


class Reader:
    """Reads one module; the typed dictionaries that annotations name are looked for in its package."""

    def __init__(self, file: Path) -> None:
        self.module = _module(file)
        self.dictionaries: dict[str, dict[str, ast.expr]] = {}
        for other in sorted(file.parent.glob("*.py")):
            self.dictionaries.update(_dictionaries(_module(other)))

    def options(self, name: str, under: str) -> list[Options]:
        """The options of a class, of a function (``Class.method``), of a typed dictionary, or of the module's variables."""
        if not name:
            return [_variables(self.module, under)]
        if name in self.dictionaries:
            return self._dictionary(name, under, ())
        function = _function(self.module, name)
        return self._signature(function, under) if function else []

    def _signature(self, function: ast.FunctionDef | ast.AsyncFunctionDef, under: str) -> list[Options]:
        arguments = function.args
        parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        values = [*([None] * (len(parameters) - len(arguments.kwonlyargs) - len(arguments.defaults))), *arguments.defaults]
        found = Options(under, {}, arguments.kwarg is not None)
        for parameter, value in zip(parameters, [*values, *arguments.kw_defaults], strict=True):
            if parameter.arg not in ("self", "cls"):
                found.types[parameter.arg] = _words(parameter.annotation)
                found.defaults.update(_constant(parameter.arg, value))
        inner: list[Options] = []
        for parameter in parameters:
            for name in _names_in(parameter.annotation):
                inner += self._dictionary(name, f"{under}.{parameter.arg}".lstrip("."), ())
        return [found, *inner]

    def _dictionary(self, name: str, under: str, above: tuple[str, ...]) -> list[Options]:
        if name not in self.dictionaries or name in above:
            return []
        keys = self.dictionaries[name]
        found = [Options(under, {key: _words(annotation) for key, annotation in keys.items()})]
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


def _variables(module: ast.Module, under: str) -> Options:
    """The variables that a module assigns at its top, which are its settings."""
    found = Options(under, {})
    for node in module.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        for target in targets:
            if isinstance(target, ast.Name) and not target.id.startswith("_"):
                found.types[target.id] = _words(node.annotation) if isinstance(node, ast.AnnAssign) else ""
                found.defaults.update(_constant(target.id, getattr(node, "value", None)))
    return found


def _constant(name: str, value: ast.expr | None) -> dict[str, Any]:
    """The default of an option, where it is written out."""
    return {name: value.value} if isinstance(value, ast.Constant) else {}


# What annotations call the types that the lists name in one way for both languages.
_WORDS = {
    "bool": "boolean", "str": "string", "int": "number", "float": "number", "list": "list", "List": "list", "Sequence": "list",
    "set": "list", "Set": "list", "dict": "object", "Dict": "object", "Mapping": "object", "Callable": "function", "Any": "any",
}  # fmt: skip


def _words(annotation: ast.expr | None) -> str:
    """What values an annotation lets through, in few words; nothing where it says nothing that people write out."""
    if annotation is None:
        return ""
    if isinstance(annotation, ast.Constant):
        if isinstance(annotation.value, str):
            with contextlib.suppress(SyntaxError):
                return _words(ast.parse(annotation.value, mode="eval").body)
        return ""
    if isinstance(annotation, ast.BinOp):
        return _joined([annotation.left, annotation.right])
    if isinstance(annotation, ast.Subscript):
        name = _last_name(annotation.value)
        inner = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        if name in ("Optional", "Union", "NotRequired", "Required"):
            return _joined(inner)
        if name == "Literal":
            return " | ".join(sorted(json.dumps(part.value) for part in inner if isinstance(part, ast.Constant)))
        if _WORDS.get(name) == "list" and _words(inner[0]):
            return f"list of {_words(inner[0]).replace(' | ', '/')}"
        return _WORDS.get(name, "object")
    name = _last_name(annotation)
    return _WORDS.get(name, "object" if name else "")


def _joined(parts: list[ast.expr]) -> str:
    return " | ".join(sorted({words for part in parts for words in _words(part).split(" | ") if words}))


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
