"""The rows that were set aside, as a CSV file: where each stood, why, and its cells, so that somebody can put them right."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from casecheck.profiles.accounts import Reject

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(rejects: Sequence[Reject]) -> bytes:
    """One row a rejected row. Cells that a spreadsheet would take for a formula are written as text."""
    width = max((len(reject.cells) for reject in rejects), default=0)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["file", "sheet", "line", "reason", *(f"cell_{place}" for place in range(1, width + 1))])
    for reject in rejects:
        writer.writerow([reject.file, reject.sheet, reject.line, reject.reason, *map(_as_text, reject.cells)])
    return out.getvalue().encode("utf-8-sig")


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) else cell
