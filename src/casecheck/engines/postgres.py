"""PostgreSQL: the rules run where the records already are, and only counts, verdicts and findings leave.

Everything is made in the connection's own temporary schema, which the server empties when the connection ends, however it
ends. No right to create anything is needed beyond that to temporary tables, which every user has unless it was taken away.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
from pyarrow import csv as pa_csv

from casecheck.engines.base import STAGING, Answer, Engine, Item, kept
from casecheck.engines.transfer import as_arrow, numbered, read_csv, write_partitions
from casecheck.engines.translating import short_name, translate
from casecheck.sql_text import AS_OF, Columns, identifier

_SETTINGS = (
    "SET DateStyle TO 'ISO, DMY'",
    "SET TIME ZONE 'Europe/London'",
    "SET jit = off",
    "SET enable_nestloop = off",
    "SET statement_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
)
"""The filters of rules are too long for the planner to guess how few rows they leave: it guesses one, and would then work a
whole step out again for every row. Without nested loops a wrong guess costs little."""
_TEMP_MEMORY = "SET temp_buffers = '256MB'"
_NOTICE_A_LOST_CLIENT = "SET client_connection_check_interval = '5s'"
"""A server older than version 14, or on a system that cannot tell, refuses it: a question then runs to its end."""
_BLOCK = 16_000_000
_BUILTIN_COLLATION = 170_000
"""From this version on, a collation by code point that knows capitals beyond ASCII is part of the server."""
_TYPES = {
    16: pa.bool_(),
    20: pa.int64(),
    21: pa.int32(),
    23: pa.int32(),
    701: pa.float64(),
    1082: pa.date32(),
    1114: pa.timestamp("us"),
}
_SQL_TYPES = {
    pa.int64(): "BIGINT",
    pa.int32(): "INTEGER",
    pa.float64(): "DOUBLE PRECISION",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP",
}


class _Blocks(io.RawIOBase):
    """What the server copies out, as a file."""

    def __init__(self, copied: Iterable[Any]) -> None:
        self._blocks = iter(copied)
        self._left = b""

    def readable(self) -> bool:
        return True

    def peek(self) -> bytes:
        """Some of what comes next; nothing at the end."""
        while not self._left and (block := next(self._blocks, None)) is not None:
            self._left = bytes(block)
        return self._left

    def readinto(self, into: Any) -> int:
        taken = self.peek()[: len(into)]
        into[: len(taken)] = taken
        self._left = self._left[len(taken) :]
        return len(taken)


class PostgresEngine:
    """One connection, whose temporary tables are the run's tables. ``url`` is as libpq takes it."""

    name = "postgres"
    together = 1
    distributed = False

    def __init__(self, as_of: date, url: str) -> None:
        self.as_of = as_of
        self.connection = psycopg.connect(url, autocommit=True, connect_timeout=15, application_name="casecheck")
        self._names: set[str] = set()
        self._views: set[str] = set()
        try:
            self._collation = self._set_up()
        except BaseException:
            self.connection.close()
            raise

    def _set_up(self) -> str:
        """Settle the session, begin to read, and say how its text is put in order."""
        for setting in (*_SETTINGS, _TEMP_MEMORY):
            self.connection.execute(setting)
        with suppress(psycopg.Error):
            self.connection.execute(_NOTICE_A_LOST_CLIENT)
        builtin = self.connection.info.server_version >= _BUILTIN_COLLATION and self._utf8()
        self.connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        return 'COLLATE "pg_c_utf8"' if builtin else 'COLLATE "C"'

    def _utf8(self) -> bool:
        row = self.connection.execute("SHOW server_encoding").fetchone()
        return row is not None and row[0] == "UTF8"

    def _said(self, sql: str, known_as: str = "") -> bytes:
        return self._dated(translate(sql, "postgres", known_as=known_as)).encode()

    def _dated(self, sql: str) -> str:
        return sql.replace(AS_OF, self.as_of.isoformat())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer as Python rows."""
        return self.connection.execute(self._said(sql)).fetchall()

    def arrow(self, sql: str) -> pa.Table:
        """The answer as an Arrow table."""
        query = self._said(sql)
        kinds = self._kinds_of(query)
        return pa.Table.from_batches(self._copied(query, kinds), pa.schema(list(kinds.items())))

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """The answer piece by piece."""
        query = self._said(sql)
        yield from self._copied(query, self._kinds_of(query))

    def _kinds_of(self, query: bytes) -> dict[str, pa.DataType]:
        with self.connection.cursor() as cursor:
            cursor.execute(b"SELECT * FROM (" + query + b") AS described LIMIT 0")
            return {column.name: _TYPES.get(column.type_code, pa.string()) for column in cursor.description or ()}

    def _copied(self, query: bytes, kinds: dict[str, pa.DataType]) -> Iterator[pa.RecordBatch]:
        """An answer copied out as text, and read in columns."""
        with self.connection.cursor() as cursor, cursor.copy(b"COPY (" + query + b") TO STDOUT (FORMAT csv)") as copied:
            blocks = _Blocks(copied)
            if not blocks.peek():
                return
            yield from pa_csv.open_csv(
                io.BufferedReader(blocks, _BLOCK),
                pa_csv.ReadOptions(column_names=list(kinds), block_size=_BLOCK),
                pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
                pa_csv.ConvertOptions(
                    column_types=kinds,
                    null_values=[""],
                    true_values=["t"],
                    false_values=["f"],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                ),
            )

    def load(self, name: str, table: pa.Table | Columns, columns: str = "*") -> None:
        """A new temporary table, by COPY."""
        given = numbered(as_arrow(table))
        arriving = name if columns == "*" else f"arriving_{name}"
        fields = ", ".join(f"{identifier(field.name)} {self._kind(field.type)}" for field in given.schema)
        self.connection.execute(f"CREATE TEMP TABLE {identifier(arriving)} ({fields})".encode())
        self._names.add(arriving)
        with (
            self.connection.cursor() as cursor,
            cursor.copy(f"COPY {identifier(arriving)} FROM STDIN (FORMAT csv)".encode()) as copy,
        ):
            for batch in given.to_batches(100_000):
                text = io.BytesIO()
                pa_csv.write_csv(batch, text, pa_csv.WriteOptions(include_header=False))
                copy.write(text.getvalue())
        if columns == "*":
            self.connection.execute(f"ANALYZE {identifier(name)}".encode())
        else:
            self.create(name, f"SELECT rowid, {columns} FROM {identifier(arriving)}")
            self.drop(arriving)

    def _kind(self, kind: pa.DataType) -> str:
        return _SQL_TYPES.get(kind) or f"TEXT {self._collation}"

    def load_csv(self, name: str, path: Path, delimiter: str, width: int, skip: int, longest: int, columns: str) -> bool:
        """A new table from a plain UTF-8 file, read here and copied in."""
        found = read_csv(path, delimiter, width, skip, longest, columns, self.as_of)
        if found is None:
            return False
        self.load(name, found)
        return True

    def place(self, name: str, relation: Any, columns: Mapping[str, str], order: Sequence[str]) -> None:
        """A new table, as text, from a relation of this database."""
        texts = ", ".join(
            f"CAST({identifier(own)} AS TEXT) {self._collation} AS {identifier(short_name(column))}"
            for column, own in columns.items()
        )
        ordered = ", ".join(map(identifier, order or dict.fromkeys(columns.values())))
        query = f"SELECT row_number() OVER (ORDER BY {ordered}) - 1 AS rowid, {texts} FROM {relation}"
        with self.connection.transaction():
            self._make(name, query)

    def create(self, name: str, sql: str, known_as: str = "") -> None:
        """Keep an answer as a temporary table."""
        self._make(name, self._said(sql, known_as).decode())

    def _make(self, name: str, query: str) -> None:
        self.connection.execute(f"CREATE TEMP TABLE {identifier(name)} AS {query}".encode())
        self.connection.execute(f"ANALYZE {identifier(name)}".encode())
        self._names.add(name)

    def view(self, name: str, sql: str) -> None:
        """A name for a query."""
        self.connection.execute(f"CREATE TEMP VIEW {identifier(name)} AS ".encode() + self._said(sql))
        self._views.add(name)

    def held(self, sql: str, known_as: str = "") -> AbstractContextManager[str]:
        """Kept as a table for the while."""
        return kept(self, sql, known_as)

    def append(self, name: str, sql: str) -> None:
        """Add an answer to a table."""
        self.connection.execute(f"INSERT INTO {identifier(name)} ".encode() + self._said(sql))

    def drop(self, name: str) -> None:
        """Let go of a table, if it is there."""
        self.connection.execute(f"DROP TABLE IF EXISTS pg_temp.{identifier(name)}".encode())
        self._names.discard(name)

    def drop_staging(self) -> None:
        """Let go of the text as it was read, once the model's tables are built."""
        for view in sorted(name for name in self._views if name.startswith(STAGING)):
            self.connection.execute(f"DROP VIEW IF EXISTS pg_temp.{identifier(view)} CASCADE".encode())
        for name in sorted(name for name in self._names if name.startswith(STAGING)):
            self.drop(name)

    def suit(self, size: int) -> None:
        """Nothing to do: the server's own settings hold."""

    def lock(self) -> None:
        """The sources have been read, from one snapshot; from here on a question that fails stops no other."""
        self.connection.execute("COMMIT")

    def write(self, sql: str, path: str, by: Sequence[str]) -> None:
        """Write an answer as Parquet files below a new folder."""
        query = self._said(sql)
        kinds = self._kinds_of(query)
        write_partitions(self._copied(query, kinds), pa.schema(list(kinds.items())), path, by)

    def map(self, work: Callable[[Engine, Item], Answer], items: Iterable[Item]) -> list[Answer]:
        """Do the same work on each item, in turn: temporary tables belong to one connection."""
        return [work(self, item) for item in items]

    def close(self) -> None:
        """End the connection, and with it every table of the run."""
        self.connection.close()
