"""The promise above all: what could not be assessed is never passed.

Each rule's own passing example is audited as frames. Then each table and column that the rule needs is dropped, and emptied,
in turn: the rule must never come out as passed.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import Rows, blank_columns, frame

import casecheck
from casecheck.model import load_model
from casecheck.policy import Policy
from casecheck.rules.compiled import CompiledVariant, compile_rules
from casecheck.rules.loading import load_rules
from casecheck.rules.spec import Example, Expected, RuleFile

RULES = load_rules()
COMPILED = compile_rules(RULES, Policy())
Tables = dict[str, Rows]


def verdict(wanted: str | Expected) -> str:
    return wanted.verdict if isinstance(wanted, Expected) else wanted


def passing_history(rule: RuleFile, variant: CompiledVariant) -> tuple[Example, Tables] | None:
    """An example of the rule, less the records of the subject that do not pass."""
    key = load_model().tables[variant.subject].key
    for example in rule.examples:
        rows = example.tables.get(variant.subject) or []
        named = [str(row.get(key[0]) or number) if len(key) == 1 else str(number) for number, row in enumerate(rows, 1)]
        said = [verdict(example.expect.get(name, "out of scope")) for name in named]
        kept = [row for word, row in zip(said, rows, strict=True) if word in ("pass", "out of scope")] if "pass" in said else []
        tables: Tables = {name: list(others) for name, others in example.tables.items() if others}
        if kept:
            history = {**tables, variant.subject: kept}
            if status(history, example, rule) == "passed":
                return example, history
    return None


def status(tables: Tables, example: Example, rule: RuleFile, drop: str = "", empty: str = "") -> str:
    """The rule's status on these tables, with a table or column dropped or emptied; the rule's other tables are empty."""
    named = (name for part in COMPILED.rules[rule.id].variants for name in (*part.needs, *part.optional))
    used = {name.split(".", 1)[0] for name in named}
    frames: dict[str, Any] = {}
    for name in sorted(used | set(tables)):
        rows = [] if name == empty else [_without(row, name, empty) for row in tables.get(name, [])]
        if name != drop:
            made = frame(name, rows)
            frames[name] = made.drop_columns([drop.split(".", 1)[1]]) if drop.startswith(f"{name}.") else made
    if not frames:
        return "no tables were given"
    policy: dict[str, Any] = {
        "tables": {"may_be_empty": [*blank_columns(tables), *sorted(used - set(tables))]},
        "reliability_gate": 1,
        "parameters": {rule.id: dict(example.parameters)},
    }
    if example.assessment_switch_date:
        policy["law"] = {"assessment_switch_date": example.assessment_switch_date}
    return casecheck.audit(frames, profile="model", as_of=example.as_of, select=[rule.id], policy=policy).rules[0].status


def _without(row: dict[str, Any], table: str, empty: str) -> dict[str, Any]:
    return {field: value for field, value in row.items() if f"{table}.{field}" != empty}


@pytest.mark.parametrize("code", list(RULES.entries))
def test_without_what_it_needs_a_rule_is_never_passed(code: str) -> None:
    rule = RULES[code]
    found = ((variant, passing_history(rule, variant)) for variant in COMPILED.rules[code].variants)
    variant, passing = next(((variant, passing) for variant, passing in found if passing), (None, None))
    assert variant is not None, f"{code} has no example in which something passes and nothing else is wrong"
    assert passing is not None
    example, tables = passing
    needed = [name for name in variant.needs if name not in variant.optional and name.split(".", 1)[0] in tables]
    blank = set(blank_columns(tables))
    for table in sorted({name.split(".", 1)[0] for name in needed}):
        assert status(tables, example, rule, drop=table) != "passed", f"without the table {table}"
        assert status(tables, example, rule, empty=table) != "passed", f"with {table} empty"
    for column in needed:
        assert status(tables, example, rule, drop=column) != "passed", f"without {column}"
        if column not in blank:
            assert status(tables, example, rule, empty=column) != "passed", f"with {column} empty"
