"""A part: one mapping over one staged table, and the SQL that says whether a cell holds anything."""

from __future__ import annotations

from dataclasses import dataclass, field

from casecheck.profiles.accounts import Account
from casecheck.profiles.cells import PLACEHOLDERS, SHEET_ERRORS, Blanks
from casecheck.profiles.matching import Match
from casecheck.profiles.spec import Mapping, Take, Word
from casecheck.sources.bad_input import Note
from casecheck.sql_text import literal

NO_RECORD = "-1"
"""The key that some systems give for ``no row``."""


@dataclass
class Survey:
    """What was found in one staged table. ``dates`` names the table of readings; ``faults`` are by column.

    ``timed`` are the keys of columns in which some cell tells a time of day.
    """

    dates: str = ""
    timed: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    stand_ins: set[str] = field(default_factory=set)
    tidy: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    faults: dict[str, Note] = field(default_factory=dict)


@dataclass
class Part:
    """One mapping over one staged table: a contribution to a table of the model."""

    mapping: Mapping
    match: Match
    number: int
    relation: str
    columns: frozenset[str]
    account: Account
    survey: Survey = field(default_factory=Survey)


class Absent:
    """The words that stand for nothing, as SQL. ``blank`` and ``listed`` (errors too) go inside ``IN (...)``.

    No word is longer than ``longest``: a long text is not held against them.
    """

    def __init__(self, blanks: Blanks) -> None:
        self.blanks = blanks
        self.words = listing(blanks.words)
        self.errors = listing(SHEET_ERRORS)
        self.placeholders = listing(PLACEHOLDERS)
        self.blank = listing({"", NO_RECORD, *blanks.words})
        every = {"", NO_RECORD, *blanks.words, *SHEET_ERRORS, *PLACEHOLDERS}
        self.listed = listing(every)
        self.longest = max(len(word.upper()) for word in every)

    def says(self, text: str) -> str:
        """A condition: the cell says something, be it only that a formula failed."""
        return f"upper(trim({text})) NOT IN ({self.blank})"

    def filled(self, text: str) -> str:
        """A cell, trimmed, or null when it says in any of these words that nothing is known."""
        return f"CASE WHEN upper(trim({text})) IN ({self.listed}) THEN NULL ELSE trim({text}) END"


def listing(words: set[str] | frozenset[str]) -> str:
    """Words in capitals, as the inside of ``IN (...)``; never empty."""
    return ", ".join(literal(word.upper()) for word in sorted(words or {""}))


def plain_column(take: str | Take | Word) -> str:
    """The column that a field is, when it is a column and nothing else."""
    return take if isinstance(take, str) else ""
