"""Every kind of dirt has a test here, or a reason why it has none yet."""

from __future__ import annotations

import re
from pathlib import Path

KINDS = range(1, 120)
NOT_YET = {
    29: "the inspectorate's provider look-ups are not a table of any layout",
    30: "the template's example rows are not known by their text; a row without a child's number is set aside",
    37: "no rule compares notes and forms between siblings",
    49: "no rule judges the form of a pupil number",
    51: "no layout that is shipped joins old numbers to new ones",
    52: "no rule looks for one person under two numbers",
    69: "the share of records with event date and recording date alike is not worked out",
    72: "no rule asks on which day of the week a conference was held",
    96: "no rule compares a stated count with the rows",
    101: "texts are not kept, only their length, and no rule looks at lengths",
    112: "the report cannot know what the source hides",
    113: "the first date of each table is not yet compared with what a rule looks back on",
    114: "the window of an Annex A list is not yet compared with its dates",
    116: "the days on which files of one set were made are not known",
    119: "runs are not compared with one another",
}


def numbers_of_tests() -> set[int]:
    names = [
        found[1]
        for file in Path(__file__).parent.glob("test_*.py")
        for found in re.finditer(r"^def test((?:_\d{3})+)_", file.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    return {int(number) for name in names for number in name.split("_") if number}


def test_every_kind_has_a_test_or_a_reason_and_never_both() -> None:
    assert numbers_of_tests() | set(NOT_YET) == set(KINDS)
    assert not numbers_of_tests() & set(NOT_YET)
