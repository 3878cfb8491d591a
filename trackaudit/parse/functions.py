"""JavaScript's and TypeScript's functions to the model: their parameters, and what type annotations say of these."""

from __future__ import annotations

from abc import abstractmethod

from tree_sitter import Node

from trackaudit.model import (
    Call,
    Expr,
    Function,
    Guard,
    Member,
    Name,
)  # fmt: skip
from trackaudit.parse.grammars import child_fields, children, span_of
from trackaudit.parse.jsx import Elements

Guards = tuple[Guard, ...]


class Functions(Elements):
    """The part of a lowering that reads functions."""

    @abstractmethod
    def body(self, node: Node, scope: int, guards: Guards, name: str) -> None:
        """Take note of a function's body, whose scope is ``scope``."""

    @abstractmethod
    def derive(self, target: Node, value: Node) -> None:
        """Take note that ``target`` is given ``value``."""

    @abstractmethod
    def bind(self, target: Node, kind: str, scope: int, value: Expr | None,
             path: tuple[str | int, ...], default: Expr | None, guards: Guards) -> None:  # fmt: skip
        """Declare every name in a pattern."""

    def function(self, node: Node, scope: int, guards: Guards, name: str = "") -> Expr:
        own_name, single, parameters, body = child_fields(node, "name", "parameter", "parameters", "body")
        if not name and own_name is not None:
            name = self.source(own_name)
        inner = self.unit.new_scope(scope, "function", name)
        names: list[str] = []
        for index, parameter in enumerate(
            [single] if single is not None else children(parameters) if parameters is not None else ()
        ):
            target, default = parameter, None
            instance: Expr | None = None
            if parameter.type in ("required_parameter", "optional_parameter"):
                pattern, fallback, kind = child_fields(parameter, "pattern", "value", "type")
                target = pattern or parameter
                default = self.expression(fallback, inner, ()) if fallback is not None else None
                instance = self.instance(kind, scope) if kind is not None and target.type == "identifier" else None
            names.append(self.parameter_name(target))
            self.bind(target, "parameter", inner, instance, (index,), default, ())
            if instance is not None:
                self.typed(parameter, target, instance, scope)
        if body is not None:
            if body.type == "statement_block":
                self.body(body, inner, guards, name)
            else:
                value = self.expression(body, inner, guards)
                self.unit.returns.setdefault(inner, []).append((value, ()))
        return Function(name, tuple(names), inner, span_of(node))

    def parameter_name(self, target: Node) -> str:
        if target.type == "assignment_pattern":
            target = target.child_by_field_name("left") or target
        if target.type == "rest_pattern" and (inner := children(target)):
            return "*" + self.parameter_name(inner[0])
        return self.source(target) if target.type == "identifier" else ""

    def instance(self, annotation: Node, scope: int) -> Expr | None:
        """What a type annotation says that a name holds: an instance of the class that it names."""
        named = children(annotation)
        if len(named) == 1 and named[0].type == "union_type":
            named = [node for node in children(named[0]) if self.source(node) not in ("null", "undefined")]
        if len(named) != 1:
            return None
        node = named[0]
        if node.type == "generic_type":
            node = children(node)[0]
        span = span_of(node)
        if node.type == "nested_type_identifier" and len(parts := children(node)) == 2 and parts[0].type == "identifier":
            holder = Name(self.source(parts[0]), scope, span_of(parts[0]))
            return Call(Member(holder, self.source(parts[1]), span_of(parts[1]), span), (), True, span)
        return Call(Name(self.source(node), scope, span), (), True, span) if node.type == "type_identifier" else None

    def typed(self, parameter: Node, target: Node, instance: Expr, scope: int) -> None:
        """A typed parameter is derived from its type; one with a modifier (``private client: Client``) is a field of the class too."""
        self.derive(target, parameter)
        modified = any(child.type in ("accessibility_modifier", "readonly", "override_modifier") for child in parameter.children)
        if modified and self.unit.scopes[scope].kind == "class":
            self.unit.declare(scope, self.source(target), "const", span_of(target), instance)
