from __future__ import annotations

from datetime import date

import pytest

from casecheck.profiles.cells import read_date, read_decimal, read_integer

AS_OF = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("text", "value", "done"),
    [
        ("2024-01-05", date(2024, 1, 5), "ok"),
        ("2024-01-05 00:00:00", date(2024, 1, 5), "ok"),
        ("2024-01-05T10:15:00Z", date(2024, 1, 5), "ok"),
        ("05/01/2024", date(2024, 1, 5), "ok"),
        ("5/1/2024 10:15", date(2024, 1, 5), "ok"),
        ("05.01.2024", date(2024, 1, 5), "ok"),
        ("20-Jun-2015", date(2015, 6, 20), "ok"),
        ("20-JUN-15", date(2015, 6, 20), "two-digit year"),
        ("45321", date(2024, 1, 30), "serial number"),
        ("1900-01-01", None, "placeholder"),
        ("31/12/9999", None, "placeholder"),
        ("", None, "blank"),
        (" n/a ", None, "blank"),
        ("31/02/2024", None, "unreadable"),
        ("01/25/2024", None, "unreadable"),
        ("tbc", None, "unreadable"),
        ("epoch", None, "unreadable"),
        ("infinity", None, "unreadable"),
        ("05/01/0024", None, "unreadable"),
        ("zz/06/2015", None, "unreadable"),
    ],
)
def test_dates_are_read_in_the_declared_order_and_never_guessed(text: str, value: date | None, done: str) -> None:
    assert read_date(text, "DMY", AS_OF) == (value, done)


def test_the_order_of_day_and_month_is_the_policy_s() -> None:
    assert read_date("01/02/2024", "DMY", AS_OF)[0] == date(2024, 2, 1)
    assert read_date("01/02/2024", "MDY", AS_OF)[0] == date(2024, 1, 2)


@pytest.mark.parametrize(
    ("text", "birth", "value"),
    [
        ("20-Jun-26", True, date(1926, 6, 20)),
        ("20-Jun-26", False, date(2026, 6, 20)),
        ("20-Jun-15", True, date(2015, 6, 20)),
        ("20-Jun-60", False, None),
    ],
)
def test_two_digit_years_take_the_century_that_makes_sense(text: str, birth: bool, value: date | None) -> None:
    assert read_date(text, "DMY", AS_OF, birth=birth)[0] == value


@pytest.mark.parametrize(
    ("text", "value", "done"),
    [("1,204", 1204, "ok"), ("3.0", 3, "ok"), ("3.5", None, "unreadable"), ("-", None, "blank"), ("<1", None, "unreadable")],
)
def test_whole_numbers(text: str, value: int | None, done: str) -> None:
    assert read_integer(text) == (value, done)


def test_decimals() -> None:
    assert read_decimal("0.8") == (0.8, "ok")
    assert read_decimal("nan") == (None, "blank")
    assert read_decimal("1e400") == (None, "unreadable")
