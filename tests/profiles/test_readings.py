"""What stands in the model's tables once cells are read: moments, ids, and the marks of what could not be read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest
from tests.engines.spelled import CELLS, taken_apart

from casecheck.engines.duckdb import DuckDBEngine
from casecheck.policy import Policy, policy_from
from casecheck.profiles.building import Builder
from casecheck.profiles.loading import load_profile
from casecheck.profiles.matching import match_all, opening_for
from casecheck.sources import open_source

AS_OF = date(2024, 6, 28)


def column(table: str, name: str, cells: list[str], epoch: int | None = None, policy: Policy | None = None) -> list[Any]:
    """The values of one field of the model, read from these cells."""
    profile, policy = load_profile("model"), policy or Policy()
    opening = opening_for([profile], policy)
    matched = match_all(open_source({table: pa.table({name: cells})}, opening), profile, opening)
    matched.matches[0].raw.excel_epoch = epoch
    engine = DuckDBEngine(AS_OF)
    try:
        Builder(engine, matched, policy, AS_OF).build()
        return engine.rows(f"SELECT {name}, _unreadable FROM {table} ORDER BY _record")
    finally:
        engine.close()


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024-01-02 10:15:30", datetime(2024, 1, 2, 10, 15, 30)),
        ("2024-01-02T10:15:30Z", datetime(2024, 1, 2, 10, 15, 30)),
        ("2024-01-02T10:15", datetime(2024, 1, 2, 10, 15)),
        ("2024-01-02T10:15+01:00", datetime(2024, 1, 2, 10, 15)),
        ("2024-01-02", datetime(2024, 1, 2)),
        ("25/01/2024 10:15", datetime(2024, 1, 25, 10, 15)),
        ("25/1/2024 9:05", datetime(2024, 1, 25, 9, 5)),
        ("25/01/2024 9:05:00 PM", datetime(2024, 1, 25, 21, 5)),
        ("25/1/2024 12:05 am", datetime(2024, 1, 25, 0, 5)),
        ("25-Jan-24 10:15pm", datetime(2024, 1, 25, 22, 15)),
        ("25 January 2024 10:15", datetime(2024, 1, 25, 10, 15)),
        ("2024-01-02 10:15:30.123", datetime(2024, 1, 2, 10, 15, 30)),
        ("2024-01-02T10:15:30.1234567Z", datetime(2024, 1, 2, 10, 15, 30)),
        ("25/01/2024 09:05:00.123 PM", datetime(2024, 1, 25, 21, 5)),
        ("25/01/2024 10:15pm ", datetime(2024, 1, 25, 22, 15)),
        ("25/01/2024 25:15", datetime(2024, 1, 25)),
        ("25/01/2024 10:75", datetime(2024, 1, 25)),
    ],
)
def test_times_of_day_are_kept_in_every_form(cell: str, moment: datetime) -> None:
    assert column("visit", "recorded_at", [cell]) == [(moment, None)]


def test_a_moment_is_taken_apart_into_its_day_and_its_time() -> None:
    engine = DuckDBEngine(AS_OF)
    try:
        assert taken_apart(engine) == CELLS
    finally:
        engine.close()


def test_one_column_may_hold_moments_and_days() -> None:
    cells = ["2024-01-02", "25/01/2024 9:05 PM", "", "2024-01-03 23:59:59", "soon"]
    moments = [datetime(2024, 1, 2), datetime(2024, 1, 25, 21, 5), None, datetime(2024, 1, 3, 23, 59, 59), None]
    assert column("visit", "recorded_at", cells) == list(zip(moments, [None] * 4 + ["|recorded_at|"], strict=True))


@pytest.mark.parametrize("odd", [" too tired", "too tired ", "\u00a0too tired", "n/a", "", "#REF!", "SSD_PH", "caf\u00c3\u00a9"])
def test_one_odd_text_leaves_the_others_as_they_are(odd: str) -> None:
    """A column without any is not looked at cell by cell."""
    said = {"caf\u00c3\u00a9": odd}.get(odd, "too tired" if "tired" in odd else None)
    assert column("visit", "not_alone_reason", ["ill", "Ill at home"]) == [("ill", None), ("Ill at home", None)]
    assert column("visit", "not_alone_reason", ["ill", odd, "Ill at home"]) == [
        ("ill", None),
        (said, None),
        ("Ill at home", None),
    ]


def test_a_long_word_of_the_policy_for_nothing_known_empties_a_text() -> None:
    word = "information not recorded on the system at this time"
    policy = policy_from({"reading": {"null_words": ["n/a", word]}})
    assert column("visit", "not_alone_reason", ["ill", word.upper()], policy=policy) == [("ill", None), (None, None)]


def test_ids_are_folded_and_those_that_excel_changed_are_marked() -> None:
    cells = ["ab 12", " AB  12\u00a0", "'0012", "12.0", "-1", "N/A", "#REF!", "1.2E+11"]
    assert column("visit", "person_id", cells) == [
        ("AB 12", None),
        ("AB 12", None),
        ("0012", None),
        ("12", None),
        (None, None),
        (None, None),
        (None, None),
        (None, "|person_id|"),
    ]


def test_a_stand_in_leaves_an_end_open_and_a_start_unread() -> None:
    assert column("plan", "end_date", ["31/12/9999", "2024-01-02"]) == [(None, None), (date(2024, 1, 2), None)]
    assert column("plan", "start_date", ["01/01/1900"]) == [(None, "|start_date|")]


def test_bare_day_numbers_count_from_the_year_that_the_workbook_says() -> None:
    assert column("visit", "visit_date", ["45347"], epoch=1900) == [(date(2024, 2, 25), None)]
    assert column("visit", "visit_date", ["43885"], epoch=1904) == [(date(2024, 2, 25), None)]
    assert column("visit", "visit_date", ["45347"]) == [(None, "|visit_date|")]
