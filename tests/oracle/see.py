"""Children who go unseen."""

from __future__ import annotations

from datetime import date

from tests.oracle.alc import SOCIAL_WORKERS
from tests.oracle.cells import (
    FAIL,
    NOT_DUE,
    OUT,
    PASS,
    TBC,
    UNCLEAR,
    Answer,
    Row,
    Tables,
    child_of,
    every,
    garbled,
    is_born,
    known,
    of_child,
    one_of,
    takes_place,
    unsaid,
)  # fmt: skip
from tests.oracle.days import add_days
from tests.oracle.vis import over


def see_007(plan: Row, tables: Tables, as_of: date) -> str:
    """28 days unseen by a social worker, or 42 by anybody, on an open protection plan."""
    child = child_of(tables, plan)
    asked = every(one_of(plan["plan_type"], "cp"), is_born(child, as_of), open_or_undated(plan, as_of), not over(child, as_of))
    if not asked:
        doubt = garbled(plan, "plan_type", "start_date", "end_date") or garbled(child, "date_of_death")
        return OUT if asked is False else unsaid(child, doubt)
    if plan["start_date"] is None or garbled(child, "date_of_death"):
        return UNCLEAR
    begin = max(plan["start_date"], child["date_of_birth"])
    visits = [
        row
        for row in of_child(tables, "visit", plan)
        if row["child_seen"] == "Y" and takes_place(row) and row["visit_type"] != TBC
    ]
    seen = [row for row in visits if known(row["visit_date"]) and begin <= row["visit_date"] <= as_of]
    anybody = max((row["visit_date"] for row in seen), default=begin)
    worker = [row["visit_date"] for row in seen if by_social_worker(row, tables)]
    if as_of <= add_days(max(worker, default=begin), 28) and as_of <= add_days(anybody, 42):
        return PASS if worker else NOT_DUE
    doubt = any(garbled(row, "visit_date", "visit_type", "child_seen", "status") for row in of_child(tables, "visit", plan))
    return UNCLEAR if doubt else FAIL


def open_or_undated(plan: Row, as_of: date) -> Answer:
    begin, end = plan["start_date"], plan["end_date"]
    began = None if begin == TBC else begin is None or begin <= as_of
    return every(began, None if end == TBC else end is None or end > as_of)


def by_social_worker(visit: Row, tables: Tables) -> bool:
    """Not a reviewing officer's visit, nor one of a worker whose role is known to be another."""
    if visit["visit_type"] == "iro":
        return False
    worker = next((row for row in tables["worker"] if row["worker_id"] == visit["worker_id"]), None)
    return worker is None or worker["role"] is None or worker["role"].lower() in SOCIAL_WORKERS
