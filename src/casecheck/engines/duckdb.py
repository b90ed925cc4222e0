"""The embedded engine: an in-memory DuckDB that holds the model's tables for one run."""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from casecheck.engines.base import STAGING, Answer, Engine, Item
from casecheck.sql_text import AS_OF, Columns, identifier, literal

EMBEDDED = "duckdb"
"""The engine that needs nothing else."""
_WORKERS = 4
_SMALL = 32_000_000


class DuckDBEngine:
    """Holds the tables, answers questions. ``as_of`` is the day that the questions are about."""

    name = EMBEDDED
    together = 1

    def __init__(self, as_of: date, parent: DuckDBEngine | None = None) -> None:
        self.as_of = as_of
        if parent is None:
            self.connection = duckdb.connect(config={"autoinstall_known_extensions": False})
            self.connection.execute("SET python_enable_replacements = false")
            self.connection.execute("SET enable_progress_bar = false")
        else:
            self.connection = parent.connection.cursor()

    def map(self, work: Callable[[Engine, Item], Answer], items: Iterable[Item]) -> list[Answer]:
        """Do the same work on each item, side by side: planning a question keeps one core busy, so two do twice as many.

        Each hand is a cursor, whose temporary tables are its own.
        """
        several = list(items)
        if len(several) < 2:
            return [work(self, item) for item in several]
        workers = min(_WORKERS, os.cpu_count() or 1, len(several))
        forks = [DuckDBEngine(self.as_of, self) for _ in range(workers)]
        hands: queue.SimpleQueue[DuckDBEngine] = queue.SimpleQueue()
        for fork in forks:
            hands.put(fork)

        def one(item: Item) -> Answer:
            hand = hands.get()
            try:
                return work(hand, item)
            finally:
                hands.put(hand)

        try:
            with ThreadPoolExecutor(workers) as pool:
                return list(pool.map(one, several))
        finally:
            for fork in forks:
                fork.close()

    def _dated(self, sql: str) -> str:
        return sql.replace(AS_OF, self.as_of.isoformat())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer as Python rows."""
        return self.connection.execute(self._dated(sql)).fetchall()

    def arrow(self, sql: str) -> pa.Table:
        """The answer as an Arrow table."""
        return self.connection.sql(self._dated(sql)).to_arrow_table()

    def load(self, name: str, table: pa.Table | Columns, columns: str = "*") -> None:
        """A new table; ``columns`` chooses and renames. Python values spare Arrow's import of pandas on a small extract."""
        if not isinstance(table, pa.Table):
            unnested = ", ".join(f"unnest(${column}::{kind}[]) AS {column}" for column, (kind, _) in table.items())
            values = {column: list(rows) for column, (_, rows) in table.items()}
            self.connection.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM (SELECT {unnested})", values)
            return
        self.connection.register("arriving", table)
        try:
            self.connection.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM arriving")
        finally:
            self.connection.unregister("arriving")

    def load_csv(self, name: str, path: Path, delimiter: str, width: int, skip: int, longest: int, columns: str) -> bool:
        """A new table from a plain UTF-8 file, read in parallel; false when DuckDB finds something wrong with it."""
        types = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
        try:
            self.connection.execute(
                f"CREATE TABLE {name} AS SELECT {columns} FROM read_csv({literal(str(path))}, columns = {{{types}}}, "
                f"delim = '{delimiter}', quote = '\"', escape = '\"', header = false, skip = {skip}, "
                f"auto_detect = false, strict_mode = true, null_padding = false, max_line_size = {longest})"
            )
        except duckdb.Error:
            return False
        return True

    def place(self, name: str, relation: Any, columns: Mapping[str, str], order: Sequence[str]) -> None:
        """A new table of text from a relation of this database."""
        texts = ", ".join(f"CAST({identifier(own)} AS VARCHAR) AS {identifier(column)}" for column, own in columns.items())
        ordered = ", ".join(map(identifier, order or columns.values()))
        self.create(name, f"SELECT {texts} FROM {relation} ORDER BY {ordered}")

    def create(self, name: str, sql: str) -> None:
        """Keep an answer as a table."""
        self.connection.execute(f"CREATE TABLE {name} AS {self._dated(sql)}")

    def view(self, name: str, sql: str) -> None:
        """A name for a query."""
        self.connection.execute(f"CREATE VIEW {name} AS {self._dated(sql)}")

    def scratch(self, name: str, sql: str) -> None:
        """A table of this cursor alone, in place of an earlier one."""
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {self._dated(sql)}")

    def append(self, name: str, sql: str) -> None:
        """Add an answer to a table."""
        self.connection.execute(f"INSERT INTO {name} {self._dated(sql)}")

    def drop(self, name: str) -> None:
        """Let go of a table, if it is there."""
        self.connection.execute(f"DROP TABLE IF EXISTS {name}")

    def suit(self, size: int) -> None:
        """Small extracts (in bytes) are read faster by one thread a question; the questions themselves run side by side."""
        if size < _SMALL:
            self.connection.execute("SET threads = 1")

    def lock(self) -> None:
        """From here on no file, network or setting can be reached from SQL."""
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")

    def drop_staging(self) -> None:
        """Let go of the text as it was read, once the model's tables are built."""
        found = self.rows("SELECT table_name, table_type FROM information_schema.tables ORDER BY table_type DESC, table_name")
        for name, kind in found:
            if name.startswith(STAGING):
                self.connection.execute(f'DROP {"VIEW" if kind == "VIEW" else "TABLE"} IF EXISTS "{name}"')

    def close(self) -> None:
        """Let go of everything."""
        self.connection.close()
