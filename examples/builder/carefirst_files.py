"""The files of the CareFirst extract: which heading stands for which column, how dates are written, what surrounds the rows.

Each file has its own spelling of headings and dates, as if the reports had been written by different people over the years.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class File:
    """How one file is written. ``headings`` gives the profile's columns with the heading that stands in the file."""

    headings: dict[str, str]
    dates: str = "dd/mm/yyyy"
    delimiter: str = ","
    above: Sequence[str] = ()
    below: str = ""
    mark: bool = False


def _own(*columns: str) -> dict[str, str]:
    return {column: column for column in columns}


FILES: dict[str, File] = {
    "persons": File(
        {
            "PERSON_ID": "Care First ID",
            "DATE_OF_BIRTH": "D.O.B.",
            "EXPECTED_DOB": "EDD",
            "GENDER": "Gender",
            "ETHNICITY": "Ethnic Origin",
            "DATE_OF_DEATH": "DOD",
            "RESTRICTED_FLAG": "Restricted",
            "DISABILITY_REGISTERED": "Disability Register",
        },
        above=("Children's Services - persons (synthetic example)", "Run 31/03/2026 06:00", ""),
    ),
    "relationships": File(
        {
            "PERSON_ID": "Person ID",
            "RELATED_PERSON_ID": "Related ID",
            "RELATIONSHIP": "Relationship Type",
            "PARENTAL_RESPONSIBILITY": "PR",
            "SAME_HOUSEHOLD": "Lives With",
            "START_DATE": "START_DATE",
            "END_DATE": "END_DATE",
        },
    ),
    "contacts_referrals": File(
        {
            "CONTACT_ID": "Contact No",
            "PERSON_ID": "carefirst-id",
            "CONTACT_DATE": "Date Received",
            "CONTACT_TYPE": "Contact Type",
            "SOURCE": "Referral Source",
            "REASON": "Presenting Issue",
            "OUTCOME": "Event Outcome",
            "OUTCOME_DATE": "Decision Date",
            "DECISION_BY": "Decision Maker",
            "REFERRAL_ID": "Referral No",
            "REFERRAL_DATE": "Date of Referral",
            "PRIMARY_NEED": "Primary Need Code",
            "CLOSURE_DATE": "Close Date",
            "CLOSURE_REASON": "Reason for Closure",
            "TEAM": "Responsible Team",
            "CREATED_DATE": "Date Entered",
        },
        below="Total contacts: {rows}",
    ),
    "careassess_forms": File(
        _own(
            "FORM_ID",
            "PERSON_ID",
            "FORM_TYPE",
            "START_DATE",
            "COMPLETED_DATE",
            "AUTHORISED_DATE",
            "AUTHORISED_BY",
            "AUTHOR",
            "STATUS",
        ),
    ),
    "careassess_answers": File({"FORM_ID": "FORM_ID", "QUESTION": "Control", "ANSWER": "Answer Value"}),
    "observations": File(
        {
            "OBSERVATION_ID": "Obs ID",
            "PERSON_ID": "PI Number",
            "OBSERVATION_TYPE": "Obs Type",
            "OBSERVATION_DATE": "Event Date",
            "TITLE": "Subject",
            "TEXT": "Details",
            "CHILD_SEEN": "Child Seen?",
            "SEEN_ALONE": "Child Seen Alone?",
            "CREATED_DATE": "Recorded Date",
            "CREATED_BY": "Entered By",
            "COPIED_FROM": "Copied From",
        },
        mark=True,
    ),
    "classifications": File(
        {
            "PERSON_ID": "ClientRef",
            "CLASSIFICATION_GROUP": "Class Group",
            "CLASSIFICATION_CODE": "Class Code",
            "DESCRIPTION": "Classification",
            "START_DATE": "From",
            "END_DATE": "To",
        },
        dates="dd-MMM-yy",
    ),
    "activities": File(
        {
            "ACTIVITY_ID": "Activity No",
            "PERSON_ID": "PI",
            "ACTIVITY_TYPE": "Activity",
            "DUE_DATE": "Target Date",
            "START_DATE": "START_DATE",
            "COMPLETED_DATE": "Actual Date",
            "STATUS": "Activity Status",
            "ALLOCATED_TO": "Worker",
        },
        dates="dd-MMM-yy",
        delimiter=";",
    ),
    "cp_conferences": File(
        {
            "CONFERENCE_ID": "CONFERENCE_ID",
            "PERSON_ID": "CareFirst ID",
            "CONFERENCE_TYPE": "Conf Type",
            "CONFERENCE_DATE": "Date Held",
            "DUE_DATE": "Target Date",
            "OUTCOME": "Decision",
            "CATEGORY": "Category of Abuse",
            "CHAIR": "CHAIR",
            "QUORATE": "QUORATE",
        },
    ),
    "cp_registrations": File(
        {
            "REGISTRATION_ID": "CP Plan ID",
            "PERSON_ID": "PERSON_ID",
            "START_DATE": "Date Registered",
            "END_DATE": "Date De-registered",
            "INITIAL_CATEGORY": "INITIAL_CATEGORY",
            "LATEST_CATEGORY": "LATEST_CATEGORY",
            "END_REASON": "END_REASON",
        },
        dates="dd-MMM-yy",
    ),
    "plans": File(
        {
            "PLAN_ID": "PLAN_ID",
            "PERSON_ID": "PERSON_ID",
            "PLAN_TYPE": "Form Type",
            "START_DATE": "START_DATE",
            "END_DATE": "END_DATE",
            "CHILD_VIEWS": "Child Views Recorded",
            "PARENT_VIEWS": "Parent Views Recorded",
        },
    ),
    "reviews": File(_own("REVIEW_ID", "PERSON_ID", "REVIEW_TYPE", "DUE_DATE", "REVIEW_DATE", "PARTICIPATION", "OUTCOME")),
    "lac_episodes": File(
        {
            "EPISODE_ID": "EPISODE_ID",
            "PERSON_ID": "Client ID",
            "START_DATE": "DECOM",
            "START_REASON": "RNE",
            "END_DATE": "DEC",
            "END_REASON": "REC",
            "CATEGORY_OF_NEED": "CIN",
        },
        dates="dd-MMM-yy",
    ),
    "legal_status": File({"PERSON_ID": "Person ID", "LEGAL_STATUS": "LS", "START_DATE": "START_DATE", "END_DATE": "END_DATE"}),
    "placements": File(
        {
            "PLACEMENT_ID": "PLACEMENT_ID",
            "PERSON_ID": "Person ID",
            "PLACEMENT_TYPE": "PL",
            "PROVIDER_TYPE": "PROVIDER_TYPE",
            "POSTCODE": "POSTCODE",
            "URN": "URN",
            "START_DATE": "START_DATE",
            "END_DATE": "END_DATE",
            "END_REASON": "END_REASON",
        },
    ),
    "allocations": File(
        {
            "PERSON_ID": "Care First ID",
            "WORKER_ID": "Worker Code",
            "WORKER_NAME": "Allocated Worker",
            "TEAM": "Team Name",
            "ROLE": "Involvement Type",
            "START_DATE": "START_DATE",
            "END_DATE": "END_DATE",
            "END_REASON": "END_REASON",
        },
        dates="dd-MMM-yyyy",
    ),
    "workers": File(
        {
            "WORKER_ID": "Staff No",
            "WORKER_NAME": "WORKER_NAME",
            "JOB_TITLE": "JOB_TITLE",
            "SWE_NUMBER": "Registration No",
            "FTE": "FTE",
            "TEAM": "TEAM",
            "START_DATE": "START_DATE",
            "END_DATE": "END_DATE",
            "ASYE_START": "ASYE Start",
        },
    ),
    "missing_episodes": File(
        _own("PERSON_ID", "MISSING_TYPE", "START_DATE", "END_DATE", "INTERVIEW_OFFERED", "INTERVIEW_ACCEPTED", "INTERVIEW_DATE"),
    ),
    "warnings": File(_own("PERSON_ID", "WARNING_TYPE", "START_DATE", "END_DATE")),
    "life_events": File(_own("PERSON_ID", "EVENT_TYPE", "EVENT_DATE", "NOTE")),
}
