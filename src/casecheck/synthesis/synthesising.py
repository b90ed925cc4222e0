"""An order filled: planned, written area by area by several processes, put together, and given its place."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path

from casecheck.profiles.loading import load_profile
from casecheck.stories.layouts import lay_out
from casecheck.synthesis.area import Piece, write_area
from casecheck.synthesis.beside import EXTRACT, write_beside
from casecheck.synthesis.folder import check_free, new_folder
from casecheck.synthesis.pieces import Whole, put_together
from casecheck.synthesis.planning import Area, Order, plan_areas
from casecheck.synthesis.spoiling import spoiling

_FEW = 2
"""So many areas are written sooner than a second process starts."""


def synthesise(
    out: Path,
    order: Order,
    *,
    force: bool = False,
    processes: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> Whole:
    """Write a synthetic extract into a new folder, with the truth beside it, and say what was written.

    The same order gives the same bytes, however many ``processes`` write it. ``force`` replaces an earlier one. Raises
    :class:`casecheck.errors.CasecheckError`; whatever stops it, no half-written folder stays.
    """
    check_free(out, force)
    profile = load_profile(order.profile)
    sheets = lay_out(profile, {}, order.as_of)
    dirt = {name: each.dirt for name, each in spoiling(order, profile, sheets).items()}
    areas = plan_areas(order)
    with new_folder(out, force) as folder:
        parts = folder / "parts"
        parts.mkdir()
        (folder / EXTRACT).mkdir()
        with _writers(processes, areas) as write:
            pieces = _told(write(partial(write_area, order, folder=parts), areas), len(areas), progress)
            whole = put_together(pieces, sheets, dirt, folder / EXTRACT)
        parts.rmdir()
        write_beside(order, whole, folder)
    return whole


Write = Callable[[Callable[[Area], Piece], Sequence[Area]], Iterator[Piece]]


@contextmanager
def _writers(processes: int, areas: Sequence[Area]) -> Iterator[Write]:
    """A way to write all areas, in order: here, or in other processes, of which none outlives an error."""
    if processes == 1 or len(areas) <= _FEW:
        yield map
        return
    start = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    pool = ProcessPoolExecutor(min(processes, len(areas)), start, _begin)
    try:
        yield pool.map
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """A process that leaves interrupts to the one that began it, and does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _told(pieces: Iterator[Piece], number: int, progress: Callable[[str], None]) -> Iterator[Piece]:
    for done, piece in enumerate(pieces, 1):
        progress(f"{done} of {number} areas")
        yield piece
