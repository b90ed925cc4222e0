"""The front door and who holds the case: contacts, referrals, allocations, closing."""

from __future__ import annotations

from datetime import date

from casecheck.stories.history import Cell, Child, Row
from casecheck.stories.oversight import note
from casecheck.stories.staff import ASSESSMENT, Staff
from casecheck.stories.working_days import add_working

_SOURCES = ("6", "2A", "3A", "5A", "1A", "8")
_NEEDS = ("N1", "N1", "N1", "N2", "N3", "N4", "N5")


def contact(staff: Staff, child: Child, day: date, outcome: str = "ADVICE_FLAG") -> Row:
    """An approach about the child, with its outcome by the next working day."""
    history = child.history
    return child.add(
        "contact",
        contact_date=day,
        source=history.pick(*_SOURCES),
        contact_type="Contact",
        outcome=f";{outcome};",
        outcome_date=min(add_working(day, history.between(0, 1)), history.last),
        decision_by=staff.manager(ASSESSMENT),
        recorded_at=history.written(day),
    )


def referral(staff: Staff, child: Child, day: date, outcome: str = "SINGLE_ASSESSMENT_FLAG") -> Row:
    """A referral, decided on the same day, the referrer told on the next."""
    history = child.history
    child.days["received"] = day
    approach = contact(staff, child, day, "NEW_REFERRAL_FLAG")
    turned_down = outcome == "NFA_FLAG"
    row = child.add(
        "referral",
        received_date=day,
        source=approach["source"],
        decision_date=day,
        decision_by=staff.manager(ASSESSMENT),
        outcome=f";{outcome};",
        nfa_flag="Y" if turned_down else "N",
        primary_need=history.pick(*_NEEDS),
        close_date=day if turned_down else None,
        close_reason="RC8" if turned_down else None,
        closed_by=staff.manager(ASSESSMENT) if turned_down else None,
        team_name=ASSESSMENT,
        referrer_informed_date=add_working(day, 1) if history.done(add_working(day, 1)) else day,
        recorded_at=history.written(day),
    )
    if turned_down:
        note(child, "case_closure", day, staff.manager(ASSESSMENT))
    return row


def allocate(child: Child, worker: str, team: str, start: date, end: date | None = None, role: str = "lead worker") -> Row:
    """A spell with a worker."""
    return child.add(
        "allocation",
        worker_id=worker,
        worker_name=f"Worker {worker}",
        holder_type="worker",
        team_name=team,
        role=role,
        start_date=start,
        end_date=end,
    )


def holder(child: Child, day: date) -> str:
    """The lead worker on a day; on the day of a change, the new one."""
    found = ""
    for row in child.rows("allocation", role="lead worker"):
        begun, ended = row["start_date"], row["end_date"]
        if isinstance(begun, date) and begun <= day and not (isinstance(ended, date) and ended < day):
            found = str(row["worker_id"])
    return found


def handed_on(staff: Staff, child: Child, received: date, authorised: date, team: str, open_case: bool = True) -> None:
    """The assessing worker until two days after the assessment, and then the longer-term one."""
    change = add_working(authorised, 2)
    moved = child.history.done(change)
    first = staff.worker(ASSESSMENT, open_case=not moved)
    allocate(child, first, ASSESSMENT, received, change if moved else None)
    if moved:
        allocate(child, staff.worker(team, open_case), team, change)


def close(staff: Staff, child: Child, row: Row, day: date, reason: str, team: str) -> None:
    """Close the case: the reason, the manager's decision, and the end of everything that runs."""
    row["close_date"], row["close_reason"], row["closed_by"] = day, reason, staff.manager(team)
    note(child, "case_closure", day, staff.manager(team))
    running: dict[str, Cell] = {"end_date": None}
    for table in ("allocation", "person_characteristic"):
        for spell in child.rows(table, **running):
            spell["end_date"] = day
