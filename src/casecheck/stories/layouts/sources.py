"""How the rows of one source are made: which mapping leads, which ride on it, and what every row needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from casecheck.errors import CasecheckError
from casecheck.profiles.spec import Profile
from casecheck.stories.history import Cell, Row
from casecheck.stories.layouts.answers import Answers
from casecheck.stories.layouts.episodes import Episodes
from casecheck.stories.layouts.filling import Filler
from casecheck.stories.layouts.joining import Rider, joined, one_a_person, rider
from casecheck.stories.layouts.sheets import Cells, Sheet

BESIDE = frozenset({"person", "person_identifier", "person_characteristic", "address", "allocation", "health_assessment"})
"""What is recorded of a person besides what was done: where relationships are not held, nobody is listed for these alone."""


@dataclass
class Laying:
    """One call: the rows by mapping, the merged tables by key, and what stands where by now."""

    as_of: date
    rows: dict[Filler, list[Row]]
    merged: dict[str, dict[Cell, Row]]
    sheets: dict[str, Sheet]
    placed: dict[str, set[int]] = field(default_factory=dict)
    seen: set[str | None] = field(default_factory=set)
    people: dict[str | None, Cells] = field(default_factory=dict)

    def of(self, filler: Filler) -> list[Row]:
        """The rows that stand in a mapping."""
        return self.rows.get(filler, [])

    def place(self, filler: Filler, row: Row) -> None:
        """Note that a row has found its place."""
        self.placed.setdefault(filler.table.table, set()).add(id(row))


class SourceLayout:
    """One source of a profile, turned round. ``fillers`` are the mappings that take from it."""

    def __init__(self, profile: Profile, name: str, fillers: Sequence[Filler], columns: Sequence[str]) -> None:
        spec = profile.sources[name]
        self.name = name
        self.fillers = fillers
        self.repeated: list[tuple[int, int]] = []
        self.title = spec.names[0] if spec.names else name
        self.headings = tuple(spec.columns)
        self.merged = [filler for filler in fillers if filler.table.table in profile.merge]
        self._columns = len(columns)
        rest = [filler for filler in fillers if filler not in self.merged]
        certain = [filler for filler in rest if not _conditional(filler)]
        self.episodes = Episodes(certain, len(columns)) if _share_spells(certain) else None
        self.leader = None if self.episodes else _leader(profile, name, certain)
        riding = [filler for filler in rest if self.leader and _rides(filler, self.leader, spec.key, spec.person)]
        self.riders = [rider(filler, self.leader) for filler in riding if self.leader]
        self.alone = [] if self.episodes else [each for each in rest if each is not self.leader and each not in riding]
        self.spells = certain if self.episodes else []
        self.beside = all(filler.table.table in BESIDE for filler in rest) and not profile.holds("relationship")
        self._needs_lead = bool(certain)
        written = {columns[place] for filler in fillers for place in filler.written}
        self._person = columns.index(person) if (person := spec.person or _person(fillers)) else -1
        self._key = columns.index(spec.key) if spec.key and spec.key not in written else -1
        self._constants = [(columns.index(column), words[0]) for column, words in spec.keep.items() if column not in written]
        types = {column: filler.table.fields[name].type for filler in fillers for column, name in filler.answered.items()}
        self._answers = [Answers(profile, name, pivot, columns, types, written) for pivot in profile.pivots_of(name)]
        self.shared = [each.sheet for each in self._answers if each.shared]
        self._own_answers = any(each.own for each in self._answers)

    def repeat(self, people: Filler) -> None:
        """Note the columns that no mapping reads, and that repeat what the list of people says (a birth date on every list)."""
        own = {column: place for column, place in people.places.items() if place in people.written}
        read = {column for filler in self.fillers for column in filler.answered}
        if self._person >= 0:
            self.repeated = [(at, own[column]) for at, column in enumerate(self.headings) if column in own and column not in read]

    def write(self, laying: Laying) -> None:
        """Write every row of this source, and the answers that hang on them."""
        for answers in self._answers:
            answers.start()
        for filler in self.alone:
            self._write_alone(laying, filler)
        if self.leader:
            self._write_joined(laying, self.leader)
        if self.episodes:
            self._write_episodes(laying, self.episodes)
        if not self._needs_lead:
            for filler in self.merged:
                self._write_merged(laying, filler)

    def _write_alone(self, laying: Laying, filler: Filler) -> None:
        done = laying.placed.setdefault(filler.table.table, set())
        for row in laying.of(filler):
            if self._is_nobody(laying, row):
                continue
            cells: Cells = [None] * self._columns
            filler.fill(row, cells)
            self._finish(laying, cells, row)
            done.add(id(row))

    def _write_joined(self, laying: Laying, leader: Filler) -> None:
        riders = [(each, laying.of(each.filler)) for each in self.riders]
        if not riders:
            return self._write_alone(laying, leader)
        leads = [row for row in laying.of(leader) if not self._is_nobody(laying, row)]
        pairing = joined if leader.date or leader.table.table == "person" else one_a_person
        for lead, aboard in pairing(leader, leads, riders, laying.as_of):
            cells: Cells = [None] * self._columns
            if lead is not None:
                leader.fill(lead, cells)
                laying.place(leader, lead)
            for each, row in aboard:
                self._board(each, row, cells)
                laying.place(each.filler, row)
            self._finish(laying, cells, lead if lead is not None else aboard[0][1])
        return None

    def _board(self, each: Rider, row: Row, cells: Cells) -> None:
        """Write a rider over its leader: where it has a place of its own with its blanks too."""
        own: Cells = [None] * self._columns
        each.filler.fill(row, own)
        for place in each.filler.written:
            if own[place] is not None or not each.filler.latest:
                cells[place] = own[place]

    def _write_episodes(self, laying: Laying, episodes: Episodes) -> None:
        people: dict[Cell, list[list[Row]]] = {}
        for number, filler in enumerate(self.spells):
            for row in laying.of(filler):
                people.setdefault(row.get("person_id"), [[] for _ in self.spells])[number].append(row)
                laying.place(filler, row)
        for cells in episodes.rows(people):
            self._finish(laying, cells, {})

    def _write_merged(self, laying: Laying, filler: Filler) -> None:
        """Rows of a merged table that stand in no row of another: on their own."""
        done = laying.placed.setdefault(filler.table.table, set())
        for row in laying.merged.get(filler.table.table, {}).values():
            if id(row) not in done and filler.fits(row):
                cells: Cells = [None] * self._columns
                filler.fill(row, cells)
                self._finish(laying, cells, {})
                done.add(id(row))

    def _is_nobody(self, laying: Laying, row: Row) -> bool:
        return self.beside and str(row.get("person_id")) not in laying.seen

    def _finish(self, laying: Laying, cells: Cells, row: Mapping[str, Cell]) -> None:
        """What every row of the source needs: what is said of the person or worker, a number, the marks by which it counts."""
        for filler in self.merged:
            self._look_up(laying, filler, row, cells)
        rows = laying.sheets[self.name].rows
        if self._person >= 0 and not self.beside:
            laying.seen.add(cells[self._person])
        if self._key >= 0:
            cells[self._key] = f"{cells[self._person] if self._person >= 0 else ''}-{len(rows) + 1}".lstrip("-")
        for place, word in self._constants:
            cells[place] = word
        if self.repeated and (known := laying.people.get(cells[self._person])):
            for place, theirs in self.repeated:
                cells[place] = known[theirs]
        for answers in self._answers:
            answers.write(cells, laying.sheets[answers.sheet].rows)
        if not self._own_answers:
            rows.append(cells[: len(self.headings)])

    def _look_up(self, laying: Laying, filler: Filler, row: Mapping[str, Cell], cells: Cells) -> None:
        found = laying.merged.get(filler.table.table, {}).get(row.get(filler.table.key[0]))
        if found is None:
            return
        own: Cells = [None] * self._columns
        filler.fill(found, own)
        laying.place(filler, found)
        for place in filler.written:
            if cells[place] is None:
                cells[place] = own[place]


def _person(fillers: Sequence[Filler]) -> str:
    """The column with the child, where the source itself does not say."""
    return next((filler.plain["person_id"] for filler in fillers if "person_id" in filler.plain), "")


def _conditional(filler: Filler) -> bool:
    """Whether only some rows of the source are rows of this table."""
    return bool(filler.mapping.only or filler.mapping.filled or filler.mapping.keep)


def _share_spells(fillers: Sequence[Filler]) -> bool:
    """Whether several tables have their start and end in the same columns."""
    spells = {(each.plain.get("start_date"), each.plain.get("end_date")) for each in fillers}
    return len(fillers) > 1 and len(spells) == 1 and None not in next(iter(spells))


def _leader(profile: Profile, name: str, certain: Sequence[Filler]) -> Filler | None:
    """The mapping of which every row of the source is one, and of which the source holds more than the latest."""
    lasting = [filler for filler in certain if not filler.latest] or list(certain[:1])
    if len(lasting) > 1:
        tables = " and ".join(filler.table.table for filler in lasting)
        raise CasecheckError(
            f"{profile.profile}: every row of '{name}' is one of {tables}, and nothing says which of them belong together",
            "choose another layout, or give the mappings 'only' or 'filled'",
        )
    return lasting[0] if lasting else None


def _rides(filler: Filler, leader: Filler, key: str, person: str) -> bool:
    """Whether a mapping needs a row of the leader to stand on: it has no number of its own there, or its columns may be blank."""
    if filler is leader:
        return False
    return not filler.mapping.only or key == person or key not in filler.plain.values()


def people_last(sources: Mapping[str, SourceLayout]) -> Iterator[SourceLayout]:
    """The sources, those that only say who somebody is after those that say what was done."""
    yield from (source for source in sources.values() if not source.beside)
    yield from (source for source in sources.values() if source.beside)
