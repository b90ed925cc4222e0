"""Delimited text files.

The head of the file gives encoding, delimiter and headings. The body is read by DuckDB when that is provably the same
as reading it strictly (see :func:`proved_clean`), and otherwise row by row: a row with too many or too few cells is set
aside and counted, never shifted, and a quote that is never closed refuses the file.
"""

from __future__ import annotations

import codecs
import csv
import io
import mmap
from collections.abc import Iterator
from pathlib import Path

from casecheck.errors import InputError
from casecheck.sources.raw import CsvBody, FrameBody, IsHeading, RawTable, SetAside, header_row, text_table

DELIMITERS = (",", ";", "\t", "|")
_HEAD = 262_144
_FALLBACK = "not UTF-8; read as cp1252"
_NOT_TEXT = {b"PK\x03\x04": "a zip or workbook", b"%PDF": "a PDF", b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)"}

csv.field_size_limit(2**31 - 1)


def read_csv(path: Path, name: str, is_heading: IsHeading) -> RawTable:
    """Look at the head of a file; its body is read when it is staged. Raises :class:`InputError`."""
    head = _head(path, name)
    encoding, notes = _encoding(head)
    if encoding != "utf-16" and b"\0" in head:
        raise InputError(f"{name}: the file holds NUL bytes", "it is damaged, or UTF-16 without a mark")
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(head)
    delimiter, header = _layout(text, is_heading)
    rows = list(_records(_lines(text), delimiter))
    headings = tuple(cell.strip() for cell in rows[header]) if header < len(rows) else ()
    if delimiter != ",":
        notes.append(f"the cells are separated by {_named(delimiter)}")
    if header:
        notes.append(f"{header} line{'s' if header > 1 else ''} above the headings passed over")
    body = CsvBody(path, delimiter, header + 1)
    table = RawTable(name, "", headings, body, header + 1, notes=notes)
    if encoding != "utf-8-sig":
        _read_strictly(table, body, encoding)
    return table


def _head(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except PermissionError:
        raise InputError(f"{name}: cannot read (permission denied)", "is it open in Excel?") from None
    if not head.strip():
        raise InputError(f"{name}: the file is empty ({len(head)} bytes)", "the export may have failed")
    for mark, kind in _NOT_TEXT.items():
        if head.startswith(mark):
            raise InputError(f"{name}: this is {kind}, not a CSV file")
    if head.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise InputError(f"{name}: this is a web page, not a CSV file", "did the download need a log-in?")
    return head


def _encoding(head: bytes) -> tuple[str, list[str]]:
    """The encoding of the head. What stands further down is checked when the body is read."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", ["UTF-16 (byte-order mark); read as such"]
    try:
        codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return "cp1252", [_FALLBACK]
    return "utf-8-sig", []


def _layout(text: str, is_heading: IsHeading) -> tuple[str, int]:
    """The delimiter under which some row holds most known headings, and the place of that row."""
    lines = _lines(text)[:60]
    found = []
    for delimiter in DELIMITERS:
        rows = list(_records(lines, delimiter))
        place = header_row(rows, is_heading)
        if place is not None:
            found.append((sum(is_heading(cell) for cell in rows[place]), -DELIMITERS.index(delimiter), delimiter, place))
    if not found:
        widest = max(DELIMITERS, key=lambda mark: lines[0].count(mark))
        return widest, 0
    _, _, delimiter, place = max(found)
    return delimiter, place


def _lines(text: str) -> list[str]:
    """Lines as a CSV reader sees them: ended by line feeds and carriage returns, by nothing else."""
    return list(io.StringIO(text, newline=""))


def _records(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        return


def _named(delimiter: str) -> str:
    return {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}[delimiter]


def proved_clean(body: CsvBody, records: int) -> bool:
    """Whether the rows that DuckDB read stand one on a line, so that none was joined, split or skipped.

    True when the file has exactly as many lines as records and headings, and no lone carriage return or NUL byte. DuckDB
    itself has then refused ragged rows and text that is not UTF-8.
    """
    with body.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        lines = _count(data, b"\n") + (data[-1:] != b"\n")
        returns = _count(data, b"\r")
        plain = returns == 0 or returns == _count(data, b"\r\n")
        return plain and lines == records + body.header_line and data.find(b"\0") < 0


def _count(data: mmap.mmap, mark: bytes, size: int = 1 << 24) -> int:
    total, overlap = 0, len(mark) - 1
    for start in range(0, len(data), size):
        total += data[start : start + size + overlap].count(mark)
    return total


def read_strictly(table: RawTable, body: CsvBody) -> None:
    """Read the body row by row; ragged rows are set aside with their line."""
    try:
        _read_strictly(table, body, "utf-8-sig")
    except UnicodeDecodeError:
        table.set_aside.clear()
        _read_strictly(table, body, "cp1252")
        table.notes.append(_FALLBACK)


def _read_strictly(table: RawTable, body: CsvBody, encoding: str) -> None:
    width = len(table.headings)
    columns: list[list[str | None]] = [[] for _ in range(width)]
    lines: list[int] = []
    with body.path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=body.delimiter, strict=True)
        start, number = 1, 0
        try:
            for number, row in enumerate(reader, 1):
                line, start = start, reader.line_num + 1
                if number <= _records_above(body):
                    continue
                if not row:
                    table.set_aside.append(SetAside("blank row", line))
                elif len(row) != width and not _only_empty_beyond(row, width):
                    table.set_aside.append(SetAside(_ragged(len(row), width), line))
                else:
                    for column, cell in zip(columns, row[:width], strict=True):
                        column.append(cell or None)
                    lines.append(line)
        except csv.Error as problem:
            raise InputError(
                f"{table.name}: {_quote_fault(problem, start)}", "export the file again, or correct the line"
            ) from None
    table.body = FrameBody(text_table(columns), lines)


def _records_above(body: CsvBody) -> int:
    return body.header_line


def _only_empty_beyond(row: list[str], width: int) -> bool:
    """Delimiters at the end of a line add cells but no content."""
    return len(row) > width and not any(row[width:])


def _ragged(found: int, width: int) -> str:
    return "too many cells" if found > width else "too few cells"


def _quote_fault(problem: csv.Error, line: int) -> str:
    if "unexpected end of data" in str(problem):
        return f"a quote opened on line {line} is never closed; what follows it cannot be read"
    return f"line {line} is not valid CSV ({problem})"
