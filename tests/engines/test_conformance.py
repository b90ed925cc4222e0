"""One suite over all engines: the same rules on the same records give the same verdicts, dates, ids and messages.

DuckDB's answers are the measure, for each rule's own examples are held there one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlglot import exp
from tests.conftest import ROOT
from tests.engines.batches import Batch, answers, batches, fill
from tests.engines.random_histories import AS_OF, frames
from tests.sources.databases import Server

import casecheck
from casecheck.engines import translating
from casecheck.engines.base import Engine
from casecheck.engines.calendar import create_calendar
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.engines.postgres import PostgresEngine
from casecheck.engines.spark import SparkEngine
from casecheck.policy import Policy

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LAST = date(2026, 3, 31)
_FEW = 12
"""Up to so many questions, views are cheaper worked out anew in each than kept, on Spark."""
EXTRACTS = ("carefirst", "annex_a")
POSTGRES = translating.TRANSFORMS["postgres"]

OTHERS = [pytest.param("postgres"), pytest.param("spark", marks=pytest.mark.xdist_group("spark"))]


@pytest.fixture
def engine_url(server: Server) -> str:
    return server.url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture(params=OTHERS)
def other(request: pytest.FixtureRequest) -> Any:
    """What makes an engine that is not the embedded one."""
    if request.param == "spark":
        session: SparkSession = request.getfixturevalue("spark")
        return lambda day: SparkEngine(day, session)
    url = request.getfixturevalue("engine_url")
    return lambda day: PostgresEngine(day, url)


def asked(engine: Engine, chosen: tuple[Batch, ...], together: int = 1) -> Iterator[tuple[Batch, dict[str, list[Any]]]]:
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
    finally:
        engine.close()


def differences(engine: Engine, chosen: tuple[Batch, ...]) -> list[str]:
    """Where an engine says otherwise than the embedded one."""
    found = []
    together = 8 if engine.name == "spark" else 1
    for (batch, mine), (_, theirs) in zip(asked(DuckDBEngine(LAST), chosen), asked(engine, chosen, together), strict=True):
        assert mine.keys() == theirs.keys()
        found += [
            f"{name} on {batch.as_of}: {a} is not {b}"
            for name in mine
            for a, b in zip([*mine[name], "nothing"], [*theirs[name], "nothing"], strict=False)
            if a != b
        ]
    return found


def test_every_example_of_every_rule_gives_the_same_on_every_engine(other: Any) -> None:
    assert sum(len(batch.questions) for batch in batches()) > 400
    assert differences(other(LAST), batches()) == []


@pytest.mark.parametrize("extract", EXTRACTS)
def test_the_example_extracts_give_the_same_findings_on_every_engine(extract: str, other: Any) -> None:
    source = ROOT / "examples" / extract
    mine = casecheck.audit(source, as_of="2026-03-31", policy={})
    theirs = casecheck.audit(source, as_of="2026-03-31", policy={}, engine=other)
    assert theirs.rules == mine.rules
    assert theirs.table.equals(mine.table)


def test_random_histories_give_the_same_findings_on_every_engine(other: Any) -> None:
    records = frames(seed=1)
    mine = casecheck.audit(records, profile="model", as_of=AS_OF, policy={})
    theirs = casecheck.audit(records, profile="model", as_of=AS_OF, policy={}, engine=other)
    assert len(mine.with_status("failed")) > 50
    assert theirs.rules == mine.rules
    assert theirs.table.equals(mine.table)


def late_by_a_day(node: exp.Expr) -> exp.Expr:
    """A fault for one engine alone: what is due on a day is late on it."""
    changed = POSTGRES(node)
    return exp.GTE(this=node.this, expression=node.expression) if isinstance(node, exp.GT) else changed


def no_filter(node: exp.Expr) -> exp.Expr:
    """Another: conditions joined by AND lose their second half."""
    return node.this if isinstance(node, exp.And) else POSTGRES(node)


@pytest.mark.parametrize("fault", [late_by_a_day, no_filter])
def test_a_fault_in_the_sql_of_one_engine_is_noticed(fault: Any, engine_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    largest = max(batches(), key=lambda batch: len(batch.questions))
    translating.translate.cache_clear()
    monkeypatch.setitem(translating.TRANSFORMS, "postgres", fault)
    try:
        assert differences(PostgresEngine(LAST, engine_url), (largest,)) != []
    finally:
        translating.translate.cache_clear()
