"""Rows of several tables that stand in one row of the source: a contact and its referral, a plan with its latest review.

One mapping leads: its rows are the rows of the source. The others ride on them. A rider has a place of its own (a referral
on its contact, a conference on its enquiry), or the source holds only the latest (the last visit on a plan).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from casecheck.stories.history import Cell, Row
from casecheck.stories.layouts.filling import Filler

_NEAR = 31
"""So many days a rider may lie from its leader, where no number says that they belong together."""
_ALIKE = 3
"""In so many columns that they share, the child's among them, a rider and its leader agree, however far apart they are."""
_EVER = 10**6
_BEGINS = ("start_date", "received_date")
_ENDS = ("end_date", "close_date")

Joined = tuple[Row | None, list[tuple["Rider", Row]]]
"""A row of the leader and what rides on it."""


@dataclass(frozen=True)
class Rider:
    """A mapping that rides on a leader. ``link`` are the fields in which rider and leader name the same record."""

    filler: Filler
    link: tuple[str, str] | None
    shared: tuple[tuple[str, str], ...]


Riding = Sequence[tuple[Rider, Sequence[Row]]]
"""The riders of a source, and the rows of each."""


def rider(filler: Filler, leader: Filler) -> Rider:
    """How a mapping rides on another one of the same source."""
    columns = {column: name for name, column in leader.plain.items()}
    shared = tuple((name, columns[column]) for name, column in filler.plain.items() if column in columns)
    return Rider(filler, _link(filler, leader), shared)


def _link(rides: Filler, leads: Filler) -> tuple[str, str] | None:
    """The rider's field with the leader's number, or the other way round."""
    for name, spec in rides.table.fields.items():
        if spec.references == leads.table.table and leads.table.key and name != rides.table.child:
            return name, leads.table.key[0]
    for name, spec in leads.table.fields.items():
        if spec.references == rides.table.table and rides.table.key and name != leads.table.child:
            return rides.table.key[0], name
    return None


def joined(leader: Filler, leads: Sequence[Row], riders: Riding, as_of: date) -> Iterator[Joined]:
    """Each row of the source, as the leader's row and its riders.

    A rider with a place of its own that finds no leader stands alone. Where the latest rides, all others are left out.
    """
    aboard: dict[int, list[tuple[Rider, Row]]] = {}
    own = _by_person(leads)
    alone: list[Joined] = []
    for each, rows in riders:
        if each.filler.latest:
            theirs = _by_person(rows)
            for lead in leads:
                if found := _latest(each, theirs.get(lead.get("person_id"), ()), lead, as_of):
                    aboard.setdefault(id(lead), []).append((each, found))
            continue
        taken: set[int] = set()
        for row in rows:
            lead_of = _leader(each, leader, row, [lead for lead in own.get(row.get("person_id"), ()) if id(lead) not in taken])
            if lead_of is None:
                alone.append((None, [(each, row)]))
            else:
                taken.add(id(lead_of))
                aboard.setdefault(id(lead_of), []).append((each, row))
    for lead in leads:
        yield lead, aboard.get(id(lead), [])
    yield from alone


def one_a_person(leader: Filler, leads: Sequence[Row], riders: Riding, as_of: date) -> Iterator[Joined]:
    """A source that tells a person's rows apart by nothing holds one row a person: the latest of each."""
    every = [(None, _by_person(leads)), *((each, _by_person(rows)) for each, rows in riders)]
    for person in dict.fromkeys(person for _, rows in every for person in rows):
        last = _last(leads_of, leader.date) if (leads_of := every[0][1].get(person)) else None
        aboard = [(each, _last(rows[person], _main_date(each.filler))) for each, rows in every[1:] if each and person in rows]
        yield last, aboard


def _last(rows: Sequence[Row], name: str) -> Row:
    return max(rows, key=lambda row: _day(row.get(name)) or date.min)


def _main_date(filler: Filler) -> str:
    """The date of a row, whether the source holds it or not."""
    dates = (name for name, spec in filler.table.fields.items() if spec.type in ("date", "datetime"))
    return filler.date or next(dates, "")


def _by_person(rows: Sequence[Row]) -> dict[Cell, list[Row]]:
    found: dict[Cell, list[Row]] = {}
    for row in rows:
        found.setdefault(row.get("person_id"), []).append(row)
    return found


def _day(value: Cell) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _first(row: Row, names: Sequence[str]) -> date | None:
    return next((day for name in names if (day := _day(row.get(name)))), None)


def _latest(each: Rider, rows: Sequence[Row], lead: Row, as_of: date) -> Row | None:
    """The last row that belongs to the leader's: by number, or else by day. Of spells, the one in force at the end."""
    begins, until = _first(lead, _BEGINS), min(_first(lead, _ENDS) or as_of, as_of)
    when = "start_date" if "start_date" in each.filler.table.fields else each.filler.date
    found, last = None, None
    for row in rows:
        day = _day(row.get(when))
        if day is None or day > as_of:
            continue
        linked = each.link and row.get(each.link[0]) is not None and lead.get(each.link[1]) is not None
        if linked and each.link:
            if row[each.link[0]] != lead[each.link[1]]:
                continue
        elif day > until or (begins and "end_date" not in each.filler.table.fields and day < begins):
            continue
        ended = _day(row.get("end_date"))
        if ended and ended < until:
            continue
        if last is None or day >= last:
            found, last = row, day
    return found


def _leader(each: Rider, leader: Filler, row: Row, leads: Sequence[Row]) -> Row | None:
    """The leader's row that a rider belongs to: by number, or else the one nearest in time that agrees with it most."""
    if leader.table.table == "person":
        return leads[0] if leads else None
    if each.link and row.get(each.link[0]) is not None:
        named = [lead for lead in leads if lead.get(each.link[1]) == row[each.link[0]]]
        if named:
            return named[0]
    day = _day(row.get(each.filler.date))
    near: list[tuple[int, int, int]] = []
    for place, lead in enumerate(leads):
        its = _day(lead.get(leader.date))
        apart = abs((day - its).days) if day and its else _EVER
        agreed = sum(row.get(name) == lead.get(other) for name, other in each.shared)
        if apart <= _NEAR or agreed >= _ALIKE:
            near.append((apart, -agreed, place))
    return leads[min(near)[2]] if near else None
