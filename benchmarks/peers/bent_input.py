"""Inputs with a fault: a blank in some rows where a date, an answer or a kind should be, or a column that is not there."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

SHARE = 0.01
"""Of the rows that decide a verdict."""


@dataclass(frozen=True)
class Case:
    """One fault, and the question that cannot be answered without what is missing. ``where``: the rows that decide."""

    table: str
    column: str
    rule: str
    where: str = "true"
    missing: bool = False

    @property
    def words(self) -> str:
        """The fault in words."""
        return f"`{self.table}.{self.column}` " + ("is missing" if self.missing else f"is blank in {SHARE:.0%}")


_ON_PLAN = "plan_type = 'cp'"
_MIDDLE = "visit_type = 'cp' AND CAST(substr(visit_id, 2) AS BIGINT) % 10 = 4"
_ENDED = "status = 'complete'"

CASES = (
    Case("referral", "received_date", "ASM-001"),
    Case("assessment", "child_seen", "SEE-001", _ENDED),
    Case("plan", "start_date", "VIS-CP-001", _ON_PLAN),
    Case("visit", "visit_date", "VIS-CP-001", _MIDDLE),
    Case("visit", "child_seen", "VIS-CP-001", _MIDDLE),
    Case("assessment", "assessment_type", "ASM-001"),
    Case("plan", "plan_type", "VIS-CP-001", _ON_PLAN),
    Case("referral", "received_date", "ASM-001", missing=True),
    Case("assessment", "child_seen", "SEE-001", missing=True),
    Case("plan", "start_date", "VIS-CP-001", missing=True),
    Case("visit", "visit_date", "VIS-CP-001", missing=True),
    Case("plan", "plan_type", "VIS-CP-001", missing=True),
)


def bend(clean: Path, bent: Path, case: Case, seed: int) -> set[str]:
    """Copy an extract with one fault in it; returns the children whose records cannot be judged (all of them: none is named)."""
    shutil.copytree(clean, bent)
    source, target = clean / f"{case.table}.csv", bent / f"{case.table}.csv"
    hit = f"({case.where}) AND hash(person_id || '{seed}') % 10000 < {SHARE * 10000:.0f}"
    columns = (
        f"* EXCLUDE ({case.column})"
        if case.missing
        else f"* REPLACE (CASE WHEN NOT ({hit}) THEN {case.column} END AS {case.column})"
    )
    with duckdb.connect() as connection:
        rows = f"read_csv('{source}', all_varchar = true)"
        connection.execute(f"COPY (SELECT {columns} FROM {rows}) TO '{target}' (HEADER)")
        return {
            child for (child,) in connection.execute(f"SELECT person_id FROM {rows} WHERE {case.missing} OR ({hit})").fetchall()
        }
