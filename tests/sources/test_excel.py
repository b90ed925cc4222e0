"""Workbooks as authorities send them: what is read, what is said of it, and what is refused."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import MAC_EPOCH
from tests.sources.workbooks import HEADINGS, MAIN, parts, row, save, sheet

import casecheck
from casecheck.policy import FileSettings, Policy
from casecheck.sources import RawTable
from casecheck.sources.bad_input import BadInputError
from casecheck.sources.excel_reader import NO_DATE, NO_SAVED_VALUE, read_workbook
from casecheck.sources.raw import CsvBody, FileItem, FrameBody, Opening

KNOWN = {*HEADINGS, "Date of referral", "Date of birth", "Date of visit", "Gender"}
OPENING = Opening(KNOWN.__contains__)
VISIT = ("V1", 12345, "cp", "2024-01-02", "Y")


def read(path: Path, opening: Opening = OPENING) -> list[RawTable]:
    return read_workbook(FileItem.on_disk(path), opening)


def records(table: RawTable) -> list[list[str | None]]:
    assert isinstance(table.body, FrameBody)
    if isinstance(table.body.rows, dict):
        columns = [list(values) for _, values in table.body.rows.values()]
    else:
        columns = table.body.rows.to_pydict().values()  # type: ignore[union-attr]
    return [list(record) for record in zip(*columns, strict=True)]  # type: ignore[arg-type]


def codes(table: RawTable) -> list[str]:
    return [note.code for note in table.notes]


def said(table: RawTable, code: str) -> str:
    return next(note.text for note in table.notes if note.code == code)


def filled(path: Path, *rows: object, title: str = "visit") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = title
    for cells in rows:
        page.append(cells)
    book.save(path)
    return path


def refusal(path: Path) -> BadInputError:
    with pytest.raises(BadInputError) as told:
        read(path)
    return told.value


# --- cells


@pytest.mark.parametrize("old", [False, True])
def test_dates_are_right_in_both_date_systems(tmp_path: Path, old: bool) -> None:
    book = openpyxl.Workbook()
    if old:
        book.epoch = MAC_EPOCH
    page = book.active
    assert page is not None
    page.append(["visit_id", "visit_date"])
    page.append(["V1", datetime(2024, 2, 29)])
    page.append(["V2", datetime(2024, 2, 29, 10, 15)])
    page.append(["V3", 45351 - 1462 * old])
    book.save(tmp_path / "a.xlsx")
    table = read(tmp_path / "a.xlsx")[0]
    assert [record[1] for record in records(table)[:2]] == ["2024-02-29", "2024-02-29 10:15:00"]
    assert table.excel_epoch == (1904 if old else 1900)
    assert ("IN065" in codes(table)) is old


def test_every_kind_of_cell_reads_as_plain_text(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    page = book.add_worksheet("visit")
    formats = {
        form: book.add_format({"num_format": form}) for form in ("dd/mm/yyyy", "0%", "hh:mm", "[h]:mm", "£#,##0.00", "000000")
    }
    page.write_row(0, 0, ["visit_id", "person_id"])
    cells = [
        (12345.0, None, "12345"), (1e15, None, "1000000000000000"), (1.5e21, None, "1500000000000000000000"),
        (0.00001, None, "0.00001"), (12.5, "£#,##0.00", "12.5"), (0.25, "0%", "0.25"), (123, "000000", "123"),
        (45351, "dd/mm/yyyy", "2024-02-29"), (1, "dd/mm/yyyy", "1900-01-01"), (0.4270833333333333, "hh:mm", "10:15:00"),
        (1.5, "[h]:mm", "36:00:00"), (True, None, "TRUE"), (-1e300, "dd/mm/yyyy", NO_DATE), ("0012", None, "0012"),
        ("a_x000D_b", None, "a_x000D_b"), ("1E5", None, "1E5"),
    ]  # fmt: skip
    for line, (value, form, _) in enumerate(cells, 1):
        page.write(line, 0, "V")
        page.write(line, 1, value, formats.get(form or ""))
    book.close()
    assert [record[1] for record in records(read(tmp_path / "a.xlsx")[0])] == [text for _, _, text in cells]


def test_dates_written_as_iso_text_are_dates(tmp_path: Path) -> None:
    cells = [
        '<c t="d"><v>2024-02-29T00:00:00</v></c>',
        '<c t="d"><v>2024-02-29T10:15:00Z</v></c>',
        '<c t="d"><v>2024-02-29</v></c>',
    ]
    path = save(tmp_path / "a.xlsx", parts({"visit": sheet(row(1, HEADINGS) + row(2, cells))}))
    assert records(read(path)[0])[0][:3] == ["2024-02-29", "2024-02-29 10:15:00", "2024-02-29"]


def test_python_dates_times_and_durations_are_written_alike(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.xlsx", HEADINGS, ["V1", time(9, 30), timedelta(hours=30), date(2024, 1, 2), False])
    assert records(read(path)[0]) == [["V1", "09:30:00", "30:00:00", "2024-01-02", "FALSE"]]


def test_rich_text_inline_text_and_shared_text_are_read(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.xlsx", HEADINGS, ["V1", CellRichText("00", TextBlock(InlineFont(b=True), "12")), "cp", None, "Y"])
    assert records(read(path)[0])[0][1] == "0012"
    strings = f'<sst xmlns="{MAIN}"><si><r><t>a</t></r><r><t>b</t></r><rPh sb="0" eb="1"><t>sound</t></rPh></si><si/></sst>'
    shared = row(
        2,
        [
            "V1",
            '<c t="s"><v>0</v></c>',
            '<c t="s"><v>1</v></c>',
            '<c t="inlineStr"><is><r><t>x_x000D_</t></r><r><t>y_xD800_</t></r></is></c>',
        ],
    )
    made = save(tmp_path / "b.xlsx", parts({"visit": sheet(row(1, HEADINGS) + shared)}, strings=strings))
    assert records(read(made)[0]) == [["V1", "ab", None, "x\ry\ufffd", None]]


def test_formulas_without_a_value_and_errors_are_counted_and_values_kept(tmp_path: Path) -> None:
    cells = [
        "<c><f>A1</f></c>",
        "<c><f>A1</f><v></v></c>",
        "<c><f>1+1</f><v>2</v></c>",
        '<c t="e"><f>X()</f><v>#REF!</v></c>',
        '<c t="e"><v>#N/A</v></c>',
    ]
    path = save(
        tmp_path / "a.xlsx", parts({"visit": sheet(row(1, HEADINGS) + row(2, cells) + row(3, ["#N/A", None, None, None, 1]))})
    )
    table = read(path)[0]
    assert records(table) == [[NO_SAVED_VALUE, NO_SAVED_VALUE, "2", "#REF!", "#N/A"], ["#N/A", None, None, None, "1"]]
    assert said(table, "IN062").endswith("in 4 cells: no date, number or code; no name either")


# --- headings


def test_title_rows_stand_above_the_headings(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.xlsx", ["Visits as at June"], [], ["Confidential"], HEADINGS, VISIT)
    table = read(path)[0]
    assert (table.header_line, table.headings, said(table, "IN021")) == (4, HEADINGS, "3 rows above the headings passed over")
    assert table.body.lines.tolist() == [5]  # type: ignore[union-attr]


def test_headings_on_two_lines_under_merged_cells_are_read_together(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["visit_id", "Date of", None, None, "Gender", "Notes"])
    page.append([None, "referral", "birth", "visit", None, "of any kind"])
    page.append(["V1", "2024-01-01", "2010-01-01", "2024-01-02", "F", "x"])
    page.merge_cells("B1:D1")
    book.save(tmp_path / "a.xlsx")
    table = read(tmp_path / "a.xlsx")[0]
    assert table.headings == ("visit_id", "Date of referral", "Date of birth", "Date of visit", "Gender", "Notes of any kind")
    assert said(table, "IN028") == "the headings stand on 2 lines, read together"
    assert (table.header_line, len(records(table)), "IN021" in codes(table)) == (2, 1, False)


def test_a_group_heading_above_whole_headings_is_passed_over(tmp_path: Path) -> None:
    table = read(filled(tmp_path / "a.xlsx", ["Child", None, "Visit"], HEADINGS, VISIT))[0]
    assert (table.headings, table.header_line, len(records(table))) == (HEADINGS, 2, 1)


def test_a_record_that_holds_the_word_of_a_heading_is_not_taken_for_one(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.xlsx", ["visit_id", "person_id", "question"], ["V1", 1, "Gender"], ["V2", 1, "Gender"])
    table = read(path)[0]
    assert (table.header_line, len(records(table))) == (1, 2)


def test_a_column_without_a_heading_is_told_only_when_it_holds_something(tmp_path: Path) -> None:
    path = filled(
        tmp_path / "a.xlsx", [None, "visit_id", None, "person_id", None], [None, "V1", None, "1", None, "x"], ["", "V2", "y", "2"]
    )
    table = read(path)[0]
    assert table.headings == ("", "visit_id", "", "person_id")
    assert records(table) == [[None, "V1", None, "1"], [None, "V2", "y", "2"]]
    told = [note.text for note in table.notes if note.code == "IN022"]
    assert told == [
        "column C has no name (after visit_id) and is not used",
        "column F has no name (after person_id) and is not used",
    ]


def test_the_policy_may_name_the_row_of_the_headings(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.xlsx", HEADINGS, ["a", "b"], ["visit_id", "person_id"], ["V1", 1])
    opening = Opening(OPENING.is_heading, Policy(files={"a.xlsx": FileSettings(header_line=3)}))
    table = read(path, opening)[0]
    assert (table.header_line, table.headings, records(table)) == (3, ("visit_id", "person_id"), [["V1", "1"]])


# --- rows and sheets


def test_hidden_sheets_are_named_and_not_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, state in (("visit", "visible"), ("Old", "hidden"), ("Older", "veryHidden")):
        page = book.create_sheet(title)
        page.append(HEADINGS)
        page.sheet_state = state
    del book["Sheet"]
    book.save(tmp_path / "a.xlsx")
    tables = read(tmp_path / "a.xlsx")
    assert [table.sheet for table in tables] == ["visit"]
    assert said(tables[0], "IN060") == "hidden sheets not read: Old, Older"
    assert (len(records(tables[0])), tables[0].headings) == (0, HEADINGS)


def test_a_workbook_with_nothing_to_see_is_refused(tmp_path: Path) -> None:
    assert refusal(filled(tmp_path / "a.xlsx")).note.code == "IN066"


def test_hidden_and_filtered_rows_are_read_and_counted(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.xlsx", HEADINGS, *[VISIT] * 6)
    book = openpyxl.load_workbook(path)
    page = book["visit"]
    page.auto_filter.ref = "A1:E7"
    for line in (3, 4, 900):
        page.row_dimensions[line].hidden = True
    book.save(path)
    table = read(path)[0]
    assert (len(records(table)), said(table, "IN063")) == (6, "hidden or filtered rows were read: 2 rows")


def test_every_filled_sheet_is_a_table_and_empty_ones_are_left_out(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title in ("June", "July"):
        book.create_sheet(title).append(HEADINGS)
    book.create_chartsheet("Chart")
    book.save(tmp_path / "a.xlsx")
    assert [table.sheet for table in read(tmp_path / "a.xlsx")] == ["June", "July"]


def test_blank_rows_at_the_end_are_nothing_and_a_long_gap_loses_nothing(tmp_path: Path) -> None:
    rows = (
        row(1, HEADINGS)
        + row(2, VISIT)
        + row(5, VISIT)
        + row(9000, VISIT)
        + "".join(f'<row r="{n}"/>' for n in range(9001, 15000))
    )
    path = save(tmp_path / "a.xlsx", parts({"visit": sheet(rows, before='<dimension ref="A1:B2"/>')}))
    table = read(path)[0]
    assert table.body.lines.tolist() == [2, 3, 4, 5, 9000]  # type: ignore[union-attr]
    assert [bool(record[0]) for record in records(table)] == [True, False, False, True, True]
    assert said(table, "IN061") == "8,994 blank rows between filled ones passed over"


def test_long_sheets_are_kept_whole(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"), {"constant_memory": True})
    page = book.add_worksheet("visit")
    page.write_row(0, 0, HEADINGS)
    for line in range(1, 21_001):
        page.write_row(line, 0, [f"V{line}", line])
    book.close()
    table = read(tmp_path / "a.xlsx")[0]
    assert isinstance(table.body, FrameBody)
    assert (table.body.count, records(table)[-1][:2], table.body.lines[-1]) == (21_000, ["V21000", "21000"], 21_001)  # type: ignore[index]


def test_a_stray_cell_far_right_does_not_weigh_on_a_long_sheet(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"), {"constant_memory": True})
    page = book.add_worksheet("visit")
    page.write_row(0, 0, HEADINGS)
    for line in range(1, 15_001):
        page.write_row(line, 0, ["V", line])
    page.write(15_000, 500, "stray")
    book.close()
    table = read(tmp_path / "a.xlsx")[0]
    assert (len(records(table)), said(table, "IN022")) == (15_000, "column SG has no name (after child_seen) and is not used")


def test_macros_and_links_are_told_and_left_alone(tmp_path: Path) -> None:
    contents = parts({"visit": sheet(row(1, HEADINGS) + row(2, VISIT))})
    extra = {"xl/vbaProject.bin": "x", "xl/externalLinks/externalLink1.xml": "<a/>", "xl/connections.xml": "<a/>"}
    table = read(save(tmp_path / "a.xlsm", {**contents, **extra}))[0]
    assert [note.text.split(":")[0] for note in table.notes if note.code == "IN064"] == [
        "macros",
        "links to other workbooks",
        "data connections",
    ]


def test_a_workbook_inside_an_archive_is_read_and_audited(tmp_path: Path) -> None:
    inner = filled(tmp_path / "visits.xlsx", HEADINGS, ("V1", 12345, "cp", "soon", "Y"))
    with zipfile.ZipFile(tmp_path / "extract.zip", "w") as archive:
        archive.write(inner, "june/visits.xlsx")
    result = casecheck.audit(tmp_path / "extract.zip", profile="model", as_of="2024-06-28", select=["INT-012"], policy={})
    assert result.table["child_id"].to_pylist() == ["12345"]
    assert result.table["file"].to_pylist() == ["extract.zip/june/visits.xlsx"]


def test_the_published_sample_keeps_its_rows(samples: Path) -> None:
    path = samples / "annex_a" / "Annex_A_2024_Jan.xlsx"
    tables = read(path)
    counts = {table.sheet: len([record for record in records(table) if any(record)]) for table in tables}
    assert counts == {
        "List 1": 5, "List 2": 5, "List 3": 6, "List 4": 5, "List 5": 5, "List 6": 5, "List 7": 7, "List 8": 5, "List 9": 6,
        "List 10": 5, "List 11": 5,
    }  # fmt: skip


# --- other kinds of file


def test_text_under_an_old_ending_is_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text("\t".join(HEADINGS) + "\nV1\t1\tcp\t2024-01-02\tY\n")
    table = read(path)[0]
    assert (table.headings, isinstance(table.body, CsvBody)) == (HEADINGS, True)
    assert said(table, "IN061").startswith("the ending is .xls, the content is plain text")


def test_a_new_workbook_under_an_old_ending_is_read(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.xlsx", HEADINGS, VISIT).rename(tmp_path / "a.xls")
    table = read(path)[0]
    assert (len(records(table)), "IN061" in codes(table)) == (1, True)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "IN007"), ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "IN007"),
        ("a.xls", b"\x09\x08\x10\x00\x00\x06", "IN007"), ("a.xls", b"<html><table><tr>", "IN006"),
        ("a.xls", b"\xef\xbb\xbf\r\n<!DOCTYPE HTML><html>", "IN006"), ("a.xls", b'<?xml version="1.0"?><Workbook/>', "IN008"),
        ("a.xls", b"<table><tr><td>visit_id", "IN006"), ("a.xlsx", b"", "IN004"), ("a.xlsx", b" \r\n", "IN004"),
        ("a.xlsx", b"visit_id,person_id", "IN008"), ("a.xlsx", b"PK\x03\x04", "IN008"), ("a.xls", b"a\0b\0", "IN012"),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_told_apart(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert refusal(path).note.code == code


def test_a_workbook_cut_anywhere_or_with_any_byte_changed_is_read_or_refused(tmp_path: Path) -> None:
    whole = filled(tmp_path / "a.xlsx", HEADINGS, VISIT).read_bytes()
    path = tmp_path / "b.xlsx"
    for place in range(1, len(whole), 97):
        path.write_bytes(whole[:place])
        assert refusal(path).note.code in ("IN008", "IN004")
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            tables = read(path)
        except BadInputError:
            continue
        assert records(tables[0]) == [["V1", "12345", "cp", "2024-01-02", "Y"]]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"xl/workbook.bin": "x"}, "IN006"), ({"content.xml": "<a/>"}, "IN006"), ({"xl/workbook.xml": "<a"}, "IN008"),
        ({"xl/styles.xml": f'<!DOCTYPE a><styleSheet xmlns="{MAIN}"/>'}, "IN081"),
        ({"docProps/core.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "IN081"),
        ({"xl/worksheets/sheet1.xml": sheet(row(2, VISIT) + row(2, VISIT))}, "IN008"),
        ({"xl/worksheets/sheet1.xml": sheet(row(2, VISIT) + row(1, VISIT))}, "IN008"),
        ({"xl/worksheets/sheet1.xml": sheet('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>')}, "IN008"),
        ({"xl/worksheets/sheet1.xml": sheet('<row r="99999999999"><c><v>1</v></c></row>')}, "IN008"),
        ({"xl/worksheets/sheet1.xml": sheet('<row r="1"><c t="s"><v>7</v></c></row>')}, "IN008"),
        ({"xl/worksheets/sheet1.xml": sheet('<row r="1"><c t="s"><v>-1</v></c></row>')}, "IN008"),
        ({"xl/worksheets/sheet1.xml": sheet('<row r="1"><c><v>one</v></c></row>')}, "IN008"),
        ({"xl/worksheets/sheet1.xml": sheet(row(1, HEADINGS)).replace("<row", "<other:row")}, "IN008"),
        ({"xl/worksheets/sheet1.xml": sheet("").replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")}, "IN006"),
        ({"xl/worksheets/sheet1.xml": "<foo><row/></foo>"}, "IN008"),
        ({"xl/worksheets/sheet1.xml": sheet(row(1, ["x" * 1_000_001]))}, "IN034"),
        ({"xl/_rels/workbook.xml.rels": "<a/>"}, "IN008"),
    ],
)  # fmt: skip
def test_a_workbook_whose_parts_are_wrong_is_refused(tmp_path: Path, change: dict[str, str], code: str) -> None:
    contents = {**parts({"visit": sheet(row(1, HEADINGS) + row(2, VISIT))}), **change}
    told = refusal(save(tmp_path / "a.xlsx", contents))
    assert told.note.code == code
    assert "12345" not in str(told)


def test_a_sheet_that_is_listed_and_missing_refuses_the_workbook(tmp_path: Path) -> None:
    contents = parts({"visit": sheet(row(1, HEADINGS) + row(2, VISIT)), "plan": sheet("")})
    del contents["xl/worksheets/sheet2.xml"]
    assert refusal(save(tmp_path / "a.xlsx", contents)).note.code == "IN008"


def test_prefixed_and_utf16_parts_are_seen_for_what_they_are(tmp_path: Path) -> None:
    hidden = '<x:row r="2" hidden="1"><x:c t="e"><x:v>#N/A</x:v></x:c></x:row>'
    body = sheet(row(1, HEADINGS) + "HERE").replace("<worksheet", f'<worksheet xmlns:x="{MAIN}"').replace("HERE", hidden)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in parts({"visit": ""}).items():
            archive.writestr(
                name, text if "sheet1" not in name else ('<?xml version="1.0" encoding="UTF-16"?>' + body).encode("utf-16")
            )
    path = tmp_path / "a.xlsx"
    path.write_bytes(made.getvalue())
    assert {"IN062", "IN063"} <= set(codes(read(path)[0]))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("docProps/app.xml", '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"))
    assert refusal(path).note.code == "IN081"


def test_looks_that_the_library_warns_of_do_not_disturb(tmp_path: Path) -> None:
    odd = '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst><pageSetup orientation="sideways"/>'
    assert (
        read(save(tmp_path / "a.xlsx", parts({"visit": sheet(row(1, HEADINGS) + row(2, VISIT), after=odd)})))[0].headings
        == HEADINGS
    )
