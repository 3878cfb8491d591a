"""The certificate of the collector is not checked.

## What it does
Reports clients that are told not to verify the certificate of the server they send to.

## Why is this bad?
Anybody on the way can pose as the collector and read everything. Such a setting is usually left over from a test against a
self-signed certificate.

## How to fix
Remove the option; where a private authority signs, point the client at its certificate.

## References
- https://github.com/mixpanel/mixpanel-python
"""

from __future__ import annotations

from collections.abc import Iterator

from trackaudit.effective.project import Project
from trackaudit.findings import Example, Result
from trackaudit.rules.common import option_results

RISKY = (
    Example(
        """from mixpanel import Consumer, Mixpanel
mp = Mixpanel(TOKEN, consumer=Consumer(verify_cert=False))
""",
        file="app.py",
        versions="mixpanel 5.4.1",
    ),
    Example(
        "import apm from 'elastic-apm-node';\napm.start({ serviceName: 'shop', serverUrl: 'https://apm.shop.example', verifyServerCert: false });",
        versions="elastic-apm-node 4.18.0",
    ),
)

SAFE = (
    Example(
        """from mixpanel import Consumer, Mixpanel
mp = Mixpanel(TOKEN, consumer=Consumer(api_host="api-eu.mixpanel.com"))
""",
        file="app.py",
        versions="mixpanel 5.4.1",
    ),
    Example(
        """from mixpanel import Consumer, Mixpanel
mp = Mixpanel(TOKEN, consumer=Consumer(verify_cert=True))
""",
        file="app.py",
        versions="mixpanel 5.4.1",
    ),
    Example(
        "import apm from 'elastic-apm-node';\napm.start({ serviceName: 'shop', serverUrl: 'https://apm.shop.example' });",
        versions="elastic-apm-node 4.18.0",
    ),
)


def check(project: Project) -> Iterator[Result]:
    return option_results(project, "tls-off")
