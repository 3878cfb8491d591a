"""Which parts of a Python module matter: those that use a module of interest, and what these refer to.

libcst is a hundred times slower than ``ast``, so ``ast`` decides what it gets to see. A *region* is a statement outside of
functions, or a whole function or method. A region is hot if it uses a name that came from a module of interest, directly or through
an assignment, an attribute or a function; what flows into hot statements is wanted too. Methods that are neither are blanked in place.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from trackaudit.parse.interest import Interest

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (*_FUNCTIONS, ast.ClassDef)


class Chunk(NamedTuple):
    """Top-level statements, as a range of 1-based lines, end included."""

    first: int
    last: int


class _Region:
    """A function, or a statement outside of functions, with the names that it uses and gives away."""

    def __init__(self, node: ast.stmt, top: int, owner: str, bases: set[str]) -> None:
        self.node = node
        self.owner, self.bases = owner, bases  # of the class around it
        self.top = top
        self.is_function = isinstance(node, _FUNCTIONS)
        self.used: set[str] = set()
        self.assigns: list[tuple[set[str], set[str]]] = []  # the names a statement sets, and those in it
        self.simple: list[set[str]] = []
        self.tests: list[tuple[set[str], set[str]]] = []  # the names in a condition, and those in what it decides about
        for child in ast.walk(node):
            if isinstance(child, ast.stmt) and not hasattr(child, "body"):
                names = set(_names(child))
                self.simple.append(names)
                targets = _targets(child)
                if targets:
                    self.assigns.append((targets, names))
            elif isinstance(child, (ast.If, ast.While)):
                self.tests.append((set(_names(child.test)), set(_names(child))))
        self.used = set(_names(node))
        self.defined = {node.name} if isinstance(node, _FUNCTIONS) else _bound(node)


def chunks(tree: ast.Module, interest: Interest) -> tuple[list[Chunk], list[ast.stmt]]:
    """The lines that matter, and the functions inside them that do not and may be blanked."""
    derived = _imported(tree, interest)
    derived |= {name for statement in tree.body for name in _bound(statement) if interest.names(name)}
    derived |= {node.name for node in tree.body if isinstance(node, _DEFINITIONS) and node.name in interest.words}
    named = [alias for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    passed_on = any(alias.name == "*" or (alias.asname or alias.name) in interest.words for alias in named)
    regions = list(_regions(tree)) if derived or passed_on or interest.keys else []
    setting = {index for index, region in enumerate(regions) if interest.keys and _sets(region.node, interest.keys)}
    if not derived and not passed_on and not setting:
        return [], []
    loading = {alias.asname or alias.name for node in tree.body for alias in _imported_from(node, "dotenv")}
    hot = _hot(regions, derived) | setting | {index for index, region in enumerate(regions) if region.used & loading}
    kept = hot | _wanted(regions, hot, derived, interest.words)
    tops = {region.top for index, region in enumerate(regions) if index in kept}
    tops |= {index for index, node in enumerate(tree.body) if isinstance(node, (ast.Import, ast.ImportFrom))}
    blank = [
        region.node for index, region in enumerate(regions) if index not in kept and region.is_function and region.top in tops
    ]
    return _merge([_line_range(tree.body[index]) for index in sorted(tops)]), blank


def _imported(tree: ast.Module, interest: Interest) -> set[str]:
    """The names that imports of a module of interest bind, at any depth."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names if interest.imports(alias.name, None)}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found |= {alias.asname or alias.name for alias in node.names if _imports(interest, module, alias.name)}
    return found


def _imported_from(node: ast.stmt, module: str) -> list[ast.alias]:
    """What a statement imports from a module of that name."""
    return node.names if isinstance(node, ast.ImportFrom) and node.module == module else []


def _imports(interest: Interest, module: str, name: str) -> bool:
    """Whether ``from module import name`` is of interest: the name, or the module that it is."""
    if f"{module}{'' if module.endswith('.') else '.'}{name}" in interest.modules:
        return True
    if module.startswith(".") and module not in interest.modules:
        return False
    return interest.imports(module, None if name == "*" else name)


def _regions(tree: ast.Module) -> Iterator[_Region]:
    none: set[str] = set()
    todo = [(statement, index, "", none) for index, statement in enumerate(tree.body)]
    while todo:
        node, top, owner, bases = todo.pop()
        if isinstance(node, ast.ClassDef):
            bases = {name for base in node.bases for name in _names(base)}
            todo.extend((child, top, node.name, bases) for child in node.body)
        else:
            yield _Region(node, top, owner, bases)


def _hot(regions: list[_Region], derived: set[str]) -> set[int]:
    """Regions that use a derived name; ``derived`` grows by what they give away."""
    hot: set[int] = set()
    star = "*" in derived
    growing = True
    while growing:
        growing = False
        for index, region in enumerate(regions):
            if region.bases & derived and region.owner not in derived:
                derived.add(region.owner)
                growing = True
            inherits = region.bases & derived and not region.used.isdisjoint(("self", "super"))
            field = region.owner in derived and not region.is_function
            if not (star or inherits or field or region.used & derived or region.defined & derived):
                continue
            if index not in hot:
                hot.add(index)
                growing = True
            given = region.defined | ({region.owner} if region.is_function and region.owner else set())
            for targets, names in region.assigns:
                if names & derived:
                    given |= targets
            if not given <= derived:
                derived |= given
                growing = True
    return hot


def _wanted(regions: list[_Region], hot: set[int], derived: set[str], words: tuple[str, ...]) -> set[int]:
    """Regions that define what flows into statements of hot regions."""
    wanted: set[str] = set()
    for index in hot:
        region = regions[index]
        wanted |= region.bases
        asked = region.is_function and not region.defined.isdisjoint(words)  # what it returns is asked for
        for names in region.simple:
            if asked or names & derived:
                wanted |= names
        for names, decided in region.tests:
            if decided & derived:
                wanted |= names
        for _ in range(3):
            for targets, names in region.assigns:
                if targets & wanted:
                    wanted |= names
    kept: set[int] = set()
    growing = True
    while growing:
        growing = False
        for index, region in enumerate(regions):
            field = region.owner in wanted and (not region.is_function or "__init__" in region.defined)
            if index in hot or index in kept or not (field or region.defined & wanted):
                continue
            kept.add(index)
            growing = True
            if not region.is_function:
                wanted |= region.used
    return kept


def _names(node: ast.AST) -> Iterator[str]:
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            yield child.id
        elif isinstance(child, ast.Attribute):
            yield child.attr
        elif isinstance(child, ast.alias):
            yield (child.asname or child.name).split(".")[0]


def _sets(node: ast.stmt, keys: frozenset[str]) -> bool:
    """Whether a statement holds one of the keys: as a keyword, or in a subscript."""
    return any(
        child.arg in keys if isinstance(child, ast.keyword) else isinstance(child, ast.Constant) and child.value in keys
        for child in ast.walk(node)
        if isinstance(child, (ast.keyword, ast.Constant))
    )


def _targets(node: ast.stmt) -> set[str]:
    """The names and attributes that a simple statement sets."""
    found: set[str] = set()
    for child in ast.walk(node):
        if isinstance(child, (ast.Name, ast.Attribute)) and isinstance(child.ctx, ast.Store):
            found.add(child.id if isinstance(child, ast.Name) else child.attr)
    return found


def _bound(node: ast.stmt) -> set[str]:
    """What a statement outside of functions gives or changes: assigned names, and the roots of ``options["a"] = 1``."""
    found = {child.id for child in ast.walk(node) if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store)}
    targets = list(node.targets) if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    if isinstance(node, ast.Delete):
        targets = list(node.targets)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        targets = [node.value.func]
    for target in targets:
        while isinstance(target, (ast.Attribute, ast.Subscript)):
            target = target.value
        if isinstance(target, ast.Name):
            found.add(target.id)
    if isinstance(node, (ast.If, ast.Try)):
        found |= {child.name for child in ast.walk(node) if isinstance(child, _FUNCTIONS)}
    return found


def _line_range(node: ast.stmt) -> Chunk:
    first = node.lineno
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)) and node.decorator_list:
        first = min(decorator.lineno for decorator in node.decorator_list)
    return Chunk(first, node.end_lineno or node.lineno)


def _merge(ranges: list[Chunk]) -> list[Chunk]:
    """Ranges that touch or share a line become one: two statements may stand on one line."""
    merged: list[Chunk] = []
    for chunk in ranges:
        if merged and chunk.first <= merged[-1].last + 1:
            merged[-1] = Chunk(merged[-1].first, max(merged[-1].last, chunk.last))
        else:
            merged.append(chunk)
    return merged
