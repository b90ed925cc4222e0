from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecheck.durations import Duration
from casecheck.engines.calendar import bank_holidays


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("10 working days", 10, "working day"),
        ("1 working day", 1, "working day"),
        ("42 days", 42, "day"),
        ("6 weeks", 42, "day"),
        ("3 months", 3, "month"),
        ("2 Years", 24, "month"),
    ],
)
def test_lengths_of_time_are_read_as_guidance_writes_them(text: str, number: int, unit: str) -> None:
    assert Duration.parse(text) == Duration(number, unit)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["ten days", "10", "10 fortnights", "-1 days", "1.5 weeks", ""])
def test_what_is_not_a_length_of_time_is_refused_with_advice(text: str) -> None:
    with pytest.raises(ValueError, match="write for example"):
        Duration.parse(text)


def test_the_inclusive_convention_counts_the_trigger_as_day_one() -> None:
    assert Duration(10, "working day").less_a_day() == Duration(9, "working day")
    assert Duration(3, "month").less_a_day() == Duration(3, "month")


def test_words_agree_in_number() -> None:
    assert [str(Duration(number, "working day")) for number in (1, 2)] == ["1 working day", "2 working days"]


@pytest.mark.parametrize(
    ("given", "said"), [("6 weeks", "6 weeks"), ("1 Weeks", "1 week"), ("2 years", "2 years"), ("42 days", "42 days")]
)
def test_a_length_is_said_in_the_unit_in_which_it_was_given(given: str, said: str) -> None:
    assert str(Duration.parse(given)) == said


def test_a_length_that_was_changed_is_said_in_the_unit_that_is_counted() -> None:
    assert str(Duration.parse("6 weeks").less_a_day()) == "41 days"


@pytest.mark.parametrize(
    ("new", "old", "longer"),
    [
        ("91 days", "3 months", True),
        ("13 weeks", "3 months", True),
        ("89 days", "3 months", False),
        ("4 months", "3 months", True),
        ("26 weeks", "6 months", True),
        ("6 weeks", "42 days", False),
        ("43 days", "6 weeks", True),
        ("5 working days", "7 days", True),
        ("7 days", "5 working days", True),
        ("5 days", "5 working days", False),
        ("12 months", "1 year", False),
    ],
)
def test_a_limit_that_is_longer_from_one_day_of_the_year_can_exceed_another(new: str, old: str, longer: bool) -> None:
    assert Duration.parse(new).can_exceed(Duration.parse(old)) is longer


@given(number=st.integers(0, 40), start=st.dates(date(2000, 1, 1), date(2030, 12, 31)))
def test_no_month_is_outside_its_span(number: int, start: date) -> None:
    years, month = divmod(start.month - 1 + number, 12)
    year, month = start.year + years, month + 1
    end = date(year, month, min(start.day, monthrange(year, month)[1]))
    fewest, most = Duration(number, "month").span
    assert fewest <= (end - start).days <= most


@given(number=st.integers(0, 80), start=st.dates(date(2010, 1, 1), date(2028, 12, 31)))
def test_no_working_day_is_outside_its_span(number: int, start: date) -> None:
    closed = set(bank_holidays(2031))
    end, left = start, number
    while left:
        end += timedelta(days=1)
        left -= end.weekday() < 5 and end not in closed
    fewest, most = Duration(number, "working day").span
    assert fewest <= (end - start).days <= most
