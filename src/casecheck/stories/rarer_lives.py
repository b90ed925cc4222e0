"""Stories that few children have: adoption, leaving care, private fostering, short breaks, a placement with parents, and more."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from casecheck.stories import lives
from casecheck.stories.assessing import assessment, visits
from casecheck.stories.care import looked_after, placement, seen_in_placement
from casecheck.stories.front_door import allocate, close, referral
from casecheck.stories.history import Child, Row
from casecheck.stories.oversight import note, risk
from casecheck.stories.plans import review
from casecheck.stories.staff import ASSESSMENT, CARE, LEAVING, Staff, safeguarding
from casecheck.stories.working_days import add_days, add_working, add_years, walk

_OLD_RECEIVED = date(2012, 5, 14)


def old_regime(staff: Staff, child: Child) -> None:
    """An initial and a core assessment from before the single assessment, and a closed case."""
    row, by = referral(staff, child, _OLD_RECEIVED), staff.worker(ASSESSMENT, open_case=False)
    allocate(child, by, ASSESSMENT, _OLD_RECEIVED)
    end = assessment(staff, child, _OLD_RECEIVED, 6, "PROV_OF_SERVICES_FLAG", by, "initial", factors=None)
    end = assessment(staff, child, end, 28, "NFA_FLAG", by, "core", factors=None)
    close(staff, child, row, add_working(end, 2), "RC7", ASSESSMENT)


def assessed_by_others(staff: Staff, child: Child) -> None:
    """An assessment that another organisation made, checked before it was authorised, and a closed case."""
    lives.assessed_and_closed(staff, child)
    row = child.rows("assessment")[0]
    day = row["authorised_date"]
    row |= {"author_organisation": "Partner organisation", "quality_check_date": day, "quality_check_result": "pass"}


def ten_months_protected(staff: Staff, child: Child) -> None:
    """A protection plan of ten months, of which a manager has thought of taking it to a lawyer."""
    lives.protected(staff, child, 330)


def long_in_need(staff: Staff, child: Child) -> None:
    """A child in need plan of eight months, which a manager has looked at."""
    lives.child_in_need(staff, child, 290)


def taken_to_lawyers(staff: Staff, child: Child) -> None:
    """A protection plan with pre-proceedings under way."""
    lives.protected(staff, child, 200)
    decided = child.history.ago(60)
    child.add(
        "pre_proceedings",
        decision_date=decided,
        letter_date=add_working(decided, 3),
        first_meeting_date=add_working(decided, 9),
        review_meeting_count=1,
        legal_gateway_outcome="A",
        fgdm_offered="Y",
        fgdm_held="Y",
        fgdm_offer_date=add_working(decided, 1),
        short_notice="N",
    )
    note(child, "legal", decided, staff.manager(safeguarding(child.family)))


def double_status(staff: Staff, child: Child) -> None:
    """On a protection plan and looked after for twelve weeks, reviewed four weeks after coming into care."""
    lives.protected(staff, child, 260)
    begun = child.history.ago(84)
    period = looked_after(staff, child, begun)
    protection_plan = child.rows("plan", plan_type="cp")[0]
    review(staff, child, "cp", add_days(begun, 28), protection_plan)
    assert period["start_date"] == begun


def long_in_care(staff: Staff, child: Child) -> None:
    """Looked after for more than two years."""
    lives.in_care(staff, child, child.history.since(400, 1600))


def missing_from_care(staff: Staff, child: Child) -> None:
    """Looked after; missing overnight, and the interview offered and held within three days of the return."""
    lives.in_care(staff, child, 250)
    gone = add_days(child.days["in care"], 40)
    back = gone + timedelta(days=1)
    child.add(
        "missing_episode",
        missing_type="M",
        start_at=datetime.combine(gone, time(21)),
        end_at=datetime.combine(back, time(9)),
        interview_offered="Y",
        interview_accepted="Y",
        interview_date=back + timedelta(days=2),
    )


def home_under_an_order(staff: Staff, child: Child) -> None:
    """Looked after under a care order, and home with the parents for two months."""
    lives.in_care(staff, child, 420)
    moved = child.history.ago(60)
    _moved(staff, child, moved, placement_type="P1", provider_type="PR0", urn=None, before_assessment_flag="N")
    note(child, "other", moved, staff.manager(CARE))


def with_relatives(staff: Staff, child: Child) -> None:
    """Looked after by relatives, approved for the time being and then in full, seen weekly and then every three weeks."""
    lives.in_care(staff, child, 150)
    home, period = child.rows("placement")[0], child.rows("care_period")[0]
    begun = _day(home, "start_date")
    child.remove("placement", child.rows("placement")[1:])
    home |= {
        "end_date": None,
        "change_reason": None,
        "placement_type": "U3",
        "temporary_approval_start": begun,
        "temporary_approval_end": add_days(begun, 80),
        "temporary_approval_extended_flag": "N",
    }
    first = min(_day(row, "review_date") for row in child.rows("plan_review", review_type="care"))
    child.remove("visit", child.rows("visit", visit_type="cla"))
    weekly = list(walk(begun, first, lambda day: day + timedelta(days=6)))
    later = walk(weekly[-1], child.history.last, lambda day: day + timedelta(days=21))
    visits(child, "cla", [*weekly, *later], care_period_id=period["care_period_id"])


def _day(row: Row, column: str) -> date:
    found = row[column]
    assert isinstance(found, date)
    return found


def to_be_adopted(staff: Staff, child: Child) -> None:
    """Looked after, and placed for adoption ten weeks ago."""
    lives.in_care(staff, child, 420)
    placed = child.history.ago(70)
    period = _moved(staff, child, placed, placement_type="A3", provider_type="PR0", urn=None)
    child.add(
        "permanence",
        entered_care_date=period["start_date"],
        decision_date=placed - timedelta(days=120),
        placement_order_date=placed - timedelta(days=90),
        matched_date=placed - timedelta(days=20),
        placed_date=placed,
        previous_permanence="Z1",
    )
    child.remove(
        "visit",
        [row for row in child.rows("visit", visit_type="cla") if isinstance(day := row["visit_date"], date) and day > placed],
    )
    first = placed + timedelta(days=27)
    weekly = walk(placed, first, lambda day: day + timedelta(days=6))
    later = walk(first, child.history.last, lambda day: day + timedelta(days=28))
    visits(child, "cla", [*weekly, *later], care_period_id=period["care_period_id"])
    review(staff, child, "care", first, period)


def _moved(staff: Staff, child: Child, day: date, **cells: str | None) -> Row:
    """Moved to another placement on a day. Returns the period of care."""
    period, old = child.rows("care_period")[0], child.rows("placement")[-1]
    old["end_date"], old["change_reason"] = day, "CARPL"
    placement(child, period, day, None, **cells)
    seen_in_placement(child, period, day, child.history.last)
    return period


def short_breaks(staff: Staff, child: Child) -> None:
    """A disabled child on a child in need plan, with two short breaks of five days."""
    lives.child_in_need(staff, child, 300)
    child.rows("person")[0]["disability_flag"] = "Y"
    for days in (120, 60):
        begun = child.history.ago(days)
        ended = begun + timedelta(days=5)
        period = child.add(
            "care_period", start_date=begun, end_date=ended, end_reason="E4A", episode_start_reason="S", category_of_need="N2"
        )
        child.add("legal_status", legal_status="V3", start_date=begun, end_date=ended)
        placement(child, period, begun, ended)
        note(child, "other", begun, staff.manager(safeguarding(child.family)))


def leaving_care(staff: Staff, child: Child) -> None:
    """A care leaver, in touch with the adviser, in accommodation of the authority."""
    history = child.history
    assert child.born is not None
    came, left = history.ago(1300), add_years(child.born, 18)
    row = referral(staff, child, came)
    adviser = staff.worker(LEAVING, open_case=False)
    risk(child, "Low", came)
    allocate(child, adviser, LEAVING, came, left)
    assessment(staff, child, came, 25, "LEGAL_ACTION_FLAG")
    looked_after(staff, child, came, left)
    close(staff, child, row, left, "RC7", LEAVING)
    pathway = child.rows("plan", plan_type="pathway")[0]
    reviewed = list(walk(left, history.last, lambda day: add_days(day, 150)))
    for day in reviewed:
        review(staff, child, "pathway", day, pathway)
    moved = max(left, history.ago(330))
    first = add_working(moved, 3)
    visits(child, "pa", (first, *walk(first, history.last, lambda day: add_days(day, 45))), adviser)
    child.add(
        "care_leaver",
        eligibility="Former Relevant",
        in_touch="YES",
        last_contact_date=history.ago(14),
        accommodation="U",
        accommodation_start_date=moved,
        accommodation_by_authority_flag="Y",
        accommodation_suitable="1",
        activity="F2",
        pathway_review_date=reviewed[-1] if reviewed else None,
        personal_adviser=f"Worker {adviser}",
        team_name=LEAVING,
    )


def privately_fostered(staff: Staff, child: Child) -> None:
    """Privately fostered for half a year, visited every two to three weeks and spoken to alone."""
    history = child.history
    notified = history.ago(180)
    referral(staff, child, notified, "PRIVATE_FOSTERING_FLAG")
    risk(child, "Low", notified)
    allocate(child, staff.worker(safeguarding(child.family)), safeguarding(child.family), notified)
    assessment(staff, child, notified, 25, "PRIVATE_FOSTERING_FLAG")
    child.add("private_fostering", notified_date=notified)
    first = add_working(notified, 4)
    visits(child, "private_fostering", (first, *walk(first, history.last, lambda day: add_days(day, 18))))


def audited(staff: Staff, child: Child) -> None:
    """A child in need whose file was audited and questioned; what was asked was done in time."""
    lives.child_in_need(staff, child, 200)
    raised = child.history.ago(70)
    owner = safeguarding(child.family)
    child.add(
        "quality_action", action_type="audit", raised_date=raised, owner=owner, due_date=add_working(raised, 15),
        closed_date=add_working(raised, 12), outcome="done",
    )  # fmt: skip
    child.add(
        "quality_action", action_type="challenge", raised_date=raised, owner=owner, due_date=add_working(raised, 5),
        response_date=add_working(raised, 3), closed_date=add_working(raised, 9), outcome="agreed",
    )  # fmt: skip
