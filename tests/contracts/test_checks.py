"""Checks made from rules: what they say is what an audit says, and what they cannot say they refuse."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest

import casecheck
from casecheck import contracts
from casecheck.errors import RuleError, SelectionError

TODAY = "2024-06-28"


def plans(**changes: list[Any]) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "plan_id": ["P1", "P2", "P3"],
        "person_id": ["C1", "C1", "C2"],
        "plan_type": ["cp", "cin", "cin"],
        "start_date": pd.to_datetime(["2024-01-10", "2024-03-01", "2024-05-01"]),
        "end_date": pd.to_datetime(["2024-02-01", None, "2024-04-01"]),
        "initial_category": ["NEG", None, None],
        "latest_category": ["NEG", None, None],
    }
    return pd.DataFrame(columns | changes)


def failures(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> pa.errors.SchemaErrors:
    with pytest.raises(pa.errors.SchemaErrors) as caught:
        schema.validate(frame, lazy=True)
    return caught.value


def test_one_failure_a_record_with_its_key_and_the_rules_words() -> None:
    problem = failures(contracts.schema("plan", "INT-004", as_of=TODAY), plans())
    assert problem.failure_cases[["check", "index"]].values.tolist() == [["INT-004", "P3"]]
    assert problem.failure_cases["failure_case"].tolist() == ["INT-004: plan: the end date is before the start date"]


def test_a_check_stands_alone_in_a_schema_of_ones_own() -> None:
    schema = pa.DataFrameSchema({"plan_id": pa.Column(str)}, checks=contracts.check("INT-004", table="plan", as_of=TODAY))
    assert failures(schema, plans()).failure_cases["index"].tolist() == [2]
    assert len(schema.validate(plans().head(2), lazy=True)) == 2


def test_several_rules_are_asked_of_one_reading() -> None:
    check = contracts.check("INT-004", "INT-010", table="plan", as_of=TODAY)
    assert check.name == "INT-004, INT-010"
    ends = pd.to_datetime([None, None, "2024-04-01"])
    overlapping = plans(plan_type=["cin", "cin", "cp"], person_id=["C1"] * 3, end_date=ends)
    problem = failures(pa.DataFrameSchema(checks=check), overlapping.set_index("plan_id"))
    told = problem.failure_cases["failure_case"].str.partition(":")[0]
    assert sorted(zip(told, problem.failure_cases["index"], strict=True)) == [("INT-004", "P3"), ("INT-010", "P2")]


def test_what_cannot_be_assessed_is_no_pass() -> None:
    frame = plans(start_date=["2024-01-10", "soon", "2024-01-01"])
    problem = failures(pa.DataFrameSchema(checks=contracts.check("INT-004", table="plan", as_of=TODAY)), frame)
    assert problem.failure_cases["failure_case"].tolist() == ["INT-004: not assessable: start_date cannot be read"]
    found = contracts.findings(problem, table="plan", policy={})
    assert found[["rule_id", "verdict", "record", "reason"]].values.tolist() == [
        ["INT-004", "not_assessable", 2, "start_date cannot be read"]
    ]


def test_a_column_that_a_rule_needs_is_missed() -> None:
    schema = pa.DataFrameSchema(checks=contracts.check("INT-004", table="plan", as_of=TODAY))
    problem = failures(schema, plans().drop(columns="end_date"))
    assert problem.failure_cases["failure_case"].tolist() == ["INT-004: the column for plan.end_date was not supplied"]


def test_findings_of_a_check_are_those_of_an_audit() -> None:
    schema = contracts.schema("plan", "INT-004", "INT-009", "INT-010", as_of=TODAY)
    frame = plans(plan_type=["cp", "cp", "cp"], start_date=pd.to_datetime(["2024-01-10", "2024-01-20", "2025-01-01"]))
    rules = ["INT-001", "INT-004", "INT-005", "INT-006", "INT-009", "INT-010", "INT-012"]
    audited = casecheck.audit({"plan": frame}, profile="model", as_of=TODAY, select=rules, policy={}).findings
    assert len(audited) > 4
    told = contracts.findings(failures(schema, frame), policy={})
    pd.testing.assert_frame_equal(told, audited.drop(columns="source_index"))


def test_local_limits_and_severities_count() -> None:
    policy = {"severity": {"INT-004": "critical"}}
    problem = failures(contracts.schema("plan", "INT-004", as_of=TODAY, policy=policy), plans())
    assert contracts.findings(problem, policy=policy)["severity"].tolist() == ["critical"]


def test_a_row_that_is_no_record_is_no_pass() -> None:
    frame = pd.concat([plans().head(1), plans().head(1), pd.DataFrame({"plan_type": ["cp"]})], ignore_index=True)
    problem = failures(pa.DataFrameSchema(checks=contracts.check("INT-004", table="plan", as_of=TODAY)), frame)
    assert problem.failure_cases[["index", "failure_case"]].values.tolist() == [
        [2, "INT-004: not assessable: the row holds next to nothing"]
    ]
    found = contracts.findings(problem, table="plan", policy={})
    assert found[["rule_id", "record"]].values.tolist() == [["INT-004", 3]]


def test_nothing_to_judge_is_nothing_wrong() -> None:
    assert contracts.schema("plan", "INT-004", as_of=TODAY).validate(plans().head(0), lazy=True).empty


@pytest.mark.parametrize(
    "rules, table, error, words",
    [
        (["SEE-001"], "", RuleError, "SEE-001 reads .*person.* beside assessment, and a contract looks at one table"),
        (["AGG-001"], "", RuleError, "AGG-001 is about the rate, which a run makes of the whole extract"),
        (["INT-004"], "", RuleError, "INT-004 is about several tables"),
        (["INT-004"], "case_note", RuleError, "INT-004 is not about the table case_note"),
        (["INT-004", "REF-001"], "plan", RuleError, "REF-001 is not about the table plan"),
        ([], "plan", RuleError, "no rule is named"),
        (["INT-999"], "plan", SelectionError, "no rule is called 'INT-999'"),
    ],
)
def test_what_a_contract_cannot_ask_is_refused(rules: list[str], table: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        contracts.check(*rules, table=table)


def test_every_rule_about_one_table_can_be_asked() -> None:
    """On an empty frame nothing is judged, but each compiles; on one of blanks each is asked."""
    asked = 0
    for rule in casecheck.load_rules().rules():
        for table in dict.fromkeys(variant.subject for variant in rule.subjects):
            try:
                check = contracts.check(rule.id, table=table, as_of=TODAY, policy={})
            except RuleError:
                continue
            assert check.table == table
            asked += 1
    assert asked > 100
