"""The finding record: its columns, and the SQL that turns verdicts into findings inside the engine.

Each rule adds its failing rows to ``failing`` with little more than their identity; one query at the end of the run turns them
all into findings, with their place in the source and the worker who holds the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from casecheck.findings.identity import finding_id_sql
from casecheck.model import Table
from casecheck.sql_text import TODAY, identifier, in_words, literal

_COLUMNS = {
    "finding_id": ("VARCHAR", "the finding's id: the same breach has the same id next month"),
    "rule_id": ("VARCHAR", "the rule's code, as `VIS-CP-001`"),
    "rule_version": ("INTEGER", "the version of the rule"),
    "severity": ("VARCHAR", "how bad: critical, high, medium or low"),
    "verdict": ("VARCHAR", "`fail`; `not_due` for what falls due soon"),
    "child_id": ("VARCHAR", "whose record it is; nothing when it is about no child"),
    "subject_table": ("VARCHAR", "the model's table that the record is in, as `visit`"),
    "subject_key": ("VARCHAR", "the fields that name the record, as `plan_type=cp start_date=2024-03-01`"),
    "file": ("VARCHAR", "the file, or the name of the frame; nothing for what the run makes, such as a team"),
    "sheet": ("VARCHAR", "the sheet of a workbook, or the table of a database"),
    "record": ("INTEGER", "the place of the row in its file or frame, from 1"),
    "line": ("INTEGER", "the line of a file, or the row of a sheet, that a person would look at"),
    "columns": ("VARCHAR", "the fields that the rule looked at"),
    "message": ("VARCHAR", "what is wrong, in words"),
    "observed": ("VARCHAR", "what was found, where one value tells it"),
    "expected": ("VARCHAR", "what the rule asks for, where a limit tells it"),
    "due_on": ("DATE", "the last day in time"),
    "days_overdue": ("INTEGER", "days after `due_on`, until it was done, the duty ended, or the day of the run"),
    "event_on": ("DATE", "the day on which it was done"),
    "worker_id": ("VARCHAR", "who holds the child's case on the day of the run"),
    "team": ("VARCHAR", "the team that holds the child's case on the day of the run"),
    "as_of": ("DATE", "the day of the run"),
    "guidance": ("VARCHAR", "the law or guidance that the rule rests on"),
    "reason": ("VARCHAR", "more about the verdict, where there is more to say"),
    "policy_note": ("VARCHAR", "a statutory limit that the local policy widens, with which this was judged"),
    "occurrences": ("INTEGER", "how many records say the same"),
}

COLUMNS: dict[str, str] = {name: kind for name, (kind, _) in _COLUMNS.items()}
"""Each column of a finding with its type."""

MEANINGS: dict[str, str] = {name: meaning for name, (_, meaning) in _COLUMNS.items()}
"""What each column means, in a line."""

_ADDED = ("file", "sheet", "line", "as_of", "occurrences")
"""What a finding has and a failing row not yet."""

FAILING: dict[str, str] = {"source": "INTEGER", **{name: kind for name, kind in COLUMNS.items() if name not in _ADDED}}
"""The columns of ``failing``."""

VERDICT_COLUMNS = (
    "rule_id",
    "child_id",
    "subject_table",
    "subject_key",
    "verdict",
    "reason",
    "due_on",
    "event_on",
    "days_overdue",
    "observed",
    "worker_id",
    "team",
    "file",
    "sheet",
    "record",
    "line",
)
"""What is told of each judged record, whatever its verdict; the names mean what they mean in a finding."""

_RANK = "CASE severity WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3 ELSE 4 END"

ORDER = f"{_RANK}, rule_id, child_id NULLS FIRST, subject_table, subject_key, finding_id"
"""Worst first; no two findings stand alike."""

_LATER = {
    "file": "p.file",
    "sheet": "p.sheet",
    "line": "coalesce(l.line, p.header_line + f.record)",
    "worker_id": "coalesce(f.worker_id, h.worker_id)",
    "team": "coalesce(f.team, h.team_name)",
    "as_of": TODAY,
}


def _placed(columns: Iterable[str], rows: str, more: str = "") -> str:
    """Rows of the columns of ``FAILING`` with their place in the source, and with who holds the case."""
    written = ", ".join(f"{_LATER.get(name, f'f.{identifier(name)}')} AS {identifier(name)}" for name in columns)
    return f"""
      SELECT {written}{more}
      FROM {rows} AS f
      LEFT JOIN provenance AS p ON p.source = f.source
      LEFT JOIN real_lines AS l ON l.source = f.source AND l.record = f.record
      LEFT JOIN holder AS h ON h.person_id = f.child_id
    """


def findings_sql(failing: str = "failing", order: str = ORDER) -> str:
    """The findings that the rows of a table are; the same breach recorded twice is one of them.

    Few are recorded twice, and only those are held against each other.
    """
    once = f"(SELECT f.*, 1 AS occurrences FROM {failing} AS f WHERE finding_id NOT IN (SELECT finding_id FROM twice))"
    several = f"(SELECT f.*, twice.occurrences FROM {failing} AS f JOIN twice ON twice.finding_id = f.finding_id)"
    copies = "row_number() OVER (PARTITION BY f.finding_id ORDER BY f.verdict, p.file, p.sheet, f.record)"
    columns = ", ".join(map(identifier, COLUMNS))
    return f"""
    WITH twice AS (
      SELECT finding_id, CAST(count(*) AS INTEGER) AS occurrences FROM {failing} GROUP BY finding_id HAVING count(*) > 1
    )
    SELECT {columns} FROM (
      {_placed(COLUMNS, once)}
      UNION ALL
      SELECT {columns} FROM ({_placed(COLUMNS, several, f", {copies} AS _copy")}) AS copied WHERE _copy = 1
    ) AS found
    ORDER BY {order}
"""


FINDINGS = findings_sql()


@dataclass(frozen=True)
class Stamp:
    """What every finding of one rule says alike.

    ``own_team``: the source has no dates of allocation, so the record's own team tells more than the child's holder.
    """

    rule_id: str
    part: str
    version: int
    severity: str
    expected: str
    guidance: str
    columns: str
    policy_note: str
    own_team: bool = False


def _text(value: str) -> str:
    return literal(value) if value else "NULL"


_TEAMS = {"worker": "s.team_name", "team": "s.team", "rate": "CASE WHEN s.level = 'team' THEN s.unit END"}
"""The team of what is about no child."""


def _team(table: Table, stamp: Stamp) -> str:
    own = "s.team_name" if stamp.own_team and "team_name" in table.fields else "NULL"
    return _TEAMS.get(table.table, own)


def told(due_until: date | None) -> str:
    """A condition on verdicts: of these more is told than their number."""
    if due_until is None:
        return "verdict = 'fail'"
    still = "(verdict = 'not_due' OR (verdict = 'pass' AND event_on IS NULL))"
    return f"(verdict = 'fail' OR ({still} AND due_on BETWEEN {TODAY} AND {literal(due_until)}))"


def failing_sql(table: Table, identity: tuple[str, ...], question: str, stamp: Stamp, due_until: date | None) -> str:
    """The rows that fail a question, for ``failing``, and those that fall due by ``due_until`` and are not done yet.

    Rows that share an id (the same breach recorded twice) become one finding with ``occurrences`` in the end.
    """
    failed = "v.verdict = 'fail'"
    values = _values(table, identity, stamp) | {
        "verdict": f"CASE WHEN {failed} THEN 'fail' ELSE 'not_due' END",
        "message": f"CASE WHEN {failed} THEN v.message ELSE 'Due by ' || {in_words('v.due_on')} END",
        "reason": f"CASE WHEN {failed} THEN v.reason ELSE 'due soon' END",
    }
    return _rows(FAILING, values, f"(SELECT * FROM ({question}) AS v WHERE {told(due_until)})", table)


def verdicts_sql(table: Table, identity: tuple[str, ...], question: str, stamp: Stamp) -> str:
    """Every row of a question's answer, with the columns of ``VERDICT_COLUMNS``, in no order."""
    known = {name: FAILING[name] for name in ("source", *VERDICT_COLUMNS) if name in FAILING}
    rows = _rows(known, _values(table, identity, stamp), f"({question})", table)
    return _placed(VERDICT_COLUMNS, f"({rows})")


def _rows(columns: Mapping[str, str], values: Mapping[str, str], verdicts: str, table: Table) -> str:
    written = ", ".join(f"CAST({values[name]} AS {kind}) AS {identifier(name)}" for name, kind in columns.items())
    return f"SELECT {written} FROM {verdicts} AS v JOIN {table.table} AS s ON s._row = v._row"


def _values(table: Table, identity: tuple[str, ...], stamp: Stamp) -> dict[str, str]:
    """Each column of ``FAILING`` as SQL over a verdict ``v`` and its subject ``s``."""
    child = f"s.{table.child}" if table.child else "CAST(NULL AS VARCHAR)"
    return {
        "source": "s._source",
        "finding_id": finding_id_sql(stamp.rule_id, stamp.part, table.table, child, [f"s.{field}" for field in identity]),
        "rule_id": _text(stamp.rule_id),
        "rule_version": str(stamp.version),
        "severity": _text(stamp.severity),
        "verdict": "v.verdict",
        "child_id": child,
        "subject_table": _text(table.table),
        "subject_key": " || ' ' || ".join(f"'{field}=' || coalesce(CAST(s.{field} AS VARCHAR), '')" for field in identity),
        "record": "s._record",
        "columns": _text(stamp.columns),
        "message": "v.message",
        "observed": "v.observed",
        "expected": _text(stamp.expected),
        "due_on": "v.due_on",
        "days_overdue": "v.days_overdue",
        "event_on": "v.event_on",
        "worker_id": "s.worker_id" if table.table == "worker" else "NULL",
        "team": _team(table, stamp),
        "guidance": _text(stamp.guidance),
        "reason": "v.reason",
        "policy_note": _text(stamp.policy_note),
    }
