"""Workbooks (``.xlsx``, ``.xlsm``): every visible sheet as text.

Macros are never run, links never followed, formulas never worked out. The file is gone through piece by piece before it is
opened (``excel_inspection``), and its rows are gathered one by one.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import MAC_EPOCH

from casecheck.sources.bad_input import BadInputError, Note, note, refuse
from casecheck.sources.csv_reader import MAX_CELL, read_csv
from casecheck.sources.excel_headings import find_headings
from casecheck.sources.excel_inspection import MAX_COLUMNS, Inspected, SheetFacts, inspect, place_of, text_limit
from casecheck.sources.raw import HEADER_SEARCH, FileItem, Opening, RawTable, TextRows
from casecheck.wording import counted

LONG_GAP = 1_000
NO_SAVED_VALUE = "=formula without a saved value"
NO_DATE = "=a day number that is no date"
_MANY = 10
_POINTER = 8
_OLD = (b"\xd0\xcf\x11\xe0", b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_WEB_PAGE = re.compile(rb"<(?:!doctype html|html|head|body|meta|style|table|div)\b", re.IGNORECASE)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")

Row = tuple[int, list[str | None]]
Spend = Callable[[int], None]


def read_workbook(item: FileItem, opening: Opening) -> list[RawTable]:
    """One table for each visible sheet that holds anything. Raises :class:`BadInputError` when it cannot be opened."""
    with item.open() as stream:
        head = stream.read(4_096)
        if head.startswith(b"PK\x03\x04"):
            return _read_sheets(item, _seekable(stream, head), opening)
    if not head.strip():
        raise refuse(item.name, "IN004", size=item.size)
    if head.startswith(_OLD):
        raise refuse(item.name, "IN007")
    if _WEB_PAGE.search(head.replace(b"\0", b"")):
        hint = "open it in Excel and save it as an Excel workbook (.xlsx)"
        raise refuse(item.name, "IN006", found="a web page", expected="a workbook", hint=hint)
    if item.suffix != ".xls" or head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<?xml"):
        raise refuse(item.name, "IN008", what="no sound workbook")
    return _text_file(item, opening)


def _seekable(stream: IO[bytes], head: bytes) -> IO[bytes]:
    """The file itself, or, inside an archive, a copy in memory: a workbook is read from its end."""
    if isinstance(stream, zipfile.ZipExtFile) or not stream.seekable():
        return io.BytesIO(head + stream.read())
    return stream


def _text_file(item: FileItem, opening: Opening) -> list[RawTable]:
    """Text under the name of an old workbook: a common way for systems to export."""
    tables = read_csv(item, opening)
    tables[0].notes.append(note("IN061", what="the ending is .xls, the content is plain text: read as a CSV file"))
    return tables


def _read_sheets(item: FileItem, file: IO[bytes], opening: Opening) -> list[RawTable]:
    size = file.seek(0, io.SEEK_END)
    found = inspect(item.name, file, size)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of looks and links that are not read; what matters was seen before
            return _sheets(item, _open(file, found), found, opening, _budget(item.name, size))
    except BadInputError:
        raise
    except Exception:  # the library raises all kinds for a damaged file, and its words may hold cells
        raise refuse(item.name, "IN008", what="no sound workbook") from None


class _Parts(zipfile.ZipFile):
    """The archive as the library sees it: only parts that were gone through can be opened."""

    allowed: set[str] = set()

    def open(self, name: Any, *args: Any, **options: Any) -> Any:
        if getattr(name, "filename", name) not in self.allowed:
            raise zipfile.BadZipFile
        return super().open(name, *args, **options)


class _Book(ExcelReader):  # type: ignore[misc]
    """The library's reader without what a table never needs: themes, properties, charts."""

    def read_nothing(self, *_: object) -> None:
        """Leave a part alone."""

    read_strings = read_properties = read_custom = read_theme = read_chartsheet = read_nothing


def _open(file: IO[bytes], found: Inspected) -> Any:
    reader = _Book(file, read_only=True, data_only=True, keep_links=False)
    reader.archive = _Parts(file)
    reader.archive.allowed = found.parts
    reader.shared_strings = found.strings
    reader.read()
    if any(rel.Type.endswith("/worksheet") and rel.target not in found.sheets for _, rel in reader.parser.find_sheets()):
        raise zipfile.BadZipFile  # the library would leave out a sheet that is not there
    return reader.wb


def _budget(name: str, size: int) -> Spend:
    """Counts the bytes of the cells: a small file may name one long text millions of times."""
    left = text_limit(size)

    def spend(bytes_more: int) -> None:
        nonlocal left
        left -= bytes_more
        if left < 0:
            raise refuse(name, "IN081", what="holds far more cells than a file of its size should")

    return spend


def _sheets(item: FileItem, book: Any, found: Inspected, opening: Opening, spend: Spend) -> list[RawTable]:
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    epoch = 1904 if book.epoch == MAC_EPOCH else 1900
    tables: list[RawTable] = []
    for sheet in book.worksheets:
        facts = found.sheets[sheet._worksheet_path]
        if sheet.title not in hidden and facts.last_row:
            tables += _table(item, sheet, facts, opening, spend)
    if not tables:
        raise refuse(item.name, "IN066", sheets=len(hidden))
    for table in tables:
        table.excel_epoch = epoch
    tables[0].notes += _of_the_book(item, epoch, hidden, found.never_run)
    return tables


def _of_the_book(item: FileItem, epoch: int, hidden: list[str], never_run: list[str]) -> Iterator[Note]:
    """What is said once, with the first table."""
    if item.suffix == ".xls":
        yield note("IN061", what="the ending is .xls, the content a newer workbook (.xlsx): read as such")
    if hidden:
        yield note("IN060", sheets=", ".join(hidden))
    for what in never_run:
        yield note("IN064", what=what)
    if epoch == 1904:
        yield note("IN065")


def _table(item: FileItem, sheet: Any, facts: SheetFacts, opening: Opening, spend: Spend) -> Iterator[RawTable]:
    rows = _rows(item.name, sheet, facts, spend)
    chosen = opening.settings(item.name).header_line
    head = _head(rows, chosen)
    if not head:
        return
    at = next((place for place, (number, _) in enumerate(head) if number == chosen), None)
    looked = head if at is None else head[at : at + 1]
    headings = find_headings([cells for _, cells in looked], [number for number, _ in looked], opening.is_heading)
    below = headings.place + 1 + (at or 0)
    line = head[below - 1][0]
    body = _Body(line, headings.names, spend)
    for number, cells in chain(head[below:], rows):
        body.add(number, cells)
    table = RawTable(item.name, sheet.title, headings.names, body.rows.body(), line, item=item)
    table.how = f"workbook, headings on row {line}"
    if line > headings.rows and not chosen:
        table.notes.append(note("IN021", lines=counted(line - headings.rows, "row")))
    if headings.rows > 1:
        table.notes.append(note("IN028", count=headings.rows))
    table.notes += _of_the_sheet(facts)
    table.notes += body.notes()
    yield table


def _of_the_sheet(facts: SheetFacts) -> Iterator[Note]:
    if facts.marked:
        yield note("IN062", cells=counted(len(facts.marked), "cell"))
    if facts.hidden:
        yield note("IN063", rows=counted(facts.hidden, "row"))
    if facts.beyond:
        cells, last = counted(facts.beyond, "cell"), get_column_letter(MAX_COLUMNS)
        yield note("IN061", what=f"{cells} right of column {last} (the {MAX_COLUMNS}th) not read")


def _head(rows: Iterator[Row], chosen: int) -> list[Row]:
    """The first filled rows, among which the headings stand: as many as are searched, or down to the row that was named."""
    head: list[Row] = []
    for number, cells in rows:
        head.append((number, cells))
        if number >= chosen and len(head) > HEADER_SEARCH:
            break
    return head


class _Body:
    """The rows below the headings. Blank rows at the end, and long blank stretches, take no room."""

    def __init__(self, line: int, headings: tuple[str, ...], spend: Spend) -> None:
        self.headings, self.last, self.spend = headings, line, spend
        self.width = len(headings)
        self.rows = TextRows(self.width)
        self.nameless: set[int] = set()
        self.passed_over = 0
        self._blank_headings = [place for place, heading in enumerate(headings) if not heading]

    def add(self, number: int, cells: list[str | None]) -> None:
        """One row of the sheet. Short blank stretches stay rows, so that they are counted like any."""
        blank = number - self.last - 1
        if blank > LONG_GAP:
            self.passed_over += blank
            blank = 0
        self.spend(_POINTER * self.width * (blank + 1))
        if blank:
            for line in range(self.last + 1, number):
                self.rows.add([None] * self.width, line)
        self.last = number
        for place in self._blank_headings:
            if place < len(cells) and cells[place]:
                self.nameless.add(place)
        if len(cells) > self.width:
            self.nameless.update(place for place in range(self.width, len(cells)) if cells[place])
            cells = cells[: self.width]
        self.rows.add(cells + [None] * (self.width - len(cells)), number)

    def notes(self) -> Iterator[Note]:
        """What was passed over: columns that hold something and have no heading, and long blank stretches."""
        places = sorted(self.nameless)
        for place in places[:_MANY]:
            before = next((name for name in reversed(self.headings[:place]) if name), "no heading")
            yield note("IN022", place=get_column_letter(place + 1), before=before)
        if len(places) > _MANY:
            yield note("IN061", what=f"{counted(len(places) - _MANY, 'more column')} without a name not used")
        if self.passed_over:
            yield note("IN061", what=f"{counted(self.passed_over, 'blank row')} between filled ones passed over")


def _rows(name: str, sheet: Any, facts: SheetFacts, spend: Spend) -> Iterator[Row]:
    """The filled rows as text, down to the last; how large a sheet says it is, is not believed."""
    marks = facts.marked
    sheet_rows = sheet.iter_rows(min_row=1, min_col=1, max_row=facts.last_row, max_col=facts.width, values_only=True)
    blank = None
    for number, row in enumerate(islice(sheet_rows, facts.last_row), 1):
        if row is blank:  # the library gives one and the same for all rows of a gap
            continue
        marked: set[int] = set()
        if marks:
            first = bisect_left(marks, place_of(number, 0))
            last = bisect_left(marks, place_of(number + 1, 0), first)
            marked = {mark - place_of(number, 1) for mark in marks[first:last]}
        if not marked and row.count(None) == len(row):
            blank = row
            continue
        texts = [None if cell is None and not marked else _text(cell, at in marked) for at, cell in enumerate(row)]
        spend(sum(len(text) for text in texts if text))
        if any(text and len(text) > MAX_CELL for text in texts):
            raise refuse(name, "IN034", line=number, limit=f"{MAX_CELL:,}")
        if any(texts):
            yield number, texts


def _text(cell: Any, marked: bool) -> str | None:
    """A cell as text: dates as ISO, whole numbers without a point, a formula without a saved value as such."""
    if isinstance(cell, str):
        if cell == "#VALUE!" and not marked:
            return NO_DATE
        return _ESCAPED.sub(_character, cell) if "_x" in cell else cell or None
    if cell is None:
        return NO_SAVED_VALUE if marked else None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        moment = (cell + timedelta(milliseconds=500)).replace(microsecond=0)
        return moment.date().isoformat() if moment.time() == time() else moment.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{Decimal(repr(cell)):f}"
    return str(cell)


def _character(escaped: re.Match[str]) -> str:
    """``_x000D_`` is how a workbook writes a character that XML cannot hold."""
    code = int(escaped[1], 16)
    return chr(code) if code and not 0xD800 <= code <= 0xDFFF else "\ufffd"
