"""Faults of the data itself (the integrity rules find them), and dirt that is only listed.

A cell that cannot be read makes the rules that need it not assessable for that child: that gives no practice finding.
"""

from __future__ import annotations

from datetime import date, timedelta

from builder.days import add_working
from builder.planting import day, day_of, plan_key, skip_visits, the_form, visit_rows
from builder.records import Child, World
from builder.staff import ASSESSMENT, MANAGERS, safeguarding, worker
from builder.work import note, observe, referral


def plant_faults(world: World) -> None:
    """Every planted fault, and the dirt."""
    for plant in (
        shared_numbers,
        dangling_numbers,
        backwards,
        undated,
        bad_codes,
        before_birth,
        after_death,
        both_births,
        future_and_stand_in,
        second_referral,
        adults,
        unreadable_visit,
        unreadable_days,
        unknown_part,
        dirt,
    ):
        plant(world)


def shared_numbers(world: World) -> None:
    """INT-001: a person on two rows that differ, and two contacts with one number."""
    child = world.fresh("advice")
    copy = dict(child.rows["persons"][0])
    copy["ETHNICITY"] = "MOTH"
    child.rows["persons"].append(copy)
    world.plant("INT-001", child, "person", {"person_id": child.id}, "the person stands on two rows")
    first, second = world.fresh("advice"), world.fresh("advice")
    second.rows["contacts_referrals"][0]["CONTACT_ID"] = first.rows["contacts_referrals"][0]["CONTACT_ID"]
    for child in (first, second):
        key = {"contact_date": child.rows["contacts_referrals"][0]["CONTACT_DATE"]}
        world.plant("INT-001", child, "contact", key, "two contacts have this number")


def dangling_numbers(world: World) -> None:
    """INT-003: a visit by somebody who is not on the staff list, a brother who is not in the extract, a note on nobody."""
    child = world.fresh("need")
    row = visit_rows(child, "CIN visit")[0]
    row["CREATED_BY"] = "W777"
    key = {"visit_type": "cin", "visit_date": day_of(row), "worker_id": "W777"}
    world.plant("INT-003", child, "visit", key, "the worker is not on the staff list")
    key = {"author_id": "W777", "event_date": row["OBSERVATION_DATE"]}
    world.plant("INT-003", child, "case_note", key, "the same visit, as a case note")
    child = world.fresh("need")
    child.add("relationships", RELATED_PERSON_ID="9000001", RELATIONSHIP="Sibling", SAME_HOUSEHOLD="N", START_DATE=child.born)
    world.plant("INT-003", child, "relationship", {"related_person_id": "9000001"}, "the other person is not in the extract")
    stranger = Child("9000002", "nobody", 0, None)
    row = observe(world, stranger, "Telephone call", date(2026, 1, 14), "W011")
    world.loose.setdefault("observations", []).append(row)
    key = {"event_date": row["OBSERVATION_DATE"]}
    world.plant("INT-003", stranger, "case_note", key, "the child is not in the extract")


def backwards(world: World) -> None:
    """INT-004: a risk level and a relationship that end before they begin."""
    child = world.fresh("closed")
    row = child.rows["classifications"][0]
    row["END_DATE"] = day(row, "START_DATE") - timedelta(days=7)
    key = {"characteristic_type": "risk_level", "start_date": row["START_DATE"]}
    world.plant("INT-004", child, "person_characteristic", key, "ends before it begins")
    child = world.fresh("need", lambda child: bool(child.find("relationships", RELATIONSHIP="Sibling")))
    row = child.find("relationships", RELATIONSHIP="Sibling")[0]
    row["END_DATE"] = day(row, "START_DATE") - timedelta(days=30)
    world.plant("INT-004", child, "relationship", {"start_date": row["START_DATE"]}, "ends before it begins")


def undated(world: World) -> None:
    """INT-005: a contact without a date, a note without a date."""
    child = world.fresh("advice")
    child.rows["contacts_referrals"][0]["CONTACT_DATE"] = None
    world.plant("INT-005", child, "contact", {"person_id": child.id}, "no date of the contact")
    child = world.fresh("need")
    observe(world, child, "Email", date(2026, 2, 10), MANAGERS[ASSESSMENT], OBSERVATION_DATE=None)
    world.plant("INT-005", child, "case_note", {"person_id": child.id}, "no date of the note")


def bad_codes(world: World) -> None:
    """INT-006: no sex; an ethnicity and a source that are no known code. What cannot be read is INT-012 too."""
    child = world.fresh("closed")
    child.rows["persons"][0]["GENDER"] = None
    world.plant("INT-006", child, "person", {"person_id": child.id}, "the sex is blank")
    child = world.fresh("closed")
    child.rows["persons"][0]["ETHNICITY"] = "See file"
    world.plant("INT-006", child, "person", {"person_id": child.id}, "the ethnicity is not a known code")
    world.plant("INT-012", child, "person", {"person_id": child.id}, "the same cell cannot be read")
    child = world.fresh("closed")
    row = child.rows["contacts_referrals"][0]
    row["SOURCE"] = "Drop-in"
    for subject, key in (
        ("contact", {"contact_date": row["CONTACT_DATE"]}),
        ("referral", {"received_date": row["REFERRAL_DATE"]}),
    ):
        world.plant("INT-006", child, subject, key, "the source is not a known code")
        world.plant("INT-012", child, subject, key, "the same cell cannot be read")
    world.plant("REF-008", child, "referral", {"received_date": row["REFERRAL_DATE"]}, "the source is not a known code")


def before_birth(world: World) -> None:
    """INT-007: a contact two years before the birth."""
    child = world.fresh("advice")
    row = child.rows["contacts_referrals"][0]
    assert child.born
    row["CONTACT_DATE"] = row["OUTCOME_DATE"] = child.born - timedelta(days=730)
    world.plant("INT-007", child, "contact", {"contact_date": row["CONTACT_DATE"]}, "two years before the birth")


def after_death(world: World) -> None:
    """INT-007: a contact after the death."""
    child = world.fresh("advice")
    row = child.rows["contacts_referrals"][0]
    child.rows["persons"][0]["DATE_OF_DEATH"] = day(row, "CONTACT_DATE") - timedelta(days=20)
    world.plant("INT-007", child, "contact", {"contact_date": row["CONTACT_DATE"]}, "after the death")


def both_births(world: World) -> None:
    """INT-007: born, and the expected date of birth was never cleared."""
    child = world.fresh("advice")
    assert child.born
    child.rows["persons"][0]["EXPECTED_DOB"] = child.born + timedelta(days=6)
    world.plant("INT-007", child, "person", {"person_id": child.id}, "both dates of birth are there")


def future_and_stand_in(world: World) -> None:
    """INT-009: a contact in the future; a date of birth that stands in for one not known."""
    child = world.fresh("advice")
    row = child.rows["contacts_referrals"][0]
    row["CONTACT_DATE"], row["OUTCOME_DATE"] = date(2026, 5, 12), None
    world.plant("INT-009", child, "contact", {"contact_date": row["CONTACT_DATE"]}, "in the future")
    child = world.fresh("advice")
    child.rows["persons"][0]["DATE_OF_BIRTH"] = date(1901, 1, 1)
    world.plant("INT-009", child, "person", {"person_id": child.id}, "born on 1 January 1901")


def second_referral(world: World) -> None:
    """INT-010: a second referral was opened while the first was open."""
    for _ in range(2):
        child = world.fresh("need", lambda child: "old" not in child.days)
        received = add_working(child.days["in need"], 25)
        referral(world, child, received)
        note(world, child, "Management decision", received, MANAGERS[safeguarding(child.family)])
        world.plant("INT-010", child, "referral", {"received_date": received}, "an earlier referral is still open")


def adults(world: World) -> None:
    """INT-011: a child in need plan and a period of care still open after the 18th birthday."""
    child = world.fresh("need", lambda child: child.family % 11 != 0)
    child.rows["persons"][0]["DATE_OF_BIRTH"] = date(2008, 2, 27)
    world.plant("INT-011", child, "plan", plan_key("cin", child.rows["plans"][0]), "18 years old on 27 February 2026")
    child = world.fresh("care")
    child.rows["persons"][0]["DATE_OF_BIRTH"] = date(2008, 3, 13)
    for row in child.find("plans", PLAN_TYPE="Pathway"):
        row["START_DATE"] = add_working(child.days["in care"], 100)
    key = {"start_date": child.rows["lac_episodes"][0]["START_DATE"]}
    world.plant("INT-011", child, "care_period", key, "18 years old on 13 March 2026")


def unreadable_visit(world: World) -> None:
    """INT-012: a visit dated 'tbc', where another visit is missing: the visit rules cannot be assessed for this child."""
    child = world.fresh("protected", lambda child: len(visit_rows(child, "Statutory")) > 8)
    missed = visit_rows(child, "Statutory visit")[4]
    skip_visits(child, day_of(missed), day_of(missed))
    by = worker(safeguarding(child.family), child.family)
    observe(world, child, "Statutory visit - child seen", day_of(missed), by, OBSERVATION_DATE="tbc")
    world.plant("INT-012", child, "visit", {"visit_type": "cp", "visit_date": None}, "a visit dated 'tbc'")
    world.plant("INT-012", child, "case_note", {"event_date": None}, "the same visit, as a case note")


def unreadable_days(world: World) -> None:
    """INT-012: an enquiry that ended on 31 February, and a review due then."""
    child = world.fresh("protected")
    form = the_form(child, "Section 47 enquiry")
    form["COMPLETED_DATE"] = "31/02/2026"
    world.plant("INT-012", child, "s47_enquiry", {"start_date": form["START_DATE"]}, "ended on 31/02/2026")
    child = world.fresh("need")
    row = child.find("reviews", REVIEW_TYPE="CIN")[0]
    row["DUE_DATE"] = "31/02/2026"
    key = {"review_type": "cin", "review_date": row["REVIEW_DATE"]}
    world.plant("INT-012", child, "plan_review", key, "due on 31/02/2026")


def unknown_part(world: World) -> None:
    """INT-012: a code of participation that does not exist."""
    child = world.fresh("care")
    row = child.find("reviews", REVIEW_TYPE="LAC")[0]
    row["PARTICIPATION"] = "PN9"
    world.plant("INT-012", child, "plan_review", {"review_type": "care", "review_date": row["REVIEW_DATE"]}, "participation PN9")


def dirt(world: World) -> None:
    """Listed, and no finding: an observation type that the profile does not map, warnings, life events."""
    for child in [child for child in world.children if child.kind == "need"][:6]:
        observe(
            world,
            child,
            "Direct work session",
            add_working(child.days["in need"], 15),
            worker(safeguarding(child.family), child.family),
        )
    for child in [child for child in world.children if child.kind == "care"][:5]:
        child.add("warnings", WARNING_TYPE="Dog at the address", START_DATE=date(2025, 9, 1))
        child.add("life_events", EVENT_TYPE="Moved school", EVENT_DATE=date(2025, 9, 3), NOTE="Synthetic note.")
