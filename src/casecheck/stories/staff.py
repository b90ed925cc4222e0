"""The staff: teams with a manager each, workers who come as they are needed, and their supervision. Nobody has a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from casecheck.stories.history import Child, History, Row
from casecheck.stories.working_days import add_days, add_years, walk

ASSESSMENT, NORTH, SOUTH, CARE, LEAVING, REVIEWING = (
    "Assessment Team",
    "Safeguarding North",
    "Safeguarding South",
    "Children in Care",
    "Leaving Care",
    "Reviewing Service",
)
_SENIORS = {ASSESSMENT: 1, NORTH: 2, SOUTH: 3, CARE: 4, LEAVING: 5, REVIEWING: 6}
_FULL = (8, 17)
"""How many open cases a worker takes, at the least and at the most, before the next one comes."""


_NEWLY_QUALIFIED = 1
"""The second worker of the assessment team is in the first year."""
_FEW = 8
_FIRST_YEAR = "Newly qualified social worker"


@dataclass
class Worker:
    """A member of staff, with the number of open cases and how many are enough."""

    id: str
    team: str
    role: str
    enough: int
    held: int = 0


class Staff:
    """Who works where. A worker who has enough open cases is followed by a new one."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.workers: dict[str, list[Worker]] = {}

    def manager(self, team: str) -> str:
        """The team's manager."""
        name = f"M{self.history.mark}{_SENIORS[team]}"
        if name not in self.workers:
            began = add_years(self.history.as_of, -8)
            role = "Reviewing manager" if team == REVIEWING else "Team manager"
            self.workers[name] = [Worker(name, team, role, 0)]
            self._write(name, team, role, began, 1.0)
        return name

    def reviewer(self, family: int) -> str:
        """The reviewing officer, or chair, of a family."""
        name = f"R{self.history.mark}{family % 3 + 1}"
        if name not in self.workers:
            self.workers[name] = [Worker(name, REVIEWING, "Independent reviewing officer", 0)]
            self._write(name, REVIEWING, "Independent reviewing officer", add_years(self.history.as_of, -6), 1.0)
        return name

    def worker(self, team: str, open_case: bool = True) -> str:
        """The worker of a team who takes the next case; an open one counts for the caseload."""
        here = self.workers.setdefault(team, [])
        if not here or here[-1].held >= here[-1].enough:
            here.append(self._new(team, len(here)))
        here[-1].held += open_case
        return here[-1].id

    def hire(self, team: str, role: str, registered: bool = True, left: date | None = None) -> str:
        """Somebody who is none of the team's usual workers."""
        name = f"W{self.history.mark}9{len(self.workers):03d}"
        self.workers[name] = [Worker(name, team, role, 0)]
        row = self._write(name, team, role, add_years(self.history.as_of, -5), 1.0)
        row["end_date"] = left
        row["registration_no"] = row["registration_no"] if registered else None
        self.manager(team)
        return name

    def supervise(self) -> None:
        """Every worker's own supervision in the last thirteen months, to be called when all stories are written."""
        history = self.history
        for here in list(self.workers.values()):
            for worker in here:
                if worker.id != self.manager(worker.team) and worker.role != _FIRST_YEAR:
                    for day in walk(history.ago(400), history.last, lambda day: add_days(day, history.between(19, 24))):
                        supervision(history, worker.id, self.manager(worker.team), day)

    def _new(self, team: str, place: int) -> Worker:
        history = self.history
        if team == ASSESSMENT and place == _NEWLY_QUALIFIED:
            return self._newly_qualified(place)
        worker = Worker(f"W{history.mark}{_SENIORS[team]}{place + 1:03d}", team, "Social worker", history.between(*_FULL))
        role = history.pick("Social worker", "Senior social worker")
        self.manager(team)
        self._write(worker.id, team, role, add_years(history.as_of, -history.between(2, 9)), 1.0)
        return worker

    def _newly_qualified(self, place: int) -> Worker:
        """A worker in the first year, with few cases and much supervision."""
        history = self.history
        worker = Worker(f"W{history.mark}{_SENIORS[ASSESSMENT]}{place + 1:03d}", ASSESSMENT, _FIRST_YEAR, _FEW)
        began = add_days(history.as_of, -280)
        row = self._write(worker.id, ASSESSMENT, worker.role, began, 1.0)
        row["newly_qualified_from"] = began
        day = began
        while history.done(day := day + timedelta(days=_after(began, day))):
            supervision(history, worker.id, self.manager(ASSESSMENT), day)
        return worker

    def _write(self, name: str, team: str, role: str, began: date, fte: float) -> Row:
        return self.history.write(
            "worker",
            worker_id=name,
            worker_name=f"Worker {name}",
            role=role,
            registration_no=f"SW{name}00",
            team_name=team,
            fte=fte,
            agency_flag="N",
            start_date=began,
        )


def supervision(history: History, worker: str, supervisor: str, day: date, child: Child | None = None) -> Row:
    """One session, about the worker or about a child."""
    number = history.number("supervision")
    return history.write(
        "supervision",
        supervision_id=number,
        worker_id=worker,
        supervisor_id=supervisor,
        person_id=child.id if child else None,
        supervision_date=day,
        status="done",
        actions_count=1 + int(number[-1]) % 4,
        recorded_at=history.written(day),
    )


def safeguarding(family: int) -> str:
    """The safeguarding team of the family's half of the area."""
    return NORTH if family % 2 else SOUTH


def _after(began: date, day: date) -> int:
    """Days to the next session of a worker in the first year: weekly, then fortnightly, then monthly."""
    weeks = (day - began).days // 7
    return 6 if weeks < 6 else 13 if weeks < 26 else 26
