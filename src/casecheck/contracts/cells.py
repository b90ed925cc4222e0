"""What casecheck makes of the cells of one column of a frame: the value that it would read, and whether the cell already is it.

A contract and an audit cannot disagree about a cell, for dates, codes and numbers are read here by the audit's own readers.
Each distinct value is looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd

from casecheck.model import Field
from casecheck.model.tables import CHANGED
from casecheck.profiles.cells import NUMBERS, UNREADABLE, USUAL, absent
from casecheck.profiles.dates import DateSettings, read_column
from casecheck.profiles.moments import read_time
from casecheck.profiles.readings import ENDS, NO_DISABILITY, read_word
from casecheck.sources.frames import value_text

UNREAD, SPELT = "unreadable", "spelt"
"""What is wrong with a cell: nothing can be read in it, or it means a value and is not that value."""

TEXTS = ("id", "text", "text_list", "code", "flag", "code_list")
_NO_ID = "-1"
_CHANGED = re.compile(CHANGED)
_SPACES = re.compile(r"\s+", re.ASCII)
_KINDS = {
    "id": "an id",
    "text": "text",
    "text_list": "text",
    "date": "a day",
    "datetime": "a moment",
    "integer": "a whole number",
    "decimal": "a number",
}

Read = tuple[Any, str]


@dataclass(frozen=True)
class Cells:
    """One column, looked at. ``which`` gives for each row its place among the distinct values, -1 for a blank.

    ``values`` are what casecheck reads (``None`` where it reads nothing), ``faults`` are empty, ``unreadable`` or ``spelt``.
    """

    which: np.ndarray[Any, np.dtype[np.intp]]
    values: list[Any]
    faults: list[str]
    given: list[Any]

    def wrong(self) -> dict[int, str]:
        """The fault of each row that has one."""
        bad = [place for place, fault in enumerate(self.faults) if fault]
        return {int(row): self.faults[self.which[row]] for row in np.flatnonzero(np.isin(self.which, bad))}

    def read(self) -> list[Any]:
        """The column as casecheck reads it, row by row. A cell that cannot be read stays as it was given."""
        kept = [
            given if fault == UNREAD else value for value, fault, given in zip(self.values, self.faults, self.given, strict=True)
        ]
        return [None if place < 0 else kept[place] for place in self.which]

    @property
    def whole(self) -> bool:
        """Whether every cell could be read."""
        return UNREAD not in self.faults


def kind(spec: Field) -> str:
    """What a cell of a field is, in words."""
    if spec.type == "code_list":
        return f"codes of {spec.code_set}" if spec.code_set else "codes"
    return _KINDS.get(spec.type) or f"a code of {spec.code_set}"


def look(column: pd.Series, name: str, spec: Field, as_of: date) -> Cells:
    """Look at a column as the field ``name`` of the model. ``as_of`` tells the century of a year of two digits."""
    which, given = _distinct(column)
    texts = [value_text(value) or "" for value in given]
    times = np.bincount(which[which >= 0], minlength=len(given))
    read = list(_readings(texts, times, name, spec, as_of))
    values: list[Any] = []
    faults: list[str] = []
    for one, text, (value, done) in zip(given, texts, read, strict=True):
        value, done = _with_clock(value, text, done) if spec.type == "datetime" else (value, done)
        unread = done in UNREADABLE or (done == "stand-in date" and not name.startswith(ENDS))
        values.append(value)
        faults.append(UNREAD if unread else "" if _is(one, value, spec) else SPELT)
    return Cells(which, values, faults, given)


def _distinct(column: pd.Series) -> tuple[np.ndarray[Any, np.dtype[np.intp]], list[Any]]:
    """Each distinct value once. What cannot be told apart (a list in a cell) is taken cell by cell."""
    try:
        which, found = pd.factorize(column)
    except TypeError:
        cells = list(column)
        filled = [place for place, cell in enumerate(cells) if not _blank(cell)]
        which = np.full(len(cells), -1, dtype=np.intp)
        which[filled] = np.arange(len(filled))
        return which, [cells[place] for place in filled]
    return which, list(found)


def _blank(cell: Any) -> bool:
    return pd.api.types.is_scalar(cell) and bool(pd.isna(cell))


def _readings(texts: list[str], times: np.ndarray[Any, Any], name: str, spec: Field, as_of: date) -> Iterator[Read]:
    if spec.type in ("date", "datetime"):
        counted = [(text, int(number)) for text, number in zip(texts, times, strict=True)]
        found = read_column(name, counted, DateSettings("", as_of), birth=name == "date_of_birth")
        for text, read, _ in found.readings:
            yield (None, "ambiguous date") if found.fault and NUMBERS.match(text.strip()) else read
        return
    for text in texts:
        yield _READERS.get(spec.type, _word)(text, name, spec)


def _word(text: str, name: str, spec: Field) -> Read:
    return read_word(name, spec, text, NO_DISABILITY if name == "disability_flag" else {}, USUAL)


def _plain(text: str, name: str, spec: Field) -> Read:
    return None if absent(text) or text.strip() == _NO_ID else text, "ok"


def _id(text: str, name: str, spec: Field) -> Read:
    plain = _SPACES.sub(" ", text.strip(" \t\u00a0'").upper())
    if absent(plain) or plain == _NO_ID:
        return None, "blank"
    if _CHANGED.fullmatch(plain):
        return None, "changed by Excel"
    return plain.removesuffix(".0"), "ok"


_READERS: dict[str, Callable[[str, str, Field], Read]] = {"id": _id, "text": _plain, "text_list": _plain}


def _with_clock(day: date | None, text: str, done: str) -> Read:
    return (None, done) if day is None else (datetime.combine(day, read_time(text)), done)


def _is(given: Any, value: Any, spec: Field) -> bool:
    """Whether a cell is the value that casecheck reads in it: of its type, and written as casecheck writes it."""
    if spec.type in TEXTS:
        return isinstance(given, str) and (given == value or spec.type in ("text", "text_list"))
    if spec.type in ("date", "datetime"):
        if value is None or not isinstance(given, date):
            return False
        aware = isinstance(given, datetime) and given.tzinfo is not None
        return not aware and (spec.type == "datetime" or not _has_clock(given))
    number = isinstance(given, Number | Decimal) and not isinstance(given, bool | np.bool_ | complex)
    return number and value is not None and float(given) == value


def _has_clock(given: date) -> bool:
    return isinstance(given, datetime) and bool(given.hour or given.minute or given.second or given.microsecond)
