"""Workbooks made to harm: each is read or refused by a process of its own, whose memory and time are measured."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sources.workbooks import HEADINGS, MAIN, RELATED, parts, row, save, save_long, sheet

MEMORY, SECONDS = 300, 60
"""Megabytes above the size of the file (and what the imports take), and seconds of one processor, at most."""

CHILD = """
import json, resource, sys, time
from pathlib import Path
import casecheck.sources.excel_inspection as inspection
from casecheck.sources.bad_input import BadInputError
from casecheck.sources.excel_reader import read_workbook
from casecheck.sources.raw import FileItem, Opening
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
if sys.argv[2] == "any ratio":
    inspection.MAX_RATIO = 10**9
before, code, rows = peak(), "", 0
try:
    tables = read_workbook(FileItem.on_disk(Path(sys.argv[1])), Opening(lambda cell: "_" in cell))
    rows = sum(table.body.count for table in tables)
except BadInputError as problem:
    code = problem.note.code
print(json.dumps({"code": code, "rows": rows, "memory": peak() - before, "seconds": time.process_time()}))
"""
FIRST = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
BEGIN, END = f'<worksheet xmlns="{MAIN}"><sheetData>{row(1, HEADINGS)}', "</sheetData></worksheet>"
PLAIN = parts({"visit": sheet(row(1, HEADINGS))})
Make = Callable[[Path], Path]


def long(part: str, begin: str, piece: str, times: int, end: str, contents: dict[str, str] = PLAIN) -> Make:
    return lambda path: save_long(path, contents, part, begin, piece, times, end)


def one(rows: str) -> Make:
    return lambda path: save(path, parts({"visit": sheet(row(1, HEADINGS) + rows)}))


def many_members(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(30_000):
            archive.writestr(f"part{number:060}", "")
    return path


def wide(path: Path) -> Path:
    headings = "".join(f'<c t="inlineStr"><is><t>heading_{n}</t></is></c>' for n in range(512))
    rows = "".join(f'<row r="{n}"><c><v>1</v></c></row>' for n in range(1000, 1_048_576, 1000))
    return save(path, parts({"visit": sheet(f'<row r="1">{headings}</row>{rows}')}))


def naming_one_text(times: int) -> dict[str, str]:
    return parts({"visit": sheet(row(1, HEADINGS) + ("<row>" + '<c t="s"><v>0</v></c>' * 5 + "</row>") * times)})


REFUSED = {
    "unpacks to half a gigabyte": ("real ratio", "IN081", long(FIRST, BEGIN, "<row/>", 80_000_000 // 10, END)),
    "a cell of many megabytes": ("any ratio", "IN081", long(FIRST, BEGIN + '<row><c t="str"><v>', "0" * 100, 1_000_000, "</v></c></row>" + END)),
    "a mark-up of many megabytes": ("any ratio", "IN081", long(FIRST, BEGIN + '<row a="', "0" * 100, 300_000, '"/>' + END)),
    "a row without end": ("any ratio", "IN008", long(FIRST, BEGIN + "<row>", "<c/>", 5_000_000, "</row>" + END)),
    "rows without end": ("any ratio", "IN008", long(FIRST, BEGIN, "<row/>", 5_000_000, END)),
    "nested without end": ("real ratio", "IN081", long(FIRST, BEGIN, "<a>", 1_000_000, "")),
    "columns without end": ("any ratio", "IN081", long(FIRST, f'<worksheet xmlns="{MAIN}"><cols>', "<col/>", 3_000_000, f"</cols>{END}")),
    "shared texts without end": ("any ratio", "IN081", long(STRINGS, f'<sst xmlns="{MAIN}">', f"<si><t>{'x' * 200}</t></si>", 500_000, "</sst>")),
    "one long text in every cell": (
        "any ratio", "IN081", long(STRINGS, f'<sst xmlns="{MAIN}"><si><t>', "x" * 100, 3_000, "</t></si></sst>", naming_one_text(20_000)),
    ),
    "formulas without end": ("any ratio", "IN081", long(FIRST, BEGIN, "<row><c><f/></c><c><f/></c></row>", 600_000, END)),
    "names without end": (
        "any ratio", "IN081",
        long("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><definedNames>', "<definedName/>", 500_000, "</definedNames></workbook>"),
    ),
    "a document type": ("real ratio", "IN081", lambda path: save(path, {**PLAIN, FIRST: "<!DOCTYPE a>" + sheet(row(1, HEADINGS))})),
    "parts without end": ("real ratio", "IN081", many_members),
    "gaps under wide headings": ("real ratio", "IN081", wide),
}  # fmt: skip

READ = {
    "a cell in the last corner": (2, one(row(2, ["V1"]) + '<row r="3"><c><v>2</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    "a cell in the last row": (1, one('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')),
    "a million blank rows": (0, long(FIRST, BEGIN, "<row/>", 1_000_000, END)),
    "links without end below the rows": (0, long(FIRST, BEGIN + "</sheetData><hyperlinks>", "<hyperlink/>", 500_000, "</hyperlinks></worksheet>")),
    "as many styles as are let through": (
        0, long("xl/styles.xml", f'<styleSheet xmlns="{MAIN}"><cellXfs>', '<xf numFmtId="14"/>', 199_000, "</cellXfs></styleSheet>"),
    ),
}  # fmt: skip


def measured(path: Path, ratio: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-c", CHILD, str(path), ratio], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    assert found["memory"] < MEMORY + path.stat().st_size / 1_000_000
    assert found["seconds"] < SECONDS
    return found


@pytest.mark.slow
@pytest.mark.parametrize("what", REFUSED)
def test_a_hostile_workbook_is_refused_in_little_memory(tmp_path: Path, what: str) -> None:
    ratio, code, make = REFUSED[what]
    assert measured(make(tmp_path / "a.xlsx"), ratio)["code"] == code


@pytest.mark.slow
@pytest.mark.parametrize("what", READ)
def test_an_odd_workbook_is_read_in_little_memory(tmp_path: Path, what: str) -> None:
    rows, make = READ[what]
    found = measured(make(tmp_path / "a.xlsx"), "any ratio")
    assert (found["code"], found["rows"]) == ("", rows)
