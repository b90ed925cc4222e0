"""A large census file: the whole ``casecheck inspect`` against a bare walk with ElementTree. See README.md beside this file."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from measuring import measure

BARE = """
import sys
from xml.etree.ElementTree import iterparse
rows = 0
for _, element in iterparse(sys.argv[1]):
    rows += element.tag in ("Child", "CINdetails", "Assessments", "CINPlanDates", "Section47", "ChildProtectionPlans", "CPPreviewDate")
    element.clear()
print(rows)
"""

READ = """
import sys, time
from pathlib import Path
from casecheck.policy import policy_from
from casecheck.profiles.loading import load_profile
from casecheck.profiles.matching import opening_for
from casecheck.sources.raw import FileItem
from casecheck.sources.xml_reader import read_xml
tables = read_xml(FileItem.on_disk(Path(sys.argv[1])), opening_for([load_profile("cin_census")], policy_from({})))
print(sum(table.body.count for table in tables))
"""

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Message>
  <Header>
    <CollectionDetails><Collection>CIN</Collection><Year>2025</Year><ReferenceDate>2025-03-31</ReferenceDate></CollectionDetails>
    <Source><SourceLevel>L</SourceLevel><LEA>999</LEA></Source>
  </Header>
  <Children>
"""
TAIL = "  </Children>\n</Message>\n"
FACTORS = ["1A", "1B", "2A", "3B", "4A", "4B", "10A", "16A", "17A", "18B"]


def write_census(path: Path, size: int, seed: int = 1) -> int:
    """A census file of about ``size`` bytes with invented children. Returns how many children."""
    chance = random.Random(seed)
    children = written = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        while written < size:
            children += 1
            written += file.write(_element("Child", 4, _child(chance, children)))
        file.write(TAIL)
    return children


def _element(name: str, indent: int, inner: Iterator[str]) -> str:
    space = " " * indent
    return f"{space}<{name}>\n{''.join(inner)}{space}</{name}>\n"


def _leaves(indent: int, **leaves: str | None) -> Iterator[str]:
    space = " " * indent
    yield from (f"{space}<{name}>{text}</{name}>\n" for name, text in leaves.items() if text)


def _child(chance: random.Random, number: int) -> Iterator[str]:
    born = date(2007, 4, 1) + timedelta(days=chance.randrange(6000))
    yield _element(
        "ChildIdentifiers",
        6,
        _leaves(8, LAchildID=f"C{number:08d}", UPN=f"A{number:012d}", PersonBirthDate=str(born), Sex=chance.choice("MF")),
    )
    yield _element("ChildCharacteristics", 6, _leaves(8, Ethnicity=chance.choice(["WBRI", "ABAN", "MWBC", "BAFR"])))
    for _ in range(chance.choice([1, 1, 2])):
        yield _element("CINdetails", 6, _episode(chance))


def _episode(chance: random.Random) -> Iterator[str]:
    start = date(2024, 4, 1) + timedelta(days=chance.randrange(300))
    later = [str(start + timedelta(days=days)) for days in (0, 14, 30, 45, 120, 200)]
    yield from _leaves(8, CINreferralDate=later[0], ReferralSource="1A", PrimaryNeedCode="N1", ReferralNFA="0")
    yield _element("Assessments", 8, _assessment(chance, later))
    if chance.random() < 0.5:
        yield _element("CINPlanDates", 8, _leaves(10, CINPlanStartDate=later[3], CINPlanEndDate=chance.choice(["", later[5]])))
    if chance.random() < 0.4:
        inner = _leaves(
            10, S47ActualStartDate=later[0], InitialCPCtarget=later[1], DateOfInitialCPC=later[1], ICPCnotRequired="0"
        )
        yield _element("Section47", 8, inner)
        yield _element("ChildProtectionPlans", 8, _protection(later))


def _assessment(chance: random.Random, later: list[str]) -> Iterator[str]:
    yield from _leaves(10, AssessmentActualStartDate=later[0], AssessmentAuthorisationDate=later[2])
    factors = "".join(f"            <AssessmentFactors>{code}</AssessmentFactors>\n" for code in chance.sample(FACTORS, 3))
    yield f"          <FactorsIdentifiedAtAssessment>\n{factors}          </FactorsIdentifiedAtAssessment>\n"


def _protection(later: list[str]) -> Iterator[str]:
    yield from _leaves(
        10, CPPstartDate=later[1], InitialCategoryOfAbuse="NEG", LatestCategoryOfAbuse="EMO", NumberOfPreviousCPP="0"
    )
    for day in later[4:]:
        yield _element("Reviews", 10, _leaves(12, CPPreviewDate=day))


def main() -> None:
    """Generate, measure in turn, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="where to write the census file, and keep it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        path = options.keep or Path(temporary) / "census.xml"
        children = write_census(path, options.megabytes * 1_000_000)
        print(f"{children:,} children, {path.stat().st_size / 1e6:.0f} MB of XML")
        inspect = [sys.executable, "-m", "casecheck.cli", "inspect", str(path), "--as-of", "2025-03-31"]
        commands = {
            "bare walk": [sys.executable, "-c", BARE, str(path)],
            "reader": [sys.executable, "-c", READ, str(path)],
            "inspect": inspect,
        }
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(options.runs):
            for name, command in commands.items():
                taken[name].append(measure(command))
        bare = min(taken["bare walk"])[0]
        for name, runs in taken.items():
            seconds, memory = min(runs)
            print(f"{name:<10} {seconds:6.2f} s  {memory:7,.0f} MiB   {seconds / bare:.2f} times the bare walk")


if __name__ == "__main__":
    main()
