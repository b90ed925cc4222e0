"""The rows that were set aside, with their cells: fetched only when somebody asks for them, from where they stand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from casecheck.engines.base import Engine
from casecheck.profiles.accounts import Reject
from casecheck.profiles.matching import Match
from casecheck.sources.raw import CsvBody, FrameBody, PlacedBody, RawTable
from casecheck.sql_text import identifier


def rejected(engine: Engine, matches: Sequence[Match], wanted: Mapping[int, Sequence[str]]) -> Iterator[Reject]:
    """Every row that was set aside, file by file and in the order of the lines.

    ``wanted`` gives, for each table of which a mapping took only some rows, the queries of those records.
    """
    for number, match in enumerate(matches):
        raw = match.raw
        reasons = {row.line: row.reason for row in raw.set_aside}
        records = dict(engine.rows(f"SELECT row, min(reason) FROM skip_{number} GROUP BY row"))
        if number in wanted:
            taken = " UNION ".join(wanted[number]) or "SELECT -1 AS _record"
            reason = "its type is not mapped" if wanted[number] else "the profile does not use this table"
            left = f"SELECT _record - 1 FROM source_{number} WHERE _record NOT IN ({taken})"
            records.update(dict.fromkeys((row for (row,) in engine.rows(left)), reason))
        places = {raw.line_of(row): row for row in records}
        reasons.update({line: records[row] for line, row in places.items()})
        cells = _placed(engine, match, number, places) if isinstance(raw.body, PlacedBody) else _cells(raw, reasons, places)
        for line in sorted(reasons):
            yield Reject(raw.file, raw.sheet, line, reasons[line], cells.get(line, ()))


def _cells(raw: RawTable, reasons: Mapping[int, str], places: Mapping[int, int]) -> dict[int, tuple[str, ...]]:
    """The cells of the rejected lines. A text file is gone through once more; other rows are still in memory."""
    if not reasons:
        return {}
    if raw.text is not None:
        return {line: row for line, row in _records(raw.text) if line in reasons}
    assert isinstance(raw.body, FrameBody)
    if isinstance(raw.body.rows, pa.Table):
        rows = raw.body.rows.take(pa.array(places.values(), pa.int64()))
        columns = [column.to_pylist() for column in rows.columns]
    else:
        columns = [[values[row] for row in places.values()] for _, values in raw.body.rows.values()]
    return {line: tuple(str(column[at] or "") for column in columns) for at, line in enumerate(places)}


def _placed(engine: Engine, match: Match, number: int, places: Mapping[int, int]) -> dict[int, tuple[str, ...]]:
    """The cells of rows that stay with the engine: those columns that the profile knows."""
    if not places:
        return {}
    line_of = {row: line for line, row in places.items()}
    wanted = ", ".join(map(str, line_of))
    columns = ", ".join(map(identifier, match.loaded))
    rows = engine.rows(f"SELECT rowid, {columns} FROM stage_{number} WHERE rowid IN ({wanted})")
    return {line_of[row]: tuple(str(cell or "") for cell in cells) for row, *cells in rows}


def _records(text: CsvBody) -> Iterator[tuple[int, tuple[str, ...]]]:
    with text.file.open() as raw, io.TextIOWrapper(raw, encoding=text.encoding, newline="") as lines:
        reader = csv.reader(lines, delimiter=text.delimiter, strict=True)
        start = 1
        for row in reader:
            yield start, tuple(row)
            start = reader.line_num + 1
