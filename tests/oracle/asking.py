"""Asking casecheck the same of many small histories at once: one set of tables, ids told apart by the history's number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa
from tests.oracle.cells import OUT, TBC, Row, Tables

from casecheck.engines.calendar import create_calendar
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.engines.model_tables import columns_of
from casecheck.model import load_model
from casecheck.policy import Policy
from casecheck.rules.compiled import CompiledRule, CompiledVariant, compiled_rule, compiled_view
from casecheck.rules.loading import load_rules

POLICY = Policy()
_ARROW = {
    "DATE": pa.date32(),
    "INTEGER": pa.int32(),
    "DOUBLE": pa.float64(),
    "BIGINT": pa.int64(),
    "TIMESTAMP": pa.timestamp("us"),
}


@dataclass(frozen=True)
class Place:
    """Where a record stands: in which history, which table, which row."""

    history: int
    table: str
    row: int


Answers = dict[Place, str]


@cache
def compiled(rule: str, overrides: tuple[tuple[str, str], ...] = ()) -> CompiledRule:
    return compiled_rule(load_rules()[rule], POLICY, dict(overrides))


def ask(histories: Sequence[Tables], as_of: date, questions: Mapping[str, CompiledRule]) -> dict[str, Answers]:
    """Every verdict of each rule on every record of its subjects; what gets no verdict is out of scope."""
    engine = DuckDBEngine(as_of)
    try:
        create_calendar(engine, POLICY)
        variants = [variant for rule in questions.values() for variant in rule.variants]
        places = {name: _load(engine, name, histories) for name in _tables(variants)}
        for view in dict.fromkeys(view for variant in variants for view in variant.views):
            engine.create(view, compiled_view(view).sql)
        return {name: _verdicts(engine, rule, places) for name, rule in questions.items()}
    finally:
        engine.close()


def _tables(variants: Sequence[CompiledVariant]) -> list[str]:
    needed = {name.partition(".")[0] for variant in variants for name in (*variant.needs, *variant.optional)}
    return sorted(needed | {variant.subject for variant in variants})


def _verdicts(engine: DuckDBEngine, rule: CompiledRule, places: Mapping[str, list[Place]]) -> Answers:
    found = {place: OUT for variant in rule.variants for place in places[variant.subject]}
    for variant in rule.variants:
        for number, verdict in engine.rows(f"SELECT _row, verdict FROM ({variant.sql}) AS asked"):
            place = places[variant.subject][number - 1]
            assert found[place] == OUT, f"{rule.id} gives {place} two verdicts"
            found[place] = verdict
    return found


def _load(engine: DuckDBEngine, name: str, histories: Sequence[Tables]) -> list[Place]:
    places: list[Place] = []
    rows: list[Row] = []
    for number, tables in enumerate(histories):
        for place, row in enumerate(tables.get(name, [])):
            places.append(Place(number, name, place))
            rows.append(row)
    kinds = columns_of(load_model().table(name))
    columns = dict(_columns(name, rows, places))
    engine.load(
        name, pa.table({column: pa.array(columns[column], _ARROW.get(kind, pa.string())) for column, kind in kinds.items()})
    )
    return places


def _columns(name: str, rows: Sequence[Row], places: Sequence[Place]) -> Iterator[tuple[str, list[Any]]]:
    fields = load_model().table(name).fields
    for field, spec in fields.items():
        values = [None if row.get(field) == TBC else row.get(field) for row in rows]
        if spec.type == "id":
            values = [_id(value, place.history) for value, place in zip(values, places, strict=True)]
        yield field, values
    numbers = list(range(1, len(rows) + 1))
    yield from (("_row", numbers), ("_record", numbers), ("_source", [1] * len(rows)))
    yield "_unreadable", [_marks(row) for row in rows]
    yield from ((mark, [None] * len(rows)) for mark in ("_unknown", "_conflict"))


def _id(value: str | None, history: int) -> str | None:
    return value if value is None or value in POLICY.roles.not_a_person else f"{history}.{value}"


def _marks(row: Row) -> str | None:
    marks = [name for name, value in row.items() if value == TBC]
    return f"|{'|'.join(marks)}|" if marks else None
