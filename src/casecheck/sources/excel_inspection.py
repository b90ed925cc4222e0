"""What a workbook is, seen before it is opened: streamed piece by piece, so that no file can fill the memory.

The library that reads workbooks holds some of their parts whole and believes what a file says of itself. So each part is
gone through here first: its size, its depth, its rows and cells, and what no workbook needs. Only parts that were gone
through may then be opened. What the library does not tell (hidden rows, formulas without a value) is counted on the way.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO
from xml.parsers import expat

from casecheck.sources.archives import MAX_MEMBERS, MAX_RATIO
from casecheck.sources.bad_input import BadInputError, refuse

MAX_ROWS, LAST_COLUMN, MAX_COLUMNS = 1_048_576, 16_384, 512
_MAX_UNPACKED = 1_000_000_000
_SMALL = 10_000_000
_MAX_DIRECTORY = 2_000_000
_MAX_ELEMENTS = 200_000
_MAX_PIECE = 16_000_000
_MAX_TOKEN = 2_000_000
_MAX_DEPTH = 64
_MAX_MARKED = 1_000_000
_CHUNK = 1 << 16
_TEXT, _TEXT_A_BYTE = 48_000_000, 8
_LONG = 1_000

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_WHOLE = {f"{_MAIN} workbook", f"{_MAIN} styleSheet", f"{_PACKAGE}relationships Relationships", f"{_PACKAGE}content-types Types"}
_OTHER_BOOKS = {
    "xl/workbook.bin": "a binary workbook (.xlsb)",
    "content.xml": "an OpenDocument file",
    "word/document.xml": "a Word document",
}
_NEVER_RUN = {
    "vbaProject.bin": "macros",
    "xl/externalLinks/": "links to other workbooks",
    "xl/connections.xml": "data connections",
}


def text_limit(size: int) -> int:
    """How many bytes of cells a file of ``size`` bytes may come to. Far above what real workbooks pack."""
    return _TEXT + _TEXT_A_BYTE * size


@dataclass
class SheetFacts:
    """What is known of one sheet before it is read.

    ``last_row`` and ``width`` are the last row and column that hold anything, up to :data:`MAX_COLUMNS`; ``beyond`` counts
    the cells further right. ``marked`` holds the places, in order, of Excel errors and of formulas without a saved value.
    """

    last_row: int = 0
    width: int = 0
    beyond: int = 0
    hidden: int = 0
    marked: array[int] = field(default_factory=lambda: array("Q"))


class Strings:
    """The shared texts of a workbook, packed. They are given out one by one, as the library asks for them."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q", [0])
        self._long: dict[int, str] = {}

    def add(self, text: str) -> int:
        """Keep one more; gives the bytes that all of them take."""
        self._bytes += text.encode("utf-8", "replace")
        self._ends.append(len(self._bytes))
        return len(self._bytes) + 8 * len(self._ends)

    def __getitem__(self, place: int) -> str:
        if place in self._long:
            return self._long[place]
        if place < 0:
            raise IndexError
        start, end = self._ends[place], self._ends[place + 1]
        text = self._bytes[start:end].decode()
        if end - start > _LONG:
            self._long[place] = text
        return text

    def __len__(self) -> int:
        return len(self._ends) - 1


@dataclass
class Inspected:
    """A workbook that may be opened: which of its parts, and what was seen in them."""

    parts: set[str] = field(default_factory=set)
    sheets: dict[str, SheetFacts] = field(default_factory=dict)
    strings: Strings = field(default_factory=Strings)
    never_run: list[str] = field(default_factory=list)


def inspect(name: str, file: IO[bytes], size: int) -> Inspected:
    """Go through a workbook of ``size`` bytes. Raises :class:`BadInputError` for one that is damaged, locked or hostile."""
    found = Inspected()
    try:
        _refuse_long_directory(name, file, size)
        with zipfile.ZipFile(file) as archive:
            _refuse_hostile_members(name, archive)
            for part in archive.namelist():
                if part.endswith((".xml", ".rels")):
                    with archive.open(part) as data:
                        _Part(name, part, found, text_limit(size)).read(data)
            _refuse_other_books(name, archive)
            found.never_run = [what for mark, what in _NEVER_RUN.items() if any(mark in part for part in archive.namelist())]
    except BadInputError:
        raise
    except expat.ExpatError:
        raise refuse(name, "IN008", what="a part of the workbook is not well formed") from None
    except (ValueError, LookupError, EOFError, OSError, NotImplementedError, zipfile.BadZipFile, zlib.error):
        raise refuse(name, "IN008", what="no sound workbook") from None
    return found


def _refuse_long_directory(name: str, file: IO[bytes], size: int) -> None:
    """The list of an archive's members is read into memory whole. Its length stands at the end of the file."""
    file.seek(max(0, size - 65_557))
    tail = file.read(65_557)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise refuse(name, "IN008", what="no end of the archive")
    (length,) = struct.unpack_from("<L", tail, end + 12)
    if length > _MAX_DIRECTORY or tail[max(0, end - 20) :].startswith(b"PK\x06\x07"):
        raise refuse(name, "IN081", what=f"holds more than {MAX_MEMBERS:,} parts")
    file.seek(0)


def _refuse_hostile_members(name: str, archive: zipfile.ZipFile) -> None:
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise refuse(name, "IN081", what=f"holds more than {MAX_MEMBERS:,} parts")
    if len({info.filename for info in infos}) < len(infos):
        raise refuse(name, "IN081", what="holds two parts of one name")
    if sum(info.file_size for info in infos) > _MAX_UNPACKED:
        raise refuse(name, "IN081", what=f"unpacks to more than {_MAX_UNPACKED // 1_000_000:,} MB")
    for info in infos:
        if info.flag_bits & 1:
            raise refuse(name, "IN007")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refuse(name, "IN081", what="is packed in a way that Excel never uses")
        if info.file_size > _SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise refuse(name, "IN081", what=f"would unpack to more than {MAX_RATIO} times its size")


def _refuse_other_books(name: str, archive: zipfile.ZipFile) -> None:
    for part, what in _OTHER_BOOKS.items():
        if part in archive.namelist():
            raise refuse(name, "IN006", found=what, expected="an Excel workbook", hint="save it as an Excel workbook (.xlsx)")


@lru_cache(maxsize=LAST_COLUMN)
def _column(letters: str) -> int:
    from openpyxl.utils import column_index_from_string

    place = int(column_index_from_string(letters))
    if place > LAST_COLUMN:
        raise ValueError
    return place


class _Part:
    """One part, streamed. What it is, its outermost element says; what is none of a workbook's own is left after that."""

    def __init__(self, file: str, part: str, found: Inspected, limit: int) -> None:
        self.file, self.part, self.found, self.limit = file, part, found, limit
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._root
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.depth = self.elements = self.piece = 0
        self.wanted = True

    def read(self, data: IO[bytes]) -> None:
        """Feed the parser, and see that no single piece of the part grows without end."""
        fed = 0
        while self.wanted and (chunk := data.read(_CHUNK)):
            self.parser.Parse(chunk)
            fed += len(chunk)
            if fed - self.parser.CurrentByteIndex > _MAX_TOKEN or fed - self.piece > _MAX_PIECE:
                raise self._hostile(f"holds a row or text of more than {_MAX_PIECE // 1_000_000} MB")
        if self.wanted:
            self.parser.Parse(b"", True)
        elif self.part in self.found.parts:
            while data.read(_CHUNK):  # to the end, where the archive's own check sum is compared
                pass

    def _hostile(self, what: str) -> BadInputError:
        return refuse(self.file, "IN081", what=what)

    def _doctype(self, *_: object) -> None:
        raise self._hostile("has a part with a DOCTYPE, which no workbook needs")

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        """The outermost element decides who sees the others."""
        self.depth = 1
        if name.startswith(_STRICT):
            hint = "save it as an Excel workbook (.xlsx)"
            raise refuse(self.file, "IN006", found="a 'Strict Open XML' workbook", expected="an Excel workbook", hint=hint)
        if name == f"{_MAIN} worksheet":
            facts = self.found.sheets[self.part] = SheetFacts()
            self._see(_Sheet(self, facts).start)
        elif name == f"{_MAIN} sst":
            _SharedStrings(self)
        elif name in _WHOLE:
            self._see(self.count)
        else:
            self.leave()
            return
        self.found.parts.add(self.part)

    def leave(self) -> None:
        """What follows holds nothing that is read: links, formats, notes."""
        self.wanted = False
        self.parser.StartElementHandler = self.parser.EndElementHandler = self.parser.CharacterDataHandler = None

    def _see(self, start: Callable[[str, dict[str, str]], None]) -> None:
        self.parser.StartElementHandler = start

    def count(self, name: str, attributes: dict[str, str]) -> None:
        """One more element of a part that the library will hold whole."""
        self.deeper()
        self.elements += 1
        self.piece = self.parser.CurrentByteIndex
        if self.elements > _MAX_ELEMENTS or self.piece > _MAX_PIECE:
            raise self._hostile("holds more styles, names or notes than Excel allows")

    def deeper(self) -> None:
        """One level down."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self._hostile(f"has a part nested more than {_MAX_DEPTH} deep")

    def _end(self, name: str) -> None:
        self.depth -= 1


class _SharedStrings:
    """Gathers the shared texts. What is said of pronunciation (``rPh``) is no part of a text."""

    _ITEM, _T, _SOUND = f"{_MAIN} si", f"{_MAIN} t", f"{_MAIN} rPh"

    def __init__(self, part: _Part) -> None:
        self.part, self.strings = part, part.found.strings
        self.pieces: list[str] = []
        self.sounding = False
        part.parser.StartElementHandler, part.parser.EndElementHandler = self._start, self._end
        part.parser.buffer_text = True

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.part.deeper()
        if name == self._ITEM:
            self.part.piece = self.part.parser.CurrentByteIndex
            self.pieces.clear()
        elif name == self._SOUND:
            self.sounding = True
        elif name == self._T and not self.sounding:
            self.part.parser.CharacterDataHandler = self.pieces.append

    def _end(self, name: str) -> None:
        self.part.depth -= 1
        if name == self._T:
            self.part.parser.CharacterDataHandler = None
        elif name == self._SOUND:
            self.sounding = False
        elif name == self._ITEM and self.strings.add("".join(self.pieces)) > self.part.limit:
            raise self.part._hostile("holds far more text than a file of its size should")


class _Sheet:
    """Goes through the rows and cells of one sheet."""

    def __init__(self, part: _Part, facts: SheetFacts) -> None:
        self.part, self.facts, self.parser = part, facts, part.parser
        self.row = self.column = self.inside = 0
        self.hidden = self.filled = self.error = self.formula = self.counted = False
        self.handlers = {
            f"{_MAIN} c": self._cell,
            f"{_MAIN} v": self._value,
            f"{_MAIN} is": self._value,
            f"{_MAIN} f": self._formula,
            f"{_MAIN} row": self._row,
        }
        part.parser.EndElementHandler = self._end

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """One more element of the sheet."""
        self.part.deeper()
        self.inside += 1
        if self.inside > _MAX_ELEMENTS:
            raise self.part._hostile("has a sheet with more notes, links or cells in a row than Excel allows")
        handler = self.handlers.get(name)
        if handler is not None:
            handler(attributes)

    def _row(self, attributes: dict[str, str]) -> None:
        number = int(attributes["r"]) if "r" in attributes else self.row + 1
        if not self.row < number <= MAX_ROWS:
            raise ValueError
        self.row, self.column, self.inside, self.filled = number, 0, 0, False
        self.hidden = attributes.get("hidden") in ("1", "true")
        self.part.piece = self.parser.CurrentByteIndex

    def _cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        column = _column(place.rstrip("0123456789")) if place else self.column + 1
        if not self.column < column <= LAST_COLUMN:
            raise ValueError
        self.column, self.formula, self.counted = column, False, False
        self.error = attributes.get("t") == "e"

    def _formula(self, attributes: dict[str, str]) -> None:
        """A formula is without a saved value until one comes."""
        self.formula = True
        self._holds_something()

    def _value(self, attributes: dict[str, str]) -> None:
        self._holds_something()
        if self.error:
            self._mark()
        if self.formula:
            self.parser.CharacterDataHandler = self._saved

    def _saved(self, text: str) -> None:
        self.formula = False
        self.parser.CharacterDataHandler = None

    def _holds_something(self) -> None:
        facts = self.facts
        if self.column > MAX_COLUMNS:
            facts.beyond += not self.counted
            self.counted = True
            return
        facts.last_row = self.row
        if self.column > facts.width:
            facts.width = self.column
        self.filled = True

    def _mark(self) -> None:
        if self.column <= MAX_COLUMNS:
            self.facts.marked.append(place_of(self.row, self.column))
            if len(self.facts.marked) > _MAX_MARKED:
                raise self.part._hostile(f"holds more than {_MAX_MARKED:,} errors and formulas without a saved value")

    def _end(self, name: str) -> None:
        self.part.depth -= 1
        if name == f"{_MAIN} c":
            self.parser.CharacterDataHandler = None
            if self.formula and not self.error:
                self._mark()
            self.formula = self.error = False
        elif name == f"{_MAIN} row":
            self.facts.hidden += self.hidden and self.filled
        elif name == f"{_MAIN} sheetData":
            self.part.leave()


def place_of(row: int, column: int) -> int:
    """A cell's place as one number, in the order of reading; both are counted from 1."""
    return row * (LAST_COLUMN + 1) + column
