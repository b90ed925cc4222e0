"""Lengths of time as guidance states them: ``10 working days``, ``42 days``, ``6 weeks``, ``3 months``.

Convention (``notes.md`` of the domain, recommended there and used by the published census queries): the day of
the trigger is day 0, the next working day is day 1, and a thing done on day N is in time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Unit = Literal["working day", "day", "month"]

_PATTERN = re.compile(r"^\s*(\d+)\s+(working days?|days?|weeks?|months?|years?)\s*$", re.IGNORECASE)
_UNITS: dict[str, tuple[int, Unit]] = {
    "working day": (1, "working day"),
    "day": (1, "day"),
    "week": (7, "day"),
    "month": (1, "month"),
    "year": (12, "month"),
}
"""How many of the unit in which it is counted make up the one that is written."""
_YEAR = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FOUR_YEARS = (31, 29, *_YEAR[2:], *_YEAR, *_YEAR, *_YEAR)
"""The days of each month from a leap year to the next one."""
_CLOSED = 7
"""The most days by which bank holidays, and the weekends beside them, put off a date of the next weeks; a tenth more later."""


@dataclass(frozen=True)
class Duration:
    """A whole number of working days, calendar days or calendar months. ``written``: as it was given, ``6 weeks``."""

    number: int
    unit: Unit
    written: str = field(default="", compare=False)

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read ``3 months``. Weeks count as 7 days each and years as 12 months each. Raises ``ValueError``."""
        match = _PATTERN.match(text)
        if match is None:
            raise ValueError(f"'{text}' is not a length of time; write for example '10 working days' or '3 months'")
        number, word = int(match[1]), " ".join(match[2].lower().split()).rstrip("s")
        times, unit = _UNITS[word]
        return cls(number * times, unit, _in_words(number, word))

    @property
    def span(self) -> tuple[int, int]:
        """The fewest and the most calendar days that this can be, by the day on which it begins."""
        if self.unit == "day":
            return self.number, self.number
        if self.unit == "working day":
            fewest = self.number + 2 * ((self.number - 1) // 5) if self.number else 0
            return fewest, fewest + 2 + _CLOSED + self.number // 10 if self.number else 0
        months = _FOUR_YEARS * (self.number // 48 + 2)
        days = [sum(months[first : first + self.number]) for first in range(48)]
        return min(days), max(days)

    def can_exceed(self, other: Duration) -> bool:
        """Whether this is the longer of the two, counted from any one day at least."""
        return self.number > other.number if self.unit == other.unit else self.span[1] > other.span[0]

    def less_a_day(self) -> Duration:
        """The same limit when the day of the trigger counts as day 1."""
        return Duration(max(self.number - 1, 0), self.unit) if self.unit != "month" else self

    def __str__(self) -> str:
        return self.written or _in_words(self.number, self.unit)


def _in_words(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
