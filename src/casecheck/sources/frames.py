"""Frames from Python: pandas, polars or pyarrow, read as text like any file. The caller's frame is never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from casecheck.errors import InputError
from casecheck.sources.raw import FrameBody, RawTable


def read_frames(frames: Mapping[str, Any]) -> list[RawTable]:
    """One table for each frame; the key is its name. Raises :class:`InputError` for what is not a frame."""
    return [_read(str(name), frame) for name, frame in frames.items()]


def _read(name: str, frame: Any) -> RawTable:
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
    if hasattr(frame, "to_arrow"):
        return frame.to_arrow()
    if hasattr(frame, "iloc") and hasattr(frame, "columns"):
        try:
            return pa.Table.from_pandas(frame, preserve_index=False)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            return pa.Table.from_pandas(frame.astype("string"), preserve_index=False)
        except ValueError:
            raise InputError(f"{name}: two columns have the same name", "rename or drop one of them") from None
    kind = type(frame).__name__
    raise InputError(f"'{name}' is a {kind}, not a table", "give pandas, polars or pyarrow tables by name")


def _text(name: str, heading: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _text(name, heading, column.cast(kind.value_type))
    if pa.types.is_string(kind):
        return column
    if pa.types.is_timestamp(kind):
        local = column.cast(pa.timestamp("us", tz=kind.tz), safe=False)
        return pc.strftime(local, format="%Y-%m-%d %H:%M:%S").cast(pa.string())
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise InputError(f"{name}: the column '{heading}' holds {kind}, which is not one value a row") from None
