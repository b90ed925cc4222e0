"""Planted breaches on referrals, on the case as a whole (assessment, family, risk, chronology), and on protection plans."""

from __future__ import annotations

from datetime import date, timedelta

from builder.days import AS_OF, LAST, add_days, add_working
from builder.planting import answers, assessment_key, cin_plan, cp_plan, day, day_of, plan_key, skip_visits, the_form, visit_rows
from builder.records import Child, Row, World
from builder.staff import MANAGERS, NORTH, SOUTH, UNQUALIFIED, safeguarding, worker
from builder.work import (
    assessment,
    conference,
    enquiry,
    looked_after,
    note,
    protection,
    referral,
    visits,
)

_LONG_TEXT = (
    "Synthetic note. The words of this note say nothing about anybody. They are as long as the words of a true recording "
    "would be, so that a copy of them can be told from a set phrase."
)


def plant_cases(world: World) -> None:
    """Every breach of this module."""
    for plant in (
        no_legal_advice,
        unfit_decision,
        slow_contact,
        back_again,
        reopened,
        wrong_kind,
        not_assessed_again,
        no_parents,
        chronology_stopped,
        risk_not_written,
        copied,
        plan_too_late,
        other_visitors,
        core_group_missed,
        not_quorate,
        second_plan,
        double_status,
        close_to_the_limit,
    ):
        plant(world)


def _referral_key(row: Row) -> dict[str, object]:
    return {"received_date": row["REFERRAL_DATE"]}


def _person_key(child: Child) -> dict[str, object]:
    return {"person_id": child.id}


def unfit_decision(world: World) -> None:
    """REF-002: decided by a contact officer, who is no social worker; and nobody is recorded."""
    for by, what in ((UNQUALIFIED, "decided by a contact officer"), (None, "nobody is recorded as having decided")):
        child = world.fresh("turned down")
        row = child.rows["contacts_referrals"][0]
        row["DECISION_BY"] = by
        world.plant("REF-002", child, "referral", _referral_key(row), what)


def slow_contact(world: World) -> None:
    """REF-003: a contact that waited three working days for its outcome."""
    for _ in range(2):
        child = world.fresh("advice")
        row = child.rows["contacts_referrals"][0]
        row["OUTCOME_DATE"] = add_working(day(row, "CONTACT_DATE"), 3)
        world.plant("REF-003", child, "contact", {"contact_date": row["CONTACT_DATE"]}, "an outcome after 3 working days")


def back_again(world: World) -> None:
    """REF-006: referred a second time within three months, and no manager's note."""
    for _ in range(2):
        child = world.fresh("turned down", lambda child: child.days["received"] < AS_OF - timedelta(days=95))
        again = add_days(child.days["received"], 80)
        row = referral(world, child, again, "Referral - no further action")
        world.plant("REF-006", child, "referral", _referral_key(row), "the second referral in twelve months, no manager's note")


def reopened(world: World) -> None:
    """CLO-002: referred again 30 days after the case was closed. A manager looked at it, so that REF-006 is kept."""
    for _ in range(2):
        child = world.fresh("closed")
        row = child.rows["contacts_referrals"][0]
        again = add_days(day(row, "CLOSURE_DATE"), 30)
        referral(world, child, again, "Referral - no further action")
        note(world, child, "Management decision", again, MANAGERS[safeguarding(child.family)])
        world.plant("CLO-002", child, "referral", _referral_key(row), "referred again 30 days after it was closed")


def wrong_kind(world: World) -> None:
    """ASM-004: a single assessment of 2012, before there were any."""
    child = world.fresh("need", lambda child: "old" in child.days)
    form = the_form(child, "Core assessment")
    form["FORM_TYPE"] = "Single assessment"
    child.add("careassess_answers", FORM_ID=form["FORM_ID"], QUESTION="Factors identified", ANSWER="4B")
    world.plant("ASM-004", child, "assessment", assessment_key(form), "a single assessment before the move to them in 2013")


def not_assessed_again(world: World) -> None:
    """ASM-011: looked after for more than a year, and not assessed in the last twelve months."""
    for _ in range(2):
        child = world.fresh("care", lambda child: child.days["received"] < AS_OF - timedelta(days=430))
        form = child.find("careassess_forms", FORM_TYPE="Single assessment")[-1]
        child.remove("careassess_answers", answers(child, form).values())
        child.remove("careassess_forms", [form])
        world.plant("ASM-011", child, "person", _person_key(child), "the last assessment is older than twelve months")


def no_parents(world: World) -> None:
    """ASM-012: no relationships at all; brothers and sisters, and no parent."""
    alone = world.fresh("need", lambda child: not child.find("relationships", RELATIONSHIP="Sibling") and _recent(child))
    alone.rows["relationships"].clear()
    world.plant("ASM-012", alone, "person", _person_key(alone), "no parent and nobody of the household")
    child = world.fresh("need", lambda child: bool(child.find("relationships", RELATIONSHIP="Sibling")) and _recent(child))
    child.rows["relationships"] = child.find("relationships", RELATIONSHIP="Sibling")
    world.plant("ASM-012", child, "person", _person_key(child), "no parent")


def _recent(child: Child) -> bool:
    """Assessed within the last twelve months."""
    return child.days["received"] > AS_OF - timedelta(days=300)


def chronology_stopped(world: World) -> None:
    """ASM-013: no entry in the chronology for more than three months; never one."""
    for kind, kept in (("protected", 1), ("care", 0)):
        child = world.fresh(kind, lambda child: child.days["received"] < AS_OF - timedelta(days=170))
        child.remove("observations", child.find("observations", OBSERVATION_TYPE="Chronology entry")[kept:])
        what = "one entry, soon after the plan began" if kept else "no entry since the child came into care"
        world.plant("ASM-013", child, "person", _person_key(child), what)


def risk_not_written(world: World) -> None:
    """ASM-014: no risk level; one from before the conference; a low one with a protection plan."""
    child = world.fresh("need")
    child.rows["classifications"].clear()
    world.plant("ASM-014", child, "person", _person_key(child), "no risk level")
    child = world.fresh("protected", lambda child: _last_conference(child) < AS_OF - timedelta(days=14))
    levels = child.rows["classifications"]
    child.remove("classifications", levels[1:])
    levels[0]["END_DATE"] = None
    world.plant("ASM-014", child, "person", _person_key(child), "the risk level is older than the conference")
    child = world.fresh("protected")
    for row in child.rows["classifications"]:
        row["CLASSIFICATION_CODE"], row["DESCRIPTION"] = "Low", "Low risk"
    world.plant("ASM-014", child, "person", _person_key(child), "a low risk level with a protection plan")


def _last_conference(child: Child) -> date:
    return max(day(row, "CONFERENCE_DATE") for row in child.rows["cp_conferences"])


def copied(world: World) -> None:
    """VOI-006: a visit's recording copied from another child's record of another day, word for word."""
    first, second = world.fresh("need"), world.fresh("need")
    origin = visit_rows(first, "CIN visit")[0]
    row = next(row for row in visit_rows(second, "CIN visit") if day_of(row) != day_of(origin))
    origin["TEXT"] = row["TEXT"] = _LONG_TEXT
    row["COPIED_FROM"] = origin["OBSERVATION_ID"]
    world.plant("VOI-006", second, "case_note", {"event_date": row["OBSERVATION_DATE"]}, "copied from another child's record")


def plan_too_late(world: World) -> None:
    """CIN-001: the child in need plan began 15 working days after the assessment."""
    for _ in range(2):
        child = world.fresh("need", _recent)
        plan = cin_plan(child)
        plan["START_DATE"] = add_working(child.days["assessed"], 15)
        form = the_form(child)
        world.plant("CIN-001", child, "assessment", assessment_key(form), "the plan began after 15 working days (limit 10)")


def other_visitors(world: World) -> None:
    """SEE-009: every visit of the last three months by somebody other than the worker who holds the case."""
    for _ in range(2):
        child = world.fresh("protected", lambda child: child.days["protected"] < AS_OF - timedelta(days=100))
        team = safeguarding(child.family)
        for row in visit_rows(child, "Statutory visit"):
            if day_of(row) > AS_OF - timedelta(days=90):
                row["CREATED_BY"] = worker(SOUTH if team == NORTH else NORTH, child.family)
        world.plant("SEE-009", child, "person", _person_key(child), "visited by others for three months")


def core_group_missed(world: World) -> None:
    """CPP-006: one core group left out, after the first."""
    for _ in range(2):
        child = world.fresh("protected", lambda child: len(child.find("activities", ACTIVITY_TYPE="Core group")) > 3)
        child.remove("activities", child.find("activities", ACTIVITY_TYPE="Core group")[2:3])
        world.plant("CPP-006", child, "plan", plan_key("cp", cp_plan(child)), "more than six weeks between two core groups")


def not_quorate(world: World) -> None:
    """CPP-009: an initial conference without a quorum; a review conference that does not say."""
    child = world.fresh("protected")
    row = child.find("cp_conferences", CONFERENCE_TYPE="Initial")[0]
    row["QUORATE"] = "N"
    key = {"conference_type": "initial", "conference_date": row["CONFERENCE_DATE"]}
    world.plant("CPP-009", child, "conference", key, "not quorate")
    child = world.fresh("protected", lambda child: bool(child.find("cp_conferences", CONFERENCE_TYPE="Review")))
    row = child.find("cp_conferences", CONFERENCE_TYPE="Review")[0]
    row["QUORATE"] = None
    key = {"review_type": "cp", "review_date": row["CONFERENCE_DATE"]}
    world.plant("CPP-009", child, "plan_review", key, "does not say whether it was quorate")


def second_plan(world: World) -> None:
    """CPP-011: a second protection plan, with all that belongs to it, within months of the first."""
    child = world.fresh("stepped down")
    by = worker(safeguarding(child.family), child.family)
    start = add_working(AS_OF, -48)
    enquiry(world, child, start, by)
    assessment(world, child, start, 24, "Strategy discussion", by)
    held = add_working(start, 12)
    conference(world, child, "Initial", held, "Child protection plan")
    cin_plan(child)["END_DATE"] = held
    child.remove("reviews", [row for row in child.find("reviews", REVIEW_TYPE="CIN") if day(row, "REVIEW_DATE") > held])
    child.remove("observations", [row for row in visit_rows(child, "CIN visit") if day_of(row) > held])
    protection(world, child, held, None, by)
    plan = child.rows["cp_registrations"][-1]
    world.plant("CPP-011", child, "plan", plan_key("cp", plan), "a second protection plan within two years")


def double_status(world: World) -> None:
    """CPP-013: looked after and on a protection plan for eight weeks, and no review conference since."""
    begun = add_working(AS_OF, -40)

    def unreviewed(child: Child) -> bool:
        return _last_conference(child) < begun - timedelta(days=5)

    child = world.fresh("protected", unreviewed)
    looked_after(world, child, begun, None, worker(safeguarding(child.family), child.family))
    world.plant("CPP-013", child, "plan", plan_key("cp", cp_plan(child)), "looked after too for eight weeks, and not reviewed")


def no_legal_advice(world: World) -> None:
    """PLO-002: a plan of more than nine months, and nobody has thought of legal advice."""
    child = world.fresh("ten months")
    child.remove("observations", child.find("observations", OBSERVATION_TYPE="Legal advice decision"))
    world.plant("PLO-002", child, "plan", plan_key("cp", cp_plan(child)), "more than nine months, no thought of legal advice")


def close_to_the_limit(world: World) -> None:
    """VIS-CP-002: last seen ten working days ago: in time by one way of counting, late by another."""
    last = add_working(AS_OF, -10)
    child = world.fresh("protected", lambda child: child.days["protected"] < last - timedelta(days=30))
    skip_visits(child, last, LAST)
    visits(world, child, "Statutory visit", [last], worker(safeguarding(child.family), child.family))
    world.plant("VIS-CP-002", child, "plan", plan_key("cp", cp_plan(child)), "last seen on 17 March 2026, ten working days ago")
