"""The embedded engine: an in-memory DuckDB that holds the model's tables for one run.

What does not fit into its share of the memory, tables as well as work in hand, goes to files in a folder of the run's own.
"""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from casecheck.engines.base import STAGING, Answer, Engine, Item
from casecheck.engines.spilling import MemoryLimitError, Room, Spill, bytes_of
from casecheck.sql_text import AS_OF, Columns, identifier, literal

EMBEDDED = "duckdb"
"""The engine that needs nothing else."""
_WORKERS = 4
_SMALL = 32_000_000
_GROWN = 16
"""Bytes of memory that a byte of the source may take: in tables twelve times as much, and the rest for work on them."""
_BATCH = 20_000
_PATIENCE = 0.1
_ALONE: dict[str, Any] = {"autoinstall_known_extensions": False, "temp_directory": ""}


class DuckDBEngine:
    """Holds the tables, answers questions. ``as_of`` is the day that the questions are about.

    Without a ``room`` nothing is ever written to a disk, and the memory is DuckDB's own share of the machine's.
    """

    name = EMBEDDED
    together = 1
    distributed = False

    def __init__(self, as_of: date, parent: DuckDBEngine | None = None, room: Room | None = None) -> None:
        self.as_of = as_of
        self._workers = min(_WORKERS, os.cpu_count() or 1)
        self._spill: Spill | None = None
        self._compressed = False
        self.connection: duckdb.DuckDBPyConnection
        if parent is not None:
            self.connection = parent.connection.cursor()
            return
        given = dict(_ALONE)
        if room is not None:
            self._spill = Spill(room.folder)
            given |= {"memory_limit": room.setting, "temp_directory": str(self._spill.path)}
        self.connection = duckdb.connect(config=given)
        self.connection.execute("SET python_enable_replacements = false")
        with suppress(duckdb.InvalidInputException):  # a notebook without ipywidgets: it is off, and nobody may say so
            self.connection.execute("SET enable_progress_bar = false")

    def write(self, sql: str, path: str, by: Sequence[str]) -> None:
        """Write an answer as Parquet files below a new folder, piece by piece."""
        from casecheck.engines.transfer import write_partitions

        reader = self.connection.sql(self._dated(sql)).to_arrow_reader(_BATCH)
        write_partitions(reader, reader.schema, path, by)

    def map(self, work: Callable[[Engine, Item], Answer], items: Iterable[Item]) -> list[Answer]:
        """Do the same work on each item, side by side: planning a question keeps one core busy, so two do twice as many.

        Each hand is a cursor, whose temporary tables are its own. How many there are hangs on the size of the extract (``suit``).
        The thread that asks only waits, so that Ctrl-C is heard at once.
        """
        several = list(items)
        workers = min(self._workers, len(several))
        if len(several) < 2:
            return [work(self, item) for item in several]
        forks = [DuckDBEngine(self.as_of, self) for _ in range(workers)] if workers > 1 else []
        hands: queue.SimpleQueue[DuckDBEngine] = queue.SimpleQueue()
        for hand in forks or [self]:
            hands.put(hand)

        def one(item: Item) -> Answer:
            hand = hands.get()
            try:
                return work(hand, item)
            finally:
                hands.put(hand)

        with ThreadPoolExecutor(workers) as pool:
            asked = [pool.submit(one, item) for item in several]
            try:
                return [future.result() for future in asked]
            except BaseException:
                _stop(forks or [self], asked)
                raise
            finally:
                for fork in forks:
                    fork.close()

    def _dated(self, sql: str) -> str:
        return sql.replace(AS_OF, self.as_of.isoformat())

    def _execute(self, sql: str) -> duckdb.DuckDBPyConnection:
        """Whatever breaks a question off breaks the run off: it is no failure of that question alone."""
        try:
            return self.connection.execute(self._dated(sql))
        except duckdb.InterruptException:
            raise KeyboardInterrupt from None
        except duckdb.OutOfMemoryException:
            raise MemoryLimitError from None

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer as Python rows."""
        return self._execute(sql).fetchall()

    def arrow(self, sql: str) -> pa.Table:
        """The answer as an Arrow table."""
        return self.connection.sql(self._dated(sql)).to_arrow_table()

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """The answer piece by piece: no more of it is held than the piece in hand."""
        yield from self.connection.sql(self._dated(sql)).to_arrow_reader(_BATCH)

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

    def create(self, name: str, sql: str, known_as: str = "") -> None:
        """Keep an answer as a table."""
        self._execute(f"CREATE TABLE {name} AS {sql}")

    def view(self, name: str, sql: str) -> None:
        """A name for a query."""
        self.connection.execute(f"CREATE VIEW {name} AS {self._dated(sql)}")

    @contextmanager
    def held(self, sql: str, known_as: str = "") -> Iterator[str]:
        """Kept for the while, in place of what the same hand held before."""
        self._execute(f"CREATE OR REPLACE TEMP TABLE held AS {sql}")
        yield "held"

    def append(self, name: str, sql: str) -> None:
        """Add an answer to a table."""
        self._execute(f"INSERT INTO {name} {sql}")

    def drop(self, name: str) -> None:
        """Let go of a table, if it is there."""
        self.connection.execute(f"DROP TABLE IF EXISTS {name}")

    def suit(self, size: int) -> None:
        """Small extracts (in bytes): one thread a question, and the questions side by side. Large ones: two, by all threads.

        While one of two is being planned, the other is answered. The tables of an extract that may not fit into the memory are
        compressed once they are built: a tenth of the memory, and faster to read than from a disk, but slower than what fits. It
        is asked in turn, so that each question has the memory for itself.
        """
        if size < _SMALL:
            self.connection.execute("SET threads = 1")
            return
        self._workers = min(2, self._workers)
        ((limit,),) = self.rows("SELECT current_setting('memory_limit')")
        if size * _GROWN > bytes_of(limit):
            self.connection.execute("ATTACH ':memory:' AS casecheck (COMPRESS)")
            self.connection.execute("USE casecheck")
            self._compressed = True
            self._workers = 1

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
        if self._compressed:
            self.connection.execute("CHECKPOINT")

    def close(self) -> None:
        """Let go of everything, and of what stands on the disk."""
        self.connection.close()
        if self._spill is not None:
            self._spill.remove()


def _stop(forks: Sequence[DuckDBEngine], asked: Sequence[Future[Any]]) -> None:
    """Break off what is being asked. A hand that goes on to its next question is stopped there too."""
    for future in asked:
        future.cancel()
    while wait(asked, timeout=_PATIENCE).not_done:
        for fork in forks:
            fork.connection.interrupt()
