"""Rules that a project brings along: Python modules of the same form as those in ``rules/``, named in its configuration.

They are code of the project's and run as such, like the plugins of other linters.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from typing import Any

from trackaudit.effective.project import Project
from trackaudit.findings import CATEGORIES, Failure, Result, RuleInfo
from trackaudit.rules import id_of, take_in

_SECTIONS = ("What it does", "Why is this bad?", "How to fix", "References")


class OwnRuleError(Exception):
    """A rule that cannot be used; the message says why."""


def load_rule(path: str) -> tuple[RuleInfo, Any]:
    """A rule's module and what it says of itself. Raises OwnRuleError where it is none."""
    spec = importlib.util.spec_from_file_location(f"trackaudit_own_{id_of(path).replace('-', '_')}", path)
    if spec is None or spec.loader is None or not os.path.isfile(path):
        raise OwnRuleError("there is no such file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # it is somebody else's code
        raise OwnRuleError(f"it raised {type(error).__name__}: {error}") from None
    text = (module.__doc__ or "").strip()
    missing = [section for section in _SECTIONS if f"## {section}" not in text]
    if missing:
        raise OwnRuleError(f"its docstring has no section {missing[0]!r}")
    if not callable(getattr(module, "check", None)):
        raise OwnRuleError("it has no function check(project)")
    category = getattr(module, "CATEGORY", "misconfiguration")
    if category not in CATEGORIES:
        raise OwnRuleError(f"its CATEGORY {category!r} is none of {', '.join(CATEGORIES)}")
    for name in ("RISKY", "SAFE"):
        if not isinstance(getattr(module, name, ()), tuple):
            raise OwnRuleError(f"its {name} is no tuple of examples")
        if not hasattr(module, name):
            setattr(module, name, ())
    return RuleInfo(id_of(path), category, "", text.partition("\n")[0]), module


def own_results(root: str, paths: tuple[str, ...], project: Project, failures: list[Failure]) -> Iterator[Result]:
    """What a project's own rules find. One that fails is told, and the others go on."""
    for path in paths:
        try:
            rule, module = load_rule(os.path.join(root, path))
            take_in(rule, module)
            found = list(module.check(project))
        except OwnRuleError as error:
            failures.append(Failure(path, "rule", f"the rule could not be loaded: {error}", None, None, True))
            continue
        except Exception as error:  # it is somebody else's code
            failures.append(Failure(path, "rule", f"the rule raised {type(error).__name__}: {error}", None, None, True))
            continue
        yield from (result._replace(rule=rule.id) for result in found)
