"""Running the examples of a rule file: each is a small history with the verdicts it must give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from casecheck.engines.base import Engine, EngineMaker
from casecheck.engines.calendar import create_calendar
from casecheck.engines.model_tables import columns_of, empty, sql_type
from casecheck.errors import CasecheckError
from casecheck.model import Field, Model, load_code_sets, load_model
from casecheck.model.tables import CHANGED
from casecheck.rules.compiled import CompiledRule, CompiledVariant, compiled_rule, compiled_view
from casecheck.rules.spec import Example, Expected, RuleFile
from casecheck.sql_text import literal

OUT_OF_SCOPE = "out of scope"


@dataclass(frozen=True)
class Mismatch:
    """An example that did not give what it promised."""

    rule: str
    example: str
    record: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.example}: {self.record}: expected {self.expected}, found {self.found}"


def run_examples(rule: RuleFile, make_engine: EngineMaker) -> list[Mismatch]:
    """Run every example of a rule; an empty list means that all hold.

    Examples of one day under one policy share an engine and its calendar, for making those takes longer than most answers.
    """
    found: list[Mismatch] = []
    ready: dict[str, CompiledRule] = {}
    engines: dict[tuple[date, str], Engine] = {}
    try:
        for example in rule.examples:
            policy = example.policy
            key = f"{policy.digest}{sorted(example.parameters.items())}"
            if key not in ready:
                ready[key] = compiled_rule(rule, policy, example.parameters)
            place = example.as_of, policy.digest
            if place not in engines:
                engines[place] = make_engine(example.as_of)
                create_calendar(engines[place], policy)
            found += _run(rule, example, ready[key], engines[place])
    finally:
        for engine in engines.values():
            engine.close()
    return found


_ORDER = ("fail", "not_assessable", "not_due", "pass")


def _worst(pairs: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """One answer a record: where variants share a subject, the worst of theirs."""
    found: dict[str, dict[str, Any]] = {}
    for key, row in pairs:
        if key not in found or _ORDER.index(row["verdict"]) < _ORDER.index(found[key]["verdict"]):
            found[key] = row
    return found


def _run(rule: RuleFile, example: Example, compiled: CompiledRule, engine: Engine) -> list[Mismatch]:
    tables = tables_of(compiled, example)
    try:
        for name, sql in tables.items():
            engine.create(name, sql)
        answers = _worst(pair for variant in compiled.variants for pair in _answers(engine, variant, example))
    except CasecheckError:
        raise
    except Exception as problem:
        return [Mismatch(rule.id, example.name, "-", "an answer", f"{type(problem).__name__}: {str(problem).splitlines()[0]}")]
    finally:
        for name in tables:
            engine.drop(name)
    known = {key for variant in compiled.variants for key in _keys(variant.subject, example)}
    unknown = [
        Mismatch(rule.id, example.name, key, "a record of the example", "no such record")
        for key in example.expect
        if key not in known
    ]
    return unknown + [
        mismatch
        for key, wanted in example.expect.items()
        if key in known
        for mismatch in _compare(rule.id, example.name, key, wanted, answers.get(key))
    ]


def tables_of(compiled: CompiledRule, example: Example) -> dict[str, str]:
    """The tables of an example, and the derived views over them that its rule reads, each over those before it."""
    needed = {name.partition(".")[0] for variant in compiled.variants for name in (*variant.needs, *variant.optional)}
    needed |= {variant.subject for variant in compiled.variants}
    tables = {name: _select(load_model(), name, example.tables.get(name) or []) for name in sorted(needed | set(example.tables))}
    views = dict.fromkeys(view for variant in compiled.variants for view in variant.views)
    return tables | {view: compiled_view(view).sql for view in views}


def _select(model: Model, name: str, rows: Sequence[dict[str, str | None]]) -> str:
    table = model.table(name)
    if not rows:
        return empty(columns_of(table))
    written = []
    for number, row in enumerate(rows, 1):
        values, unreadable = [], []
        for field, spec in table.fields.items():
            value, readable = typed(spec, row.get(field))
            if not readable:
                unreadable.append(field)
            written_value = "NULL" if value is None else literal(value)
            values.append(f"CAST({written_value} AS {sql_type(spec.type)}) AS {field}")
        marks = literal(f"|{'|'.join(unreadable)}|") if unreadable else "NULL"
        beside = ", ".join(
            f"CAST({literal(row[mark]) if row.get(mark) else 'NULL'} AS VARCHAR) AS {mark}" for mark in ("_unknown", "_conflict")
        )
        place = f"CAST({number} AS BIGINT) AS _row, 1 AS _source, {number} AS _record"
        provenance = f"{place}, CAST({marks} AS VARCHAR) AS _unreadable, {beside}"
        written.append(f"SELECT {', '.join(values)}, {provenance}")
    return " UNION ALL ".join(written)


def typed(spec: Field, raw: str | None) -> tuple[Any, bool]:
    """An example's cell as a value, and whether it could be read: ``tbc`` in a date and ``1.2E+11`` in an id could not."""
    if raw is None:
        return None, True
    try:
        if spec.type == "date":
            return date.fromisoformat(raw), True
        if spec.type == "datetime":
            return datetime.fromisoformat(raw), True
        if spec.type == "integer":
            return int(raw), True
        if spec.type == "decimal":
            return float(raw), True
    except ValueError:
        return None, False
    if spec.type == "id" and re.fullmatch(CHANGED, raw):
        return None, False
    if spec.type in ("code", "flag") and spec.code_set:
        known = raw in load_code_sets()[spec.code_set].labels
        return (raw, True) if known else (None, False)
    return raw, True


def _keys(subject: str, example: Example) -> list[str]:
    table = load_model().table(subject)
    rows = example.tables.get(subject) or []
    single = table.key[0] if len(table.key) == 1 else ""
    return [str(row.get(single) or number) if single else str(number) for number, row in enumerate(rows, 1)]


def _answers(engine: Engine, variant: CompiledVariant, example: Example) -> Iterator[tuple[str, dict[str, Any]]]:
    keys = _keys(variant.subject, example)
    names = ("verdict", "reason", "due_on", "event_on", "days_overdue", "observed", "message")
    columns = ", ".join(f"answer.{name}" for name in names)
    sql = f"SELECT own._record, {columns} FROM ({variant.sql}) AS answer JOIN {variant.subject} AS own ON own._row = answer._row"
    for record, *values in engine.rows(sql):
        yield keys[record - 1], dict(zip(names, values, strict=True))


def _compare(rule: str, example: str, key: str, wanted: str | Expected, found: dict[str, Any] | None) -> list[Mismatch]:
    expected = wanted if isinstance(wanted, Expected) else Expected.model_validate({"verdict": wanted})
    verdict = found["verdict"] if found else OUT_OF_SCOPE
    if verdict != expected.verdict:
        reason = f" ({found['reason']})" if found and found["reason"] else ""
        return [Mismatch(rule, example, key, expected.verdict, f"{verdict}{reason}")]
    if not found:
        return []
    return [
        Mismatch(rule, example, key, f"{name} {promised}", f"{name} {found[name]}")
        for name in ("due_on", "days_overdue", "reason", "message")
        if (promised := getattr(expected, name)) is not None and str(found[name]) != str(promised)
    ]
