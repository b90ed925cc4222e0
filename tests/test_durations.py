from __future__ import annotations

import pytest

from casecheck.durations import Duration


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
