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
    earlier = later = False
    if assessment["start_date"] is None:
        begin, earlier, later = core_began(assessment, tables, as_of)
    if begin and begin >= SWITCH:
        return UNCLEAR if earlier else OUT
    if unreadable(assessment) or begin is None:
        return UNCLEAR
    verdict = scored(assessment, begin, 35, as_of)
    return UNCLEAR if (later if verdict == FAIL else earlier) else verdict


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


def core_began(assessment: Row, tables: Tables, as_of: date) -> tuple[date | None, bool, bool]:
    """Without a start: the end of the initial assessment, else the strategy discussion; never one of another referral.

    With it, whether the clock may have started earlier, and later, for a cell that cannot be read.
    """
    last = known(assessment["authorised_date"]) or as_of

    def within(row: Row, name: str) -> bool:
        ours = row["referral_id"] is None or assessment["referral_id"] in (None, row["referral_id"])
        return ours and row[name] is not None and (row[name] == TBC or row[name] <= last)

    initial = [
        row
        for row in of_child(tables, "assessment", assessment)
        if row["assessment_type"] in ("initial", TBC) and row["status"] != "cancelled" and within(row, "authorised_date")
    ]
    doubtful = [row for row in initial if garbled(row, "assessment_type", "authorised_date", "status")]
    ended = latest(*(row["authorised_date"] for row in initial if row not in doubtful))
    begun = [row["start_date"] for row in of_child(tables, "s47_enquiry", assessment) if within(row, "start_date")]
    start = ended or latest(*map(known, begun))
    perhaps = [known(row["authorised_date"]) for row in doubtful]
    earlier = ended is None and any(day is None or (start is not None and day < start) for day in perhaps)
    later = any(day is None or start is None or day > start for day in perhaps) or (ended is None and TBC in begun)
    return start, earlier, later
