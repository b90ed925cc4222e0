"""What is written beside the work itself: managers' decisions, case notes, the chronology, supervision, the level of risk."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time

from casecheck.stories.history import Child, Row
from casecheck.stories.staff import Staff, supervision
from casecheck.stories.working_days import add_days, add_working, walk

_RISK = "risk_level"


def note(child: Child, kind: str, day: date, manager: str) -> Row:
    """A manager's decision, with its reasons."""
    return child.add(
        "management_decision",
        decision_date=day,
        decision_type=kind,
        author_id=manager,
        author_role="Team manager",
        rationale_present="Y",
        recorded_at=child.history.written(day),
    )


def case_note(child: Child, kind: str, day: date, by: str) -> Row:
    """A recording, of which only the length and a hash of the text are known."""
    number = child.history.number("case_note")
    return child.add(
        "case_note",
        note_id=number,
        note_type=kind,
        event_date=datetime.combine(day, time(11)),
        recorded_at=child.history.written(day),
        author_id=by,
        text_hash=hashlib.sha256(number.encode()).hexdigest()[:16],
        text_length=150 + 7 * int(number[-2:]),
    )


def overseen(staff: Staff, child: Child, start: date, until: date, team: str, worker: str) -> None:
    """Case supervision every three to four weeks, and a manager's note every five to six."""
    history, manager = child.history, staff.manager(team)
    for day in walk(start, min(until, history.last), lambda day: add_days(day, history.between(20, 24))):
        supervision(history, worker, manager, day, child)
    for day in walk(start, min(until, history.last), lambda day: add_days(day, history.between(33, 40))):
        note(child, "oversight", day, manager)


def chronology(child: Child, start: date, until: date, by: str) -> None:
    """An entry in the chronology every ten weeks, the first soon after the start."""
    last = min(until, child.history.last)
    first = add_working(start, 5)
    for day in (first, *walk(first, last, lambda day: add_days(day, 70))):
        if day <= last:
            case_note(child, "Chronology entry", day, by)


def risk(child: Child, level: str, start: date, end: date | None = None) -> Row:
    """The level of risk from a day on."""
    return child.add("person_characteristic", characteristic_type=_RISK, value=level, start_date=start, end_date=end)


def renew_risk(child: Child, day: date) -> None:
    """Write the level down again on a day on which one is in force: the same, from that day on."""
    for row in child.rows("person_characteristic", characteristic_type=_RISK):
        begun, ended = row["start_date"], row["end_date"]
        running = isinstance(begun, date) and begun < day and not (isinstance(ended, date) and ended <= day)
        if running and child.history.done(day):
            row["end_date"] = day
            risk(child, str(row["value"]), day, ended if isinstance(ended, date) else None)
