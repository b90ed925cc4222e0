"""Databases: the same findings as from files, nothing written, nothing shown, and every failure in plain words."""

from __future__ import annotations

import time
import tracemalloc
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.conftest import ROOT
from tests.sources.databases import READER, VISITS, Base, anything, as_read, fetched, load, named, refusal

import casecheck
from casecheck.sources import database_text
from casecheck.sources.bad_input import BadInputError
from casecheck.sources.database import Database, read_database

PLACE = ("file", "sheet", "record", "line")
ROW = "INSERT INTO visit VALUES ('V1', '1', 'cp', '2024-01-02')"


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'extract.db'}"


def run(url: str, *statements: str) -> None:
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def findings(result: casecheck.AuditResult) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in PLACE} for row in result.table.to_pylist()]


# The same answers as from files


@pytest.fixture(scope="module")
def from_files() -> casecheck.AuditResult:
    return casecheck.audit(ROOT / "examples" / "carefirst", as_of="2026-03-31", policy={})


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
@pytest.mark.parametrize("key", ["loaded_as", pytest.param("", marks=pytest.mark.thorough)], ids=["with keys", "without keys"])
def test_the_example_as_a_database_gives_the_findings_of_its_files(
    kind: str, key: str, base: Base, sqlite: str, example: Path, from_files: casecheck.AuditResult
) -> None:
    load(base.owner if kind == "postgresql" else sqlite, as_read(example, "carefirst"), key)
    base.grant()
    url = base.reader if kind == "postgresql" else sqlite
    result = casecheck.audit(Database(url), as_of="2026-03-31", policy={})
    assert result.extract.profile == "carefirst"
    assert len(findings(result)) > 100
    if key:
        assert findings(result) == findings(from_files)
    else:
        assert sorted(result.table["finding_id"].to_pylist()) == sorted(from_files.table["finding_id"].to_pylist())
    assert result.extract.balances
    assert {row["file"] for row in result.table.to_pylist()} == {"database", None}
    again = casecheck.audit(Database(url), as_of="2026-03-31", policy={})
    assert again.table.equals(result.table)


HISTORY = """
CREATE SCHEMA care;
CREATE DOMAIN care.day AS date;
CREATE DOMAIN care.moment AS timestamptz;
CREATE TYPE care.kind AS ENUM ('cp', 'cin');
CREATE TABLE care.person (person_id char(12) PRIMARY KEY, date_of_birth date, sex varchar(1), ethnicity text,
    disability_flag boolean);
CREATE TABLE care.plan (plan_id numeric(12, 0) PRIMARY KEY, person_id char(12), plan_type care.kind, start_date care.day,
    end_date timestamp, latest_category varchar);
CREATE TABLE care.visit_record (visit_id uuid PRIMARY KEY, person_id char(12), plan_id double precision, visit_type text,
    visit_date care.moment, child_seen boolean, seen_alone boolean, recorded_at timestamp, details jsonb);
CREATE VIEW care.visit AS SELECT visit_id, person_id, plan_id, visit_type, visit_date, child_seen, seen_alone, recorded_at
    FROM care.visit_record;
CREATE TABLE care.assessment (assessment_id bigint PRIMARY KEY, person_id char(12), assessment_type text, start_date date,
    authorised_date date, child_seen boolean, factors jsonb);
INSERT INTO care.person VALUES ('0012', '2015-03-01', 'M', 'WBRI', true), ('0013', '2016-03-01', 'F', 'WBRI', false);
INSERT INTO care.plan VALUES (501, '0012', 'cp', '2023-11-01', NULL, 'NEG'),
    (502, '0013', 'cin', '2023-11-01', '2024-02-01 00:00', NULL);
INSERT INTO care.visit_record VALUES
    ('00000000-0000-4000-8000-000000000001', '0012', 501, 'cp', '2024-05-31 23:30+00', true, false, '2024-06-20 09:00', '{}'),
    ('00000000-0000-4000-8000-000000000002', '0012', 501, 'cp', NULL, NULL, true, '2024-01-20 09:00', NULL);
INSERT INTO care.assessment VALUES (1, '0012', 'single', '2024-01-02', '2024-06-03', true, '["2B", "4A"]'),
    (2, '0013', 'single', '2024-01-02', NULL, NULL, NULL);
"""

FILES = {
    "person": "person_id,date_of_birth,sex,ethnicity,disability_flag\n0012,2015-03-01,M,WBRI,true\n0013,2016-03-01,F,WBRI,false\n",
    "plan": "plan_id,person_id,plan_type,start_date,end_date,latest_category\n501,0012,cp,2023-11-01,,NEG\n"
    "502,0013,cin,2023-11-01,2024-02-01,\n",
    "visit": "visit_id,person_id,plan_id,visit_type,visit_date,child_seen,seen_alone,recorded_at\n"
    "00000000-0000-4000-8000-000000000001,0012,501,cp,2024-06-01,true,false,2024-06-20 09:00:00\n"
    "00000000-0000-4000-8000-000000000002,0012,501,cp,,,true,2024-01-20 09:00:00\n",
    "assessment": "assessment_id,person_id,assessment_type,start_date,authorised_date,child_seen,factors\n"
    "1,0012,single,2024-01-02,2024-06-03,true,2B;4A\n2,0013,single,2024-01-02,,,\n",
}


def test_typed_columns_and_views_of_a_schema_give_the_findings_of_plain_files(base: Base, tmp_path: Path) -> None:
    base.run(*filter(str.strip, HISTORY.split(";\n")))
    base.grant("care")
    for name, content in FILES.items():
        (tmp_path / f"{name}.csv").write_text(content)
    settings: dict[str, Any] = {"profile": "model", "as_of": "2024-06-28", "policy": {}}
    expected = casecheck.audit(tmp_path, **settings)
    result = casecheck.audit(Database(base.reader, schema="care"), **settings)
    assert len(findings(expected)) == 5
    assert findings(result) == findings(expected)
    assert result.rules == expected.rules
    accounts = {account.sheet: account for account in result.extract.accounts}
    assert (accounts["visit"].source, accounts["visit"].read, accounts["visit_record"].source) == ("visit", 2, "")
    assert accounts["visit"].name == "database.care [visit]"


def test_every_type_is_told_as_postgresql_writes_it_in_english_time(base: Base) -> None:
    base.run(
        "SET DateStyle TO 'SQL, MDY'",
        f"ALTER DATABASE {base.name} SET DateStyle TO 'SQL, MDY'",
        f"ALTER DATABASE {base.name} SET TimeZone TO 'America/New_York'",
        "CREATE TABLE kinds AS SELECT date '2024-03-02' AS a, timestamp '2024-03-02 10:15' AS b, "
        "timestamptz '2024-06-01 23:30+00' AS c, 1.50::numeric AS d, true AS e, 'x  '::char(5) AS f, 'infinity'::date AS g, "
        "'{\"k\": 1}'::json AS h, '{a,b}'::text[] AS i, '00000000-0000-4000-8000-000000000001'::uuid AS j, "
        "date '0044-03-15 BC' AS k, 'p\u00e9'::text AS l, '\\x00ff'::bytea AS m, NULL::integer AS n",
    )
    row = fetched(read_database(Database(base.owner), anything())[0]).to_pylist()[0]
    assert list(row.values()) == [
        "2024-03-02", "2024-03-02 10:15:00", "2024-06-02 00:30:00", "1.50", "true", "x", "infinity", '{"k": 1}', "{a,b}",
        "00000000-0000-4000-8000-000000000001", "0044-03-15 BC", "p\u00e9", "\\x00ff", None,
    ]  # fmt: skip


def test_values_of_other_drivers_are_told_alike() -> None:
    from datetime import date, datetime

    given = [date(2024, 3, 2), datetime(2024, 3, 2, 10, 15), datetime(2024, 6, 1, 23, 30, tzinfo=UTC), Decimal("1E+3"),
             Decimal("1.50"), True, 12345.0, 1.5, b"\x00\xff", {"k": 1}, ["a"], "x", 7, None]  # fmt: skip
    said = ["2024-03-02", "2024-03-02 10:15:00", "2024-06-02 00:30:00", "1000", "1.50", "true", "12345", "1.5", "\\x00ff",
            '{"k": 1}', '["a"]', "x", "7", None]  # fmt: skip
    assert database_text.text_array(given, already=False).to_pylist() == said


def test_what_sqlite_holds_in_the_wrong_column_is_read_as_it_stands(sqlite: str) -> None:
    run(
        sqlite,
        "CREATE TABLE visit (visit_id INTEGER PRIMARY KEY, visit_date DATE, seen BOOLEAN, cost NUMERIC(5,2), at DATETIME)",
        "INSERT INTO visit VALUES (7, 'soon', 'maybe', 'ten', 'tomorrow'), (3, '2024-01-02', 1, 2.5, '2024-01-02 10:15')",
    )
    table = read_database(Database(sqlite), anything())[0]
    assert fetched(table).to_pylist() == [
        {"c0": "3", "c1": "2024-01-02", "c2": "1", "c3": "2.5", "c4": "2024-01-02 10:15"},
        {"c0": "7", "c1": "soon", "c2": "maybe", "c3": "ten", "c4": "tomorrow"},
    ]
    assert fetched(table, [1]).to_pylist() == [{"c1": "2024-01-02"}, {"c1": "soon"}]


# What is read, and how


ODD = ('visit"; DROP TABLE person; --', "100%(x)s :y", "back\\slash'quote", "select", "Caf\u00e9 Visits", "c0")


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
def test_sql_in_names_is_only_a_name(kind: str, base: Base, sqlite: str) -> None:
    url = base.owner if kind == "postgresql" else sqlite
    load(url, {"person": (("person_id",), [("1",)]), **{name: (ODD, [tuple("fedcba")]) for name in ODD}}, key="n'\"o %s")
    tables = named(read_database(Database(url), anything()))
    assert set(tables) == {"person", *ODD}
    for name in ODD:
        assert tables[name].headings == ("n'\"o %s", *ODD)
        assert fetched(tables[name], [1, 6]).to_pylist() == [{"c1": "f", "c6": "a"}]
    assert fetched(tables["person"]).num_rows == 1


def test_a_schema_with_sql_in_its_name_is_only_a_name(base: Base) -> None:
    schema = 'care"; DROP TABLE visit; --'
    quoted = '"care""; DROP TABLE visit; --"'
    base.run(VISITS, f"CREATE SCHEMA {quoted}", VISITS.replace("visit (", f"{quoted}.visit ("))
    assert fetched(read_database(Database(base.owner, schema), anything())[0]).num_rows == 0
    assert base.rows("SELECT count(*) FROM visit") == [(0,)]


def test_tables_views_and_partitioned_wholes_are_read_and_partitions_only_once(base: Base) -> None:
    base.run(
        VISITS,
        ROW,
        "CREATE VIEW seen AS SELECT * FROM visit",
        "CREATE MATERIALIZED VIEW kept AS SELECT * FROM visit",
        "CREATE TABLE note (id integer, year integer) PARTITION BY LIST (year)",
        "CREATE TABLE note_2024 PARTITION OF note FOR VALUES IN (2024)",
        "CREATE TABLE note_2025 PARTITION OF note FOR VALUES IN (2025) PARTITION BY LIST (id)",
        "CREATE TABLE note_2025_2 PARTITION OF note_2025 FOR VALUES IN (2)",
        "INSERT INTO note VALUES (1, 2024), (2, 2025)",
        "CREATE SCHEMA other",
        "CREATE TABLE other.hidden (a integer)",
    )
    tables = read_database(Database(base.owner), anything())
    assert [table.sheet for table in tables] == ["kept", "note", "seen", "visit"]
    assert [fetched(table).num_rows for table in tables] == [1, 2, 1, 1]
    assert {table.file for table in tables} == {"database"}


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
def test_rows_come_in_the_order_of_the_key_and_without_one_in_the_order_of_their_cells(
    kind: str, base: Base, sqlite: str
) -> None:
    url = base.owner if kind == "postgresql" else sqlite
    run(
        url,
        "CREATE TABLE keyed (b integer, a integer, PRIMARY KEY (a))",
        "CREATE TABLE loose (x text, y text)",
        "INSERT INTO keyed VALUES (1, 30), (2, 4), (3, 100)",
        "INSERT INTO loose VALUES ('b', '1'), ('a', '2'), ('a', '1'), (NULL, '0')",
    )
    tables = named(read_database(Database(url), anything()))
    assert fetched(tables["keyed"], [0]).to_pylist() == [{"c0": "2"}, {"c0": "1"}, {"c0": "3"}]
    assert [tuple(row.values()) for row in fetched(tables["loose"]).to_pylist()] == [
        ("a", "1"), ("a", "2"), ("b", "1"), (None, "0"),
    ]  # fmt: skip
    assert (tables["keyed"].notes, tables["loose"].notes) == ([], [])


def test_a_table_without_a_key_that_is_too_long_to_sort_says_so(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_text, "MAX_SORTED_ROWS", 1)
    run(sqlite, "CREATE TABLE visit (visit_id text)", "INSERT INTO visit VALUES ('b'), ('a')")
    table = read_database(Database(sqlite), anything())[0]
    assert fetched(table).num_rows == 2
    assert [note.text for note in table.notes] == [
        "no key, and too long to be sorted: the numbers of its records may differ in the next run"
    ]


def test_all_tables_are_read_as_they_stood_at_one_moment(base: Base) -> None:
    base.run(VISITS, ROW, "CREATE TABLE plan (plan_id integer PRIMARY KEY)")
    tables = named(read_database(Database(base.owner), anything()))
    assert fetched(tables["plan"]).num_rows == 0
    base.run("INSERT INTO plan VALUES (1)", "DELETE FROM visit")
    assert [fetched(tables[name]).num_rows for name in ("plan", "visit")] == [0, 1]


@pytest.mark.slow
def test_two_hundred_thousand_rows_are_streamed(base: Base) -> None:
    base.run(
        "CREATE TABLE visit (visit_id integer PRIMARY KEY, person_id text, visit_type text, visit_date date, note text)",
        "INSERT INTO visit SELECT n, 'P' || n, 'cp', date '2024-01-01' + mod(n, 100), repeat('n', 200) "
        "FROM generate_series(1, 200000) AS n",
    )
    table = read_database(Database(base.owner), anything())[0]
    assert table.size > 40_000_000
    cursors: list[str] = []

    def note_cursor(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        cursors.extend([type(cursor).__name__] if statement.startswith("SELECT") else [])

    sa.event.listen(sa.Engine, "after_cursor_execute", note_cursor)
    tracemalloc.start()
    try:
        rows = fetched(table, [0, 1, 2, 3])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        sa.event.remove(sa.Engine, "after_cursor_execute", note_cursor)
    assert cursors == ["ServerCursor"]  # the server keeps the rows until they are asked for
    assert rows.column("c0").num_chunks == 40
    assert (rows.num_rows, rows.column_names) == (200_000, ["c0", "c1", "c2", "c3"])
    assert rows.column("c0")[-1].as_py() == "200000"
    assert rows.nbytes < 15_000_000
    assert peak < 15_000_000


# Nothing is written


def test_the_session_cannot_write_even_as_the_owner(base: Base, sqlite: str) -> None:
    base.run(VISITS, ROW, "CREATE SEQUENCE counter", "CREATE VIEW plan AS SELECT nextval('counter') AS plan_id")
    before = base.rows("SELECT oid, relname FROM pg_class ORDER BY 1"), base.rows("SELECT last_value FROM counter")
    tables = named(read_database(Database(base.owner), anything()))
    assert fetched(tables["visit"]).num_rows == 1
    with pytest.raises(BadInputError, match="it would have to write to answer"):
        fetched(tables["plan"])
    assert fetched(tables["visit"]).num_rows == 1
    assert (base.rows("SELECT oid, relname FROM pg_class ORDER BY 1"), base.rows("SELECT last_value FROM counter")) == before


def test_an_audit_leaves_the_database_as_it_was_and_no_session_behind(base: Base, tmp_path: Path) -> None:
    base.run(VISITS, ROW)
    base.grant()
    objects = "SELECT oid, relname, xmin::text FROM pg_class ORDER BY 1"
    wal = "SELECT pg_current_xact_id()::text::bigint"
    before, started = base.rows(objects), base.rows(wal)[0][0]
    casecheck.audit(Database(base.reader), profile="model", as_of="2024-06-28", policy={})
    assert base.rows(wal)[0][0] == started + 1
    assert base.rows(objects) == before
    until = time.monotonic() + 10
    while (left := base.rows(f"SELECT 1 FROM pg_stat_activity WHERE usename = '{READER}'")) and time.monotonic() < until:
        time.sleep(0.02)
    assert left == []


def test_the_database_is_let_go_before_the_rules_are_asked(base: Base) -> None:
    base.run(VISITS, ROW, "CREATE TABLE unknown_to_us (a integer)")
    base.grant()
    seen: dict[str, int] = {}

    def say(text: str) -> None:
        seen[text] = len(base.rows(f"SELECT 1 FROM pg_stat_activity WHERE usename = '{READER}' AND state IS NOT NULL"))

    casecheck.audit(Database(base.reader), profile="model", as_of="2024-06-28", policy={}, select=["INT"], progress=say)
    assert seen["reading 1 tables"] == 1
    assert [left for text, left in seen.items() if text.startswith("rules")][-1] == 0


def test_a_sqlite_file_is_not_touched_and_none_is_made(sqlite: str, tmp_path: Path) -> None:
    run(sqlite, VISITS, ROW)
    file = tmp_path / "extract.db"
    before = file.read_bytes()
    assert fetched(read_database(Database(sqlite), anything())[0]).num_rows == 1
    assert file.read_bytes() == before
    problem = refusal(f"sqlite:///{tmp_path / 'nothing.db'}")
    assert (problem.note.code, "no such database file" in str(problem)) == ("IN085", True)
    assert [item.name for item in tmp_path.iterdir()] == ["extract.db"]


# What goes wrong, in plain words


def test_a_table_without_rights_is_said_and_stops_no_other(base: Base) -> None:
    base.run(VISITS, ROW, "CREATE TABLE person (person_id text, date_of_birth date)", f"GRANT SELECT ON visit TO {READER}")
    result = casecheck.audit(Database(base.reader), profile="model", as_of="2024-06-28", policy={})
    accounts = {account.sheet: account for account in result.extract.accounts}
    assert accounts["visit"].used == 1
    assert [note.text for note in accounts["person"].notes] == ["cannot be read (no right to read it)"]
    assert [note.level for note in accounts["person"].notes] == ["table"]


def test_columns_that_no_rule_needs_may_be_withheld(base: Base) -> None:
    base.run(VISITS.replace(")", ", narrative text)"), "INSERT INTO visit VALUES ('V1', '1', 'cp', '2024-01-02', 'long')")
    base.run(f"GRANT SELECT (visit_id, person_id, visit_type, visit_date) ON visit TO {READER}")
    result = casecheck.audit(Database(base.reader), profile="model", as_of="2024-06-28", policy={})
    assert result.extract.rows["visit"] == 1


def test_a_wrong_schema_no_tables_and_no_rights_are_told(base: Base) -> None:
    base.run("CREATE SCHEMA reporting", "CREATE SCHEMA empty")
    assert refusal(base.owner, "reportin").note.text == "there is no schema 'reportin', or no right to see it"
    assert "nearest: reporting" in refusal(base.owner, "reportin").note.advice
    assert refusal(base.owner, "empty").note.code == "IN088"
    assert refusal("sqlite://").note.code == "IN088"
    base.run(VISITS)
    assert "no right to read them" in refusal(base.reader).note.text


def test_a_statement_timeout_is_told(base: Base) -> None:
    base.run(VISITS, ROW, "CREATE VIEW plan AS SELECT visit_id AS plan_id, pg_sleep(30)::text AS status FROM visit")
    tables = named(read_database(Database(f"{base.owner}&options=-c%20statement_timeout%3D300"), anything()))
    with pytest.raises(BadInputError, match="longer than the server allows") as problem:
        fetched(tables["plan"])
    assert problem.value.file == "database [plan]"
    assert fetched(tables["visit"]).num_rows == 1
