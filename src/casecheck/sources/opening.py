"""Opening whatever was given: a folder, a file, or a dict of frames."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from casecheck.errors import InputError
from casecheck.sources.csv_reader import read_csv
from casecheck.sources.raw import FrameBody, IsHeading, RawTable

SourceLike = str | Path | Mapping[str, Any]

_TEXT = {".csv", ".txt", ".tsv"}
_WORKBOOK = {".xlsx", ".xlsm"}
_OTHER = {
    ".xls": "an old workbook: save it as .xlsx",
    ".xml": "census XML is not read yet",
    ".zip": "unpack it first",
    ".parquet": "Parquet files are not read yet: hand in the frame from Python",
}


def open_source(source: SourceLike, is_heading: IsHeading) -> list[RawTable]:
    """Every table of a source, in the order of the files' names. Raises :class:`InputError`."""
    if isinstance(source, Mapping):
        if not source:
            raise InputError("no tables were given", "give a dict of frames by name, or a path")

        from casecheck.sources.frames import read_frames

        return read_frames(source)
    path = Path(source)
    if path.is_dir():
        return _folder(path, is_heading)
    if path.is_file():
        return _file(path, path.name, is_heading)
    raise InputError(f"{path}: no such file or folder", _nearest(path))


def _folder(folder: Path, is_heading: IsHeading) -> list[RawTable]:
    files = sorted(
        (file for file in folder.rglob("*") if file.is_file() and not file.name.startswith((".", "~$"))),
        key=lambda file: file.relative_to(folder).as_posix(),
    )
    readable = [file for file in files if file.suffix.lower() in _TEXT | _WORKBOOK]
    if not readable:
        raise InputError(f"{folder}: no .csv or .xlsx files here")
    return [table for file in readable for table in _or_refused(file, file.relative_to(folder).as_posix(), is_heading)]


def _or_refused(path: Path, name: str, is_heading: IsHeading) -> list[RawTable]:
    """One bad file in a folder does not hide the others: it is kept as refused, with the reason."""
    try:
        return _file(path, name, is_heading)
    except InputError as problem:
        return [RawTable(name, "", (), FrameBody(pa.table({})), refused=problem.message)]


def _file(path: Path, name: str, is_heading: IsHeading) -> list[RawTable]:
    suffix = path.suffix.lower()
    if suffix in _WORKBOOK:
        from casecheck.sources.excel_reader import read_workbook

        return read_workbook(path, name, is_heading)
    if suffix in _TEXT:
        return [read_csv(path, name, is_heading)]
    raise InputError(f"{name}: {_OTHER.get(suffix, 'not a kind of file that is read')}", "give CSV files or a workbook")


def _nearest(path: Path) -> str:
    folder = path.parent if path.parent.is_dir() else Path()
    found = difflib.get_close_matches(path.name, [item.name for item in folder.iterdir()], n=1)
    return f"looked in {folder.resolve().name or folder}; nearest: {found[0]}" if found else ""
