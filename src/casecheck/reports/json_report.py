"""The whole run as one JSON document."""

from __future__ import annotations

from typing import BinaryIO

from casecheck.audited import Audited
from casecheck.reports.records import compact, rule_records, run_record, write_findings


def write(result: Audited, out: BinaryIO) -> None:
    """``run``, ``rules`` and ``findings``."""
    rules = ",\n    ".join(compact(rule) for rule in rule_records(result))
    about = compact(run_record(result))
    out.write(f'{{\n  "run": {about},\n  "rules": [\n    {rules}\n  ],\n  "findings": [\n    '.encode())
    write_findings(result, out, start="{", between=",\n    ")
    out.write(b"\n  ]\n}\n")
