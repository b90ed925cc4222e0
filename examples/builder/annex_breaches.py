"""What is planted in the Annex A workbook. One function a rule; each takes children of its own."""

from __future__ import annotations

from datetime import date, timedelta

from builder.annex_children import assessment, enquiry, episode, plan
from builder.days import AS_OF, add_working
from builder.planting import day
from builder.records import Cell, Child, Row, World

_SEEN, _WORKER, _START = "Date Child Was Last Seen", "Allocated Worker", "Continuous Assessment Start Date"
_SIGNED, _ABUSE = "Continuous Assessment Date of Authorisation", "Latest Category of Abuse"


def plant_annex_breaches(world: World) -> None:
    """Every planted breach of the workbook."""
    for plant in (
        no_worker,
        late_assessment,
        too_fast,
        two_assessments,
        two_episodes,
        nothing_under_way,
        late_conference,
        no_category,
        long_plan,
        no_step,
        no_assessment,
        not_seen,
        unseen,
        waiting_unseen,
        backwards,
        undated,
        bad_codes,
        wrong_year,
        future,
        adults,
        unreadable,
        lists_disagree,
        repeat_plan,
        health_overdue,
        leavers,
    ):
        plant(world)


def _only(child: Child, number: int) -> Row:
    return child.rows[f"list {number}"][0]


def _everywhere(child: Child, heading: str, value: Cell) -> None:
    """The same value in every list that has the column."""
    for rows in child.rows.values():
        for row in rows:
            if heading in row:
                row[heading] = value


def _single(child: Child) -> dict[str, Cell]:
    return {"assessment_type": "single", "start_date": _only(child, 4)[_START]}


def _cp(child: Child) -> dict[str, Cell]:
    return {"plan_type": "cp", "start_date": _only(child, 7)["Child Protection Plan Start Date"]}


def _cin(child: Child) -> dict[str, Cell]:
    return {"plan_type": "cin", "start_date": _only(child, 6)["CIN Start Date"]}


def no_worker(world: World) -> None:
    """ALC-001: the worker is Excel's '#N/A', or a duty team."""
    for kind, name in (("need", "#N/A"), ("protected", "Duty Team")):
        child = world.fresh(kind)
        _everywhere(child, _WORKER, name)
        world.plant("ALC-001", child, "person", {"person_id": child.id}, f"worker: {name}")


def late_assessment(world: World) -> None:
    """ASM-001: authorised 48 working days after the referral."""
    for _ in range(2):
        child = world.fresh("closed")
        end = add_working(child.days["received"], 48)
        _only(child, 4)[_SIGNED] = end
        _only(child, 6)["CIN Closure Date"] = add_working(end, 2)
        world.plant("ASM-001", child, "assessment", _single(child), "48 working days (limit 45)")


def too_fast(world: World) -> None:
    """ASM-008: authorised two working days after it began."""
    child = world.fresh("closed")
    _only(child, 4)[_SIGNED] = add_working(child.days["received"], 2)
    world.plant("ASM-008", child, "assessment", _single(child), "2 working days")


def two_assessments(world: World) -> None:
    """ASM-009: two assessments at once."""
    child = world.fresh("need", lambda child: "list 4" in child.rows)
    start = add_working(child.days["received"], 5)
    assessment(world, child, start, add_working(start, 20))
    world.plant("ASM-009", child, "assessment", {"assessment_type": "single", "start_date": start}, "begun during an earlier one")


def two_episodes(world: World) -> None:
    """INT-010: the child stands in list 6 twice, with two starts and no end."""
    child = world.fresh("need")
    start = add_working(child.days["episode"], 20)
    episode(world, child, start, "c) Child in need plan")[_SEEN] = _only(child, 6)[_SEEN]
    world.plant("INT-010", child, "referral", {"received_date": start}, "the same overlap, as a referral of list 6")


def nothing_under_way(world: World) -> None:
    """CIN-007: list 6 says 'open assessment', and list 4 holds none."""
    for _ in range(2):
        child = world.fresh("need", lambda child: "list 4" not in child.rows)
        _only(child, 6)["Case Status"] = "d) Open assessment"
        world.plant("CIN-007", child, "referral", {"received_date": child.days["episode"]}, "open, and nothing under way")


def late_conference(world: World) -> None:
    """CPP-001: the conference, and the plan with it, after 19 working days."""
    child = world.fresh("protected")
    held = add_working(child.days["enquiry"], 19)
    _only(child, 5)["Date of Initial Child Protection Conference"] = held
    _only(child, 7)["Child Protection Plan Start Date"] = held
    world.plant("CPP-001", child, "s47_enquiry", {"start_date": child.days["enquiry"]}, "19 working days (limit 15)")


def no_category(world: World) -> None:
    """CPP-008 and INT-006: a blank category."""
    child = world.fresh("protected")
    _only(child, 7)[_ABUSE] = None
    for rule in ("CPP-008", "INT-006"):
        world.plant(rule, child, "plan", _cp(child), "the latest category is blank")


def long_plan(world: World) -> None:
    """CPP-010: a plan of more than 15 months."""
    child = world.fresh("protected")
    child.rows.clear()
    received = add_working(AS_OF, -360)
    assessment(world, child, received, add_working(received, 30))
    held = add_working(received, 14)
    enquiry(world, child, add_working(received, 2), held)
    episode(world, child, received, "b) Child Protection plan")
    plan(world, child, held)["Date of latest review conference"] = date(2026, 1, 14)
    world.plant("CPP-010", child, "plan", _cp(child), "more than 15 months")


def no_step(world: World) -> None:
    """REF-004: accepted, and nothing followed."""
    for _ in range(2):
        child = world.fresh("turned down", lambda child: child.days["received"] < AS_OF - timedelta(days=20))
        _only(child, 3)["Referral NFA?"] = "b) No"
        world.plant("REF-004", child, "referral", {"received_date": child.days["received"]}, "no assessment or other step")


def no_assessment(world: World) -> None:
    """S47-005: an enquiry, and no assessment in list 4."""
    child = world.fresh("protected")
    child.rows["list 4"].clear()
    world.plant("S47-005", child, "s47_enquiry", {"start_date": child.days["enquiry"]}, "no assessment")


def not_seen(world: World) -> None:
    """SEE-001: not seen in the assessment; not said."""
    for said in ("b) No", None):
        child = world.fresh("closed")
        _only(child, 4)["Child Seen During Continuous Assessment"] = said
        _only(child, 6)[_SEEN] = None
        world.plant("SEE-001", child, "assessment", _single(child), f"child seen: {said or 'blank'}")


def unseen(world: World) -> None:
    """SEE-007: no statutory visit, and last seen seven weeks ago."""
    child = world.fresh("protected", lambda child: child.days["received"] < AS_OF - timedelta(days=110))
    row = _only(child, 7)
    row["Date of the Last Statutory Visit"], row["Was the Child Seen Alone?"] = None, None
    _only(child, 6)[_SEEN] = AS_OF - timedelta(days=49)
    world.plant("SEE-007", child, "plan", _cp(child), "last seen seven weeks ago")


def waiting_unseen(world: World) -> None:
    """VIS-ASM-001: seen when the assessment began, and not again."""
    child = world.fresh("waiting", lambda child: child.days["received"] < AS_OF - timedelta(days=30))
    _only(child, 6)[_SEEN] = add_working(child.days["received"], 1)
    world.plant(
        "VIS-ASM-001", child, "referral", {"received_date": child.days["received"]}, "not seen for more than 15 working days"
    )


def backwards(world: World) -> None:
    """INT-004: an early help assessment that ended before it began; an episode that closed before it began."""
    child = world.fresh("help")
    row = _only(child, 2)
    row["Assessment completion date"] = day(row, "Assessment start date") - timedelta(days=10)
    key: dict[str, Cell] = {"assessment_type": "early_help", "start_date": row["Assessment start date"]}
    world.plant("INT-004", child, "assessment", key, "ended before it began")
    child = world.fresh("closed")
    _only(child, 6)["CIN Closure Date"] = child.days["episode"] - timedelta(days=3)
    world.plant("INT-004", child, "referral", {"received_date": child.days["episode"]}, "closed before it began")


def undated(world: World) -> None:
    """INT-005: a contact without a date; a child without a date of birth."""
    child = world.fresh("contact")
    _only(child, 1)["Date of Contact"] = None
    world.plant("INT-005", child, "contact", {"person_id": child.id}, "no date of the contact")
    child = world.fresh("contact")
    _everywhere(child, "Date of Birth", None)
    world.plant("INT-005", child, "person", {"person_id": child.id}, "no date of birth")


def bad_codes(world: World) -> None:
    """INT-006: no gender; an ethnicity that is no known code, which is INT-012 too."""
    child = world.fresh("help")
    _everywhere(child, "Gender", None)
    world.plant("INT-006", child, "person", {"person_id": child.id}, "the gender is blank")
    child = world.fresh("waiting")
    _everywhere(child, "Ethnicity", "x) ZZZZ")
    for rule in ("INT-006", "INT-012"):
        world.plant(rule, child, "person", {"person_id": child.id}, "the ethnicity is not a known code")


def wrong_year(world: World) -> None:
    """INT-007: a contact two years before the birth."""
    child = world.fresh("contact")
    assert child.born
    when = child.born - timedelta(days=730)
    _only(child, 1)["Date of Contact"] = when
    world.plant("INT-007", child, "contact", {"contact_date": when}, "two years before the birth")


def future(world: World) -> None:
    """INT-009: a contact in the future."""
    child = world.fresh("contact")
    _only(child, 1)["Date of Contact"] = date(2026, 6, 9)
    world.plant("INT-009", child, "contact", {"contact_date": date(2026, 6, 9)}, "in the future")


def adults(world: World) -> None:
    """INT-011: a child in need plan and a period of care after the 18th birthday."""
    for kind in ("need", "care"):
        child = world.fresh(kind, lambda child: int(child.id) % 13 != 0)
        _everywhere(child, "Date of Birth", date(2008, 2, 12))
        if kind == "need":
            world.plant("INT-011", child, "plan", {"plan_type": "cin", "start_date": ""}, "18 years old on 12 February 2026")
        else:
            world.plant(
                "INT-011", child, "care_period", {"start_date": child.days["in care"]}, "18 years old on 12 February 2026"
            )


def unreadable(world: World) -> None:
    """INT-012: an assessment authorised 'tbc', and a visit on 31 February."""
    child = world.fresh("need", lambda child: "list 4" in child.rows)
    _only(child, 4)[_SIGNED] = "tbc"
    world.plant("INT-012", child, "assessment", _single(child), "authorised 'tbc'")
    child = world.fresh("care")
    _only(child, 8)["Date of Last Social Work Visit"] = "31/02/2026"
    world.plant("INT-012", child, "visit", {"visit_type": "cla", "visit_date": None}, "visited on 31/02/2026")


def lists_disagree(world: World) -> None:
    """INT-013: one list has another date of birth than the others."""
    child = world.fresh("protected")
    born = child.born
    assert born
    _only(child, 5)["Date of Birth"] = born - timedelta(days=31)
    world.plant("INT-013", child, "person", {"person_id": child.id}, "list 5 has another date of birth")


def repeat_plan(world: World) -> None:
    """CPP-011: one earlier protection plan, by the number in list 7."""
    child = world.fresh("protected")
    _only(child, 7)["Number of Previous Child Protection Plans"] = 1
    world.plant("CPP-011", child, "plan", _cp(child), "a second protection plan, by the number recorded")


def health_overdue(world: World) -> None:
    """HLT-002 and HLT-003: the last health assessment, or the last dental check, was more than a year ago."""
    for rule, heading in (("HLT-002", "Date of Last Health Assessment"), ("HLT-003", "Date of Last Dental Check")):
        child = world.fresh("care", lambda child: child.days["in care"] < AS_OF - timedelta(days=420))
        _only(child, 8)[heading] = AS_OF - timedelta(days=390)
        world.plant(rule, child, "care_period", {"start_date": child.days["in care"]}, f"{heading}: 390 days ago")


def leavers(world: World) -> None:
    """LCV-002 to LCV-004: a pathway plan not reviewed for seven months, no contact for ten weeks, no activity."""
    for rule, heading, value, what in (
        (
            "LCV-002",
            "Latest Pathway Plan Review Date",
            AS_OF - timedelta(days=212),
            "the pathway plan was reviewed seven months ago",
        ),
        ("LCV-003", "Latest Date of Contact", AS_OF - timedelta(days=70), "the last contact was ten weeks ago"),
        ("LCV-004", "Activity Status", None, "what the young person does is blank"),
    ):
        child = world.fresh("leaver")
        _only(child, 9)[heading] = value
        world.plant(rule, child, "care_leaver", {"person_id": child.id}, what)
