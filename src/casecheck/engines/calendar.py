"""Working days: which days are closed. The engine keeps one table with a running number, so that a deadline is a lookup.

A working day is not a Saturday, a Sunday or an England bank holiday (``holidays`` package, GB-ENG). Council closure days
are working days in law; they count as closed only when the policy lists them.
"""

from __future__ import annotations

from datetime import date
from importlib.metadata import version

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


def closed_days(closure_days: tuple[date, ...], as_of_year: int) -> tuple[date, list[date]]:
    """The calendar's last day, and every day that is closed though it may be a weekday."""
    last = date(as_of_year + _YEARS_AHEAD, 12, 31)
    return last, sorted({*bank_holidays(last.year), *closure_days})
