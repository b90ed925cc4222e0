"""Staging: each recognised table as text in the engine, with what cannot be a record set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casecheck.engines.base import Engine
from casecheck.engines.model_tables import empty
from casecheck.profiles.accounts import Account
from casecheck.profiles.faults import note_faults, settle_doubles
from casecheck.profiles.matching import Match
from casecheck.profiles.spec import Profile, Source
from casecheck.sources.bad_input import BadInputError, note, refuse
from casecheck.sources.csv_proof import prove
from casecheck.sources.csv_reader import DELIMITERS, MAX_CELL, UTF8, read_strictly
from casecheck.sources.database_faults import querying
from casecheck.sources.raw import CsvBody, FrameBody, LateBody, Opening, PlacedBody, RawTable
from casecheck.sql_text import identifier, literal

_NOUGHTS = "'', '0', '0.0', '0.00', '=formula without a saved value'"
"""What a row holds that a spreadsheet filled by itself."""
_GLOB = frozenset("*?[]{}")
"""Marks that DuckDB would take for a pattern of file names: such a path is read by the strict reader."""


def stage(engine: Engine, match: Match, number: int, profile: Profile, opening: Opening) -> Account:
    """Load one table as text under ``source_<number>``, with ``_record``, its place among the file's records."""
    raw = match.raw
    source = profile.sources[match.source]
    account = Account(raw.file, raw.sheet, match.source)
    account.unknown_columns, account.missing_columns = match.unknown, match.missing
    try:
        load(engine, raw, f"stage_{number}", match.loaded, opening)
    except BadInputError as problem:
        _leave_empty(engine, match, number)
        account.refused = problem.note
        raw.notes.append(problem.note)
    account.notes, account.how = [*raw.notes, *match.notes], raw.how
    settle_doubles(engine, match, number, account, source)
    expected = dict.fromkeys(filter(None, (*source.required, source.person, source.key)))
    _set_aside_blank(engine, match, number, [column for column in expected if column in match.places])
    _set_aside_headings(engine, match, number)
    _set_aside_words(engine, match, number, source)
    _set_aside_repeats(engine, match, number, source.key)
    _count(engine, match, number, account)
    note_faults(account, profile, opening)
    kept = f"WHERE rowid NOT IN (SELECT row FROM skip_{number})" if account.read != account.used else ""
    columns = ", ".join(map(identifier, match.loaded))
    engine.view(f"source_{number}", f"SELECT rowid + 1 AS _record, {columns} FROM stage_{number} {kept}")
    return account


def _leave_empty(engine: Engine, match: Match, number: int) -> None:
    """A table whose body cannot be read has no rows; the note in its account keeps every rule on it from passing."""
    match.raw.set_aside.clear()
    match.raw.body = FrameBody({f"c{place}": ("VARCHAR", []) for place in match.loaded.values()})
    columns = ", ".join(f"c{place} AS {identifier(column)}" for column, place in match.loaded.items())
    engine.drop(f"stage_{number}")
    engine.load(f"stage_{number}", match.raw.body.rows, columns)


def _count(engine: Engine, match: Match, number: int, account: Account) -> None:
    """Rows read and used, and those set aside with their reason and the line of the first."""
    raw = match.raw
    for row in raw.set_aside:
        account.leave(row.reason, 1, row.line)
    skipped = f"SELECT reason, count(*), min(row) FROM skip_{number} GROUP BY reason ORDER BY reason"
    for reason, rows, first in engine.rows(skipped):
        account.leave(reason, rows, raw.line_of(first))
    account.read = engine.rows(f"SELECT count(*) FROM stage_{number}")[0][0] + len(raw.set_aside)
    account.used = account.read - sum(account.set_aside.values())


def unused_account(engine: Engine, raw: RawTable, number: int, profile: Profile, opening: Opening) -> Account:
    """The account of a table that no source of the profile is, or that could not be read: its rows are counted all the same."""
    account = Account(raw.file, raw.sheet, "", refused=raw.refused, how=raw.how)
    try:
        account.read = _count_unused(engine, raw, f"stage_unused_{number}", opening)
    except BadInputError as problem:
        raw.notes.append(problem.note)
    account.leave("the table was not recognised", account.read)
    account.notes = [*raw.notes, raw.refused or note("IN090", profile=profile.profile)]
    return account


def _count_unused(engine: Engine, raw: RawTable, name: str, opening: Opening) -> int:
    if isinstance(raw.body, CsvBody) and raw.headings and raw.refused is None:
        load(engine, raw, name, {"first": 0}, opening)
        loaded: int = engine.rows(f"SELECT count(*) FROM {name}")[0][0]
        return loaded + len(raw.set_aside)
    return raw.body.count + len(raw.set_aside) if isinstance(raw.body, FrameBody) else 0


def load(engine: Engine, raw: RawTable, name: str, places: Mapping[str, int], opening: Opening) -> None:
    """The wanted columns of a table, as text under a name in the engine. Raises :class:`BadInputError`."""
    body = raw.body
    if isinstance(body, PlacedBody):
        _place(engine, raw, body, name, places)
        return
    columns = ", ".join(f"{_cell(raw, place)} AS {identifier(column)}" for column, place in places.items())
    if isinstance(body, CsvBody):
        if _load_fast(engine, raw, body, columns, name):
            return
        read_strictly(raw, body, opening)
        body = raw.body
    if isinstance(body, LateBody):
        body = raw.body = body.fetch(sorted(places.values()))
    assert isinstance(body, FrameBody)
    engine.load(name, body.rows, columns)


def _place(engine: Engine, raw: RawTable, body: PlacedBody, name: str, places: Mapping[str, int]) -> None:
    try:
        engine.place(name, body.relation, {column: body.columns[place] for column, place in places.items()}, body.order)
    except Exception as problem:  # the server's words may hold the value of a cell
        raise refuse(raw.name, "IN089", **querying(problem)) from None


def _cell(raw: RawTable, place: int) -> str:
    """A cell as it is loaded; out of ``="0012"``, by which a number keeps its noughts in Excel, the number is taken."""
    if not raw.wrapped:
        return f"c{place}"
    return f"CASE WHEN c{place} LIKE '=\"%\"' THEN substr(c{place}, 3, length(c{place}) - 3) ELSE c{place} END"


def _load_fast(engine: Engine, raw: RawTable, body: CsvBody, columns: str, name: str) -> bool:
    """Let DuckDB read a file that can be read in one way only, and keep the result when it has all the records."""
    path = body.file.path
    if path is None or body.encoding != UTF8 or body.delimiter not in DELIMITERS or _GLOB.intersection(str(path)):
        return False
    proof = prove(path, body.delimiter, body.header_line)
    if proof is None:
        return False
    if not engine.load_csv(name, path, body.delimiter, len(raw.headings), body.header_line, MAX_CELL, columns):
        return False
    if proof.records == engine.rows(f"SELECT count(*) FROM {name}")[0][0]:
        raw.lines = proof.lines
        return True
    engine.drop(name)
    return False


def _set_aside_blank(engine: Engine, match: Match, number: int, required: Sequence[str]) -> None:
    """Blank rows, and rows that lack what every record has and hold a single cell (totals, footers, titles) or only noughts."""
    engine.create(f"skip_{number}", empty({"row": "BIGINT", "reason": "VARCHAR"}))
    suspicious = " OR ".join(f"coalesce({identifier(column)}, '') < '!'" for column in required)
    if not required or not engine.rows(f"SELECT 1 FROM stage_{number} WHERE {suspicious} LIMIT 1"):
        return
    cells = [f"coalesce(trim({identifier(column)}), '')" for column in match.places]
    filled = " + ".join(f"({cell} <> '')::INT" for cell in cells)
    telling = " + ".join(f"({cell} NOT IN ({_NOUGHTS}))::INT" for cell in cells)
    engine.append(
        f"skip_{number}",
        "SELECT row, CASE WHEN filled = 0 THEN 'blank row' WHEN telling = 0 THEN 'only noughts' "
        f"ELSE 'footer or total' END AS reason FROM (SELECT rowid AS row, {filled} AS filled, {telling} AS telling, "
        f"lower(concat({', '.join(cells)})) AS said FROM stage_{number} WHERE {suspicious}) AS rows_in_doubt "
        f"WHERE telling = 0 OR said LIKE 'total%' OR said LIKE 'grand total%' OR (filled = 1 AND {len(match.places)} > 2)",
    )


def _set_aside_headings(engine: Engine, match: Match, number: int) -> None:
    """The headings once more among the records, and the line of dashes that some tools print below them."""
    first = dict(list(match.places.items())[:2])
    if len(first) < 2:
        return
    headings = {column: match.raw.headings[place].strip().lower() for column, place in first.items()}
    again = " AND ".join(f"lower(trim({identifier(column)})) = {literal(heading)}" for column, heading in headings.items())
    dashes = " AND ".join(
        f"contains({name}, '--') AND regexp_full_match(trim({name}), '-{{2,}}')" for name in map(identifier, first)
    )
    engine.append(
        f"skip_{number}",
        f"SELECT rowid AS row, CASE WHEN {dashes} THEN 'a line of dashes' ELSE 'the headings again' END AS reason "
        f"FROM stage_{number} WHERE (({again}) OR ({dashes})) AND rowid NOT IN (SELECT row FROM skip_{number})",
    )


def _set_aside_words(engine: Engine, match: Match, number: int, source: Source) -> None:
    """Rows that a word of theirs says never count: deleted, drafts, cancelled. The words are the profile's, not the cell's."""
    left_out = [(column, (word,), "IN", f"is {word}") for column, words in source.leave_out.items() for word in words]
    others = [(column, words, "NOT IN", f"is not {' or '.join(words)}") for column, words in source.keep.items()]
    for column, listed, test, why in (*left_out, *others):
        if column in match.places:
            known = ", ".join(literal(word.upper()) for word in listed)
            reason = literal(f"left out: {column} {why}")
            engine.append(
                f"skip_{number}",
                f"SELECT rowid AS row, {reason} AS reason FROM stage_{number} "
                f"WHERE upper(trim(coalesce({identifier(column)}, ''))) {test} ({known}) "
                f"AND rowid NOT IN (SELECT row FROM skip_{number})",
            )


def _set_aside_repeats(engine: Engine, match: Match, number: int, key: str) -> None:
    """Whole rows that repeat an earlier one exactly. Rows that differ anywhere are kept, and are findings."""
    columns = ", ".join(identifier(column) for column in match.places)
    named = identifier(key) if key in match.places else columns
    repeated = f"SELECT {named} FROM stage_{number} GROUP BY {named} HAVING count(*) > 1"
    if not engine.rows(f"SELECT 1 FROM ({repeated}) AS repeated LIMIT 1"):
        return
    engine.append(
        f"skip_{number}",
        "SELECT row, 'repeats an earlier row exactly' AS reason FROM (SELECT rowid AS row, "
        f"row_number() OVER (PARTITION BY {columns} ORDER BY rowid) AS place FROM stage_{number}) AS placed "
        f"WHERE place > 1 AND row NOT IN (SELECT row FROM skip_{number})",
    )
