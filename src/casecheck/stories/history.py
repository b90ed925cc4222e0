"""What the stories write on: the rows of the model's tables child by child, and the chance that draws dates and choices."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache

from casecheck.model import load_model
from casecheck.stories.working_days import add_working, working

Cell = str | int | float | date | datetime | None
Row = dict[str, Cell]

_BUSY = (0.8, 0.75, 0.9, 0.7, 0.85, 0.9, 0.8, 0.5, 0.8, 0.95, 1.0, 0.6)
"""How much comes in, month by month, against November. Schools tell of most, and are closed in August and at Christmas."""
_AUGUST, _DECEMBER = 8, 12
_CHRISTMAS = 18


@dataclass
class Child:
    """One synthetic child: when born (or due), the days that the story turns on, and the rows written so far."""

    id: str
    family: int
    born: date | None
    due: date | None
    history: History = field(repr=False)
    days: dict[str, date] = field(default_factory=dict)
    tables: dict[str, list[Row]] = field(default_factory=dict, repr=False)

    def add(self, table: str, **cells: Cell) -> Row:
        """Write one row on this child; a table with a number of its own gets the next one."""
        row: Row = {"person_id": self.id, **cells}
        key = _key(table)
        if key and key not in row:
            row[key] = self.history.number(table)
        self.tables.setdefault(table, []).append(row)
        return row

    def rows(self, table: str, **cells: Cell) -> list[Row]:
        """The child's rows of a table that hold these values."""
        found = self.tables.get(table, [])
        for name, value in cells.items():
            found = [row for row in found if row.get(name) == value]
        return list(found)

    def remove(self, table: str, unwanted: Iterable[Row]) -> None:
        """Take these very rows away again."""
        gone = {id(row) for row in unwanted}
        self.tables[table] = [row for row in self.tables.get(table, []) if id(row) not in gone]

    def alive(self, day: date) -> bool:
        """Whether the child was born by then."""
        return self.born is not None and self.born <= day


class History:
    """Children, the staff who work with them, and the day up to which everything is written down.

    ``chance`` is any :class:`random.Random`; hypothesis gives one that shrinks. ``mark`` tells the numbers of one history
    from those of another, so that several can stand in the same tables.
    """

    def __init__(self, as_of: date, chance: random.Random, mark: str = "") -> None:
        self.as_of = as_of
        self.last = as_of - timedelta(days=1)
        self.chance = chance
        self.children: list[Child] = []
        self.loose: dict[str, list[Row]] = {}
        self.families = 0
        self.mark = mark
        self._numbers: Counter[str] = Counter()

    def number(self, table: str) -> str:
        """The next number for a row of a table."""
        self._numbers[table] += 1
        return f"{_letters(table)}{self.mark}{self._numbers[table]:06d}"

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``."""
        return self.chance.randint(low, high)

    def since(self, low: int, high: int) -> int:
        """How many days ago something came in, from ``low`` to ``high``: seldom in the holidays of schools, often in autumn."""
        for _ in range(3):
            days = self.between(low, high)
            if self.chance.random() < _BUSY[(self.as_of - timedelta(days=days)).month - 1]:
                break
        return days

    def pace(self, day: date, low: int, high: int) -> int:
        """A number from ``low`` to ``high`` for the time from one visit to the next: more often a long one in the holidays."""
        if day.month == _AUGUST or (day.month == _DECEMBER and day.day >= _CHRISTMAS):
            low = max(low, high - 1)
        return self.between(low, high)

    def pick(self, *choices: str) -> str:
        """One of these."""
        return self.chance.choice(choices)

    def ago(self, days: int) -> date:
        """A working day about so many days before the day of the extract, and never after the last day."""
        return min(working(self.as_of - timedelta(days=days)), add_working(self.last + timedelta(days=1), -1))

    def done(self, day: date) -> bool:
        """Whether that day's work is in the extract."""
        return day <= self.last

    def written(self, day: date) -> datetime:
        """When something of that day was typed in: the same afternoon, or now and then the next working morning."""
        self._numbers["written"] += 1
        minute = self._numbers["written"] % 50
        if minute % 3 or day >= self.last:
            return datetime.combine(day, time(16, minute))
        following = add_working(day, 1)
        return datetime.combine(following, time(9, minute)) if self.done(following) else datetime.combine(day, time(17, minute))

    def write(self, table: str, **cells: Cell) -> Row:
        """One row that belongs to no child."""
        self.loose.setdefault(table, []).append(cells)
        return cells

    def rows(self, table: str) -> Iterator[Row]:
        """Every row of a table: the children's in order, then those that belong to no child."""
        for child in self.children:
            yield from child.tables.get(table, [])
        yield from self.loose.get(table, [])

    def tables(self) -> dict[str, list[Row]]:
        """Every table that has a row."""
        found = {name: list(self.rows(name)) for name in load_model().tables}
        return {name: rows for name, rows in found.items() if rows}


@cache
def _key(table: str) -> str:
    key = load_model().tables[table].key
    return key[0] if len(key) == 1 and key[0] != "person_id" else ""


@cache
def _letters(table: str) -> str:
    return "".join(word[0] for word in table.split("_")).upper()
