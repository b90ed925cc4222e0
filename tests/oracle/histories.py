"""Random households: coherent enough to be near every limit, and messy as records are.

Children, their plans, visits, reviews, placements and workers are made together; dates fall on a limit, a day before it or a
day after far more often than elsewhere. Half of the households are clean; the others have blanks, cells that cannot be read,
codes that do not belong and ends before starts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tests.oracle.cells import TBC, Row, Tables
from tests.oracle.days import add, add_months, latest_start

from casecheck.model import load_model

LONG_AGO = date(1900, 1, 1)
"""What some systems write where no date is known."""
NAMES = (
    "person", "plan", "visit", "plan_review", "conference", "s47_enquiry", "placement", "care_period", "legal_status",
    "referral", "assessment", "allocation", "worker", "supervision", "person_characteristic",
)  # fmt: skip
_KEYS = {"plan": "plan_id", "visit": "visit_id", "plan_review": "review_id", "conference": "conference_id", "worker": "worker_id",
         "s47_enquiry": "enquiry_id", "placement": "placement_id", "care_period": "care_period_id", "referral": "referral_id",
         "legal_status": "legal_status_id", "assessment": "assessment_id", "supervision": "supervision_id", "person": "person_id"}  # fmt: skip
_USED = {
    "person": ("date_of_birth", "expected_date_of_birth", "date_of_death"),
    "plan": ("plan_type", "start_date", "end_date", "visit_interval_days"),
    "visit": ("visit_type", "visit_date", "status", "child_seen"),
    "plan_review": ("review_type", "review_date", "cancelled_flag"),
    "conference": ("conference_type", "conference_date", "cp_plan_made_flag"),
    "s47_enquiry": ("start_date", "outcome", "icpc_not_required_flag"),
    "placement": ("placement_type", "start_date", "end_date", "change_reason", "intended_to_18_flag"),
    "care_period": ("start_date", "end_date"),
    "legal_status": ("legal_status", "start_date", "end_date"),
    "referral": ("received_date", "close_date", "nfa_flag"),
    "assessment": ("assessment_type", "start_date", "authorised_date", "status"),
    "allocation": ("holder_type", "start_date", "end_date"),
    "worker": ("fte", "start_date", "end_date"),
    "supervision": ("supervision_date", "status"),
    "person_characteristic": ("characteristic_type", "start_date", "end_date"),
}
"""The cells that dirt falls on: those that rules read, and that can be unreadable."""
_OTHERS = {
    "plan_type": ("cp", "cin", "care"), "visit_type": ("cp", "cin", "cla", "assessment", "iro", "other"),
    "child_seen": ("Y", "N", "U"), "status": ("done", "attempted", "cancelled", "planned"), "review_type": ("cp", "care", "cin"),
    "conference_type": ("initial", "transfer_in"), "holder_type": ("worker", "team", "waiting_list"), "cancelled_flag": ("Y", "N"),
    "assessment_type": ("single", "initial", "core", "other"), "placement_type": ("U6", "T0", "T3", "K2"), "nfa_flag": ("Y", "N"),
    "legal_status": ("V2", "V3", "V4", "C2"), "cp_plan_made_flag": ("Y", "N"), "intended_to_18_flag": ("Y", "N"),
}  # fmt: skip


class Household:
    """The tables of one history while they are written."""

    def __init__(self, seed: str, as_of: date) -> None:
        self.chance = random.Random(seed)
        self.as_of = as_of
        self.tables: Tables = {name: [] for name in NAMES}
        self.workers: list[str] = []

    def add(self, table: str, **cells: Any) -> Row:
        row = {**dict.fromkeys(load_model().table(table).fields), **cells}
        if table in _KEYS:
            row[_KEYS[table]] = row[_KEYS[table]] or f"{table[:2]}{len(self.tables[table])}"
        self.tables[table].append(row)
        return row

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def ago(self, most: int, least: int = 0) -> date:
        return self.as_of - timedelta(days=self.chance.randint(least, most))

    def around(self, day: date) -> date:
        """That day, or the one before or after."""
        return day + timedelta(days=self.chance.choice((-1, 0, 0, 1)))

    def on(self, day: date, *offsets: int) -> date:
        return day + timedelta(days=self.chance.choice(offsets))

    def onward(self, day: date, number: int, unit: str) -> date:
        """About a limit later, most of the time."""
        if self.maybe(0.3):
            return day + timedelta(days=self.chance.randint(0, 12))
        return self.around(add(day, number, unit))

    def chain(self, begin: date, number: int, unit: str, most: int = 12) -> Iterator[date]:
        """Days about a limit apart, from the beginning on or back from today."""
        day = begin
        if self.maybe(0.5):
            for _ in range(self.chance.randint(0, most)):
                day = self.onward(day, number, unit)
                yield day
            return
        day = self.around(latest_start(self.as_of, number, unit))
        for _ in range(self.chance.randint(1, most)):
            if day < begin - timedelta(days=5):
                return
            yield day
            day = (
                self.around(latest_start(day, number, unit))
                if self.maybe(0.9)
                else day - timedelta(days=self.chance.randint(0, 9))
            )

    def worker(self) -> str | None:
        return self.chance.choice(self.workers) if self.workers and self.maybe(0.85) else None


def households(seed: int, number: int, as_of: date) -> list[Tables]:
    return [household(f"{seed}/{place}", as_of) for place in range(number)]


def household(seed: str, as_of: date) -> Tables:
    home = Household(seed, as_of)
    _staff(home)
    for number in range(home.chance.choice((1, 1, 2, 3))):
        _child(home, f"C{number}")
    if home.maybe(0.15):
        _busy(home)
    if home.maybe(0.5):
        _dirt(home)
    return home.tables


def _staff(home: Household) -> None:
    for number in range(home.chance.choice((0, 2, 5, 6))):
        worker = f"W{number}"
        home.workers.append(worker)
        began = home.chance.choice((None, home.ago(500), home.ago(60), home.around(latest_start(home.as_of, 28, "days"))))
        home.add(
            "worker", worker_id=worker, start_date=began, worker_name=home.chance.choice((None, f"Name {number}", "Duty")) if home.maybe(0.2) else None,
            role=home.chance.choice(("Social Worker", "social worker", "team manager", "family help worker", None)),
            registration_no=home.chance.choice((None, None, "SW1")), fte=home.chance.choice((1.0, 0.5, 0.1, None)),
            end_date=home.on(home.as_of, -30, 0, 1, 30) if home.maybe(0.1) else None,
        )  # fmt: skip
        for day in home.chain(home.ago(420), 28, "days", 16):
            home.add("supervision", worker_id=worker, supervision_date=day, status=home.chance.choice(("done", "done", None, "cancelled")) if home.maybe(0.3) else "done",
                     person_id="C0" if home.maybe(0.1) else None)  # fmt: skip


def _busy(home: Household) -> None:
    """A worker whose number of children is about the limit, some of them held twice, by a team or in another role."""
    fte = home.chance.choice((1.0, None, 0.5, 0.11, 0.72, 0.1, 0.0))
    worker = home.add("worker", worker_id="WB", fte=fte, start_date=home.ago(400))["worker_id"]
    for number in range(max(int(18 * (1 if fte is None else fte)) + home.chance.choice((-1, 0, 0, 1, 1, 2)), 1)):
        began = home.ago(300) if home.maybe(0.95) else home.on(home.as_of, 0, 1)
        held = {
            "person_id": f"B{number}",
            "worker_id": worker,
            "start_date": began,
            "role": home.chance.choice(("lead worker", "Allocated Worker", None)),
        }
        home.add("allocation", **held, end_date=home.on(home.as_of, 0, 1) if home.maybe(0.05) else None)
        if home.maybe(0.1):
            home.add("allocation", **{**held, "role": home.chance.choice(("co-worker", "lead worker"))})


def _child(home: Household, name: str) -> None:
    _person(home, name)
    chance = home.chance
    for act, share in (
        (_protected, 0.5),
        (_in_need, 0.4),
        (_looked_after, 0.45),
        (_assessed, 0.5),
        (_enquired, 0.35),
        (_held, 0.6),
        (_restless, 0.12),
    ):
        while chance.random() < share:
            act(home, name)
            share /= 4
    while home.maybe(0.35):
        home.add("person_characteristic", person_id=name, characteristic_type="risk_level", value=chance.choice(("high", "Medium", "low ", "very high")),
                 start_date=home.ago(120) if home.maybe(0.9) else None, end_date=home.on(home.as_of, -20, 0, 1) if home.maybe(0.3) else None)  # fmt: skip


def _person(home: Household, name: str) -> None:
    chance, as_of = home.chance, home.as_of
    kind = chance.choices(("child", "unborn", "nothing", "grown", "baby", "not listed"), (75, 5, 2, 8, 8, 2))[0]
    born = {
        "child": home.ago(17 * 365, 300), "grown": add_months(home.on(as_of, -100, -20, -1, 0, 1, 20), -18 * 12),
        "baby": home.ago(70) if home.maybe(0.8) else home.on(as_of, 0, 1),
    }.get(kind)  # fmt: skip
    if kind == "not listed":
        return
    home.add("person", person_id=name, date_of_birth=born, expected_date_of_birth=home.on(as_of, 20, 90) if kind == "unborn" or (kind == "baby" and home.maybe(0.2)) else None,
             date_of_death=home.on(as_of, -60, -20, -1, 0) if home.maybe(0.06) else None)  # fmt: skip


def _visits(home: Household, name: str, kind: str, begin: date, number: int, unit: str, most: int = 12) -> None:
    for day in home.chain(begin, number, unit, most):
        usual = home.maybe(0.9)
        home.add(
            "visit", person_id=name, visit_date=day, visit_type=kind if usual else home.chance.choice(_OTHERS["visit_type"]),
            child_seen="Y" if home.maybe(0.93) else home.chance.choice(("N", "U", None)), worker_id=home.worker(),
            status=home.chance.choice(("done", None)) if home.maybe(0.95) else home.chance.choice(_OTHERS["status"]),
            meeting_id="M1" if home.maybe(0.03) else None,
        )  # fmt: skip


def _end(home: Household, begin: date, *limits: date) -> date | None:
    if home.maybe(0.6):
        return None
    return home.chance.choice(
        [home.on(home.as_of, -1, 0, 1), begin + timedelta(days=home.chance.randint(0, 300)), *map(home.around, limits)]
    )


def _protected(home: Household, name: str) -> None:
    chance = home.chance
    begin = chance.choice(
        (
            home.ago(500),
            home.ago(40),
            home.around(latest_start(home.as_of, 28, "days")),
            home.around(latest_start(home.as_of, 3, "months")),
        )
    )
    plan = home.add("plan", person_id=name, plan_type="cp", start_date=begin, end_date=_end(home, begin, add(begin, 10, "working days"), add(begin, 3, "months")),
                    visit_interval_days=chance.choice((5, 7, 14, 20)) if home.maybe(0.15) else None)  # fmt: skip
    met = begin
    if home.maybe(0.7):
        met = home.on(begin, 0, 0, 0, -1, 1, -5, 31, 32, -31, -32)
        home.add("conference", person_id=name, conference_type="transfer_in" if home.maybe(0.2) else "initial", conference_date=met,
                 plan_id=plan["plan_id"] if home.maybe(0.4) else None, cp_plan_made_flag=chance.choice(("Y", None, "N")) if home.maybe(0.3) else "Y")  # fmt: skip
    _reviews(home, name, "cp", met, 3, "months")
    _visits(
        home,
        name,
        "cp",
        begin,
        *chance.choice(((10, "working days"), (10, "working days"), (5, "working days"), (28, "days"), (42, "days"))),
    )


def _reviews(home: Household, name: str, kind: str, begin: date, number: int, unit: str) -> None:
    day = home.onward(begin, number, unit)
    for place in range(home.chance.randint(0, 4)):
        home.add("plan_review", person_id=name, review_type=kind if home.maybe(0.95) else "cin", review_date=day,
                 cancelled_flag=home.chance.choice(("Y", "N")) if home.maybe(0.2) else home.chance.choice((None, "N")))  # fmt: skip
        day = home.onward(day, 3 if place == 0 and kind == "care" else 6, "months")
    if home.maybe(0.4):
        months = home.chance.choice((3, 6))
        home.add(
            "plan_review", person_id=name, review_type=kind, review_date=home.around(latest_start(home.as_of, months, "months"))
        )


def _in_need(home: Household, name: str) -> None:
    chance = home.chance
    ended = [plan["end_date"] for plan in home.tables["plan"] if plan["person_id"] == name and plan["end_date"]]
    begin = home.on(chance.choice(ended), 0, 0, 1, 7, 8, -1) if ended and home.maybe(0.8) else home.ago(400)
    home.add("plan", person_id=name, plan_type="cin", start_date=begin, end_date=_end(home, begin, add(begin, 20, "working days")),
             visit_interval_days=chance.choice((7, 14, 40)) if home.maybe(0.1) else None)  # fmt: skip
    _visits(
        home,
        name,
        chance.choice(("cin", "cin", "assessment")),
        begin,
        *chance.choice(((20, "working days"), (42, "days"), (10, "working days"))),
    )


def _looked_after(home: Household, name: str) -> None:
    chance = home.chance
    begin = chance.choice(
        (
            home.ago(900),
            home.ago(60),
            home.around(add_months(home.as_of, -12)),
            home.around(latest_start(home.as_of, 20, "working days")),
            home.ago(500, 366),
        )
    )
    over = _end(home, begin, add(begin, 20, "working days"))
    home.add("care_period", person_id=name, start_date=begin, end_date=over)
    _reviews(home, name, "care", begin, 20, "working days")
    if home.maybe(0.6):
        for status in chance.choice((("V3",), ("V3", "V4"), ("V2",), ("C1", "C2"), ("V3", "V2"))):
            home.add("legal_status", person_id=name, legal_status=status, start_date=home.on(begin, 0, 0, -3, 40) if home.maybe(0.95) else None,
                     end_date=over if home.maybe(0.7) else home.on(begin, 0, 40))  # fmt: skip
    day: date | None = begin
    limit = chance.choice(((42, "days"), (42, "days"), (3, "months")))
    _visits(home, name, "cla", begin, *limit, most=20)
    if home.maybe(0.7):
        _visits(home, name, "cla", begin, 7, "days", most=2)
    for _ in range(chance.choice((1, 1, 2, 3, 5))):
        if day is None:
            return
        until = chance.choice(
            (
                None,
                over,
                home.around(add(day, 7, "days")),
                home.around(add(day, 42, "days")),
                home.around(add_months(day, 12)),
                day + timedelta(days=chance.randint(1, 200)),
            )
        )
        kind = chance.choice(("T0", "T3")) if home.maybe(0.25) else chance.choice(("U6", "U4"))
        home.add("placement", person_id=name, placement_type=kind if home.maybe(0.97) else None, start_date=day, end_date=until,
                 postcode=chance.choice(("AB1 2CD", "AB1 2CD", "AB3 4EF", None)), change_reason=chance.choice((None, "PLACE", "CARPL")),
                 intended_to_18_flag=chance.choice(("Y", "N", None)))  # fmt: skip
        day = home.on(until, 0, 0, 0, 0, 1, -1) if until else None
        while day and home.maybe(0.25):
            back = day + timedelta(days=chance.randint(1, 20))
            home.add("placement", person_id=name, placement_type=chance.choice(("T0", "T1", "T4")), start_date=day, end_date=back)
            day = home.on(back, 0, 0, 0, 3)


def _assessed(home: Household, name: str) -> None:
    chance = home.chance
    old = home.as_of.year < 2014
    kinds = (
        (("initial", 10, "working days"), ("initial", 7, "working days"), ("core", 35, "working days"))
        if old and home.maybe(0.8)
        else (("single", 45, "working days"),)
    )
    kind, number, unit = chance.choice(kinds)
    received = chance.choice((home.ago(300), home.around(latest_start(home.as_of, number, unit))))
    if old and home.maybe(0.3):
        received = home.on(chance.choice((date(2013, 4, 15), date(2010, 4, 1))), -50, -1, 0, 1)
    first = received
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        closed = received + timedelta(days=chance.randint(0, 60)) if home.maybe(0.5) else None
        home.add(
            "referral",
            person_id=name,
            received_date=received,
            close_date=closed,
            nfa_flag=chance.choice((None, "N", "N", "Y")) if home.maybe(0.4) else "N",
        )
        if closed:
            received = home.on(closed, 0, 0, 1)
    for _ in range(chance.choice((1, 1, 2, 3))):
        began = chance.choice((received, home.on(received, 1, 3, 44, 45, 46, -1), first))
        clock = chance.choice((first, received, began))
        done = chance.choice(
            (None, home.around(add(clock, number, unit)), began + timedelta(days=chance.randint(0, 60)), home.on(clock, -1, 0))
        )
        linked = home.tables["referral"][-1]["referral_id"] if home.tables["referral"] and home.maybe(0.5) else None
        home.add("assessment", person_id=name, assessment_type=kind if home.maybe(0.9) else chance.choice(("single", "initial", "core")),
                 start_date=None if kind == "core" and home.maybe(0.4) else began, authorised_date=done, referral_id=linked,
                 status=chance.choice((None, "open", "complete", "complete", "cancelled")) if home.maybe(0.5) else None)  # fmt: skip
        if done and home.maybe(0.5):
            received = home.on(done, 0, 1, 10)


def _enquired(home: Household, name: str) -> None:
    chance = home.chance
    begin = chance.choice((home.ago(200), home.around(latest_start(home.as_of, 15, "working days"))))
    home.add("s47_enquiry", person_id=name, start_date=begin, icpc_not_required_flag=chance.choice(("Y", "N", "N", None)),
             outcome=chance.choice((None, ";CP_CONFERENCE_FLAG;", ";MONITOR_FLAG;", ";MONITOR_FLAG;CP_CONFERENCE_FLAG;")))  # fmt: skip
    while home.maybe(0.6):
        home.add("conference", person_id=name, conference_type="initial" if home.maybe(0.85) else "transfer_in",
                 conference_date=chance.choice((home.around(add(begin, 15, "working days")), home.on(begin, -1, 0, 1, 10, 40))))  # fmt: skip


def _held(home: Household, name: str) -> None:
    """One worker after another, with hand-overs and gaps of about the limits."""
    chance = home.chance
    day: date | None = chance.choice((home.ago(500), home.around(add_months(home.as_of, -12)), home.ago(60)))
    if home.maybe(0.4):
        home.add(
            "referral",
            person_id=name,
            received_date=home.on(home.as_of, 0, -1, -2, -3, -4) if home.maybe(0.5) else home.on(day, 0, 10),
            nfa_flag="N",
        )
    for _ in range(chance.randint(1, 7)):
        if day is None or day > home.as_of + timedelta(days=40):
            return
        until = chance.choice((None, home.around(add(day, 3, "working days")), home.around(add_months(home.as_of, -12)), home.on(home.as_of, 0, 1), day + timedelta(days=chance.randint(1, 120)),
                               day + timedelta(days=chance.randint(1, 120)), day + timedelta(days=chance.randint(1, 60))))  # fmt: skip
        worker = home.worker()
        home.add("allocation", person_id=name, worker_id=worker, worker_name=chance.choice((None, "Duty", "Some Body", "Else Body")) if home.maybe(0.2) else None,
                 holder_type="team" if worker is None and home.maybe(0.5) else chance.choice(("worker", None)), team_name="North",
                 role=chance.choice(("Lead Worker", "lead worker", "social worker", None)) if home.maybe(0.9) else "co-worker", start_date=day, end_date=until)  # fmt: skip
        if until is None:
            day = None if home.maybe(0.5) else home.on(day, 0, 30)
        else:
            day = chance.choice(
                (until, until, home.around(add(until, 2, "working days")), home.around(latest_start(until, 5, "working days")))
            )


def _restless(home: Household, name: str) -> None:
    """About as many workers within a year as are allowed, each after the other."""
    day = home.around(add_months(home.as_of, -12)) if home.maybe(0.3) else home.ago(330, 150)
    for place in range(home.chance.choice((3, 4, 4, 4, 5))):
        until = (
            day + timedelta(days=home.chance.randint(4, 60))
            if home.maybe(0.9)
            else add(day, home.chance.choice((3, 4)), "working days")
        )
        holder = TBC if home.maybe(0.05) else "worker"
        home.add(
            "allocation",
            person_id=name,
            worker_id=f"W{place}",
            holder_type=holder,
            role="lead worker",
            start_date=day,
            end_date=until,
        )
        day = until


def _dirt(home: Household) -> None:
    held = home.tables["allocation"]
    if held and home.maybe(0.3):
        home.chance.choice(held)[home.chance.choice(("holder_type", "start_date", "end_date"))] = TBC
    for name, used in _USED.items():
        for row in home.tables[name]:
            if "start_date" in row and "end_date" in row and home.maybe(0.02):
                row["start_date"], row["end_date"] = row["end_date"], row["start_date"]
            for field in used:
                drawn = home.chance.random()
                if drawn < 0.015:
                    row[field] = TBC
                elif drawn > 0.997 and field.endswith("_date"):
                    row[field] = LONG_AGO
                elif drawn < 0.03:
                    row[field] = None
                elif drawn < 0.04 and field in _OTHERS and not (field == "status" and name == "assessment"):
                    row[field] = home.chance.choice(_OTHERS[field])
        if (
            name in _KEYS
            and "person_id" in (home.tables[name][0] if home.tables[name] else {})
            and home.maybe(0.02)
            and name != "person"
        ):
            home.chance.choice(home.tables[name])["person_id"] = None
