"""PostgreSQL in place: nothing is exported, nothing is left behind, and what goes wrong is told without a word of a record."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.conftest import ROOT
from tests.engines.spelled import CELLS, taken_apart
from tests.sources.databases import Base, as_read, load

import casecheck
from casecheck import Database
from casecheck.engines.postgres import PostgresEngine
from casecheck.engines.translating import short_name, translate
from casecheck.errors import InputError
from casecheck.sources.bad_input import BadInputError

AS_OF = "2026-03-31"
LEFT_BEHIND = (
    "SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
    "WHERE starts_with(n.nspname, 'pg_temp') OR starts_with(c.relname, 'stage_')"
)

LONG = """
import sys
from datetime import date
from casecheck.engines.postgres import PostgresEngine
PostgresEngine(date(2026, 3, 31), sys.argv[1]).connection.execute("SELECT pg_sleep(120) /* long one */")
"""


@pytest.fixture(scope="module")
def from_files() -> casecheck.AuditResult:
    return casecheck.audit(ROOT / "examples" / "carefirst", as_of=AS_OF, policy={})


def libpq(base: Base, *, reader: bool = False) -> str:
    url = Database(base.reader if reader else base.owner).libpq_url
    assert url is not None
    return url


@contextmanager
def engine(base: Base) -> Iterator[PostgresEngine]:
    made = PostgresEngine(date(2026, 3, 31), libpq(base))
    try:
        yield made
    finally:
        made.close()


def gone(base: Base, patience: float = 20) -> bool:
    """Whether nothing of a run is left, within some seconds."""
    until = time.monotonic() + patience
    while base.rows(LEFT_BEHIND) and time.monotonic() < until:
        time.sleep(0.1)
    return not base.rows(LEFT_BEHIND)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["loaded_as", pytest.param("", marks=pytest.mark.thorough)], ids=["with keys", "without keys"])
def test_in_place_the_findings_are_those_of_the_files(key: str, base: Base, from_files: casecheck.AuditResult) -> None:
    load(base.owner, as_read(ROOT / "examples" / "carefirst", "carefirst"), key)
    base.grant()
    result = casecheck.audit(Database(base.reader), as_of=AS_OF, policy={}, engine="postgres")
    assert result.rules == from_files.rules
    assert sorted(result.table["finding_id"].to_pylist()) == sorted(from_files.table["finding_id"].to_pylist())
    assert sorted(result.table["message"].to_pylist()) == sorted(from_files.table["message"].to_pylist())
    assert {row["file"] for row in result.table.to_pylist()} == {"database", None}
    assert [account.cells for account in result.extract.accounts] == [account.cells for account in from_files.extract.accounts]
    assert result.extract.balances
    result.close()
    assert gone(base)


@pytest.mark.slow
def test_a_snapshot_is_the_same_wherever_it_is_taken_and_compared(base: Base, tmp_path: Path) -> None:
    load(base.owner, as_read(ROOT / "examples" / "carefirst", "carefirst"))
    settings: dict[str, Any] = {"as_of": AS_OF, "policy": {}, "select": ["EXT"]}
    mine = casecheck.audit(ROOT / "examples" / "carefirst", keep_snapshot=True, **settings).snapshot
    theirs = casecheck.audit(Database(base.owner), keep_snapshot=True, engine="postgres", **settings).snapshot
    assert mine is not None
    assert theirs is not None
    assert theirs.figures == mine.figures
    assert sorted(map(str, theirs.records.to_pylist())) == sorted(map(str, mine.records.to_pylist()))
    assert sorted(map(str, theirs.cases.to_pylist())) == sorted(map(str, mine.cases.to_pylist()))
    file = tmp_path / "march.snapshot"
    file.write_bytes(mine.to_bytes())
    again = casecheck.audit(Database(base.owner), earlier=file, engine="postgres", **settings)
    assert again.unreliable == {}
    assert {rule.rule_id: rule.status for rule in again.rules}["EXT-003"] == "passed"


def test_typed_columns_are_read_as_their_text(base: Base) -> None:
    base.run(
        "CREATE TABLE person (person_id bigint PRIMARY KEY, date_of_birth date)",
        "INSERT INTO person VALUES (1, '2015-05-01')",
        "CREATE TABLE visit (visit_id bigint PRIMARY KEY, person_id bigint, visit_date timestamptz, visit_type text, child_seen boolean)",
        "INSERT INTO visit VALUES (1, 1, '2026-03-01 23:30:00+00', 'cp', true), (2, 1, '2025-07-01 23:30:00+00', 'cp', false)",
        "CREATE TABLE plan (plan_id int PRIMARY KEY, person_id bigint, plan_type text, start_date date, end_date date)",
        "INSERT INTO plan VALUES (1, 1, 'cp', '2026-02-27', NULL)",
    )
    in_place, exported = (
        casecheck.audit(Database(base.owner), profile="model", as_of=AS_OF, policy={}, engine=name, select=["VIS", "INT"])
        for name in ("postgres", "duckdb")
    )
    assert in_place.rules == exported.rules
    assert in_place.table.equals(exported.table)
    assert len(in_place.table) > 0


@pytest.mark.slow
def test_a_run_that_is_killed_leaves_nothing_in_the_database(base: Base, tmp_path: Path) -> None:
    load(base.owner, as_read(ROOT / "examples" / "carefirst", "carefirst"))
    url = tmp_path / "url"
    url.write_text(base.owner)
    command = [
        sys.executable,
        "-m",
        "casecheck.cli",
        "check",
        "--engine",
        "postgres",
        "--source-url-file",
        str(url),
        "--as-of",
        AS_OF,
    ]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path)
    try:
        until = time.monotonic() + 60
        while not base.rows(LEFT_BEHIND) and time.monotonic() < until:
            assert run.poll() is None, "the run ended before it could be killed"
            time.sleep(0.02)
        assert base.rows(LEFT_BEHIND), "the run never made a table"
    finally:
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
    assert gone(base)
    assert base.rows("SELECT nspname FROM pg_namespace WHERE strpos(nspname, 'casecheck') > 0") == []


@pytest.mark.slow
def test_a_question_that_goes_on_is_broken_off_when_its_run_is_killed(base: Base) -> None:
    run = subprocess.Popen([sys.executable, "-c", LONG, libpq(base)])
    going = (
        "SELECT pid FROM pg_stat_activity WHERE strpos(query, 'long one') > 0 AND state = 'active' AND pid <> pg_backend_pid()"
    )
    until = time.monotonic() + 30
    while not base.rows(going) and time.monotonic() < until:
        time.sleep(0.1)
    assert base.rows(going)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    while base.rows(going) and time.monotonic() < until + 20:
        time.sleep(0.2)
    assert base.rows(going) == []


@pytest.mark.slow
def test_a_table_without_the_right_to_read_it_leaves_the_others_standing(base: Base) -> None:
    load(base.owner, as_read(ROOT / "examples" / "carefirst", "carefirst"))
    base.grant()
    base.run("REVOKE SELECT ON workers FROM quiet_reader")
    result = casecheck.audit(Database(base.reader), as_of=AS_OF, policy={}, engine="postgres")
    assert not result.complete
    assert len(result.table) > 50


@pytest.mark.slow
def test_nothing_is_written_where_the_records_are(base: Base) -> None:
    load(base.owner, as_read(ROOT / "examples" / "carefirst", "carefirst"))
    base.grant()
    before = base.rows(
        "SELECT relname, relkind FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public'"
    )
    with casecheck.audit(Database(base.reader), as_of=AS_OF, policy={}, engine="postgres"):
        pass
    after = base.rows(
        "SELECT relname, relkind FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public'"
    )
    assert sorted(before) == sorted(after)


def test_what_does_not_go_with_postgres_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="what is in a PostgreSQL database"):
        casecheck.audit(tmp_path, engine="postgres")
    with pytest.raises(InputError, match="needs a PostgreSQL URL"):
        casecheck.audit(Database("sqlite:///x.db"), engine="postgres")
    with pytest.raises(InputError, match="there is no engine 'postgre'"):
        casecheck.audit(tmp_path, engine="postgre")
    with pytest.raises(BadInputError) as problem:
        casecheck.audit(Database("postgresql://someone:secret@localhost:1/none"), engine="postgres")
    assert "secret" not in str(problem.value)
    assert "someone" not in str(problem.value)


def test_long_headings_that_begin_alike_stay_apart() -> None:
    long = "Date of the strategy discussion that began the enquiry into the child"
    one, other = short_name(f"{long} first"), short_name(f"{long} second")
    assert len(one.encode()) <= 63
    assert one != other
    assert one in translate(f'SELECT "{long} first" FROM stage', "postgres")


def test_tables_go_in_and_come_out_as_they_were(base: Base) -> None:
    given = pa.table({
        "name": pa.array(["Zoë, \"x\"", "", None, "two\nlines", "\\.", "'"], pa.string()),
        "day": pa.array([date(2026, 1, 1), None, date(1900, 2, 28), None, None, date(9999, 12, 31)], pa.date32()),
        "number": pa.array([1, None, -3, 0, 2**40, 7], pa.int64()),
        "share": pa.array([1.5, None, -0.25, 0.0, 1e300, 3.0], pa.float64()),
    })  # fmt: skip
    with engine(base) as postgres:
        postgres.load("sent", given)
        assert postgres.arrow("SELECT name, day, number, share FROM sent ORDER BY rowid").equals(given)
        assert postgres.arrow("SELECT name FROM sent WHERE 1 = 0").num_rows == 0
        assert pa.Table.from_batches(postgres.batches("SELECT number FROM sent ORDER BY rowid")).equals(given.select(["number"]))


def test_text_is_compared_by_its_letters_and_capitals_are_known_beyond_english(base: Base) -> None:
    with engine(base) as postgres:
        postgres.load("word", {"word": ("VARCHAR", ["b", "B", "a", "é", "Z"])})
        assert [row[0] for row in postgres.rows("SELECT word FROM word ORDER BY word")] == ["B", "Z", "a", "b", "é"]
        assert postgres.rows("SELECT upper(word) FROM word WHERE word = 'é'") == [("É",)]


def test_a_moment_is_taken_apart_as_elsewhere(base: Base) -> None:
    with engine(base) as postgres:
        assert taken_apart(postgres) == CELLS
