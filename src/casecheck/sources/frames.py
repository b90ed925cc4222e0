"""Frames from Python: pandas, polars, pyarrow or whatever gives Arrow, read as text like any file.

The caller's frame is never changed. A frame that is not of pandas is read without pandas being loaded.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from casecheck.errors import InputError
from casecheck.sources.raw import FrameBody, RawTable
from casecheck.sources.spark_tables import is_spark_frame, read_spark_frame

_NOTHING = ("NaT", "<NA>", "nan")
_CLOCK = len("hh:mm:ss")
_ENGLAND = "Europe/London"
"""Moments with a zone are told in English time, as those of databases and of Spark are."""


def read_frames(frames: Mapping[str, Any]) -> list[RawTable]:
    """One table for each frame; the key is its name. Raises :class:`InputError` for what is not a frame."""
    return [_read(str(name), frame) for name, frame in frames.items()]


def _read(name: str, frame: Any) -> RawTable:
    if is_spark_frame(frame):
        return read_spark_frame(name, frame)
    pandas = hasattr(frame, "iloc") and hasattr(frame, "columns")
    table = _from_pandas(name, frame) if pandas else _arrow(name, frame)
    headings = tuple(map(str, table.column_names))
    if doubled := [heading for heading, times in Counter(headings).items() if times > 1]:
        raise InputError(f"{name}: two columns have the same name: '{doubled[0]}'", "rename or drop one of them")
    body = FrameBody(text_columns(name, table))
    return RawTable(name, "", headings, body, header_line=0, how="a frame", index=frame.index if pandas else None)


def text_columns(name: str, table: pa.Table, places: Sequence[int] | None = None) -> pa.Table:
    """Columns of any simple type as text, named ``c0``, ``c1`` and so on by their place. Raises :class:`InputError`."""
    numbers = range(table.num_columns) if places is None else places
    columns = [_text(name, heading, table.column(at)) for at, heading in enumerate(table.column_names)]
    return pa.table(columns, names=[f"c{number}" for number in numbers]) if columns else pa.table({})


def _arrow(name: str, frame: Any) -> pa.Table:
    if isinstance(frame, pa.Table):
        return frame
    if hasattr(frame, "to_arrow") and hasattr(frame, "dtypes"):
        odd = [column for column, kind in zip(frame.columns, frame.dtypes, strict=True) if str(kind) == "Object"]
        table = frame.drop(odd).to_arrow()
        for column in odd:
            table = table.append_column(column, _one_by_one(frame[column].to_list()))
        return table.select(frame.columns)
    if isinstance(frame, pa.RecordBatch):
        return pa.Table.from_batches([frame])
    if hasattr(frame, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(frame).read_all()
    kind = type(frame).__name__
    lazy = "collect it first: frame.collect()" if hasattr(frame, "collect") else ""
    raise InputError(f"'{name}' is a {kind}, not a table", lazy or "give pandas, polars or pyarrow tables by name")


def _from_pandas(name: str, frame: Any) -> pa.Table:
    """The columns, and levels of the index with a name of their own: ``visits.set_index("visit_id")`` loses nothing."""
    if frame.columns.nlevels > 1:
        raise InputError(
            f"{name}: its columns have {frame.columns.nlevels} levels", "give each column one name: frame.columns = [...]"
        )
    columns = [(str(heading), frame.iloc[:, place]) for place, heading in enumerate(frame.columns)]
    given = {heading for heading, _ in columns}
    named = ((place, str(level)) for place, level in enumerate(frame.index.names) if level is not None)
    columns += [(heading, frame.index.get_level_values(place)) for place, heading in named if heading not in given]
    return pa.table([_series(values) for _, values in columns], names=[heading for heading, _ in columns])


def _series(series: Any) -> pa.Array:
    """A pandas column. One that may hold anything is taken value by value, unless it holds text alone."""
    try:
        found = pa.array(series, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError, ValueError, OverflowError):
        return _one_by_one(series)
    kind = found.type
    mixed = str(series.dtype) == "object" and not (pa.types.is_string(kind) or pa.types.is_nested(kind))
    return _one_by_one(series) if mixed or isinstance(kind, pa.BaseExtensionType) else found


def _one_by_one(values: Any) -> pa.Array:
    return _texts([value_text(value) for value in values])


def _texts(values: Sequence[str | None]) -> pa.Array:
    """Texts in Arrow, laid out by hand: ``pa.array`` loads pandas, wherever it is installed, to look at what it is given."""
    written = [(value or "").encode(errors="replace") for value in values]
    ends = array("q", accumulate(map(len, written), initial=0))
    there = "".join("0" if value is None else "1" for value in reversed(values))
    bits = int(there or "0", 2).to_bytes((len(values) + 7) // 8, "little")
    return pa.LargeStringArray.from_buffers(
        len(values), pa.py_buffer(ends.tobytes()), pa.py_buffer(b"".join(written)), pa.py_buffer(bits)
    )


def value_text(value: Any) -> str | None:
    """One Python value as text: whole numbers without a point, times of day only where there are some."""
    if isinstance(value, str):
        return value
    if value is None or str(value) in _NOTHING:
        return None
    if isinstance(value, datetime):
        with suppress(OverflowError):  # the first day of the year 1 stands for no day at all
            value = value.astimezone(ZoneInfo(_ENGLAND)) if value.tzinfo else value
        return f"{value:%Y-%m-%d %H:%M:%S}" if value.year > 999 else value.isoformat(sep=" ")
    if isinstance(value, float | Decimal):
        return _in_full(str(value))
    return str(value)


def _in_full(number: str) -> str:
    """A number with all its digits: no powers of ten, and no point where nothing follows it."""
    try:
        full = f"{Decimal(number):f}"
    except (ArithmeticError, ValueError):
        return number
    whole, _, part = full.partition(".")
    whole = "0" if whole == "-0" and not part.strip("0") else whole
    return f"{whole}.{part}" if part.strip("0") else whole


def _text(name: str, heading: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        words = [(_text(name, heading, pa.chunked_array([part.dictionary])), part.indices) for part in column.chunks]
        return pa.chunked_array([text.combine_chunks().take(places) for text, places in words], None if words else pa.string())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column
    try:
        if isinstance(kind, pa.BaseExtensionType):
            return pa.chunked_array([_one_by_one(column.to_pylist())])
        if pa.types.is_timestamp(kind):
            zone = _ENGLAND if kind.tz else None
            seconds = pc.floor_temporal(column, unit="second").cast(pa.timestamp("s", tz=zone), safe=False)
            return pc.strftime(seconds, format="%Y-%m-%d %H:%M:%S").cast(pa.string())
        if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            return _numbers(column)
        text = column.cast(pa.string())
        return pc.utf8_slice_codeunits(text, 0, _CLOCK) if pa.types.is_time(kind) else text
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise InputError(f"{name}: the column '{heading}' holds {kind}, which is not one value a row") from None


def _numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Numbers as text. Each distinct one that Arrow writes with a power of ten, or with noughts alone, is written in full."""
    text = column.cast(pa.large_string())
    if pa.types.is_floating(column.type):
        text = pc.if_else(pc.is_nan(column), pa.nulls(len(column), pa.large_string()), text)
    odd = pc.unique(text.filter(pc.match_substring_regex(text, r"[eE]|\.0+$|^-0$"))).drop_null()
    if not len(odd):
        return text
    full = _texts([_in_full(number) for number in odd.to_pylist()])
    return pc.coalesce(full.take(pc.index_in(text, odd).combine_chunks()), text.combine_chunks())
