"""Writes the CareFirst extract, with the dirt that real exports have. None of the dirt here is a finding."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path

from builder.carefirst_files import FILES, File
from builder.records import Cell, Row, World

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

"""Columns that are left as they are: numbers that join two files, and answers that a blank word would hide."""


def write_extract(world: World, folder: Path) -> None:
    """Write every file of the extract, replacing what was there."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in sorted(folder.glob("*.csv")):
        old.unlink()
    for name, file in FILES.items():
        (folder / f"{name}.csv").write_bytes(_text(name, file, list(world.rows(name))).encode("utf-8"))


def _text(name: str, file: File, rows: list[Row]) -> str:
    page = io.StringIO()
    if file.mark:
        page.write("\ufeff")
    for line in file.above:
        page.write(f"{line}\n")
    writer = csv.writer(page, delimiter=file.delimiter, lineterminator="\n")
    writer.writerow(file.headings.values())
    for number, row in enumerate(rows):
        cells = [_cell(row.get(column), file.dates) for column in file.headings]
        writer.writerow(_untidy(list(file.headings), cells, number))
        if number == 10 and name in ("activities", "relationships"):
            writer.writerow(cells)
    if name == "reviews":
        page.write("V999999,0020011,CIN,02/03/2026,27/02/2026,PN1,Continue, with changes\n")
    if file.below:
        page.write(file.below.format(rows=len(rows)) + file.delimiter * (len(file.headings) - 1) + "\n")
    return page.getvalue()


def _cell(value: Cell, dates: str) -> str:
    """A cell as this file writes it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        if dates == "dd/mm/yyyy":
            return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"
        year = f"{value.year:04d}" if dates.endswith("yyyy") else f"{value.year % 100:02d}"
        return f"{value.day:02d}-{_MONTHS[value.month - 1]}-{year}"
    return str(value)


def _untidy(columns: list[str], cells: list[str], number: int) -> list[str]:
    """Stray spaces here and there, ``n/a`` for some of the blanks, and a note of two lines, as people type them."""
    changed = list(cells)
    for place, column in enumerate(columns):
        if number % 29 == 7 and cells[place]:
            changed[place] = f" {cells[place]} "
        if number % 31 == 11 and not cells[place]:
            changed[place] = "n/a"
        if column == "TEXT" and number % 97 == 5:
            changed[place] = 'Synthetic note.\nSecond line, with "quotes" and a comma.'
    return changed
