"""Chains of episodes: rows that follow each other without a break, made one row.

A return of looked-after children has a row for every change of legal status or placement. A period of care, a placement or a
legal status goes on through the changes that do not touch it. A gap, an overlap, an open end or a date that cannot be read
breaks the chain: nothing is smoothed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from casecheck.model import Table
from casecheck.profiles.spec import Chain
from casecheck.sql_text import identifier, literal


def chained(table: Table, typed: str, chain: Chain, relations: Mapping[int, str]) -> str:
    """The query that chains the typed rows (a query, with ``_source`` and ``_record``) of one table.

    ``relations`` are the staged tables by their number, which hold the words that open and close each row.
    """
    child, start, end = table.child, chain.start, chain.end
    words = " UNION ALL ".join(
        f"SELECT {number} AS _source, _record, {_word(chain.opens)} AS _opens, {_word(chain.closes)} AS _closes FROM {relation}"
        for number, relation in relations.items()
    )
    ordered = f"PARTITION BY {child} ORDER BY {start}, {end} NULLS LAST, _source, _record"
    unchanged = "".join(f" AND {field} IS NOT DISTINCT FROM lag({field}) OVER ordered" for field in chain.same)
    follows = (
        f"_opens IN ({_listed(chain.continues)}) AND lag(_closes) OVER ordered IN ({_listed(chain.through)}) "
        f"AND lag({end}) OVER ordered = {start} AND {child} IS NOT NULL{unchanged}"
    )
    return (
        f"WITH typed AS ({typed}), words AS ({words}), "
        "placed AS (SELECT typed.*, words._opens, words._closes FROM typed "
        "JOIN words ON words._source = typed._source AND words._record = typed._record), "
        f"followed AS (SELECT *, row_number() OVER ordered AS _place, CASE WHEN {follows} THEN 0 ELSE 1 END AS _begins "
        f"FROM placed WINDOW ordered AS ({ordered})), "
        f"numbered AS (SELECT *, sum(_begins) OVER (PARTITION BY {child} ORDER BY _place) AS _chain FROM followed), "
        f"ranked AS (SELECT *, row_number() OVER (PARTITION BY {child}, _chain ORDER BY _place) AS _link, "
        f"count(*) OVER (PARTITION BY {child}, _chain) AS _links FROM numbered) "
        f"SELECT {_columns(table, chain)} FROM ranked AS f JOIN ranked AS l ON l._chain = f._chain "
        f"AND l.{child} IS NOT DISTINCT FROM f.{child} WHERE f._link = 1 AND l._link = l._links"
    )


def _columns(table: Table, chain: Chain) -> str:
    """Each field from the first or the last row of its chain, and the marks that go with it."""
    last = {chain.end, *chain.last}
    sides = {name: "l" if name in last else "f" for name in table.fields}
    earlier = f"f._place = 1 AND coalesce(f._opens NOT IN ({_listed(chain.begins)}), true)"
    taken = [
        f"CASE WHEN {earlier} THEN NULL ELSE f.{name} END AS {name}" if name == chain.start else f"{side}.{name}"
        for name, side in sides.items()
    ]
    marks = ", ".join(
        f"CASE WHEN {side}._unreadable LIKE '%|{name}|%'{f' AND NOT ({earlier})' if name == chain.start else ''} "
        f"THEN '|{name}' ELSE '' END"
        for name, side in sides.items()
        if table.fields[name].type not in ("id", "text")
    )
    unknown = f"concat(f._unknown, CASE WHEN {earlier} THEN '|{chain.start}|' ELSE '' END)"
    return (
        f"{', '.join(taken)}, f._row, f._source, f._record, nullif(concat({marks}) || '|', '|') AS _unreadable, "
        f"nullif({unknown}, '') AS _unknown, f._conflict"
    )


def _word(column: str) -> str:
    return f"upper(trim({identifier(column)}))"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(literal(word.upper()) for word in words)
