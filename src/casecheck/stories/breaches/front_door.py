"""Breaches at the front door, in allocation and in closing."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from casecheck.stories import lives
from casecheck.stories.assessing import visits
from casecheck.stories.breaches.planting import Subject, breach, day, only
from casecheck.stories.families import Kind
from casecheck.stories.front_door import allocate, close, referral
from casecheck.stories.history import Child
from casecheck.stories.oversight import note
from casecheck.stories.staff import ASSESSMENT, Staff, safeguarding
from casecheck.stories.working_days import add_days, add_working

_LONG_SINCE = (20, 300)
"""So many days ago that what has not been done should have been."""


@breach("REF-001", of="closed")
def decided_late(staff: Staff, child: Child) -> Subject:
    """Decided three working days after receipt."""
    row = only(child, "referral")
    row["decision_date"] = add_working(day(row, "received_date"), 3)
    return "referral", row


@breach("REF-002", of="turned down")
def decided_by_nobody(staff: Staff, child: Child) -> Subject:
    """Nobody is recorded as having decided."""
    row = only(child, "referral")
    row["decision_by"] = None
    return "referral", row


@breach("REF-003", of=Kind(partial(lives.advice_only, received=_LONG_SINCE)))
def slow_contact(staff: Staff, child: Child) -> Subject:
    """A contact that waited three working days for its outcome."""
    row = only(child, "contact")
    row["outcome_date"] = add_working(day(row, "contact_date"), 3)
    return "contact", row


def _nothing_done(staff: Staff, child: Child) -> None:
    """Accepted, and closed three weeks later."""
    received = child.history.ago(60)
    row = referral(staff, child, received)
    allocate(child, staff.worker(ASSESSMENT, open_case=False), ASSESSMENT, received)
    visits(child, "assessment", [add_working(received, 3)])
    close(staff, child, row, add_working(received, 15), "RC7", ASSESSMENT)


@breach("REF-004", of=_nothing_done, like="closed")
def led_to_nothing(staff: Staff, child: Child) -> Subject:
    """Nothing was done in the three weeks that the case was open."""
    return "referral", only(child, "referral")


@breach("REF-005", of="closed")
def assessed_after_no_further_action(staff: Staff, child: Child) -> Subject:
    """No further action was decided, and an assessment hangs off it."""
    row = only(child, "referral")
    row |= {"nfa_flag": "Y", "outcome": ";NFA_FLAG;"}
    return "referral", row


@breach("REF-006", of=Kind(partial(lives.turned_down, received=_LONG_SINCE)))
def back_again(staff: Staff, child: Child) -> Subject:
    """Referred a second time within twelve months, and no manager looked at it."""
    first = only(child, "referral")
    earlier = add_days(day(first, "received_date"), -80)
    referral(staff, child, earlier, "NFA_FLAG")
    child.remove("management_decision", child.rows("management_decision"))
    return "referral", first


@breach("REF-007", of="closed")
def referrer_not_told(staff: Staff, child: Child) -> Subject:
    """The referrer was never told."""
    row = only(child, "referral")
    row |= {"source": "6", "referrer_informed_date": None}
    return "referral", row


@breach("REF-008", of="closed")
def no_need_recorded(staff: Staff, child: Child) -> Subject:
    """The primary need is blank."""
    row = only(child, "referral")
    row["primary_need"] = None
    return "referral", row


@breach("CLO-001", of="closed")
def closed_by_nobody(staff: Staff, child: Child) -> Subject:
    """Closed without a reason."""
    row = only(child, "referral")
    row["close_reason"] = None
    return "referral", row


@breach("CLO-002", of="closed")
def reopened(staff: Staff, child: Child) -> Subject:
    """Referred again 30 days after the case was closed."""
    row = only(child, "referral")
    again = add_days(day(row, "close_date"), 30)
    referral(staff, child, again, "NFA_FLAG")
    note(child, "other", again, staff.manager(ASSESSMENT))
    return "referral", row


@breach("ALC-001", of="need")
def nobody_allocated(staff: Staff, child: Child) -> Subject:
    """Held by a duty team for two weeks."""
    spell = child.rows("allocation", role="lead worker")[-1]
    since = add_working(child.history.as_of, -10)
    spell["end_date"] = since
    row = allocate(child, "", str(spell["team_name"]), since)
    row |= {"worker_id": None, "worker_name": "Duty Team", "holder_type": "team"}
    return "person", only(child, "person")


@breach("ALC-002", of="need")
def long_wait(staff: Staff, child: Child) -> Subject:
    """Nine working days from the assessment to the longer-term worker."""
    change = add_working(child.days["assessed"], 9)
    first, second = child.rows("allocation", role="lead worker")
    first["end_date"] = second["start_date"] = change
    return "assessment", only(child, "assessment")


@breach("ALC-003", of="need")
def held_by_a_leaver(staff: Staff, child: Child) -> Subject:
    """Held by somebody who left two months ago."""
    spell = child.rows("allocation", role="lead worker")[-1]
    gone = staff.hire(safeguarding(child.family), "Social worker", left=child.history.ago(60))
    spell |= {"worker_id": gone, "worker_name": f"Worker {gone}"}
    return "allocation", spell


@breach("ALC-004", of=Kind(partial(lives.child_in_need, days=260)))
def many_workers(staff: Staff, child: Child) -> Subject:
    """Five workers in twelve months, each taking over on the day that the one before ended."""
    spell = child.rows("allocation", role="lead worker")[-1]
    team, last = str(spell["team_name"]), spell
    start = day(spell, "start_date")
    for place in (1, 2, 3):
        change = add_days(start, 20 * place)
        last["end_date"] = change
        last = allocate(child, staff.hire(team, "Social worker"), team, change)
    return "person", only(child, "person")


@breach("ALC-005", of="need")
def a_gap_between_workers(staff: Staff, child: Child) -> Subject:
    """Six working days without a lead worker."""
    spell = child.rows("allocation", role="lead worker")[-1]
    team = str(spell["team_name"])
    change = add_days(day(spell, "start_date"), 25)
    spell["end_date"] = change
    new = allocate(child, staff.hire(team, "Social worker"), team, add_working(change, 6))
    return "allocation", new


@breach("ALC-006", of=Kind(partial(lives.protected, days=220)), also=["ALC-001"])
def led_by_the_unqualified(staff: Staff, child: Child) -> Subject:
    """For two weeks the plan has been led by a worker who is no social worker."""
    spell = child.rows("allocation", role="lead worker")[-1]
    change = add_working(child.history.as_of, -10)
    team = safeguarding(child.family)
    spell["end_date"] = change
    return "allocation", allocate(child, staff.hire(team, "Family support worker", registered=False), team, change)


@breach("MGT-001", of=Kind(partial(lives.child_in_need, days=160)))
def no_oversight(staff: Staff, child: Child) -> Subject:
    """No manager's note for ten weeks."""
    since = child.history.as_of - timedelta(days=75)
    notes = [row for row in child.rows("management_decision") if day(row, "decision_date") >= since]
    child.remove("management_decision", notes)
    return "person", only(child, "person")


@breach("SUP-002", of="need")
def no_case_supervision(staff: Staff, child: Child) -> Subject:
    """The child's case was never discussed in supervision."""
    loose = child.history.loose
    loose["supervision"] = [row for row in loose["supervision"] if row["person_id"] != child.id]
    return "person", only(child, "person")


@breach("SUP-004", of="need")
def supervised_by_oneself(staff: Staff, child: Child) -> Subject:
    """The supervisor of a session is the worker."""
    row = next(row for row in child.history.loose["supervision"] if row["person_id"] == child.id)
    row["supervisor_id"] = row["worker_id"]
    return "supervision", row
