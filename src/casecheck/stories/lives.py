"""Whole stories: what happened to a child from the first contact to today, with every rule kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from casecheck.stories.assessing import assessment, conference, enquiry, visits
from casecheck.stories.care import looked_after
from casecheck.stories.front_door import allocate, close, contact, handed_on, holder, referral
from casecheck.stories.history import Child, Row
from casecheck.stories.oversight import note, risk
from casecheck.stories.plans import in_need, protection
from casecheck.stories.staff import ASSESSMENT, CARE, Staff, safeguarding
from casecheck.stories.working_days import add_days, add_working

Life = Callable[[Staff, Child], None]


def advice_only(staff: Staff, child: Child, received: tuple[int, int] = (4, 380)) -> None:
    """A contact that ended with advice, received so many days ago."""
    contact(staff, child, child.history.ago(child.history.since(*received)))


def turned_down(staff: Staff, child: Child, received: tuple[int, int] = (4, 380)) -> None:
    """A referral without further action, received so many days ago."""
    referral(staff, child, child.history.ago(child.history.since(*received)), "NFA_FLAG")


def assessed_and_closed(staff: Staff, child: Child, received: tuple[int, int] = (110, 400)) -> None:
    """An assessment that found no need of further help, of a referral received so many days ago."""
    history = child.history
    since = history.ago(history.since(*received))
    row, by = referral(staff, child, since), staff.worker(ASSESSMENT, open_case=False)
    risk(child, "Low", since)
    allocate(child, by, ASSESSMENT, since)
    end = assessment(staff, child, since, history.between(14, 38), "NFA_FLAG")
    close(staff, child, row, add_working(end, 2), "RC8", ASSESSMENT)


def enquired_and_closed(staff: Staff, child: Child) -> None:
    """An enquiry under section 47 that needed no conference."""
    history = child.history
    received = history.ago(history.since(110, 400))
    row, by = referral(staff, child, received, "STRATEGY_DISCUSSION_FLAG"), staff.worker(ASSESSMENT, open_case=False)
    risk(child, "Low", received)
    allocate(child, by, ASSESSMENT, received)
    enquiry(staff, child, add_working(received, 2), by, conference_needed=False)
    end = assessment(staff, child, received, history.between(18, 38), "NFA_FLAG")
    close(staff, child, row, add_working(end, 2), "RC8", ASSESSMENT)


def in_assessment(staff: Staff, child: Child) -> None:
    """A referral that is being assessed."""
    received = child.history.ago(child.history.since(8, 50))
    referral(staff, child, received)
    risk(child, "Medium", received)
    allocate(child, staff.worker(ASSESSMENT), ASSESSMENT, received)
    assessment(staff, child, received, 42, "")


def child_in_need(staff: Staff, child: Child, days: int = 0) -> None:
    """Assessed as in need; the plan runs."""
    history = child.history
    received = history.ago(days or history.since(120, 330))
    end = _assessed(staff, child, received, history.between(18, 38), "PROV_OF_SERVICES_FLAG", safeguarding(child.family))
    in_need(staff, child, add_working(end, 3))


def need_met(staff: Staff, child: Child) -> None:
    """A child in need plan that ended well, and the case with it."""
    history, team = child.history, safeguarding(child.family)
    received = history.ago(history.since(270, 400))
    end = _assessed(staff, child, received, history.between(18, 38), "PROV_OF_SERVICES_FLAG", team, open_case=False)
    finish = add_days(end, history.between(120, 150))
    in_need(staff, child, add_working(end, 3), finish)
    visits(child, "cin", [add_working(finish, -2)])
    close(staff, child, _referral(child), finish, "RC7", team)


def protected(staff: Staff, child: Child, days: int = 0, high: bool = False) -> None:
    """Enquiry, conference, protection plan."""
    start = _to_conference(staff, child, days or child.history.since(75, 330), "High" if high else "Medium")
    protection(staff, child, start, high=high)


def stepped_down(staff: Staff, child: Child) -> None:
    """A protection plan that ended at the second review; a child in need plan from that day."""
    history = child.history
    start = _to_conference(staff, child, history.since(345, 370), "Medium")
    end = add_days(start, history.between(180, 200))
    protection(staff, child, start, end)
    visits(child, "cp", [add_working(end, -1)])
    note(child, "step_change", end, staff.manager(safeguarding(child.family)))
    child.days["stepped down"] = end
    in_need(staff, child, end)


def transferred_in(staff: Staff, child: Child) -> None:
    """Came on another area's protection plan: a transfer-in conference, and no enquiry here."""
    received = child.history.ago(130)
    _assessed(staff, child, received, 30, "PROV_OF_SERVICES_FLAG", safeguarding(child.family))
    held = add_working(received, 9)
    conference(staff, child, held, "transfer_in", notified_date=received, accepted_date=received, temporary_move_flag="N")
    protection(staff, child, held)


def in_care(staff: Staff, child: Child, days: int = 0) -> None:
    """Looked after, some for more than two years."""
    history = child.history
    _into_care(staff, child, days or history.since(70, 330))


def home_again(staff: Staff, child: Child) -> None:
    """A period of care that ended with a return home, and the case with it."""
    home = child.history.ago(60)
    row = _into_care(staff, child, 330, home)
    visits(child, "cla", [add_working(home, -3)])
    close(staff, child, row, home, "RC7", CARE)


def _referral(child: Child) -> Row:
    return child.rows("referral")[-1]


def _assessed(
    staff: Staff,
    child: Child,
    received: date,
    length: int,
    outcome: str,
    team: str,
    level: str = "Medium",
    open_case: bool = True,
) -> date:
    """Referral, allocation, assessment. Returns the day of authorisation."""
    if not child.rows("referral", received_date=received):
        referral(staff, child, received)
    risk(child, level, received)
    end = add_working(received, length)
    handed_on(staff, child, received, end, team, open_case)
    return assessment(staff, child, received, length, outcome)


def _to_conference(staff: Staff, child: Child, days: int, level: str) -> date:
    """Referral, assessment, enquiry and initial conference. Returns the conference's day."""
    history = child.history
    received = history.ago(days)
    referral(staff, child, received, "STRATEGY_DISCUSSION_FLAG")
    _assessed(staff, child, received, history.between(20, 30), "STRATEGY_DISCUSSION_FLAG", safeguarding(child.family), level)
    start = add_working(received, history.between(1, 4))
    enquiry(staff, child, start, holder(child, start))
    held = add_working(start, history.between(10, 14))
    conference(staff, child, held)
    return held


def _into_care(staff: Staff, child: Child, days: int, finish: date | None = None) -> Row:
    history = child.history
    received = history.ago(days)
    _assessed(staff, child, received, history.between(25, 38), "LEGAL_ACTION_FLAG", CARE, open_case=finish is None)
    looked_after(staff, child, add_working(received, history.between(6, 12)), finish)
    for day in range(300, days - 40, 300) if finish is None else ():
        assessment(staff, child, history.ago(days - day), 25, "PROV_OF_SERVICES_FLAG")
    return _referral(child)
