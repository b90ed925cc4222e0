"""Planted breaches of the rules on looked-after children and on who holds a case."""

from __future__ import annotations

from datetime import date, timedelta

from builder.days import AS_OF, add_days, add_working, age
from builder.planting import day, day_of, holder_spell, skip_visits, visit_rows
from builder.records import Cell, Child, Row, World
from builder.staff import ASSESSMENT, CARE, LEAVER, NEWLY_QUALIFIED, NORTH, SOUTH, another, safeguarding, worker
from builder.work import allocate, visits


def plant_care(world: World) -> None:
    """Every breach of this module, except the caseloads."""
    for plant in (
        nobody_allocated,
        long_wait,
        wrong_staff,
        many_workers,
        gap_and_overlap,
        late_first_review,
        no_second_review,
        late_care_plan,
        late_first_visit,
        late_visit_first_year,
        late_visit_later,
        no_participation,
    ):
        plant(world)


def heavy_caseloads(world: World) -> None:
    """CAS-001: 20 children with one worker. CAS-002: 17 with each of two who are newly qualified.

    It comes after every other breach, and moves only children on whom nothing else is planted.
    """
    for holder, team, kind, number, rule in (
        ("W046", CARE, "care", 20, "CAS-001"),
        ("W028", NORTH, "need", 17, "CAS-002"),
        ("W018", ASSESSMENT, "waiting", 17, "CAS-002"),
    ):
        _gather(world, holder, team, kind, number)
        world.plant(rule, None, "worker", {"worker_id": holder}, f"{number} children")
    for child in world.children:
        for spell in child.find("allocations", ROLE="Lead worker", END_DATE=None):
            if spell["WORKER_ID"] in NEWLY_QUALIFIED and child.find("cp_registrations", END_DATE=None):
                key = {"worker_id": spell["WORKER_ID"], "start_date": spell["START_DATE"]}
                world.plant("ALC-006", child, "allocation", key, "newly qualified, and alone with a protection plan")


def _gather(world: World, holder: str, team: str, kind: str, number: int) -> None:
    """Give a worker so many children of a kind, from the start of their present allocation."""
    free = [child for child in world.children if child.kind == kind and child.id not in world.used]
    spells = [row for child in free for row in child.find("allocations", TEAM=team, END_DATE=None)]
    held = sum(row["WORKER_ID"] == holder for row in world.rows("allocations") if row["END_DATE"] is None)
    for spell in spells:
        if held < number and spell["WORKER_ID"] != holder:
            _taken_over(world, spell, holder)
            spell["WORKER_ID"], spell["WORKER_NAME"] = holder, f"Worker {holder[1:]}"
            held += 1


def _taken_over(world: World, spell: Row, holder: str) -> None:
    """What the worker of a spell recorded in it was recorded by another one."""
    child = next(child for child in world.children if child.id == spell["PERSON_ID"])
    for row in child.find("observations", CREATED_BY=spell["WORKER_ID"]):
        if day_of(row) >= day(spell, "START_DATE"):
            row["CREATED_BY"] = holder


def nobody_allocated(world: World) -> None:
    """ALC-001: held by a duty team, on a waiting list, and by nobody."""
    for kind, name in (("protected", "Duty Team"), ("care", "Waiting list"), ("need", "")):
        child = world.fresh(kind, lambda child: day(holder_spell(child), "START_DATE") < date(2026, 2, 2))
        spell = holder_spell(child)
        spell["END_DATE"] = date(2026, 3, 16)
        if name:
            row = allocate(child, "", str(spell["TEAM"]), date(2026, 3, 16))
            row["WORKER_ID"], row["WORKER_NAME"] = None, name
        world.plant("ALC-001", child, "person", {"person_id": child.id}, f"held by: {name or 'nobody'}")


def long_wait(world: World) -> None:
    """ALC-002: nine working days from the assessment to the longer-term worker."""
    for _ in range(2):
        child = world.fresh("need")
        change = add_working(child.days["assessed"], 9)
        spells = child.rows["allocations"][-2:]
        spells[0]["END_DATE"] = spells[1]["START_DATE"] = change
        form = child.find("careassess_forms", FORM_TYPE="Single assessment")[0]
        key = {"assessment_type": "single", "start_date": form["START_DATE"]}
        world.plant("ALC-002", child, "assessment", key, "9 working days until a longer-term worker")


def wrong_staff(world: World) -> None:
    """ALC-003: held by somebody who has left; held although the case is closed."""
    child = world.fresh("need", lambda child: safeguarding(child.family) == SOUTH)
    spell = holder_spell(child)
    spell["WORKER_ID"], spell["WORKER_NAME"] = LEAVER, f"Worker {LEAVER[1:]}"
    key = {"worker_id": LEAVER, "start_date": spell["START_DATE"]}
    world.plant("ALC-003", child, "allocation", key, "the worker left on 30 January 2026")
    child = world.fresh("need met")
    spell = child.rows["allocations"][-1]
    spell["END_DATE"] = None
    key = {"worker_id": spell["WORKER_ID"], "start_date": spell["START_DATE"]}
    world.plant("ALC-003", child, "allocation", key, "the case is closed")


def _longer(child: Child) -> bool:
    return day(holder_spell(child), "START_DATE") < date(2025, 11, 3)


def many_workers(world: World) -> None:
    """ALC-004: five workers in twelve months, each taking over on the day that the one before ended."""
    for _ in range(2):
        child = world.fresh("need", _longer)
        spell = holder_spell(child)
        team, start = str(spell["TEAM"]), day(spell, "START_DATE")
        for place in (1, 2, 3):
            change = add_days(start, 35 * place)
            holder_spell(child)["END_DATE"] = change
            allocate(child, another(team, child.family + 4 * place), team, change)
        world.plant("ALC-004", child, "person", {"person_id": child.id}, "five lead workers in twelve months")


def gap_and_overlap(world: World) -> None:
    """ALC-005: six working days without a worker; twenty with two."""
    for between, what in ((6, "six working days without a lead worker"), (-20, "twenty working days with two lead workers")):
        child = world.fresh("need", _longer)
        spell = holder_spell(child)
        team, change = str(spell["TEAM"]), date(2026, 2, 2)
        spell["END_DATE"] = change
        new = allocate(child, another(team, child.family), team, add_working(change, between))
        key = {"worker_id": new["WORKER_ID"], "start_date": new["START_DATE"]}
        world.plant("ALC-005", child, "allocation", key, what)


def _care_key(child: Child) -> dict[str, Cell]:
    return {"start_date": child.days["in care"]}


def late_first_review(world: World) -> None:
    """CLA-001: the first review after 24 working days."""
    for _ in range(2):
        child = world.fresh("care")
        review = child.find("reviews", REVIEW_TYPE="LAC")[0]
        review["REVIEW_DATE"] = add_working(child.days["in care"], 24)
        world.plant("CLA-001", child, "care_period", _care_key(child), "first review after 24 working days (limit 20)")


def no_second_review(world: World) -> None:
    """CLA-002: the second review, due three months after the first, was left out."""
    for _ in range(2):
        child = world.fresh("care", lambda child: child.days["in care"] < AS_OF - timedelta(days=140))
        child.remove("reviews", child.find("reviews", REVIEW_TYPE="LAC")[1:2])
        world.plant("CLA-002", child, "care_period", _care_key(child), "no review within three months of the first")


def late_care_plan(world: World) -> None:
    """CLA-003: the care plan 15 working days after the first placement."""
    for _ in range(2):
        child = world.fresh("care")
        child.rows["plans"][0]["START_DATE"] = add_working(child.days["in care"], 15)
        world.plant("CLA-003", child, "care_period", _care_key(child), "care plan after 15 working days (limit 10)")


def late_first_visit(world: World) -> None:
    """VIS-CLA-001: first visited ten days after the placement began."""
    for _ in range(2):
        child = world.fresh("care")
        row = child.rows["placements"][-1]
        start = day(row, "START_DATE")
        skip_visits(child, start, start + timedelta(days=9))
        visits(world, child, "LAC visit", [add_days(start, 10)], worker(CARE, child.family))
        world.plant("VIS-CLA-001", child, "placement", {"start_date": start}, "first visit after 10 days")


def late_visit_first_year(world: World) -> None:
    """VIS-CLA-002: one visit left out in the first year of a placement."""
    for _ in range(2):
        child = world.fresh("care", lambda child: len(child.rows["placements"]) == 1 and len(visit_rows(child, "LAC")) > 5)
        missed = visit_rows(child, "LAC visit")[2]
        skip_visits(child, day_of(missed), day_of(missed))
        key = {"start_date": child.rows["placements"][0]["START_DATE"]}
        world.plant("VIS-CLA-002", child, "placement", key, "a gap of more than six weeks")


def late_visit_later(world: World) -> None:
    """VIS-CLA-003: one visit left out after the first year of a placement."""
    for _ in range(2):
        child = world.fresh("care", lambda child: day(child.rows["placements"][-1], "START_DATE") < AS_OF - timedelta(days=520))
        start = day(child.rows["placements"][-1], "START_DATE")
        later = [row for row in visit_rows(child, "LAC visit") if day_of(row) > start + timedelta(days=400)]
        skip_visits(child, day_of(later[1]), day_of(later[1]))
        world.plant("VIS-CLA-003", child, "placement", {"start_date": start}, "a gap of more than six weeks after the first year")


def no_participation(world: World) -> None:
    """VOI-004: the child's part in a review is blank; a child over four is said to be too young."""
    for code in (None, "PN0"):
        child = world.fresh("care", lambda child: child.born is not None and age(child.born, child.days["in care"]) > 5)
        row = child.find("reviews", REVIEW_TYPE="LAC")[0]
        row["PARTICIPATION"] = code
        key = {"review_type": "care", "review_date": row["REVIEW_DATE"]}
        world.plant("VOI-004", child, "plan_review", key, f"participation: {code or 'blank'}")
