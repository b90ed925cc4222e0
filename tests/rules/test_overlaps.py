"""Spells of nobody are held against nothing: whose they are is not known."""

from __future__ import annotations

from tests.conftest import Audit


def test_plans_that_name_no_child_are_neither_passed_nor_held_against_one_another(audit_rows: Audit) -> None:
    plans = [
        {"plan_id": "P1", "person_id": None, "plan_type": "cp", "start_date": "2024-01-02", "end_date": "2024-03-01"},
        {"plan_id": "P2", "person_id": None, "plan_type": "cp", "start_date": "2024-02-01", "end_date": "2024-03-01"},
        {"plan_id": "P3", "person_id": "C1", "plan_type": "cp", "start_date": "2024-01-02", "end_date": "2024-03-01"},
        {"plan_id": "P4", "person_id": "C1", "plan_type": "cp", "start_date": "2024-02-01", "end_date": "2024-03-01"},
    ]
    history = {"plan": plans, "care_period": [{"care_period_id": "E1", "person_id": "C1", "start_date": "2024-01-02"}]}
    verdicts = audit_rows(history, "2024-03-28", "INT-010").verdicts("INT-010")
    plan = verdicts[verdicts["subject_table"] == "plan"].sort_values("record")
    assert plan["verdict"].tolist() == ["not_assessable", "not_assessable", "pass", "fail"]
    assert plan["reason"].fillna("").tolist() == ["person_id is missing", "person_id is missing", "", ""]
