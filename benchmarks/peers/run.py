"""casecheck beside Great Expectations, pandera, pointblank and plain pandas on one task. See README.md beside this file."""

from __future__ import annotations

import argparse
import csv
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import date
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bent_input import CASES, bend
from made_extract import VISITS, make
from measuring import Taken, measure_all

HERE = Path(__file__).parent
CONTESTANTS = {
    "casecheck": ("with_casecheck.py",),
    "plain pandas": ("with_pandas.py", "prepared.py"),
    "pandera": ("with_pandera.py", "prepared.py"),
    "Great Expectations": ("with_great_expectations.py", "prepared.py"),
    "pointblank": ("with_pointblank.py",),
}
"""What each user writes; the first file is the one that runs."""

PACKAGES = ("casecheck", "pandas", "pandera", "great_expectations", "pointblank", "polars", "duckdb", "pyarrow", "numpy")

Breaches = set[tuple[str, str]]

_RAISED = re.compile(r"^(?:\w+\.)*(\w+(?:Error|Exception)\w*)", re.MULTILINE)


def command(name: str, extract: Path, found: Path) -> list[str]:
    """How a contestant is started: it reads the extract and writes rule and child of each breach."""
    return [sys.executable, str(HERE / CONTESTANTS[name][0]), str(extract), str(found)]


def lines(name: str) -> int:
    """Lines that are neither blank nor a comment nor a docstring of one line."""
    written = (line.strip() for file in CONTESTANTS[name] for line in (HERE / file).read_text().splitlines())
    return sum(1 for line in written if line and not line.startswith(("#", '"""')))


def breaches(found: Path) -> Breaches:
    """The breaches that a contestant wrote."""
    with found.open(newline="") as stream:
        return {(row[0], row[1]) for row in list(csv.reader(stream))[1:]}


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table in Markdown."""
    headings = list(headings)
    for row in (headings, ["---"] * len(headings), *rows):
        print(f"| {' | '.join(row)} |")


def race(folder: Path, children: int, runs: int, seed: int) -> None:
    """The whole task as whole processes, each contestant in turn; the best of the runs counts. Then the answers are compared."""
    extract = folder / "extract"
    size = make(extract, children, seed, breaches=0.04)
    print(f"\n{children:,} children, {children * VISITS:,} visits, {size / 1e6:.0f} MB of CSV; the best of {runs} runs\n")
    outputs = {name: folder / f"{name}.csv" for name in CONTESTANTS}
    taken: dict[str, list[Taken]] = {name: [] for name in CONTESTANTS}
    for _ in range(runs):
        for name, found in outputs.items():
            taken[name].append(measure_all(command(name, extract, found)))
    best = {name: Taken(*map(min, zip(*each, strict=True))) for name, each in taken.items()}
    answers = {name: breaches(found) for name, found in outputs.items()}
    rows = []
    for name in CONTESTANTS:
        seconds, memory, processor = (own / first for own, first in zip(best[name], best["casecheck"], strict=True))
        rows.append(
            [
                name,
                f"{lines(name)} ({lines(name) / lines('casecheck'):.1f})",
                f"{best[name].seconds:.2f} ({seconds:.2f})",
                f"{best[name].processor:.2f} ({processor:.2f})",
                f"{best[name].memory:,.0f} ({memory:.2f})",
                compared(answers[name], answers["casecheck"]),
            ]
        )
    table(["times casecheck's in brackets", "lines", "seconds", "seconds of processor", "peak MiB", "breaches"], rows)


def compared(answer: Breaches, with_casecheck: Breaches) -> str:
    """How many breaches were found, and how many of them casecheck did not find, or found alone."""
    more, fewer = len(answer - with_casecheck), len(with_casecheck - answer)
    return f"{len(answer):,}" + (f" ({more:,} more, {fewer:,} fewer)" if more or fewer else "")


def bent(folder: Path, children: int, seed: int) -> None:
    """Bend an extract without one breach in one place at a time: what is said of the question that needs that place."""
    clean = folder / "clean"
    make(clean, children, seed, breaches=0.0)
    rows = []
    for number, case in enumerate(CASES):
        extract = folder / f"bent {number}"
        spoilt = bend(clean, extract, case, seed)
        answers = (said(command(name, extract, folder / "found.csv"), case.rule, spoilt) for name in CONTESTANTS)
        rows.append([case.words, case.rule, f"{len(spoilt):,}", *answers])
    print(f"\nAn extract of {children:,} children without a breach, bent in one place at a time\n")
    table(["the fault", "the question", "records", *CONTESTANTS], rows)


def said(started: list[str], rule: str, spoilt: set[str]) -> str:
    """What a contestant says of a question, and how many of the spoilt records it neither names nor counts as not assessable."""
    done = subprocess.run(started, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"raises {_RAISED.findall(done.stderr)[-1]}"
    _, status, failed, *apart = next(line for line in done.stdout.splitlines() if line.startswith(rule)).split()[:4]
    if status == "not_assessable":
        return "not assessable"
    unassessed = sum(map(int, apart))
    named = {child for answered, child in breaches(Path(started[-1])) if answered == rule}
    unnoticed = max(0, len(spoilt - named) - unassessed)
    counts = {"breaches": int(failed), "not assessable": unassessed, "**unnoticed**": unnoticed}
    return ", ".join([status, *(f"{count:,} {what}" for what, count in counts.items() if count)])


def main() -> None:
    """Race, bend, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=200_000)
    parser.add_argument("--bent-children", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("race", "bent"))
    options = parser.parse_args()
    versions = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    print(f"{date.today():%d/%m/%Y}, {os.cpu_count()} cores, Python {sys.version.split()[0]}, {versions}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if options.only != "bent":
            race(folder, options.children, options.runs, options.seed)
        if options.only != "race":
            bent(folder, options.bent_children, options.seed)


if __name__ == "__main__":
    main()
