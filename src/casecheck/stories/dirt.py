"""What is wrong with extracts as they come: small operations on cells, rows and files, each a case of ``docs/reading.md``.

``plan_dirt`` says once for a sheet which column is written how, so that all parts of a large extract agree; ``soil`` does it to
some rows. Every kind but the unreadable is one that reading repairs: no finding changes. Chance is any :class:`random.Random`.
"""

from __future__ import annotations

import codecs
import csv
import io
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

Cells = list[str | None]
Types = Mapping[str, str]
"""The model's type of what stands under each heading, where that is known; ``prose`` is text that nothing is compared with."""

UNREADABLE = "a word in place of a date"
REPEATED, BLANK_ROW = "a row repeated", "a blank row"
MARK, SEPARATOR, TITLE = "a byte-order mark", "semicolons between cells", "a title above the headings"
_ROWS = {REPEATED: 0.003, BLANK_ROW: 0.001}
_FILES = {MARK: 0.3, SEPARATOR: 0.2, TITLE: 0.2}
_COLUMN = 0.2
"""The share of columns with some kind of dirt."""
_TITLE = "Synthetic extract"
_DATES = ("date", "datetime")
_NO_DATES = ("not known", "tbc", "32/13/2025", "see notes")


def _padded(text: str, chance: random.Random) -> str:
    return chance.choice((f" {text}", f"{text} ", f"  {text} "))


def _other_case(text: str, chance: random.Random) -> str:
    return chance.choice((text.lower(), text.upper(), text.title()))


def _month_by_name(text: str, _: random.Random) -> str:
    """2026-03-31, or 31/03/2026, as 31-Mar-2026; what follows the day stays."""
    day, time = text[:10], text[10:]
    parts = day.split("-") if day[4:5] == "-" else day.split("/")[::-1]
    try:
        return f"{date(*map(int, parts)):%d-%b-%Y}{time}"
    except (ValueError, TypeError):
        return text


def _formula(text: str, _: random.Random) -> str:
    return f'="{text}"' if text.isalnum() else text


def _broken_line(text: str, _: random.Random) -> str:
    return f"{text}\n"


def _null(_: str, chance: random.Random) -> str:
    return chance.choice(("NULL", "N/A", "-"))


@dataclass(frozen=True)
class CellDirt:
    """One way of writing cells: under headings of which types, in which share of the cells, filled ones or empty ones."""

    name: str
    types: tuple[str, ...]
    share: float
    write: Callable[[str, random.Random], str]
    of_blanks: bool = False


HARMLESS = (
    CellDirt("blanks around a value", ("id", "code", "flag", *_DATES), 0.05, _padded),
    CellDirt("another case of letters", ("code", "flag"), 0.3, _other_case),
    CellDirt("a month by its name", _DATES, 1.0, _month_by_name),
    CellDirt("a formula that keeps noughts", ("id",), 1.0, _formula),
    CellDirt("a line break in quotes", ("prose",), 0.1, _broken_line),
    CellDirt("a word for a blank", ("code", "flag", *_DATES), 0.1, _null, of_blanks=True),
)
"""What reading repairs."""


@dataclass(frozen=True)
class SheetDirt:
    """How one sheet is written: a kind by heading, the heading in which some dates are no dates, and kinds of its file."""

    cells: Mapping[str, CellDirt] = field(default_factory=dict)
    unreadable: str = ""
    rows: tuple[str, ...] = ()
    file: frozenset[str] = frozenset()


CLEAN = SheetDirt()


@dataclass
class Soiled:
    """The rows as they are now, how many cells, rows of each kind, and whose date under which heading cannot be read."""

    rows: list[Cells]
    kinds: Counter[str] = field(default_factory=Counter)
    unreadable: list[tuple[str, str]] = field(default_factory=list)


def plan_dirt(headings: Sequence[str], types: Types, chance: random.Random, spoil: bool) -> SheetDirt:
    """Choose what is wrong with a sheet. With ``spoil``, some dates of one column cannot be read either."""
    cells = {}
    for heading in headings:
        fitting = [kind for kind in HARMLESS if types.get(heading, "") in kind.types]
        if chance.random() < _COLUMN and fitting:
            cells[heading] = chance.choice(fitting)
    days = [heading for heading in headings if types.get(heading) in _DATES and heading not in cells]
    unreadable = chance.choice(days) if spoil and days else ""
    file = frozenset(name for name, share in _FILES.items() if chance.random() < share)
    return SheetDirt(cells, unreadable, tuple(_ROWS), file)


def soil(
    dirt: SheetDirt,
    headings: Sequence[str],
    rows: Iterable[Cells],
    chance: random.Random,
    person: str = "",
    spare: Collection[str] = (),
) -> Soiled:
    """Write rows the way that was planned. Rows of the people in ``spare`` (by the column ``person``) stay readable."""
    places = {heading: place for place, heading in enumerate(headings)}
    done = Soiled([list(row) for row in rows])
    if dirt.unreadable:
        _spoil(done, places[dirt.unreadable], dirt.unreadable, places[person], chance, spare)
    for heading, kind in dirt.cells.items():
        _write_cells(done, places[heading], kind, chance)
    if dirt.rows:
        done.rows = [copy for row in done.rows for copy in _copies(row, done.kinds, chance)]
    return done


def head(headings: Sequence[str], dirt: SheetDirt) -> bytes:
    """The beginning of a file: what stands before the headings, and the headings."""
    title: list[Cells] = [[_TITLE], []] if TITLE in dirt.file else []
    return (codecs.BOM_UTF8 if MARK in dirt.file else b"") + body([*title, list(headings)], dirt)


def body(rows: Iterable[Cells], dirt: SheetDirt) -> bytes:
    """Rows as they stand in a file. A row ends with two letters; a line break in a cell is of one."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";" if SEPARATOR in dirt.file else ",").writerows(rows)
    return text.getvalue().encode()


def _spoil(done: Soiled, place: int, heading: str, person: int, chance: random.Random, spare: Collection[str]) -> None:
    for row in done.rows:
        if row[place] and chance.random() < SPOILT and row[person] not in spare:
            row[place] = chance.choice(_NO_DATES)
            done.unreadable.append((row[person] or "", heading))
            done.kinds[UNREADABLE] += 1


SPOILT = 0.002
"""The share of the cells of one column that are made unreadable."""


def _write_cells(done: Soiled, place: int, kind: CellDirt, chance: random.Random) -> None:
    for row in done.rows:
        text = row[place]
        if (text is None or text == "") == kind.of_blanks and (kind.share == 1 or chance.random() < kind.share):
            written = kind.write(text or "", chance)
            done.kinds[kind.name] += written != text
            row[place] = written


def _copies(row: Cells, kinds: Counter[str], chance: random.Random) -> list[Cells]:
    drawn = chance.random()
    if drawn < _ROWS[REPEATED]:
        kinds[REPEATED] += 1
        return [row, row]
    if drawn < _ROWS[REPEATED] + _ROWS[BLANK_ROW]:
        kinds[BLANK_ROW] += 1
        return [row, [None] * len(row)]
    return [row]
