"""From staged text to the model's tables: which column is which field, which word is which code, types with care.

Cells are read in ``readings``. A cell that cannot be read becomes null and is named in the row's ``_unreadable``
(``|visit_date|child_seen|``): it stays in sight.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

from casecheck.engines.base import Engine
from casecheck.model import Table, load_model
from casecheck.model.codes import fold
from casecheck.policy import Policy
from casecheck.profiles.accounts import Account, Extract, Reject
from casecheck.profiles.cells import absent
from casecheck.profiles.chaining import chained
from casecheck.profiles.counts import count_cells
from casecheck.profiles.faults import note_versions
from casecheck.profiles.matching import Match, Matched
from casecheck.profiles.parts import Part
from casecheck.profiles.pivoting import answers_to, lay_answers, records_behind
from casecheck.profiles.readings import Readings
from casecheck.profiles.rejecting import rejected
from casecheck.profiles.spec import Take, Word, columns_taken
from casecheck.profiles.staging import stage, unused_account
from casecheck.profiles.survey import Surveyor, settle
from casecheck.sources.bad_input import BadInputError, Note, note
from casecheck.sql_text import Columns, identifier, literal
from casecheck.wording import counted

_LONG = 100_000
_STALE = 35
"""Days after which the newest date of an extract looks like an old extract, or a wrong day of the run."""


@dataclass(frozen=True)
class Asked:
    """What is made only when somebody asks for it: the rejected rows themselves, and the counts of ``inspect``."""

    rejects: bool = False
    counts: bool = False


@dataclass(frozen=True)
class WordJoin:
    """A small table of the words that occur in a column, joined to say what they mean."""

    table: str
    alias: str
    column: str
    using: str
    strange: int
    says: str

    @property
    def sql(self) -> str:
        """The join."""
        return f"LEFT JOIN {self.table} AS {self.alias} ON {self.alias}.raw = s.{identifier(self.column)}"

    @property
    def unmapped(self) -> str:
        """A condition: the cell holds a word that the profile does not map."""
        return f"{self.says} AND {self.alias}.raw IS NULL"


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
        self._kept: dict[int, list[str]] = {}
        self._unmapped: dict[tuple[int, str, str, str], int] = {}
        self._surveyor = Surveyor(policy, matched.profile.date_order, as_of, self.model, self._lookup)
        self._readings = Readings(self._surveyor, self._lookup)
        self._absent = self._surveyor.absent

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
        self.engine.create_missing(self.model, iter(rows))
        self._settle_accounts()
        self._provenance()
        return Extract(
            self.profile.profile,
            self.profile.title,
            self.profile.note,
            self.accounts,
            rows,
            fields,
            {name: self._blank(name, fields[name]) for name in fields},
            self._missing(),
            _faulty(parts),
            list(self._stale(fields)),
            self._rejects() if self.asked.rejects else None,
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
            engine.execute(f"CREATE VIEW {prepared} AS {self._prepared(engine, table, part)}")
            selects.append(self._readings.typed(engine, table, part, prepared, set(self._fields_there(part))))
        union = " UNION ALL ".join(selects)
        if chain := parts[0].mapping.chain:
            union = chained(table, union, chain, {part.number: part.relation for part in parts})
        if table.table in self.profile.merge:
            engine.execute(f"CREATE TABLE gathered_{table.table} AS {union}")
            union = _merged(table)
        engine.create_table(table, union)
        if table.table == "person":
            self._settle_unborn(engine)
        count: int = engine.rows(f"SELECT count(*) FROM data_{table.table}")[0][0]
        return count

    def _stage(self, engine: Engine, numbered: tuple[int, Match]) -> Account:
        return stage(engine, numbered[1], numbered[0], self.profile, self.matched.opening)

    def _prepared(self, engine: Engine, table: Table, part: Part) -> str:
        """The raw text of every field, for the rows that belong to this table."""
        there = part.columns
        joins: list[WordJoin] = []
        taken = {field: self._raw(engine, take, there, part, joins) for field, take in part.mapping.fields.items()}
        conditions = [
            f"{self._absent.filled(f's.{identifier(column)}')} IS NOT NULL" for column in part.mapping.filled if column in there
        ]
        conditions += ["FALSE" for column in part.mapping.filled if column not in there]
        if part.mapping.only is not None:
            conditions.append(f"{self._meaning(engine, part.mapping.only, there, part, joins, among=table.table)} = 'yes'")
        for test, chosen in (("NOT IN", part.mapping.leave_out), ("IN", part.mapping.keep)):
            for column, words in chosen.items():
                if column in there:
                    listed = ", ".join(literal(word.upper()) for word in words)
                    conditions.append(f"upper(trim(coalesce(s.{identifier(column)}, ''))) {test} ({listed})")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        columns = ", ".join(f"{text} AS {field}" for field, text in taken.items() if text != "NULL")
        source = f"{part.relation} AS s {' '.join(join.sql for join in joins)}"
        self._count_unmapped(engine, table.table, part, joins, source, where)
        select = f"SELECT {part.number} AS _source, s._record, {columns} FROM {source}"
        self._kept.setdefault(part.number, []).append(f"SELECT _record FROM ({select}{where})" if conditions else "")
        return select + where

    def _count_unmapped(self, engine: Engine, table: str, part: Part, joins: list[WordJoin], source: str, where: str) -> None:
        """Words that the profile does not map, among the rows of this table; for the word that chooses the rows, among all."""
        only = part.mapping.only.word if part.mapping.only else ""
        for join in dict.fromkeys(joins):
            strange = join.strange
            if strange and join.column != only:
                counting = f"SELECT count(*) FROM (SELECT {join.unmapped} AS strange FROM {source}{where}) WHERE strange"
                strange = engine.rows(counting)[0][0]
            self._unmapped[part.number, join.column, join.using, table] = strange

    def _raw(self, engine: Engine, take: str | Take | Word, there: frozenset[str], part: Part, joins: list[WordJoin]) -> str:
        if isinstance(take, str):
            return f"s.{identifier(take)}" if take in there else "NULL"
        if isinstance(take, Word):
            return self._meaning(engine, take, there, part, joins)
        if take.value:
            return "'" + take.value.replace("'", "''") + "'"
        if take.word:
            return self._meaning(engine, Word(word=take.word, using=take.using, gives=take.gives), there, part, joins)
        if take.first:
            options = [self._raw(engine, option, there, part, joins) for option in take.first]
            known = [option for option in options if option != "NULL"]
            known = [*map(self._absent.filled, known), *known]
            return f"coalesce({', '.join(known)})" if known else "NULL"
        if take.listed:
            return _says_yes({code: column for code, column in take.listed.items() if column in there})
        if take.joined:
            cells_joined = [f"nullif(trim(s.{identifier(column)}), '')" for column in take.joined if column in there]
            return " || '/' || ".join(cells_joined) if len(cells_joined) == len(take.joined) else "NULL"
        column = take.present or take.length or take.flag or take.flags or take.column
        if column not in there:
            return "NULL"
        text = f"s.{identifier(column)}"
        if take.present:
            return f"CASE WHEN {self._absent.filled(text)} IS NULL THEN 'N' ELSE 'Y' END"
        if take.other_than:
            listed = ", ".join(literal(word.upper()) for word in take.other_than)
            return f"CASE WHEN upper(trim({text})) IN ({listed}) THEN 'N' WHEN trim({text}) <> '' THEN 'Y' END"
        if take.length:
            return f"CAST(length({text}) AS VARCHAR)"
        if take.flag:
            return f"json_extract_string(CASE WHEN json_valid({text}) THEN {text} END, '$.{take.key}')"
        return text

    def _meaning(
        self, engine: Engine, word: Word, there: frozenset[str], part: Part, joins: list[WordJoin], among: str = ""
    ) -> str:
        """An attribute of what the word in a column means, through a small table of the words that occur.

        ``among`` asks instead whether the attribute names this table: ``yes`` or null.
        """
        if word.word not in there:
            return "NULL"
        known = {fold(text): meaning for text, meaning in self.profile.words.get(word.using, {}).items()}
        column = identifier(word.word)
        found = engine.rows(f"SELECT {column}, count(*) FROM {part.relation} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 1")
        meant = [(text, known[fold(text)].get(word.gives)) for text, _ in found if fold(text) in known]
        values = [("yes" if among in (value or "").split() else None) if among else value for _, value in meant]
        name = self._lookup(engine, {"raw": ("VARCHAR", [text for text, _ in meant]), "value": ("VARCHAR", values)})
        strange = sum(
            rows
            for text, rows in found
            if fold(text) not in known and absent(text, self._absent.blanks) not in ("blank", "blank word")
        )
        joins.append(WordJoin(name, f"w_{len(joins)}", word.word, word.using, strange, self._absent.says(f"s.{column}")))
        return f"{joins[-1].alias}.value"

    def _lookup(self, engine: Engine, columns: Columns) -> str:
        name = f"lookup_{next(self._lookups)}"
        engine.load(name, columns)
        return name

    def _settle_unborn(self, engine: Engine) -> None:
        """A birth date after the day of the extract is an expected one: the child is not born yet."""
        later = f"date_of_birth > DATE '{self.as_of.isoformat()}'"
        moved = engine.rows(f"SELECT _source, count(*) FROM data_person WHERE {later} GROUP BY 1 ORDER BY 1")
        for source, rows in moved:
            self.accounts[source].notes.append(
                note("IN061", what=f"{counted(rows, 'birth date')} after the day of the run read as expected")
            )
        if moved:
            engine.execute(
                "UPDATE data_person SET expected_date_of_birth = coalesce(expected_date_of_birth, date_of_birth), "
                f"date_of_birth = NULL WHERE {later}"
            )

    def _settle_accounts(self) -> None:
        """Rows that no mapping wanted are set aside, by reason; the rest are used."""
        for account in self.accounts:
            settle(account)
        counted: dict[tuple[int, str, str], int] = {}
        for (number, column, using, _), rows in sorted(self._unmapped.items()):
            counted[number, column, using] = max(rows, counted.get((number, column, using), 0))
        for (number, column, _), rows in counted.items():
            self.accounts[number].unmapped[column] = self.accounts[number].unmapped.get(column, 0) + rows
        for number, account in enumerate(self.accounts):
            kept = self._kept.get(number, [])
            if "" in kept or not account.used:
                continue
            reason = "its type is not mapped" if kept else "the profile does not use this table"
            behind = records_behind(self.matched, number, " UNION ".join(kept))
            used = self.engine.rows(f"SELECT count(*) FROM ({behind})")[0][0] if kept else 0
            if not kept and self.matched.matches[number].source in self.profile.answer_sources():
                continue
            account.leave(reason, account.used - used)
            account.used = used
        opening = self.matched.opening
        self.accounts += [
            unused_account(self.engine, table, number, self.profile, opening) for number, table in enumerate(self.matched.unused)
        ]

    def _rejects(self) -> tuple[Reject, ...]:
        matches = self.matched.matches
        partly = {number: self._kept.get(number, []) for number in range(len(matches)) if "" not in self._kept.get(number, [])}
        answers = self.profile.answer_sources()
        return tuple(
            rejected(
                self.engine,
                matches,
                {number: kept for number, kept in partly.items() if kept or matches[number].source not in answers},
            )
        )

    def _stale(self, fields: dict[str, frozenset[str]]) -> Iterator[Note]:
        """The newest date that is not in the future, when it is well before the day of the run."""
        newest = []
        for name, there in fields.items():
            dated = sorted(field for field in there if self.model.tables[name].fields[field].type in ("date", "datetime"))
            latest = ", ".join(f"max({field}) FILTER (CAST({field} AS DATE) <= @as_of)" for field in dated)
            if latest:
                found = self.engine.rows(f"SELECT {latest} FROM data_{name}".replace("@as_of", "DATE '@as_of'"))[0]
                newest += [day.date() if isinstance(day, datetime) else day for day in found if day is not None]
        if newest and (self.as_of - max(newest)).days > _STALE:
            yield note("IN053", newest=f"{max(newest):%d/%m/%Y}", as_of=f"{self.as_of:%d/%m/%Y}")

    def _provenance(self) -> None:
        """Where each record stands: its file and sheet, and its real line."""
        matches = self.matched.matches
        self.engine.load(
            "provenance",
            {
                "source": ("INTEGER", range(len(matches))),
                "file": ("VARCHAR", [match.raw.file for match in matches]),
                "sheet": ("VARCHAR", [match.raw.sheet or None for match in matches]),
                "header_line": ("INTEGER", [match.raw.header_line for match in matches]),
            },
        )
        self.engine.execute("CREATE TABLE real_lines (source INTEGER, record INTEGER, line INTEGER)")
        for number, match in enumerate(matches):
            lines = match.raw.known_lines
            if lines:
                long = len(lines) > _LONG
                self.engine.load(f"lookup_lines_{number}", pa.table({"line": lines}) if long else {"line": ("INTEGER", lines)})
                self.engine.execute(f"INSERT INTO real_lines SELECT {number}, rowid + 1, line FROM lookup_lines_{number}")

    def _blank(self, name: str, there: frozenset[str]) -> frozenset[str]:
        """Fields that are there and hold nothing that can be read, in any row."""
        if not there:
            return there
        ordered = sorted(there)
        counts = self.engine.rows(f"SELECT {', '.join(f'count({field})' for field in ordered)} FROM data_{name}")[0]
        return frozenset(field for field, filled in zip(ordered, counts, strict=True) if not filled)

    def _missing(self) -> dict[str, tuple[str, ...]]:
        """What is missing of a table that is gathered from several sources, unless any one of them is enough."""
        may_be_empty = set(self.policy.tables.may_be_empty)
        given = {match.source: 0 for match in self.matched.matches}
        for match, account in zip(self.matched.matches, self.accounts, strict=False):
            given[match.source] += account.used
        found = {}
        for name, mappings in self.profile.tables.items():
            sources = sorted({mapping.source for mapping in mappings} - may_be_empty)
            missing = [f"{source} was not supplied" for source in sources if source not in given]
            empty = [f"{source} has no rows" for source in sources if given.get(source) == 0]
            if len(sources) > 1 and (missing or empty) and name not in self.profile.merge:
                found[name] = (*missing, *empty)
            faults = [
                f"{account.name}: {fault}" for account in self.accounts if account.source in sources for fault in account.faults
            ]
            if faults:
                found[name] = (*found.get(name, ()), *faults)
        return found


def _faulty(tables: dict[str, list[Part]]) -> dict[str, str]:
    """Tables and ``table.field`` that come from a column with a fault, and what it is."""
    found: dict[str, str] = {}
    for name, parts in tables.items():
        for part in parts:
            for field, take in part.mapping.fields.items():
                for column in columns_taken(take):
                    if fault := part.survey.faults.get(column):
                        found.setdefault(name if fault.level == "table" else f"{name}.{field}", f"{part.account.name}: {fault}")
    return found


def _merged(table: Table) -> str:
    """One row a key from several lists: the first filled value wins, and lists that disagree are marked."""
    key = table.key[0]
    order = "_source * 10000000 + _record"
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
        f"SELECT {', '.join(table.fields)}, _source, _record, _unreadable, _unknown, _conflict FROM (SELECT {key}, {values}, "
        f"arg_min(_source, {order}) AS _source, arg_min(_record, {order}) AS _record, "
        f"nullif(({unread}) || '|', '|') AS _unreadable, CAST(NULL AS VARCHAR) AS _unknown, "
        f"nullif(({conflict}) || '|', '|') AS _conflict FROM gathered_{table.table} "
        f"GROUP BY {key}, CASE WHEN {key} IS NULL THEN {order} END)"
    )


def _says_yes(columns: dict[str, str]) -> str:
    """The codes, one after the other, whose own column says yes; null when there are none."""
    yes = ", ".join(
        f"CASE WHEN upper(trim(s.{identifier(column)})) IN ('Y', 'YES', 'TRUE', '1') THEN {literal(code)} END"
        for code, column in columns.items()
    )
    return f"nullif(concat_ws(';', {yes}), '')" if yes else "NULL"
