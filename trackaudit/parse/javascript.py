"""JavaScript and TypeScript to the model, by tree-sitter: the statements, and which of them matter.

Statements are taken from a work list, never by recursion; expressions are :mod:`trackaudit.parse.expressions`'.
Node names are those of the tree-sitter-javascript 0.25 and tree-sitter-typescript 0.23 grammars.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tree_sitter import Node

from trackaudit.model import Call, Class, Expr, Guard, Literal, Object, Problem, Property, Region, Span, Spread, Unit, Unknown
from trackaudit.parse.build import MAX_DEPTH, rest_step
from trackaudit.parse.expressions import EXPRESSIONS, FUNCTIONS
from trackaudit.parse.grammars import (
    child_fields,
    children,
    first_error,
    note_comments,
    parse,
    program_tree,
    span_of,
)
from trackaudit.parse.interest import Interest, Mentions
from trackaudit.parse.modules import Modules

Guards = tuple[Guard, ...]


def lower(
    text: bytes, dialect: str, unit: Unit, scope: int = 0, region: Span | None = None, interest: Interest | None = None
) -> None:
    """Parse ``text`` (or only ``region`` of it) and add its program to ``unit`` in ``scope``.

    ``dialect`` is ``javascript`` (JSX included), ``typescript`` or ``tsx``. A syntax error adds one
    ``syntax`` problem at the first place the parser stumbled; everything else is still lowered. With ``interest``, functions
    that hold none of its words, nor a name derived from them, are left until :meth:`Unit.demand` asks for them.
    """
    root, dialect = program_tree(text, dialect, region)
    where = first_error(root) if root.has_error else None
    if where is not None:
        unit.problems.append(Problem("syntax", "syntax error", Span(where.start_byte, where.end_byte)))
    note_comments(text, root, dialect, unit)
    mentions = Mentions(text, root.start_byte, root.end_byte, interest) if interest is not None else None
    _Lowering(text, unit, mentions, interest).program(root, scope)


def lower_expression(text: bytes, dialect: str, unit: Unit, region: Span) -> Expr:
    """Lower the one expression that stands in ``region``; ``Unknown`` where there is none."""
    root = parse(text, dialect, region)
    if len(root.named_children) == 1 and root.named_children[0].type == "expression_statement":
        note_comments(text, root, dialect, unit)
        lowering = _Lowering(text, unit)
        value = lowering.inner(root.named_children[0], 0, ())
        lowering.finish()
        return value
    return Unknown("not one expression", region)


class _Lowering(Modules):
    """One tree on its way into a unit. ``self.todo`` holds statements still to visit."""

    def __init__(self, text: bytes, unit: Unit, mentions: Mentions | None = None, interest: Interest | None = None) -> None:
        super().__init__(text, unit, mentions, interest)
        self.waiting: list[tuple[Node, int, Guards, bytes]] = []
        self.parents: dict[int, int] = {}  # the element that a function stands in, by the function's scope

    def program(self, root: Node, scope: int) -> None:
        self.todo.append((root, scope, ()))
        self.finish()

    def finish(self) -> None:
        """Visit every statement that is still to visit, and the function bodies that matter."""
        self.drain()
        while self.waiting and self.wake():
            self.drain()
        for body, scope, guards, _ in self.waiting:
            self.unit.pending[scope] = partial(self.late, body, scope, guards)
        self.waiting = []

    def wake(self) -> bool:
        """Take up the waiting bodies that hold a word of interest or a name derived from one."""
        waiting, self.waiting = self.waiting, []
        names: set[bytes] = set()
        for entry in waiting:
            body, scope, guards, name = entry
            if self.mentions is None or self.mentions.within(body.start_byte, body.end_byte):
                self.todo.append((body, scope, guards))
                names |= {name, self.owner_of(scope)}
            else:
                self.waiting.append(entry)
        self.todo.reverse()
        if self.mentions is not None:
            self.mentions.add(names - {b""})
        return bool(self.todo)

    def owner_of(self, scope: int) -> bytes:
        """The name of the class that the function with this scope is a method of: who makes one makes something of interest."""
        around = self.unit.scopes[self.unit.scopes[scope].parent]
        return around.name.rpartition(".")[2].encode() if around.kind == "class" else b""

    def late(self, body: Node, scope: int, guards: Guards) -> None:
        """Visit a body that was left out, because something refers to its function after all."""
        self.todo.append((body, scope, guards))
        self.finish()

    def derive(self, target: Node, value: Node) -> None:
        """Names that are given a value with a word of interest, or with a name derived from one, are derived too."""
        if self.mentions is not None and self.mentions.within(value.start_byte, value.end_byte):
            self.mentions.add(self.words(target))

    def hand_in(self, call: Node, arguments: Node) -> None:
        """What a call of interest hands to a callback is of interest too: ``withScope((scope) => …)``, ``{ loaded: (client) => … }``."""
        if self.mentions is None or not self.mentions.within(call.start_byte, arguments.start_byte):
            return
        given: list[Node | None] = [*children(arguments)]
        for part in children(arguments):
            if part.type == "object":
                given += [pair.child_by_field_name("value") for pair in part.named_children if pair.type == "pair"]
        for part in given:
            if part is not None and part.type in FUNCTIONS:
                parameters = part.child_by_field_name("parameters") or part.child_by_field_name("parameter")
                if parameters is not None:
                    self.mentions.add(self.words(parameters))

    def body(self, node: Node, scope: int, guards: Guards, name: str) -> None:
        self.waiting.append((node, scope, guards, name.encode()))
        if self.parent_element >= 0:
            self.parents[scope] = self.parent_element

    def drain(self) -> None:
        while self.todo:
            node, scope, guards = self.todo.pop()
            self.parent_element = self.parents.get(self.unit.function_scope(scope), -1) if self.parents else -1
            handler = _STATEMENTS.get(node.type)
            if handler is not None:
                handler(self, node, scope, guards)
            elif node.type in EXPRESSIONS:
                self.expression(node, scope, guards)

    # --- statements -----------------------------------------------------------------------------

    def block(self, node: Node, scope: int, guards: Guards) -> None:
        for child in reversed(node.named_children):
            self.todo.append((child, scope, guards))

    def inner_block(self, node: Node, scope: int, guards: Guards) -> None:
        self.block(node, self.unit.new_scope(scope, "block"), guards)

    def declaration(self, node: Node, scope: int, guards: Guards) -> None:
        first = node.children[0].type if node.children else "var"
        kind = first if first in ("const", "let", "var") else "var"
        for child in node.named_children:
            if child.type == "variable_declarator":
                target = child.child_by_field_name("name")
                value_node = child.child_by_field_name("value")
                if target is None:
                    continue
                value = None
                if value_node is not None:
                    self.derive(target, value_node)
                    name = self.source(target) if target.type == "identifier" else ""
                    value = self.named(value_node, scope, guards, name)
                self.bind(target, kind, scope, value, (), None, guards)

    def bind(self, target: Node, kind: str, scope: int, value: Expr | None,
             path: tuple[str | int, ...], default: Expr | None, guards: Guards) -> None:  # fmt: skip
        """Declare every name in a pattern."""
        stack = [(target, path, default)]
        while stack:
            node, path, default = stack.pop()
            kind_of = node.type
            if kind_of in ("identifier", "shorthand_property_identifier_pattern"):
                name = self.source(node)
                if kind_of != "identifier":
                    path = (*path, name)
                self.unit.declare(scope, name, kind, span_of(node), value, path, default, guards=guards)
            elif kind_of == "object_pattern":
                taken = [
                    self.property_name(child.child_by_field_name("key") or child)
                    if child.type == "pair_pattern"
                    else _bound_name(self.text, child)
                    for child in children(node)
                ]
                for child in children(node):
                    if child.type == "rest_pattern":
                        inner = children(child)
                        stack += [(inner[0], (*path, rest_step(taken)), None)] if inner else []
                    else:
                        stack.append((child, path, None))
            elif kind_of == "pair_pattern":
                key, inner = child_fields(node, "key", "value")
                if key is not None and inner is not None:
                    stack.append((inner, (*path, self.property_name(key) or "?"), None))
            elif kind_of in ("assignment_pattern", "object_assignment_pattern"):
                left, right = child_fields(node, "left", "right")
                fallback = self.expression(right, scope, guards) if right is not None else None
                if left is not None:
                    stack.append((left, path, fallback))
            elif kind_of == "array_pattern":
                index = 0
                for child in node.children:  # a hole has no node, so commas are counted
                    if child.type == ",":
                        index += 1
                    elif child.is_named:
                        stack.append((child, (*path, index), None))
            elif kind_of == "rest_pattern" and (inside := children(node)):
                stack.append((inside[0], (*path, "..."), None))

    def function_declaration(self, node: Node, scope: int, guards: Guards) -> None:
        name = node.child_by_field_name("name")
        text = self.source(name) if name is not None else ""
        value = self.function(node, scope, guards, text)
        if name is not None:
            self.unit.declare(scope, text, "function", span_of(name), value)

    def element(self, opening: Node, tag: Node, scope: int, guards: Guards) -> None:
        super().element(opening, tag, scope, guards)
        context, _, last = self.source(tag).rpartition(".")
        if last == "Provider" and self.mentions is not None and self.mentions.within(opening.start_byte, opening.end_byte):
            self.mentions.add({context.encode()})  # what asks this context for its value gets something of interest

    def script(self, code: Node, guards: Guards) -> None:
        if code.type not in ("template_string", "string") or code.end_byte - code.start_byte < 2:
            return
        if self.mentions is not None and not self.mentions.within(code.start_byte, code.end_byte):
            return
        text = bytearray(self.text)
        for part in code.named_children:
            if part.type == "template_substitution":  # one word of the same length, as for the tags of templates
                text[part.start_byte : part.end_byte] = b"_" * (part.end_byte - part.start_byte)
        problems = len(self.unit.problems)
        lower(
            bytes(text),
            "javascript",
            self.unit,
            self.unit.new_scope(-1, "module"),
            Span(code.start_byte + 1, code.end_byte - 1),
        )
        self.unit.regions.extend(Region(code.start_byte, code.end_byte, guard) for guard in guards)
        del self.unit.problems[problems:]  # what is put in may be more than a word

    def class_statement(self, node: Node, scope: int, guards: Guards) -> Expr:
        name, body = child_fields(node, "name", "body")
        text = self.source(name) if name is not None else ""
        bases = []
        for child in node.named_children:
            if child.type == "decorator":
                self.inner(child, scope, guards)
            elif child.type == "class_heritage":
                bases.append(self.inner(child, scope, guards))
                if self.mentions is not None and self.mentions.within(child.start_byte, child.end_byte):
                    self.mentions.add({b"this"})  # what the base class defines goes by no other name
        inner = self.unit.new_scope(scope, "class", text)
        value = Class(text, tuple(bases), inner, span_of(node))
        if name is not None:
            self.unit.declare(scope, text, "class", span_of(name), value)
        for member in body.named_children if body is not None else ():
            self.class_member(member, inner)
        return value

    def class_member(self, member: Node, scope: int) -> None:
        kind = member.type
        if kind == "method_definition":
            name = member.child_by_field_name("name")
            text = self.source(name) if name is not None else ""
            value = self.function(member, scope, (), text)
            if name is not None:
                self.computed(name, scope, ())
                getter = any(child.type == "get" for child in member.children)
                self.unit.declare(scope, text, "getter" if getter else "function", span_of(name), value)
        elif kind in ("field_definition", "public_field_definition"):
            name = member.child_by_field_name("property") or member.child_by_field_name("name")
            value_node = member.child_by_field_name("value")
            annotation = member.child_by_field_name("type")
            if name is not None and value_node is not None:
                text = self.source(name)
                self.derive(name, value_node)
                self.computed(name, scope, ())
                self.unit.declare(scope, text, "const", span_of(name), self.named(value_node, scope, (), text))
            elif name is not None and annotation is not None and (instance := self.instance(annotation, scope)) is not None:
                self.derive(name, annotation)
                self.unit.declare(scope, self.source(name), "const", span_of(name), instance)
        elif kind == "class_static_block":
            self.todo.append((member, scope, ()))

    def expression_statement(self, node: Node, scope: int, guards: Guards) -> None:
        for child in children(node):
            value = self.expression(child, scope, guards)
            if isinstance(value, Call) and node.type == "expression_statement":
                self.unit.discarded.add(value.span)

    def return_statement(self, node: Node, scope: int, guards: Guards) -> None:
        values = children(node)
        if values:
            value = self.expression(values[0], scope, guards)
        else:
            value = Literal(None, Span(node.start_byte, node.start_byte + len("return")))
        self.unit.returns.setdefault(self.unit.function_scope(scope), []).append((value, guards))

    def if_statement(self, node: Node, scope: int, guards: Guards) -> None:
        condition, consequence, alternative = child_fields(node, "condition", "consequence", "alternative")
        test: Expr = Unknown("no condition", span_of(node))
        if condition is not None:
            test = self.expression(condition, scope, guards)
        outer = guards[-MAX_DEPTH:]  # of very many, the nearest: a chain of 10,000 would hold 50 million
        for branch, guard in ((alternative, Guard(test, False, scope)), (consequence, Guard(test, True, scope))):
            if branch is not None:
                self.todo.append((branch, scope, (*outer, guard)))
                self.unit.regions.append(Region(branch.start_byte, branch.end_byte, guard))
        if alternative is None and consequence is not None and node.parent is not None and _leaves(consequence):
            self.unit.regions.append(Region(node.end_byte, node.parent.end_byte, Guard(test, False, scope)))

    def switch_case(self, node: Node, scope: int, guards: Guards) -> None:
        value = node.child_by_field_name("value")
        guard = Guard(Unknown("a case of a switch", span_of(node)), True, scope)
        for child in reversed(node.named_children):
            self.todo.append((child, scope, guards if child == value else (*guards[-MAX_DEPTH:], guard)))

    def loop(self, node: Node, scope: int, guards: Guards) -> None:
        inner = self.unit.new_scope(scope, "block")
        if node.type == "for_in_statement":
            left = node.child_by_field_name("left")
            kind = node.child_by_field_name("kind")
            right = node.child_by_field_name("right")
            each = any(child.type == "of" for child in node.children)
            items = self.expression(right, inner, guards) if right is not None else None
            if left is not None and kind is not None:
                self.bind(left, "other", inner, items, ("[]",) if each else ("[key]",), None, guards)
                if right is not None:
                    self.derive(left, right)
        for field in ("initializer", "condition", "increment", "value", "object", "body"):
            child = node.child_by_field_name(field)
            if child is not None:
                self.todo.append((child, inner, guards))

    def catch(self, node: Node, scope: int, guards: Guards) -> None:
        inner = self.unit.new_scope(scope, "block")
        parameter, body = child_fields(node, "parameter", "body")
        if parameter is not None:
            self.bind(parameter, "other", inner, None, (), None, guards)
        if body is not None:
            self.todo.append((body, inner, guards))

    def enum(self, node: Node, scope: int, guards: Guards) -> None:
        name, body = child_fields(node, "name", "body")
        members: list[Property | Spread] = []
        for count, member in enumerate(children(body) if body is not None else []):
            key, given = child_fields(member, "name", "value") if member.type == "enum_assignment" else (member, None)
            if key is not None:
                value = self.expression(given, scope, guards) if given is not None else Literal(count, span_of(member))
                members.append(Property(self.property_name(key), span_of(key), value))
        if name is not None:
            self.unit.declare(scope, self.source(name), "const", span_of(name), Object(tuple(members), span_of(node)))


def _leaves(branch: Node) -> bool:
    """Whether nothing comes after a branch."""
    if branch.type == "statement_block":
        inside = children(branch)
        return bool(inside) and inside[-1].type in _LEAVING
    return branch.type in _LEAVING


def _bound_name(text: bytes, node: Node) -> str | None:
    """The key that a shorthand in an object pattern takes out, with or without a default."""
    if node.type == "object_assignment_pattern":
        node = node.child_by_field_name("left") or node
    if node.type == "shorthand_property_identifier_pattern":
        return text[node.start_byte : node.end_byte].decode("utf-8", "replace")
    return None


_LEAVING = frozenset(("return_statement", "throw_statement", "break_statement", "continue_statement"))
_Statement = Callable[[_Lowering, Node, int, Guards], object]
_STATEMENTS: dict[str, _Statement] = {
    **dict.fromkeys(("program", "ERROR", "else_clause", "switch_body", "finally_clause", "labeled_statement",
                     "try_statement", "switch_statement", "parenthesized_expression_statement"),
                    _Lowering.block),
    **dict.fromkeys(("statement_block", "class_static_block", "internal_module", "module"), _Lowering.inner_block),
    **dict.fromkeys(("for_statement", "for_in_statement", "while_statement", "do_statement", "with_statement"), _Lowering.loop),
    **dict.fromkeys(("lexical_declaration", "variable_declaration"), _Lowering.declaration),
    **dict.fromkeys(("function_declaration", "generator_function_declaration"), _Lowering.function_declaration),
    **dict.fromkeys(("class_declaration", "abstract_class_declaration"), _Lowering.class_statement),
    **dict.fromkeys(("expression_statement", "throw_statement"), _Lowering.expression_statement),
    **dict.fromkeys(("switch_case", "switch_default"), _Lowering.switch_case),
    "import_statement": _Lowering.import_statement,
    "export_statement": _Lowering.export_statement,
    "return_statement": _Lowering.return_statement,
    "if_statement": _Lowering.if_statement,
    "catch_clause": _Lowering.catch,
    "enum_declaration": _Lowering.enum,
}  # fmt: skip
