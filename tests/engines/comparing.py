"""Asking two engines the same, and telling where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.engines.batches import Batch, answers, fill

from casecheck.engines.base import Engine
from casecheck.engines.calendar import create_calendar
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.engines.spark import SparkEngine
from casecheck.policy import Policy

LAST = date(2026, 3, 31)
_FEW = 12
"""Up to so many questions, views are cheaper worked out anew in each than kept, on Spark."""


@dataclass
class Compared:
    """How many answers to each rule were compared, and where they differ."""

    answers: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


def compare(engine: Engine, chosen: tuple[Batch, ...]) -> Compared:
    """Ask an engine, and the embedded one, and close both."""
    found = Compared()
    together = 8 if engine.name == "spark" else 1
    for (batch, mine), (_, theirs) in zip(_asked(DuckDBEngine(LAST), chosen), _asked(engine, chosen, together), strict=True):
        assert mine.keys() == theirs.keys()
        for name in mine:
            found.answers[name.partition("/")[0]] += len(mine[name])
            found.differences += [
                f"{name} on {batch.as_of}: {a} is not {b}"
                for a, b in zip([*mine[name], "nothing"], [*theirs[name], "nothing"], strict=False)
                if a != b
            ]
    return found


def _tidy(engine: Engine) -> None:
    """Spark lets go of its small hash tables when the memory of its machine is tidied, which it seldom is by itself."""
    if isinstance(engine, SparkEngine):
        engine.session._jvm.System.gc()  # type: ignore[union-attr]


def _asked(engine: Engine, chosen: tuple[Batch, ...], together: int = 1) -> Iterator[tuple[Batch, dict[str, list[Any]]]]:
    """Every answer of an engine, batch by batch. One engine serves all: the calendar is made once."""
    try:
        create_calendar(engine, Policy())
        engine.lock()
        for batch in chosen:
            engine.as_of = batch.as_of  # type: ignore[misc]
            keep = engine.view if engine.name == "spark" and len(batch.questions) <= _FEW else engine.create
            made = fill(engine, batch, keep)
            yield batch, answers(engine, batch, together)
            for name in reversed(made):
                engine.drop(name)
            _tidy(engine)
    finally:
        engine.close()
