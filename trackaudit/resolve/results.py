"""What calls come to, inside one file: results of the file's own functions, and of functions that are known everywhere."""

from __future__ import annotations

import re
from abc import abstractmethod

from trackaudit.model import (
    Argument,
    Call,
    Expr,
    Function,
    Literal,
    Member,
    Name,
    Unit,
)  # fmt: skip
from trackaudit.resolve.arguments import Given, substitute
from trackaudit.resolve.combine import merge, one_of, only, without
from trackaudit.resolve.instances import Instances
from trackaudit.resolve.readers import DATA, Readers
from trackaudit.resolve.symbols import Symbol
from trackaudit.resolve.values import (
    Blueprint,
    Branch,
    Callback,
    Dynamic,
    Entry,
    Invoked,
    Known,
    Listing,
    Mapping,
    Passed,
    Reference,
    Text,
    Value,
)  # fmt: skip

_ELSEWHERE = ("npm:", "file:", "pypi:", "global:")
_CONVERTING = frozenset(
    ("global:String", "global:encodeURIComponent", "global:decodeURIComponent", "global:Object", "global:JSON")
)
_SHAPING = ("npm:lodash", "npm:underscore", "npm:es-toolkit", "npm:ramda", "npm:rambda", "npm:remeda", "npm:radash", "global:_")
_MERGING = frozenset((("global:Object", "assign"), ("global:_", "merge"), ("global:_", "assign"), ("global:$", "extend")))
_TRANSPARENT = frozenset(
    (("global:Object", "freeze"), ("global:Object", "seal"), ("global:structuredClone",), ("global:Promise", "resolve"),
     ("npm:react", "useCallback"), ("npm:lodash", "debounce"), ("npm:lodash", "throttle"), ("npm:lodash", "once"))
)  # fmt: skip
_USE_CONTEXT, _USE_MEMO = ("npm:react", "useContext"), ("npm:react", "useMemo")
# Functions that read a variable of the environment, or what stands for it where there is none; and fields with a default.
# The numbers are the positions of the default, which may also be given by name.
_ENVIRONMENT: dict[Symbol, int] = {
    ("pypi:os", "getenv"): 1, ("pypi:os", "environ", "get"): 1, ("pypi:decouple", "config"): 1,
    ("pypi:starlette", "config", "Config", "()"): 2, ("pypi:environ", "Env", "()"): 2, ("pypi:environs", "Env", "()"): 1,
}  # fmt: skip
_OF_ENV = (("pypi:environ", "Env", "()"), ("pypi:environs", "Env", "()"))  # their methods convert: ``env.bool("DEBUG", False)``
_FIELDS: dict[Symbol, int] = {
    ("pypi:pydantic", "Field"): 0,
    ("pypi:dataclasses", "field"): -1,
    ("pypi:attr", "ib"): 0,
    ("pypi:attrs", "field"): -1,
}
_SELECTING = frozenset(("getElementById", "querySelector", "getElementsByName", "$", "jQuery"))
_WORDS = re.compile(r"[A-Za-z][\w-]*")
_DEFAULTS = ("default", "fallback")
_TAKING = ("get", "getboolean", "getint", "getfloat")


class Calls(Instances):
    """The part of a resolver that knows calls."""

    def __init__(self, unit: Unit, text: bytes) -> None:
        super().__init__(unit, text)
        self.readers = Readers(self)

    @abstractmethod
    def chain(self, expr: Expr) -> tuple[str, ...]:
        """The names in ``a.b().c`` as written."""

    def call(self, expr: Call) -> Value:
        made = self.local_class(expr.callee)
        if made is not None:
            return self.class_(made)
        symbol = self.symbol(expr.callee)
        if symbol in _TRANSPARENT and expr.arguments:
            return self.value(expr.arguments[0].value)
        if symbol in _MERGING:
            return merge([self.value(argument.value) for argument in expr.arguments], expr.span)
        if self.python and isinstance(expr.callee, Name) and expr.callee.id == "dict" and symbol is None:
            return self._dict_call(expr)
        if self.python and isinstance(expr.callee, Name) and expr.callee.id == "getattr" and len(expr.arguments) > 1:
            target, name = expr.arguments[0].value, expr.arguments[1].value
            if symbol is None and isinstance(name, Literal) and isinstance(name.value, str):
                return self.value(Member(target, name.value, name.span, expr.span))
        if symbol is not None and (given := self._outside(symbol, expr)) is not None:
            return given
        if symbol and symbol[0].startswith(_SHAPING) and (shaped := self._shaped(symbol, expr)) is not None:
            return shaped
        if symbol == _USE_CONTEXT and (provided := self._provided(expr)) is not None:
            return provided
        if symbol == _USE_MEMO and expr.arguments:
            made = self.value(expr.arguments[0].value)
            return made.results[0] if isinstance(made, Callback) else made
        target = self.value(expr.callee) if isinstance(expr.callee, (Name, Function, Member)) and symbol is None else None
        if isinstance(target, Blueprint):
            return target
        if isinstance(target, Callback) and not expr.new:
            return self._returned(target, expr)
        if self.python and isinstance(expr.callee, Member) and expr.callee.property == "format" and symbol is None:
            form = self.value(expr.callee.object)
            if isinstance(form, Text) or (isinstance(form, Known) and isinstance(form.value, str)):
                return Text((form, *(self.value(argument.value) for argument in expr.arguments)), expr.span)
        if isinstance(expr.callee, Member) and expr.callee.property == "val" and isinstance(expr.callee.object, Call):
            named = self.selected(expr.callee.object)
            if named is not None and not expr.arguments:
                return Dynamic("member", (named, "value"), expr.span)
        chain = self.chain(expr.callee)
        if chain[-1:] and chain[-1] in _TAKING and (taken := self._taken(expr)) is not None:
            return taken
        if chain[-1:] == ("get",) and symbol is None and expr.arguments:  # bag.get("key") names what it takes out
            key = self.value(expr.arguments[0].value)
            if isinstance(key, Known) and isinstance(key.value, str):
                return Dynamic("member", (*chain[:-1], key.value), expr.span)
        # Of what a function returns it says enough who made it, but for what only changes its argument: String(email).
        elsewhere = self._returning and symbol and symbol[0].startswith(_ELSEWHERE) and symbol[0] not in _CONVERTING
        arguments = () if elsewhere else tuple(self.passed(argument) for argument in expr.arguments)
        return Invoked(symbol or (), ".".join(chain), arguments, expr.span)

    def _shaped(self, symbol: Symbol, expr: Call) -> Value | None:
        """What ``omit`` and ``pick`` of the known libraries leave of an object; None where that is not known."""
        name = symbol[-1].rpartition("/")[2].rpartition(".")[2]
        if name not in ("omit", "pick") or len(expr.arguments) < 2:
            return None
        values = [self.value(argument.value) for argument in expr.arguments]
        keys_first = "".join(symbol).startswith(("npm:ramda", "npm:rambda"))
        bag, rest = (values[1], values[:1]) if keys_first else (values[0], values[1:])
        listed = [item for value in rest for item in (value.items if isinstance(value, Listing) else (value,))]
        if not all(isinstance(item, Known) for item in listed) or any(
            isinstance(value, Listing) and value.open for value in rest
        ):
            return None
        keys = frozenset(str(item.value) for item in listed if isinstance(item, Known))
        return without(bag, keys) if name == "omit" else only(bag, keys)

    def _returned(self, target: Callback, expr: Call) -> Value:
        passed = tuple(self.passed(argument) for argument in expr.arguments)
        method = self.python and target.parameters[:1] in (("self",), ("cls",)) and isinstance(expr.callee, Member)
        given = Given(target.parameters, passed, method, expr.span)
        results = [substitute(result, target.scope, given) for result in target.results]
        return results[0] if len(results) == 1 else one_of([Branch((), result) for result in results], expr.span)

    def _dict_call(self, expr: Call) -> Value:
        parts: list[Value] = []
        for argument in expr.arguments:
            value = self.value(argument.value)
            if argument.name is not None and argument.name_span is not None:
                parts.append(Mapping((Entry(argument.name, argument.name_span, value, ()),), False, expr.span))
            else:
                parts.append(value)
        return merge(parts, expr.span)

    def _outside(self, symbol: Symbol, expr: Call) -> Value | None:
        """What comes from outside of the code: of the environment or of a data file, or the default that the code has for it."""
        if symbol in _ENVIRONMENT or (symbol[:-1] in _OF_ENV and expr.arguments):
            name = self.value(expr.arguments[0].value) if expr.arguments else None
            read = Dynamic("environment", ("os", "environ", str(name.value) if isinstance(name, Known) else "?"), expr.span)
            default = self._default(expr, _ENVIRONMENT.get(symbol, 1))
            return read if default is None else one_of([Branch((), default), Branch((), read)], expr.span)
        if symbol in _FIELDS:
            return self._default(expr, _FIELDS[symbol]) or Dynamic("a field without a default", (), expr.span)
        if symbol[:2] == ("pypi:configurations", "values"):
            return self._default(expr, 0) or Dynamic("environment", symbol[-1:], expr.span)
        return self.readers.data(expr, symbol)

    def selected(self, call: Call) -> str | None:
        """What the selector calls the element that a call finds: ``getElementById("email")``, ``$("#email")``."""
        callee = call.callee
        name = callee.property if isinstance(callee, Member) else callee.id if isinstance(callee, Name) else ""
        selector = call.arguments[0].value if name in _SELECTING and call.arguments else None
        if not isinstance(selector, Literal) or not isinstance(selector.value, str):
            return None
        words = _WORDS.findall(selector.value)
        return words[-1] if words else None

    def _default(self, expr: Call, position: int) -> Value | None:
        """The default among the arguments of a call: by its name, or at a position."""
        for index, argument in enumerate(expr.arguments):
            if argument.name in _DEFAULTS or (argument.name is None and index == position and not argument.spread):
                return self.value(argument.value)
        return None

    def _taken(self, expr: Call) -> Value | None:
        """What ``config.get("key", default)`` takes out of a data file, or of a Flask application's configuration."""
        callee = expr.callee
        below = self.value(callee.object) if isinstance(callee, Member) else None
        if not isinstance(below, Reference) or not (
            below.symbol[0].startswith(DATA) or (self.python and below.symbol[-1] == "config")
        ):
            return None
        count = 2 if below.symbol[0].startswith(DATA + "ini:") and len(below.symbol) == 1 else 1
        keys = [self.value(argument.value) for argument in expr.arguments[:count]]
        for key in keys:
            if not isinstance(key, Known):
                return None
            below = below._replace(symbol=(*below.symbol, str(key.value)), path=(*below.path, str(key.value)), span=expr.span)
        default = self._default(expr, count)
        return below if default is None else one_of([Branch((), below), Branch((), default)], expr.span)

    def passed(self, argument: Argument) -> Passed:
        return Passed(argument.name, argument.name_span, self.value(argument.value), argument.spread, argument.value.span)
