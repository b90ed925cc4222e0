"""Null is not No: what fails for want of a record is counted apart from what the record denies."""

from __future__ import annotations

import json

import pytest
from tests.conftest import Audit, Rows

from casecheck.reports import render

PEOPLE: Rows = [{"person_id": str(number), "date_of_birth": "2015-05-01"} for number in range(1, 6)]
EMPTY: dict[str, Rows] = {name: [] for name in ("referral", "allocation", "worker", "visit", "management_decision")}
ASSESSED = {"assessment_type": "single", "start_date": "2024-04-22", "authorised_date": "2024-06-03"}


def assessments(**cells: list[str | None]) -> Rows:
    """One assessment a child, with these cells."""
    columns = zip(*cells.values(), strict=True)
    return [
        {"assessment_id": f"A{number}", "person_id": str(number), **ASSESSED, **dict(zip(cells, values, strict=True))}
        for number, values in enumerate(columns, 1)
    ]


def visits(*answers: tuple[str | None, str | None]) -> Rows:
    """One visit a child within the assessment: was the child seen, and alone."""
    return [
        {"visit_id": f"V{number}", "person_id": str(number), "visit_type": "cla", "visit_date": "2024-05-01", "status": "done",
         "child_seen": seen, "seen_alone": alone}
        for number, (seen, alone) in enumerate(answers, 1)
    ]  # fmt: skip


HISTORIES: dict[str, tuple[dict[str, Rows], int, int]] = {
    "SEE-001": (
        {"assessment": assessments(child_seen=["N", None, "U", "Y", "Y"], child_seen_date=[None] * 4 + ["2024-05-01"])},
        4,
        2,
    ),
    "SEE-003": (
        {
            "assessment": assessments(status=["complete"] * 5),
            "visit": visits(("Y", "N"), ("Y", None), ("N", None), (None, None), ("Y", "Y")),
        },
        4,
        2,
    ),
    "SEE-005": ({"visit": visits(("N", "Y"), (None, None), ("U", None), ("Y", None), ("N", None))}, 3, 2),
    "VOI-001": ({"assessment": assessments(child_views_present=["N", None, "Y", "Y", "Y"])}, 2, 1),
    "VOI-002": ({"assessment": assessments(parent_views_present=["N", None, "Y", "Y", "Y"])}, 2, 1),
    "VOI-007": ({"visit": visits(("Y", "N"), ("Y", None), ("Y", "U"), ("Y", "Y"), ("N", None))}, 3, 2),
}
"""By rule: a history, how many of its records fail, and how many of those for want of a record."""


@pytest.mark.parametrize("rule", HISTORIES)
def test_what_is_not_recorded_is_counted_apart(rule: str, audit_rows: Audit) -> None:
    tables, failed, unrecorded = HISTORIES[rule]
    result = audit_rows({**EMPTY, "person": PEOPLE, **tables}, "2024-06-28", rule, may_be_empty=list(EMPTY))
    tally = result.rule(rule).tally
    assert (tally.failed, tally.not_recorded) == (failed, unrecorded), result.rule(rule).reasons
    assert [row["reason"] for row in result.table.to_pylist()].count("not recorded") == unrecorded
    told = next(row for row in json.loads(render(result, "json"))["rules"] if row["rule_id"] == rule)
    assert (told["failed"], told["not_recorded"]) == (failed, unrecorded)


def test_a_plan_in_which_nobody_says_no(audit_rows: Audit) -> None:
    plans = [
        {"plan_id": f"P{number}", "person_id": str(number), "plan_type": "cin", "start_date": "2024-04-22",
         "child_views_present": child, "parent_views_present": parents}
        for number, (child, parents) in enumerate([("Y", None), (None, "Y"), (None, None), ("N", None), (None, "N")], 1)
    ]  # fmt: skip
    tally = audit_rows({"person": PEOPLE, "plan": plans}, "2024-06-28", "VOI-005").rule("VOI-005").tally
    assert (tally.failed, tally.not_recorded) == (5, 3)


def test_the_page_tells_both_numbers(audit_rows: Audit) -> None:
    tables, failed, unrecorded = HISTORIES["SEE-001"]
    page = render(
        audit_rows({**EMPTY, "person": PEOPLE, **tables}, "2024-06-28", "SEE-001", may_be_empty=list(EMPTY)), "text"
    ).decode()
    [head] = [line for line in page.splitlines() if line.lstrip().startswith("RULE ")]
    [line] = [line for line in page.splitlines() if line.lstrip().startswith("SEE-001 ")]
    assert head.split()[2:5] == ["FINDINGS", "UNRECORDED", "JUDGED"]
    assert line.split()[2:5] == [str(failed), str(unrecorded), "5"]
