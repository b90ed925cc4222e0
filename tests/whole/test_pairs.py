"""Two records of one child are found by their names, twins are not, and the names stay where they were."""

from __future__ import annotations

import pytest
from tests.conftest import Audit

from casecheck.whole.pairs import likeness

BORN = "2015-03-07"


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        (("Anna", "Lee"), ("Anna", "Lee"), 100, 100),
        (("Anna", "O'Neill"), ("ANNA", "Oneill"), 100, 100),
        (("Zoë", "García"), ("Zoe", "Garcia"), 100, 100),
        (("Anna", "Lee"), ("Lee", "Anna"), 100, 100),
        (("Jonathan", "Smith"), ("Jonathon", "Smyth"), 85, 99),
        (("Anna", "Lee"), ("Bella", "Lee"), 0, 70),
        (("Anna", "Lee"), ("", "Lee"), 0, 0),
    ],
)
def test_names_are_compared_without_accents_case_and_marks(
    one: tuple[str, str], other: tuple[str, str], least: float, most: float
) -> None:
    assert least <= likeness(one, other) <= most
    assert likeness(one, other) == likeness(other, one)


def test_duplicates_are_found_and_twins_are_not(audit_rows: Audit) -> None:
    people = [
        ("C1", "Jonathan", "Smith", BORN),
        ("C2", "Jonathon", "Smith", BORN),
        ("C3", "Jonathan", "Smith", "2015-07-03"),
        ("C4", "Jonathan", "Smith", "2015-03-08"),
        ("C5", "Marie", "Smith", BORN),
        ("C6", "Smith", "Jonathan", BORN),
    ]
    rows = [{"person_id": i, "forename": f, "surname": s, "date_of_birth": b} for i, f, s, b in people]
    result = audit_rows({"person": rows, "person_identifier": []}, "2026-03-31", "INT-002", may_be_empty=["person_identifier"])
    found = {row["child_id"]: row["message"] for row in result.table.to_pylist()}
    assert sorted(found) == ["C2", "C3", "C6"]
    assert all(message.startswith("May be the same child as C1,") for message in found.values())
    shown = str(result.table.to_pylist()) + repr(result) + str(result.summary())
    assert [name for name in ("Jonath", "Smith") if name in shown] == []
