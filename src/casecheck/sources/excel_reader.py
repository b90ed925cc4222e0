"""Workbooks (``.xlsx``, ``.xlsm``): every visible sheet as text. Macros are never run, formulas never worked out."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from casecheck.sources.bad_input import note, refuse
from casecheck.sources.raw import FileItem, IsHeading, Opening, RawTable, TextRows, header_row
from casecheck.wording import counted

MAX_BLANK_ROWS = 1000
MAX_COLUMNS = 512
_MAX_UNPACKED = 2**30
_FORMULA = re.compile(rb"<f[ >/]")


def read_workbook(item: FileItem, opening: Opening) -> list[RawTable]:
    """One table for each visible sheet that holds anything. Raises :class:`BadInputError` when it cannot be opened."""
    name, is_heading, path = item.name, opening.is_heading, item.path
    assert path is not None
    formulas = _inspect(path, name)
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (KeyError, ValueError, zipfile.BadZipFile, OSError):
        raise refuse(name, "IN008", what="not a sound workbook") from None
    unsaved = _formula_cells(path) if formulas else {}
    tables = []
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    for sheet in book.worksheets:
        if sheet.title in hidden:
            continue
        table = _sheet(name, sheet.title, _rows(sheet), is_heading, unsaved.get(sheet.title, set()))
        if table is not None:
            tables.append(table)
    book.close()
    if hidden and tables:
        tables[0].notes.append(note("IN060", sheets=len(hidden)))
    return tables


def _inspect(path: Path, name: str) -> bool:
    """Refuse what is not a sound workbook before anything is unpacked; say whether any sheet holds formulas."""
    try:
        with path.open("rb") as file:
            if file.read(8).startswith(b"\xd0\xcf\x11\xe0"):
                raise refuse(name, "IN007")
        with zipfile.ZipFile(path) as archive:
            if sum(item.file_size for item in archive.infolist()) > _MAX_UNPACKED:
                raise refuse(name, "IN080", what="unpacks to more than 1 GB")
            sheets = [item for item in archive.namelist() if item.startswith("xl/worksheets/")]
            return any(_FORMULA.search(archive.read(item)) for item in sheets)
    except zipfile.BadZipFile:
        raise refuse(name, "IN008", what="no sound archive") from None


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """The sheet's rows up to 1,000 blank ones; the stated size of a sheet is not believed."""
    blank = 0
    sheet.reset_dimensions()
    for row in sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS):
        filled = any(cell is not None and cell != "" for cell in row)
        blank = 0 if filled else blank + 1
        if blank > MAX_BLANK_ROWS:
            return
        yield row


def _formula_cells(path: Path) -> dict[str, set[tuple[int, int]]]:
    """Places that hold a formula, by sheet: where the saved value is missing, the cell is unreadable, not blank."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    found: dict[str, set[tuple[int, int]]] = {}
    for sheet in book.worksheets:
        for number, row in enumerate(_rows(sheet)):
            for place, cell in enumerate(row):
                if isinstance(cell, str) and cell.startswith("="):
                    found.setdefault(sheet.title, set()).add((number, place))
    book.close()
    return found


def _sheet(
    file: str, title: str, rows: Iterator[tuple[Any, ...]], is_heading: IsHeading, formulas: set[tuple[int, int]]
) -> RawTable | None:
    cells = [[_text(cell, (number, place) in formulas) for place, cell in enumerate(row)] for number, row in enumerate(rows)]
    if not any(any(row) for row in cells):
        return None
    header = header_row(cells, is_heading)
    place = header if header is not None else next(number for number, row in enumerate(cells) if any(row))
    headings = _trimmed(cells[place])
    width = len(headings)
    body = [(row + [None] * width)[:width] for row in cells[place + 1 :]]
    last = next((number for number in range(len(body), 0, -1) if any(body[number - 1])), 0)
    gathered = TextRows(width)
    for number, record in enumerate(body[:last], place + 2):
        gathered.add(record, number)
    table = RawTable(file, title, tuple(heading or "" for heading in headings), gathered.body(), place + 1)
    if place:
        table.notes.append(note("IN021", lines=counted(place, "row")))
    return table


def _trimmed(row: Sequence[str | None]) -> list[str | None]:
    last = max((number for number, cell in enumerate(row) if cell), default=-1)
    return list(row[: last + 1])


def _text(cell: Any, formula: bool) -> str | None:
    """A cell as text: dates as ISO, whole numbers without a point, a formula without a saved value as such."""
    if cell is None or cell == "":
        return "=formula without a saved value" if formula else None
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
