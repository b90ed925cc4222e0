"""The contract of each table: its types, blanks, codes and key, in whatever storage a frame has."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pyarrow as arrow
import pytest

from casecheck import contracts
from casecheck.contracts.cells import look
from casecheck.contracts.rulebook import key_of, shape_of
from casecheck.errors import CasecheckError
from casecheck.model import Field, load_code_sets, load_model

TABLES = load_model().tables
TODAY = "2024-06-28"
DAY = date(2024, 6, 28)


def visits(**changes: Any) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "visit_id": ["V1", "V2", "V3"],
        "person_id": ["0012", "C2", None],
        "visit_type": ["cp", "cin", "cp"],
        "visit_date": pd.to_datetime(["2024-02-01", "2024-03-01", "2024-03-29"]),
        "child_seen": ["Y", None, "N"],
    }
    return pd.DataFrame(columns | changes)


def cases(frame: pd.DataFrame, table: str = "visit") -> list[tuple[Any, ...]]:
    """Column, key and words of each failure."""
    with pytest.raises(pa.errors.SchemaErrors) as caught:
        contracts.schema(table, as_of=TODAY).validate(frame, lazy=True)
    found = caught.value.failure_cases
    return sorted(zip(found["column"], found["index"], found["failure_case"].fillna("blank"), strict=True), key=str)


@pytest.mark.parametrize("table", TABLES)
def test_every_field_has_its_column_and_the_key_is_the_index(table: str) -> None:
    spec, schema = TABLES[table], contracts.schema(table)
    key = key_of(spec)
    assert list(schema.columns) == [name for name in spec.fields if name != key]
    assert [index.name for index in schema.index.indexes] if key and isinstance(schema.index, pa.MultiIndex) else True
    if key:
        assert (schema.index.name, schema.index.unique, schema.index.nullable) == (key, True, False)
    else:
        assert schema.index is None
    for name, column in schema.columns.items():
        assert column.metadata["type"] == spec.fields[name].type
        assert column.metadata.get("code_set", "") == spec.fields[name].code_set
        assert column.required or column.nullable


def test_blanks_are_allowed_where_the_integrity_rules_allow_them() -> None:
    columns = contracts.schema("visit").columns
    assert [name for name, column in columns.items() if not column.nullable] == ["visit_type", "visit_date"]
    assert [name for name, column in columns.items() if column.required] == ["visit_type", "visit_date"]
    assert shape_of("plan").conditional == {"INT-006": contracts.schema("plan").checks[0].places["INT-006"]}


_STORAGE: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "as pandas has it": lambda frame: frame,
    "objects": lambda frame: frame.astype(object),
    "Python's days": lambda frame: frame.assign(visit_date=frame["visit_date"].dt.date.astype(object)),
    "other units": lambda frame: frame.assign(visit_date=frame["visit_date"].astype("datetime64[s]")),
    "nanoseconds": lambda frame: frame.assign(visit_date=frame["visit_date"].astype("datetime64[ns]")),
    "nullable": lambda frame: frame.convert_dtypes(),
    "Arrow": lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
    "Arrow's days": lambda frame: frame.assign(visit_date=frame["visit_date"].astype(pd.ArrowDtype(arrow.date32()))),
    "categories": lambda frame: frame.assign(visit_type=frame["visit_type"].astype("category")),
    "key in the index": lambda frame: frame.set_index("visit_id"),
    "text": lambda frame: frame.assign(person_id=frame["person_id"].astype("string")),
}


@pytest.mark.parametrize("storage", _STORAGE)
def test_any_storage_will_do(storage: str) -> None:
    given = _STORAGE[storage](visits())
    before = given.copy()
    found = contracts.schema("visit").validate(given, lazy=True)
    assert found.index.tolist() == ["V1", "V2", "V3"]
    assert found.dtypes["visit_date"] == given.dtypes["visit_date"]
    pd.testing.assert_frame_equal(given, before)


def test_faults_are_told_once_a_record_with_its_key_and_never_with_the_cell() -> None:
    frame = visits(visit_date=[pd.Timestamp("2024-02-01"), "Secret Name", None], child_seen=["Y", "Secret Name", None])
    with pytest.raises(pa.errors.SchemaErrors) as caught:
        contracts.schema("visit", as_of=TODAY).validate(frame, lazy=True)
    assert "Secret" not in str(caught.value)
    assert "Secret" not in caught.value.failure_cases.to_string()
    with pytest.raises(pa.errors.SchemaError) as first:
        contracts.schema("visit", as_of=TODAY).validate(frame)
    assert "Secret" not in str(first.value)
    assert cases(frame) == [
        ("child_seen", "V2", "cannot be read as a code of yes_no_unknown"),
        ("visit_date", "V2", "cannot be read as a day"),
        ("visit_date", "V3", "blank"),
    ]


@pytest.mark.parametrize(
    "kind, cell, fits",
    [
        ("date", pd.Timestamp("2024-02-01"), True),
        ("date", date(2024, 2, 1), True),
        ("date", datetime(2024, 2, 1, 10, 30), False),
        ("date", pd.Timestamp("2024-02-01", tz="UTC"), False),
        ("date", "2024-02-01", False),
        ("date", date(1850, 1, 1), False),
        ("datetime", datetime(2024, 2, 1, 10, 30), True),
        ("datetime", "2024-02-01 10:30", False),
        ("integer", 3, True),
        ("integer", 3.0, True),
        ("integer", 3.5, False),
        ("integer", -1, False),
        ("integer", "3", False),
        ("integer", True, False),
        ("integer", 3_000_000_000, False),
        ("decimal", 0.6, True),
        ("decimal", Decimal("0.6"), True),
        ("decimal", float("inf"), False),
        ("decimal", "0.6", False),
        ("id", "0012", True),
        ("id", "v1", False),
        ("id", " V1", False),
        ("id", "", False),
        ("id", 12, False),
        ("id", "1.2E+11", False),
        ("text", "anything", True),
        ("text", 12, False),
        ("text", ["a", "list"], False),
        ("flag", "Y", True),
        ("flag", "Yes", False),
        ("flag", True, False),
        ("code_list", ";A;B;", True),
        ("code_list", "B, A", False),
    ],
)
def test_what_a_cell_of_each_type_is(kind: Any, cell: Any, fits: bool) -> None:
    found = look(pd.Series([cell, None], dtype=object), "field", Field(type=kind), DAY)
    assert found.faults == ([""] if fits else found.faults)
    assert bool(found.faults[0]) is not fits
    assert found.which.tolist() == [0, -1]


def test_every_code_is_the_code_that_casecheck_reads_in_it() -> None:
    for name, codes in load_code_sets().items():
        found = look(pd.Series(list(codes.labels), dtype=object), "field", Field(type="code", codes=name), DAY)
        assert set(found.faults) == {""}, name


def test_coercion_reads_as_an_audit_reads() -> None:
    given = visits(
        visit_id=["v1", " V2 ", 3],
        person_id=[12, 13, None],
        visit_date=["2024-02-01", "13/03/2024", "29 March 2024"],
        child_seen=["yes", "n/a", "No"],
        recorded_at=["2024-02-01 3:04 PM", None, "13/03/2024 10:30:05"],
    )
    read = contracts.schema("visit", coerce=True, as_of=TODAY).validate(given, lazy=True)
    assert read.index.tolist() == ["V1", "V2", "3"]
    assert read["person_id"].tolist()[:2] == ["12", "13"]
    assert read["visit_date"].tolist() == [pd.Timestamp("2024-02-01"), pd.Timestamp("2024-03-13"), pd.Timestamp("2024-03-29")]
    assert str(read["visit_date"].dtype) == str(read["recorded_at"].dtype) == "datetime64[us]"
    assert read["child_seen"].fillna("").tolist() == ["Y", "", "N"]
    assert read["recorded_at"].tolist()[::2] == [pd.Timestamp("2024-02-01 15:04"), pd.Timestamp("2024-03-13 10:30:05")]
    staff = contracts.schema("worker", coerce=True).validate(
        pd.DataFrame({"worker_id": ["W1", "W2"], "fte": ["0.6", None], "stated_caseload": ["1,200", None]}), lazy=True
    )
    assert staff.dtypes.astype(str).to_dict() == {"fte": "float64", "stated_caseload": "Int64"}


def test_dates_of_two_orders_are_not_guessed() -> None:
    frame = visits(visit_date=["13/02/2024", "02/14/2024", "29/03/2024"])
    with pytest.raises(pa.errors.SchemaErrors) as caught:
        contracts.schema("visit", coerce=True, as_of=TODAY).validate(frame, lazy=True)
    assert set(caught.value.failure_cases["column"]) == {"visit_date"}
    assert caught.value.data["visit_date"].tolist()[1] == "02/14/2024"


def test_a_column_that_is_needed_is_missed_and_others_are_not() -> None:
    with pytest.raises(pa.errors.SchemaErrors) as caught:
        contracts.schema("visit").validate(visits().drop(columns=["visit_date", "child_seen"]), lazy=True)
    assert caught.value.failure_cases["failure_case"].tolist() == ["visit_date"]
    assert len(contracts.schema("visit").validate(visits().drop(columns="child_seen").assign(ours=1), lazy=True)) == 3


def test_a_table_without_a_key_of_one_field_takes_any_index() -> None:
    frame = pd.DataFrame({"person_id": ["C1"], "worker_id": ["W1"], "start_date": [date(2024, 1, 2)]}, index=["any"])
    assert contracts.schema("allocation").validate(frame, lazy=True).index.tolist() == ["any"]
    numbers = pd.DataFrame({"person_id": ["C1", "C2"], "id_type": ["upn", "upn"], "id_value": [None, None]})
    assert contracts.schema("person_identifier").validate(numbers, lazy=True).columns.tolist() == list(numbers.columns)


def test_a_schema_can_be_sent_to_another_process() -> None:
    again = pickle.loads(pickle.dumps(contracts.schema("plan", "INT-004", as_of=TODAY)))
    assert again.columns["plan_type"].dtype == contracts.schema("plan", as_of=TODAY).columns["plan_type"].dtype
    assert [check.name for check in again.checks] == ["INT-006", "INT-004"]
    assert len(pickle.loads(pickle.dumps(contracts.schema("visit"))).validate(visits(), lazy=True)) == 3


def test_an_unknown_table_is_named_with_the_nearest() -> None:
    with pytest.raises(CasecheckError, match="the model has no table 'visits'"):
        contracts.schema("visits")
