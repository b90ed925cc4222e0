"""The files that are written for PostgreSQL and DuckDB, run there as they stand, in the order that their README says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import duckdb
import psycopg
import pytest
from tests.sources.databases import Base, Server

from casecheck.engines.calendar import create_calendar
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.engines.model_tables import columns_of
from casecheck.engines.translating import translate
from casecheck.model import load_model
from casecheck.policy import Policy
from casecheck.rules.compiled import compiled_rule
from casecheck.rules.examples import _select, tables_of
from casecheck.rules.loading import load_rules
from casecheck.rules.spec import Example
from casecheck.sql_text import AS_OF
from casecheck.writing_sql import ANSWERS, write_sql

RULES = load_rules()
CHOSEN = (
    "ALC-001", "ALC-005", "ASM-001", "ASM-002", "CAS-001", "CLA-001", "CPP-002", "CPP-008", "INT-001", "INT-004", "INT-010",
    "INT-012", "MGT-001", "REC-001", "S47-001", "SEE-001", "VIS-CLA-002", "VIS-CP-001", "VIS-RSK-001",
)  # fmt: skip
"""One rule or more for each verb, and for each derived view that is worked out by windows."""

Run = Callable[[str], list[list[tuple[Any, ...]]]]
"""Runs a file; gives the rows of each query in it."""


@pytest.fixture
def on_postgres(server: Server) -> Iterator[Run]:
    with server.database() as base, psycopg.connect(_plain(base), autocommit=True) as connection:
        yield lambda text: _results(connection.execute(text.encode()))


def _plain(base: Base) -> str:
    return base.owner.replace("postgresql+psycopg", "postgresql")


def _results(cursor: psycopg.Cursor[Any]) -> list[list[tuple[Any, ...]]]:
    found = []
    while True:
        if cursor.description:
            found.append(cursor.fetchall())
        if not cursor.nextset():
            return found


@pytest.fixture
def on_duckdb() -> Iterator[Run]:
    connection = duckdb.connect()

    def run(text: str) -> list[list[tuple[Any, ...]]]:
        several = connection.extract_statements(text)
        answers = [(statement.type, connection.execute(statement).fetchall()) for statement in several]
        return [rows for kind, rows in answers if kind == duckdb.StatementType.SELECT]

    yield run
    connection.close()


def example_of(code: str) -> Example:
    """The first example that is judged by the rule's own limits."""
    return next(each for each in RULES[code].examples if not each.parameters and each.policy == Policy())


def wanted(code: str, example: Example) -> list[list[tuple[Any, ...]]]:
    """What casecheck's own engine says of each variant."""
    made, engine = compiled_rule(RULES[code], Policy()), DuckDBEngine(example.as_of)
    create_calendar(engine, Policy())
    for name, sql in tables_of(made, example).items():
        engine.create(name, sql)
    found = [_sorted(engine.rows(f"SELECT _row, {', '.join(ANSWERS)} FROM ({variant.sql})")) for variant in made.variants]
    engine.close()
    return found


def _sorted(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=str)


def fill(run: Run, dialect: str, example: Example, tables: str) -> None:
    """The example's rows into the tables that tables.sql makes; it holds those only that the rule reads."""
    model = load_model()
    for name, rows in example.tables.items():
        if f'CREATE TABLE "{name}"' not in tables:
            continue
        columns = ", ".join(columns_of(model.tables[name]))
        run(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM ({translate(_select(model, name, rows), dialect)}) AS given")


def follow_the_readme(run: Run, dialect: str, code: str) -> None:
    example = example_of(code)
    files = write_sql(RULES.select([code]), Policy(), dialect, example.as_of)
    run(files["tables.sql"])
    run(files["calendar.sql"])
    fill(run, dialect, example, files["tables.sql"])
    run(files["views.sql"])
    answers = run(files[f"rules/{code}.sql"])
    assert [_sorted([row[-len(ANSWERS) - 1 :] for row in rows]) for rows in answers] == wanted(code, example)
    assert {row[0] for rows in answers for row in rows} == {code}
    run(files["clean_up.sql"])
    run(files["calendar.sql"])
    run(files["views.sql"])
    assert run(files[f"rules/{code}.sql"]) == answers


@pytest.mark.thorough
@pytest.mark.parametrize("code", CHOSEN)
def test_the_files_give_the_verdicts_of_the_engine_on_postgresql(on_postgres: Run, code: str) -> None:
    follow_the_readme(on_postgres, "postgres", code)


@pytest.mark.thorough
@pytest.mark.parametrize("code", CHOSEN)
def test_the_files_give_the_verdicts_of_the_engine_on_duckdb(on_duckdb: Run, code: str) -> None:
    follow_the_readme(on_duckdb, "duckdb", code)


def test_a_row_needs_no_more_than_its_number_and_its_fields(on_duckdb: Run) -> None:
    files = write_sql(RULES.select(["INT-004"]), Policy(), "duckdb", date(2026, 3, 31))
    run = on_duckdb
    run(files["tables.sql"] + files["calendar.sql"] + files["views.sql"])
    run(
        "INSERT INTO plan (plan_id, person_id, plan_type, start_date, end_date, _row) VALUES ('P', 'C', 'cp', '2026-02-01', '2026-01-01', 1)"
    )
    assert [row[-7] for rows in run(files["rules/INT-004.sql"]) for row in rows] == ["fail"]
    assert run("SELECT _source, _record, _unreadable FROM plan") == [[(1, 0, None)]]


def test_a_date_is_written_the_same_whatever_the_session_of_postgresql_says(on_postgres: Run) -> None:
    example = example_of("VIS-CP-001")
    files = write_sql(RULES.select(["VIS-CP-001"]), Policy(), "postgres", example.as_of)
    on_postgres("SET DateStyle = 'SQL, DMY'")
    for name in ("tables.sql", "calendar.sql"):
        on_postgres(files[name])
    fill(on_postgres, "postgres", example, files["tables.sql"])
    on_postgres(files["views.sql"])
    messages = [row[-1] for rows in on_postgres(files["rules/VIS-CP-001.sql"]) for row in rows]
    assert AS_OF not in files["rules/VIS-CP-001.sql"]
    assert sorted(map(str, messages)) == sorted(str(row[-1]) for rows in wanted("VIS-CP-001", example) for row in rows)
