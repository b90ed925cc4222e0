from __future__ import annotations

import pytest

from casecheck.model import load_code_sets, load_model
from casecheck.model.codes import fold

CORE = [
    "person",
    "person_identifier",
    "relationship",
    "worker",
    "allocation",
    "contact",
    "referral",
    "assessment",
    "s47_enquiry",
    "conference",
    "plan",
    "plan_review",
    "visit",
    "case_note",
    "management_decision",
    "supervision",
    "care_period",
    "legal_status",
    "placement",
    "missing_episode",
]


def test_the_core_tables_are_the_twenty() -> None:
    core = [name for name, table in load_model().tables.items() if table.kind == "core"]
    assert sorted(core) == sorted(CORE)


@pytest.mark.parametrize("name", sorted(load_model().tables))
def test_a_table_refers_only_to_what_exists(name: str) -> None:
    model, sets = load_model(), load_code_sets()
    table = model.tables[name]
    assert set(table.key) <= set(table.fields)
    for field in table.fields.values():
        assert not field.references or field.references in model.tables
        assert not field.code_set or field.code_set in sets


@pytest.mark.parametrize("name", sorted(load_code_sets()))
def test_every_spelling_means_a_code_of_its_set(name: str) -> None:
    codes = load_code_sets()[name]
    assert set(codes.words.values()) <= set(codes.labels)


@pytest.mark.parametrize(
    ("code_set", "cell", "code"),
    [
        ("cin_sex", "b) Female", "F"),
        ("cin_sex", "b)Female", "F"),
        ("cin_sex", "1", "M"),
        ("ethnicity", "a) WBRI", "WBRI"),
        ("ethnicity", "wbri", "WBRI"),
        ("primary_need", "N1 - Abuse or Neglect", "N1"),
        ("placement_provider", "e) PR4 - Private provision", "PR4"),
        ("placement_type", "f) U6: Foster placement - not FFA", "U6"),
        ("referral_source", "q) 6: Police", "6"),
        ("referral_source", "10.0", "10"),
        ("yes_no", "True", "Y"),
        ("yes_no_unknown", "c) Unknown", "U"),
        ("category_of_abuse", "Physical abuse", "PHY"),
        ("primary_need", "PSRMEM - Support with memory and cognition", None),
        ("yes_no", "CS Assessment Updated", None),
        ("yes_no_unknown", "No Visit - new in last month", None),
        ("cin_sex", "Femail", None),
    ],
)
def test_spellings_are_read_and_nothing_is_guessed(code_set: str, cell: str, code: str | None) -> None:
    assert load_code_sets()[code_set].read(cell) == code


def test_quotes_and_dashes_do_not_matter() -> None:
    assert fold("Child\u2019s  need \u2013 other") == "child's need - other"
