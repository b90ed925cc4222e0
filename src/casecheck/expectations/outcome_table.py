"""The outcomes of an audit as a table, one row a rule: all that Great Expectations is given. It holds no cell of the extract."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from casecheck.errors import InputError
from casecheck.reports.records import rule_records
from casecheck.result import AuditResult

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 20
"""So many finding ids stand beside a rule."""
MOST_ROWS = 5_000
"""More rows than any rule pack has: a longer batch is something else."""


@dataclass(frozen=True)
class Line:
    """What became of one rule: a row of the table. Values are simple, so that any database or Spark holds it as it is.

    ``passed``, ``failed``, ``not_due`` and ``not_assessable`` count records. ``finding_ids`` are the first of ``findings``, with
    blanks between them. ``reasons``, ``notes`` (what the policy loosens or accepts) and ``unread`` (files that could not be read)
    are lines of text.
    """

    rule_id: str
    title: str
    severity: str
    status: str
    passed: int
    failed: int
    not_due: int
    not_assessable: int
    findings: int
    finding_ids: str
    reasons: str
    notes: str
    unread: str
    as_of: date
    profile: str
    policy: str

    @property
    def judged(self) -> int:
        """Records with an answer: the denominator."""
        return self.passed + self.failed


_COLUMNS = [field.name for field in fields(Line)]
_NUMBERS = {field.name for field in fields(Line) if field.type == "int"}
_AS_THEY_ARE = ("rule_id", "title", "severity", "status", "passed", "failed", "not_due", "not_assessable")
"""Columns that a rule's record has already."""


def outcomes(result: AuditResult) -> pd.DataFrame:
    """The outcomes of an audit as a pandas frame, one row a rule, with the ids of its first findings.

    Reads the findings once, piece by piece. Raises :class:`casecheck.errors.CasecheckError` when the result was closed before.
    """
    import pandas as pd

    numbers, ids = _findings(result)
    unread = "\n".join(f"{account.name}: {account.refused}" for account in result.extract.unread)
    lines = [
        Line(
            **{name: rule[name] for name in _AS_THEY_ARE},
            findings=numbers[rule["rule_id"]],
            finding_ids=" ".join(ids[rule["rule_id"]]),
            reasons="\n".join(rule["reasons"]),
            notes="\n".join([*rule["loosened"], *rule["accepted"]]),
            unread=unread,
            as_of=result.as_of,
            profile=result.extract.profile,
            policy=result.policy.digest,
        )
        for rule in rule_records(result)
    ]
    return pd.DataFrame([asdict(line) for line in lines], columns=_COLUMNS)


def _findings(result: AuditResult) -> tuple[Counter[str], defaultdict[str, list[str]]]:
    """How many findings each rule has, and the ids of the first of them."""
    numbers: Counter[str] = Counter()
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for batch in result.batches():
        failing = batch.select(["rule_id", "finding_id"]).filter(pc.equal(batch["verdict"], "fail"))
        for counted in failing["rule_id"].value_counts().to_pylist():
            rule, rows = counted["values"], counted["counts"]
            numbers[rule] += rows
            if len(ids[rule]) < SHOWN:
                found = failing.filter(pc.equal(failing["rule_id"], rule))["finding_id"]
                ids[rule] += found[: SHOWN - len(ids[rule])].to_pylist()
    return numbers, ids


def read_lines(batch: pd.DataFrame) -> list[Line]:
    """The rows of a batch, from whatever engine it came. Raises :class:`InputError` for what is no table of outcomes."""
    lacking = [name for name in _COLUMNS if name not in batch.columns]
    if lacking:
        raise InputError(
            f"the batch is not a table of casecheck's outcomes: it has no column '{lacking[0]}'",
            "make the batch with casecheck.expectations.outcomes(result)",
        )
    if not len(batch):
        raise InputError("the batch has no rows, so that no rule was assessed", "has the audit been made, and written there?")
    if len(batch) > MOST_ROWS or batch["rule_id"].duplicated().any():
        raise InputError("the batch holds the outcomes of several audits", "choose one of them, by its as_of")
    return [_line(row) for row in batch.astype(object).where(batch.notna(), "").to_dict("records")]


def _line(row: dict[Any, Any]) -> Line:
    """Some databases keep no empty text: what is null there was empty here."""
    values: dict[str, Any] = {name: int(row[name]) if name in _NUMBERS else str(row[name]) for name in _COLUMNS}
    day = values.pop("as_of")[: len("2026-03-31")]
    return Line(as_of=date.fromisoformat(day), **values)
