"""What one look at a table of the model tells of it as a whole: how many rows, how many cells are filled, the newest date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from casecheck.engines.base import Engine
from casecheck.model import Table, load_model
from casecheck.sql_text import AS_OF


@dataclass(frozen=True)
class TableFigures:
    """``filled`` counts cells that hold something readable, ``unmapped`` cells of coded fields with a word of no code.

    ``latest`` is the newest date that is not after the day of the run.
    """

    rows: int
    filled: dict[str, int]
    unmapped: dict[str, int]
    latest: date | None

    @property
    def blank(self) -> frozenset[str]:
        """Fields that are there and hold nothing that can be read, in any row."""
        return frozenset(field for field, filled in self.filled.items() if not filled)


def count_table(engine: Engine, name: str, there: frozenset[str]) -> TableFigures:
    """Count a table's cells, in one scan."""
    table = load_model().tables[name]
    fields = sorted(there)
    coded, dated = list(_of(table, fields, "code", "flag")), list(_of(table, fields, "date", "datetime"))
    asked = [
        "count(*)",
        *(f"count({field})" for field in fields),
        *(f"count(*) FILTER (WHERE _unreadable LIKE '%|{field}|%')" for field in coded),
        *(f"max({field}) FILTER (WHERE CAST({field} AS DATE) <= DATE '{AS_OF}')" for field in dated),
    ]
    rows, *told = engine.rows(f"SELECT {', '.join(asked)} FROM {name}")[0]
    counts, newest = told[: len(fields) + len(coded)], told[len(fields) + len(coded) :]
    return TableFigures(
        rows, dict(zip(fields, counts, strict=False)), dict(zip(coded, counts[len(fields) :], strict=True)), _latest(newest)
    )


def _of(table: Table, fields: list[str], *kinds: str) -> Iterator[str]:
    return (field for field in fields if table.fields[field].type in kinds)


def _latest(found: list[Any]) -> date | None:
    days = [day.date() if isinstance(day, datetime) else day for day in found if day is not None]
    return max(days, default=None)
