"""The accounts of a run: for every file, what was read, what was used, and what was set aside and why."""

from __future__ import annotations

from dataclasses import dataclass, field

from casecheck.sources.bad_input import Note


@dataclass
class Account:
    """One file, sheet or frame. ``read`` is always ``used`` plus the rows set aside."""

    file: str
    sheet: str
    source: str
    read: int = 0
    used: int = 0
    set_aside: dict[str, int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    how: str = ""
    cells: dict[str, dict[str, int]] = field(default_factory=dict)
    unmapped: dict[str, int] = field(default_factory=dict)
    unknown_columns: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"{self.file} [{self.sheet}]" if self.sheet else self.file

    @property
    def balances(self) -> bool:
        """Whether every row read is accounted for."""
        return self.read == self.used + sum(self.set_aside.values())

    def leave(self, reason: str, rows: int) -> None:
        """Count rows that are set aside."""
        if rows:
            self.set_aside[reason] = self.set_aside.get(reason, 0) + rows

    def cell(self, column: str, done: str, rows: int) -> None:
        """Count cells of a column that were repaired or could not be read."""
        if rows and done not in ("ok", "blank"):
            counted = self.cells.setdefault(column, {})
            counted[done] = counted.get(done, 0) + rows


@dataclass
class Extract:
    """What was read, as the rules see it: which tables and fields are there, and how many rows each holds."""

    profile: str
    title: str
    note: str
    accounts: list[Account]
    rows: dict[str, int]
    fields: dict[str, frozenset[str]]
    blank: dict[str, frozenset[str]]
    incomplete: dict[str, tuple[str, ...]]
    faulty: dict[str, str] = field(default_factory=dict)
    """Tables and ``table.field`` that cannot be relied on as a whole, and why: an unknowable order of dates, changed ids."""

    @property
    def balances(self) -> bool:
        """Whether every row of every file is accounted for."""
        return all(account.balances for account in self.accounts)
