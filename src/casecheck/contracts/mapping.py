"""pandera's failures as casecheck's findings: the same columns, the same ids, the same words, and no cell's value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
import pyarrow as pa
from pandera.errors import SchemaError, SchemaErrors

from casecheck.asking import Question, stamp_of
from casecheck.auditing import as_day, as_policy
from casecheck.contracts.claims import Claim, claims
from casecheck.contracts.extract import Said, answers, make_views, opened
from casecheck.contracts.rulebook import Place, compiled, rule_of, shape_of
from casecheck.contracts.schemas import AS_OF, TABLE, Day, PolicyLike
from casecheck.engines.model_tables import empty
from casecheck.errors import InputError
from casecheck.findings.identity import finding_id_sql
from casecheck.findings.record import COLUMNS, FAILING, FINDINGS, Stamp, failing_sql
from casecheck.findings.store import SCHEMA
from casecheck.model import Table, load_model
from casecheck.planning import RuleRun
from casecheck.policy import SEVERITIES
from casecheck.rules.compiled import compiled_rule
from casecheck.wording import counted


def findings(
    problem: SchemaError | SchemaErrors, table: str = "", *, as_of: Day = None, policy: PolicyLike = None
) -> pd.DataFrame:
    """What pandera raised, as findings: a frame with the columns of ``AuditResult.findings``, one row a record and rule.

    A failure that a rule of the integrity pack knows is that rule's finding, with the id that an audit gives it. One of a check
    made by :func:`casecheck.contracts.check` is its rule's. Any other has the name of its check in ``rule_id``. A record that a
    rule could not assess, and a column that is not there, have the verdict ``not_assessable``.

    ``table`` is needed when the schema was not made here, or validation was not lazy. ``as_of`` is the schema's day, or today.

    Raises :class:`InputError` when the failure carries no frame, or its table is not known.
    """
    frame, errors, noted = _given(problem)
    name = table or str(noted.get(TABLE) or "")
    if not name:
        raise InputError("the failure does not say which table it is about", "say findings(problem, table='visit')")
    day = as_day(as_of if as_of is not None else noted.get(AS_OF))
    telling = _Telling(load_model().table(name), frame, list(claims(errors, frame, shape_of(name))))
    with opened(frame, name, day, as_policy(policy)) as run:
        return telling.told(run)


def _given(problem: SchemaError | SchemaErrors) -> tuple[pd.DataFrame, list[SchemaError], dict[str, Any]]:
    errors = problem.schema_errors if isinstance(problem, SchemaErrors) else [problem]
    if not isinstance(problem.data, pd.DataFrame):
        raise InputError("the failure carries no frame", "validate with lazy=True, which keeps it")
    return problem.data, errors, problem.schema.metadata or {}


_ASIDE = "it repeats an earlier row exactly, or holds next to nothing"


class _Telling:
    """The findings of one frame, being told."""

    def __init__(self, table: Table, frame: pd.DataFrame, claimed: list[Claim]) -> None:
        self.table, self.frame, self.claimed = table, frame, claimed
        self.readable = shape_of(table.table).readable
        self.failed: dict[Place, set[int]] = {}
        self.doubted: dict[Place, set[int]] = {}
        self.aside: dict[Place, set[int]] = {}
        self.whole: dict[tuple[Place, str], str] = {}
        self.others: dict[tuple[Place, str, str], dict[int, dict[str, str]]] = {}

    def told(self, run: RuleRun) -> pd.DataFrame:
        """All findings, worst first."""
        places = {self.readable, *(place for claim in self.claimed for place in claim.places)}
        variants = [compiled(code, place, self.table.table, run.policy) for code, place in places]
        make_views(run, variants, "holder")
        said = {place: list(answers(run, *place, self.table.table)) for place in sorted(places)}
        for claim in self.claimed:
            self._settle(claim, said)
        failing = [*self._of_rules(run, self.failed, "fail"), *self._of_others(run)]
        doubtful = list(self._of_rules(run, self.doubted, "not_assessable"))
        parts = [_gathered(run, failing, "fail"), _gathered(run, doubtful, "not_assessable")]
        parts += [self._of_rows_set_aside(run), self._of_the_whole(run)]
        found: pd.DataFrame = pa.concat_tables(parts).to_pandas(types_mapper=pd.ArrowDtype)
        rank = found["severity"].map(SEVERITIES.index)
        return found.assign(rank=rank).sort_values(["rank", "rule_id"], kind="stable", ignore_index=True).drop(columns="rank")

    def _settle(self, claim: Claim, said: dict[Place, list[Said]]) -> None:
        """Which rule says what a claim says; what none says is told in the claim's own words."""
        left = set(claim.rows or ())
        for place in claim.places:
            for one in said[place]:
                if one.row is None:
                    self.whole[place, one.columns] = one.words
                elif claim.every or (one.row in left and one.verdict == "fail"):
                    (self.failed if one.verdict == "fail" else self.doubted).setdefault(place, set()).add(one.row)
        for rows in (self.failed.get(place, set()) for place in claim.places):
            left -= rows
        if claim.rows is None and not claim.places:
            self.whole[self.readable, claim.column] = claim.check
        own = claim.column if claim.check and claim.rows else ""
        told = self.others.setdefault((claim.otherwise or self.readable, claim.check, own), {})
        for row in left:
            told.setdefault(row, {})[claim.column] = claim.words.get(row, f"fails {claim.check}")

    def _of_rules(self, run: RuleRun, chosen: dict[Place, set[int]], verdict: str) -> Iterable[str]:
        """The rows that rules name, in the rules' own words."""
        for number, ((code, place), rows) in enumerate(sorted(chosen.items())):
            variant = compiled(code, place, self.table.table, run.policy)
            named = f"{verdict}_{number}"
            run.engine.load(named, {"record": ("INTEGER", [row + 1 for row in sorted(rows)])})
            question = (
                f"SELECT v._row, 'fail' AS verdict, v.reason, v.due_on, v.event_on, v.days_overdue, v.observed, "
                f"coalesce(v.message, 'Not assessable: ' || v.reason) AS message FROM ({variant.sql}) AS v "
                f"JOIN {self.table.table} AS own ON own._row = v._row JOIN {named} ON {named}.record = own._record "
                f"WHERE v.verdict = '{verdict}'"
            )
            yield failing_sql(self.table, variant.identity, question, self._stamp(run, (code, place)), None)

    def _of_others(self, run: RuleRun) -> Iterable[str]:
        """The rows that no rule names: cells that only mean a value, and what the user's own checks found."""
        kept = {record - 1 for (record,) in run.engine.rows(f"SELECT _record FROM {self.table.table}")}
        for number, ((place, check, column), told) in enumerate(sorted(self.others.items())):
            identity = compiled(*place, self.table.table, run.policy).identity
            stamp = Stamp(check, column, 1, "medium", check, "", column, "") if check else self._stamp(run, place)
            if aside := set(told) - kept:
                self.aside.setdefault(place, set()).update(aside)
            named, rows = f"told_{number}", sorted(told)
            words = [self._words(told[row]) for row in rows]
            observed = [", ".join(told[row]) for row in rows]
            said = {"words": ("VARCHAR", words), "observed": ("VARCHAR", observed)}
            run.engine.load(named, {"record": ("INTEGER", [row + 1 for row in rows]), **said})
            question = (
                f"SELECT own._row, 'fail' AS verdict, CAST(NULL AS VARCHAR) AS reason, CAST(NULL AS DATE) AS due_on, "
                f"CAST(NULL AS DATE) AS event_on, CAST(NULL AS INTEGER) AS days_overdue, {named}.observed, "
                f"{named}.words AS message FROM {self.table.table} AS own JOIN {named} ON {named}.record = own._record"
            )
            yield failing_sql(self.table, identity, question, stamp, None)

    def _words(self, told: dict[str, str]) -> str:
        said = "; ".join(f"{column.replace('_', ' ')} {words}" for column, words in told.items())
        return f"{self.table.table.replace('_', ' ')}: {said}"

    def _of_the_whole(self, run: RuleRun) -> pa.Table:
        """What the frame as a whole cannot answer: a column that is not there."""
        rows = []
        for (place, columns), words in self.whole.items():
            row = self._row(run, self._stamp(run, place), columns, f"Not assessable: {words}")
            rows.append(row | {"verdict": "not_assessable", "columns": columns, "reason": words})
        return pa.Table.from_pylist(rows, schema=SCHEMA)

    def _row(self, run: RuleRun, stamp: Stamp, about: str, words: str) -> dict[str, Any]:
        """A finding about no single record, named by what it is about."""
        number = finding_id_sql(stamp.rule_id, f"{stamp.part} {about}", self.table.table, "NULL", [])
        return dict.fromkeys(COLUMNS) | {
            "finding_id": run.engine.rows(f"SELECT {number}")[0][0],
            "rule_id": stamp.rule_id,
            "rule_version": stamp.version,
            "severity": stamp.severity,
            "subject_table": self.table.table,
            "columns": stamp.columns,
            "message": words,
            "expected": stamp.expected,
            "as_of": run.engine.as_of,
            "guidance": stamp.guidance,
            "occurrences": 1,
        }

    def _of_rows_set_aside(self, run: RuleRun) -> pa.Table:
        """What is wrong in rows that an audit does not count as records: they have no finding of their own."""
        rows = []
        for place, chosen in self.aside.items():
            stamp = self._stamp(run, place)
            words = f"{self.table.table.replace('_', ' ')}: {counted(len(chosen), 'row')} that an audit sets aside: {_ASIDE}"
            rows.append(
                self._row(run, stamp, "set aside", words) | {"verdict": "fail", "record": min(chosen) + 1, "reason": _ASIDE}
            )
        return pa.Table.from_pylist(rows, schema=SCHEMA)

    def _stamp(self, run: RuleRun, place: Place) -> Stamp:
        rule = rule_of(place[0], self.table.table, run.policy)
        return stamp_of(run, Question(rule, compiled_rule(rule, run.policy), place[1]))


def _gathered(run: RuleRun, failing: list[str], verdict: str) -> pa.Table:
    """Failing rows as findings, with their place and the worker who holds the case."""
    run.engine.create("failing", empty(FAILING))
    if failing:
        run.engine.append("failing", " UNION ALL ".join(failing))
    found = run.engine.arrow(FINDINGS).cast(SCHEMA)
    run.engine.drop("failing")
    at = found.schema.get_field_index("verdict")
    return found.set_column(at, found.schema.field(at), pa.array([verdict] * len(found), pa.string()))
