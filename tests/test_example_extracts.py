"""The planted breaches of the examples are found: all of them, and nothing else."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from tests.conftest import ROOT

import casecheck
from casecheck.model import load_model

EXAMPLES = ROOT / "examples"
SOURCES = {"carefirst": EXAMPLES / "carefirst", "annex_a": EXAMPLES / "annex_a" / "annex_a.xlsx"}

ABOVE = {
    "annex_a": {
        ("AGG-002", "measure=ALC-001 level=authority unit=authority"),
        ("AGG-002", "measure=ALC-001 level=team unit=Locality Team"),
        ("AGG-002", "measure=SEE-007 level=authority unit=authority"),
        ("AGG-002", "measure=SEE-007 level=team unit=Locality Team"),
    },
    "carefirst": {
        ("AGG-001", "measure=CPP-004 level=authority unit=authority month=2026-03-01"),
        ("AGG-001", "measure=VIS-CP-001 level=team unit=Safeguarding North month="),
        ("AGG-002", "measure=ALC-001 level=authority unit=authority"),
        ("AGG-002", "measure=ALC-001 level=team unit=Children in Care"),
        ("AGG-002", "measure=ALC-001 level=team unit=Safeguarding North"),
        ("AGG-002", "measure=SEE-007 level=authority unit=authority"),
        ("AGG-002", "measure=SEE-007 level=team unit=Safeguarding North"),
        ("AGG-002", "measure=SEE-007 level=team unit=Safeguarding South"),
        ("AGG-002", "measure=SUP-002 level=team unit=Safeguarding South"),
        ("AGG-002", "measure=VIS-CP-001 level=authority unit=authority"),
        ("AGG-002", "measure=VIS-CP-001 level=team unit=Safeguarding North"),
        ("AGG-002", "measure=VIS-CP-001 level=team unit=Safeguarding South"),
        ("CAS-003", "team=Children in Care"),
    },
}
"""What follows from the planted breaches: rates, and one worker with twenty children."""

SILENT = {
    "annex_a": {"AGG-001", "ASM-004", "ASM-011", "CLO-002", "EXT-005", "EXT-006", "INT-001", "INT-008"},
    "carefirst": {"INT-008", "REC-002", "EXT-004", "EXT-005", "EXT-006", "INT-013", "REC-003", "VIS-CP-003"},
}
"""Rules that find nothing. `examples/README.md` says why: a new rule that CareFirst's layout can answer wants a breach planted."""

Key = tuple[str, str, str, str]


def planted(name: str) -> Counter[Key]:
    """Each planted breach as often as it is listed: one record may break a rule in two fields."""
    with (EXAMPLES / f"{name}_breaches.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return Counter((row["rule_id"], row["child_id"], row["subject_table"], row["subject_key"]) for row in rows)


@pytest.fixture(scope="module", params=sorted(SOURCES))
def audited(request: pytest.FixtureRequest) -> tuple[str, casecheck.AuditResult]:
    return request.param, casecheck.audit(SOURCES[request.param], as_of="2026-03-31", policy={})


def test_every_planted_breach_is_found_and_nothing_else(audited: tuple[str, casecheck.AuditResult]) -> None:
    name, result = audited
    rows = [row for row in result.table.to_pylist() if row["subject_table"] not in load_model().made]
    found = Counter((row["rule_id"], row["child_id"] or "", row["subject_table"], row["subject_key"]) for row in rows)
    assert found - planted(name) == Counter()
    assert planted(name) - found == Counter()


def test_what_is_planted_shows_above_the_record(audited: tuple[str, casecheck.AuditResult]) -> None:
    name, result = audited
    above = [row for row in result.table.to_pylist() if row["subject_table"] in load_model().made]
    assert {(row["rule_id"], row["subject_key"]) for row in above} == ABOVE[name]
    assert all(row["child_id"] is None and row["file"] is None and row["line"] is None for row in above)


def test_every_rule_that_can_be_answered_has_a_breach(audited: tuple[str, casecheck.AuditResult]) -> None:
    name, result = audited
    assert {outcome.rule_id for outcome in result.rules if outcome.status == "passed"} == SILENT[name]


def test_every_row_is_accounted_for(audited: tuple[str, casecheck.AuditResult]) -> None:
    name, result = audited
    assert result.extract.profile == name
    assert result.complete == (name == "carefirst")
    assert result.extract.balances
    assert all(account.source for account in result.extract.accounts)


def test_lines_lead_to_the_record(audited: tuple[str, casecheck.AuditResult]) -> None:
    name, result = audited
    if name != "carefirst":
        pytest.skip("a workbook has rows, which its own test looks at")
    lines: dict[str, list[str]] = {}
    for row in result.table.to_pylist():
        if row["child_id"] and row["file"] not in ("persons.csv", "observations.csv"):
            text = lines.setdefault(row["file"], (SOURCES[name] / row["file"]).read_text(encoding="utf-8").splitlines())
            assert row["child_id"] in text[row["line"] - 1]


@pytest.mark.slow
def test_shuffled_rows_and_renamed_files_give_the_same_ids(tmp_path: Path, audited: tuple[str, casecheck.AuditResult]) -> None:
    name, result = audited
    if name != "carefirst":
        pytest.skip("the CSV extract stands for both")
    turned = 0
    for file in SOURCES[name].glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        rows = text.splitlines(keepends=True)
        plain = '"' not in text and rows[0].count(",") > 1
        turned += plain
        (tmp_path / file.name).write_text("".join(rows[:1] + rows[:0:-1]) if plain else text, encoding="utf-8")
    assert turned > 10
    again = casecheck.audit(tmp_path, as_of="2026-03-31", policy={})
    assert set(again.table["finding_id"].to_pylist()) == set(result.table["finding_id"].to_pylist())


def test_plans_of_which_only_today_is_known_serve_the_rules_that_need_no_more() -> None:
    rules = casecheck.audit(
        SOURCES["annex_a"], as_of="2026-03-31", select=["CIN-003", "CIN-005", "CIN-006", "CIN-007"], policy={}
    ).rules
    outcomes = {rule.rule_id: rule for rule in rules}
    for rule in ("CIN-005", "CIN-006"):
        assert outcomes[rule].status == "out_of_scope"
        assert outcomes[rule].reasons == ["Annex A says who is on a child in need plan today, and not since when"]
    assert outcomes["CIN-003"].status == "out_of_scope"
    assert outcomes["CIN-007"].status == "failed"
    assert outcomes["CIN-007"].tally.passed > 30


def test_children_gathered_from_the_lists_that_name_them_are_never_said_to_be_complete() -> None:
    annex = casecheck.audit(SOURCES["annex_a"], as_of="2026-03-31", select=["INT-003"], policy={}).rules[0]
    assert (annex.status, annex.tally.population) == ("out_of_scope", 0)
    assert any(reason.startswith("Annex A has no list of children of its own") for reason in annex.reasons)
    assert casecheck.audit(SOURCES["carefirst"], as_of="2026-03-31", select=["INT-003"], policy={}).rules[0].tally.population > 0
