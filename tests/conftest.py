"""Shared pieces: small histories as frames, and where the published samples are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from xdist.scheduler import LoadScopeScheduling

import casecheck
from casecheck.model import load_model
from casecheck.result import AuditResult

if TYPE_CHECKING:
    from tests.sources.databases import Base, Server

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[1]

LOCAL_RULE = """\
id: VIS-XX-001
title: A visit has a date
severity: high
summary: A visit without a date is not a visit.
guidance: [{source: Local, kind: local}]
subject: visit
identity: [visit_id]
check: {required: [visit_date]}
message: "{missing} is not recorded"
advice: Record the date.
examples:
  - {name: there, as_of: 2024-01-31, visit: [{visit_id: V1, visit_date: 2024-01-01}], expect: {V1: pass}}
"""
"""A rule of an authority's own, as small as a rule can be."""

TOGETHER = ("test_example_extracts.py", "test_init.py", "test_large_extracts.py", "test_layouts.py", "test_result.py")
"""Files whose tests share what takes seconds to make: one process has them."""

Rows = list[dict[str, Any]]
Audit = Callable[..., AuditResult]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """One process has all of Spark's tests, from the beginning, so that Spark starts once; the others share the rest."""

    class OneSpark(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            if "test_spark.py" in nodeid or "[spark" in nodeid:
                return "spark"
            file = nodeid.partition("::")[0]
            return file if file.endswith(TOGETHER) else nodeid

    return OneSpark(config, log)


def frame(table: str, rows: Rows) -> pa.Table:
    """Rows of a model table as text, with every field of the table there."""
    fields = load_model().tables[table].fields
    return pa.table({field: pa.array([_text(row.get(field)) for row in rows], pa.string()) for field in fields})


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def blank_columns(tables: dict[str, Rows]) -> list[str]:
    """``table.column`` for every field that no row fills: told to the policy, so that a small history can pass."""
    fields = load_model().tables
    return [
        f"{table}.{field}"
        for table, rows in tables.items()
        for field in fields[table].fields
        if all(row.get(field) is None for row in rows)
    ]


@pytest.fixture
def audit_rows() -> Audit:
    """Audit a history given as rows of model tables; blank columns and extra empty tables are right."""

    def run(tables: dict[str, Rows], as_of: str | date, *select: str, **settings: Any) -> AuditResult:
        empty = settings.pop("may_be_empty", [])
        policy = {"tables": {"may_be_empty": [*blank_columns(tables), *empty]}, **settings.pop("policy", {})}
        frames = {name: frame(name, rows) for name, rows in tables.items()}
        return casecheck.audit(frames, profile="model", as_of=as_of, select=select, policy=policy, **settings)

    return run


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server of this process."""
    from tests.sources.databases import Server

    running = Server()
    yield running
    running.stop()


@pytest.fixture
def base(server: Server) -> Iterator[Base]:
    """A database of its own for one test."""
    with server.database() as made:
        yield made


@pytest.fixture
def example() -> Path:
    """The CareFirst example extract."""
    return ROOT / "examples" / "carefirst"


@pytest.fixture
def samples() -> Path:
    """The published sample files, where the machine has them."""
    folder = os.environ.get("CASECHECK_SAMPLES")
    if not folder:
        pytest.skip("CASECHECK_SAMPLES is not set: the published samples are not on this machine")
    return Path(folder)
