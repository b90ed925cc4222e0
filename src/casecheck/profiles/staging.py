"""Staging: each recognised table as text in the engine, with what cannot be a record set aside."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from casecheck.engines.base import Engine
from casecheck.profiles.accounts import Account
from casecheck.profiles.matching import Match
from casecheck.profiles.spec import Profile, Source
from casecheck.sources.csv_reader import DELIMITERS, UTF8, proved_clean, read_strictly
from casecheck.sources.raw import CsvBody, FrameBody, LateBody, Opening
from casecheck.sql_text import identifier, literal

_GLOB = frozenset("*?[]{}")
"""Marks that DuckDB would take for a pattern of file names: such a path is read by the strict reader."""


def stage(engine: Engine, match: Match, number: int, profile: Profile, opening: Opening) -> Account:
    """Load one table as text under ``source_<number>``, with ``_record``, its place among the file's records."""
    raw = match.raw
    source = profile.sources[match.source]
    account = Account(raw.file, raw.sheet, match.source)
    account.unknown_columns, account.missing_columns = match.unknown, match.missing
    _load(engine, match, number, opening)
    account.notes, account.how = list(raw.notes), raw.how
    records = engine.rows(f"SELECT count(*) FROM stage_{number}")[0][0]
    for row in raw.set_aside:
        account.leave(row.reason, 1)
    expected = dict.fromkeys(filter(None, (*source.required, source.person, source.key)))
    _set_aside_blank(engine, match, number, [column for column in expected if column in match.places])
    _set_aside_words(engine, match, number, source)
    _set_aside_repeats(engine, match, number, source.key)
    for reason, rows in engine.rows(f"SELECT reason, count(*) FROM skip_{number} GROUP BY reason ORDER BY reason"):
        account.leave(reason, rows)
    account.read = records + len(raw.set_aside)
    account.used = account.read - sum(account.set_aside.values())
    kept = f"WHERE rowid NOT IN (SELECT row FROM skip_{number})" if account.read != account.used else ""
    engine.execute(f"CREATE VIEW source_{number} AS SELECT rowid + 1 AS _record, * FROM stage_{number} {kept}")
    return account


def _load(engine: Engine, match: Match, number: int, opening: Opening) -> None:
    columns = ", ".join(f"c{place} AS {identifier(column)}" for column, place in match.places.items())
    body = match.raw.body
    if isinstance(body, CsvBody):
        if _load_fast(engine, body, columns, number, len(match.raw.headings)):
            return
        read_strictly(match.raw, body, opening)
        body = match.raw.body
    if isinstance(body, LateBody):
        body = match.raw.body = body.fetch(sorted(match.places.values()))
    assert isinstance(body, FrameBody)
    engine.load(f"stage_{number}", body.rows, columns)


def _load_fast(engine: Engine, body: CsvBody, columns: str, number: int, width: int) -> bool:
    """Let DuckDB read the file, and keep the result only when it is provably the file's own rows."""
    types = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
    path = body.file.path
    if path is None or body.encoding != UTF8 or body.delimiter not in DELIMITERS or _GLOB.intersection(str(path)):
        return False
    try:
        engine.execute(
            f"CREATE TABLE stage_{number} AS SELECT {columns} FROM read_csv({literal(str(path))}, columns = {{{types}}}, "
            f"delim = '{body.delimiter}', quote = '\"', escape = '\"', header = false, skip = {body.header_line}, "
            "auto_detect = false, strict_mode = true, null_padding = false, max_line_size = 10000000)"
        )
    except duckdb.Error:
        return False
    if proved_clean(body, engine.rows(f"SELECT count(*) FROM stage_{number}")[0][0]):
        return True
    engine.execute(f"DROP TABLE stage_{number}")
    return False


def _set_aside_blank(engine: Engine, match: Match, number: int, required: Sequence[str]) -> None:
    """Blank rows, and rows with a single filled cell that lack what every record has: totals, footers, titles."""
    if not required:
        engine.execute(f"CREATE TABLE skip_{number} (row BIGINT, reason VARCHAR)")
        return
    suspicious = " OR ".join(f"coalesce({identifier(column)}, '') < '!'" for column in required)
    filled = " + ".join(f"(nullif(trim({identifier(column)}), '') IS NOT NULL)::INT" for column in match.places)
    engine.execute(
        f"CREATE TABLE skip_{number} AS SELECT row, CASE filled WHEN 0 THEN 'blank row' ELSE 'footer or total' END AS reason "
        f"FROM (SELECT rowid AS row, {filled} AS filled FROM stage_{number} WHERE {suspicious}) WHERE filled = 0 "
        f"OR (filled = 1 AND {len(match.places)} > 2)"
    )


def _set_aside_words(engine: Engine, match: Match, number: int, source: Source) -> None:
    """Rows that a word of theirs says never count: deleted, drafts, cancelled. The words are the profile's, not the cell's."""
    left_out = [(column, (word,), "IN", f"is {word}") for column, words in source.leave_out.items() for word in words]
    others = [(column, words, "NOT IN", f"is not {' or '.join(words)}") for column, words in source.keep.items()]
    for column, listed, test, why in (*left_out, *others):
        if column in match.places:
            known = ", ".join(literal(word.upper()) for word in listed)
            reason = literal(f"left out: {column} {why}")
            engine.execute(
                f"INSERT INTO skip_{number} SELECT rowid, {reason} FROM stage_{number} "
                f"WHERE upper(trim(coalesce({identifier(column)}, ''))) {test} ({known}) "
                f"AND rowid NOT IN (SELECT row FROM skip_{number})"
            )


def _set_aside_repeats(engine: Engine, match: Match, number: int, key: str) -> None:
    """Whole rows that repeat an earlier one exactly. Rows that differ anywhere are kept, and are findings."""
    columns = ", ".join(identifier(column) for column in match.places)
    named = identifier(key) if key in match.places else columns
    repeated = f"SELECT {named} FROM stage_{number} GROUP BY {named} HAVING count(*) > 1"
    if not engine.rows(f"SELECT 1 FROM ({repeated}) LIMIT 1"):
        return
    engine.execute(
        f"INSERT INTO skip_{number} SELECT row, 'repeats an earlier row exactly' FROM (SELECT rowid AS row, "
        f"row_number() OVER (PARTITION BY {columns} ORDER BY rowid) AS place FROM stage_{number}) "
        f"WHERE place > 1 AND row NOT IN (SELECT row FROM skip_{number})"
    )
