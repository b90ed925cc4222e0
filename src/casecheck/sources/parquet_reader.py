"""Parquet files: sizes and headings from the footer, and later only the columns that are wanted."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from casecheck.sources.bad_input import note, refuse
from casecheck.sources.frames import text_columns
from casecheck.sources.raw import FileItem, FrameBody, LateBody, Opening, RawTable
from casecheck.wording import counted

_MEGABYTE = 1_000_000
_A_CELL = 8
_DAMAGED = (pa.ArrowException, OSError, ValueError, OverflowError)
_MARKS = {b"PAR1": "", b"PARE": "encrypted"}


def read_parquet(item: FileItem, opening: Opening) -> list[RawTable]:
    """One table; its rows are read once it is recognised. Raises :class:`BadInputError` for a damaged or absurd file."""
    with item.open() as stream:
        mark = stream.read(4)
    if not mark:
        raise refuse(item.name, "IN004", size=item.size)
    if _MARKS.get(mark, "no Parquet file"):
        raise refuse(item.name, "IN008", what=_MARKS.get(mark, "no Parquet file"))
    try:
        with _open(item, []) as file:
            return [_table(item, file, opening)]
    except _DAMAGED:
        raise refuse(item.name, "IN008", what="no sound Parquet file") from None


def _open(item: FileItem, dictionaries: Sequence[str]) -> Any:
    """The file itself, or, inside an archive, a copy in memory: a Parquet file is read from its end."""
    if item.path is not None:
        return pq.ParquetFile(item.path, read_dictionary=list(dictionaries))
    with item.open() as stream:
        return pq.ParquetFile(io.BytesIO(stream.read()), read_dictionary=list(dictionaries))


def _table(item: FileItem, file: Any, opening: Opening) -> RawTable:
    fields = list(file.schema_arrow)
    names = [field.name for field in fields]
    if len(set(names)) < len(names):
        raise refuse(item.name, "IN008", what="two columns have the same name")
    rows, limit = file.metadata.num_rows, opening.reading.max_file_size * _MEGABYTE
    _refuse_absurd(item, file.metadata, limit)
    nested = [field.name for field in fields if pa.types.is_nested(field.type)]
    headings = tuple("" if name in nested else name for name in names)
    texts = [field.name for field in fields if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]

    def fetch(places: Sequence[int] | None) -> FrameBody:
        wanted = [place for place in (range(len(names)) if places is None else places) if headings[place]]
        return FrameBody(_columns(item, {place: names[place] for place in wanted}, texts, limit))

    body = LateBody(fetch, max(item.size, rows * len(headings)))
    table = RawTable(item.name, "", headings, body, header_line=0, how=f"Parquet, {counted(rows, 'row')}", item=item)
    if nested:
        table.notes.append(note("IN061", what=f"not read, for they hold lists and not one value a row: {', '.join(nested)}"))
    return table


def _refuse_absurd(item: FileItem, metadata: Any, limit: int) -> None:
    """A footer of a few bytes may speak of a billion rows: what it says is weighed before anything is read."""
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    unpacked = max(sum(group.total_byte_size for group in groups), metadata.num_rows * metadata.num_columns * _A_CELL)
    if unpacked > limit or min((group.total_byte_size for group in groups), default=0) < 0:
        raise refuse(item.name, "IN035", size=_megabytes(unpacked) + " unpacked", limit=_megabytes(limit))


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:,.0f} MB"


def _columns(item: FileItem, wanted: dict[int, str], texts: Sequence[str], limit: int) -> pa.Table:
    """The wanted columns as text. Repeated texts are weighed before they are written out for each row."""
    try:
        with _open(item, [name for name in wanted.values() if name in texts]) as file:
            table = file.read(columns=list(wanted.values())).select(list(wanted.values()))
        long = sum(_length(table.column(name)) for name in wanted.values())
        if long > limit:
            raise refuse(item.name, "IN035", size=_megabytes(long) + " unpacked", limit=_megabytes(limit))
        return text_columns(item.name, table, list(wanted))
    except _DAMAGED:
        raise refuse(item.name, "IN008", what="a part of the Parquet file cannot be read") from None


def _length(column: pa.ChunkedArray) -> int:
    """The bytes that a column of repeated texts will take; other columns are no larger than the file says."""
    if not pa.types.is_dictionary(column.type):
        return 0
    lengths = [pc.sum(pc.binary_length(chunk.dictionary).take(chunk.indices)).as_py() or 0 for chunk in column.chunks]
    return int(sum(lengths))
