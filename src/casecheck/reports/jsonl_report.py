"""JSON lines: the run, the rules, the findings, and an end line, without which the file is cut short."""

from __future__ import annotations

from casecheck.reports.records import compact, finding_lines, rule_records, run_record
from casecheck.result import AuditResult


def render(result: AuditResult) -> str:
    """Each line has a ``type``: run, rule, finding or end."""
    lines = [compact({"type": "run", **run_record(result)})]
    lines += [compact({"type": "rule", **rule}) for rule in rule_records(result)]
    lines += ['{"type":"finding",' + line[1:] for line in finding_lines(result)]
    lines.append(compact({"type": "end", "findings": result.table.num_rows}))
    return "\n".join(lines) + "\n"
