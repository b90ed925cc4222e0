"""The promise above all: what could not be assessed is never passed.

Each rule's own passing example is audited as frames. Then each table and column that the rule needs is dropped, and emptied,
in turn: the rule must never come out as passed.
"""

from __future__ import annotations

from typing import Any

import pytest

import casecheck
from casecheck.model import load_model
from casecheck.policy import Policy
from casecheck.rules.compiled import compile_rules
from casecheck.rules.loading import load_rules
from casecheck.rules.spec import Example, Expected, RuleFile
from tests.conftest import Rows, blank_columns, frame

RULES = load_rules()
COMPILED = compile_rules(RULES, Policy())
FINE = {"pass", "not_due", "out of scope"}


def passing_example(rule: RuleFile) -> Example | None:
    """An example of the rule in which every record passes, is not due, or is out of scope, and at least one passes."""
    for example in rule.examples:
        verdicts = [wanted.verdict if isinstance(wanted, Expected) else wanted for wanted in example.expect.values()]
        if "pass" in verdicts and set(verdicts) <= FINE:
            return example
    return None


def status(tables: dict[str, Rows], example: Example, rule: RuleFile, drop: str = "", empty: str = "") -> str:
    blank = blank_columns(tables)
    other = sorted(set(load_model().tables) - set(tables))
    frames: dict[str, Any] = {}
    for name, rows in tables.items():
        if name == drop:
            continue
        made = frame(name, [] if name == empty else [_without(row, name, empty) for row in rows])
        column = drop.removeprefix(f"{name}.") if drop.startswith(f"{name}.") else ""
        frames[name] = made.drop_columns([column]) if column else made
    for name in other:
        frames[name] = frame(name, [])
    policy: dict[str, Any] = {
        "tables": {"may_be_empty": [*blank, *other]},
        "reliability_gate": 1,
        "parameters": {rule.id: dict(example.parameters)},
    }
    if example.assessment_switch_date:
        policy["law"] = {"assessment_switch_date": example.assessment_switch_date}
    result = casecheck.audit(frames, profile="model", as_of=example.as_of, select=[rule.id], policy=policy)
    return result.rules[0].status


def _without(row: dict[str, Any], table: str, empty: str) -> dict[str, Any]:
    return {field: value for field, value in row.items() if f"{table}.{field}" != empty}


@pytest.mark.parametrize("code", list(RULES.entries))
def test_without_what_it_needs_a_rule_is_never_passed(code: str) -> None:
    rule = RULES[code]
    example = passing_example(rule)
    assert example is not None, f"{code} has no example in which everything is well"
    tables: dict[str, Rows] = {name: rows for name, rows in example.tables.items() if rows}
    assert status(tables, example, rule) == "passed"
    for variant in COMPILED.rules[code].variants:
        if variant.subject not in tables or (rule.variants and len(rule.variants) > 1):
            continue
        needed = [name for name in variant.needs if name not in variant.optional]
        filled = set(needed) - set(blank_columns(tables))
        for table in {name.split(".", 1)[0] for name in needed} & set(tables):
            assert status(tables, example, rule, drop=table) != "passed", f"without the table {table}"
            assert status(tables, example, rule, empty=table) != "passed", f"with {table} empty"
        for column in sorted(needed):
            if column.split(".", 1)[0] in tables:
                assert status(tables, example, rule, drop=column) != "passed", f"without {column}"
        for column in sorted(filled):
            if column.split(".", 1)[0] in tables:
                assert status(tables, example, rule, empty=column) != "passed", f"with {column} empty"
