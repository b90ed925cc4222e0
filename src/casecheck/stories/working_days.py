"""Steps between days. Working days are those of the rules: no weekends, no bank holidays of England."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache

from casecheck.engines.calendar import FIRST_DAY, bank_holidays

_LAST_YEAR = 2045


@cache
def _working() -> list[date]:
    closed = set(bank_holidays(_LAST_YEAR))
    number = (date(_LAST_YEAR, 12, 31) - FIRST_DAY).days
    days = (FIRST_DAY + timedelta(days=place) for place in range(number))
    return [day for day in days if day.weekday() < 5 and day not in closed]


def working(day: date) -> date:
    """The day itself, or the next working day."""
    return _working()[bisect_left(_working(), day)]


def add_working(day: date, number: int) -> date:
    """The day so many working days later (or earlier, when negative); the day itself is day 0."""
    if number > 0:
        return _working()[bisect_right(_working(), day) + number - 1]
    return _working()[bisect_left(_working(), day) + number] if number else day


def add_days(day: date, number: int) -> date:
    """The first working day at least so many days later."""
    return working(day + timedelta(days=number))


def add_years(day: date, number: int) -> date:
    """The same day of another year; 29 February becomes 1 March where there is none."""
    try:
        return day.replace(year=day.year + number)
    except ValueError:
        return date(day.year + number, 3, 1)


def age(born: date, day: date) -> int:
    """Completed years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def walk(start: date, until: date, step: Callable[[date], date]) -> Iterator[date]:
    """Days after ``start`` by ``step``, as long as they are not after ``until``."""
    day = step(start)
    while day <= until:
        yield day
        day = step(day)
