from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import casecheck
from casecheck.errors import CasecheckError

VISITS = {
    "visit_id": ["V1", "V2"],
    "person_id": ["0012", "0013"],
    "visit_type": ["cp", "cp"],
    "visit_date": ["2024-01-02", "soon"],
    "child_seen": ["Y", "Y"],
}


def audit(frames: dict[str, object]) -> casecheck.AuditResult:
    return casecheck.audit(frames, profile="model", as_of="2024-06-28", select=["INT-012"], policy={})


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_frames_of_every_kind_are_read_alike(make: object) -> None:
    result = audit({"visit": make(VISITS)})  # type: ignore[operator]
    assert result.table["child_id"].to_pylist() == ["0013"]
    assert result.table["record"].to_pylist() == [2]


def test_typed_columns_and_missing_values() -> None:
    frame = pd.DataFrame(
        {
            "visit_id": pd.Categorical(["V1", "V2"]),
            "person_id": [1.0, 2.0],
            "visit_date": [datetime(2024, 1, 2), pd.NaT],
            "recorded_at": pd.to_datetime(["2024-01-02 10:15", None]),
            "child_seen": [True, None],
        }
    )
    before = frame.copy()
    result = audit({"visit": frame})
    assert result.table.num_rows == 0
    assert result.extract.rows["visit"] == 2
    pd.testing.assert_frame_equal(frame, before)


def test_what_is_not_a_table_is_refused() -> None:
    with pytest.raises(CasecheckError, match="'visit' is a list, not a table"):
        audit({"visit": [1, 2]})


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "visit"
    sheet.append(["Visits as at June"])
    sheet.append(["visit_id", "person_id", "visit_type", "visit_date", "child_seen"])
    sheet.append(["V1", 12345, "cp", datetime(2024, 1, 2), "Y"])
    sheet.append(["V2", 12345.0, "cp", "=TODAY()", "Y"])
    sheet.append([None] * 5)
    hidden = book.create_sheet("plan")
    hidden.append(["plan_id", "person_id", "plan_type"])
    hidden.sheet_state = "hidden"
    book.save(path)
    return path


def test_a_workbook_gives_sheet_and_row(tmp_path: Path) -> None:
    result = casecheck.audit(
        workbook(tmp_path / "extract.xlsx"), profile="model", as_of="2024-06-28", select=["INT-012"], policy={}
    )
    row = result.table.to_pylist()[0]
    assert (row["file"], row["sheet"], row["record"], row["line"]) == ("extract.xlsx", "visit", 2, 4)
    assert row["child_id"] == "12345"
    assert "plan" not in result.extract.rows


@pytest.mark.parametrize("data", [b"not a workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_workbook_that_cannot_be_opened_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "extract.xlsx"
    file.write_bytes(data)
    with pytest.raises(CasecheckError, match=r"damaged|password"):
        casecheck.audit(file, as_of="2024-06-28", policy={})


def test_two_columns_of_one_name_and_odd_moments_are_told_without_their_values() -> None:
    doubled = pd.DataFrame([["1", "2"]], columns=["person_id", "person_id"])
    with pytest.raises(CasecheckError, match="two columns have the same name"):
        audit({"person": doubled})
    fine = pd.DataFrame({"person_id": ["1"], "date_of_birth": [pd.Timestamp("2010-01-01 00:00:00.000000123")]})
    assert audit({"person": fine}).extract.rows["person"] == 1
