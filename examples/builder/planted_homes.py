"""Planted breaches on looked-after children: reviewing officer, missing, pathway plan, stays with parents, short breaks."""

from __future__ import annotations

from datetime import date, timedelta

from builder.days import AS_OF, LAST, add_days, add_working
from builder.planting import day, skip_visits, visit_rows
from builder.records import Child, World, at
from builder.staff import CARE, worker
from builder.work import placement, visits


def plant_homes(world: World) -> None:
    """Every breach of this module."""
    for plant in (
        no_reviewing_officer,
        no_interview,
        missing_and_open,
        no_pathway_plan,
        interim_order_at_home,
        care_order_at_home,
        long_break,
    ):
        plant(world)


def no_reviewing_officer(world: World) -> None:
    """CLA-004: no reviewing officer; one who was appointed after 15 working days."""
    for wait in (None, 15):
        child = world.fresh("care")
        spells = child.find("allocations", ROLE="IRO")
        if wait is None:
            child.remove("allocations", spells)
        else:
            spells[0]["START_DATE"] = add_working(child.days["in care"], wait)
        what = f"appointed after {wait} working days (limit 5)" if wait else "no reviewing officer"
        world.plant("CLA-004", child, "care_period", {"start_date": child.days["in care"]}, what)


def no_interview(world: World) -> None:
    """MIS-001: no return home interview was offered; one was held after nine days."""
    for offered in (False, True):
        child = world.fresh("care", lambda child: bool(child.find("missing_episodes")))
        row = child.find("missing_episodes")[0]
        if offered:
            row["INTERVIEW_DATE"] = day(row, "END_DATE") + timedelta(days=9)
        else:
            row["INTERVIEW_OFFERED"], row["INTERVIEW_ACCEPTED"], row["INTERVIEW_DATE"] = "N", None, None
        what = "the interview was held after nine days" if offered else "no interview was offered"
        world.plant("MIS-001", child, "missing_episode", {"start_at": at(day(row, "START_DATE"), 0)}, what)


def missing_and_open(world: World) -> None:
    """MIS-002: an episode that has been open for ten days; one that begins while another runs."""
    child = world.fresh("care")
    row = child.add("missing_episodes", MISSING_TYPE="M", START_DATE=AS_OF - timedelta(days=10))
    world.plant("MIS-002", child, "missing_episode", {"start_at": at(day(row, "START_DATE"), 0)}, "open for ten days")
    child = world.fresh("care", lambda child: bool(child.find("missing_episodes")))
    first = child.find("missing_episodes")[0]
    begun = day(first, "START_DATE")
    first["END_DATE"], first["INTERVIEW_DATE"] = begun + timedelta(days=4), begun + timedelta(days=5)
    row = child.add("missing_episodes", **{**first, "START_DATE": begun + timedelta(days=2)})
    world.plant(
        "MIS-002", child, "missing_episode", {"start_at": at(day(row, "START_DATE"), 0)}, "begins while another episode runs"
    )


def no_pathway_plan(world: World) -> None:
    """LCV-001: 16 and looked after for more than 13 weeks, and no pathway plan."""
    child = world.fresh("care", lambda child: "pathway" in child.days and child.days["pathway"] < AS_OF - timedelta(days=45))
    child.remove("plans", child.find("plans", PLAN_TYPE="Pathway"))
    world.plant("LCV-001", child, "care_period", {"start_date": child.days["in care"]}, "no pathway plan")


def interim_order_at_home(world: World) -> None:
    """VIS-CLA-004: at home with parents under an interim care order, and visited as if with foster carers."""

    def under_interim_order(child: Child) -> bool:
        order = child.rows["legal_status"][-1]["LEGAL_STATUS"]
        return len(child.rows["placements"]) == 1 and order == "C1" and len(visit_rows(child, "LAC")) > 4

    child = world.fresh("care", under_interim_order)
    row = child.rows["placements"][0]
    row["PLACEMENT_TYPE"], row["PROVIDER_TYPE"], row["URN"] = "P1", "PR0", None
    key = {"start_date": row["START_DATE"]}
    world.plant("VIS-CLA-004", child, "placement", key, "at home under an interim order, more than four weeks between visits")


def care_order_at_home(world: World) -> None:
    """VIS-CLA-005: home to the parents under a care order, first visited after ten days. VIS-CLA-001 comes with it."""

    def under_care_order(child: Child) -> bool:
        status = child.rows["legal_status"][-1]
        return status["LEGAL_STATUS"] == "c2" and day(status, "START_DATE") < AS_OF - timedelta(days=80)

    child = world.fresh("care", under_care_order)
    moved = add_days(AS_OF, -60)
    old = child.rows["placements"][-1]
    old["END_DATE"], old["END_REASON"] = moved, "CARPL"
    row = placement(world, child, moved, None)
    row["PLACEMENT_TYPE"], row["PROVIDER_TYPE"], row["URN"] = "P1", "PR0", None
    skip_visits(child, moved, LAST)
    visits(world, child, "LAC visit", [add_days(moved, 10), add_days(moved, 38)], worker(CARE, child.family))
    for rule in ("VIS-CLA-001", "VIS-CLA-005"):
        world.plant(rule, child, "placement", {"start_date": moved}, "home under a care order, first visited after 10 days")


def long_break(world: World) -> None:
    """VIS-CLA-007: a short break of 21 days."""
    child = world.fresh("need", lambda child: child.days["in need"] < date(2025, 11, 3))
    begun, ended = date(2026, 2, 9), date(2026, 3, 2)
    child.add(
        "lac_episodes",
        EPISODE_ID=world.number("EPISODE_ID"),
        START_DATE=begun,
        START_REASON="S",
        END_DATE=ended,
        END_REASON="E4A",
        CATEGORY_OF_NEED="N2",
    )
    child.add("legal_status", LEGAL_STATUS="V3", START_DATE=begun, END_DATE=ended)
    placement(world, child, begun, ended)
    world.plant("VIS-CLA-007", child, "person", {"person_id": child.id}, "a short break of 21 days (limit 17)")
