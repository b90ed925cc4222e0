"""What an engine is to the rest of casecheck: a place that holds tables and answers questions.

Everything is asked in one dialect of SQL, DuckDB's; an engine that speaks another one translates. Only queries are asked:
what is kept of an answer, and under which name, is said by a method.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pyarrow as pa

from casecheck.sql_text import Columns

Item = TypeVar("Item")
Answer = TypeVar("Answer")

STAGING = ("prepared_", "source_", "stage_", "pivoted_", "gathered_", "lookup_", "questions_", "skip_")
"""How the names begin of what only the reading needs."""


class Engine(Protocol):
    """One run's tables, for one day. ``@as_of`` in a query stands for that day."""

    @property
    def name(self) -> str:
        """What users call it: ``duckdb``, ``postgres`` or ``spark``."""

    @property
    def together(self) -> int:
        """How many rules are best asked in one statement."""

    @property
    def distributed(self) -> bool:
        """Whether answers lie on several machines: they are then fetched only when somebody asks for them."""

    @property
    def as_of(self) -> date:
        """The day that the questions are about."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer as Python rows: for counts and other small things."""

    def arrow(self, sql: str) -> pa.Table:
        """The answer as an Arrow table."""

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """The answer piece by piece, so that it need not fit into the memory. Nothing else is asked of this hand meanwhile."""

    def load(self, name: str, table: pa.Table | Columns, columns: str = "*") -> None:
        """A new table from an Arrow table, or a few columns of Python values; its rows are numbered in ``rowid``, from nought."""

    def load_csv(self, name: str, path: Path, delimiter: str, width: int, skip: int, longest: int, columns: str) -> bool:
        """A new table from a plain UTF-8 file of ``width`` columns ``c0``, ``c1``, ...; false when it cannot be read.

        ``skip`` lines stand before the first record, and no line has more than ``longest`` bytes.
        """

    def place(self, name: str, relation: Any, columns: Mapping[str, str], order: Sequence[str]) -> None:
        """A new table of text, numbered like one that is loaded, from a relation that the engine reaches by itself.

        ``relation`` is a name, quoted as it must be, or a frame of the engine's own. ``columns`` gives the relation's column
        for each of the table's. The rows stand in the order of the columns of ``order`` (when there are none: of all columns).
        """

    def create(self, name: str, sql: str, known_as: str = "") -> None:
        """Keep an answer as a table, worked out once. Replaces nothing: the name must be new.

        The rows of a query with an order are given back in that order when the table alone is asked. A query that holds
        nothing but what the rules say may be ``known_as`` something: then its translation is kept for the next run.
        """

    def view(self, name: str, sql: str) -> None:
        """A name for a query."""

    def held(self, sql: str, known_as: str = "") -> AbstractContextManager[str]:
        """An answer that is used more than once, as something to select from: kept for the while, or worked out each time.

        ``known_as`` is that of :meth:`create`.
        """

    def append(self, name: str, sql: str) -> None:
        """Add an answer to a table made by ``create`` or ``load``."""

    def drop(self, name: str) -> None:
        """Let go of a table, if it is there."""

    def drop_staging(self) -> None:
        """Let go of the text as it was read, once the model's tables are built."""

    def suit(self, size: int) -> None:
        """Make ready for an extract of so many bytes."""

    def lock(self) -> None:
        """From here on no file, network or setting can be reached from SQL, where the engine can see to that."""

    def write(self, sql: str, path: str, by: Sequence[str]) -> None:
        """Write an answer as Parquet into a new folder, with a folder below it for each value of the columns in ``by``.

        Raises :class:`InputError` when the folder is already there.
        """

    def map(self, work: Callable[[Engine, Item], Answer], items: Iterable[Item]) -> list[Answer]:
        """Do the same work on each item, side by side where that helps, each with a hand of its own; in order."""

    def close(self) -> None:
        """Let go of everything."""


@contextmanager
def kept(engine: Engine, sql: str, known_as: str = "") -> Iterator[str]:
    """An answer as a table for the while, under a name that nothing else has: for engines where asking again is dear."""
    name = f"held_{uuid.uuid4().hex[:8]}"
    engine.create(name, sql, known_as)
    try:
        yield name
    finally:
        engine.drop(name)


class EngineMaker(Protocol):
    """Makes an engine for one day."""

    def __call__(self, as_of: date) -> Engine:
        """A new, empty engine."""
