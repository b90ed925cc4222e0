"""Category values (kinds 73 to 92)."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.dirt.reading import CONTACTS, PERSON, PLAN, VISIT, account, audit, children, codes, done, unreadable


def seen(*words: str) -> dict[str, str | bytes]:
    return {"visit.csv": VISIT + "".join(f'V{number},{number},cp,2024-01-02,"{word}"\n' for number, word in enumerate(words))}


def abuse(*words: str) -> dict[str, str | bytes]:
    return {"plan.csv": PLAN + "".join(f'P{n},{n},cp,2024-01-02,,"{word}",NEG\n' for n, word in enumerate(words))}


def sources(*words: str) -> dict[str, str | bytes]:
    return {"List 1.csv": CONTACTS + "".join(f'{n},F,WBRI,2015-01-02,9,2024-01-02,"{w}"\n' for n, w in enumerate(words))}


def needs(*words: str) -> dict[str, str | bytes]:
    rows = (f'R{n},{n},2024-01-02,"{word}"\n' for n, word in enumerate(words))
    return {"referral.csv": "referral_id,person_id,received_date,primary_need\n" + "".join(rows)}


def people(*cells: str) -> dict[str, str | bytes]:
    return {"person.csv": PERSON + "".join(f"{number},2015-01-02,{cell}\n" for number, cell in enumerate(cells))}


def test_073_yes_in_every_form_is_yes(tmp_path: Path) -> None:
    words = ["Yes", "Y", "a) Yes", "1", "1 - Yes", "True", " yes ", "TRUE", "1.0"]
    result = audit(tmp_path, seen(*words))
    assert done(result, "child_seen") == {"other spelling": 8}
    assert unreadable(result) == []


def test_074_no_and_unknown_are_told_apart_and_not_applicable_is_not_no(tmp_path: Path) -> None:
    result = audit(tmp_path, seen("No", "b) No", "Not known", "c) Unknown", "N/A"))
    assert done(result, "child_seen") == {"other spelling": 4, "blank word": 1}
    assert unreadable(result) == []


@pytest.mark.parametrize("word", ["Female", "b) Female", "b)Female", "(b) Female"])
def test_075_letter_prefixes_make_no_difference(tmp_path: Path, word: str) -> None:
    result = audit(tmp_path, people(f"{word},WBRI,,"))
    assert done(result, "sex") == {"other spelling": 1}


def test_076_codes_and_labels_are_understood_together_unless_they_disagree(tmp_path: Path) -> None:
    words = ["N1", "Abuse or neglect", "N1 - Abuse", "N1: Abuse", "[N1]", "Abuse (N1)", "N1 - Low income"]
    result = audit(tmp_path, needs(*words))
    assert done(result, "primary_need") == {"other spelling": 5, "unreadable": 1}
    assert unreadable(result) == [7]


def test_077_a_code_read_as_a_number_is_the_code(tmp_path: Path) -> None:
    result = audit(tmp_path, sources("10.0", "4.0"), profile="annex_a")
    assert done(result, "Contact Source") == {"other spelling": 2}


def test_078_codes_that_excel_took_for_dates_or_numbers_are_unreadable(tmp_path: Path) -> None:
    result = audit(tmp_path, sources("1-Jan", "3.00E+00", "1A"), profile="annex_a")
    assert done(result, "Contact Source") == {"unreadable": 2}


def test_079_obsolete_spellings_are_read_and_counted(tmp_path: Path) -> None:
    result = audit(tmp_path, needs("N1 (DO NOT USE)", "DO NOT USE - Low income"))
    assert done(result, "primary_need") == {"obsolete spelling": 2}
    assert unreadable(result) == []


def test_080_not_mapped_by_the_supplier_is_missing_and_counted(tmp_path: Path) -> None:
    result = audit(tmp_path, sources("Code 'X12' is not mapped"), profile="annex_a")
    assert done(result, "Contact Source") == {"not mapped by the supplier": 1}


def test_081_values_joined_by_a_report_tool_are_unreadable(tmp_path: Path) -> None:
    result = audit(tmp_path, seen("#MULTIVALUE", "Y"))
    assert done(result, "child_seen") == {"several values": 1}
    assert unreadable(result) == [1]


def test_082_several_categories_of_abuse_are_multiple_and_elsewhere_several_are_unreadable(tmp_path: Path) -> None:
    result = audit(tmp_path, abuse("Emotional abuse; Neglect", "Neglect, Physical abuse", "Neglect"))
    assert done(result, "initial_category") == {"several values as one code": 2, "other spelling": 1}
    (tmp_path / "extract" / "plan.csv").unlink()
    other = audit(tmp_path, people("Male/Female,WBRI,,"))
    assert done(other, "sex") == {"several values": 1}
    assert unreadable(other) == [1]


def test_083_flag_strings_of_abuse_are_decoded_in_order_and_counted(tmp_path: Path) -> None:
    result = audit(tmp_path, abuse("YNNN", "NNNY", "YYNN", "NNNN"))
    assert done(result, "initial_category") == {"flags": 3, "unreadable": 1}


def test_084_misspelt_and_cut_labels_are_never_guessed(tmp_path: Path) -> None:
    result = audit(tmp_path, abuse("Emotonal abuse", "Emotional ab"))
    assert done(result, "initial_category") == {"unreadable": 2}


def test_085_blank_words_are_missing_and_said_once_a_file(tmp_path: Path) -> None:
    words = ["nan", "n/a", "-", ".", "<blank>", "None", "null"]
    result = audit(tmp_path, seen(*words, "Y"))
    assert done(result, "child_seen") == {"blank word": 7}
    assert codes(result) == ["IN048"]
    own = audit(tmp_path, seen("Not recorded", "n/a"), policy={"reading": {"null_words": ["not recorded"]}})
    assert done(own, "child_seen") == {"blank word": 1, "unreadable": 1}


def test_085_none_is_an_answer_about_disability(tmp_path: Path) -> None:
    result = audit(tmp_path, people("F,WBRI,None,"))
    assert done(result, "disability_flag") == {"other spelling": 1}
    assert codes(result) == []


def test_086_placeholders_are_not_assessable_and_not_blank(tmp_path: Path) -> None:
    result = audit(tmp_path, seen("SSD_PH", "PLACEHOLDER_DATA", "Y"))
    assert done(result, "child_seen") == {"placeholder value": 2}
    assert unreadable(result) == [1, 2]


def test_087_a_wrong_word_in_a_yes_or_no_column_is_a_finding(tmp_path: Path) -> None:
    result = audit(tmp_path, seen("CS Assessment Updated", "Y"))
    assert done(result, "child_seen") == {"unreadable": 1}
    assert unreadable(result) == [1]


def test_088_known_faults_of_ethnicity_codes_are_mended_and_counted(tmp_path: Path) -> None:
    result = audit(tmp_path, people("F,CNHE,,", "F,MWBa,,", "F,ORAB,,"))
    assert done(result, "ethnicity") == {"other spelling": 2, "unreadable": 1}
    assert children(result, "INT-012") == ["2"]


def test_089_supplier_codes_are_read_as_national_ones_and_counted(tmp_path: Path) -> None:
    result = audit(tmp_path, sources("ANON", "HSERVGP"), profile="annex_a")
    assert done(result, "Contact Source") == {"other spelling": 2}


def test_090_old_codes_of_sex_are_read_and_counted(tmp_path: Path) -> None:
    result = audit(tmp_path, people("1,WBRI,,", "2,WBRI,,", "0,WBRI,,", "9,WBRI,,"))
    assert done(result, "sex") == {"other spelling": 4}


def test_091_codes_are_read_in_any_case(tmp_path: Path) -> None:
    result = audit(tmp_path, people("f,wbri,,", "M,WBRI,y,"))
    assert unreadable(result) == []
    assert done(result, "ethnicity") == {"other spelling": 1}


def test_092_values_of_lists_for_adults_are_unreadable(tmp_path: Path) -> None:
    result = audit(tmp_path, needs("Learning disability support", "N2"))
    assert done(result, "primary_need") == {"unreadable": 1}
    assert account(result).read == 2
