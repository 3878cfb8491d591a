"""Settings that a Python agent reads from an ini file: named by calls in one module, given defaults by assignments in another."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from objects import Options

# What the methods of ``configparser`` that read a setting make of it.
_GETTERS = {"getboolean": "boolean", "getint": "number", "getfloat": "number", "get": "string"}


def named(module: ast.Module, function: str) -> dict[str, str]:
    """The settings that calls such as ``function(section, "a.b", "getboolean", …)`` read, with what values they take."""
    found: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function:
            words = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            if len(words) >= 2 and words[1] in _GETTERS:
                found[str(words[0])] = _GETTERS[str(words[1])]
    return found


def assigned(module: ast.Module, name: str) -> dict[str, Any]:
    """The defaults that a module gives to attributes of an object: ``name.a.b = True``, or a look-up in the environment with a default."""
    found: dict[str, Any] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            path = ast.unparse(node.targets[0])
            for value in _values(node.value):
                if path.startswith(f"{name}."):
                    found[path.removeprefix(f"{name}.")] = value
    return found


def _values(node: ast.expr) -> Iterator[Any]:
    """The constant that a value is, or that stands as the default in a call."""
    if isinstance(node, ast.Constant):
        yield node.value
    elif isinstance(node, ast.Call):
        defaults = [keyword.value for keyword in node.keywords if keyword.arg == "default"] or node.args[1:2]
        yield from (default.value for default in defaults if isinstance(default, ast.Constant))


def objects(types: dict[str, str], defaults: dict[str, Any]) -> list[Options]:
    """Settings by their dotted paths as objects of options, one for each path that has something below it."""
    found: dict[str, Options] = {}
    for path, words in types.items():
        steps = path.split(".")
        for depth, name in enumerate(steps):
            under = ".".join(steps[:depth])
            options = found.setdefault(under, Options(under, {}))
            is_last = depth == len(steps) - 1
            options.types[name] = words if is_last else options.types.get(name, "object")
            if is_last and path in defaults:
                options.defaults[name] = defaults[path]
    return list(found.values())
