"""What was read and how: files, columns, cells, tables of the model, and which rules can be assessed."""

from __future__ import annotations

from casecheck.profiles.accounts import Account, Extract
from casecheck.reports.tables import columns, safe
from casecheck.wording import counted


def describe(extract: Extract, unassessable: list[tuple[str, str, str]]) -> str:
    """The page as text. ``unassessable`` lists rule, status and reason."""
    lines = [f"{extract.title} (profile {extract.profile})", ""]
    for account in extract.accounts:
        lines += _account(account)
    lines += ["", "TABLES OF THE MODEL"]
    rows = [(name, f"{rows:,}", f"{len(extract.fields[name])} fields") for name, rows in sorted(extract.rows.items())]
    lines += columns(rows, right=(1,), indent="  ")
    lines += ["", "RULES THAT CANNOT BE ASSESSED"] if unassessable else ["", "Every selected rule can be assessed."]
    lines += columns([(rule, status.replace("_", " "), reason) for rule, status, reason in unassessable], indent="  ")
    return "\n".join(lines) + "\n"


def _account(account: Account) -> list[str]:
    what = f"is {account.source}" if account.source else "was not recognised"
    lines = [f"{safe(account.name)} {what}: {counted(account.read, 'row')} read, {account.used:,} used"]
    lines += [f"    {counted(rows, 'row')} set aside: {reason}" for reason, rows in sorted(account.set_aside.items())]
    lines += [f"    {note.level} {note.code}: {note}" for note in account.notes]
    for column, done in sorted(account.cells.items()):
        said = ", ".join(f"{rows:,} {kind}" for kind, rows in sorted(done.items()))
        lines.append(f"    {column}: {said}")
    lines += [
        f"    {column}: {counted(rows, 'row')} with a word that the profile does not map"
        for column, rows in sorted(account.unmapped.items())
        if rows
    ]
    if account.missing_columns:
        lines.append(f"    not there: {', '.join(account.missing_columns)}")
    if account.unknown_columns:
        lines.append(f"    not used: {', '.join(safe(name, 60) for name in account.unknown_columns)}")
    return lines
