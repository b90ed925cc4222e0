"""Random records for every table of the model: ids that belong together, dates in order most of the time, and some dirt."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pyarrow as pa

from casecheck.model import Field, Table, load_code_sets, load_model

AS_OF = date(2024, 6, 28)
_FIRST = date(2023, 1, 2)
_POOLS = {"person_id": 40, "worker_id": 8}
_WORDS = ("", "tbc", "n/a")


def frames(seed: int, rows: int = 60) -> dict[str, pa.Table]:
    """One frame a table, as text. The same seed gives the same records."""
    chance = random.Random(seed)
    return {name: _frame(chance, table, rows) for name, table in load_model().tables.items()}


def _frame(chance: random.Random, table: Table, rows: int) -> pa.Table:
    size = _POOLS.get(table.key[0], rows) if len(table.key) == 1 else rows
    records = [_record(chance, table, number) for number in range(size)]
    return pa.table({name: pa.array([record[name] for record in records], pa.string()) for name in table.fields})


def _record(chance: random.Random, table: Table, number: int) -> dict[str, str | None]:
    day = _FIRST + timedelta(days=chance.randrange(540))
    record: dict[str, str | None] = {}
    for name, spec in table.fields.items():
        if chance.random() < 0.25 and name not in table.key and not name.endswith("person_id"):
            record[name] = chance.choice(_WORDS) if chance.random() < 0.2 else None
        elif spec.type in ("date", "datetime"):
            day += timedelta(days=chance.choice((0, 1, 2, 5, 9, 14, 20, 45, 90)))
            record[name] = _moment(chance, name, spec, day)
        else:
            record[name] = _value(chance, name, spec, table, number)
    return record


def _moment(chance: random.Random, name: str, spec: Field, day: date) -> str:
    if name == "date_of_birth":
        return str(date(2007 + chance.randrange(17), 1 + chance.randrange(12), 1 + chance.randrange(28)))
    if spec.type == "datetime":
        return str(datetime(day.year, day.month, day.day, chance.randrange(24), chance.randrange(60)))
    return str(day)


def _value(chance: random.Random, name: str, spec: Field, table: Table, number: int) -> str:
    if spec.type == "id":
        if table.key == (name,):
            return str(number if chance.random() < 0.97 else 0)
        return str(chance.randrange(_POOLS.get(name, 60)))
    if spec.type in ("code", "flag"):
        codes = sorted(load_code_sets()[spec.code_set].labels) if spec.code_set else ["A"]
        return chance.choice(codes) if chance.random() < 0.95 else "Grün?"
    if spec.type in ("integer", "decimal"):
        return str(chance.randrange(30) / (2 if spec.type == "decimal" else 1)).removesuffix(".0")
    return chance.choice(("Élan", "team a", "Team manager", "social worker", "duty", "x" * 60))
