"""One suite over all engines: the same rules on the same records give the same verdicts, dates, ids and messages.

DuckDB's answers are the measure, for each rule's own examples are held there one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlglot import exp
from tests.conftest import ROOT
from tests.engines.batches import batches
from tests.engines.comparing import compare
from tests.engines.random_histories import AS_OF, frames
from tests.engines.support import ran
from tests.sources.databases import Server

import casecheck
from casecheck.engines import translating
from casecheck.engines.postgres import PostgresEngine
from casecheck.engines.spark import SparkEngine

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SEEN_BY = {
    "visits": {
        "intervals": [
            {"plan": "cp", "every": "10 working days", "seen_by": "lead worker"},
            {"plan": "cin", "every": "20 working days", "seen_by": "social worker"},
        ]
    }
}
"""So that every way of telling whose visit counts is asked."""
POSTGRES = translating.TRANSFORMS["postgres"]


@pytest.fixture
def engine_url(server: Server) -> str:
    return server.url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture(params=["postgres", pytest.param("spark", marks=pytest.mark.thorough)])
def other(request: pytest.FixtureRequest) -> Any:
    """What makes an engine that is not the embedded one."""
    if request.param == "spark":
        session: SparkSession = request.getfixturevalue("spark")
        return lambda day: SparkEngine(day, session)
    url = request.getfixturevalue("engine_url")
    return lambda day: PostgresEngine(day, url)


@pytest.mark.slow
def test_every_example_of_every_rule_gives_the_same_on_every_engine(other: Any, request: pytest.FixtureRequest) -> None:
    assert sum(len(batch.questions) for batch in batches()) > 400
    found = compare(other, batches())
    assert found.differences == []
    assert ran(request.node.callspec.params["other"]) == found.answers, (
        "docs/engines.md is not in step: run python -m tests.engines.support"
    )


@pytest.mark.slow
@pytest.mark.parametrize("extract", ["carefirst", "annex_a"])
def test_the_example_extracts_give_the_same_findings_on_every_engine(
    extract: str, other: Any, request: pytest.FixtureRequest
) -> None:
    if extract == "carefirst" and request.node.callspec.params["other"] == "spark":
        pytest.skip("two minutes on Spark, for the tables that the random histories fill as well")
    source = ROOT / "examples" / extract
    mine = casecheck.audit(source, as_of="2026-03-31", policy={})
    theirs = casecheck.audit(source, as_of="2026-03-31", policy={}, engine=other)
    assert theirs.rules == mine.rules
    assert theirs.table.equals(mine.table)


@pytest.mark.slow
def test_random_histories_give_the_same_findings_on_every_engine(other: Any) -> None:
    records = frames(seed=1)
    mine = casecheck.audit(records, profile="model", as_of=AS_OF, policy=SEEN_BY)
    theirs = casecheck.audit(records, profile="model", as_of=AS_OF, policy=SEEN_BY, engine=other)
    assert len(mine.with_status("failed")) > 50
    assert theirs.rules == mine.rules
    assert theirs.table.equals(mine.table)
    for rule in ("VIS-CP-001", "VIS-RSK-001", "INT-004", "SEE-001", "AGG-001"):
        assert theirs.verdict_table(rule).equals(mine.verdict_table(rule))


@pytest.mark.slow
def test_what_is_asked_afterwards_is_the_same_on_every_engine(other: Any) -> None:
    settings: dict[str, Any] = {
        "profile": "model",
        "as_of": AS_OF,
        "policy": {},
        "select": ["VIS-CP-001", "VIS-CLA-003", "SEE-001"],
    }
    mine = casecheck.audit(frames(seed=2), **settings)
    with casecheck.audit(frames(seed=2), **settings, engine=other) as theirs:
        groups = mine.compliance(by=["team", "month"])
        assert len(groups) > 5
        assert groups["team"].nunique() > 1
        assert theirs.compliance(by=["team", "month"]).equals(groups)
        assert len(mine.due_within(60)) >= 2
        assert theirs.due_within(60).equals(mine.due_within(60))


def late_by_a_day(node: exp.Expr) -> exp.Expr:
    """A fault for one engine alone: what is due on a day is late on it."""
    changed = POSTGRES(node)
    return exp.GTE(this=node.this, expression=node.expression) if isinstance(node, exp.GT) else changed


def no_filter(node: exp.Expr) -> exp.Expr:
    """Another: conditions joined by AND lose their second half."""
    return node.this if isinstance(node, exp.And) else POSTGRES(node)


@pytest.mark.slow
@pytest.mark.parametrize("fault", [late_by_a_day, no_filter])
def test_a_fault_in_the_sql_of_one_engine_is_noticed(fault: Any, engine_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    largest = max(batches(), key=lambda batch: len(batch.questions))
    translating.translate.cache_clear()
    monkeypatch.setitem(translating.TRANSFORMS, "postgres", fault)
    try:
        assert compare(lambda day: PostgresEngine(day, engine_url), (largest,)).differences != []
    finally:
        translating.translate.cache_clear()
