"""Spark: frames and catalogs stay where they are, rows are numbered without gaps, and nothing of a run is left in the session."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.conftest import Rows, blank_columns, frame
from tests.engines.spelled import CELLS, taken_apart

import casecheck
from casecheck import SparkTables
from casecheck.engines.spark import SparkEngine
from casecheck.engines.spark_session import start_session
from casecheck.errors import InputError
from casecheck.sources.bad_input import BadInputError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.slow

AS_OF = "2024-06-21"
RULES = ["VIS-CP-001", "INT-003", "INT-004"]
CHILDREN = 40


def rows() -> dict[str, Rows]:
    """Children on protection plans: every third is not seen in time, one stands twice, one date cannot be read."""
    seen = [("2024-06-12" if number % 3 else "2024-03-01") for number in range(CHILDREN)]
    seen[5] = "tbc"
    return {
        "person": [{"person_id": number, "date_of_birth": "2015-05-01"} for number in (*range(CHILDREN), 0)],
        "plan": [
            {"plan_id": f"P{number}", "person_id": number, "plan_type": "cp", "start_date": "2024-06-03"}
            for number in range(CHILDREN)
        ],
        "visit": [
            {"visit_id": f"V{number}", "person_id": number, "visit_type": "cp", "visit_date": day, "child_seen": "Y"}
            for number, day in enumerate(seen)
        ],
    }


MAY_BE_EMPTY = blank_columns(rows())


@pytest.fixture(scope="module")
def history() -> dict[str, pa.Table]:
    return {name: frame(name, records) for name, records in rows().items()}


@pytest.fixture(scope="module")
def frames(spark: SparkSession, history: dict[str, pa.Table]) -> dict[str, Any]:
    return {name: spark.createDataFrame(table).repartition(3) for name, table in history.items()}


@pytest.fixture
def engine(spark: SparkSession) -> Iterator[SparkEngine]:
    made = SparkEngine(date(2024, 6, 28), spark)
    yield made
    made.close()


def views(spark: SparkSession) -> set[str]:
    return {row.tableName for row in spark.sql("SHOW TABLES").collect()}


def test_frames_are_audited_where_they_are_and_collected_only_when_asked_for(
    spark: SparkSession, frames: dict[str, Any], history: dict[str, pa.Table], tmp_path: Path
) -> None:
    before = views(spark)
    policy = {"tables": {"may_be_empty": MAY_BE_EMPTY}}
    settings: dict[str, Any] = {"profile": "model", "as_of": AS_OF, "policy": policy, "select": RULES}
    mine = casecheck.audit(history, **settings)
    with casecheck.audit(frames, **settings) as theirs:
        assert theirs.rules == mine.rules
        assert theirs.count() == mine.count() > 10
        assert "table" not in theirs.found.__dict__
        theirs.write_partitions(tmp_path / "findings")
        assert sorted(theirs.table["finding_id"].to_pylist()) == sorted(mine.table["finding_id"].to_pylist())
        assert sorted(theirs.table["message"].to_pylist()) == sorted(mine.table["message"].to_pylist())
        assert theirs.extract.balances
    assert views(spark) == before
    written = pq.read_table(tmp_path / "findings")
    assert sorted(written["finding_id"].to_pylist()) == sorted(mine.table["finding_id"].to_pylist())
    assert {folder.name for folder in (tmp_path / "findings").iterdir() if folder.is_dir()} == {
        f"rule_id={rule}" for rule in set(mine.table["rule_id"].to_pylist())
    }


def test_the_tables_of_a_schema_are_audited(spark: SparkSession, frames: dict[str, Any]) -> None:
    spark.sql("CREATE DATABASE IF NOT EXISTS social_care")
    for name in ("person", "plan"):
        frames[name].write.mode("overwrite").saveAsTable(f"social_care.{name}")
    spark.sql("CREATE TABLE social_care.odd (x INT) USING parquet")
    before = views(spark)
    with casecheck.audit(
        SparkTables(spark, "social_care"), profile="model", as_of=AS_OF, policy={}, select=["INT-004"]
    ) as result:
        assert [account.name for account in result.extract.accounts] == [
            "spark.social_care [person]", "spark.social_care [plan]", "spark.social_care [odd]",
        ]  # fmt: skip
        assert result.extract.accounts[1].used == CHILDREN
    assert views(spark) == before
    with pytest.raises(BadInputError, match="no schema 'nowhere'"):
        casecheck.audit(SparkTables(spark, "nowhere"), as_of=AS_OF, policy={})


def test_rows_are_numbered_without_gaps_over_all_partitions(spark: SparkSession, engine: SparkEngine) -> None:
    frame = spark.range(0, 1_000, 1, 7).repartition(5)
    engine.place("numbered", frame, {"Number": "id"}, ())
    assert engine.rows("SELECT min(rowid), max(rowid), count(DISTINCT rowid), count(*) FROM numbered") == [(0, 999, 1_000, 1_000)]
    assert engine.rows('SELECT count(DISTINCT "Number") FROM numbered') == [(1_000,)]


def test_a_frame_without_rows_is_a_table_without_rows(spark: SparkSession, engine: SparkEngine) -> None:
    engine.place("nothing", spark.range(0), {"Number": "id"}, ())
    assert engine.rows("SELECT count(*) FROM nothing") == [(0,)]


def test_moments_are_told_in_english_time(spark: SparkSession, engine: SparkEngine) -> None:
    frame = spark.sql("SELECT timestamp_micros(1751412600000000) AS summer, DATE'2026-01-02' AS day, true AS seen, 5L AS number")
    engine.place("typed", frame, {name: name for name in frame.columns}, ())
    assert engine.rows("SELECT summer, day, seen, number FROM typed") == [("2025-07-02 00:30:00", "2026-01-02", "true", "5")]


def test_a_moment_is_taken_apart_as_elsewhere(engine: SparkEngine) -> None:
    assert taken_apart(engine) == CELLS


def test_a_folder_that_is_there_is_not_written_over(engine: SparkEngine, tmp_path: Path) -> None:
    engine.load("few", {"name": ("VARCHAR", ["a"]), "kind": ("VARCHAR", ["b"])})
    engine.write("SELECT name, kind FROM few", str(tmp_path / "out"), ("kind",))
    with pytest.raises(InputError, match="already there"):
        engine.write("SELECT name, kind FROM few", str(tmp_path / "out"), ("kind",))


def test_frames_of_spark_go_to_no_other_engine(frames: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="cannot be audited by duckdb"):
        casecheck.audit(frames, profile="model", as_of=AS_OF, policy={}, engine="duckdb")


def test_a_wrong_url_of_spark_is_told() -> None:
    with pytest.raises(InputError, match="no URL of Spark"):
        start_session("jdbc:postgresql://somewhere")


def test_the_command_line_starts_spark_and_ends_it(history: dict[str, pa.Table], tmp_path: Path) -> None:
    import pyarrow.csv as pa_csv

    for name, table in history.items():
        pa_csv.write_csv(table, tmp_path / f"{name}.csv")
    config = tmp_path / "casecheck.toml"
    config.write_text(f"[tables]\nmay_be_empty = {MAY_BE_EMPTY}\n")
    command = [sys.executable, "-m", "casecheck.cli", "check", str(tmp_path), "--profile", "model", "--as-of", AS_OF]
    command += ["--config", str(config)]
    plain = subprocess.run([*command, "--select", "VIS-CP-001", "-o", "csv"], capture_output=True, check=False)
    command += ["--engine", "spark", "--source", "local[1]", "--select", "VIS-CP-001", "-o", "csv"]
    spark = subprocess.run(command, capture_output=True, check=False)
    assert spark.returncode == plain.returncode
    assert spark.stdout == plain.stdout
    assert b"VIS-CP-001" in spark.stdout


KILLED = """
import sys, pyarrow as pa, casecheck
from pyspark.sql import SparkSession

spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
visits = pa.table({"visit_id": [str(n) for n in range(2000)], "person_id": ["1"] * 2000, "visit_date": ["2024-06-12"] * 2000})
result = casecheck.audit({"visit": spark.createDataFrame(visits)}, profile="model", as_of="2024-06-21", policy={}, select=["INT"])
print("audited", result.table.num_rows, flush=True)
sys.stdin.read()
"""


def test_a_run_that_is_killed_leaves_no_file_and_no_metastore(tmp_path: Path) -> None:
    work, blocks = tmp_path / "work", tmp_path / "blocks"
    work.mkdir()
    blocks.mkdir()
    environment = {**os.environ, "SPARK_LOCAL_DIRS": str(blocks)}
    run = subprocess.Popen(
        [sys.executable, "-c", KILLED],
        cwd=work, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert run.stdout is not None
        assert run.stdout.readline().startswith("audited")
        assert list(blocks.iterdir())
    finally:
        run.kill()
        run.communicate()
    until = time.monotonic() + 30
    while list(blocks.iterdir()) and time.monotonic() < until:
        time.sleep(0.2)
    assert list(blocks.iterdir()) == []
    assert list(work.iterdir()) == []
