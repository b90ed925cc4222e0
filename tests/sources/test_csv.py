"""Delimited files: nothing shifts, nothing is lost, and each row knows its real line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import casecheck
from casecheck.errors import CasecheckError

HEAD = "visit_id,person_id,visit_type,visit_date,child_seen,not_alone_reason\n"


def audit(tmp_path: Path, data: bytes | str, name: str = "visit.csv") -> casecheck.AuditResult:
    folder = tmp_path / "extract"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return casecheck.audit(folder, profile="model", as_of="2024-06-28", select=["INT-012"], policy={})


def places(result: casecheck.AuditResult) -> list[tuple[int, int]]:
    return sorted(zip(result.table["record"].to_pylist(), result.table["line"].to_pylist(), strict=True))


def test_a_plain_file_balances_and_gives_lines(tmp_path: Path) -> None:
    result = audit(tmp_path, HEAD + "V1,1,cp,2024-01-02,Y,\nV2,1,cp,tbc,Y,\n")
    account = result.extract.accounts[0]
    assert (account.read, account.used, account.set_aside) == (2, 2, {})
    assert places(result) == [(2, 3)]


def test_line_breaks_inside_quotes_do_not_shift_lines(tmp_path: Path) -> None:
    result = audit(tmp_path, HEAD + 'V1,1,cp,2024-01-02,Y,"one\ntwo\nthree"\nV2,1,cp,tbc,Y,\n')
    assert places(result) == [(2, 5)]


def test_ragged_rows_are_set_aside_and_counted(tmp_path: Path) -> None:
    result = audit(tmp_path, HEAD + "V1,1,cp,2024-01-02,Y,\nV2,1,cp,2024-01-03,Y,a,b\nV3,1,cp\nV4,1,cp,tbc,Y,\n")
    account = result.extract.accounts[0]
    assert account.set_aside == {"too many cells": 1, "too few cells": 1}
    assert account.balances
    assert places(result) == [(2, 5)]


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_other_delimiters_are_recognised_and_said(tmp_path: Path, mark: str) -> None:
    result = audit(tmp_path, HEAD.replace(",", mark) + mark.join(["V1", "1", "cp", "2024-01-02", "Y", ""]) + "\n")
    assert result.extract.rows["visit"] == 1
    assert any("separated by" in str(note) for note in result.extract.accounts[0].notes)


def test_title_rows_and_footers_are_passed_over(tmp_path: Path) -> None:
    text = "Visits report\nprinted on Friday\n\n" + HEAD + "V1,1,cp,2024-01-02,Y,\nV2,1,cp,tbc,Y,\n,,,,,\nTotal rows: 2,,,,,\n"
    result = audit(tmp_path, text)
    account = result.extract.accounts[0]
    assert account.used == 2
    assert sum(account.set_aside.values()) == 2
    assert places(result) == [(2, 6)]


@pytest.mark.parametrize(("encoding", "note"), [("utf-8-sig", ""), ("utf-16", "UTF-16"), ("cp1252", "cp1252")])
def test_encodings_are_read_and_said(tmp_path: Path, encoding: str, note: str) -> None:
    text = HEAD + "V1,1,cp,2024-01-02,Y,caf\u00e9\n"
    result = audit(tmp_path, text.encode(encoding))
    assert result.extract.rows["visit"] == 1
    assert any(note in str(said) for said in result.extract.accounts[0].notes) or not note


def test_text_that_stops_being_utf8_far_down_is_read_as_cp1252(tmp_path: Path) -> None:
    rows = b"".join(b"V%d,1,cp,2024-01-02,Y,plain text to fill the head of the file\n" % number for number in range(6000))
    result = audit(tmp_path, HEAD.encode() + rows + "V9,1,cp,2024-01-02,Y,caf\u00e9\n".encode("cp1252"))
    assert result.extract.rows["visit"] == 6001
    assert any("cp1252" in str(said) for said in result.extract.accounts[0].notes)


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_line_endings(tmp_path: Path, ending: str) -> None:
    result = audit(tmp_path, (HEAD + "V1,1,cp,2024-01-02,Y,\nV2,1,cp,tbc,Y,\n").replace("\n", ending))
    assert result.extract.rows["visit"] == 2
    assert places(result) == [(2, 3)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html>log in</html>", "a web page"),
        (b"PK\x03\x04rest", "a zip or a workbook"),
        (b"visit_id,person_id\x00\n", "NUL bytes"),
    ],
)
def test_a_file_that_is_not_csv_is_refused_with_advice(tmp_path: Path, data: bytes, said: str) -> None:
    file = tmp_path / "visit.csv"
    file.write_bytes(data)
    with pytest.raises(CasecheckError) as problem:
        casecheck.audit(file, profile="model", as_of="2024-06-28", policy={})
    assert said in str(problem.value)


def test_an_unclosed_quote_refuses_the_file_and_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "visit.csv").write_text(HEAD + 'V1,1,cp,2024-01-02,Y,"never closed\nV2,1,cp,2024-01-03,Y,\n')
    with pytest.raises(CasecheckError, match="a quote opened on line 2 is never closed"):
        casecheck.audit(tmp_path / "visit.csv", profile="model", as_of="2024-06-28", policy={})


def test_one_bad_file_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "extract").mkdir()
    (tmp_path / "extract" / "plan.csv").write_bytes(b"")
    result = audit(tmp_path, HEAD + "V1,1,cp,2024-01-02,Y,\n")
    assert result.extract.rows["visit"] == 1
    assert any("empty" in str(note) for account in result.extract.accounts for note in account.notes)


def test_leading_zeros_survive_and_ids_are_compared_without_case_or_space(tmp_path: Path) -> None:
    (tmp_path / "extract").mkdir()
    (tmp_path / "extract" / "person.csv").write_text("person_id,date_of_birth\n0012345,2015-01-01\n ab1 ,2015-01-01\n")
    (tmp_path / "extract" / "visit.csv").write_text(
        HEAD + "V1,0012345,cp,2024-01-02,Y,\nV2,AB1,cp,2024-01-02,Y,\nV3,12345,cp,2024-01-02,Y,\n"
    )
    result = casecheck.audit(tmp_path / "extract", profile="model", as_of="2024-06-28", select=["INT-003"], policy={})
    orphans = [row["child_id"] for row in result.table.to_pylist() if row["subject_table"] == "visit"]
    assert orphans == ["12345"]


def test_the_strict_reader_agrees_with_python(tmp_path: Path) -> None:
    rows = [
        [f"V{number}", "1", "cp", "2024-01-02", "Y", text] for number, text in enumerate(['a"b', "x,y", "line\nbreak", " ", "'"])
    ]
    file = tmp_path / "extract"
    file.mkdir()
    with (file / "visit.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(HEAD.strip().split(","))
        writer.writerows(rows)
    result = casecheck.audit(file, profile="model", as_of="2024-06-28", select=["INT-012"], policy={})
    assert result.extract.accounts[0].used == len(rows)


def test_a_folder_s_name_is_never_taken_for_a_pattern(tmp_path: Path) -> None:
    for name, visit in (("x[1]", "REAL"), ("x1", "OTHER")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "visit.csv").write_text(HEAD + f"{visit},1,cp,tbc,Y,\n")
    twice = HEAD + "SAME,1,cp,2024-01-02,Y,\nSAME,2,cp,2024-01-02,Y,\n"
    (tmp_path / "x[1]" / "visit.csv").write_text(twice)
    assert (
        casecheck.audit(tmp_path / "x[1]", profile="model", as_of="2024-06-28", select=["INT-012"], policy={}).extract.rows[
            "visit"
        ]
        == 2
    )


@pytest.mark.parametrize("mark", ["\x0c", "\x0b", "\u2028"])
def test_odd_line_marks_above_the_headings_lose_no_record(tmp_path: Path, mark: str) -> None:
    result = audit(tmp_path, f"Report{mark}page 1\n" + HEAD + "V1,1,cp,2024-01-02,Y,\nV2,1,cp,2024-01-03,Y,\n")
    assert result.extract.accounts[0].used == 2


def test_a_stand_in_for_a_date_is_no_date_but_an_open_end_is_open(tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_text(
        "plan_id,person_id,plan_type,start_date,end_date\nP1,1,cp,01/01/1900,\nP2,2,cp,2024-01-02,31/12/9999\n"
    )
    result = casecheck.audit(tmp_path, profile="model", as_of="2024-06-28", select=["INT-012"], policy={})
    assert [row["child_id"] for row in result.table.to_pylist()] == ["1"]
