"""Helpers that every front end shares while it fills a unit."""

from __future__ import annotations

from trackaudit.model import Expr, Member, Name


def assign_name(target: Expr) -> str:
    """The name that a function takes from what it is assigned to: ``a.b = () => …`` is ``b``."""
    if isinstance(target, Member):
        return target.property
    return target.id if isinstance(target, Name) else ""
