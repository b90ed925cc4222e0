"""Rows (kinds 31 to 44; the key -1, kind 39, stands with the ids)."""

from __future__ import annotations

from pathlib import Path

from tests.dirt.reading import AS_OF, PERSON, VISIT, account, audit, children, contacts_sheet, outcome

import casecheck

ROW = "V1,1,cp,2024-01-02,Y\n"


def test_031_empty_rows_by_the_thousand_cost_nothing(tmp_path: Path) -> None:
    book = contacts_sheet("1", "2015-03-04", "2024-02-25")
    book.worksheets[0].cell(5_000, 1).value = " "
    book.save(tmp_path / "annex.xlsx")
    result = casecheck.audit(tmp_path / "annex.xlsx", profile="annex_a", as_of=AS_OF, select=["INT-012"], policy={})
    assert account(result).used == 1
    assert account(result).read < 1_100


def test_033_totals_and_footers_are_set_aside_and_counted(tmp_path: Path) -> None:
    text = VISIT + ROW + ",,,,\nTotal rows: 1,,,,\nEnd of report\n"
    result = audit(tmp_path, {"visit.csv": text})
    assert account(result).used == 1
    assert sum(account(result).set_aside.values()) == 3


def test_034_whole_rows_that_repeat_are_read_once_and_near_repeats_kept(tmp_path: Path) -> None:
    result = audit(tmp_path, {"visit.csv": VISIT + ROW + ROW + "V1,1,cp,2024-01-02,\n"}, "INT-001")
    assert account(result).set_aside == {"repeats an earlier row exactly": 1}
    assert result.extract.rows == {"visit": 2}
    assert children(result, "INT-001") == ["1"]


def test_035_headings_without_rows_are_not_assessable_until_that_is_said_to_be_true(tmp_path: Path) -> None:
    assert outcome(audit(tmp_path, {"visit.csv": VISIT}), "INT-012").status == "not_assessable"
    told = audit(tmp_path, {}, policy={"tables": {"may_be_empty": ["visit"]}})
    assert "the table visit has no rows" not in outcome(told, "INT-012").reasons


def test_036_a_record_that_comes_by_two_routes_is_told(tmp_path: Path) -> None:
    text = VISIT + ROW + "V1,1,cin,2024-01-02,Y\n"
    assert children(audit(tmp_path, {"visit.csv": text}, "INT-001"), "INT-001") == ["1", "1"]


def test_040_drafts_and_cancelled_rows_stay_out_of_what_took_place(tmp_path: Path) -> None:
    text = "EPISODE_ID,Client ID,DECOM,RNE,DEC,REC,CIN\nE1,1,06-Dec-23,S,,,N1\nE2,2,06-Dec-23,S,07-Dec-23,X1,N1\n"
    result = audit(tmp_path, {"lac_episodes.csv": text}, profile="carefirst")
    assert result.extract.rows["care_period"] == 1
    assert sum(account(result).set_aside.values()) == 1


def test_041_a_child_in_a_detail_file_and_not_in_the_main_one_is_a_finding(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"person.csv": PERSON + "2,2015-01-02,F,WBRI,,\n", "visit.csv": VISIT + ROW}
    assert children(audit(tmp_path, files, "INT-003"), "INT-003") == ["1"]


def test_042_lists_that_disagree_about_a_child_are_a_finding(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "List 1.csv": "Child Unique ID,Date of Birth,Gender,Date of Contact\n1,2015-01-02,F,2024-01-02\n2,2015-01-02,F,2024-01-02\n",
        "List 3.csv": "Child Unique ID,Date of Birth,Gender,Date of referral,Referral NFA?\n1,2015-02-01,F,2024-01-02,No\n2,2015-01-02,F,2024-01-02,No\n",
    }
    assert children(audit(tmp_path, files, "INT-013", profile="annex_a"), "INT-013") == ["1"]


def test_043_a_child_who_stands_twice_in_a_list_of_children_is_a_finding(tmp_path: Path) -> None:
    text = PERSON + "1,2015-01-02,F,WBRI,,\n1,2015-01-02,M,WBRI,,\n"
    assert children(audit(tmp_path, {"person.csv": text}, "INT-001"), "INT-001") == ["1"]


def test_044_the_place_of_a_row_counts_only_within_its_file(tmp_path: Path) -> None:
    text = "Child Unique ID,Date of Birth,Date of Contact\n1,2015-01-02,tbc\n"
    more = "Child Unique ID,Date of Birth,Date of Contact\n2,2015-01-02,tbc\n"
    result = audit(tmp_path, {"east.csv": text, "west.csv": more}, profile="annex_a")
    places = {(row["file"], row["record"]) for row in result.table.to_pylist()}
    assert places == {("east.csv", 1), ("west.csv", 1)}


def test_032_a_row_of_noughts_without_its_key_is_no_record(tmp_path: Path) -> None:
    text = PERSON + "1,2015-01-01,M,WBRI,N,9\n,0,0,0,0,0.0\n"
    (tmp_path / "ours.yaml").write_text(
        "profile: ours\ntitle: t\nsources:\n  person:\n    required: [person_id, sex]\n    person: person_id\n    columns:\n"
        + "".join(f"      {name}: []\n" for name in PERSON.strip().split(","))
        + "tables:\n  person:\n    - from: person\n      fields: {person_id: person_id, sex: sex}\n"
    )
    result = audit(tmp_path, {"person.csv": text}, profile=str(tmp_path / "ours.yaml"))
    assert account(result).set_aside == {"only noughts": 1}


def test_038_test_people_are_left_out_only_where_the_profile_says_so_and_are_counted(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(
        "profile: ours\ntitle: t\nsources:\n  person:\n    required: [person_id]\n    person: person_id\n"
        "    columns: {person_id: [], sex: []}\n    leave_out: {person_id: ['1', '2']}\n"
        "tables:\n  person:\n    - from: person\n      fields: {person_id: person_id, sex: sex}\n"
    )
    files = {"person.csv": "person_id,sex\n1,M\n2,F\n7,M\n"}
    assert audit(tmp_path, dict(files)).extract.rows["person"] == 3
    result = audit(tmp_path, dict(files), profile=str(tmp_path / "ours.yaml"))
    assert result.extract.rows["person"] == 1
    assert sum(account(result).set_aside.values()) == 2


def test_033_headings_and_dashes_among_the_records_are_no_records(tmp_path: Path) -> None:
    text = (
        VISIT + "--------,---------,----------,----------,----------\nV1,1,cp,2024-01-02,Y\n" + VISIT + "V2,2,cp,2024-01-02,Y\n"
    )
    result = audit(tmp_path, {"visit.csv": text})
    assert account(result).set_aside == {"a line of dashes": 1, "the headings again": 1}
    assert result.extract.rows["visit"] == 2


def test_033_a_total_in_the_last_row_is_a_footer_though_it_fills_two_cells(tmp_path: Path) -> None:
    text = "PERSON_ID,LEGAL_STATUS,START_DATE,END_DATE\n1,C2,02/01/2024,\nTotal,,1,\n"
    result = audit(tmp_path, {"legal_status.csv": text}, profile="carefirst")
    assert account(result, "legal_status.csv").set_aside == {"footer or total": 1}
