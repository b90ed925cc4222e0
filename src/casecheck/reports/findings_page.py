"""What each column of a finding is, as the table of ``docs/python.md``."""

from __future__ import annotations

from casecheck.findings.frame import DAY, SOURCE_INDEX
from casecheck.findings.record import COLUMNS, MEANINGS, VERDICT_COLUMNS

_KINDS = {"VARCHAR": "text", "INTEGER": "`Int64`", "DATE": f"`{DAY}`"}
_INDEX = "the label of the row in the pandas frame that was audited; only there when one was"


def table() -> str:
    """One row a column: its type in pandas, whether verdicts have it too, and what it means."""
    rows = [
        (f"`{name}`", "ordered category" if name == "severity" else _KINDS[kind], name in VERDICT_COLUMNS, MEANINGS[name])
        for name, kind in COLUMNS.items()
    ]
    rows.append((f"`{SOURCE_INDEX}`", "as in the frame", True, _INDEX))
    lines = [f"| {name} | {kind} | {'yes' if told else ''} | {meaning} |" for name, kind, told, meaning in rows]
    return "\n".join(["| column | type | verdicts too | what it says |", "|---|---|---|---|", *lines])
