"""Assessments: the single one, and those that it took the place of in April 2013."""

from __future__ import annotations

from datetime import date, timedelta

from tests.oracle.cells import FAIL, NOT_DUE, OUT, PASS, TBC, UNCLEAR, Row, Tables, garbled, known, latest, of_child
from tests.oracle.days import FIRST, add_working

SWITCH = date(2013, 4, 15)
KINDS = ("single", "initial", "core")


def asm_001(assessment: Row, tables: Tables, as_of: date) -> str:
    clock, sure = clock_of(assessment, tables)
    if out_of_scope(assessment, "single", clock) or (clock and clock < SWITCH):
        return OUT
    return UNCLEAR if not sure or unreadable(assessment) or clock is None else scored(assessment, clock, 45, as_of)


def asm_002(assessment: Row, tables: Tables, as_of: date) -> str:
    clock, sure = clock_of(assessment, tables)
    if out_of_scope(assessment, "initial", clock) or (clock and clock >= SWITCH):
        return OUT
    if not sure or unreadable(assessment) or clock is None:
        return UNCLEAR
    return scored(assessment, clock, 7 if clock < date(2010, 4, 1) else 10, as_of)


def asm_003(assessment: Row, tables: Tables, as_of: date) -> str:
    begin = known(assessment["start_date"])
    if out_of_scope(assessment, "core", begin) or (begin and begin >= SWITCH):
        return OUT
    if not garbled(assessment, "start_date"):
        begin = begin or core_began(assessment, tables, as_of)
    if begin and begin >= SWITCH:
        return OUT
    return UNCLEAR if unreadable(assessment) or begin is None else scored(assessment, begin, 35, as_of)


def out_of_scope(assessment: Row, kind: str, clock: date | None) -> bool:
    """Another kind, or cancelled, or dated as authorised before it began (which another rule reports)."""
    began = latest(known(assessment["start_date"]), clock)
    done = known(assessment["authorised_date"])
    is_other = assessment["assessment_type"] not in (kind, TBC) and (assessment["assessment_type"] or not unreadable(assessment))
    return bool(is_other or assessment["status"] == "cancelled" or (done and began and done < began))


def unreadable(assessment: Row) -> bool:
    return garbled(assessment, "assessment_type", "status", "start_date", "authorised_date")


def scored(assessment: Row, clock: date, working: int, as_of: date) -> str:
    if clock < FIRST:
        return UNCLEAR
    due, done = add_working(clock, working), assessment["authorised_date"]
    if done and done <= as_of:
        return PASS if done <= due else FAIL
    return FAIL if as_of > due else NOT_DUE


def clock_of(assessment: Row, tables: Tables) -> tuple[date | None, bool]:
    """When the clock starts, and whether that is sure: at the referral, or at its own start on a case that is already open."""
    if assessment["assessment_type"] not in KINDS:
        return None, True
    received, unread = (
        first_received(assessment, tables),
        any(known(row["received_date"]) is None for row in of_child(tables, "referral", assessment)),
    )
    if received is None:
        return (None, False) if unread else (known(assessment["start_date"]), True)
    begin = known(assessment["start_date"])
    for other in of_child(tables, "assessment", assessment):
        began, done = known(other["start_date"]), known(other["authorised_date"])
        before = other["assessment_type"] in KINDS and other["status"] != "cancelled" and began and done and begin
        if before and began < begin and done <= begin and first_received(other, tables) == received:
            return begin, True
    return received, True


def first_received(assessment: Row, tables: Tables) -> date | None:
    """Receipt of the referral that it answers; a referral opened the day another was closed is the same one, however often."""
    referrals = of_child(tables, "referral", assessment)
    received = answered(assessment, referrals)
    while received is not None:
        before = [row["received_date"] for row in referrals if row["close_date"] == received and known(row["received_date"])]
        earlier = min((day for day in before if day < received), default=None)
        if earlier is None:
            break
        received = earlier
    return received


def answered(assessment: Row, referrals: list[Row]) -> date | None:
    """The referral named by its id, else the latest within the 45 days before that was still open."""
    named = [row for row in referrals if row["referral_id"] is not None and row["referral_id"] == assessment["referral_id"]]
    begin = known(assessment["start_date"])
    if named or begin is None:
        return latest(*(known(row["received_date"]) for row in named))
    still = [known(row["received_date"]) for row in referrals if (known(row["close_date"]) or begin) >= begin]
    return latest(*(day for day in still if day and day <= begin <= day + timedelta(days=45)))


def core_began(assessment: Row, tables: Tables, as_of: date) -> date | None:
    """Without a start: the end of the initial assessment, else the strategy discussion; never one of another referral."""
    last = known(assessment["authorised_date"]) or as_of

    def same(row: Row) -> bool:
        return row["referral_id"] is None or assessment["referral_id"] is None or row["referral_id"] == assessment["referral_id"]

    initial = [
        row
        for row in of_child(tables, "assessment", assessment)
        if row["assessment_type"] == "initial" and row["status"] != "cancelled" and same(row)
    ]
    ended = [known(row["authorised_date"]) for row in initial]
    begun = [known(row["start_date"]) for row in of_child(tables, "s47_enquiry", assessment) if same(row)]
    return latest(*(day for day in ended if day and day <= last)) or latest(*(day for day in begun if day and day <= last))
