"""Nothing that stands in a cell gets out, unless somebody asks for case-level data."""

from __future__ import annotations

import csv
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from tests.conftest import ROOT

import casecheck
from casecheck.errors import CasecheckError
from casecheck.profiles.loading import shipped_profiles
from casecheck.profiles.matching import spellings
from casecheck.reports import render
from casecheck.sources.raw import fold_heading

CANARY = "CANARYBIRD"
IDS = ("_ID", "_BY", "TEAM", "CHAIR", "ALLOCATED_TO")
"""Numbers of children, records and staff, and team names: what a finding is about and who holds it."""


def poison(folder: Path, *, ids: bool) -> Path:
    """The example extract with a canary in every cell (``ids``), or in every cell that is not somebody's number."""
    folder.mkdir()
    sources = shipped_profiles()["carefirst"].sources
    for file in sorted((ROOT / "examples" / "carefirst").glob("*.csv")):
        rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
        head = next(row for row in rows if len(row) > 2) if "," in ",".join(rows[0]) else rows[0]
        if len(head) < 2:
            head = head[0].split(";")
        known = spellings(sources[file.stem])
        with (folder / file.name).open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(head)
            for number in range(12):
                writer.writerow(
                    [f"{place}{number}" if not ids and known.get(fold_heading(name), "").endswith(IDS) else f"{CANARY} {number}{place}"
                     for place, name in enumerate(head)]
                )  # fmt: skip
            out.write(f"{CANARY},ragged\n")
    return folder


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "casecheck.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("what", ["check", "inspect"])
def test_the_page_and_the_messages_hold_no_cell(tmp_path: Path, what: str) -> None:
    folder = poison(tmp_path / "extract", ids=True)
    done = run(what, folder, "--profile", "carefirst", "--as-of", "2026-03-31")
    assert done.returncode in (0, 1, 3), done.stderr
    assert "set aside" in done.stdout
    assert CANARY not in done.stdout + done.stderr


def test_findings_hold_numbers_and_codes_and_nothing_that_was_written(tmp_path: Path) -> None:
    folder = poison(tmp_path / "extract", ids=False)
    result = casecheck.audit(folder, profile="carefirst", as_of="2026-03-31", policy={})
    assert result.table.num_rows > 20
    for name in ("text", "concise", "csv", "json", "jsonl", "parquet"):
        assert CANARY.encode() not in render(result, name), name
    assert CANARY not in repr(result) + result._repr_html_() + repr(result.extract) + str(result.summary())


@pytest.mark.parametrize(
    "text",
    [
        f'PERSON_ID,DATE_OF_BIRTH\n1,"{CANARY}\n',
        f'PERSON_ID,DATE_OF_BIRTH\n1,"{CANARY}"x\n',
        f"PERSON_ID,DATE_OF_BIRTH\n1,{CANARY}\0\n",
        f"{CANARY}\n{CANARY}\n",
        f"a,b\n{CANARY},1\n",
        f"PERSON_ID,DATE_OF_BIRTH\n1,{CANARY}{'x' * 1_000_001}\n",
        f"<html>{CANARY}",
    ],
)
def test_an_error_and_its_traceback_hold_no_cell(tmp_path: Path, text: str) -> None:
    file = tmp_path / "persons.csv"
    file.write_text(text)
    with pytest.raises(CasecheckError) as caught:
        casecheck.audit(file, profile="carefirst", as_of="2026-03-31", policy={}, select=["INT-012"])
    assert CANARY not in str(caught.value) + "".join(traceback.format_exception(caught.value))


def test_rejected_rows_show_their_cells_only_where_they_are_asked_for(tmp_path: Path) -> None:
    folder = poison(tmp_path / "extract", ids=True)
    result = casecheck.audit(folder, profile="carefirst", as_of="2026-03-31", policy={}, keep_rejects=True)
    assert result.extract.rejects
    assert any(CANARY in cell for reject in result.extract.rejects for cell in reject.cells)
    assert CANARY not in repr(result.extract)
