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

_CHUNK = 1 << 22
_QUOTE, _LF, _CR = ord('"'), ord("\n"), ord("\r")
_MARK = b"\xef\xbb\xbf"

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


@dataclass
class Proof:
    """A plain file: how many records it has, and the line on which each begins where some take more than one line."""

    records: int
    lines: array[int] | None


def prove(path: Path, delimiter: str, header_line: int) -> Proof | None:
    """Go through a UTF-8 file once; ``None`` when it is not plain. ``header_line`` records stand above the first that counts."""
    data: Bytes = np.memmap(path, dtype=np.uint8, mode="r")
    quotes = 0
    ends, within = [], []
    for start in range(0, len(data), _CHUNK):
        chunk = data[start : start + _CHUNK]
        if not chunk.all() or not _plain_returns(data, np.flatnonzero(chunk == _CR) + start):
            return None
        marks = np.flatnonzero(chunk == _QUOTE) + start
        if not _plain_quotes(data, marks, quotes, ord(delimiter)):
            return None
        line_ends = np.flatnonzero(chunk == _LF) + start
        ends.append(line_ends)
        within.append((np.searchsorted(marks, line_ends) + quotes) % 2 == 1)
        quotes += len(marks)
    if quotes % 2:
        return None
    return _counted(np.concatenate(within), bool(data[-1] != _LF), header_line)


def _plain_returns(data: Bytes, places: Places) -> bool:
    """Whether every carriage return stands before a line feed."""
    return not len(places) or (places[-1] + 1 < len(data) and bool((data[places + 1] == _LF).all()))


def _plain_quotes(data: Bytes, places: Places, before: int, delimiter: int) -> bool:
    """Whether every quote opens or closes a cell, or is doubled inside one; ``before`` of them came earlier in the file."""
    if not len(places):
        return True
    edges = np.array([delimiter, _LF, _CR, _QUOTE], dtype=np.uint8)
    opens = (np.arange(len(places)) + before) % 2 == 0
    first = (places == 0) | ((places == len(_MARK)) & (data[: len(_MARK)].tobytes() == _MARK))
    ahead = np.isin(data[np.maximum(places - 1, 0)], edges) | first
    behind = np.isin(data[np.minimum(places + 1, len(data) - 1)], edges) | (places == len(data) - 1)
    return bool(np.where(opens, ahead, behind).all())


def _counted(within: npt.NDArray[np.bool_], unended: bool, header_line: int) -> Proof | None:
    """The records below the headings, from the line ends and whether each stands inside quotes."""
    closing = np.flatnonzero(~within)
    starts = np.concatenate(([1], closing + 2))[: len(closing) + unended]
    if len(starts) < header_line or (header_line and len(starts) > header_line and starts[header_line] != header_line + 1):
        return None
    below = starts[header_line:]
    if not within.any():
        return Proof(len(below), None)
    return Proof(len(below), array("q", below.astype(np.int64).tobytes()))
