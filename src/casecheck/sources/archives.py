"""Zipped extracts. Members are read where they are: nothing is unpacked onto the disk, so no name can lead outside."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from casecheck.sources.bad_input import refuse
from casecheck.sources.raw import FileItem

MAX_MEMBERS = 2_000
MAX_RATIO = 200
_SMALL = 10_000_000
"""Below this many bytes a high ratio is harmless: short files of one repeated word pack well."""


def members(item: FileItem) -> list[FileItem]:
    """The files of an archive, in the order of their names. Raises :class:`BadInputError` for one that is damaged or hostile."""
    assert item.path is not None, "an archive inside an archive is refused"
    try:
        with zipfile.ZipFile(item.path) as archive:
            found = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        raise refuse(item.name, "IN008", what="no sound archive") from None
    if len(found) > MAX_MEMBERS:
        raise refuse(item.name, "IN080", what=f"holds more than {MAX_MEMBERS:,} files")
    for info in found:
        _safe(item, info)
    return [
        FileItem(f"{item.name}/{info.filename}", info.file_size, partial(_open, item.path, info.filename))
        for info in sorted(found, key=lambda info: info.filename)
        if not _hidden(info.filename)
    ]


@contextmanager
def sound(name: str) -> Iterator[None]:
    """While a file is read: a member that does not unpack to what the archive promised is damaged."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise refuse(name, "IN008", what="it does not unpack") from None


def _safe(item: FileItem, info: zipfile.ZipInfo) -> None:
    parts = PurePosixPath(info.filename.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in info.filename:
        raise refuse(item.name, "IN080", what="holds a name that leads outside it")
    if info.flag_bits & 1:
        raise refuse(item.name, "IN080", what="is password protected")
    if info.file_size > _SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise refuse(item.name, "IN080", what=f"would unpack to more than {MAX_RATIO} times its size")
    if parts.suffix.lower() == ".zip":
        raise refuse(item.name, "IN080", what="holds another archive")


def _hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or parts[-1].startswith((".", "~$"))


def _open(path: Path, member: str) -> IO[bytes]:
    """A member as a stream. The archive stays open for as long as the stream does."""
    with zipfile.ZipFile(path) as archive:
        return archive.open(member)
