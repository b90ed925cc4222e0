"""How much memory a run may take, and the private folder for what does not fit: made for one run, and removed whatever happens.

The folder holds pieces of children's records. Only its owner can enter it. It goes when the engine is closed, also after an error
or Ctrl-C. A process that is killed cannot tidy up: the system lets go of the lock on its folder, and the next run with the same
place for temporary files removes every such folder that nobody holds.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from casecheck.errors import CasecheckError

LIMIT_VARIABLE, FOLDER_VARIABLE = "CASECHECK_MEMORY_LIMIT", "CASECHECK_TEMP_DIR"
_PREFIX, _LOCK = "casecheck-run-", "in-use"
_HALF = "50%"
_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) *([KMGT]I?B)", re.IGNORECASE)
_LEAST = 250 * 10**6
_SHARE = 0.7
_BEING_MADE = 5.0
"""Seconds in which a folder may be there and its lock not yet held."""


class MemoryLimitError(CasecheckError):
    """A question needs more memory than the limit leaves, though what can be spilled is on the disk."""

    def __init__(self) -> None:
        super().__init__("the memory limit is too small for this extract", "give --memory-limit more, or --temp-dir more space")


@dataclass(frozen=True)
class Room:
    """What a run may take: ``limit`` bytes of memory (``None``: half of the machine's for the engine), and where it may spill."""

    limit: int | None = None
    folder: Path | None = None

    @property
    def setting(self) -> str:
        """The engine's share, as DuckDB takes it: Python, and what DuckDB does not count, take the rest of a limit."""
        return _HALF if self.limit is None else f"{int(self.limit * _SHARE)}B"


def room_for(limit: str | None = None, folder: str | Path | None = None) -> Room:
    """The room that was asked for; what was not is said by ``CASECHECK_MEMORY_LIMIT`` and ``CASECHECK_TEMP_DIR``.

    Raises :class:`CasecheckError` for a limit that is no size, or too small, and for a folder that is not there.
    """
    limit = limit or os.environ.get(LIMIT_VARIABLE)
    folder = folder or os.environ.get(FOLDER_VARIABLE)
    if folder and not Path(folder).is_dir():
        raise CasecheckError(f"{folder}: no such folder for temporary files", "make it first, or leave --temp-dir out")
    return Room(_enough(limit) if limit else None, Path(folder) if folder else None)


def _enough(text: str) -> int:
    size = bytes_of(text)
    if size < _LEAST:
        raise CasecheckError(f"a memory limit of {text} is too small", f"give {_LEAST // 10**6}MB or more")
    return size


def bytes_of(text: str) -> int:
    """A size such as ``2GB`` in bytes. Raises :class:`CasecheckError` for what is none."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise CasecheckError(f"'{text}' is not a memory limit", "write it as 2GB or 800MB")
    return int(float(found[1]) * _UNITS[found[2].upper()])


class Spill:
    """One run's folder for temporary files, held by a lock as long as the process lives."""

    def __init__(self, folder: Path | None) -> None:
        place = folder or Path(tempfile.gettempdir())
        remove_abandoned(place)
        try:
            self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        except OSError as problem:
            raise CasecheckError(
                f"{place}: no folder for temporary files can be made there ({problem.strerror})", "say --temp-dir FOLDER"
            ) from None
        self._lock = (self.path / _LOCK).open("wb")
        _hold(self._lock)

    def remove(self) -> None:
        """Remove the folder and all that is in it."""
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)


def remove_abandoned(place: Path) -> None:
    """Remove what killed runs have left: the folders of ours whose lock nobody holds."""
    with contextlib.suppress(OSError):
        for folder in place.glob(f"{_PREFIX}*"):
            if _abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _abandoned(folder: Path) -> bool:
    """Whether nobody holds a folder's lock. One that is just being made, or is not ours to enter, stays."""
    try:
        with (folder / _LOCK).open("r+b") as lock:
            _hold(lock)
            return time.time() - os.fstat(lock.fileno()).st_mtime > _BEING_MADE
    except OSError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _hold(lock: IO[bytes]) -> None:
        """Take a lock, which the system lets go when the process ends. Raises OSError when another holds it."""
        lock.seek(0)
        msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _hold(lock: IO[bytes]) -> None:
        """Take a lock, which the system lets go when the process ends. Raises OSError when another holds it."""
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
