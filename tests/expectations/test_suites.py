"""A rule pack as a suite: which rules are in it, how bad a failure is, and what its notes say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import great_expectations as gx
import pytest
from tests.conftest import LOCAL_RULE
from tests.expectations.conftest import validate

from casecheck import expectations
from casecheck.errors import SelectionError
from casecheck.expectations import ExpectCaseRecordsToMeetRule
from casecheck.result import AuditResult
from casecheck.rules.loading import load_rules


def _rules(suite: gx.ExpectationSuite) -> dict[str, Any]:
    return {found.rule: found for found in suite.expectations if isinstance(found, ExpectCaseRecordsToMeetRule)}


def test_one_expectation_a_rule_and_one_for_the_extract(context: Any) -> None:
    suite = expectations.suite(context, select=["VIS-CP", "INT"], ignore=["INT-00"])
    wanted = load_rules().select(["VIS-CP", "INT"], ["INT-00"])
    assert list(_rules(suite)) == list(wanted.entries)
    assert len(suite.expectations) == len(wanted) + 1
    assert context.suites.get("casecheck") == suite
    assert _rules(suite)["VIS-CP-001"].title == wanted["VIS-CP-001"].title


def test_severity_is_that_of_the_rule_or_of_the_policy(context: Any) -> None:
    said = {"critical": "critical", "high": "critical", "medium": "warning", "low": "info"}
    found = _rules(expectations.suite(context))
    assert {code: entry.severity.value for code, entry in found.items()} == {
        rule.id: said[rule.severity] for rule in load_rules().rules()
    }
    assert set(said.values()) == {entry.severity.value for entry in found.values()}
    eased = _rules(expectations.suite(context, select=["VIS-CP-001"], policy={"severity": {"VIS-CP-001": "low"}}))
    assert eased["VIS-CP-001"].severity.value == "info"


def test_by_hand_title_and_severity_are_looked_up() -> None:
    found = ExpectCaseRecordsToMeetRule(rule="INT-006")
    assert (found.title, found.severity.value) == (load_rules()["INT-006"].title, "warning")
    assert ExpectCaseRecordsToMeetRule(rule="INT-006", severity="info").severity.value == "info"
    with pytest.raises(SelectionError, match="INT-066"):
        ExpectCaseRecordsToMeetRule(rule="INT-066")
    assert ExpectCaseRecordsToMeetRule(rule="VIS-XX-001", title="Our own").severity.value == "critical"


def test_what_the_layout_never_holds_is_left_out_and_named(context: Any) -> None:
    suite = expectations.suite(context, select=["VIS"], profile="annex_a")
    left_out = set(load_rules().select(["VIS"]).entries) - set(_rules(suite))
    assert left_out
    notes = "\n".join(suite.notes)
    assert all(code in notes for code in left_out)
    assert not any(code in notes for code in _rules(suite))


def test_a_suite_for_nothing_is_refused(context: Any) -> None:
    with pytest.raises(SelectionError, match="ssda903"):
        expectations.suite(context, select=["VIS"], profile="ssda903")
    with pytest.raises(SelectionError, match="VISS"):
        expectations.suite(context, select=["VISS"])


def test_a_rule_of_ones_own(context: Any, tmp_path: Path) -> None:
    (tmp_path / "VIS-XX-001.yaml").write_text(LOCAL_RULE, encoding="utf-8")
    found = _rules(expectations.suite(context, policy={"rule_folders": [str(tmp_path)]}, select=["VIS-XX"]))
    assert found["VIS-XX-001"].title == "A visit has a date"


def test_the_suite_takes_the_place_of_the_last(context: Any) -> None:
    first = expectations.suite(context, select=["VIS-CP-001"])
    second = expectations.suite(context, select=["VIS-CP-002"])
    assert list(_rules(context.suites.get("casecheck"))) == ["VIS-CP-002"]
    assert first.id == second.id


def test_a_checkpoint_goes_on_with_the_new_suite(context: Any, result: AuditResult) -> None:
    frame = expectations.outcomes(result)
    validate(context, expectations.suite(context, select=["VIS-CP-001"]), frame)
    definition = context.validation_definitions.get("casecheck")
    context.checkpoints.add(gx.Checkpoint(name="nightly", validation_definitions=[definition]))
    expectations.suite(context, select=["VIS-CP-002"])
    checked = context.checkpoints.get("nightly").run(batch_parameters={"dataframe": frame})
    [run] = checked.run_results.values()
    assert [found.expectation_config.kwargs.get("rule") for found in run.results] == [None, "VIS-CP-002"]


def test_the_prose_of_an_expectation() -> None:
    found = ExpectCaseRecordsToMeetRule(rule="VIS-CP-001")
    found.render()
    [content] = [entry.to_json_dict() for entry in found.rendered_content]
    assert content["value"]["template"] == "$code: $title"
    assert content["value"]["params"]["title"]["value"] == load_rules()["VIS-CP-001"].title
