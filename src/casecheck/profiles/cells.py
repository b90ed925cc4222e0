"""Reading one cell as its type.

Every function takes the text and gives the value and a word for what was done: ``ok``, ``blank``, a repair that the accounts
count (``two-digit year``, ``day number converted``, ``other spelling``), or one of :data:`UNREADABLE`. Nothing is guessed: what
does not fit, or fits in two ways, has no value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

Read = tuple[Any, str]
Order = Literal["DMY", "MDY", ""]

UNREADABLE = frozenset(
    {"unreadable", "ambiguous date", "partial date", "day number", "several values", "spreadsheet error", "placeholder value"}
    | {"changed by Excel", "garbled"}
)
"""What is said of cells that hold something, and nothing that can be relied on."""

_MULTIVALUE = "#multivalue"
SHEET_ERRORS = frozenset({"#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!", _MULTIVALUE})
SHEET_ERRORS |= {"=formula without a saved value"}
PLACEHOLDERS = frozenset({"ssd_ph", "placeholder_data"})
STAND_INS = frozenset({date(1900, 1, 1), date(1899, 12, 30), date(9999, 12, 31)})

_EARLIEST = date(1900, 1, 1)
_LATEST = date(2100, 12, 31)
_DAY_0 = {1900: date(1899, 12, 30), 1904: date(1904, 1, 1)}
_LARGEST = 2**31 - 1
"""What a whole number of the model's tables holds."""
_FIRST_NUMBER, _LAST_NUMBER = 20_000, 60_000
_MONTHS = {
    name: place
    for place, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}

_TIME = r"(?:[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?)?"
_ISO = re.compile(rf"^(\d{{4}})[-/](\d{{1,2}})[-/](\d{{1,2}}){_TIME}$")
_PACKED = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
NUMBERS = re.compile(rf"^(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}|\d{{2}}){_TIME}$")
_NAMED = re.compile(rf"^(\d{{1,2}})[-/ ]([A-Za-z]{{3,9}})[-/ ](\d{{4}}|\d{{2}}){_TIME}$")
_DAY_NUMBER = re.compile(r"^[2-6]\d{4}(?:\.\d+)?$")
_PARTIAL = re.compile(r"^(?:zz|xx|\?\?|00)[-/.](?:zz|xx|\?\?|\d{1,2})[-/.]\d{4}$", re.IGNORECASE)
_YEARS = re.compile(r"^(\d{1,3})(?:\.\d+)? ?(?:years?|yrs?|y)?$")
_UNDER_ONE = re.compile(r"^(?:<\s*1(?: ?(?:years?|yrs?))?|\d{1,2} ?(?:months?|mths?|weeks?|wks?|days?))$")


@dataclass(frozen=True)
class Blanks:
    """The words that mean nothing is known, in lower case. An empty cell is always blank."""

    words: frozenset[str]

    def __contains__(self, text: str) -> bool:
        word = text.replace("\u00a0", " ").strip().lower()
        return not word or word in self.words


USUAL = Blanks(frozenset({"nan", "nat", "pd.na", "na", "n/a", "-", "--", ".", "..", "<blank>", "none", "null"}))


def blanks_of(words: tuple[str, ...] | None) -> Blanks:
    """The usual words, or those of the policy in their place."""
    return USUAL if words is None else Blanks(frozenset(word.strip().lower() for word in words))


def absent(text: str, blanks: Blanks = USUAL) -> str:
    """What a cell says instead of a value: ``blank``, ``blank word``, an error, a placeholder; empty when it says something."""
    word = text.replace("\u00a0", " ").strip().lower()
    if not word:
        return "blank"
    if word in SHEET_ERRORS:
        return "several values" if word == _MULTIVALUE else "spreadsheet error"
    if word in PLACEHOLDERS:
        return "placeholder value"
    return "blank word" if word in blanks.words else ""


def read_date(
    text: str, order: Order, as_of: date, *, birth: bool = False, epoch: int | None = None, certain: bool = False
) -> Read:
    """A calendar day. A time of day is left out; a two-digit year takes the century in which the day makes sense.

    Without an ``order``, or with ``certain``, a day and month that could change places are an ``ambiguous date``. ``epoch``
    is the year from which bare day numbers count; without one they are not read.
    """
    cell = text.replace("\u00a0", " ").strip()
    if numbers := NUMBERS.match(cell):
        return _in_order(numbers, order, as_of, birth, certain)
    if named := _NAMED.match(cell):
        return _checked(int(named[3]), _MONTHS.get(named[2][:3].lower(), 0), int(named[1]), len(named[3]) == 2, as_of, birth)
    if iso := _ISO.match(cell) or _PACKED.match(cell):
        return _checked(int(iso[1]), int(iso[2]), int(iso[3]), False, as_of, birth)
    if _PARTIAL.match(cell):
        return None, "partial date"
    return _day_number(cell, epoch)


def _in_order(numbers: re.Match[str], order: Order, as_of: date, birth: bool, certain: bool) -> Read:
    fits = date_order(numbers)
    first, second = int(numbers[1]), int(numbers[2])
    if fits == "both" and (certain or not order):
        return None, "ambiguous date"
    used = order or fits
    day, month = (second, first) if used == "MDY" else (first, second)
    return _checked(int(numbers[3]), month, day, len(numbers[3]) == 2, as_of, birth)


def date_order(numbers: re.Match[str]) -> str:
    """The order that a numeric date fits: ``DMY``, ``MDY``, ``both``, ``same`` (05/05), or empty for neither."""
    first, second = int(numbers[1]), int(numbers[2])
    if first == second:
        return "same" if first <= 12 else ""
    if first <= 12 and second <= 12:
        return "both"
    if second <= 12 < first <= 31:
        return "DMY"
    return "MDY" if first <= 12 < second <= 31 else ""


def _checked(year: int, month: int, day: int, short: bool, as_of: date, birth: bool) -> Read:
    found = _century(year, month, day, as_of, birth) if short else _day(year, month, day)
    if found in STAND_INS:
        return None, "stand-in date"
    if found is None or not _EARLIEST <= found <= _LATEST:
        return None, "unreadable"
    return found, "two-digit year" if short else "ok"


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


def _day_number(cell: str, epoch: int | None) -> Read:
    if not _DAY_NUMBER.match(cell) or not _FIRST_NUMBER <= float(cell) <= _LAST_NUMBER:
        return None, "unreadable"
    if epoch is None:
        return None, "day number"
    return _DAY_0[epoch] + timedelta(days=int(float(cell))), "day number converted"


def read_integer(text: str) -> Read:
    """A count, never below nought; thousands commas and a trailing ``.0`` are understood."""
    number, done = read_decimal(text)
    if number is None:
        return None, done
    return (int(number), done) if float(number).is_integer() and number <= _LARGEST else (None, "unreadable")


def read_decimal(text: str) -> Read:
    """A number, never below nought; thousands commas are understood."""
    cell = text.replace("\u00a0", " ").strip()
    try:
        number = float(cell.replace(",", ""))
    except ValueError:
        return None, "unreadable"
    if not 0 <= number < 1e15:
        return None, "unreadable"
    return number, "thousands commas" if "," in cell else "ok"


def read_age(text: str) -> Read:
    """An age in whole years: ``<1`` and ``11 months`` are nought, 4.7 is 4, and -1 stands for a child not yet born."""
    cell = text.replace("\u00a0", " ").strip().lower()
    if cell in ("-1", "-1.0"):
        return None, "no age (-1)"
    if _UNDER_ONE.match(cell):
        return 0, "age in words"
    years = _YEARS.match(cell)
    if years is None:
        return None, "unreadable"
    return int(years[1]), "ok" if cell == years[1] else "age in words"
