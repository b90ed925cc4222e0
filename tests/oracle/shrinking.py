"""The smallest part of a history on which casecheck and the oracle still differ: rows are left out, then cells blanked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from tests.oracle.asking import Place, ask, compiled
from tests.oracle.cells import Row, Tables

Verdict = Callable[[Row, Tables, date], str]
_ROUNDS = 80


def told(rule: str, verdict: Verdict, tables: Tables, place: Place, day: date) -> str:
    """The rule, the record, its history and both verdicts, in words."""
    record = tables[place.table][place.row]
    small, record = _shrunk(rule, verdict, tables, place.table, record, day)
    (found,) = _found(rule, [small], place.table, [record], day)
    lines = [
        f"{rule} as of {day}: casecheck says '{found}', plain Python says '{verdict(record, small, day)}' of {_words(record)}"
    ]
    lines += [f"  {name}: {_words(row)}" for name, rows in small.items() for row in rows]
    return "\n".join(lines)


def _words(row: Row) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in row.items() if value is not None) + "}"


def _shrunk(rule: str, verdict: Verdict, tables: Tables, table: str, record: Row, day: date) -> tuple[Tables, Row]:
    differing = (*_found(rule, [tables], table, [record], day), verdict(record, tables, day))
    for _ in range(_ROUNDS):
        smaller = list(_without_rows(tables, record)) or []
        smaller += list(_without_cells(tables, table, record))
        answers = _found(rule, [each for each, _ in smaller], table, [own for _, own in smaller], day)
        both = [(answer, verdict(own, each, day)) for (each, own), answer in zip(smaller, answers, strict=True)]
        better = next((small for small, answer in zip(smaller, both, strict=True) if answer == differing), None)
        if better is None:
            break
        tables, record = better
    return tables, record


def _without_rows(tables: Tables, record: Row) -> Iterator[tuple[Tables, Row]]:
    """First whole tables, then row by row."""
    for name, rows in tables.items():
        if rows and record not in rows:
            yield {**tables, name: []}, record
    for name, rows in tables.items():
        for row in rows:
            if row is not record:
                yield {**tables, name: [other for other in rows if other is not row]}, record


def _without_cells(tables: Tables, table: str, record: Row) -> Iterator[tuple[Tables, Row]]:
    for name, rows in tables.items():
        for place, row in enumerate(rows):
            for field, value in row.items():
                if value is not None:
                    less = {**row, field: None}
                    yield {**tables, name: [*rows[:place], less, *rows[place + 1 :]]}, less if row is record else record


def _found(rule: str, homes: list[Tables], table: str, records: list[Row], day: date) -> list[str]:
    answers = ask(homes, day, {rule: compiled(rule)})[rule]
    own = [
        next(place for place, row in enumerate(home[table]) if row is record) for home, record in zip(homes, records, strict=True)
    ]
    return [answers[Place(number, table, place)] for number, place in enumerate(own)]
