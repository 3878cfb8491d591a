"""The rules: one small module each, named after its id. This registry is the one list of them.

A module holds its documentation (the docstring, in fixed sections), ``RISKY`` and ``SAFE`` examples, which are its first
tests, and ``check``, a pure function from the project to results. Modules are imported when they are needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from trackaudit.findings import RuleInfo

RULES: tuple[RuleInfo, ...] = (
    RuleInfo("form-tracking", "form-capture", "setups", "Form tracking is on without an allow-list."),
    RuleInfo("form-filter-ignored", "form-capture", "setups", "A form filter is written in a shape that the installed version ignores."),
    RuleInfo("autocapture", "autocapture", "setups", "The tracker records clicks and changes all over the page by itself."),
    RuleInfo("captured-attributes", "autocapture", "setups", "Autocapture is told to take attributes or values of elements."),
    RuleInfo("unmasked-inputs", "replay-unmasked", "setups", "Session replay records what is typed."),
    RuleInfo("unmasked-text", "replay-unmasked", "setups", "Session replay records the text of the page."),
    RuleInfo("recorded-network", "replay-unmasked", "setups", "Session replay records requests, headers or console output."),
    RuleInfo("sensitive-input", "sensitive-input", "fields", "A sensitive field is in reach of a tracker that captures it."),
    RuleInfo("sensitive-property", "sensitive-property", "sends", "Personal data or a secret is sent to a tracker."),
    RuleInfo("personal-user-id", "sensitive-property", "sends", "An e-mail address or the like is the user's id."),
    RuleInfo("default-pii", "default-pii", "setups", "The SDK adds IP addresses, cookies, headers or user data by itself."),
    RuleInfo("captured-bodies", "default-pii", "setups", "The SDK sends request or response bodies."),
    RuleInfo("local-variables", "default-pii", "setups", "The SDK sends the values of local variables."),
    RuleInfo("insecure-endpoint", "insecure-transport", "setups", "Events travel over plain HTTP."),
    RuleInfo("tls-off", "insecure-transport", "setups", "The certificate of the collector is not checked."),
    RuleInfo("insecure-cookie", "insecure-transport", "setups", "The tracker's cookie may travel over plain HTTP."),
    RuleInfo("server-key-in-browser", "exposed-secret", "setups", "A key that belongs on a server is given to code for browsers."),
    RuleInfo("exposed-store", "exposed-store", "setups", "A store is reached without TLS, credentials or certificate checks."),
    RuleInfo("broadcast-to-all", "broadcast", "broadcasts", "One customer's data is sent to every connected client."),
    RuleInfo("vulnerable-sdk", "vulnerable-sdk", "pins", "The pinned version is known to leak."),
    RuleInfo("void-option", "misconfiguration", "setups", "A privacy option is written where it has no effect."),
    RuleInfo("unknown-option", "misconfiguration", "setups", "An option is written that this SDK does not have."),
    RuleInfo("conflicting-setup", "misconfiguration", "setups", "The same tracker is set up twice, with different privacy."),
    RuleInfo("debug-mode", "debug-leftover", "setups", "Debug output is forced on."),
    RuleInfo("temporary-setting", "debug-leftover", "setups", "A setting that captures is said to be there for a while only."),
    RuleInfo("before-consent", "consent", "setups", "A tracker starts before, or without, the consent that the project asks for."),
    RuleInfo("constant-gate", "stale-flag", "setups", "Capture runs because of a switch that never changes."),
    RuleInfo("forced-flag", "stale-flag", "setups", "A feature flag is forced, whatever its service says."),
    RuleInfo("unused-flag", "stale-flag", "evaluations", "A feature flag is asked for and its value is not used."),
    RuleInfo("constant-flag", "stale-flag", "evaluations", "A constant decides before the feature flag is asked for."),
    RuleInfo("expired-flag", "stale-flag", "evaluations", "A feature flag has outlived the date that its comment states."),
    RuleInfo("flag-fallback", "stale-flag", "evaluations", "Capture starts where the service that has the flag cannot be reached."),
    RuleInfo("undeclared-flag", "stale-flag", "evaluations", "A feature flag is not in the project's list of flags, or over there."),
    RuleInfo("parse-error", "hygiene", "files", "A file that mentions a tracker could not be read in full."),
    RuleInfo("unused-suppression", "hygiene", "suppressions", "A suppression no longer suppresses anything."),
    RuleInfo("unknown-suppression", "hygiene", "suppressions", "A suppression names a rule that does not exist."),
    RuleInfo("unexplained-suppression", "hygiene", "suppressions", "A suppression gives no reason."),
    RuleInfo("stale-baseline", "hygiene", "baseline", "An entry of the baseline covers nothing any more."),
    RuleInfo("expired-suppression", "hygiene", "suppressions", "A suppression's date has passed."),
)  # fmt: skip
BY_ID = {rule.id: rule for rule in RULES}
_OWN: dict[str, Any] = {}  # the modules of projects' own rules


def id_of(path: str) -> str:
    """The id of a project's own rule, by its file: ``lint/no_replay.py`` holds ``no-replay``."""
    return path.replace("\\", "/").rpartition("/")[2].removesuffix(".py").replace("_", "-")


def take_in(rule: RuleInfo, module: Any = None) -> None:
    """Make a project's own rule known, by name at first and then with its module."""
    BY_ID[rule.id] = rule
    if module is not None:
        _OWN[rule.id] = module


def load(rule: RuleInfo) -> Any:
    """The rule's module."""
    return _OWN[rule.id] if rule.id in _OWN else import_module(f"trackaudit.rules.{rule.module}")
