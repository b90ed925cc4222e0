"""Caseload."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.oracle.alc import NOBODY, in_force, leads, sure
from tests.oracle.cells import FAIL, OUT, PASS, TBC, UNCLEAR, Row, Tables


def holds_cases(worker: Row, tables: Tables, as_of: date) -> list[Row]:
    """Allocations by which this worker has a child's case today."""
    return [
        row
        for row in tables["allocation"]
        if row["worker_id"] == worker["worker_id"] and row["holder_type"] in (None, "worker", TBC) and in_force(row, as_of)
    ]


def cas_001(worker: Row, tables: Tables, as_of: date) -> str:
    """18 children for each full-time worker. Hours that are not recorded count as full time; with none, none."""
    held = holds_cases(worker, tables, as_of)
    if not any(row["end_date"] != TBC for row in held) or (worker["worker_name"] or worker["worker_id"]).lower() in NOBODY:
        return OUT
    if worker["fte"] == TBC:
        return UNCLEAR
    allowed = 18 * (1 if worker["fte"] is None else Fraction(str(worker["fte"])))
    most = [row for row in held if leads(row) and row["person_id"] is not None]
    if len({row["person_id"] for row in most if sure(row)}) > allowed:
        return FAIL
    return UNCLEAR if len({row["person_id"] for row in most}) > allowed else PASS
