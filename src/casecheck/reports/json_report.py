"""The whole run as one JSON document."""

from __future__ import annotations

from casecheck.reports.records import compact, finding_lines, rule_records, run_record
from casecheck.result import AuditResult


def render(result: AuditResult) -> str:
    """``run``, ``rules`` and ``findings``."""
    rules = ",\n    ".join(compact(rule) for rule in rule_records(result))
    findings = ",\n    ".join(finding_lines(result))
    about = compact(run_record(result))
    return f'{{\n  "run": {about},\n  "rules": [\n    {rules}\n  ],\n  "findings": [\n    {findings}\n  ]\n}}\n'
