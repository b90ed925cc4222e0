"""JSON lines: the run, the rules, the findings, and an end line, without which the file is cut short."""

from __future__ import annotations

from typing import BinaryIO

from casecheck.audited import Audited
from casecheck.reports.records import compact, rule_records, run_record, write_findings


def write(result: Audited, out: BinaryIO) -> None:
    """Each line has a ``type``: run, rule, finding or end."""
    lines = [compact({"type": "run", **run_record(result)})]
    lines += [compact({"type": "rule", **rule}) for rule in rule_records(result)]
    out.write("".join(f"{line}\n" for line in lines).encode())
    if len(result.found):
        write_findings(result, out, start='{"type":"finding",', between="\n")
        out.write(b"\n")
    out.write(f"{compact({'type': 'end', 'findings': len(result.found)})}\n".encode())
