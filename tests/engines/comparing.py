"""Asking two engines the same, and telling where they differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.engines.batches import Batch, answers, fill

from casecheck.engines.base import Engine
from casecheck.engines.calendar import create_calendar
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.engines.spark import SparkEngine
from casecheck.policy import Visits

LAST = date(2026, 3, 31)
_TIDY_AFTER = 60
"""So many questions leave small hash tables behind, of which Spark lets go when its machine's memory is tidied."""


@dataclass
class Compared:
    """How many answers to each rule were compared, and where they differ."""

    answers: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


def compare(make: Callable[[date], Engine], chosen: tuple[Batch, ...]) -> Compared:
    """Ask an engine, and the embedded one, each half of the batches at the same time: planning keeps one core busy at most.

    A half has one matrix of visits, for the matrix is laid beside the calendar.
    """
    by_matrix: dict[Visits, list[Batch]] = defaultdict(list)
    for batch in chosen:
        by_matrix[batch.policy.visits].append(batch)
    halves = [half for several in by_matrix.values() for half in _halves(several) if half]
    engines = [make(LAST) for _ in halves]
    try:
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(_compared, engines, halves))
    finally:
        for engine in reversed(engines):
            engine.close()
    return Compared(sum((half.answers for half in found), Counter()), [said for half in found for said in half.differences])


def _halves(chosen: list[Batch]) -> tuple[list[Batch], list[Batch]]:
    """Two lists with as many questions each."""
    halves: tuple[list[Batch], list[Batch]] = ([], [])
    for batch in sorted(chosen, key=lambda batch: -len(batch.questions)):
        min(halves, key=lambda half: sum(len(taken.questions) for taken in half)).append(batch)
    return halves


def _compared(engine: Engine, chosen: list[Batch]) -> Compared:
    found = Compared()
    embedded = DuckDBEngine(LAST)
    try:
        for (batch, mine), (_, theirs) in zip(_asked(embedded, chosen), _asked(engine, chosen), strict=True):
            assert mine.keys() == theirs.keys()
            for name in mine:
                found.answers[name.partition("/")[0]] += len(mine[name])
                found.differences += [
                    f"{name} on {batch.as_of}: {a} is not {b}"
                    for a, b in zip([*mine[name], "nothing"], [*theirs[name], "nothing"], strict=False)
                    if a != b
                ]
    finally:
        embedded.close()
    return found


def _tidy(engine: Engine) -> None:
    """Left to itself, Spark's machine seldom tidies."""
    if isinstance(engine, SparkEngine):
        engine.session._jvm.System.gc()  # type: ignore[union-attr]


def _asked(engine: Engine, chosen: list[Batch]) -> Iterator[tuple[Batch, dict[str, list[Any]]]]:
    """Every answer of an engine, batch by batch. One engine serves all: the calendar is made once."""
    create_calendar(engine, chosen[0].policy)
    engine.lock()
    asked = 0
    for batch in chosen:
        engine.as_of = batch.as_of  # type: ignore[misc]
        made = fill(engine, batch)
        yield batch, answers(engine, batch)
        for name in reversed(made):
            engine.drop(name)
        asked += len(batch.questions)
        if asked > _TIDY_AFTER:
            _tidy(engine)
            asked = 0
