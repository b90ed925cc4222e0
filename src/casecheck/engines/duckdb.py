"""The embedded engine: an in-memory DuckDB that holds the model's tables for one run."""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from casecheck.durations import Duration
from casecheck.engines.base import Answer, Engine, Item
from casecheck.engines.calendar import FIRST_DAY, closed_days
from casecheck.model import Model, Table
from casecheck.policy import Policy, VisitInterval
from casecheck.sql_text import AS_OF, Columns, literal

_WORKERS = 4
_SMALL = 32_000_000
_STAGING = ("prepared_", "source_", "stage_", "pivoted_", "gathered_", "lookup_", "questions_", "skip_")
TYPES = {"date": "DATE", "datetime": "TIMESTAMP", "integer": "INTEGER", "decimal": "DOUBLE"}
PROVENANCE = {"_source": "INTEGER", "_record": "INTEGER", "_unreadable": "VARCHAR", "_unknown": "VARCHAR", "_conflict": "VARCHAR"}


def sql_type(kind: str) -> str:
    """The DuckDB type of a model field's type; ids, codes and flags are text."""
    return TYPES.get(kind, "VARCHAR")


class DuckDBEngine:
    """Holds the tables, answers questions. ``as_of`` is the day that the questions are about."""

    dialect = "duckdb"

    def __init__(self, as_of: date, policy: Policy, parent: DuckDBEngine | None = None) -> None:
        self.as_of = as_of
        self.policy = policy
        if parent is None:
            self.connection = duckdb.connect(config={"autoinstall_known_extensions": False})
            self.connection.execute("SET python_enable_replacements = false")
            self.connection.execute("SET enable_progress_bar = false")
        else:
            self.connection = parent.connection.cursor()
        self._views: set[str] = set()

    def map(self, work: Callable[[Engine, Item], Answer], items: Iterable[Item]) -> list[Answer]:
        """Do the same work on each item, side by side: planning a question keeps one core busy, so two do twice as many.

        Each hand is a cursor, whose temporary tables are its own.
        """
        several = list(items)
        if len(several) < 2:
            return [work(self, item) for item in several]
        workers = min(_WORKERS, os.cpu_count() or 1, len(several))
        forks = [DuckDBEngine(self.as_of, self.policy, self) for _ in range(workers)]
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

    def execute(self, sql: str) -> duckdb.DuckDBPyConnection:
        """Run one statement; the day of the run is put where the SQL says ``@as_of``."""
        return self.connection.execute(self._dated(sql))

    def _dated(self, sql: str) -> str:
        return sql.replace(AS_OF, self.as_of.isoformat())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer as Python rows: for counts and other small things."""
        return self.execute(sql).fetchall()

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

    def suit(self, size: int) -> None:
        """Small extracts (in bytes) are read faster by one thread a question; the questions themselves run side by side."""
        if size < _SMALL:
            self.connection.execute("SET threads = 1")

    def lock(self) -> None:
        """From here on no file, network or setting can be reached from SQL."""
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")

    def create_calendar(self) -> None:
        """The calendar, and the visit matrix of the policy as deadlines for every day."""
        last, closed = closed_days(self.policy.calendar.closure_days, self.as_of.year)
        self.load("closed_day", {"day": ("DATE", closed)})
        self.execute(
            "CREATE TABLE calendar AS SELECT day, CAST(sum(working) OVER (ORDER BY day) AS INTEGER) AS wd FROM ("
            "SELECT days.day, CASE WHEN isodow(days.day) > 5 OR closed_day.day IS NOT NULL THEN 0 ELSE 1 END AS working FROM "
            f"(SELECT CAST(unnest(range(DATE '{FIRST_DAY}', DATE '{last}' + 1, INTERVAL 1 DAY)) AS DATE) AS day) AS days "
            "LEFT JOIN closed_day ON closed_day.day = days.day)"
        )
        self.execute("CREATE TABLE workday AS SELECT wd, min(day) AS day FROM calendar WHERE wd > 0 GROUP BY wd")
        intervals = ", ".join(f"({self._interval(row)})" for row in self.policy.visits.intervals)
        self.execute(
            "CREATE VIEW visit_due AS SELECT i.plan_type, i.risk, c.day, i.every, "
            "CASE i.unit WHEN 'working day' THEN w.day WHEN 'day' THEN c.day + i.number "
            "ELSE CAST(c.day + to_months(i.number) AS DATE) END AS due "
            f"FROM calendar AS c CROSS JOIN (VALUES {intervals}) AS i (plan_type, risk, every, number, unit) "
            "LEFT JOIN workday AS w ON w.wd = c.wd + i.number AND i.unit = 'working day'"
        )

    def _interval(self, row: VisitInterval) -> str:
        every = Duration.parse(row.every)
        counted = every.less_a_day() if self.policy.visits.day_convention == "inclusive" else every
        return ", ".join(literal(item) for item in (row.plan, row.risk.lower(), row.every, counted.number, counted.unit))

    def create_table(self, table: Table, select: str = "") -> None:
        """A table of the model, from a query that gives its fields and provenance, or empty."""
        fields = ", ".join(f"{name} {sql_type(field.type)}" for name, field in table.fields.items())
        provenance = ", ".join(f"{name} {kind}" for name, kind in PROVENANCE.items())
        if select:
            self.execute(f"CREATE TABLE data_{table.table} AS {select}")
        else:
            self.execute(f"CREATE TABLE data_{table.table} ({fields}, {provenance})")
        self.execute(f"CREATE VIEW {table.table} AS SELECT rowid AS _row, * FROM data_{table.table}")

    def create_missing(self, model: Model, present: Iterable[str]) -> None:
        """Empty tables for what the source does not hold, so that every question can at least be parsed."""
        for name in sorted(set(model.tables) - set(present)):
            self.create_table(model.tables[name])

    def create_view(self, name: str, sql: str) -> None:
        """A derived view, worked out once for the run."""
        if name not in self._views:
            self.execute(f"CREATE TABLE {name} AS {sql}")
            self._views.add(name)

    def drop_staging(self) -> None:
        """Let go of the text as it was read, once the model's tables are built."""
        found = self.rows("SELECT table_name, table_type FROM information_schema.tables ORDER BY table_type DESC, table_name")
        for name, kind in found:
            if name.startswith(_STAGING):
                self.execute(f'DROP {"VIEW" if kind == "VIEW" else "TABLE"} IF EXISTS "{name}"')

    def close(self) -> None:
        """Let go of everything."""
        self.connection.close()
