"""Functions that hand their first argument back wherever nothing singles a case out: masks that cover only what is marked.

``(text, element) => element.dataset.mask === 'true' ? '***' : text`` is one. The other way round, where what is marked is
handed back and everything else is masked, is not, and neither is anything whose conditions do not tell which way round it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from trackaudit.model import Binary, Call, Conditional, Expr, Guard, Logical, Member, Name, Unary

MAX_DEPTH = 20
_SAME, _OTHER = frozenset(("==", "===", "in", "instanceof")), frozenset(("!=", "!==", "not in"))


def passes_the_rest(
    returned: Iterable[tuple[Expr, tuple[Guard, ...]]], is_first: Callable[[Expr], bool], others: Collection[str]
) -> bool:
    """Whether of what a function returns, each with the conditions inside of the function, its first argument comes back (``is_first``
    says so) where conditions about the ``others`` single nothing out, and something else elsewhere."""
    passed: list[list[bool | None]] = []
    masked: list[list[bool | None]] = []
    for expr, outer in returned:
        for value, guards in _ways(expr, outer):
            (passed if is_first(value) else masked).append([_singles_out(guard, others) for guard in guards])
    if [] in passed:  # behind all conditions: they tell what does not come back
        return bool(masked) and all(picks and all(picks) for picks in masked)
    return bool(masked) and any(not any(picks) and None not in picks for picks in passed)


def _ways(expr: Expr, guards: tuple[Guard, ...], depth: int = 0) -> Iterator[tuple[Expr, tuple[Guard, ...]]]:
    """What an expression comes to, by its conditions."""
    if isinstance(expr, Conditional) and depth < MAX_DEPTH:
        yield from _ways(expr.consequent, (*guards, Guard(expr.test, True, 0)), depth + 1)
        yield from _ways(expr.alternate, (*guards, Guard(expr.test, False, 0)), depth + 1)
    else:
        yield expr, guards


def _singles_out(guard: Guard, about: Collection[str]) -> bool | None:
    """Whether a condition holds for some cases only, True, or for all but some, False; None where that cannot be told."""
    picks = _picks(guard.test, about)
    return None if picks is None else picks == guard.positive


def _picks(test: Expr, about: Collection[str], depth: int = 0) -> bool | None:
    if depth > MAX_DEPTH:
        return None
    if isinstance(test, Unary) and test.operator in ("!", "not"):
        inner = _picks(test.operand, about, depth + 1)
        return None if inner is None else not inner
    if isinstance(test, Logical):
        left, right = _picks(test.left, about, depth + 1), _picks(test.right, about, depth + 1)
        return left if left == right else None
    if isinstance(test, Binary):
        told = True if test.operator in _SAME else False if test.operator in _OTHER else None
        return told if _root(test.left) in about or _root(test.right) in about else None
    if not isinstance(test, Call):
        return True if _root(test) in about else None
    asked = [test.callee, *(argument.value for argument in test.arguments)]
    return (
        True if isinstance(test.callee, Member) and any(_root(part) in about for part in asked) else None
    )  # nobody knows a function


def _root(expr: Expr) -> str | None:
    """The name that a member, or a call of one, begins with."""
    for _ in range(MAX_DEPTH):
        if isinstance(expr, Call):
            expr = expr.callee
        elif isinstance(expr, Member):
            expr = expr.object
    return expr.id if isinstance(expr, Name) else None
