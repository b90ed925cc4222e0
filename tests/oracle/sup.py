"""Supervision of workers."""

from __future__ import annotations

from datetime import date, timedelta

from tests.oracle.alc import NOBODY
from tests.oracle.cas import holds_cases
from tests.oracle.cells import OUT, TBC, UNCLEAR, Row, Tables, garbled, kept_up, known, takes_place
from tests.oracle.days import add_days


def sup_001(worker: Row, tables: Tables, as_of: date) -> str:
    """Individual sessions at most 28 days apart, in the last year, since the worker began (or, else, has had a case)."""
    held = [row for row in holds_cases(worker, tables, as_of) if row["end_date"] != TBC]
    left = worker["end_date"]
    gone = left is not None and left != TBC and left <= as_of
    if not held or gone or (worker["worker_name"] or worker["worker_id"]).lower() in NOBODY:
        return OUT
    if garbled(worker, "start_date", "end_date"):
        return UNCLEAR
    since = min((day for row in held if (day := known(row["start_date"]))), default=None)
    begin = max(worker["start_date"] or since or date.min, as_of - timedelta(days=365))
    own = [row for row in tables["supervision"] if row["worker_id"] == worker["worker_id"]]
    days = [
        row["supervision_date"] for row in own if row["person_id"] is None and takes_place(row) and known(row["supervision_date"])
    ]
    doubt = any(garbled(row, "supervision_date", "status") for row in own)
    return kept_up(begin, days, as_of, lambda day: add_days(day, 28), doubt)
