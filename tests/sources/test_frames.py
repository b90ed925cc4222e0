"""Frames of every kind, read as text; the caller's frame is never changed."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from casecheck.errors import InputError
from casecheck.sources.frames import read_frames
from casecheck.sources.raw import FrameBody


def texts(frame: Any) -> list[list[str | None]]:
    (table,) = read_frames({"visit": frame})
    assert isinstance(table.body, FrameBody)
    return list(table.body.rows.to_pydict().values())  # type: ignore[union-attr]


LONDON = "Europe/London"


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        ([date(2024, 1, 2), pd.Timestamp("2024-01-03 10:00"), "tbc", None], object, ["2024-01-02", "2024-01-03 10:00:00", "tbc", None]),
        ([pd.Timestamp("2024-01-03 10:00"), date(2024, 1, 2), pd.NaT], object, ["2024-01-03 10:00:00", "2024-01-02", None]),
        ([pd.Timestamp("2024-07-02 10:00", tz=LONDON), pd.Timestamp("2024-07-02 10:00", tz="UTC")], object, ["2024-07-02 10:00:00"] * 2),
        ([12345, "00123", 7.0, 7.5, 1e16, pd.NA, np.nan], object, ["12345", "00123", "7", "7.5", "10000000000000000", None, None]),
        ([True, 1, Decimal("5.00"), time(9, 30)], object, ["True", "1", "5", "09:30:00"]),
        ([np.int64(5), np.float64(6.0), np.datetime64("2024-01-02")], object, ["5", "6", "2024-01-02"]),
        ([1, None, 3], "Int64", ["1", None, "3"]), ([1.0, None, 1e17], "float64", ["1", None, "100000000000000000"]),
        (["a", None], "string", ["a", None]), (["b", "a", None], "category", ["b", "a", None]), ([1.0, 2.5], "category", ["1", "2.5"]),
        ([True, None], "boolean", ["true", None]), (["2024-01", "2024-02"], "period[M]", ["2024-01", "2024-02"]),
        (["2024-07-02 10:00", None], f"datetime64[ns, {LONDON}]", ["2024-07-02 10:00:00", None]),
        (["1960-05-01 23:59:59.7", None], "datetime64[ns]", ["1960-05-01 23:59:59", None]),
        ([datetime(2024, 1, 2), None], pd.CategoricalDtype(), ["2024-01-02 00:00:00", None]),
        ([0.0, 1.0], pd.SparseDtype("float64", 0.0), ["0", "1"]), ([10**25, 3], object, [str(10**25), "3"]),
    ],
)  # fmt: skip
def test_a_pandas_column_of_any_type_reads_as_text_and_is_left_as_it_was(
    values: list[Any], dtype: Any, expected: list[str]
) -> None:
    frame = pd.DataFrame({"visit_date": pd.Series(values, dtype=dtype, index=range(5, 5 + len(values)))})
    before = frame.copy(deep=True)
    assert texts(frame) == [expected]
    pd.testing.assert_frame_equal(frame, before)


def test_one_odd_column_does_not_change_how_the_others_are_read() -> None:
    frame = pd.DataFrame({"person_id": [1.0, None], "visit_date": [date(2024, 1, 2), "tbc"]})
    assert texts(frame) == [["1", None], ["2024-01-02", "tbc"]]


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        (pl.Series([date(2024, 1, 2), None]), ["2024-01-02", None]), (pl.Series(["a", None], dtype=pl.Categorical), ["a", None]),
        (pl.Series(["a"], dtype=pl.Enum(["a", "b"])), ["a"]), (pl.Series([12345.0, 1e15]), ["12345", "1000000000000000"]),
        (pl.Series([datetime(2024, 7, 2, 9)]).dt.replace_time_zone("UTC").dt.convert_time_zone(LONDON), ["2024-07-02 10:00:00"]),
        (pl.Series([1, date(2024, 1, 2), None], dtype=pl.Object), ["1", "2024-01-02", None]), (pl.Series([None, None]), [None, None]),
    ],
)  # fmt: skip
def test_a_polars_column_of_any_type_reads_as_text(series: pl.Series, expected: list[str]) -> None:
    frame = pl.DataFrame({"visit_id": [str(n) for n in range(len(series))], "visit_date": series})
    before = frame.clone()
    assert texts(frame) == [[str(n) for n in range(len(series))], expected]
    assert frame.schema == before.schema


def test_arrow_tables_and_batches_are_read_alike() -> None:
    columns = {"visit_id": pa.array([uuid.UUID(int=1).bytes], pa.uuid()), "person_id": [Decimal("12345.0000")]}
    assert texts(pa.table(columns)) == texts(pa.RecordBatch.from_pydict(columns)) == [[str(uuid.UUID(int=1))], ["12345"]]


@pytest.mark.parametrize(
    "frame", [pd.DataFrame({"notes": [["a"]]}), pl.DataFrame({"notes": [["a"]]}), pa.table({"notes": [b"\xff"]})]
)
def test_a_column_that_is_not_one_text_a_row_is_named(frame: Any) -> None:
    with pytest.raises(InputError, match=r"the column 'notes' holds .*, which is not one value a row"):
        texts(frame)


def test_numbers_as_headings_are_headings() -> None:
    (table,) = read_frames({"visit": pd.DataFrame([[1, 2]])})
    assert table.headings == ("0", "1")
    with pytest.raises(InputError, match="two columns have the same name"):
        read_frames({"visit": pd.DataFrame([[1, 2]], columns=[1, "1"])})
