"""Small invented extracts in the layouts of Eclipse, LCS and Mosaic: one CSV text a table.

Every history holds the points that the layout is known for (keys of -1, deleted rows, drafts, open ends, answers one a row)
and two planted breaches: child 101's assessment was authorised late, and the same child, on a protection plan, was not seen.
"""

from __future__ import annotations

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
