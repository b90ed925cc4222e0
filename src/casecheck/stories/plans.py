"""Plans at home: protection plans and child in need plans, with their visits, meetings, reviews and actions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from casecheck.stories.assessing import meeting, part_in, visits
from casecheck.stories.front_door import holder
from casecheck.stories.history import Cell, Child, Row
from casecheck.stories.oversight import chronology, note, overseen, renew_risk
from casecheck.stories.staff import Staff, safeguarding
from casecheck.stories.working_days import add_days, add_working, walk

_LEGAL_AFTER = 180
"""So many days and ten weeks into a protection plan a manager thinks of legal advice, and then every ten weeks."""


def plan(child: Child, kind: str, start: date, end: date | None, **cells: Cell) -> Row:
    """A plan, with the views of child and parents and its actions."""
    history = child.history
    row = child.add(
        "plan",
        **{
            "referral_id": child.rows("referral")[-1]["referral_id"] if child.rows("referral") else None,
            "plan_type": kind,
            "start_date": start,
            "end_date": end,
            "end_reason": "aims met" if end else None,
            "child_views_present": "Y",
            "parent_views_present": "Y",
            "worker_id": holder(child, min(end or history.last, history.last)) or None,
            **cells,
        },
    )
    for owner in ("social worker", "parent"):
        due = add_days(history.as_of, history.between(5, 40)) if end is None else add_days(start, 30)
        done = "complete" if end else "open"
        row_of = {"plan_id": row["plan_id"], "owner": owner, "due_date": due, "outcome_present": "Y", "status": done}
        child.tables.setdefault("plan_action", []).append(row_of)
    return row


def review(staff: Staff, child: Child, kind: str, day: date, of: Row, **cells: Cell) -> Row:
    """A review that was held, with the child's part in it."""
    renew_risk(child, day)
    return child.add(
        "plan_review",
        **{
            "plan_id": of.get("plan_id"),
            "care_period_id": of.get("care_period_id"),
            "review_type": kind,
            "due_date": day,
            "review_date": day,
            "cancelled_flag": "N",
            "participation": part_in(child, day),
            "quorate": "Y",
            "other_agencies": 3,
            "outcome": "continues",
            **cells,
        },
    )


def protection(staff: Staff, child: Child, start: date, end: date | None = None, high: bool = False) -> Row:
    """A child protection plan from its conference on: visits, core groups, review conferences, oversight."""
    history, team = child.history, safeguarding(child.family)
    until = min(end or history.last, history.last)
    category = history.pick("NEG", "EMO", "PHY")
    row = plan(child, "cp", start, end, initial_category=category, latest_category=category, previous_cp_plan_count=0)
    child.days["protected"] = start
    steps = (3, 4) if high else (7, 9)
    visits(child, "cp", walk(start, until, lambda day: _soon(day, history.pace(day, *steps))), plan_id=row["plan_id"])
    first = add_working(start, history.between(6, 8))
    _meetings(child, "core_group", (first, *walk(first, until, lambda day: add_days(day, history.between(28, 36)))), until)
    held = add_days(start, history.between(72, 80))
    while held <= until:
        review(staff, child, "cp", held, row)
        held = add_days(held, history.between(140, 165))
    manager = staff.manager(team)
    note(child, "step_change", start, manager)
    for day in walk(add_days(start, _LEGAL_AFTER), until, lambda day: add_days(day, 70)):
        note(child, "legal", day, manager)
    _run(staff, child, start, until)
    chronology(child, start, until, holder(child, start))
    return row


def _soon(day: date, number: int) -> date:
    """So many working days later, and over holidays within a fortnight all the same."""
    return min(add_working(day, number), add_working(day + timedelta(days=14), -1))


def in_need(staff: Staff, child: Child, start: date, end: date | None = None) -> Row:
    """A child in need plan: visits, reviews, oversight."""
    history = child.history
    until = min(end or history.last, history.last)
    row = plan(child, "cin", start, end)
    child.days["in need"] = start
    visits(child, "cin", walk(start, until, lambda day: add_working(day, history.pace(day, 10, 14))), plan_id=row["plan_id"])
    first = add_days(start, history.between(30, 36))
    for day in (first, *walk(first, until, lambda day: add_days(day, history.between(60, 76)))):
        if day <= until:
            review(staff, child, "cin", day, row)
    _run(staff, child, start, until)
    return row


def _run(staff: Staff, child: Child, start: date, until: date) -> None:
    overseen(staff, child, start, until, safeguarding(child.family), holder(child, until))


def _meetings(child: Child, kind: str, days: Iterable[date], until: date) -> None:
    for day in days:
        if day <= until:
            meeting(child, kind, day)
