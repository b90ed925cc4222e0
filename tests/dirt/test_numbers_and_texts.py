"""Numbers, texts and postcodes (kinds 93 to 103)."""

from __future__ import annotations

from pathlib import Path

from tests.dirt.reading import PERSON, VISIT, account, audit, codes, done, unreadable

from casecheck.reports import render

PLACEMENT = "placement_id,person_id,placement_type,start_date,postcode,urn,distance_miles,placements_last_12m\n"


def test_093_ages_in_words_are_read_and_counted(tmp_path: Path) -> None:
    ages = ["<1", "11 months", "4.7", "-1", "9", "old"]
    text = PERSON + "".join(f"{number},2015-01-02,F,WBRI,,{age}\n" for number, age in enumerate(ages))
    result = audit(tmp_path, {"person.csv": text})
    assert done(result, "stated_age_years") == {"age in words": 3, "no age (-1)": 1, "unreadable": 1}
    assert unreadable(result) == [6]


def placements(*cells: str) -> dict[str, str | bytes]:
    return {"placement.csv": PLACEMENT + "".join(f"H{n},1,U6,2024-01-02,{cell}\n" for n, cell in enumerate(cells))}


def test_094_thousands_commas_are_understood(tmp_path: Path) -> None:
    result = audit(tmp_path, placements('ZZ1 1ZZ,SC1,"1,204.5",3.0'))
    assert unreadable(result) == []
    assert done(result, "distance_miles") == {"thousands commas": 1}


def test_095_a_count_below_nought_is_unreadable(tmp_path: Path) -> None:
    result = audit(tmp_path, placements("ZZ1 1ZZ,SC1,3,-2"))
    assert done(result, "placements_last_12m") == {"unreadable": 1}
    assert unreadable(result) == [1]


def test_097_postcodes_in_any_spacing_and_case_are_left_as_they_are(tmp_path: Path) -> None:
    result = audit(tmp_path, placements("zz11zz,SC1,3,2", "ZZ1  1ZZ,SC1,3,2", "ZZ1 1ZZ,SC1,3,2"))
    assert done(result, "postcode") == {}


def test_098_a_word_in_place_of_a_postcode_is_counted(tmp_path: Path) -> None:
    result = audit(tmp_path, placements("nope,SC1,3,2", "ZZ1 1ZZ,SC1,3,2"))
    assert done(result, "postcode") == {"not a postcode": 1}


def test_099_every_form_of_an_ofsted_number_stays_text(tmp_path: Path) -> None:
    result = audit(tmp_path, placements("ZZ1 1ZZ,XXXXXXX,3,2", "ZZ1 1ZZ,SC012345,3,2", "ZZ1 1ZZ,0012345,3,2"))
    assert done(result, "urn") == {}
    assert unreadable(result) == []


def test_100_a_distance_of_999_9_is_unknown(tmp_path: Path) -> None:
    result = audit(tmp_path, placements("ZZ1 1ZZ,SC1,999.9,2"))
    assert done(result, "distance_miles") == {"no distance (999.9)": 1}
    assert unreadable(result) == []


def test_102_names_and_narrative_never_reach_a_finding_or_a_message(tmp_path: Path) -> None:
    text = "person_id,forename,surname,date_of_birth\n1,Zebedee,Quagmire,Zebedee was born in spring\n"
    result = audit(tmp_path, {"person.csv": text})
    assert unreadable(result) == [1]
    said = render(result, "csv").decode() + " ".join(map(str, account(result).notes)) + repr(result)
    assert "Zebedee" not in said
    assert "Quagmire" not in said


def test_103_text_that_looks_like_a_formula_is_written_as_text(tmp_path: Path) -> None:
    result = audit(tmp_path, {"visit.csv": VISIT + "=1+1,@SUM,cp,tbc,Y\n"})
    assert result.table.num_rows == 1
    assert ",=1+1" not in render(result, "csv").decode()
    assert ",@SUM" not in render(result, "csv").decode()


def test_004_garbled_text_is_mended_only_where_it_becomes_a_known_label(tmp_path: Path) -> None:
    head = "\u00ef\u00bb\u00bfreferral_id,person_id,received_date,primary_need,team_name\n"
    rows = "R1,1,2024-01-02,Child\u00e2\u20ac\u2122s disability,East\nR2,2,2024-01-02,Caf\u00c3\u00a9,Ren\u00c3\u00a9e\n"
    result = audit(tmp_path, {"referral.csv": head + rows})
    assert done(result, "primary_need") == {"garbled, repaired": 1, "garbled": 1}
    assert done(result, "team_name") == {"garbled text": 1}
    assert codes(result) == ["IN013"]
    assert str(account(result).notes[0]).startswith("3 cells")
    assert unreadable(result) == [2]
