"""The verb ``counted``, which no shipped rule uses yet: how many assessments belong to a referral."""

from __future__ import annotations

from pathlib import Path

import pytest

from casecheck.engines.duckdb import DuckDBEngine
from casecheck.rules.examples import run_examples
from casecheck.rules.loading import load_rules

RULE = """
id: ASM-901
version: 1
title: A referral leads to one assessment
severity: low
summary: A second one says that the first was not enough.
guidance:
  - {source: Local practice, kind: local}
verified: "no"
subject: referral
identity: [received_date]
check:
  counted:
    of: assessment
    on: assessment.person_id = referral.person_id
    counts: assessment.referral_id = referral_id or assessment.authorised_date >= received_date
    at_most: "1"
message: "{number} assessments"
advice: Look at both.
examples:
  - name: counted
    as_of: 2024-06-28
    referral: [{referral_id: R1, person_id: C1, received_date: 2024-01-08}]
    assessment:
      - {assessment_id: A1, person_id: C1, referral_id: %(first)s, start_date: 2024-01-10, authorised_date: %(read)s}
%(second)s
    expect: {R1: %(expected)s}
"""
SECOND = "      - {assessment_id: A2, person_id: C1, referral_id: R1, start_date: 2024-03-01, authorised_date: 2024-03-20}"


@pytest.mark.parametrize(
    ("first", "read", "second", "expected"),
    [
        ("R1", "2024-02-01", "", "pass"),
        ("R1", "2024-02-01", SECOND, "{verdict: fail, message: 2 assessments}"),
        ("R1", "tbc", "", "pass"),
        ("R1", "tbc", SECOND, "fail"),
        ("R9", "tbc", "", "pass"),
        ("R9", "tbc", SECOND, "not_assessable"),
        ("R9", "2023-12-01", SECOND, "pass"),
    ],
)
def test_what_surely_counts_is_counted_once(first: str, read: str, second: str, expected: str, tmp_path: Path) -> None:
    words = {"first": first, "read": read, "second": second, "expected": expected}
    (tmp_path / "ASM-901.yaml").write_text(RULE % words, encoding="utf-8")
    assert run_examples(load_rules((), [tmp_path])["ASM-901"], DuckDBEngine) == []
