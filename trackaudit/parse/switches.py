"""Switches that a project makes itself: constants, variables of the environment and tables of features that are named like switches, and the
conditions that ask them.

Read apart from the model, and only for the list of flags: names such as ``enableNewCheckout`` stand in half of all files. A name counts where it
says that it is a switch; what it holds is taken from where it is defined.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from trackaudit.model import Span

# How switches are named. Of names in camel case only what a module defines as a boolean counts.
UPPER = re.compile(
    r"(?:(?:ENABLE|DISABLE|USE|ALLOW|SHOW|HIDE|FEATURE|FEAT|FF|FLAG|TOGGLE|EXPERIMENT)_[A-Z0-9_]+|[A-Z0-9_]+_(?:ENABLED|DISABLED|FEATURE|FLAG|TOGGLE))"
)
CAMEL = re.compile(
    r"(?:(?:enable|disable|feature|toggle)[A-Z]\w*|is[A-Z]\w*(?:Enabled|Disabled)|[a-z]\w*[a-z0-9](?:Enabled|Disabled|FeatureFlag|Toggle))"
)
TABLES = frozenset(
    ("FEATURES", "FEATURE_FLAGS", "FEATURE_TOGGLES", "TOGGLES", "features", "featureFlags", "feature_flags", "FeatureFlags", "featureToggles", "toggles")
)  # fmt: skip
# Settings of frameworks that are named so.
NOT_OURS = frozenset(("USE_TZ", "USE_I18N", "USE_L10N", "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT", "USE_THOUSAND_SEPARATOR", "USE_ETAGS", "USE_DEPRECATED_PYTZ"))  # fmt: skip
# What holds an amount, a name or a place, or stands in for something else.
_AMOUNT = re.compile(
    r"^DEFAULT_|_(?:SECONDS|MINUTES|HOURS|DAYS|LIMIT|COUNT|SIZE|TTL|TIMEOUT|INTERVAL|RATE|PERCENT\w*|URL|URI|HOST|PORT|PATH|KEY|ID|NAME|VERSION|TOKEN|SECRET|LIST)$"
)
_MENTION = re.compile(
    rb"\b(?:ENABLE|DISABLE|USE|ALLOW|SHOW|HIDE|FEATURE|FEAT|FF|FLAG|TOGGLE|EXPERIMENT)_|_(?:ENABLED|DISABLED|FEATURE|FLAG|TOGGLE)\b"
    rb"|FEATURES|[Ff]eature_?[Ff]lags|TOGGLES|[Tt]oggles\b|\bfeatures\b|\b(?:enable|disable)[A-Z]|[a-z](?:Enabled|Disabled)\b"
)
_ENVIRONMENT = re.compile(r"\benviron\b|\bgetenv\b|process\.env\b|import\.meta\.env\b|Deno\.env\b|\benv[.(\[]|\bconfig\(")


class Definition(NamedTuple):
    """Where a switch gets its value: ``constant`` with the boolean as it is written, an ``environment`` variable, or ``other``."""

    name: str
    kind: str
    value: str
    span: Span


class Gate(NamedTuple):
    """A condition that asks a switch."""

    name: str
    span: Span


class Switches(NamedTuple):
    """The switches of one file: where they are defined, asked and given another value (``changed``), and those that only the file
    itself can see (``private``)."""

    definitions: tuple[Definition, ...]
    gates: tuple[Gate, ...]
    changed: frozenset[str]
    private: frozenset[str]


NONE = Switches((), (), frozenset(), frozenset())


def switches_of(text: bytes, language: str) -> Switches:
    """The switches of a file; none where it cannot be read."""
    if not _MENTION.search(text):
        return NONE
    if language == "python":
        from trackaudit.parse.switches_python import python_switches

        return python_switches(text)
    if language in ("javascript", "typescript", "tsx"):
        from trackaudit.parse.switches_javascript import javascript_switches

        return javascript_switches(text, language)
    return NONE


def is_switch(name: str) -> bool:
    """Whether a name in upper case is a switch's."""
    return name not in NOT_OURS and _AMOUNT.search(name) is None and UPPER.fullmatch(name) is not None


def kind_of(value: str) -> tuple[str, str]:
    """What a switch is defined as, from the code of its value: the kind, and the value where it is a plain boolean."""
    if value in ("true", "false", "True", "False"):
        return "constant", value
    return ("environment" if _ENVIRONMENT.search(value) else "other"), ""
