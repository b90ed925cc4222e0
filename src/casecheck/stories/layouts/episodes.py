"""Spells of several tables as episodes: a row for every change of any of them. The inverse of chaining.

A return of looked-after children has a row for each time between two changes of legal status or placement. Rows of one
table that overlap, or have no dates that can be followed, become episodes of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from casecheck.stories.history import Cell, Row
from casecheck.stories.layouts.filling import Filler
from casecheck.stories.layouts.sheets import Cells

_EVER = date.max


@dataclass(frozen=True)
class Spell:
    """A row of one of the tables, from when to when."""

    table: int
    row: Row
    start: date
    end: date


@dataclass(frozen=True)
class Episode:
    """A time in which nothing changes, and the spells in force: those that begin and those that end with it among them."""

    start: date
    end: date
    spells: tuple[Spell, ...]


class Episodes:
    """Writes the spells of some tables into the rows of one source that they share.

    ``fillers`` are in the order of the profile; where several write one column, the first has it.
    """

    def __init__(self, fillers: Sequence[Filler], width: int) -> None:
        self.fillers = fillers
        self._width = width
        first = fillers[0]
        self._start, self._end = (first.places[first.plain[name]] for name in ("start_date", "end_date"))
        self._chains = [filler.mapping.chain for filler in fillers]
        self._keys = {
            filler.places[column]
            for filler in fillers
            for name, column in filler.plain.items()
            if filler.table.key and name == filler.table.key[0]
        }

    def rows(self, people: dict[Cell, list[list[Row]]]) -> Iterator[Cells]:
        """The episodes of each person, whose rows are given by table."""
        for tables in people.values():
            straight, odd = _spells(tables)
            episodes = list(_episodes(straight))
            for place, episode in enumerate(episodes):
                before = episodes[place - 1] if place else None
                after = episodes[place + 1] if place + 1 < len(episodes) else None
                yield self._cells(episode, before, after)
            for table, row in odd:
                cells: Cells = [None] * self._width
                self.fillers[table].fill(row, cells)
                yield cells

    def _cells(self, episode: Episode, before: Episode | None, after: Episode | None) -> Cells:
        cells: Cells = [None] * self._width
        begun = {spell.table for spell in episode.spells if spell.start == episode.start}
        for spell in sorted(episode.spells, key=lambda spell: (spell.table not in begun, spell.table), reverse=True):
            filler = self.fillers[spell.table]
            own: Cells = [None] * self._width
            filler.fill(spell.row, own)
            if spell.end != episode.end:
                for place in self._last_places(filler):
                    own[place] = None
            for place, text in enumerate(own):
                if text is not None:
                    cells[place] = text
        first = self.fillers[0]
        cells[self._start] = first.day(episode.start)
        cells[self._end] = None if episode.end == _EVER else first.day(episode.end)
        self._say_why(episode, before, after, cells)
        return cells

    def _last_places(self, filler: Filler) -> list[int]:
        """The columns that only the last episode of a spell fills: why it ended."""
        ends = [name for name in filler.plain if name in ("end_reason", "change_reason")]
        return [filler.places[filler.plain[name]] for name in ends]

    def _say_why(self, episode: Episode, before: Episode | None, after: Episode | None, cells: Cells) -> None:
        """The codes for why an episode began and ended, such that each table is chained again as it was."""
        first = self._chains[0]
        if first is None:
            return
        opens, closes = (self.fillers[0].places[column] for column in (first.opens, first.closes))
        goes_on = {spell.table for spell in episode.spells if spell.start != episode.start}
        if before is not None and before.end == episode.start and 0 in goes_on:
            chains = [(number in goes_on, chain) for number, chain in enumerate(self._chains) if chain]
            fitting = (code for code in first.continues if all((code in chain.continues) == on for on, chain in chains))
            cells[opens] = next(fitting, first.continues[0])
        elif cells[opens] is None:
            cells[opens] = first.begins[0]
        ends = any(spell.table == 0 and spell.end == episode.end for spell in episode.spells)
        if after is not None and after.start == episode.end and not ends:
            cells[closes] = first.through[0]


def _day(value: Cell) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _spells(tables: Sequence[Sequence[Row]]) -> tuple[list[Spell], list[tuple[int, Row]]]:
    """The spells that follow each other, table by table, and the rows that do not."""
    straight: list[Spell] = []
    odd: list[tuple[int, Row]] = []
    for number, rows in enumerate(tables):
        dated: list[Spell] = []
        for row in rows:
            start, end = _day(row.get("start_date")), _EVER if row.get("end_date") is None else _day(row["end_date"])
            if start is None or end is None or end <= start:
                odd.append((number, row))
            else:
                dated.append(Spell(number, row, start, end))
        until = date.min
        for spell in sorted(dated, key=lambda spell: (spell.start, spell.end)):
            if spell.start < until:
                odd.append((number, spell.row))
            else:
                straight.append(spell)
                until = spell.end
    return straight, odd


def _episodes(spells: Sequence[Spell]) -> Iterator[Episode]:
    days = sorted({day for spell in spells for day in (spell.start, spell.end)})
    for start, end in pairwise(days):
        running = tuple(spell for spell in spells if spell.start <= start and spell.end >= end)
        if running:
            yield Episode(start, end, running)
