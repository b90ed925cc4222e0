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
_DAYS = {"working day": 7 / 5, "day": 1.0, "month": 30.4}


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
    def about_days(self) -> float:
        """Roughly how many calendar days this is: only to say which of two limits is the looser."""
        return self.number * _DAYS[self.unit]

    def less_a_day(self) -> Duration:
        """The same limit when the day of the trigger counts as day 1."""
        return Duration(max(self.number - 1, 0), self.unit) if self.unit != "month" else self

    def __str__(self) -> str:
        return self.written or _in_words(self.number, self.unit)


def _in_words(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
