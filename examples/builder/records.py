"""What the stories write on: a child's rows by file, and the world that numbers them and keeps the list of breaches."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from builder.days import LAST, is_working

Cell = str | int | float | date | datetime | None
Row = dict[str, Cell]

SEED = 2026
_PREFIX = {
    "CONTACT_ID": "C",
    "REFERRAL_ID": "R",
    "FORM_ID": "F",
    "OBSERVATION_ID": "N",
    "ACTIVITY_ID": "T",
    "CONFERENCE_ID": "K",
    "REGISTRATION_ID": "P",
    "PLAN_ID": "L",
    "REVIEW_ID": "V",
    "EPISODE_ID": "E",
    "PLACEMENT_ID": "H",
}


@dataclass
class Child:
    """One synthetic child: when born (or due), what kind of story, the story's main days, and the rows written so far."""

    id: str
    kind: str
    family: int
    born: date | None
    due: date | None = None
    days: dict[str, date] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, table: str, **cells: Cell) -> Row:
        """Write one row on this child."""
        row: Row = {"PERSON_ID": self.id, **cells}
        self.rows.setdefault(table, []).append(row)
        return row

    def find(self, table: str, **cells: Cell) -> list[Row]:
        """The child's rows of a file that hold these values."""
        return [row for row in self.rows.get(table, []) if all(row.get(name) == value for name, value in cells.items())]

    def remove(self, table: str, unwanted: Iterable[Row]) -> None:
        """Take these very rows away again."""
        gone = {id(row) for row in unwanted}
        self.rows[table] = [row for row in self.rows[table] if id(row) not in gone]


@dataclass(frozen=True)
class Breach:
    """One planted breach, as the finding that must come of it."""

    rule_id: str
    child_id: str
    subject_table: str
    subject_key: str
    what: str


@dataclass
class World:
    """Numbers rows, draws the dates of a family's story, and remembers what was planted."""

    children: list[Child] = field(default_factory=list)
    loose: dict[str, list[Row]] = field(default_factory=dict)
    breaches: list[Breach] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    rng: random.Random = field(default_factory=lambda: random.Random(SEED))
    _numbers: dict[str, int] = field(default_factory=dict)

    def begin_story(self, family: int) -> None:
        """Brothers and sisters share the same draw, and so the same dates: a family is visited together."""
        self.rng = random.Random(f"{SEED} family {family}")

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, the same on every version of Python."""
        return low + int(self.rng.random() * (high - low + 1))

    def pick(self, *choices: str) -> str:
        """One of these."""
        return choices[self.between(0, len(choices) - 1)]

    def number(self, column: str) -> str:
        """The next number for a key column."""
        self._numbers[column] = self._numbers.get(column, 0) + 1
        return f"{_PREFIX[column]}{self._numbers[column]:06d}"

    def fresh(self, kind: str, fits: Callable[[Child], bool] = lambda _: True) -> Child:
        """A child of this kind on whom nothing has been planted yet. From now on something is."""
        child = next(child for child in self.children if child.kind == kind and child.id not in self.used and fits(child))
        self.used.add(child.id)
        return child

    def plant(self, rule_id: str, child: Child | None, subject: str, key: Mapping[str, object], what: str) -> None:
        """Note a breach; ``subject`` is the model's table, ``key`` its identity as the finding gives it."""
        words = " ".join(f"{name}={'' if value is None else value}" for name, value in key.items())
        self.breaches.append(Breach(rule_id, child.id if child else "", subject, words, what))

    def rows(self, table: str) -> Iterator[Row]:
        """Every row of a file: the children's in order, then those that belong to no child."""
        for child in self.children:
            yield from child.rows.get(table, [])
        yield from self.loose.get(table, [])


def entered(day: date, number: int) -> datetime:
    """When something of that day was typed in: the same afternoon, or every third time the next working morning."""
    if number % 3 or day >= LAST:
        return datetime.combine(day, time(16, 10 + number % 40))
    following = day + timedelta(days=1)
    while not is_working(following):
        following += timedelta(days=1)
    return datetime.combine(following, time(9, 5 + number % 40))


def at(day: date, hour: int = 11) -> datetime:
    """A day with a time."""
    return datetime.combine(day, time(hour))
