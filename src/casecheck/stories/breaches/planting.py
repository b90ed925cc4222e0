"""What planters share: the list of breaches, and ways of taking away what a story wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from casecheck.stories.families import KINDS, Kind, write_family
from casecheck.stories.history import Child, Row
from casecheck.stories.lives import Life
from casecheck.stories.staff import Staff

Subject = tuple[str, Row]
"""The model's table and the row that the finding names."""
Plant = Callable[[Staff, Child], Subject]


@dataclass(frozen=True)
class Breach:
    """One way of breaking a rule: the story it is planted in, what is done to it, and the rules that are broken with it.

    ``kept`` is a story in which the rule is kept: the same one, unless it breaks the rule by itself.
    ``story`` is the name of the story, or of the one most like it. ``field`` is the one that is spoilt, where a rule asks the
    same of several fields of a table. ``shown_by`` is a field (``table.field``) without which nobody can see it.
    """

    rule: str
    kind: Kind
    kept: Kind
    plant: Plant
    also: frozenset[str]
    story: str
    field: str = ""
    shown_by: str = ""

    @property
    def what(self) -> str:
        """What is wrong with the record, in a sentence."""
        return (self.plant.__doc__ or "").partition("\n")[0]


@dataclass(frozen=True)
class Planted:
    """A breach that was planted, as the finding that must come of it."""

    rule: str
    child: Child
    table: str
    row: Row
    also: frozenset[str]


BREACHES: dict[str, Breach] = {}
"""A breach for each rule that a child's own records can break, by the rule's code."""


def breach(
    rule: str, of: str | Life | Kind, also: Iterable[str] = (), like: str = "", field: str = "", shown_by: str = ""
) -> Callable[[Plant], Plant]:
    """Note a planter under its rule. ``of`` is the story that it needs, ``also`` names rules that are broken with this one.

    ``like`` names the story most like one that breaks the rule by itself.
    """
    kind = KINDS[of] if isinstance(of, str) else of if isinstance(of, Kind) else Kind(of)

    def noted(plant: Plant) -> Plant:
        kept = KINDS[like] if like else kind
        BREACHES[rule] = Breach(rule, kind, kept, plant, frozenset(also), like or _story(kind), field, shown_by)
        return plant

    return noted


def _story(kind: Kind) -> str:
    life = kind.life.func if isinstance(kind.life, partial) else kind.life
    return next(name for name, known in KINDS.items() if known.life == life)


def plant(staff: Staff, rule: str) -> Planted:
    """Write a family whose first child's records break the rule, and nothing else but what goes with it."""
    chosen = BREACHES[rule]
    child = write_family(staff, chosen.kind)[0]
    table, row = chosen.plant(staff, child)
    return Planted(rule, child, table, row, chosen.also)


def day(row: Row, column: str) -> date:
    """A date of a row, which is there."""
    found = row[column]
    assert isinstance(found, date)
    return found.date() if isinstance(found, datetime) else found


def only(child: Child, table: str, **cells: str) -> Row:
    """The child's first row of a table that holds these values."""
    return child.rows(table, **cells)[0]


def seen_on(child: Child, kind: str = "") -> list[Row]:
    """The child's visits, or those of one type, oldest first."""
    found = [row for row in child.rows("visit") if not kind or row["visit_type"] == kind]
    return sorted(found, key=lambda row: day(row, "visit_date"))


def forget(child: Child, table: str, column: str, first: date, last: date = date.max) -> None:
    """Take away the rows of a table whose date lies from ``first`` to ``last``."""
    child.remove(table, [row for row in child.rows(table) if row.get(column) and first <= day(row, column) <= last])


def unseen(child: Child, first: date, last: date = date.max) -> None:
    """Take away every visit from ``first`` to ``last``."""
    forget(child, "visit", "visit_date", first, last)
