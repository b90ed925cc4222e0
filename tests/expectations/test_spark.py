"""Spark: the page's snippet, on frames of a real session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.expectations.test_page import run

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.thorough


def test_the_page_on_spark(tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = {
        "person": ("person_id, date_of_birth", "('C1', '2015-06-01'), ('C2', '2018-02-11')"),
        "plan": (
            "plan_id, person_id, plan_type, start_date, end_date",
            "('P1', 'C1', 'cp', '2026-03-02', NULL), ('P2', 'C2', 'cp', '2026-01-05', '2026-03-30')",
        ),
        "visit": (
            "visit_id, person_id, visit_type, visit_date, child_seen, status",
            "('V1', 'C1', 'cp', '2026-03-11', 'yes', 'done')",
        ),
    }
    for name, (columns, values) in rows.items():
        spark.sql(f"SELECT * FROM VALUES {values} AS given({columns})").createOrReplaceTempView(name)
    names = run("On Spark", given={"spark": spark})
    found = {entry.expectation_config.kwargs.get("rule"): entry for entry in names["checked"].results}
    assert found["VIS-CP-001"].result["observed_value"] == "2 of 2 records fail."
    assert len(found["VIS-CP-001"].result["unexpected_index_list"]) == 2
    assert found["VIS-CP-003"].result["observed_value"] == "Not assessable: the table meeting was not supplied."
    assert names["checked"].success is False
