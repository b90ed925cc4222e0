"""One line a finding: ``file:line: RULE severity message [finding id]``."""

from __future__ import annotations

from casecheck.reports.tables import safe
from casecheck.result import AuditResult


def render(result: AuditResult) -> str:
    """The lines; what could not be assessed comes first, so that a short list is not taken for a good one."""
    lines = [
        f"{outcome.rule_id}: {outcome.status.replace('_', ' ')}: {'; '.join(outcome.reasons)}"
        for outcome in result.rules
        if outcome.incomplete
    ]
    lines += [f"policy: {note}" for note in result.loosened]
    names = ("file", "subject_table", "sheet", "line", "rule_id", "severity", "verdict", "message", "finding_id")
    for file, table, sheet, line, rule, severity, verdict, message, finding in zip(
        *(result.table[name].to_pylist() for name in names), strict=True
    ):
        where = f"{file or table}{f' [{sheet}]' if sheet else ''}"
        state = severity if verdict == "fail" else "due soon"
        lines.append(f"{safe(where)}:{line}: {rule} {state} {safe(message, 300)} [{finding}]")
    return "".join(f"{line}\n" for line in lines)
