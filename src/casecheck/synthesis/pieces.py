"""The areas' pieces put together: one file a sheet, area after area, and what there is to tell of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from casecheck.stories.dirt import SheetDirt, head
from casecheck.stories.layouts import Sheet
from casecheck.stories.layouts.sheets import file_name
from casecheck.synthesis.area import Piece, Truth

_END = b"\r\n"
"""The end of a row. Line breaks in cells are of one letter only."""


@dataclass
class Whole:
    """What was written, by file; the truth; which fields of the model some row fills, and which sheets none."""

    rows: Counter[str] = field(default_factory=Counter)
    truth: list[Truth] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    filled: set[str] = field(default_factory=set)
    empty: list[str] = field(default_factory=list)
    dirt: dict[str, Counter[str]] = field(default_factory=dict)
    unreadable: list[tuple[str, str, str]] = field(default_factory=list)


def put_together(pieces: Iterable[Piece], sheets: Mapping[str, Sheet], dirt: Mapping[str, SheetDirt], folder: Path) -> Whole:
    """Write the files into ``folder``, each piece as it comes. A sheet without rows is a file with its headings."""
    whole, told = Whole(), dict[str, set[bytes]]()
    files = {name: folder / file_name(sheet) for name, sheet in sheets.items()}
    for piece in pieces:
        with piece.file.open("rb") as source:
            for name, size in piece.sizes.items():
                data = source.read(size)
                if sheets[name].shared:
                    data = _new_rows(data, told.setdefault(name, set()))
                    piece.rows[name] = data.count(_END)
                if data:
                    _append(data, sheets[name], dirt[name], files[name])
        piece.file.unlink()
        _add(whole, piece, {name: file.name for name, file in files.items()})
    for name, file in files.items():
        if not file.exists():
            _append(b"", sheets[name], dirt[name], file)
            whole.empty.append(name)
            whole.rows[file.name] = 0
        for kind in dirt[name].file:
            whole.dirt.setdefault(kind, Counter())[file.name] = 1
    return whole


def _new_rows(data: bytes, told: set[bytes]) -> bytes:
    """Of a sheet that areas share (what a code means), the rows that no area before gave."""
    new = [row for row in dict.fromkeys(data.split(_END)) if row and row not in told]
    told.update(new)
    return b"".join(row + _END for row in new)


def _append(data: bytes, sheet: Sheet, dirt: SheetDirt, file: Path) -> None:
    first = not file.exists()
    with file.open("ab") as target:
        if first:
            target.write(head(sheet.headings, dirt))
        target.write(data)


def _add(whole: Whole, piece: Piece, files: Mapping[str, str]) -> None:
    whole.truth += piece.truth
    whole.left_out += piece.left_out
    whole.filled |= piece.filled
    whole.unreadable += [(files[name], *rest) for name, *rest in piece.unreadable]  # type: ignore[misc]
    for name, number in piece.rows.items():
        if number:
            whole.rows[files[name]] += number
    for name, kinds in piece.dirt.items():
        for kind, number in kinds.items():
            if number:
                whole.dirt.setdefault(kind, Counter())[files[name]] += number
