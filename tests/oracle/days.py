"""Counting days, in a few lines that know nothing of casecheck's calendar table. The day of the trigger is day 0."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from casecheck.engines.calendar import bank_holidays

CLOSED = frozenset(bank_holidays(2033))


FIRST = date(1990, 1, 1)
"""Before it no working days are counted: a clock that starts earlier is outside the calendar."""


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in CLOSED


@cache
def add_working(day: date, number: int) -> date:
    while number:
        day += timedelta(days=1)
        number -= is_working(day)
    return day


def add_days(day: date, number: int) -> date:
    return day + timedelta(days=number)


def add_months(day: date, number: int) -> date:
    """The same day of a later month; the last day of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    for last in (day.day, 30, 29, 28):
        if last <= day.day:
            try:
                return date(year, month + 1, last)
            except ValueError:
                continue
    raise AssertionError(day)


ADD = {"working days": add_working, "days": add_days, "months": add_months}


def add(day: date, number: int, unit: str) -> date:
    return ADD[unit](day, number)


def latest_start(last: date, number: int, unit: str) -> date:
    """The latest day from which a limit ends no later than ``last``: a limit walked backwards."""
    day = last
    while add(day, number, unit) > last:
        day -= timedelta(days=1)
    return day
