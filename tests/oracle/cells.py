"""What a cell may hold, and what can be said of it: a value, nothing, or something that cannot be read.

Answers are ``True``, ``False`` or ``None``: it cannot be told, because a cell cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from tests.oracle.days import add_months

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Answer = bool | None

TBC = "tbc"
"""A cell that holds something which cannot be read as its type."""

PASS, FAIL, NOT_DUE, UNCLEAR, OUT = "pass", "fail", "not_due", "not_assessable", "out of scope"


def garbled(row: Row, *names: str) -> bool:
    return any(row[name] == TBC for name in names)


def known(value: Any) -> Any:
    """The value, or nothing where it cannot be read."""
    return None if value == TBC else value


def one_of(value: Any, *wanted: str) -> Answer:
    """Of a blank nothing is said, as of a cell that cannot be read."""
    return None if value in (None, TBC) else value in wanted


def every(*answers: Answer) -> Answer:
    """All of them: one that is surely false decides, else one that cannot be told."""
    return False if False in answers else None if None in answers else True


def earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)


def latest(*days: date | None) -> date | None:
    return max((day for day in days if day is not None), default=None)


def of_child(tables: Tables, name: str, row: Row) -> list[Row]:
    """Rows of another table about the same child. A row without a child belongs to nobody."""
    return [other for other in tables[name] if other["person_id"] is not None and other["person_id"] == row["person_id"]]


_NOBODY = {"date_of_birth": None, "expected_date_of_birth": None, "date_of_death": None}


def child_of(tables: Tables, row: Row) -> Row:
    return next(iter(of_child(tables, "person", row)), _NOBODY)


def is_born(child: Row, as_of: date) -> Answer:
    born = child["date_of_birth"]
    return None if born in (None, TBC) else born <= as_of


def unsaid(child: Row, doubt: bool) -> str:
    """Neither in scope nor out of it. A blank leaves a record out; a cell that cannot be read never does, nor does a child who is
    neither born nor expected."""
    never_dated = child["date_of_birth"] is None and known(child["expected_date_of_birth"]) is None
    return UNCLEAR if doubt or never_dated or garbled(child, "date_of_birth") else OUT


def eighteen(child: Row) -> date | None:
    born = known(child["date_of_birth"])
    return add_months(born, 18 * 12) if born else None


def takes_place(row: Row, field: str = "status") -> bool:
    """Blank means that it took place; what cannot be read might be a cancellation."""
    return row[field] in (None, "done")


def kept_up(begin: date, days: Iterable[date], stop: date, due: Callable[[date], date], doubt: bool, first: bool = True) -> str:
    """Never too long between two days, nor from the last to the stop. ``first``: the beginning itself is one of them."""
    points = sorted({*([begin] if first else []), *days})
    points = [point for point in points if begin <= point <= stop]
    late = any(later > due(point) for point, later in zip(points, [*points[1:], stop], strict=True)) if points else False
    if late:
        return UNCLEAR if doubt else FAIL
    return PASS if len(points) > 1 else NOT_DUE


def done_by(due: date, done: date | None, ended: date | None, as_of: date, doubt: bool = False) -> str:
    """Done on the day it was due or before; over when the duty ended before that."""
    if done is None and ended is not None and ended < due:
        return NOT_DUE
    if done is not None and done <= due:
        return PASS
    if (done or as_of) > due:
        return UNCLEAR if doubt else FAIL
    return NOT_DUE


def duty_ends(child: Row, *ends: date | None) -> date | None:
    """No duty to see or review a child outlives the child, or the eighteenth birthday."""
    return earliest(*map(known, ends), known(child["date_of_death"]), eighteen(child))
