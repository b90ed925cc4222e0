"""Tables of the model in an engine: every one has the fields of its spec, the place of its row, and the marks beside it."""

from __future__ import annotations

from collections.abc import Iterable

from casecheck.engines.base import Engine
from casecheck.model import Model, Table

TYPES = {"date": "DATE", "datetime": "TIMESTAMP", "integer": "INTEGER", "decimal": "DOUBLE"}
PROVENANCE = {
    "_row": "BIGINT",
    "_source": "INTEGER",
    "_record": "INTEGER",
    "_unreadable": "VARCHAR",
    "_unknown": "VARCHAR",
    "_conflict": "VARCHAR",
}


def sql_type(kind: str) -> str:
    """The SQL type of a model field's type; ids, codes and flags are text."""
    return TYPES.get(kind, "VARCHAR")


def columns_of(table: Table) -> dict[str, str]:
    """Every column of a table of the model with its SQL type."""
    return {**{name: sql_type(field.type) for name, field in table.fields.items()}, **PROVENANCE}


def empty(columns: dict[str, str]) -> str:
    """A query with these columns and no rows."""
    written = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in columns.items())
    return f"SELECT {written} WHERE 1 = 0"


def create_missing(engine: Engine, model: Model, present: Iterable[str]) -> None:
    """Empty tables for what the source does not hold, so that every question can at least be parsed."""
    for name in sorted(set(model.tables) - set(present)):
        engine.create(name, empty(columns_of(model.tables[name])))
