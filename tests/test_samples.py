"""The published Annex A sample, checked by hand against its cells."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import casecheck


@pytest.fixture
def annex(samples: Path) -> casecheck.AuditResult:
    return casecheck.audit(samples / "annex_a" / "Annex_A_2024_Jan.xlsx", as_of="2021-03-16", policy={})


def test_the_workbook_is_recognised_and_every_row_accounted_for(annex: casecheck.AuditResult) -> None:
    assert annex.extract.profile == "annex_a"
    assert annex.extract.balances
    assert {account.sheet: account.read for account in annex.extract.accounts} == {
        "List 1": 5, "List 2": 5, "List 3": 6, "List 4": 5, "List 5": 5, "List 6": 5, "List 7": 7, "List 8": 5,
        "List 9": 6, "List 10": 5, "List 11": 5,
    }  # fmt: skip
    assert not annex.with_status("errored")


def test_the_dirt_that_the_sample_holds_is_counted(annex: casecheck.AuditResult) -> None:
    cells = {(account.sheet, column): done for account in annex.extract.accounts for column, done in account.cells.items()}
    support = "Was the child assessed as requiring LA children's social care support?"
    assert cells["List 4", support] == {"unreadable": 5}
    assert cells["List 6", "Primary Need Code"]["unreadable"] == 1
    assert cells["List 1", "Gender"] == {"other spelling": 5}


def test_late_assessments_are_those_of_the_cells(annex: casecheck.AuditResult) -> None:
    late = {row["child_id"]: row for row in annex.table.to_pylist() if row["rule_id"] == "ASM-001"}
    first = late["10692868"]
    assert (first["sheet"], first["line"]) == ("List 4", 2)
    assert (first["due_on"], first["event_on"]) == (date(2019, 7, 19), date(2021, 2, 8))
    assert first["days_overdue"] == (date(2021, 2, 8) - date(2019, 7, 19)).days


def test_a_child_of_list_6_has_no_named_worker_and_four_adults_are_still_open_as_children(annex: casecheck.AuditResult) -> None:
    found = {
        rule: sorted(row["child_id"] for row in annex.table.to_pylist() if row["rule_id"] == rule)
        for rule in ("ALC-001", "INT-011")
    }
    assert found["ALC-001"] == ["6434087"]
    assert {"10160219", "12598894", "7657294", "8140425"} <= set(found["INT-011"])


def test_what_annex_a_never_holds_is_out_of_scope(annex: casecheck.AuditResult) -> None:
    scope = {outcome.rule_id for outcome in annex.with_status("out_of_scope")}
    assert {"VIS-CP-001", "ALC-005", "SUP-002", "MGT-001", "CAS-001", "REC-001"} <= scope


def test_children_whose_lists_disagree_are_named(annex: casecheck.AuditResult) -> None:
    found = {row["child_id"] for row in annex.table.to_pylist() if row["rule_id"] == "INT-013"}
    assert {"7961370", "10414520", "13782635"} <= found
