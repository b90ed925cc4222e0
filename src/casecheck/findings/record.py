"""The finding record: its columns, and the SQL that turns verdicts into findings inside the engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from casecheck.findings.identity import finding_id_sql
from casecheck.model import Table

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


@dataclass(frozen=True)
class Stamp:
    """What every finding of one rule says alike."""

    rule_id: str
    part: str
    version: int
    severity: str
    expected: str
    guidance: str
    columns: str
    policy_note: str


def text(value: str) -> str:
    """A Python string as a SQL literal; empty becomes null."""
    return "'" + value.replace("'", "''") + "'" if value else "NULL"


def findings_sql(verdicts: str, table: Table, identity: tuple[str, ...], stamp: Stamp, due_until: date | None) -> str:
    """A query that gives finding records for the failing rows of ``verdicts``, and for those that fall due soon.

    Rows that share an id (the same breach recorded twice) become one finding with ``occurrences``.
    """
    child = f"s.{table.child}" if table.child else "NULL"
    fields = [f"s.{field}" for field in identity]
    key = " || ' ' || ".join(f"'{field}=' || coalesce(CAST(s.{field} AS VARCHAR), '')" for field in identity)
    soon = "FALSE"
    if due_until is not None:
        soon = f"v.verdict IN ('pass', 'not_due') AND v.due_on >= DATE '@as_of' AND v.due_on <= DATE '{due_until.isoformat()}'"
    worker = "s.worker_id" if table.table == "worker" else "h.worker_id"
    team = "s.team_name" if table.table == "worker" else "h.team_name"
    return f"""
        SELECT {finding_id_sql(stamp.rule_id, stamp.part, table.table, child, fields)} AS finding_id,
          {text(stamp.rule_id)} AS rule_id, {stamp.version} AS rule_version, {text(stamp.severity)} AS severity,
          CASE WHEN v.verdict = 'fail' THEN 'fail' ELSE 'not_due' END AS verdict, {child} AS child_id,
          '{table.table}' AS subject_table, {key} AS subject_key, p.file, p.sheet, s._record AS record,
          coalesce(l.line, p.header_line + s._record) AS line, {text(stamp.columns)} AS columns,
          CASE WHEN v.verdict = 'fail' THEN v.message
            ELSE 'Due by ' || strftime(v.due_on, '%d/%m/%Y') END AS message,
          v.observed, {text(stamp.expected)} AS expected, v.due_on, CAST(v.days_overdue AS INTEGER) AS days_overdue,
          v.event_on, {worker} AS worker_id, {team} AS team, DATE '@as_of' AS as_of, {text(stamp.guidance)} AS guidance,
          CASE WHEN v.verdict = 'fail' THEN v.reason ELSE 'due soon' END AS reason, {text(stamp.policy_note)} AS policy_note,
          CAST(count(*) OVER (PARTITION BY finding_id) AS INTEGER) AS occurrences
        FROM {verdicts} AS v JOIN {table.table} AS s ON s._row = v._row
        LEFT JOIN provenance AS p ON p.source = s._source
        LEFT JOIN real_lines AS l ON l.source = s._source AND l.record = s._record
        LEFT JOIN holder AS h ON h.person_id = {child if table.child else "NULL"}
        WHERE v.verdict = 'fail' OR ({soon})
        QUALIFY row_number() OVER (PARTITION BY finding_id ORDER BY v.verdict, p.file, p.sheet, s._record) = 1
    """
