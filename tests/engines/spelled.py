"""Cells that hold a moment in some spelling, and how an engine takes them apart."""

from __future__ import annotations

from casecheck.engines.base import Engine
from casecheck.profiles.moments import DAY, TIME

CELLS = {
    "2024-01-02": ("2024-01-02", ""),
    "2024-01-02 10:15:30": ("2024-01-02", "10:15:30"),
    "2024-01-02T10:15:30.123Z": ("2024-01-02", "10:15:30"),
    "25/01/2024 10:15 pm": ("25/01/2024", "10:15 pm"),
    "25/1/2024 9:05": ("25/1/2024", "9:05"),
    "25 January 2024": ("25 January 2024", ""),
    "25 January 2024 10:15": ("25 January 2024", "10:15"),
    "25/01/2024 ": ("25/01/2024", ""),
    "soon after lunch": ("soon after lunch", ""),
}
"""The day and the time of each, as they are spelled."""


def taken_apart(engine: Engine) -> dict[str, tuple[str, str]]:
    """What the engine makes of each cell."""
    engine.load("spelled", {"cell": ("VARCHAR", list(CELLS))})
    rows = engine.rows(f"SELECT cell, {DAY.format(x='cell')}, {TIME.format(x='cell')} FROM spelled")
    return {cell: (day, clock) for cell, day, clock in rows}
