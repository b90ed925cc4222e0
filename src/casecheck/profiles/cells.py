"""Reading one cell as its type.

Every function takes the text and gives the value and a word for what was done: ``ok``, ``blank``, ``unreadable``, or a
repair that the accounts count (``placeholder``, ``two-digit year``, ``serial number``, ``other spelling``). Nothing is guessed:
a date is read in the order that the policy says, and what does not fit stays unreadable.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, Literal

Read = tuple[Any, str]
Order = Literal["DMY", "MDY"]

BLANK_WORDS = frozenset(
    {"", "nan", "nat", "pd.na", "na", "n/a", "#n/a", "-", "--", ".", "..", "<blank>", "none", "null"}
    | {"ssd_ph", "placeholder_data"}
    | {"#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!"}
)
PLACEHOLDER_DATES = frozenset({date(1900, 1, 1), date(1899, 12, 30), date(9999, 12, 31)})

_EARLIEST = date(1900, 1, 1)
_LATEST = date(2100, 12, 31)
_SERIAL_DAY_0 = date(1899, 12, 30)
_MONTHS = {
    name: place
    for place, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}

_TIME = r"(?:[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_ISO = re.compile(rf"^(\d{{4}})[-/](\d{{1,2}})[-/](\d{{1,2}}){_TIME}$")
_NUMBERS = re.compile(rf"^(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}|\d{{2}}){_TIME}$")
_NAMED = re.compile(rf"^(\d{{1,2}})[-/ ]([A-Za-z]{{3,9}})[-/ ](\d{{4}}|\d{{2}}){_TIME}$")
_SERIAL = re.compile(r"^[2-5]\d{4}(?:\.\d+)?$")


def is_blank(text: str) -> bool:
    """Whether a cell says, in any of the usual words, that nothing is known."""
    return text.strip().strip("\u00a0").lower() in BLANK_WORDS


def read_date(text: str, order: Order, as_of: date, *, birth: bool = False) -> Read:
    """A calendar day. A time of day is left out; a two-digit year takes the century in which the day makes sense."""
    cell = text.replace("\u00a0", " ").strip()
    if is_blank(cell):
        return None, "blank"
    parts = _parts(cell, order)
    if parts is None:
        return _serial(cell)
    year, month, day, short = parts
    found = _century(year, month, day, as_of, birth) if short else _day(year, month, day)
    if found is None:
        return None, "unreadable"
    if found in PLACEHOLDER_DATES:
        return None, "placeholder"
    if not _EARLIEST <= found <= _LATEST:
        return None, "unreadable"
    return found, "two-digit year" if short else "ok"


def _parts(cell: str, order: Order) -> tuple[int, int, int, bool] | None:
    if iso := _ISO.match(cell):
        return int(iso[1]), int(iso[2]), int(iso[3]), False
    if numbers := _NUMBERS.match(cell):
        first, second = int(numbers[1]), int(numbers[2])
        day, month = (first, second) if order == "DMY" else (second, first)
        return int(numbers[3]), month, day, len(numbers[3]) == 2
    if named := _NAMED.match(cell):
        month = _MONTHS.get(named[2][:3].lower(), 0)
        return int(named[3]), month, int(named[1]), len(named[3]) == 2
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _century(year: int, month: int, day: int, as_of: date, birth: bool) -> date | None:
    """The one century that fits: a birth is not in the future, other dates lie between 1990 and two years from now."""
    choices = [found for base in (1900, 2000) if (found := _day(base + year, month, day))]
    if birth:
        past = [found for found in choices if found <= as_of]
        return max(past, default=None)
    near = [found for found in choices if date(1990, 1, 1) <= found <= as_of + timedelta(days=731)]
    return near[0] if len(near) == 1 else None


def _serial(cell: str) -> Read:
    if not _SERIAL.match(cell):
        return None, "unreadable"
    return _SERIAL_DAY_0 + timedelta(days=int(float(cell))), "serial number"


def read_integer(text: str) -> Read:
    """A whole number; thousands commas and a trailing ``.0`` are understood."""
    number, done = read_decimal(text)
    if done != "ok":
        return None, done
    return (int(number), "ok") if float(number).is_integer() else (None, "unreadable")


def read_decimal(text: str) -> Read:
    """A number; thousands commas are understood."""
    if is_blank(text):
        return None, "blank"
    try:
        number = float(text.strip().replace(",", ""))
    except ValueError:
        return None, "unreadable"
    return (number, "ok") if abs(number) < 1e15 else (None, "unreadable")
