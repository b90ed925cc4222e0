"""One extract held against an earlier one: what shrank, vanished or changed is said, and every rule that reads it carries it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.conftest import Rows, blank_columns, frame

import casecheck
from casecheck.errors import InputError, SelectionError
from casecheck.model import load_model
from casecheck.reports import render
from casecheck.result import AuditResult

CHILDREN = 60


def history(children: int = CHILDREN) -> dict[str, Rows]:
    """Children on protection plans, half of them ended, each visited every week."""
    return {
        "person": [{"person_id": f"C{n}", "date_of_birth": "2015-05-01"} for n in range(children)],
        "plan": [
            {"plan_id": f"P{n}", "person_id": f"C{n}", "plan_type": "cp", "start_date": f"2024-01-{1 + n % 28:02}",
             "end_date": "2024-02-20" if n % 2 else None, "initial_category": "NEG", "latest_category": "NEG"}
            for n in range(children)
        ],
        "visit": [
            {"visit_id": f"V{n}-{week}", "person_id": f"C{n}", "visit_type": "cp", "status": "done", "child_seen": "Y",
             "visit_date": f"2024-02-{1 + 7 * week:02}"}
            for n in range(children) for week in range(4)
        ],
    }  # fmt: skip


def audit(tables: dict[str, Rows], day: str, policy: dict[str, Any] | None = None, **settings: Any) -> AuditResult:
    frames = {name: frame(name, rows) for name, rows in tables.items()}
    empty = {"may_be_empty": [*blank_columns(tables), *set(load_model().tables) - set(tables)]}
    given = {"select": ["EXT", "VIS-CP-001", "CAS-004"], **settings}
    return casecheck.audit(frames, profile="model", as_of=day, policy={"tables": empty, **(policy or {})}, **given)


@pytest.fixture(scope="module")
def before() -> bytes:
    result = audit(history(), "2024-02-26", keep_snapshot=True)
    assert result.snapshot is not None
    return result.snapshot.to_bytes()


@pytest.fixture
def snapshot(before: bytes, tmp_path: Path) -> Path:
    file = tmp_path / "february.snapshot"
    file.write_bytes(before)
    return file


def failed(result: AuditResult) -> set[tuple[str, str]]:
    return {
        (row["rule_id"], row["subject_key"].partition("=")[2]) for row in result.table.to_pylist() if row["rule_id"][:3] == "EXT"
    }


def test_the_same_extract_again_is_reliable(snapshot: Path) -> None:
    result = audit(history(), "2024-02-26", earlier=snapshot)
    assert failed(result) == set()
    assert result.unreliable == {}
    assert {rule.rule_id: rule.status for rule in result.rules}["EXT-001"] == "passed"
    assert result.summary()["reliable"]


def test_who_does_not_ask_whether_the_extract_is_sound_is_told() -> None:
    result = audit(history(), "2024-02-26", select=["VIS-CP-001"])
    assert result.summary()["reliable"] is None
    page = render(result, "text").decode()
    assert "CAN THIS RUN BE RELIED ON?  As far as it was asked" in page
    assert "no rule of the pack extract (EXT) judged anything" in page
    assert "no rule of the pack extract" in result._repr_html_()
    assert audit(history(), "2024-02-26", select=["VIS-CP-001", "EXT-003"]).summary()["reliable"] is None
    asked = audit(history(), "2024-02-26", select=["VIS-CP-001", "EXT-004"])
    assert asked.summary()["reliable"] is True
    assert "no rule of the pack extract" not in render(asked, "text").decode()


def test_an_earlier_extract_with_which_no_rule_compares_is_refused(snapshot: Path) -> None:
    with pytest.raises(SelectionError, match="no selected rule compares with it"):
        audit(history(), "2024-02-26", earlier=snapshot, select=["VIS-CP-001"])
    with pytest.raises(SelectionError, match="no selected rule compares with it"):
        audit(history(), "2024-02-26", earlier=snapshot, select=["EXT-004"])
    assert audit(history(), "2024-02-26", earlier=snapshot, select=["EXT-006"]).rule("EXT-006").status != "errored"
    assert audit(history(), "2024-02-26", earlier=snapshot, select=["CAS-004"]).rule("CAS-004").status == "passed"


def test_a_first_extract_is_only_a_baseline() -> None:
    result = audit(history(), "2024-02-26")
    statuses = {rule.rule_id: rule.status for rule in result.rules}
    assert {statuses[code] for code in ("EXT-001", "EXT-002", "EXT-003")} == {"not_applicable"}
    assert result.unreliable == {}


def test_lost_visits_are_said_first_and_every_rule_on_visits_carries_it(snapshot: Path) -> None:
    tables = history()
    tables["visit"] = tables["visit"][:-CHILDREN]
    result = audit(tables, "2024-02-26", earlier=snapshot)
    assert ("EXT-001", "visit") in failed(result)
    visits = next(rule for rule in result.rules if rule.rule_id == "VIS-CP-001")
    assert visits.status in ("failed", "not_assessable")
    assert visits.unreliable
    assert visits.incomplete
    assert not result.complete
    assert render(result, "text").startswith(b"NOT RELIABLE")


def test_a_rule_that_would_pass_is_not_assessable_when_what_it_reads_is_in_doubt(snapshot: Path) -> None:
    tables = history()
    tables["plan"] = [row for row in tables["plan"] if row["end_date"]]
    result = audit(tables, "2024-02-26", earlier=snapshot, select=["EXT", "CPP-008"])
    dates = next(rule for rule in result.rules if rule.rule_id == "CPP-008")
    assert dates.status == "not_assessable"
    assert any("EXT-001" in reason for reason in dates.reasons)
    assert any("EXT-003: 30 of the earlier extract's protection plans" in reason for reason in result.unreliable)


def test_real_growth_is_accepted_with_its_reason_until_a_day(snapshot: Path) -> None:
    whats = ["person", "plan", "visit"]
    accepted = [{"rule": "EXT-001", "what": whats, "reason": "two authorities became one", "until": "2024-03-31"}]
    grown = history(CHILDREN * 2)
    for day, known in (("2024-02-26", True), ("2024-04-02", False)):
        result = audit(grown, day, {"accepted": accepted}, earlier=snapshot)
        assert (failed(result) & {("EXT-001", "plan"), ("EXT-001", "visit")} == set()) is known
        assert any("two authorities became one" in note for note in result.accepted) is known
        judged = result.verdicts("EXT-001")
        assert (judged["verdict"] == "fail").sum() == result.rule("EXT-001").tally.failed
        assert ("CAS-004" in {rule.rule_id for rule in result.with_status("failed")}) is True


def test_closed_records_that_change_or_go_are_history_rewritten(snapshot: Path) -> None:
    tables = history()
    closed = [row for row in tables["plan"] if row["end_date"]]
    closed[0]["end_date"] = "2024-02-21"
    closed[1]["initial_category"] = "EMO"
    tables["plan"].remove(closed[2])
    result = audit(tables, "2024-02-26", {"parameters": {"EXT-006": {"few": 30}}}, earlier=snapshot)
    message = next(row["message"] for row in result.table.to_pylist() if row["rule_id"] == "EXT-006")
    assert message == "The table plan: 2 of its 30 closed records say something else now, and 1 are gone"


def test_an_open_record_may_close_and_new_ones_may_come(snapshot: Path) -> None:
    tables = history()
    opened = [row for row in tables["plan"] if not row["end_date"]]
    opened[0]["end_date"] = "2024-03-01"
    tables["person"].append({"person_id": "N1", "date_of_birth": "2015-05-01"})
    tables["plan"].append({**opened[1], "plan_id": "N1", "person_id": "N1", "start_date": "2024-03-01"})
    result = audit(
        tables, "2024-03-04", {"parameters": {"EXT-006": {"few": 30}, "EXT-004": {"visits": "10 working days"}}}, earlier=snapshot
    )
    assert failed(result) == set()


def test_a_field_that_is_blank_now_and_a_code_that_vanished(snapshot: Path) -> None:
    tables = history()
    for row in tables["visit"]:
        row["status"] = None
    for row in tables["plan"]:
        row["initial_category"] = "PHY"
    result = audit(tables, "2024-02-26", earlier=snapshot)
    assert {("EXT-002", "visit.status"), ("EXT-005", "visit.status=done"), ("EXT-005", "plan.initial_category=NEG")} <= failed(
        result
    )


def test_a_table_that_is_missing_now(snapshot: Path) -> None:
    tables = history()
    del tables["visit"]
    result = audit(tables, "2024-02-26", earlier=snapshot)
    assert ("EXT-001", "visit") in failed(result)


def test_a_snapshot_holds_no_name_and_is_the_same_again(before: bytes) -> None:
    tables = history()
    for row in tables["person"]:
        row["forename"], row["surname"] = "Forename-of-nobody", "Surname-of-nobody"
    result = audit(tables, "2024-02-26", keep_snapshot=True)
    assert result.snapshot is not None
    packed = zipfile.ZipFile(io.BytesIO(result.snapshot.to_bytes()))
    assert all(b"-of-nobody" not in packed.read(name) for name in packed.namelist())
    again = audit(history(), "2024-02-26", keep_snapshot=True)
    assert again.snapshot is not None
    assert again.snapshot.to_bytes() == before
    assert isinstance(again.snapshot.records, pa.Table)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a snapshot"])
def test_what_is_no_snapshot_is_refused_with_advice(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "old.snapshot"
    with pytest.raises(InputError, match="no such snapshot"):
        audit(history(2), "2024-02-26", earlier=file)
    file.write_bytes(content)
    with pytest.raises(InputError, match="this is no snapshot"):
        audit(history(2), "2024-02-26", earlier=file)


def test_open_children_in_need_and_referrals_are_held_against_the_next_extract(tmp_path: Path) -> None:
    referred = {"received_date": "2024-01-02", "nfa_flag": "N"}
    tables = history(4) | {
        "referral": [
            {"referral_id": "R0", "person_id": "C0", **referred},
            {"referral_id": "R1", "person_id": "C1", **referred},
            {"referral_id": "R2", "person_id": "C3", **referred, "close_date": "2024-02-01"},
            {"referral_id": "R3", "person_id": "C3", **referred, "nfa_flag": "Y"},
        ]
    }
    tables["plan"][2]["plan_type"] = "cin"
    result = audit(tables, "2024-02-26", keep_snapshot=True)
    assert result.snapshot is not None
    cases = [(row["case_kind"], row["person_id"], str(row["start_date"])) for row in result.snapshot.cases.to_pylist()]
    assert cases == [("cp", "C0", "2024-01-01"), ("referral", "C1", "2024-01-02"), ("cin", "C2", "2024-01-03")]
    file = tmp_path / "earlier.snapshot"
    file.write_bytes(result.snapshot.to_bytes())
    tables["plan"] = [row for row in tables["plan"] if row["plan_type"] == "cp"]
    tables["referral"] = [row for row in tables["referral"] if row["person_id"] != "C1"]
    result = audit(tables, "2024-02-26", earlier=file, select=["EXT", "REF-001"])
    assert {key for rule, key in failed(result) if rule == "EXT-003"} == {"referral C1 2024-01-02", "cin C2 2024-01-03"}
    assert any("EXT-003: 1 of the earlier extract's open referrals are missing or differ" in said for said in result.unreliable)


def test_no_referral_is_known_to_be_open_where_the_source_does_not_hold_its_end() -> None:
    tables = history(2) | {"referral": [{"referral_id": "R1", "person_id": "C1", "received_date": "2024-01-02"}]}
    frames = {name: frame(name, rows) for name, rows in tables.items()}
    frames["referral"] = frames["referral"].drop(["close_date"])
    result = casecheck.audit(frames, profile="model", as_of="2024-02-26", select=["EXT"], keep_snapshot=True)
    assert result.snapshot is not None
    assert {row["case_kind"] for row in result.snapshot.cases.to_pylist()} == {"cp"}
