"""What a reader is given, and what it gives: one table of text, its headings, and what was done to read it."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from casecheck.policy import FileSettings, Policy, Reading
from casecheck.sources.bad_input import Note
from casecheck.sql_text import Columns

IsHeading = Callable[[str], bool]

_NOT_WORD = re.compile(r"[^a-z0-9]+")
HEADER_SEARCH = 20
_FEW_ROWS, _FEW_CELLS = 20_000, 1_000_000
_CELL = 12
_CHUNK = 1 << 20


@dataclass(frozen=True)
class XmlTable:
    """One kind of row of an XML file. ``source`` is its table in the profile, ``element`` the element that is a row.

    ``columns`` gives the known columns by their folded spellings; a spelling means the same in all tables. ``filled`` names a
    leaf: only rows that fill it (with more than 0) belong to this table, and of their leaves only the known ones; so one
    element can be rows of several tables. A ``planned`` table is left out while the file has no such row.
    """

    source: str
    element: str
    columns: Mapping[str, str]
    filled: str = ""
    planned: bool = False


@dataclass(frozen=True)
class XmlRows:
    """What of an XML file is a row, and the root that all stand under.

    ``record`` is the element that holds all rows of one child. ``inherited`` are leaves that every row of the record repeats
    when it lacks them: the child's id on each assessment. ``about`` are leaves that tell of the file itself; ``year`` and
    ``reference_date`` are two of them.
    """

    root: str
    record: str
    tables: tuple[XmlTable, ...]
    inherited: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    year: str = ""
    reference_date: str = ""
    how: str = "XML"


@dataclass(frozen=True)
class Opening:
    """All that a reader may ask: which cells are headings, the reading policy, and the layouts of XML files."""

    is_heading: IsHeading
    policy: Policy = field(default_factory=Policy)
    xml: Mapping[str, XmlRows] = field(default_factory=dict)

    def settings(self, name: str) -> FileSettings:
        """What the policy says of one file, by its name or its path inside the extract."""
        return self.policy.of_file(name)

    @property
    def reading(self) -> Reading:
        """How the policy wants files and cells to be read."""
        return self.policy.reading


@dataclass(frozen=True)
class FileItem:
    """One file, on disk or inside an archive (``path`` is then ``None``). ``name`` is how messages call it."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]
    path: Path | None = None

    @classmethod
    def on_disk(cls, path: Path, name: str = "") -> FileItem:
        """A file of a folder."""
        return cls(name or path.name, path.stat().st_size, lambda: path.open("rb"), path)

    @property
    def suffix(self) -> str:
        """The end of the name, in lower case: ``.csv``."""
        return Path(self.name).suffix.lower()

    def digest(self) -> bytes:
        """A hash of the content, by which two copies of one file are known."""
        found = hashlib.blake2b()
        with self.open() as file:
            while chunk := file.read(_CHUNK):
                found.update(chunk)
        return found.digest()


@dataclass(frozen=True)
class SetAside:
    """A row that was read but cannot be used: where it stands, and why. Its content is never kept here."""

    reason: str
    line: int


@dataclass(frozen=True)
class CsvBody:
    """A delimited file whose body is not read yet. DuckDB may read it by itself, when that proves to be the same."""

    file: FileItem
    encoding: str
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


@dataclass(frozen=True)
class LateBody:
    """Rows that are fetched only once the table is recognised: a table of a database, a Parquet file.

    ``fetch`` takes the places of the wanted columns (``None``: all of them) and gives those columns, named ``c0``, ``c1``
    and so on by their place among all.
    """

    fetch: Callable[[Sequence[int] | None], FrameBody]
    size: int = 0


@dataclass(frozen=True)
class PlacedBody:
    """Rows that stay where they are: the engine reaches them by itself.

    ``relation`` is what the engine understands, a name or a frame; ``columns`` are its columns, in the order of the headings;
    the rows are numbered in the order of the columns in ``order`` (when there are none: in that of all).
    """

    relation: Any
    columns: tuple[str, ...]
    order: tuple[str, ...]
    size: int = 0


@dataclass
class RawTable:
    """One file, sheet or frame.

    ``header_line`` is the line of the headings; the first record stands on the next one unless ``lines`` says otherwise.
    ``refused`` says why the file could not be read at all. ``how`` is what ``inspect`` says of the reading: encoding,
    separator, kind of file. ``excel_epoch`` is the year from which bare day numbers count, where the file itself says so.
    ``source`` names the table of the profile, where the file leaves no choice (XML). ``item`` is the file itself, and
    ``text`` how to go through it again, when it is a text file. ``wrapped`` says that numbers stand as ``="0012"``. ``index`` is
    what a pandas frame calls its rows.
    """

    file: str
    sheet: str
    headings: tuple[str, ...]
    body: CsvBody | FrameBody | LateBody | PlacedBody
    header_line: int = 1
    set_aside: list[SetAside] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    refused: Note | None = None
    how: str = ""
    excel_epoch: int | None = None
    source: str = ""
    item: FileItem | None = None
    text: CsvBody | None = None
    lines: array[int] | None = None
    wrapped: bool = False
    index: Any = None

    @property
    def size(self) -> int:
        """Roughly how many bytes there are to read."""
        if isinstance(self.body, CsvBody):
            return self.body.file.size
        if isinstance(self.body, LateBody | PlacedBody):
            return self.body.size
        return self.body.count * len(self.headings) * _CELL

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"{self.file} [{self.sheet}]" if self.sheet else self.file

    def line_of(self, row: int) -> int:
        """The line of a record, by its place from 0."""
        lines = self.known_lines
        return lines[row] if lines else self.header_line + 1 + row

    @property
    def known_lines(self) -> Sequence[int] | None:
        """The line of each record, where they do not simply follow the headings one by one."""
        return self.lines or (self.body.lines if isinstance(self.body, FrameBody) else None)


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


class TextRows:
    """Rows gathered into columns of text. Long tables go to Arrow batch by batch, so that memory stays near the text's size."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._rows: list[tuple[str | None, ...]] = []
        self._batches: list[pa.Table] = []
        self._step = max(1, min(_FEW_ROWS, _FEW_CELLS // max(width, 1)))
        self.lines = array("q")

    def add(self, row: Sequence[str | None], line: int) -> None:
        """One record of exactly the width, and the line on which it begins."""
        if len(row) != self._width:
            raise ValueError(f"a row of {len(row)} cells among rows of {self._width}")
        self._rows.append(tuple(row))
        self.lines.append(line)
        if len(self._rows) == self._step:
            self._batches.append(pa.table({name: pa.array(cells, pa.large_string()) for name, cells in self._columns().items()}))

    def widen(self) -> None:
        """One more column, blank in all rows so far."""
        self._width += 1

    def _columns(self) -> dict[str, Sequence[str | None]]:
        """The rows since the last batch, laid out as columns."""
        columns = [tuple(cell or None for cell in cells) for cells in zip_longest(*self._rows)]
        columns += [(None,) * len(self._rows)] * (self._width - len(columns))
        self._rows.clear()
        return {f"c{place}": cells for place, cells in enumerate(columns)}

    def body(self) -> FrameBody:
        """All rows, in Arrow when there are many."""
        columns = self._columns()
        if not self._batches:
            return FrameBody({name: ("VARCHAR", cells) for name, cells in columns.items()}, self.lines)
        self._batches.append(pa.table({name: pa.array(cells, pa.large_string()) for name, cells in columns.items()}))
        return FrameBody(pa.concat_tables(self._batches, promote_options="default"), self.lines)
