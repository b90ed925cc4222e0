"""A history as a test holds it: its tables as frames, the policy under which blanks are right, and a plain way to read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pyarrow as pa

from casecheck.auditing import audit
from casecheck.model import load_model
from casecheck.result import AuditResult
from casecheck.stories.breaches import Planted
from casecheck.stories.history import Cell, Row
from casecheck.stories.identity import subject_key


@dataclass(frozen=True)
class CaseHistory:
    """Rows of model tables as they stand on ``as_of``, and the breach that was planted in them, if any.

    ``tables`` may be changed before they are audited: a test plants what it likes.
    """

    as_of: date
    tables: dict[str, list[Row]]
    planted: Planted | None = None

    @property
    def frames(self) -> dict[str, pa.Table]:
        """Every table of the model as Arrow, with all of its fields, all text: what :func:`casecheck.audit` takes."""
        return {name: self._frame(name, table.fields) for name, table in load_model().tables.items()}

    def _frame(self, name: str, fields: Iterable[str]) -> pa.Table:
        rows = self.tables.get(name, [])
        return pa.table({field: pa.array([_text(row.get(field)) for row in rows], pa.string()) for field in fields})

    @property
    def blank(self) -> list[str]:
        """Every table without a row, and ``table.column`` for every field that no row fills.

        Told to the policy, they do not make rules not assessable.
        """
        tables = load_model().tables
        columns = (
            f"{name}.{field}"
            for name, rows in self.tables.items()
            for field in tables[name].fields
            if all(row.get(field) is None for row in rows)
        )
        return [*(name for name in tables if not self.tables.get(name)), *columns]

    def audit(self, *select: str, **settings: Any) -> AuditResult:
        """Audit the history. ``select`` chooses rules; ``settings`` go to :func:`casecheck.audit`, a ``policy`` as its data."""
        policy = {"tables": {"may_be_empty": self.blank}, **settings.pop("policy", {})}
        return audit(self.frames, profile="model", as_of=self.as_of, select=select, policy=policy, **settings)

    @cached_property
    def expected(self) -> tuple[str, str | None, str, str] | None:
        """The planted breach as a finding: rule, child, table and key. ``None`` when nothing was planted."""
        if self.planted is None:
            return None
        child = self.planted.row.get("person_id")
        return self.planted.rule, _text(child), self.planted.table, subject_key(self.planted)

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        about = f", {self.planted.rule} is broken for {self.planted.child.id}" if self.planted else ""
        yield f"CaseHistory as of {self.as_of}{about}"
        for name, rows in self.tables.items():
            for row in rows:
                yield f"  {name}: " + ", ".join(f"{field}={value}" for field, value in row.items() if value is not None)


def _text(value: Cell) -> str | None:
    return None if value is None else str(value)
