"""A context of Great Expectations that keeps nothing, and a small extract with a bit of everything."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import Audit
from tests.engines.conftest import spark  # noqa: F401
from tests.expectations.loading import gx

from casecheck import expectations
from casecheck.result import AuditResult

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.data_context import EphemeralDataContext

SECRETS = {"child": "KID-4711", "plan": "PLAN-0815", "name": "Zebulina", "team": "Team Quastenflosser"}
"""Values of cells that nothing may repeat."""


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EphemeralDataContext:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where it keeps pages
    return gx.get_context(mode="ephemeral")


@pytest.fixture
def result(audit_rows: Audit) -> AuditResult:
    """VIS-CP-001 fails once in two; VIS-CP-003 lacks a table."""
    people = [
        {"person_id": child, "surname": SECRETS["name"], "date_of_birth": "2015-06-01"} for child in ("C1", SECRETS["child"])
    ]
    plans = [
        {"plan_id": f"{SECRETS['plan']}-{place}", "person_id": person["person_id"], "plan_type": "cp", "start_date": "2026-03-02"}
        | {"team_name": SECRETS["team"]}
        for place, person in enumerate(people)
    ]
    seen = {"visit_type": "cp", "child_seen": "Y", "status": "done"}
    visits = [
        {"visit_id": "V1", "person_id": "C1", "visit_date": "2026-03-11", **seen},
        {"visit_id": "V2", "person_id": "C1", "visit_date": "2026-03-24", **seen},
    ]
    return audit_rows({"person": people, "plan": plans, "visit": visits}, "2026-03-31", "VIS-CP")


def validate(context: Any, suite: gx.ExpectationSuite, frame: pd.DataFrame, **settings: Any) -> ExpectationSuiteValidationResult:
    """What becomes of a suite that is run on a frame of outcomes."""
    source = context.data_sources.add_or_update_pandas("outcomes")
    batch = source.add_dataframe_asset("outcomes").add_batch_definition_whole_dataframe("audit")
    validation = context.validation_definitions.add_or_update(gx.ValidationDefinition(name="casecheck", data=batch, suite=suite))
    return validation.run(batch_parameters={"dataframe": frame}, **settings)


def of_rule(validated: ExpectationSuiteValidationResult, rule: str) -> Any:
    """One rule's result."""
    return next(found for found in validated.results if found.expectation_config.kwargs.get("rule") == rule)


def single(context: Any, rule: str, frame: pd.DataFrame, **settings: Any) -> Any:
    """The result of one expectation alone."""
    suite = gx.ExpectationSuite(name="single", expectations=[expectations.ExpectCaseRecordsToMeetRule(rule=rule)])
    return of_rule(validate(context, context.suites.add_or_update(suite), frame, **settings), rule)
