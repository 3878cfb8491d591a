"""Python to the model: the standard ``ast`` as the gate, libcst for what is lowered.

libcst is lossless but slow, and a deep nest crashes the process, so ``ast`` goes first: it refuses what nests
too deep (:data:`MAX_NESTING`), says whether the file uses a name of interest or only mentions it in text, and picks
the top-level statements that matter. Only those are given to libcst, with positions. Where ``ast`` finds a syntax
error, the statements that parse alone are analysed; syntax newer than this interpreter goes to libcst directly.
"""

from __future__ import annotations

import ast
import re
import tokenize
import warnings
from io import BytesIO
from typing import NamedTuple

from trackaudit.model import Comment, Problem, Span, Unit
from trackaudit.parse.source import Lines

MAX_NESTING = 150
_OPENING, _CLOSING = b"([{", b")]}"


class Chunk(NamedTuple):
    """Top-level statements, as a range of 1-based lines, end included."""

    first: int
    last: int


def lower(text: bytes, unit: Unit, lines: Lines, interest: re.Pattern[str]) -> None:
    """Add the program in ``text`` to ``unit``; statements without a name that ``interest`` finds are left out.

    Problems (``syntax``, ``too-deep``) are added to the unit; nothing is raised for bad input.
    """
    _comments(text, unit, lines)
    tree = _parse(text, unit, lines)
    if tree is not None:
        chunks = _relevant(tree, interest)
    elif any(problem.kind == "too-deep" for problem in unit.problems):
        return
    else:
        chunks = _recovered(text, unit, lines, interest)
    if chunks:
        from trackaudit.parse import concrete

        for chunk in chunks:
            concrete.lower_chunk(text, unit, lines, chunk.first, chunk.last)


def _parse(text: bytes, unit: Unit, lines: Lines) -> ast.Module | None:
    """The syntax tree, or None with a problem noted in the unit."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        if "nested" in (error.msg or ""):
            _too_deep(unit, lines, error.lineno or 1)
            return None
        start = lines.offset(error.lineno or 1, max((error.offset or 1) - 1, 0))
        unit.problems.append(Problem("syntax", f"syntax error: {error.msg}", Span(start, start)))
        return None
    except (RecursionError, MemoryError):
        _too_deep(unit, lines, 1)
        return None
    except ValueError as error:
        unit.problems.append(Problem("syntax", f"syntax error: {error}", Span(0, 0)))
        return None
    deep = _deepest(tree)
    if deep is not None:
        _too_deep(unit, lines, deep)
        return None
    return tree


def _too_deep(unit: Unit, lines: Lines, line: int) -> None:
    message = f"nested deeper than {MAX_NESTING} levels; not analysed"
    unit.problems.append(Problem("too-deep", message, lines.line_span(line)))


def _deepest(tree: ast.Module) -> int | None:
    """The line of the first node that lies deeper than the limit, or None. Iterative, by levels."""
    level: list[ast.AST] = list(tree.body)
    for _ in range(MAX_NESTING):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return None
    return next((node.lineno for node in level if hasattr(node, "lineno")), 1)


def _names(node: ast.AST) -> tuple[set[str], set[str]]:
    """The names a top-level statement defines, and every identifier in it."""
    defined: set[str] = set()
    used: set[str] = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            (used if isinstance(child.ctx, ast.Load) else defined).add(child.id)
        elif isinstance(child, ast.Attribute):
            used.add(child.attr)
        elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            defined.add(child.name)
        elif isinstance(child, ast.alias):
            defined.add((child.asname or child.name).split(".")[0])
            used.add(child.name)
        elif isinstance(child, ast.ImportFrom):
            used.add(child.module or "")
        elif isinstance(child, ast.keyword) and child.arg:
            used.add(child.arg)
    return defined, used


def _relevant(tree: ast.Module, interest: re.Pattern[str]) -> list[Chunk]:
    """The top-level statements that use a name of interest, and whatever those refer to."""
    statements = [(node, *_names(node)) for node in tree.body]
    chosen = _using(statements, interest)
    if not chosen:
        return []
    wanted: set[str] = set()
    for index in chosen:
        wanted |= statements[index][1] | statements[index][2]
    for index, (node, _, _) in enumerate(statements):  # imports are cheap and say which names are not ours
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            chosen.add(index)
    growing = True
    while growing:
        growing = False
        for index, (node, defined, used) in enumerate(statements):
            if index not in chosen and wanted & (defined | _roots(node)):
                chosen.add(index)
                wanted |= used | defined
                growing = True
    return _merge([_line_range(statements[index][0]) for index in sorted(chosen)])


def _using(statements: list[tuple[ast.stmt, set[str], set[str]]], interest: re.Pattern[str]) -> set[int]:
    """The statements with a name of interest, and those that use what these import or assign."""
    chosen: set[int] = set()
    derived: set[str] = set()
    growing = True
    while growing:
        growing = False
        for index, (node, defined, used) in enumerate(statements):
            if index in chosen or not (derived & used or any(interest.search(name) for name in defined | used)):
                continue
            chosen.add(index)
            growing = True
            if isinstance(node, (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.If, ast.Try, ast.With)):
                derived |= defined
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                derived.add(node.name)
    return chosen


def _roots(node: ast.stmt) -> set[str]:
    """The names that a statement may change: ``options["a"] = 1``, ``options.update(…)``."""
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = list(node.targets)
    elif isinstance(node, ast.AugAssign):
        targets = [node.target]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        targets = [node.value.func]
    roots: set[str] = set()
    for target in targets:
        while isinstance(target, (ast.Attribute, ast.Subscript)):
            target = target.value
        if isinstance(target, ast.Name):
            roots.add(target.id)
    return roots


def _line_range(node: ast.stmt) -> Chunk:
    first = node.lineno
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.decorator_list:
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


def _recovered(text: bytes, unit: Unit, lines: Lines, interest: re.Pattern[str]) -> list[Chunk]:
    """After a syntax error: the whole file if libcst can read it, else the statements that parse alone."""
    whole = Chunk(1, len(lines.starts))
    if not _nests_deep(text):
        from trackaudit.parse import concrete

        if concrete.parses(text):  # syntax newer than this interpreter
            unit.problems.clear()
            return [whole]
    found: list[Chunk] = []
    for chunk in _outline(text, lines):
        piece = text[lines.starts[chunk.first - 1] : lines.starts[chunk.last] if chunk.last < len(lines.starts) else None]
        if not interest.search(piece.decode("utf-8", "replace")) and b"import" not in piece:
            continue
        try:
            tree = ast.parse(piece)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if _deepest(tree) is None:
            found.append(chunk)
    return found


def _nests_deep(text: bytes) -> bool:
    """Whether brackets nest past the limit, strings and comments counted as code: a cheap upper bound."""
    depth = 0
    for byte in re.findall(rb"[()\[\]{}]", text):
        if byte in _OPENING:
            depth += 1
            if depth > MAX_NESTING:
                return True
        else:
            depth = max(depth - 1, 0)
    return False


def _outline(text: bytes, lines: Lines) -> list[Chunk]:
    """Runs of lines that begin at the left margin: where top-level statements plausibly start."""
    starts = []
    for number, start in enumerate(lines.starts, 1):
        head = text[start : start + 1]
        if head and head not in b" \t\r\n#)]}" and not text.startswith((b"else", b"elif", b"except", b"finally"), start):
            starts.append(number)
    return [
        Chunk(first, following - 1) for first, following in zip(starts, [*starts[1:], len(lines.starts) + 1], strict=True)
    ]


def _comments(text: bytes, unit: Unit, lines: Lines) -> None:
    """Comments that speak to trackaudit; the others are never needed, and tokenizing is slow."""
    if b"trackaudit:" not in text:
        return
    try:
        for token in tokenize.tokenize(BytesIO(text).readline):
            if token.type == tokenize.COMMENT and "trackaudit:" in token.string:
                start = lines.offset(token.start[0], token.start[1])
                own_line = not token.line[: token.start[1]].strip()
                body = token.string.lstrip("#").strip()
                unit.comments.append(Comment(body, own_line, Span(start, start + len(token.string.encode()))))
    except (tokenize.TokenError, SyntaxError):
        pass  # the syntax error itself is reported by the parse
