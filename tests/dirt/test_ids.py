"""Identifiers (kinds 45 to 54)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from tests.conftest import Audit
from tests.dirt.reading import AS_OF, PERSON, VISIT, account, audit, children, codes, done, outcome

import casecheck

EMPTY = ["care_period", "referral", "worker"]


def people(*ids: str) -> dict[str, str | bytes]:
    return {"person.csv": PERSON + "".join(f"{number},2015-01-02,F,WBRI,,\n" for number in ids)}


def visits(*ids: str) -> dict[str, str | bytes]:
    return {"visit.csv": VISIT + "".join(f"V{place},{number},cp,2024-01-02,Y\n" for place, number in enumerate(ids))}


def test_045_ids_that_became_numbers_lose_the_point_and_join(tmp_path: Path) -> None:
    result = audit(tmp_path, {**people("12345"), **visits("12345.0")}, "INT-003")
    assert done(result, "person_id", "visit.csv") == {"id with .0": 1}
    assert children(result, "INT-003") == []
    frame = pd.DataFrame({"person_id": [12345.0], "date_of_birth": ["2015-01-02"]})
    framed = casecheck.audit({"person": frame}, profile="model", as_of=AS_OF, select=["INT-001"], policy={})
    assert framed.extract.rows == {"person": 1}


def test_046_lost_leading_zeros_are_never_padded(tmp_path: Path) -> None:
    result = audit(tmp_path, {**people("0012"), **visits("12")}, "INT-003")
    assert children(result, "INT-003") == ["12"]


def test_047_ids_that_excel_has_changed_are_no_ids(tmp_path: Path) -> None:
    few = audit(tmp_path, {**people("1"), **visits("1.23E+11", "1")}, "INT-003")
    assert done(few, "person_id", "visit.csv") == {"changed by Excel": 1}
    assert few.extract.faulty == {}
    many = audit(tmp_path, visits("1.23E+11", "1.24E+11", "1.25E+11", "1.26E+11", "1"), "INT-003")
    assert codes(many, "visit.csv") == ["IN046"]
    assert "visit" in many.extract.faulty
    assert outcome(many, "INT-003").incomplete


def test_048_ids_are_folded_for_joining_and_that_is_counted(tmp_path: Path) -> None:
    result = audit(tmp_path, {**people("AB12"), **visits("ab12 ", "'AB12", "AB12")}, "INT-003")
    assert done(result, "person_id", "visit.csv") == {"id in other case or with spaces": 2}
    assert children(result, "INT-003") == []


def test_053_spaces_in_worker_ids_are_folded_and_errors_are_nobody(tmp_path: Path) -> None:
    head = "person_id,worker_id,worker_name,team_name,role,start_date\n"
    text = head + "1, W01\u00a0,A  B,#N/A,lead worker,2024-01-02\n1,#N/A,#N/A,Team,lead worker,2024-01-02\n"
    result = audit(tmp_path, {"allocation.csv": text})
    assert done(result, "worker_id") == {"id in other case or with spaces": 1, "spreadsheet error": 1}
    assert done(result, "worker_name") == {"spreadsheet error": 1}
    assert done(result, "team_name") == {"spreadsheet error": 1}


def test_054_a_team_or_a_waiting_list_is_not_a_worker(audit_rows: Audit) -> None:
    born = {"date_of_birth": "2015-01-02"}
    plan = {"plan_type": "cp", "start_date": "2024-01-02"}
    held = {"role": "lead worker", "start_date": "2024-01-02"}
    history = {
        "person": [{"person_id": "1", **born}, {"person_id": "2", **born}],
        "plan": [{"plan_id": "P1", "person_id": "1", **plan}, {"plan_id": "P2", "person_id": "2", **plan}],
        "allocation": [
            {"person_id": "1", "worker_name": "Worker 1", **held},
            {"person_id": "2", "worker_name": "Waiting list", **held},
        ],
    }
    result = audit_rows({**history, "care_period": [], "referral": [], "worker": []}, AS_OF, "ALC-001", may_be_empty=EMPTY)
    assert children(result, "ALC-001") == ["2"]


def test_039_key_minus_one_is_no_record_and_a_finding_for_a_person(tmp_path: Path) -> None:
    result = audit(tmp_path, people("-1", "7"), "INT-001")
    assert done(result, "person_id") == {"no id (-1)": 1}
    assert len([row for row in result.table.to_pylist() if row["rule_id"] == "INT-001"]) == 1


def test_050_a_reason_in_the_pupil_number_column_is_kept_apart_from_the_number(tmp_path: Path) -> None:
    header = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1,1,01/01/2015,WBRI,A123456789012,0,\n2,1,01/01/2015,WBRI,UN3,0,\n"
    result = audit(tmp_path, {"header.csv": header}, profile="ssda903")
    assert result.extract.rows["person_identifier"] == 2
    assert {"id_value", "unknown_reason"} <= result.extract.fields["person_identifier"]
    assert account(result).cells.get("UPN", {}).get("unreadable", 0) == 0


def test_046_a_number_kept_as_a_formula_text_loses_nothing(tmp_path: Path) -> None:
    text = 'visit_id,person_id,visit_type,visit_date,child_seen\n="001",="0012345",cp,2024-01-02,Y\n'
    result = audit(tmp_path, {"visit.csv": text, "person.csv": "person_id,date_of_birth\n0012345,2015-01-01\n"}, "INT-003")
    assert "IN049" in [note.code for item in result.extract.accounts for note in item.notes]
    assert result.table.num_rows == 0
