"""What passes the contract passes the integrity pack, and the other way round; and both name the same records."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.contracts.frames import TODAY, frames

import casecheck
from casecheck import contracts
from casecheck.contracts.rulebook import places_of, rule_of
from casecheck.model import load_model

RULES = ["INT-001", "INT-005", "INT-006", "INT-012"]
ASKED = [name for name in load_model().tables if places_of(casecheck.load_rules(("integrity",))["INT-012"], name)]
USUAL = ["visit", "plan", "person", "worker"]
plain = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": (Phase.generate,)}
"""Without shrinking: each example is an audit."""
quick = settings(max_examples=3, **plain)
many = settings(max_examples=6, **plain)


def contract_says(frame: pd.DataFrame, table: str, coerce: bool) -> pd.DataFrame | None:
    try:
        contracts.schema(table, coerce=coerce, as_of=TODAY).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as problem:
        return contracts.findings(problem, policy={})
    return None


def assert_the_same(frame: pd.DataFrame, table: str, coerce: bool) -> None:
    """An audit sets aside rows that repeat another exactly or hold next to nothing; of those only the contract can say anything."""
    said = contract_says(frame, table, coerce)
    result = casecheck.audit({table: frame}, profile="model", as_of=TODAY, select=RULES, policy={})
    audited = result.findings.drop(columns="source_index", errors="ignore")
    aside = said is not None and said["message"].str.contains("sets aside").any()
    if result.extract.accounts[0].set_aside or aside:
        assert said is not None or audited.empty
        return
    assert (said is None) == audited.empty
    if said is not None:
        sure = said[said["verdict"] == "fail"].reset_index(drop=True)
        pd.testing.assert_frame_equal(sure, audited)


@pytest.mark.parametrize("table", USUAL)
@quick
@given(data=st.data())
def test_planted_faults_are_the_same_findings(table: str, data: st.DataObject) -> None:
    assert_the_same(data.draw(frames(table)), table, coerce=False)


@pytest.mark.parametrize("table", USUAL)
@quick
@given(data=st.data())
def test_other_spellings_are_read_alike(table: str, data: st.DataObject) -> None:
    assert_the_same(data.draw(frames(table, spelling=True)), table, coerce=True)


@pytest.mark.thorough
@pytest.mark.parametrize("coerce", [False, True])
@pytest.mark.parametrize("table", ASKED)
@many
@given(data=st.data())
def test_every_table(table: str, coerce: bool, data: st.DataObject) -> None:
    assert_the_same(data.draw(frames(table, spelling=coerce)), table, coerce)


@pytest.mark.parametrize("table", USUAL)
@settings(max_examples=6, **plain)
@given(data=st.data())
def test_what_coercion_gives_needs_none(table: str, data: st.DataObject) -> None:
    frame = data.draw(frames(table, spelling=True))
    try:
        read = contracts.schema(table, coerce=True, as_of=TODAY).validate(frame, lazy=True)
    except pa.errors.SchemaErrors:
        return
    again = contracts.schema(table, as_of=TODAY).validate(read, lazy=True)
    pd.testing.assert_frame_equal(again, read)


def test_the_rules_of_a_contract_are_those_of_the_pack() -> None:
    titles = {code: rule_of(code, "visit").title for code in RULES}
    assert titles == {code: casecheck.load_rules()[code].title for code in RULES}
