"""``casecheck init`` on sources of every kind, and the order of dates that it finds there."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest
from pyarrow import csv, parquet
from tests.conftest import ROOT
from tests.profiles.template_extracts import EXTRACTS
from tests.test_init import DAY, init, kept, look, persons

import casecheck
from casecheck.profiles.loading import load_profile
from casecheck.reports.draft import describe


def extract_of(folder: Path, name: str) -> Path:
    """One of the invented extracts of a case system, as a folder of CSV files."""
    folder.mkdir()
    for table, text in EXTRACTS[name].items():
        lines = [line.strip() for line in text.strip().splitlines()]
        (folder / f"{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", sorted(EXTRACTS))
def test_an_extract_of_a_case_system_is_known_as_such_and_each_file_says_what_it_is_for(name: str, tmp_path: Path) -> None:
    found = look(extract_of(tmp_path / "extract", name))
    assert found.draft.fit is not None
    assert (found.draft.fit.profile.profile, found.draft.whole) == (name, True)
    assert {file.how for file in found.draft.files} == {"known"}
    page = describe(found, "extract")
    assert "answers.csv" not in page or "is laid beside" in page
    result = casecheck.audit(tmp_path / "extract", profile=str(kept(found, tmp_path)), as_of=DAY, policy={}, select=["INT-006"])
    shipped = casecheck.audit(tmp_path / "extract", profile=name, as_of=DAY, policy={}, select=["INT-006"])
    assert result.extract.rows == shipped.extract.rows


def test_questions_that_no_form_knows_are_listed_once(tmp_path: Path) -> None:
    folder = extract_of(tmp_path / "extract", "eclipse")
    file = folder / "formanswerpersonview.csv"
    lines = file.read_text().splitlines()
    lines += [
        lines[1].replace("501,", f"{number},", 1).replace("CINCensus_DateOfReferral", "localQuestion") for number in range(6)
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = look(folder)
    assert found.text.count('#   "localQuestion"  # 6 rows') == 1


def visits(folder: Path, *days: str) -> Path:
    folder.mkdir()
    rows = [f"V{number},1,{day},cp,Y,{day}" for number, day in enumerate(days)]
    heading = "Visit Ref,Client Ref,Date of Visit,Visit Type,Child Seen,Typed in"
    (folder / "Visits.csv").write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(("days", "order"), [(("03/04/2025", "25/04/2025"), "DMY"), (("03/04/2025", "04/25/2025"), "MDY")])
def test_a_draft_takes_over_the_order_of_dates_that_the_columns_show(days: tuple[str, ...], order: str, tmp_path: Path) -> None:
    found = look(visits(tmp_path / "extract", *days), "Client Ref")
    assert found.draft.profile.date_order == order
    assert f"1 column of the extract shows it, and none the other.\ndate_order: {order}\n" in found.text
    assert "visit.visit_date" not in found.extract.faulty


def test_an_order_of_dates_that_nobody_shows_is_asked_for(tmp_path: Path) -> None:
    found = look(visits(tmp_path / "extract", "03/04/2025", "05/06/2025"), "Client Ref")
    assert found.draft.profile.date_order == ""
    assert "DAY OR MONTH FIRST? In 1 column " in describe(found, "extract")
    text = found.text.replace("# date_order: DMY", "date_order: DMY")
    (tmp_path / "ours.yaml").write_text(text, encoding="utf-8")
    assert load_profile(str(tmp_path / "ours.yaml")).date_order == "DMY"


def test_dates_that_show_both_orders_are_no_reason_to_say_one(tmp_path: Path) -> None:
    found = look(visits(tmp_path / "extract", "25/04/2025", "04/25/2025"), "Client Ref")
    assert found.draft.profile.date_order == ""


def test_dates_beat_the_order_that_a_profile_says(tmp_path: Path) -> None:
    (tmp_path / "extract").mkdir()
    rows = [f"{number},01/{day}/2015,M,Test,Child" for number, day in enumerate(range(13, 29))]
    lines = ["PERSON_ID,DATE_OF_BIRTH,GENDER,FORENAME,SURNAME", *rows]
    (tmp_path / "extract" / "persons.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = look(tmp_path / "extract")
    assert found.draft.profile.date_order == "MDY"
    assert "1 column of the extract shows it, and none the other; the profile carefirst says the other" in found.text
    assert not found.fits_all


def test_columns_that_choose_the_rows_are_named_when_they_are_not_there(tmp_path: Path) -> None:
    folder = tmp_path / "extract"
    folder.mkdir()
    lines = ["PERSON_ID,CONTACT_DATE,SOURCE,REFERRAL_DATE,OUTCOME", "1,14/02/2025,1A,15/02/2025,No further action"]
    (folder / "contacts_referrals.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = look(folder)
    assert found.draft.files[0].needs == {"referral": ("REFERRAL_ID",)}
    assert "    referral needs a heading for REFERRAL_ID" in describe(found, "extract").splitlines()
    assert '    # no row comes from this while no heading is "REFERRAL_ID":\n' in found.text
    assert found.extract.rows["referral"] == 0


def test_one_file_may_be_a_workbook_parquet_xml_or_an_archive(example: Path, tmp_path: Path) -> None:
    folder = tmp_path / "extract"
    folder.mkdir()
    with zipfile.ZipFile(folder / "plans.zip", "w") as archive:
        archive.write(example / "plans.csv", "plans.csv")
    parquet.write_table(csv.read_csv(example / "cp_registrations.csv"), folder / "cp_registrations.parquet")
    (folder / "cut.parquet").write_bytes((folder / "cp_registrations.parquet").read_bytes()[:400])
    (folder / "cut.xlsx").write_bytes(b"PK\x03\x04 not a whole workbook")
    (folder / "other.xml").write_text("<Something><Else>1</Else></Something>")
    found = look(folder)
    assert [file.source for file in found.draft.files] == ["cp_registrations", "plans"]
    assert set(dict(found.left)) == {"cut.parquet", "cut.xlsx", "other.xml"}
    assert found.extract.rows["plan"] > 100


def test_a_census_file_is_drafted_with_its_elements(samples: Path, tmp_path: Path) -> None:
    found = look(samples / "cin_census" / "CIN_Census_2024.xml")
    assert found.draft.fit is not None
    assert found.draft.fit.profile.profile == "cin_census"
    result = casecheck.audit(
        samples / "cin_census" / "CIN_Census_2024.xml",
        profile=str(kept(found, tmp_path)),
        as_of=DAY,
        policy={},
        select=["INT-006"],
    )
    assert result.extract.rows["person"] == 2


def test_tables_that_a_later_year_added_are_no_promise_to_an_earlier_one(samples: Path) -> None:
    file = samples / "cin_census" / "CIN_Census_2021.xml"
    result = casecheck.audit(file, as_of=DAY, policy={})
    judged = {rule.rule_id for rule in result.rules if rule.tally.population}
    cannot = {rule.rule_id for rule in result.rules if rule.status in ("out_of_scope", "not_assessable")} - judged
    coverage = look(file).coverage
    assert judged <= set(coverage.assessable)
    assert set(coverage.not_assessable) <= cannot


def test_a_copy_of_a_file_is_named_as_one(tmp_path: Path) -> None:
    folder = persons(tmp_path, ["M"] * 3)
    shutil.copy(folder / "persons.csv", folder / "persons again.csv")
    found = look(folder)
    assert len(found.left) == 1
    assert len(found.draft.files) == 1


def test_a_database_is_looked_at_like_a_folder(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "cases.db")) as database, database:
        database.execute("CREATE TABLE persons (PERSON_ID TEXT, DATE_OF_BIRTH TEXT, GENDER TEXT, Nickname TEXT)")
        database.executemany("INSERT INTO persons VALUES (?, '25/03/2015', 'M', 'Fancyname')", [("1",), ("2",)])
    (tmp_path / "database.url").write_text(f"sqlite:///{tmp_path / 'cases.db'}")
    done = init("--source-url-file", "database.url", "--as-of", "2026-03-31", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 rows read, is persons, goes into person" in done.stdout
    assert "  casecheck check --source-url-file database.url --profile casecheck-profile.yaml --as-of 2026-03-31" in done.stdout
    assert "sqlite" not in done.stdout
    assert load_profile(str(tmp_path / "casecheck-profile.yaml")).date_order == "DMY"


def test_nothing_to_look_at_is_two_with_advice(tmp_path: Path) -> None:
    done = init(cwd=tmp_path)
    assert done.returncode == 2
    assert "nothing to read was given" in done.stderr


def test_a_column_that_several_tables_use_does_not_tell_which_of_them_a_file_is(tmp_path: Path) -> None:
    folder = tmp_path / "extract"
    folder.mkdir()
    headings = "S47_ID,CLIENT NO,FACT_REFERRAL_ID,START_DATE,END_DTTM,OUTCOME_CP_CONFERENCE_FLAG,OUTCOME_NFA_FLAG"
    (folder / "fact_s47.csv").write_text(f"{headings}\n1,2,3,2025-01-02,2025-01-09,Y,N\n", encoding="utf-8")
    shutil.copy(ROOT / "examples" / "carefirst" / "plans.csv", folder)
    feeds = {file.table.file: file.feeds for file in look(folder).draft.files}
    assert feeds["fact_s47.csv"] == ("s47_enquiry",)
