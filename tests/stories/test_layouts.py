"""Stories in every layout that ships, read back: what keeps the rules has no finding, and each planted breach is found."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import casecheck
from casecheck.errors import CasecheckError
from casecheck.model import load_model
from casecheck.profiles.loading import load_profile, shipped_profiles
from casecheck.profiles.spec import Profile
from casecheck.result import AuditResult
from casecheck.stories.breaches import BREACHES, plant
from casecheck.stories.breaches.planting import Planted
from casecheck.stories.families import KINDS, write_family
from casecheck.stories.history import Child, History, Row
from casecheck.stories.layouts import LaidOut, can_tell, lay_out, write_csv, write_workbook, write_xml
from casecheck.stories.staff import Staff

AS_OF = date(2026, 3, 31)
ABOVE = ("AGG-", "EXT-")
"""Rates, and the extract as a whole: they follow from the breaches, and from how much of the history a layout holds."""

NOT_SAID = {
    "annex_a": {
        "CIN-001": "the start of a child in need plan is not held",
        "INT-001": "an assessment has no number of its own",
        "CLO-002": "a referral without further action is on List 3 only, which says nothing of closing",
        "INT-005": "the last visit is the last that has a date",
        "INT-008": "only the last visit is held, of a child whose case is open",
    },
    "carefirst": {
        "INT-003": "an assessment does not name its referral",
        "VIS-CP-003": "a visit does not name the meeting that it was",
    },
    "cin_census": {
        "ASM-011": "children looked after are not held",
        "INT-001": "an assessment has no number of its own",
        "INT-008": "visits are not held",
    },
    "eclipse": {
        "INT-010": "the end of a referral is not held",
        "INT-001": "the number of a form is what holds its answers together",
    },
    "ssd": {"CPP-009": "quorum is held for reviews only", "VOI-003": "the part in a conference is not held"},
    "ssda903": {"ALC-005": "the child is not looked after", "INT-006": "the child is not looked after"},
}
"""Breaches of what a layout has no column for, though it can answer the rule."""

COMES_WITH = {
    "annex_a": {"CIN-007": {"CIN-001"}, "CLA-005": {"INT-005", "INT-006"}, "INT-011": {"INT-005", "INT-006", "INT-008"}},
    "carefirst": {
        "CPP-001": {"INT-004"},
        "INT-001": {"ASM-010", "VOI-001", "VOI-002"},
        "INT-009": {"INT-004"},
        "REF-001": {"REF-003"},
    },
    "eclipse": {"CLA-005": {"INT-006"}, "INT-001": {"INT-001", "ALC-002", "INT-005", "REF-004"}},
    "ssd": {"INT-001": {"ASM-010"}},
    "ssda903": {"CLA-005": {"INT-006"}, "INT-011": {"INT-006"}},
}
"""What else is found because one row of the layout is several of the model: a contact and its referral, an episode of care."""
EVERYWHERE = {"ALC-006": {"SEE-009"}, "INT-011": {"INT-008"}, "MGT-001": {"CIN-003"}}
"""What may come with a breach in any layout, as chance and the links between records have it."""
TWICE = {"INT-005": "case_note", "REC-001": "case_note"}
"""A visit that is a case note too is found as both."""


@dataclass
class Told:
    """One history: its children, what was planted in it, and the rows of the model."""

    history: History
    planted: list[Planted]
    kinds: dict[str, Any]

    def for_layout(self, profile: Profile) -> tuple[dict[str, list[Row]], list[Planted]]:
        """The rows of those stories that the layout can tell."""
        told = {child for child, kind in self.kinds.items() if can_tell(profile, kind)}
        tables = {
            name: [row for row in rows if str(row.get("person_id")) in told or row.get("person_id") not in self.kinds]
            for name, rows in self.history.tables().items()
        }
        return tables, [each for each in self.planted if each.child.id in told]


@pytest.fixture(scope="module")
def told() -> Told:
    """Every story, and every breach."""
    staff = Staff(History(AS_OF, random.Random(7)))
    kinds: dict[str, Any] = {}

    def note(children: list[Child], kind: Any) -> None:
        kinds.update({child.id: kind for child in children})

    planted = []
    for rule, breach in BREACHES.items():
        before = len(staff.history.children)
        planted.append(plant(staff, rule))
        note(staff.history.children[before:], breach.kind)
    for kind in KINDS.values():
        note(write_family(staff, kind, size=2), kind)
    staff.supervise()
    return Told(staff.history, planted, kinds)


def frames(sheets: LaidOut) -> dict[str, pa.Table]:
    return {
        name: pa.table(
            {heading: pa.array([row[at] for row in sheet.rows], pa.string()) for at, heading in enumerate(sheet.headings)}
        )
        for name, sheet in sheets.items()
    }


def audited(profile: Profile, sheets: LaidOut, tables: dict[str, list[Row]], folder: Path | None = None) -> AuditResult:
    """Audited with what the history leaves blank allowed to be so, from frames or from files."""
    model = load_model().tables
    blank = [
        f"{name}.{field}" for name, table in model.items() for field in table.fields if not _any(tables.get(name, ()), field)
    ]
    sources = {name: sheets[_usual(profile, name)] for name in profile.sources if _usual(profile, name) in sheets}
    blank += [name for name, sheet in sources.items() if not sheet.rows]
    policy = {"tables": {"may_be_empty": blank}, "reliability_gate": 1}
    return casecheck.audit(folder or frames(sheets), profile=profile.profile, as_of=AS_OF, policy=policy)


def _any(rows: Any, field: str) -> bool:
    return any(row.get(field) is not None for row in rows)


SLOWER = ("eclipse", "lcs", "model", "ssd")
LAYOUTS = [pytest.param(name, marks=pytest.mark.thorough) if name in SLOWER else name for name in sorted(shipped_profiles())]


@pytest.mark.parametrize("name", LAYOUTS)
def test_stories_are_read_back_as_they_were_told(name: str, told: Told, tmp_path: Path) -> None:
    """Annex A as a workbook, the return of looked-after children as CSV files, the others as frames."""
    profile = load_profile(name)
    tables, planted = told.for_layout(profile)
    sheets = lay_out(profile, tables, AS_OF)
    folder = tmp_path if name in ("annex_a", "ssda903") else None
    if name == "annex_a":
        write_workbook(sheets, tmp_path / "annex_a.xlsx")
    elif folder:
        write_csv(sheets, folder)
    result = audited(profile, sheets, tables, folder)
    all_is_read(name, sheets, result)
    breaches_are_found_and_nothing_else(profile, planted, result)


def breaches_are_found_and_nothing_else(profile: Profile, planted: list[Planted], result: AuditResult) -> None:
    name, by_child = profile.profile, defaultdict(list)
    for row in result.table.to_pylist():
        if not row["rule_id"].startswith(ABOVE):
            by_child[row["child_id"]].append(row)
    answered = {outcome.rule_id for outcome in result.with_status("passed", "failed")}
    wrong = {}
    for each in planted:
        found = by_child.pop(each.child.id, [])
        tables = {row["subject_table"] for row in found if row["rule_id"] == each.rule} - {TWICE.get(each.rule)}
        allowed = {each.rule, *each.also, *EVERYWHERE.get(each.rule, ()), *COMES_WITH.get(name, {}).get(each.rule, ())}
        others = {row["rule_id"] for row in found} - allowed
        said = each.rule in answered and profile.holds(each.table) and each.rule not in NOT_SAID.get(name, {})
        if others or (said and tables != {each.table}):
            wrong[each.rule] = (tables, others)
    assert not wrong
    assert not by_child, "children without a breach have findings"
    assert not result.with_status("errored")


def all_is_read(name: str, sheets: LaidOut, result: AuditResult) -> None:
    assert sum(account.read for account in result.extract.accounts) == sum(len(sheet.rows) for sheet in sheets.values())
    for account in result.extract.accounts:
        assert account.balances
        assert not account.faults
        if (name, account.name) != ("eclipse", "referencenumberpersonview"):
            assert not account.set_aside, account.name
        planted = {"valid_to", "link_valid_to_date"}
        assert all(set(done) <= {"other spelling"} for column, done in account.cells.items() if column not in planted)
        if name != "lcs":
            assert not any(account.unmapped.values()), account.name


def test_a_layout_says_what_it_has_no_place_for(told: Told) -> None:
    profile = load_profile("ssda903")
    tables, _ = told.for_layout(profile)
    left_out = lay_out(profile, tables, AS_OF).left_out
    assert left_out["visit"] == len(tables["visit"])
    assert left_out["plan_review"] == sum(row["review_type"] != "care" for row in tables["plan_review"])
    assert "care_period" not in left_out
    assert not lay_out(load_profile("model"), tables, AS_OF).left_out


def test_an_extract_may_be_made_in_pieces() -> None:
    staff = Staff(History(AS_OF, random.Random(5)))
    children = [write_family(staff, KINDS[kind])[0] for kind in ("need", "protected", "long in care", "closed")]
    profile, whole = load_profile("mosaic"), staff.history.tables()
    pieces = [
        {name: [row for child in part for row in child.rows(name)] for name in whole} for part in (children[:2], children[2:])
    ]
    pieces.append(staff.history.loose)
    laid = [lay_out(profile, piece, AS_OF) for piece in pieces]
    for name, sheet in lay_out(profile, whole, AS_OF).items():
        rows = [tuple(row) for piece in laid for row in piece[name].rows]
        at_once = [tuple(row) for row in sheet.rows]
        own_numbers = name in ("dm_addresses",)
        assert (sheet.shared and set(rows) == set(at_once)) or own_numbers or sorted(rows, key=str) == sorted(at_once, key=str)


@pytest.mark.slow
def test_a_finding_has_the_same_id_in_another_layout(told: Told) -> None:
    rules, ids = ["CLA-001", "REF-004", "VIS-CP-001"], {}
    children = {each.child.id for each in told.planted if each.rule in rules}
    for name in ("model", "lcs", "eclipse"):
        profile = load_profile(name)
        sheets = lay_out(profile, told.for_layout(profile)[0], AS_OF)
        result = casecheck.audit(frames(sheets), profile=name, as_of=AS_OF, select=rules)
        ids[name] = {row["finding_id"] for row in result.table.to_pylist() if row["child_id"] in children}
    assert len(ids["model"]) == len(rules)
    assert ids["model"] == ids["lcs"] == ids["eclipse"]


@pytest.mark.parametrize("name", ["cin_census", "ssda903"])
def test_a_return_is_one_xml_file_in_any_number_of_pieces(name: str, tmp_path: Path) -> None:
    profile, pieces = load_profile(name), []
    for mark in "AB":
        staff = Staff(History(AS_OF, random.Random(mark), mark))
        for kind in ("protected", "long in care", "to be adopted", "leaving care"):
            write_family(staff, KINDS[kind])
        pieces.append(lay_out(profile, staff.history.tables(), AS_OF))
    write_xml(profile, pieces, tmp_path / "return.xml", AS_OF)
    result = casecheck.audit(
        tmp_path / "return.xml", profile=name, as_of=AS_OF, select=["INT-005", "INT-006", "INT-010", "INT-011"]
    )
    assert not len(result.table)
    assert [account.used for account in result.extract.accounts if account.used] == [
        rows for source in profile.xml.rows if (rows := sum(len(piece[_usual(profile, source)].rows) for piece in pieces))
    ]


def _usual(profile: Profile, source: str) -> str:
    return (profile.sources[source].names or (source,))[0]


def test_a_layout_without_xml_says_so(tmp_path: Path) -> None:
    with pytest.raises(CasecheckError, match="there is no XML of this layout"):
        write_xml(load_profile("carefirst"), [], tmp_path / "no.xml", AS_OF)


def test_a_birth_date_stands_on_every_list_that_has_one() -> None:
    staff = Staff(History(AS_OF, random.Random(3)))
    child = write_family(staff, KINDS["long in care"])[0]
    reviews = lay_out(load_profile("ssda903"), staff.history.tables(), AS_OF)["reviews"]
    assert reviews.rows
    assert {row[reviews.headings.index("DOB")] for row in reviews.rows} == {f"{child.born:%d/%m/%Y}"}


def test_episodes_are_chained_again_to_the_same_spells() -> None:
    staff = Staff(History(AS_OF, random.Random(3)))
    children = [write_family(staff, KINDS[kind])[0] for kind in ("home again", "home under an order", "to be adopted")]
    sheets = lay_out(load_profile("ssda903"), staff.history.tables(), AS_OF)
    at = {heading: place for place, heading in enumerate(sheets["episodes"].headings)}
    rows = sheets["episodes"].rows
    for child in children:
        own = [row for row in rows if row[at["CHILD"]] == child.id]
        changes = {row["start_date"] for table in ("legal_status", "placement") for row in child.rows(table)}
        assert len(own) == len(changes)
        assert own[0][at["RNE"]] == "S"
        assert {row[at["RNE"]] for row in own[1:]} <= {"L", "P", "B"}
        assert all(row[at["REC"]] == "X1" and row[at["DEC"]] == after[at["DECOM"]] for row, after in pairwise(own))


def test_a_layout_of_ones_own_with_keys_in_json(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        """
profile: own
title: Our own
date_order: MDY
sources:
  refs: {required: [ref], person: child, key: ref, columns: {ref: [], child: [], day: [], flags: [], short: []}}
tables:
  referral:
    - from: refs
      fields:
        referral_id: ref
        person_id: child
        received_date: day
        nfa_flag: {flag: flags, key: NFA}
        outcome: {flags: flags}
        close_reason: {column: short, words: {Done: RC8}}
""",
        encoding="utf-8",
    )
    row: Row = {"referral_id": "R1", "person_id": "C1", "received_date": date(2026, 2, 3), "nfa_flag": "N", "close_reason": "RC8"}
    sheets = lay_out(load_profile(str(own)), {"referral": [row]}, AS_OF)
    assert sheets["refs"].rows == [["R1", "C1", "02/03/2026", '{"NFA": "N"}', "Done"]]


def test_rows_that_nothing_ties_together_are_refused(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        """
profile: own
title: Our own
sources:
  work: {required: [child], columns: {child: [], visited: [], met: []}}
tables:
  visit: [{from: work, fields: {person_id: child, visit_date: visited}}]
  meeting: [{from: work, fields: {person_id: child, meeting_date: met}}]
""",
        encoding="utf-8",
    )
    with pytest.raises(CasecheckError, match="nothing says which of them belong together"):
        lay_out(load_profile(str(own)), {}, AS_OF)
