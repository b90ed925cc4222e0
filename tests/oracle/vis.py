"""Visits: on plans, by risk, and to looked-after children."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

from tests.oracle.cells import (
    FAIL,
    NOT_DUE,
    OUT,
    PASS,
    TBC,
    UNCLEAR,
    Answer,
    Row,
    Tables,
    child_of,
    done_by,
    duty_ends,
    earliest,
    every,
    garbled,
    is_born,
    kept_up,
    known,
    latest,
    of_child,
    one_of,
    takes_place,
    unsaid,
)  # fmt: skip
from tests.oracle.days import add_days, add_months, add_working

SCHEDULE = {
    ("cp", "high"): (5, add_working), ("cp", "any"): (10, add_working), ("cin", "high"): (10, add_working),
    ("cin", "medium"): (20, add_working), ("cin", "low"): (42, add_days), ("cin", "any"): (20, add_working),
    ("care", "any"): (42, add_days),
}  # fmt: skip
"""The visit matrix as it ships: by plan and risk level, how long and in which days."""
TEMPORARY = ("T0", "T1", "T2", "T3", "T4")


def seen(tables: Tables, record: Row, kinds: tuple[str, ...]) -> list[date]:
    """Days on which the child was seen: completed visits of these kinds, the child's own."""
    return [
        visit["visit_date"]
        for visit in of_child(tables, "visit", record)
        if visit["child_seen"] == "Y" and visit["visit_type"] in kinds and takes_place(visit) and known(visit["visit_date"])
    ]


def doubtful(tables: Tables, record: Row) -> bool:
    return any(garbled(visit, "visit_date", "visit_type", "child_seen", "status") for visit in of_child(tables, "visit", record))


def not_asked(plan: Row, child: Row, kind: str, as_of: date) -> str | None:
    """The answer for a plan whose visits need no looking at: of another kind, for a child not born, or not to be read."""
    asked = every(one_of(plan["plan_type"], kind), is_born(child, as_of))
    if not asked:
        return OUT if asked is False else unsaid(child, garbled(plan, "plan_type"))
    doubt = garbled(plan, "start_date", "end_date", "visit_interval_days") or garbled(child, "date_of_birth", "date_of_death")
    return UNCLEAR if doubt or plan["start_date"] is None else None


def vis_cp_001(plan: Row, tables: Tables, as_of: date) -> str:
    child = child_of(tables, plan)
    if unasked := not_asked(plan, child, "cp", as_of):
        return unasked
    no_meeting = {**tables, "visit": [visit for visit in tables["visit"] if visit["meeting_id"] is None]}
    days = seen(no_meeting, plan, ("cp", "cla"))
    begin = max(plan["start_date"], child["date_of_birth"])
    return kept_up(begin, days, stop(plan, child, as_of), interval(plan, 10), doubtful(tables, plan))


def vis_cin_001(plan: Row, tables: Tables, as_of: date) -> str:
    child = child_of(tables, plan)
    if unasked := not_asked(plan, child, "cin", as_of):
        return unasked
    days = seen(tables, plan, ("cin", "cp", "cla"))
    begin = max(stepped_down(plan, days, tables) or plan["start_date"], child["date_of_birth"])
    return kept_up(begin, days, stop(plan, child, as_of), interval(plan, 20), doubtful(tables, plan))


def stop(plan: Row, child: Row, as_of: date) -> date:
    return earliest(duty_ends(child, plan["end_date"]), as_of) or as_of


def interval(plan: Row, working: int) -> Callable[[date], date]:
    """The plan's own interval, in days, where it is the shorter."""
    own = plan["visit_interval_days"]
    return lambda day: earliest(add_working(day, working), None if own is None else add_days(day, own)) or day


def stepped_down(cin: Row, days: list[date], tables: Tables) -> date | None:
    """The clock does not restart when a protection plan becomes a child in need plan within a week: it runs from the last visit."""
    found: list[date] = []
    for cp in of_child(tables, "plan", cin):
        begun, ended = known(cp["start_date"]), known(cp["end_date"])
        if cp["plan_type"] == "cp" and ended and ended <= cin["start_date"] <= ended + timedelta(days=7):
            found += [day for day in days if begun and begun <= day <= cin["start_date"]]
    return latest(*found)


def open_now(row: Row, as_of: date) -> Answer:
    begin, end = row["start_date"], row["end_date"]
    began = None if begin in (None, TBC) else begin <= as_of
    return every(began, None if end == TBC else end is None or end > as_of)


def vis_rsk_001(record: Row, tables: Tables, as_of: date) -> str:
    """A plan or a period of care; open referrals have no row in the visit matrix, and are not asked."""
    if "received_date" in record:
        return OUT
    child = child_of(tables, record)
    on_plan = "plan_type" in record
    kind = one_of(record["plan_type"], "cp", "cin") if on_plan else not only_short_breaks(record, tables)
    asked = every(kind, is_born(child, as_of), open_now(record, as_of), not over(child, as_of))
    if not asked:
        doubt = garbled(child, "date_of_death") or garbled(record, "start_date", "end_date", *(["plan_type"] if on_plan else []))
        return OUT if asked is False else unsaid(child, doubt)
    level, since, unclear = risk(tables, record, as_of)
    if unclear or garbled(child, "date_of_birth", "date_of_death"):
        return UNCLEAR
    kind = record["plan_type"] if on_plan else "care"
    number, count = SCHEDULE.get((kind, level)) or SCHEDULE[kind, "any"]
    begin = max(record["start_date"], child["date_of_birth"])
    points = sorted({begin, *(day for day in seen(tables, record, ("cp", "cin", "cla", "assessment")) if begin <= day <= as_of)})
    gaps = [(first, then) for first, then in pairwise(points) if recent(then, since, as_of)]
    late = [first for first, then in gaps if then > count(first, number)]
    if as_of > count(points[-1], number) or len(late) * 2 > len(gaps):
        return UNCLEAR if doubtful(tables, record) else FAIL
    return PASS if len(points) > 1 else NOT_DUE


def over(child: Row, as_of: date) -> bool:
    """The child has died, or is eighteen."""
    ended = duty_ends(child)
    return ended is not None and ended <= as_of


def recent(day: date, since: date | None, as_of: date) -> bool:
    return add_months(day, 6) >= as_of and (since is None or day >= since)


def risk(tables: Tables, record: Row, as_of: date) -> tuple[str, date | None, bool]:
    """Today's risk level, the day it began, and whether one that may be today's cannot be read."""
    rows = [row for row in of_child(tables, "person_characteristic", record) if row["characteristic_type"] == "risk_level"]
    rows = [row for row in rows if (known(row["start_date"]) or as_of) <= as_of < (known(row["end_date"]) or date.max)]
    if not rows:
        return "any", None, False
    last = min(rows, key=lambda row: (-(known(row["start_date"]) or date.min).toordinal(), row["value"]))
    return last["value"].strip().lower(), known(last["start_date"]), any(garbled(row, "start_date", "end_date") for row in rows)


def only_short_breaks(record: Row, tables: Tables) -> bool:
    """Every legal status that may be in force at some time of the record is a short-break one, and there is one."""
    begin, end = known(record["start_date"]), known(record["end_date"]) or date.max
    found = []
    for status in of_child(tables, "legal_status", record):
        first, last = known(status["start_date"]), known(status["end_date"])
        lasts = last is None or (begin is not None and first is not None and (first >= begin or last > begin))
        if first is None or (lasts and (first < end or (begin is not None and first <= begin))):
            found.append(status["legal_status"] in ("V3", "V4") and first is not None)
    return bool(found) and all(found)


def stays(tables: Tables, record: Row) -> list[list[Row]]:
    """The child's placements, as stays with one carer: a change of status, or a time away and back, is the same stay."""
    rows = of_child(tables, "placement", record)
    home = [row for row in rows if row["placement_type"] not in TEMPORARY]
    found: list[list[Row]] = []
    for row in sorted(home, key=lambda row: (known(row["start_date"]) or date.max, known(row["end_date"]) or date.max)):
        if found and goes_on(found[-1][-1], row, [away for away in rows if away["placement_type"] in TEMPORARY]):
            found[-1].append(row)
        else:
            found.append([row])
    return found


def goes_on(before: Row, after: Row, temporary: list[Row]) -> bool:
    left, came = known(before["end_date"]), known(after["start_date"])
    if left is None or came is None or came < left:
        return False
    if left == came and before["change_reason"] == "PLACE":
        return True
    if before["postcode"] is None or before["postcode"] != after["postcode"]:
        return False
    away = [(known(row["start_date"]), known(row["end_date"])) for row in temporary]
    inside = [(begin, end) for begin, end in away if begin and end and left <= begin <= end <= came]
    return left == came or (bool(inside) and min(inside)[0] == left and max(end for _, end in inside) == came)


def stay_of(placement: Row, tables: Tables) -> list[Row] | None:
    """The stay that begins with this placement."""
    return next((stay for stay in stays(tables, placement) if stay[0] is placement), None)


def vis_cla_001(placement: Row, tables: Tables, as_of: date) -> str:
    stay, child = stay_of(placement, tables), child_of(tables, placement)
    begin = placement["start_date"]
    if not stay or only_short_breaks(placement, tables) or (known(begin) and begin < date(2011, 4, 1)):
        return OUT
    if begin is None or garbled_stay(placement, stay, child):
        return UNCLEAR
    until = duty_ends(child, stay[-1]["end_date"])
    first = earliest(*(day for day in seen(tables, placement, ("cla",)) if begin <= day <= min(until or as_of, as_of)))
    return done_by(add_days(begin, 7), first, until, as_of, doubtful(tables, placement))


def garbled_stay(placement: Row, stay: list[Row], child: Row) -> bool:
    return garbled(placement, "start_date") or garbled(stay[-1], "end_date") or garbled(child, "date_of_birth", "date_of_death")


def vis_cla_002(placement: Row, tables: Tables, as_of: date) -> str:
    stay, child = stay_of(placement, tables), child_of(tables, placement)
    begin = placement["start_date"]
    if not stay or only_short_breaks(placement, tables) or (known(begin) and begin < date(2011, 4, 1)):
        return OUT
    if begin is None or garbled_stay(placement, stay, child):
        return UNCLEAR
    until = earliest(duty_ends(child, stay[-1]["end_date"]), add_months(begin, 12), as_of) or as_of
    days = seen(tables, placement, ("cla",))
    return kept_up(begin, days, until, lambda day: add_days(day, 42), doubtful(tables, placement))


def vis_cla_003(placement: Row, tables: Tables, as_of: date) -> str:
    stay, child = stay_of(placement, tables), child_of(tables, placement)
    begin = placement["start_date"]
    if not stay or only_short_breaks(placement, tables):
        return OUT
    if begin in (None, TBC):
        return UNCLEAR if garbled(placement, "start_date", "end_date") else OUT
    year, ended = add_months(begin, 12), known(stay[-1]["end_date"])
    if year > as_of or (ended or as_of) < year:
        return OUT
    if garbled(placement, "intended_to_18_flag") or garbled_stay(placement, stay, child):
        return UNCLEAR
    days = seen(tables, placement, ("cla",))
    last = latest(*(day for day in days if begin <= day <= year))
    clock = max(date(2011, 4, 1), last if last and add_days(last, 42) >= year else year)
    long_term = placement["intended_to_18_flag"] == "Y"
    due = (lambda day: add_months(day, 3)) if long_term else (lambda day: add_days(day, 42))
    return kept_up(clock, days, earliest(duty_ends(child, ended), as_of) or as_of, due, doubtful(tables, placement))
