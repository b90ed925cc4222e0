"""Breaches in protection plans and child in need plans."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from casecheck.stories import lives
from casecheck.stories.assessing import assessment, conference, enquiry, visits
from casecheck.stories.breaches.planting import Subject, breach, day, forget, only, seen_on, unseen
from casecheck.stories.families import Kind
from casecheck.stories.front_door import holder
from casecheck.stories.history import Child
from casecheck.stories.plans import plan, protection
from casecheck.stories.staff import NORTH, SOUTH, Staff, safeguarding
from casecheck.stories.working_days import add_days, add_working

_MONTHS_PROTECTED = Kind(partial(lives.protected, days=220))
_NEARLY_A_YEAR = Kind(partial(lives.protected, days=330))
_MONTHS_IN_NEED = Kind(partial(lives.child_in_need, days=260))
_OLD_ENOUGH = Kind(partial(lives.protected, days=220), (6, 14))


@breach("CPP-002", of=_MONTHS_PROTECTED)
def late_core_group(staff: Staff, child: Child) -> Subject:
    """The first core group came weeks late."""
    first = only(child, "meeting", meeting_type="core_group")
    first["meeting_date"] = add_working(day(first, "meeting_date"), 8)
    return "plan", only(child, "plan", plan_type="cp")


@breach("CPP-004", of=_MONTHS_PROTECTED)
def no_first_review(staff: Staff, child: Child) -> Subject:
    """No review conference."""
    child.remove("plan_review", child.rows("plan_review", review_type="cp"))
    return "plan", only(child, "plan", plan_type="cp")


@breach("CPP-005", of=_NEARLY_A_YEAR)
def no_second_review(staff: Staff, child: Child) -> Subject:
    """More than six months since the first review."""
    reviews = child.rows("plan_review", review_type="cp")
    child.remove("plan_review", reviews[1:])
    row = only(child, "plan", plan_type="cp")
    reviews[0]["review_date"] = add_days(day(row, "start_date"), 60)
    return "plan", row


@breach("CPP-006", of=_MONTHS_PROTECTED)
def core_group_missed(staff: Staff, child: Child) -> Subject:
    """One core group left out, after the first."""
    child.remove("meeting", child.rows("meeting", meeting_type="core_group")[2:3])
    return "plan", only(child, "plan", plan_type="cp")


@breach("CPP-007", of=_MONTHS_PROTECTED)
def another_start(staff: Staff, child: Child) -> Subject:
    """The plan starts three working days after its conference."""
    row = only(child, "plan", plan_type="cp")
    row["start_date"] = add_working(day(row, "start_date"), 3)
    return "plan", row


@breach("CPP-008", of="protected", also=["INT-006"])
def no_category(staff: Staff, child: Child) -> Subject:
    """No latest category of abuse."""
    row = only(child, "plan", plan_type="cp")
    row["latest_category"] = None
    return "plan", row


@breach("CPP-010", of=Kind(partial(lives.protected, days=560)), also=["ASM-011"], like="protected")
def long_plan(staff: Staff, child: Child) -> Subject:
    """A protection plan of a year and a half."""
    return "plan", only(child, "plan", plan_type="cp")


@breach("CPP-011", of="stepped down")
def second_plan(staff: Staff, child: Child) -> Subject:
    """A second protection plan within months of the first."""
    start = add_working(child.history.as_of, -48)
    enquiry(staff, child, start, holder(child, start))
    assessment(staff, child, start, 24, "STRATEGY_DISCUSSION_FLAG")
    held = add_working(start, 12)
    conference(staff, child, held)
    in_need = only(child, "plan", plan_type="cin")
    in_need["end_date"] = held
    forget(child, "plan_review", "review_date", held + timedelta(days=1))
    child.remove("visit", [row for row in seen_on(child, "cin") if day(row, "visit_date") > held])
    row = protection(staff, child, held)
    row["previous_cp_plan_count"] = 1
    return "plan", row


@breach("CPP-012", of=_MONTHS_PROTECTED, also=["CIN-002"])
def two_kinds(staff: Staff, child: Child) -> Subject:
    """On a child in need plan too."""
    return "plan", plan(child, "cin", day(only(child, "plan", plan_type="cp"), "start_date"), None)


@breach("CPP-013", of="double status")
def double_status_not_reviewed(staff: Staff, child: Child) -> Subject:
    """Looked after too for twelve weeks, and not reviewed since."""
    later = [row for row in child.rows("plan_review", review_type="cp") if day(row, "review_date") >= child.days["in care"]]
    child.remove("plan_review", later)
    return "plan", only(child, "plan", plan_type="cp")


@breach("PLO-002", of="ten months protected")
def no_legal_advice(staff: Staff, child: Child) -> Subject:
    """More than nine months on a plan, and nobody has thought of legal advice."""
    child.remove("management_decision", child.rows("management_decision", decision_type="legal"))
    return "plan", only(child, "plan", plan_type="cp")


@breach("VIS-CP-001", of=_MONTHS_PROTECTED)
def late_visit(staff: Staff, child: Child) -> Subject:
    """A gap of three weeks between visits."""
    row = seen_on(child, "cp")[-4]
    child.remove("visit", [row])
    return "plan", only(child, "plan", plan_type="cp")


@breach("VIS-CP-002", of=_MONTHS_PROTECTED)
def close_to_the_limit(staff: Staff, child: Child) -> Subject:
    """Last seen ten working days ago: in time by one way of counting, late by another."""
    last = add_working(child.history.as_of, -10)
    unseen(child, add_working(last, -3))
    visits(child, "cp", [add_working(last, -5), last])
    return "plan", only(child, "plan", plan_type="cp")


@breach("VIS-CP-003", of=_MONTHS_PROTECTED, shown_by="visit.meeting_id")
def a_meeting_as_a_visit(staff: Staff, child: Child) -> Subject:
    """A visit that is the core group itself."""
    met = child.rows("meeting", meeting_type="core_group")[1]
    visits(child, "cp", [day(met, "meeting_date")], meeting_id=met["meeting_id"])
    return "visit", child.rows("visit")[-1]


@breach("VIS-CP-004", of=_MONTHS_PROTECTED)
def always_announced(staff: Staff, child: Child) -> Subject:
    """Every visit was announced."""
    for row in child.rows("visit"):
        row["announced"] = "Y"
    return "plan", only(child, "plan", plan_type="cp")


@breach("VIS-CIN-001", of=_MONTHS_IN_NEED, also=["VIS-RSK-001"])
def late_visit_in_need(staff: Staff, child: Child) -> Subject:
    """Three visits in a row left out."""
    child.remove("visit", seen_on(child, "cin")[-4:-1])
    return "plan", only(child, "plan", plan_type="cin")


@breach("VIS-RSK-001", of=_MONTHS_PROTECTED)
def wrong_pace(staff: Staff, child: Child) -> Subject:
    """At high risk, and visited as if the risk were less."""
    for row in child.rows("person_characteristic"):
        row["value"] = "High"
    return "plan", only(child, "plan", plan_type="cp")


@breach("SEE-006", of=_MONTHS_PROTECTED, also=["MGT-001", "SEE-007", "VIS-CP-001", "VIS-RSK-001"])
def failed_visits(staff: Staff, child: Child) -> Subject:
    """Three visits in a row did not see the child, and no manager was told."""
    for row in seen_on(child, "cp")[-3:]:
        row |= {"child_seen": "N", "seen_alone": "N", "bedroom_seen": "N"}
    first = day(seen_on(child, "cp")[-3], "visit_date")
    forget(child, "management_decision", "decision_date", first)
    return "plan", only(child, "plan", plan_type="cp")


@breach("SEE-007", of=_MONTHS_PROTECTED, also=["VIS-CP-001", "VIS-RSK-001"])
def long_unseen(staff: Staff, child: Child) -> Subject:
    """Not seen for seven weeks."""
    unseen(child, child.history.as_of - timedelta(days=50))
    return "plan", only(child, "plan", plan_type="cp")


@breach("SEE-008", of=_NEARLY_A_YEAR)
def bedroom_not_seen(staff: Staff, child: Child) -> Subject:
    """Nobody saw where the child sleeps."""
    for row in child.rows("visit"):
        row["bedroom_seen"] = "N"
    return "plan", only(child, "plan", plan_type="cp")


@breach("SEE-009", of=_MONTHS_PROTECTED)
def other_visitors(staff: Staff, child: Child) -> Subject:
    """Visited for months by somebody other than the worker who holds the case."""
    team = safeguarding(child.family)
    other = staff.worker(SOUTH if team == NORTH else NORTH, open_case=False)
    for row in seen_on(child, "cp"):
        row["worker_id"] = other
    return "person", only(child, "person")


@breach("VOI-005", of="need")
def plan_without_views(staff: Staff, child: Child) -> Subject:
    """The plan does not hold the child's views."""
    row = only(child, "plan", plan_type="cin")
    row["child_views_present"] = "N"
    return "plan", row


@breach("CIN-001", of="need")
def plan_too_late(staff: Staff, child: Child) -> Subject:
    """The plan began 15 working days after the assessment."""
    row = only(child, "plan", plan_type="cin")
    row["start_date"] = add_working(child.days["assessed"], 15)
    return "assessment", only(child, "assessment")


@breach("CIN-002", of=_MONTHS_IN_NEED)
def reviews_missed(staff: Staff, child: Child) -> Subject:
    """Never reviewed."""
    child.remove("plan_review", child.rows("plan_review", review_type="cin"))
    return "plan", only(child, "plan", plan_type="cin")


@breach("CIN-003", of="long in need", also=["MGT-001"])
def unexamined(staff: Staff, child: Child) -> Subject:
    """Eight months on a plan, and no manager has looked for four of them."""
    forget(child, "management_decision", "decision_date", child.history.as_of - timedelta(days=125))
    return "plan", only(child, "plan", plan_type="cin")


@breach("CIN-004", of="need")
def action_without_an_owner(staff: Staff, child: Child) -> Subject:
    """An action of the plan belongs to nobody."""
    child.rows("plan_action")[0]["owner"] = None
    return "plan", only(child, "plan", plan_type="cin")


@breach("CIN-005", of="stepped down", also=["MGT-001"])
def late_step_down(staff: Staff, child: Child) -> Subject:
    """The child in need plan began weeks after the protection plan ended."""
    row = only(child, "plan", plan_type="cin")
    row["start_date"] = add_working(day(row, "start_date"), 12)
    return "plan", only(child, "plan", plan_type="cp")


@breach("CIN-006", of="need", also=["CIN-002", "INT-010"])
def overlapping_plans(staff: Staff, child: Child) -> Subject:
    """A second child in need plan begins while the first runs."""
    return "plan", plan(child, "cin", add_working(day(only(child, "plan", plan_type="cin"), "start_date"), 20), None)


@breach("CIN-007", of="need")
def nothing_under_way(staff: Staff, child: Child) -> Subject:
    """The plan ended two weeks ago, and the case stayed open."""
    row = only(child, "plan", plan_type="cin")
    row |= {"end_date": child.history.ago(20), "end_reason": "aims met"}
    return "referral", only(child, "referral")
