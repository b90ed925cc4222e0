"""Findings as a Parquet table; the run and the rules' outcomes are in the file's metadata under ``casecheck``."""

from __future__ import annotations

from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from casecheck.audited import Audited
from casecheck.findings.store import SCHEMA
from casecheck.reports.records import compact, rule_records, run_record

_GROUP = 100_000
"""Findings held at a time, and the least of a row group that is not the last."""


def write(result: Audited, out: BinaryIO) -> None:
    """The table, group by group."""
    about = compact({"run": run_record(result), "rules": rule_records(result)})
    with pq.ParquetWriter(out, SCHEMA.with_metadata({"casecheck": about})) as writer:
        held: list[pa.RecordBatch] = []
        for batch in result.batches():
            held.append(batch)
            if sum(piece.num_rows for piece in held) >= _GROUP:
                writer.write_table(pa.Table.from_batches(held))
                held.clear()
        if held or not len(result.found):
            writer.write_table(pa.Table.from_batches(held, SCHEMA))
