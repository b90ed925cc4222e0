"""Breaches for looked-after children, care leavers and children who live with others."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from casecheck.stories import lives
from casecheck.stories.assessing import visits
from casecheck.stories.breaches.planting import Subject, breach, day, forget, only, seen_on
from casecheck.stories.families import Kind
from casecheck.stories.history import Child, Row
from casecheck.stories.staff import Staff
from casecheck.stories.working_days import add_days, add_working

_HALF_A_YEAR = Kind(partial(lives.in_care, days=250), (6, 14))
_TWO_YEARS = Kind(partial(lives.in_care, days=800), (6, 13))
_SEVENTEEN = Kind(partial(lives.in_care, days=330), (17, 17))


@breach("CLA-001", of=_HALF_A_YEAR)
def late_first_review(staff: Staff, child: Child) -> Subject:
    """The first review after 24 working days."""
    child.rows("plan_review", review_type="care")[0]["review_date"] = add_working(child.days["in care"], 24)
    return "care_period", only(child, "care_period")


@breach("CLA-002", of=_HALF_A_YEAR)
def no_second_review(staff: Staff, child: Child) -> Subject:
    """The second review was left out."""
    child.remove("plan_review", child.rows("plan_review", review_type="care")[1:])
    return "care_period", only(child, "care_period")


@breach("CLA-003", of=_HALF_A_YEAR)
def late_care_plan(staff: Staff, child: Child) -> Subject:
    """The care plan 15 working days after the first placement."""
    only(child, "plan", plan_type="care")["start_date"] = add_working(child.days["in care"], 15)
    return "care_period", only(child, "care_period")


@breach("CLA-004", of=_HALF_A_YEAR)
def no_reviewing_officer(staff: Staff, child: Child) -> Subject:
    """No reviewing officer."""
    child.remove("allocation", child.rows("allocation", role="iro"))
    return "care_period", only(child, "care_period")


@breach("CLA-005", of=_HALF_A_YEAR)
def no_legal_status(staff: Staff, child: Child) -> Subject:
    """The last order ended, and nothing followed."""
    row = child.rows("legal_status")[-1]
    row["end_date"] = child.history.ago(30)
    return "care_period", only(child, "care_period")


@breach("CLA-006", of="with relatives")
def approval_ran_out(staff: Staff, child: Child) -> Subject:
    """Approved for the time being for more than 16 weeks."""
    row = only(child, "placement")
    row["temporary_approval_end"] = None
    return "placement", row


def _visited_after_ten_days(child: Child) -> Row:
    """The last placement, with no visit before its tenth day."""
    row = child.rows("placement")[-1]
    start = day(row, "start_date")
    early = [each for each in seen_on(child, "cla") if start <= day(each, "visit_date") <= start + timedelta(days=12)]
    child.remove("visit", early)
    visits(child, "cla", [start + timedelta(days=10)])
    return row


@breach("VIS-CLA-001", of=_HALF_A_YEAR)
def late_first_visit(staff: Staff, child: Child) -> Subject:
    """First visited ten days after the placement began."""
    return "placement", _visited_after_ten_days(child)


@breach("VIS-CLA-002", of=_HALF_A_YEAR)
def late_visit_first_year(staff: Staff, child: Child) -> Subject:
    """One visit left out in the first year of a placement."""
    row = child.rows("placement")[-1]
    within = [each for each in seen_on(child, "cla") if day(each, "visit_date") >= day(row, "start_date")]
    child.remove("visit", within[1:3])
    return "placement", row


@breach("VIS-CLA-003", of=_TWO_YEARS)
def late_visit_later(staff: Staff, child: Child) -> Subject:
    """Two visits left out after the first year of a placement."""
    child.remove("visit", seen_on(child, "cla")[-4:-2])
    return "placement", child.rows("placement")[-1]


@breach("VIS-CLA-004", of="with relatives", also=["VIS-CLA-002"], shown_by="placement.temporary_approval_start")
def relatives_unvisited(staff: Staff, child: Child) -> Subject:
    """With carers who are approved for the time being, and not visited for six weeks."""
    child.remove("visit", seen_on(child, "cla")[3:5])
    return "placement", only(child, "placement")


@breach("VIS-CLA-005", of="home under an order", also=["VIS-CLA-001"])
def home_unvisited(staff: Staff, child: Child) -> Subject:
    """Home under a care order, and first visited after ten days."""
    return "placement", _visited_after_ten_days(child)


@breach("VIS-CLA-006", of=_HALF_A_YEAR)
def by_telephone(staff: Staff, child: Child) -> Subject:
    """A telephone call that is recorded as a visit."""
    row = child.add("visit", **{**seen_on(child, "cla")[-1], "visit_id": child.history.number("visit"), "method": "telephone"})
    row |= {"seen_alone": "N", "not_alone_reason": "by telephone", "bedroom_seen": "N"}
    return "visit", row


@breach("VIS-CLA-007", of="short breaks")
def long_break(staff: Staff, child: Child) -> Subject:
    """A short break of 21 days."""
    period = child.rows("care_period")[-1]
    ended = day(period, "start_date") + timedelta(days=21)
    for row in (period, child.rows("legal_status")[-1], child.rows("placement")[-1]):
        row["end_date"] = ended
    return "person", only(child, "person")


@breach("VIS-PF-001", of="privately fostered")
def fostered_unvisited(staff: Staff, child: Child) -> Subject:
    """Privately fostered, and first visited after twelve working days."""
    row = only(child, "private_fostering")
    notified = day(row, "notified_date")
    child.remove(
        "visit", [each for each in seen_on(child, "private_fostering") if day(each, "visit_date") <= add_working(notified, 10)]
    )
    return "private_fostering", row


@breach("VOI-004", of=_HALF_A_YEAR)
def no_part_in_the_review(staff: Staff, child: Child) -> Subject:
    """The child's part in a review is blank."""
    row = only(child, "plan_review", review_type="care")
    row["participation"] = None
    return "plan_review", row


@breach("VOI-007", of=_HALF_A_YEAR)
def not_spoken_to_alone(staff: Staff, child: Child) -> Subject:
    """Not seen alone at a visit, and no reason."""
    row = seen_on(child, "cla")[-1]
    row |= {"seen_alone": "N", "not_alone_reason": None}
    return "visit", row


@breach("HLT-001", of=_HALF_A_YEAR)
def late_health_assessment(staff: Staff, child: Child) -> Subject:
    """The first health assessment after 30 working days."""
    only(child, "health_assessment", health_type="Health Assessment")["health_date"] = add_working(child.days["in care"], 30)
    return "care_period", only(child, "care_period")


@breach("HLT-002", of=_TWO_YEARS)
def health_not_reviewed(staff: Staff, child: Child) -> Subject:
    """Health assessed at the start, and never again."""
    child.remove("health_assessment", child.rows("health_assessment", health_type="Health Assessment")[1:])
    return "care_period", only(child, "care_period")


@breach("HLT-003", of=_TWO_YEARS)
def no_dental_check(staff: Staff, child: Child) -> Subject:
    """No dental check in two years."""
    for row in child.rows("health_assessment", health_type="Dental Check"):
        row["health_type"] = "Optician check"
    return "care_period", only(child, "care_period")


@breach("HLT-004", of=_HALF_A_YEAR)
def no_education_plan(staff: Staff, child: Child) -> Subject:
    """The first meeting about education after 20 working days."""
    rows = child.rows("education_plan")
    rows[0]["meeting_date"] = add_working(child.days["in care"], 20)
    return "care_period", only(child, "care_period")


@breach("MIS-001", of="missing from care")
def no_interview(staff: Staff, child: Child) -> Subject:
    """No return home interview was offered."""
    row = only(child, "missing_episode")
    row |= {"interview_offered": "N", "interview_accepted": None, "interview_date": None}
    return "missing_episode", row


@breach("MIS-002", of="missing from care")
def still_missing(staff: Staff, child: Child) -> Subject:
    """An episode that has been open for months."""
    row = only(child, "missing_episode")
    row |= {"end_at": None, "interview_offered": None, "interview_accepted": None, "interview_date": None}
    return "missing_episode", row


@breach("LCV-001", of=_SEVENTEEN)
def no_pathway_plan(staff: Staff, child: Child) -> Subject:
    """An eligible child for months, and no pathway plan."""
    for plan in child.rows("plan", plan_type="pathway"):
        child.remove("plan_action", child.rows("plan_action", plan_id=plan["plan_id"]))
        child.remove("plan", [plan])
    child.remove("plan_review", child.rows("plan_review", review_type="pathway"))
    return "care_period", only(child, "care_period")


@breach("LCV-002", of="leaving care")
def pathway_not_reviewed(staff: Staff, child: Child) -> Subject:
    """The pathway plan was not reviewed for eight months."""
    since = child.history.as_of - timedelta(days=240)
    forget(child, "plan_review", "review_date", since)
    leaver = only(child, "care_leaver")
    if leaver["pathway_review_date"] and day(leaver, "pathway_review_date") >= since:
        leaver["pathway_review_date"] = None
    return "care_leaver", leaver


@breach("LCV-003", of="leaving care")
def out_of_touch(staff: Staff, child: Child) -> Subject:
    """No contact for three months."""
    row = only(child, "care_leaver")
    row["last_contact_date"] = child.history.ago(95)
    return "care_leaver", row


@breach("LCV-004", of="leaving care")
def leaver_without_an_activity(staff: Staff, child: Child) -> Subject:
    """The activity is not recorded."""
    row = only(child, "care_leaver")
    row["activity"] = None
    return "care_leaver", row


@breach("ADO-001", of="to be adopted")
def adoption_unvisited(staff: Staff, child: Child) -> Subject:
    """Placed for adoption, and not visited in the second week."""
    row = only(child, "permanence")
    placed = day(row, "placed_date")
    week = [each for each in seen_on(child, "cla") if placed < day(each, "visit_date") < placed + timedelta(days=20)]
    child.remove("visit", week[1:])
    return "permanence", row


@breach("PLO-001", of="taken to lawyers")
def pre_proceedings_drift(staff: Staff, child: Child) -> Subject:
    """In pre-proceedings for 18 weeks."""
    row = only(child, "pre_proceedings")
    decided = add_days(child.history.as_of, -130)
    row |= {"decision_date": decided, "letter_date": add_working(decided, 1), "first_meeting_date": add_working(decided, 8)}
    row["fgdm_offer_date"] = decided
    return "pre_proceedings", row


@breach("PLO-003", of="taken to lawyers", also=["INT-004"])
def meeting_before_the_letter(staff: Staff, child: Child) -> Subject:
    """The first meeting is dated before the letter."""
    row = only(child, "pre_proceedings")
    row["first_meeting_date"] = add_working(day(row, "letter_date"), -1)
    return "pre_proceedings", row


@breach("QAU-001", of="audited")
def action_overdue(staff: Staff, child: Child) -> Subject:
    """What an audit asked for was done late."""
    row = only(child, "quality_action", action_type="audit")
    row["closed_date"] = add_working(day(row, "due_date"), 4)
    return "quality_action", row


@breach("QAU-002", of="audited")
def challenge_unanswered(staff: Staff, child: Child) -> Subject:
    """A challenge was answered after eight working days."""
    row = only(child, "quality_action", action_type="challenge")
    row |= {"response_date": add_working(day(row, "raised_date"), 8)}
    return "quality_action", row
