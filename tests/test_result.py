"""What a result gives in Python: frames with sensible types, questions asked afterwards, files, and a display."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from tests.conftest import ROOT, Audit, Rows, frame
from tests.test_audit import AS_OF, HISTORY, outcome

import casecheck
from casecheck.errors import CasecheckError, FindingsError
from casecheck.findings.outcome import Tally
from casecheck.findings.record import COLUMNS, VERDICT_COLUMNS
from casecheck.policy import SEVERITIES
from casecheck.reports import render
from casecheck.reports.findings_page import table

DAY = "2026-03-31"
DAYS = ["due_on", "event_on", "as_of"]
NUMBERS = ["rule_version", "record", "line", "days_overdue", "occurrences"]


SOME = ["VIS", "SEE", "REC-001", "INT-001", "INT-004", "AGG-001", "CAS-003", "CPP-004", "ADO-001"]


@pytest.fixture(scope="module")
def result() -> casecheck.AuditResult:
    """Some rules of every kind: about records, about rates, and one that CareFirst's layout cannot answer."""
    return casecheck.audit(ROOT / "examples" / "carefirst", as_of=DAY, policy={}, select=SOME)


def teams(rows: Rows) -> Rows:
    """An allocation for each child, in two teams."""
    return [
        {
            "allocation_id": f"A{row['person_id']}",
            "person_id": row["person_id"],
            "worker_id": f"W{int(row['person_id']) % 3}",
            "team_name": "East" if int(row["person_id"]) % 2 else "West",
            "start_date": "2024-01-01",
        }
        for row in rows
    ]


HELD = {**HISTORY, "allocation": teams(HISTORY["person"][:5])}


def test_the_types_of_findings_filter_group_merge_and_count(result: casecheck.AuditResult) -> None:
    found = result.findings
    assert list(found.columns) == list(COLUMNS)
    assert {str(found[name].dtype) for name in DAYS} == {"datetime64[s]"}
    assert {str(found[name].dtype) for name in NUMBERS} == {"Int64"}
    texts = [name for name in COLUMNS if name not in (*DAYS, *NUMBERS, "severity")]
    assert all(isinstance(found[name].dtype, pd.StringDtype) for name in texts)
    own = pd.Series(["text"]).dtype
    assert not isinstance(own, pd.StringDtype) or {found[name].dtype for name in texts} == {own}
    assert len(found[found["severity"] >= "high"]) == result.count("high")
    late = found[found["due_on"] < "2026-01-01"]
    assert 0 < len(late) < len(found)
    assert late.groupby(late["due_on"].dt.to_period("M"))["finding_id"].count().sum() == len(late)
    theirs = pd.DataFrame({"rule_id": ["VIS-CP-001"], "due_on": [pd.Timestamp("2026-03-10")], "mine": [1]})
    assert found.merge(theirs[["rule_id", "mine"]], on="rule_id")["rule_id"].unique().tolist() == ["VIS-CP-001"]
    assert len(found.merge(theirs[["due_on", "mine"]], on="due_on", how="left")) == len(found)
    assert found["days_overdue"].sum() == sum(row or 0 for row in result.table["days_overdue"].to_pylist())


def test_findings_of_files_have_no_index_of_a_frame(result: casecheck.AuditResult) -> None:
    assert "source_index" not in result.findings
    assert list(result.verdicts("VIS-CP-001").columns) == list(VERDICT_COLUMNS)


def test_verdicts_are_every_judged_record_and_agree_with_the_counts(result: casecheck.AuditResult) -> None:
    for code in ("VIS-CP-001", "INT-001", "AGG-001", "CAS-003", "SEE-002"):
        judged = result.verdicts(code)
        tally = result.rule(code).tally
        counts = judged["verdict"].value_counts().to_dict()
        assert counts == {
            name: rows
            for name, rows in {
                "pass": tally.passed, "fail": tally.failed, "not_due": tally.not_due, "not_assessable": tally.not_assessable
            }.items()
            if rows
        }  # fmt: skip
        assert len(judged) == tally.population > 0
        unsure = judged[judged["verdict"] == "not_assessable"]
        assert unsure["reason"].notna().all()
        assert unsure["reason"].value_counts().to_dict() == tally.reasons


def test_what_verdicts_say_of_a_failing_record_is_what_its_finding_says(result: casecheck.AuditResult) -> None:
    judged = result.verdict_table("VIS-CP-001").to_pylist()
    failed = [row for row in judged if row["verdict"] == "fail"]
    found = [row for row in result.table.to_pylist() if row["rule_id"] == "VIS-CP-001"]
    assert [{name: row[name] for name in VERDICT_COLUMNS} for row in found] == failed


def test_a_rule_that_could_not_be_asked_has_no_verdicts_and_says_why(result: casecheck.AuditResult) -> None:
    (first, *_) = result.with_status("out_of_scope")
    nothing = result.verdicts(first.rule_id)
    assert nothing.empty
    assert nothing.dtypes.to_dict() == result.verdicts("VIS-CP-001").dtypes.to_dict()
    alone = casecheck.audit({"plan": frame("plan", HISTORY["plan"])}, as_of=AS_OF, select=["VIS-CP-001"])
    assert alone.rule("VIS-CP-001").status == "not_assessable"
    assert alone.verdicts("VIS-CP-001").empty


def test_a_rule_that_was_not_asked_is_an_error_with_the_nearest(result: casecheck.AuditResult) -> None:
    with pytest.raises(CasecheckError, match=r"this audit asked no rule 'VIS-CP-01'\n  help: nearest: VIS-CP-00"):
        result.verdicts("VIS-CP-01")


def test_compliance_by_rule_is_the_outcomes(result: casecheck.AuditResult) -> None:
    kept = result.compliance().set_index("rule_id")
    assert list(kept.index) == [found.rule_id for found in result.rules]
    for found in result.rules:
        row = kept.loc[found.rule_id]
        assert (row["status"], row["passed"], row["failed"]) == (found.status, found.tally.passed, found.tally.failed)
        assert bool(row["reliable"]) is not found.incomplete
        assert pd.isna(row["compliance"]) if found.compliance is None else row["compliance"] == found.compliance
    assert str(kept["severity"].dtype) == "category"


@pytest.mark.parametrize("by", [["team"], ["worker_id"], ["subject_table"], ["month"], ["team", "month"]])
def test_the_groups_of_compliance_add_up_to_the_rule(result: casecheck.AuditResult, by: list[str]) -> None:
    counts = ["passed", "failed", "not_due", "not_assessable"]
    groups = result.compliance(by=by)
    assert list(groups.columns) == ["rule_id", "title", "severity", "status", "reliable", *by, *counts, "compliance"]
    assert not groups.duplicated(["rule_id", *by]).any()
    added = groups.groupby("rule_id")[counts].sum()
    whole = result.compliance().set_index("rule_id")[counts]
    pd.testing.assert_frame_equal(added, whole[whole.sum(axis=1) > 0], check_like=True)


def test_compliance_by_team_worker_and_month(audit_rows: Audit) -> None:
    kept = audit_rows(HELD, AS_OF, "VIS-CP-001", may_be_empty=["allocation"])
    found = kept.compliance(by="team")
    told = [(row.team if isinstance(row.team, str) else None, row.passed, row.failed) for row in found.itertuples()]
    assert told == [("East", 2, 1), ("West", 0, 2), (None, 0, 1)]
    assert found["compliance"].tolist() == [pytest.approx(2 / 3), 0, 0]
    month = kept.compliance(by=["month"])
    assert str(month["month"].dtype) == "datetime64[s]"
    assert month["month"].unique().tolist() == [pd.Timestamp("2024-03-01")]
    assert kept.verdicts("VIS-CP-001")["worker_id"].dropna().tolist() == ["W1", "W2", "W0", "W1", "W2"]


def test_compliance_by_what_is_not_there_is_an_error(result: casecheck.AuditResult) -> None:
    with pytest.raises(CasecheckError, match=r"cannot be told by 'teams'\n  help: nearest: team"):
        result.compliance(by=["teams"])
    with pytest.raises(CasecheckError, match="one or more of: team, worker_id, subject_table, month"):
        result.compliance(by="colour")


def test_a_doubtful_rule_keeps_its_figure_and_says_its_status(audit_rows: Audit) -> None:
    unclear = {**HISTORY, "plan": [{**row, "start_date": "spring"} for row in HISTORY["plan"][:1]] + HISTORY["plan"][4:5]}
    row = audit_rows(unclear, AS_OF, "VIS-CP-001").compliance(by=["subject_table"]).iloc[0]
    assert (row["status"], row["reliable"], row["passed"], row["not_assessable"]) == ("not_assessable", False, 1, 1)


@pytest.mark.slow
def test_due_within_is_what_an_audit_with_due_within_adds(result: casecheck.AuditResult) -> None:
    asked = casecheck.audit(ROOT / "examples" / "carefirst", as_of=DAY, policy={}, select=SOME, due_within=10)
    before = asked.findings[asked.findings["verdict"] == "not_due"]
    after = result.due_within(10)
    assert len(after) > 50
    assert after["due_on"].is_monotonic_increasing
    order = ["finding_id"]
    pd.testing.assert_frame_equal(
        before.sort_values(order).reset_index(drop=True), after.sort_values(order).reset_index(drop=True)
    )
    assert asked.summary()["due_soon"] >= len(after)
    today = result.due_within(0)
    assert set(today["due_on"]) <= {pd.Timestamp(DAY)}
    with pytest.raises(CasecheckError, match="-1 days is no time ahead"):
        result.due_within(-1)


def test_what_was_done_before_its_day_does_not_fall_due(result: casecheck.AuditResult) -> None:
    """A visit that was written up in time passes, and the last day for it may still be to come: nothing is left to do."""
    judged = result.verdicts("REC-001")
    done = judged[(judged["verdict"] == "pass") & (judged["due_on"] >= DAY)]
    assert len(done) > 100
    assert done["event_on"].notna().all()
    assert "REC-001" not in set(result.due_within(10)["rule_id"])
    seen_again = result.verdicts("VIS-CP-001")
    assert set(seen_again.loc[seen_again["due_on"].between(DAY, "2026-04-10"), "verdict"]) == {"pass"}
    assert "VIS-CP-001" in set(result.due_within(10)["rule_id"])


def test_asking_afterwards_changes_nothing(result: casecheck.AuditResult) -> None:
    before = render(result, "jsonl")
    result.verdicts("INT-001")
    result.compliance(by=["team"])
    result.due_within(30)
    assert render(result, "jsonl") == before


ASK: list[Callable[[casecheck.AuditResult], Any]] = [
    lambda result: result.verdicts("VIS-CP-001"),
    lambda result: result.compliance(by=["team"]),
    lambda result: result.due_within(5),
]


@pytest.mark.parametrize("ask", ASK)
def test_what_was_let_go_cannot_be_asked_and_says_what_to_do(audit_rows: Audit, ask: Callable[..., Any]) -> None:
    unkept = audit_rows(HISTORY, AS_OF, "VIS-CP-001", keep_verdicts=False)
    with pytest.raises(CasecheckError, match="were not kept\n  help: run it with keep_verdicts=True"):
        ask(unkept)
    with audit_rows(HISTORY, AS_OF, "VIS-CP-001") as kept:
        ask(kept)
    with pytest.raises(CasecheckError, match="the result is closed, and its verdicts are gone"):
        ask(kept)
    assert len(kept.findings) == kept.count() == 4
    assert len(kept.compliance()) == 1


def test_an_errored_rule_has_no_verdicts(audit_rows: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("0012345 is in here")

    with monkeypatch.context() as patched:
        patched.setattr("casecheck.asking._tallies", fail)
        stopped = audit_rows(HISTORY, AS_OF, "VIS-CP-001")
    with pytest.raises(CasecheckError, match="VIS-CP-001 has no verdicts: stopped with ValueError"):
        stopped.verdicts("VIS-CP-001")
    assert stopped.compliance(by="team").empty
    kept = audit_rows(HISTORY, AS_OF, "VIS-CP-001")
    monkeypatch.setattr(kept.found._engine, "arrow", fail)
    with pytest.raises(CasecheckError, match="VIS-CP-001 stopped with ValueError") as problem:
        kept.verdicts("VIS-CP-001")
    assert "0012345" not in str(problem.value)


@pytest.mark.parametrize("name", ["csv", "json", "jsonl", "parquet"])
def test_files_are_those_of_the_command_line(result: casecheck.AuditResult, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"findings.{name}"
    getattr(result, f"to_{name}")(path)
    assert path.read_bytes() == render(result, name)
    with pytest.raises(CasecheckError, match="cannot write"):
        getattr(result, f"to_{name}")(str(tmp_path / "none" / "file"))


def test_raise_for_names_what_is_wrong(tmp_path: Path, audit_rows: Audit) -> None:
    late = audit_rows({**HISTORY, "plan": HISTORY["plan"][2:3]}, AS_OF, "VIS-CP-001")
    with pytest.raises(FindingsError, match="1 finding at or above critical"):
        late.raise_for("critical")
    with pytest.raises(CasecheckError, match="'severe' is not a severity\n  help: one of: critical, high, medium, low"):
        late.raise_for("severe")
    (tmp_path / "visit.csv").write_text("visit_id,person_id,visit_type,visit_date,child_seen\nV1,1,cp,2024-03-01,Y\n")
    (tmp_path / "plan.csv").write_bytes(b"")
    unread = casecheck.audit(tmp_path, profile="model", as_of=AS_OF, select=["VIS"], policy={})
    with pytest.raises(FindingsError, match=r"1 file could not be read: plan.csv"):
        unread.raise_for()
    assert "plan.csv: empty file" in shown(unread)


def test_repr_and_summary_are_plain(result: casecheck.AuditResult) -> None:
    assert re.fullmatch(
        r"<AuditResult as of 2026-03-31: \d+ findings, \d+ of \d+ rules passed, complete=(True|False)>", repr(result)
    )
    assert str(result) == repr(result)
    numbers = result.summary()
    assert numbers["findings"] == {level: int((result.findings["severity"] == level).sum()) for level in SEVERITIES}


def shown(result: casecheck.AuditResult) -> str:
    return re.sub(r"<style>.*?</style>", "", result._repr_html_(), flags=re.DOTALL)


def test_the_display_says_first_what_could_not_be_assessed(audit_rows: Audit) -> None:
    page = shown(audit_rows(HISTORY, AS_OF, "VIS-CP-001", "SEE-002"))
    assert page.index("Incomplete: 1 rule could not be assessed in full. It does not count as passed.") < page.index("<table>")
    assert "SEE-002: the table assessment was not supplied" in page


def test_the_display_holds_every_failing_rule_and_no_childs_record(result: casecheck.AuditResult) -> None:
    page = shown(result)
    assert page.count("<table>") == page.count("<caption>") == 2
    assert page.count("scope='row'") == len(result.with_status("failed"))
    for row in result.table.to_pylist():
        assert not row["child_id"] or f">{row['child_id']}" not in page
    cells = re.findall(r"<tr><th scope='row' class='w'>([\w-]+)</th>.*?<td class='n'>([\d,]+)</td><td class='n'>", page)
    assert {code: int(rows.replace(",", "")) for code, rows in cells} == {
        found.rule_id: found.tally.failed for found in result.with_status("failed")
    }


def test_the_display_is_well_formed_and_says_in_words_what_colours_say(result: casecheck.AuditResult) -> None:
    import xml.etree.ElementTree as ET

    root = ET.fromstring(f"<x>{result._repr_html_().replace('<br>', '<br/>')}</x>")
    assert not [place for place in root.iter("i") if place.get("aria-hidden") != "true"]
    severities = [row.findall("td")[1] for row in root.iter("tr") if row.find("td") is not None]
    assert {"".join(cell.itertext()) for cell in severities} <= set(SEVERITIES)
    assert all(head.get("scope") for head in root.iter("th"))


def test_the_display_names_doubts_and_what_the_policy_loosens(audit_rows: Audit) -> None:
    policy = {"parameters": {"ASM-001": {"limit": "90 working days"}}}
    loose = audit_rows({"assessment": [], "person": HISTORY["person"]}, AS_OF, "ASM-001", policy=policy)
    assert "looser than a statutory limit" in shown(loose)
    good = audit_rows({**HISTORY, "plan": HISTORY["plan"][:1]}, AS_OF, "VIS-CP-001")
    assert "No rule has findings." in shown(good)
    assert "Incomplete" not in shown(good)


def test_the_words_of_a_title_or_a_reason_are_no_markup(audit_rows: Audit) -> None:
    late = audit_rows(HISTORY, AS_OF, "VIS-CP-001")
    outcome(late, "VIS-CP-001").title = "<script>alert(1)</script>"
    outcome(late, "VIS-CP-001").unreliable = ("EXT-001: <b>half</b> of the rows",)
    page = shown(late)
    assert "<script>" not in page
    assert "<b>half" not in page
    assert page.index("Not reliable") < page.index("&lt;script&gt;")


@pytest.mark.parametrize(("passed", "failed", "said"), [(999, 1, "99%"), (1, 999, "0%"), (1, 0, "100%"), (0, 0, "nobody judged")])
def test_a_share_is_never_rounded_up_to_all(audit_rows: Audit, passed: int, failed: int, said: str) -> None:
    late = audit_rows(HISTORY, AS_OF, "VIS-CP-001")
    outcome(late, "VIS-CP-001").tally = Tally(passed, failed)
    assert f"{said}</td>" in shown(late)


def test_the_page_says_what_each_column_means() -> None:
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    assert table() in page, "replace the table of docs/python.md with what casecheck.reports.findings_page.table() gives"
    assert all(f"`{name}`" in table() for name in COLUMNS)


def test_days_are_told_as_days(result: casecheck.AuditResult) -> None:
    assert result.findings["as_of"].unique().tolist() == [pd.Timestamp(DAY)]
    assert result.table["as_of"][0].as_py() == date(2026, 3, 31)


def test_a_misspelt_column_is_named_beside_the_one_that_is_missing() -> None:
    visits = {"visit_id": ["V1"], "person_id": ["C1"], "visit_type": ["cp"], "visit_date": ["2024-03-01"], "child_sen": ["Y"]}
    plans = {"plan_id": ["P1"], "person_id": ["C1"], "plan_type": ["cp"], "start_date": ["2024-03-01"], "end_date": [None]}
    people = {"person_id": ["C1"], "date_of_birth": ["2015-05-01"]}
    tables = {"visit": pa.table(visits), "plan": pa.table(plans), "person": pa.table(people)}
    found = casecheck.audit(tables, as_of="2024-03-28", select=["VIS-CP-001"]).rule("VIS-CP-001")
    assert found.status == "not_assessable"
    assert found.reasons == ["the column for visit.child_seen was not supplied (nearest: child_sen)"]
