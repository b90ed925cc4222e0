"""Working days: one table in the engine with a running number for each, so that a deadline is a lookup.

A working day is not a Saturday, a Sunday or an England bank holiday (``holidays`` package, GB-ENG). Council closure days
are working days in law; they count as closed only when the policy lists them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import version

from pydantic import BaseModel

from casecheck.cache import Cached
from casecheck.durations import Duration
from casecheck.engines.base import Engine
from casecheck.policy import NOT_ASKED, Policy, VisitInterval
from casecheck.sql_text import Columns, literal

FIRST_DAY = date(1990, 1, 1)
"""A Monday."""
_YEARS_AHEAD = 5


class BankHolidays(BaseModel):
    """England's bank holidays between two years."""

    days: tuple[date, ...]


def bank_holidays(last_year: int) -> tuple[date, ...]:
    """England's bank holidays from 1990 to the end of ``last_year``; kept in the store, for the package loads slowly."""
    key = {"holidays": _installed(), "last_year": str(last_year)}
    return Cached("bank_holidays", BankHolidays, key).load(_build).days


@cache
def _installed() -> str:
    return version("holidays")


def _build(key: dict[str, str]) -> BankHolidays:
    import holidays

    years = range(FIRST_DAY.year, int(key["last_year"]) + 1)
    return BankHolidays(days=tuple(sorted(holidays.country_holidays("GB", subdiv="ENG", years=years))))


@dataclass(frozen=True)
class CalendarParts:
    """What the calendar is made of: two small tables, and queries over them, each over those before it."""

    tables: dict[str, Columns]
    queries: dict[str, str]


def create_calendar(engine: Engine, policy: Policy) -> None:
    """The calendar, and the visit matrix of the policy with its deadlines for every day."""
    parts = calendar_parts(engine.as_of, policy)
    for name, columns in parts.tables.items():
        engine.load(name, columns)
    for name, query in parts.queries.items():
        keep = engine.view if name == "visit_due" else engine.create
        keep(name, query)


def calendar_parts(as_of: date, policy: Policy) -> CalendarParts:
    """The calendar from 1990 to five years after a day."""
    last = date(as_of.year + _YEARS_AHEAD, 12, 31)
    closed = sorted({*bank_holidays(last.year), *policy.calendar.closure_days})
    steps = math.isqrt((last - FIRST_DAY).days) + 1
    return CalendarParts(
        tables={
            "closed_day": {"day": ("DATE", closed)},
            "calendar_step": {"n": ("INTEGER", range(steps))},
            "visit_interval": _matrix(policy.visits.intervals),
        },
        queries={
            "calendar": _CALENDAR.format(steps=steps, first=literal(FIRST_DAY), last=literal(last)),
            "workday": "SELECT wd, min(day) AS day FROM calendar WHERE wd > 0 GROUP BY wd",
            "visit_due": " UNION ALL ".join(
                _due(place, row, policy) for place, row in enumerate(policy.visits.intervals) if row.every != NOT_ASKED
            ),
        },
    )


_CALENDAR = """
    SELECT day, CAST(sum(working) OVER (ORDER BY day) AS INTEGER) AS wd FROM (
      SELECT days.day, CASE WHEN days.n % 7 > 4 OR closed_day.day IS NOT NULL THEN 0 ELSE 1 END AS working
      FROM (
        SELECT a.n * {steps} + b.n AS n, CAST({first} + (a.n * {steps} + b.n) AS DATE) AS day
        FROM calendar_step AS a CROSS JOIN calendar_step AS b
      ) AS days
      LEFT JOIN closed_day ON closed_day.day = days.day
      WHERE days.day <= {last}
    ) AS worked
"""


def _matrix(rows: Sequence[VisitInterval]) -> Columns:
    """The visit matrix, a row for each code. Of the rows that fit a child, the one with the lowest ``place`` applies."""
    flat = [
        (place, row.plan, row.risk.lower(), placement, status, row.every, row.seen_by, _said(row, placement, status))
        for place, row in enumerate(rows)
        for placement in row.placement or ("any",)
        for status in row.legal_status or ("any",)
    ]
    columns = ("place", "plan_type", "risk", "placement", "legal_status", "every", "seen_by", "said")
    kinds = ("INTEGER", *["VARCHAR"] * (len(columns) - 1))
    return {name: (kind, list(cells)) for name, kind, cells in zip(columns, kinds, zip(*flat, strict=True), strict=True)}


def _said(row: VisitInterval, placement: str, status: str) -> str:
    """Which children a row is for, and by whom they are to be seen, as a message says it."""
    named = [f"{what} {code}" for what, code in (("placement", placement), ("legal status", status)) if code != "any"]
    by = [f"by a {row.seen_by}"] if row.seen_by != "anyone" else []
    return ", ".join([f"risk level {row.risk.lower()}", *named, *by])


def _due(place: int, row: VisitInterval, policy: Policy) -> str:
    """One row of the visit matrix: for a visit on each day of the calendar, the last day on which the next is in time."""
    every = Duration.parse(row.every)
    counted = every.less_a_day() if policy.visits.day_convention == "inclusive" else every
    if counted.unit == "working day":
        joined = f"LEFT JOIN workday AS w ON w.wd = c.wd + {counted.number}"
        return f"SELECT {place} AS place, c.day, w.day AS due FROM calendar AS c {joined}"
    unit = "DAY" if counted.unit == "day" else "MONTH"
    return f"SELECT {place} AS place, c.day, CAST(c.day + INTERVAL '{counted.number}' {unit} AS DATE) AS due FROM calendar AS c"
