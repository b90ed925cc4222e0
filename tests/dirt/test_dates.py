"""Dates and times (kinds 55 to 72)."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from tests.dirt.reading import (
    AS_OF,
    PERSON,
    PLAN,
    VISIT,
    account,
    audit,
    children,
    codes,
    contacts_sheet,
    done,
    outcome,
    unreadable,
)

import casecheck


def visits(*days: str) -> dict[str, str | bytes]:
    return {"visit.csv": VISIT + "".join(f"V{number},{number},cp,{day},Y\n" for number, day in enumerate(days))}


def test_055_official_dates_and_real_excel_dates_are_read_in_silence(tmp_path: Path) -> None:
    book = contacts_sheet("1", date(2015, 3, 4), "25/02/2024")
    book.worksheets[0].append(["2", "04/03/2015", datetime(2024, 2, 25)])
    book.save(tmp_path / "annex.xlsx")
    result = casecheck.audit(tmp_path / "annex.xlsx", profile="annex_a", as_of=AS_OF, select=["INT-012"], policy={})
    assert result.table.num_rows == 0
    assert account(result).cells == {}


def test_056_iso_dates_and_midnights_are_read_in_silence(tmp_path: Path) -> None:
    result = audit(tmp_path, visits("2024-02-25", "2024-02-25 00:00:00", "2024-02-25T00:00:00"))
    assert account(result).cells == {}
    assert codes(result) == []


def test_057_named_months_are_read_and_two_digit_years_counted(tmp_path: Path) -> None:
    result = audit(tmp_path, visits("20-Jun-15", "20-Jun-2015", "20 June 2015"))
    assert done(result, "visit_date") == {"two-digit year": 1}
    assert unreadable(result) == []


def test_058_a_two_digit_year_takes_the_only_century_that_makes_sense(tmp_path: Path) -> None:
    person = PERSON + "1,20-Jun-15,F,,,\n2,20-Jun-60,F,,,\n"
    result = audit(tmp_path, {"person.csv": person, **visits("20-Jun-60", "20-Jun-24")})
    assert done(result, "date_of_birth", "person.csv") == {"two-digit year": 2}
    assert done(result, "visit_date", "visit.csv") == {"unreadable": 1, "two-digit year": 1}
    assert unreadable(result) == [1]


def test_059_american_dates_are_never_guessed_cell_by_cell(tmp_path: Path) -> None:
    mixed = audit(tmp_path, visits("02/25/2024", "25/02/2024", "03/04/2024"))
    assert codes(mixed) == ["IN042"]
    assert done(mixed, "visit_date") == {"ambiguous date": 1}
    assert outcome(mixed, "INT-012").status in ("failed", "not_assessable")
    assert outcome(mixed, "INT-012").incomplete


def test_059_a_column_that_fits_one_order_is_read_in_it_and_that_is_said(tmp_path: Path) -> None:
    result = audit(tmp_path, visits("02/25/2024", "03/04/2024", "03/04/2024"))
    assert codes(result) == ["IN045"]
    assert "month/day/year" in str(account(result).notes[0])
    assert account(result).cells == {}


def test_059_a_column_that_fits_both_orders_throughout_is_not_assessable(tmp_path: Path) -> None:
    result = audit(
        tmp_path, {"person.csv": PERSON + "1,2015-02-01,F,,,\n", **visits("01/02/2024", "03/04/2024")}, "INT-009", "INT-012"
    )
    assert codes(result, "visit.csv") == ["IN041"]
    assert "visit.visit_date" in result.extract.faulty
    assert any("day/month or month/day" in reason for reason in outcome(result, "INT-012").reasons)
    assert not result.complete
    told = audit(tmp_path, {}, policy={"reading": {"date_order": "DMY"}})
    assert codes(told, "visit.csv") == []
    assert "day/month/year (said by the policy)" in account(told, "visit.csv").how
    assert told.extract.faulty == {}


def test_059_a_column_that_mixes_two_orders_under_a_said_one_is_not_assessable(tmp_path: Path) -> None:
    days = ["02/25/2024"] * 3 + ["25/02/2024"] * 20 + ["03/04/2024"]
    result = audit(tmp_path, visits(*days), policy={"reading": {"date_order": "DMY"}})
    assert codes(result) == ["IN042"]
    assert done(result, "visit_date") == {"unreadable": 3, "ambiguous date": 1}
    few = audit(tmp_path, visits(*days[1:]), policy={"reading": {"date_order": "DMY"}})
    assert codes(few) == []
    assert done(few, "visit_date") == {"unreadable": 2}


def test_060_day_numbers_in_a_workbook_are_converted_and_counted(tmp_path: Path) -> None:
    book = contacts_sheet("1", "2015-03-04", 45347)
    book.save(tmp_path / "annex.xlsx")
    policy = {"reading": {"excel_dates": "1900"}}
    result = casecheck.audit(tmp_path / "annex.xlsx", profile="annex_a", as_of=AS_OF, select=["INT-012"], policy=policy)
    assert done(result, "Date of Contact") == {"day number converted": 1}


def test_060_day_numbers_in_a_text_file_are_not_dates_until_the_policy_says_so(tmp_path: Path) -> None:
    result = audit(tmp_path, visits("45347", "2024-02-25"))
    assert codes(result) == ["IN043"]
    assert done(result, "visit_date") == {"day number": 1}
    assert "visit.visit_date" in result.extract.faulty
    told = audit(tmp_path, {}, policy={"reading": {"excel_dates": "1904"}})
    assert done(told, "visit_date") == {"day number converted": 1}
    assert codes(told) == []


def test_061_a_formula_without_a_saved_value_is_unreadable_and_not_blank(tmp_path: Path) -> None:
    book = contacts_sheet("1", "2015-03-04", "=B2+5")
    book.save(tmp_path / "annex.xlsx")
    result = casecheck.audit(tmp_path / "annex.xlsx", profile="annex_a", as_of=AS_OF, select=["INT-012"], policy={})
    assert sum(done(result, "Date of Contact").values()) == 1
    assert children(result, "INT-012") == ["1"]


def test_062_stand_in_dates_are_no_dates_and_said(tmp_path: Path) -> None:
    plan = PLAN + "P1,1,cp,01/01/1900,,NEG,NEG\nP2,2,cp,2024-01-02,31/12/9999,NEG,NEG\nP3,3,cp,2024-01-02,99991231,NEG,NEG\n"
    result = audit(tmp_path, {"plan.csv": plan})
    assert codes(result) == ["IN044", "IN044"]
    assert done(result, "end_date") == {"stand-in date": 2}
    assert children(result, "INT-012") == ["1"]


def test_063_partly_known_dates_are_counted_as_such(tmp_path: Path) -> None:
    result = audit(tmp_path, visits("zz/06/2015", "2024-01-02"))
    assert done(result, "visit_date") == {"partial date": 1}
    assert unreadable(result) == [1]


def test_064_impossible_dates_and_words_are_findings(tmp_path: Path) -> None:
    result = audit(tmp_path, visits("31/02/2024", "tbc", "ongoing", "2024-01-02"))
    assert done(result, "visit_date") == {"unreadable": 3}
    assert unreadable(result) == [1, 2, 3]


def test_066_a_birth_date_ahead_is_an_expected_one_and_said(tmp_path: Path) -> None:
    result = audit(tmp_path, {"person.csv": PERSON + "1,2024-09-01,U,,,\n"}, "INT-009")
    assert codes(result) == ["IN061"]
    assert children(result, "INT-009") == []


def test_067_068_times_are_kept_as_written_and_a_date_alone_is_midnight(tmp_path: Path) -> None:
    head = "visit_id,person_id,visit_type,visit_date,recorded_at\n"
    rows = ["2024-02-24T10:15:00", "25/02/2024 10:15", "2024-02-25", "5/2/2024 9:05:00 PM", "31/03/2024 01:30"]
    text = head + "".join(f"V{number},1,cp,2024-01-02,{cell}\n" for number, cell in enumerate(rows))
    result = audit(tmp_path, {"visit.csv": text})
    assert account(result).cells == {}
    assert unreadable(result) == []


def test_070_dates_out_of_order_are_findings(tmp_path: Path) -> None:
    person = PERSON + "1,2015-01-01,F,,,\n2,2015-01-01,F,,,\n3,2015-01-01,F,,,\n"
    plan = PLAN + "P1,1,cp,2024-02-02,2024-01-02,NEG,NEG\nP2,2,cp,2001-01-01,2001-02-01,NEG,NEG\nP3,3,cp,2025-01-01,,NEG,NEG\n"
    result = audit(tmp_path, {"person.csv": person, "plan.csv": plan}, "INT-004", "INT-007", "INT-009")
    assert children(result, "INT-004") == ["1"]
    assert "2" in children(result, "INT-007")
    assert "3" in children(result, "INT-009")


@pytest.mark.parametrize(("born", "found"), [("2024-04-01", []), ("2026-04-01", ["1"])])
def test_071_a_plan_before_birth_is_right_only_for_a_child_soon_born(tmp_path: Path, born: str, found: list[str]) -> None:
    files: dict[str, str | bytes] = {
        "person.csv": PERSON + f"1,{born},F,,,\n",
        "plan.csv": PLAN + "P1,1,cp,2024-01-02,,NEG,NEG\n",
    }
    assert children(audit(tmp_path, files, "INT-007", as_of="2026-06-30"), "INT-007") == found


def test_065_a_date_in_three_columns_is_joined_by_the_profile(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(
        "profile: ours\ntitle: t\ndate_order: DMY\nsources:\n  person:\n    required: [id]\n    person: id\n"
        "    columns: {id: [], DOB_DAY: [], DOB_MTH: [], DOB_YR: []}\n"
        "tables:\n  person:\n    - from: person\n"
        "      fields: {person_id: id, date_of_birth: {joined: [DOB_DAY, DOB_MTH, DOB_YR]}}\n"
    )
    text = "id,DOB_DAY,DOB_MTH,DOB_YR\n1,3,4,2015\n2,31,2,2015\n3,,,\n"
    result = audit(tmp_path, {"person.csv": text}, profile=str(tmp_path / "ours.yaml"))
    assert unreadable(result) == [2]


def test_059_a_file_in_american_order_is_told_and_cured_for_that_file_alone(tmp_path: Path) -> None:
    rows = "".join(f"{number},C2,01/{day}/2024,\n" for number, day in enumerate(range(13, 22)))
    files = {"legal_status.csv": "PERSON_ID,LEGAL_STATUS,START_DATE,END_DATE\n" + rows}
    result = audit(tmp_path, dict(files), profile="carefirst")
    assert "IN039" in codes(result, "legal_status.csv")
    cured = audit(tmp_path, dict(files), profile="carefirst", policy={"files": {"legal_status.csv": {"date_order": "MDY"}}})
    assert "start_date" not in cured.extract.blank["legal_status"]
    assert unreadable(cured) == []
