from __future__ import annotations

from pathlib import Path

import pytest

import casecheck
from casecheck.errors import CasecheckError, ProfileError
from casecheck.model import load_model
from casecheck.profiles.loading import load_profile, shipped_profiles
from casecheck.profiles.matching import spellings
from casecheck.sources.raw import fold_heading


@pytest.mark.parametrize("name", ["annex_a", "ssd", "carefirst"])
def test_every_core_table_is_mapped_or_said_to_be_not_held(name: str) -> None:
    profile = shipped_profiles()[name]
    for table, spec in load_model().tables.items():
        if spec.kind == "core":
            assert profile.holds(table) or table in profile.not_held, table


def test_the_layouts_hold_what_was_published() -> None:
    profiles = shipped_profiles()
    assert len(profiles["annex_a"].sources) == 11
    assert len(profiles["ssd"].sources) == 48
    assert len(profiles["carefirst"].sources) == 21
    assert profiles["carefirst"].template


def test_headings_are_matched_whatever_their_case_spaces_and_quotes() -> None:
    source = shipped_profiles()["annex_a"].sources["list_8"]
    known = spellings(source)
    for heading in (
        "Number of Episodes the Child has been \u2018Missing\u2019 from their Placement in the last 12 months",
        "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N))",
        "child  unique id",
    ):
        assert fold_heading(heading) in known


def test_a_forced_profile_that_fits_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / "visit.csv").write_text("visit_id,person_id,visit_date\nV1,1,2024-01-02\n")
    with pytest.raises(CasecheckError, match="no table fits the profile 'ssd'"):
        casecheck.audit(tmp_path, profile="ssd", as_of="2024-06-28", policy={})


def test_an_unknown_profile_names_the_nearest() -> None:
    with pytest.raises(ProfileError, match="nearest: carefirst"):
        load_profile("care_first")


def test_an_authority_s_own_profile_file(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(
        "profile: ours\ntitle: Our extract\nsources:\n  calls:\n    required: [Call No, Child]\n    person: Child\n"
        "    columns:\n      Call No: [Ref]\n      Child: []\n      Seen?: []\n      Day: []\n"
        "tables:\n  visit:\n    - from: calls\n      fields: {visit_id: Call No, person_id: Child, visit_date: Day, child_seen: Seen?}\n"
    )
    (tmp_path / "extract").mkdir()
    (tmp_path / "extract" / "whatever.csv").write_text("REF,child,seen,day\n1,7,Yes,02/01/2024\n2,7,,03/01/2024\n")
    result = casecheck.audit(
        tmp_path / "extract", profile=str(tmp_path / "ours.yaml"), as_of="2024-06-28", select=["INT-005", "INT-012"], policy={}
    )
    assert result.extract.rows == {"visit": 2}
    assert result.extract.profile == "ours"


def test_a_profile_that_does_not_fit_the_model_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(
        "profile: ours\ntitle: t\nsources:\n  a: {required: [X], columns: {X: []}}\ntables:\n  visits:\n    - {from: a, fields: {visit_id: X}}\n"
    )
    with pytest.raises(ProfileError, match="the model has no table 'visits'"):
        load_profile(str(file))


@pytest.mark.parametrize(("second", "code", "readable"), [("02/01/2015", "IN023", False), ("01/01/2015", "IN024", True)])
def test_two_columns_that_mean_the_same_are_never_guessed(tmp_path: Path, second: str, code: str, readable: bool) -> None:
    (tmp_path / "persons.csv").write_text(f"PERSON_ID,DOB,Birth Date\n1,01/01/2015,{second}\n")
    result = casecheck.audit(tmp_path, profile="carefirst", as_of="2024-06-28", select=["INT-012"], policy={})
    assert code in [note.code for note in result.extract.accounts[0].notes]
    assert ("date_of_birth" in result.extract.fields["person"]) is readable
