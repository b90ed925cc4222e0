"""The accounts of a run: for every file, what was read, what was used, and what was set aside and why."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from functools import cached_property

from casecheck.profiles.figures import TableFigures
from casecheck.sources.bad_input import ROWS, Note
from casecheck.wording import safe

RAGGED = tuple(reason for reason, code in ROWS.items() if code in ("IN030", "IN032"))
"""Reasons for setting a row aside that are faults of the file, not of the record."""


@dataclass
class Counts:
    """What ``inspect`` counts of one table: blank cells by column, and rows whose key another row has too."""

    blank: dict[str, int] = field(default_factory=dict)
    repeated_keys: int | None = None


@dataclass
class Account:
    """One file, sheet or frame. ``read`` is always ``used`` plus the rows set aside.

    ``set_aside`` counts rows by reason, ``first_lines`` says where the first of each stands. ``how`` says how the file was
    read. ``refused`` is why it could not be; ``faults`` are why its rows, though read, cannot be relied on.
    """

    file: str
    sheet: str
    source: str
    read: int = 0
    used: int = 0
    set_aside: dict[str, int] = field(default_factory=dict)
    first_lines: dict[str, int] = field(default_factory=dict)
    refused: Note | None = None
    counts: Counts | None = None
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

    def perhaps(self, missing: str) -> str:
        """The unused heading that is most like a missing column, as a hint; an empty string when none is."""
        near = difflib.get_close_matches(missing, self.unknown_columns, n=1, cutoff=0.7)
        return f" (nearest: {safe(near[0], 60)})" if near else ""

    @property
    def faults(self) -> list[Note]:
        """Why rules that need this table cannot be assessed. No rows at all is the policy's to judge, not a fault by itself."""
        return [note for note in self.notes if note.level == "table" and note.code != "IN005"]

    def leave(self, reason: str, rows: int, line: int | None = None) -> None:
        """Count rows that are set aside; ``line`` is where the first of them stands."""
        if not rows:
            return
        self.set_aside[reason] = self.set_aside.get(reason, 0) + rows
        if line is not None:
            self.first_lines[reason] = min(line, self.first_lines.get(reason, line))

    def cell(self, column: str, done: str, rows: int) -> None:
        """Count cells of a column that were repaired or could not be read."""
        if rows and done not in ("ok", "blank"):
            counted = self.cells.setdefault(column, {})
            counted[done] = counted.get(done, 0) + rows


@dataclass(frozen=True)
class Reject:
    """One row that was set aside, with its cells: made only when somebody asks for the rejected rows themselves."""

    file: str
    sheet: str
    line: int
    reason: str
    cells: tuple[str, ...] = field(repr=False)


@dataclass
class Extract:
    """What was read, as the rules see it: which tables and fields are there, and how many rows each holds."""

    profile: str
    title: str
    note: str
    accounts: list[Account]
    rows: dict[str, int]
    fields: dict[str, frozenset[str]]
    figures: dict[str, TableFigures]
    incomplete: dict[str, tuple[str, ...]]
    faulty: dict[str, str] = field(default_factory=dict)
    """Tables and ``table.field`` that cannot be relied on as a whole, and why: an unknowable order of dates, changed ids."""
    notes: list[Note] = field(default_factory=list)
    rejects: tuple[Reject, ...] | None = None

    @cached_property
    def blank(self) -> dict[str, frozenset[str]]:
        """Fields of each table that are there and hold nothing."""
        return {name: found.blank for name, found in self.figures.items()}

    @property
    def unread(self) -> list[Account]:
        """Files that should have been read and could not be."""
        return [account for account in self.accounts if account.refused is not None and account.refused.level != "note"]

    @property
    def balances(self) -> bool:
        """Whether every row of every file is accounted for."""
        return all(account.balances for account in self.accounts)
