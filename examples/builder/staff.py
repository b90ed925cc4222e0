"""The staff list: numbered workers in four teams, no names. Who holds a family's case is decided by the family's number."""

from __future__ import annotations

from datetime import date

from builder.records import Row, World

ASSESSMENT, NORTH, SOUTH, CARE, REVIEWING = (
    "Assessment Team",
    "Safeguarding North",
    "Safeguarding South",
    "Children in Care",
    "Reviewing Service",
)
_TEAMS = {ASSESSMENT: range(11, 19), NORTH: range(21, 29), SOUTH: range(31, 39), CARE: range(41, 47)}
_TITLES = ("Social worker", "Senior Social Worker", "social worker", "Social Worker", "Advanced social worker")
MANAGERS = {ASSESSMENT: "W001", NORTH: "W002", SOUTH: "W003", CARE: "W004"}
REVIEWERS = ("W051", "W052", "W053")
NEWLY_QUALIFIED = {"W018": date(2025, 9, 1), "W028": date(2025, 10, 6)}
LEAVER = "W061"
UNQUALIFIED = "W062"


def worker(team: str, family: int) -> str:
    """The worker of a team who has this family."""
    numbers = _TEAMS[team]
    place = family // 2 if team in (NORTH, SOUTH) else family
    return f"W{numbers[place % len(numbers)]:03d}"


def another(team: str, family: int) -> str:
    """A different worker of the team, never one who is newly qualified."""
    found = worker(team, family + 2)
    return worker(team, family + 4) if found in NEWLY_QUALIFIED else found


def safeguarding(family: int) -> str:
    """The safeguarding team of the family's half of the area."""
    return NORTH if family % 2 else SOUTH


def write_staff(world: World) -> None:
    """One row for each worker."""
    for team, manager in MANAGERS.items():
        _staff(world, manager, "Team manager", team)
    _staff(world, "W005", "Head of Service", "")
    for team, numbers in _TEAMS.items():
        for number in numbers:
            name = f"W{number:03d}"
            title = "Newly qualified social worker" if name in NEWLY_QUALIFIED else _TITLES[number % len(_TITLES)]
            row = _staff(world, name, title, team, start=NEWLY_QUALIFIED.get(name, date(2021, 4, 6)))
            row["ASYE_START"] = NEWLY_QUALIFIED.get(name)
    for reviewer in REVIEWERS:
        _staff(world, reviewer, "Independent reviewing officer", REVIEWING)
    _staff(world, UNQUALIFIED, "Contact officer", "")["SWE_NUMBER"] = None
    _staff(world, LEAVER, "Social worker", SOUTH)["END_DATE"] = date(2026, 1, 30)


def _staff(world: World, name: str, title: str, team: str, start: date = date(2019, 9, 2)) -> Row:
    row: Row = {
        "WORKER_ID": name,
        "WORKER_NAME": f"Worker {name[1:]}",
        "JOB_TITLE": title,
        "SWE_NUMBER": f"SW9{name[1:]}00",
        "FTE": 0.8 if name in ("W015", "W041") else 1.0,
        "TEAM": team,
        "START_DATE": start,
        "END_DATE": None,
        "ASYE_START": None,
    }
    world.loose.setdefault("workers", []).append(row)
    return row
