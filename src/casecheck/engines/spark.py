"""Spark: a session, or a Spark Connect server, that the user has. Nothing but counts and asked-for findings is collected.

Tables of the run are temporary views of the session, under names of the run's own, each behind a local checkpoint: worked out
once, and never worked out again with other row numbers when an executor is lost. Nothing is written to a catalog.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from casecheck.engines.base import STAGING, Answer, Engine, Item, kept
from casecheck.engines.transfer import as_arrow, numbered, read_csv
from casecheck.engines.translating import RUN_PREFIX, translate
from casecheck.errors import InputError
from casecheck.sql_text import AS_OF, Columns

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_WORKERS = 4
_SETTINGS = {
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.RemoveRedundantAliases",
}
"""While a run lasts. Of checkpoints put together Spark infers what it then cannot name (a missing key in its optimiser), and of a
long question it takes away names that it needs (an invalid plan)."""
_ROW_BITS = 33
"""Spark's own row numbers hold the partition above so many bits."""
_ENGLAND = "Europe/London"


class SparkEngine:
    """Temporary views of one session. Threads may share it: Spark plans and answers side by side."""

    name = "spark"
    together = 3
    distributed = True

    def __init__(self, as_of: date, session: SparkSession) -> None:
        self.as_of = as_of
        self.session = session
        self._tables = _Tables(session, f"casecheck_{uuid.uuid4().hex[:8]}_")
        self._before = {name: session.conf.get(name, None) for name in _SETTINGS}
        for name, value in _SETTINGS.items():
            kept = self._before[name] if name.endswith("Rules") else None
            session.conf.set(name, f"{kept},{value}" if kept else value)

    def _said(self, sql: str, known_as: str = "") -> str:
        said = translate(sql, "spark", prefixed=True, known_as=known_as).replace(AS_OF, self.as_of.isoformat())
        return said.replace(RUN_PREFIX, self._tables.prefix)

    def _frame(self, sql: str, known_as: str = "") -> DataFrame:
        return self.session.sql(self._said(sql, known_as))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer as Python rows."""
        return [tuple(row) for row in self._frame(sql).collect()]

    def arrow(self, sql: str) -> pa.Table:
        """The answer as an Arrow table, collected here."""
        return self._frame(sql).toArrow()

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """The answer piece by piece; all of it has been fetched."""
        yield from self.arrow(sql).to_batches()

    def write(self, sql: str, path: str, by: Sequence[str]) -> None:
        """Write an answer as Parquet, by the executors."""
        try:
            self._frame(sql).write.partitionBy(*by).mode("error").parquet(path)
        except Exception as problem:
            if "PATH_ALREADY_EXISTS" in str(problem):
                raise InputError(f"{path} is already there", "name a folder that is not there yet") from None
            raise

    def load(self, name: str, table: pa.Table | Columns, columns: str = "*") -> None:
        """A new table from here."""
        frame = self.session.createDataFrame(_plain(numbered(as_arrow(table))))
        if columns == "*":
            self._tables.register(name, [frame])
            return
        self._tables.register(f"arriving_{name}", [frame])
        self.create(name, f"SELECT rowid, {columns} FROM arriving_{name}")
        self.drop(f"arriving_{name}")

    def load_csv(self, name: str, path: Path, delimiter: str, width: int, skip: int, longest: int, columns: str) -> bool:
        """A new table from a plain UTF-8 file that this process reads."""
        found = read_csv(path, delimiter, width, skip, longest, columns, self.as_of)
        if found is None:
            return False
        self.load(name, found)
        return True

    def place(self, name: str, relation: Any, columns: Mapping[str, str], order: Sequence[str]) -> None:
        """A new table, as text, from a frame or a table of the session, numbered as the partitions come."""
        from pyspark.sql import functions as f

        frame = self.session.table(relation) if isinstance(relation, str) else relation
        kinds = dict(frame.dtypes)
        texts = [_as_text(own, kinds[own]).alias(column) for column, own in columns.items()]
        marked = frame.select(*texts, f.monotonically_increasing_id().alias("_at")).localCheckpoint()
        part = f.shiftright("_at", _ROW_BITS)
        sizes = sorted(marked.groupBy(part.alias("part")).count().collect())
        before, starts = 0, []
        for number, rows in sizes:
            starts.append(before - (number << _ROW_BITS))
            before += rows
        offsets = self.session.createDataFrame(
            pa.table({"part": pa.array([number for number, _ in sizes], pa.int64()), "start": pa.array(starts, pa.int64())})
        )
        placed = marked.join(f.broadcast(offsets), part == offsets["part"])
        self._tables.register(name, [placed.select((f.col("_at") + f.col("start")).alias("rowid"), *columns)])

    def create(self, name: str, sql: str, known_as: str = "") -> None:
        """Keep an answer, worked out once."""
        self._tables.register(name, [self._frame(sql, known_as).localCheckpoint()])

    def view(self, name: str, sql: str) -> None:
        """A name for a query."""
        self._tables.register(name, [self._frame(sql)])

    def held(self, sql: str, known_as: str = "") -> AbstractContextManager[str]:
        """Kept for the while: planning and asking again takes longer than most answers."""
        return kept(self, sql, known_as)

    def append(self, name: str, sql: str) -> None:
        """Add an answer to a table."""
        self._tables.add(name, self._frame(sql).localCheckpoint())

    def drop(self, name: str) -> None:
        """Let go of a table, if it is there."""
        self._tables.drop(name)

    def drop_staging(self) -> None:
        """Let go of the text as it was read, once the model's tables are built."""
        for name in self._tables.names():
            if name.startswith(STAGING):
                self.drop(name)

    def suit(self, size: int) -> None:
        """Nothing to do: the session's own settings hold."""

    def lock(self) -> None:
        """Nothing to do: what a session may reach is for its owner to say."""

    def map(self, work: Callable[[Engine, Item], Answer], items: Iterable[Item]) -> list[Answer]:
        """Do the same work on each item, side by side: planning and waiting take longer than small answers."""
        with ThreadPoolExecutor(_WORKERS) as pool:
            return list(pool.map(lambda item: work(self, item), items))

    def close(self) -> None:
        """Let go of every view of the run. The session stays: it is the user's."""
        for name in self._tables.names():
            self.drop(name)
        for name, value in self._before.items():
            if value is None:
                self.session.conf.unset(name)
            else:
                self.session.conf.set(name, value)


class _Tables:
    """The tables of one run: the frames that each is made of."""

    def __init__(self, session: SparkSession, prefix: str) -> None:
        self.prefix = prefix
        self._session = session
        self._frames: dict[str, list[DataFrame]] = {}
        self._turn = threading.Lock()

    def names(self) -> list[str]:
        with self._turn:
            return sorted(self._frames)

    def register(self, name: str, frames: list[DataFrame]) -> None:
        with self._turn:
            self._frames[name] = frames
            self._show(name)

    def add(self, name: str, frame: DataFrame) -> None:
        with self._turn:
            self._frames[name].append(frame)
            self._show(name)

    def drop(self, name: str) -> None:
        with self._turn:
            if self._frames.pop(name, None) is not None:
                self._session.catalog.dropTempView(self.prefix + name)

    def _show(self, name: str) -> None:
        frames = self._frames[name]
        whole = frames[0]
        for frame in frames[1:]:
            whole = whole.union(frame)
        whole.createOrReplaceTempView(self.prefix + name)


def _plain(table: pa.Table) -> pa.Table:
    """Spark takes no large strings."""
    large = {pa.large_string(): pa.string(), pa.large_binary(): pa.binary()}
    return table.cast(pa.schema([(field.name, large.get(field.type, field.type)) for field in table.schema]))


def _as_text(column: str, kind: str) -> Any:
    """A column as text; moments are told in English time."""
    from pyspark.sql import functions as f

    found = f.col(f"`{column}`")
    if kind == "timestamp":
        found = f.convert_timezone(None, f.lit(_ENGLAND), found.cast("timestamp_ntz"))
    return found.cast("string")
