"""Asking again: what was said of every judged record, while the engine of a run still holds its tables.

No verdict is kept. The questions are those of the run, word for word, so that they cannot give another answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa

from casecheck.asking import Question, questions_of, stamp_of, verdicts_of
from casecheck.engines.base import Engine, kept
from casecheck.engines.model_tables import empty
from casecheck.errors import CasecheckError
from casecheck.findings.outcome import Tally
from casecheck.findings.record import FAILING, ORDER, failing_sql, findings_sql, verdicts_sql
from casecheck.findings.store import SCHEMA, VERDICT_SCHEMA
from casecheck.model import load_model
from casecheck.planning import VERDICTS, RuleRun
from casecheck.rules.compiled import Compiled
from casecheck.rules.loading import RuleSet
from casecheck.running import batched
from casecheck.sql_text import TODAY

_ORDER = "child_id NULLS FIRST, subject_table, subject_key, file, record, verdict, due_on"
_SOONEST = f"due_on, {ORDER}"
_DAY = f"CASE WHEN event_on <= {TODAY} THEN event_on ELSE {TODAY} END"
MONTH = "month"
GROUPS = {
    "team": "team",
    "worker_id": "worker_id",
    "subject_table": "subject_table",
    MONTH: f"CAST(EXTRACT(year FROM {_DAY}) * 12 + EXTRACT(month FROM {_DAY}) - 1 AS INTEGER)",
}
"""What verdicts can be counted by. The month is that in which the thing was done; what is open counts in the month of the run."""

Group = tuple[Any, ...]


@dataclass(frozen=True)
class Verdicts:
    """The questions of one run, to be asked again. Nothing of a record stands in an error of theirs."""

    run: RuleRun
    rules: RuleSet
    compiled: Compiled

    def of(self, rule_id: str) -> pa.Table:
        """One row a judged record. Of what could not be asked of the extract there are none."""
        asked = [_verdicts(self.run, question) for question in self._questions(rule_id)]
        if not asked:
            return VERDICT_SCHEMA.empty_table()
        with _told(rule_id):
            found = self.run.engine.arrow(f"SELECT * FROM ({' UNION ALL '.join(asked)}) AS judged ORDER BY {_ORDER}")
        return found.cast(VERDICT_SCHEMA)

    def due(self, until: date, rule_ids: Sequence[str]) -> pa.Table:
        """What falls due from the day of the run until another, as findings, soonest first."""
        with kept(self.run.engine, empty(FAILING)) as rows:

            def gather(engine: Engine, several: Sequence[str]) -> None:
                run = replace(self.run, engine=engine)
                asked = [_due(run, question, until) for rule_id in several for question in self._questions(rule_id)]
                if asked:
                    with _told(", ".join(several)):
                        engine.append(rows, " UNION ALL ".join(asked))

            self.run.engine.map(gather, batched(rule_ids, self.run.engine.together))
            return self.run.engine.arrow(findings_sql(rows, _SOONEST)).cast(SCHEMA)

    def counted(self, rule_ids: Sequence[str], by: Sequence[str]) -> dict[str, dict[Group, Tally]]:
        """The verdicts of each rule counted by groups, which the engine does."""
        groups = "".join(f", {GROUPS[name]} AS {name}" for name in by)
        names = ", ".join(("rule_id", *by, "verdict"))

        def count(engine: Engine, several: Sequence[str]) -> list[tuple[Any, ...]]:
            run = replace(self.run, engine=engine)
            asked = [_verdicts(run, question) for rule_id in several for question in self._questions(rule_id)]
            if not asked:
                return []
            judged = f"SELECT rule_id{groups}, verdict FROM ({' UNION ALL '.join(asked)}) AS judged"
            with _told(", ".join(several)):
                return engine.rows(f"SELECT {names}, count(*) AS times FROM ({judged}) AS grouped GROUP BY {names}")

        found: dict[str, dict[Group, Tally]] = {}
        for answered in self.run.engine.map(count, batched(rule_ids, self.run.engine.together)):
            for rule_id, *group, verdict, rows in answered:
                tally = found.setdefault(rule_id, {}).setdefault(_dated(by, group), Tally())
                tally.count(VERDICTS[verdict], rows)
        return found

    def _questions(self, rule_id: str) -> Iterator[Question]:
        """The questions of a rule that were asked of this extract on this day."""
        rule = self.rules[rule_id]
        if rule.effective.on(self.run.engine.as_of):
            for question in questions_of(rule, self.compiled.rules[rule_id]):
                if self.run.assessable(question.variant) is None:
                    yield question


def _verdicts(run: RuleRun, question: Question) -> str:
    table = load_model().table(question.variant.subject)
    return verdicts_sql(table, question.variant.identity, verdicts_of(run, question), stamp_of(run, question))


def _due(run: RuleRun, question: Question, until: date) -> str:
    table = load_model().table(question.variant.subject)
    kept_so_far = f"SELECT * FROM ({verdicts_of(run, question)}) AS asked WHERE verdict <> 'fail'"
    return failing_sql(table, question.variant.identity, kept_so_far, stamp_of(run, question), until)


def _dated(by: Sequence[str], group: Sequence[Any]) -> Group:
    """A group in which the month is its first day."""
    return tuple(date(value // 12, value % 12 + 1, 1) if name == MONTH else value for name, value in zip(by, group, strict=True))


@contextmanager
def _told(rules: str) -> Iterator[None]:
    """The words of an engine may hold the value of a cell, so only the kind of its error is told."""
    try:
        yield
    except CasecheckError:
        raise
    except Exception as problem:
        raise CasecheckError(
            f"{rules} stopped with {type(problem).__name__}", "result.rules says what became of each rule"
        ) from None
