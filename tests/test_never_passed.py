"""The promise above all: what could not be assessed is never passed.

Each rule's own passing example is planned as frames. Then each table and column that the rule needs is dropped, and emptied,
in turn: the plan must say that the rule cannot be assessed, or that a column is blank. One table and one column of each rule are
taken away for real, and the rule is asked: it must never come out as passed.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from tests.conftest import Rows, blank_columns, frame

import casecheck
from casecheck.auditing import read_extract, recognise
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.model import load_model
from casecheck.planning import RuleRun
from casecheck.policy import Policy, policy_from
from casecheck.profiles.accounts import Extract
from casecheck.profiles.building import Asked
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


def frames_of(tables: Tables, rule: RuleFile, drop: str = "", empty: str = "") -> dict[str, Any]:
    """The tables as frames, one table or column dropped or emptied; the rule's other tables are empty."""
    frames: dict[str, Any] = {}
    for name in sorted(used_by(rule) | set(tables)):
        rows = [] if name == empty else [_without(row, name, empty) for row in tables.get(name, [])]
        if name != drop:
            made = frame(name, rows)
            frames[name] = made.drop_columns([drop.split(".", 1)[1]]) if drop.startswith(f"{name}.") else made
    return frames


def used_by(rule: RuleFile) -> set[str]:
    named = {name.split(".", 1)[0] for part in COMPILED.rules[rule.id].variants for name in (*part.needs, *part.optional)}
    return named - set(load_model().made)


def policy_for(tables: Tables, example: Example, rule: RuleFile) -> Policy:
    return policy_from({
        **example.policy.model_dump(include={"law", "visits"}),
        "tables": {"may_be_empty": [*blank_columns(tables), *sorted(used_by(rule) - set(tables))]},
        "reliability_gate": 1,
        "parameters": {rule.id: dict(example.parameters)},
    })  # fmt: skip


def status(tables: Tables, example: Example, rule: RuleFile, drop: str = "", empty: str = "") -> str:
    """The rule's status on these tables."""
    frames, policy = frames_of(tables, rule, drop, empty), policy_for(tables, example, rule)
    if not frames:
        return "no tables were given"
    return casecheck.audit(frames, profile="model", as_of=example.as_of, select=[rule.id], policy=policy).rules[0].status


def _without(row: dict[str, Any], table: str, empty: str) -> dict[str, Any]:
    return {field: value for field, value in row.items() if f"{table}.{field}" != empty}


def planned(tables: Tables, example: Example, rule: RuleFile) -> RuleRun:
    """The run as it is planned, before anything is asked."""
    policy = policy_for(tables, example, rule)
    matched = recognise(frames_of(tables, rule), "model", policy)
    engine = DuckDBEngine(example.as_of)
    try:
        return RuleRun(engine, read_extract(engine, matched, policy, example.as_of, Asked()), matched.profile, policy, None)
    finally:
        engine.close()


def damaged(extract: Extract, kind: str, what: str) -> Extract:
    """The extract without a table or column, or with one that holds nothing."""
    table, _, column = what.partition(".")
    if not column:
        rows = {name: count for name, count in extract.rows.items() if name != table}
        return replace(extract, rows={**rows, table: 0} if kind == "empty" else rows)
    if kind == "drop":
        return replace(extract, fields={**extract.fields, table: extract.fields[table] - {column}})
    figures = extract.figures[table]
    blank = replace(figures, filled={**figures.filled, column: 0})
    return replace(extract, figures={**extract.figures, table: blank})


CODES = [code for code in RULES.entries if COMPILED.rules[code].variants[0].subject in load_model().tables]


@cache
def passing(code: str) -> tuple[CompiledVariant, Example, Tables]:
    """The first of the rule's variants that has an example in which something passes and nothing else is wrong."""
    rule = RULES[code]
    for variant in COMPILED.rules[code].variants:
        if found := passing_history(rule, variant):
            return variant, *found
    raise AssertionError(f"{code} has no example in which something passes and nothing else is wrong")


def needs(code: str) -> tuple[list[str], list[str]]:
    """The tables and columns that the passing example cannot do without, and the columns of them that hold something."""
    variant, _, tables = passing(code)
    needed = [name for name in variant.needs if name not in variant.optional and name.split(".", 1)[0] in tables]
    blank = blank_columns(tables)
    return [*sorted({name.split(".", 1)[0] for name in needed}), *needed], [name for name in needed if name not in blank]


@pytest.mark.parametrize("code", CODES)
def test_without_what_it_needs_a_rule_is_not_planned_to_pass(code: str) -> None:
    variant, example, tables = passing(code)
    run = planned(tables, example, RULES[code])
    assert (run.assessable(variant), run.blank_columns(variant)) == (None, [])
    whats, filled = needs(code)
    emptied = [what for what in whats if "." not in what or what in filled]
    for kind, what in [*(("drop", what) for what in whats), *(("empty", what) for what in emptied)]:
        hurt = replace(run, extract=damaged(run.extract, kind, what))
        assert hurt.assessable(variant) or hurt.blank_columns(variant), f"{kind} {what}"


@pytest.mark.parametrize(
    "half",
    [pytest.param(0, marks=pytest.mark.slow), pytest.param(1, marks=pytest.mark.thorough)],
    ids=["one half", "the other half"],
)
@pytest.mark.parametrize("code", CODES)
def test_without_what_it_needs_a_rule_is_never_passed(code: str, half: int) -> None:
    """By audits of one half of the damages."""
    _, example, tables = passing(code)
    whats, filled = needs(code)
    table, column = whats[0], (filled or whats)[-1]
    halves = [({"drop": table}, {"empty": column} if filled else {"drop": column}), ({"empty": table}, {"drop": column})]
    for damage in halves[(CODES.index(code) + half) % 2]:
        assert status(tables, example, RULES[code], **damage) != "passed", f"{damage}"
