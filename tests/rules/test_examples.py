"""Every rule's own examples, and what every rule file must hold."""

from __future__ import annotations

import pytest

from casecheck.engines.duckdb import DuckDBEngine
from casecheck.model import load_model
from casecheck.rules.examples import run_examples
from casecheck.rules.loading import load_rules
from casecheck.rules.spec import Expected

RULES = load_rules()
CODES = list(RULES.entries)
FAMILIES = {"SEE", "VOI", "ASM", "VIS", "CPP", "CIN", "CLA", "S47", "ALC", "SUP", "MGT", "CAS", "REC", "INT"}


@pytest.mark.parametrize("code", CODES)
def test_the_examples_of_a_rule_hold(code: str) -> None:
    assert run_examples(RULES[code], DuckDBEngine) == []


@pytest.mark.parametrize("code", CODES)
def test_a_rule_shows_a_pass_and_a_fail(code: str) -> None:
    verdicts = {
        wanted.verdict if isinstance(wanted, Expected) else wanted
        for example in RULES[code].examples
        for wanted in example.expect.values()
    }
    assert {"pass", "fail"} <= verdicts


def test_every_family_is_covered_by_enough_rules() -> None:
    assert len(RULES) >= 45
    assert {rule.family for rule in RULES.rules()} >= FAMILIES


def test_every_number_of_a_child_or_a_worker_is_looked_up() -> None:
    looked_up = {(variant.subject, variant.words["field"], variant.words["to"]) for variant in RULES["INT-003"].subjects}
    named = {
        (name, field, spec.references)
        for name, table in load_model().tables.items()
        for field, spec in table.fields.items()
        if spec.references in ("person", "worker", "plan")
    }
    assert named - looked_up == set()


def test_a_wrong_example_is_noticed() -> None:
    rule = RULES["VIS-CP-001"]
    first = rule.examples[0]
    wrong = rule.model_copy(update={"examples": (first.model_copy(update={"expect": {"P1": "fail"}}),)})
    assert [str(mismatch) for mismatch in run_examples(wrong, DuckDBEngine)] == [
        f"VIS-CP-001: {first.name}: P1: expected fail, found pass"
    ]
