"""Histories in any profile's layout: the whole of it on one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from casecheck.model import load_model
from casecheck.profiles.spec import Profile
from casecheck.stories.history import Row
from casecheck.stories.layouts.filling import INSTEAD, Filler, kinds_of
from casecheck.stories.layouts.sheets import Cells, LaidOut, Sheet
from casecheck.stories.layouts.sources import Laying, SourceLayout, people_last
from casecheck.stories.layouts.text import Dates

_layouts: dict[int, Layout] = {}
"""Layouts by the identity of their profile, which they keep alive."""


def lay_out(profile: Profile, tables: Mapping[str, Sequence[Row]], as_of: date) -> LaidOut:
    """Rows of the model's tables as the sheets of a source.

    Give whole children, all rows of a child in one call; staff may come in a call of their own. Where several calls make one
    extract, rows of a sheet that is ``shared`` may come more than once. Every sheet that the profile reads is there, with its
    headings, whether it has rows or not. Rows for which the layout has no place are left out and counted. Raises
    :class:`casecheck.errors.CasecheckError` for a layout that cannot be written.
    """
    if id(profile) not in _layouts:
        _layouts[id(profile)] = Layout(profile)
    return _layouts[id(profile)].lay_out(tables, as_of)


class Layout:
    """A profile turned round: for each table of the model the mappings that it may stand in, and how each source is written."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.fillers: dict[str, list[Filler]] = {}
        dates, model = Dates(profile.date_order), load_model()
        columns = {name: _columns(profile, name) for name in profile.sources}
        for table, mappings in profile.tables.items():
            kinds, spec = kinds_of(table, mappings), model.tables[table]
            self.fillers[table] = [Filler(profile, spec, each, kinds, columns[each.source], dates) for each in mappings]
        every = [filler for fillers in self.fillers.values() for filler in fillers]
        _tell_numbers_apart(every)
        read = {filler.mapping.source for filler in every} | profile.answer_sources()
        self.sources = {
            name: SourceLayout(profile, name, [each for each in every if each.mapping.source == name], columns[name])
            for name in profile.sources
            if name in read
        }
        self._people = self.fillers.get("person", [None])[0] if "person" not in profile.merge else None
        for source in self.sources.values():
            if self._people and self._people not in source.fillers:
                source.repeat(self._people)

    def lay_out(self, tables: Mapping[str, Sequence[Row]], as_of: date) -> LaidOut:
        """See :func:`lay_out`."""
        shared = {sheet for source in self.sources.values() for sheet in source.shared}
        sheets = {name: Sheet(source.title, source.headings, shared=name in shared) for name, source in self.sources.items()}
        laying = Laying(as_of, {}, {}, sheets)
        if self._people and any(source.repeated for source in self.sources.values()):
            laying.people = _filled(self._people, tables.get("person", ()))
        for table, rows in tables.items():
            self._assign(table, rows, laying)
        for source in people_last(self.sources):
            source.write(laying)
        left_out = {table: len(rows) - len(laying.placed.get(table, ())) for table, rows in tables.items()}
        return LaidOut({sheet.name: sheet for sheet in sheets.values()}, {table: n for table, n in left_out.items() if n})

    def _assign(self, table: str, rows: Sequence[Row], laying: Laying) -> None:
        """Choose for each row the mappings that it stands in. Merged tables are looked up by their key instead."""
        fillers = self.fillers.get(table, [])
        if table in self.profile.merge:
            key = load_model().tables[table].key[0]
            laying.merged[table] = {row.get(key): row for row in rows}
            return
        if len(fillers) == 1 and table not in INSTEAD:
            laying.rows[fillers[0]] = list(filter(fillers[0].fits, rows))
            return
        for row in rows:
            for each in _readings(table, row):
                if chosen := _chosen(fillers, each):
                    for filler in chosen:
                        laying.rows.setdefault(filler, []).append(each)
                    break


def _filled(people: Filler, rows: Sequence[Row]) -> dict[str | None, Cells]:
    """What the list of people says of each."""
    found: dict[str | None, Cells] = {}
    for row in rows:
        cells: Cells = [None] * len(people.places)
        people.fill(row, cells)
        found[str(row.get("person_id"))] = cells
    return found


def _tell_numbers_apart(fillers: Sequence[Filler]) -> None:
    """Numbers of stories begin with their table's initials: tables with the same ones, in one column, need a mark."""
    taken: dict[tuple[str, int, str], str] = {}
    for filler in fillers:
        table = filler.table.table
        initials = "".join(word[0] for word in table.split("_"))
        if filler.number >= 0 and taken.setdefault((filler.mapping.source, filler.number, initials), table) != table:
            filler.mark = "-2"


def _columns(profile: Profile, source: str) -> list[str]:
    """The columns of a source, and those that answers are laid beside it as."""
    laid = (column for pivot in profile.pivots_of(source) for column in pivot.columns)
    return [*profile.sources[source].columns, *laid]


def _readings(table: str, row: Row) -> Iterator[Row]:
    """The row, and what it may be recorded as instead."""
    yield row
    if table in INSTEAD:
        name, instead = INSTEAD[table]
        for other in instead.get(str(row.get(name)), ()):
            yield {**row, name: other}


def _chosen(fillers: Sequence[Filler], row: Row) -> list[Filler]:
    """The mappings that a row stands in: the one that holds most of it, and any that tell what no other does.

    What several lists say alike as things are today (the worker) stands on each of them.
    """
    fitting = [(filler.filled(row), filler) for filler in fillers if filler.fits(row)]
    if len(fitting) == 1:
        return [filler for filled, filler in fitting if filled]
    chosen: list[Filler] = []
    told: set[str] = set()
    for filled, filler in sorted(fitting, key=lambda each: -each[0]):
        again = filler.latest and chosen and filler.holds == chosen[0].holds
        if filled and (again or not filler.tells <= told):
            chosen.append(filler)
            told |= filler.tells
    return chosen
