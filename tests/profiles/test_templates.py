"""The templates for Eclipse, LCS and Mosaic, on the small invented extracts of ``template_extracts``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from tests.profiles.template_extracts import ECLIPSE, EXTRACTS, LCS, MOSAIC

import casecheck
from casecheck.engines.duckdb import DuckDBEngine
from casecheck.errors import ProfileError
from casecheck.policy import Policy
from casecheck.profiles.accounts import Account, Extract
from casecheck.profiles.building import Builder
from casecheck.profiles.loading import load_profile, shipped_profiles
from casecheck.profiles.matching import Matched, choose, opening_for
from casecheck.result import AuditResult
from casecheck.sources import open_source
from casecheck.sources.raw import FrameBody, RawTable

AS_OF = date(2026, 3, 31)
TEMPLATES = ("eclipse", "lcs", "mosaic")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write(folder: Path, tables: dict[str, str]) -> Path:
    for name, text in tables.items():
        lines = [line.strip() for line in text.strip().splitlines()]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def recognised(folder: Path, profile: str = "") -> Matched:
    profiles = [load_profile(profile)] if profile else list(shipped_profiles().values())
    opening = opening_for(profiles, Policy())
    return choose(open_source(folder, opening), profiles, opening)


@contextmanager
def built(folder: Path, profile: str = "") -> Iterator[tuple[DuckDBEngine, Extract]]:
    """The model's tables of an extract, whose layout is recognised from its headings."""
    engine = DuckDBEngine(AS_OF)
    try:
        yield engine, Builder(engine, recognised(folder, profile), Policy(), AS_OF).build()
    finally:
        engine.close()


def audited(folder: Path, *select: str) -> AuditResult:
    return casecheck.audit(folder, as_of=AS_OF, select=select, policy={})


def account(extract: Extract, source: str) -> Account:
    return next(account for account in extract.accounts if account.source == source)


def failures(result: AuditResult) -> set[tuple[str, str]]:
    rows = result.table.select(["rule_id", "child_id", "verdict"]).to_pylist()
    return {(row["rule_id"], row["child_id"]) for row in rows if row["verdict"] == "fail"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_says_what_its_evidence_is(name: str) -> None:
    profile = shipped_profiles()[name]
    assert profile.template
    assert "public extract" in profile.note
    assert "copy this file" in profile.note.lower()
    assert all("named in" in source.title or "stated in" in source.title for source in profile.sources.values())


def headings(profile: str, source: str, file: str = "extract.csv") -> RawTable:
    columns = tuple(shipped_profiles()[profile].sources[source].columns)
    body = FrameBody(pa.table({f"c{place}": pa.array([], pa.string()) for place in range(len(columns))}))
    return RawTable(file=file, sheet="", headings=columns, body=body)


@pytest.mark.parametrize("name", ["annex_a", "carefirst", "ssd", *TEMPLATES])
def test_each_layout_is_recognised_from_its_own_headings(name: str) -> None:
    profiles = list(shipped_profiles().values())
    opening = opening_for(profiles, Policy())
    tables = [headings(name, source, f"{source}.csv") for source in shipped_profiles()[name].sources]
    assert choose(tables, profiles, opening).profile.profile == name


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_table_of_a_template_is_recognised_alone_whatever_its_file_is_called(name: str) -> None:
    profiles = list(shipped_profiles().values())
    opening = opening_for(profiles, Policy())
    for source in shipped_profiles()[name].sources:
        matched = choose([headings(name, source)], profiles, opening)
        assert (matched.profile.profile, matched.matches[0].source) == (name, source)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_row_of_an_extract_is_accounted_for(name: str, folder: Path) -> None:
    with built(write(folder, EXTRACTS[name])) as (_, extract):
        assert extract.profile == name
        assert extract.balances
        assert {account.source for account in extract.accounts} == set(EXTRACTS[name])
        lines = {source: len(text.strip().splitlines()) - 1 for source, text in EXTRACTS[name].items()}
        assert {account.source: account.read for account in extract.accounts} == lines


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_planted_breaches_are_found_and_many_rules_can_be_assessed(name: str, folder: Path) -> None:
    result = audited(write(folder, EXTRACTS[name]))
    assert len(result.with_status("passed", "failed")) >= 10
    assert not result.with_status("errored")
    found = failures(result)
    assert ("ASM-001", "101") in found
    assert ("VIS-CP-001", "101") in found
    assert ("VIS-CP-001", "102") not in found


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_a_layout_does_not_hold_is_out_of_scope_and_never_passed(name: str, folder: Path) -> None:
    outcomes = {outcome.rule_id: outcome for outcome in audited(write(folder, EXTRACTS[name])).rules}
    for rule in ("SUP-001", "REC-001", "MGT-001"):
        assert outcomes[rule].status == "out_of_scope", rule


@pytest.mark.parametrize("name", TEMPLATES)
def test_rules_that_a_missing_kind_of_plan_would_mislead_are_out_of_scope(name: str, folder: Path) -> None:
    outcomes = {outcome.rule_id: outcome for outcome in audited(write(folder, EXTRACTS[name])).rules}
    for rule in ("CIN-007", "CLO-001", "REF-004"):
        lacking = any("holds no plan of the kind cin" in reason for reason in outcomes[rule].reasons)
        assert lacking == (name == "mosaic"), rule
        assert not lacking or outcomes[rule].status == "out_of_scope", rule


def test_in_lcs_a_key_of_minus_one_means_no_row(folder: Path) -> None:
    with built(write(folder, LCS)) as (engine, extract):
        assert engine.rows("SELECT person_id FROM person ORDER BY 1") == [("101",), ("102",), ("103",)]
        assert account(extract, "dim_person").set_aside == {"left out: DIM_PERSON_ID is -1": 1}
        assert account(extract, "dim_worker").set_aside == {"left out: DIM_WORKER_ID is -1": 1}
        assert engine.rows("SELECT worker_id FROM allocation WHERE person_id = '102'") == [(None,)]
        assert engine.rows("SELECT referral_id, authorised_date FROM assessment WHERE assessment_id = '605'") == [(None, None)]
        assert engine.rows("SELECT enquiry_id, plan_id, conference_date FROM conference WHERE conference_id = '662'") == [
            (None, None, None)
        ]


def test_in_lcs_drafts_and_cancelled_assessments_are_left_out_and_counted(folder: Path) -> None:
    with built(write(folder, LCS)) as (engine, extract):
        assert engine.rows("SELECT assessment_id, authorised_date, child_seen, outcome FROM assessment ORDER BY 1") == [
            ("601", date(2025, 12, 31), "Y", ";PROV_OF_SERVICES_FLAG;"),
            ("602", date(2025, 11, 3), None, ";NFA_FLAG;"),
            ("605", None, None, None),
        ]
        assert account(extract, "fact_single_assessment").set_aside == {
            "left out: DIM_LOOKUP_STEP_SUBSTATUS_CODE is D": 1,
            "left out: DIM_LOOKUP_STEP_SUBSTATUS_CODE is X": 1,
        }


def test_in_lcs_visits_are_case_notes_of_given_types(folder: Path) -> None:
    with built(write(folder, LCS)) as (engine, extract):
        columns = "visit_id, person_id, plan_id, visit_type, visit_date, child_seen, seen_alone, bedroom_seen"
        assert engine.rows(f"SELECT {columns} FROM visit ORDER BY 1") == [
            ("801", "101", "701", "cp", date(2026, 1, 16), "Y", "Y", "N"),
            ("802", "102", None, "cp", date(2026, 3, 27), "Y", "N", "Y"),
            ("803", "103", None, "cla", date(2026, 1, 12), "Y", "Y", None),
            ("805", "103", None, "iro", date(2026, 1, 12), "N", None, None),
        ]
        assert engine.rows("SELECT count(*) FROM case_note") == [(5,)]
        notes = account(extract, "fact_casenotes")
        assert (notes.used, notes.set_aside) == (5, {})
        assert notes.unmapped == {"DIM_LOOKUP_CASNT_TYPE_ID_CODE": 1}


def test_in_lcs_other_tables_complete_a_record(folder: Path) -> None:
    with built(write(folder, LCS)) as (engine, extract):
        assert engine.rows("SELECT conference_type, conference_date FROM conference WHERE conference_id = '661'") == [
            ("initial", date(2026, 1, 5))
        ]
        reviews = "SELECT review_id, review_type, review_date, cancelled_flag, participation FROM plan_review ORDER BY 1"
        assert engine.rows(reviews) == [
            ("741", "cp", date(2026, 3, 20), None, None),
            ("831", "care", date(2026, 1, 20), "N", "PN1"),
            ("832", "care", date(2026, 2, 20), "Y", None),
        ]
        assert engine.rows("SELECT care_period_id, start_date, end_date FROM care_period") == [("81", date(2026, 1, 7), None)]
        assert engine.rows("SELECT plan_id, plan_type FROM plan ORDER BY 1") == [("701", "cp"), ("702", "cp"), ("721", "cin")]
        assert account(extract, "fact_care_plan_summary").set_aside == {
            "left out: DIM_LOOKUP_PLAN_STATUS_ID_CODE is z": 1,
            "its type is not mapped": 1,
        }
        assert engine.rows("SELECT person_id, worker_id FROM allocation ORDER BY 1, 2") == [
            ("101", "11"),
            ("102", None),
            ("103", "11"),
            ("103", "12"),
        ]
        assert engine.rows("SELECT id_type, id_value FROM person_identifier ORDER BY 1") == [
            ("nhs", "9990000001"),
            ("upn", "A123456789012"),
        ]


def test_in_eclipse_answers_one_a_row_become_one_form_a_child(folder: Path) -> None:
    with built(write(folder, ECLIPSE)) as (engine, _):
        assert engine.rows(
            "SELECT visit_id, person_id, visit_type, visit_date, child_seen, seen_alone FROM visit ORDER BY 1"
        ) == [
            ("801/101", "101", "cp", date(2026, 1, 16), "Y", "Y"),
            ("801/102", "102", "cp", date(2026, 1, 16), "N", None),
            ("802/102", "102", "cp", date(2026, 3, 27), "Y", None),
        ]
        assert engine.rows("SELECT assessment_id, start_date, authorised_date, child_seen FROM assessment ORDER BY 1") == [
            ("601/101", date(2025, 10, 3), date(2025, 12, 31), "Y"),
            ("602/102", date(2025, 10, 3), date(2025, 11, 3), None),
        ]
        assert engine.rows("SELECT referral_id, source, nfa_flag, outcome FROM referral ORDER BY 1") == [
            ("501/101", "6", "N", ";SINGLE_ASSESSMENT_FLAG;"),
            ("502/102", None, "N", ";SINGLE_ASSESSMENT_FLAG;"),
        ]
        assert engine.rows("SELECT conference_id, conference_type, conference_date, cp_plan_made_flag FROM conference") == [
            ("661/101", "initial", date(2026, 1, 5), "Y")
        ]
        assert engine.rows("SELECT review_id, review_type, review_date FROM plan_review") == [
            ("662/101", "cp", date(2026, 3, 20))
        ]
        assert engine.rows("SELECT start_date, end_date, outcome FROM s47_enquiry ORDER BY 1") == [
            (date(2025, 12, 15), date(2025, 12, 29), ";CP_CONFERENCE_FLAG;"),
            (date(2026, 2, 2), date(2026, 2, 10), ";NFA_FLAG;"),
        ]


def test_in_eclipse_forms_that_are_not_complete_and_deleted_rows_are_left_out_and_counted(folder: Path) -> None:
    with built(write(folder, ECLIPSE)) as (engine, extract):
        forms = account(extract, "formanswerpersonview")
        assert forms.set_aside == {"left out: INSTANCESTATE is not COMPLETE": 2, "its type is not mapped": 2}
        assert forms.used == forms.read - 4
        classified = account(extract, "classificationpersonview")
        assert classified.set_aside == {"left out: STATUS is DELETED": 1, "its type is not mapped": 2}
        assert engine.rows("SELECT plan_id, plan_type FROM plan ORDER BY 1") == [("701", "cp"), ("702", "cp"), ("704", "cin")]


def test_in_eclipse_test_people_and_duplicates_stay_in_sight(folder: Path) -> None:
    with built(write(folder, ECLIPSE)) as (engine, extract):
        assert engine.rows("SELECT person_id, ethnicity FROM person ORDER BY 1") == [
            ("1", "WBRI"),
            ("101", "WBRI"),
            ("102", "ABAN"),
            ("103", "WIRI"),
        ]
        assert account(extract, "personview").set_aside == {"the profile does not use this table": 1}


def test_an_authority_leaves_out_test_people_by_listing_them(folder: Path) -> None:
    (folder / "extract").mkdir()
    write(folder / "extract", {"persondemographicsview": ECLIPSE["persondemographicsview"]})
    shipped = Path(casecheck.__file__).parent / "profiles" / "layouts" / "eclipse.yaml"
    text = shipped.read_text(encoding="utf-8").replace(
        "    required: [PERSONID, ETHNICITYCODE]\n",
        '    required: [PERSONID, ETHNICITYCODE]\n    leave_out: {PERSONID: ["1"], FORENAME: [DUPLICATE]}\n',
    )
    (folder / "ours.yaml").write_text(text, encoding="utf-8")
    with built(folder / "extract", str(folder / "ours.yaml")) as (engine, extract):
        assert engine.rows("SELECT person_id FROM person ORDER BY 1") == [("101",), ("102",)]
        assert extract.accounts[0].set_aside == {"left out: PERSONID is 1": 1, "left out: FORENAME is DUPLICATE": 1}


def test_in_eclipse_staff_numbers_stand_beside_the_worker(folder: Path) -> None:
    with built(write(folder, ECLIPSE)) as (engine, _):
        assert engine.rows("SELECT worker_id, registration_no FROM worker ORDER BY 1") == [("11", "SW1"), ("12", None)]
        assert engine.rows("SELECT person_id, worker_id FROM allocation ORDER BY 1") == [("101", "11"), ("102", "11")]
        assert engine.rows("SELECT id_type, id_value FROM person_identifier ORDER BY 1") == [
            ("carefirst", "CF0012"),
            ("nhs", "9990000001"),
            ("upn", "A123456789012"),
        ]


def test_in_mosaic_the_end_of_time_is_an_open_end(folder: Path) -> None:
    with built(write(folder, MOSAIC)) as (engine, _):
        for table in ("plan", "care_period", "placement", "legal_status"):
            assert engine.rows(f"SELECT count(end_date) FROM {table}") == [(0,)], table
            assert engine.rows(f"SELECT count(*) FROM {table} WHERE _unreadable LIKE '%|end_date|%'") == [(0,)], table
        assert engine.rows("SELECT close_date FROM referral ORDER BY referral_id") == [(None,), (None,)]
        assert engine.rows("SELECT person_id, worker_id, worker_name, end_date FROM allocation ORDER BY 1") == [
            ("101", "11", "A", None),
            ("102", "11", "A", None),
        ]


def test_in_mosaic_steps_that_never_happened_are_left_out_and_counted(folder: Path) -> None:
    with built(write(folder, MOSAIC)) as (engine, extract):
        assert account(extract, "dm_workflow_steps_people_vw").set_aside == {
            "left out: STEP_STATUS is CANCELLED": 1,
            "left out: STEP_STATUS is PROPOSED": 1,
            "its type is not mapped": 2,
        }
        assert account(extract, "dm_registrations").set_aside == {
            "left out: IS_TEMPORARY_CHILD_PROTECTION is Y": 1,
            "its type is not mapped": 1,
        }
        assert account(extract, "dm_worker_roles").set_aside == {"left out: PRIMARY_ROLE is not Y": 1}
        assert engine.rows("SELECT plan_id, plan_type FROM plan ORDER BY 1") == [("701", "cp"), ("702", "cp")]


def test_in_mosaic_an_answer_counts_for_the_child_it_is_about(folder: Path) -> None:
    with built(write(folder, MOSAIC)) as (engine, extract):
        assert engine.rows("SELECT assessment_id, authorised_date, child_seen FROM assessment ORDER BY 1") == [
            ("601/101", date(2025, 12, 31), "Y"),
            ("601/102", date(2025, 12, 31), "N"),
        ]
        assert engine.rows("SELECT visit_id, visit_type, child_seen, seen_alone, bedroom_seen FROM visit ORDER BY 1") == [
            ("55/102", "cp", "Y", "Y", None),
            ("56/103", "cla", None, "N", None),
            ("57/103", None, None, None, None),
            ("801/101", "cp", "Y", "Y", "Y"),
            ("801/102", "cp", "N", "N", "Y"),
        ]
        assert account(extract, "dm_visits").unmapped == {"VISIT_TYPE": 1, "SEEN_ALONE_FLAG": 0}


def test_in_mosaic_a_step_is_what_the_view_marks_it_as(folder: Path) -> None:
    with built(write(folder, MOSAIC)) as (engine, _):
        assert engine.rows("SELECT contact_id FROM contact") == [("401/101",)]
        assert engine.rows("SELECT enquiry_id, start_date, end_date FROM s47_enquiry") == [
            ("651/101", date(2025, 12, 15), date(2025, 12, 29))
        ]
        assert engine.rows("SELECT conference_id, conference_date FROM conference") == [("661/101", date(2026, 1, 5))]
        assert engine.rows("SELECT review_id, review_type, review_date, participation FROM plan_review ORDER BY 1") == [
            ("662/101", "cp", date(2026, 3, 20), None),
            ("831/103", "care", date(2026, 1, 20), "PN1"),
        ]
        assert engine.rows("SELECT person_id, ethnicity FROM person ORDER BY 1") == [
            ("101", "WBRI"),
            ("102", "ABAN"),
            ("103", "WBRI"),
        ]


def test_a_mark_that_the_extract_lacks_makes_no_records(folder: Path) -> None:
    steps = "WORKFLOW_STEP_ID,PERSON_ID,STARTED_ON,COMPLETED_ON\n1,101,01/10/2025,02/10/2025"
    with built(write(folder, {"dm_persons": MOSAIC["dm_persons"], "dm_workflow_steps_people_vw": steps})) as (_, extract):
        assert {name: rows for name, rows in extract.rows.items() if rows} == {"person": 3}
        assert account(extract, "dm_workflow_steps_people_vw").set_aside == {"its type is not mapped": 1}


def test_answers_that_cannot_be_joined_are_left_alone(folder: Path) -> None:
    answers = "WORKFLOW_STEP_ID,QUESTION_USER_CODE,TEXT_ANSWER\n801,child_seen,Yes"
    with built(write(folder, {**MOSAIC, "dm_cached_form_answers": answers})) as (engine, extract):
        assert engine.rows("SELECT visit_id, child_seen FROM visit WHERE visit_id LIKE '801%' ORDER BY 1") == [
            ("801/101", "Y"),
            ("801/102", None),
        ]
        assert "bedroom_seen" not in extract.fields["visit"]


def test_an_authority_fills_in_its_own_types_of_step(folder: Path) -> None:
    (folder / "extract").mkdir()
    write(folder / "extract", MOSAIC)
    shipped = Path(casecheck.__file__).parent / "profiles" / "layouts" / "mosaic.yaml"
    text = shipped.read_text(encoding="utf-8").replace(
        '    "1186": {is: other}\n', '    "1186": {is: other}\n    "7777": {is: plan, plan_type: cin}\n'
    )
    (folder / "ours.yaml").write_text(text, encoding="utf-8")
    with built(folder / "extract", str(folder / "ours.yaml")) as (engine, extract):
        assert engine.rows("SELECT plan_id, start_date, end_date FROM plan WHERE plan_type = 'cin'") == [
            ("900/103", date(2026, 1, 10), date(2026, 1, 20))
        ]
        assert account(extract, "dm_workflow_steps_people_vw").set_aside["its type is not mapped"] == 1


def test_without_the_form_s_number_an_authorised_date_is_not_supplied_and_nothing_passes(folder: Path) -> None:
    forms = LCS["fact_single_assessment"].replace("FACT_FORM_ID", "SOMETHING_ELSE")
    write(folder, {**LCS, "fact_single_assessment": forms})
    (outcome,) = audited(folder, "ASM-001").rules
    assert outcome.status == "not_assessable"
    assert outcome.reasons == ["the column for assessment.authorised_date was not supplied"]


def test_an_empty_table_of_answers_makes_nothing(folder: Path) -> None:
    headings = ECLIPSE["formanswerpersonview"].strip().splitlines()[0]
    with built(write(folder, {**ECLIPSE, "formanswerpersonview": headings})) as (engine, extract):
        assert engine.rows("SELECT count(*) FROM visit") == [(0,)]
        assert extract.balances


@pytest.mark.parametrize(
    "wrong, said",
    [
        ("key: INSTANCEID\n    person", "formanswerpersonview has no column 'NOWHERE'"),
        ("only: {word: DESIGNGUID, using: form_design, gives: is}", "has no column 'NOWHERE'"),
        ("keep: {INSTANCESTATE: [COMPLETE]}", "'NOWHERE' is not one of the columns"),
    ],
)
def test_a_column_that_a_profile_misspells_is_named(wrong: str, said: str, folder: Path) -> None:
    shipped = (Path(casecheck.__file__).parent / "profiles" / "layouts" / "eclipse.yaml").read_text(encoding="utf-8")
    for column in ("INSTANCEID", "DESIGNGUID", "INSTANCESTATE"):
        if column in wrong:
            (folder / "ours.yaml").write_text(shipped.replace(wrong, wrong.replace(column, "NOWHERE"), 1), encoding="utf-8")
    with pytest.raises(ProfileError, match=said):
        load_profile(str(folder / "ours.yaml"))
