"""The finding record: its columns, and the SQL that turns verdicts into findings inside the engine.

Each rule adds its failing rows to ``failing`` with little more than their identity; one query at the end of the run turns them
all into findings, with their place in the source and the worker who holds the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from casecheck.findings.identity import finding_id_sql
from casecheck.model import Table
from casecheck.sql_text import AS_OF, literal

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

CREATE_FAILING = """
    CREATE TABLE failing (finding_id VARCHAR, rule_id VARCHAR, rule_version INTEGER, severity VARCHAR, verdict VARCHAR,
      child_id VARCHAR, subject_table VARCHAR, subject_key VARCHAR, source INTEGER, record INTEGER, "columns" VARCHAR,
      message VARCHAR, observed VARCHAR, expected VARCHAR, due_on DATE, days_overdue INTEGER, event_on DATE,
      worker_id VARCHAR, team VARCHAR, guidance VARCHAR, reason VARCHAR, policy_note VARCHAR)
"""

_RANK = "CASE severity WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3 ELSE 4 END"

FINDINGS = f"""
    SELECT {", ".join(f'"{name}"' for name in COLUMNS)} FROM (
      SELECT f.* EXCLUDE (source, worker_id, team), p.file, p.sheet, coalesce(l.line, p.header_line + f.record) AS line,
        coalesce(f.worker_id, h.worker_id) AS worker_id, coalesce(f.team, h.team_name) AS team, DATE '{AS_OF}' AS as_of,
        CAST(count(*) OVER (PARTITION BY f.finding_id) AS INTEGER) AS occurrences
      FROM failing AS f
      LEFT JOIN provenance AS p ON p.source = f.source
      LEFT JOIN real_lines AS l ON l.source = f.source AND l.record = f.record
      LEFT JOIN holder AS h ON h.person_id = f.child_id
      QUALIFY row_number() OVER (PARTITION BY f.finding_id ORDER BY f.verdict, p.file, p.sheet, f.record) = 1
    )
    ORDER BY {_RANK}, rule_id, child_id NULLS FIRST, subject_table, subject_key, finding_id
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


def failing_sql(table: Table, identity: tuple[str, ...], part: int, stamp: Stamp, due_until: date | None) -> str:
    """Add the failing rows of one part of ``verdict`` to ``failing``, and those that fall due by ``due_until``.

    Rows that share an id (the same breach recorded twice) become one finding with ``occurrences`` in the end.
    """
    child = f"s.{table.child}" if table.child else "NULL"
    own = ("s.worker_id", "s.team_name") if table.table == "worker" else ("NULL", "NULL")
    if stamp.own_team and "team_name" in table.fields:
        own = (own[0], "s.team_name")
    key = " || ' ' || ".join(f"'{field}=' || coalesce(CAST(s.{field} AS VARCHAR), '')" for field in identity)
    soon = "FALSE"
    if due_until is not None:
        window = f"BETWEEN DATE '{AS_OF}' AND DATE '{due_until.isoformat()}'"
        soon = f"v.verdict IN ('pass', 'not_due') AND v.due_on {window}"
    return f"""
        INSERT INTO failing
        SELECT {finding_id_sql(stamp.rule_id, stamp.part, table.table, child, [f"s.{field}" for field in identity])},
          {_text(stamp.rule_id)}, {stamp.version}, {_text(stamp.severity)},
          CASE WHEN v.verdict = 'fail' THEN 'fail' ELSE 'not_due' END, {child}, '{table.table}', {key}, s._source, s._record,
          {_text(stamp.columns)}, CASE WHEN v.verdict = 'fail' THEN v.message
            ELSE 'Due by ' || strftime(v.due_on, '%d/%m/%Y') END,
          v.observed, {_text(stamp.expected)}, v.due_on, CAST(v.days_overdue AS INTEGER), v.event_on, {own[0]}, {own[1]},
          {_text(stamp.guidance)}, CASE WHEN v.verdict = 'fail' THEN v.reason ELSE 'due soon' END, {_text(stamp.policy_note)}
        FROM verdict AS v JOIN {table.table} AS s ON s._row = v._row
        WHERE v.part = {part} AND (v.verdict = 'fail' OR ({soon}))
    """
