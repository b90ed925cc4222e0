"""The whole path: outcomes, states, accounts, determinism and privacy."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from tests.conftest import Audit, Rows, frame

import casecheck
from casecheck import asking
from casecheck.errors import CasecheckError, FindingsError
from casecheck.findings.outcome import Outcome, Tally
from casecheck.planning import RuleRun
from casecheck.reports import FOLDER, FORMATS, render

HISTORY: dict[str, Rows] = {
    "person": [{"person_id": str(number), "date_of_birth": "2015-05-01"} for number in range(1, 7)],
    "plan": [
        {"plan_id": f"P{number}", "person_id": str(number), "plan_type": "cp", "start_date": "2024-03-01"}
        for number in range(1, 7)
    ],
    "visit": [
        {"visit_id": f"V{number}", "person_id": str(number), "visit_type": "cp", "visit_date": day, "child_seen": "Y"}
        for number, day in enumerate(["2024-03-15", "2024-03-18", "2024-03-08", "2024-03-20", "2024-03-14"], 1)
    ],
}
AS_OF = "2024-03-28"


def outcome(result: casecheck.AuditResult, code: str) -> Outcome:
    return next(found for found in result.rules if found.rule_id == code)


def test_counts_denominator_and_findings(audit_rows: Audit) -> None:
    result = audit_rows(HISTORY, AS_OF, "VIS-CP-001")
    rule = outcome(result, "VIS-CP-001")
    assert rule.status == "failed"
    assert (rule.tally.passed, rule.tally.failed, rule.tally.population) == (2, 4, 6)
    assert rule.compliance == pytest.approx(2 / 6)
    assert sorted(result.findings["child_id"]) == ["2", "3", "4", "6"]
    late = {row["child_id"]: (row["due_on"], row["days_overdue"]) for row in result.table.to_pylist()}
    assert late["2"] == (date(2024, 3, 15), 3)
    assert late["6"] == (date(2024, 3, 15), 13)


def test_due_within_adds_what_falls_due_soon(audit_rows: Audit) -> None:
    result = audit_rows(HISTORY, AS_OF, "VIS-CP-001", due_within=7)
    soon = [row for row in result.table.to_pylist() if row["verdict"] == "not_due"]
    assert [(row["child_id"], row["due_on"]) for row in soon] == [("1", date(2024, 4, 2)), ("5", date(2024, 3, 28))]
    assert result.count() == 4


def test_ids_stand_still_when_rows_files_and_columns_move(audit_rows: Audit) -> None:
    before = set(audit_rows(HISTORY, AS_OF, "VIS-CP-001").table["finding_id"].to_pylist())
    shuffled = {name: random.Random(7).sample(rows, len(rows)) for name, rows in reversed(HISTORY.items())}
    assert set(audit_rows(shuffled, AS_OF, "VIS-CP-001").table["finding_id"].to_pylist()) == before
    later = set(audit_rows(HISTORY, "2024-03-31", "VIS-CP-001").table["finding_id"].to_pylist())
    assert before <= later


def test_ids_change_with_the_key(audit_rows: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(audit_rows(HISTORY, AS_OF, "VIS-CP-001").table["finding_id"].to_pylist())
    monkeypatch.setenv("CASECHECK_KEY", "another secret")
    assert not before & set(audit_rows(HISTORY, AS_OF, "VIS-CP-001").table["finding_id"].to_pylist())


def test_the_same_breach_twice_is_one_finding(audit_rows: Audit) -> None:
    doubled = {**HISTORY, "plan": [*HISTORY["plan"], {**HISTORY["plan"][5], "plan_id": "P7"}]}
    result = audit_rows(doubled, AS_OF, "VIS-CP-001")
    assert result.table.num_rows == 4
    assert {row["child_id"]: row["occurrences"] for row in result.table.to_pylist()}["6"] == 2


def test_out_of_scope_is_told_apart_from_not_assessable(tmp_path: Path) -> None:
    (tmp_path / "List 7.csv").write_text(
        "Child Unique ID,Gender,Ethnicity,Date of Birth,Child Protection Plan Start Date,Initial Category of Abuse\n"
        "1,a) Male,a) WBRI,01/05/2015,01/03/2024,a) Neglect\n"
    )
    result = casecheck.audit(tmp_path, as_of=AS_OF, select=["VIS-CP-001", "CPP-008"], policy={})
    assert result.extract.profile == "annex_a"
    assert outcome(result, "VIS-CP-001").status == "out_of_scope"
    assert "only the last visit" in outcome(result, "VIS-CP-001").reasons[0]
    assert outcome(result, "CPP-008").status == "not_assessable"
    assert not result.complete


def test_a_rule_that_raises_is_errored_and_stops_no_other(audit_rows: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    real = asking._tallies

    def tallies(run: RuleRun, asked: list[asking.Question], verdict: str) -> list[Tally]:
        if any(question.rule.id == "VIS-CP-001" for question in asked):
            raise ValueError("0012345 is in here")
        return real(run, asked, verdict)

    monkeypatch.setattr(asking, "_tallies", tallies)
    result = audit_rows(HISTORY, AS_OF, "VIS-CP-001", "SEE-005", may_be_empty=["visit.status"])
    assert outcome(result, "VIS-CP-001").status == "errored"
    assert outcome(result, "VIS-CP-001").reasons == ["stopped with ValueError"]
    assert outcome(result, "SEE-005").status == "passed"
    assert not result.complete


def test_too_many_unknowns_are_not_a_pass(audit_rows: Audit) -> None:
    unclear = {**HISTORY, "plan": [{**row, "start_date": "spring"} for row in HISTORY["plan"][:1]] + HISTORY["plan"][4:5]}
    result = audit_rows(unclear, AS_OF, "VIS-CP-001")
    assert outcome(result, "VIS-CP-001").status == "not_assessable"
    assert "1 of 2 records could not be assessed" in outcome(result, "VIS-CP-001").reasons[0]


def test_nothing_in_scope_is_not_a_pass(audit_rows: Audit) -> None:
    cin = {**HISTORY, "plan": [{**row, "plan_type": "cin"} for row in HISTORY["plan"]]}
    assert outcome(audit_rows(cin, AS_OF, "VIS-CP-001"), "VIS-CP-001").status == "not_applicable"


def test_raise_for_raises_on_findings_and_on_gaps(audit_rows: Audit) -> None:
    with pytest.raises(FindingsError, match="4 findings at or above critical"):
        audit_rows(HISTORY, AS_OF, "VIS-CP-001").raise_for("critical")
    good = {**HISTORY, "plan": HISTORY["plan"][:1]}
    audit_rows(good, AS_OF, "VIS-CP-001").raise_for("low")
    with pytest.raises(FindingsError, match="could not be assessed"):
        casecheck.audit({"plan": frame("plan", HISTORY["plan"])}, profile="model", as_of=AS_OF, select=["VIS-CP-001"]).raise_for()


def test_what_is_not_a_day_or_a_source_is_told(tmp_path: Path) -> None:
    with pytest.raises(CasecheckError, match="is not a day"):
        casecheck.audit(tmp_path, as_of="31/03/2024")
    with pytest.raises(CasecheckError, match="no such file or folder"):
        casecheck.audit(tmp_path / "nothing", as_of=AS_OF)
    with pytest.raises(CasecheckError, match=r"no \.csv, \.txt, \.xlsx"):
        casecheck.audit(tmp_path, as_of=AS_OF)


@pytest.mark.slow
def test_the_same_run_gives_the_same_bytes(example: Path) -> None:
    first, second = (casecheck.audit(example, as_of="2026-03-31", policy={}) for _ in range(2))
    assert render(first, "jsonl") == render(second, "jsonl")


CANARY = "Zebedee Quick"


def test_no_cell_is_printed_anywhere(tmp_path: Path) -> None:
    """A canary in every cell that is not an id appears in no report and no error."""
    fields = frame("visit", []).column_names
    row = {field: (f"{number}" if field.endswith("_id") else CANARY) for number, field in enumerate(fields)}
    frames = {
        "visit": pa.Table.from_pylist([row]),
        "person": pa.Table.from_pylist([{"person_id": "1", "sex": CANARY, "date_of_birth": CANARY}]),
    }
    result = casecheck.audit(frames, profile="model", as_of=AS_OF, policy={})
    assert result.table.num_rows
    for name in set(FORMATS) - {FOLDER}:
        assert CANARY.encode() not in render(result, name)
    assert CANARY not in repr(result) + result._repr_html_()


PLANS, VISITS = frame("plan", HISTORY["plan"]), frame("visit", HISTORY["visit"])
ODD = pa.table({"visit_no": ["1"]})


def test_frames_that_follow_the_model_need_no_profile() -> None:
    frames = {name: frame(name, rows) for name, rows in HISTORY.items()}
    result = casecheck.audit(frames, as_of=AS_OF, select=["VIS-CP-001"], policy={})
    assert result.extract.profile == "model"
    assert result.extract.rows == {"person": 6, "plan": 6, "visit": 5}


def test_a_frame_named_as_the_model_names_one_and_laid_out_as_a_source_does_is_the_sources() -> None:
    orders = pa.table({"PERSON_ID": ["1"], "LEGAL_STATUS": ["C2"], "START_DATE": ["01/03/2024"], "END_DATE": [None]})
    people = pa.table({"PERSON_ID": ["1"], "DATE_OF_BIRTH": ["01/03/2014"], "SURNAME": ["-"]})
    result = casecheck.audit({"legal_status": orders, "people": people}, as_of=AS_OF, select=["INT-012"], policy={})
    assert result.extract.profile == "carefirst"


@pytest.mark.parametrize(
    ("frames", "profile", "said"),
    [
        ({"plans": PLANS, "visit": VISITS}, None, "the model has no table 'plans'\n  help: nearest: plan"),
        (
            {"visits": VISITS},
            "model",
            "the model has no table 'visits'\n  help: nearest: visit; for a source's own layout say profile=",
        ),
        ({"zzz": PLANS, "visit": VISITS}, None, "has no table 'zzz'\n  help: casecheck schema model lists the tables"),
        ({"team": PLANS, "visit": VISITS}, None, "'team' is a table that the run makes itself\n  help: leave it out"),
        (
            {"visits": ODD, "plans": ODD},
            None,
            r"no table was recognised in visits, plans\n  help: name each frame after a table of the model \('visits' nearest: visit; 'plans' nearest: plan",
        ),
        ({}, None, "no tables were given"),
    ],
)
def test_a_frame_that_nobody_knows_is_an_error_with_the_nearest_name(
    frames: dict[str, pa.Table], profile: str | None, said: str
) -> None:
    with pytest.raises(CasecheckError, match=said):
        casecheck.audit(frames, profile=profile, as_of=AS_OF, policy={})
