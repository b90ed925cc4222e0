"""From the referral to the conference: assessments, visits, section 47 enquiries, conferences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from casecheck.stories.front_door import holder
from casecheck.stories.history import Cell, Child, Row
from casecheck.stories.oversight import note, renew_risk
from casecheck.stories.staff import ASSESSMENT, Staff
from casecheck.stories.working_days import add_working, age, walk

_FACTORS = (";3A;4B;", ";1A;", ";16A;", ";4B;", ";2B;10A;")
_AGENCIES = ";social care;police;health;school;"
_SEEN_EVERY = 8
_REVIEWED_AFTER = (8, 17)
_TOO_YOUNG = 4
"""Below this age a child's part in a meeting is not asked for."""


def visit(child: Child, kind: str, day: date, by: str = "", **cells: Cell) -> Row:
    """A visit at which the child was seen, alone, at home."""
    return child.add(
        "visit",
        **{
            "visit_type": kind,
            "visit_date": day,
            "worker_id": holder(child, day) or by,
            "status": "done",
            "child_seen": "Y",
            "seen_alone": "Y",
            "bedroom_seen": "Y",
            "method": "in_person",
            "announced": "N" if len(child.rows("visit")) % 3 == 2 else "Y",
            "recorded_at": child.history.written(day),
            **cells,
        },
    )


def visits(child: Child, kind: str, days: Iterable[date], by: str = "", **cells: Cell) -> None:
    """Visits on these days, except before birth and after the last day."""
    for day in days:
        if child.alive(day) and child.history.done(day):
            visit(child, kind, day, by, **cells)


def assessment(
    staff: Staff, child: Child, start: date, length: int, outcome: str, by: str = "", kind: str = "single", **cells: Cell
) -> date:
    """An assessment of so many working days, with its visits and the manager's early looks. Returns its last day."""
    history = child.history
    end = add_working(start, length)
    until = min(end, history.last)
    finished = history.done(end)
    by = by or holder(child, start) or staff.worker(ASSESSMENT, open_case=False)
    seen = add_working(start, history.between(1, 3))
    later = walk(seen, until, lambda day: add_working(day, _SEEN_EVERY))
    visits(child, "assessment", [day for day in (seen, *later) if day <= until], by)
    looks = [add_working(start, wait) for wait in _REVIEWED_AFTER if length > wait and history.done(add_working(start, wait))]
    for day in looks:
        note(child, "assessment_review", day, staff.manager(ASSESSMENT))
    renew_risk(child, start)
    was_seen = child.alive(seen) and seen <= until
    told = "Y" if finished else None
    child.add(
        "assessment",
        **{
            "referral_id": _referral(child),
            "assessment_type": kind,
            "start_date": start,
            "internal_review_date": looks[0] if looks else None,
            "authorised_date": end if finished else None,
            "authorised_by": staff.manager(ASSESSMENT) if finished else None,
            "author_id": by,
            "child_seen": "Y" if was_seen else None,
            "child_seen_date": seen if was_seen else None,
            "outcome": f";{outcome};" if finished else None,
            "support_required_flag": ("N" if outcome == "NFA_FLAG" else "Y") if finished else None,
            "factors": history.pick(*_FACTORS) if finished else None,
            "status": "complete" if finished else "open",
            "child_views_present": told,
            "parent_views_present": told,
            "team_name": ASSESSMENT,
            "recorded_at": history.written(min(end, history.last)),
            **cells,
        },
    )
    child.days.setdefault("assessed", end)
    return end


def enquiry(staff: Staff, child: Child, start: date, by: str, conference_needed: bool = True) -> Row:
    """A section 47 enquiry from its strategy discussion to its outcome; the child is seen the same or the next day."""
    history = child.history
    end = add_working(start, 8)
    meeting(child, "strategy", start, agencies=_AGENCIES)
    visits(child, "assessment", [add_working(start, history.between(0, 1))], by)
    note(child, "s47_outcome", end, staff.manager(ASSESSMENT))
    child.days["enquired"] = start
    return child.add(
        "s47_enquiry",
        referral_id=_referral(child),
        start_date=start,
        end_date=end,
        outcome=";CP_CONFERENCE_FLAG;" if conference_needed else ";NFA_FLAG;",
        icpc_not_required_flag="N" if conference_needed else "Y",
        icpc_target_date=add_working(start, 15),
        worker_id=by,
        team_name=ASSESSMENT,
    )


def meeting(child: Child, kind: str, day: date, agencies: str = _AGENCIES) -> Row:
    """A meeting that took place."""
    return child.add(
        "meeting", meeting_type=kind, meeting_date=day, due_date=day, status="done", agencies=agencies, out_of_hours_flag="N"
    )


def conference(staff: Staff, child: Child, day: date, kind: str = "initial", **cells: Cell) -> Row:
    """A conference that decided on a protection plan. It looks at the risk again."""
    renew_risk(child, day)
    enquiries = child.rows("s47_enquiry")
    return child.add(
        "conference",
        **{
            "enquiry_id": enquiries[-1]["enquiry_id"] if enquiries and kind == "initial" else None,
            "conference_type": kind,
            "target_date": day,
            "conference_date": day,
            "cp_plan_made_flag": "Y",
            "quorate": "Y",
            "other_agencies": 3,
            "participation": part_in(child, day),
            "chair_id": staff.reviewer(child.family),
            **cells,
        },
    )


def part_in(child: Child, day: date) -> str:
    """The child's part in a conference or review: attended, or sent word; none is asked of the youngest."""
    young = child.born is None or age(child.born, day) < _TOO_YOUNG
    return "PN0" if young else child.history.pick("PN1", "PN2", "PN5")


def _referral(child: Child) -> Cell:
    """The number of the referral that the child's work belongs to."""
    found = child.rows("referral")
    return found[-1]["referral_id"] if found else None
