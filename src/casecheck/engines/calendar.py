"""Working days: one table with a running number, so that a deadline is a lookup.

A working day is not a Saturday, a Sunday or an England bank holiday (``holidays`` package, GB-ENG). Council closure days
are working days in law; they count as closed only when the policy lists them.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from importlib.metadata import version

import pyarrow as pa
from pydantic import BaseModel

from casecheck.cache import Cached

FIRST_DAY = date(1990, 1, 1)
_YEARS_AHEAD = 5


class BankHolidays(BaseModel):
    """England's bank holidays between two years."""

    days: tuple[date, ...]


def bank_holidays(last_year: int) -> tuple[date, ...]:
    """England's bank holidays from 1990 to the end of ``last_year``; kept in the store, for the package loads slowly."""
    key = {"holidays": version("holidays"), "last_year": str(last_year)}
    return Cached("bank_holidays", BankHolidays, key).load(_build).days


def _build(key: dict[str, str]) -> BankHolidays:
    import holidays

    years = range(FIRST_DAY.year, int(key["last_year"]) + 1)
    return BankHolidays(days=tuple(sorted(holidays.country_holidays("GB", subdiv="ENG", years=years))))


@cache
def calendar_table(closure_days: tuple[date, ...], as_of_year: int) -> pa.Table:
    """``day`` and ``wd``: how many working days there were up to and including that day, since 1990."""
    last = date(as_of_year + _YEARS_AHEAD, 12, 31)
    closed = {*bank_holidays(last.year), *closure_days}
    days = [FIRST_DAY + timedelta(days=step) for step in range((last - FIRST_DAY).days + 1)]
    numbers, number = [], 0
    for day in days:
        number += day.weekday() < 5 and day not in closed
        numbers.append(number)
    return pa.table({"day": pa.array(days, pa.date32()), "wd": pa.array(numbers, pa.int32())})
