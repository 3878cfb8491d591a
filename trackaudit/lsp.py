"""The language server: the protocol around :mod:`trackaudit.editor`. It needs pygls, which comes with the extra ``lsp``."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from trackaudit import __version__
from trackaudit.editor import ConfigError, Seen, explanation, look, suppression
from trackaudit.findings import Finding, Fix
from trackaudit.parse.source import Lines
from trackaudit.report import HOME

_PAUSE = 0.3  # seconds without a key before the text is looked at
_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}


class Server(LanguageServer):
    """What is open, and what was last seen of it."""

    def __init__(self) -> None:
        super().__init__("trackaudit", __version__)
        self.seen: dict[str, Seen] = {}
        self.turns: dict[str, int] = {}

    def texts(self) -> dict[str, bytes]:
        """The unsaved texts of open files by their paths."""
        documents = self.workspace.text_documents.values()
        return {path: document.source.encode("utf-8", "replace") for document in documents if (path := to_fs_path(document.uri))}

    async def refresh(self, uri: str) -> None:
        """Look at a file once nobody has typed for a moment, and tell its diagnostics."""
        turn = self.turns[uri] = self.turns.get(uri, 0) + 1
        await asyncio.sleep(_PAUSE)
        path = to_fs_path(uri)
        if self.turns.get(uri) != turn or path is None:
            return
        texts = self.texts()
        try:
            seen = await asyncio.get_running_loop().run_in_executor(None, look, os.path.realpath(path), _real(texts))
        except ConfigError as error:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, f"trackaudit: {error}"))
            return
        if self.turns.get(uri) != turn:
            return
        self.seen[uri] = seen
        listed = [_diagnostic(seen, finding) for finding in seen.findings if finding.path == seen.path]
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, listed))


def _real(texts: dict[str, bytes]) -> dict[str, bytes]:
    return {os.path.realpath(path): text for path, text in texts.items()}


server = Server()


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
@server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
@server.feature(types.TEXT_DOCUMENT_DID_SAVE)
async def changed(ls: Server, params: Any) -> None:
    await ls.refresh(params.text_document.uri)


@server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
def closed(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    ls.turns[uri] = ls.turns.get(uri, 0) + 1
    ls.seen.pop(uri, None)
    ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))


@server.feature(types.TEXT_DOCUMENT_HOVER)
async def hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    path = to_fs_path(params.text_document.uri)
    if path is None:
        return None
    texts = _real(ls.texts())
    file = os.path.realpath(path)
    offset = _offset(texts.get(file, b""), params.position)
    told = await asyncio.get_running_loop().run_in_executor(None, explanation, file, texts, offset)
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, told)) if told else None


@server.feature(types.TEXT_DOCUMENT_CODE_ACTION)
def actions(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    uri = params.text_document.uri
    seen = ls.seen.get(uri)
    if seen is None:
        return []
    found: list[types.CodeAction] = []
    for finding in seen.findings:
        diagnostic = _diagnostic(seen, finding)
        if finding.path != seen.path or not _touch(diagnostic.range, params.range):
            continue
        if finding.fix is not None:
            edit = types.WorkspaceEdit(_changes(seen, finding.fix))
            found.append(_action(finding.fix.title, edit, diagnostic, finding.fix.safe))
        comment = _indent(seen, finding) + suppression(finding.path, finding.result.rule) + "\n"
        start = types.Position(finding.start.line - 1, 0)
        change = {uri: [types.TextEdit(types.Range(start, start), comment)]}
        found.append(_action(f"suppress {finding.result.rule} here", types.WorkspaceEdit(change), diagnostic, False))
    return found


def _action(title: str, edit: types.WorkspaceEdit, diagnostic: types.Diagnostic, preferred: bool) -> types.CodeAction:
    return types.CodeAction(title, types.CodeActionKind.QuickFix, [diagnostic], edit=edit, is_preferred=preferred)


def _changes(seen: Seen, fix: Fix) -> dict[str, list[types.TextEdit]]:
    changes: dict[str, list[types.TextEdit]] = {}
    for edit in fix.edits:
        text = seen.sources.get(edit.path, b"")
        place = types.Range(_position(text, edit.start), _position(text, edit.end))
        uri = from_fs_path(os.path.join(seen.root, edit.path)) or ""
        changes.setdefault(uri, []).append(types.TextEdit(place, edit.text))
    return changes


def _diagnostic(seen: Seen, finding: Finding) -> types.Diagnostic:
    result = finding.result
    lines = Lines(seen.sources.get(finding.path, b""))
    related = [
        types.DiagnosticRelatedInformation(
            types.Location(from_fs_path(os.path.join(seen.root, place.path)) or "", _point(place.start.line)), place.message
        )
        for place in finding.related
    ]
    return types.Diagnostic(
        types.Range(_units(lines, finding.start.line, finding.start.column), _units(lines, finding.end.line, finding.end.column)),
        f"{result.message}\n{result.help}" if result.help else result.message,
        _SEVERITIES[result.severity],
        result.rule,
        types.CodeDescription(f"{HOME}/blob/main/docs/rules.md#{result.rule}"),
        "trackaudit",
        related_information=related,
    )


def _point(line: int) -> types.Range:
    start = types.Position(line - 1, 0)
    return types.Range(start, start)


def _units(lines: Lines, line: int, column: int) -> types.Position:
    """A place by line and code points as the protocol counts: from 0, in UTF-16."""
    return types.Position(line - 1, len(lines.line(line)[: column - 1].encode("utf-16-le", "surrogatepass")) // 2)


def _position(text: bytes, offset: int) -> types.Position:
    lines = Lines(text)
    return _units(lines, *lines.position(offset))


def _offset(text: bytes, position: types.Position) -> int:
    """The byte that a place of the protocol is at."""
    lines = Lines(text)
    if position.line >= len(lines.starts):
        return len(text)
    before = lines.line(position.line + 1).encode("utf-16-le", "surrogatepass")[: position.character * 2]
    return lines.starts[position.line] + len(before.decode("utf-16-le", "replace").encode("utf-8", "replace"))


def _indent(seen: Seen, finding: Finding) -> str:
    line = Lines(seen.sources.get(finding.path, b"")).line(finding.start.line)
    return line[: len(line) - len(line.lstrip())]


def _touch(one: types.Range, other: types.Range) -> bool:
    return one.start.line <= other.end.line and other.start.line <= one.end.line


def serve() -> None:
    """Talk over standard input and output until the client ends it."""
    server.start_io()
