"""The table of outcomes: what stands in it, and what is refused in its place."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import date, timedelta

import pandas as pd
import pytest
from tests.conftest import Audit

from casecheck import expectations
from casecheck.errors import InputError
from casecheck.expectations.outcome_table import MOST_ROWS, SHOWN, read_lines
from casecheck.result import AuditResult


def test_one_row_a_rule_with_counts_and_ids(result: AuditResult) -> None:
    frame = expectations.outcomes(result).set_index("rule_id")
    assert list(frame.index) == [outcome.rule_id for outcome in result.rules]
    row = frame.loc["VIS-CP-001"]
    assert (row["status"], row["passed"], row["failed"], row["findings"]) == ("failed", 1, 1, 1)
    assert [row["finding_ids"]] == [found["finding_id"] for found in result.table.to_pylist() if found["rule_id"] == "VIS-CP-001"]
    assert frame.loc["VIS-CP-003", "status"] == "not_assessable"
    assert "meeting" in frame.loc["VIS-CP-003", "reasons"]
    assert set(frame["as_of"]) == {result.as_of}


def test_many_findings_are_counted_and_the_first_named(audit_rows: Audit) -> None:
    days = [date(2027, 1, 1) + timedelta(days=number) for number in range(SHOWN + 11)]
    visits = [{"visit_id": f"V{day:%m%d}", "person_id": "C1", "visit_date": day} for day in days]
    people = [{"person_id": "C1", "date_of_birth": "2015-06-01"}]
    result = audit_rows({"person": people, "visit": visits}, "2026-03-31", "INT-009")
    row = expectations.outcomes(result).iloc[0]
    every = [found["finding_id"] for found in result.table.to_pylist()]
    assert row["findings"] == len(every) == SHOWN + 11
    assert row["finding_ids"].split() == every[:SHOWN]


def test_what_falls_due_soon_is_no_finding(audit_rows: Audit) -> None:
    people = [{"person_id": "C1", "date_of_birth": "2015-06-01"}]
    plans = [{"plan_id": "P1", "person_id": "C1", "plan_type": "cp", "start_date": "2026-03-30"}]
    visits = [{"visit_id": "V1", "person_id": "C1", "visit_date": "2026-03-31", "visit_type": "cp", "child_seen": "Y"}]
    tables = {"person": people, "plan": plans, "visit": visits}
    result = audit_rows(tables, "2026-03-31", "VIS-CP-001", due_within=30)
    assert result.table.num_rows == 1
    row = expectations.outcomes(result).iloc[0]
    assert (row["status"], row["findings"], row["finding_ids"]) == ("passed", 0, "")


def test_what_is_read_back_is_what_was_written(result: AuditResult) -> None:
    frame = expectations.outcomes(result)
    lines = read_lines(frame)
    assert [line.rule_id for line in lines] == list(frame["rule_id"])
    assert read_lines(frame.assign(as_of=pd.to_datetime(frame["as_of"]))) == lines
    assert read_lines(frame.assign(as_of=frame["as_of"].astype(str))) == lines
    kept = io.StringIO(frame.to_csv(index=False))
    assert read_lines(pd.read_csv(kept)) == lines


def test_what_is_no_table_of_outcomes_is_refused(result: AuditResult) -> None:
    frame = expectations.outcomes(result)
    with pytest.raises(InputError, match=r"no column 'status'[\s\S]*outcomes\(result\)"):
        read_lines(frame.drop(columns="status"))
    with pytest.raises(InputError, match="no rows"):
        read_lines(frame.head(0))
    with pytest.raises(InputError, match=r"several audits[\s\S]*as_of"):
        read_lines(pd.concat([frame, frame]))
    many = pd.concat([frame.head(1)] * (MOST_ROWS + 1)).assign(rule_id=[f"X-{number}" for number in range(MOST_ROWS + 1)])
    with pytest.raises(InputError, match="several audits"):
        read_lines(many)


def test_great_expectations_is_loaded_only_here() -> None:
    program = "import sys, casecheck; casecheck.audit; import casecheck.reports; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_without_great_expectations_it_says_what_to_install() -> None:
    program = "import sys; sys.modules['great_expectations'] = None; import casecheck.expectations"
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert 'pip install "casecheck[gx]"' in done.stderr
