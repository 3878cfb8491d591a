"""Data files that code reads: which file an expression opens, where its path is written out, and in which form it is read.

What is read becomes a reference to the file: ``("data:yaml:./config.yml", "posthog", "host")``. A path that begins with ``./`` starts
from the folder of the file that reads it, any other one from the working directory, wherever that is.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from trackaudit.model import Argument, Binary, Call, Expr, Index, Literal, Member, Name, Object, Property, Template
from trackaudit.resolve.symbols import Symbol, Symbols
from trackaudit.resolve.values import Reference

DATA = "data:"
_FILE = "./."  # stands for the file that reads, in its own folder
_MAX_STEPS = 16
# Functions that make data of a text, or of an open file, by their modules.
_FORMS = {
    "pypi:json": "json", "pypi:simplejson": "json", "pypi:ujson": "json", "pypi:orjson": "json", "global:JSON": "json", "npm:json5": "json",
    "npm:jsonc-parser": "json", "npm:comment-json": "json", "pypi:yaml": "yaml", "npm:js-yaml": "yaml", "npm:yaml": "yaml",
    "npm:yamljs": "yaml", "pypi:tomllib": "toml", "pypi:tomli": "toml", "pypi:toml": "toml", "pypi:rtoml": "toml", "npm:toml": "toml",
    "npm:@iarna/toml": "toml", "npm:smol-toml": "toml", "npm:dotenv": "env",
}  # fmt: skip
_PARSING = frozenset(("load", "loads", "safe_load", "full_load", "safeLoad", "parse"))
# Functions that read and parse in one.
_WHOLE: dict[Symbol, str] = {
    ("pypi:dotenv", "dotenv_values"): "env", ("pypi:toml", "load"): "toml", ("pypi:rtoml", "load"): "toml", ("npm:fs-extra", "readJson"): "json",
    ("npm:fs-extra", "readJsonSync"): "json", ("npm:fs-extra", "readJSON"): "json", ("npm:fs-extra", "readJSONSync"): "json",
    ("npm:jsonfile", "readFileSync"): "json", ("npm:yamljs", "load"): "yaml",
}  # fmt: skip
_OPENING = frozenset(("open", "readFileSync", "readFile", "readTextFile", "readTextFileSync", "file"))
_OF_OPENED = frozenset(("open", "read", "read_text", "read_bytes", "toString", "text"))  # methods of a path, or of an open file
_JOINING = frozenset(("join", "resolve", "joinpath", "Path", "PurePath", "PosixPath"))
_UP = frozenset(("dirname", "parent"))
_SAME = frozenset(("resolve", "absolute", "abspath", "realpath", "expanduser", "fileURLToPath", "normpath", "normalize", "str"))
_PARSERS = frozenset(("ConfigParser", "RawConfigParser", "SafeConfigParser"))
_LOADERS = frozenset((("pypi:dotenv", "load_dotenv"), ("npm:dotenv", "config"), ("npm:dotenv-expand", "expand")))


class Readers:
    """Finds the data files that the code of one unit reads."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols

    def data(self, call: Call, symbol: Symbol | None) -> Reference | None:
        """A reference to the file that a call reads; None where it reads none, or none that the code names."""
        if not symbol:
            return None
        form, path = None, None
        if symbol[0] == "pypi:configparser" and symbol[-1] in _PARSERS:
            form, path = "ini", self._read_by(call)
        elif symbol in _WHOLE:
            form, path = _WHOLE[symbol], self._path_in(call.arguments)
        if path is None and symbol[-1] in _PARSING and symbol[0] in _FORMS:
            form = _FORMS[symbol[0]]
            path = self._source(call.arguments[0].value) if call.arguments else None
        if form is None or not path:
            return None
        return Reference((f"{DATA}{form}:{path}",), (posixpath.basename(path),), call.span)

    def loaded(self) -> list[str]:
        """The files that this unit loads into the environment, by paths that it writes out."""
        found = []
        for site in self.symbols.unit.calls:
            if self.symbols.symbol(site.call.callee) in _LOADERS and (path := self._path_in(_options(site.call.arguments))):
                found.append(path)
        return found

    def _read_by(self, made: Call) -> str | None:
        """The file that a parser is given to read, if it is one: ``config = ConfigParser()``, then ``config.read("shop.ini")``."""
        paths = set()
        for site in self.symbols.unit.calls:
            callee = site.call.callee
            if isinstance(callee, Member) and callee.property == "read" and isinstance(callee.object, Name):
                paths |= {self._path_in(site.call.arguments)} if self._bound(callee.object) == made else set()
        return next(iter(paths)) if len(paths) == 1 else None

    def _path_in(self, arguments: Sequence[Argument]) -> str | None:
        named = [argument for argument in arguments if argument.name in ("dotenv_path", "path", "filenames")]
        chosen = named or [argument for argument in arguments if argument.name is None]
        return self._path(chosen[0].value) if chosen else None

    def _source(self, expr: Expr, steps: int = 0) -> str | None:
        """The path of the file that an expression is opened from, or is the text of."""
        if steps > _MAX_STEPS:
            return None
        if isinstance(expr, Name):
            known = self._bound(expr)
            return self._source(known, steps + 1) if known is not None else None
        if not isinstance(expr, Call):
            return None
        name = _called(expr)
        if isinstance(expr.callee, Member) and name in _OF_OPENED:
            below = expr.callee.object
            if (found := self._source(below, steps + 1) or self._path(below, steps + 1)) is not None:
                return found
        return self._path(expr.arguments[0].value, steps + 1) if name in _OPENING and expr.arguments else None

    def _path(self, expr: Expr, steps: int = 0) -> str | None:
        """A path that is written out, from the reading file's folder or from nowhere known."""
        if steps > _MAX_STEPS:
            return None
        if isinstance(expr, Literal):
            plain = isinstance(expr.value, str) and not expr.value.startswith(("/", "~"))
            return str(expr.value).removeprefix("./") if plain else None
        if isinstance(expr, Template):
            return _joined([self._path(part, steps + 1) for part in expr.parts], "")
        if isinstance(expr, Name):
            if expr.id in ("__file__", "__filename"):
                return _FILE
            known = self._bound(expr)
            if known is not None:
                return self._path(known, steps + 1)
            return "./" if expr.id == "__dirname" else None
        if isinstance(expr, Binary) and expr.operator in ("/", "+"):
            parts = [self._path(expr.left, steps + 1), self._path(expr.right, steps + 1)]
            return _joined(parts, "/" if expr.operator == "/" else "")
        if isinstance(expr, Index) and isinstance(expr.object, Member) and expr.object.property == "parents":
            below, count = self._path(expr.object.object, steps + 1), expr.key
            return _up(below, 1 + count.value) if isinstance(count, Literal) and isinstance(count.value, int) and below else None
        if isinstance(expr, Member):
            return self._member_path(expr, steps)
        return self._call_path(expr, steps) if isinstance(expr, Call) else None

    def _member_path(self, expr: Member, steps: int) -> str | None:
        chain = _chain(expr)
        if chain in ("import.meta.dirname", "import.meta.url", "import.meta.filename"):
            return "./" if chain.endswith("dirname") else _FILE
        below = self._path(expr.object, steps + 1) if expr.property in _UP else None
        return _up(below, 1) if below else None

    def _call_path(self, call: Call, steps: int) -> str | None:
        callee, name = call.callee, _called(call)
        given = [argument.value for argument in call.arguments]
        if _chain(callee) in ("process.cwd", "os.getcwd", "Path.cwd", "pathlib.Path.cwd"):
            return ""
        if name == "URL" and len(given) == 2:  # new URL("./config.json", import.meta.url)
            base = self._path(given[1], steps + 1)
            return _joined([_up(base, 1), self._path(given[0], steps + 1)], "/") if base else None
        if name in _UP and given:
            below = self._path(given[0], steps + 1)
            return _up(below, 1) if below else None
        if not given or name == "joinpath":
            below = self._path(callee.object, steps + 1) if isinstance(callee, Member) and name in (*_SAME, "joinpath") else None
            return _joined([below, *(self._path(item, steps + 1) for item in given)], "/")
        return _joined([self._path(item, steps + 1) for item in given], "/") if name in (*_JOINING, *_SAME) else None

    def _bound(self, name: Name) -> Expr | None:
        """What a name is given, where it is given one thing."""
        found = self.symbols.unit.lookup(name.id, name.scope)
        bindings = [binding for binding in found[0] if binding.kind != "annotation"] if found is not None else []
        if len(bindings) != 1 or bindings[0].path or bindings[0].kind in ("parameter", "import"):
            return None
        return bindings[0].value


def _called(call: Call) -> str:
    """The last name in what is called."""
    callee = call.callee
    return callee.property if isinstance(callee, Member) else callee.id if isinstance(callee, Name) else ""


def _joined(parts: Sequence[str | None], between: str) -> str | None:
    found = ""
    for part in parts:
        if part is None:
            return None
        if found and between:
            # A path of its own, such as "./config.json", goes on from what is before it.
            found = found.rstrip("/") + between + part.removeprefix("./")
        else:
            found += part
    return found


def _up(path: str, count: int) -> str:
    """The folder that many steps above; of a path in the reader's folder, in terms of that."""
    for _ in range(count):
        if path == _FILE:
            path = "./"
        elif path.rstrip("/") in (".", "") or path.rstrip("/").endswith(".."):
            path = posixpath.join(path, "..")
        else:
            path = posixpath.dirname(path.rstrip("/"))
    return path


def _chain(expr: Expr) -> str:
    names: list[str] = []
    while isinstance(expr, Member):
        names.append(expr.property)
        expr = expr.object
    return ".".join(reversed([*names, expr.id])) if isinstance(expr, Name) else ""


def _options(arguments: Sequence[Argument]) -> list[Argument]:
    """The arguments, those in an object of options as if they were named."""
    found = []
    for argument in arguments:
        if isinstance(argument.value, Object):
            found += [
                Argument(entry.value, entry.key, entry.key_span, "")
                for entry in argument.value.entries
                if isinstance(entry, Property) and entry.key is not None
            ]
        else:
            found.append(argument)
    return found
