"""Spark: a session, or a Spark Connect server, that the user has. Nothing but counts and asked-for findings is collected.

Tables of the run are temporary views of the session, under names of the run's own, each behind a local checkpoint: worked out
once, and never worked out again with other row numbers when an executor is lost. Nothing is written to a catalog.
"""

from __future__ import annotations

import os
import queue
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from casecheck.engines.base import STAGING, Answer, Engine, Item
from casecheck.engines.transfer import as_arrow, numbered, read_csv
from casecheck.engines.translating import RUN_PREFIX, translate
from casecheck.sql_text import AS_OF, Columns

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_WORKERS = 4
_ROW_BITS = 33
"""Spark's own row numbers hold the partition above so many bits."""
_ENGLAND = "Europe/London"


class SparkEngine:
    """Temporary views of one session. Forks share the tables and have scratch names of their own."""

    name = "spark"

    def __init__(self, as_of: date, session: SparkSession, parent: SparkEngine | None = None) -> None:
        self.as_of = as_of
        self.session = session
        self._run = f"casecheck_{uuid.uuid4().hex[:8]}_"
        self._shared: _Shared = parent._shared if parent else _Shared(self._run)
        self._own: dict[str, str] = {}
        self._hand = f"{self._run}" if parent else ""

    def _said(self, sql: str) -> str:
        said = translate(sql, "spark", prefixed=True).replace(AS_OF, self.as_of.isoformat())
        for name, own in self._own.items():
            said = said.replace(f"`{RUN_PREFIX}{name}`", f"`{own}`")
        return said.replace(RUN_PREFIX, self._shared.prefix)

    def _frame(self, sql: str) -> DataFrame:
        return self.session.sql(self._said(sql))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer as Python rows."""
        return [tuple(row) for row in self._frame(sql).collect()]

    def arrow(self, sql: str) -> pa.Table:
        """The answer as an Arrow table, collected here."""
        return self._frame(sql).toArrow()

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """The answer piece by piece; all of it has been fetched."""
        yield from self.arrow(sql).to_batches()

    def write(self, sql: str, path: str, partition_by: Sequence[str]) -> None:
        """Write an answer as Parquet, by the executors. The folder must not be there yet."""
        self._frame(sql).write.partitionBy(*partition_by).mode("error").parquet(path)

    def load(self, name: str, table: pa.Table | Columns, columns: str = "*") -> None:
        """A new table from here."""
        frame = self.session.createDataFrame(_plain(numbered(as_arrow(table))))
        if columns == "*":
            self._shared.register(name, [frame])
            return
        self._shared.register(f"arriving_{name}", [frame])
        self.create(name, f"SELECT rowid, {columns} FROM arriving_{name}")
        self.drop(f"arriving_{name}")

    def load_csv(self, name: str, path: Path, delimiter: str, width: int, skip: int, longest: int, columns: str) -> bool:
        """A new table from a plain UTF-8 file that this process reads."""
        found = read_csv(path, delimiter, width, skip, longest, columns, self.as_of)
        if found is None:
            return False
        self.load(name, found)
        return True

    def place(self, name: str, relation: str, columns: Mapping[str, str], order: Sequence[str]) -> None:
        """A new table, as text, from a table or view of the session, numbered partition by partition."""
        from pyspark.sql import functions as f

        frame = self.session.table(relation)
        kinds = dict(frame.dtypes)
        texts = [_as_text(own, kinds[own]).alias(column) for column, own in columns.items()]
        marked = frame.select(*texts, f.monotonically_increasing_id().alias("_at")).localCheckpoint()
        part = f.shiftright("_at", _ROW_BITS)
        sizes = sorted(marked.groupBy(part.alias("part")).count().collect())
        before, starts = 0, []
        for number, rows in sizes:
            starts.append((number, before - (number << _ROW_BITS)))
            before += rows
        offsets = self.session.createDataFrame(starts or [(0, 0)], "part bigint, start bigint")
        placed = marked.join(f.broadcast(offsets), part == offsets["part"])
        self._shared.register(name, [placed.select((f.col("_at") + f.col("start")).alias("rowid"), *columns)])

    def create(self, name: str, sql: str) -> None:
        """Keep an answer, worked out once."""
        self._shared.register(name, [self._frame(sql).localCheckpoint()])

    def view(self, name: str, sql: str) -> None:
        """A name for a query."""
        self._shared.register(name, [self._frame(sql)])

    def scratch(self, name: str, sql: str) -> None:
        """A table of this hand alone."""
        frame = self._frame(sql).localCheckpoint()
        self._own[name] = f"{self._run}{name}"
        frame.createOrReplaceTempView(self._own[name])

    def append(self, name: str, sql: str) -> None:
        """Add an answer to a table."""
        self._shared.add(name, self._frame(sql).localCheckpoint())

    def drop(self, name: str) -> None:
        """Let go of a table, if it is there."""
        self._shared.drop(self.session, name)

    def drop_staging(self) -> None:
        """Let go of the text as it was read, once the model's tables are built."""
        for name in self._shared.names():
            if name.startswith(STAGING):
                self.drop(name)

    def suit(self, size: int) -> None:
        """Nothing to do: the session's own settings hold."""

    def lock(self) -> None:
        """Nothing to do: what a session may reach is for its owner to say."""

    def map(self, work: Callable[[Engine, Item], Answer], items: Iterable[Item]) -> list[Answer]:
        """Do the same work on each item, side by side: planning and waiting take longer than small answers."""
        several = list(items)
        if len(several) < 2:
            return [work(self, item) for item in several]
        workers = min(_WORKERS, os.cpu_count() or 1, len(several))
        hands: queue.SimpleQueue[SparkEngine] = queue.SimpleQueue()
        forks = [SparkEngine(self.as_of, self.session, self) for _ in range(workers)]
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
                fork.let_go()

    def let_go(self) -> None:
        """Let go of what is this hand's own."""
        for own in self._own.values():
            self.session.catalog.dropTempView(own)
        self._own.clear()

    def close(self) -> None:
        """Let go of every view of the run. The session stays: it is the user's."""
        self.let_go()
        for name in self._shared.names():
            self.drop(name)


class _Shared:
    """The tables of one run: the frames that each is made of."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
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

    def drop(self, session: SparkSession, name: str) -> None:
        with self._turn:
            if self._frames.pop(name, None) is not None:
                session.catalog.dropTempView(self.prefix + name)

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
