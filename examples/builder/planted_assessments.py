"""Planted breaches of the rules on referrals, assessments and section 47 enquiries. One function a rule."""

from __future__ import annotations

from datetime import date, timedelta

from builder.days import AS_OF, LAST, add_working, age, walk
from builder.planting import answers, assessment_key, day, day_of, skip_visits, the_form, unanswer, visit_rows
from builder.records import Cell, Child, Row, World, entered
from builder.staff import ASSESSMENT, worker
from builder.work import allocate, assessment, contact, enquiry, risk, visits


def plant_assessments(world: World) -> None:
    """Every breach of this module."""
    for plant in (
        late_decision,
        no_first_step,
        bad_referral_codes,
        late_without_reason,
        late_with_reason,
        late_initial,
        late_core,
        no_early_review,
        wrong_authoriser,
        too_fast,
        two_at_once,
        no_outcome,
        never_seen,
        seen_late,
        never_alone,
        no_views,
        no_strategy,
        long_enquiry,
        no_conference,
        enquiry_without_assessment,
        two_enquiries,
        unseen_in_enquiry,
    ):
        plant(world)


def _enquired(child: Child) -> bool:
    return bool(child.find("careassess_forms", FORM_TYPE="Section 47 enquiry"))


def _spared(child: Child) -> bool:
    """Assessed without an enquiry, and old enough to be asked for views."""
    form = the_form(child)
    return not _enquired(child) and child.born is not None and age(child.born, day(form, "START_DATE")) >= 5


def _took(child: Child, length: int) -> bool:
    """The assessment took more than so many working days."""
    return day(the_form(child), "COMPLETED_DATE") > add_working(child.days["received"], length)


def late_decision(world: World) -> None:
    """REF-001: a decision after four working days, and one never recorded."""
    child = world.fresh("turned down")
    row = child.rows["contacts_referrals"][0]
    row["OUTCOME_DATE"] = add_working(day(row, "REFERRAL_DATE"), 4)
    world.plant("REF-001", child, "referral", {"received_date": row["REFERRAL_DATE"]}, "decided after 4 working days")
    world.plant("REF-003", child, "contact", {"contact_date": row["CONTACT_DATE"]}, "the same decision, as a contact's outcome")
    child = world.fresh("turned down")
    row = child.rows["contacts_referrals"][0]
    row["OUTCOME_DATE"] = None
    world.plant("REF-001", child, "referral", {"received_date": row["REFERRAL_DATE"]}, "no day of decision")
    world.plant("REF-003", child, "contact", {"contact_date": row["CONTACT_DATE"]}, "the same decision, as a contact's outcome")


def no_first_step(world: World) -> None:
    """REF-004: accepted, allocated and visited, but no assessment or other step was begun."""
    for _ in range(2):
        child = world.fresh("advice")
        received = add_working(AS_OF, -20)
        child.rows["contacts_referrals"].clear()
        contact(
            world,
            child,
            received,
            REFERRAL_ID=world.number("REFERRAL_ID"),
            REFERRAL_DATE=received,
            PRIMARY_NEED="N5",
            OUTCOME="Referral - assessment",
            CONTACT_TYPE="Referral",
        )
        by = worker(ASSESSMENT, child.family)
        allocate(child, by, ASSESSMENT, received)
        risk(child, "Low", received)
        visits(world, child, "Assessment visit", walk(received, LAST, lambda seen: add_working(seen, 7)), by)
        world.plant("REF-004", child, "referral", {"received_date": received}, "no step within 5 working days of the referral")


def bad_referral_codes(world: World) -> None:
    """REF-008: the need is missing, and the need is still not stated after 45 working days."""
    for need, what in ((None, "no primary need"), ("N0", "the need was never stated (N0)")):
        child = world.fresh("need", lambda child: "old" not in child.days)
        row = child.rows["contacts_referrals"][0]
        row["PRIMARY_NEED"] = need
        world.plant("REF-008", child, "referral", {"received_date": row["REFERRAL_DATE"]}, what)


def _drag_on(child: Child) -> Row:
    """Let an assessment be authorised 50 working days after the referral."""
    form = the_form(child)
    form["COMPLETED_DATE"] = form["AUTHORISED_DATE"] = add_working(child.days["received"], 50)
    return form


def late_without_reason(world: World) -> None:
    """ASM-005: a late assessment without a reason, and one whose reason says nothing. ASM-001 comes with it."""
    for reason in (None, "TBC"):
        child = world.fresh("protected", lambda child: child.days["received"] < AS_OF - timedelta(days=100))
        form = _drag_on(child)
        if reason:
            child.add("careassess_answers", FORM_ID=form["FORM_ID"], QUESTION="Reason for extension", ANSWER=reason)
        world.plant("ASM-005", child, "assessment", assessment_key(form), f"50 working days, reason: {reason or 'blank'}")
        world.plant("ASM-001", child, "assessment", assessment_key(form), "50 working days (the same assessment as in ASM-005)")


def late_with_reason(world: World) -> None:
    """ASM-001: authorised late with a reason, and two children whose assessment is open and overdue, with a reason."""
    child = world.fresh("protected", lambda child: child.days["received"] < AS_OF - timedelta(days=100))
    form = _drag_on(child)
    child.add("careassess_answers", FORM_ID=form["FORM_ID"], QUESTION="Reason for extension", ANSWER="Synthetic reason.")
    world.plant("ASM-001", child, "assessment", assessment_key(form), "authorised after 50 working days, with a reason")
    for child in [child for child in world.children if child.kind == "drifting"]:
        world.used.add(child.id)
        form = the_form(child)
        world.plant("ASM-001", child, "assessment", assessment_key(form), "still open after more than 45 working days")


def _old_need(world: World) -> Child:
    return world.fresh("need", lambda child: "old" in child.days)


def late_initial(world: World) -> None:
    """ASM-002: the old referral was received five working days earlier than the initial assessment began."""
    for _ in range(2):
        child = _old_need(world)
        row = child.rows["contacts_referrals"][0]
        form = the_form(child, "Initial assessment")
        received = add_working(day(form, "START_DATE"), -5)
        for column in ("CONTACT_DATE", "REFERRAL_DATE", "OUTCOME_DATE"):
            row[column] = received
        row["CREATED_DATE"] = entered(received, 1)
        world.plant("ASM-002", child, "assessment", assessment_key(form), "11 working days from the referral (limit 10)")


def late_core(world: World) -> None:
    """ASM-003: a core assessment of 40 working days; the case was closed after it."""
    for _ in range(2):
        child = _old_need(world)
        form = the_form(child, "Core assessment")
        end = add_working(day(form, "START_DATE"), 40)
        form["COMPLETED_DATE"] = form["AUTHORISED_DATE"] = end
        closed = add_working(end, 2)
        child.rows["contacts_referrals"][0]["CLOSURE_DATE"] = child.rows["allocations"][0]["END_DATE"] = closed
        for row in child.find("observations", OBSERVATION_TYPE="Closure decision"):
            row["OBSERVATION_DATE"], row["CREATED_DATE"] = entered(closed, 1), entered(closed, 1)
        world.plant("ASM-003", child, "assessment", assessment_key(form), "40 working days (limit 35)")


def no_early_review(world: World) -> None:
    """ASM-006: no review of the assessment at either checkpoint, and no second one."""
    for kept in (0, 1):
        child = world.fresh(
            "closed",
            lambda child: len(child.find("observations", OBSERVATION_TYPE="Assessment review")) == 2 and _took(child, 22),
        )
        child.remove("observations", child.find("observations", OBSERVATION_TYPE="Assessment review")[kept:])
        world.plant("ASM-006", child, "assessment", assessment_key(the_form(child)), f"{kept} of 2 early reviews by a manager")


def wrong_authoriser(world: World) -> None:
    """ASM-007: authorised by its author, and by a worker who is no manager."""
    for self_signed in (True, False):
        child = world.fresh("closed")
        form = the_form(child)
        form["AUTHORISED_BY"] = form["AUTHOR"] if self_signed else "W021"
        what = "authorised by its author" if self_signed else "authorised by a social worker"
        world.plant("ASM-007", child, "assessment", assessment_key(form), what)


def too_fast(world: World) -> None:
    """ASM-008: signed off two working days after it began."""

    def quick(child: Child) -> bool:
        form = the_form(child)
        seen = answers(child, form)["Date the child was seen"]["ANSWER"]
        return not _enquired(child) and isinstance(seen, date) and seen <= add_working(child.days["received"], 2)

    for _ in range(2):
        child = world.fresh("closed", quick)
        form = the_form(child)
        form["COMPLETED_DATE"] = form["AUTHORISED_DATE"] = add_working(child.days["received"], 2)
        world.plant("ASM-008", child, "assessment", assessment_key(form), "authorised after 2 working days")


def two_at_once(world: World) -> None:
    """ASM-009: a second assessment began while the first was open."""
    for _ in range(2):
        child = world.fresh("closed", lambda child: _took(child, 20))
        start = add_working(child.days["received"], 5)
        assessment(world, child, start, 12, "No further action", worker(ASSESSMENT, child.family))
        form = child.find("careassess_forms", START_DATE=start, FORM_TYPE="Single assessment")[0]
        world.plant("ASM-009", child, "assessment", assessment_key(form), "begun before the earlier one had ended")


def no_outcome(world: World) -> None:
    """ASM-010: no outcome, no factors, and the code for no factors beside another."""
    for question, changed in (("Assessment outcome", None), ("Factors identified", None), ("Factors identified", "21; 4B")):
        child = world.fresh("protected")
        form = the_form(child)
        if changed:
            answers(child, form)[question]["ANSWER"] = changed
        else:
            unanswer(child, form, question)
        world.plant("ASM-010", child, "assessment", assessment_key(form), f"{question}: {changed or 'blank'}")


def never_seen(world: World) -> None:
    """SEE-001: nobody saw the child. SEE-002 and SEE-003 come with it."""
    for _ in range(2):
        child = world.fresh("closed", _spared)
        form = the_form(child)
        skip_visits(child, child.days["received"], AS_OF)
        answers(child, form)["Was the child seen?"]["ANSWER"] = "No"
        unanswer(child, form, "Date the child was seen")
        for rule, what in (
            ("SEE-001", "the child was not seen in the assessment"),
            ("SEE-002", "and so not in time"),
            ("SEE-003", "and so not alone"),
        ):
            world.plant(rule, child, "assessment", assessment_key(form), what)


def seen_late(world: World) -> None:
    """SEE-002: seen in the assessment, but first after more than ten working days."""
    for _ in range(2):
        child = world.fresh("closed", lambda child: _spared(child) and _took(child, 24))
        form = the_form(child)
        skip_visits(child, child.days["received"], add_working(child.days["received"], 11))
        answers(child, form)["Date the child was seen"]["ANSWER"] = day_of(visit_rows(child)[0])
        world.plant("SEE-002", child, "assessment", assessment_key(form), "first seen after more than 10 working days")


def never_alone(world: World) -> None:
    """SEE-003: seen, never alone."""
    for _ in range(2):
        child = world.fresh("closed", _spared)
        for row in visit_rows(child):
            row["SEEN_ALONE"] = "N"
        world.plant("SEE-003", child, "assessment", assessment_key(the_form(child)), "seen, but never alone")


def no_views(world: World) -> None:
    """VOI-001 and VOI-002: no words of the child, none of the parents."""
    for rule, question in (("VOI-001", "Child's views recorded"), ("VOI-002", "Parents' views recorded")):
        for _ in range(2):
            child = world.fresh("closed", _spared)
            form = the_form(child)
            unanswer(child, form, question)
            world.plant(rule, child, "assessment", assessment_key(form), f"{question}: blank")


def _enquiry_key(form: Row) -> dict[str, Cell]:
    return {"start_date": form["START_DATE"]}


def no_strategy(world: World) -> None:
    """S47-001: an enquiry without a strategy discussion."""
    for _ in range(2):
        child = world.fresh("protected")
        child.remove("activities", child.find("activities", ACTIVITY_TYPE="Strategy discussion"))
        form = the_form(child, "Section 47 enquiry")
        world.plant("S47-001", child, "s47_enquiry", _enquiry_key(form), "no strategy discussion")


def long_enquiry(world: World) -> None:
    """S47-003: the enquiry ended after 20 working days."""
    for _ in range(2):
        child = world.fresh("protected")
        form = the_form(child, "Section 47 enquiry")
        form["COMPLETED_DATE"] = form["AUTHORISED_DATE"] = add_working(day(form, "START_DATE"), 20)
        world.plant("S47-003", child, "s47_enquiry", _enquiry_key(form), "ended after 20 working days")


def no_conference(world: World) -> None:
    """CPP-001: a conference was needed and not held. S47-004 comes with it where no decision against one was recorded."""
    for decided in (True, False):
        child = world.fresh("closed", _enquired)
        form = the_form(child, "Section 47 enquiry")
        said = answers(child, form)
        said["Outcome of enquiry"]["ANSWER"] = "Initial conference"
        said["Is an initial conference unnecessary?"]["ANSWER"] = "No"
        world.plant("CPP-001", child, "s47_enquiry", _enquiry_key(form), "a conference was needed; none was held")
        notes = child.find("observations", OBSERVATION_TYPE="Section 47 decision")
        if decided:
            notes[0] |= dict.fromkeys(("OBSERVATION_TYPE", "TITLE"), "Decision not to hold a conference")
        else:
            child.remove("observations", notes)
            world.plant("S47-004", child, "s47_enquiry", _enquiry_key(form), "no conference, and no decision against one")


def enquiry_without_assessment(world: World) -> None:
    """S47-005: an enquiry, and no assessment with it."""
    for _ in range(2):
        child = world.fresh("closed", _enquired)
        form = the_form(child)
        child.remove("careassess_answers", answers(child, form).values())
        child.remove("careassess_forms", [form])
        child.rows["contacts_referrals"][0]["CLOSURE_REASON"] = "RC7"
        world.plant("S47-005", child, "s47_enquiry", _enquiry_key(the_form(child, "Section 47 enquiry")), "no assessment")


def two_enquiries(world: World) -> None:
    """S47-006: a second enquiry began while the first was open."""
    for _ in range(2):
        child = world.fresh("closed", lambda child: _enquired(child) and _took(child, 20))
        start = add_working(child.days["strategy"], 4)
        enquiry(world, child, start, worker(ASSESSMENT, child.family), "No further action")
        world.plant("S47-006", child, "s47_enquiry", {"start_date": start}, "begun before the earlier enquiry had ended")


def unseen_in_enquiry(world: World) -> None:
    """SEE-004: the child was seen on the fourth day of the enquiry, not the first or the next."""
    for _ in range(2):
        child = world.fresh("protected")
        start = child.days["strategy"]
        skip_visits(child, start, add_working(start, 3))
        visits(world, child, "Assessment visit", [add_working(start, 4)], worker(ASSESSMENT, child.family))
        world.plant("SEE-004", child, "s47_enquiry", {"start_date": start}, "first seen after 4 working days (limit 1)")
