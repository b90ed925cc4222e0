"""Reports: one module a format. Each writes a result to a file, piece by piece; :func:`write_report` puts it where it belongs."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from casecheck.audited import Audited
from casecheck.errors import CasecheckError, nearest

FORMATS = {
    "text": "the outcome on a page, for people",
    "concise": "one line a finding, for editors and grep",
    "csv": "one row a finding, for Excel",
    "json": "the whole run as one document",
    "jsonl": "the run, then one finding a line",
    "parquet": "findings as a table, for data tools",
    "partitions": "findings as tables in a new folder, one folder a rule",
}
FOLDER = "partitions"
_NEEDS = {"parquet": ("a file", "findings.parquet"), FOLDER: ("a folder", "findings")}


def parse_output(text: str) -> tuple[str, Path | None]:
    """``csv=findings.csv`` as a format and a path; without a path it goes to the screen."""
    name, _, path = text.partition("=")
    if name not in FORMATS:
        raise CasecheckError(f"there is no output format '{name}'", nearest(name, FORMATS) or f"formats: {', '.join(FORMATS)}")
    if name in _NEEDS and not path:
        what, example = _NEEDS[name]
        raise CasecheckError(f"{name} needs {what}", f"write -o {name}={example}")
    return name, Path(path) if path else None


def render(result: Audited, name: str) -> bytes:
    """A result in one format, as a whole."""
    out = io.BytesIO()
    _write(result, name, out)
    return out.getvalue()


def write_report(result: Audited, name: str, path: Path | None) -> None:
    """Write to the screen, or to a file that is replaced whole or not at all, or into a folder that was not there."""
    if name == FOLDER and path is not None:
        result.write_partitions(path)
        return
    if path is None:
        _write(result, name, _Screen())
        sys.stdout.flush()
        return
    with _said(path), replacing(path) as file:
        _write(result, name, file)


def write_file(path: Path, data: bytes) -> None:
    """Write a file that is replaced whole or not at all. Raises :class:`CasecheckError` when it cannot be written."""
    with _said(path):
        replace_file(path, data)


def replace_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    with replacing(path) as file:
        file.write(data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of another at the end: what was there stays until all of the new one is on the disk.

    What is there and is no file (a device, a pipe) is written to as it is: nothing may take its place.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _write(result: Audited, name: str, out: BinaryIO) -> None:
    writer: Callable[[Audited, BinaryIO], None] = import_module(f"casecheck.reports.{name}_report").write
    writer(result, out)


@contextlib.contextmanager
def _said(path: Path) -> Iterator[None]:
    """A file that cannot be written is an error with advice."""
    try:
        yield
    except OSError as problem:
        raise CasecheckError(
            f"{path}: cannot write ({problem.strerror})", "is the folder there, and is the file closed in Excel?"
        ) from None


class _Screen(io.BytesIO):
    """Standard output as a file of bytes in UTF-8."""

    def __init__(self) -> None:
        super().__init__()
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def write(self, data: Any) -> int:
        """Show a piece."""
        piece = bytes(data)
        sys.stdout.write(self._decoder.decode(piece))
        return len(piece)
