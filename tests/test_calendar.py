"""Working days against the vectors of the domain notes, and the irregular bank holidays that fixed rules get wrong."""

from __future__ import annotations

from datetime import date

import pytest

from casecheck.engines.calendar import bank_holidays, create_calendar
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.policy import policy_from
from casecheck.rules import expressions
from casecheck.rules.lowering import lower

VECTORS = [
    ("2025-12-10", 45, "2026-02-16"),
    ("2026-03-27", 15, "2026-04-21"),
    ("2026-04-04", 1, "2026-04-07"),
    ("2026-12-24", 10, "2027-01-12"),
    ("2013-04-15", 45, "2013-06-19"),
    ("2022-09-12", 10, "2022-09-27"),
    ("2020-05-01", 10, "2020-05-18"),
    ("2011-04-20", 10, "2011-05-10"),
]


def ask(expression: str, **policy: object) -> object:
    engine = DuckDBEngine(date(2026, 3, 31))
    try:
        create_calendar(engine, policy_from(dict(policy)))
        tree = lower(expressions.parse(f"SELECT {expression} AS answer FROM (SELECT 1 AS one) AS x", "test"), "test")
        return engine.rows(tree.sql(dialect="duckdb"))[0][0]
    finally:
        engine.close()


@pytest.mark.parametrize(("start", "days", "due"), VECTORS)
def test_the_deadline_vectors(start: str, days: int, due: str) -> None:
    assert str(ask(f"add(date '{start}', '{days} working days')")) == due


@pytest.mark.parametrize(("start", "days", "due"), VECTORS)
def test_counting_back_gives_the_same_number(start: str, days: int, due: str) -> None:
    assert ask(f"working_days(date '{start}', date '{due}')") == days


@pytest.mark.parametrize(
    "day", ["2011-04-29", "2012-06-04", "2012-06-05", "2020-05-08", "2022-06-02", "2022-06-03", "2022-09-19", "2023-05-08"]
)
def test_irregular_bank_holidays_are_known(day: str) -> None:
    assert date.fromisoformat(day) in bank_holidays(2031)


def test_days_that_moved_are_working_days() -> None:
    assert date(2020, 5, 4) not in bank_holidays(2031)


def test_council_closure_days_count_only_when_listed() -> None:
    question = "add(date '2025-12-23', '2 working days')"
    assert str(ask(question)) == "2025-12-29"
    assert str(ask(question, calendar={"closure_days": [date(2025, 12, 29)]})) == "2025-12-30"


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [("2024-01-31", "1 month", "2024-02-29"), ("2024-11-30", "3 months", "2025-02-28"), ("2024-03-01", "6 weeks", "2024-04-12")],
)
def test_months_clip_to_the_end_of_the_month(start: str, length: str, due: str) -> None:
    assert str(ask(f"add(date '{start}', '{length}')")) == due


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        ("2006-05-01", "2024-04-30", 17),
        ("2006-05-01", "2024-05-01", 18),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
    ],
)
def test_ages_are_completed_years(born: str, day: str, years: int) -> None:
    assert ask(f"age(date '{born}', date '{day}')") == years
