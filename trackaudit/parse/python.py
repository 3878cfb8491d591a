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

from trackaudit.model import Comment, Problem, Span, Unit
from trackaudit.parse import forms, relevance
from trackaudit.parse.interest import Interest
from trackaudit.parse.relevance import Chunk
from trackaudit.parse.source import Lines

MAX_NESTING = 150
_GIVEN_UP = 20  # lines at the end of a statement that may be unreadable after a syntax error
_CODING = re.compile(rb"\A((?:[^\r\n]*(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?)coding(?=[:=])")
_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t][^\r\n]*", re.M)
_LINE_END = re.compile(rb"\r\n?|\n")
_NOT_LINE_END = re.compile(rb"[^\r\n]")
_OPENING, _CLOSING = b"([{", b")]}"


def lower(text: bytes, unit: Unit, lines: Lines, interest: Interest) -> None:
    """Add the program in ``text`` to ``unit``; statements without a name that ``interest`` finds are left out.

    Problems (``syntax``, ``too-deep``) are added to the unit; nothing is raised for bad input.
    """
    text = _CODING.sub(rb"\1c0ding", text, count=1)  # the text is UTF-8 by now, whatever it declared
    tree = _parse(text, unit, lines)
    _comments(text, unit, lines, tree)
    if tree is not None and interest.fields:
        forms.lower(tree, unit, lines)
    if tree is not None:
        chunks, unused = relevance.chunks(tree, interest)
        if chunks and unused:
            text = _without(text, lines, unused)
    elif any(problem.kind == "too-deep" for problem in unit.problems):
        return
    else:
        chunks = _recovered(text, unit, lines, interest)
    if chunks:
        from trackaudit.parse import concrete

        for chunk in chunks:
            try:
                concrete.lower_chunk(text, unit, lines, chunk.first, chunk.last)
            except RecursionError:  # long concatenations nest in libcst where they do not in ast
                _too_deep(unit, lines, chunk.first)


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


def is_safe(text: bytes) -> bool:
    """Whether libcst may be given a text: it is without a syntax error, and nests no deeper than libcst can stand."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _deepest(ast.parse(text)) is None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _deepest(tree: ast.Module) -> int | None:
    """The line of the first node that lies deeper than the limit, or None. Iterative, by levels."""
    level: list[ast.AST] = list(tree.body)
    for _ in range(MAX_NESTING):
        for node in level:  # libcst nests what ast keeps in a row
            if isinstance(node, ast.BoolOp) and len(node.values) > MAX_NESTING:
                return node.lineno
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return None
    return next((node.lineno for node in level if isinstance(node, (ast.expr, ast.stmt))), 1)


def _without(text: bytes, lines: Lines, functions: list[ast.stmt]) -> bytes:
    """The text with these functions' bodies blanked in place, so that all offsets stay as they are."""
    blanked = bytearray(text)
    for function in functions:
        assert isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        first, last = function.body[0], function.body[-1]
        start = lines.starts[first.lineno - 1] + first.col_offset  # ast counts columns in UTF-8 bytes
        if decorators := getattr(first, "decorator_list", []):
            start = text.rindex(b"@", 0, lines.starts[decorators[0].lineno - 1] + decorators[0].col_offset)
        end = lines.starts[(last.end_lineno or last.lineno) - 1] + (last.end_col_offset or 0)
        blanked[start:end] = _NOT_LINE_END.sub(b" ", text[start:end])
        blanked[start : start + 1] = b"0"
    return bytes(blanked)


def _recovered(text: bytes, unit: Unit, lines: Lines, interest: Interest) -> list[Chunk]:
    """After a syntax error: the whole file if libcst can read it, else the statements that parse alone."""
    whole = Chunk(1, len(lines.starts))
    if not _nests_deep(text):
        from trackaudit.parse import concrete

        if concrete.parses(text):  # syntax newer than this interpreter
            unit.problems.clear()
            return [whole]
    if not any(interest.inside(match[0]) for match in _IMPORT.finditer(text)):
        unit.problems.clear()  # only mentioned: what cannot be read does not matter
        return []
    found: list[Chunk] = []
    for chunk in _outline(text, lines):
        piece = _piece(text, lines, chunk)
        if interest.inside(piece) or b"import" in piece:
            found += _readable(text, lines, chunk)
    return found


def _piece(text: bytes, lines: Lines, chunk: Chunk) -> bytes:
    return text[lines.starts[chunk.first - 1] : lines.starts[chunk.last] if chunk.last < len(lines.starts) else None]


def _readable(text: bytes, lines: Lines, chunk: Chunk) -> list[Chunk]:
    """The chunk if it parses alone, else its longest beginning that does, some lines at its end given up."""
    for last in range(chunk.last, max(chunk.first, chunk.last - _GIVEN_UP) - 1, -1):
        shorter = Chunk(chunk.first, last)
        try:
            tree = ast.parse(_piece(text, lines, shorter))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        return [shorter] if _deepest(tree) is None else []
    return []


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
    if not starts:
        return []
    return [Chunk(first, following - 1) for first, following in zip(starts, [*starts[1:], len(lines.starts) + 1], strict=True)]


def _comments(text: bytes, unit: Unit, lines: Lines, tree: ast.Module | None) -> None:
    """Comments that speak to trackaudit; the others are never needed, and tokenizing is slow."""
    if b"trackaudit:" not in text:
        return
    try:
        for token in tokenize.tokenize(BytesIO(_LINE_END.sub(b"\n", text)).readline):
            if token.type == tokenize.COMMENT and "trackaudit:" in token.string:
                start = lines.offset(token.start[0], token.start[1])
                own_line = not token.line[: token.start[1]].strip()
                span = Span(start, start + len(token.string.encode()))
                target = _below(tree, token.start[0], lines) if own_line and tree is not None else None
                unit.comments.append(Comment(token.string.lstrip("#").strip(), own_line, span, target))
    except (tokenize.TokenError, SyntaxError):
        pass  # the syntax error itself is reported by the parse


def _below(tree: ast.Module, line: int, lines: Lines) -> Span | None:
    """The statement that a comment on ``line`` stands above; of a function or class its first line."""
    following = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and node.lineno > line]
    if not following:
        return None
    node = min(following, key=lambda node: (node.lineno, -(node.end_lineno or node.lineno)))
    around = [other for other in ast.walk(tree) if isinstance(other, ast.stmt) and other.lineno < line < (other.end_lineno or 0)]
    inner = max(around, key=lambda other: other.lineno, default=None)
    if inner is not None and (inner.end_lineno or 0) < node.lineno:
        return None  # the comment stands inside a statement of several lines, above nothing but the next line
    last = (
        node.lineno if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else node.end_lineno or node.lineno
    )
    return Span(lines.line_span(node.lineno).start, lines.line_span(last).end)
