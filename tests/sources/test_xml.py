"""Census XML: what becomes a row, what is said of the rest, and what is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from casecheck.errors import InputError
from casecheck.policy import policy_from
from casecheck.profiles.loading import load_profile
from casecheck.profiles.matching import opening_for
from casecheck.sources import open_source
from casecheck.sources.raw import FrameBody, RawTable
from casecheck.sources.xml_reader import MAX_DEPTH, MAX_JOINED, MAX_NAMES, MAX_TEXT

SECRET = "Xq7secret"
CHILD = """
  <Child>
    <ChildIdentifiers>
      <PersonBirthDate>2015-01-02</PersonBirthDate>
      <Sex>F</Sex>
      <LAchildID>C1</LAchildID>
    </ChildIdentifiers>
    <ChildCharacteristics><Ethnicity>WBRI</Ethnicity>
      <Disabilities><Disability>HAND</Disability><Disability>HEAR</Disability></Disabilities></ChildCharacteristics>
    <CINdetails>
      <CINreferralDate>2024-05-01</CINreferralDate>
      <Assessments><AssessmentActualStartDate>2024-05-02</AssessmentActualStartDate>
        <FactorsIdentifiedAtAssessment><AssessmentFactors>1A</AssessmentFactors>
          <AssessmentFactors>2B</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments>
      <ChildProtectionPlans><CPPstartDate>2024-06-01</CPPstartDate>
        <Reviews><CPPreviewDate>2024-08-20</CPPreviewDate></Reviews>
        <Reviews><CPPreviewDate>2025-01-20</CPPreviewDate></Reviews></ChildProtectionPlans>
      <ReferralNFA>0</ReferralNFA>
    </CINdetails>
  </Child>"""


def census(children: str = CHILD, year: str = "2025") -> str:
    return (
        f"<Message>\n<Header><CollectionDetails><Year>{year}</Year><ReferenceDate>2025-03-31</ReferenceDate>"
        f"</CollectionDetails></Header>\n<Children>{children}\n</Children></Message>"
    )


def read(folder: Path, content: str | bytes, profile: str = "cin_census") -> dict[str, RawTable]:
    file = folder / "census.xml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    tables = open_source(file, opening_for([load_profile(profile)], policy_from({})))
    return {table.source: table for table in tables}


def rows(table: RawTable) -> list[dict[str, str]]:
    """The rows as dicts of what is filled."""
    assert isinstance(table.body, FrameBody)
    body = table.body.rows
    columns = body.to_pydict() if not isinstance(body, dict) else {name: list(values) for name, (_, values) in body.items()}
    named = {table.headings[int(place[1:])]: cells for place, cells in columns.items()}
    return [{name: cells[row] for name, cells in named.items() if cells[row]} for row in range(table.body.count)]


def said(tables: dict[str, RawTable]) -> str:
    return "\n".join(str(note) for table in tables.values() for note in table.notes)


def test_each_kind_of_row_is_a_table_and_the_childs_id_reaches_rows_that_stood_before_it(tmp_path: Path) -> None:
    tables = read(tmp_path, census())
    assert rows(tables["child"]) == [
        {"PersonBirthDate": "2015-01-02", "Sex": "F", "LAchildID": "C1", "Ethnicity": "WBRI", "Disability": "HAND;HEAR"}
    ]
    assert rows(tables["episode"]) == [{"LAchildID": "C1", "CINreferralDate": "2024-05-01", "ReferralNFA": "0"}]
    assert rows(tables["assessment_block"]) == [
        {"LAchildID": "C1", "AssessmentActualStartDate": "2024-05-02", "AssessmentFactors": "1A;2B"}
    ]
    assert rows(tables["protection_plan"]) == [{"LAchildID": "C1", "CPPstartDate": "2024-06-01"}]
    assert tables["child"].how == "census XML"


def test_a_leaf_that_is_a_row_gives_a_row_each_time(tmp_path: Path) -> None:
    found = rows(read(tmp_path, census())["protection_review"])
    assert found == [{"LAchildID": "C1", "CPPreviewDate": "2024-08-20"}, {"LAchildID": "C1", "CPPreviewDate": "2025-01-20"}]


def test_a_childs_id_that_comes_after_all_its_rows_is_inherited_and_does_not_reach_the_next_child(tmp_path: Path) -> None:
    late = "<Child><CINdetails><CINreferralDate>2024-05-01</CINreferralDate></CINdetails><LAchildID>{}</LAchildID></Child>"
    without = "<Child><CINdetails><CINreferralDate>2024-05-03</CINreferralDate></CINdetails></Child>"
    found = rows(read(tmp_path, census(late.format("A") + without + late.format("B")))["episode"])
    assert [row.get("LAchildID") for row in found] == ["A", None, "B"]


def test_the_line_of_each_row_is_its_real_one(tmp_path: Path) -> None:
    content = census()
    tables = read(tmp_path, content)
    for source, tag in [("child", "<Child>"), ("episode", "<CINdetails>"), ("assessment_block", "<Assessments>")]:
        body = tables[source].body
        assert isinstance(body, FrameBody)
        assert body.lines is not None
        assert list(body.lines) == [number for number, line in enumerate(content.splitlines(), 1) if tag in line]


def test_tables_without_rows_are_there_and_a_planned_one_is_not(tmp_path: Path) -> None:
    tables = read(tmp_path, census())
    assert tables["section_47"].body.count == 0  # type: ignore[union-attr]
    assert "S47ActualStartDate" in tables["section_47"].headings
    assert "pre_proceedings_block" not in tables
    planned = CHILD.replace(
        "</CINdetails>", "<PreProceedingsandFGDM><PPStartDate>2024-09-01</PPStartDate></PreProceedingsandFGDM></CINdetails>"
    )
    assert rows(read(tmp_path, census(planned))["pre_proceedings_block"]) == [{"LAchildID": "C1", "PPStartDate": "2024-09-01"}]


def test_text_between_elements_is_counted_and_not_read(tmp_path: Path) -> None:
    tables = read(tmp_path, census(CHILD.replace("<Sex>", f"{SECRET}<Sex>")))
    assert "1 piece of text between elements not read" in said(tables)
    assert SECRET not in said(tables)
    assert SECRET not in str(rows(tables["child"]))


def test_empty_containers_are_missing(tmp_path: Path) -> None:
    content = census(CHILD.replace("</CINdetails>", "<Section47/><Section47> </Section47><CINclosureDate/></CINdetails>"))
    tables = read(tmp_path, content)
    assert tables["section_47"].body.count == 0  # type: ignore[union-attr]
    assert "2 elements that would be a row and hold nothing passed over" in said(tables)
    assert "CINclosureDate" not in rows(tables["episode"])[0]


def test_elements_of_newer_years_stay_in_sight(tmp_path: Path) -> None:
    content = CHILD.replace("</CINdetails>", "<Hub><HubDate>2024-07-01</HubDate></Hub></CINdetails>")
    tables = read(tmp_path, census(content).replace("</Children>", "<Closing><When>now</When></Closing></Children>"))
    assert rows(tables["episode"])[0]["HubDate"] == "2024-07-01"
    assert "1 leaf name outside the known rows not read: When" in said(tables)


def test_a_column_that_first_comes_late_in_a_long_file_is_blank_before(tmp_path: Path) -> None:
    one = "<Child><LAchildID>C{}</LAchildID>{}</Child>"
    many = "".join(one.format(number, "<New>x</New>" if number == 20_500 else "") for number in range(21_000))
    found = rows(read(tmp_path, census(many))["child"])
    assert len(found) == 21_000
    assert [row["LAchildID"] for row in found if "New" in row] == ["C20500"]


def test_prefixes_and_letter_case_do_not_matter(tmp_path: Path) -> None:
    content = (
        census().replace("<", "<c:").replace("<c:/", "</c:").replace("CINdetails", "CINDETAILS").replace("LAchildID", "LAChildID")
    )
    tables = read(tmp_path, content.replace("<c:Message>", '<c:Message xmlns:c="urn:x">'))
    plain = read(tmp_path, census())
    assert {source: rows(table) for source, table in tables.items()} == {source: rows(table) for source, table in plain.items()}
    assert "read as the names they stand for" in said(tables)
    assert "read as the names they stand for" not in said(plain)


def test_attributes_are_counted(tmp_path: Path) -> None:
    assert "attributes of 1 element not read" in said(read(tmp_path, census(CHILD.replace("<Sex>", '<Sex kind="a">'))))


def test_a_year_unlike_the_reference_date_is_said(tmp_path: Path) -> None:
    assert "which decides" in said(read(tmp_path, census(year="2024")))
    assert "which decides" not in said(read(tmp_path, census()))


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("", "utf-8"), ("", "utf-8-sig"), ("", "utf-16"), ("ISO-8859-1", "latin-1"), ("windows-1252", "cp1252")],
)
def test_encodings_are_what_xml_says(tmp_path: Path, declared: str, encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>\n' if declared else ""
    content = (head + census(CHILD.replace("C1", "Cé1"))).encode(encoding)
    assert rows(read(tmp_path, content)["episode"])[0]["LAchildID"] == "Cé1"


def test_a_census_inside_an_archive_is_read(tmp_path: Path) -> None:
    archive = tmp_path / "census.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("year/census.xml", census())
    tables = open_source(archive, opening_for([load_profile("cin_census")], policy_from({})))
    assert {table.file for table in tables} == {"census.zip/year/census.xml"}


LAUGHS = '<!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
LONG = "y" * (MAX_TEXT + 1)
HOSTILE = {
    "cut short": (census()[:-40], "IN070"),
    "tags that cross": (census(f"<Child><LAchildID>{SECRET}</Child></LAchildID>"), "IN070"),
    "bytes that are not UTF-8": (census(CHILD.replace("C1", "C\u00e9")).encode("latin-1"), "IN070"),
    "an unknown encoding": (f'<?xml version="1.0" encoding="martian"?>{census()}', "IN070"),
    "an encoding of more than one byte": (f'<?xml version="1.0" encoding="shift_jis"?>{census()}', "IN070"),
    "not XML": (f"{SECRET},b\n1,2\n", "IN070"),
    "billion laughs": (LAUGHS + census(CHILD.replace("C1", "&c;")), "IN071"),
    "a DOCTYPE alone": (f"<!DOCTYPE Message>{census()}", "IN071"),
    "an undefined entity": (census(CHILD.replace("C1", "&nbsp;")), "IN071"),
    "another root": (f"<Return><Child><LAchildID>{SECRET}</LAchildID></Child></Return>", "IN073"),
    "nothing known": ("<Message><Header><Year>2025</Year></Header></Message>", "IN073"),
    "deep nesting": (census("<Child>" + "<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH + "</Child>"), "IN074"),
    "very deep nesting": ("<Message>" + "<a>" * 200_000, "IN074"),
    "a huge text": (census(CHILD.replace("C1", LONG)), "IN034"),
    "a huge text between elements": (census(f"<Child>{LONG * 2}</Child>"), "IN034"),
    "too many names": (census("<Child>" + "".join(f"<n{number}>1</n{number}>" for number in range(MAX_NAMES)) + "</Child>"), "IN074"),
    "one leaf without end": (census("<Child>" + "<a>x</a>" * MAX_JOINED + "</Child>"), "IN074"),
    "empty": (b"", "IN004"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_not_sound_is_refused_and_never_printed(tmp_path: Path, kind: str) -> None:
    content, code = HOSTILE[kind]
    with pytest.raises(InputError, match=code) as refused:
        read(tmp_path, content)
    told = f"{refused.value.message} {refused.value.advice}"
    assert "census.xml" in told
    assert not any(value in told for value in (SECRET, "2015-01-02", "yyyy", "C1"))
    assert refused.value.__cause__ is None


def test_no_other_file_is_ever_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    for doctype in (f'<!DOCTYPE m [<!ENTITY x SYSTEM "{secret.as_uri()}">]>', f'<!DOCTYPE m SYSTEM "{secret.as_uri()}">'):
        with pytest.raises(InputError, match="IN071") as refused:
            read(tmp_path, doctype + census(CHILD.replace("C1", "&x;")))
        assert SECRET not in str(refused.value)


def test_a_fault_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"stops at line 3, column 5"):
        read(tmp_path, "<Message>\n<Children>\n<Chi<ld>")


RETURN = """<EXPSSDA903>
<CHILD><HEADER><CHILDID>1</CHILDID><SEX>1</SEX><DOB>01/02/2010</DOB><ETHNIC>WBRI</ETHNIC><UPN>UN1</UPN><UASC>1</UASC>
<DUC>01/02/2028</DUC><AREVIEW><REVIEW>01/05/2024</REVIEW><REVIEW_CODE>PN1</REVIEW_CODE></AREVIEW>
<OC2><SDQ_SCORE>12</SDQ_SCORE><CONVICTED>0</CONVICTED></OC2></HEADER>
<EPISODE><DECOM>01/04/2024</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>U1</PL><DEC/><REC/></EPISODE></CHILD>
<CHILD><HEADER><CHILD>2</CHILD><SEX>2</SEX><DOB>01/02/2006</DOB><UASC>0</UASC><IN_TOUCH>YES</IN_TOUCH><ACTIV>F1</ACTIV>
<ACCOM>B1</ACCOM></HEADER></CHILD>
</EXPSSDA903>"""


def test_one_element_can_be_rows_of_several_tables(tmp_path: Path) -> None:
    tables = read(tmp_path, RETURN, "ssda903")
    assert [row["CHILD"] for row in rows(tables["header"])] == ["1", "2"]
    assert rows(tables["uasc"]) == [{"CHILD": "1", "SEX": "1", "DOB": "01/02/2010", "DUC": "01/02/2028"}]
    assert rows(tables["oc3"]) == [{"CHILD": "2", "DOB": "01/02/2006", "IN_TOUCH": "YES", "ACTIV": "F1", "ACCOM": "B1"}]
    assert tables["ad1"].body.count == 0  # type: ignore[union-attr]
    assert not {"IN_TOUCH", "DUC"} & set(tables["header"].headings)


def test_the_childs_id_of_the_header_reaches_the_episode_beside_it(tmp_path: Path) -> None:
    tables = read(tmp_path, RETURN, "ssda903")
    assert rows(tables["episodes"]) == [{"CHILD": "1", "DECOM": "01/04/2024", "RNE": "S", "LS": "C2", "CIN": "N1", "PLACE": "U1"}]
    assert rows(tables["reviews"]) == [{"CHILD": "1", "REVIEW": "01/05/2024", "REVIEW_CODE": "PN1"}]


def test_a_layout_without_xml_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="IN073"):
        read(tmp_path, census(), "annex_a")
