"""Settled failures as a frame of findings: the columns, the ids and the words of an audit's, and no cell's value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa

from casecheck.asking import Question, stamp_of
from casecheck.contracts.rulebook import Place, compiled, rule_of
from casecheck.engines.model_tables import empty
from casecheck.findings.frame import frame_of
from casecheck.findings.identity import finding_id_sql
from casecheck.findings.record import COLUMNS, FAILING, FINDINGS, Stamp, failing_sql
from casecheck.findings.store import SCHEMA
from casecheck.model import Table
from casecheck.planning import RuleRun
from casecheck.rules.compiled import compiled_rule
from casecheck.wording import counted

_ASIDE = "it repeats an earlier row exactly, or holds next to nothing"
_OWN_SEVERITY = "medium"
"""Of a check that is the user's own; no rule says how much it matters."""


@dataclass
class Settled:
    """What is to be told: rows by the variant of a rule that names them, or that could not assess them.

    ``others`` are rows that no rule names, by variant, own check and column, each with words by column; ``aside`` those that an
    audit does not count as records; ``whole`` what is wrong with the frame as a whole, with the reason why it cannot be assessed
    (none: it fails). ``readable`` is the variant about every cell.
    """

    readable: Place
    failed: dict[Place, set[int]] = field(default_factory=dict)
    doubted: dict[Place, set[int]] = field(default_factory=dict)
    aside: dict[Place, set[int]] = field(default_factory=dict)
    others: dict[tuple[Place, str, str], dict[int, dict[str, str]]] = field(default_factory=dict)
    whole: dict[tuple[Place, str, str], str] = field(default_factory=dict)


def tell(run: RuleRun, table: Table, settled: Settled) -> pd.DataFrame:
    """All findings, worst first."""
    telling = _Telling(run, table)
    parts = [
        telling.gathered([*telling.by_rules(settled.failed, "fail"), *telling.by_nobody(settled)], "fail"),
        telling.gathered(list(telling.by_rules(settled.doubted, "not_assessable")), "not_assessable"),
        pa.Table.from_pylist([*telling.set_aside(settled), *telling.of_the_whole(settled)], schema=SCHEMA),
    ]
    found = frame_of(pa.concat_tables(parts))
    rank = -found["severity"].cat.codes
    return found.assign(rank=rank).sort_values(["rank", "rule_id"], kind="stable", ignore_index=True).drop(columns="rank")


class _Telling:
    """The findings of one frame, being told."""

    def __init__(self, run: RuleRun, table: Table) -> None:
        self.run, self.engine, self.table = run, run.engine, table
        self.noun = table.table.replace("_", " ")

    def by_rules(self, chosen: dict[Place, set[int]], verdict: str) -> Iterator[str]:
        """The rows that rules name, in the rules' own words."""
        for number, ((code, place), rows) in enumerate(sorted(chosen.items())):
            variant = compiled(code, place, self.table.table, self.run.policy)
            named = f"{verdict}_{number}"
            self.engine.load(named, {"record": ("INTEGER", [row + 1 for row in sorted(rows)])})
            question = (
                f"SELECT v._row, 'fail' AS verdict, v.reason, v.due_on, v.event_on, v.days_overdue, v.observed, "
                f"coalesce(v.message, 'Not assessable: ' || v.reason) AS message FROM ({variant.sql}) AS v "
                f"JOIN {self.table.table} AS own ON own._row = v._row JOIN {named} ON {named}.record = own._record "
                f"WHERE v.verdict = '{verdict}'"
            )
            yield failing_sql(self.table, variant.identity, question, self._stamp((code, place)), None)

    def by_nobody(self, settled: Settled) -> Iterator[str]:
        """The rows that no rule names: cells that only mean a value, and what the user's own checks found."""
        for number, ((place, check, column), told) in enumerate(sorted(settled.others.items())):
            identity = compiled(*place, self.table.table, self.run.policy).identity
            named, rows = f"told_{number}", sorted(told)
            self.engine.load(
                named,
                {
                    "record": ("INTEGER", [row + 1 for row in rows]),
                    "words": ("VARCHAR", [self._words(told[row]) for row in rows]),
                    "observed": ("VARCHAR", [", ".join(told[row]) for row in rows]),
                },
            )
            question = (
                f"SELECT own._row, 'fail' AS verdict, CAST(NULL AS VARCHAR) AS reason, CAST(NULL AS DATE) AS due_on, "
                f"CAST(NULL AS DATE) AS event_on, CAST(NULL AS INTEGER) AS days_overdue, {named}.observed, "
                f"{named}.words AS message FROM {self.table.table} AS own JOIN {named} ON {named}.record = own._record"
            )
            yield failing_sql(self.table, identity, question, self._stamp(place, check, column), None)

    def gathered(self, failing: list[str], verdict: str) -> pa.Table:
        """Failing rows as findings, with their place and the worker who holds the case."""
        self.engine.create("failing", empty(FAILING))
        if failing:
            self.engine.append("failing", " UNION ALL ".join(failing))
        found = self.engine.arrow(FINDINGS).cast(SCHEMA)
        self.engine.drop("failing")
        at = found.schema.get_field_index("verdict")
        return found.set_column(at, found.schema.field(at), pa.array([verdict] * len(found), pa.string()))

    def set_aside(self, settled: Settled) -> Iterator[dict[str, Any]]:
        """What is wrong in rows that an audit does not count as records: they have no finding of their own."""
        for place, rows in settled.aside.items():
            words = f"{self.noun}: {counted(len(rows), 'row')} that an audit sets aside: {_ASIDE}"
            told = {"verdict": "fail", "record": min(rows) + 1, "reason": _ASIDE, "message": words}
            yield self._row(self._stamp(place), "set aside") | told

    def of_the_whole(self, settled: Settled) -> Iterator[dict[str, Any]]:
        """What is wrong with the frame as a whole: a column is not there, a check of the user's own says no."""
        for (place, check, columns), reason in settled.whole.items():
            stamp = self._stamp(place, check, columns)
            words = f"Not assessable: {reason}" if reason else f"{self.noun}: fails {check}"
            told = {"verdict": "not_assessable" if reason else "fail", "reason": reason or None, "message": words}
            yield self._row(stamp, columns) | {"columns": columns} | told

    def _row(self, stamp: Stamp, about: str) -> dict[str, Any]:
        """A finding about no single record, named by what it is about."""
        number = finding_id_sql(stamp.rule_id, f"{stamp.part} {about}", self.table.table, "NULL", [])
        return dict.fromkeys(COLUMNS) | {
            "finding_id": self.engine.rows(f"SELECT {number}")[0][0],
            "rule_id": stamp.rule_id,
            "rule_version": stamp.version,
            "severity": stamp.severity,
            "subject_table": self.table.table,
            "columns": stamp.columns,
            "expected": stamp.expected,
            "as_of": self.engine.as_of,
            "guidance": stamp.guidance,
            "occurrences": 1,
        }

    def _words(self, told: dict[str, str]) -> str:
        said = [f"{column.replace('_', ' ')} {words}" for column, words in told.items()]
        return f"{self.noun}: {'; '.join(said)}"

    def _stamp(self, place: Place, check: str = "", column: str = "") -> Stamp:
        """What a rule's findings say alike; those of the user's own check bear its name."""
        if check:
            return Stamp(check, column, 1, _OWN_SEVERITY, check, "", column, "")
        rule = rule_of(place[0], self.table.table, self.run.policy)
        return stamp_of(self.run, Question(rule, compiled_rule(rule, self.run.policy), place[1]))
