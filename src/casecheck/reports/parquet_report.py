"""Findings as a Parquet table; the run and the rules' outcomes are in the file's metadata under ``casecheck``."""

from __future__ import annotations

import io

import pyarrow.parquet as pq

from casecheck.reports.records import compact, rule_records, run_record
from casecheck.result import AuditResult


def render(result: AuditResult) -> bytes:
    """The file's bytes."""
    about = compact({"run": run_record(result), "rules": rule_records(result)})
    out = io.BytesIO()
    pq.write_table(result.table.replace_schema_metadata({"casecheck": about}), out)
    return out.getvalue()
