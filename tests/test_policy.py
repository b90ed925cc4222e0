from __future__ import annotations

from pathlib import Path

import pytest

from casecheck.errors import PolicyError
from casecheck.policy import USUAL_INTERVALS, Policy, load_policy, policy_from


def test_an_empty_policy_is_valid() -> None:
    assert policy_from({}) == Policy()


def test_the_nearest_file_applies_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "casecheck.toml").write_text('fail_on = "critical"\n')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    policy, origin = load_policy(start=inner)
    assert (policy.fail_on, origin) == ("critical", tmp_path / "casecheck.toml")


def test_pyproject_may_hold_the_policy(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.casecheck]\nprofile = "ssd"\n')
    assert load_policy(start=tmp_path)[0].profile == "ssd"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('profil = "ssd"\n', "casecheck.toml:1: profil: no such key (nearest: profile"),
        ('[visits]\nday_conventon = "day0"\n', "visits.day_conventon: no such key (nearest: day_convention"),
        ('[[visits.intervals]]\nplan = "cp"\nevery = "ten days"\n', "is not a length of time"),
        ('[[visits.intervals]]\nplan = "cp"\nplacement = ["K2"]\nevery = "4 weeks"\n', 'are for plan = "care" only'),
        ('[[visits.intervals]]\nplan = "care"\nplacement = ["K9"]\nevery = "4 weeks"\n', "no code 'K9'; nearest: K"),
        ('fail_on = "hgih"\n', "fail_on"),
        ("profile = \n", "not valid TOML"),
    ],
)
def test_a_wrong_policy_is_told_with_file_and_advice(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "casecheck.toml"
    file.write_text(text)
    with pytest.raises(PolicyError) as problem:
        load_policy(file)
    assert said in str(problem.value)


def test_a_row_of_the_visit_matrix_takes_the_place_of_the_usual_one_and_leaves_the_others() -> None:
    policy = policy_from({"visits": {"intervals": [{"plan": "cp", "risk": "High", "every": "3 working days"}]}})
    found = {(row.plan, row.risk.lower()): row.every for row in policy.visits.intervals}
    usual = {(row.plan, row.risk): row.every for row in USUAL_INTERVALS}
    assert found == usual | {("cp", "high"): "3 working days"}
    assert policy_from(policy.model_dump()) == policy


def test_the_digest_tells_policies_apart() -> None:
    assert Policy().digest != policy_from({"fail_on": "low"}).digest
    assert Policy().digest == policy_from({}).digest
