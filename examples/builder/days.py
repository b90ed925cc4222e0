"""Days: the working days of England for the years that the examples cover, and steps between days.

Synthetic data needs its own calendar, so that it does not lean on the library that it tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

AS_OF = date(2026, 3, 31)
LAST = date(2026, 3, 30)
"""The last day on which anything is recorded: work of the day of the extract is not entered yet."""

_BANK_HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in [
        "2023-01-02",
        "2023-04-07",
        "2023-04-10",
        "2023-05-01",
        "2023-05-08",
        "2023-05-29",
        "2023-08-28",
        "2023-12-25",
        "2023-12-26",
        "2024-01-01",
        "2024-03-29",
        "2024-04-01",
        "2024-05-06",
        "2024-05-27",
        "2024-08-26",
        "2024-12-25",
        "2024-12-26",
        "2025-01-01",
        "2025-04-18",
        "2025-04-21",
        "2025-05-05",
        "2025-05-26",
        "2025-08-25",
        "2025-12-25",
        "2025-12-26",
        "2026-01-01",
        "2026-04-03",
        "2026-04-06",
        "2026-05-04",
        "2026-05-25",
    ]
)


def is_working(day: date) -> bool:
    """Neither a weekend nor a bank holiday (from 2023 on; earlier years have only weekends here)."""
    return day.weekday() < 5 and day not in _BANK_HOLIDAYS


def working(day: date) -> date:
    """The day itself, or the next working day."""
    while not is_working(day):
        day += timedelta(days=1)
    return day


def add_working(day: date, number: int) -> date:
    """The day so many working days later (or earlier, when negative); the day itself is day 0."""
    step = timedelta(days=1 if number >= 0 else -1)
    for _ in range(abs(number)):
        day += step
        while not is_working(day):
            day += step
    return day


def add_days(day: date, number: int) -> date:
    """The first working day at least so many days later."""
    return working(day + timedelta(days=number))


def walk(start: date, until: date, step: Callable[[date], date]) -> Iterator[date]:
    """Days after ``start`` by ``step``, as long as they are not after ``until`` and not in the future."""
    day = step(start)
    while day <= min(until, LAST):
        yield day
        day = step(day)


def age(born: date, day: date) -> int:
    """Completed years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
