"""A driver's values as text, and rows without a key in an order that stays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from casecheck.sources.bad_input import Note, note

MAX_SORTED_ROWS = 1_000_000
_MAX_SORTED_BYTES = 2**30
_ENGLAND = "Europe/London"


def text_array(values: Sequence[Any], already: bool) -> pa.Array:
    """One column of a batch as text. ``already``: the database has made it text."""
    return pa.array(values if already else [as_text(value) for value in values], pa.large_string())


def as_text(value: Any) -> str | None:
    """One value as text, as PostgreSQL would write it. Moments that know their zone are told in English time."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        local = value.astimezone(ZoneInfo(_ENGLAND)) if value.tzinfo else value
        return local.replace(tzinfo=None).isoformat(sep=" ")
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bytes | bytearray | memoryview):
        return f"\\x{bytes(value).hex()}"
    return json.dumps(value, default=str) if isinstance(value, dict | list) else str(value)


def steady(table: pa.Table, notes: list[Note]) -> pa.Table:
    """The rows sorted by all their columns; a table too long for that stays as it came, and a note says so."""
    if table.num_rows <= MAX_SORTED_ROWS and table.nbytes <= _MAX_SORTED_BYTES:
        whole = table.combine_chunks()
        return whole.take(pc.sort_indices(whole, sort_keys=[(name, "ascending") for name in whole.column_names]))
    notes.append(note("IN061", what="no key, and too long to be sorted: the numbers of its records may differ in the next run"))
    return table
