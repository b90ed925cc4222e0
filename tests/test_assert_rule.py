"""assert_rule: a rule file's example in a test of one's own."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from tests.conftest import LOCAL_RULE

from casecheck.errors import CasecheckError
from casecheck.rules.loading import load_rules
from casecheck.rules.spec import Expected
from casecheck.testing import assert_rule

PERSON = {"person_id": "C1", "date_of_birth": "2015-05-01"}
PLAN = {"plan_id": "P1", "person_id": "C1", "plan_type": "cp", "start_date": "2024-03-01"}
VISIT = {"visit_id": "V1", "person_id": "C1", "visit_type": "cp", "visit_date": "2024-03-18", "child_seen": "Y"}
LATE = {"person": [PERSON], "plan": [PLAN], "visit": [VISIT]}
DAY = "2024-03-28"


@pytest.mark.parametrize("code", ["VIS-CP-001", "INT-004", "SEE-001"])
def test_what_a_rule_s_examples_say_is_what_is_asserted(code: str) -> None:
    for example in load_rules()[code].examples:
        expect = {
            key: wanted.model_dump(exclude_none=True) if isinstance(wanted, Expected) else wanted
            for key, wanted in example.expect.items()
        }
        assert_rule(code, example.tables, expect, as_of=example.as_of, parameters=example.parameters)


def test_a_mismatch_lists_each_record() -> None:
    tables = {
        **LATE,
        "plan": [PLAN, {**PLAN, "plan_id": "P2", "start_date": "2024-03-27"}, {**PLAN, "plan_id": "P3", "start_date": "spring"}],
    }
    with pytest.raises(AssertionError) as caught:
        assert_rule("VIS-CP-001", tables, {"P1": "pass", "P2": "not_due", "P3": "fail", "P4": "pass"}, as_of=DAY)
    assert str(caught.value).splitlines() == [
        "VIS-CP-001 as of 2024-03-28: not as expected",
        "  record  wanted                   found",
        "  P4      a record of the example  no such record",
        "  P1      pass                     fail",
        "  P3      fail                     not_assessable (start_date cannot be read)",
    ]


@pytest.mark.parametrize("key", ["due_on", "message", "days_overdue", "reason"])
def test_more_than_the_verdict_may_be_asserted(key: str) -> None:
    right = {
        "due_on": date(2024, 3, 15),
        "days_overdue": 3,
        "message": "Not seen for 17 calendar days (limit 10 working days, or the plan's own interval if that is shorter); "
        "last seen, or plan began, 01/03/2024; a visit was due by 15/03/2024; next seen on 18/03/2024",
    }
    wrong = {"due_on": "2024-03-16", "days_overdue": 4, "message": "Not seen", "reason": "none"}
    assert_rule("vis-cp-001", LATE, {"P1": {"verdict": "fail", **right}}, as_of=date(2024, 3, 28))
    with pytest.raises(AssertionError, match=f"{key} "):
        assert_rule("VIS-CP-001", LATE, {"P1": {"verdict": "fail", key: wrong[key]}}, as_of=DAY)


def test_limits_may_be_set() -> None:
    assert_rule("VIS-CP-001", LATE, {"P1": "pass"}, as_of=DAY, parameters={"limit": "20 working days"})


def test_rows_may_hold_values_of_python() -> None:
    visit = {**VISIT, "visit_date": datetime(2024, 3, 15), "child_seen": True, "status": float("nan")}
    tables = {"person": [{**PERSON, "date_of_birth": date(2015, 5, 1)}], "plan": [PLAN], "visit": [visit]}
    assert_rule("VIS-CP-001", tables, {"P1": "pass"}, as_of=DAY)
    assert_rule("VIS-CP-001", {**tables, "visit": [{**visit, "child_seen": False}]}, {"P1": "fail"}, as_of=DAY)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.Table.from_pylist])
def test_tables_may_be_frames(make: Any) -> None:
    visits = [{**VISIT, "visit_date": datetime(2024, 3, day), "child_seen": day == 15} for day in (14, 15)]
    tables = {"person": make([PERSON]), "plan": make([PLAN]), "visit": make(visits)}
    assert_rule("VIS-CP-001", tables, {"P1": "pass"}, as_of=DAY)
    assert_rule("VIS-CP-001", {**tables, "visit": make(visits[:1])}, {"P1": "fail"}, as_of=DAY)


def test_a_rule_is_a_code_a_file_or_a_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "rules" / "VIS-XX-001.yaml"
    file.parent.mkdir()
    file.write_text(LOCAL_RULE)
    (tmp_path / "casecheck.toml").write_text('rule_folders = ["rules"]\n')
    own = load_rules((), ["rules"])["VIS-XX-001"]
    for rule in ("VIS-XX-001", file, "rules/VIS-XX-001.yaml", own):
        assert_rule(
            rule, {"visit": [{"visit_id": "V1", "visit_date": "2024-01-01"}, {"visit_id": "V2"}]}, {"V1": "pass", "V2": "fail"}
        )


@pytest.mark.parametrize(
    ("rule", "tables", "expect", "said"),
    [
        ("VIS-CP-01", LATE, {}, "no rule is called 'VIS-CP-01'"),
        ("rules/none.yaml", LATE, {}, "no such rule file"),
        ("VIS-CP-001", {"visits": []}, {}, "the model has no table 'visits'\n  help: nearest: visit"),
        ("VIS-CP-001", {"visit": [{"visited_on": "2024-03-01"}]}, {}, "visit has no field 'visited_on'"),
        ("VIS-CP-001", {"visit": ["V1"]}, {}, "the rows of visit are dicts"),
        ("VIS-CP-001", {"visit": 1}, {}, "not a table"),
        ("VIS-CP-001", LATE, {"P1": "passed"}, "expect.P1 is no verdict\n  help: one of pass, fail"),
        ("VIS-CP-001", LATE, {"P1": {"verdict": "fail", "due": "2024-03-01"}}, "expect.P1 is no verdict"),
    ],
)
def test_what_is_wrong_is_said(rule: str, tables: dict[str, Any], expect: dict[str, Any], said: str) -> None:
    with pytest.raises(CasecheckError) as caught:
        assert_rule(rule, tables, expect, as_of=DAY)
    assert said in str(caught.value)
