"""Rules held against plain Python on random histories, and what must not change an answer."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import Audit, Rows

from casecheck.engines.calendar import bank_holidays

CLOSED = set(bank_holidays(2031))
START = date(2024, 1, 2)
AS_OF = date(2024, 7, 31)
FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def add_working(day: date, number: int) -> date:
    """Ten lines of plain Python that know nothing of the calendar table."""
    while number:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in CLOSED:
            number -= 1
    return day


def visits_in_time(started: date, seen: list[date], as_of: date) -> str:
    points = sorted({started, *(day for day in seen if started <= day <= as_of)})
    ends = [*points[1:], None]
    if any((end or as_of) > add_working(point, 10) for point, end in zip(points, ends, strict=True)):
        return "fail"
    return "pass" if len(points) > 1 else "not_due"


days = st.integers(0, 210).map(lambda step: START + timedelta(days=step))
histories = st.lists(st.tuples(days, st.lists(days, max_size=25)), min_size=1, max_size=6)


def rows_of(children: list[tuple[date, list[date]]]) -> dict[str, Rows]:
    return {
        "person": [{"person_id": str(number), "date_of_birth": "2015-05-01"} for number in range(len(children))],
        "plan": [
            {"plan_id": f"P{number}", "person_id": str(number), "plan_type": "cp", "start_date": started}
            for number, (started, _) in enumerate(children)
        ],
        "visit": [
            {"visit_id": f"V{number}-{place}", "person_id": str(number), "visit_type": "cp", "visit_date": day, "child_seen": "Y"}
            for number, (_, seen) in enumerate(children)
            for place, day in enumerate(seen)
        ],
    }


@pytest.mark.slow
@FEW
@given(histories)
def test_visits_on_protection_plans_agree_with_plain_python(audit_rows: Audit, children: list[tuple[date, list[date]]]) -> None:
    result = audit_rows(rows_of(children), AS_OF, "VIS-CP-001", may_be_empty=["visit"])
    wanted = [visits_in_time(started, seen, AS_OF) for started, seen in children]
    tally = result.rules[0].tally
    assert (tally.failed, tally.passed, tally.not_due) == tuple(wanted.count(word) for word in ("fail", "pass", "not_due"))
    failing = {str(number) for number, word in enumerate(wanted) if word == "fail"}
    assert set(result.table["child_id"].to_pylist()) == failing


@pytest.mark.slow
@FEW
@given(st.lists(st.tuples(days, st.integers(0, 90) | st.none()), min_size=1, max_size=8))
def test_the_45_day_limit_agrees_with_plain_python(audit_rows: Audit, assessed: list[tuple[date, int | None]]) -> None:
    tables: dict[str, Rows] = {"person": [], "referral": [], "assessment": []}
    wanted: list[str] = []
    for number, (received, taken) in enumerate(assessed):
        done = received + timedelta(days=taken) if taken is not None else None
        done = done if done and done <= AS_OF else None
        due = add_working(received, 45)
        wanted.append("fail" if (done or AS_OF) > due else "pass" if done else "not_due")
        own = {"person_id": str(number), "referral_id": f"R{number}"}
        tables["person"].append({"person_id": str(number), "date_of_birth": "2015-05-01"})
        tables["referral"].append({**own, "received_date": received, "nfa_flag": "N"})
        more: dict[str, Any] = {"assessment_id": f"A{number}", "assessment_type": "single", "start_date": received}
        tables["assessment"].append({**own, **more, "authorised_date": done})
    result = audit_rows(tables, AS_OF, "ASM-001")
    tally = result.rules[0].tally
    assert (tally.failed, tally.passed, tally.not_due) == tuple(wanted.count(word) for word in ("fail", "pass", "not_due"))


@FEW
@given(st.integers(0, 9), st.integers(1, 40))
def test_a_planted_gap_is_found_and_a_clean_history_never_is(audit_rows: Audit, place: int, extra: int) -> None:
    points = [START]
    while len(points) < 11:
        points.append(add_working(points[-1], 10))
    clean = rows_of([(START, points[1:])])
    as_of = points[-1]
    assert audit_rows(clean, as_of, "VIS-CP-001").rules[0].status == "passed"
    late = add_working(points[place], 10 + extra)
    broken = [*points[: place + 1], late, *(day for day in points if day > late)]
    end = max(as_of, late)
    assert any(b > add_working(a, 10) for a, b in pairwise(broken))
    assert audit_rows(rows_of([(START, broken[1:])]), end, "VIS-CP-001").rules[0].tally.failed == 1


@pytest.mark.slow
@FEW
@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(audit_rows: Audit, children: list[tuple[date, list[date]]], chance: Any) -> None:
    tables = rows_of(children)
    turned = {name: chance.sample(rows, len(rows)) for name, rows in tables.items()}
    first, second = (audit_rows(rows, AS_OF, "VIS-CP-001", may_be_empty=["visit"]) for rows in (tables, turned))
    columns = ["finding_id", "message", "due_on", "days_overdue"]
    assert first.table.select(columns).to_pylist() == second.table.select(columns).to_pylist()


@pytest.mark.parametrize("weeks", [52, 104])
def test_a_shift_in_time_moves_the_answers_with_it(audit_rows: Audit, weeks: int) -> None:
    """In calendar days and without bank holidays in the way, the verdicts depend on distances alone."""
    shift = timedelta(weeks=weeks)
    history = {
        "person": [{"person_id": "1", "date_of_birth": "2015-05-01"}],
        "care_period": [{"care_period_id": "C", "person_id": "1", "start_date": START}],
        "legal_status": [{"person_id": "1", "legal_status": "C2", "start_date": START}],
        "placement": [{"placement_id": "L", "person_id": "1", "placement_type": "U6", "start_date": START}],
        "visit": [
            {"visit_id": "V", "person_id": "1", "visit_type": "cla", "visit_date": START + timedelta(days=9), "child_seen": "Y"}
        ],
    }
    moved = {
        name: [{field: value + shift if isinstance(value, date) else value for field, value in row.items()} for row in rows]
        for name, rows in history.items()
    }
    first = audit_rows(history, AS_OF, "VIS-CLA-001").table.to_pylist()
    second = audit_rows(moved, AS_OF + shift, "VIS-CLA-001").table.to_pylist()
    assert [(row["due_on"] + shift, row["days_overdue"]) for row in first] == [
        (row["due_on"], row["days_overdue"]) for row in second
    ]
    assert len(first) == 1
