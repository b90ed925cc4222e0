"""Values of the model as the text of a cell: the inverse of reading cells."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime

from casecheck.model import Field
from casecheck.stories.history import Cell

Render = Callable[[Cell], str]

_ORDERS = {"DMY": "%d/%m/%Y", "MDY": "%m/%d/%Y", "": "%Y-%m-%d"}
_PHRASE = "Synthetic recording, about nobody. "
PRESENT = "Recorded"
"""What a cell holds of which only the presence is known."""


class Dates:
    """Days in the order of a layout. Days repeat, so each is written once."""

    def __init__(self, order: str) -> None:
        self._form = _ORDERS[order]
        self._known: dict[Cell, str] = {}

    def day(self, value: Cell) -> str:
        """A day; what is no date stands as it is."""
        text = self._known.get(value)
        if text is None:
            text = self._known[value] = value.strftime(self._form) if isinstance(value, date) else str(value)
        return text

    def moment(self, value: Cell) -> str:
        """A day with its time, where the value has one."""
        return f"{self.day(value.date())} {value:%H:%M:%S}" if isinstance(value, datetime) else self.day(value)


def render(spec: Field, heading: str, dates: Dates) -> Render | None:
    """How values of a field are written under a heading; ``None`` when they stand as they are."""
    if spec.type == "date":
        return dates.day
    if spec.type == "datetime":
        return dates.moment
    if spec.type == "code_list":
        return flags if "json" in heading.lower() else lambda value: ";".join(codes(value))
    return number if spec.type in ("integer", "decimal") else None


def codes(value: Cell) -> list[str]:
    """The codes of a list (``;A;B;``)."""
    return [code for code in str(value).split(";") if code]


def flags(value: Cell) -> str:
    """A list of codes as a JSON object of flags."""
    return json.dumps(dict.fromkeys(codes(value), "Y"))


def number(value: Cell) -> str:
    """A number without a needless point."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def filler(length: int) -> str:
    """A text of so many characters that says nothing, and does not end with a space."""
    text = (_PHRASE * (length // len(_PHRASE) + 1))[:length]
    return f"{text[:-1]}." if text.endswith(" ") else text
