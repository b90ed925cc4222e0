"""Any delimited file: every record arrives cell for cell, or is reported. Python's own reader, in strict mode, is the oracle."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casecheck.engines.duckdb import DuckDBEngine
from casecheck.profiles.accounts import Account
from casecheck.profiles.matching import Match
from casecheck.profiles.spec import Profile
from casecheck.profiles.staging import stage
from casecheck.sources.bad_input import BadInputError
from casecheck.sources.csv_reader import FOOTER, MAX_CELL, read_csv
from casecheck.sources.raw import FileItem, Opening

HEADINGS = ["alpha", "beta", "gamma"]
PROFILE = Profile.model_validate(
    {
        "profile": "fuzz",
        "title": "t",
        "sources": {"rows": {"required": HEADINGS, "columns": dict.fromkeys(HEADINGS, ())}},
        "tables": {},
    }
)

marks = st.sampled_from([",", ";", "\t", "|"])
endings = st.sampled_from(["\n", "\r\n", "\r"])
encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])
words = st.text(st.sampled_from("ab \"',;|\t\n\r£é\x0b\u2028=-0"), max_size=6)
plain = st.text(st.sampled_from("ab c'£é=-0"), max_size=6)


@st.composite
def cell(draw: st.DrawFn, mark: str) -> str:
    """A cell as it may stand in a file: bare, quoted, quoted badly."""
    style = draw(st.sampled_from(["bare", "bare", "bare", "quoted", "quoted", "raw"]))
    if style == "bare":
        return draw(plain)
    text = draw(words)
    return '"' + text.replace('"', '""') + '"' if style == "quoted" else text


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str, str]:
    """The text of a file, its separator and its encoding."""
    mark, ending, encoding = draw(marks), draw(endings), draw(encodings)
    widths = st.sampled_from([3, 3, 3, 3, 3, 3, 2, 4, 1, 0])
    rows = draw(st.lists(widths.flatmap(lambda width: st.lists(cell(mark), min_size=width, max_size=width)), max_size=8))
    tail = draw(st.sampled_from([ending, ending, ""]))
    text = ending.join([mark.join(HEADINGS), *(mark.join(row) for row in rows)]) + tail
    cut = draw(st.integers(0, 4))
    return (text[: len(text) - cut] if draw(st.booleans()) else text), mark, encoding


def oracle(text: str, mark: str) -> list[list[str]] | None:
    """The records below the headings as Python's strict reader gives them; ``None`` when it refuses the file."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))[1:]
    except csv.Error:
        return None


@dataclass
class Reading:
    """What came of one file, by the path that every file takes."""

    arrived: list[tuple[str, ...]]
    aside: list[tuple[str, int]]
    account: Account


def read(data: bytes) -> Reading:
    engine = DuckDBEngine(date(2026, 3, 31))
    opening = Opening(lambda text: text.strip().lower() in HEADINGS)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.csv"
            path.write_bytes(data)
            table = read_csv(FileItem.on_disk(path), opening)[0]
            match = Match(table, "rows", {name: place for place, name in enumerate(HEADINGS)})
            account = stage(engine, match, 0, PROFILE, opening)
            found = engine.rows("SELECT alpha, beta, gamma FROM stage_0 ORDER BY rowid")
    finally:
        engine.close()
    assert account.balances
    rows = [tuple(cell or "" for cell in row) for row in found]
    return Reading(rows, [(item.reason, item.line) for item in table.set_aside], account)


@given(files())
@example(("alpha,beta,gamma\n1,2,3\n4,5", ",", "utf-8"))
@example(('alpha,beta,gamma\n1,"2,3\n4,5,6\n', ",", "utf-8"))
@example(('alpha,beta,gamma\n1,a"b,3\n"x"y,5,6\n', ",", "utf-8"))
@example(("alpha,beta,gamma\n1,2,3,\n4,5,6\n", ",", "utf-8"))
@example(('alpha;beta;gamma\n 1; "2";3\n', ";", "utf-8"))
def test_every_record_arrives_cell_for_cell_or_is_reported(file: tuple[str, str, str]) -> None:
    text, mark, encoding = file
    if encoding == "cp1252":
        text = text.replace("\u2028", "-")
    data = text.encode(encoding)
    expected = oracle(data.decode(encoding), mark)
    try:
        found = read(data)
    except BadInputError:
        assert "alpha" not in text
        return
    if expected is None:
        assert found.account.refused is not None
        assert not found.arrived
        return
    assert found.account.refused is None
    fits = [tuple(row[:3]) for row in expected if len(row) == 3 or (len(row) > 3 and not any(row[3:]))]
    assert found.arrived == fits
    assert len(found.arrived) + len(found.aside) == len(expected)


def test_a_cell_over_the_limit_refuses_the_file_with_its_line() -> None:
    for quoted in (False, True):
        long = "x" * (MAX_CELL + 1)
        text = "alpha,beta,gamma\n1,2,3\n4,5," + (f'"{long}"' if quoted else long) + "\n"
        account = read(text.encode()).account
        assert account.refused is not None
        assert account.refused.code == "IN034"
        assert "line 3" in account.refused.text


def test_a_footer_below_the_last_record_is_told_from_a_broken_row() -> None:
    aside = read(b"alpha,beta,gamma\nbroken\n1,2,3\n\nTotal rows: 1\n").aside
    assert [reason for reason, _ in aside] == ["too few cells", "blank row", FOOTER]


@pytest.mark.parametrize(
    "text",
    [
        "1,2,3\n4,5,6\n",
        '1,"a\nb",3\n"4",5,"\n"\n',
        '"a""",2,""""\n',
        '1,"a,b",3\n',
        "1,2,3",
        "1,,3\r\n4,5,\r\n",
        '1,"a ""b"" c",3\n',
    ],
)
def test_a_clean_file_is_read_by_the_engine_itself(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the strict reader was used")

    monkeypatch.setattr("casecheck.profiles.staging.read_strictly", never)
    ending = "\r\n" if "\r" in text else "\n"
    found = read(f"alpha,beta,gamma{ending}{text}".encode())
    assert found.arrived == [tuple(row) for row in oracle(f"h{ending}{text}", ",") or ()]
    assert not found.aside
