"""One area, from its families to a piece of each file. Areas know nothing of each other, so that any process can write any."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from casecheck.profiles.loading import load_profile
from casecheck.stories.breaches import BREACHES, Planted, plant
from casecheck.stories.dirt import body, soil
from casecheck.stories.families import KINDS, write_family
from casecheck.stories.history import History, Row
from casecheck.stories.identity import subject_key
from casecheck.stories.layouts import LaidOut, lay_out
from casecheck.stories.staff import ASSESSMENT, Staff
from casecheck.synthesis.planning import Area, Order
from casecheck.synthesis.spoiling import spoiling

_TEAMS = ("team_name", "owner")


@dataclass(frozen=True)
class Truth:
    """A planted breach, as the finding that must come of it."""

    rule_id: str
    child_id: str
    subject_table: str
    subject_key: str
    what: str
    goes_with: str


@dataclass
class Piece:
    """What one area gave: where its bytes are and how many belong to each sheet, its rows, its truth, its dirt."""

    file: Path
    headings: dict[str, tuple[str, ...]]
    sizes: dict[str, int] = field(default_factory=dict)
    rows: Counter[str] = field(default_factory=Counter)
    truth: list[Truth] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    filled: set[str] = field(default_factory=set)
    dirt: dict[str, Counter[str]] = field(default_factory=dict)
    unreadable: list[tuple[str, str, str]] = field(default_factory=list)


def write_area(order: Order, area: Area, folder: Path) -> Piece:
    """Write an area's stories and breaches, lay them out, and leave all its bytes in one file of the folder."""
    history = History(order.as_of, random.Random(f"{order.seed} {area.number}"), area.mark)
    planted, spare = _tell(history, area)
    tables = history.tables()
    if not area.alone:
        _name_teams(tables, area.number)
    laid = lay_out(load_profile(order.profile), tables, order.as_of)
    piece = Piece(folder / area.mark, {name: sheet.headings for name, sheet in laid.items()})
    piece.truth = [_truth(each) for each in planted]
    piece.left_out = laid.left_out
    piece.filled = _filled({name: rows for name, rows in tables.items() if laid.left_out[name] < len(rows)})
    _write(order, area, laid, piece, spare)
    return piece


def _tell(history: History, area: Area) -> tuple[list[Planted], set[str]]:
    """Write every family. Returns what was planted, and the children of the families that it was planted in."""
    staff, planted, spare = Staff(history), [], set()
    for name, size in area.tellings:
        before = len(history.children)
        if size:
            write_family(staff, KINDS[name], size)
        else:
            planted.append(plant(staff, name))
            spare |= {child.id for child in history.children[before:]}
    staff.supervise()
    return planted, spare


def _name_teams(tables: Mapping[str, Sequence[Row]], number: int) -> None:
    """Teams are an area's own: its number stands behind their names. Areas share the front door, which policies call by name."""
    for table in ("worker", "allocation", "referral", "assessment", "s47_enquiry", "care_leaver", "quality_action"):
        for row in tables.get(table, ()):
            for column in _TEAMS:
                if row.get(column) not in (None, ASSESSMENT):
                    row[column] = f"{row[column]} {number}"


def _truth(planted: Planted) -> Truth:
    what, also = BREACHES[planted.rule].what, " ".join(sorted(planted.also))
    return Truth(planted.rule, planted.child.id, planted.table, subject_key(planted), what, also)


def _filled(tables: Mapping[str, Sequence[Row]]) -> set[str]:
    """The fields of the model that some row fills."""
    found = set(tables)
    for table, rows in tables.items():
        columns: set[str] = set()
        for row in rows:
            if not row.keys() <= columns:
                columns |= {column for column, value in row.items() if value is not None}
        found |= {f"{table}.{column}" for column in columns}
    return found


def _write(order: Order, area: Area, laid: LaidOut, piece: Piece, spare: set[str]) -> None:
    chance = random.Random(f"{order.seed} {area.number} dirt")
    planned = spoiling(order, load_profile(order.profile), laid)
    with piece.file.open("wb") as file:
        for name, sheet in laid.items():
            rows, dirt = sheet.rows, planned[name].dirt
            if order.dirt != "none":
                soiled = soil(dirt, sheet.headings, rows, chance, planned[name].person, spare)
                rows, piece.dirt[name] = soiled.rows, soiled.kinds
                piece.unreadable += [(name, *each) for each in soiled.unreadable]
            piece.sizes[name] = file.write(body(rows, dirt))
            piece.rows[name] = len(rows)
