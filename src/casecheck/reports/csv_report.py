"""Findings as CSV. Cells that a spreadsheet would take for a formula are written as text."""

from __future__ import annotations

from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from casecheck.audited import Audited
from casecheck.findings.store import SCHEMA

_FORMULA = r"^\s*[=+\-@\t\r]"


def write(result: Audited, out: BinaryIO) -> None:
    """One header line and one row a finding; every limit that the policy loosens is told in ``policy_note``."""
    with pyarrow.csv.CSVWriter(out, SCHEMA) as writer:
        for batch in result.batches():
            writer.write_batch(_guarded(batch))


def _guarded(batch: pa.RecordBatch) -> pa.RecordBatch:
    for place, field in enumerate(batch.schema):
        if pa.types.is_string(field.type):
            column = batch.column(place)
            risky = pc.fill_null(pc.match_substring_regex(column, _FORMULA), False)
            if pc.any(risky).as_py():
                guarded = pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)
                batch = batch.set_column(place, field, guarded.cast(field.type))
    return batch
