"""Small pieces of SQL text: literals, identifiers, and the mark that stands for the day of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

AS_OF = "@as_of"
TODAY = f"CAST('{AS_OF}' AS DATE)"
"""The day of the run, as a date in SQL."""

Columns = Mapping[str, tuple[str, Sequence[object]]]
"""A small table as Python values: each column with its SQL type."""


def literal(value: object) -> str:
    """A Python value as a SQL literal; a sequence becomes a bracketed list."""
    if isinstance(value, tuple | list):
        return "(" + ", ".join(literal(item) for item in value) + ")"
    if isinstance(value, int | float):
        return str(value)
    quoted = "'" + str(value).replace("'", "''") + "'"
    if isinstance(value, datetime):
        return f"CAST({quoted} AS TIMESTAMP)"
    return f"CAST({quoted} AS DATE)" if isinstance(value, date) else quoted


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def in_words(day: str) -> str:
    """A date, or a moment, as it is written in messages: 31/03/2026."""
    text = f"CAST({day} AS TEXT)"
    parts = (f"SUBSTRING({text}, {at}, {size})" for at, size in ((9, 2), (6, 2), (1, 4)))
    return " || '/' || ".join(parts)
