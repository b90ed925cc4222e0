"""Moments: a day and a time of day in one cell. Each is taken apart here and, like any other spelling, read once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time

DAY = (
    "CASE WHEN length({x}) <= 10 THEN {x} WHEN substr({x}, 14, 1) = ':' AND substr({x}, 11, 1) IN ('T', ' ') THEN left({x}, 10) "
    r"ELSE regexp_replace(trim({x}), '[ T]+[0-9]{{1,2}}:[0-9]{{2}}.*$', '') END"
)
"""The day of a cell, as it is spelled."""
TIME = (
    "CASE WHEN length({x}) <= 10 THEN '' WHEN substr({x}, 14, 1) = ':' AND substr({x}, 11, 1) IN ('T', ' ') THEN "
    "CASE WHEN substr({x}, 20, 1) = '.' AND right(trim({x}), 1) NOT IN ('m', 'M') THEN substr({x}, 12, 8) "
    "ELSE substr({x}, 12) END "
    r"ELSE coalesce(regexp_extract(trim({x}), '[ T]([0-9]{{1,2}}:[0-9]{{2}}.*)$', 1), '') END"
)
"""The time of day of a cell, as it is spelled, without parts of a second (which would spell most cells apart); empty for none."""

_CLOCK = re.compile(r"(?:^|[ T])([0-9]{1,2}):([0-9]{2})(?::([0-5][0-9]))?")
_HALF = re.compile(r"([AaPp])[Mm]$")
_NOON, _HOURS, _MINUTES = 12, 24, 60


def read_time(text: str) -> time:
    """The time of day that a cell, or the part of it after the day, tells; midnight where none can be read."""
    found, half = _CLOCK.search(text), _HALF.search(text.strip())
    if not found:
        return time.min
    hour, minute, second = (int(part or 0) for part in found.groups())
    if hour >= _HOURS or minute >= _MINUTES:
        return time.min
    if half and hour <= _NOON:
        hour = hour % _NOON + (_NOON if half[1] in "pP" else 0)
    return time(hour, minute, second)


def time_key(column: str) -> str:
    """How the times of day of a column, or of a field, are called among its readings."""
    return f"{column}|time"


def read_times(spellings: Sequence[tuple[str, int]]) -> list[tuple[str, str]]:
    """Each time of day of a column, as it is spelled and as it is written; nothing when no cell tells one."""
    if not any(raw for raw, _ in spellings):
        return []
    return [(raw, read_time(raw).isoformat()) for raw, _ in spellings]
