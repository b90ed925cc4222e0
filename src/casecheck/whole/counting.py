"""Counting what an extract holds on the day of the run: children, open cases, codes in use."""

from __future__ import annotations

from casecheck.engines.base import Engine
from casecheck.model import Table
from casecheck.sql_text import TODAY


def in_force(start: str = "start_date") -> str:
    """A condition: the row had begun by the day of the run, and had not ended. ``start`` says when it began, in SQL."""
    return f"{start} <= {TODAY} AND (end_date IS NULL OR end_date > {TODAY})"


def children(engine: Engine, table: Table) -> int:
    """How many different children a table is about."""
    found: int = engine.rows(f"SELECT count(DISTINCT {table.child}) FROM {table.table}")[0][0]
    return found


def open_now(engine: Engine, name: str) -> int | None:
    """How many protection plans, or periods of care, are in force; ``None`` for other tables."""
    kinds = {"plan": "plan_type = 'cp'", "care_period": "1 = 1"}
    if name not in kinds:
        return None
    found: int = engine.rows(f"SELECT count(*) FROM {name} WHERE {kinds[name]} AND {in_force()}")[0][0]
    return found


def open_children(engine: Engine) -> int:
    """How many children have a child in need or protection plan in force, or are looked after."""
    planned = f"SELECT person_id FROM plan WHERE plan_type IN ('cp', 'cin') AND {in_force()}"
    opened = f"{planned} UNION ALL SELECT person_id FROM care_period WHERE {in_force()}"
    found: int = engine.rows(f"SELECT count(DISTINCT person_id) FROM ({opened}) AS opened")[0][0]
    return found


def codes(engine: Engine, name: str, field: str) -> dict[str, int]:
    """How often each code of a field is used."""
    used = engine.rows(f"SELECT {field}, count(*) FROM {name} WHERE {field} IS NOT NULL GROUP BY 1 ORDER BY 1")
    return dict(used)
