"""Addresses of servers, as far as the code tells them: ``scheme://user:password@host:port,host/path?query``, or bare hosts."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

from trackaudit.resolve.values import Known, Text, Value

UNKNOWN = "\0"  # stands for a part of a text that only running the code would tell
_PARTS = re.compile(
    r"^(?:(?P<scheme>[\w+.-]*)://|//)?(?:(?P<user>[^/]*)@)?(?P<hosts>[^/?#]*)(?P<path>[^?#]*)(?P<query>[^#]*)", re.S
)
_LOGIN = re.compile(r"(://)[^/@\s]+@")
_HOST = re.compile(r"^(\[[^\]]*\]|[^:]*)")
_LOCAL_SUFFIXES = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".svc")


class Address(NamedTuple):
    """The parts of an address. ``user`` is what stands before the @; a part may hold :data:`UNKNOWN`."""

    scheme: str
    user: str
    hosts: tuple[str, ...]
    path: str
    query: str

    @property
    def local(self) -> bool | None:
        """Whether all hosts are this machine, a private network, or a bare name such as a compose service; None where that is not known."""
        answers = [None if UNKNOWN in host else is_local(host) for host in self.hosts]
        return False if False in answers else None if None in answers else True


def text_of(value: Value | None) -> str | None:
    """A text with :data:`UNKNOWN` for the parts that are not known; None for what is no text."""
    if isinstance(value, Known):
        return value.value if isinstance(value.value, str) else None
    if isinstance(value, Text):
        return "".join(str(part.value) if isinstance(part, Known) else UNKNOWN for part in value.parts)
    return None


def without_login(text: str) -> str:
    """A text whose addresses keep their login to themselves: a report is no place for a password."""
    return _LOGIN.sub(r"\1…@", text)


def parse(text: str) -> Address:
    """The parts of an address; of something else, whatever they come to."""
    match = _PARTS.match(text)
    assert match is not None  # every part may be empty
    hosts = tuple(_HOST.match(host.strip())[1] for host in match["hosts"].split(","))  # type: ignore[index]
    return Address((match["scheme"] or "").lower(), match["user"] or "", hosts, match["path"], match["query"])


def is_local(host: str) -> bool:
    """Whether a host is this machine, in a private network, or a name without a domain."""
    host = host.strip("[]").lower()
    if host in ("", "localhost") or host.endswith(_LOCAL_SUFFIXES) or ("." not in host and ":" not in host):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_private or address.is_unspecified or address.is_link_local
