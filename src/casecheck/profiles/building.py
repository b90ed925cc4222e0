"""From staged text to the model's tables: the whole of it on one page.

``staging`` loads the text, ``taking`` says what fills each field, ``survey`` looks at the columns, ``readings`` gives types,
``settling`` draws up the accounts. A cell that cannot be read becomes null and is named in the row's ``_unreadable``
(``|visit_date|child_seen|``): it stays in sight.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from casecheck.engines.base import Engine
from casecheck.engines.model_tables import columns_of, create_missing
from casecheck.model import Table, load_model
from casecheck.policy import Policy
from casecheck.profiles import settling
from casecheck.profiles.accounts import Account, Extract
from casecheck.profiles.chaining import chained
from casecheck.profiles.counts import count_cells
from casecheck.profiles.faults import note_versions
from casecheck.profiles.figures import count_table
from casecheck.profiles.matching import Match, Matched
from casecheck.profiles.parts import Part
from casecheck.profiles.pivoting import answers_to, lay_answers
from casecheck.profiles.readings import ROW_BITS, Readings
from casecheck.profiles.spec import Take, columns_taken
from casecheck.profiles.staging import stage
from casecheck.profiles.survey import Surveyor
from casecheck.profiles.taking import Taking
from casecheck.sources.bad_input import BadInputError, note
from casecheck.sql_text import Columns, literal
from casecheck.wording import counted


@dataclass(frozen=True)
class Asked:
    """What is made only when somebody asks for it: the rejected rows themselves, and the counts of ``inspect``."""

    rejects: bool = False
    counts: bool = False


class Builder:
    """Builds the model's tables in an engine, and keeps the accounts."""

    def __init__(self, engine: Engine, matched: Matched, policy: Policy, as_of: date, asked: Asked = Asked()) -> None:
        self.engine = engine
        self.asked = asked
        self.matched = matched
        self.profile = matched.profile
        self.policy = policy
        self.as_of = as_of
        self.model = load_model()
        self.accounts: list[Account] = []
        self._lookups = itertools.count()
        self._surveyor = Surveyor(policy, matched.profile.date_order, as_of, self.model, self._lookup)
        self._readings = Readings(self._surveyor, self._lookup)
        self._absent = self._surveyor.absent
        self._taking = Taking(matched.profile, self._absent, self._lookup)

    def build(self) -> Extract:
        """Stage every table, build the model, and say what is there."""
        self.stage()
        return self.type()

    def stage(self) -> None:
        """Load every recognised table as text."""
        self.accounts = self.engine.map(self._stage, enumerate(self.matched.matches))
        unreadable = [(account.name, account.refused) for account in self.accounts if account.refused]
        if unreadable and len(unreadable) == len(self.accounts):
            raise BadInputError(*unreadable[0])
        note_versions(self.engine, self.matched.matches, self.accounts, self.profile)
        if self.asked.counts:
            for number, match in enumerate(self.matched.matches):
                key = self.profile.sources[match.source].key
                self.accounts[number].counts = count_cells(self.engine, match, number, key, self._absent)

    def type(self) -> Extract:
        """Build the model's tables from the staged text."""
        relations = self._pivots()
        parts = {name: found for name in self.profile.tables if (found := self._parts(name, relations))}
        self._survey(parts)
        counted = self.engine.map(self._table, parts.items())
        rows = dict(zip(parts, counted, strict=True))
        fields = {name: frozenset(field for part in found for field in self._fields_there(part)) for name, found in parts.items()}
        create_missing(self.engine, self.model, rows)
        figures = {name: count_table(self.engine, name, fields[name]) for name in fields}
        settling.settle_accounts(self.engine, self.matched, self.accounts, self._taking)
        settling.record_places(self.engine, self.matched.matches)
        return Extract(
            self.profile.profile,
            self.profile.title,
            self.profile.note,
            self.accounts,
            rows,
            fields,
            figures,
            settling.incomplete(self.matched, self.accounts, self.policy),
            settling.faulty(parts),
            list(settling.stale(figures, self.as_of)),
            settling.rejects(self.engine, self.matched, self._taking) if self.asked.rejects else None,
        )

    def _survey(self, tables: dict[str, list[Part]]) -> None:
        """Look at every staged table once, before its cells go into tables of the model."""
        by_source: dict[int, list[tuple[str, Part]]] = {}
        for name, parts in tables.items():
            for part in parts:
                by_source.setdefault(part.number, []).append((name, part))

        def look(engine: Engine, parts: list[tuple[str, Part]]) -> None:
            survey = self._surveyor.look(engine, parts)
            for _, part in parts:
                part.survey = survey

        self.engine.map(look, by_source.values())

    def _pivots(self) -> dict[int, str]:
        relations = {number: f"source_{number}" for number in range(len(self.accounts))}
        for number, match in enumerate(self.matched.matches):
            if match.source in self.profile.pivots:
                relations[number] = lay_answers(self.engine, self.matched, number)
        return relations

    def _parts(self, name: str, relations: dict[int, str]) -> list[Part]:
        return [
            Part(mapping, match, number, relations[number], self._columns(match, number), self.accounts[number])
            for mapping in self.profile.tables[name]
            for number, match in enumerate(self.matched.matches)
            if match.source == mapping.source
        ]

    def _columns(self, match: Match, number: int) -> frozenset[str]:
        laid = answers_to(self.matched, number)
        return frozenset((*match.places, *(column for pivot, _ in laid for column in pivot.columns)))

    def _fields_there(self, part: Part) -> Iterator[str]:
        there = part.columns
        for field, take in part.mapping.fields.items():
            if (isinstance(take, Take) and take.value) or any(column in there for column in columns_taken(take)):
                yield field

    def _table(self, engine: Engine, named: tuple[str, list[Part]]) -> int:
        """Build one table of the model, and count its rows."""
        table, parts = self.model.tables[named[0]], named[1]
        selects = []
        for place, part in enumerate(parts):
            prepared = f"prepared_{table.table}_{place}"
            engine.view(prepared, self._taking.prepared(engine, table, part))
            selects.append(self._readings.typed(engine, table, part, prepared, set(self._fields_there(part)), place))
        union = " UNION ALL ".join(selects)
        if chain := parts[0].mapping.chain:
            union = chained(table, union, chain, {part.number: part.relation for part in parts})
        if table.table in self.profile.merge:
            engine.create(f"gathered_{table.table}", union)
            union = _merged(table)
        if table.table == "person":
            union = self._settle_unborn(engine, table, union)
        engine.create(table.table, union)
        count: int = engine.rows(f"SELECT count(*) FROM {table.table}")[0][0]
        return count

    def _stage(self, engine: Engine, numbered: tuple[int, Match]) -> Account:
        return stage(engine, numbered[1], numbered[0], self.profile, self.matched.opening)

    def _lookup(self, engine: Engine, columns: Columns) -> str:
        name = f"lookup_{next(self._lookups)}"
        engine.load(name, columns)
        return name

    def _settle_unborn(self, engine: Engine, table: Table, people: str) -> str:
        """A birth date after the day of the extract is an expected one: the child is not born yet."""
        engine.create("gathered_people", people)
        later = f"date_of_birth > {literal(self.as_of)}"
        moved = engine.rows(f"SELECT _source, count(*) FROM gathered_people WHERE {later} GROUP BY 1 ORDER BY 1")
        for source, rows in moved:
            self.accounts[source].notes.append(
                note("IN061", what=f"{counted(rows, 'birth date')} after the day of the run read as expected")
            )
        settled = {
            "expected_date_of_birth": f"CASE WHEN {later} THEN coalesce(expected_date_of_birth, date_of_birth) "
            "ELSE expected_date_of_birth END AS expected_date_of_birth",
            "date_of_birth": f"CASE WHEN {later} THEN NULL ELSE date_of_birth END AS date_of_birth",
        }
        return f"SELECT {', '.join(settled.get(name, name) for name in columns_of(table))} FROM gathered_people"


def _merged(table: Table) -> str:
    """One row a key from several lists: the first filled value wins, and lists that disagree are marked."""
    key = table.key[0]
    order = f"_source * {2**ROW_BITS} + _record"
    others = [name for name in table.fields if name != key]
    values = ", ".join(f"arg_min({name}, {order}) FILTER (WHERE {name} IS NOT NULL) AS {name}" for name in others)
    watched = [name for name in ("date_of_birth", "sex", "ethnicity") if name in others]
    conflict = " || ".join(f"CASE WHEN count(DISTINCT {name}) > 1 THEN '|{name}' ELSE '' END" for name in watched)
    unread = " || ".join(
        f"CASE WHEN count({name}) = 0 AND bool_or(coalesce(_unreadable, '') LIKE '%|{name}|%') THEN '|{name}' ELSE '' END"
        for name in others
        if table.fields[name].type not in ("id", "text")
    )
    return (
        f"SELECT {', '.join(columns_of(table))} FROM (SELECT {key}, {values}, min(_row) AS _row, "
        f"arg_min(_source, {order}) AS _source, arg_min(_record, {order}) AS _record, "
        f"nullif(({unread}) || '|', '|') AS _unreadable, CAST(NULL AS VARCHAR) AS _unknown, "
        f"nullif(({conflict}) || '|', '|') AS _conflict FROM gathered_{table.table} "
        f"GROUP BY {key}, CASE WHEN {key} IS NULL THEN {order} END) AS merged"
    )
