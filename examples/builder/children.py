"""The families and what happened to each: about 300 children in some 170 families, every story compliant from end to end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from builder.days import AS_OF, LAST, add_days, add_working, age, working
from builder.records import Child, Row, World
from builder.staff import ASSESSMENT, CARE, MANAGERS, safeguarding, worker
from builder.work import (
    allocate,
    assessment,
    close,
    conference,
    contact,
    enquiry,
    handed_on,
    in_need,
    looked_after,
    note,
    protection,
    referral,
    risk,
    visits,
)

Story = Callable[[World, Child], None]
_SIZES = (1, 2, 1, 3, 2, 1, 2)
_ETHNICITIES = ("WBRI", "wbri", "WOTH", "MWBC", "APKN", "BAFR", "White British", "ABAN", "NOBT")


def ago(days: int) -> date:
    """A working day about so many days before the day of the extract."""
    return working(AS_OF - timedelta(days=days))


def advice_only(world: World, child: Child) -> None:
    """A contact that ended with advice."""
    contact(world, child, ago(world.between(20, 300)))


def turned_down(world: World, child: Child) -> None:
    """A referral without further action."""
    referral(world, child, ago(world.between(20, 300)), "Referral - no further action")


def assessed_and_closed(world: World, child: Child) -> None:
    """An assessment that found no need of further help; for some an enquiry came of it first."""
    received = ago(world.between(110, 400))
    row, by = referral(world, child, received), worker(ASSESSMENT, child.family)
    risk(child, "Low", received)
    end = assessment(world, child, received, world.between(14, 38), "No further action", by)
    if child.family % 3 == 0:
        enquiry(world, child, add_working(received, 3), by, "No further action")
    allocate(child, by, ASSESSMENT, received)
    close(world, child, row, add_working(end, 2), "RC8", MANAGERS[ASSESSMENT])


def in_assessment(world: World, child: Child) -> None:
    """A referral that is being assessed."""
    received = ago(world.between(6, 52))
    referral(world, child, received)
    by = worker(ASSESSMENT, child.family)
    risk(child, "Medium", received)
    assessment(world, child, received, 42, "", by)
    allocate(child, by, ASSESSMENT, received)


def drifting(world: World, child: Child) -> None:
    """An assessment that is open and overdue, with a reason."""
    received = ago(85)
    referral(world, child, received)
    by = worker(ASSESSMENT, child.family)
    risk(child, "Medium", received)
    assessment(world, child, received, 120, "", by)
    form = child.find("careassess_forms", FORM_TYPE="Single assessment")[0]
    child.add("careassess_answers", FORM_ID=form["FORM_ID"], QUESTION="Reason for extension", ANSWER="Synthetic reason.")
    allocate(child, by, ASSESSMENT, received)


def unborn(world: World, child: Child) -> None:
    """An assessment before birth."""
    received = ago(30)
    referral(world, child, received)
    risk(child, "Medium", received)
    assessment(world, child, received, 42, "", worker(ASSESSMENT, child.family))
    allocate(child, worker(ASSESSMENT, child.family), ASSESSMENT, received)


def child_in_need(world: World, child: Child) -> None:
    """Assessed as in need; the plan runs."""
    _old_history(world, child)
    received = ago(world.between(120, 330))
    referral(world, child, received)
    risk(child, world.pick("Low", "Medium", "medium"), received)
    end = assessment(world, child, received, world.between(18, 40), "Provide services", worker(ASSESSMENT, child.family))
    by = handed_on(world, child, received, end, safeguarding(child.family))
    in_need(world, child, add_working(end, 3), None, by)


def need_met(world: World, child: Child) -> None:
    """A child in need plan that ended well, and the case with it."""
    received = ago(world.between(270, 400))
    row = referral(world, child, received)
    risk(child, "Low", received)
    end = assessment(world, child, received, world.between(18, 40), "Provide services", worker(ASSESSMENT, child.family))
    by = handed_on(world, child, received, end, safeguarding(child.family))
    finish = add_days(end, world.between(120, 150))
    in_need(world, child, add_working(end, 3), finish, by)
    visits(world, child, "CIN visit", [add_working(finish, -2)], by)
    close(world, child, row, finish, "RC7", MANAGERS[safeguarding(child.family)])


def protected(world: World, child: Child) -> None:
    """Enquiry, conference, protection plan."""
    level = "High" if child.family % 4 == 0 else "Medium"
    by, start = _to_conference(world, child, world.between(75, 330), level)
    protection(world, child, start, None, by, level)


def unborn_protected(world: World, child: Child) -> None:
    """A protection plan made before birth: meetings and reviews, and no visit to the child yet."""
    by, start = _to_conference(world, child, 100, "Medium")
    protection(world, child, start, None, by)


def long_protected(world: World, child: Child) -> None:
    """A protection plan of more than 15 months, assessed again within the last year."""
    by, start = _to_conference(world, child, 560, "Medium")
    protection(world, child, start, None, by)
    assessment(world, child, ago(150), 25, "Provide services", by)


def ten_months_protected(world: World, child: Child) -> None:
    """A protection plan of ten months, which a manager has thought of taking to a lawyer."""
    by, start = _to_conference(world, child, 325, "Medium")
    protection(world, child, start, None, by)


def stepped_down(world: World, child: Child) -> None:
    """A protection plan that ended at the second review; a child in need plan from that day."""
    by, start = _to_conference(world, child, world.between(345, 370), "Medium")
    reviewed = add_days(start, world.between(72, 80))
    end = add_days(reviewed, world.between(100, 130))
    protection(world, child, start, end, by)
    visits(world, child, "Statutory visit", [add_working(end, -1)], by)
    conference(world, child, "Review", end, "Plan ends")
    note(world, child, "Step up or step down decision", end, MANAGERS[safeguarding(child.family)])
    child.days["stepped down"] = end
    in_need(world, child, end, None, by)


def _to_conference(world: World, child: Child, days: int, level: str) -> tuple[str, date]:
    """Referral, assessment, enquiry and initial conference. Returns the longer-term worker and the conference's day."""
    received = ago(days)
    referral(world, child, received, "Referral - strategy discussion")
    risk(child, level, received)
    assessing = worker(ASSESSMENT, child.family)
    start = add_working(received, world.between(1, 4))
    enquiry(world, child, start, assessing)
    end = assessment(world, child, received, world.between(20, 30), "Strategy discussion", assessing)
    held = add_working(start, world.between(10, 14))
    conference(world, child, "Initial", held, "Child protection plan")
    return handed_on(world, child, received, end, safeguarding(child.family)), held


def transferred_in(world: World, child: Child) -> None:
    """Came on another area's protection plan: a transfer-in conference, and no enquiry here."""
    received = ago(130)
    referral(world, child, received)
    risk(child, "Medium", received)
    end = assessment(world, child, received, 30, "Provide services", worker(ASSESSMENT, child.family))
    held = add_working(received, 9)
    conference(world, child, "Transfer in", held, "Child protection plan")
    protection(world, child, held, None, handed_on(world, child, received, end, safeguarding(child.family)))


def in_care(world: World, child: Child) -> None:
    """Looked after, some for more than two years."""
    _into_care(world, child, world.between(70, 330) if child.family % 3 else world.between(400, 900))


def home_again(world: World, child: Child) -> None:
    """A period of care that ended with a return home, and the case with it."""
    row, begun, by = _into_care(world, child, 330, finish=ago(60))
    visits(world, child, "LAC visit", [add_working(ago(60), -3)], by)
    close(world, child, row, ago(60), "RC7", MANAGERS[CARE])
    child.days["begun"] = begun


def _into_care(world: World, child: Child, days: int, finish: date | None = None) -> tuple[Row, date, str]:
    received = ago(days)
    row = referral(world, child, received)
    risk(child, "Medium", received)
    end = assessment(world, child, received, world.between(25, 40), "Legal action", worker(ASSESSMENT, child.family))
    by = handed_on(world, child, received, end, CARE)
    begun = add_working(received, world.between(6, 12))
    looked_after(world, child, begun, finish, by)
    if days > 330:
        assessment(world, child, ago(world.between(150, 200)), 25, "Provide services", by)
    if child.family % 2 and child.born and age(child.born, LAST) > 9 and not finish:
        _missing(child, add_days(begun, 40))
    return row, begun, by


def _missing(child: Child, day: date) -> None:
    """Missing overnight, and the interview offered and held within three days of the return."""
    child.add(
        "missing_episodes",
        MISSING_TYPE="M",
        START_DATE=day,
        END_DATE=day + timedelta(days=1),
        INTERVIEW_OFFERED="Y",
        INTERVIEW_ACCEPTED="Y",
        INTERVIEW_DATE=day + timedelta(days=3),
    )


def _old_history(world: World, child: Child) -> None:
    """For some older children: an initial and a core assessment from before the single assessment, and a closed case."""
    if not child.born or child.born > date(2011, 6, 1):
        return
    received, by = date(2012, 5, 14), worker(ASSESSMENT, child.family)
    row = referral(world, child, received)
    end = assessment(world, child, received, 6, "Provide services", by, "Initial assessment")
    end = assessment(world, child, end, 28, "No further action", by, "Core assessment")
    spell = allocate(child, by, ASSESSMENT, received)
    close(world, child, row, add_working(end, 2), "RC7", MANAGERS[ASSESSMENT])
    spell["END_DATE"] = row["CLOSURE_DATE"]
    child.days = {"old": received}


STORIES: tuple[tuple[str, Story, int], ...] = (
    ("advice", advice_only, 14),
    ("turned down", turned_down, 10),
    ("closed", assessed_and_closed, 26),
    ("waiting", in_assessment, 16),
    ("drifting", drifting, 2),
    ("unborn", unborn, 1),
    ("unborn protected", unborn_protected, 1),
    ("need", child_in_need, 36),
    ("need met", need_met, 10),
    ("protected", protected, 30),
    ("long protected", long_protected, 1),
    ("stepped down", stepped_down, 6),
    ("transferred", transferred_in, 2),
    ("care", in_care, 26),
    ("home again", home_again, 5),
    ("ten months", ten_months_protected, 1),
)


def write_children(world: World) -> None:
    """Every family, with its members, their records and their links."""
    family = 0
    for kind, story, families in STORIES:
        for place in range(families):
            family += 1
            members = _members(world, kind, family, _SIZES[place % len(_SIZES)])
            for child in members:
                world.begin_story(family)
                story(world, child)
            _related(members)
            _parents(world, kind, members)


def _members(world: World, kind: str, family: int, size: int) -> list[Child]:
    world.begin_story(-family)
    eldest = world.between(6, 16) if kind != "need" or family % 5 else 16
    youngest = 4 if kind == "care" else 3
    members = []
    for place in range(size):
        born = AS_OF - timedelta(days=366 * max(eldest - 2 * place, youngest) + world.between(5, 300))
        identity = f"{(20011 + 37 * len(world.children)) if len(world.children) % 4 else 4100000 + 61 * len(world.children):07d}"
        child = Child(identity, kind, family, None if kind.startswith("unborn") else born)
        child.due = date(2026, 6, 22) if kind.startswith("unborn") else None
        world.children.append(child)
        _person(world, child)
        members.append(child)
    return members


def _person(world: World, child: Child) -> None:
    child.add(
        "persons",
        DATE_OF_BIRTH=child.born,
        EXPECTED_DOB=child.due,
        DATE_OF_DEATH=None,
        GENDER=world.pick("F", "M", "Female", "male") if child.born else "Unborn",
        ETHNICITY=_ETHNICITIES[child.family % len(_ETHNICITIES)],
        RESTRICTED_FLAG="N",
        DISABILITY_REGISTERED="Y" if child.family % 11 == 0 else "N",
    )


def _related(members: list[Child]) -> None:
    """Brothers and sisters point at each other."""
    for child in members:
        for other in members:
            if child is not other:
                child.add(
                    "relationships",
                    RELATED_PERSON_ID=other.id,
                    RELATIONSHIP="Sibling",
                    PARENTAL_RESPONSIBILITY="N",
                    SAME_HOUSEHOLD="Y",
                    START_DATE=max(child.born or AS_OF, other.born or AS_OF),
                    END_DATE=None,
                )


def _parents(world: World, kind: str, members: list[Child]) -> None:
    """The mother, and for two families in three the father, as adults of the extract. Most live with the children."""
    family = members[0].family
    adults = [("Mother", "F")] + ([("Father", "M")] if family % 3 else [])
    for place, (relation, sex) in enumerate(adults):
        parent: Row = {
            "PERSON_ID": f"{5000003 + 74 * family + 31 * place:07d}",
            "DATE_OF_BIRTH": date(1979 + family % 12, 1 + family % 12, 3 + place),
            "GENDER": sex,
            "ETHNICITY": _ETHNICITIES[(family + 3 * place) % len(_ETHNICITIES)],
            "RESTRICTED_FLAG": "N",
            "DISABILITY_REGISTERED": "N",
        }
        world.loose.setdefault("persons", []).append(parent)
        for child in members:
            child.add(
                "relationships",
                RELATED_PERSON_ID=parent["PERSON_ID"],
                RELATIONSHIP=relation,
                PARENTAL_RESPONSIBILITY="Y",
                SAME_HOUSEHOLD="N" if kind == "care" or (relation == "Father" and family % 5 == 1) else "Y",
                START_DATE=child.born or AS_OF,
                END_DATE=None,
            )
