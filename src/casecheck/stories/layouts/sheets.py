"""What a layout gives: sheets of text, and the rows of the model that it has no place for; and how they become files."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

Cells = list[str | None]


@dataclass
class Sheet:
    """One table of the source: its usual name, its headings in order, and its rows of text (``None`` for an empty cell).

    ``shared`` says that its rows are about no one child (what a code means, who a worker is): of the same row in several
    pieces of an extract, one is enough.
    """

    name: str
    headings: tuple[str, ...]
    rows: list[Cells] = field(default_factory=list, repr=False)
    shared: bool = False


class LaidOut(dict[str, Sheet]):
    """The sheets by name. ``left_out`` counts, by table of the model, the rows that the layout has no place for."""

    def __init__(self, sheets: Mapping[str, Sheet], left_out: Mapping[str, int]) -> None:
        super().__init__(sheets)
        self.left_out = Counter(left_out)


def file_name(sheet: Sheet) -> str:
    """The file that a sheet usually comes as."""
    return f"{sheet.name.replace(' ', '_')}.csv"


def write_csv(sheets: Mapping[str, Sheet], folder: Path) -> list[Path]:
    """One UTF-8 file a sheet, with its headings. Returns the files, in the order of the sheets."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for sheet in sheets.values():
        written.append(folder / file_name(sheet))
        with written[-1].open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(sheet.headings)
            writer.writerows(sheet.rows)
    return written


def write_workbook(sheets: Mapping[str, Sheet], path: Path) -> None:
    """All sheets as one workbook, cells as text."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for sheet in sheets.values():
        page = book.create_sheet(sheet.name[:31])
        page.append(sheet.headings)
        for row in sheet.rows:
            page.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
