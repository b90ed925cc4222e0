"""Where the headings of a sheet stand: on one row, or on two that are read together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from casecheck.sources.raw import IsHeading, header_row

Cells = Sequence[str | None]


@dataclass(frozen=True)
class Headings:
    """The headings, the place of their last row among the rows looked at, and how many rows they take."""

    names: tuple[str, ...]
    place: int
    rows: int = 1


def find_headings(rows: Sequence[Cells], numbers: Sequence[int], is_heading: IsHeading) -> Headings:
    """The row, or pair of rows that follow each other, with most known headings; the first row when none is known.

    A pair must know strictly more than the best single row, and its lower row must be more than a row of cells: it
    completes a heading above it, or holds two that are known by themselves.
    """
    single = header_row(rows, is_heading)
    best = Headings(_names(rows[single or 0]), single or 0)
    most = sum(map(is_heading, filter(None, best.names))) if single is not None else 1
    for place in range(1, len(rows)):
        if numbers[place] != numbers[place - 1] + 1:
            continue
        names, completed, alone = _joined(rows[place - 1], rows[place], is_heading)
        known = sum(map(is_heading, filter(None, names)))
        if known > most and (completed or alone > 1):
            best, most = Headings(_names(names), place, 2), known
    return best


def _joined(above: Cells, below: Cells, is_heading: IsHeading) -> tuple[list[str], int, int]:
    """Two rows as one; and how many headings only the two make known, and how many the lower row alone.

    A merged cell holds its text in its first column: it is taken to reach as far right as nothing else stands there.
    """
    names, completed, alone, reaching = [], 0, 0, ""
    for column in range(max(len(above), len(below))):
        own = (above[column] if column < len(above) else None) or ""
        lower = (below[column] if column < len(below) else None) or ""
        reaching = own or reaching
        both = f"{reaching} {lower}".strip()
        if lower and reaching and is_heading(both):
            completed += 1
            names.append(both)
        elif lower and is_heading(lower):
            alone += not (own and is_heading(own))
            names.append(lower)
        elif own and (not lower or is_heading(own)):
            names.append(own)
        else:
            names.append(both if lower else "")
    return names, completed, alone


def _names(row: Cells) -> tuple[str, ...]:
    """The cells of a row up to the last that is filled."""
    names = [(cell or "").strip() for cell in row]
    last = max((number for number, name in enumerate(names, 1) if name), default=0)
    return tuple(names[:last])
