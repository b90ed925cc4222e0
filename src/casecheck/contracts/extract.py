"""A frame of one table, read as an audit reads it, and rules asked of its records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import pandas as pd

from casecheck.auditing import read_extract, recognise
from casecheck.contracts.rulebook import compiled, key_of, rule_of
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.errors import CasecheckError
from casecheck.model import load_model
from casecheck.planning import RuleRun, create_views
from casecheck.policy import Policy
from casecheck.profiles.building import Asked
from casecheck.profiles.loading import MODEL
from casecheck.rules.compiled import Compiled, CompiledVariant, compiled_view

Places = Mapping[str, tuple[int, ...]]
"""Variants of rules: their places, by the rule's code."""


@dataclass(frozen=True)
class Said:
    """What one variant of a rule says of one record, by its row; without a row, why it cannot be asked at all."""

    rule: str
    place: int
    row: int | None
    verdict: str
    columns: str
    words: str


def ask(frame: pd.DataFrame, table: str, places: Places, as_of: date, policy: Policy) -> list[Said]:
    """The records of a frame that fail rules, or cannot be assessed. ``places`` are the rules' variants about ``table``."""
    if frame.empty:
        return []
    with opened(frame, table, as_of, policy) as run:
        make_views(run, [compiled(code, place, table, policy) for code, chosen in places.items() for place in chosen])
        said = [said for code, chosen in places.items() for place in chosen for said in answers(run, code, place, table)]
        return [*said, *_not_judged(run, frame, table, places)]


def _not_judged(run: RuleRun, frame: pd.DataFrame, table: str, places: Places) -> Iterator[Said]:
    """Rows that an audit takes for no records. One that repeats an earlier row exactly is judged with that row."""
    kept = rows_kept(run, table)
    aside = [row for row in range(len(frame)) if row not in kept]
    repeated = _known(frame, table).astype(str).duplicated().tolist() if aside else []
    first = next(iter(places))
    for row in aside:
        if not repeated[row]:
            yield Said(first, places[first][0], row, "not_assessable", "", "not assessable: the row holds next to nothing")


def rows_kept(run: RuleRun, table: str) -> frozenset[int]:
    """The rows of the frame that are records."""
    return frozenset(record - 1 for (record,) in run.engine.rows(f"SELECT _record FROM {table}"))


def _known(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """The columns of a frame that are fields of its table, the key too."""
    spec = load_model().table(table)
    flat = frame.reset_index() if key_of(spec) and frame.index.name == key_of(spec) else frame
    return flat[[name for name in flat.columns if name in spec.fields]]


@contextmanager
def opened(frame: pd.DataFrame, table: str, as_of: date, policy: Policy) -> Iterator[RuleRun]:
    """A frame as the only table of an extract. What goes wrong inside is told without the cells that it is about."""
    engine = DuckDBEngine(as_of)
    try:
        matched = recognise({table: _known(frame, table)}, MODEL, policy)
        extract = read_extract(engine, matched, policy, as_of, Asked())
        yield RuleRun(engine, extract, matched.profile, policy, None)
    except CasecheckError:
        raise
    except Exception as problem:  # its text may hold a cell
        raise CasecheckError(f"{table}: the rules stopped with {type(problem).__name__}") from None
    finally:
        engine.close()


def make_views(run: RuleRun, variants: Iterable[CompiledVariant], *others: str) -> None:
    """Work out the derived views that variants stand on, and others by name."""
    named = dict.fromkeys((*others, *(view for variant in variants for view in variant.views)))
    create_views(run, Compiled(rules={}, views={name: compiled_view(name) for name in named}))


def answers(run: RuleRun, code: str, place: int, table: str) -> Iterator[Said]:
    """What one variant says of the records that it does not pass."""
    if not rule_of(code, table, run.policy).effective.on(run.engine.as_of):
        return
    variant = compiled(code, place, table, run.policy)
    columns = ", ".join(variant.checked)
    if cannot := run.assessable(variant):
        yield Said(code, place, None, "not_assessable", columns, cannot[1])
        return
    for record, verdict, reason, message in run.engine.rows(_unsettled(variant)):
        words = message if verdict == "fail" else f"not assessable: {reason}"
        yield Said(code, place, record - 1, verdict, columns, words)


def _unsettled(variant: CompiledVariant) -> str:
    return (
        f"SELECT own._record, v.verdict, v.reason, v.message FROM ({variant.sql}) AS v "
        f"JOIN {variant.subject} AS own ON own._row = v._row WHERE v.verdict IN ('fail', 'not_assessable') ORDER BY 1"
    )
