"""Uses of known SDKs: what a unit calls, renders and assigns, matched against the records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from trackaudit.model import (
    Array,
    Assignment,
    Attribute,
    Call,
    CallSite,
    Element,
    Function,
    Literal,
    Member,
    Name,
    Span,
    Spread,
    Unit,
)  # fmt: skip
from trackaudit.resolve.loops import each_of
from trackaudit.resolve.plugins import inside
from trackaudit.resolve.requests import address, body, posts
from trackaudit.resolve.resolver import Resolver
from trackaudit.resolve.symbols import as_injected
from trackaudit.resolve.values import Known, Mapping, OneOf, Passed, Use
from trackaudit.sdks.catalogue import Catalogue, Match, Table, split_symbol

if TYPE_CHECKING:
    from trackaudit.resolve.fates import Fates


class Finder:
    """Matches what a unit calls, renders and assigns against the records."""

    def __init__(self, unit: Unit, resolver: Resolver, catalogue: Catalogue, sdks: frozenset[str]) -> None:
        self.unit, self.resolver, self.catalogue, self.sdks = unit, resolver, catalogue, sdks

    def uses(self) -> list[Use]:
        stubs = self.resolver.stubs  # what one hands on is a use where the stub is called
        found = [  # of calls that may grow in number while they are looked at
            use for site in self.unit.calls if self.unit.function_scope(site.scope) not in stubs for use in self.calls_at(site)
        ]
        found += [
            use
            for element in self.unit.elements
            if element.component is not None and (use := self.component(element)) is not None
        ]
        found += [use for assignment in self.unit.assignments if (use := self.assignment(assignment)) is not None]
        found += self.settings()
        found += self.asked_otherwise()
        return sorted(found, key=lambda use: (use.span, use.method))

    def asked_otherwise(self) -> Iterator[Use]:
        """Questions for flags that are no calls with a key, of SDKs that have such."""
        clients = [client for sdk in self.sdks for client in self.catalogue.record(sdk)["client"]]
        if not any(call["members"] or call["library"] for client in clients for call in client["call"]):
            return
        from trackaudit.resolve.flags import asked_members, template_tags

        yield from asked_members(self.unit, self.resolver.text, self.match, self.resolver.symbol, self.use)
        if self.unit.language == "html":
            yield from template_tags(self.resolver.text, self.catalogue, self.sdks)

    def match(self, symbol: tuple[str, ...] | None) -> tuple[Match, Table] | None:
        match = self.catalogue.match(as_injected(symbol)) if symbol else None
        if match is None or match.sdk not in self.sdks:
            return None
        return match, self.catalogue.client(match.sdk, match.client)

    def calls_at(self, site: CallSite) -> list[Use]:
        """The uses that one call makes: a queue may be pushed several at once."""
        arguments = site.call.arguments
        if len(arguments) > 1 and all(isinstance(argument.value, Array) for argument in arguments):
            sites = [site._replace(call=site.call._replace(arguments=(argument,))) for argument in arguments]
        else:
            sites = [site]
        return [self.paired(use, one) for one in sites if (use := self.call(one)) is not None]

    def paired(self, use: Use, site: CallSite) -> Use:
        """A loop that sends what an object holds, one key and value after the other, as one use that sends the object."""
        for call in self.catalogue.calls(use.sdk, use.client).get(use.method, []):
            names = call["parameters"]
            if call["pairs"] and len(use.arguments) == len(site.call.arguments) > (last := names.index(call["pairs"][1])):
                first = names.index(call["pairs"][0])
                given = site.call.arguments
                source = each_of(self.resolver, given[first].value, given[last].value)
                if source is not None:
                    arguments = list(use.arguments)
                    arguments[first] = arguments[first]._replace(value=Known("", arguments[first].span))
                    arguments[last] = arguments[last]._replace(value=self.resolver.value(source))
                    return use._replace(arguments=tuple(arguments))
        return use

    def call(self, site: CallSite) -> Use | None:
        call = site.call
        symbol = self.resolver.symbol(call.callee)
        found = self.match(symbol)
        if found is None and symbol is not None and posts(symbol):
            return self.posted(site, symbol)
        if found is None:
            return self.plugged_in(site)
        match, client = found
        method, arguments, form = match.method, call.arguments, "call"
        if method == "" and client["commands"]:
            command = self.command(call, client)
            if command is None:
                return None
            method, arguments, form = command.partition(":")[0], arguments[1:], "command"
        elif method == "push" and client["queue"] and arguments and isinstance(arguments[0].value, Array):
            items = arguments[0].value.elements
            if not items or not isinstance(items[0], Literal) or any(isinstance(item, Spread) for item in items):
                return None
            method, form = str(items[0].value), "command"
            passed = tuple(
                Passed(None, None, self.resolver.value(item), "", item.span) for item in items[1:] if not isinstance(item, Spread)
            )
            return self.use(match, client, method, form, passed, site)
        if not any(method == known["method"] for known in client["call"]):
            return None
        passed = tuple(self.resolver.passed(argument) for argument in arguments)
        scopes = {name for known in client["call"] if known["method"] == method for name in known["scope"]}
        return self.use(match, client, method, form, (*passed, *self.narrowed(call, scopes)), site)

    def narrowed(self, call: Call, scopes: set[str]) -> Iterator[Passed]:
        """What a call in front of this one is given: ``io.to(rooms).emit(…)``, as an argument ``to()``."""
        before = call.callee.object if isinstance(call.callee, Member) and scopes else None
        if isinstance(before, Call) and isinstance(before.callee, Member) and before.arguments:
            name = f"{before.callee.property}()"
            given = self.resolver.passed(before.arguments[0])
            if name in scopes:
                yield given._replace(name=name, name_span=given.span)

    def command(self, call: Call, client: Table) -> str | None:
        """The method that a command names: its first argument; of a choice, the first that is one."""
        value = self.resolver.value(call.arguments[0].value) if call.arguments else None
        known = {known["method"] for known in client["call"]}
        texts = [
            text.value
            for text in ([branch.value for branch in value.branches] if isinstance(value, OneOf) else [value])
            if isinstance(text, Known) and isinstance(text.value, str)
        ]
        return next((text for text in texts if text.partition(":")[0] in known), texts[0] if texts else None)

    def plugged_in(self, site: CallSite) -> Use | None:
        """``app.use(VueGtag, { config })``: a plugin of a framework, handed over with its options."""
        callee, arguments = site.call.callee, site.call.arguments
        if not isinstance(callee, Member) or callee.property != "use" or not arguments or not self._plugins:
            return None
        symbol = self.resolver.symbol(arguments[0].value)
        known = self._plugins.get(symbol) if symbol is not None else None
        if symbol is None or known is None:
            return None
        sdk, client, plugin = known
        options = self.resolver.value(arguments[1].value) if len(arguments) > 1 else Mapping((), False, site.call.span)
        use = self.use(Match(sdk, 0, plugin["name"], symbol[0]), client, plugin["name"], "plugin", (), site)
        return use._replace(arguments=(Passed(None, None, inside(options, plugin), "", use.callee_span),))

    def posted(self, site: CallSite, symbol: tuple[str, ...]) -> Use | None:
        """Data that is posted to an address of a vendor's."""
        if not self._addresses:
            return None
        passed = tuple(self.resolver.passed(argument) for argument in site.call.arguments)
        target, sent = address(passed), body(symbol, passed)
        for sdk, client, request in self._addresses if target and sent is not None else ():
            if re.search(request["address"], target) and sent is not None:
                use = self.use(Match(sdk, 0, request["token"], symbol[0]), client, request["token"], "call", (), site)
                return use._replace(arguments=(Passed(None, None, sent, "", sent.span),))
        return None

    @cached_property
    def _addresses(self) -> list[tuple[str, Table, Table]]:
        return [
            (sdk, client, request)
            for sdk in sorted(self.sdks)
            for client in self.catalogue.record(sdk)["client"]
            for request in client["request"]
        ]

    @cached_property
    def _plugins(self) -> dict[tuple[str, ...], tuple[str, Table, Table]]:
        """The plugins that are handed to an application, by what they are imported as."""
        return {
            split_symbol(plugin["use"]): (sdk, client, plugin)
            for sdk in sorted(self.sdks)
            for client in self.catalogue.record(sdk)["client"]
            for plugin in client["plugin"]
            if plugin["use"]
        }

    def use(self, match: Match, client: Table, method: str, form: str, passed: tuple[Passed, ...], site: CallSite) -> Use:
        start = site.call.span.start
        callee = Span(start, max(site.call.callee.span.end, start + 1))
        guards = self.resolver.conditions_at(start, site.guards)
        context = self.unit.scopes[site.scope].name
        at_load = self.runs_at_load(site.scope)
        span = site.call.span
        asks = any(call["role"] == "evaluate" for call in client["call"] if call["method"] == method)
        fate, alias = (self._fates.of(span), self._fates.name_of(span)) if asks else ("", "")
        return Use(
            match.sdk, client["id"], method, form, match.root, passed, guards, context, span, callee, (), at_load, fate, alias
        )

    @cached_property
    def _fates(self) -> Fates:
        from trackaudit.resolve.fates import Fates

        return Fates(self.unit, self.resolver.text)

    def runs_at_load(self, scope: int) -> bool:
        """Whether what stands in a scope runs when its file does: in no function, or in ones that are called on the spot."""
        while scope >= 0:
            if self.unit.scopes[scope].kind == "function" and scope not in self._called_on_the_spot:
                return False
            scope = self.unit.scopes[scope].parent
        return True

    @cached_property
    def _called_on_the_spot(self) -> set[int]:
        return {site.call.callee.scope for site in self.unit.calls if isinstance(site.call.callee, Function)}

    def sent(self, match: Match, client: Table, assignment: Assignment, target: Member | Name) -> Use:
        """``scope.user = {…}``: an attribute that is sent, as a call of the method ``user=``."""
        passed = (Passed(None, None, self.resolver.value(assignment.value), "", assignment.value.span),)
        guards = self.resolver.conditions_at(assignment.span.start, assignment.guards)
        context = self.unit.scopes[assignment.scope].name
        span = target.property_span if isinstance(target, Member) else target.span
        return Use(
            match.sdk, client["id"], match.method + "=", "call", match.root, passed, guards, context, assignment.span, span
        )

    def component(self, element: Element) -> Use | None:
        symbol = self.resolver.symbol(element.component) if element.component is not None else None
        found = self.match(symbol)
        if found is None or symbol is None:
            return None
        match, client = found
        name = symbol[-1]  # of a default export the module
        if not any(component["symbol"].rpartition("#")[2] == name for component in client["component"]):
            return None
        passed: list[Passed] = []
        for attribute in element.attributes:
            if isinstance(attribute, Attribute):
                value = self.resolver.value(attribute.value) if attribute.value is not None else Known(True, attribute.name_span)
                passed.append(Passed(attribute.name, attribute.name_span, value, "", value.span))
            else:
                passed.append(Passed(None, None, self.resolver.value(attribute.value), "**", attribute.span))
        guards = self.resolver.conditions_at(element.span.start, element.guards)
        context = self.unit.scopes[element.scope].name
        return Use(
            match.sdk, client["id"], name, "component", match.root, tuple(passed), guards, context, element.span, element.tag_span
        )

    def settings(self) -> Iterator[Use]:
        """What is given to an SDK under a name that it looks for: ``ROLLBAR = {…}`` in Django's settings, ``app.config["ROLLBAR"] = {…}``, and
        ``var _rollbarConfig = {…}`` on a page."""
        named = {
            entry["target"].partition(":")[2]: (sdk, client, entry)
            for sdk in sorted(self.sdks)
            for client in self.catalogue.record(sdk)["client"]
            for entry in client["assignment"]
            if entry["target"].startswith("django:" if self.unit.language == "python" else "global:")
            and "#" not in entry["target"]
        }
        if not named or self.unit.language not in ("python", "html"):
            return
        given = [
            (name, binding.value, binding.span)
            for name in named
            for binding in self.unit.bindings[0].get(name, ())
            if binding.value is not None and binding.kind in ("let", "var")
        ]
        for assignment in self.unit.assignments if self.unit.language == "python" else ():
            target = assignment.target
            if (
                isinstance(target, Member)
                and target.property in named
                and isinstance(target.object, Member)
                and target.object.property == "config"
            ):
                given.append((target.property, assignment.value, target.property_span))
        for name, expr, span in given:
            sdk, client, entry = named[name]
            value = self.resolver.value(Name(name, 0, span)) if name in self.unit.bindings[0] else self.resolver.value(expr)
            passed = (Passed(None, None, value, "", expr.span),)
            yield Use(sdk, client["id"], entry["target"], "assignment", entry["target"], passed, (), "", expr.span, span)

    def assignment(self, assignment: Assignment) -> Use | None:
        """``posthog.debug = True``, ``NREUM.init = {…}``: an option, or all of them, by assignment."""
        target = assignment.target
        if not isinstance(target, (Member, Name)) or assignment.operator != "=":
            return None
        symbol = self.resolver.symbol(target)
        found = self.match(symbol)
        if found is None or symbol is None:
            return None
        match, client = found
        known = {option["path"] for option in client["option"]}
        targets = {entry["target"] for entry in client["assignment"]}
        text = symbol[0] + ("#" + ".".join(symbol[1:]) if len(symbol) > 1 else "")
        if text in targets:
            method = text
        elif client["attributes"] and match.method in known:
            method = match.method
        elif any(call["method"] == match.method + "=" for call in client["call"]):
            return self.sent(match, client, assignment, target)
        else:
            return None
        name_span = target.property_span if isinstance(target, Member) else target.span
        passed = (Passed(match.method or None, name_span, self.resolver.value(assignment.value), "", assignment.value.span),)
        guards = self.resolver.conditions_at(assignment.span.start, assignment.guards)
        context = self.unit.scopes[assignment.scope].name
        at_load = self.runs_at_load(assignment.scope)
        return Use(
            match.sdk,
            client["id"],
            method,
            "assignment",
            match.root,
            passed,
            guards,
            context,
            assignment.span,
            name_span,
            (),
            at_load,
        )
