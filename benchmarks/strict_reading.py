"""Reading clean CSV strictly against DuckDB's own ``read_csv`` as text, in one run. See README.md beside this file."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

ROWS = """
COPY (SELECT 'O' || i AS visit_id, lpad(CAST(i % 200000 AS VARCHAR), 7, '0') AS person_id, 'cp' AS visit_type,
  strftime(DATE '2020-01-01' + CAST(i % 1500 AS INT), '%d/%m/%Y') AS visit_date, 'W' || (i % 900) AS worker_id, 'done' AS status,
  CASE i % 7 WHEN 0 THEN 'N' ELSE 'Y' END AS child_seen, CASE i % 3 WHEN 0 THEN 'N' ELSE 'Y' END AS seen_alone,
  {note} AS not_alone_reason FROM range({rows}) AS t(i)) TO '{file}' (HEADER, DELIMITER ',')
"""
KINDS = {
    "clean": "CASE i % 5 WHEN 0 THEN 'The child asked, and a parent stayed' END",
    "line breaks in quotes": "CASE i % 5 WHEN 0 THEN 'The child asked,' || chr(10) || 'and a parent stayed' END",
}
PROGRAM = """
import resource, sys, time
import duckdb
from casecheck.auditing import as_policy, recognise
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.profiles.staging import load
from datetime import date

def bare(file):
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    start = time.perf_counter()
    connection.execute(f"CREATE TABLE stage AS SELECT * FROM read_csv('{file}', all_varchar = true, header = true)")
    return time.perf_counter() - start, connection.execute("SELECT count(*) FROM stage").fetchall()[0][0]

def strict(file):
    policy = as_policy({})
    engine = DuckDBEngine(date(2026, 3, 31))
    engine.suit(1 << 30)
    start = time.perf_counter()
    matched = recognise(file, "model", policy)
    match = matched.matches[0]
    load(engine, match.raw, "stage", match.places, matched.opening)
    return time.perf_counter() - start, engine.rows("SELECT count(*) FROM stage")[0][0]

seconds, rows = {"bare": bare, "strict": strict}[sys.argv[1]](sys.argv[2])
print(seconds, rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


@dataclass(order=True)
class Figures:
    """What one process took: seconds of reading, seconds of the whole process, rows, and peak MiB."""

    reading: float
    whole: float
    rows: int
    memory: float


def measure(how: str, file: Path) -> Figures:
    """Read a file in a process of its own."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", PROGRAM, how, str(file)], capture_output=True, text=True, check=True)
    whole = time.perf_counter() - start
    seconds, rows, memory = done.stdout.split()
    return Figures(float(seconds), whole, int(rows), float(memory))


def main() -> None:
    """Generate, measure each in turn, print the best of the runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_800_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    duckdb.execute("SET enable_progress_bar = false")
    with tempfile.TemporaryDirectory() as folder:
        for kind, note in KINDS.items():
            file = Path(folder) / "visit.csv"
            duckdb.execute(ROWS.format(note=note, rows=options.rows, file=file))
            found: dict[str, list[Figures]] = {"bare": [], "strict": []}
            for _ in range(options.runs):
                for how, runs in found.items():
                    runs.append(measure(how, file))
            bare, strict = min(found["bare"]), min(found["strict"])
            if bare.rows != strict.rows:
                raise SystemExit(f"{kind}: {bare.rows} rows against {strict.rows}")
            print(f"{kind}: {file.stat().st_size / 1e6:.0f} MB, {bare.rows:,} rows")
            for name, figures in (("read_csv as text", bare), ("read strictly", strict)):
                print(
                    f"  {name:18}{figures.reading:6.2f} s reading{figures.whole:6.2f} s whole process{figures.memory:7,.0f} MiB  "
                    f"{figures.reading / bare.reading:.2f} and {figures.whole / bare.whole:.2f} times"
                )


if __name__ == "__main__":
    main()
