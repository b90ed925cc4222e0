"""The verb ``covered``, which no shipped rule uses yet: a plan is covered by allocations."""

from __future__ import annotations

from pathlib import Path

import pytest

from casecheck.engines.duckdb import DuckDBEngine
from casecheck.rules.examples import run_examples
from casecheck.rules.loading import load_rules

RULE = """
id: ALC-901
version: 1
title: A plan always has a worker
severity: high
summary: Somebody holds the plan every day.
guidance:
  - {source: Local practice, kind: local}
verified: "no"
parameters:
  gap: {default: 2 days, kind: local, help: the longest time without}
subject: plan
identity: [start_date]
check:
  covered:
    by: allocation
    on: allocation.person_id = plan.person_id
    counts: allocation.holder_type = 'worker'
    begins: allocation.start_date
    ends: allocation.end_date
    from: start_date
    until: end_date
    gap: ${gap}
message: "Without a worker for {gap_days|day} from {gap_from}; gaps: {gaps}"
advice: Allocate the plan.
examples:
  - name: covered
    as_of: 2024-03-31
    plan: [{plan_id: P1, person_id: C1, plan_type: cp, start_date: 2024-03-01%(plan)s}]
    allocation:
      - {person_id: C1, worker_id: W1, holder_type: worker, start_date: 2024-03-01, end_date: 2024-03-10}
      - {person_id: C1, worker_id: W2, holder_type: %(holder)s, start_date: %(begins)s%(ends)s}
      - {person_id: C2, worker_id: W3, holder_type: worker, start_date: 2024-01-01}
    expect: {P1: %(expected)s}
"""
NOT_READ = "{verdict: not_assessable, reason: a record of this child cannot be read}"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "pass"),
        ({"begins": "2024-03-12"}, "pass"),
        ({"begins": "2024-03-13"}, '{verdict: fail, message: "Without a worker for 3 days from 10/03/2024; gaps: 1"}'),
        ({"ends": ", end_date: 2024-03-29"}, "pass"),
        ({"ends": ", end_date: 2024-03-28"}, '{verdict: fail, message: "Without a worker for 3 days from 28/03/2024; gaps: 1"}'),
        ({"holder": "team"}, '{verdict: fail, message: "Without a worker for 21 days from 10/03/2024; gaps: 1"}'),
        ({"holder": "team", "plan": ", end_date: 2024-03-12"}, "pass"),
        ({"plan": ", end_date: 2024-02-01"}, "not_due"),
        ({"plan": ", end_date: tbc"}, "not_assessable"),
        ({"begins": "spring"}, NOT_READ),
        ({"ends": ", end_date: tbc"}, NOT_READ),
        ({"holder": "nobody knows"}, NOT_READ),
        ({"plan": ", end_date: 2024-03-10", "ends": ", end_date: tbc"}, "pass"),
    ],
)
def test_a_row_covers_from_its_beginning_to_its_end(given: dict[str, str], expected: str, tmp_path: Path) -> None:
    words = {"plan": "", "holder": "worker", "begins": "2024-03-10", "ends": "", **given, "expected": expected}
    (tmp_path / "ALC-901.yaml").write_text(RULE % words, encoding="utf-8")
    rule = load_rules((), [tmp_path])["ALC-901"]
    assert run_examples(rule, DuckDBEngine) == []
