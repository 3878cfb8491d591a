"""Character offsets of libcst nodes, several times faster than libcst's own position metadata.

libcst finds positions by writing its tree out again and noting where each node began. So does this, but it counts
characters instead of lines and columns and makes no object per node. It stands in for the ``CodegenState`` that
libcst 1.x passes to ``_codegen`` (read in 1.9.0); a test compares it with ``PositionProvider`` over many programs.
"""

from __future__ import annotations

from types import TracebackType

import libcst as cst


class _Recording:
    """The context manager that libcst opens around the significant part of a node."""

    __slots__ = ("end_node", "node", "offsets", "start", "start_node")

    def __init__(self, offsets: Offsets, node: cst.CSTNode, start_node: cst.CSTNode | None, end_node: cst.CSTNode | None) -> None:
        self.offsets, self.node, self.start_node, self.end_node = offsets, node, start_node, end_node
        self.start = 0

    def __enter__(self) -> None:
        self.start = self.offsets.position

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        ranges = self.offsets.ranges
        start = self.start if self.start_node is None else ranges[self.start_node][0]
        end = self.offsets.position if self.end_node is None else ranges[self.end_node][1]
        ranges[self.node] = (start, end)


class Offsets:
    """Counts characters while libcst writes a module; ``ranges`` maps each node to its start and end."""

    def __init__(self, module: cst.Module) -> None:
        self.default_indent = module.default_indent
        self.default_newline = module.default_newline
        self.indent_tokens: list[str] = []
        self.tokens = [""]  # Module asks whether anything was written; nobody reads what
        self.position = 0
        self.ranges: dict[cst.CSTNode, tuple[int, int]] = {}
        self._starts: list[int] = []
        module._codegen(self)  # type: ignore[arg-type]

    def increase_indent(self, value: str) -> None:
        self.indent_tokens.append(value)

    def decrease_indent(self) -> None:
        self.indent_tokens.pop()

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.position += len(token)

    def add_token(self, value: str) -> None:
        self.position += len(value)

    def before_codegen(self, node: cst.CSTNode) -> None:
        self._starts.append(self.position)

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self._starts.pop()
        if node not in self.ranges:
            self.ranges[node] = (start, self.position)

    def pop_trailing_newline(self) -> None:
        """Nothing to take back: positions before it stay as they are."""

    def record_syntactic_position(
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> _Recording:
        return _Recording(self, node, start_node, end_node)
