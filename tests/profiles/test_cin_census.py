"""The children in need census: what each element becomes, and what is out of its scope."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from tests.profiles.reading import Built

import casecheck
from casecheck.findings.outcome import Outcome

NAMES = {
    "person": "Child", "referral": "CINdetails", "assessment": "Assessments", "s47_enquiry": "Section47",
    "plan_review": "CPPreviewDate",
}  # fmt: skip


def census(folder: Path, details: str, *, child: str = "<Sex>F</Sex>", year: int = 2025) -> Path:
    file = folder / "census.xml"
    file.write_text(
        f"<Message><Header><CollectionDetails><Year>{year}</Year><ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails></Header>"
        f"<Children><Child><ChildIdentifiers><LAchildID>C1</LAchildID><PersonBirthDate>2012-05-06</PersonBirthDate>{child}</ChildIdentifiers>"
        "<ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>"
        f"<CINdetails><CINreferralDate>2024-04-10</CINreferralDate><ReferralSource>1A</ReferralSource>{details}<ReferralNFA>0</ReferralNFA></CINdetails>"
        "</Child></Children></Message>"
    )
    return file


S47 = (
    "<Section47><S47ActualStartDate>2024-04-12</S47ActualStartDate><InitialCPCtarget>2024-05-07</InitialCPCtarget>{}</Section47>"
)
ASSESSED = (
    "<Assessments><AssessmentActualStartDate>2024-04-11</AssessmentActualStartDate>"
    "<AssessmentAuthorisationDate>2024-05-01</AssessmentAuthorisationDate></Assessments>"
)
CIN_PLAN = "<CINPlanDates><CINPlanStartDate>2024-05-02</CINPlanStartDate></CINPlanDates>"


def test_a_census_is_recognised_by_its_root(tmp_path: Path) -> None:
    built = Built(census(tmp_path, ASSESSED))
    assert built.profile.profile == "cin_census"
    assert built.extract.balances


@pytest.mark.parametrize(
    ("leaf", "sex"),
    [("<Sex>M</Sex>", "M"), ("<Sex>U</Sex>", "U"), ("<GenderCurrent>1</GenderCurrent>", "M"), ("<GenderCurrent>2</GenderCurrent>", "F"),
     ("<GenderCurrent>0</GenderCurrent>", "U"), ("<GenderCurrent>9</GenderCurrent>", "U"),
     ("<GenderCurrent>2</GenderCurrent><Sex>M</Sex>", "M"), ("", None)],
)  # fmt: skip
def test_sex_comes_from_whichever_element_the_year_has(tmp_path: Path, leaf: str, sex: str | None) -> None:
    assert Built(census(tmp_path, ASSESSED, child=leaf)).one("person", "sex") == (sex,)


@pytest.mark.parametrize(
    ("codes", "flag"), [(["NONE"], "N"), (["HAND"], "Y"), (["HAND", "HEAR"], "Y"), ([], None), (["none"], "N")]
)
def test_a_disability_is_any_code_but_none(tmp_path: Path, codes: list[str], flag: str | None) -> None:
    child = "<Sex>F</Sex>" + "".join(f"<Disability>{code}</Disability>" for code in codes)
    assert Built(census(tmp_path, ASSESSED, child=child)).one("person", "disability_flag") == (flag,)


@pytest.mark.parametrize(("word", "flag"), [("0", "N"), ("1", "Y"), ("true", "Y"), ("false", "N"), ("TRUE", "Y")])
def test_truth_is_written_in_two_ways(tmp_path: Path, word: str, flag: str) -> None:
    built = Built(census(tmp_path, S47.format(f"<ICPCnotRequired>{word}</ICPCnotRequired>")))
    assert built.one("s47_enquiry", "icpc_not_required_flag", "icpc_target_date") == (flag, date(2024, 5, 7))


def test_conferences_come_from_both_places_and_only_one_is_known_to_be_initial(tmp_path: Path) -> None:
    details = "<DateOfInitialCPC>2024-07-01</DateOfInitialCPC>" + S47.format("<DateOfInitialCPC>2024-05-03</DateOfInitialCPC>")
    built = Built(census(tmp_path, details))
    found = built.rows("conference", "conference_date", "conference_type", "target_date", "_unknown", order="conference_date")
    assert found == [
        (date(2024, 5, 3), "initial", date(2024, 5, 7), None),
        (date(2024, 7, 1), None, None, "|conference_type|target_date|"),
    ]


def test_an_enquiry_without_a_conference_makes_none(tmp_path: Path) -> None:
    built = Built(census(tmp_path, S47.format("<ICPCnotRequired>0</ICPCnotRequired>")))
    assert built.rows("conference", "conference_date") == []


def audit(path: Path, *select: str, as_of: str = "2025-03-31", empty: tuple[str, ...] = ()) -> dict[str, Outcome]:
    policy = {"tables": {"may_be_empty": list(empty)}}
    result = casecheck.audit(path, as_of=as_of, select=select, policy=policy)
    return {outcome.rule_id: outcome for outcome in result.rules}


def late(path: Path, as_of: str) -> tuple[int, int, int, int]:
    tally = audit(path, "CPP-001", as_of=as_of, empty=("conference", "section_47"))["CPP-001"].tally
    return tally.passed, tally.failed, tally.not_due, tally.not_assessable


def test_an_enquiry_is_open_until_a_conference_or_a_decision_against_one(tmp_path: Path) -> None:
    still_open = census(tmp_path, S47.format("<ICPCnotRequired>false</ICPCnotRequired>"))
    assert late(still_open, "2024-04-30") == (0, 0, 1, 0)
    assert late(still_open, "2024-06-30") == (0, 1, 0, 0)
    held = census(tmp_path, S47.format("<DateOfInitialCPC>2024-05-03</DateOfInitialCPC><ICPCnotRequired>0</ICPCnotRequired>"))
    assert late(held, "2024-06-30") == (1, 0, 0, 0)
    needless = census(tmp_path, S47.format("<ICPCnotRequired>true</ICPCnotRequired>"))
    assert late(needless, "2024-06-30") == (0, 0, 0, 0)


def test_a_conference_of_unknown_kind_neither_passes_nor_fails_an_enquiry(tmp_path: Path) -> None:
    details = S47.format("<ICPCnotRequired>0</ICPCnotRequired>") + "<DateOfInitialCPC>2024-05-03</DateOfInitialCPC>"
    passed, failed, _, unsure = late(census(tmp_path, details), "2024-06-30")
    assert failed == 0
    assert passed + unsure == 1


def test_plans_of_both_kinds_and_their_reviews(tmp_path: Path) -> None:
    plan = (
        "<ChildProtectionPlans><CPPstartDate>2024-05-03</CPPstartDate><InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse>"
        "<LatestCategoryOfAbuse>EMO</LatestCategoryOfAbuse><NumberOfPreviousCPP>2</NumberOfPreviousCPP>"
        "<Reviews><CPPreviewDate>2024-07-20</CPPreviewDate></Reviews></ChildProtectionPlans>"
    )
    built = Built(census(tmp_path, CIN_PLAN + plan))
    fields = ("plan_type", "start_date", "end_date", "initial_category", "latest_category", "previous_cp_plan_count", "plan_id")
    assert built.rows("plan", *fields, order="plan_type") == [
        ("cin", date(2024, 5, 2), None, None, None, None, None),
        ("cp", date(2024, 5, 3), None, "NEG", "EMO", 2, None),
    ]
    assert built.one("plan_review", "person_id", "review_type", "review_date") == ("C1", "cp", date(2024, 7, 20))


def test_numbers_of_pupils_and_the_reason_why_there_is_none(tmp_path: Path) -> None:
    child = "<Sex>F</Sex><FormerUPN>A1</FormerUPN><UPNunknown>UN2</UPNunknown>"
    built = Built(census(tmp_path, ASSESSED, child=child))
    assert built.rows("person_identifier", "id_type", "id_value", "unknown_reason", order="id_type") == [
        ("former_upn", "A1", None),
        ("upn", None, "UN2"),
    ]


def test_the_planned_module_is_read_where_a_file_has_it_and_otherwise_out_of_scope(tmp_path: Path) -> None:
    module = (
        "<PreProceedingsandFGDM><PPStartDate>2026-05-01</PPStartDate><LBPSentDate>2026-05-03</LBPSentDate><FGDMMeetingOffer>1</FGDMMeetingOffer>"
        "<ReviewMeetingsCount>2</ReviewMeetingsCount><PPOutcome>a</PPOutcome></PreProceedingsandFGDM>"
    )
    built = Built(census(tmp_path, module, year=2027), as_of=date(2027, 3, 31))
    fields = ("decision_date", "letter_date", "review_meeting_count", "fgdm_offered", "outcome", "_unreadable")
    assert built.one("pre_proceedings", *fields) == (date(2026, 5, 1), date(2026, 5, 3), 2, "Y", None, None)
    before = Built(census(tmp_path, ASSESSED))
    assert not before.profile.holds("pre_proceedings")
    assert before.extract.balances


def test_surrogate_numbers_are_never_made(tmp_path: Path) -> None:
    outcomes = audit(census(tmp_path, ASSESSED + CIN_PLAN), "INT-001")
    assert outcomes["INT-001"].status == "passed"
    assert outcomes["INT-001"].tally.population == 1


def test_a_child_who_stands_twice_in_the_return_is_found(tmp_path: Path) -> None:
    path = census(tmp_path, ASSESSED)
    text = path.read_text()
    child = text[text.index("<Child>") : text.index("</Children>")]
    path.write_text(text.replace(child, child * 2))
    result = casecheck.audit(path, as_of="2025-03-31", select=["INT-001"], policy={})
    # whole rows that repeat exactly are set aside by the account; two that differ are a finding
    assert result.extract.balances
    path.write_text(text.replace(child, child + child.replace("<Sex>F", "<Sex>M")))
    result = casecheck.audit(path, as_of="2025-03-31", select=["INT-001"], policy={})
    assert [row["child_id"] for row in result.table.to_pylist()] == ["C1"]


def test_what_the_census_never_holds_is_out_of_scope(tmp_path: Path) -> None:
    outcomes = audit(census(tmp_path, ASSESSED + CIN_PLAN))
    scope = {rule for rule, outcome in outcomes.items() if outcome.status == "out_of_scope"}
    assert {
        "VIS-CP-001",
        "ALC-001",
        "CAS-001",
        "CLA-001",
        "SEE-001",
        "S47-003",
        "CPP-002",
        "SUP-001",
        "VOI-004",
        "CIN-002",
    } <= scope
    assert "errored" not in {outcome.status for outcome in outcomes.values()}


def test_a_module_that_a_file_lacks_makes_its_rules_not_assessable_unless_the_policy_says_it_may(tmp_path: Path) -> None:
    path = census(tmp_path, ASSESSED + CIN_PLAN)
    assert audit(path, "CPP-012")["CPP-012"].status == "not_assessable"
    allowed = ("protection_plan", "plan.end_date")
    assert audit(path, "CPP-012", empty=allowed)["CPP-012"].status == "passed"


@pytest.mark.parametrize("name", ["CIN_Census_2021.xml", "CIN_Census_2024.xml", "fake_CIN_data.xml"])
def test_a_published_sample_has_a_row_for_each_of_its_elements(samples: Path, name: str) -> None:
    path = samples / "cin_census" / name
    counted = Counter(element.tag for element in ElementTree.parse(path).iter())
    built = Built(path, as_of=date(2022, 3, 31))
    extract = built.extract
    assert extract.balances
    assert {table: extract.rows[table] for table in NAMES} == {table: counted[tag] for table, tag in NAMES.items()}
    assert extract.rows["plan"] == counted["CINPlanDates"] + counted["ChildProtectionPlans"]
    assert extract.rows["conference"] == counted["DateOfInitialCPC"]
    assert extract.rows["person_identifier"] == counted["UPN"] + counted["FormerUPN"] + counted["UPNunknown"]
    assert sum(account.set_aside.get("blank row", 0) for account in extract.accounts) == 0


def test_the_findings_of_a_published_sample_are_those_of_its_lines(samples: Path) -> None:
    path = samples / "cin_census" / "CIN_Census_2024.xml"
    result = casecheck.audit(path, as_of="2024-03-31", policy={})
    lines = path.read_text().splitlines()
    found = {(row["rule_id"], row["sheet"]): row for row in result.table.to_pylist()}
    backwards = found["INT-004", "Assessments"]
    assert "<Assessments>" in lines[backwards["line"] - 1]
    assert "2028-04-28" in lines[backwards["line"]]
    assert "2020-09-19" in lines[backwards["line"] + 1]
    assert found["INT-012", "Assessments"]["line"] == backwards["line"]
    assert found["CPP-012", "CINPlanDates"]["child_id"] == "DFEX0000001"
    assert not result.with_status("errored")
