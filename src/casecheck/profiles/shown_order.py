"""Which order of day and month the dates of an extract show, in all columns together, be they mapped or not.

A date shows an order when it fits no other: 25/03/2026 does, 03/04/2026 does not. A draft takes the order over only when all
columns that show one agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from casecheck.engines.base import Engine
from casecheck.profiles.matching import Matched
from casecheck.sql_text import identifier

_NUMBERS = r"^\s*([0-9]{1,2})[-/.]([0-9]{1,2})[-/.](?:[0-9]{4}|[0-9]{2})(?:[ T].*)?$"
_MOST = 0.5
"""A column holds dates when at least half of its filled cells are."""


@dataclass(frozen=True)
class ShownOrder:
    """How many columns show each order, and how many hold dates that fit both and show none."""

    day_first: int = 0
    month_first: int = 0
    open: int = 0

    @property
    def order(self) -> Literal["DMY", "MDY", ""]:
        """The order that all columns agree on; empty when none shows one, or they differ."""
        if bool(self.day_first) == bool(self.month_first):
            return ""
        return "DMY" if self.day_first else "MDY"


def shown_order(engine: Engine, matched: Matched) -> ShownOrder:
    """Look at every staged column of every recognised table."""
    shown = [found for number, match in enumerate(matched.matches) for found in _columns(engine, number, list(match.places))]
    return ShownOrder(
        sum(1 for dmy, mdy, _ in shown if dmy and not mdy),
        sum(1 for dmy, mdy, _ in shown if mdy and not dmy),
        sum(1 for dmy, mdy, both in shown if both and not dmy and not mdy),
    )


def _columns(engine: Engine, number: int, columns: list[str]) -> list[tuple[int, int, int]]:
    """For each column that holds numeric dates: how many fit only day first, only month first, and both."""
    if not columns:
        return []
    asked = []
    for column in columns:
        cell = identifier(column)
        first, second = (f"try_cast(regexp_extract({cell}, '{_NUMBERS}', {place}) AS INTEGER)" for place in (1, 2))
        asked += [
            f"count(*) FILTER (trim({cell}) <> '')",
            f"count(*) FILTER ({first} BETWEEN 13 AND 31 AND {second} BETWEEN 1 AND 12)",
            f"count(*) FILTER ({second} BETWEEN 13 AND 31 AND {first} BETWEEN 1 AND 12)",
            f"count(*) FILTER ({first} BETWEEN 1 AND 12 AND {second} BETWEEN 1 AND 12)",
        ]
    answers = engine.rows(f"SELECT {', '.join(asked)} FROM source_{number}")[0]
    found = [answers[place : place + 4] for place in range(0, len(answers), 4)]
    return [(dmy, mdy, both) for filled, dmy, mdy, both in found if dmy + mdy + both >= max(1, filled * _MOST)]
