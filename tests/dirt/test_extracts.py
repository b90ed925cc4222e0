"""Faults of a whole extract (kinds 111 to 119)."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.dirt.reading import PERSON, VISIT, account, audit, outcome

from casecheck.errors import CasecheckError

ROW = "V1,1,cp,2024-01-02,Y\n"


def test_111_a_table_that_is_missing_is_never_passed_over(tmp_path: Path) -> None:
    result = audit(tmp_path, {"visit.csv": VISIT + ROW}, "VIS-CP-001")
    assert outcome(result, "VIS-CP-001").status == "not_assessable"
    assert not result.complete


def test_115_a_day_that_is_not_a_day_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(CasecheckError, match="is not a day"):
        audit(tmp_path, {"visit.csv": VISIT + ROW}, as_of="end of March")


def test_117_local_words_that_are_not_mapped_are_counted(tmp_path: Path) -> None:
    text = "Obs ID,PI Number,Obs Type,Event Date\nN1,1,Our own kind of visit,12/03/2024 13:00\nN2,1,#REF!,12/03/2024\nN3,1,,12/03/2024\n"
    result = audit(tmp_path, {"observations.csv": text}, profile="carefirst")
    assert account(result).unmapped == {"OBSERVATION_TYPE": 2}


def test_118_a_column_that_is_always_blank_is_never_relied_on(tmp_path: Path) -> None:
    text = VISIT + "V1,1,cp,NULL,Y\nV2,2,cp,,Y\n"
    result = audit(tmp_path, {"visit.csv": text, "person.csv": PERSON + "1,2015-01-02,F,WBRI,,\n"}, "INT-009")
    assert "visit_date" in result.extract.blank["visit"]
