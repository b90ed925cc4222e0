"""Parquet files: read late and by column, refused when damaged or absurd."""

from __future__ import annotations

import contextlib
import zipfile
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import casecheck
from casecheck.errors import InputError
from casecheck.policy import Policy, Reading
from casecheck.sources import RawTable
from casecheck.sources.bad_input import BadInputError
from casecheck.sources.parquet_reader import read_parquet
from casecheck.sources.raw import FileItem, FrameBody, LateBody, Opening

OPENING = Opening(bool)
VISITS = {
    "visit_id": ["V1", "V2"], "person_id": ["0012", "0013"], "visit_type": ["cp", "cp"], "visit_date": ["2024-01-02", "soon"],
    "child_seen": ["Y", "Y"],
}  # fmt: skip


def write(path: Path, columns: dict[str, object] | pa.Table, **options: object) -> Path:
    pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), path, **options)
    return path


def read(path: Path, opening: Opening = OPENING) -> RawTable:
    (table,) = read_parquet(FileItem.on_disk(path), opening)
    return table


def fetched(table: RawTable, places: list[int] | None = None) -> dict[str, list[str | None]]:
    assert isinstance(table.body, LateBody)
    body = table.body.fetch(places)
    assert isinstance(body, FrameBody)
    return body.rows.to_pydict()  # type: ignore[union-attr]


def test_a_parquet_file_is_audited_like_any_other_also_inside_an_archive(tmp_path: Path) -> None:
    path = write(tmp_path / "visit.parquet", VISITS)
    with zipfile.ZipFile(tmp_path / "extract.zip", "w") as archive:
        archive.write(path, "visit.parquet")
    for source in (path, tmp_path / "extract.zip"):
        result = casecheck.audit(source, profile="model", as_of="2024-06-28", select=["INT-012"], policy={})
        assert result.table["child_id"].to_pylist() == ["0013"]
        assert result.extract.rows["visit"] == 2


def test_only_wanted_columns_are_read_and_keep_their_places(tmp_path: Path) -> None:
    table = read(write(tmp_path / "a.parquet", VISITS))
    assert table.headings == tuple(VISITS)
    assert fetched(table, [1, 3]) == {"c1": ["0012", "0013"], "c3": ["2024-01-02", "soon"]}
    assert list(fetched(table)) == ["c0", "c1", "c2", "c3", "c4"]
    assert table.size > 0


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        ([12345, None], pa.int64(), ["12345", None]), ([12345.0, 0.5], pa.float64(), ["12345", "0.5"]),
        ([1e15, 1e21], pa.float64(), ["1000000000000000", "1000000000000000000000"]), ([0.1, -0.0], pa.float32(), ["0.1", "0"]),
        ([float("nan"), 1e-7], pa.float64(), [None, "0.0000001"]), ([2**63, None], pa.uint64(), [str(2**63), None]),
        ([Decimal("5.10"), Decimal("12345")], pa.decimal128(9, 2), ["5.10", "12345"]), ([True, None], pa.bool_(), ["true", None]),
        ([date(2024, 2, 29), None], pa.date32(), ["2024-02-29", None]),
        ([datetime(2024, 2, 29, 10, 15, 0, 999), None], pa.timestamp("us"), ["2024-02-29 10:15:00", None]),
        ([datetime(2024, 7, 1, 9, tzinfo=UTC), None], pa.timestamp("ms", "Europe/London"), ["2024-07-01 10:00:00", None]),
        ([datetime(2024, 7, 1, 9, tzinfo=UTC), None], pa.timestamp("ns", "UTC"), ["2024-07-01 10:00:00", None]),
        ([time(10, 15), None], pa.time32("s"), ["10:15:00", None]), (["a", None], pa.large_string(), ["a", None]),
        (["a", "b"], pa.dictionary(pa.int8(), pa.string()), ["a", "b"]), ([None, None], pa.null(), [None, None]),
    ],
)  # fmt: skip
def test_every_simple_type_reads_as_plain_text(tmp_path: Path, values: list[object], kind: pa.DataType, texts: list[str]) -> None:
    path = write(tmp_path / "a.parquet", {"person_id": pa.array(values, kind)})
    assert fetched(read(path)) == {"c0": texts}


def test_columns_of_lists_are_left_unread_and_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", {"visit_id": ["V1"], "tags": [["a", "b"]], "worker": [{"name": "x"}], "person_id": [7]})
    table = read(path)
    assert table.headings == ("visit_id", "", "", "person_id")
    assert table.notes[0].text.endswith("tags, worker")
    assert fetched(table) == {"c0": ["V1"], "c3": ["7"]}


def test_a_file_without_rows_is_a_table_without_rows(tmp_path: Path) -> None:
    table = read(write(tmp_path / "a.parquet", {"visit_id": pa.array([], pa.string())}))
    assert (table.headings, fetched(table)) == (("visit_id",), {"c0": []})


@pytest.mark.parametrize("data", [b"PAR1", b"PAR1PAR1", b"PARE....PARE", b"not a file", b"PAR1" + b"\0" * 50 + b"PAR1"])
def test_what_is_no_sound_parquet_file_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.parquet").write_bytes(data)
    with pytest.raises(BadInputError) as told:
        read(tmp_path / "a.parquet")
    assert told.value.note.code == "IN008"


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"")
    with pytest.raises(BadInputError, match="IN004"):
        read(tmp_path / "a.parquet")


def test_a_file_cut_anywhere_or_with_any_byte_changed_is_read_or_refused(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.parquet", VISITS, write_page_checksum=True).read_bytes()
    path = tmp_path / "b.parquet"
    for place in range(0, len(whole), 13):
        for data in (whole[:place], whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]):
            path.write_bytes(data)
            with contextlib.suppress(InputError):
                assert fetched(read(path))


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    doubled = pa.Table.from_arrays([pa.array(["1"]), pa.array(["2"])], names=["person_id", "person_id"])
    with pytest.raises(BadInputError, match="two columns have the same name"):
        read(write(tmp_path / "a.parquet", doubled))


def test_a_few_bytes_that_speak_of_a_billion_rows_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", {"person_id": pa.nulls(3_000_000, pa.int8())})
    assert path.stat().st_size < 20_000
    with pytest.raises(BadInputError, match=r"24 MB unpacked is over the limit of 20 MB \[IN035\]"):
        read(path, Opening(bool, Policy(reading=Reading(max_file_size=20))))


def test_one_long_text_in_every_row_is_weighed_before_it_is_written_out(tmp_path: Path) -> None:
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), pa.array(["x" * 100_000]))
    path = write(tmp_path / "a.parquet", {"person_id": text}, compression="zstd")
    table = read(path)
    with pytest.raises(BadInputError, match=r"10,000 MB unpacked is over the limit of 2,000 MB \[IN035\]"):
        fetched(table)
