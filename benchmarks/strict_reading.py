"""Reading clean CSV strictly against DuckDB's own ``read_csv`` as text, in one run. See README.md beside this file."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ROWS = """
COPY (SELECT 'O' || i AS visit_id, lpad(CAST(i % 200000 AS VARCHAR), 7, '0') AS person_id, 'cp' AS visit_type,
  strftime(DATE '2020-01-01' + CAST(i % 1500 AS INT), '%d/%m/%Y') AS visit_date, 'W' || (i % 900) AS worker_id, 'done' AS status,
  CASE i % 7 WHEN 0 THEN 'N' ELSE 'Y' END AS child_seen, CASE i % 3 WHEN 0 THEN 'N' ELSE 'Y' END AS seen_alone,
  {note} AS not_alone_reason FROM range({rows}) AS t(i)) TO '{file}' (HEADER, DELIMITER ',')
"""
KINDS = {
    "clean": "CASE i % 5 WHEN 0 THEN 'The child asked, and a parent stayed' ELSE '' END",
    "line breaks in quotes": "CASE i % 5 WHEN 0 THEN 'The child asked,' || chr(10) || 'and a parent stayed' ELSE '' END",
}
BARE = """
import duckdb, sys
connection = duckdb.connect()
connection.execute("SET enable_progress_bar = false")
connection.execute(f"CREATE TABLE visit AS SELECT * FROM read_csv('{sys.argv[1]}', all_varchar = true, header = true)")
print(connection.execute("SELECT count(*) FROM visit").fetchall()[0][0])
"""
STRICT = """
import sys
from casecheck.audit import DuckDBEngine, as_day, as_policy, recognise
from casecheck.profiles.building import Builder
policy, day = as_policy({}), as_day("2026-03-31")
matched = recognise(sys.argv[1], "model", policy)
engine = DuckDBEngine(day, policy)
engine.suit(sum(match.raw.size for match in matched.matches))
builder = Builder(engine, matched, policy, day)
builder.stage()
print(builder.accounts[0].used)
"""


def measure(program: str, file: Path) -> tuple[float, float, str]:
    """Seconds and peak MiB of one whole process, and what it printed."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE, text=True)
    printed = process.stdout.read().strip() if process.stdout else ""
    _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - start, usage.ru_maxrss / 1024, printed


def main() -> None:
    """Generate, measure each in turn, print the best of the runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_500_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for kind, note in KINDS.items():
            file = Path(folder) / "visit.csv"
            duckdb.execute("SET enable_progress_bar = false")
            duckdb.execute(ROWS.format(note=note, rows=options.rows, file=file))
            bare, strict = [], []
            for _ in range(options.runs):
                bare.append(measure(BARE, file))
                strict.append(measure(STRICT, file))
            if bare[0][2] != strict[0][2]:
                raise SystemExit(f"{kind}: {bare[0][2]} rows against {strict[0][2]}")
            load, read = min(bare), min(strict)
            print(f"{kind}: {file.stat().st_size / 1e6:.0f} MB, {int(read[2]):,} rows")
            print(f"  read_csv as text {load[0]:6.2f} s {load[1]:6,.0f} MiB")
            print(f"  read strictly    {read[0]:6.2f} s {read[1]:6,.0f} MiB   {read[0] / load[0]:.2f} times")


if __name__ == "__main__":
    main()
