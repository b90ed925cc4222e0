"""What every test of dirt needs: a small extract on disk, audited, and what its accounts say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl import Workbook

import casecheck
from casecheck.profiles.accounts import Account
from casecheck.result import AuditResult

AS_OF = "2024-06-28"
VISIT = "visit_id,person_id,visit_type,visit_date,child_seen\n"
PERSON = "person_id,date_of_birth,sex,ethnicity,disability_flag,stated_age_years\n"
PLAN = "plan_id,person_id,plan_type,start_date,end_date,initial_category,latest_category\n"
CONTACTS = "Child Unique ID,Gender,Ethnicity,Date of Birth,Age of Child (Years),Date of Contact,Contact Source\n"


def audit(
    tmp_path: Path,
    files: dict[str, str | bytes],
    *select: str,
    profile: str = "model",
    policy: dict[str, Any] | None = None,
    as_of: str = AS_OF,
) -> AuditResult:
    """Write an extract and audit it; by default only whether every value can be read."""
    folder = tmp_path / "extract"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return casecheck.audit(folder, profile=profile, as_of=as_of, select=select or ("INT-012",), policy=policy or {})


def account(result: AuditResult, name: str = "") -> Account:
    """The account of one file, or the only one."""
    found = [item for item in result.extract.accounts if item.file == name or not name]
    assert len(found) == 1
    assert found[0].balances
    return found[0]


def done(result: AuditResult, column: str, file: str = "") -> dict[str, int]:
    """What was done to the cells of a column."""
    return account(result, file).cells.get(column, {})


def codes(result: AuditResult, file: str = "") -> list[str]:
    """The cases that are noted of a file."""
    return [note.code for note in account(result, file).notes]


def unreadable(result: AuditResult) -> list[int]:
    """The records in which a cell cannot be read (findings of INT-012)."""
    return sorted(row["record"] for row in result.table.to_pylist() if row["rule_id"] == "INT-012")


def outcome(result: AuditResult, rule: str) -> Any:
    """The outcome of one rule."""
    return next(found for found in result.rules if found.rule_id == rule)


def children(result: AuditResult, rule: str) -> list[str]:
    """The children with a finding under a rule."""
    return sorted(row["child_id"] for row in result.table.to_pylist() if row["rule_id"] == rule and row["verdict"] == "fail")


def contacts_sheet(*cells: object) -> Workbook:
    """A workbook with one sheet, Annex A's list 1, and one contact."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "List 1"
    sheet.append(["Child Unique ID", "Date of Birth", "Date of Contact"])
    sheet.append(cells)
    return book
