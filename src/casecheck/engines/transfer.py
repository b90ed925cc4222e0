"""Small tables of Python values as Arrow, and plain text files read for an engine that cannot reach them itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from casecheck.engines.duckdb import DuckDBEngine
from casecheck.errors import InputError
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
    return pa.table({name: pa.array(list(values), _ARROW[kind]) for name, (kind, values) in table.items()})


def numbered(table: pa.Table) -> pa.Table:
    """The same rows with their number, from nought, in ``rowid``."""
    return table.append_column("rowid", pa.array(range(table.num_rows), pa.int64()))


def write_partitions(pieces: Iterable[pa.RecordBatch], schema: pa.Schema, path: str, by: Sequence[str]) -> None:
    """Parquet files in a new folder, below it one folder for each value: ``rule_id=VIS-CP-001/part-0.parquet``.

    They are made beside it and moved when all are there. Raises :class:`InputError` when the folder is already there.
    """
    from pyarrow import dataset

    folder = Path(path)
    if folder.exists():
        raise InputError(f"{path} is already there", "name a folder that is not there yet")
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
        layout = dataset.partitioning(pa.schema([schema.field(name) for name in by]), flavor="hive")
        dataset.write_dataset(
            pieces, beside, schema=schema, format="parquet", partitioning=layout, basename_template="part-{i}.parquet",
            existing_data_behavior="overwrite_or_ignore",
        )  # fmt: skip
        Path(beside).rename(folder)
        Path(beside).mkdir()


def read_csv(path: Path, delimiter: str, width: int, skip: int, longest: int, columns: str, as_of: date) -> pa.Table | None:
    """A plain text file as Arrow, by DuckDB's parallel reader; ``None`` when it finds something wrong with it."""
    reader = DuckDBEngine(as_of)
    try:
        if not reader.load_csv("loaded", path, delimiter, width, skip, longest, columns):
            return None
        return reader.arrow("SELECT * FROM loaded")
    finally:
        reader.close()
