"""The matrix of visits: which row applies to a child, and whose visits it counts."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import Audit

HOMES = {
    "person": [{"person_id": f"C{place}", "date_of_birth": "2015-05-01"} for place in range(1, 6)],
    "care_period": [{"care_period_id": f"E{place}", "person_id": f"C{place}", "start_date": "2024-03-01"} for place in range(1, 6)],
    "placement": [
        {"placement_id": "L1", "person_id": "C1", "placement_type": "K2", "start_date": "2024-03-01"},
        {"placement_id": "L2", "person_id": "C2", "placement_type": "U6", "start_date": "2024-03-01"},
        {"placement_id": "L3", "person_id": "C3", "placement_type": "K2", "start_date": "2024-03-01", "end_date": "2024-03-10"},
        {"placement_id": "L4", "person_id": "C4", "placement_type": "K2", "start_date": "2024-03-01"},
        {"placement_id": "L5", "person_id": "C5", "placement_type": "a barge", "start_date": "2024-03-01"},
    ],
    "legal_status": [
        {"person_id": "C1", "legal_status": "C2", "start_date": "2024-03-01"},
        {"person_id": "C4", "legal_status": "V2", "start_date": "2024-03-01"},
    ],
    "visit": [{"visit_id": "V1", "person_id": "C1", "visit_type": "iro", "visit_date": "2024-03-02", "child_seen": "Y", "status": "done"}],
    "person_characteristic": [{"person_id": "C1", "characteristic_type": "classification", "value": "x", "start_date": "2024-03-01"}],
}  # fmt: skip
MATRIX = {
    "visits": {
        "intervals": [
            {"plan": "care", "placement": ["K1", "K2"], "every": "4 weeks"},
            {"plan": "care", "placement": ["K2"], "legal_status": ["V2"], "every": "2 weeks"},
        ]
    }
}


def matrix_verdicts(audit_rows: Audit, as_of: str, policy: dict[str, object]) -> dict[str, str]:
    found = audit_rows(HOMES, as_of, "VIS-RSK-001", policy=policy, may_be_empty=["plan", "referral"]).verdicts("VIS-RSK-001")
    return {row.child_id: f"{row.verdict} {row.due_on:%d/%m}" if row.due_on else row.verdict for row in found.itertuples()}


def test_the_row_of_the_matrix_that_says_most_of_the_child_applies(audit_rows: Audit) -> None:
    usual = dict.fromkeys(("C2", "C3"), "not_due 12/04")
    assert matrix_verdicts(audit_rows, "2024-03-14", MATRIX) == {
        "C1": "not_due 29/03", **usual, "C4": "not_due 15/03", "C5": "not_assessable 12/04",
    }  # fmt: skip
    assert set(matrix_verdicts(audit_rows, "2024-03-14", {}).values()) == {"not_due 12/04"}


def test_a_finding_says_which_row_was_broken(audit_rows: Audit) -> None:
    late = audit_rows(HOMES, "2024-03-18", "VIS-RSK-001", policy=MATRIX, may_be_empty=["plan", "referral"]).table
    assert late["child_id"].to_pylist() == ["C4"]
    assert late["message"][0].as_py().startswith("To be seen every 2 weeks (risk level any, placement K2, legal status V2): ")


def test_a_kind_of_child_can_be_left_out_of_the_matrix(audit_rows: Audit) -> None:
    rows = [*MATRIX["visits"]["intervals"], {"plan": "care", "every": "not asked"}]
    found = matrix_verdicts(audit_rows, "2024-03-14", {"visits": {"intervals": rows}})
    assert found == {"C1": "not_due 29/03", "C4": "not_due 15/03"}


SEEING: dict[str, list[dict[str, Any]]] = {
    "person": [{"person_id": f"C{place}", "date_of_birth": "2015-05-01"} for place in range(1, 8)],
    "plan": [
        {"plan_id": f"P{place}", "person_id": f"C{place}", "plan_type": "cp", "start_date": "2024-03-01"} for place in range(1, 8)
    ],
    "person_characteristic": [{"person_id": "C1", "characteristic_type": "risk_level", "value": "Low", "start_date": "2024-03-01"}],
    "worker": [
        {"worker_id": "W1", "role": " Social Worker", "registration_no": None},
        {"worker_id": "W2", "role": "Family support", "registration_no": None},
        {"worker_id": "W3", "role": None, "registration_no": "SW1"},
        {"worker_id": "W4", "role": None, "registration_no": None},
    ],
    "allocation": [
        {"person_id": "C1", "worker_id": "W1", "role": "lead worker", "start_date": "2024-03-15", "end_date": None},
        {"person_id": "C2", "worker_id": "W2", "role": "lead worker", "start_date": "2024-03-01", "end_date": "2024-03-15"},
        {"person_id": "C3", "worker_id": "W3", "role": "lead worker", "start_date": "2024-03-16", "end_date": None},
        {"person_id": "C4", "worker_id": "W4", "role": "lead worker", "start_date": "2024-03-01", "end_date": "2024-03-14"},
        {"person_id": "C5", "worker_id": None, "role": "lead worker", "start_date": "2024-03-01", "end_date": None},
        {"person_id": "C6", "worker_id": "W1", "role": "second worker", "start_date": "2024-03-01", "end_date": None},
        {"person_id": "C7", "worker_id": "W1", "role": None, "start_date": "last spring", "end_date": None},
    ],
    "visit": [
        {"visit_id": f"V{place}", "person_id": f"C{place}", "visit_type": "cp", "visit_date": "2024-03-15", "child_seen": "Y",
         "worker_id": worker, "status": "done"}
        for place, worker in enumerate(["W1", "W2", "W3", "W4", None, "W1", "W1"], 1)
    ],
}  # fmt: skip
ELSE = ["care_period", "referral", "legal_status", "placement", "allocation", "worker"]


def seen_by(audit_rows: Audit, whose: str, records: dict[str, Any] = SEEING) -> dict[str, Any]:
    policy = {"visits": {"intervals": [{"plan": "cp", "every": "10 working days", "seen_by": whose}]}}
    found = audit_rows(records, "2024-03-18", "VIS-RSK-001", policy=policy, may_be_empty=ELSE).verdicts("VIS-RSK-001")
    return {row.child_id: row.verdict if row.verdict != "not_assessable" else row.reason for row in found.itertuples()}


UNTOLD = "who made a visit of this child cannot be told"


@pytest.mark.parametrize(
    ("whose", "expected"),
    [
        ("anyone", ["pass"] * 7),
        ("social worker", ["pass", "fail", "pass", UNTOLD, UNTOLD, "pass", "pass"]),
        ("lead worker", ["pass", "pass", "fail", "fail", UNTOLD, "fail", UNTOLD]),
    ],
)
def test_whose_visit_counts_is_a_setting(audit_rows: Audit, whose: str, expected: list[str]) -> None:
    assert seen_by(audit_rows, whose) == dict(zip([f"C{place}" for place in range(1, 8)], expected, strict=True))


def test_a_lead_worker_is_not_told_by_an_extract_without_allocations(audit_rows: Audit) -> None:
    bare = {name: rows for name, rows in SEEING.items() if name != "allocation"}
    assert set(seen_by(audit_rows, "lead worker", bare).values()) == {UNTOLD}


def test_a_finding_says_by_whom_the_child_was_to_be_seen(audit_rows: Audit) -> None:
    policy = {"visits": {"intervals": [{"plan": "cp", "every": "10 working days", "seen_by": "social worker"}]}}
    found = audit_rows(SEEING, "2024-03-18", "VIS-RSK-001", policy=policy, may_be_empty=ELSE).table
    assert found["child_id"].to_pylist() == ["C2"]
    assert found["message"][0].as_py().startswith("To be seen every 10 working days (risk level any, by a social worker): ")
