"""pandera's failures as findings, and the contract of the findings table."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from tests.conftest import ROOT

import casecheck
from casecheck import contracts
from casecheck.errors import InputError
from casecheck.findings.record import COLUMNS

TODAY = "2024-06-28"


def failing(schema: pa.DataFrameSchema, frame: pd.DataFrame, **how: Any) -> pa.errors.SchemaErrors:
    with pytest.raises(pa.errors.SchemaErrors) as caught:
        schema.validate(frame, **{"lazy": True, **how})
    return caught.value


def people(**changes: Any) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "person_id": ["C1", "C2", "C3"],
        "date_of_birth": pd.to_datetime(["2012-04-01", "2013-05-06", "2014-07-08"]),
        "sex": ["F", "M", "F"],
        "ethnicity": ["WBRI", "WBRI", "WBRI"],
    }
    return pd.DataFrame(columns | changes)


def told(problem: pa.errors.SchemaErrors) -> list[tuple[Any, ...]]:
    found = contracts.findings(problem, policy={})
    contracts.FINDINGS.validate(found, lazy=True)
    assert list(found.columns) == list(COLUMNS)
    columns = [
        found[name].astype(object).where(found[name].notna(), None) for name in ("rule_id", "verdict", "record", "message")
    ]
    return list(zip(*columns, strict=True))


def test_a_column_that_is_not_there_is_not_assessable() -> None:
    problem = failing(contracts.schema("person", as_of=TODAY), people().drop(columns="person_id"))
    rules = {(rule, verdict, record) for rule, verdict, record, _ in told(problem)}
    assert ("INT-001", "not_assessable", None) in rules
    assert all(verdict == "not_assessable" for _, verdict, _ in rules)


def test_rows_that_an_audit_sets_aside_are_told_together() -> None:
    twice = pd.concat([people(), people().head(1)], ignore_index=True)
    words = "it repeats an earlier row exactly, or holds next to nothing"
    assert told(failing(contracts.schema("person", as_of=TODAY), twice)) == [
        ("INT-001", "fail", 1, "person: person id is used more than once"),
        ("INT-001", "fail", 4, f"person: 1 row that an audit sets aside: {words}"),
    ]


def test_ones_own_checks_are_told_by_name() -> None:
    def stops(frame: pd.DataFrame) -> bool:
        raise ValueError("Secret Name")

    schema = contracts.schema("person", as_of=TODAY)
    schema.checks = [*schema.checks, pa.Check(lambda frame: len(frame) > 5, name="enough"), pa.Check(stops, name="stops")]
    frame = people(sex=["F", None, "M"])
    assert told(failing(schema, frame)) == [
        ("INT-006", "fail", 2, "person: the sex is blank"),
        ("enough", "fail", None, "person: fails enough"),
        ("stops", "not_assessable", None, "Not assessable: the check stopped"),
    ]


def test_another_spelling_is_told_as_such() -> None:
    frame = people(disability_flag=["Yes", "N", None], date_of_birth=["2012-04-01", "2013-05-06", "2014-07-08"])
    found = told(failing(contracts.schema("person", as_of=TODAY), frame))
    assert [rule for rule, *_ in found] == ["INT-012"] * 3
    day, flag = (
        "date of birth is not a day as the model writes it",
        "disability flag is not a code of yes_no as the model writes it",
    )
    assert [words for *_, words in found] == [f"person: {day}; {flag}", f"person: {day}", f"person: {day}"]
    assert told(
        failing(contracts.schema("person", as_of=TODAY, coerce=True), people(disability_flag=["Yes", "maybe", None]))
    ) == [("INT-012", "fail", 2, "person: cannot be read: disability_flag")]


def test_tables_of_which_the_pack_asks_nothing_have_findings_too() -> None:
    frame = pd.DataFrame(
        {
            "meeting_id": ["M1", "M1"],
            "person_id": ["C1", "C2"],
            "meeting_type": ["core_group", "zz"],
            "meeting_date": [None, "tbc"],
        }
    )
    assert told(failing(contracts.schema("meeting", as_of=TODAY), frame)) == [
        ("INT-001", "fail", 1, "The number of the meeting is used more than once (2 rows)"),
        ("INT-001", "fail", 2, "The number of the meeting is used more than once (2 rows)"),
        ("INT-012", "fail", 2, "meeting: cannot be read: meeting_type, meeting_date"),
    ]


def test_a_number_that_no_table_holds_cannot_be_read() -> None:
    staff = pd.DataFrame({"worker_id": ["W1", "W2"], "stated_caseload": [12, 3_000_000_000]})
    assert told(failing(contracts.schema("worker", as_of=TODAY), staff)) == [
        ("INT-012", "fail", 2, "worker: cannot be read: stated_caseload")
    ]


def test_the_first_failure_alone_can_be_told_too() -> None:
    with pytest.raises(pa.errors.SchemaError) as caught:
        contracts.schema("person", as_of=TODAY).validate(people(sex=["F", "?", "M"]))
    with pytest.raises(InputError, match="does not say which table"):
        contracts.findings(caught.value)
    found = contracts.findings(caught.value, "person", as_of=TODAY, policy={})
    assert found["rule_id"].tolist() == ["INT-012"]
    assert found["record"].tolist() == [2]


def test_a_failure_without_its_frame_is_refused() -> None:
    with pytest.raises(pa.errors.SchemaError) as caught:
        contracts.schema("person").validate(people(person_id=["C1", "C1", "C2"]))
    with pytest.raises(InputError, match="the failure carries no frame"):
        contracts.findings(caught.value, "person")


def test_the_key_of_ids_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = failing(contracts.schema("person", as_of=TODAY), people(sex=["F", "?", "M"]))
    usual = contracts.findings(problem, policy={})["finding_id"].tolist()
    monkeypatch.setenv("CASECHECK_KEY", "ours")
    assert contracts.findings(problem, policy={})["finding_id"].tolist() != usual


def test_what_an_audit_finds_passes_the_contract_of_findings() -> None:
    result = casecheck.audit(ROOT / "examples" / "carefirst", as_of="2026-03-31", policy={}, due_within=30, select=["INT", "VIS"])
    checked = contracts.FINDINGS.validate(result.findings, lazy=True)
    assert len(checked) == len(result.findings) > 40
    assert checked.index.name == "finding_id"
    assert contracts.Findings.validate(result.findings, lazy=True).index.equals(checked.index)
    assert set(checked["verdict"]) == {"fail", "not_due"}


@pytest.mark.parametrize(
    "column, value, check",
    [
        ("finding_id", "f1:1", "str_matches('^f1:[0-9a-f]{24}$')"),
        ("severity", "dire", "isin"),
        ("verdict", "pass", "isin"),
        ("subject_table", "visits", "isin"),
        ("rule_id", None, "not_nullable"),
        ("as_of", None, "not_nullable"),
        ("occurrences", 0, "greater_than_or_equal_to(1)"),
    ],
)
def test_what_is_no_finding_fails_it(column: str, value: Any, check: str) -> None:
    frame = contracts.findings(failing(contracts.schema("person", as_of=TODAY), people(sex=["F", "?", "M"])), policy={})
    frame[column] = pd.Series([value] * len(frame), dtype=object if column == "severity" else frame[column].dtype)
    problem = failing(contracts.FINDINGS, frame.head(1))
    assert [str(found)[: len(check)] for found in problem.failure_cases["check"]] == [check]


def test_two_findings_of_one_id_fail_it() -> None:
    frame = contracts.findings(failing(contracts.schema("person", as_of=TODAY), people(sex=["F", "?", "M"])), policy={})
    twice = pd.concat([frame.head(1)] * 2, ignore_index=True)
    assert set(failing(contracts.FINDINGS, twice).failure_cases["check"]) == {"field_uniqueness"}
