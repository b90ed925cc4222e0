"""XML of the statutory returns (kinds 104 to 110)."""

from __future__ import annotations

from pathlib import Path

from tests.dirt.reading import audit

from casecheck.result import AuditResult

HEADER = (
    "<Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year><ReferenceDate>2024-03-31</ReferenceDate>"
    "</CollectionDetails></Header>"
)
CHILD = (
    "<Child><ChildIdentifiers><LAchildID>{id}</LAchildID><FormerUPN>X98</FormerUPN>{stray}"
    "<PersonBirthDate>2015-01-01</PersonBirthDate><Sex>M</Sex></ChildIdentifiers><CINdetails>"
    "<CINreferralDate>2024-01-02</CINreferralDate><ReferralSource>1A</ReferralSource><Assessments>"
    "<AssessmentActualStartDate>2024-01-03</AssessmentActualStartDate>{factors}</Assessments>"
    "<ReferralNFA>0</ReferralNFA>{more}</CINdetails></Child>"
)


def census(tmp_path: Path, year: str = "2024", **parts: str) -> AuditResult:
    found = {"id": "1", "stray": "", "factors": "", "more": "", **parts}
    text = f"<Message>{HEADER.format(year=year)}<Children>{CHILD.format(**found)}</Children></Message>"
    return audit(tmp_path, {"census.xml": text}, profile="cin_census")


def said(result: AuditResult) -> str:
    return " | ".join(str(note) for item in result.extract.accounts for note in item.notes)


def test_104_text_between_elements_is_counted_and_not_read(tmp_path: Path) -> None:
    result = census(tmp_path, stray="PersonBirthDate")
    assert "1 piece of text between elements not read" in said(result)
    assert result.extract.rows["person"] == 1


def test_105_an_empty_container_is_missing(tmp_path: Path) -> None:
    result = census(tmp_path, factors="<FactorsIdentifiedAtAssessment/>")
    assert result.extract.rows["assessment"] == 1
    assert "factors" in result.extract.blank["assessment"]


def test_106_a_year_unlike_the_reference_date_is_said(tmp_path: Path) -> None:
    assert "the header's year is not that of its reference date" in said(census(tmp_path, year="2023"))


def test_107_elements_of_a_newer_year_stay_in_sight_and_refuse_nothing(tmp_path: Path) -> None:
    result = census(tmp_path, more="<SomethingNew>1</SomethingNew>")
    unknown = {name for item in result.extract.accounts for name in item.unknown_columns}
    assert "SomethingNew" in unknown
    assert result.extract.rows["referral"] == 1


def test_108_a_code_outside_the_list_is_unreadable(tmp_path: Path) -> None:
    factors = "<FactorsIdentifiedAtAssessment><AssessmentFactors>RB</AssessmentFactors></FactorsIdentifiedAtAssessment>"
    result = census(tmp_path, factors=factors)
    assert [row["subject_table"] for row in result.table.to_pylist() if row["rule_id"] == "INT-012"] == ["assessment"]


def test_109_ids_that_are_words_are_kept_as_they_stand(tmp_path: Path) -> None:
    result = census(tmp_path, id="child_of_test", factors="<FactorsIdentifiedAtAssessment><AssessmentFactors>RB"
                    "</AssessmentFactors></FactorsIdentifiedAtAssessment>")  # fmt: skip
    assert {row["child_id"] for row in result.table.to_pylist()} == {"CHILD_OF_TEST"}


def test_110_prefixes_and_letter_case_of_tags_do_not_matter(tmp_path: Path) -> None:
    child = CHILD.format(id="1", stray="", factors="", more="").replace("LAchildID", "c:LACHILDID")
    text = f'<Message xmlns:c="urn:c">{HEADER.format(year="2024")}<Children>{child}</Children></Message>'
    result = audit(tmp_path, {"census.xml": text}, profile="cin_census")
    assert result.extract.rows["person"] == 1
    assert "tag names with a prefix or in other letters" in said(result)
    assert all(item.balances for item in result.extract.accounts)
