"""What an engine is to the rest of casecheck: a place that holds tables and answers questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Protocol, TypeVar

import pyarrow as pa

from casecheck.model import Model, Table
from casecheck.policy import Policy
from casecheck.sql_text import Columns

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Engine(Protocol):
    """One run's tables, in one dialect of SQL, for one day."""

    @property
    def as_of(self) -> date:
        """The day that the questions are about."""

    def execute(self, sql: str) -> Any:
        """Run one statement; ``@as_of`` in it stands for the day of the run."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer as Python rows."""

    def arrow(self, sql: str) -> pa.Table:
        """The answer as an Arrow table."""

    def load(self, name: str, table: pa.Table | Columns, columns: str = "*") -> None:
        """A new table from an Arrow table, or from a few columns of Python values."""

    def create_calendar(self) -> None:
        """The calendar, and the visit matrix of the policy."""

    def create_table(self, table: Table, select: str = "") -> None:
        """A table of the model, from a query or empty."""

    def create_missing(self, model: Model, present: Iterable[str]) -> None:
        """Empty tables for what the source does not hold."""

    def create_view(self, name: str, sql: str) -> None:
        """A derived view, worked out once."""

    def map(self, work: Callable[[Engine, Item], Answer], items: Iterable[Item]) -> list[Answer]:
        """Do the same work on each item, side by side, each with a hand of its own on the same tables; in order."""

    def close(self) -> None:
        """Let go of everything."""


class EngineMaker(Protocol):
    """Makes an engine for one day and policy."""

    def __call__(self, as_of: date, policy: Policy) -> Engine:
        """A new, empty engine."""
