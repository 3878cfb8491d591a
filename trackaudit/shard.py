"""Shards: the report on a project in shares, so that the jobs of a CI system each tell one."""

from __future__ import annotations

import re
from typing import NamedTuple

from trackaudit.digest import blake2b
from trackaudit.run import Report

MAX_SHARDS = 1_000


class ShardError(Exception):
    """What does not name a shard; the message says why."""


class Shard(NamedTuple):
    """Share ``number``, from 1 on, ``of`` so many."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def holds(self, path: str) -> bool:
        """Whether a file, by its path below the project's root, is in this share: in one of each set, on every machine the same."""
        digest = blake2b(path.encode("utf-8", "surrogateescape"), digest_size=8).digest()
        return int.from_bytes(digest, "big") % self.of == self.number - 1


def parse(text: str) -> Shard:
    """``2/5`` as a shard. Raises ShardError."""
    match = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
    if match is None:
        raise ShardError(f"{text!r} is no shard such as 2/5")
    shard = Shard(int(match[1]), int(match[2]))
    if not 1 <= shard.of <= MAX_SHARDS or not 1 <= shard.number <= shard.of:
        raise ShardError(f"there is no shard {text}: shards are counted from 1, up to {MAX_SHARDS}")
    return shard


def share_of(report: Report, shard: Shard) -> Report:
    """What a report says of the files in a shard. The shares of a set are the whole report, each part of it once."""
    return report._replace(
        findings=[finding for finding in report.findings if shard.holds(finding.path)],
        suppressed=[finding for finding in report.suppressed if shard.holds(finding.path)],
        baselined=tuple(finding for finding in report.baselined if shard.holds(finding.path)),
        failures=[failure for failure in report.failures if shard.holds(failure.path)],
        unresolved=[gap for gap in report.unresolved if shard.holds(gap.path)],
    )
