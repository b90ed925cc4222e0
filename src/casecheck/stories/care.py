"""Children who are looked after: legal status, placements, the care plan, visits, reviews, health and schooling."""

from __future__ import annotations

from datetime import date, timedelta

from casecheck.stories.assessing import visits
from casecheck.stories.front_door import allocate, holder
from casecheck.stories.history import Cell, Child, Row
from casecheck.stories.oversight import chronology, note, overseen
from casecheck.stories.plans import plan, review
from casecheck.stories.staff import CARE, REVIEWING, Staff
from casecheck.stories.working_days import add_days, add_working, add_years, age, walk, working

_FIRST_ORDERS = ((0, "V2"), (56, "C1"), (300, "C2"))
"""Accommodated first, then an interim care order, then a care order."""
_HALF_YEARLY = 5
"""Under this age a child's health is assessed twice a year."""
_TO_NURSERY = 3


def looked_after(staff: Staff, child: Child, start: date, end: date | None = None) -> Row:
    """A period of care from its first day: everything that the regulations ask for."""
    history = child.history
    until = min(end or history.last, history.last)
    child.days["in care"] = start
    period = child.add(
        "care_period",
        start_date=start,
        end_date=end,
        end_reason="E4A" if end else None,
        episode_start_reason="S",
        category_of_need="N1",
        referral_id=child.rows("referral")[-1]["referral_id"] if child.rows("referral") else None,
        last_iro_contact_date=until,
    )
    _legal_basis(child, start, end)
    _homes(child, period, start, end, until)
    note(child, "other", start, staff.manager(CARE))
    plan(child, "care", add_working(start, 4), end, permanence_option="RETURN6M")
    for day in _reviews(child, start, until):
        review(staff, child, "care", day, period)
    allocate(child, staff.reviewer(child.family), REVIEWING, add_working(start, 2), end, role="iro")
    overseen(staff, child, start, until, CARE, holder(child, until))
    chronology(child, start, until, holder(child, start))
    _health(child, start, until)
    _schooling(child, start, until)
    _pathway(staff, child, start, until)
    return period


def placement(child: Child, period: Row, start: date, end: date | None, **cells: Cell) -> Row:
    """A placement with foster carers of the authority; the postcode exists nowhere."""
    number = child.history.number("placement")
    return child.add(
        "placement",
        **{
            "placement_id": number,
            "care_period_id": period["care_period_id"],
            "placement_type": "U6",
            "provider_type": "PR1",
            "start_date": start,
            "end_date": end,
            "change_reason": "CARPL" if end else None,
            "postcode": f"ZZ{int(number[-6:]) % 90 + 1} {int(number[-6:]) % 9 + 1}ZZ",
            "urn": "SC999999",
            "location": "IN",
            "distance_miles": 4.0,
            "intended_to_18_flag": "N",
            **cells,
        },
    )


def seen_in_placement(child: Child, period: Row, start: date, until: date) -> None:
    """Visits from the first days of a placement on, four to five weeks apart."""
    history = child.history
    seen = add_working(start, history.between(1, 3))
    days = (seen, *walk(seen, until, lambda day: add_days(day, history.pace(day, 28, 36))))
    visits(child, "cla", [day for day in days if day <= until], care_period_id=period["care_period_id"])


def _homes(child: Child, period: Row, start: date, end: date | None, until: date) -> None:
    moved = working(start + timedelta(days=child.history.between(80, 100)))
    spells = [(start, moved), (moved, end)] if child.family % 3 == 0 and moved < until else [(start, end)]
    for begin, finish in spells:
        placement(child, period, begin, finish)
        seen_in_placement(child, period, begin, min(finish or until, until))


def _legal_basis(child: Child, start: date, end: date | None) -> None:
    changes = [(start + timedelta(days=wait), code) for wait, code in _FIRST_ORDERS]
    last = min(end or child.history.last, child.history.last)
    begun = [(day, code) for day, code in changes if day <= last]
    for place, (day, code) in enumerate(begun):
        following = begun[place + 1][0] if place + 1 < len(begun) else end
        child.add("legal_status", legal_status=code, start_date=day, end_date=following)


def _reviews(child: Child, start: date, until: date) -> list[date]:
    history = child.history
    held = [add_working(start, history.between(12, 18))]
    held.append(add_days(held[0], history.between(70, 84)))
    while held[-1] <= until:
        held.append(add_days(held[-1], history.between(145, 168)))
    return [day for day in held if day <= until]


def _health(child: Child, start: date, until: date) -> None:
    """Assessed in the first weeks, then every five or eleven months; teeth and the questionnaire once a year."""
    born = child.born or start
    first = add_working(start, 12)
    for day in (first, *walk(first, until, lambda day: add_days(day, 150 if age(born, day) < _HALF_YEARLY else 330))):
        if day <= until:
            _checked(child, "Health Assessment", day)
    for day in walk(add_days(start, 20), until, lambda day: add_days(day, 300)):
        score: dict[str, Cell] = {"sdq_score": 12, "sdq_date": day} if 4 <= age(born, day) <= 16 else {}
        _checked(child, "Dental Check", day, **score)


def _checked(child: Child, kind: str, day: date, **cells: Cell) -> None:
    child.add("health_assessment", health_type=kind, health_date=day, status="Completed", up_to_date_flag="Y", **cells)


def _schooling(child: Child, start: date, until: date) -> None:
    """A personal education plan soon after the start, or the third birthday, and a meeting every two months."""
    first = add_working(max(start, add_years(child.born or start, _TO_NURSERY)), 6)
    for day in (first, *walk(first, until, lambda day: add_days(day, 56))):
        if day <= until:
            child.add("education_plan", meeting_date=day, status="done")


def _pathway(staff: Staff, child: Child, start: date, until: date) -> None:
    """A pathway plan two months after the 16th birthday, or after 13 weeks of care where that is later."""
    if child.born is None:
        return
    begun = add_days(max(add_years(child.born, 16), start + timedelta(days=91)), 60)
    if begun <= until:
        row = plan(child, "pathway", begun, None)
        child.days["pathway"] = begun
        for day in walk(begun, until, lambda day: add_days(day, 150)):
            review(staff, child, "pathway", day, row)
