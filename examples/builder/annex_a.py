"""The Annex A workbook: eleven lists about some 60 synthetic children, as Ofsted asks for them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path

import xlsxwriter

from builder.annex_headings import HEADINGS
from builder.days import AS_OF, age
from builder.records import Cell, Child, Row, World

_MADE = datetime.combine(AS_OF, time(6))
_GENDERS = {"M": "a) Male", "F": "b) Female"}
_ETHNICITIES = ("a) WBRI", "a) WBRI", "d) WOTH", "f) MWBC", "k) APKN", "o) BAFR", "l) ABAN", "t) NOBT")


def put(world: World, child: Child, number: int, cells: Mapping[str, Cell]) -> Row:
    """One row of a list, beginning with the columns that every list has."""
    row: Row = {
        "Child Unique ID": int(child.id),
        "Gender": _GENDERS["M" if int(child.id) % 2 else "F"],
        "Ethnicity": _ETHNICITIES[int(child.id) % len(_ETHNICITIES)],
        "Date of Birth": child.born,
        "Age of Child (Years)": age(child.born, AS_OF) if child.born else None,
    }
    if number >= 4:
        row["Does the Child have a Disability"] = "a) Yes" if int(child.id) % 13 == 0 else "b) No"
    if "Allocated Team" in HEADINGS[number]:
        row["Allocated Team"], row["Allocated Worker"] = "Locality Team", f"Worker {int(child.id) % 19 + 101}"
    row |= cells
    unknown = set(row) - set(HEADINGS[number])
    assert not unknown, f"list {number} has no column {sorted(unknown)}"
    child.rows.setdefault(f"list {number}", []).append(row)
    return row


def write_workbook(world: World, path: Path) -> None:
    """Write the lists, one a sheet. The bytes are the same on every machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page = io.BytesIO()
    with xlsxwriter.Workbook(page, {"in_memory": True}) as book:
        book.set_properties({"title": "Annex A (synthetic example)", "created": _MADE})
        dates = book.add_format({"num_format": "dd/mm/yyyy"})
        for number, headings in HEADINGS.items():
            sheet = book.add_worksheet(f"List {number}")
            top = 0
            if number == 6:
                sheet.write_string(0, 0, "List 6: children in need (synthetic example)")
                top = 2
            sheet.write_row(top, 0, headings)
            for place, row in enumerate(world.rows(f"list {number}"), top + 1):
                for column, heading in enumerate(headings):
                    _write(sheet, place, column, row.get(heading), dates)
    path.write_bytes(_same_bytes(page.getvalue()))


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Cell, dates: object) -> None:
    """Dates as Excel dates, except that a few rows hold them as text; the rest as it is."""
    if value is None:
        return
    if isinstance(value, date):
        if row % 17 == 9:
            sheet.write_string(row, column, f"{value.day:02d}/{value.month:02d}/{value.year:04d}")
        else:
            sheet.write_datetime(row, column, value, dates)
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    else:
        sheet.write_number(row, column, value)


def _same_bytes(packed: bytes) -> bytes:
    """Pack again without compression: what compresses, and on which system, no longer shows."""
    page = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(page, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, (2026, 3, 31, 6, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o600 << 16
            new.writestr(entry, old.read(name))
    return page.getvalue()
