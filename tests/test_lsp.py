"""The language server, by a client of its own over standard input and output."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import MASKED, POSTHOG, UNMASKED, environment, project


class Client:
    """Speaks the protocol with a server in another process."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "trackaudit", "lsp"]
        self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment())
        self.waiting: list[dict[str, Any]] = []
        self.count = 0
        root = folder.as_uri()
        self.ask(
            "initialize",
            {"processId": None, "rootUri": root, "capabilities": {}, "workspaceFolders": [{"uri": root, "name": "x"}]},
        )
        self.tell("initialized", {})

    def send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        size = 0
        while line := self.process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                size = int(line.split(b":")[1])
        message: dict[str, Any] = json.loads(self.process.stdout.read(size))
        return message

    def tell(self, method: str, params: dict[str, Any]) -> None:
        self.send({"method": method, "params": params})

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        self.count += 1
        self.send({"id": self.count, "method": method, "params": params})
        while (message := self.read()).get("id") != self.count or "method" in message:
            self.waiting.append(message)
        assert "error" not in message, message
        return message["result"]

    def diagnostics(self, path: Path) -> list[dict[str, Any]]:
        """The next diagnostics that are told about a file."""
        while True:
            message = self.waiting.pop(0) if self.waiting else self.read()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == path.as_uri():
                listed: list[dict[str, Any]] = message["params"]["diagnostics"]
                return listed

    def open(self, path: Path, text: str) -> list[dict[str, Any]]:
        self.tell("textDocument/didOpen", {"textDocument": {"uri": path.as_uri(), "languageId": "x", "version": 1, "text": text}})
        return self.diagnostics(path)

    def change(self, path: Path, text: str) -> list[dict[str, Any]]:
        self.tell(
            "textDocument/didChange", {"textDocument": {"uri": path.as_uri(), "version": 2}, "contentChanges": [{"text": text}]}
        )
        return self.diagnostics(path)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    project(
        tmp_path, {"package.json": POSTHOG, "a.js": MASKED, "trackaudit.toml": 'deselect = ["autocapture", "unmasked-text"]\n'}
    )
    client = Client(tmp_path.resolve())
    yield client
    with contextlib.suppress(BrokenPipeError):
        client.ask("shutdown", {})
        client.tell("exit", {})
    assert client.process.wait(20) == 0
    for stream in (client.process.stdin, client.process.stdout):
        assert stream is not None
        stream.close()


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """A text after edits, whose places count UTF-16."""
    lines = [0]
    units = text.encode("utf-16-le")
    for index in range(0, len(units), 2):
        if units[index : index + 2] == b"\n\0":
            lines.append(index + 2)
    for edit in sorted(
        edits, key=lambda edit: (edit["range"]["start"]["line"], edit["range"]["start"]["character"]), reverse=True
    ):
        start, end = (lines[edit["range"][side]["line"]] + 2 * edit["range"][side]["character"] for side in ("start", "end"))
        units = units[:start] + edit["newText"].encode("utf-16-le") + units[end:]
    return units.decode("utf-16-le")


def test_findings_are_told_as_one_types(client: Client, tmp_path: Path) -> None:
    path = tmp_path.resolve() / "a.js"
    assert client.open(path, MASKED) == []
    text = "/* 𝒳 é */ " + UNMASKED.replace("\n", " ", 1)
    (found,) = client.change(path, text)
    assert (found["code"], found["severity"], found["source"]) == ("unmasked-inputs", 1, "trackaudit")
    start = text[: text.index("maskAllInputs")].encode("utf-16-le")
    assert found["range"]["start"] == {"line": 0, "character": len(start) // 2}
    assert client.change(path, MASKED) == []
    assert path.read_text() == MASKED, "nothing is written"


def test_a_fix_and_a_suppression_are_offered(client: Client, tmp_path: Path) -> None:
    path = tmp_path.resolve() / "a.js"
    text = "// 𝒳\n" + UNMASKED
    (found,) = client.open(path, text)
    given = client.ask(
        "textDocument/codeAction",
        {"textDocument": {"uri": path.as_uri()}, "range": found["range"], "context": {"diagnostics": []}},
    )
    fix, suppress = given
    assert applied(text, fix["edit"]["changes"][path.as_uri()]) == "// 𝒳\n" + MASKED
    quiet = applied(text, suppress["edit"]["changes"][path.as_uri()])
    assert "// trackaudit: ignore[unmasked-inputs] -- say why\nposthog.init" in quiet
    assert client.change(path, quiet) == []


def test_an_option_is_explained(client: Client, tmp_path: Path) -> None:
    path = tmp_path.resolve() / "a.js"
    client.open(path, UNMASKED)
    line = UNMASKED.splitlines()[1]
    where = {"textDocument": {"uri": path.as_uri()}, "position": {"line": 1, "character": line.index("maskAll") + 2}}
    told = client.ask("textDocument/hover", where)["contents"]["value"]
    assert "posthog-js 1.449.2" in told and "`session_recording.maskAllInputs`" in told and "Default: `true`" in told
    where["position"] = {"line": 0, "character": 0}
    assert client.ask("textDocument/hover", where) is None


def test_unsaved_text_of_another_file_counts(client: Client, tmp_path: Path) -> None:
    wrapper, caller = tmp_path.resolve() / "track.js", tmp_path.resolve() / "b.js"
    code = "import { track } from './track';\ntrack('x', { email: user.email });\n"
    project(tmp_path, {"track.js": "export function track(name, data) {}\n", "b.js": code})
    assert client.open(caller, code) == []
    client.open(
        wrapper, "import posthog from 'posthog-js';\nexport function track(name, data) {\n  posthog.capture(name, data);\n}\n"
    )
    (found,) = client.change(caller, code + "\n")
    assert found["code"] == "sensitive-property"
