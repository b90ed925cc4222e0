"""The whole ``casecheck check`` against a bare DuckDB load of the same files, in one run. See README.md beside this file."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from large_extract import generate
from measuring import measure

BARE = """
import duckdb, pathlib, sys
connection = duckdb.connect()
for file in sorted(pathlib.Path(sys.argv[1]).glob("*.csv")):
    connection.execute(f"CREATE TABLE {file.stem} AS SELECT * FROM read_csv('{file}', all_varchar = true, header = true)")
"""

SPLIT = """
import sys, time
laps = []
start = time.perf_counter()
def lap(name):
    global start
    now = time.perf_counter()
    laps.append((name, now - start))
    start = now
from casecheck.auditing import DuckDBEngine, as_day, as_policy, compile_rules, recognise, rules_of, run_rules, RuleRun
from casecheck.engines.calendar import create_calendar
from casecheck.findings.record import FINDINGS
from casecheck.profiles.building import Builder
policy, day = as_policy({"packs": sys.argv[3].split()} if sys.argv[3] else {}), as_day(sys.argv[2])
rules = rules_of(policy)
lap("import and rules")
matched = recognise(sys.argv[1], "", policy)
engine = DuckDBEngine(day)
engine.suit(sum(match.raw.size for match in matched.matches))
builder = Builder(engine, matched, policy, day)
builder.stage()
lap("read")
extract = builder.type()
engine.drop_staging(); engine.lock(); create_calendar(engine, policy)
lap("type")
run_rules(RuleRun(engine, extract, matched.profile, policy, None), rules, compile_rules(rules, policy), lambda _: None)
lap("rules")
table = engine.arrow(FINDINGS)
lap("findings")
print("; ".join(f"{name} {seconds:.2f} s" for name, seconds in laps), f"; {table.num_rows:,} findings")
"""


def main() -> None:
    """Generate, measure three times each in turn, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--pack", default="", help="practice, integrity or extract: the rules of this pack alone")
    parser.add_argument("--keep", type=Path, help="a folder to write the extract to, and keep")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        size = generate(folder, options.children, options.children * 10)
        print(f"{options.children:,} children, {options.children * 10:,} visits, {size / 1e6:.0f} MB of CSV")
        check = [sys.executable, "-m", "casecheck.cli", "check", str(folder), "--as-of", "2025-03-31", "-o"]
        check += [f"jsonl={Path(temporary) / 'findings.jsonl'}", *(["--select", options.pack] if options.pack else [])]
        bare, whole = [], []
        for _ in range(options.runs):
            bare.append(measure([sys.executable, "-c", BARE, str(folder)]))
            whole.append(measure(check, allowed=(0, 1, 3)))
        load, audit = min(bare), min(whole)
        print(f"bare load  {load[0]:6.2f} s  {load[1]:7,.0f} MiB")
        print(f"check      {audit[0]:6.2f} s  {audit[1]:7,.0f} MiB   {audit[0] / load[0]:.2f} times the bare load")
        subprocess.run([sys.executable, "-c", SPLIT, str(folder), "2025-03-31", options.pack], check=True)


if __name__ == "__main__":
    main()
