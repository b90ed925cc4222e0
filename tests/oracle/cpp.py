"""Child protection conferences and their reviews."""

from __future__ import annotations

from datetime import date, timedelta

from tests.oracle.cells import (
    OUT,
    TBC,
    UNCLEAR,
    Row,
    Tables,
    child_of,
    done_by,
    duty_ends,
    earliest,
    garbled,
    kept_up,
    known,
    of_child,
)  # fmt: skip
from tests.oracle.days import FIRST, add_months, add_working


def cpp_001(enquiry: Row, tables: Tables, as_of: date) -> str:
    """The conference that follows a strategy discussion, where one was needed. Transfer-in conferences are no answer to it."""
    needed = conference_needed(enquiry)
    child = child_of(tables, enquiry)
    if needed == "no":
        return OUT
    garble = garbled(enquiry, "start_date", "outcome", "icpc_not_required_flag") or garbled(
        child, "date_of_birth", "date_of_death"
    )
    if garble or enquiry["start_date"] is None or enquiry["start_date"] < FIRST:
        return UNCLEAR
    begin = enquiry["start_date"]
    met = [row for row in of_child(tables, "conference", enquiry) if row["conference_type"] in ("initial", TBC)]
    held = earliest(*(row["conference_date"] for row in met if surely_held(row, begin, as_of)))
    dated = [row for row in met if row["conference_date"] is not None and (known(row["conference_date"]) or begin) <= as_of]
    doubt = any(garbled(row, "conference_type", "conference_date") for row in dated)
    unneeded = held is None and needed == "not said"
    return done_by(add_working(begin, 15), held, duty_ends(child), as_of, doubt or unneeded)


def conference_needed(enquiry: Row) -> str:
    flag, outcome = enquiry["icpc_not_required_flag"], enquiry["outcome"]
    if flag == "Y":
        return "no"
    if flag == "N" or "CP_CONFERENCE_FLAG" in (outcome or ""):
        return "yes"
    return "not said" if flag == TBC or outcome in (None, TBC) else "no"


def surely_held(row: Row, begin: date, as_of: date) -> bool:
    return (
        not garbled(row, "conference_type", "conference_date")
        and row["conference_date"] is not None
        and begin <= row["conference_date"] <= as_of
    )


def reviews(tables: Tables, record: Row, kind: str) -> list[date]:
    """Days on which a review of this kind was held."""
    return [
        review["review_date"]
        for review in of_child(tables, "plan_review", record)
        if review["review_type"] == kind and review["cancelled_flag"] in (None, "N") and known(review["review_date"])
    ]


def review_unread(tables: Tables, record: Row) -> bool:
    return any(garbled(row, "review_date", "review_type", "cancelled_flag") for row in of_child(tables, "plan_review", record))


def not_asked(plan: Row, child: Row) -> str | None:
    """The answer for a plan whose reviews need no looking at: it is of another kind, or what its clock stands on cannot be read."""
    if plan["plan_type"] not in ("cp", TBC):
        return OUT
    doubt = garbled(plan, "plan_type", "start_date", "end_date") or garbled(child, "date_of_birth", "date_of_death")
    return UNCLEAR if doubt or plan["start_date"] is None else None


def cpp_004(plan: Row, tables: Tables, as_of: date) -> str:
    child = child_of(tables, plan)
    if unasked := not_asked(plan, child):
        return unasked
    met, ended = made_on(plan, tables), duty_ends(child, plan["end_date"])
    if met is None:
        return UNCLEAR
    held = earliest(*(day for day in reviews(tables, plan, "cp") if met < day <= min(ended or as_of, as_of)))
    return done_by(add_months(met, 3), held, ended, as_of, review_unread(tables, plan))


def made_on(plan: Row, tables: Tables) -> date | None:
    """The day of the conference that made the plan: the one that names it, else the nearest within 31 days, else its start.

    ``None`` where one that cannot be read may come before the others, and would move the day.
    """
    begin = plan["start_date"]
    found = []
    for row in of_child(tables, "conference", plan):
        day, named, undated = known(row["conference_date"]), row["plan_id"] == plan["plan_id"], row["conference_date"] == TBC
        apart = abs((day or begin) - begin)
        unnamed = row["plan_id"] is None and row["cp_plan_made_flag"] != "N" and apart <= timedelta(days=31)
        if (day or undated) and (named or unnamed):
            unsure = undated or (not named and row["cp_plan_made_flag"] == TBC)
            found.append((not named, apart, day or date.max, unsure))
    if not found:
        return begin
    *_, day, unsure = min(found)
    alone = all(doubt for *_, doubt in found)
    return None if unsure and not (alone and day == begin) else day


def cpp_005(plan: Row, tables: Tables, as_of: date) -> str:
    child = child_of(tables, plan)
    if unasked := not_asked(plan, child):
        return unasked
    stop = earliest(duty_ends(child, plan["end_date"]), as_of) or as_of
    held = reviews(tables, plan, "cp")
    return kept_up(plan["start_date"], held, stop, lambda day: add_months(day, 6), review_unread(tables, plan), first=False)
