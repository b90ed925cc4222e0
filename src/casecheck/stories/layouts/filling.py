"""From a row of the model to the columns of its source: the inverse of what a mapping takes.

A mapping is looked at once and becomes a :class:`Filler`, which then fills the cells of any number of rows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from casecheck.model import Table
from casecheck.profiles.spec import Mapping as Mapped
from casecheck.profiles.spec import Profile, Take, Word, columns_taken
from casecheck.stories.history import Cell, Row
from casecheck.stories.layouts.sheets import Cells
from casecheck.stories.layouts.spelling import wordings
from casecheck.stories.layouts.text import PRESENT, Dates, Render, codes, filler, render

MISREAD: dict[str, dict[str, tuple[str, ...]]] = {
    "allocation": {"role": ("lead worker",)},
    "assessment": {"status": ("open", "complete")},
    "meeting": {"status": ("done",)},
    "plan_review": {"cancelled_flag": ("N",)},
    "referral": {"nfa_flag": ("N",)},
    "supervision": {"status": ("done",)},
    "visit": {"status": ("done",)},
}
"""What a row is taken for where a layout does not hold the field: any other row would be misread, and is left out."""
_UNBORN = "expected_date_of_birth"
"""Where a layout has no place for it, it stands as a date of birth that is yet to come."""
INSTEAD: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "visit": (
        "visit_type",
        {"assessment": ("other", "cin"), "cin": ("other",), "private_fostering": ("other", "cin"), "pa": ("other",)},
    )
}
"""What a row is recorded as where a layout has no list or word for its type: the field, and by type what comes next."""


def kinds_of(table: str, mappings: Sequence[Mapped]) -> frozenset[str]:
    """The fields that say what a row of a table is: constants of its lists, or given by the word that chooses a list's rows."""
    return frozenset(INSTEAD[table][:1] if table in INSTEAD else ()).union(
        name
        for mapping in mappings
        for name, take in mapping.fields.items()
        if isinstance(take, Take) and (take.value or (mapping.only and take.word == mapping.only.word))
    )


class Filler:
    """One mapping, turned round. ``columns`` are those of the source and those that answers are laid beside it as.

    ``holds`` are the fields that it has a place for, ``tells`` those of them that are more than a number, ``plain`` those that
    are simply a column. ``latest`` says that the source holds only the latest of its rows. ``written`` are the places of the
    columns that it fills, ``answered`` the field that each column is read as. ``number`` is the place of the row's own number,
    and ``mark`` what is added to it where another table has such numbers in the same column.
    """

    def __init__(
        self, profile: Profile, table: Table, mapping: Mapped, kinds: frozenset[str], columns: Sequence[str], dates: Dates
    ) -> None:
        self.table = table
        self.mapping = mapping
        self.holds = frozenset(mapping.fields)
        self.tells = frozenset(mapping.fields) - {table.child, *(table.key if len(table.key) == 1 else ())}
        self.places = {column: place for place, column in enumerate(columns)}
        self.plain = {name: take for name, take in mapping.fields.items() if isinstance(take, str)}
        self.date = next((name for name in mapping.fields if self._is_date(name)), "")
        self.latest = _is_latest(profile, table.table, mapping)
        self._dates = dates
        self._unborn = (
            self.places[self.plain["date_of_birth"]] if _UNBORN not in self.holds and "date_of_birth" in self.plain else -1
        )
        self._constants = [(name, take.value) for name, take in mapping.fields.items() if isinstance(take, Take) and take.value]
        spelled = wordings(profile, table.table, mapping)
        self._wordings = [
            (self.places[each.column], each, each.fixed or not kinds.isdisjoint(each.wanted))
            for each in spelled
            if each.fixed or each.wanted
        ]
        self._misread = [(name, words) for name, words in MISREAD.get(table.table, {}).items() if name not in self.holds]
        self._about = "person_id" in self.holds and "worker_id" in table.fields and "worker_id" not in self.holds
        self._fixed = [(self.places[column], words[0]) for column, words in mapping.keep.items() if not self._takes(column)]
        self._filled = [self.places[column] for column in mapping.filled]
        self._kept = [(self.places[column], frozenset(words)) for column, words in mapping.keep.items()]
        self._unwanted = [(self.places[column], frozenset(words)) for column, words in mapping.leave_out.items()]
        self._simple: list[tuple[int, str, Render | None]] = []
        self._other: list[tuple[int, str, Take]] = []
        self._objects: dict[int, list[tuple[str, str]]] = {}
        for name, take in mapping.fields.items():
            self._note(name, take)
        self.mark = ""
        key = table.key[0] if len(table.key) == 1 else ""
        self.number = next((place for place, name, _ in (*self._simple, *self._other) if name == key), -1)
        self._checks = bool(self._filled or self._kept or self._unwanted)
        places: list[Sequence[tuple[Any, ...]]] = [self._simple, self._other, self._wordings, self._fixed]
        self.written = sorted({each[0] for filled in places for each in filled} | set(self._objects))
        self.answered = {column: name for name, take in mapping.fields.items() for column in columns_taken(take)}

    def fits(self, row: Row) -> bool:
        """Whether the row can stand here without being read as something else."""
        for name, value in self._constants:
            if row.get(name) != value:
                return False
        for _, wording, needed in self._wordings:
            if needed and wording.word(row) is None:
                return False
        for name, words in self._misread:
            if row.get(name) is not None and row[name] not in words:
                return False
        if self._about and row.get("person_id") is None:
            return False
        return not self._checks or self._stands(row)

    def fill(self, row: Row, cells: Cells) -> None:
        """Write the row's fields into its columns, over what may stand there."""
        for place, name, text in self._simple:
            value = row.get(name)
            if value is None:
                cells[place] = None
            else:
                cells[place] = text(value) if text else str(value)
        for place, wording, _ in self._wordings:
            cells[place] = wording.word(row)
        for place, name, take in self._other:
            self._fill_other(row, cells, place, name, take)
        for place, keys in self._objects.items():
            cells[place] = _object(row, keys)
        for place, word in self._fixed:
            cells[place] = word
        if self.mark and (number := cells[self.number]):
            cells[self.number] = number + self.mark
        if self._unborn >= 0 and cells[self._unborn] is None and (due := row.get(_UNBORN)) is not None:
            cells[self._unborn] = self._dates.day(due)

    def filled(self, row: Row) -> int:
        """How many of the fields that it tells the row has a value for."""
        return sum(row.get(name) is not None for name in self.tells)

    def _stands(self, row: Row) -> bool:
        cells: Cells = [None] * len(self.places)
        self.fill(row, cells)
        return (
            all(cells[place] is not None for place in self._filled)
            and all(cells[place] in words for place, words in self._kept)
            and not any(cells[place] in words for place, words in self._unwanted)
        )

    def day(self, day: date) -> str:
        """A day, as the layout writes it."""
        return self._dates.day(day)

    def _is_date(self, name: str) -> bool:
        return self.table.fields[name].type in ("date", "datetime") and not name.startswith(("due_", "target_"))

    def _takes(self, column: str) -> bool:
        return any(column in columns_taken(take) for take in self.mapping.fields.values())

    def _note(self, name: str, take: str | Take | Word) -> None:
        """What is to be done for one field."""
        column = _first_column(take)
        if isinstance(take, str) or (isinstance(take, Take) and take.first and column):
            self._simple.append((self.places[column], name, render(self.table.fields[name], column, self._dates)))
        elif isinstance(take, Take) and (take.flag or take.flags):
            self._objects.setdefault(self.places[take.flag or take.flags], []).append((name, take.key))
        elif isinstance(take, Take) and not (take.value or take.word or take.first or take.words):
            self._note_other(name, take)

    def _note_other(self, name: str, take: Take) -> None:
        if take.listed:
            self._other += [(self.places[column], name, Take(listed={code: column})) for code, column in take.listed.items()]
        elif take.joined:
            own = next(column for column in take.joined if column not in self.plain.values())
            self._other.append((self.places[own], name, take))
        else:
            self._other.append((self.places[take.present or take.length or take.column], name, take))

    def _fill_other(self, row: Row, cells: Cells, place: int, name: str, take: Take) -> None:
        value = row.get(name)
        if take.listed:
            cells[place] = cells[place] if value is None else "Y" if next(iter(take.listed)) in codes(value) else "N"
        elif take.joined:
            cells[place] = None if value is None else str(value).split("/")[0]
        elif take.length:
            cells[place] = filler(int(value)) if isinstance(value, int) else None
        elif take.present:
            cells[place] = (cells[place] or self._presence(row, take.present)) if value == "Y" else None
        elif take.other_than:
            cells[place] = take.other_than[0] if value == "N" else None if value is None else str(value)

    def _presence(self, row: Row, column: str) -> str:
        """What fills a column of which only the presence counts: the row's first date under a heading that speaks of one."""
        day = row.get(self.date)
        return self._dates.day(day) if "date" in column.lower() and day is not None else PRESENT


def _is_latest(profile: Profile, table: str, mapping: Mapped) -> bool:
    """Whether the source holds only the latest of these rows."""
    constants = [(name, take.value) for name, take in mapping.fields.items() if isinstance(take, Take) and take.value]
    return not profile.latest_only.keys().isdisjoint({table, *(f"{table}.{name}.{value}" for name, value in constants)})


def _first_column(take: str | Take | Word) -> str:
    """The column that a field is written into: its own, or the first of several."""
    if isinstance(take, str):
        return take
    first = take.first[0] if isinstance(take, Take) and take.first else None
    return first if isinstance(first, str) else ""


def _object(row: Mapping[str, Cell], keys: Sequence[tuple[str, str]]) -> str | None:
    """A JSON object of the flags that several fields say."""
    said: dict[str, str] = {}
    for name, key in keys:
        value = row.get(name)
        if value is not None:
            said |= {key: str(value)} if key else dict.fromkeys(codes(value), "Y")
    return json.dumps(said) if said else None
