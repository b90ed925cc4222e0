"""One line a finding: ``file:line: RULE severity message [finding id]``; what is about no record names a table instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import pyarrow as pa

from casecheck.audited import Audited
from casecheck.wording import safe

_COLUMNS = ("file", "subject_table", "sheet", "line", "rule_id", "severity", "verdict", "message", "finding_id")


def write(result: Audited, out: BinaryIO) -> None:
    """The lines; what could not be assessed comes first, so that a short list is not taken for a good one."""
    lines = [
        f"{outcome.rule_id}: {outcome.status.replace('_', ' ')}: {'; '.join(outcome.reasons)}"
        for outcome in result.rules
        if outcome.incomplete
    ]
    lines += [f"policy: {note}" for note in (*result.loosened, *result.accepted)]
    out.write(_joined(lines))
    for batch in result.batches():
        out.write(_joined(_lines(batch)))


def _lines(batch: pa.RecordBatch) -> Iterator[str]:
    for file, table, sheet, line, rule, severity, verdict, message, finding in zip(
        *(batch.column(name).to_pylist() for name in _COLUMNS), strict=True
    ):
        where = f"{file}{f' [{sheet}]' if sheet else ''}:{line}" if file else table
        state = severity if verdict == "fail" else "due soon"
        yield f"{safe(where)}: {rule} {state} {safe(message, 300)} [{finding}]"


def _joined(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
