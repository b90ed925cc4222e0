"""One cell at a time: what is read, what is not, and the word for what was done."""

from __future__ import annotations

from datetime import date

import pytest

from casecheck.model.codes import load_code_sets
from casecheck.profiles.cells import UNREADABLE, USUAL, absent, blanks_of, read_age, read_date, read_decimal, read_integer
from casecheck.profiles.dates import DateSettings, read_column

AS_OF = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("text", "value", "done"),
    [
        ("2024-01-05", date(2024, 1, 5), "ok"),
        ("2024-01-05 00:00:00", date(2024, 1, 5), "ok"),
        ("2024-01-05T10:15:00Z", date(2024, 1, 5), "ok"),
        ("20240105", date(2024, 1, 5), "ok"),
        ("05/01/2024", date(2024, 1, 5), "ok"),
        ("5/1/2024 10:15", date(2024, 1, 5), "ok"),
        ("5/1/2024 10:15:00 PM", date(2024, 1, 5), "ok"),
        ("05.01.2024", date(2024, 1, 5), "ok"),
        ("20-Jun-2015", date(2015, 6, 20), "ok"),
        ("20 June 2015", date(2015, 6, 20), "ok"),
        ("20-JUN-15", date(2015, 6, 20), "two-digit year"),
        ("45321", None, "day number"),
        ("1900-01-01", None, "stand-in date"),
        ("31/12/9999", None, "stand-in date"),
        ("99991231", None, "stand-in date"),
        ("31/02/2024", None, "unreadable"),
        ("01/25/2024", None, "unreadable"),
        ("tbc", None, "unreadable"),
        ("epoch", None, "unreadable"),
        ("infinity", None, "unreadable"),
        ("05/01/0024", None, "unreadable"),
        ("zz/06/2015", None, "partial date"),
    ],
)
def test_dates_are_read_in_the_declared_order_and_never_guessed(text: str, value: date | None, done: str) -> None:
    assert read_date(text, "DMY", AS_OF) == (value, done)


def test_the_order_of_day_and_month_is_the_one_that_is_said() -> None:
    assert read_date("01/02/2024", "DMY", AS_OF)[0] == date(2024, 2, 1)
    assert read_date("01/02/2024", "MDY", AS_OF)[0] == date(2024, 1, 2)


def test_without_an_order_only_what_fits_one_order_is_read() -> None:
    assert read_date("01/02/2024", "", AS_OF) == (None, "ambiguous date")
    assert read_date("25/01/2024", "", AS_OF)[0] == date(2024, 1, 25)
    assert read_date("01/25/2024", "", AS_OF)[0] == date(2024, 1, 25)
    assert read_date("05/05/2024", "", AS_OF)[0] == date(2024, 5, 5)


@pytest.mark.parametrize(("epoch", "value"), [(1900, date(2024, 1, 30)), (1904, date(2028, 1, 31))])
def test_bare_day_numbers_count_from_the_year_that_is_said(epoch: int, value: date) -> None:
    assert read_date("45321", "DMY", AS_OF, epoch=epoch) == (value, "day number converted")
    assert read_date("45321.4", "DMY", AS_OF, epoch=epoch)[0] == value
    assert read_date("19999", "DMY", AS_OF, epoch=epoch) == (None, "unreadable")


@pytest.mark.parametrize(
    ("text", "birth", "value"),
    [
        ("20-Jun-26", True, date(1926, 6, 20)),
        ("20-Jun-26", False, date(2026, 6, 20)),
        ("20-Jun-15", True, date(2015, 6, 20)),
        ("20-Jun-60", False, None),
    ],
)
def test_two_digit_years_take_the_century_that_makes_sense(text: str, birth: bool, value: date | None) -> None:
    assert read_date(text, "DMY", AS_OF, birth=birth)[0] == value


@pytest.mark.parametrize(
    ("said", "spellings", "read", "fault", "notes"),
    [
        ("", {"01/02/2024": 5, "25/02/2024": 1}, {"01/02/2024", "25/02/2024"}, "", ["IN045"]),
        ("", {"01/02/2024": 5, "03/04/2024": 1}, set(), "IN041", []),
        ("", {"01/02/2024": 5, "05/05/2024": 1}, {"05/05/2024"}, "IN041", []),
        ("", {"01/02/2024": 5, "25/02/2024": 1, "02/25/2024": 1}, {"25/02/2024", "02/25/2024"}, "IN042", []),
        ("", {"2024-02-01": 5}, {"2024-02-01"}, "", []),
        ("DMY", {"01/02/2024": 5, "02/25/2024": 2}, {"01/02/2024"}, "", []),
        ("DMY", {"01/02/2024": 5, "25/02/2024": 1, "02/25/2024": 3}, {"25/02/2024"}, "IN042", []),
        ("DMY", {"01/02/2024": 400, "02/25/2024": 3}, {"01/02/2024"}, "", []),
        ("MDY", {"01/02/2024": 5, "25/02/2024": 3}, set(), "IN039", []),
        ("DMY", {"45321": 1, "01/02/2024": 9}, {"01/02/2024"}, "IN043", []),
        ("DMY", {"01/01/1900": 2, "01/02/2024": 9}, {"01/02/2024"}, "", ["IN044"]),
    ],
)
def test_the_order_of_a_column_is_decided_once_for_all_its_values(
    said: str, spellings: dict[str, int], read: set[str], fault: str, notes: list[str]
) -> None:
    found = read_column("Day", list(spellings.items()), DateSettings(said, AS_OF))  # type: ignore[arg-type]
    assert {raw for raw, (day, _), _ in found.readings if day} == read
    assert (found.fault.code if found.fault else "") == fault
    assert [note.code for note in found.notes] == notes


@pytest.mark.parametrize(
    ("text", "value", "done"),
    [
        ("1,204", 1204, "thousands commas"),
        ("3.0", 3, "ok"),
        ("3.5", None, "unreadable"),
        ("-4", None, "unreadable"),
        ("<1", None, "unreadable"),
        ("nan", None, "unreadable"),
    ],
)
def test_whole_numbers(text: str, value: int | None, done: str) -> None:
    assert read_integer(text) == (value, done)


def test_decimals() -> None:
    assert read_decimal("0.8") == (0.8, "ok")
    assert read_decimal("-0.8") == (None, "unreadable")
    assert read_decimal("1e400") == (None, "unreadable")


@pytest.mark.parametrize(
    ("text", "value"), [("7", 7), ("<1", 0), ("11 months", 0), ("4.7", 4), ("4 years", 4), ("-1", None), ("old", None)]
)
def test_ages(text: str, value: int | None) -> None:
    assert read_age(text)[0] == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "blank"),
        (" \u00a0", "blank"),
        (" n/a ", "blank word"),
        ("NULL", "blank word"),
        ("#N/A", "spreadsheet error"),
        ("#REF!", "spreadsheet error"),
        ("#MULTIVALUE", "several values"),
        ("SSD_PH", "placeholder value"),
        ("2024-01-05", ""),
    ],
)
def test_what_a_cell_says_instead_of_a_value(text: str, said: str) -> None:
    assert absent(text) == said


def test_an_authority_s_own_blank_words_take_the_place_of_the_usual_ones() -> None:
    own = blanks_of(("Not Recorded",))
    assert absent("not recorded", own) == "blank word"
    assert absent("n/a", own) == ""
    assert absent("n/a", USUAL) == "blank word"


@pytest.mark.parametrize(
    ("code_set", "text", "code", "done"),
    [
        ("primary_need", "N1", "N1", "ok"),
        ("primary_need", "n1", "N1", "other spelling"),
        ("primary_need", "N1 - Abuse", "N1", "other spelling"),
        ("primary_need", "N1: Abuse", "N1", "other spelling"),
        ("primary_need", "Abuse or neglect (N1)", "N1", "other spelling"),
        ("primary_need", "Abuse - N1", "N1", "other spelling"),
        ("primary_need", "N1 - Family dysfunction", None, "unreadable"),
        ("primary_need", "N1 (DO NOT USE)", "N1", "obsolete spelling"),
        ("primary_need", "Child\u2019s disability", "N2", "other spelling"),
        ("primary_need", "Child\u00e2\u20ac\u2122s disability", "N2", "garbled, repaired"),
        ("primary_need", "Caf\u00c3\u00a9", None, "garbled"),
        ("primary_need", "Code 'X' is not mapped", None, "not mapped by the supplier"),
        ("reason_episode_ceased", "[E7]", "E7", "other spelling"),
        ("referral_source", "Self [1C]", "1C", "other spelling"),
        ("referral_source", "3A Health services - GP", "3A", "other spelling"),
        ("referral_source", "e) 2A: Schools", "2A", "other spelling"),
        ("referral_source", "10.0", "10", "other spelling"),
        ("referral_source", "HSERVGP", "3A", "other spelling"),
        ("referral_source", "1-Jan", None, "unreadable"),
        ("referral_source", "3.00E+00", None, "unreadable"),
        ("category_of_abuse", "Emotional abuse; Neglect", "MUL", "several values as one code"),
        ("category_of_abuse", "YNNN", "NEG", "flags"),
        ("category_of_abuse", "YYNN", "MUL", "flags"),
        ("category_of_abuse", "NNNN", None, "unreadable"),
        ("category_of_abuse", "b)Physical abuse", "PHY", "other spelling"),
        ("category_of_abuse", "b Physical abuse", "PHY", "other spelling"),
        ("cin_sex", "Male/Female", None, "several values"),
        ("cin_sex", "9", "U", "other spelling"),
        ("cin_sex", "Male [1]", "M", "other spelling"),
        ("cin_sex", "Unknown", "U", "other spelling"),
        ("ssd_contact_outcome_flags", "JSON key; value Y/N or blank", None, "unreadable"),
        ("accommodation", "C In custody", None, "unreadable"),
        ("disability", "None", "NONE", "other spelling"),
        ("ethnicity", "CNHE", "CHNE", "other spelling"),
        ("ethnicity", "MWBa", "MWBA", "other spelling"),
        ("ethnicity", "ORAB", None, "unreadable"),
        ("yes_no", "1 - Yes", "Y", "other spelling"),
        ("yes_no", "b) No", "N", "other spelling"),
        ("yes_no", "false", "N", "other spelling"),
        ("ssd_yes_no_na", "N/A", "NA", "other spelling"),
        ("yes_no", "N/A", None, "unreadable"),
    ],
)
def test_codes(code_set: str, text: str, code: str | None, done: str) -> None:
    assert load_code_sets()[code_set].understand(text) == (code, done)


def test_what_counts_as_unreadable_has_no_repair_among_it() -> None:
    assert not {"other spelling", "two-digit year", "blank word", "stand-in date"} & UNREADABLE
