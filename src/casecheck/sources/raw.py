"""What a reader gives: one table of text, its headings, and what was done to read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from casecheck.sql_text import Columns

IsHeading = Callable[[str], bool]

_NOT_WORD = re.compile(r"[^a-z0-9]+")
HEADER_SEARCH = 20
_FEW_ROWS = 50_000
_CELL = 12


@dataclass(frozen=True)
class SetAside:
    """A row that was read but cannot be used: where it stands, and why. Its content is never kept here."""

    reason: str
    line: int


@dataclass(frozen=True)
class CsvBody:
    """A delimited file that DuckDB may read by itself, once it has proved clean."""

    path: Path
    delimiter: str
    header_line: int


@dataclass(frozen=True)
class FrameBody:
    """Rows already in memory, as text columns named ``c0``, ``c1`` and so on, with the line of each when it is known."""

    rows: pa.Table | Columns
    lines: Sequence[int] | None = None

    @property
    def count(self) -> int:
        """How many rows there are."""
        if isinstance(self.rows, pa.Table):
            return int(self.rows.num_rows)
        return max((len(values) for _, values in self.rows.values()), default=0)


@dataclass
class RawTable:
    """One file, sheet or frame.

    ``header_line`` is the line of the headings; the first record stands on the next one unless ``lines`` says otherwise.
    ``refused`` says why the file could not be read at all.
    """

    file: str
    sheet: str
    headings: tuple[str, ...]
    body: CsvBody | FrameBody
    header_line: int = 1
    set_aside: list[SetAside] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refused: str = ""

    @property
    def size(self) -> int:
        """Roughly how many bytes there are to read."""
        if isinstance(self.body, CsvBody):
            return self.body.path.stat().st_size
        return self.body.count * len(self.headings) * _CELL

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"{self.file} [{self.sheet}]" if self.sheet else self.file


def fold_heading(text: str) -> str:
    """A heading as it is compared: lower-case letters and digits only."""
    return _NOT_WORD.sub("", text.lower().replace("\u2019", "").replace("\u2018", ""))


def header_row(rows: Iterable[Sequence[str | None]], is_heading: IsHeading) -> int | None:
    """The place of the row that holds most known headings among the first 20; ``None`` when no row holds two."""
    best, place = 1, None
    for number, row in enumerate(rows):
        if number >= HEADER_SEARCH:
            break
        known = sum(1 for cell in row if cell and is_heading(cell))
        if known > best:
            best, place = known, number
    return place


def text_table(columns: Sequence[Sequence[str | None]]) -> pa.Table | Columns:
    """Columns of text, named ``c0``, ``c1`` and so on; long ones as Arrow."""
    if columns and len(columns[0]) > _FEW_ROWS:
        return pa.table({f"c{place}": pa.array(column, pa.string()) for place, column in enumerate(columns)})
    return {f"c{place}": ("VARCHAR", column) for place, column in enumerate(columns)}
