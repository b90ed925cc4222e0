"""Pieces of work with one child: each function writes what a compliant authority would have recorded.

The limits are kept with room to spare (a visit every 8 or 9 working days where 10 are allowed); breaches are planted later.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from builder.days import AS_OF, LAST, add_days, add_working, age, walk, working
from builder.records import Cell, Child, Row, World, at, entered
from builder.staff import ASSESSMENT, CARE, MANAGERS, REVIEWERS, safeguarding, worker

_LONG = 260
"""Days after which a protection plan is taken to a lawyer, or a manager says why not."""


def contact(world: World, child: Child, day: date, **cells: Cell) -> Row:
    """An approach about the child. With a ``REFERRAL_ID`` it is a referral too."""
    return child.add(
        "contacts_referrals",
        **{
            "CONTACT_ID": world.number("CONTACT_ID"),
            "CONTACT_DATE": day,
            "CONTACT_TYPE": "Contact",
            "SOURCE": world.pick("Police", "School", "Health Visitor", "GP", "Family Member/Relative/Carer", "Housing"),
            "OUTCOME": "Information and advice",
            "OUTCOME_DATE": add_working(day, world.between(0, 1)),
            "DECISION_BY": MANAGERS[ASSESSMENT],
            "TEAM": ASSESSMENT,
            "CREATED_DATE": entered(day, 1),
            **cells,
        },
    )


def referral(world: World, child: Child, day: date, outcome: str = "Referral - assessment") -> Row:
    """An accepted referral (or one without further action)."""
    child.days["received"] = day
    need = world.pick("N1", "N1", "N3", "N4", "N5", "Family dysfunction", "n1 - abuse or neglect", "N2")
    row = contact(
        world, child, day, REFERRAL_ID=world.number("REFERRAL_ID"), REFERRAL_DATE=day, OUTCOME=outcome, PRIMARY_NEED=need
    )
    row["CONTACT_TYPE"] = "Referral"
    return row


def observe(world: World, child: Child, kind: str, day: date, by: str, **cells: Cell) -> Row:
    """One observation: a visit, a manager's note, or any other note."""
    number = world.number("OBSERVATION_ID")
    written = entered(day, int(number[1:]))
    return child.add(
        "observations",
        **{
            "OBSERVATION_ID": number,
            "OBSERVATION_TYPE": kind,
            "OBSERVATION_DATE": at(day, 10 + int(number[1:]) % 5),
            "TITLE": kind.split(" - ")[0],
            "TEXT": "Synthetic note.",
            "CHILD_SEEN": None,
            "SEEN_ALONE": None,
            "CREATED_DATE": written,
            "CREATED_BY": by,
            **cells,
        },
    )


def visit(world: World, child: Child, kind: str, day: date, by: str) -> Row:
    """A visit at which the child was seen, alone."""
    if kind == "Statutory visit":
        told = world.pick("child seen alone", "child seen alone", "Child Seen")
        return observe(world, child, f"{kind} - {told}", day, by, SEEN_ALONE="n" if told == "Child Seen" else None)
    yes = ("Y", "Yes", "y")[int(day.toordinal()) % 3]
    return observe(world, child, kind, day, by, CHILD_SEEN=yes, SEEN_ALONE=yes)


def visits(world: World, child: Child, kind: str, days: Iterable[date], by: str) -> None:
    """Visits on these days, except before birth, by the lead worker of the day; where there is none yet, by the one named."""
    for day in days:
        if child.born is not None and child.born <= day:
            visit(world, child, kind, day, _holder(child, day) or by)


def _holder(child: Child, day: date) -> str:
    """The lead worker on a day; on the day of a change the new one."""
    held = ""
    for row in child.find("allocations", ROLE="Lead worker"):
        begun, ended = row["START_DATE"], row["END_DATE"]
        if isinstance(begun, date) and begun <= day and not (isinstance(ended, date) and ended < day):
            held = str(row["WORKER_ID"] or "")
    return held


def form(world: World, child: Child, kind: str, start: date, end: date | None, by: str, answers: dict[str, Cell]) -> Row:
    """A CareAssess form with its answers."""
    manager = MANAGERS[ASSESSMENT if int(by[1:]) < 20 else safeguarding(child.family) if int(by[1:]) < 40 else CARE]
    row = child.add(
        "careassess_forms",
        FORM_ID=world.number("FORM_ID"),
        FORM_TYPE=kind,
        START_DATE=start,
        COMPLETED_DATE=end,
        AUTHORISED_DATE=end,
        AUTHORISED_BY=manager if end else None,
        AUTHOR=by,
        STATUS="Authorised" if end else "In progress",
    )
    for question, answer in answers.items():
        child.add("careassess_answers", FORM_ID=row["FORM_ID"], QUESTION=question, ANSWER=answer)
    return row


def assessment(
    world: World, child: Child, start: date, length: int, outcome: str, by: str, kind: str = "Single assessment"
) -> date:
    """An assessment of so many working days, with its visits and the manager's early reviews. Returns its last day."""
    end = add_working(start, length)
    seen = add_working(start, world.between(1, 3))
    days = [seen, *walk(seen, min(end, LAST), lambda day: add_working(day, 8))]
    visits(world, child, "Assessment visit", [day for day in days if day <= LAST], by)
    for wait in (8, 17):
        if length > wait and add_working(start, wait) <= LAST:
            note(world, child, "Assessment review", add_working(start, wait), MANAGERS[ASSESSMENT])
    done = end <= LAST
    renew_risk(child, start)
    answers: dict[str, Cell] = {"Was the child seen?": "Yes", "Date the child was seen": seen}
    if done:
        answers |= {
            "Child's views recorded": "Synthetic words.",
            "Parents' views recorded": "Synthetic words.",
            "Assessment outcome": outcome,
        }
        if kind in ("Single assessment", "Child and family assessment"):
            answers["Factors identified"] = world.pick("3B; 4B", "1A", "16A;17A", "4B", "2B; 10A")
    if child.born is None or child.born > end:
        answers = {question: answer for question, answer in answers.items() if "seen" not in question}
    form(world, child, kind, start, end if done else None, by, answers)
    child.days.setdefault("assessed", end)
    child.days.setdefault("assessing", start)
    return end


def note(world: World, child: Child, kind: str, day: date, by: str) -> Row:
    """A manager's note or decision."""
    return observe(world, child, kind, day, by)


def oversight(world: World, child: Child, start: date, until: date, manager: str) -> None:
    """Case supervision every three to four weeks, a manager's note every five to six, and now and then any other note."""
    for day in walk(start, until, lambda day: add_days(day, world.between(20, 24))):
        row = form(world, child, "Supervision record", day, day, manager, {"Number of actions": str(world.between(1, 4))})
        row["STATUS"] = "Completed"
        row["AUTHORISED_BY"] = None
    for day in walk(start, until, lambda day: add_days(day, world.between(33, 40))):
        note(world, child, "Management oversight", day, manager)
    for day in walk(start, until, lambda day: add_days(day, world.between(25, 45))):
        observe(world, child, world.pick("Telephone call", "Email", "Case note", "case note"), day, manager)


def meetings(world: World, child: Child, kind: str, days: Iterable[date], by: str) -> None:
    """Meetings that took place, as completed activities."""
    for day in days:
        child.add(
            "activities",
            ACTIVITY_ID=world.number("ACTIVITY_ID"),
            ACTIVITY_TYPE=kind,
            DUE_DATE=add_working(day, 1),
            START_DATE=day,
            COMPLETED_DATE=day,
            STATUS="Completed",
            ALLOCATED_TO=by,
        )


def enquiry(world: World, child: Child, start: date, by: str, outcome: str = "Initial conference") -> date:
    """A section 47 enquiry from its strategy discussion to its outcome; the child is seen the same or the next day."""
    end = add_working(start, 8)
    meetings(world, child, "Strategy discussion", [start], by)
    visits(world, child, "Assessment visit", [add_working(start, world.between(0, 1))], by)
    needless = "No" if outcome == "Initial conference" else "Yes"
    answers: dict[str, Cell] = {"Outcome of enquiry": outcome, "Is an initial conference unnecessary?": needless}
    form(world, child, "Section 47 enquiry", start, end, by, answers)
    note(world, child, "Section 47 decision", end, MANAGERS[ASSESSMENT])
    child.days["strategy"] = start
    return end


def conference(world: World, child: Child, kind: str, day: date, outcome: str) -> Row:
    """A conference that was held. It looks at the risk again."""
    renew_risk(child, day)
    return child.add(
        "cp_conferences",
        CONFERENCE_ID=world.number("CONFERENCE_ID"),
        CONFERENCE_TYPE=kind,
        CONFERENCE_DATE=day,
        DUE_DATE=add_working(day, 2),
        OUTCOME=outcome,
        CATEGORY="Neglect",
        CHAIR=REVIEWERS[child.family % 3],
        QUORATE="Y",
    )


def allocate(child: Child, holder: str, team: str, start: date, end: date | None = None, role: str = "Lead worker") -> Row:
    """A spell with a worker."""
    return child.add(
        "allocations", WORKER_ID=holder, WORKER_NAME=f"Worker {holder[1:]}", TEAM=team, ROLE=role, START_DATE=start, END_DATE=end
    )


def risk(child: Child, level: str, start: date, end: date | None = None) -> Row:
    """The risk level from a day on."""
    return child.add(
        "classifications",
        CLASSIFICATION_GROUP="Risk level",
        CLASSIFICATION_CODE=level,
        DESCRIPTION=f"{level} risk",
        START_DATE=start,
        END_DATE=end,
    )


def renew_risk(child: Child, day: date) -> None:
    """Write the risk level down again on a day on which one is in force: the same level, from that day on."""
    for row in child.find("classifications", CLASSIFICATION_GROUP="Risk level"):
        begun, ended = row["START_DATE"], row["END_DATE"]
        if isinstance(begun, date) and begun < day <= LAST and not (isinstance(ended, date) and ended <= day):
            row["END_DATE"] = day
            risk(child, str(row["CLASSIFICATION_CODE"]), day, ended if isinstance(ended, date) else None)


def chronology(world: World, child: Child, start: date, until: date, by: str) -> None:
    """An entry in the chronology every ten weeks, the first soon after the start."""
    for day in (add_working(start, 5), *walk(add_working(start, 5), until, lambda day: add_days(day, 70))):
        if day <= min(until, LAST):
            observe(world, child, "Chronology entry", day, by)


def protection(world: World, child: Child, start: date, end: date | None, by: str, level: str = "Medium") -> None:
    """A child protection plan from its conference on: visits, core groups, review conferences, supervision."""
    category = world.pick("Neglect", "Emotional abuse", "Physical abuse", "NEG", "emo")
    child.add(
        "cp_registrations",
        REGISTRATION_ID=world.number("REGISTRATION_ID"),
        START_DATE=start,
        END_DATE=end,
        INITIAL_CATEGORY=category,
        LATEST_CATEGORY=category,
        END_REASON="Risk reduced" if end else None,
    )
    until = end or AS_OF
    child.days["protected"] = start
    steps = (3, 4) if level == "High" else (8, 9)
    visits(world, child, "Statutory visit", walk(start, until, lambda day: add_working(day, world.between(*steps))), by)
    first = add_working(start, world.between(6, 8))
    later = walk(first, until, lambda day: add_days(day, world.between(28, 36)))
    meetings(world, child, "Core group", [day for day in (first, *later) if day <= min(until, LAST)], by)
    held = add_days(start, world.between(72, 80))
    while held <= min(until, LAST):
        conference(world, child, "Review", held, "Plan ends" if held == end else "Plan continues")
        held = add_days(held, world.between(140, 165))
    manager = MANAGERS[safeguarding(child.family)]
    note(world, child, "Step up or step down decision", min(add_working(start, 1), LAST), manager)
    if end is None and start <= add_days(AS_OF, -_LONG):
        note(world, child, "Legal advice decision", add_working(add_days(AS_OF, -30), 1), manager)
    oversight(world, child, start, until, manager)
    chronology(world, child, start, until, by)


def in_need(world: World, child: Child, start: date, end: date | None, by: str) -> None:
    """A child in need plan: visits, reviews, supervision."""
    child.add(
        "plans",
        PLAN_ID=world.number("PLAN_ID"),
        PLAN_TYPE=world.pick("CIN", "Child in need plan", "child in need plan"),
        START_DATE=start,
        END_DATE=end,
        CHILD_VIEWS="Y",
        PARENT_VIEWS="Y",
    )
    child.days["in need"] = start
    until = end or AS_OF
    visits(world, child, "CIN visit", walk(start, until, lambda day: add_working(day, world.between(12, 17))), by)
    first = add_days(start, world.between(32, 38))
    later = walk(first, until, lambda day: add_days(day, world.between(66, 78)))
    review(world, child, "CIN", [day for day in (first, *later) if day <= min(until, LAST)])
    oversight(world, child, start, until, MANAGERS[safeguarding(child.family)])


def review(world: World, child: Child, kind: str, days: Iterable[date]) -> None:
    """Reviews that were held, with the child's part in them."""
    for day in days:
        young = child.born is None or age(child.born, day) < 4
        child.add(
            "reviews",
            REVIEW_ID=world.number("REVIEW_ID"),
            REVIEW_TYPE=kind,
            DUE_DATE=add_working(day, 3),
            REVIEW_DATE=day,
            PARTICIPATION="PN0" if young else ("PN1", "pn2", "PN5")[day.toordinal() % 3],
            OUTCOME="Continue",
        )


def looked_after(world: World, child: Child, start: date, end: date | None, by: str) -> None:
    """A period of care: legal status, placements, care plan, visits, reviews, supervision."""
    until = end or AS_OF
    child.days["in care"] = start
    child.add(
        "lac_episodes",
        EPISODE_ID=world.number("EPISODE_ID"),
        START_DATE=start,
        START_REASON="S",
        END_DATE=end,
        END_REASON="E4A" if end else None,
        CATEGORY_OF_NEED="N1",
    )
    _legal_basis(child, start, end)
    moved = start + timedelta(days=world.between(80, 100))
    spells = [(start, working(moved)), (working(moved), end)] if child.family % 3 == 0 and moved < LAST else [(start, end)]
    for begin, finish in spells:
        placement(world, child, begin, finish)
        seen = add_working(begin, world.between(1, 3))
        days = (seen, *walk(seen, finish or until, lambda day: add_days(day, world.between(28, 36))))
        visits(world, child, "LAC visit", [day for day in days if day <= min(finish or until, LAST)], by)
    child.add(
        "plans",
        PLAN_ID=world.number("PLAN_ID"),
        PLAN_TYPE=world.pick("Care", "Care plan"),
        START_DATE=add_working(start, 4),
        END_DATE=end,
        CHILD_VIEWS="Y",
        PARENT_VIEWS="Y",
    )
    review(world, child, "LAC", _care_reviews(world, start, until))
    note(world, child, "Management decision", start, MANAGERS[CARE])
    oversight(world, child, start, until, MANAGERS[CARE])
    chronology(world, child, start, until, by)
    _pathway(world, child, start, until)
    allocate(child, REVIEWERS[child.family % 3], "Reviewing Service", add_working(start, 2), end, role="IRO")


def _pathway(world: World, child: Child, start: date, until: date) -> None:
    """A pathway plan two months after the 16th birthday, or after 13 weeks of care where that is later."""
    if child.born is None:
        return
    sixteen = child.born.replace(year=child.born.year + 16, day=min(child.born.day, 28))
    begun = add_days(max(sixteen, start + timedelta(days=91)), 60)
    if begun <= min(until, LAST):
        child.days["pathway"] = begun
        child.add(
            "plans",
            PLAN_ID=world.number("PLAN_ID"),
            PLAN_TYPE="Pathway",
            START_DATE=begun,
            END_DATE=None,
            CHILD_VIEWS="Y",
            PARENT_VIEWS="Y",
        )


def _care_reviews(world: World, start: date, until: date) -> list[date]:
    held = [add_working(start, world.between(12, 18))]
    held.append(add_days(held[0], world.between(70, 84)))
    while held[-1] <= LAST:
        held.append(add_days(held[-1], world.between(145, 168)))
    return [day for day in held if day <= min(until, LAST)]


def _legal_basis(child: Child, start: date, end: date | None) -> None:
    """Accommodated first, then an interim care order, then a care order, each from the day the one before ends."""
    changes = [start, start + timedelta(days=56), start + timedelta(days=300)]
    begun = [day for day in changes if day <= min(end or LAST, LAST)]
    for place, day in enumerate(begun):
        following = begun[place + 1] if place + 1 < len(begun) else end
        child.add("legal_status", LEGAL_STATUS=("V2", "C1", "c2")[place], START_DATE=day, END_DATE=following)


def placement(world: World, child: Child, start: date, end: date | None) -> Row:
    """A placement with foster carers; the postcodes exist nowhere."""
    number = world.number("PLACEMENT_ID")
    return child.add(
        "placements",
        PLACEMENT_ID=number,
        PLACEMENT_TYPE=world.pick("U6", "U6: Foster placement - not FFA", "u3"),
        PROVIDER_TYPE="PR1",
        POSTCODE=f"ZZ{int(number[1:]) % 90 + 1} {int(number[1:]) % 9 + 1}ZZ",
        URN="SC999999",
        START_DATE=start,
        END_DATE=end,
        END_REASON="CARPL" if end else None,
    )


def close(world: World, child: Child, row: Row, day: date, reason: str, manager: str) -> None:
    """Close a referral: reason, manager's decision, the end of the allocation."""
    row["CLOSURE_DATE"], row["CLOSURE_REASON"] = day, reason
    note(world, child, "Closure decision", day, manager)
    for spell in child.find("allocations", END_DATE=None):
        spell["END_DATE"] = day
    for level in child.find("classifications", END_DATE=None):
        level["END_DATE"] = day


def handed_on(world: World, child: Child, received: date, authorised: date, team: str) -> str:
    """The assessment worker until two days after the assessment, then the longer-term worker, whose code is returned."""
    change = add_working(authorised, 2)
    if change > LAST:
        allocate(child, worker(ASSESSMENT, child.family), ASSESSMENT, received)
        return worker(team, child.family)
    allocate(child, worker(ASSESSMENT, child.family), ASSESSMENT, received, change)
    allocate(child, worker(team, child.family), team, change)
    return worker(team, child.family)
