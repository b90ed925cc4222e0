"""Hostile input is refused or read, never followed: no crash, no file outside, and memory near the file's own size."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import casecheck
from casecheck.errors import CasecheckError

MEGABYTE = 1_000_000
ALLOWED = 300 * MEGABYTE
HEAD = "visit_id,person_id,visit_type,visit_date,child_seen\n"

CHILD = """
import resource, sys
import casecheck
from casecheck.errors import CasecheckError
import duckdb, pyarrow.csv, pyarrow.compute
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    casecheck.audit(sys.argv[1], profile="model", as_of="2024-06-28", select=["INT-005"], policy={})
    said = "read"
except CasecheckError as problem:
    said = str(problem).replace("\\n", " ")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base, said)
"""


def taken(path: Path) -> tuple[int, str]:
    """Bytes of memory above an idle process that reading a file takes, and what was said of it."""
    done = subprocess.run([sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, check=True, timeout=120)
    grown, _, said = done.stdout.partition(" ")
    return int(grown) * (1 if sys.platform == "darwin" else 1024), said


@pytest.mark.parametrize("quoted", [False, True])
def test_a_cell_of_100_mb_is_refused_with_its_line(tmp_path: Path, quoted: bool) -> None:
    file = tmp_path / "visit.csv"
    mark = '"' if quoted else ""
    with file.open("w") as out:
        out.write(f"{HEAD}V1,1,cp,2024-01-02,{mark}")
        for _ in range(100):
            out.write("x" * MEGABYTE + ("\n" if quoted else ""))
        out.write(f"{mark}\n")
    grown, said = taken(file)
    assert "line 2 holds a cell of more than 1,000,000 characters" in said
    assert grown < ALLOWED + file.stat().st_size


def test_an_archive_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "extract.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("visit.csv", "w", force_zip64=True) as out:
        for _ in range(400):
            out.write(b"0" * MEGABYTE)
    grown, said = taken(path)
    assert "would unpack to more than 200 times its size" in said
    assert grown < ALLOWED


def test_a_member_that_says_it_is_small_is_still_bounded(tmp_path: Path) -> None:
    path = tmp_path / "extract.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("visit.csv", HEAD + "V1,1,cp,2024-01-02,Y\n" * 50_000)
    data = path.read_bytes()
    size = (len(HEAD) + 50_000 * 21).to_bytes(4, "little")
    path.write_bytes(data.replace(size, (100).to_bytes(4, "little")))
    with pytest.raises(CasecheckError, match=r"IN008|IN080"):
        casecheck.audit(path, profile="model", as_of="2024-06-28", policy={})


@pytest.mark.parametrize("name", ["../visit.csv", "/visit.csv", "a/../../visit.csv", "C:\\visit.csv", "..\\visit.csv"])
def test_a_path_in_an_archive_leads_nowhere(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    with zipfile.ZipFile(folder / "extract.zip", "w") as archive:
        archive.writestr(name, HEAD + "V1,1,cp,2024-01-02,Y\n")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CasecheckError, match="leads outside"):
        casecheck.audit(folder / "extract.zip", profile="model", as_of="2024-06-28", policy={})
    assert sorted(tmp_path.rglob("*")) == before


def test_sql_in_headings_and_names_is_only_text(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    evil = "x\"; DROP TABLE data_visit; COPY (SELECT 1) TO 'out.csv'; --"
    quote = evil.replace('"', '""')
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "visit.csv").write_text(f'{HEAD.strip()},"{quote}"\nV1,1,cp,2024-01-02,Y,"{quote}"\n')
    (tmp_path / "e" / "x'; DROP TABLE calendar; --.csv").write_text(f'"{quote}",b\n1,2\n')
    result = casecheck.audit(tmp_path / "e", profile="model", as_of="2024-06-28", policy={}, keep_rejects=True)
    assert result.extract.rows["visit"] == 1
    assert result.extract.balances
    assert not (tmp_path / "out.csv").exists()


def test_a_profile_with_sql_in_its_headings_is_only_text(tmp_path: Path) -> None:
    evil = "Seen'\"; DROP TABLE data_visit; --"
    (tmp_path / "ours.yaml").write_text(
        "profile: ours\ntitle: t\nsources:\n  calls:\n    required: [Ref]\n    columns:\n      Ref: []\n"
        f"      '{evil.replace(chr(39), chr(39) * 2)}': []\n      Day: []\n"
        f"tables:\n  visit:\n    - from: calls\n      fields: {{visit_id: Ref, visit_date: Day, child_seen: '{evil.replace(chr(39), chr(39) * 2)}'}}\n"
    )
    quoted = evil.replace('"', '""')
    (tmp_path / "calls.csv").write_text(f'Ref,"{quoted}",Day\n1,Yes,2024-02-01\n')
    result = casecheck.audit(tmp_path / "calls.csv", profile=str(tmp_path / "ours.yaml"), as_of="2024-06-28", policy={})
    assert result.extract.rows["visit"] == 1
    assert "child_seen" in result.extract.fields["visit"]


@pytest.mark.parametrize("cell", ["a" * 50_000 + "!", "1/" * 20_000, "((((" * 10_000, "\u00e9\u0301" * 20_000, "9" * 60_000])
def test_cells_made_to_stall_a_pattern_are_read_at_once(tmp_path: Path, cell: str) -> None:
    rows = "".join(f"V{number},{number},{cell},{cell},{cell}\n" for number in range(8))
    (tmp_path / "visit.csv").write_text(HEAD + rows, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "visit.csv")], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.strip().endswith("read")


def test_once_files_are_staged_the_engine_reaches_nothing_outside(tmp_path: Path) -> None:
    from datetime import date

    import duckdb

    from casecheck.auditing import Asked, read_extract, recognise
    from casecheck.engines.duckdb import DuckDBEngine
    from casecheck.policy import Policy

    (tmp_path / "visit.csv").write_text(HEAD + "V1,1,cp,2024-01-02,Y\n")
    engine = DuckDBEngine(date(2024, 6, 28))
    try:
        matched = recognise(tmp_path, "model", Policy())
        read_extract(engine, matched, Policy(), date(2024, 6, 28), Asked())
        for reach in (f"SELECT * FROM read_csv('{tmp_path}/visit.csv')", "SET enable_external_access = true", "INSTALL httpfs"):
            with pytest.raises(duckdb.Error):
                engine.rows(reach)
    finally:
        engine.close()
