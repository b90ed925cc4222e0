"""From staged text to the model's tables: which column is which field, which word is which code, types with care.

Dates, codes and numbers have few distinct spellings, so each spelling is read once, in Python, and joined back. A cell that
cannot be read becomes null and is named in the row's ``_unreadable`` (``|visit_date|child_seen|``): it stays in sight.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from casecheck.engines.base import Engine
from casecheck.model import Field, Table, load_code_sets, load_model
from casecheck.model.codes import fold
from casecheck.policy import Policy
from casecheck.profiles import cells
from casecheck.profiles.accounts import Account, Extract
from casecheck.profiles.chaining import chained
from casecheck.profiles.matching import Match, Matched
from casecheck.profiles.spec import Mapping, Take, Word, columns_taken
from casecheck.profiles.staging import pivot, stage
from casecheck.sources.bad_input import note
from casecheck.sources.raw import FrameBody
from casecheck.sql_text import Columns, identifier, literal
from casecheck.wording import counted

SQL_TYPES = {"date": "DATE", "datetime": "TIMESTAMP", "integer": "INTEGER", "decimal": "DOUBLE"}
_LONG = 100_000
_ENDS = ("end_", "close_", "valid_to")
"""Dates whose stand-ins (31/12/9999) rightly mean that nothing has ended; elsewhere a stand-in is no date."""
_KEPT_AS = {"date": "day", "datetime": "day", "integer": "number", "decimal": "number"}
_DIRECT = ("id", "text", "text_list")
_ID = "CASE WHEN {x} LIKE '%.0' THEN left({x}, length({x}) - 2) ELSE {x} END"
_BLANK = ", ".join(f"'{word.upper()}'" for word in sorted(cells.BLANK_WORDS | {"-1"}))
_DAY = "CASE WHEN substr({x}, 11, 1) = 'T' THEN left({x}, 10) ELSE split_part(trim({x}), ' ', 1) END"
_TIME = "CASE WHEN substr({x}, 11, 1) = 'T' THEN substr({x}, 12) ELSE split_part(trim({x}), ' ', 2) END"


@dataclass
class Part:
    """One mapping over one staged table: a contribution to a table of the model."""

    mapping: Mapping
    match: Match
    number: int
    relation: str
    keep: str = ""


@dataclass(frozen=True)
class WordJoin:
    """A small table of the words that occur in a column, joined to say what they mean."""

    table: str
    alias: str
    column: str
    using: str
    strange: int

    @property
    def sql(self) -> str:
        """The join."""
        return f"LEFT JOIN {self.table} AS {self.alias} ON {self.alias}.raw = s.{identifier(self.column)}"

    @property
    def unmapped(self) -> str:
        """A condition: the cell holds a word that the profile does not map."""
        return f"{_filled(f's.{identifier(self.column)}')} IS NOT NULL AND {self.alias}.raw IS NULL"


class Builder:
    """Builds the model's tables in an engine, and keeps the accounts."""

    def __init__(self, engine: Engine, matched: Matched, policy: Policy, as_of: date) -> None:
        self.engine = engine
        self.matched = matched
        self.profile = matched.profile
        self.policy = policy
        self.as_of = as_of
        self.model = load_model()
        self.accounts: list[Account] = []
        self._lookups = itertools.count()
        self._counting = threading.Lock()
        self._kept: dict[int, list[str]] = {}
        self._unmapped: dict[tuple[int, str, str, str], int] = {}

    def build(self) -> Extract:
        """Stage every table, build the model, and say what is there."""
        self.stage()
        return self.type()

    def stage(self) -> None:
        """Load every recognised table as text."""
        self.accounts = self.engine.map(self._stage, enumerate(self.matched.matches))

    def type(self) -> Extract:
        """Build the model's tables from the staged text."""
        relations = self._pivots()
        parts = {name: found for name in self.profile.tables if (found := self._parts(name, relations))}
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
            self._absent(),
        )

    def _pivots(self) -> dict[int, str]:
        relations = {number: f"source_{number}" for number in range(len(self.accounts))}
        for name, spec in self.profile.pivots.items():
            answers = [number for number, match in enumerate(self.matched.matches) if match.source == spec.answers]
            for number, match in enumerate(self.matched.matches):
                if match.source == name and answers:
                    pivot(self.engine, number, answers, spec, list(match.places))
                    relations[number] = f"pivoted_{number}"
        return relations

    def _parts(self, name: str, relations: dict[int, str]) -> list[Part]:
        return [
            Part(mapping, match, number, relations[number])
            for mapping in self.profile.tables[name]
            for number, match in enumerate(self.matched.matches)
            if match.source == mapping.source
        ]

    def _columns(self, part: Part) -> set[str]:
        pivoted = self.profile.pivots.get(part.mapping.source)
        extra = set(pivoted.columns) if pivoted and part.relation.startswith("pivoted") else set()
        return set(part.match.places) | extra

    def _fields_there(self, part: Part) -> Iterator[str]:
        there = self._columns(part)
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
            selects.append(self._typed(engine, table, part, prepared))
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
        there = self._columns(part)
        joins: list[WordJoin] = []
        taken = {field: self._raw(engine, take, there, part, joins) for field, take in part.mapping.fields.items()}
        conditions = [f"{_filled(f's.{identifier(column)}')} IS NOT NULL" for column in part.mapping.filled if column in there]
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

    def _raw(self, engine: Engine, take: str | Take | Word, there: set[str], part: Part, joins: list[WordJoin]) -> str:
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
            known = [_filled(option) for option in options if option != "NULL"]
            return f"coalesce({', '.join(known)})" if known else "NULL"
        column = take.present or take.length or take.flag or take.flags or take.column
        if column not in there:
            return "NULL"
        text = f"s.{identifier(column)}"
        if take.present:
            blank = ", ".join(f"'{word}'" for word in sorted(cells.BLANK_WORDS))
            return f"CASE WHEN lower(trim(coalesce({text}, ''))) IN ({blank}) THEN 'N' ELSE 'Y' END"
        if take.other_than:
            listed = ", ".join(literal(word.upper()) for word in take.other_than)
            return f"CASE WHEN upper(trim({text})) IN ({listed}) THEN 'N' WHEN trim({text}) <> '' THEN 'Y' END"
        if take.length:
            return f"CAST(length({text}) AS VARCHAR)"
        if take.flag:
            return f"json_extract_string(CASE WHEN json_valid({text}) THEN {text} END, '$.{take.key}')"
        return text

    def _meaning(self, engine: Engine, word: Word, there: set[str], part: Part, joins: list[WordJoin], among: str = "") -> str:
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
        strange = sum(rows for text, rows in found if fold(text) not in known and not cells.is_blank(text))
        joins.append(WordJoin(name, f"w_{len(joins)}", word.word, word.using, strange))
        return f"{joins[-1].alias}.value"

    def _lookup(self, engine: Engine, columns: Columns) -> str:
        name = f"lookup_{next(self._lookups)}"
        engine.load(name, columns)
        return name

    def _typed(self, engine: Engine, table: Table, part: Part, prepared: str) -> str:
        there = set(self._fields_there(part))
        spelled = [name for name, field in table.fields.items() if name in there and field.type not in _DIRECT]
        lookup, bad = self._read_spellings(engine, table, part, prepared, spelled)
        joins = [
            f"LEFT JOIN {lookup} AS l_{name} ON l_{name}.field = '{name}' AND l_{name}.raw = {_spelling(name, table)}"
            for name in spelled
        ]
        marks = [f"CASE WHEN l_{name}.bad = 1 THEN '|{name}' ELSE '' END" for name in bad]
        tidy = self._tidy(engine, part, prepared, [name for name in there if table.fields[name].type == "id"])
        columns = []
        for name, field in table.fields.items():
            value = "NULL" if name not in there else f"p.{name}" if name in tidy else self._value(name, field, marks)
            columns.append(f"CAST({value} AS {SQL_TYPES.get(field.type, 'VARCHAR')}) AS {name}")
        unreadable = f"nullif(concat({', '.join(marks)}) || '|', '|')" if marks else "NULL"
        unknown = f"'|{'|'.join(part.mapping.unknown)}|'" if part.mapping.unknown else "NULL"
        return (
            f"SELECT {', '.join(columns)}, p._source, CAST(p._record AS INTEGER) AS _record, "
            f"CAST({unreadable} AS VARCHAR) AS _unreadable, CAST({unknown} AS VARCHAR) AS _unknown, "
            f"CAST(NULL AS VARCHAR) AS _conflict FROM {prepared} AS p {' '.join(joins)}"
        )

    def _tidy(self, engine: Engine, part: Part, prepared: str, names: list[str]) -> set[str]:
        """Ids of a long table that need no tidying: looking once is cheaper than tidying every cell."""
        if not names or self.accounts[part.number].used < _LONG:
            return set()
        untidy = ", ".join(f"bool_or(NOT regexp_full_match({name}, '[A-Z0-9/_]+') OR {name} IN ({_BLANK}))" for name in names)
        found = engine.rows(f"SELECT {untidy} FROM {prepared}")[0]
        return {name for name, dirty in zip(names, found, strict=True) if not dirty}

    def _value(self, name: str, field: Field, marks: list[str]) -> str:
        """A field's value: ids, texts and moments from the cell itself, everything else from its spelling."""
        raw = f"p.{name}"
        if field.type == "id":
            trimmed = f"upper(trim({raw}, ' \t\u00a0'))"
            return f"CASE WHEN {trimmed} IN ({_BLANK}) THEN NULL ELSE {_ID.format(x=trimmed)} END"
        if field.type in ("text", "text_list"):
            return f"CASE WHEN upper(trim({raw})) IN ({_BLANK}) THEN NULL ELSE trim({raw}) END"
        if field.type == "datetime":
            return f"l_{name}.day + coalesce(try_cast(left({_TIME.format(x=raw)}, 8) AS TIME), TIME '00:00:00')"
        return f"l_{name}.{_KEPT_AS.get(field.type, 'word')}"

    def _read_spellings(self, engine: Engine, table: Table, part: Part, prepared: str, names: list[str]) -> tuple[str, list[str]]:
        """Read each distinct spelling of each field once. Returns the table of readings, and the fields with unreadable ones."""
        if not names:
            return "", []
        spelled = ", ".join(f"{_spelling(name, table)} AS s_{name}" for name in names)
        which = " ".join(f"WHEN grouping(s_{name}) = 0 THEN '{name}'" for name in names)
        raw = " ".join(f"WHEN grouping(s_{name}) = 0 THEN s_{name}" for name in names)
        sets = ", ".join(f"(s_{name})" for name in names)
        counted = (
            f"SELECT CASE {which} END AS field, CASE {raw} END AS raw, count(*) AS times "
            f"FROM (SELECT {spelled} FROM {prepared} AS p) GROUP BY GROUPING SETS ({sets})"
        )
        account = self.accounts[part.number]
        readings: list[tuple[str, str, Any, str]] = []
        for name, raw, times in engine.rows(f"SELECT * FROM ({counted}) WHERE raw IS NOT NULL ORDER BY field, raw"):
            take = part.mapping.fields[name]
            own = {fold(word): code for word, code in take.words.items()} if isinstance(take, Take) else {}
            value, done = self._read(name, table.fields[name], raw, own)
            with self._counting:
                account.cell((columns_taken(take) or [name])[0], done, times)
            readings.append((name, raw, value, done))
        bad = list(dict.fromkeys(name for name, _, _, done in readings if done == "unreadable"))
        return self._lookup(engine, _reading_columns(readings, table)), bad

    def _read(self, name: str, field: Field, text: str, own: dict[str, str]) -> tuple[Any, str]:
        if field.type in ("date", "datetime"):
            birth = name == "date_of_birth"
            value, done = cells.read_date(text, self.policy.reading.date_order or "DMY", self.as_of, birth=birth)
            return value, "unreadable" if done == "placeholder" and not name.startswith(_ENDS) else done
        if field.type == "integer":
            return cells.read_integer(text)
        if field.type == "decimal":
            return cells.read_decimal(text)
        code_set = load_code_sets().get(field.code_set)
        if field.type == "code_list":
            return _code_list(text, code_set)
        code = code_set.read(text, own) if code_set else text.strip()
        if code is not None:
            return code, "ok" if code == text else "other spelling"
        return (None, "blank") if cells.is_blank(text) else (None, "unreadable")

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
            used = self.engine.rows(f"SELECT count(*) FROM ({' UNION '.join(kept)})")[0][0] if kept else 0
            if not kept and self.matched.matches[number].source in {spec.answers for spec in self.profile.pivots.values()}:
                continue
            account.leave(reason, account.used - used)
            account.used = used
        for table in self.matched.unused:
            rows = table.body.count if isinstance(table.body, FrameBody) else 0
            account = Account(table.file, table.sheet, "", read=rows, notes=list(table.notes), how=table.how)
            account.leave("the table was not recognised", rows)
            account.notes.append(table.refused or note("IN090", profile=self.profile.profile))
            self.accounts.append(account)

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
            lines = getattr(match.raw.body, "lines", None)
            if lines:
                self.engine.load(f"lookup_lines_{number}", {"line": ("INTEGER", lines)})
                self.engine.execute(f"INSERT INTO real_lines SELECT {number}, rowid + 1, line FROM lookup_lines_{number}")

    def _blank(self, name: str, there: frozenset[str]) -> frozenset[str]:
        """Fields that are there and hold nothing that can be read, in any row."""
        if not there:
            return there
        ordered = sorted(there)
        counts = self.engine.rows(f"SELECT {', '.join(f'count({field})' for field in ordered)} FROM data_{name}")[0]
        return frozenset(field for field, filled in zip(ordered, counts, strict=True) if not filled)

    def _absent(self) -> dict[str, tuple[str, ...]]:
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
        return found


def _filled(text: str) -> str:
    """A cell, or null when it says in any of the usual words that nothing is known."""
    return f"CASE WHEN upper(trim({text})) IN ({_BLANK}) THEN NULL ELSE trim({text}) END"


def _spelling(name: str, table: Table) -> str:
    """What is looked up of a cell: the cell, or the day of a moment."""
    return _DAY.format(x=f"p.{name}") if table.fields[name].type == "datetime" else f"p.{name}"


def _reading_columns(readings: list[tuple[str, str, Any, str]], table: Table) -> Columns:
    def kept(column: str) -> list[Any]:
        return [value if _KEPT_AS.get(table.fields[name].type, "word") == column else None for name, _, value, _ in readings]

    return {
        "field": ("VARCHAR", [name for name, _, _, _ in readings]),
        "raw": ("VARCHAR", [raw for _, raw, _, _ in readings]),
        "day": ("DATE", kept("day")),
        "number": ("DOUBLE", kept("number")),
        "word": ("VARCHAR", kept("word")),
        "bad": ("TINYINT", [1 if done == "unreadable" else 0 for _, _, _, done in readings]),
    }


def _code_list(text: str, code_set: Any) -> tuple[str | None, str]:
    """Several codes in one cell, or a JSON object of flags, as ``;CODE;CODE;``."""
    import json

    if cells.is_blank(text):
        return None, "blank"
    if text.lstrip().startswith("{"):
        try:
            flags = json.loads(text)
        except ValueError:
            return None, "unreadable"
        chosen = [key for key, value in flags.items() if str(value).strip().upper() in ("Y", "YES", "TRUE", "1")]
    else:
        parts = [part.strip() for part in text.strip("[] ").replace(",", ";").split(";")]
        chosen = [part.strip("'\" ") for part in parts if part.strip("'\" ")]
    codes = [code_set.read(word) if code_set else word for word in chosen]
    if any(code is None for code in codes):
        return None, "unreadable"
    return (f";{';'.join(sorted(set(map(str, codes))))};", "ok") if codes else (None, "blank")


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
