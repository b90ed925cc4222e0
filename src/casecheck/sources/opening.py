"""Opening whatever was given: a folder, a file, an archive, a database, or a dict of frames."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from casecheck.errors import InputError
from casecheck.sources.archives import members, sound
from casecheck.sources.bad_input import BadInputError, refuse
from casecheck.sources.database import Database, looks_like_url, read_database
from casecheck.sources.raw import FileItem, FrameBody, Opening, RawTable
from casecheck.sources.spark_tables import SparkTables, read_spark_tables
from casecheck.wording import counted

SourceLike = str | Path | Mapping[str, Any] | Database | SparkTables
Reader = Callable[[FileItem, Opening], list[RawTable]]

_TEXT = {".csv", ".txt", ".tsv", ".tab", ".psv"}
_WORKBOOK = {".xlsx", ".xlsm"}
_ARCHIVE = ".zip"
_MEGABYTE = 1_000_000
_KEPT_SAFE = "write it into a file (--source-url-file) or an environment variable; in Python, casecheck.Database.from_file"
KINDS = ".csv, .txt, .xlsx, .xlsm, .xml, .parquet or .zip"


def open_source(source: SourceLike, opening: Opening) -> list[RawTable]:
    """Every table of a source, in the order of the files' names. Raises :class:`InputError`."""
    if isinstance(source, Mapping):
        if not source:
            raise InputError("no tables were given", "give a dict of frames by name, or a path")

        from casecheck.sources.frames import read_frames

        return read_frames(source)
    if isinstance(source, Database):
        return read_database(source, opening)
    if isinstance(source, SparkTables):
        return read_spark_tables(source, opening)
    if looks_like_url(str(source)):
        raise InputError("a database URL holds a password, and is not taken from here", _KEPT_SAFE)
    path = Path(source)
    if path.is_dir():
        files = _folder(path)
        if not files:
            raise refuse(str(path), "IN002", kinds=KINDS)
        return _read_all(files, opening)
    if path.is_file():
        file = FileItem.on_disk(path)
        if file.suffix != _ARCHIVE:
            return _read(file, opening)
        inside = _unpacked(file)
        if not inside:
            raise refuse(file.name, "IN002", kinds=KINDS)
        return _read_all(inside, opening)
    raise missing(path)


def missing(path: Path) -> BadInputError:
    """The error for a path where nothing is."""
    return refuse(str(path), "IN001", hint=_nearest(path))


def _folder(folder: Path) -> list[FileItem]:
    found = sorted(
        (file for file in folder.rglob("*") if file.is_file() and not file.name.startswith((".", "~$"))),
        key=lambda file: file.relative_to(folder).as_posix(),
    )
    items = [FileItem.on_disk(file, file.relative_to(folder).as_posix()) for file in found]
    return [inner for item in items if _reader(item) or item.suffix == _ARCHIVE for inner in _unpacked(item)]


def _unpacked(item: FileItem) -> list[FileItem]:
    """The file itself, or the files of an archive."""
    if item.suffix != _ARCHIVE:
        return [item]
    return [member for member in members(item) if _reader(member)]


def _read_all(items: Iterable[FileItem], opening: Opening) -> list[RawTable]:
    """Read many files. One bad table does not hide the others; what stops a run is told for all files at once."""
    tables: list[RawTable] = []
    stops: list[BadInputError] = []
    for item in items:
        try:
            tables += _read(item, opening)
        except BadInputError as problem:
            if problem.note.level == "stop":
                stops.append(problem)
            tables.append(refused_table(item.name, problem))
    if stops:
        raise stops[0] if len(stops) == 1 else _together(stops)
    return tables


def _together(stops: list[BadInputError]) -> InputError:
    told = "\n".join(f"  {problem.message}\n    help: {problem.advice}" for problem in stops)
    return InputError(f"{counted(len(stops), 'file')} cannot be used\n{told}")


def refused_table(name: str, problem: BadInputError) -> RawTable:
    """A file that could not be read, kept in the accounts with the reason."""
    return RawTable(name, "", (), FrameBody(pa.table({})), refused=problem.note)


def _read(item: FileItem, opening: Opening) -> list[RawTable]:
    limit = opening.reading.max_file_size
    if item.size > limit * _MEGABYTE:
        raise refuse(item.name, "IN035", size=f"{item.size / _MEGABYTE:,.0f} MB", limit=f"{limit:,} MB")
    reader = _reader(item)
    if reader is None:
        raise refuse(item.name, "IN006", found="not a kind of file that is read", expected=KINDS, hint=_other(item.suffix))
    try:
        with sound(item.name):
            return reader(item, opening)
    except PermissionError:
        raise refuse(item.name, "IN003") from None


def _reader(item: FileItem) -> Reader | None:
    """The reader for a kind of file; each is imported only when it is needed."""
    if item.suffix in _TEXT:
        from casecheck.sources.csv_reader import read_csv

        return read_csv
    if item.suffix in _WORKBOOK or item.suffix == ".xls":
        from casecheck.sources.excel_reader import read_workbook

        return read_workbook
    if item.suffix == ".xml":
        from casecheck.sources.xml_reader import read_xml

        return read_xml
    if item.suffix == ".parquet":
        from casecheck.sources.parquet_reader import read_parquet

        return read_parquet
    return None


def _other(suffix: str) -> str:
    return f"{suffix or 'this'} is not read: export CSV files, a workbook, Parquet or census XML"


def is_read(path: Path) -> bool:
    """Whether a file of this kind is read when it is found in a folder."""
    return path.suffix.lower() == _ARCHIVE or _reader(FileItem.on_disk(path)) is not None


def _nearest(path: Path) -> str:
    folder = path.parent if path.parent.is_dir() else Path()
    found = difflib.get_close_matches(path.name, [item.name for item in folder.iterdir()], n=1)
    looked = f"looked in {folder.resolve().name or folder}"
    return f"{looked}; nearest: {found[0]}" if found else looked
