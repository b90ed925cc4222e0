"""The bad-input catalogue as a user meets it: the code, the words, how far the fault reaches, and the exit code."""

from __future__ import annotations

import re
import string
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.conftest import LOCAL_RULE, ROOT

from casecheck import cli
from casecheck.sources.bad_input import CASES, LEVELS

HEAD = "visit_id,person_id,visit_type,visit_date,child_seen,status\n"
ROW = "V{0},{0},cp,2024-06-02,Y,done\n"
GOOD = HEAD + ROW.format(1) + ROW.format(2)
MANY = HEAD + "".join(ROW.format(number) for number in range(400))

CHECK = ("--profile", "model", "--as-of", "2024-06-28", "--select", "VIS-XX")

Make = Callable[[Path], object]


@dataclass
class Run:
    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Run]:
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "VIS-XX-001.yaml").write_text(LOCAL_RULE)
    (tmp_path / "casecheck.toml").write_text('rule_folders = ["local"]\n')

    def run(*arguments: str | Path) -> Run:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("sys.argv", ["casecheck", *map(str, arguments)])
        code: object = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code
        said = capsys.readouterr()
        return Run(int(code or 0), said.out, said.err)  # type: ignore[call-overload]

    return run


def visits(data: str | bytes, name: str = "visit.csv") -> Make:
    return lambda folder: (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def two(data: str | bytes) -> Make:
    """A bad plan file beside good visits."""

    def make(folder: Path) -> None:
        visits(data, "plan.csv")(folder)
        visits(GOOD)(folder)

    return make


def zipped(**members: str) -> Make:
    def make(folder: Path) -> None:
        with zipfile.ZipFile(folder / "extract.zip", "w") as archive:
            for name, text in members.items():
                archive.writestr(name.replace("__", "/").replace("_csv", ".csv"), text)

    return make


def ragged(rows: int) -> str:
    return MANY + "V900,1,cp\n" * rows


@pytest.mark.parametrize(
    ("code", "make", "exits", "said"),
    [
        ("IN002", lambda folder: None, 2, "no .csv"),
        ("IN004", two(""), 3, "empty file (0 bytes)"),
        ("IN005", visits(HEAD), 3, "headings but no rows"),
        ("IN006", visits("<!DOCTYPE html><html>log in</html>"), 2, "did the download need a log-in?"),
        ("IN006", two(b"PK\x03\x04 and more"), 2, "a zip or a workbook, not a CSV file"),
        ("IN006", two(b"%PDF-1.7"), 2, "a PDF, not a CSV file"),
        ("IN006", two(b"\xd0\xcf\x11\xe0 old"), 2, "an old Excel workbook"),
        ("IN008", visits(b"not an archive", "extract.zip"), 2, "damaged or cut short"),
        ("IN010", visits((GOOD + "V3,caf\u00e9,cp,2024-06-02,Y,done\n").encode("cp1252")), 0, "byte 0xE9, line 4"),
        ("IN011", visits(GOOD.encode("utf-16")), 0, "UTF-16 (byte-order mark)"),
        ("IN012", two(b"plan_id,person_id\nP1,\x001\n"), 3, "contains NUL bytes (first: line 2)"),
        ("IN012", two(GOOD.encode("utf-16-le")), 3, "contains NUL bytes (first: line 1)"),
        ("IN014", two(b"plan_id,person_id\nP1,\x81\xff\n"), 3, "bytes that are not cp1252 either (first: line 2)"),
        ("IN015", lambda folder: [visits(GOOD, name)(folder) for name in ("a/visit.csv", "visit.csv")], 0, "the same content"),
        ("IN016", lambda folder: [visits(GOOD)(folder), visits(MANY, "a/visit.csv")(folder)], 3, "two versions of one table"),
        ("IN021", visits("Visits\nprinted on Friday\n\n" + GOOD), 0, "3 lines above the headings passed over"),
        ("IN022", visits(GOOD.replace("\n", ",x\n").replace("status,x", "status,", 1)), 0, "column 7 has no name (after 'status')"),
        ("IN029", visits(GOOD.replace(",", ";")), 0, "separated by semicolons"),
        ("", visits(GOOD.replace(",", "\t")), 0, "separated by tabs"),
        ("IN030", visits(ragged(1)), 0, "1 row set aside: too few cells (first: line 402)"),
        ("IN051", visits(GOOD + ROW.format(2)), 0, "1 row set aside: repeats an earlier row exactly (first: line 4)"),
        ("IN036", visits(ragged(5)), 3, "5 of 405 rows are ragged or unreadable"),
        ("IN031", two(GOOD.replace("V2", '"V2')), 3, "a quote opened on line 3 is never closed"),
        ("IN038", two(GOOD.replace("V2", '"V"2')), 3, "line 3 is not valid CSV"),
        ("IN032", visits(GOOD + "V3,3,cp"), 0, "the last line is cut short, and set aside (line 4)"),
        ("IN033", visits(GOOD + "\nTotal rows: 2\n"), 0, "footer or total (first: line 5)"),
        ("IN053", visits(GOOD.replace("2024-06", "2022-06")), 0, "the newest date is 02/06/2022"),
        ("IN080", zipped(visit_csv=GOOD, **{"..__out_csv": GOOD}), 2, "a name that leads outside it"),
        ("IN080", zipped(**{"inner.zip": "x"}), 2, "holds another archive"),
        ("IN090", lambda folder: [visits(GOOD)(folder), visits("colour,size\nred,2\n", "paint.csv")(folder)], 0, "not recognised"),
    ],
)  # fmt: skip
def test_each_fault_says_its_code_and_exits_as_far_as_it_reaches(
    command: Callable[..., Run], tmp_path: Path, code: str, make: Make, exits: int, said: str
) -> None:
    folder = tmp_path / "extract"
    (folder / "a").mkdir(parents=True)
    make(folder)
    done = command("check", folder, *CHECK)
    assert said in done.text
    assert done.code == exits, done.text
    assert code in done.text
    assert "Traceback" not in done.text


def test_a_file_that_is_not_there_names_the_nearest(command: Callable[..., Run], tmp_path: Path) -> None:
    visits(GOOD)(tmp_path)
    done = command("check", tmp_path / "visits.csv")
    assert done.code == 2
    assert re.search(r"visits\.csv: no such file or folder \[IN001\]", done.err)
    assert "nearest: visit.csv" in done.err


def test_several_files_that_stop_the_run_are_told_at_once(command: Callable[..., Run], tmp_path: Path) -> None:
    folder = tmp_path / "extract"
    folder.mkdir()
    visits("<html>", "one.csv")(folder)
    visits(b"%PDF", "two.csv")(folder)
    done = command("check", folder)
    assert done.code == 2
    assert "one.csv: this is a web page" in done.err
    assert "two.csv: this is a PDF" in done.err


@pytest.mark.parametrize(
    ("settings", "data", "code", "exits"),
    [
        ('[files."visit.csv"]\ndelimiter = ","\n', GOOD.replace(",", ";"), "IN020", 2),
        ('[files."visit.csv"]\ndelimiter = ";"\n', GOOD.replace(",", ";"), "", 0),
        ('[files."visit.csv"]\nheader_line = 2\n', "visit_id,person_id,x\n" + GOOD, "", 0),
        ('[files."visit.csv"]\nexpected_rows = 3\n', GOOD, "IN037", 3),
        ('[files."visit.csv"]\nexpected_rows = 2\n', GOOD, "", 0),
        ('[files."visit.csv"]\nencoding = "latin-1"\n', GOOD.encode() + b"V3,\x81,cp,2024-06-02,Y,done\n", "", 0),
        ('[reading]\nencoding_fallback = ""\n', GOOD.encode() + b"V3,\xe9,cp,2024-06-02,Y,done\n", "IN014", 2),
        ("[reading]\nmax_file_size = 1\n", MANY * 100, "IN035", 2),
        ("[reading]\nmax_rejected = 0.5\n", ragged(5), "", 0),
        ('[tables]\nmay_be_empty = ["visit"]\n', HEAD, "IN005", 0),
        ('[tables]\nmay_be_empty = ["vist"]\n', GOOD, "nearest: visit", 2),
        ('[files."visit.csv"]\nsource = "vist"\n', GOOD, "nearest: visit", 2),
    ],
)
def test_what_the_policy_says_of_a_file_is_believed(
    command: Callable[..., Run], tmp_path: Path, settings: str, data: str | bytes, code: str, exits: int
) -> None:
    visits(data)(tmp_path)
    (tmp_path / "casecheck.toml").write_text('rule_folders = ["local"]\n' + settings)
    done = command("check", "visit.csv", *CHECK)
    assert done.code == exits, done.text
    assert code in done.text


def test_the_catalogue_is_in_order_and_speaks_plainly() -> None:
    assert list(CASES) == sorted(CASES)
    for code, case in CASES.items():
        assert re.fullmatch(r"IN\d{3}", code)
        assert case.level in LEVELS
        fields = [name for text in (case.says, case.advice) for _, name, _, _ in string.Formatter().parse(text) if name]
        assert not {"value", "cell", "text", "content"} & set(fields), f"{code} could hold the value of a cell"


def test_rejected_rows_are_written_out_where_they_stood(command: Callable[..., Run], tmp_path: Path) -> None:
    visits(GOOD + "V3,3,cp\n" + ROW.format(2) + '"=V4",4,cp,2024-06-02,Y,done,more\n' + ",,,,,\nTotal,,,,,\n")(tmp_path)
    done = command("check", "visit.csv", *CHECK, "--rejects", "rejects.csv")
    assert "5 rejected rows" in done.err
    lines = (tmp_path / "rejects.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[1:] == [
        "visit.csv,,4,too few cells,V3,3,cp",
        "visit.csv,,5,repeats an earlier row exactly,V2,2,cp,2024-06-02,Y,done",
        "visit.csv,,6,too many cells,'=V4,4,cp,2024-06-02,Y,done,more",
        "visit.csv,,7,blank row,,,,,,",
        "visit.csv,,8,footer or total,Total,,,,,",
    ]


def test_rejected_rows_of_a_zipped_file_and_of_types_that_nobody_mapped(command: Callable[..., Run], tmp_path: Path) -> None:
    rows = "OBSERVATION_ID,PERSON_ID,OBSERVATION_TYPE,OBSERVATION_DATE\nO1,1,CIN visit,02/06/2024\nO2,1,CIN visit\n"
    zipped(observations_csv=rows)(tmp_path)
    done = command("check", "extract.zip", "--profile", "carefirst", *CHECK[2:], "--rejects", "r.csv")
    assert "1 rejected row" in done.err
    assert (tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()[1:] == [
        "extract.zip/observations.csv,,3,too few cells,O2,1,CIN visit"
    ]


def test_inspect_tells_how_each_file_was_read(command: Callable[..., Run], tmp_path: Path) -> None:
    text = "Visits\n" + GOOD.replace("V2,2", "V1,").replace(",", ";").replace("visit_type", "visit typ")
    visits(text.encode("cp1252"))(tmp_path)
    done = command("inspect", "visit.csv", *CHECK)
    assert "read as UTF-8, semicolons, headings on line 2" in done.out
    assert "blank cells: person_id 1" in done.out
    assert "key: 2 rows with a key that another row has too" in done.out
    assert "visit_type (nearest: visit typ)" in done.out


def test_every_case_of_the_catalogue_is_said_somewhere() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "src" / "casecheck").rglob("*.py"))
    assert [code for code in CASES if source.count(f'"{code}"') < 2] == []
