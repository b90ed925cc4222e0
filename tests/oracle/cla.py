"""Reviews of looked-after children."""

from __future__ import annotations

from datetime import date

from tests.oracle.cells import OUT, UNCLEAR, Row, Tables, child_of, done_by, duty_ends, earliest, garbled, kept_up, known
from tests.oracle.cpp import review_unread, reviews
from tests.oracle.days import add_months, add_working
from tests.oracle.vis import only_short_breaks


def cla_001(period: Row, tables: Tables, as_of: date) -> str:
    begin, child = period["start_date"], child_of(tables, period)
    if only_short_breaks(period, tables) or (known(begin) and begin < date(2011, 4, 1)):
        return OUT
    if begin is None or garbled(period, "start_date", "end_date") or garbled(child, "date_of_birth", "date_of_death"):
        return UNCLEAR
    ended = duty_ends(child, period["end_date"])
    held = earliest(*(day for day in reviews(tables, period, "care") if begin <= day <= min(ended or as_of, as_of)))
    return done_by(add_working(begin, 20), held, ended, as_of, review_unread(tables, period))


def cla_002(period: Row, tables: Tables, as_of: date) -> str:
    begin, child = period["start_date"], child_of(tables, period)
    if only_short_breaks(period, tables):
        return OUT
    if begin is None or garbled(period, "start_date", "end_date") or garbled(child, "date_of_birth", "date_of_death"):
        return UNCLEAR
    stop = earliest(duty_ends(child, period["end_date"]), as_of) or as_of
    held = sorted(day for day in reviews(tables, period, "care") if begin <= day <= stop)
    first = held[0] if held else begin
    return kept_up(
        begin, held, stop, lambda day: add_months(day, 3 if day == first else 6), review_unread(tables, period), first=False
    )
