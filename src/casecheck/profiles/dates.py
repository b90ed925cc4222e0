"""Dates column by column: which order of day and month a column is written in is decided once, for the whole column.

The policy says it, or the profile, or else the column's own values: a column in which some values fit only one order, and none
only the other, is written in it. What stays open is a fault of the column, and no value of it is guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from casecheck.profiles.cells import NUMBERS, USUAL, Blanks, Order, Read, absent, date_order, read_date
from casecheck.sources.bad_input import Note, note
from casecheck.wording import counted

_SHARE = 0.01
_FEW = 3
_STAND_IN_YEARS = ("1899", "1900", "9999")
"""A system's default says nothing of how people's dates are written."""
WORDS = {"DMY": "day/month/year", "MDY": "month/day/year"}


@dataclass(frozen=True)
class DateSettings:
    """What is said of dates before any is seen. ``epoch`` is the year from which bare day numbers count."""

    order: Order
    as_of: date
    epoch: int | None = None
    blanks: Blanks = USUAL
    said_by: str = ""


@dataclass
class DateColumn:
    """The readings of one column, by spelling, and what there is to say of it. ``fault`` makes the whole column unusable."""

    readings: list[tuple[str, Read, int]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    fault: Note | None = None
    numeric: int = 0


def read_column(column: str, spellings: Sequence[tuple[str, int]], settings: DateSettings, *, birth: bool = False) -> DateColumn:
    """Read every spelling of a column, given with the number of its cells."""
    fits = _fits(spellings)
    found = DateColumn(numeric=sum(fits.values()))
    order, certain, found.fault = _order(column, fits, settings)
    if order and not settings.order:
        found.notes.append(note("IN045", column=column, order=WORDS[order], values=counted(fits[order], "value")))
    done: Counter[str] = Counter()
    for raw, times in spellings:
        said = absent(raw, settings.blanks)
        read = (None, said) if said else read_date(raw, order, settings.as_of, birth=birth, epoch=settings.epoch, certain=certain)
        found.readings.append((raw, read, times))
        done[read[1]] += times
    if done["stand-in date"]:
        found.notes.append(note("IN044", column=column, cells=counted(done["stand-in date"], "cell")))
    filled = sum(times for word, times in done.items() if word not in ("blank", "blank word"))
    if done["day number"] > _SHARE * filled:
        found.fault = found.fault or note("IN043", column=column, values=f"{done['day number']:,}")
    return found


def _fits(spellings: Iterable[tuple[str, int]]) -> Counter[str]:
    """How many numeric dates fit which order."""
    fits: Counter[str] = Counter()
    for raw, times in spellings:
        numbers = NUMBERS.match(raw.replace("\u00a0", " ").strip())
        if numbers and numbers[3] not in _STAND_IN_YEARS:
            fits[date_order(numbers)] += times
    return fits


def _order(column: str, fits: Counter[str], settings: DateSettings) -> tuple[Order, bool, Note | None]:
    """The order of a column, whether only values that fit no other are read, and what is wrong with it."""
    dmy, mdy, both = fits["DMY"], fits["MDY"], fits["both"]
    said = settings.order
    mixed = note("IN042", column=column, dmy=f"{dmy:,}", mdy=f"{mdy:,}")
    if said:
        same, other = (dmy, mdy) if said == "DMY" else (mdy, dmy)
        if other >= _FEW and not same and other > _SHARE * sum(fits.values()):
            fits_only = WORDS["MDY" if said == "DMY" else "DMY"]
            values, who = f"{other:,}", settings.said_by
            return said, True, note("IN039", column=column, values=values, order=fits_only, said=WORDS[said], who=who)
        strange = other >= _FEW and other > _SHARE * sum(fits.values())
        return said, strange, mixed if strange else None
    if dmy and mdy:
        return "", True, mixed
    if dmy or mdy:
        return ("DMY" if dmy else "MDY"), False, None
    return "", True, note("IN041", column=column, values=f"{both:,}") if both else None
