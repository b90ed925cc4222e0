"""Plain-text tables, and text from data made safe for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from casecheck.profiles.accounts import Account
from casecheck.sources.bad_input import ROWS, note
from casecheck.wording import counted


def columns(rows: Sequence[Sequence[str]], right: Sequence[int] = (), indent: str = "") -> list[str]:
    """Rows laid out in columns two spaces apart; the last column is not padded."""
    if not rows:
        return []
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(widths[place]) if place in right else cell.ljust(widths[place]) for place, cell in enumerate(row[:-1])
        ]
        lines.append((indent + "  ".join([*cells, row[-1]])).rstrip())
    return lines


def place_of(row: Mapping[str, Any]) -> str:
    """Where a finding's record stands: ``visits.csv:118``, ``annex_a.xlsx [List 7]:12``; what stands in no file is named."""
    if row["file"] is None:
        return str(row["subject_table"])
    sheet = f" [{row['sheet']}]" if row["sheet"] else ""
    return f"{row['file']}{sheet}:{row['line']}"


def set_aside_lines(account: Account) -> list[str]:
    """Rows that were set aside, by reason, with the line of the first of each."""
    return [_set_aside(account, reason, rows) for reason, rows in sorted(account.set_aside.items())]


def _set_aside(account: Account, reason: str, rows: int) -> str:
    line = account.first_lines.get(reason)
    if reason not in ROWS or line is None:
        return f"{counted(rows, 'row')} set aside: {reason}"
    case = note(ROWS[reason], rows=counted(rows, "row"), reason=reason, line=f"{line:,}")
    return f"{case} [{case.code}]"


def unmapped_lines(account: Account) -> list[str]:
    """Rows with a word that the profile does not map, by column."""
    notes = [note("IN047", rows=counted(rows, "row"), column=column) for column, rows in sorted(account.unmapped.items()) if rows]
    return [f"{said} [{said.code}]" for said in notes]
