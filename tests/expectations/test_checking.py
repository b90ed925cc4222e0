"""What becomes of an expectation: only a pass, or nothing to judge, is a success; a checkpoint fails as it should."""

from __future__ import annotations

import json
from typing import Any, Literal

import great_expectations as gx
import pytest
from great_expectations.checkpoint import SlackNotificationAction
from tests.conftest import ROOT, Audit
from tests.expectations.conftest import of_rule, single, validate

import casecheck
from casecheck import expectations
from casecheck.result import AuditResult


def test_a_failed_rule(context: Any, result: AuditResult) -> None:
    found = single(context, "VIS-CP-001", expectations.outcomes(result))
    assert not found.success
    assert found.result["observed_value"] == "1 of 2 records fail."
    assert (found.result["unexpected_count"], found.result["element_count"], found.result["unexpected_percent"]) == (1, 2, 50.0)
    ids = [row["finding_id"] for row in result.table.to_pylist() if row["rule_id"] == "VIS-CP-001"]
    assert found.result["unexpected_index_list"] == [{"finding_id": found_id} for found_id in ids]
    assert found.result["details"]["as_of"] == "2026-03-31"
    json.dumps(found.to_json_dict())


def test_not_assessable_is_no_success_and_says_why(context: Any, result: AuditResult) -> None:
    found = single(context, "VIS-CP-003", expectations.outcomes(result))
    assert not found.success
    assert found.result["observed_value"] == "Not assessable: the table meeting was not supplied."
    assert found.result["details"]["status"] == "not_assessable"


@pytest.mark.parametrize(
    "status, success, said",
    [
        ("passed", True, "0 of 2 records fail; 3 could not be assessed; 4 not due yet."),
        ("failed", False, "0 of 2 records fail; 3 could not be assessed; 4 not due yet."),
        ("not_assessable", False, "Not assessable: no such column."),
        ("errored", False, "Errored: no such column."),
        ("out_of_scope", False, "Out of scope: no such column."),
        ("not_applicable", True, "Not applicable: no such column."),
        ("excellent", False, "Excellent: no such column."),
    ],
)
def test_every_status(context: Any, result: AuditResult, status: str, success: bool, said: str) -> None:
    counts = {"passed": 2, "failed": 0, "not_assessable": 3, "not_due": 4, "finding_ids": "", "findings": 0}
    reasons = "" if status in ("passed", "failed") else "no such column"
    found = single(context, "VIS-CP-001", expectations.outcomes(result).assign(status=status, reasons=reasons, **counts))
    assert (found.success, found.result["observed_value"]) == (success, said)


def test_nothing_to_judge_is_said(context: Any, result: AuditResult) -> None:
    frame = expectations.outcomes(result).assign(status="not_applicable", passed=0, failed=0, reasons="", finding_ids="")
    assert single(context, "VIS-CP-001", frame).result["observed_value"] == "Not applicable: no record is in scope."
    due = single(context, "VIS-CP-001", frame.assign(not_due=1))
    assert due.result["observed_value"] == "Not applicable: nothing has fallen due yet."


def test_a_rule_that_was_not_audited_is_no_success(context: Any, result: AuditResult) -> None:
    found = single(context, "ASM-001", expectations.outcomes(result))
    assert not found.success
    assert found.result["observed_value"].startswith("Not audited: the batch holds no outcome of ASM-001.")


def test_the_local_policy_is_told(context: Any, audit_rows: Audit) -> None:
    people = [{"person_id": "C1", "date_of_birth": "2015-06-01"}]
    assessed = {"assessment_type": "c_and_f", "start_date": "2026-01-05", "authorised_date": "2026-02-02"}
    policy = {"parameters": {"ASM-001": {"limit": "60 working days"}}}
    tables = {"person": people, "assessment": [{"assessment_id": "A1", "person_id": "C1", **assessed}]}
    result = audit_rows(tables, "2026-03-31", "ASM-001", policy=policy)
    [loosened] = result.rules[0].loosened
    found = single(context, "ASM-001", expectations.outcomes(result))
    assert f"Local policy: {loosened}" in found.result["observed_value"]
    assert found.result["details"]["notes"] == [loosened]


def test_an_extract_that_could_not_be_read_in_full(context: Any, result: AuditResult) -> None:
    suite = expectations.suite(context, select=["VIS-CP-001"])
    frame = expectations.outcomes(result)
    whole = validate(context, suite, frame).results[0]
    assert whole.success
    assert whole.result["observed_value"].startswith("Audited as of 31/03/2026, profile model, policy ")
    part = validate(context, suite, frame.assign(unread="visits.csv: it is not UTF-8")).results[0]
    assert not part.success
    assert part.result["observed_value"].endswith("Could not be read: visits.csv: it is not UTF-8.")


def test_an_unread_file_reaches_the_batch(tmp_path: Any) -> None:
    (tmp_path / "person.csv").write_text("person_id,date_of_birth\nC1,2015-06-01\n", encoding="utf-8")
    (tmp_path / "visit.csv").write_bytes(b"visit_id,visit_date\nV1,2026-01-0\xff\xfe1\x00\n")
    result = casecheck.audit(tmp_path, profile="model", as_of="2026-03-31", select=["INT-013"])
    assert result.extract.unread
    assert expectations.outcomes(result)["unread"][0].startswith("visit.csv: ")


def test_a_batch_that_is_something_else_is_an_error_without_its_cells(context: Any, result: AuditResult) -> None:
    visits = expectations.outcomes(result)[["rule_id"]].assign(narrative="said by the neighbour")
    validated = validate(context, expectations.suite(context, select=["VIS-CP-001"]), visits)
    found = of_rule(validated, "VIS-CP-001")
    assert not found.success
    assert "is not a table of casecheck's outcomes" in json.dumps(found.exception_info)
    assert "neighbour" not in json.dumps(validated.to_json_dict())


def test_only_a_boolean_when_no_more_is_asked(context: Any, result: AuditResult) -> None:
    found = single(context, "VIS-CP-001", expectations.outcomes(result), result_format="BOOLEAN_ONLY")
    assert (found.success, found.result) == (False, {})


@pytest.mark.parametrize("level, severity", [("high", "critical"), ("medium", "warning"), ("low", "info")])
def test_a_checkpoint_fails_with_the_severity(
    context: Any, result: AuditResult, monkeypatch: pytest.MonkeyPatch, level: str, severity: str
) -> None:
    told: list[str] = []
    monkeypatch.setattr(SlackNotificationAction, "_send_slack_notification", lambda self, **_: told.append(self.name))

    def slack(notify_on: Literal["critical", "warning", "info"]) -> SlackNotificationAction:
        return SlackNotificationAction(name=notify_on, slack_webhook="somewhere", notify_on=notify_on)

    suite = expectations.suite(context, select=["VIS-CP-001"], policy={"severity": {"VIS-CP-001": level}})
    frame = expectations.outcomes(result)
    validate(context, suite, frame)
    validation = context.validation_definitions.get("casecheck")
    actions = [slack("critical"), slack("warning"), slack("info")]
    checkpoint = context.checkpoints.add(gx.Checkpoint(name="nightly", validation_definitions=[validation], actions=actions))
    checked = checkpoint.run(batch_parameters={"dataframe": frame})
    assert checked.success is False
    [run] = checked.run_results.values()
    assert run.get_max_severity_failure().value == severity
    assert told == [severity]
    mended = frame.assign(status="passed", failed=0, finding_ids="", findings=0)
    assert checkpoint.run(batch_parameters={"dataframe": mended}).success is True


def test_a_whole_pack_says_what_the_audit_says(context: Any) -> None:
    result = casecheck.audit(ROOT / "examples" / "annex_a", as_of="2026-03-31")
    suite = expectations.suite(context, profile=result.extract.profile)
    validated = validate(context, suite, expectations.outcomes(result))
    found = {entry.expectation_config.kwargs["rule"]: entry for entry in validated.results[1:]}
    statuses = {outcome.rule_id: outcome.status for outcome in result.rules}
    assert {rule: entry.result["details"]["status"] for rule, entry in found.items()} == {rule: statuses[rule] for rule in found}
    assert {statuses[rule] for rule, entry in found.items() if entry.success} == {"passed", "not_applicable"}
    assert {statuses[rule] for rule, entry in found.items() if not entry.success} == {"failed", "not_assessable", "out_of_scope"}
    assert {status for rule, status in statuses.items() if rule not in found} == {"out_of_scope"}


def test_the_rows_are_read_once_for_all_rules(context: Any, result: AuditResult, monkeypatch: pytest.MonkeyPatch) -> None:
    from great_expectations.execution_engine import PandasExecutionEngine

    reads = []
    true = PandasExecutionEngine.resolve_metrics

    def counted(self: Any, metrics_to_resolve: Any, *rest: Any, **more: Any) -> Any:
        reads.extend(metric.metric_name for metric in metrics_to_resolve)
        return true(self, metrics_to_resolve, *rest, **more)

    monkeypatch.setattr(PandasExecutionEngine, "resolve_metrics", counted)
    validate(context, expectations.suite(context, select=["VIS", "INT"]), expectations.outcomes(result))
    assert reads == ["table.head"]
