"""Census XML, read as a stream: each row of a kind becomes a row of one table, and no tree is ever kept.

Which elements are rows comes from the profiles (:class:`casecheck.sources.raw.XmlRows`). The leaves of a row, however deep,
are its columns, unless they stand in a row inside it; a leaf that repeats is joined with ``;``. Rows are held until the
child's record ends, because the child's id may come after them. Nothing outside the file is ever read: a DOCTYPE, and so
every entity of its own, is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any, NoReturn
from xml.parsers import expat

from casecheck.sources.bad_input import Note, note, refuse
from casecheck.sources.raw import FileItem, Opening, RawTable, TextRows, XmlRows, XmlTable, fold_heading
from casecheck.wording import counted

MAX_DEPTH = 64
MAX_TEXT = 1_000_000
MAX_NAMES = 1_000
MAX_JOINED = 10_000
MAX_HELD = 100_000
_CHUNK = 262_144
_UNDEFINED_ENTITY = expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]


def read_xml(item: FileItem, opening: Opening) -> list[RawTable]:
    """One table for each kind of row of the layout whose root this is. Raises :class:`BadInputError`."""
    if not item.size:
        raise refuse(item.name, "IN004", size=0)
    reading = _Reading(item.name, opening)
    with item.open() as file:
        reading.run(file)
    return reading.tables(item)


class _Row:
    """One row while its record is open: where it began, and its leaves by folded name."""

    __slots__ = ("cells", "depth", "line", "sinks")

    def __init__(self, sinks: list[_Sink], depth: int, line: int) -> None:
        self.sinks, self.depth, self.line = sinks, depth, line
        self.cells: dict[str, str] = {}


class _Sink:
    """The rows of one table. Columns that the profile does not know are added as they come."""

    def __init__(self, table: XmlTable, elsewhere: frozenset[str]) -> None:
        self.table = table
        self.filled = fold_heading(table.filled)
        self._passed = elsewhere
        self.keys: list[str] = []
        self.rows = TextRows(0)

    def _learn(self, cells: dict[str, str]) -> None:
        """New columns: leaves that no row had so far, unless another table of the same element has them."""
        for key in cells:
            if key not in self.keys and (key in self.table.columns or not (self.filled or key in self._passed)):
                self.keys.append(key)
                self.rows.widen()

    def add(self, row: _Row) -> None:
        """One row, if it belongs to this table."""
        cells = row.cells
        if self.filled and cells.get(self.filled, "0") == "0":
            return
        found = list(map(cells.get, self.keys))
        if len(found) - found.count(None) < len(cells):
            self._learn(cells)
            found = list(map(cells.get, self.keys))
        self.rows.add(found, row.line)

    def finish(self) -> tuple[str, ...]:
        """Add the known columns that no row has, blank: in XML what is missing is left out. Returns those."""
        seen = {self.table.columns.get(key) for key in self.keys}
        missing = tuple(dict.fromkeys(column for column in self.table.columns.values() if column not in seen))
        for column in missing:
            self.keys.append(fold_heading(column))
            self.rows.widen()
        return missing


class _Reading:
    """One pass over a file: what is known of its names, the rows that are open, and what there is to say of it."""

    def __init__(self, name: str, opening: Opening) -> None:
        self.name = name
        self.layouts = list(opening.xml.values())
        self.layout: XmlRows | None = None
        self.sinks: list[_Sink] = []
        self.keys: dict[str, str] = {}
        self.openers: dict[str, list[_Sink] | None] = {}
        self.spelled: dict[str, str] = {}
        self.column: dict[str, str] = {}
        self.inherited: tuple[str, ...] = ()
        self.texts: list[str] = []
        self.open: list[_Row] = []
        self.held: list[_Row] = []
        self.about: dict[str, str] = {}
        self.outside: dict[str, None] = {}
        self.stray = self.attributes = self.empty = 0
        self.respelled = False
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.buffer_size = _CHUNK
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._handlers()
        self.parser.CharacterDataHandler = self.texts.append
        self.parser.StartDoctypeDeclHandler = self._doctype

    def run(self, file: IO[bytes]) -> None:
        """Go through the file once. Raises :class:`BadInputError` where it is not sound."""
        try:
            while chunk := file.read(_CHUNK):
                self.parser.Parse(chunk, False)
                if self.texts and sum(map(len, self.texts)) > MAX_TEXT:
                    self._too_long()
            self.parser.Parse(b"", True)
        except expat.ExpatError as problem:
            if problem.code == _UNDEFINED_ENTITY:
                raise refuse(self.name, "IN071", what=f"an entity that XML does not know (line {problem.lineno})") from None
            what = expat.ErrorString(problem.code)
            raise refuse(self.name, "IN070", line=problem.lineno, column=problem.offset + 1, what=what) from None
        except (LookupError, ValueError):  # the encoding that the file names is one that Python lacks, or not one byte a letter
            if self.keys:
                raise
            raise refuse(self.name, "IN070", line=1, column=1, what="an encoding that is not known") from None

    def _doctype(self, *_: Any) -> NoReturn:
        raise refuse(self.name, "IN071", what="a DOCTYPE")

    def _too_long(self) -> NoReturn:
        raise refuse(self.name, "IN034", line=self.parser.CurrentLineNumber, limit=f"{MAX_TEXT:,}")

    def _over(self, what: str, limit: int) -> NoReturn:
        raise refuse(self.name, "IN074", what=what, line=self.parser.CurrentLineNumber, limit=limit)

    def _handlers(self) -> tuple[Callable[[str, list[str]], None], Callable[[str], None]]:  # noqa: C901 - two that share state
        """What happens where an element begins and ends. These run for every element, so they do as little as they can."""
        texts, keys, openers, rows, about = self.texts, self.keys, self.openers, self.open, self.about
        cells: dict[str, str] = about
        depth, leaf = 0, False

        def start(name: str, attributes: list[str]) -> None:
            nonlocal depth, leaf, cells
            depth += 1
            if texts:
                if len(texts) > 1 or not texts[0].isspace():
                    self._count_stray()
                texts.clear()
            leaf = True
            if name not in openers:
                self._learn(name)
            sinks = openers[name]
            if sinks is not None and (sinks or not rows):  # the record of the 903 is called CHILD, and so may be a leaf inside it
                rows.append(_Row(sinks, depth, self.parser.CurrentLineNumber))
                cells = rows[-1].cells
            if attributes and depth > 1:
                self.attributes += 1
            if depth > MAX_DEPTH:
                self._over("elements inside each other", MAX_DEPTH)

        def end(name: str) -> None:
            nonlocal depth, leaf, cells
            if texts:
                if leaf:
                    text = (texts[0] if len(texts) == 1 else self._joined()).strip()
                    if text:
                        key = keys[name]
                        if key not in cells:
                            cells[key] = text
                        elif cells is not about:
                            cells[key] = self._with(cells[key], text)
                elif len(texts) > 1 or not texts[0].isspace():
                    self._count_stray()
                texts.clear()
            leaf = False
            if openers[name] is not None and rows and rows[-1].depth == depth:
                self._close()
                cells = rows[-1].cells if rows else about
            depth -= 1

        return start, end

    def _joined(self) -> str:
        text = "".join(self.texts)
        if len(text) > MAX_TEXT:
            self._too_long()
        return text

    def _with(self, before: str, text: str) -> str:
        """One more value of a leaf that repeats. The limit keeps a hostile file from making ever longer texts."""
        joined = f"{before};{text}"
        if len(joined) > MAX_JOINED:
            self._over("one leaf again and again in one row", MAX_JOINED)
        return joined

    def _count_stray(self) -> None:
        """Text between elements is nobody's: counted, not read."""
        self.stray += any(not text.isspace() for text in self.texts)

    def _close(self) -> None:
        row = self.open.pop()
        if row.cells:
            self.held.append(row)
            if len(self.held) > MAX_HELD:
                self._over("rows in one record", MAX_HELD)
        elif row.sinks:
            self.empty += 1
        if not self.open:
            self._release()

    def _release(self) -> None:
        """The record has ended: give its rows what they inherit, and pass them on."""
        for key in self.inherited:
            value = next((row.cells[key] for row in self.held if key in row.cells), None)
            if value is not None:
                for row in self.held:
                    row.cells.setdefault(key, value)
        for row in self.held:
            for sink in row.sinks:
                sink.add(row)
            if not row.sinks:
                self.outside.update(dict.fromkeys(key for key in row.cells if key not in self.inherited))
        self.held.clear()

    def _learn(self, name: str) -> None:
        """A tag name that is new: prefixes, letter case, and which spelling of a column it is do not matter."""
        local = name.rpartition(":")[2]
        key = fold_heading(local)
        if self.layout is None:
            self._choose(key)
        assert self.layout is not None
        self.keys[name] = self.column.get(key, key)
        if len(self.keys) > MAX_NAMES:
            self._over("different element names", MAX_NAMES)
        sinks = [sink for sink in self.sinks if fold_heading(sink.table.element) == key]
        self.openers[name] = sinks if sinks or key == fold_heading(self.layout.record) else None
        if self.spelled.setdefault(key, local) != name:
            self.respelled = True

    def _choose(self, root: str) -> None:
        """The layout whose root this is."""
        self.layout = next((layout for layout in self.layouts if fold_heading(layout.root) == root), None)
        if self.layout is None:
            known = ", ".join(dict.fromkeys(layout.root for layout in self.layouts))
            hint = f"the outermost element is to be {known}" if known else "name another layout with --profile"
            raise refuse(self.name, "IN073", what="the outermost element is of no layout that is known", hint=hint)
        known_spellings = (
            self.layout.root,
            self.layout.record,
            *self.layout.about,
            *(word for table in self.layout.tables for word in (table.element, *table.columns.values())),
        )
        self.spelled = {fold_heading(word): word for word in known_spellings}
        self.inherited = tuple(map(fold_heading, self.layout.inherited))
        for table in self.layout.tables:
            self.column.update({spelling: fold_heading(column) for spelling, column in table.columns.items()})
            others = {
                key
                for other in self.layout.tables
                if other.filled and not table.filled and other.element == table.element
                for key in other.columns
            }
            self.sinks.append(_Sink(table, frozenset(others - set(table.columns))))

    def tables(self, item: FileItem) -> list[RawTable]:
        """What was read, in the order of the profile; what there is to say of the file stands with the first table."""
        assert self.layout is not None
        if not any(sink.rows.lines for sink in self.sinks):
            elements = ", ".join(dict.fromkeys(sink.table.element for sink in self.sinks))
            raise refuse(self.name, "IN073", what="holds none of the known rows", hint=f"looked for {elements}")
        found = [self._table(sink, item) for sink in self.sinks if sink.rows.lines or not sink.table.planned]
        found[0].notes[:0] = self._notes()
        return found

    def _table(self, sink: _Sink, item: FileItem) -> RawTable:
        missing = sink.finish()
        told = [note("IN072", what=f"nowhere in the file, so blank: {', '.join(missing)}")] if missing and sink.rows.lines else []
        headings = tuple(self.spelled.get(key, key) for key in sink.keys)
        sheet = f"{sink.table.element}/{sink.table.filled}" if sink.table.filled else sink.table.element
        assert self.layout is not None
        return RawTable(
            self.name, sheet, headings, sink.rows.body(), notes=told, how=self.layout.how, source=sink.table.source, item=item
        )

    def _notes(self) -> list[Note]:
        assert self.layout is not None
        about = set(map(fold_heading, self.layout.about))
        outside = [key for key in (*self.about, *self.outside) if key not in about]
        named = ", ".join(self.spelled[key] for key in outside[:10])
        year, day = (self.about.get(fold_heading(leaf), "") for leaf in (self.layout.year, self.layout.reference_date))
        said: list[tuple[Any, Callable[[], str]]] = [
            (self.respelled, lambda: "tag names with a prefix or in other letters are read as the names they stand for"),
            (self.stray, lambda: f"{counted(self.stray, 'piece')} of text between elements not read"),
            (self.attributes, lambda: f"attributes of {counted(self.attributes, 'element')} not read"),
            (self.empty, lambda: f"{counted(self.empty, 'element')} that would be a row and hold nothing passed over"),
            (outside, lambda: f"{counted(len(outside), 'leaf name')} outside the known rows not read: {named}"),
            (year and day and day[:4] != year, lambda: "the header's year is not that of its reference date, which decides"),
        ]
        return [note("IN072", what=says()) for happened, says in said if happened]
