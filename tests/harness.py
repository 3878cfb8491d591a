"""What the tests share is what people who write rules are given."""

from __future__ import annotations

from trackaudit.testing import TODAY, audit_folder, compare, expected, found, level, write_example

__all__ = ["TODAY", "audit_folder", "compare", "expected", "found", "level", "write_example"]
