"""What a message says, and what it leaves out."""

from __future__ import annotations

from datetime import date

import pytest

from casecheck.engines.duckdb import DuckDBEngine
from casecheck.errors import RuleError
from casecheck.rules.messages import compile_message

KINDS = {"seen_on": "date", "visits": "number", "state": "text"}


def said(template: str, seen_on: str | None, visits: int | None) -> str:
    engine = DuckDBEngine(date(2024, 3, 31))
    day = f"DATE '{seen_on}'" if seen_on else "CAST(NULL AS DATE)"
    number = str(visits) if visits is not None else "CAST(NULL AS INT)"
    message = compile_message(template, KINDS, "here")
    found = engine.rows(f"SELECT {message} FROM (SELECT {day} AS seen_on, {number} AS visits, 'late' AS state) AS given")
    engine.close()
    return str(found[0][0])


@pytest.mark.parametrize(
    ("template", "full", "blank"),
    [
        ("Seen {seen_on}.", "Seen 02/01/2024.", "Seen not recorded."),
        ("{visits|visit}", "2 visits", "not recorded"),
        ("It is {state}[, seen on {seen_on}]; why", "It is late, seen on 02/01/2024; why", "It is late; why"),
        ("[Last seen on {seen_on}|Never seen]; {state}", "Last seen on 02/01/2024; late", "Never seen; late"),
        ("{state}[: {visits|visit}|: nobody knows of {visits}]", "late: 2 visits", "late: nobody knows of not recorded"),
        ("[{visits}/{seen_on}]", "2/02/01/2024", ""),
        ("it's", "it's", "it's"),
    ],
)
def test_a_part_in_brackets_is_left_out_with_what_it_names(template: str, full: str, blank: str) -> None:
    assert said(template, "2024-01-02", 2) == full
    assert said(template, None, None) == blank


@pytest.mark.parametrize("template", ["{seen}", "[{seen}]", "[{seen_on}|{seen}]"])
def test_a_name_that_the_check_does_not_give_is_refused(template: str) -> None:
    with pytest.raises(RuleError, match="the message names 'seen'"):
        compile_message(template, KINDS, "here")
