"""Local limits change verdicts; loosening a statutory one is said in every output."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import Audit

from casecheck.errors import PolicyError
from casecheck.policy import policy_from
from casecheck.reports import FOLDER, FORMATS, render
from casecheck.rules.compiling import compile_rule
from casecheck.rules.loading import load_rules

HISTORY = {
    "person": [{"person_id": "1", "date_of_birth": "2015-05-01"}],
    "care_period": [{"care_period_id": "P1", "person_id": "1", "start_date": "2024-01-02"}],
    "legal_status": [{"person_id": "1", "legal_status": "C2", "start_date": "2024-01-02"}],
    "plan_review": [{"review_id": "R1", "person_id": "1", "review_type": "care", "review_date": "2024-02-20"}],
}
LOOSE = {"parameters": {"CLA-001": {"limit": "60 working days"}}}


def test_a_loosened_statutory_limit_is_said_in_every_format(audit_rows: Audit) -> None:
    result = audit_rows(HISTORY, "2024-06-28", "CLA-001", policy=LOOSE)
    assert result.loosened
    assert "CLA-001" in result.loosened[0]
    assert "20 working days" in result.loosened[0]
    for name in sorted(set(FORMATS) - {"csv", FOLDER}):
        assert b"the statutory limit is 20 working days" in render(result, name)


def test_in_csv_the_note_stands_beside_each_finding(audit_rows: Audit) -> None:
    loose = {"parameters": {"CLA-001": {"limit": "21 working days"}}}
    result = audit_rows(HISTORY, "2024-06-28", "CLA-001", policy=loose)
    assert result.count() == 1
    assert b"the statutory limit is 20 working days" in render(result, "csv")


def test_tightening_is_free(audit_rows: Audit) -> None:
    tight = {"parameters": {"CLA-001": {"limit": "10 working days"}}}
    assert not audit_rows(HISTORY, "2024-06-28", "CLA-001", policy=tight).loosened


def test_the_local_severity_is_the_finding_s(audit_rows: Audit) -> None:
    result = audit_rows(HISTORY, "2024-06-28", "CLA-001", policy={"severity": {"CLA-001": "low"}})
    assert set(result.table["severity"].to_pylist()) == {"low"}


@pytest.mark.parametrize(
    ("given", "said"),
    [({"limt": "9 days"}, "nearest: limit"), ({"limit": "soon"}, "is not a length of time")],
)
def test_a_wrong_parameter_is_told(given: dict[str, str], said: str) -> None:
    policy = policy_from({"parameters": {"VIS-CP-001": given}})
    with pytest.raises(PolicyError) as problem:
        compile_rule(load_rules()["VIS-CP-001"], policy)
    assert said in str(problem.value)


def test_the_visit_day_convention_moves_the_deadline_by_a_day(audit_rows: Audit) -> None:
    history = {
        "person": [{"person_id": "1", "date_of_birth": "2015-05-01"}],
        "plan": [{"plan_id": "P", "person_id": "1", "plan_type": "cp", "start_date": "2024-03-01"}],
        "visit": [{"visit_id": "V", "person_id": "1", "visit_type": "cp", "visit_date": "2024-03-15", "child_seen": "Y"}],
    }
    as_of = "2024-03-15"
    assert audit_rows(history, as_of, "VIS-CP-001").rules[0].status == "passed"
    inclusive = {"visits": {"day_convention": "inclusive"}}
    strict = audit_rows(history, as_of, "VIS-CP-001", policy=inclusive)
    assert strict.rules[0].status == "failed"
    assert "day 1" in strict.table["expected"].to_pylist()[0]


def test_a_policy_file_by_path(tmp_path: Path, audit_rows: Audit) -> None:
    (tmp_path / "casecheck.toml").write_text('[parameters.CLA-001]\nlimit = "60 working days"\n')
    assert audit_rows(HISTORY, "2024-06-28", "CLA-001", policy=LOOSE).rules[0].status == "passed"


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
