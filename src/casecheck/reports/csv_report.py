"""Findings as CSV. Cells that a spreadsheet would take for a formula are written as text."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from casecheck.result import AuditResult

_FORMULA = r"^\s*[=+\-@\t\r]"


def render(result: AuditResult) -> bytes:
    """One header line and one row a finding; every limit that the policy loosens is told in ``policy_note``."""
    table = result.table
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            column = table.column(place)
            risky = pc.match_substring_regex(column, _FORMULA)
            guarded = pc.if_else(pc.fill_null(risky, False), pc.binary_join_element_wise("'", column, ""), column)
            table = table.set_column(place, field, guarded.cast(field.type))
    out = io.BytesIO()
    pyarrow.csv.write_csv(table, out)
    return out.getvalue()
