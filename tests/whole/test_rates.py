"""Rates: the verdicts of a measured rule, counted by team and month, add up to those of the rule itself."""

from __future__ import annotations

from pathlib import Path

import casecheck
from casecheck.auditing import audit


def test_rates_of_the_authority_are_those_of_the_rule(example: Path) -> None:
    result = audit(
        example, as_of="2026-03-31", policy={"rates": {"VIS-CP-001": {"target": 100}}}, select=["VIS-CP-001", "AGG-001"]
    )
    visits = next(rule for rule in result.rules if rule.rule_id == "VIS-CP-001")
    told = {row["subject_key"]: row for row in result.table.to_pylist() if row["rule_id"] == "AGG-001"}
    whole = told["measure=VIS-CP-001 level=authority unit=authority month="]
    judged = visits.tally.passed + visits.tally.failed
    assert f"({visits.tally.passed} of {judged})" in whole["message"]
    assert whole["team"] is None
    assert told["measure=VIS-CP-001 level=team unit=Safeguarding North month="]["team"] == "Safeguarding North"


def test_without_a_rule_about_rates_nothing_is_counted(example: Path) -> None:
    result = casecheck.audit(example, as_of="2026-03-31", policy={}, select=["AGG"])
    assert {rule.status for rule in result.rules if rule.rule_id in ("AGG-001", "AGG-002")} == {"not_applicable"}
