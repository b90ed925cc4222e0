"""Local limits change verdicts; loosening a statutory one is said in every output."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Audit

from casecheck.errors import PolicyError
from casecheck.policy import policy_from
from casecheck.reports import FOLDER, FORMATS, render
from casecheck.reports.visits import intervals
from casecheck.rules.compiled import _sources
from casecheck.rules.compiling import compile_rule
from casecheck.rules.loading import load_rules, rules_of

HISTORY = {
    "person": [{"person_id": "1", "date_of_birth": "2015-05-01"}],
    "care_period": [{"care_period_id": "P1", "person_id": "1", "start_date": "2024-01-02"}],
    "legal_status": [{"person_id": "1", "legal_status": "C2", "start_date": "2024-01-02"}],
    "plan_review": [{"review_id": "R1", "person_id": "1", "review_type": "care", "review_date": "2024-02-20"}],
}
LOOSE = {"parameters": {"CLA-001": {"limit": "60 working days"}}}


def test_a_loosened_statutory_limit_is_said_in_every_format(audit_rows: Audit) -> None:
    result = audit_rows(HISTORY, "2024-06-28", "CLA-001", policy=LOOSE)
    assert result.loosened
    assert "CLA-001" in result.loosened[0]
    assert "20 working days" in result.loosened[0]
    for name in sorted(set(FORMATS) - {"csv", FOLDER}):
        assert b"the statutory limit is 20 working days" in render(result, name)


def test_a_loosened_row_of_the_matrix_of_visits_is_said(audit_rows: Audit) -> None:
    rows = [{"plan": "care", "every": "26 weeks"}, {"plan": "care", "risk": "low", "every": "not asked"}]
    result = audit_rows(HISTORY, "2024-06-28", "VIS-RSK-001", policy={"visits": {"intervals": rows}})
    assert len(result.loosened) == 2
    assert all(
        note.startswith("VIS-RSK-001: the matrix of visits says") and note.endswith("is 6 weeks") for note in result.loosened
    )
    assert "LOCAL POLICY IS LOOSER THAN THE STATUTORY LIMIT" in render(result, "text").decode()
    assert any("26 weeks LOOSER THAN 6 weeks" in line for line in intervals(result.policy))


@pytest.mark.parametrize("rows", [[{"plan": "care", "every": "4 weeks"}], [{"plan": "cp", "every": "26 weeks"}]])
def test_a_tighter_row_and_one_that_no_law_sets_are_not(audit_rows: Audit, rows: list[dict[str, str]]) -> None:
    assert not audit_rows(HISTORY, "2024-06-28", "VIS-RSK-001", policy={"visits": {"intervals": rows}}).loosened


@pytest.mark.parametrize(
    ("rule", "name", "value"),
    [
        ("CLA-002", "first", "13 weeks"),
        ("VIS-CLA-006", "last_day", "2027-01-01"),
        ("PLO-003", "fgdm_from", "2030-01-01"),
        ("VIS-CLA-007", "limit", 18),
    ],
)
def test_a_limit_in_other_units_a_later_day_and_a_higher_number_are_looser(rule: str, name: str, value: object) -> None:
    policy = policy_from({"parameters": {rule: {name: value}}})
    assert len(compile_rule(load_rules()[rule], policy).loosened) == 1


def test_in_csv_the_note_stands_beside_each_finding(audit_rows: Audit) -> None:
    loose = {"parameters": {"CLA-001": {"limit": "21 working days"}}}
    result = audit_rows(HISTORY, "2024-06-28", "CLA-001", policy=loose)
    assert result.count() == 1
    assert b"the statutory limit is 20 working days" in render(result, "csv")


def test_tightening_is_free(audit_rows: Audit) -> None:
    tight = {"parameters": {"CLA-001": {"limit": "10 working days"}}}
    assert not audit_rows(HISTORY, "2024-06-28", "CLA-001", policy=tight).loosened


def test_the_local_severity_is_the_finding_s(audit_rows: Audit) -> None:
    result = audit_rows(HISTORY, "2024-06-28", "CLA-001", policy={"severity": {"CLA-001": "low"}})
    assert set(result.table["severity"].to_pylist()) == {"low"}


@pytest.mark.parametrize(
    ("given", "said"),
    [({"limt": "9 days"}, "nearest: limit"), ({"limit": "soon"}, "is not a length of time")],
)
def test_a_wrong_parameter_is_told(given: dict[str, str], said: str) -> None:
    policy = policy_from({"parameters": {"VIS-CP-001": given}})
    with pytest.raises(PolicyError) as problem:
        compile_rule(load_rules()["VIS-CP-001"], policy)
    assert said in str(problem.value)


def test_the_visit_day_convention_moves_the_deadline_by_a_day(audit_rows: Audit) -> None:
    history = {
        "person": [{"person_id": "1", "date_of_birth": "2015-05-01"}],
        "plan": [{"plan_id": "P", "person_id": "1", "plan_type": "cp", "start_date": "2024-03-01"}],
        "visit": [{"visit_id": "V", "person_id": "1", "visit_type": "cp", "visit_date": "2024-03-15", "child_seen": "Y"}],
    }
    as_of = "2024-03-15"
    assert audit_rows(history, as_of, "VIS-CP-001").rules[0].status == "passed"
    inclusive = {"visits": {"day_convention": "inclusive"}}
    strict = audit_rows(history, as_of, "VIS-CP-001", policy=inclusive)
    assert strict.rules[0].status == "failed"
    assert "day 1" in strict.table["expected"].to_pylist()[0]


def test_a_policy_file_by_path(tmp_path: Path, audit_rows: Audit) -> None:
    (tmp_path / "casecheck.toml").write_text('[parameters.CLA-001]\nlimit = "60 working days"\n')
    assert audit_rows(HISTORY, "2024-06-28", "CLA-001", policy=LOOSE).rules[0].status == "passed"


def named(value: str) -> set[str]:
    """The rules whose file names a value of the policy."""
    return {
        code
        for code, entry in load_rules().entries.items()
        if f"policy.{value}" in entry.rule.model_dump_json(exclude={"examples"})
    }


@pytest.mark.parametrize(
    ("given", "anew"),
    [
        ({"visits": {"intervals": [{"plan": "cp", "every": "5 working days", "seen_by": "lead worker"}]}}, set()),
        ({"fail_on": "low", "select": ["VIS"], "calendar": {"closure_days": ["2025-12-29"]}}, set()),
        ({"roles": {"lead": ["case holder"]}}, named("lead_roles")),
        ({"law": {"assessment_switch_date": "2014-09-01"}}, named("assessment_switch_date")),
        ({"parameters": {"VIS-CP-001": {"limit": "9 working days"}}}, {"VIS-CP-001"}),
        ({"visits": {"day_convention": "inclusive"}}, set(load_rules().entries)),
    ],
    ids=["matrix", "what no rule names", "roles", "law", "a limit", "days"],
)
def test_a_policy_compiles_only_the_rules_that_name_what_it_changes(given: dict[str, Any], anew: set[str]) -> None:
    usual, own = policy_from({}), policy_from(given)
    rules = {code: entry.rule for code, entry in load_rules().entries.items()}
    changed = {code for code, rule in rules.items() if _sources(rule, own, {}) != _sources(rule, usual, {})}
    assert changed == anew
    code = "VIS-RSK-001" if "intervals" in str(given) else "VIS-CIN-001"
    assert (compile_rule(rules[code], own) == compile_rule(rules[code], usual)) == (code not in anew)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"parameters": {"VIS-CP-01": {"limit": "5 working days"}}}, r"parameters.VIS-CP-01: no rule is called .*\n.*VIS-CP-001"),
        ({"severity": {"EXT-999": "low"}}, "severity.EXT-999: no rule is called"),
        ({"rates": {"ASM-01": {"target": 3}}}, "rates.ASM-01: no rule is called"),
        ({"accepted": [{"rule": "EXT-01", "what": "plan", "reason": "x"}]}, "accepted.rule: no rule is called 'EXT-01'"),
        ({"accepted": [{"rule": "VIS-CP-001", "what": "cp", "reason": "x"}]}, "VIS-CP-001 is about single records"),
        ({"accepted": [{"rule": "EXT-001", "what": ["visit", "plon"], "reason": "x"}]}, r"says nothing of 'plon'\n.*plan"),
        ({"accepted": [{"rule": "EXT-001", "what": "visit.child_seen", "reason": "x"}]}, "EXT-001 says nothing of"),
    ],
)
def test_a_policy_that_names_what_there_is_not_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        rules_of(policy_from(given))


def test_a_policy_may_name_a_rule_of_a_pack_that_is_not_run() -> None:
    rules = rules_of(policy_from({"packs": ["extract"], "severity": {"VIS-CP-001": "high"}}))
    assert "VIS-CP-001" not in rules.entries


def test_a_policy_that_names_a_rule_that_is_no_more_is_told_what_took_its_place(tmp_path: Path) -> None:
    (tmp_path / "retired.yaml").write_text("VIS-XX-009: {now: VIS-CP-001, why: it asked the same}\n", encoding="utf-8")
    policy = policy_from({"rule_folders": [str(tmp_path)], "parameters": {"VIS-XX-009": {"limit": "5 days"}}})
    with pytest.raises(PolicyError, match=r"VIS-XX-009 is no more: it asked the same\n.*use VIS-CP-001"):
        rules_of(policy)


def test_what_is_accepted_needs_a_reason() -> None:
    with pytest.raises(PolicyError, match=r"accepted\.0\.reason"):
        policy_from({"accepted": [{"rule": "EXT-001", "what": "plan", "reason": " "}]})
