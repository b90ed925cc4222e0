"""Breaches of the records themselves: numbers, dates, codes, links, copies, late entry."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from casecheck.stories.assessing import visit
from casecheck.stories.breaches.planting import Subject, breach, day, only, seen_on
from casecheck.stories.families import KINDS, write_family
from casecheck.stories.front_door import referral
from casecheck.stories.history import Child
from casecheck.stories.staff import Staff
from casecheck.stories.working_days import add_working, add_years


@breach("INT-001", of="closed")
def no_number(staff: Staff, child: Child) -> Subject:
    """An assessment without a number."""
    row = only(child, "assessment")
    row["assessment_id"] = None
    return "assessment", row


@breach("INT-003", of="closed", field="referral_id")
def nobody_there(staff: Staff, child: Child) -> Subject:
    """An assessment hangs off a referral that is not there."""
    row = only(child, "assessment")
    row["referral_id"] = "R999999"
    return "assessment", row


@breach("INT-004", of="need met")
def ends_before_it_begins(staff: Staff, child: Child) -> Subject:
    """An address that ends before it begins."""
    row = only(child, "address")
    row["end_date"] = day(row, "start_date") - timedelta(days=30)
    return "address", row


@breach("INT-005", of="need")
def visit_without_a_date(staff: Staff, child: Child) -> Subject:
    """A visit without a date."""
    row = child.add("visit", **{**seen_on(child, "cin")[-1], "visit_id": child.history.number("visit"), "visit_date": None})
    return "visit", row


@breach("INT-006", of="closed")
def no_ethnicity(staff: Staff, child: Child) -> Subject:
    """The ethnicity is blank."""
    row = only(child, "person")
    row["ethnicity"] = None
    return "person", row


@breach("INT-007", of="advice")
def before_birth(staff: Staff, child: Child) -> Subject:
    """A contact from two years before the birth."""
    row = only(child, "contact")
    then = add_working(add_years(day(only(child, "person"), "date_of_birth"), -2), 1)
    row |= {"contact_date": then, "outcome_date": then, "recorded_at": child.history.written(then)}
    return "contact", row


@breach("INT-008", of="closed")
def work_after_closing(staff: Staff, child: Child) -> Subject:
    """A visit four weeks after the case was closed."""
    row = only(child, "referral")
    late = add_working(day(row, "close_date"), 25)
    visit(child, "assessment", late, str(only(child, "assessment")["author_id"]))
    return "referral", row


@breach("INT-009", of="closed")
def in_the_future(staff: Staff, child: Child) -> Subject:
    """A contact of next month."""
    row = only(child, "contact")
    later = child.history.as_of + timedelta(days=30)
    row |= {"contact_date": later, "outcome_date": later}
    return "contact", row


@breach("INT-010", of="closed")
def two_referrals(staff: Staff, child: Child) -> Subject:
    """A second referral is received while the first is open."""
    first = only(child, "referral")
    again = referral(staff, child, add_working(day(first, "received_date"), 6))
    again |= {"close_date": first["close_date"], "close_reason": "RC7", "closed_by": first["closed_by"]}
    return "referral", again


@breach("INT-011", of="leaving care")
def grown_up(staff: Staff, child: Child) -> Subject:
    """The period of care runs on past the 18th birthday."""
    row = only(child, "care_period")
    row["end_date"] = day(row, "end_date") + timedelta(days=20)
    return "care_period", row


@breach("INT-012", of="closed")
def not_a_date(staff: Staff, child: Child) -> Subject:
    """The end of an old number cannot be read as a date."""
    row = only(child, "person_identifier")
    row["valid_to"] = "not known"
    return "person_identifier", row


@breach("REC-001", of="need")
def written_late(staff: Staff, child: Child) -> Subject:
    """A visit that was typed in three weeks later."""
    row = seen_on(child, "cin")[0]
    row["recorded_at"] = datetime.combine(day(row, "visit_date") + timedelta(days=21), time(10))
    return "visit", row


@breach("VOI-006", of="protected")
def copied(staff: Staff, child: Child) -> Subject:
    """A recording that was copied from another child's record of another day."""
    other = write_family(staff, KINDS["protected"])[0]
    row = child.rows("case_note")[0]
    origin = next(note for note in other.rows("case_note") if note["event_date"] != row["event_date"])
    origin["text_length"] = row["text_length"] = 640
    row["copied_from_id"] = origin["note_id"]
    return "case_note", row


@breach("VOI-008", of="protected")
def pasted(staff: Staff, child: Child) -> Subject:
    """A recording whose text was pasted from another child's record of an earlier day."""
    other = write_family(staff, KINDS["protected"])[0]
    row = max(child.rows("case_note"), key=lambda note: day(note, "event_date"))
    origin = min(other.rows("case_note"), key=lambda note: day(note, "event_date"))
    origin["text_length"] = row["text_length"] = 640
    row["text_hash"] = origin["text_hash"]
    return "case_note", row
