"""What is asked in slices of the children gives the answers of the whole, for every rule that says so of itself."""

from __future__ import annotations

import pytest
from tests.engines.batches import batches, fill
from tests.engines.comparing import LAST

from casecheck.engines.calendar import create_calendar
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.policy import Policy
from casecheck.rules.compiled import CompiledVariant
from casecheck.rules.slicing import FINEST, WHOLE, Slice, sliced


def test_two_halves_make_a_slice_and_the_finest_has_none() -> None:
    assert WHOLE.halves() == (Slice(2, 0), Slice(2, 1))
    assert Slice(4, 3).halves() == (Slice(8, 3), Slice(8, 7))
    assert Slice(FINEST, 0).halves() == ()


@pytest.mark.thorough
def test_the_slices_of_a_question_give_the_answers_of_the_whole() -> None:
    engine = DuckDBEngine(LAST)
    differing, asked, divided = set(), 0, 0
    create_calendar(engine, Policy())
    for batch in batches():
        engine.as_of = batch.as_of
        made = fill(engine, batch, engine.create)
        for question in batch.questions.values():
            if question.variant.apart:
                whole, parts = _answers(engine, question.variant)
                asked += 1
                divided += all(parts)
                if sorted(map(repr, whole)) != sorted(repr(row) for part in parts for row in part):
                    differing.add(question.name)
        for name in reversed(made):
            engine.drop(name)
    engine.close()
    assert differing == set()
    assert asked > 200
    assert divided > 100


def _answers(engine: DuckDBEngine, variant: CompiledVariant) -> tuple[list[tuple[object, ...]], list[list[tuple[object, ...]]]]:
    parts = [engine.rows(sliced(variant.sql, variant.subject, part)) for part in WHOLE.halves()]
    return engine.rows(variant.sql), parts
