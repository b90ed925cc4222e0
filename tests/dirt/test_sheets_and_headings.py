"""Sheets and headings (kinds 15 to 30)."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from tests.dirt.reading import AS_OF, CONTACTS, VISIT, account, audit, codes, outcome

import casecheck
from casecheck.result import AuditResult

CONTACT = "1,F,WBRI,2015-01-02,9,2024-01-02,6\n"
LIST_10 = ["Child Unique ID", "Gender", "Date of Birth", "Date of Decision that Child Should be Placed for Adoption"]


def workbook(tmp_path: Path, **sheets: list[list[str]]) -> AuditResult:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title.replace("_", " "))
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "annex.xlsx")
    return casecheck.audit(tmp_path / "annex.xlsx", profile="annex_a", as_of=AS_OF, select=["INT-012"], policy={})


@pytest.mark.parametrize("title", ["List_1", "List 1 - Contacts", "list_1", "Sheet1", "List 10"])
def test_015_a_sheet_is_known_by_its_headings_before_its_name(tmp_path: Path, title: str) -> None:
    result = workbook(tmp_path, **{title: [CONTACTS.strip().split(","), CONTACT.strip().split(",")]})
    assert account(result).source == "list_1"


def test_016_rows_above_the_headings_are_passed_over_and_said(tmp_path: Path) -> None:
    result = audit(tmp_path, {"List 1.csv": "Contacts,,\nprinted on Friday,,\n,,\n" + CONTACTS + CONTACT}, profile="annex_a")
    assert codes(result) == ["IN021"]
    assert account(result).used == 1


def test_017_two_headings_for_one_column_are_refused_with_both_places(tmp_path: Path) -> None:
    text = "PERSON_ID,DOB,Birth Date\n1,01/01/2015,02/01/2015\n"
    result = audit(tmp_path, {"persons.csv": text}, profile="carefirst")
    assert "columns 2 and 3 both mean DATE_OF_BIRTH, and they differ" in [str(note) for note in account(result).notes]
    assert "date_of_birth" not in result.extract.fields["person"]


def test_018_a_table_with_some_of_its_columns_is_read_and_the_lost_rules_named(tmp_path: Path) -> None:
    result = audit(tmp_path, {"visit.csv": "visit_id,person_id,visit_date\nV1,1,2024-01-02\n"}, "VIS-CP-001", "INT-012")
    assert "child_seen" in account(result).missing_columns
    assert outcome(result, "VIS-CP-001").status == "not_assessable"


def test_019_columns_that_nobody_knows_are_listed(tmp_path: Path) -> None:
    result = audit(tmp_path, {"visit.csv": VISIT.strip() + ",Local flag\nV1,1,cp,2024-01-02,Y,7\n"})
    assert account(result).unknown_columns == ("Local flag",)


@pytest.mark.parametrize(("second", "code"), [("2024-01-03", "IN023"), ("2024-01-02", "IN024")])
def test_020_two_headings_alike_are_one_column_when_they_hold_the_same(tmp_path: Path, second: str, code: str) -> None:
    result = audit(tmp_path, {"visit.csv": VISIT.strip() + f",visit_date\nV1,1,cp,2024-01-02,Y,{second}\n"})
    assert code in codes(result)
    assert ("visit_date" in result.extract.fields["visit"]) is (code == "IN024")


@pytest.mark.parametrize(
    "heading",
    ["Date of contact", "DATE  OF CONTACT ", "Date\u00a0of Contact", "DateOfContact", "Date-of-contact?", "Contact Date"],
)
def test_021_022_024_headings_match_whatever_their_case_spaces_and_marks(tmp_path: Path, heading: str) -> None:
    result = audit(tmp_path, {"List 1.csv": CONTACTS.replace("Date of Contact", heading) + CONTACT}, profile="annex_a")
    assert account(result).source == "list_1"
    assert account(result).unknown_columns == ()


def test_023_024_the_faults_of_the_official_headings_are_known(tmp_path: Path) -> None:
    flag = "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N))"
    need = "Child\u2019s Category of Need"
    text = f"Child Unique ID,Date Started to be Looked After,{flag},{need}\n1,2024-01-02,a) Yes,N1\n"
    result = audit(tmp_path, {"List 8.csv": text}, profile="annex_a")
    assert account(result).unknown_columns == ()


def test_025_a_heading_is_never_found_inside_another_word(tmp_path: Path) -> None:
    text = CONTACTS.replace("Age of Child (Years)", "Placement stage").replace("Gender", "Genderid")
    result = audit(tmp_path, {"List 1.csv": text + CONTACT}, profile="annex_a")
    assert account(result).unknown_columns == ("Genderid", "Placement stage")


def test_027_an_older_layout_of_a_list_is_read_and_what_it_lacks_is_listed(tmp_path: Path) -> None:
    text = "Child Unique ID,Gender,Date of Birth,Allocated Team,Allocated Worker,Eligibility Category\n1,F,2006-01-02,East,W,a) Relevant child\n"
    result = audit(tmp_path, {"List 9.csv": text}, profile="annex_a")
    assert account(result).source == "list_9"
    assert account(result).missing_columns


@pytest.mark.parametrize("heading", ["CHILD_PI", "Sex"])
def test_028_headings_of_other_years_are_aliases_or_listed_as_unknown(tmp_path: Path, heading: str) -> None:
    text = f"PERSON_ID,DATE_OF_BIRTH,{heading}\n1,01/02/2015,F\n"
    result = audit(tmp_path, {"persons.csv": text}, profile="carefirst")
    assert account(result).unknown_columns == (("CHILD_PI",) if heading == "CHILD_PI" else ())


def test_026_headings_on_two_rows_are_read_together(tmp_path: Path) -> None:
    above = ["Child Unique", None, None, "Date of", None, "Date of", "Contact"]
    below = ["ID", "Gender", "Ethnicity", "Birth", "Age of Child (Years)", "Contact", "Source"]
    result = workbook(tmp_path, List_1=[above, below, CONTACT.strip().split(",")])  # type: ignore[list-item]
    assert account(result).source == "list_1"
    assert "IN028" in codes(result)
