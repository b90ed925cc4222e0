"""The templates for Eclipse, LCS and Mosaic, on small invented extracts in each layout.

Every history holds the points that the layouts are known for (keys of -1, deleted rows, drafts, open ends, answers one a row)
and two planted breaches: an assessment that was authorised late, and a child on a protection plan who was not seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

import casecheck
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.errors import ProfileError
from casecheck.policy import Policy
from casecheck.profiles.accounts import Account, Extract
from casecheck.profiles.building import Builder
from casecheck.profiles.loading import load_profile, shipped_profiles
from casecheck.profiles.matching import Matched, choose, opening_for
from casecheck.result import AuditResult
from casecheck.sources import open_source
from casecheck.sources.raw import FrameBody, RawTable

AS_OF = date(2026, 3, 31)
TEMPLATES = ("eclipse", "lcs", "mosaic")

LCS = {
    "dim_person": """
        DIM_PERSON_ID,BIRTH_DTTM,GENDER_MAIN_CODE,ETHNICITY_MAIN_CODE,DEATH_DTTM,NHS_NUMBER,UPN
        -1,,U,,,,
        101,2015-05-01 00:00:00,F,WBRI,,9990000001,
        102,2016-06-01 00:00:00,M,ABAN,,,A123456789012
        103,2012-01-15 00:00:00,F,WBRI,,,""",
    "dim_worker": """
        DIM_WORKER_ID,STAFF_ID,WORKER_ID_CODE,JOB_TITLE,DEPARTMENT_NAME
        -1,,,Unknown,
        11,S11,SW1,Social worker,North
        12,S12,SW2,Social worker,North""",
    "fact_involvements": """
        FACT_INVOLVEMENTS_ID,DIM_PERSON_ID,DIM_WORKER_ID,FACT_WORKER_NAME,FACT_WORKER_HISTORY_DEPARTMENT_DESC,IS_ALLOCATED_CW_FLAG,START_DTTM,END_DTTM
        1,101,11,Worker A,North,Y,2025-10-01,
        2,102,-1,,North,Y,2025-10-01,
        3,101,12,Worker B,North,N,2025-10-01,
        4,103,12,Worker B,North,Y,2025-10-01,2026-03-01
        5,103,11,Worker A,North,Y,2026-03-01,""",
    "fact_contacts": """
        FACT_CONTACT_ID,DIM_PERSON_ID,CONTACT_DTTM,DIM_LOOKUP_CONT_SORC_ID_CODE,OUTCOME_NEW_REFERRAL_FLAG,OUTCOME_NFA_FLAG
        31,101,2025-10-01,6,Y,N""",
    "fact_referrals": """
        FACT_REFERRAL_ID,DIM_PERSON_ID,REFRL_START_DTTM,REFRL_END_DTTM,OUTCOME_NFA_FLAG,OUTCOME_SINGLE_ASSESSMENT_FLAG,DIM_LOOKUP_CONT_SORC_ID_CODE
        501,101,2025-10-01,,N,Y,6
        502,102,2025-10-01,,N,Y,2A
        503,103,2025-10-01,,N,Y,1A""",
    "fact_single_assessment": """
        FACT_SINGLE_ASSESSMENT_ID,DIM_PERSON_ID,FACT_REFERRAL_ID,FACT_FORM_ID,START_DTTM,DIM_LOOKUP_STEP_SUBSTATUS_CODE,OUTCOME_NFA_FLAG,OUTCOME_PROV_OF_SERVICES_FLAG
        601,101,501,9001,2025-10-03,,N,Y
        602,102,502,9002,2025-10-03,,Y,N
        603,103,503,9003,2025-10-03,D,N,N
        604,103,503,9004,2025-10-03,x,N,N
        605,103,-1,-1,2026-03-20,,N,N""",
    "fact_form_answers": """
        FACT_FORM_ID,ANSWER_NO,ANSWER
        9001,seenYN,Yes
        9001,FormEndDate,2025-12-31
        9002,FormEndDate,2025-11-03
        9002,somethingElse,free text
        -1,FormEndDate,2026-03-21""",
    "fact_s47": """
        FACT_S47_ID,DIM_PERSON_ID,FACT_REFERRAL_ID,START_DTTM,END_DTTM,OUTCOME_CP_CONFERENCE_FLAG,OUTCOME_NFA_FLAG
        651,101,501,2025-12-15,2025-12-29,Y,N
        652,102,502,2026-02-02,2026-02-10,N,Y""",
    "fact_cp_conference": """
        FACT_CP_CONFERENCE_ID,DIM_PERSON_ID,FACT_MEETING_ID,FACT_S47_ID,FACT_CP_PLAN_ID,TRANSFER_IN_FLAG,DUE_DTTM,OUTCOME_CP_FLAG
        661,101,71,651,701,N,2026-01-08,Y
        662,102,-1,-1,-1,Y,,N""",
    "fact_meetings": """
        FACT_MEETING_ID,ACTUAL_DTTM,CANCELLED,DIM_LOOKUP_MTG_TYPE_ID_CODE
        71,2026-01-05,N,CPConference
        72,2026-01-20,N,LACReview
        73,2026-02-20,Y,LACReview""",
    "fact_meeting_subjects": """
        FACT_MEETINGS_ID,DIM_PERSON_ID,DIM_LOOKUP_PARTICIPATION_CODE_DESC
        72,103,PN1
        72,101,PN7""",
    "fact_cp_plan": """
        FACT_CP_PLAN_ID,DIM_PERSON_ID,FACT_REFERRAL_ID,START_DTTM,END_DTTM,INIT_CATEGORY_DESC,CP_CATEGORY_DESC
        701,101,-1,2026-01-05,,Neglect,Neglect
        702,102,502,2026-03-23,,Emotional abuse,Neglect""",
    "fact_care_plan_summary": """
        FACT_CARE_PLAN_SUMMARY_ID,DIM_PERSON_ID,FACT_REFERRAL_ID,START_DTTM,END_DTTM,DIM_LOOKUP_PLAN_TYPE_CODE,DIM_LOOKUP_PLAN_STATUS_ID_CODE
        721,103,503,2025-11-03,2025-12-20,FP,A
        722,103,503,2025-11-03,,FP,z
        723,103,503,2025-11-03,,QQ,A""",
    "fact_cp_visit": """
        FACT_CASENOTE_ID,FACT_CP_PLAN_ID
        801,701""",
    "fact_casenotes": """
        FACT_CASENOTE_ID,DIM_PERSON_ID,EVENT_DTTM,DIM_LOOKUP_CASNT_TYPE_ID_CODE,SEEN_FLAG,SEEN_ALONE_FLAG,SEEN_BEDROOM_FLAG
        801,101,2026-01-16 10:30:00,STVC,Y,Y,N
        802,102,2026-03-27 11:00:00,stvc,Y,N,Y
        803,103,2026-01-12 09:00:00,STVL,Y,Y,
        804,101,2026-02-01 09:00:00,PHONE,,,
        805,103,2026-01-12 12:00:00,IRO,N,,""",
    "fact_cp_review": """
        FACT_CP_REVIEW_ID,DIM_PERSON_ID,FACT_CP_PLAN_ID,DUE_DTTM,MEETING_DTTM
        741,101,701,2026-04-01,2026-03-20""",
    "fact_cla": """
        FACT_CLA_ID,FACT_REFERRAL_ID,START_DTTM
        81,503,2026-01-07""",
    "fact_care_episodes": """
        FACT_CARE_EPISODES_ID,FACT_CLA_ID,DIM_PERSON_ID,CARE_START_DATE,CARE_END_DATE,CARE_REASON_END_DESC,CIN_903_CODE
        811,81,103,2026-01-07,2026-02-01,X1,N1
        812,81,103,2026-02-01,,,N1""",
    "fact_cla_placement": """
        FACT_CLA_PLACEMENT_ID,FACT_CLA_ID,DIM_PERSON_ID,START_DTTM,END_DTTM,DIM_LOOKUP_PLACEMENT_TYPE_CODE,POSTCODE
        821,81,103,2026-01-07,,U6,ZZ1 1ZZ""",
    "fact_cla_review": """
        FACT_CLA_REVIEW_ID,FACT_CLA_ID,DIM_PERSON_ID,FACT_MEETING_ID,DUE_DTTM,MEETING_DTTM
        831,81,103,72,2026-02-04,2026-01-20
        832,81,103,73,2026-04-20,2026-02-20""",
    "fact_legal_status": """
        FACT_LEGAL_STATUS_ID,DIM_PERSON_ID,DIM_LOOKUP_LGL_STATUS_DESC,START_DTTM,END_DTTM
        841,103,C1: ICO,2026-01-07,""",
}

VISIT = "7b04f2b4-1170-44a2-8f2f-111d51d8a90f"
ASSESSMENT = "94b3f530-a918-4f33-85c2-0ae355c9c2fd"
REFERRAL = "e6d9de9a-b56c-49d0-ab87-0f913ca8fc5f"
S47 = "fdca0a95-8578-43ca-97ff-ad3a8adf57de"
MEETING = "21e01e2e-fd65-439d-a8aa-a179106a3d45"
ECLIPSE = {
    "persondemographicsview": """
        PERSONID,FORENAME,SURNAME,SEX,GENDER,ETHNICITYCODE,DATEOFBIRTH,DUEDATE,DIEDDATE,NHSNUMBER,CAREFIRSTID
        1,Test,Person,Male,Man,WHITE_BRITISH,2015-01-01,,,,
        101,One,Child,Female,Woman,WHITE_BRITISH,2015-05-01,,,9990000001,CF0012
        102,Two,Child,Male,Man,BANGLADESHI,2016-06-01,,,,
        103,DUPLICATE,Child,Female,,WHITE_IRISH,2012-01-15,,,,""",
    "personview": """
        PERSONID,FORENAME,SURNAME,DATEOFBIRTH,DUPLICATED
        103,DUPLICATE,Child,2012-01-15,DUPLICATE""",
    "referencenumberpersonview": """
        PERSONID,REFERENCETYPE,REFERENCETYPECODE,REFERENCENUMBER,STARTDATE,ENDDATE
        101,Unique pupil number,UPN,A123456789012,2020-09-01,
        11,Social Work England number,SWE,SW1,2020-09-01,""",
    "relationshipprofessionalview": """
        PERSONRELATIONSHIPRECORDID,PERSONID,PROFESSIONALRELATIONSHIPPERSONID,PROFESSIONALRELATIONSHIPNAME,PROFESSIONALTEAMID,ALLOCATEDWORKERCODE,STARTDATE,CLOSEDATE
        1,101,11,Worker A,7,AW,2025-10-01,
        2,102,11,Worker A,7,AW,2025-10-01,
        3,101,12,School Nurse,,,2025-10-01,""",
    "classificationpersonview": """
        CLASSIFICATIONASSIGNMENTID,PERSONID,CLASSIFICATIONPATHID,NAME,STARTDATE,ENDDATE,STATUS
        701,101,51,Child protection plan,2026-01-05,,ACTIVE
        702,102,51,Child protection plan,2026-03-23,,ACTIVE
        703,102,51,Child protection plan,2026-01-05,,DELETED
        704,102,4,Child in need,2025-11-03,2026-03-23,ACTIVE
        705,101,81,Neglect,2026-01-05,,ACTIVE
        706,101,999,Something local,2026-01-05,,ACTIVE""",
    "formanswerpersonview": f"""
        INSTANCEID,DESIGNGUID,DESIGNSUBNAME,INSTANCESTATE,CONTROLNAME,ANSWERVALUE,DATEANSWERVALUE,ANSWERFORSUBJECTID,DATECOMPLETED
        501,{REFERRAL},,COMPLETE,CINCensus_DateOfReferral,,2025-10-01,101,2025-10-01
        501,{REFERRAL},,COMPLETE,CINCensus_ReferralSource,Police,,101,2025-10-01
        501,{REFERRAL},,COMPLETE,AnnexAReturn_nextSteps_agreed,Assessment,,101,2025-10-01
        502,{REFERRAL},,COMPLETE,CINCensus_DateOfReferral,,2025-10-01,102,2025-10-01
        502,{REFERRAL},,COMPLETE,AnnexAReturn_nextSteps_agreed,Assessment,,102,2025-10-01
        601,{ASSESSMENT},Single assessment,COMPLETE,CINCensus_startDateOfForm,2025-10-03,,101,2025-12-31
        601,{ASSESSMENT},Single assessment,COMPLETE,SeenAlone,Child seen with others,,101,2025-12-31
        602,{ASSESSMENT},Single assessment,COMPLETE,CINCensus_startDateOfForm,2025-10-03,,102,2025-11-03
        603,{ASSESSMENT},Single assessment,STARTED,CINCensus_startDateOfForm,2026-03-01,,102,
        651,{S47},,COMPLETE,AnnexAReturn_dateOfStratMeeting,,2025-12-15,101,2025-12-29
        651,{S47},,COMPLETE,CINCensus_whatNeedsToHappenNext,Convene initial child protection conference,,101,2025-12-29
        652,{S47},,COMPLETE,AnnexAReturn_dateOfStratMeeting,,2026-02-02,102,2026-02-10
        652,{S47},,COMPLETE,CINCensus_whatNeedsToHappenNext,No further action,,102,2026-02-10
        661,{MEETING},Child Protection - Initial Conference ,COMPLETE,903Return_dateOfMeetingConference,2026-01-05,,101,2026-01-06
        661,{MEETING},Child Protection - Initial Conference ,COMPLETE,AnnexAReturn_typeOfMeeting,Child Protection (Initial child protection conference),,101,2026-01-06
        661,{MEETING},Child Protection - Initial Conference ,COMPLETE,ChildProtectionNextStep,Set next review,,101,2026-01-06
        662,{MEETING},Child Protection - Review Conference,COMPLETE,903Return_dateOfMeetingConference,2026-03-20,,101,2026-03-21
        801,{VISIT},"Child Protection ",COMPLETE,AnnexAReturn_dateOfVisit,,2026-01-16,101,2026-01-16
        801,{VISIT},"Child Protection ",COMPLETE,AnnexAReturn_wasTheChildSeen,Yes,,101,2026-01-16
        801,{VISIT},"Child Protection ",COMPLETE,AnnexAReturn_wasTheChildSeenAlone,Child seen alone,,101,2026-01-16
        801,{VISIT},"Child Protection ",COMPLETE,AnnexAReturn_dateOfVisit,,2026-01-16,102,2026-01-16
        801,{VISIT},"Child Protection ",COMPLETE,AnnexAReturn_wasTheChildSeen,No,,102,2026-01-16
        802,{VISIT},"Child Protection ",COMPLETE,AnnexAReturn_dateOfVisit,,2026-03-27,102,2026-03-27
        802,{VISIT},"Child Protection ",COMPLETE,AnnexAReturn_wasTheChildSeen,Yes,,102,2026-03-27
        803,{VISIT},"Child Protection ",DRAFT,AnnexAReturn_dateOfVisit,,2026-02-02,101,
        901,00000000-0000-0000-0000-000000000000,,COMPLETE,someAnswer,Yes,,101,2026-01-01
        901,00000000-0000-0000-0000-000000000000,,COMPLETE,otherAnswer,No,,101,2026-01-01""",
    "claperiodofcareview": """
        PERIODOFCAREID,PERSONID,ADMISSIONDATE,DISCHARGEDATE
        81,103,2026-01-07,""",
    "claepisodeofcareview": """
        EPISODEOFCAREID,PERIODOFCAREID,PERSONID,EOCSTARTDATE,EOCENDDATE,LEGALSTATUS,PLACEMENTTYPECODE,PLACEMENTPOSTCODE
        811,81,103,2026-01-07,2026-02-01,V2,NOT_LT_ADOPT,ZZ1 1ZZ
        812,81,103,2026-02-01,,C1,NOT_LT_ADOPT,ZZ1 1ZZ""",
}

MOSAIC = {
    "dm_persons": """
        PERSON_ID,GENDER,FULL_ETHNICITY_CODE,DATE_OF_BIRTH,DATE_OF_DEATH
        101,F,E.A1,01/05/2015,
        102,M,E.B2,01/06/2016,
        103,F,E.A1,15/01/2012,""",
    "dm_ethnicities": """
        ETHNICITY_CODE,CBDS_ETHNICITY_CODE
        E.A1,WBRI
        E.B2,ABAN""",
    "dm_workers": """
        WORKER_ID,FIRST_NAMES,LAST_NAMES
        11,Worker,A""",
    "dm_worker_roles": """
        WORKER_ID,ROLE,ORGANISATION_ID,PRIMARY_ROLE,START_DATE,END_DATE
        11,Social worker,7,Y,01/01/2020,31/12/9999
        11,Authoriser,7,N,01/01/2020,31/12/9999""",
    "dm_prof_relationships": """
        PROF_RELATIONSHIP_ID,PERSON_ID,WORKER_ID,PROF_REL_TYPE_CODE,START_DATE,END_DATE
        1,101,11,ALLWKR,01/10/2025,31/12/9999
        2,102,11,ALLWKR,01/10/2025,
        3,101,12,NURSE,01/10/2025,""",
    "dm_cin_referrals": """
        REFERRAL_ID,PERSON_ID,REFERRAL_DATE,SOURCE_OF_REFERRAL,NFA_DATE,CLOSURE_DATE,CLOSURE_REASON
        501,101,01/10/2025,6,,31/12/9999,
        501,102,01/10/2025,6,,,""",
    "dm_workflow_steps_people_vw": """
        WORKFLOW_STEP_ID,PERSON_ID,WORKFLOW_STEP_TYPE_ID,STEP_STATUS,STARTED_ON,COMPLETED_ON,ASSIGNEE_ID,IS_CHILD_CONTACT,IS_CONTINUOUS_ASSESSMENT,IS_SECTION_47_ENQUIRY,STRATEGY_DISCUSSION_DATE,CP_CONFERENCE_CATEGORY,CP_CONFERENCE_ACTUAL_DATE,LAC_REVIEW_CATEGORY,LAC_REVIEW_DATE,LAC_REVIEW_PARTICIPATION_CODE
        401,101,335,COMPLETED,01/10/2025,01/10/2025,11,Y,N,N,,,,,,
        601,101,1186,COMPLETED,03/10/2025,31/12/2025,11,N,Y,N,,,,,,
        601,102,1186,COMPLETED,03/10/2025,31/12/2025,11,N,Y,N,,,,,,
        602,103,1186,CANCELLED,03/10/2025,,11,N,Y,N,,,,,,
        603,103,1186,PROPOSED,,,11,N,Y,N,,,,,,
        651,101,1200,COMPLETED,15/12/2025,29/12/2025,11,N,N,Y,15/12/2025,,,,,
        661,101,1201,COMPLETED,20/12/2025,06/01/2026,11,N,N,N,,Initial,05/01/2026,,,
        662,101,1202,COMPLETED,01/03/2026,21/03/2026,11,N,N,N,,Review,20/03/2026,,,
        663,102,1201,STARTED,20/03/2026,,11,N,N,N,,Initial,,,,
        831,103,1262,COMPLETED,10/01/2026,20/01/2026,11,N,N,N,,,,First,20/01/2026,PN1
        900,103,7777,COMPLETED,10/01/2026,20/01/2026,11,N,N,N,,,,,,""",
    "dm_filter_form_answers": """
        WORKFLOW_STEP_ID,FILTER_NAME,SUBJECT_PERSON_ID,TEXT_ANSWER,DATE_ANSWER
        601,Child Seen During Event (Lookup),101,Yes,
        601,Child Seen During Event (Lookup),102,No,""",
    "dm_cached_form_answers": """
        WORKFLOW_STEP_ID,QUESTION_USER_CODE,SUBJECT_PERSON_ID,TEXT_ANSWER
        801,child_seen,101,Yes
        801,child_seen,102,No
        801,seen_bedroom,0,Yes
        801,local_question,0,free text""",
    "dm_registrations": """
        REGISTRATION_ID,PERSON_ID,IS_CHILD_PROTECTION_PLAN,IS_TEMPORARY_CHILD_PROTECTION,REGISTRATION_START_DATE,DEREGISTRATION_DATE
        701,101,Y,,05/01/2026,31/12/9999
        702,102,Y,N,23/03/2026,
        703,103,Y,Y,05/01/2026,
        704,103,N,,05/01/2026,""",
    "dm_visits": """
        VISIT_ID,PERSON_ID,VISIT_TYPE,ACTUAL_DATE,SEEN_ALONE_FLAG
        801,101,STP.1187,16/01/2026,Y
        801,102,STP.1187,16/01/2026,N
        55,102,VIS.CP,27/03/2026,Y
        56,103,VIS.CLA,12/01/2026,N
        57,103,VIS.LOCAL,12/01/2026,""",
    "dm_periods_of_care": """
        PERIOD_OF_CARE_ID,PERSON_ID,START_DATE,END_DATE
        81,103,07/01/2026,31/12/9999""",
    "dm_legal_statuses": """
        LEGAL_STATUS_ID,PERSON_ID,PERIOD_OF_CARE_ID,LEGAL_STATUS,START_DATE,END_DATE
        841,103,81,C1,07/01/2026,31/12/9999""",
    "dm_placements": """
        PLACEMENT_ID,SPLIT_NUMBER,PERSON_ID,PERIOD_OF_CARE_ID,START_DATE,END_DATE,PLACEMENT_TYPE
        821,1,103,81,07/01/2026,31/12/9999,U6""",
}
EXTRACTS = {"eclipse": ECLIPSE, "lcs": LCS, "mosaic": MOSAIC}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write(folder: Path, tables: dict[str, str]) -> Path:
    for name, text in tables.items():
        lines = [line.strip() for line in text.strip().splitlines()]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def recognised(folder: Path, profile: str = "") -> Matched:
    profiles = [load_profile(profile)] if profile else list(shipped_profiles().values())
    opening = opening_for(profiles, Policy())
    return choose(open_source(folder, opening), profiles, opening)


@contextmanager
def built(folder: Path, profile: str = "") -> Iterator[tuple[DuckDBEngine, Extract]]:
    """The model's tables of an extract, whose layout is recognised from its headings."""
    engine = DuckDBEngine(AS_OF, Policy())
    try:
        yield engine, Builder(engine, recognised(folder, profile), Policy(), AS_OF).build()
    finally:
        engine.close()


def audited(folder: Path, *select: str) -> AuditResult:
    return casecheck.audit(folder, as_of=AS_OF, select=select, policy={})


def account(extract: Extract, source: str) -> Account:
    return next(account for account in extract.accounts if account.source == source)


def failures(result: AuditResult) -> set[tuple[str, str]]:
    rows = result.table.select(["rule_id", "child_id", "verdict"]).to_pylist()
    return {(row["rule_id"], row["child_id"]) for row in rows if row["verdict"] == "fail"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_says_what_its_evidence_is(name: str) -> None:
    profile = shipped_profiles()[name]
    assert profile.template
    assert "public extract" in profile.note
    assert "copy this file" in profile.note.lower()
    assert all("named in" in source.title or "stated in" in source.title for source in profile.sources.values())


def headings(profile: str, source: str, file: str = "extract.csv") -> RawTable:
    columns = tuple(shipped_profiles()[profile].sources[source].columns)
    body = FrameBody(pa.table({f"c{place}": pa.array([], pa.string()) for place in range(len(columns))}))
    return RawTable(file=file, sheet="", headings=columns, body=body)


@pytest.mark.parametrize("name", ["annex_a", "carefirst", "ssd", *TEMPLATES])
def test_each_layout_is_recognised_from_its_own_headings(name: str) -> None:
    profiles = list(shipped_profiles().values())
    opening = opening_for(profiles, Policy())
    tables = [headings(name, source, f"{source}.csv") for source in shipped_profiles()[name].sources]
    assert choose(tables, profiles, opening).profile.profile == name


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_table_of_a_template_is_recognised_alone_whatever_its_file_is_called(name: str) -> None:
    profiles = list(shipped_profiles().values())
    opening = opening_for(profiles, Policy())
    for source in shipped_profiles()[name].sources:
        matched = choose([headings(name, source)], profiles, opening)
        assert (matched.profile.profile, matched.matches[0].source) == (name, source)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_row_of_an_extract_is_accounted_for(name: str, folder: Path) -> None:
    with built(write(folder, EXTRACTS[name])) as (_, extract):
        assert extract.profile == name
        assert extract.balances
        assert {account.source for account in extract.accounts} == set(EXTRACTS[name])
        lines = {source: len(text.strip().splitlines()) - 1 for source, text in EXTRACTS[name].items()}
        assert {account.source: account.read for account in extract.accounts} == lines


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_planted_breaches_are_found_and_many_rules_can_be_assessed(name: str, folder: Path) -> None:
    result = audited(write(folder, EXTRACTS[name]))
    assert len(result.with_status("passed", "failed")) >= 10
    assert not result.with_status("errored")
    found = failures(result)
    assert ("ASM-001", "101") in found
    assert ("VIS-CP-001", "101") in found
    assert ("VIS-CP-001", "102") not in found


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_a_layout_does_not_hold_is_out_of_scope_and_never_passed(name: str, folder: Path) -> None:
    outcomes = {outcome.rule_id: outcome for outcome in audited(write(folder, EXTRACTS[name])).rules}
    for rule in ("SUP-001", "REC-001", "MGT-001"):
        assert outcomes[rule].status == "out_of_scope", rule


def test_in_lcs_a_key_of_minus_one_means_no_row(folder: Path) -> None:
    with built(write(folder, LCS)) as (engine, extract):
        assert engine.rows("SELECT person_id FROM person ORDER BY 1") == [("101",), ("102",), ("103",)]
        assert account(extract, "dim_person").set_aside == {"left out: DIM_PERSON_ID is -1": 1}
        assert account(extract, "dim_worker").set_aside == {"left out: DIM_WORKER_ID is -1": 1}
        assert engine.rows("SELECT worker_id FROM allocation WHERE person_id = '102'") == [(None,)]
        assert engine.rows("SELECT referral_id, authorised_date FROM assessment WHERE assessment_id = '605'") == [(None, None)]
        assert engine.rows("SELECT enquiry_id, plan_id, conference_date FROM conference WHERE conference_id = '662'") == [
            (None, None, None)
        ]


def test_in_lcs_drafts_and_cancelled_assessments_are_left_out_and_counted(folder: Path) -> None:
    with built(write(folder, LCS)) as (engine, extract):
        assert engine.rows("SELECT assessment_id, authorised_date, child_seen, outcome FROM assessment ORDER BY 1") == [
            ("601", date(2025, 12, 31), "Y", ";PROV_OF_SERVICES_FLAG;"),
            ("602", date(2025, 11, 3), None, ";NFA_FLAG;"),
            ("605", None, None, None),
        ]
        assert account(extract, "fact_single_assessment").set_aside == {
            "left out: DIM_LOOKUP_STEP_SUBSTATUS_CODE is D": 1,
            "left out: DIM_LOOKUP_STEP_SUBSTATUS_CODE is X": 1,
        }


def test_in_lcs_visits_are_case_notes_of_given_types(folder: Path) -> None:
    with built(write(folder, LCS)) as (engine, extract):
        columns = "visit_id, person_id, plan_id, visit_type, visit_date, child_seen, seen_alone, bedroom_seen"
        assert engine.rows(f"SELECT {columns} FROM visit ORDER BY 1") == [
            ("801", "101", "701", "cp", date(2026, 1, 16), "Y", "Y", "N"),
            ("802", "102", None, "cp", date(2026, 3, 27), "Y", "N", "Y"),
            ("803", "103", None, "cla", date(2026, 1, 12), "Y", "Y", None),
            ("805", "103", None, "iro", date(2026, 1, 12), "N", None, None),
        ]
        assert engine.rows("SELECT count(*) FROM case_note") == [(5,)]
        notes = account(extract, "fact_casenotes")
        assert (notes.used, notes.set_aside) == (5, {})
        assert notes.unmapped == {"DIM_LOOKUP_CASNT_TYPE_ID_CODE": 1}


def test_in_lcs_other_tables_complete_a_record(folder: Path) -> None:
    with built(write(folder, LCS)) as (engine, extract):
        assert engine.rows("SELECT conference_type, conference_date FROM conference WHERE conference_id = '661'") == [
            ("initial", date(2026, 1, 5))
        ]
        reviews = "SELECT review_id, review_type, review_date, cancelled_flag, participation FROM plan_review ORDER BY 1"
        assert engine.rows(reviews) == [
            ("741", "cp", date(2026, 3, 20), None, None),
            ("831", "care", date(2026, 1, 20), "N", "PN1"),
            ("832", "care", date(2026, 2, 20), "Y", None),
        ]
        assert engine.rows("SELECT care_period_id, start_date, end_date FROM care_period") == [("81", date(2026, 1, 7), None)]
        assert engine.rows("SELECT plan_id, plan_type FROM plan ORDER BY 1") == [("701", "cp"), ("702", "cp"), ("721", "cin")]
        assert account(extract, "fact_care_plan_summary").set_aside == {
            "left out: DIM_LOOKUP_PLAN_STATUS_ID_CODE is z": 1,
            "its type is not mapped": 1,
        }
        assert engine.rows("SELECT person_id, worker_id FROM allocation ORDER BY 1, 2") == [
            ("101", "11"),
            ("102", None),
            ("103", "11"),
            ("103", "12"),
        ]
        assert engine.rows("SELECT id_type, id_value FROM person_identifier ORDER BY 1") == [
            ("nhs", "9990000001"),
            ("upn", "A123456789012"),
        ]


def test_in_eclipse_answers_one_a_row_become_one_form_a_child(folder: Path) -> None:
    with built(write(folder, ECLIPSE)) as (engine, _):
        assert engine.rows(
            "SELECT visit_id, person_id, visit_type, visit_date, child_seen, seen_alone FROM visit ORDER BY 1"
        ) == [
            ("801/101", "101", "cp", date(2026, 1, 16), "Y", "Y"),
            ("801/102", "102", "cp", date(2026, 1, 16), "N", None),
            ("802/102", "102", "cp", date(2026, 3, 27), "Y", None),
        ]
        assert engine.rows("SELECT assessment_id, start_date, authorised_date, child_seen FROM assessment ORDER BY 1") == [
            ("601/101", date(2025, 10, 3), date(2025, 12, 31), "Y"),
            ("602/102", date(2025, 10, 3), date(2025, 11, 3), None),
        ]
        assert engine.rows("SELECT referral_id, source, nfa_flag, outcome FROM referral ORDER BY 1") == [
            ("501/101", "6", "N", ";SINGLE_ASSESSMENT_FLAG;"),
            ("502/102", None, "N", ";SINGLE_ASSESSMENT_FLAG;"),
        ]
        assert engine.rows("SELECT conference_id, conference_type, conference_date, cp_plan_made_flag FROM conference") == [
            ("661/101", "initial", date(2026, 1, 5), "Y")
        ]
        assert engine.rows("SELECT review_id, review_type, review_date FROM plan_review") == [
            ("662/101", "cp", date(2026, 3, 20))
        ]
        assert engine.rows("SELECT start_date, end_date, outcome FROM s47_enquiry ORDER BY 1") == [
            (date(2025, 12, 15), date(2025, 12, 29), ";CP_CONFERENCE_FLAG;"),
            (date(2026, 2, 2), date(2026, 2, 10), ";NFA_FLAG;"),
        ]


def test_in_eclipse_forms_that_are_not_complete_and_deleted_rows_are_left_out_and_counted(folder: Path) -> None:
    with built(write(folder, ECLIPSE)) as (engine, extract):
        forms = account(extract, "formanswerpersonview")
        assert forms.set_aside == {"left out: INSTANCESTATE is not COMPLETE": 2, "its type is not mapped": 2}
        assert forms.used == forms.read - 4
        classified = account(extract, "classificationpersonview")
        assert classified.set_aside == {"left out: STATUS is DELETED": 1, "its type is not mapped": 2}
        assert engine.rows("SELECT plan_id, plan_type FROM plan ORDER BY 1") == [("701", "cp"), ("702", "cp"), ("704", "cin")]


def test_in_eclipse_test_people_and_duplicates_stay_in_sight(folder: Path) -> None:
    with built(write(folder, ECLIPSE)) as (engine, extract):
        assert engine.rows("SELECT person_id, ethnicity FROM person ORDER BY 1") == [
            ("1", "WBRI"),
            ("101", "WBRI"),
            ("102", "ABAN"),
            ("103", "WIRI"),
        ]
        assert account(extract, "personview").set_aside == {"the profile does not use this table": 1}


def test_an_authority_leaves_out_test_people_by_listing_them(folder: Path) -> None:
    (folder / "extract").mkdir()
    write(folder / "extract", {"persondemographicsview": ECLIPSE["persondemographicsview"]})
    shipped = Path(casecheck.__file__).parent / "profiles" / "layouts" / "eclipse.yaml"
    text = shipped.read_text(encoding="utf-8").replace(
        "    required: [PERSONID, ETHNICITYCODE]\n",
        '    required: [PERSONID, ETHNICITYCODE]\n    leave_out: {PERSONID: ["1"], FORENAME: [DUPLICATE]}\n',
    )
    (folder / "ours.yaml").write_text(text, encoding="utf-8")
    with built(folder / "extract", str(folder / "ours.yaml")) as (engine, extract):
        assert engine.rows("SELECT person_id FROM person ORDER BY 1") == [("101",), ("102",)]
        assert extract.accounts[0].set_aside == {"left out: PERSONID is 1": 1, "left out: FORENAME is DUPLICATE": 1}


def test_in_eclipse_staff_numbers_stand_beside_the_worker(folder: Path) -> None:
    with built(write(folder, ECLIPSE)) as (engine, _):
        assert engine.rows("SELECT worker_id, registration_no FROM worker ORDER BY 1") == [("11", "SW1"), ("12", None)]
        assert engine.rows("SELECT person_id, worker_id FROM allocation ORDER BY 1") == [("101", "11"), ("102", "11")]
        assert engine.rows("SELECT id_type, id_value FROM person_identifier ORDER BY 1") == [
            ("carefirst", "CF0012"),
            ("nhs", "9990000001"),
            ("upn", "A123456789012"),
        ]


def test_in_mosaic_the_end_of_time_is_an_open_end(folder: Path) -> None:
    with built(write(folder, MOSAIC)) as (engine, _):
        for table in ("plan", "care_period", "placement", "legal_status"):
            assert engine.rows(f"SELECT count(end_date) FROM {table}") == [(0,)], table
            assert engine.rows(f"SELECT count(*) FROM {table} WHERE _unreadable LIKE '%|end_date|%'") == [(0,)], table
        assert engine.rows("SELECT close_date FROM referral ORDER BY referral_id") == [(None,), (None,)]
        assert engine.rows("SELECT person_id, worker_id, worker_name, end_date FROM allocation ORDER BY 1") == [
            ("101", "11", "A", None),
            ("102", "11", "A", None),
        ]


def test_in_mosaic_steps_that_never_happened_are_left_out_and_counted(folder: Path) -> None:
    with built(write(folder, MOSAIC)) as (engine, extract):
        assert account(extract, "dm_workflow_steps_people_vw").set_aside == {
            "left out: STEP_STATUS is CANCELLED": 1,
            "left out: STEP_STATUS is PROPOSED": 1,
            "its type is not mapped": 2,
        }
        assert account(extract, "dm_registrations").set_aside == {
            "left out: IS_TEMPORARY_CHILD_PROTECTION is Y": 1,
            "its type is not mapped": 1,
        }
        assert account(extract, "dm_worker_roles").set_aside == {"left out: PRIMARY_ROLE is not Y": 1}
        assert engine.rows("SELECT plan_id, plan_type FROM plan ORDER BY 1") == [("701", "cp"), ("702", "cp")]


def test_in_mosaic_an_answer_counts_for_the_child_it_is_about(folder: Path) -> None:
    with built(write(folder, MOSAIC)) as (engine, extract):
        assert engine.rows("SELECT assessment_id, authorised_date, child_seen FROM assessment ORDER BY 1") == [
            ("601/101", date(2025, 12, 31), "Y"),
            ("601/102", date(2025, 12, 31), "N"),
        ]
        assert engine.rows("SELECT visit_id, visit_type, child_seen, seen_alone, bedroom_seen FROM visit ORDER BY 1") == [
            ("55/102", "cp", "Y", "Y", None),
            ("56/103", "cla", None, "N", None),
            ("57/103", None, None, None, None),
            ("801/101", "cp", "Y", "Y", "Y"),
            ("801/102", "cp", "N", "N", "Y"),
        ]
        assert account(extract, "dm_visits").unmapped == {"VISIT_TYPE": 1, "SEEN_ALONE_FLAG": 0}


def test_in_mosaic_a_step_is_what_the_view_marks_it_as(folder: Path) -> None:
    with built(write(folder, MOSAIC)) as (engine, _):
        assert engine.rows("SELECT contact_id FROM contact") == [("401/101",)]
        assert engine.rows("SELECT enquiry_id, start_date, end_date FROM s47_enquiry") == [
            ("651/101", date(2025, 12, 15), date(2025, 12, 29))
        ]
        assert engine.rows("SELECT conference_id, conference_date FROM conference") == [("661/101", date(2026, 1, 5))]
        assert engine.rows("SELECT review_id, review_type, review_date, participation FROM plan_review ORDER BY 1") == [
            ("662/101", "cp", date(2026, 3, 20), None),
            ("831/103", "care", date(2026, 1, 20), "PN1"),
        ]
        assert engine.rows("SELECT person_id, ethnicity FROM person ORDER BY 1") == [
            ("101", "WBRI"),
            ("102", "ABAN"),
            ("103", "WBRI"),
        ]


def test_a_mark_that_the_extract_lacks_makes_no_records(folder: Path) -> None:
    steps = "WORKFLOW_STEP_ID,PERSON_ID,STARTED_ON,COMPLETED_ON\n1,101,01/10/2025,02/10/2025"
    with built(write(folder, {"dm_persons": MOSAIC["dm_persons"], "dm_workflow_steps_people_vw": steps})) as (_, extract):
        assert {name: rows for name, rows in extract.rows.items() if rows} == {"person": 3}
        assert account(extract, "dm_workflow_steps_people_vw").set_aside == {"its type is not mapped": 1}


def test_answers_that_cannot_be_joined_are_left_alone(folder: Path) -> None:
    answers = "WORKFLOW_STEP_ID,QUESTION_USER_CODE,TEXT_ANSWER\n801,child_seen,Yes"
    with built(write(folder, {**MOSAIC, "dm_cached_form_answers": answers})) as (engine, extract):
        assert engine.rows("SELECT visit_id, child_seen FROM visit WHERE visit_id LIKE '801%' ORDER BY 1") == [
            ("801/101", "Y"),
            ("801/102", None),
        ]
        assert "bedroom_seen" not in extract.fields["visit"]


def test_without_the_form_s_number_an_authorised_date_is_not_supplied_and_nothing_passes(folder: Path) -> None:
    forms = LCS["fact_single_assessment"].replace("FACT_FORM_ID", "SOMETHING_ELSE")
    write(folder, {**LCS, "fact_single_assessment": forms})
    (outcome,) = audited(folder, "ASM-001").rules
    assert outcome.status == "not_assessable"
    assert outcome.reasons == ["the column for assessment.authorised_date was not supplied"]


def test_an_empty_table_of_answers_makes_nothing(folder: Path) -> None:
    headings = ECLIPSE["formanswerpersonview"].strip().splitlines()[0]
    with built(write(folder, {**ECLIPSE, "formanswerpersonview": headings})) as (engine, extract):
        assert engine.rows("SELECT count(*) FROM visit") == [(0,)]
        assert extract.balances


@pytest.mark.parametrize(
    "wrong, said",
    [
        ("key: INSTANCEID\n    person", "formanswerpersonview has no column 'NOWHERE'"),
        ("only: {word: DESIGNGUID, using: form_design, gives: is}", "has no column 'NOWHERE'"),
        ("keep: {INSTANCESTATE: [COMPLETE]}", "'NOWHERE' is not one of the columns"),
    ],
)
def test_a_column_that_a_profile_misspells_is_named(wrong: str, said: str, folder: Path) -> None:
    shipped = (Path(casecheck.__file__).parent / "profiles" / "layouts" / "eclipse.yaml").read_text(encoding="utf-8")
    for column in ("INSTANCEID", "DESIGNGUID", "INSTANCESTATE"):
        if column in wrong:
            (folder / "ours.yaml").write_text(shipped.replace(wrong, wrong.replace(column, "NOWHERE"), 1), encoding="utf-8")
    with pytest.raises(ProfileError, match=said):
        load_profile(str(folder / "ours.yaml"))
