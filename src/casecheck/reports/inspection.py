"""What was read and how: files, columns, cells, tables of the model, and which rules can be assessed."""

from __future__ import annotations

from casecheck.profiles.accounts import Account, Extract
from casecheck.reports.tables import columns, set_aside_lines, unmapped_lines
from casecheck.sources.bad_input import note
from casecheck.wording import counted, safe


def describe(extract: Extract, unassessable: list[tuple[str, str, str]]) -> str:
    """The page as text. ``unassessable`` lists rule, status and reason."""
    lines = [f"{extract.title} (profile {extract.profile})", ""]
    for account in extract.accounts:
        lines += _account(account)
    lines += [f"{said.code}: {said}" for said in extract.notes]
    lines += ["", "TABLES OF THE MODEL"]
    rows = [(name, f"{rows:,}", f"{len(extract.fields[name])} fields") for name, rows in sorted(extract.rows.items())]
    lines += columns(rows, right=(1,), indent="  ")
    lines += ["", "RULES THAT CANNOT BE ASSESSED"] if unassessable else ["", "Every selected rule can be assessed."]
    lines += columns([(rule, status.replace("_", " "), reason) for rule, status, reason in unassessable], indent="  ")
    return "\n".join(lines) + "\n"


def _account(account: Account) -> list[str]:
    what = f"is {account.source}" if account.source else "cannot be used" if account.refused else "was not recognised"
    lines = [f"{safe(account.name)} {what}: {counted(account.read, 'row')} read, {account.used:,} used"]
    if account.how:
        lines.append(f"    read as {account.how}")
    lines += [f"    {line}" for line in set_aside_lines(account)]
    lines += [f"    {said.code}: {said}{_advice(said.advice)}" for said in account.notes]
    for column, done in sorted(account.cells.items()):
        said = ", ".join(f"{rows:,} {kind}" for kind, rows in sorted(done.items()))
        lines.append(f"    {column}: {said}")
    lines += [f"    {line}" for line in unmapped_lines(account)]
    lines += _counts(account)
    if account.missing_columns:
        lines.append(f"    not there: {', '.join(name + account.perhaps(name) for name in account.missing_columns)}")
    if account.unknown_columns:
        lines.append(f"    not used: {', '.join(safe(name, 60) for name in account.unknown_columns)}")
    return lines


def _advice(text: str) -> str:
    return f". {text[0].upper()}{text[1:]}" if text else ""


def _counts(account: Account) -> list[str]:
    found = account.counts
    if found is None:
        return []
    blank = [f"{name} {rows:,}" for name, rows in found.blank.items()]
    lines = [f"    blank cells: {', '.join(blank)}"] if blank else []
    if found.repeated_keys is not None:
        shared = note("IN050", rows=counted(found.repeated_keys, "row"))
        lines.append(f"    key: {f'{shared} [{shared.code}]' if found.repeated_keys else 'unlike in every row'}")
    return lines
