"""Fields of Django's and WTForms' forms to the model: each as the ``<input>`` that it becomes on the page.

Read from ``ast`` alone: a form is a class, and what its fields are stands in plain calls.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from trackaudit.model import Attribute, Element, Literal, Span, Unit
from trackaudit.parse.source import Lines

_MODULES = re.compile(r"(?:^|\.)(?:forms|wtforms|flask_wtf)(?:\.|$)")
_FIELD = re.compile(r"(?:Field|Input|Textarea)$")
# What takes no typing.
_CHOSEN = re.compile(
    r"(?:Choice|Select|Boolean|File|Image|Submit|Radio|Checkbox|Hidden|ReadOnlyPasswordHash|List|FormField|Enclosure)"
)


def lower(tree: ast.Module, unit: Unit, lines: Lines) -> None:
    """Add the fields of all forms in a module to the unit's elements."""
    known = _imported(tree)
    if not known:
        return
    reader = _Reader(unit, lines, known)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for statement in node.body:
                reader.statement(statement)


def _imported(tree: ast.Module) -> set[str]:
    """The names in a module that come from a module of forms, or stand for one."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            whole = bool(_MODULES.search(node.module or ""))
            names |= {alias.asname or alias.name for alias in node.names if whole or _MODULES.search(alias.name)}
        elif isinstance(node, ast.Import):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names if _MODULES.search(alias.name)}
    return names


class _Reader:
    def __init__(self, unit: Unit, lines: Lines, known: set[str]) -> None:
        self.unit, self.lines, self.known = unit, lines, known

    def statement(self, node: ast.stmt) -> None:
        """``password = forms.CharField(widget=…)``, and ``widgets = {"password": …}`` of a model's form."""
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.AnnAssign) else None
        if not isinstance(target, ast.Name):
            return
        if isinstance(value, ast.Call):
            self.field(target.id, target, value)
        elif isinstance(value, ast.Dict) and target.id == "widgets":
            for key, widget in zip(value.keys, value.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    self.field(key.value, key, widget)

    def field(self, name: str, place: ast.expr, made: ast.expr) -> None:
        kind = self.kind(made)
        if not _FIELD.search(kind):
            return
        given = list(_keywords(made))
        widget = next((value for key, value in given if key == "widget"), None)
        kinds = [kind, self.kind(widget) if widget is not None else ""]
        if any(_CHOSEN.search(kind) for kind in kinds):
            return
        attributes = {"name": Literal(name, self.span(place))}
        if any(kind in ("PasswordField", "PasswordInput") for kind in kinds):
            attributes["type"] = Literal("password", self.span(made))
        label = next((value for key, value in given if key == "label"), None) or _first(made)
        if isinstance(label, ast.Constant) and isinstance(label.value, str):
            attributes["label"] = Literal(label.value, self.span(label))
        for key, value in (*given, *(_keywords(widget) if widget is not None else ())):
            if key in ("attrs", "render_kw") and isinstance(value, ast.Dict):
                attributes |= self.written(value)
        listed = tuple(Attribute(key, value.span, value) for key, value in attributes.items())
        span = self.span(place)
        self.unit.elements.append(Element("input", None, listed, -1, 0, (), span, span))

    def kind(self, made: ast.expr | None) -> str:
        """What a field or a widget is called, if it comes from a module of forms."""
        callee = made.func if isinstance(made, ast.Call) else made
        name = callee.attr if isinstance(callee, ast.Attribute) else callee.id if isinstance(callee, ast.Name) else ""
        while isinstance(callee, ast.Attribute):
            callee = callee.value
        return name if isinstance(callee, ast.Name) and callee.id in self.known else ""

    def written(self, attributes: ast.Dict) -> dict[str, Literal]:
        """The attributes of the element, as far as they are plain text."""
        pairs = [pair for pair in zip(attributes.keys, attributes.values, strict=True) if isinstance(pair[0], ast.Constant)]
        return {
            str(key.value): Literal(value.value, self.span(value))
            for key, value in pairs
            if isinstance(key, ast.Constant) and isinstance(value, ast.Constant) and isinstance(value.value, str)
        }

    def span(self, node: ast.expr) -> Span:
        starts = self.lines.starts
        last = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        return Span(starts[node.lineno - 1] + node.col_offset, last)


def _keywords(made: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    for keyword in made.keywords if isinstance(made, ast.Call) else ():
        yield keyword.arg or "", keyword.value


def _first(made: ast.expr) -> ast.expr | None:
    return made.args[0] if isinstance(made, ast.Call) and made.args else None
