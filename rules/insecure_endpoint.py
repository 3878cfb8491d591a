"""Events travel over plain HTTP.

## What it does
Reports collectors, hosts and tunnels whose address starts with `http://`, and emitters whose default protocol is HTTP. Local hosts
and names inside a compose network are left alone.

## Why is this bad?
Everybody between the visitor and the collector can read and change what is sent, the user's id included.

## How to fix
Use the `https://` address.

## References
- https://docs.snowplow.io/docs/sources/python-tracker/emitters/
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import option_results

RISKY = (
    Example(
        """import posthog from 'posthog-js';
posthog.init('phc_x', { api_host: 'http://ph.shop.com' });
""",
        file="app.js",
        versions="posthog-js 1.449.2",
    ),
    Example(
        """from snowplow_tracker import AsyncEmitter
emitter = AsyncEmitter("collect.shop.com")
""",
        file="app.py",
        versions="snowplow-tracker 1.1.0",
    ),
)

SAFE = (
    Example(
        """import posthog from 'posthog-js';
posthog.init('phc_x', { api_host: 'http://localhost:8000' });
""",
        file="app.js",
        versions="posthog-js 1.449.2",
    ),
    Example(
        """from snowplow_tracker import AsyncEmitter
emitter = AsyncEmitter("https://collect.shop.com")
""",
        file="app.py",
        versions="snowplow-tracker 1.1.0",
    ),
)


def check(project: Project) -> Iterator[Result]:
    return option_results(project, "insecure-endpoint")
