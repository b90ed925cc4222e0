"""The findings of a run: they stay in the engine until they are written, so that their number is no matter of memory."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import pyarrow as pa

from casecheck.engines.base import Engine
from casecheck.engines.duckdb import EMBEDDED
from casecheck.engines.transfer import write_partitions
from casecheck.errors import CasecheckError
from casecheck.findings.record import COLUMNS, FINDINGS, ORDER, VERDICT_COLUMNS

_ARROW = {"VARCHAR": pa.string(), "INTEGER": pa.int32(), "DATE": pa.date32()}
SCHEMA = pa.schema([(name, _ARROW[kind]) for name, kind in COLUMNS.items()])
"""How findings look in Arrow."""
VERDICT_SCHEMA = pa.schema([(name, _ARROW[COLUMNS[name]]) for name in VERDICT_COLUMNS])
"""How the verdicts on judged records look in Arrow."""

_TABLE = "finding"
_ALL = f"SELECT * FROM {_TABLE}"
_FEW = 50_000
"""So many findings leave the engine at once, and it is closed: nothing is then held open for the sake of a short list."""
_LATEST = 5
_PIECE = 20_000


class Findings:
    """The findings of one run in order, worst first, with what is counted of them.

    ``counts`` are by severity and verdict, ``most_overdue`` a few of them. The findings hold their engine until they are closed
    or forgotten; unless ``keep``, only until they are read as a ``table``.
    """

    def __init__(self, engine: Engine, unneeded: Iterable[str] = (), *, keep: bool = False) -> None:
        """Work out the findings from what the rules left in the engine, and let go of the tables that are not needed any more."""
        engine.create(_TABLE, FINDINGS)
        self._keep = keep
        for name in ("failing", *(() if keep else unneeded)):
            engine.drop(name)
        counted = engine.rows(f"SELECT severity, verdict, count(*) FROM {_TABLE} GROUP BY 1, 2")
        self.counts: dict[tuple[str, str], int] = {(severity, verdict): rows for severity, verdict, rows in counted}
        latest = engine.rows(f"{_ALL} WHERE days_overdue IS NOT NULL ORDER BY days_overdue DESC, {ORDER} LIMIT {_LATEST}")
        self.most_overdue: list[dict[str, Any]] = [dict(zip(COLUMNS, row, strict=True)) for row in latest]
        self._engine: Engine | None = engine
        self._all = _ALL if engine.name == EMBEDDED else f"{_ALL} ORDER BY {ORDER}"  # DuckDB keeps the order of its rows
        self._closing = weakref.finalize(self, engine.close)
        if len(self) <= _FEW and not engine.distributed:
            self.table  # noqa: B018

    def __len__(self) -> int:
        return sum(self.counts.values())

    @cached_property
    def table(self) -> pa.Table:
        """All findings in memory: for millions of them, several gigabytes. The engine is then let go, unless it is kept."""
        found = self._open().arrow(self._all).cast(SCHEMA)
        if not self._keep:
            self.close()
        return found

    @property
    def closed(self) -> bool:
        """Whether the engine was let go."""
        return self._engine is None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The findings piece by piece, in order. Only one such reading at a time."""
        if "table" in self.__dict__:
            yield from self.table.to_batches(max_chunksize=_PIECE)
        else:
            yield from self._open().batches(self._all)

    def write(self, path: str, by: Sequence[str]) -> None:
        """Write them as Parquet files by the engine itself; see :meth:`casecheck.engines.base.Engine.write`."""
        if "table" in self.__dict__:
            write_partitions(self.table.to_batches(), SCHEMA, path, by)
        else:
            self._open().write(self._all, path, by)

    def close(self) -> None:
        """Let go of the engine. Counts stay, and the table if it was read before."""
        self._engine = None
        self._closing()

    def _open(self) -> Engine:
        if self._engine is None:
            raise CasecheckError(
                "the result is closed, and its findings were not read before", "read result.table before close()"
            )
        return self._engine
