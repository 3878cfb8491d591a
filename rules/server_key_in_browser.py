"""A key that belongs on a server is given to code that runs in browsers.

## What it does
Reports secrets and server keys of the catalogue's vendors, known by their form, and variables whose own names call them secret but whose
prefix makes the bundler put them into the page, where a client for browsers is set up with them. Public keys, which browsers are meant
to have, placeholders, and secrets that only a server sees are left alone.

## Why is this bad?
Whoever opens the page can read the key, and with it what the vendor holds about your visitors; some keys let them change it.

## How to fix
Use the public key that the vendor makes for browsers, let a server of yours make the calls that need the secret, and replace the key: it
has been published.

## References
- https://posthog.com/docs/api/personal-api-keys
- https://launchdarkly.com/docs/home/account/environment/keys
- https://supabase.com/docs/guides/api/api-keys
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from trackaudit.effective.lookup import Table
from trackaudit.effective.project import Project
from trackaudit.findings import Example, Related, Result
from trackaudit.model import Span
from trackaudit.resolve.values import Dynamic, Known, Listing, Mapping, OneOf, Use, Value
from trackaudit.rules.common import identity, weakest

RISKY = (
    Example(
        "import * as LDClient from 'launchdarkly-js-client-sdk';\n"
        "const client = LDClient.initialize('sdk-0c3dbe18-6f2a-4b7e-9a54-21d7f86ac190', { key: 'anonymous' });\n",
        file="flags.js", versions="launchdarkly-js-client-sdk 3.9.0",
    ),
    Example(
        "import { createClient } from '@supabase/supabase-js';\n"
        "export const db = createClient(import.meta.env.VITE_SUPABASE_URL, import.meta.env.VITE_SUPABASE_SERVICE_ROLE_KEY);\n",
        file="db.ts", versions="@supabase/supabase-js 2.109.0",
    ),
)  # fmt: skip

SAFE = (
    Example(
        "import * as LDClient from 'launchdarkly-js-client-sdk';\n"
        "const client = LDClient.initialize('64c0f5d1a7b3e9001d2f4c88', { key: 'anonymous' });\n",
        file="flags.js", versions="launchdarkly-js-client-sdk 3.9.0",
    ),
    Example(
        "import { createClient } from '@supabase/supabase-js';\n"
        "export const admin = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY);\n",
        file="admin.ts", versions="@supabase/supabase-js 2.109.0",
    ),
    Example(
        'import posthog\n\nposthog.personal_api_key = "phx_Zq8sN2vYc4LkT7rWm1XbJd6HfGp3"\n',
        file="app.py", versions="posthog 3.7.0",
    ),
)  # fmt: skip

# A bundler puts variables with these prefixes into the code that browsers load.
_EXPOSED = re.compile(r"^(?:NEXT_PUBLIC|VITE|REACT_APP|PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|GATSBY|VUE_APP|STORYBOOK)_")
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:SECRET|SERVICE_ROLE|SERVICE_KEY|PERSONAL_API_KEY|PRIVATE_KEY|SERVER_KEY|SERVER_TOKEN|SERVER_SDK_KEY|ADMIN_KEY|ADMIN_TOKEN)(?:_|$)"
)
_RUNS_IN_PAGES = frozenset(("html", "vue", "svelte"))
_VARIETY = 8  # different characters that a real key has at least; placeholders are aaaa and xxxx


class _Given(NamedTuple):
    """One value that a set-up is given: the last name of the option, if it has one, and where that or the argument is written."""

    option: str
    value: Known | Dynamic
    span: Span


def check(project: Project) -> Iterator[Result]:
    uses = [(setup.path, setup.use, setup.client, setup.client_url) for setup in project.setups if setup.use.form != "variables"]
    for path, use, client, url in uses:
        sure = _in_browser(project, path, client)
        secrets: list[Table] = project.catalogue.record(use.sdk)["secret"]
        for given in _given(use):
            if isinstance(given.value, Dynamic):
                yield from _by_name(path, use, client, url, given)
            elif sure is not None:
                yield from (_result(path, use, client, given, secret, sure) for secret in secrets if _is(secret, given))


def _in_browser(project: Project, path: str, client: Table) -> str | None:
    """How sure it is that browsers load this; None where they do not, as far as can be told."""
    language = project.files[path].language
    if client["runtime"] == "browser" or (client["runtime"] == "both" and language in _RUNS_IN_PAGES):
        return "high"
    return "medium" if client["runtime"] == "both" and language != "python" else None


def _given(use: Use) -> Iterator[_Given]:
    for argument in use.arguments:
        yield from _inside(argument.name or "", argument.value, argument.name_span or argument.span)


def _inside(option: str, value: Value, span: Span) -> Iterator[_Given]:
    if isinstance(value, (Known, Dynamic)):
        yield _Given(option, value, span)
    elif isinstance(value, Mapping):
        for entry in value.entries:
            yield from _inside(entry.key, entry.value, entry.key_span)
    elif isinstance(value, Listing):
        for item in value.items:
            yield from _inside(option, item, span)
    elif isinstance(value, OneOf):
        for branch in value.branches:
            yield from _inside(option, branch.value, span)


def _is(secret: Table, given: _Given) -> bool:
    text = given.value.value if isinstance(given.value, Known) else None
    if not isinstance(text, str) or len(set(text)) < _VARIETY or secret["option"] not in ("", given.option):
        return False
    if secret["pattern"]:
        return re.search(secret["pattern"], text) is not None
    claims = _claims(text)
    return all(claims.get(name) == value for name, value in secret["claims"].items())


def _claims(text: str) -> dict[str, Any]:
    """What a JSON web token says of itself; nothing where the text is none."""
    parts = text.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}


def _result(path: str, use: Use, client: Table, given: _Given, secret: Table, sure: str) -> Result:
    text = str(given.value.value) if isinstance(given.value, Known) else ""
    elsewhere = given.value.span.path not in ("", path)
    related = (Related(path, given.value.span, "the key is written here"),) if elsewhere else ()
    return Result(
        "server-key-in-browser", use.sdk, secret["severity"], weakest(identity(use), sure, "high" if secret["verified"] else "low"),
        path, given.span, f"{client['title']}: this is {secret['what']} (`{text[:6]}…`), in code that browsers {'load' if sure == 'high' else 'may load'}",
        secret["fix"], secret["url"], related, given.option or secret["what"], use.context,
    )  # fmt: skip


def _by_name(path: str, use: Use, client: Table, url: str, given: _Given) -> Iterator[Result]:
    """A variable that is called a secret, and that a bundler publishes."""
    name = given.value.path[-1] if isinstance(given.value, Dynamic) and given.value.path else ""
    exposed = _EXPOSED.match(name)
    if client["runtime"] != "server" and exposed is not None and _SECRET_NAME.search(name):
        yield Result(
            "server-key-in-browser", use.sdk, "error", weakest(identity(use), "medium"), path, given.span,
            f"{client['title']}: `{name}` is called a secret, and its prefix `{exposed[0]}` puts it into the code that browsers load",
            "use the public key that the vendor makes for browsers, and replace the secret", url, (), given.option or name, use.context,
        )  # fmt: skip
