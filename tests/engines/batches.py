"""All rules' examples in a few batches: on Spark every table and every question costs a good part of a second.

Examples of one day and one policy stand together in the same tables, told apart by a prefix on every id. An answer may then
differ from the one that an example promises by itself (a rule may look at the whole extract); what counts here is that every
engine gives the same. That the promises hold is tested where each example is alone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa

from casecheck.engines.base import Engine
from casecheck.engines.model_tables import columns_of
from casecheck.model import Table, load_model
from casecheck.policy import Policy
from casecheck.rules.compiled import CompiledVariant, compiled_rule, compiled_view
from casecheck.rules.examples import typed
from casecheck.rules.loading import load_rules
from casecheck.rules.spec import Example, RuleFile

COLUMNS = ("verdict", "reason", "due_on", "event_on", "days_overdue", "observed", "message")
_ARROW = {
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "INTEGER": pa.int32(),
    "DOUBLE": pa.float64(),
    "BIGINT": pa.int64(),
}
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Question:
    """One variant of one rule under one set of parameters."""

    name: str
    variant: CompiledVariant


@dataclass
class Batch:
    """Examples that share a day and a policy."""

    as_of: date
    policy: Policy
    tables: dict[str, Rows] = field(default_factory=lambda: defaultdict(list))
    questions: dict[str, Question] = field(default_factory=dict)

    @property
    def needed(self) -> list[str]:
        """The tables of the model that the questions read."""
        needs = {name.partition(".")[0] for asked in self.questions.values() for name in asked.variant.needs}
        return sorted(needs | {asked.variant.subject for asked in self.questions.values()})

    @property
    def views(self) -> list[str]:
        """The derived views that the questions stand on, inner ones first."""
        return list(dict.fromkeys(view for asked in self.questions.values() for view in asked.variant.views))


@cache
def batches() -> tuple[Batch, ...]:
    """Every example of every rule that ships."""
    found: dict[tuple[date, str], Batch] = {}
    for rule in load_rules().rules():
        for number, example in enumerate(rule.examples):
            policy = example.policy
            batch = found.setdefault((example.as_of, policy.digest), Batch(example.as_of, policy))
            _add_rows(batch, example, f"{rule.id}.{number}.")
            _add_questions(batch, rule, example)
    return tuple(found.values())


def _add_questions(batch: Batch, rule: RuleFile, example: Example) -> None:
    given = ",".join(f"{name}={value}" for name, value in sorted(example.parameters.items()))
    for place, variant in enumerate(compiled_rule(rule, batch.policy, example.parameters).variants):
        name = f"{rule.id}/{place}/{given}"
        batch.questions.setdefault(name, Question(name, variant))


def _add_rows(batch: Batch, example: Example, prefix: str) -> None:
    for name, rows in example.tables.items():
        table = load_model().table(name)
        for row in rows or ():
            batch.tables[name].append(_row(table, row, prefix, len(batch.tables[name]) + 1))


def _row(table: Table, given: dict[str, str | None], prefix: str, number: int) -> dict[str, Any]:
    row: dict[str, Any] = {"_row": number, "_source": 1, "_record": number}
    unreadable = []
    for name, spec in table.fields.items():
        value, readable = typed(spec, given.get(name))
        if not readable:
            unreadable.append(name)
        row[name] = f"{prefix}{value}" if _names_a_record(table, name, value) else value
    row["_unreadable"] = f"|{'|'.join(unreadable)}|" if unreadable else None
    return row | {mark: given.get(mark) or None for mark in ("_unknown", "_conflict")}


def _names_a_record(table: Table, field: str, value: object) -> bool:
    """Ids of made tables are words (plan, cp, the name of a team), but for the child's."""
    if value is None or table.fields[field].type != "id" or str(value).lower() in Policy().roles.not_a_person:
        return False
    return table.kind != "made" or field == "person_id"


def fill(engine: Engine, batch: Batch) -> list[str]:
    """Load the tables of a batch, and work out its derived views. Returns what was made, to be dropped."""
    for name in batch.needed:
        kinds = columns_of(load_model().table(name))
        rows = batch.tables.get(name, [])
        engine.load(
            name,
            pa.table(
                {column: pa.array([row[column] for row in rows], _ARROW.get(kind, pa.string())) for column, kind in kinds.items()}
            ),
        )
    for view in batch.views:
        engine.create(view, compiled_view(view).sql)
    return [*batch.needed, *batch.views]


def answers(engine: Engine, batch: Batch) -> dict[str, list[tuple[Any, ...]]]:
    """The answers to every question of a batch, in an order that does not depend on the engine."""
    columns = ", ".join(f"asked.{name}" for name in COLUMNS)
    return {
        name: sorted(engine.rows(f"SELECT asked._row, {columns} FROM ({question.variant.sql}) AS asked"), key=repr)
        for name, question in batch.questions.items()
    }
