"""Reading cells: dates, codes and numbers have few distinct spellings, so each is read once, in Python, and joined back."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from casecheck.engines.base import Engine
from casecheck.engines.model_tables import sql_type
from casecheck.model import Field, Table, load_code_sets
from casecheck.model.codes import CodeSet, fold
from casecheck.profiles import cells
from casecheck.profiles.cells import Blanks, Read, absent
from casecheck.profiles.dates import DateSettings, read_column
from casecheck.profiles.moments import TIME, read_times, time_key
from casecheck.profiles.parts import Part, plain_column
from casecheck.profiles.spec import Take, columns_taken
from casecheck.profiles.survey import DATES, TEXTS, Surveyor, bad, date_key, distinct, spelling, tidied, was_changed
from casecheck.sql_text import Columns, literal

ROW_BITS = 40
"""A row's number in a table of the model is its place among the file's records, above which stands the number of its part."""
ENDS = ("end_", "close_", "valid_to")
"""Dates whose stand-ins (31/12/9999) rightly mean that nothing has ended; elsewhere a stand-in is no date."""
_KEPT_AS = {"date": "day", "datetime": "day", "integer": "number", "decimal": "number"}
_DIRECT = ("id", *TEXTS)
_NO_DISTANCE = 999.9
NO_DISABILITY = {"none": "N", "no disability": "N"}
"""In a column about disability, none is an answer; in any other yes or no column it is a word for nothing known."""
Reading = tuple[str, str, Any, str]
"""A field (or the key of its times of day), a spelling, the value, and what was done."""


@dataclass
class Typing:
    """What one part needs while its types are given: joins, marks of unreadable cells, and what each spelling means, as SQL."""

    part: Part
    joins: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    meant: dict[str, str] = field(default_factory=dict)

    def join(self, alias: str, source: str, key: str, text: str) -> None:
        """Join what the spelling ``text`` of the column called ``key`` means."""
        self.joins.append(f"LEFT JOIN {source} AS {alias} ON {alias}.field = {literal(key)} AND {alias}.raw = {text}")


@dataclass
class Spellings:
    """What was read of fields: the table of readings, those with unreadable cells, and the keys of those with times of day.

    ``plain`` are fields of which every spelling is what it means: they need no looking up.
    """

    table: str = ""
    unread: set[str] = field(default_factory=set)
    timed: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)


class Readings:
    """Gives the raw text of a part its types, and counts every repair."""

    def __init__(self, surveyor: Surveyor, lookup: Callable[[Engine, Columns], str]) -> None:
        self.surveyor = surveyor
        self.absent = surveyor.absent
        self._lookup = lookup
        self._counting = threading.Lock()

    def typed(self, engine: Engine, table: Table, part: Part, prepared: str, there: set[str], place: int) -> str:
        """The query that gives one part of a table of the model its types, from the raw text in ``prepared``.

        ``place`` is the part's place among those of the table.
        """
        typing = Typing(part)
        self._join_spellings(engine, table, typing, prepared, there)
        values = {name: self._value(typing, name, spec) if name in there else "NULL" for name, spec in table.fields.items()}
        columns = [f"CAST({values[name]} AS {sql_type(spec.type)}) AS {name}" for name, spec in table.fields.items()]
        unreadable = f"nullif(concat({', '.join(typing.marks)}) || '|', '|')" if typing.marks else "NULL"
        unknown = f"'|{'|'.join(part.mapping.unknown)}|'" if part.mapping.unknown else "NULL"
        return (
            f"SELECT {', '.join(columns)}, CAST({place << ROW_BITS} + p._record AS BIGINT) AS _row, p._source, "
            f"CAST(p._record AS INTEGER) AS _record, "
            f"CAST({unreadable} AS VARCHAR) AS _unreadable, CAST({unknown} AS VARCHAR) AS _unknown, "
            f"CAST(NULL AS VARCHAR) AS _conflict FROM {prepared} AS p {' '.join(typing.joins)}"
        )

    def _join_spellings(self, engine: Engine, table: Table, typing: Typing, prepared: str, there: set[str]) -> None:
        """Join what each spelling means: dates from the survey of the staged table, the rest read here."""
        spelled = [name for name, spec in table.fields.items() if name in there and spec.type not in _DIRECT]
        survey, mapping = typing.part.survey, typing.part.mapping
        own = [name for name in spelled if not (table.fields[name].type in DATES and plain_column(mapping.fields[name]))]
        read = self._read_spellings(engine, table, typing.part, prepared, own)
        typing.meant = {name: f"p.{name}" for name in read.plain}
        for name in (name for name in spelled if name not in read.plain):
            key, times, source, marked = name, time_key(name), read.table, name in read.unread
            ends = name.startswith(ENDS)
            if name not in own:
                column = plain_column(mapping.fields[name])
                key, times, source = date_key(column, name, table.fields[name]), time_key(column), survey.dates
                marked = key in survey.unreadable or (key in survey.stand_ins and not ends)
            typing.join(f"l_{name}", source, key, spelling(f"p.{name}", table.fields[name]))
            typing.meant[name] = f"l_{name}.{_KEPT_AS.get(table.fields[name].type, 'word')}"
            if table.fields[name].type == "datetime" and times in (read.timed if name in own else survey.timed):
                typing.join(f"t_{name}", source, times, TIME.format(x=f"p.{name}"))
                typing.meant[name] = f"CAST(l_{name}.day AS VARCHAR) || ' ' || t_{name}.word"
            if marked:
                typing.marks.append(f"CASE WHEN l_{name}.bad {'= 1' if ends else '>= 1'} THEN '|{name}' ELSE '' END")

    def _value(self, typing: Typing, name: str, spec: Field) -> str:
        """A field's value: ids and texts from the cell itself, everything else from its spelling."""
        if name in typing.meant:
            return typing.meant[name]
        raw = f"p.{name}"
        if plain_column(typing.part.mapping.fields[name]) in typing.part.survey.tidy:
            return raw
        if spec.type == "id":
            return self._id(typing, name, raw)
        return self.absent.filled(raw)

    def _id(self, typing: Typing, name: str, raw: str) -> str:
        column = plain_column(typing.part.mapping.fields[name])
        changed = not column or column in typing.part.survey.changed
        if changed:
            typing.marks.append(f"CASE WHEN {was_changed(raw)} THEN '|{name}' ELSE '' END")
        return tidied(raw, self.absent, changed)

    def _read_spellings(self, engine: Engine, table: Table, part: Part, prepared: str, names: list[str]) -> Spellings:
        """Read each distinct spelling of each field once."""
        found = Spellings()
        if not names:
            return found
        readings: list[Reading] = []
        spelled = {name: spelling(f"p.{name}", table.fields[name]) for name in names}
        times = {time_key(name): TIME.format(x=f"p.{name}") for name in names if table.fields[name].type == "datetime"}
        for name, spellings in distinct(engine, f"{prepared} AS p", spelled | times, part.account.used):
            if name in times:
                clocks = [(name, raw, clock, "ok") for raw, clock in read_times(spellings)]
                found.timed |= {name} if clocks else set()
                readings += clocks
                continue
            read = self._spellings(name, table.fields[name], spellings, part)
            with self._counting:
                for _, (_, done), number in read:
                    part.account.cell((columns_taken(part.mapping.fields[name]) or [name])[0], done, number)
            if all(raw == value for raw, (value, _), _ in read):
                found.plain.add(name)
            else:
                readings += [(name, raw, value, done) for raw, (value, done), _ in read]
        found.unread = {name for name, *_, done in readings if bad(done)}
        if readings:
            found.table = self._lookup(engine, _reading_columns(readings, table))
        return found

    def _spellings(self, name: str, spec: Field, spellings: list[tuple[str, int]], part: Part) -> list[tuple[str, Read, int]]:
        """Read the spellings of one field, given with the number of their cells."""
        take = part.mapping.fields[name]
        if spec.type in DATES:
            return self._dates(name, (columns_taken(take) or [name])[0], spellings, part)
        own = dict(NO_DISABILITY) if name == "disability_flag" else {}
        own |= {fold(word): code for word, code in take.words.items()} if isinstance(take, Take) else {}
        return [(raw, read_word(name, spec, raw, own, self.absent.blanks), times) for raw, times in spellings]

    def _dates(self, name: str, column: str, spellings: list[tuple[str, int]], part: Part) -> list[tuple[str, Read, int]]:
        """Dates that are no plain column: the first filled of several."""
        settings: DateSettings = self.surveyor.settings(part.match.raw)
        found = read_column(column, spellings, settings, birth=name == "date_of_birth")
        with self._counting:
            part.account.notes += found.notes
            if found.fault:
                part.account.notes.append(found.fault)
                part.survey.faults[column] = found.fault
        return found.readings


def read_word(name: str, spec: Field, text: str, own: dict[str, str], blanks: Blanks) -> Read:
    """A number, a code or a list of codes. ``own`` are the profile's words for this column."""
    code_set = load_code_sets().get(spec.code_set)
    if spec.type == "code" or spec.type == "flag":
        code, done = code_set.understand(text, own) if code_set else (text.strip(), "ok")
        if code is not None:
            return code, done
        return None, absent(text, blanks) or done
    if said := absent(text, blanks):
        return None, said
    if spec.type == "integer":
        return cells.read_age(text) if name == "stated_age_years" else cells.read_integer(text)
    if spec.type == "decimal":
        number, done = cells.read_decimal(text)
        return (None, "no distance (999.9)") if name == "distance_miles" and number == _NO_DISTANCE else (number, done)
    return _code_list(text, code_set)


def _reading_columns(readings: list[Reading], table: Table) -> Columns:
    kinds = {name: _KEPT_AS.get(spec.type, "word") for name, spec in table.fields.items()}

    def kept(column: str) -> list[Any]:
        return [value if kinds.get(name, "word") == column else None for name, _, value, _ in readings]

    return {
        "field": ("VARCHAR", [name for name, _, _, _ in readings]),
        "raw": ("VARCHAR", [raw for _, raw, _, _ in readings]),
        "day": ("DATE", kept("day")),
        "number": ("DOUBLE", kept("number")),
        "word": ("VARCHAR", kept("word")),
        "bad": ("TINYINT", [bad(done) for _, _, _, done in readings]),
    }


def _code_list(text: str, code_set: CodeSet | None) -> Read:
    """Several codes in one cell, or a JSON object of flags, as ``;CODE;CODE;``."""
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
