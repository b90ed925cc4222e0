"""What ``unique`` says of a layout that cannot show a row twice."""

from __future__ import annotations

import pytest
from tests.conftest import ROOT

import casecheck


@pytest.mark.parametrize(
    ("extract", "said"), [("annex_a/annex_a.xlsx", ["that a person stands twice cannot show"]), ("carefirst", [])]
)
def test_a_pass_says_that_a_list_put_together_shows_nobody_twice(extract: str, said: list[str]) -> None:
    result = casecheck.audit(ROOT / "examples" / extract, as_of="2026-03-31", select=["INT-001"])
    (outcome,) = result.rules
    found = [reason.partition(":")[0] for reason in outcome.reasons if "stands twice" in reason]
    assert found == said
    if said:
        assert outcome.status == "passed"
