"""Frames from Python: pandas, polars or pyarrow, read as text like any file. The caller's frame is never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from casecheck.errors import InputError
from casecheck.sources.raw import FrameBody, RawTable
from casecheck.sources.spark_tables import is_spark_frame, read_spark_frame

_NOTHING = ("NaT", "<NA>", "nan")
_CLOCK = len("hh:mm:ss")


def read_frames(frames: Mapping[str, Any]) -> list[RawTable]:
    """One table for each frame; the key is its name. Raises :class:`InputError` for what is not a frame."""
    return [_read(str(name), frame) for name, frame in frames.items()]


def _read(name: str, frame: Any) -> RawTable:
    if is_spark_frame(frame):
        return read_spark_frame(name, frame)
    table = _arrow(name, frame)
    if len(set(table.column_names)) < len(table.column_names):
        raise InputError(f"{name}: two columns have the same name", "rename or drop one of them")
    headings = tuple(map(str, table.column_names))
    return RawTable(name, "", headings, FrameBody(text_columns(name, table)), header_line=0, how="a frame")


def text_columns(name: str, table: pa.Table, places: Sequence[int] | None = None) -> pa.Table:
    """Columns of any simple type as text, named ``c0``, ``c1`` and so on by their place. Raises :class:`InputError`."""
    numbers = range(table.num_columns) if places is None else places
    columns = [_text(name, heading, table.column(at)) for at, heading in enumerate(table.column_names)]
    return pa.table(columns, names=[f"c{number}" for number in numbers]) if columns else pa.table({})


def _arrow(name: str, frame: Any) -> pa.Table:
    if isinstance(frame, pa.Table):
        return frame
    if isinstance(frame, pa.RecordBatch):
        return pa.Table.from_batches([frame])
    if hasattr(frame, "to_arrow") and hasattr(frame, "dtypes"):
        odd = [column for column, kind in zip(frame.columns, frame.dtypes, strict=True) if str(kind) == "Object"]
        table = frame.drop(odd).to_arrow()
        for column in odd:
            table = table.append_column(column, _one_by_one(frame[column].to_list()))
        return table.select(frame.columns)
    if hasattr(frame, "iloc") and hasattr(frame, "columns"):
        columns = [_series(frame.iloc[:, place]) for place in range(len(frame.columns))]
        return pa.table(columns, names=[str(column) for column in frame.columns])
    kind = type(frame).__name__
    raise InputError(f"'{name}' is a {kind}, not a table", "give pandas, polars or pyarrow tables by name")


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
    return pa.array([value_text(value) for value in values], pa.large_string())


def value_text(value: Any) -> str | None:
    """One Python value as text: whole numbers without a point, times of day only where there are some."""
    if isinstance(value, str):
        return value
    if value is None or str(value) in _NOTHING:
        return None
    if isinstance(value, datetime):
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
        return _text(name, heading, column.cast(kind.value_type))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column
    try:
        if isinstance(kind, pa.BaseExtensionType):
            return pa.chunked_array([_one_by_one(column.to_pylist())])
        if pa.types.is_timestamp(kind):
            seconds = pc.floor_temporal(column, unit="second").cast(pa.timestamp("s", tz=kind.tz), safe=False)
            return pc.strftime(seconds, format="%Y-%m-%d %H:%M:%S").cast(pa.string())
        if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            return _numbers(column)
        text = column.cast(pa.string())
        return pc.utf8_slice_codeunits(text, 0, _CLOCK) if pa.types.is_time(kind) else text
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise InputError(f"{name}: the column '{heading}' holds {kind}, which is not one value a row") from None


def _numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Numbers as text. Each distinct one that Arrow writes with a power of ten, or with noughts alone, is written in full."""
    text = column.cast(pa.string())
    if pa.types.is_floating(column.type):
        text = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.string()), text)
    odd = pc.unique(text.filter(pc.match_substring_regex(text, r"[eE]|\.0+$|^-0$"))).drop_null()
    if not len(odd):
        return text
    place = pc.index_in(text, odd)
    full = pa.array([_in_full(number) for number in odd.to_pylist()], pa.string())
    return pc.coalesce(full.take(place.combine_chunks()), text.combine_chunks())
