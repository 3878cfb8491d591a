"""What a function removes from its first argument: the fields that a ``beforeSend`` hook deletes or overwrites."""

from __future__ import annotations

from trackaudit.model import Assignment, Call, Expr, Guard, Index, Literal, Member, Name, Object, Property, Template, Unit

Path = tuple[str, ...]
REST = "..."  # the last step of a path of which everything goes but the keys behind it: ``...id,plan``


def removals(unit: Unit) -> dict[int, list[Path]]:
    """The paths below a function's first parameter that its body removes whenever they are there, by the function's scope."""
    found: dict[int, list[Path]] = {}

    def note(target: Expr, guards: tuple[Guard, ...], *more: str) -> None:
        path = _path(target)
        if path is None:
            return
        name, scope, steps = path
        holder = unit.lookup(name, scope)
        if holder is None or not any(binding.kind == "parameter" and binding.path == (0,) for binding in holder[0]):
            return
        if all(_speaks_of(guard.test, name) for guard in guards):
            found.setdefault(holder[1], []).append((*steps, *more))

    for assignment in unit.assignments:
        if assignment.operator == "delete" or (assignment.operator == "=" and _constant(assignment.value)):
            note(assignment.target, assignment.guards)
        elif assignment.operator == "=" and isinstance(assignment.value, Object):
            kept = _keys(assignment)
            if kept is not None:
                note(assignment.target, assignment.guards, REST + ",".join(sorted(kept)))
    for site in unit.calls:
        key = _popped(site.call)
        if key is not None and isinstance(site.call.callee, Member):
            note(site.call.callee.object, site.guards, key)
    return found


def _path(expr: Expr) -> tuple[str, int, Path] | None:
    """The name at the bottom of ``event.user.email``, its scope, and the steps above it."""
    steps: list[str] = []
    while isinstance(expr, (Member, Index)):
        if isinstance(expr, Index):
            return None
        steps.append(expr.property)
        expr = expr.object
    return (expr.id, expr.scope, tuple(reversed(steps))) if isinstance(expr, Name) and steps else _bare(expr)


def _bare(expr: Expr) -> tuple[str, int, Path] | None:
    return (expr.id, expr.scope, ()) if isinstance(expr, Name) else None


def _constant(value: Expr) -> bool:
    if isinstance(value, Template):
        return all(isinstance(part, Literal) for part in value.parts)
    return isinstance(value, Literal) or (isinstance(value, Name) and value.id == "undefined")


def _keys(assignment: Assignment) -> set[str] | None:
    """The keys of the object that takes a field's place, None where it takes the field along."""
    value = assignment.value
    if not isinstance(value, Object) or not all(isinstance(entry, Property) and entry.key for entry in value.entries):
        return None
    return {str(entry.key) for entry in value.entries if isinstance(entry, Property)}


def _popped(call: Call) -> str | None:
    """The key that ``event.pop("user", None)`` takes out."""
    if isinstance(call.callee, Member) and call.callee.property == "pop" and call.arguments:
        key = call.arguments[0].value
        if isinstance(key, Literal) and isinstance(key.value, str):
            return key.value
    return None


def _speaks_of(test: Expr, name: str) -> bool:
    """Whether a condition only asks whether something of ``name`` is there."""
    todo = [test]
    while todo:
        expr = todo.pop()
        if isinstance(expr, Name):
            if expr.id == name:
                return True
        elif isinstance(expr, tuple):
            todo += [part for part in expr if isinstance(part, tuple)]
    return False
