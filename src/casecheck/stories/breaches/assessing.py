"""Breaches in assessments, section 47 enquiries and conferences."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from casecheck.stories import lives, rarer_lives
from casecheck.stories.assessing import assessment, enquiry, visit, visits
from casecheck.stories.breaches.planting import Subject, breach, day, only, seen_on, unseen
from casecheck.stories.families import Kind
from casecheck.stories.front_door import allocate, referral
from casecheck.stories.history import Child, Row
from casecheck.stories.oversight import risk
from casecheck.stories.staff import ASSESSMENT, Staff
from casecheck.stories.working_days import add_days, add_working

_YOUNG = (6, 14)
"""Ages at which a child's views and part are asked for."""


def _drifting(staff: Staff, child: Child) -> None:
    """An assessment that has been open for twelve weeks."""
    received = child.history.ago(85)
    referral(staff, child, received)
    risk(child, "Medium", received)
    allocate(child, staff.worker(ASSESSMENT), ASSESSMENT, received)
    assessment(staff, child, received, 120, "", extension_reason="waiting for a specialist")


_OLD = Kind(rarer_lives.old_regime, born_before=date(2011, 6, 1))


@breach("ASM-001", of=_drifting, like="waiting")
def late(staff: Staff, child: Child) -> Subject:
    """Open for more than 45 working days."""
    return "assessment", only(child, "assessment")


@breach("ASM-002", of=_OLD)
def late_initial(staff: Staff, child: Child) -> Subject:
    """An initial assessment of the old regime that took 15 working days."""
    row = only(child, "assessment", assessment_type="initial")
    row["authorised_date"] = add_working(day(row, "start_date"), 15)
    only(child, "assessment", assessment_type="core")["start_date"] = row["authorised_date"]
    return "assessment", row


@breach("ASM-003", of=_OLD)
def late_core(staff: Staff, child: Child) -> Subject:
    """A core assessment of the old regime that took 40 working days."""
    row = only(child, "assessment", assessment_type="core")
    row["authorised_date"] = add_working(day(row, "start_date"), 40)
    closed = only(child, "referral")
    for spell in (closed, only(child, "allocation")):
        spell["close_date" if "close_date" in spell else "end_date"] = add_working(day(row, "authorised_date"), 2)
    return "assessment", row


@breach("ASM-004", of=_OLD)
def wrong_kind(staff: Staff, child: Child) -> Subject:
    """A single assessment of 2012, before there were any."""
    row = only(child, "assessment", assessment_type="core")
    row |= {"assessment_type": "single", "factors": ";4B;"}
    return "assessment", row


@breach("ASM-005", of=_drifting, also=["ASM-001"], like="waiting")
def late_without_a_reason(staff: Staff, child: Child) -> Subject:
    """Open for more than 45 working days, and no reason."""
    row = only(child, "assessment")
    row["extension_reason"] = None
    return "assessment", row


@breach("ASM-006", of="closed")
def no_early_look(staff: Staff, child: Child) -> Subject:
    """No manager looked at the assessment while it ran."""
    row = only(child, "assessment")
    row["internal_review_date"] = None
    child.remove("management_decision", child.rows("management_decision", decision_type="assessment_review"))
    return "assessment", row


@breach("ASM-007", of="closed")
def signed_off_by_the_author(staff: Staff, child: Child) -> Subject:
    """Authorised by its own author."""
    row = only(child, "assessment")
    row["authorised_by"] = row["author_id"]
    return "assessment", row


@breach("ASM-008", of="closed")
def too_fast(staff: Staff, child: Child) -> Subject:
    """Authorised on the second working day."""
    row = only(child, "assessment")
    row["authorised_date"] = add_working(day(row, "start_date"), 1)
    row["child_seen_date"] = row["start_date"]
    visits(child, "assessment", [day(row, "start_date")])
    return "assessment", row


@breach("ASM-009", of=_drifting, also=["ASM-001"], like="waiting")
def two_at_once(staff: Staff, child: Child) -> Subject:
    """A second assessment begins while the first is open."""
    assessment(staff, child, child.history.ago(20), 40, "", extension_reason="a second one")
    return "assessment", child.rows("assessment")[-1]


@breach("ASM-010", of="closed")
def no_factors(staff: Staff, child: Child) -> Subject:
    """Finished without factors."""
    row = only(child, "assessment")
    row["factors"] = None
    return "assessment", row


@breach("ASM-011", of=Kind(partial(lives.in_care, days=800), (5, 15)), like="long in care")
def not_assessed_again(staff: Staff, child: Child) -> Subject:
    """Looked after, and not assessed in the last twelve months."""
    child.remove("assessment", child.rows("assessment")[1:])
    return "person", only(child, "person")


@breach("ASM-012", of="need")
def no_family(staff: Staff, child: Child) -> Subject:
    """Nobody of the family is recorded."""
    child.tables["relationship"] = []
    return "person", only(child, "person")


@breach("ASM-013", of=Kind(partial(lives.protected, days=300)))
def chronology_stopped(staff: Staff, child: Child) -> Subject:
    """One entry in the chronology, soon after the plan began."""
    child.remove("case_note", child.rows("case_note", note_type="Chronology entry")[1:])
    return "person", only(child, "person")


@breach("ASM-014", of="need")
def no_risk_level(staff: Staff, child: Child) -> Subject:
    """No level of risk is written down."""
    child.tables["person_characteristic"] = []
    return "person", only(child, "person")


@breach("SEE-001", of="closed", also=["SEE-002", "SEE-003"])
def never_seen(staff: Staff, child: Child) -> Subject:
    """Not seen during the assessment."""
    row = only(child, "assessment")
    row |= {"child_seen": "N", "child_seen_date": None}
    child.tables["visit"] = []
    return "assessment", row


@breach("SEE-002", of="closed")
def seen_late(staff: Staff, child: Child) -> Subject:
    """First seen twelve working days into the assessment."""
    row = only(child, "assessment")
    start = day(row, "start_date")
    unseen(child, start, add_working(start, 11))
    visits(child, "assessment", [add_working(start, 12)])
    row["child_seen_date"] = add_working(start, 12)
    return "assessment", row


@breach("SEE-003", of=Kind(lives.assessed_and_closed, _YOUNG))
def never_alone(staff: Staff, child: Child) -> Subject:
    """Seen, and never alone, without a reason."""
    for row in child.rows("visit"):
        row["seen_alone"] = "N"
    return "assessment", only(child, "assessment")


@breach("SEE-004", of="enquired")
def not_seen_at_once(staff: Staff, child: Child) -> Subject:
    """The subject of enquiries, and not seen until the fourth working day."""
    row = only(child, "s47_enquiry")
    start = day(row, "start_date")
    unseen(child, start, add_working(start, 3))
    visits(child, "assessment", [add_working(start, 4)])
    return "s47_enquiry", row


@breach("SEE-005", of="need")
def visit_that_says_nothing(staff: Staff, child: Child) -> Subject:
    """One visit more, which does not say whether the child was seen."""
    told = seen_on(child, "cin")[-1]
    return "visit", visit(
        child, "cin", add_working(day(told, "visit_date"), -1), child_seen=None, seen_alone=None, bedroom_seen=None
    )


@breach("S47-001", of="enquired")
def no_discussion(staff: Staff, child: Child) -> Subject:
    """No strategy discussion before the enquiry."""
    child.remove("meeting", child.rows("meeting", meeting_type="strategy"))
    return "s47_enquiry", only(child, "s47_enquiry")


@breach("S47-002", of="enquired")
def without_health(staff: Staff, child: Child) -> Subject:
    """A strategy discussion without a health professional."""
    row = only(child, "meeting", meeting_type="strategy")
    row["agencies"] = ";social care;police;"
    return "meeting", row


@breach("S47-003", of="enquired")
def long_enquiry(staff: Staff, child: Child) -> Subject:
    """An enquiry that ended after 18 working days."""
    row = only(child, "s47_enquiry")
    row["end_date"] = add_working(day(row, "start_date"), 18)
    _decided(child, row)
    return "s47_enquiry", row


def _decided(child: Child, row: Row) -> None:
    for note in child.rows("management_decision", decision_type="s47_outcome"):
        note |= {"decision_date": row["end_date"], "recorded_at": child.history.written(day(row, "end_date"))}


@breach("S47-004", of="enquired", also=["CPP-001"])
def risk_and_no_conference(staff: Staff, child: Child) -> Subject:
    """A conference was needed, and none was held; no manager decided against it."""
    row = only(child, "s47_enquiry")
    row |= {"outcome": ";CP_CONFERENCE_FLAG;", "icpc_not_required_flag": "N"}
    return "s47_enquiry", row


@breach("S47-005", of="enquired")
def enquiry_alone(staff: Staff, child: Child) -> Subject:
    """An enquiry without an assessment."""
    child.tables["assessment"] = []
    only(child, "referral")["close_reason"] = "RC7"
    return "s47_enquiry", only(child, "s47_enquiry")


@breach("S47-006", of="enquired")
def two_enquiries(staff: Staff, child: Child) -> Subject:
    """A second enquiry begins while the first runs."""
    row = only(child, "s47_enquiry")
    again = add_working(day(row, "start_date"), 3)
    return "s47_enquiry", enquiry(staff, child, again, str(row["worker_id"]), conference_needed=False)


@breach("VOI-001", of=Kind(lives.assessed_and_closed, _YOUNG))
def no_child_views(staff: Staff, child: Child) -> Subject:
    """The child's wishes and feelings are not in the assessment."""
    row = only(child, "assessment")
    row["child_views_present"] = "N"
    return "assessment", row


@breach("VOI-002", of="closed")
def no_parents_views(staff: Staff, child: Child) -> Subject:
    """The parents' views are not in the assessment."""
    row = only(child, "assessment")
    row["parent_views_present"] = "N"
    return "assessment", row


@breach("QAU-003", of="assessed by others")
def not_checked(staff: Staff, child: Child) -> Subject:
    """Made by others, and not checked."""
    row = only(child, "assessment")
    row |= {"quality_check_date": None, "quality_check_result": None}
    return "assessment", row


@breach("VIS-ASM-001", of=_drifting, also=["ASM-001"], like="waiting")
def waiting_unseen(staff: Staff, child: Child) -> Subject:
    """Waiting for the end of the assessment, and not seen for seven weeks."""
    unseen(child, child.history.as_of - timedelta(days=50))
    return "referral", only(child, "referral")


@breach("CPP-001", of="protected")
def late_conference(staff: Staff, child: Child) -> Subject:
    """The conference more than 15 working days after the strategy discussion."""
    row, held = only(child, "s47_enquiry"), only(child, "conference")
    start = day(row, "start_date")
    earlier = add_working(day(held, "conference_date"), -17)
    only(child, "meeting", meeting_type="strategy")["meeting_date"] = earlier
    row["start_date"] = earlier
    visits(child, "assessment", [earlier], str(row["worker_id"]))
    _received_by(child, min(earlier, start))
    return "s47_enquiry", row


def _received_by(child: Child, first: date) -> None:
    """The referral came no later than the enquiry."""
    received = only(child, "referral")
    if day(received, "received_date") > first:
        received |= {"received_date": first, "decision_date": first, "referrer_informed_date": add_days(first, 1)}


@breach("CPP-003", of="transferred")
def late_transfer(staff: Staff, child: Child) -> Subject:
    """The other area's notice came 20 working days before the conference."""
    row = only(child, "conference")
    row["notified_date"] = add_working(day(row, "conference_date"), -20)
    return "conference", row


@breach("CPP-009", of="protected")
def not_quorate(staff: Staff, child: Child) -> Subject:
    """An initial conference without a quorum, and no reason for going on."""
    row = only(child, "conference")
    row |= {"quorate": "N", "other_agencies": 1}
    return "conference", row


@breach("VOI-003", of=Kind(lives.protected, _YOUNG))
def no_part_in_the_conference(staff: Staff, child: Child) -> Subject:
    """The child's part in the conference is blank."""
    row = only(child, "conference")
    row["participation"] = None
    return "conference", row
