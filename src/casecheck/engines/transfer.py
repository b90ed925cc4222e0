"""Small tables of Python values as Arrow, and plain text files read for an engine that cannot reach them itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from casecheck.engines.duckdb import DuckDBEngine
from casecheck.sql_text import Columns

_ARROW = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "DOUBLE": pa.float64(),
    "TINYINT": pa.int32(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
}


def as_arrow(table: pa.Table | Columns) -> pa.Table:
    """A table as Arrow, whatever it came as."""
    if isinstance(table, pa.Table):
        return table
    return pa.table({name: pa.array(_listed(values), _ARROW[kind]) for name, (kind, values) in table.items()})


def _listed(values: Sequence[object]) -> list[object]:
    return list(values)


def numbered(table: pa.Table) -> pa.Table:
    """The same rows with their number, from nought, in ``rowid``."""
    return table.append_column("rowid", pa.array(range(table.num_rows), pa.int64()))


def read_csv(path: Path, delimiter: str, width: int, skip: int, longest: int, columns: str, as_of: date) -> pa.Table | None:
    """A plain text file as Arrow, by DuckDB's parallel reader; ``None`` when it finds something wrong with it."""
    reader = DuckDBEngine(as_of)
    try:
        if not reader.load_csv("loaded", path, delimiter, width, skip, longest, columns):
            return None
        return reader.arrow("SELECT * FROM loaded")
    finally:
        reader.close()
