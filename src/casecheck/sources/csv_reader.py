"""Delimited text files.

The head of the file gives encoding, separator and headings. The body is read by DuckDB when that is provably the same
as reading it strictly (see ``csv_proof``), and otherwise row by row: a row with too many or too few cells is set aside and
counted, never shifted, and a quote that is never closed refuses the file.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
from collections.abc import Iterator
from typing import IO

from casecheck.sources.archives import sound
from casecheck.sources.bad_input import Note, note, refuse
from casecheck.sources.raw import CsvBody, FileItem, IsHeading, Opening, RawTable, SetAside, TextRows, header_row
from casecheck.wording import counted

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
MAX_CELL = 1_000_000
MAX_LINE = 10_000_000
_HEAD = 262_144
UTF8, UTF16 = "utf-8-sig", "utf-16"
_NOT_TEXT = {
    b"PK\x03\x04": ("a zip or a workbook", "give it the ending .zip or .xlsx"),
    b"%PDF": ("a PDF", "export the table itself"),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook (.xls)", "save it as .xlsx"),
    b"PAR1": ("a Parquet file", "give it the ending .parquet"),
}
_WEB_PAGE = (b"<!doctype html", b"<html")


def read_csv(item: FileItem, opening: Opening) -> list[RawTable]:
    """Look at the head of a file; its body is read when it is staged. Raises :class:`BadInputError`."""
    settings = opening.settings(item.name)
    with item.open() as file:
        head = file.read(_HEAD)
    _refuse_other_kinds(item, head)
    encoding = settings.encoding or _encoding(head)
    notes = [note("IN011")] if encoding == UTF16 else []
    if encoding != UTF16 and b"\0" in head:
        raise refuse(item.name, "IN012", line=head[: head.index(b"\0")].count(b"\n") + 1)
    if encoding == UTF8 and not _decodes(head):
        encoding = _fallback(item, opening, notes)
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(head)
    delimiter, header = _layout(text, opening.is_heading, settings.delimiter, settings.header_line)
    rows = _records(_lines(text)[: header + 60], delimiter)
    headings = tuple(cell.strip() for cell in rows[header]) if header < len(rows) else ()
    if delimiter != "," and not settings.delimiter:
        notes.append(note("IN029", named=DELIMITERS[delimiter]))
    if header and not settings.header_line:
        notes.append(note("IN021", lines=counted(header, "line")))
    if settings.delimiter and len(headings) == 1:
        _refuse_one_column(item, headings[0])
    how = f"{_named(encoding)}, {DELIMITERS.get(delimiter, 'its own mark')}, headings on line {header + 1}"
    body = CsvBody(item, encoding, delimiter, header + 1)
    wrapped = '="' in text
    if wrapped:
        notes.append(note("IN049"))
    return [RawTable(item.name, "", headings, body, header + 1, notes=notes, how=how, item=item, text=body, wrapped=wrapped)]


def _refuse_other_kinds(item: FileItem, head: bytes) -> None:
    if not head.strip():
        raise refuse(item.name, "IN004", size=len(head))
    for mark, (found, hint) in _NOT_TEXT.items():
        if head.startswith(mark):
            raise refuse(item.name, "IN006", found=found, expected="a CSV file", hint=hint)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower().startswith(_WEB_PAGE):
        raise refuse(item.name, "IN006", found="a web page", expected="a CSV file", hint="did the download need a log-in?")


def _refuse_one_column(item: FileItem, heading: str) -> None:
    mark = max(DELIMITERS, key=heading.count)
    if mark in heading:
        raise refuse(item.name, "IN020", named=DELIMITERS[mark], mark=mark, name=item.name)


def _encoding(head: bytes) -> str:
    return UTF16 if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else UTF8


def _decodes(head: bytes) -> bool:
    """Whether the head is UTF-8. What stands further down is checked when the body is read."""
    try:
        codecs.getincrementaldecoder(UTF8)().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _fallback(item: FileItem, opening: Opening, notes: list[Note]) -> str:
    """The declared fallback, said with the first byte that is not UTF-8. Nothing else is tried: that would be a guess."""
    byte, line = _first_strange(item, UTF8)
    encoding = opening.reading.encoding_fallback
    if not encoding:
        raise refuse(item.name, "IN014", encoding="UTF-8, and reading.encoding_fallback is empty,", line=line)
    notes.append(note("IN010", byte=byte, line=line, encoding=encoding))
    return encoding


def _first_strange(item: FileItem, encoding: str) -> tuple[int, int]:
    """The first byte that is not of an encoding, and its line."""
    decoder, lines = codecs.getincrementaldecoder(encoding)(), 1
    with item.open() as file:
        while True:
            held = decoder.getstate()[0]
            chunk = file.read(_HEAD)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as problem:
                data = held + chunk
                return (data[problem.start] if data else 0), lines + data[: problem.start].count(b"\n")
            if not chunk:
                return 0, lines
            lines += chunk.count(b"\n")


def _named(encoding: str) -> str:
    return {UTF8: "UTF-8", UTF16: "UTF-16"}.get(encoding, encoding)


def _layout(text: str, is_heading: IsHeading, delimiter: str, header_line: int) -> tuple[str, int]:
    """The separator under which some row holds most known headings, and the place of that row."""
    lines = _lines(text)[:60]
    marks = [delimiter] if delimiter else list(DELIMITERS)
    if header_line:
        widest = max(marks, key=lambda mark: lines[min(header_line, len(lines)) - 1].count(mark))
        return widest, header_line - 1
    found = []
    for place, mark in enumerate(marks):
        rows = _records(lines, mark)
        header = header_row(rows, is_heading)
        if header is not None:
            found.append((sum(is_heading(cell) for cell in rows[header]), -place, mark, header))
    if not found:
        first = next((number for number, line in enumerate(lines) if line.strip()), 0)
        return max(marks, key=lambda mark: lines[first].count(mark)), first
    _, _, mark, header = max(found)
    return mark, header


def _lines(text: str) -> list[str]:
    """Lines as a CSV reader sees them: ended by line feeds and carriage returns, by nothing else."""
    return list(io.StringIO(text, newline=""))


def _records(lines: list[str], delimiter: str) -> list[list[str]]:
    """The records of a few lines, up to the first that is not valid."""
    _allow_long_cells()
    found: list[list[str]] = []
    with contextlib.suppress(csv.Error):
        found.extend(csv.reader(lines, delimiter=delimiter))
    return found


def _allow_long_cells() -> None:
    """The limit of Python's reader is the whole process's: it is raised where it is lower, and never lowered."""
    if csv.field_size_limit() < MAX_CELL:
        csv.field_size_limit(MAX_CELL)


def read_strictly(table: RawTable, body: CsvBody, opening: Opening) -> None:
    """Read the body row by row; ragged rows are set aside with their line. Raises :class:`BadInputError`."""
    _allow_long_cells()
    try:
        with sound(table.name):
            _read_rows(table, body, body.encoding)
    except UnicodeDecodeError:
        table.set_aside.clear()
        if body.encoding != UTF8:
            table.notes[:] = [said for said in table.notes if said.code != "IN010"]
            line = _first_strange(body.file, body.encoding)[1]
            raise refuse(table.name, "IN014", encoding=_named(body.encoding), line=line) from None
        encoding = _fallback(body.file, opening, table.notes)
        table.how = table.how.replace(_named(UTF8), encoding)
        table.text = CsvBody(body.file, encoding, body.delimiter, body.header_line)
        read_strictly(table, table.text, opening)


def _read_rows(table: RawTable, body: CsvBody, encoding: str) -> None:
    width = len(table.headings)
    rows = TextRows(width)
    with body.file.open() as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        lines = _Lines(text, table.name)
        for line, row in _strict_records(lines, body, table.name):
            if not row:
                table.set_aside.append(SetAside("blank row", line))
            elif len(row) == width or _only_empty_beyond(row, width):
                rows.add(row[:width], line)
            else:
                table.set_aside.append(SetAside(_ragged(row, width), line))
    table.body = rows.body()
    _settle_the_end(table, lines.ended, width)


class _Lines:
    """The lines of a file one by one, none longer than a line may be. ``ended`` says whether the last one was closed."""

    def __init__(self, text: IO[str], name: str) -> None:
        self.text, self.name, self.number, self.ended = text, name, 0, True

    def __iter__(self) -> Iterator[str]:
        while line := self.text.readline(MAX_LINE):
            self.number += 1
            self.ended = line[-1] in "\r\n"
            if len(line) >= MAX_LINE and not self.ended:
                raise refuse(self.name, "IN034", line=self.number, limit=f"{MAX_CELL:,}")
            if "\0" in line:
                raise refuse(self.name, "IN012", line=self.number)
            yield line


def _strict_records(lines: _Lines, body: CsvBody, name: str) -> Iterator[tuple[int, list[str]]]:
    """The records below the headings, each with the line on which it begins."""
    reader = csv.reader(lines, delimiter=body.delimiter, strict=True)
    start = 1
    try:
        for number, row in enumerate(reader, 1):
            line, start = start, reader.line_num + 1
            if number > body.header_line:
                yield line, row
    except csv.Error as problem:
        if "unexpected end of data" in str(problem):
            raise refuse(name, "IN031", line=start) from None
        if "field larger than" in str(problem):
            raise refuse(name, "IN034", line=start, limit=f"{MAX_CELL:,}") from None
        raise refuse(name, "IN038", line=start, what=str(problem)) from None


def _only_empty_beyond(row: list[str], width: int) -> bool:
    """Delimiters at the end of a line add cells but no content."""
    return len(row) > width and not any(row[width:])


def _ragged(row: list[str], width: int) -> str:
    if len(row) > width:
        return TOO_MANY
    return _ONE_CELL if len(row) == 1 else TOO_FEW


TOO_MANY, TOO_FEW, CUT_SHORT, FOOTER = "too many cells", "too few cells", "cut short", "footer or total"
_ONE_CELL = "a single cell"


def _settle_the_end(table: RawTable, ended: bool, width: int) -> None:
    """Single cells below the last record are a footer; elsewhere they are ragged. A last line without an end is cut short."""
    assert not isinstance(table.body, CsvBody)
    lines = getattr(table.body, "lines", None)
    last = lines[-1] if lines else 0
    settled = [
        SetAside((FOOTER if row.line > last and width > 2 else TOO_FEW) if row.reason == _ONE_CELL else row.reason, row.line)
        for row in table.set_aside
    ]
    if settled and not ended and settled[-1].line > last and settled[-1].reason == TOO_FEW:
        settled[-1] = SetAside(CUT_SHORT, settled[-1].line)
    table.set_aside[:] = settled
