"""Who holds a case: somebody, not too many, and without a gap."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tests.oracle.cells import FAIL, NOT_DUE, OUT, PASS, TBC, UNCLEAR, Answer, Row, Tables, garbled, known, of_child
from tests.oracle.days import add_months, add_working
from tests.oracle.vis import over

NOBODY = ("unallocated", "duty", "duty team", "duty worker", "team", "waiting list", "tbc", "#n/a", "not allocated")
LEAD = ("lead worker", "allocated worker", "key worker", "social worker", "lead social worker")
SOCIAL_WORKERS = (
    "social worker", "senior social worker", "advanced social worker", "newly qualified social worker", "agency social worker",
    "practice manager",
)  # fmt: skip
ORDER = ("cla", "cp", "cin", "referral")


def a_person(allocation: Row) -> bool:
    """A named worker: not a team, a duty desk, a waiting list, nor a name that is nobody's."""
    name = allocation["worker_name"] or allocation["worker_id"]
    return allocation["holder_type"] in (None, "worker", TBC) and name is not None and name.lower() not in NOBODY


def leads(allocation: Row) -> bool:
    return allocation["role"] is None or allocation["role"].lower() in LEAD


def in_force(allocation: Row, as_of: date) -> bool:
    """Or it may be: a date that is blank, or cannot be read, rules nothing out."""
    begin, end = known(allocation["start_date"]), known(allocation["end_date"])
    return (begin is None or begin <= as_of) and (end is None or end > as_of)


def sure(allocation: Row) -> bool:
    return not garbled(allocation, "start_date", "end_date", "holder_type")


class Span(NamedTuple):
    """A time that a child was open."""

    status: str
    begin: date
    end: date


def spans(tables: Tables, record: Row) -> list[Span]:
    """Every time with a plan, in care or with an accepted referral. What ends on a day that cannot be read is left out."""
    found = [("cla", row["start_date"], row["end_date"]) for row in of_child(tables, "care_period", record)]
    for plan in of_child(tables, "plan", record):
        if plan["plan_type"] in ("cp", "cin"):
            found.append((plan["plan_type"], plan["start_date"], plan["end_date"]))
    for referral in of_child(tables, "referral", record):
        if referral["nfa_flag"] != "Y":
            found.append(("referral", referral["received_date"], referral["close_date"]))
    return [Span(status, begin, end or date.max) for status, begin, end in found if known(begin) and end != TBC]


class Standing(NamedTuple):
    """Whether the child is open today, as what (the highest of it), and since when. What cannot be told is ``None``."""

    is_open: Answer
    status: str | None = None
    since: date | None = None


def standing(tables: Tables, record: Row, as_of: date) -> Standing:
    found = [("cla", row["start_date"], row["end_date"], True) for row in of_child(tables, "care_period", record)]
    for plan in of_child(tables, "plan", record):
        if plan["plan_type"] in ("cp", "cin", TBC):
            kind = "cin" if plan["plan_type"] == "cin" else "cp"
            found.append((kind, plan["start_date"], plan["end_date"], plan["plan_type"] != TBC))
    for referral in of_child(tables, "referral", record):
        if referral["nfa_flag"] != "Y":
            found.append(("referral", referral["received_date"], referral["close_date"], referral["nfa_flag"] != TBC))
    now = [
        (ORDER.index(kind), begin, told and TBC not in (begin, end))
        for kind, begin, end, told in found
        if begin is not None and (known(begin) or as_of) <= as_of < (known(end) or date.max)
    ]
    surely = min((level for level, _, sure in now if sure), default=None)
    perhaps = min((level for level, _, sure in now if not sure), default=None)
    if surely is None:
        return Standing(None if now else False)
    if perhaps is not None and perhaps < surely:
        return Standing(True)
    return Standing(True, ORDER[surely], min(begin for level, begin, sure in now if sure and level == surely))


def qualified(allocation: Row, tables: Tables) -> bool:
    """Asked only where the staff list gives the worker's role or registration."""
    worker = next((row for row in tables["worker"] if row["worker_id"] == allocation["worker_id"]), None)
    if worker is None or worker["registration_no"] is not None or worker["role"] is None:
        return True
    return worker["role"].lower() in SOCIAL_WORKERS


def alc_001(person: Row, tables: Tables, as_of: date) -> str:
    child = standing(tables, person, as_of)
    if child.is_open is False or over(person, as_of):
        return OUT
    if child.status is None or child.since is None or garbled(person, "date_of_birth", "date_of_death"):
        return UNCLEAR
    held = [row for row in of_child(tables, "allocation", person) if leads(row) and in_force(row, as_of)]
    workers = [row for row in held if a_person(row) and sure(row)]
    strict = child.status in ("cla", "cp", "cin")
    if any(qualified(row, tables) or not strict for row in workers):
        return PASS
    if not all(map(sure, held)):
        return UNCLEAR
    screening = child.status == "referral" and add_working(child.since, 1) >= as_of
    return NOT_DUE if screening and not workers else FAIL


def who(allocation: Row) -> str | None:
    return allocation["worker_id"] or (allocation["worker_name"] or "").lower() or None


def alc_004(person: Row, tables: Tables, as_of: date) -> str:
    is_open = standing(tables, person, as_of).is_open
    if not is_open:
        return OUT if is_open is False else UNCLEAR
    counted = []
    for row in of_child(tables, "allocation", person):
        begin, end = known(row["start_date"]), known(row["end_date"])
        lately = (begin is None or begin <= as_of) and (end is None or add_months(end, 12) > as_of)
        cover = begin is not None and end is not None and end <= add_working(begin, 3)
        if a_person(row) and leads(row) and lately and not cover:
            counted.append(row)
    if len({who(row) for row in counted if sure(row)}) > 3:
        return FAIL
    return UNCLEAR if len({who(row) for row in counted}) > 3 else PASS


def begun(allocation: Row, as_of: date) -> bool:
    return leads(allocation) and (known(allocation["start_date"]) or as_of) <= as_of


def in_doubt(allocation: Row) -> bool:
    """Nobody is named, and whether it is a worker's at all, or when it began, cannot be read."""
    nobody = allocation["worker_name"] is None and allocation["worker_id"] is None
    return nobody and allocation["holder_type"] in (None, "worker", TBC) and garbled(allocation, "holder_type", "start_date")


def alc_005(allocation: Row, tables: Tables, as_of: date) -> str:
    if not begun(allocation, as_of) or not a_person(allocation):
        return UNCLEAR if begun(allocation, as_of) and in_doubt(allocation) else OUT
    rows = [row for row in of_child(tables, "allocation", allocation) if begun(row, as_of)]
    held = [row for row in rows if a_person(row)]
    if not all(map(sure, [allocation, *held])) or any(map(in_doubt, rows)) or allocation["start_date"] is None:
        return UNCLEAR
    if allocation not in held:
        return PASS
    places = {id(row): place for place, row in enumerate(tables["allocation"])}

    def last(row: Row) -> date:
        return min(row["end_date"] or as_of, as_of)

    dated = [row for row in held if row["start_date"] is not None]
    dated.sort(key=lambda row: (row["start_date"], last(row), places[id(row)]))
    before = dated[: next(place for place, row in enumerate(dated) if row is allocation)]
    reach = max(map(last, before), default=None)
    begin = allocation["start_date"]
    gap = reach is not None and begin > add_working(reach, 2) and open_throughout(spans(tables, allocation), reach, begin)
    return FAIL if gap or any(doubled(row, allocation, places, last(row), last(allocation)) for row in dated) else PASS


def open_throughout(times: list[Span], begin: date, end: date) -> bool:
    """Open all the while: one time may take over from another on the same day."""
    reach: date | None = None
    for span in sorted(times, key=lambda span: span.begin):
        if reach is None or span.begin > reach:
            if reach is not None and reach >= end:
                return True
            if span.begin > begin:
                return False
            reach = span.end
        reach = max(reach, span.end)
    return reach is not None and reach >= end


def doubled(other: Row, own: Row, places: dict[int, int], other_end: date, own_end: date) -> bool:
    """Another worker led before this one began, and both still did more than five working days later."""
    if who(other) == who(own) or other["role"] is None or own["role"] is None:
        return False
    if (other["start_date"], places[id(other)]) >= (own["start_date"], places[id(own)]):
        return False
    return min(other_end, own_end) > add_working(own["start_date"], 5)
