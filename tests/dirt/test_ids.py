"""Identifiers (kinds 45 to 54)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from tests.dirt.reading import AS_OF, PERSON, VISIT, account, audit, children, codes, done, outcome

import casecheck


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


def test_054_a_team_or_a_waiting_list_is_not_a_worker(tmp_path: Path) -> None:
    head = "Child Unique ID,Date of Birth,CIN Start Date,Case Status,Allocated Team,Allocated Worker\n"
    rows = "1,2015-01-02,2024-01-02,c) Child in need plan,East,Worker 1\n2,2015-01-02,2024-01-02,c) Child in need plan,East,Waiting list\n"
    policy = {"tables": {"may_be_empty": [f"list_{number}" for number in range(1, 11) if number != 6]}}
    result = audit(tmp_path, {"List 6.csv": head + rows}, "ALC-001", profile="annex_a", policy=policy)
    assert account(result).used == 2
    assert children(result, "ALC-001") == ["2"]


def test_039_key_minus_one_is_no_record_and_a_finding_for_a_person(tmp_path: Path) -> None:
    result = audit(tmp_path, people("-1", "7"), "INT-001")
    assert done(result, "person_id") == {"no id (-1)": 1}
    assert len([row for row in result.table.to_pylist() if row["rule_id"] == "INT-001"]) == 1
