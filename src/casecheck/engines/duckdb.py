"""The embedded engine: an in-memory DuckDB that holds the model's tables for one run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from casecheck.durations import Duration
from casecheck.engines.calendar import calendar_table
from casecheck.model import Model, Table
from casecheck.policy import Policy
from casecheck.rules.expressions import AS_OF, literal

TYPES = {"date": "DATE", "datetime": "TIMESTAMP", "integer": "INTEGER", "decimal": "DOUBLE"}
PROVENANCE = {"_source": "INTEGER", "_record": "INTEGER", "_unreadable": "VARCHAR", "_conflict": "VARCHAR"}


def sql_type(kind: str) -> str:
    """The DuckDB type of a model field's type; ids, codes and flags are text."""
    return TYPES.get(kind, "VARCHAR")


class DuckDBEngine:
    """Holds the tables, answers questions. ``as_of`` is the day that the questions are about."""

    dialect = "duckdb"

    def __init__(self, as_of: date, policy: Policy) -> None:
        self.as_of = as_of
        self.policy = policy
        self.connection = duckdb.connect(config={"autoinstall_known_extensions": False})
        self.connection.execute("SET python_enable_replacements = false")
        self._views: set[str] = set()

    def execute(self, sql: str) -> duckdb.DuckDBPyConnection:
        """Run one statement; the day of the run is put where the SQL says ``@as_of``."""
        return self.connection.execute(sql.replace(AS_OF, self.as_of.isoformat()))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer as Python rows: for counts and other small things."""
        return self.execute(sql).fetchall()

    def arrow(self, sql: str) -> pa.Table:
        """The answer as an Arrow table."""
        return self.execute(sql).to_arrow_table()

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable under a name."""
        self.connection.register(name, table)

    def lock(self) -> None:
        """From here on no file, network or setting can be reached from SQL."""
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")

    def create_calendar(self) -> None:
        """The calendar, and the visit matrix of the policy as deadlines for every day."""
        self.register("calendar_days", calendar_table(self.policy.calendar.closure_days, self.as_of.year))
        self.execute("CREATE TABLE calendar AS SELECT * FROM calendar_days")
        self.execute("CREATE TABLE workday AS SELECT wd, min(day) AS day FROM calendar WHERE wd > 0 GROUP BY wd")
        self.connection.unregister("calendar_days")
        self.execute("CREATE TABLE visit_due (plan_type VARCHAR, risk VARCHAR, day DATE, due DATE, every VARCHAR)")
        for interval in self.policy.visits.intervals:
            every = Duration.parse(interval.every)
            if self.policy.visits.day_convention == "inclusive":
                every = every.less_a_day()
            named = ", ".join(literal(text) for text in (interval.plan, interval.risk.lower()))
            self.execute(f"INSERT INTO visit_due SELECT {named}, {_due_from_calendar(every)}, {literal(interval.every)} {_FROM[every.unit].format(n=every.number)}")

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

    def close(self) -> None:
        """Let go of everything."""
        self.connection.close()


_FROM = {
    "working day": "FROM calendar AS c JOIN workday AS w ON w.wd = c.wd + {n}",
    "day": "FROM calendar AS c",
    "month": "FROM calendar AS c",
}


def _due_from_calendar(every: Duration) -> str:
    if every.unit == "working day":
        return "c.day, w.day"
    unit = "DAY" if every.unit == "day" else "MONTH"
    return f"c.day, CAST(c.day + INTERVAL {every.number} {unit} AS DATE)"
