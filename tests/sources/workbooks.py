"""Workbooks made in a test: from their XML, so that they can be wrong in any way."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEADINGS = ("visit_id", "person_id", "visit_type", "visit_date", "child_seen")


def sheet(rows: str, before: str = "", after: str = "") -> str:
    """A sheet around the XML of its rows."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def row(number: int, cells: Iterable[object], attributes: str = "") -> str:
    """One row: text inline, numbers as such, and XML (``<c ...>``) as it is."""
    return f'<row r="{number}" {attributes}>{"".join(map(cell, cells))}</row>'


def cell(value: object) -> str:
    """One cell without an address: it stands right of the one before."""
    if value is None:
        return "<c/>"
    if isinstance(value, str):
        return value if value.startswith("<c") else f'<c t="inlineStr"><is><t>{value}</t></is></c>'
    return f"<c><v>{value}</v></c>"


def parts(sheets: dict[str, str], strings: str = "", styles: str = "", book: str = "") -> dict[str, str]:
    """The parts of a workbook, by name. ``book`` is XML put before the list of sheets."""
    names = list(sheets)
    kinds = [
        ("xl/workbook.xml", "sheet.main"), ("xl/styles.xml", "styles"), ("xl/sharedStrings.xml", "sharedStrings"),
        *((f"xl/worksheets/sheet{number}.xml", "worksheet") for number in range(1, len(names) + 1)),
    ]  # fmt: skip
    types = "".join(f'<Override PartName="/{part}" ContentType="{_TYPES}.{kind}+xml"/>' for part, kind in kinds)
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1))
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATED}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(names) + 1)
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        f'"application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}">{book}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>',
        "xl/styles.xml": styles or f'<styleSheet xmlns="{MAIN}"/>',
        "xl/sharedStrings.xml": strings or f'<sst xmlns="{MAIN}"/>',
        **{f"xl/worksheets/sheet{number}.xml": text for number, text in enumerate(sheets.values(), 1)},
    }


def packed(contents: dict[str, str], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Parts as an archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", kind) as archive:
        for name, text in contents.items():
            archive.writestr(name, text)
    return made.getvalue()


def save(path: Path, contents: dict[str, str]) -> Path:
    """Parts as a file."""
    path.write_bytes(packed(contents))
    return path


def save_long(path: Path, contents: dict[str, str], part: str, begin: str, piece: str, times: int, end: str) -> Path:
    """A file one part of which is a piece repeated: written without holding it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1 if times > 5_000_000 else 6) as archive:
        for name, text in contents.items():
            if name != part:
                archive.writestr(name, text)
        with archive.open(part, "w", force_zip64=True) as stream:
            stream.write(begin.encode())
            many = piece.encode() * 1_000
            for _ in range(times // 1_000):
                stream.write(many)
            stream.write(end.encode())
    return path
