"""The finding record: its columns, and the SQL that turns verdicts into findings inside the engine.

Each rule adds its failing rows to ``failing`` with little more than their identity; one query at the end of the run turns them
all into findings, with their place in the source and the worker who holds the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from casecheck.findings.identity import finding_id_sql
from casecheck.model import Table
from casecheck.sql_text import TODAY, in_words, literal

COLUMNS: dict[str, str] = {
    "finding_id": "VARCHAR",
    "rule_id": "VARCHAR",
    "rule_version": "INTEGER",
    "severity": "VARCHAR",
    "verdict": "VARCHAR",
    "child_id": "VARCHAR",
    "subject_table": "VARCHAR",
    "subject_key": "VARCHAR",
    "file": "VARCHAR",
    "sheet": "VARCHAR",
    "record": "INTEGER",
    "line": "INTEGER",
    "columns": "VARCHAR",
    "message": "VARCHAR",
    "observed": "VARCHAR",
    "expected": "VARCHAR",
    "due_on": "DATE",
    "days_overdue": "INTEGER",
    "event_on": "DATE",
    "worker_id": "VARCHAR",
    "team": "VARCHAR",
    "as_of": "DATE",
    "guidance": "VARCHAR",
    "reason": "VARCHAR",
    "policy_note": "VARCHAR",
    "occurrences": "INTEGER",
}

_ADDED = ("file", "sheet", "line", "as_of", "occurrences")
"""What a finding has and a failing row not yet."""

FAILING: dict[str, str] = {"source": "INTEGER", **{name: kind for name, kind in COLUMNS.items() if name not in _ADDED}}
"""The columns of ``failing``."""

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
    "occurrences": "CAST(count(*) OVER (PARTITION BY f.finding_id) AS INTEGER)",
}

FINDINGS = f"""
    SELECT {", ".join(f'"{name}"' for name in COLUMNS)} FROM (
      SELECT {", ".join(f'{_LATER.get(name, f"f.{chr(34)}{name}{chr(34)}")} AS "{name}"' for name in COLUMNS)},
        row_number() OVER (PARTITION BY f.finding_id ORDER BY f.verdict, p.file, p.sheet, f.record) AS _copy
      FROM failing AS f
      LEFT JOIN provenance AS p ON p.source = f.source
      LEFT JOIN real_lines AS l ON l.source = f.source AND l.record = f.record
      LEFT JOIN holder AS h ON h.person_id = f.child_id
    ) AS found
    WHERE _copy = 1
    ORDER BY {ORDER}
"""


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


def failing_sql(table: Table, identity: tuple[str, ...], question: str, stamp: Stamp, due_until: date | None) -> str:
    """The rows that fail a question, for ``failing``, and those that fall due by ``due_until``.

    Rows that share an id (the same breach recorded twice) become one finding with ``occurrences`` in the end.
    """
    child = f"s.{table.child}" if table.child else "CAST(NULL AS VARCHAR)"
    failed = "v.verdict = 'fail'"
    values = {
        "source": "s._source",
        "finding_id": finding_id_sql(stamp.rule_id, stamp.part, table.table, child, [f"s.{field}" for field in identity]),
        "rule_id": _text(stamp.rule_id),
        "rule_version": str(stamp.version),
        "severity": _text(stamp.severity),
        "verdict": f"CASE WHEN {failed} THEN 'fail' ELSE 'not_due' END",
        "child_id": child,
        "subject_table": _text(table.table),
        "subject_key": " || ' ' || ".join(f"'{field}=' || coalesce(CAST(s.{field} AS VARCHAR), '')" for field in identity),
        "record": "s._record",
        "columns": _text(stamp.columns),
        "message": f"CASE WHEN {failed} THEN v.message ELSE 'Due by ' || {in_words('v.due_on')} END",
        "observed": "v.observed",
        "expected": _text(stamp.expected),
        "due_on": "v.due_on",
        "days_overdue": "v.days_overdue",
        "event_on": "v.event_on",
        "worker_id": "s.worker_id" if table.table == "worker" else "NULL",
        "team": _team(table, stamp),
        "guidance": _text(stamp.guidance),
        "reason": f"CASE WHEN {failed} THEN v.reason ELSE 'due soon' END",
        "policy_note": _text(stamp.policy_note),
    }
    written = ", ".join(f'CAST({values[name]} AS {kind}) AS "{name}"' for name, kind in FAILING.items())
    soon = "1 = 0"
    if due_until is not None:
        window = f"BETWEEN {TODAY} AND {literal(due_until)}"
        soon = f"v.verdict IN ('pass', 'not_due') AND v.due_on {window}"
    return (
        f"SELECT {written} FROM (SELECT * FROM ({question}) AS v WHERE {failed} OR ({soon})) AS v "
        f"JOIN {table.table} AS s ON s._row = v._row"
    )
