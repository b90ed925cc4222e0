"""The stories keep every rule, and each planted breach breaks just the rule that it is planted for."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import casecheck
from casecheck.model import load_model
from casecheck.rules.loading import load_rules
from casecheck.stories.breaches import BREACHES, plant
from casecheck.stories.families import KINDS, write_family
from casecheck.stories.history import History
from casecheck.stories.staff import Staff
from casecheck.testing import CaseHistory, breach, compliant, dirty_files, extracts, histories, planted_rules
from casecheck.testing.dirty import DirtyFiles

PLAIN: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": (Phase.generate,)}
"""Without shrinking: each example is an audit."""
DAYS = [date(2024, 9, 2), date(2025, 1, 6), date(2026, 3, 31)]
"""A Monday after the summer, the first Monday of a year, and the day of the examples."""
NO_BREACH = {
    "AGG-001", "AGG-002", "AGG-003", "CAS-001", "CAS-002", "CAS-003", "CAS-004", "EXT-001", "EXT-002", "EXT-003", "EXT-004",
    "EXT-005", "EXT-006", "INT-002", "INT-013", "REC-002", "REC-003", "SUP-001", "SUP-003",
}  # fmt: skip
"""Rules on workers, teams, rates and the extract as a whole, on two records of one child, and on lists that disagree."""


def found(history: CaseHistory, *select: str, ignore: tuple[str, ...] = ()) -> set[tuple[str, str | None, str, str]]:
    rows = history.audit(*select, ignore=ignore).table.to_pylist()
    return {(row["rule_id"], row["child_id"], row["subject_table"], row["subject_key"]) for row in rows}


@pytest.mark.slow
@pytest.mark.parametrize("as_of", DAYS)
def test_no_rule_finds_anything_in_the_stories(as_of: date) -> None:
    staff = Staff(History(as_of, random.Random(as_of.toordinal())))
    for kind in KINDS.values():
        for size in (1, 2, 1):
            write_family(staff, kind, size)
    staff.supervise()
    result = CaseHistory(as_of, staff.history.tables()).audit(
        ignore=["EXT-004"]
    )  # three families a story write nothing each week
    assert result.table.num_rows == 0
    assert not result.with_status("errored", "out_of_scope", "not_assessable")
    assert len(result.with_status("passed")) > 125


@pytest.mark.parametrize("as_of", [*(pytest.param(day, marks=pytest.mark.slow) for day in DAYS[:-1]), DAYS[-1]])
def test_each_planted_breach_is_found_and_nothing_but_what_goes_with_it(as_of: date) -> None:
    staff = Staff(History(as_of, random.Random(as_of.toordinal())))
    planted = [plant(staff, rule) for rule in BREACHES]
    for name in ("waiting", "closed", "turned down", "need"):
        write_family(staff, KINDS[name])
    staff.supervise()
    rows = CaseHistory(as_of, staff.history.tables()).audit(policy={"reliability_gate": 1}).table.to_pylist()
    by_child = defaultdict(list)
    for row in rows:
        if row["subject_table"] not in load_model().made:
            by_child[row["child_id"]].append((row["rule_id"], row["child_id"], row["subject_table"], row["subject_key"]))
    for one in planted:
        mine = by_child.pop(one.child.id)
        wanted = CaseHistory(as_of, {}, one).expected
        assert [finding for finding in mine if finding[0] == one.rule] == [wanted]
        assert {finding[0] for finding in mine} - {one.rule} <= one.also, one.rule
    assert not by_child


def test_every_rule_has_a_breach_or_stands_in_the_list() -> None:
    assert set(load_rules().entries) - set(BREACHES) == NO_BREACH
    assert planted_rules() == sorted(BREACHES)


@settings(max_examples=8, **PLAIN)
@given(data=st.data(), rule=st.sampled_from(sorted(BREACHES)))
def test_a_breach_is_one_finding_whatever_the_history(data: st.DataObject, rule: str) -> None:
    history = data.draw(breach(rule))
    assert found(history, rule) == {history.expected}


@pytest.mark.slow
@settings(max_examples=8, **PLAIN)
@given(data=st.data(), rule=st.sampled_from(sorted(BREACHES)))
def test_the_same_story_without_the_breach_passes(data: st.DataObject, rule: str) -> None:
    history = data.draw(compliant(rule))
    assert found(history, rule) == set()


@pytest.mark.slow
@settings(max_examples=2, **PLAIN)
@given(history=extracts())
def test_an_extract_of_many_families_is_clean(history: CaseHistory) -> None:
    assert found(history, ignore=("EXT", "AGG", "CAS-003")) == set()


@pytest.mark.slow
@settings(max_examples=2, **PLAIN)
@given(history=histories("protected", "care"))
def test_a_clean_history_is_clean_for_every_rule(history: CaseHistory) -> None:
    assert found(history, ignore=("EXT", "AGG", "CAS-003")) == set()


@settings(max_examples=5, **PLAIN)
@given(dirty=dirty_files())
def test_dirty_files_lose_no_row_and_no_readable_cell(dirty: DirtyFiles) -> None:
    with TemporaryDirectory() as folder:
        source = dirty.write(Path(folder) / "extract")
        policy = {"tables": {"may_be_empty": dirty.history.blank}}
        result = casecheck.audit(source, profile="model", as_of=dirty.history.as_of, select=["INT-012"], policy=policy)
    assert result.extract.balances
    assert not result.extract.unread
    named = {(row["file"], row["child_id"] or "") for row in result.table.to_pylist()}
    assert named <= {(file, child) for file, child, _ in dirty.unreadable}
