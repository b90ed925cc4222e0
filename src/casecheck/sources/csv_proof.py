"""Proof that a fast reader read a delimited file as a strict one would have.

A file is plain when every quote stands where the format wants it: an opening one at the start of a cell, a closing one at
its end, doubled ones inside. Such a file can be read in one way only, so it is enough that the fast reader found as many
records as there are line ends outside quotes. Anything else is left to the strict reader, which sets rows aside.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

_CHUNK = 1 << 20
_QUOTE, _LF, _CR = ord('"'), ord("\n"), ord("\r")
_MARK = b"\xef\xbb\xbf"

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
_NONE: Places = np.zeros(0, dtype=np.int64)


@dataclass
class Proof:
    """A plain file: how many records it has, and the line on which each begins where some take more than one line."""

    records: int
    lines: array[int] | None


def prove(path: Path, delimiter: str, header_line: int) -> Proof | None:
    """Go through a UTF-8 file; ``None`` when it is not plain. ``header_line`` records stand above the first that counts."""
    seen = _look(path)
    if seen.noughts or not seen.plain_returns:
        return None
    if not seen.quoted:
        records = seen.lines - header_line
        return Proof(records, None) if records >= 0 else None
    data: Bytes = np.memmap(path, dtype=np.uint8, mode="r")
    marks = _places(data, _QUOTE)
    if not _plain_quotes(data, marks, ord(delimiter)):
        return None
    ends = _places(data, _LF)
    return _counted(ends, _within(ends, marks), bool(data[-1] != _LF), header_line)


@dataclass
class _Seen:
    """What a file holds, whatever its size: its lines, and which of the bytes that matter."""

    lines: int = 0
    noughts: bool = False
    quoted: bool = False
    plain_returns: bool = True


def _look(path: Path) -> _Seen:
    """Look at a file block by block. A return is plain before a line feed; a last line without an end is a line."""
    seen, block = _Seen(), b""
    with path.open("rb") as file:
        while read := file.read(_CHUNK):
            block = read + file.read(1) if read[-1] == _CR else read
            seen.lines += block.count(b"\n")
            seen.noughts = seen.noughts or b"\0" in block
            seen.quoted = seen.quoted or b'"' in block
            seen.plain_returns = seen.plain_returns and block.count(b"\r") == block.count(b"\r\n")
    seen.lines += block[-1:] not in (b"\n", b"")
    return seen


def _places(data: Bytes, mark: int) -> Places:
    """Where a byte stands, chunk by chunk: the comparison of a whole file would take its size again."""
    found = [np.flatnonzero(data[start : start + _CHUNK] == mark) + start for start in range(0, len(data), _CHUNK)]
    return np.concatenate(found)


def _plain_quotes(data: Bytes, places: Places, delimiter: int) -> bool:
    """Whether every quote opens or closes a cell, or is doubled inside one."""
    if len(places) % 2:
        return False
    edge = np.zeros(256, dtype=np.bool_)
    edge[[delimiter, _LF, _CR, _QUOTE]] = True
    opens, closes = places[0::2], places[1::2]
    begins = (opens == 0) | ((opens == len(_MARK)) & (data[: len(_MARK)].tobytes() == _MARK))
    ahead = edge[data[np.maximum(opens - 1, 0)]] | begins
    behind = edge[data[np.minimum(closes + 1, len(data) - 1)]] | (closes == len(data) - 1)
    return bool(ahead.all() and behind.all())


def _within(ends: Places, marks: Places) -> npt.NDArray[np.bool_] | None:
    """Which line ends stand inside quotes; ``None`` when none does."""
    if not len(marks):
        return None
    first, last = np.searchsorted(ends, marks[0::2]), np.searchsorted(ends, marks[1::2])
    if not (first < last).any():
        return None
    steps = np.zeros(len(ends) + 1, dtype=np.int64)
    np.add.at(steps, first, 1)
    np.add.at(steps, last, -1)
    inside: npt.NDArray[np.bool_] = np.cumsum(steps)[:-1] > 0
    return inside


def _counted(ends: Places, within: npt.NDArray[np.bool_] | None, unended: bool, header_line: int) -> Proof | None:
    """The records below the headings. Where some take more than one line, each knows the line on which it begins."""
    if within is None:
        records = len(ends) + unended - header_line
        return Proof(records, None) if records >= 0 else None
    closing = np.flatnonzero(~within)
    starts = np.concatenate(([1], closing + 2))[: len(closing) + unended]
    if len(starts) < header_line or (len(starts) > header_line and starts[header_line] != header_line + 1):
        return None
    return Proof(len(starts) - header_line, array("q", starts[header_line:].astype(np.int64).tobytes()))
