"""Files and encodings (kinds 1 to 14)."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from tests.dirt.reading import AS_OF, CONTACTS, VISIT, account, audit, codes, contacts_sheet, done, outcome, unreadable

import casecheck
from casecheck.errors import CasecheckError, InputError

ROW = "V1,1,cp,2024-01-02,Y\n"


def test_001_a_byte_order_mark_before_the_first_heading_is_no_heading(tmp_path: Path) -> None:
    result = audit(tmp_path, {"visit.csv": b"\xef\xbb\xbf" + (VISIT + ROW).encode()}, "INT-001")
    assert account(result).missing_columns == account(audit(tmp_path, {"visit.csv": VISIT + ROW}, "INT-001")).missing_columns
    assert codes(result) == []


def test_002_text_that_is_not_utf_8_is_read_by_the_declared_fallback_and_said(tmp_path: Path) -> None:
    result = audit(
        tmp_path, {"List 1.csv": (CONTACTS + "1,F,WBRI,2015-01-02,9,2024-01-02,Caf\u00e9\n").encode("cp1252")}, profile="annex_a"
    )
    assert codes(result) == ["IN010"]
    assert "cp1252" in account(result).how
    other: dict[str, str | bytes] = {"List 3.csv": "Child Unique ID,Date of referral,Referral NFA?\n1,2024-01-02,No\n"}
    refused = audit(tmp_path, other, profile="annex_a", policy={"reading": {"encoding_fallback": ""}})
    assert codes(refused, "List 1.csv") == ["IN014"]


def test_003_utf_16_with_its_mark_is_read_and_said(tmp_path: Path) -> None:
    result = audit(tmp_path, {"visit.csv": (VISIT + ROW).replace(",", "\t").encode("utf-16")})
    assert codes(result)[0] == "IN011"
    assert result.extract.rows == {"visit": 1}


def test_005_curly_quotes_and_long_dashes_are_folded_for_matching(tmp_path: Path) -> None:
    head = "referral_id,person_id,received_date,primary_need\n"
    result = audit(
        tmp_path, {"referral.csv": head + "R1,1,2024-01-02,Child\u2019s disability\nR2,2,2024-01-02,N1 \u2013 Abuse or neglect\n"}
    )
    assert done(result, "primary_need") == {"other spelling": 2}
    assert unreadable(result) == []


def test_007_a_macro_workbook_is_read_for_its_values_and_an_old_one_refused_with_advice(tmp_path: Path) -> None:
    book = contacts_sheet("1", "2015-03-04", "2024-02-25")
    book.save(tmp_path / "annex.xlsm")
    result = casecheck.audit(tmp_path / "annex.xlsm", profile="annex_a", as_of=AS_OF, select=["INT-012"], policy={})
    assert result.extract.rows["contact"] == 1
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(InputError, match="IN007") as refused:
        casecheck.audit(tmp_path / "old.xls", profile="annex_a", as_of=AS_OF, policy={})
    assert ".xlsx" in refused.value.advice


def test_008_a_file_that_is_not_what_its_name_says_is_refused_with_what_it_is(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "visit.csv", "w") as archive:
        archive.writestr("inside.txt", "text")
    with pytest.raises(InputError, match="a zip or a workbook, not a CSV file"):
        casecheck.audit(tmp_path / "visit.csv", profile="model", as_of=AS_OF, policy={})


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_009_other_separators_are_recognised_and_ragged_lines_set_aside(tmp_path: Path, mark: str) -> None:
    text = (VISIT + ROW + "V2,2,cp\n" + "V3,3,cp,2024-01-03,Y\n").replace(",", mark)
    result = audit(tmp_path, {"visit.csv": text})
    assert codes(result) == ["IN029"]
    assert account(result).set_aside == {"too few cells": 1}


def test_010_line_breaks_inside_quotes_are_text_and_an_open_quote_refuses_the_file(tmp_path: Path) -> None:
    text = "visit_id,person_id,visit_date,not_alone_reason\n" + 'V1,1,2024-01-02,"one\ntwo"\nV2,2,2024-01-03,\n'
    assert audit(tmp_path, {"visit.csv": text}).extract.rows == {"visit": 2}
    with pytest.raises(CasecheckError, match="never closed"):
        audit(tmp_path, {"visit.csv": text + 'V3,3,2024-01-04,"open\n'})


def test_011_the_year_in_a_file_s_name_decides_nothing(tmp_path: Path) -> None:
    result = audit(tmp_path, {"contacts 2017-18.csv": CONTACTS + "1,F,WBRI,2015-01-02,9,2024-01-02,6\n"}, profile="annex_a")
    assert result.as_of.isoformat() == AS_OF
    assert account(result).source == "list_1"


def test_013_a_damaged_workbook_is_refused_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "annex.xlsx").write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(InputError, match="damaged or cut short"):
        casecheck.audit(tmp_path / "annex.xlsx", profile="annex_a", as_of=AS_OF, policy={})


CENSUS = (
    "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2024</Year><ReferenceDate>2024-03-31</ReferenceDate>"
    "</CollectionDetails></Header><Children><Child><ChildIdentifiers><LAchildID>1</LAchildID>"
    "<PersonBirthDate>2015-01-01</PersonBirthDate></ChildIdentifiers></Child></Children></Message>"
)


def test_006_one_return_as_xml_and_again_as_csv_is_refused(tmp_path: Path) -> None:
    header = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1,1,01/01/2015,WBRI,UN1,0,\n"
    xml = "<EXPSSDA903><CHILD><HEADER><CHILDID>1</CHILDID><SEX>1</SEX><DOB>01/01/2015</DOB></HEADER></CHILD></EXPSSDA903>"
    with pytest.raises(CasecheckError, match=r"the same return is here as XML and as other files \(header.csv\)"):
        audit(tmp_path, {"header.csv": header, "return.xml": xml}, profile="ssda903")


def test_006_returns_of_two_kinds_may_stand_side_by_side(tmp_path: Path) -> None:
    result = audit(tmp_path, {"census.xml": CENSUS, "visit.csv": VISIT + "V1,1,cp,2024-01-02,Y\n"}, profile="cin_census")
    assert result.extract.rows["person"] == 1
    assert account(result, "visit.csv").set_aside == {"the table was not recognised": 1}


def test_012_the_same_file_twice_is_read_once_and_said(tmp_path: Path) -> None:
    (tmp_path / "extract" / "copy").mkdir(parents=True)
    text = VISIT + "V1,1,cp,2024-01-02,Y\n"
    result = audit(tmp_path, {"visit.csv": text, "copy/visit.csv": text})
    assert result.extract.rows["visit"] == 1
    assert "IN015" in codes(result, "visit.csv") + codes(result, "copy/visit.csv")


def test_012_two_versions_of_one_file_are_a_question(tmp_path: Path) -> None:
    (tmp_path / "extract" / "old").mkdir(parents=True)
    old, new = (VISIT + f"V1,1,cp,2024-01-02,Y\nV2,1,cp,2024-01-0{day},Y\n" for day in (3, 4))
    result = audit(tmp_path, {"visit.csv": new, "old/visit.csv": old}, "VIS-CP-001")
    assert "IN016" in codes(result, "visit.csv") + codes(result, "old/visit.csv")
    assert outcome(result, "VIS-CP-001").status == "not_assessable"


@pytest.mark.parametrize(
    "evil", ['<!DOCTYPE Message [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>', '<!DOCTYPE a SYSTEM "file:///x">']
)
def test_014_entity_tricks_in_xml_are_refused(tmp_path: Path, evil: str) -> None:
    with pytest.raises(CasecheckError, match="DOCTYPE"):
        audit(tmp_path, {"census.xml": evil + CENSUS}, profile="cin_census")


def test_014_an_xml_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    long = CENSUS.replace("<Children>", "<Children>" + " " * 1_100_000)
    with pytest.raises(CasecheckError, match="over the limit of 1 MB"):
        audit(tmp_path, {"census.xml": long}, profile="cin_census", policy={"reading": {"max_file_size": 1}})


def test_012_an_older_version_of_a_table_without_a_key_is_a_question_too(tmp_path: Path) -> None:
    rows = [f"{number},C2,02/01/2024,\n" for number in range(9)]
    head = "PERSON_ID,LEGAL_STATUS,START_DATE,END_DATE\n"
    files = {"legal_status.csv": head + "".join(rows), "legal_status_old.csv": head + "".join(rows[:6]) + "77,C2,03/01/2024,\n"}
    result = audit(tmp_path, files, profile="carefirst")
    assert "IN016" in codes(result, "legal_status_old.csv") + codes(result, "legal_status.csv")
