"""Reading cells: dates, codes and numbers have few distinct spellings, so each is read once, in Python, and joined back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

from casecheck.engines.base import Engine
from casecheck.model import Field, Table, load_code_sets
from casecheck.model.codes import fold
from casecheck.policy import Policy
from casecheck.profiles import cells
from casecheck.profiles.accounts import Account
from casecheck.profiles.parts import BLANK, Part
from casecheck.profiles.spec import Take, columns_taken
from casecheck.sql_text import Columns

SQL_TYPES = {"date": "DATE", "datetime": "TIMESTAMP", "integer": "INTEGER", "decimal": "DOUBLE"}
_LONG = 100_000
_ENDS = ("end_", "close_", "valid_to")
"""Dates whose stand-ins (31/12/9999) rightly mean that nothing has ended; elsewhere a stand-in is no date."""
_KEPT_AS = {"date": "day", "datetime": "day", "integer": "number", "decimal": "number"}
_DIRECT = ("id", "text", "text_list")
_ID = "CASE WHEN {x} LIKE '%.0' THEN left({x}, length({x}) - 2) ELSE {x} END"
_DAY = "CASE WHEN substr({x}, 11, 1) = 'T' THEN left({x}, 10) ELSE split_part(trim({x}), ' ', 1) END"
_TIME = "CASE WHEN substr({x}, 11, 1) = 'T' THEN substr({x}, 12) ELSE split_part(trim({x}), ' ', 2) END"


class Readings:
    """Gives the raw text of a part its types, and counts every repair."""

    def __init__(self, policy: Policy, as_of: date, lookup: Callable[[Engine, Columns], str]) -> None:
        self.policy = policy
        self.as_of = as_of
        self._lookup = lookup
        self._counting = threading.Lock()

    def typed(self, engine: Engine, table: Table, part: Part, prepared: str, there: set[str], account: Account) -> str:
        """The query that gives one part of a table of the model its types, from the raw text in ``prepared``."""
        spelled = [name for name, field in table.fields.items() if name in there and field.type not in _DIRECT]
        lookup, bad = self._read_spellings(engine, table, part, prepared, spelled, account)
        joins = [
            f"LEFT JOIN {lookup} AS l_{name} ON l_{name}.field = '{name}' AND l_{name}.raw = {_spelling(name, table)}"
            for name in spelled
        ]
        marks = [f"CASE WHEN l_{name}.bad = 1 THEN '|{name}' ELSE '' END" for name in bad]
        tidy = self._tidy(engine, account, prepared, [name for name in there if table.fields[name].type == "id"])
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

    def _tidy(self, engine: Engine, account: Account, prepared: str, names: list[str]) -> set[str]:
        """Ids of a long table that need no tidying: looking once is cheaper than tidying every cell."""
        if not names or account.used < _LONG:
            return set()
        untidy = ", ".join(f"bool_or(NOT regexp_full_match({name}, '[A-Z0-9/_]+') OR {name} IN ({BLANK}))" for name in names)
        found = engine.rows(f"SELECT {untidy} FROM {prepared}")[0]
        return {name for name, dirty in zip(names, found, strict=True) if not dirty}

    def _value(self, name: str, field: Field, marks: list[str]) -> str:
        """A field's value: ids, texts and moments from the cell itself, everything else from its spelling."""
        raw = f"p.{name}"
        if field.type == "id":
            trimmed = f"upper(trim({raw}, ' \t\u00a0'))"
            return f"CASE WHEN {trimmed} IN ({BLANK}) THEN NULL ELSE {_ID.format(x=trimmed)} END"
        if field.type in ("text", "text_list"):
            return f"CASE WHEN upper(trim({raw})) IN ({BLANK}) THEN NULL ELSE trim({raw}) END"
        if field.type == "datetime":
            return f"l_{name}.day + coalesce(try_cast(left({_TIME.format(x=raw)}, 8) AS TIME), TIME '00:00:00')"
        return f"l_{name}.{_KEPT_AS.get(field.type, 'word')}"

    def _read_spellings(
        self, engine: Engine, table: Table, part: Part, prepared: str, names: list[str], account: Account
    ) -> tuple[str, list[str]]:
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
