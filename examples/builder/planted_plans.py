"""Planted breaches of the rules on protection plans, child in need plans, visits to both, oversight and closing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from builder.days import AS_OF, LAST, add_working, walk
from builder.planting import cin_plan, cp_plan, day, day_of, plan_key, skip_notes, skip_visits, the_form, visit_rows
from builder.records import Child, World, entered
from builder.staff import ASSESSMENT, safeguarding, worker
from builder.work import observe, visits


def plant_plans(world: World) -> None:
    """Every breach of this module."""
    for plant in (
        late_conference,
        no_core_group,
        no_first_review,
        no_second_review,
        other_start,
        no_category,
        long_plan,
        two_kinds,
        late_cp_visit,
        unseen,
        wrong_pace,
        reviews_missed,
        unexamined,
        late_step_down,
        overlapping_plans,
        nothing_under_way,
        late_cin_visit,
        waiting_unseen,
        unclear_visit,
        failed_visits,
        no_supervision,
        late_entry,
        closed_badly,
        plan_without_views,
    ):
        plant(world)


def _plain(child: Child) -> bool:
    """On a plan at medium risk: visited every 8 or 9 working days."""
    return child.rows["classifications"][0]["CLASSIFICATION_CODE"] == "Medium"


def _longer(days: int) -> Callable[[Child], bool]:
    """The plan has run for more than so many days."""
    return lambda child: (child.days.get("protected") or child.days["in need"]) < AS_OF - timedelta(days=days)


def late_conference(world: World) -> None:
    """CPP-001: the conference more than 15 working days after the strategy discussion."""

    def stretched(child: Child) -> bool:
        return day(cp_plan(child), "START_DATE") > add_working(child.days["received"], 15)

    for _ in range(2):
        child = world.fresh("protected", stretched)
        start = child.days["received"]
        form = the_form(child, "Section 47 enquiry")
        for row in child.find("activities", ACTIVITY_TYPE="Strategy discussion"):
            row["START_DATE"] = row["COMPLETED_DATE"] = start
        form["START_DATE"] = start
        visits(world, child, "Assessment visit", [start], worker(ASSESSMENT, child.family))
        world.plant(
            "CPP-001", child, "s47_enquiry", {"start_date": start}, "the conference was held after more than 15 working days"
        )


def no_core_group(world: World) -> None:
    """CPP-002: the first core group came weeks late."""
    for _ in range(2):
        child = world.fresh("protected", _longer(60))
        child.remove("activities", child.find("activities", ACTIVITY_TYPE="Core group")[:1])
        world.plant("CPP-002", child, "plan", plan_key("cp", cp_plan(child)), "no core group in the first 10 working days")


def no_first_review(world: World) -> None:
    """CPP-004: no review conference in the first three months, nor since."""
    for _ in range(2):
        child = world.fresh("protected", _longer(110))
        child.remove("cp_conferences", child.find("cp_conferences", CONFERENCE_TYPE="Review"))
        world.plant("CPP-004", child, "plan", plan_key("cp", cp_plan(child)), "no review conference")


def no_second_review(world: World) -> None:
    """CPP-005: more than six months since the first review."""
    for _ in range(2):
        child = world.fresh("protected", _longer(275))
        child.remove("cp_conferences", child.find("cp_conferences", CONFERENCE_TYPE="Review")[1:])
        world.plant("CPP-005", child, "plan", plan_key("cp", cp_plan(child)), "no second review within six months")


def other_start(world: World) -> None:
    """CPP-007: the plan starts three working days after its conference."""
    for _ in range(2):
        child = world.fresh("protected")
        plan = cp_plan(child)
        plan["START_DATE"] = add_working(day(plan, "START_DATE"), 3)
        world.plant("CPP-007", child, "plan", plan_key("cp", plan), "starts 3 working days after the conference")


def no_category(world: World) -> None:
    """CPP-008: no latest category of abuse; no first one either."""
    for columns in (("LATEST_CATEGORY",), ("INITIAL_CATEGORY", "LATEST_CATEGORY")):
        child = world.fresh("protected")
        for column in columns:
            cp_plan(child)[column] = None
        key = plan_key("cp", cp_plan(child))
        world.plant("CPP-008", child, "plan", key, f"blank: {', '.join(columns)}")
        for column in columns:
            world.plant("INT-006", child, "plan", key, f"{column} is blank (as in CPP-008)")


def long_plan(world: World) -> None:
    """CPP-010: plans of more than 15 months."""
    for child in [child for child in world.children if child.kind == "long protected"]:
        world.used.add(child.id)
        world.plant("CPP-010", child, "plan", plan_key("cp", cp_plan(child)), "more than 15 months")


def two_kinds(world: World) -> None:
    """CPP-012: a child in need plan that began before the protection plan and ended after its start."""
    for _ in range(2):
        child = world.fresh("protected")
        start = add_working(day(cp_plan(child), "START_DATE"), -3)
        plan = child.add(
            "plans",
            PLAN_ID=world.number("PLAN_ID"),
            PLAN_TYPE="CIN",
            START_DATE=start,
            END_DATE=add_working(start, 8),
            CHILD_VIEWS="Y",
            PARENT_VIEWS="Y",
        )
        world.plant("CPP-012", child, "plan", plan_key("cin", plan), "overlaps a protection plan")


def late_cp_visit(world: World) -> None:
    """VIS-CP-001: one visit left out months ago."""
    for _ in range(3):
        child = world.fresh("protected", lambda child: _plain(child) and _longer(120)(child))
        missed = visit_rows(child, "Statutory visit")[3]
        skip_visits(child, day_of(missed), day_of(missed))
        world.plant("VIS-CP-001", child, "plan", plan_key("cp", cp_plan(child)), "one gap of more than 10 working days")


def unseen(world: World) -> None:
    """SEE-007: not seen for more than six weeks. VIS-CP-001 and VIS-RSK-001 come with it."""
    for _ in range(2):
        child = world.fresh("protected", lambda child: _plain(child) and _longer(100)(child))
        skip_visits(child, AS_OF - timedelta(days=44), AS_OF)
        for rule in ("SEE-007", "VIS-CP-001", "VIS-RSK-001"):
            world.plant(rule, child, "plan", plan_key("cp", cp_plan(child)), "not seen for more than six weeks")


def wrong_pace(world: World) -> None:
    """VIS-RSK-001: visited as if the risk were medium, but it is high, and has been for weeks."""
    for _ in range(2):
        child = world.fresh(
            "protected",
            lambda child: _plain(child) and day(child.rows["classifications"][-1], "START_DATE") < add_working(AS_OF, -40),
        )
        for row in child.rows["classifications"]:
            row["CLASSIFICATION_CODE"], row["DESCRIPTION"] = "High", "High risk"
        world.plant("VIS-RSK-001", child, "plan", plan_key("cp", cp_plan(child)), "high risk, seen every 8 or 9 working days")


def reviews_missed(world: World) -> None:
    """CIN-002: the first review missed; every review missed."""
    for first_only in (True, False):
        child = world.fresh("need", _longer(150))
        reviews = child.find("reviews", REVIEW_TYPE="CIN")
        child.remove("reviews", reviews[:1] if first_only else reviews)
        world.plant("CIN-002", child, "plan", plan_key("cin", cin_plan(child)), "a review left out")


def unexamined(world: World) -> None:
    """CIN-003: a plan of more than six months, and no manager's note for more than three."""
    for _ in range(2):
        child = world.fresh("need", _longer(205))
        skip_notes(child, AS_OF - timedelta(days=100))
        world.plant("CIN-003", child, "plan", plan_key("cin", cin_plan(child)), "no manager has looked for three months")


def late_step_down(world: World) -> None:
    """CIN-005: the child in need plan began eight working days after the protection plan ended."""
    for _ in range(2):
        child = world.fresh("stepped down")
        cin_plan(child)["START_DATE"] = add_working(child.days["stepped down"], 8)
        world.plant("CIN-005", child, "plan", plan_key("cp", cp_plan(child)), "the child in need plan began after 8 working days")


def overlapping_plans(world: World) -> None:
    """CIN-006: a second child in need plan while the first ran."""
    for _ in range(2):
        child = world.fresh("need", _longer(100))
        review = day(child.find("reviews", REVIEW_TYPE="CIN")[0], "REVIEW_DATE")
        plan = child.add(
            "plans",
            PLAN_ID=world.number("PLAN_ID"),
            PLAN_TYPE="CIN",
            START_DATE=add_working(review, -5),
            END_DATE=None,
            CHILD_VIEWS="Y",
            PARENT_VIEWS="Y",
        )
        world.plant("CIN-006", child, "plan", plan_key("cin", plan), "an earlier plan is still open")
        world.plant("INT-010", child, "plan", plan_key("cin", plan), "an earlier plan is still open (as in CIN-006)")


def nothing_under_way(world: World) -> None:
    """CIN-007: assessed, visited, allocated, and never closed nor given a plan."""
    for _ in range(2):
        child = world.fresh("closed")
        row = child.rows["contacts_referrals"][0]
        row["CLOSURE_DATE"] = row["CLOSURE_REASON"] = None
        child.rows["allocations"][0]["END_DATE"] = child.rows["classifications"][0]["END_DATE"] = None
        child.remove("observations", child.find("observations", OBSERVATION_TYPE="Closure decision"))
        last = day_of(visit_rows(child)[-1])
        visits(
            world,
            child,
            "Assessment visit",
            walk(last, LAST, lambda seen: add_working(seen, 8)),
            worker(ASSESSMENT, child.family),
        )
        world.plant("CIN-007", child, "referral", {"received_date": row["REFERRAL_DATE"]}, "open with nothing under way")


def late_cin_visit(world: World) -> None:
    """VIS-CIN-001: one visit left out."""
    for _ in range(2):
        child = world.fresh("need", _longer(120))
        missed = visit_rows(child, "CIN visit")[2]
        skip_visits(child, day_of(missed), day_of(missed))
        world.plant("VIS-CIN-001", child, "plan", plan_key("cin", cin_plan(child)), "one gap of more than 20 working days")


def waiting_unseen(world: World) -> None:
    """VIS-ASM-001: seen at the beginning of the assessment and not again."""
    for _ in range(2):
        child = world.fresh("waiting", lambda child: child.days["received"] < add_working(AS_OF, -22))
        skip_visits(child, add_working(AS_OF, -16), AS_OF)
        world.plant("VIS-ASM-001", child, "referral", {"received_date": child.days["received"]}, "not seen for 16 working days")


def unclear_visit(world: World) -> None:
    """SEE-005: a visit without an answer whether the child was seen; one that failed and yet saw the child."""
    for kind, seen in (("CIN visit", None), ("CIN visit - no access", "Yes")):
        child = world.fresh("need", _longer(60))
        when = add_working(child.days["in need"], 6)
        row = observe(world, child, kind, when, worker(safeguarding(child.family), child.family), CHILD_SEEN=seen)
        world.plant(
            "SEE-005", child, "visit", {"visit_type": "cin", "visit_date": day_of(row)}, f"{kind}, seen: {seen or 'blank'}"
        )


def failed_visits(world: World) -> None:
    """SEE-006: two visits in a row without access, and no manager's note."""
    first, second = date(2026, 3, 20), date(2026, 3, 24)
    for _ in range(2):
        child = world.fresh("need", lambda child: day_of(visit_rows(child)[-1]) < first)
        skip_notes(child, second)
        for when in (first, second):
            observe(world, child, "CIN visit - no access", when, worker(safeguarding(child.family), child.family))
        world.plant("SEE-006", child, "plan", plan_key("cin", cin_plan(child)), "two visits failed, and no manager decided")


def no_supervision(world: World) -> None:
    """SUP-002: no supervision on the file for more than five weeks."""
    for _ in range(2):
        child = world.fresh("protected", _longer(80))
        since = AS_OF - timedelta(days=36)
        sessions = child.find("careassess_forms", FORM_TYPE="Supervision record")
        child.remove("careassess_forms", [row for row in sessions if day(row, "START_DATE") >= since])
        world.plant("SUP-002", child, "person", {"person_id": child.id}, "no supervision for more than 28 days")


def late_entry(world: World) -> None:
    """REC-001: a visit written up after four working days; a manager's note after eight, which is a case note too."""
    for _ in range(2):
        child = world.fresh("need")
        row = visit_rows(child, "CIN visit")[1]
        row["CREATED_DATE"] = entered(add_working(day_of(row), 4), 1)
        seen = {"visit_type": "cin", "visit_date": day_of(row)}
        world.plant("REC-001", child, "visit", seen, "written up after 4 working days")
    child = world.fresh("need")
    row = child.find("observations", OBSERVATION_TYPE="Management oversight")[0]
    row["CREATED_DATE"] = entered(add_working(day_of(row), 8), 1)
    key = {"decision_type": "oversight", "decision_date": day_of(row)}
    world.plant("REC-001", child, "management_decision", key, "written up after 8 working days")
    world.plant("REC-001", child, "case_note", {"event_date": row["OBSERVATION_DATE"]}, "the same note, as a case note")


def closed_badly(world: World) -> None:
    """CLO-001: closed without a reason; a reason, and no day of closing."""
    child = world.fresh("need met")
    row = child.rows["contacts_referrals"][0]
    row["CLOSURE_REASON"] = None
    world.plant("CLO-001", child, "referral", {"received_date": row["REFERRAL_DATE"]}, "closed without a reason")
    child = world.fresh("need", lambda child: "old" not in child.days)
    row = child.rows["contacts_referrals"][0]
    row["CLOSURE_REASON"] = "RC7"
    world.plant("CLO-001", child, "referral", {"received_date": row["REFERRAL_DATE"]}, "a reason and no day of closing")


def plan_without_views(world: World) -> None:
    """VOI-005: the child's views missing, the parents' views missing."""
    for column in ("CHILD_VIEWS", "PARENT_VIEWS"):
        child = world.fresh("need")
        cin_plan(child)[column] = "N"
        world.plant("VOI-005", child, "plan", plan_key("cin", cin_plan(child)), f"{column}: N")
