"""What a rule's page says of each vendor: every judged option is there, and the tables are tables."""

from __future__ import annotations

import re

import pytest

from trackaudit.report.vendors import vendors
from trackaudit.rules import RULES
from trackaudit.sdks.catalogue import Catalogue

_CATALOGUE = Catalogue()
RECORDS = [_CATALOGUE.record(sdk) for sdk in _CATALOGUE.tokens]
_CELL = re.compile(r"(?<!\\)\|")


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_each_row_has_the_cells_of_its_head(rule: str) -> None:
    lines = vendors(rule, RECORDS).splitlines()
    assert len({len(_CELL.findall(line)) for line in lines}) <= 1
    assert all("\n" not in line for line in lines)


def test_every_judged_option_and_every_leak_is_on_a_page() -> None:
    pages = {rule.id: vendors(rule.id, RECORDS) for rule in RULES}
    for record in RECORDS:
        for client in record["client"]:
            for option in client["option"]:
                if option["concern"]:
                    assert f"(../sdks/{record['sdk']}.md) | `{option['path']}`" in pages[option["concern"]]
            for leak in client["leak"]:
                assert leak["versions"] in pages["vulnerable-sdk"]


def test_a_default_that_changed_is_told_by_version() -> None:
    (row,) = [line for line in vendors("unmasked-inputs", RECORDS).splitlines() if "`session_recording.maskAllInputs`" in line]
    assert "| `false` (<1.21.0); `true` (>=1.21.0) |" in row


def test_a_rule_about_files_has_no_vendors() -> None:
    assert vendors("parse-error", RECORDS) == ""
