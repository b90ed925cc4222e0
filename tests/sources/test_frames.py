"""Frames of every kind, read as text; the caller's frame is never changed."""

from __future__ import annotations

import subprocess
import sys
import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import casecheck
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
        ([pd.Timestamp("2024-07-02 10:00", tz=LONDON), pd.Timestamp("2024-07-02 10:00", tz="UTC")], object, ["2024-07-02 10:00:00", "2024-07-02 11:00:00"]),
        (["2024-06-30 23:30", None], "datetime64[ns, UTC]", ["2024-07-01 00:30:00", None]),
        (["2024-12-31 23:30", None], "datetime64[us, UTC]", ["2024-12-31 23:30:00", None]),
        ([datetime(1, 1, 1, tzinfo=UTC), None], object, ["0001-01-01 00:00:00+00:00", None]),
        (["a", None, ""], pd.ArrowDtype(pa.string()), ["a", None, ""]), ([7, None], pd.ArrowDtype(pa.int64()), ["7", None]),
        ([date(2024, 1, 2), None], pd.ArrowDtype(pa.date32()), ["2024-01-02", None]),
        ([Decimal("1234.00"), None], pd.ArrowDtype(pa.decimal128(9, 2)), ["1234", None]), ([1234.0, np.nan], "Float64", ["1234", None]),
        (["x", 1, 2.0, None], "category", ["x", "1", "2", None]), ([pd.NA, None, np.nan, pd.NaT], object, [None] * 4),
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
    with pytest.raises(InputError, match="visit: two columns have the same name: '1'\n  help: rename or drop one"):
        read_frames({"visit": pd.DataFrame([[1, 2]], columns=[1, "1"])})
    with pytest.raises(InputError, match="visit: two columns have the same name: 'a'"):
        read_frames({"visit": pa.table([[1], [2]], names=["a", "a"])})


def test_headings_of_several_levels_are_refused() -> None:
    wide = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("visit", "id"), ("visit", "date")]))
    with pytest.raises(InputError, match="visit: its columns have 2 levels\n  help: give each column one name"):
        read_frames({"visit": wide})


def test_what_is_not_collected_yet_is_refused_and_says_how() -> None:
    with pytest.raises(InputError, match=r"'visit' is a LazyFrame, not a table\n  help: collect it first: frame.collect\(\)"):
        read_frames({"visit": pl.DataFrame({"a": [1]}).lazy()})


def test_whatever_gives_arrow_is_a_frame() -> None:
    relation = duckdb.sql("SELECT '0012' AS person_id, DATE '2024-01-02' AS visit_date")
    assert texts(relation) == [["0012"], ["2024-01-02"]]
    assert texts(_Capsule(pl.DataFrame({"a": ["x", None], "b": pl.Series(["y", "y"], dtype=pl.Categorical)}))) == [
        ["x", None],
        ["y", "y"],
    ]


class _Capsule:
    """A frame of a library that is not known, which gives Arrow."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize(
    "frame", [pd.DataFrame(), pd.DataFrame({"visit_id": []}), pl.DataFrame(), pa.table({}), pl.DataFrame({"visit_id": []})]
)
def test_a_frame_without_rows_or_columns_is_a_table_without_them(frame: Any) -> None:
    (table,) = read_frames({"visit": frame})
    assert isinstance(table.body, FrameBody)
    assert table.body.count == 0
    assert table.headings == tuple(map(str, frame.columns if not isinstance(frame, pa.Table) else ()))


def test_an_index_with_a_name_is_a_column_too_unless_a_column_has_that_name() -> None:
    frame = pd.DataFrame({"person_id": ["1", "2"]}, index=pd.Index([10.0, 11.0], name="visit_id"))
    (table,) = read_frames({"visit": frame})
    assert table.headings == ("person_id", "visit_id")
    assert texts(frame) == [["1", "2"], ["10", "11"]]
    both = frame.set_index("person_id", append=True, drop=False)
    assert texts(both) == [["1", "2"], ["10", "11"]]
    assert table.index is frame.index


def prints(frames: dict[str, pd.DataFrame]) -> dict[str, tuple[Any, ...]]:
    """All that can be seen of frames: a hash of every cell, the labels, the types, what is attached."""
    return {
        name: (
            pd.util.hash_pandas_object(frame.astype(object).map(repr), index=True).tolist(),
            list(frame.columns), frame.columns.names, frame.index.names, frame.dtypes.tolist(), dict(frame.attrs), id(frame.index),
        )
        for name, frame in frames.items()
    }  # fmt: skip


def test_an_audit_changes_no_frame_and_none_of_their_memory() -> None:
    odd = [pd.Timestamp("2024-01-02", tz="UTC"), "soon", date(2024, 1, 3), None]
    frames = {
        "visit": pd.DataFrame(
            {
                "visit_id": pd.Categorical(["V1", "V2", "V3", "V3"]), "person_id": [1.0, 2.0, np.nan, 3.0], "visit_date": pd.Series(odd, dtype=object),
                "child_seen": pd.array([True, None, False, True], dtype="boolean"),
                "recorded_at": pd.to_datetime(["2024-01-02 10:00"] * 4).tz_localize("UTC"), "status": pd.array(["done"] * 4, dtype=pd.ArrowDtype(pa.string())),
            },
            index=pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["team", None]),
        ),
        "person": pd.DataFrame({"person_id": ["1", "2", "3"], "date_of_birth": ["2015-01-01", "2016-01-01", "x"]}, index=[7, 7, 7]),
    }  # fmt: skip
    frames["visit"].attrs["from"] = "the data platform"
    before = prints(frames)
    memory = frames["visit"]["person_id"].to_numpy()
    with casecheck.audit(frames, as_of="2024-06-28", select=["INT", "VIS-CP-001"], policy={}) as result:
        result.findings["source_index"] = None
        result.verdicts("INT-012")
        result.compliance(by=["team"])
    assert prints(frames) == before
    assert memory is not None
    assert frames["visit"]["person_id"].to_numpy().tobytes() == memory.tobytes()


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(4), pd.Index([9, 3, 5, 1]), pd.Index(["d", "c", "b", "a"], name="key"), pd.Index([1.5, 2.5, 3.5, 4.5]),
        pd.date_range("2024-01-01", periods=4), pd.MultiIndex.from_product([["a", "b"], [1, 2]]), pd.Index(["x", 1, None, 2.5]),
        pd.CategoricalIndex(["d", "c", "b", "a"]),
    ],
)  # fmt: skip
def test_the_callers_own_labels_lead_back_to_the_row(index: pd.Index[Any]) -> None:
    visits = pd.DataFrame(
        {
            "visit_id": ["V1", "V2", "V3", "V4"], "person_id": ["1", "2", "3", "4"], "visit_type": "cp",
            "visit_date": ["2024-01-02", "soon", "later", "2024-01-05"], "child_seen": "Y",
        },
        index=index,
    )  # fmt: skip
    result = casecheck.audit(
        {"visit": visits, "person": pl.DataFrame({"person_id": ["1"]})}, as_of="2024-06-28", select=["INT-012"], policy={}
    )
    found = result.findings[result.findings["subject_table"] == "visit"]
    assert visits.iloc[found["record"] - 1]["visit_id"].tolist() == ["V2", "V3"]
    labels = [None if not isinstance(label, tuple) and pd.isna(label) else label for label in index[[1, 2]]]
    assert [None if label is pd.NA else label for label in found["source_index"]] == labels
    if None not in labels:
        assert visits.loc[found["source_index"].tolist()]["visit_id"].tolist() == ["V2", "V3"]
    judged = result.verdicts("INT-012")
    assert len(judged[(judged["verdict"] == "fail") & judged["source_index"].notna()]) == len(labels) - labels.count(None)
    assert result.findings.loc[result.findings["file"] == "person", "source_index"].isna().all()


WITHOUT_PANDAS = """
import sys
import polars as pl
import pyarrow as pa
import casecheck
columns = {"visit_id": ["V1", "V2"], "person_id": [12.0, 1e17], "visit_type": ["cp", "cp"], "visit_date": ["2024-01-02", "soon"]}
frame = pl.DataFrame({**columns, "child_seen": pl.Series([True, "no"], dtype=pl.Object)})
table = frame.drop("child_seen").to_arrow()
for given in (frame, table, table.to_batches()[0]):
    with casecheck.audit({"visit": given}, as_of="2024-06-28", select=["INT-012", "VIS"], policy={}) as result:
        assert [row["child_id"] for row in result.table.to_pylist()] == ["100000000000000000"], result.table
        assert result.verdict_table("INT-012").num_rows == 2
        result.summary(), repr(result), result._repr_html_()
assert "pandas" not in sys.modules
"""


def test_frames_that_are_not_of_pandas_are_audited_without_pandas() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_PANDAS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
