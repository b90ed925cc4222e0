from __future__ import annotations

from pathlib import Path

import pytest

from casecheck.errors import CasecheckError, RuleError, SelectionError
from casecheck.policy import Policy
from casecheck.rules.compiling import compile_rule
from casecheck.rules.loading import load_rules

RULE = """\
id: {id}
title: A visit has a date
severity: low
summary: A visit without a date is not a visit.
guidance: [{{source: Local, kind: local}}]
subject: visit
identity: [visit_id]
check: {{required: [visit_date]}}
message: "{{missing}} is not recorded"
advice: Record the date.
examples:
  - name: there and not there
    as_of: 2024-01-31
    visit:
      - {{visit_id: V1, visit_date: 2024-01-01}}
      - {{visit_id: V2}}
    expect: {{V1: pass, V2: fail}}
"""


def write(folder: Path, text: str, name: str = "VIS-XX-001") -> Path:
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_local_rules_stand_beside_the_packs(tmp_path: Path) -> None:
    rules = load_rules(folders=[write(tmp_path, RULE.format(id="VIS-XX-001"))])
    assert rules.entries["VIS-XX-001"].pack == "local"
    assert "VIS-CP-001" in rules.entries


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("severity: low", "severity: grave"), "VIS-XX-001.yaml:3: severity"),
        (("title:", "titel:"), "VIS-XX-001.yaml:2: titel: no such key here (nearest: title"),
        (("identity: [visit_id]\n", ""), "without it a finding cannot be followed"),
        (("id: VIS-XX-001", "id: VIS-XX-002"), "the file's name and the rule's id differ"),
        (("{visit_id: V2}", "{visit_idd: V2}"), "visit has no field 'visit_idd'"),
        (("    visit:", "    visits:"), "no such table 'visits'"),
        (("id: VIS-XX-001", "id: ZZZ-001"), "unknown family"),
    ],
)
def test_a_wrong_rule_file_is_told_with_its_line(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    text = RULE.format(id="VIS-XX-001").replace(*change)
    with pytest.raises(RuleError) as problem:
        load_rules(packs=(), folders=[write(tmp_path, text)])
    assert said in str(problem.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("required: [visit_date]", "requird: [visit_date]"), "no such check 'requird'\n  help: nearest: required"),
        (("subject: visit", "subject: visitt"), "the model has no table 'visitt'"),
        (("[visit_id]", "[visit_idd]"), "identity names no field of visit"),
        (("[visit_id]", "[not_alone_reason]"), "identity cannot hold free text"),
        (("{missing}", "{mising}"), "the message names 'mising'"),
        (("required: [visit_date]", "required: [visit_dat]"), "visit_dat"),
        (("identity:", "where: visit_date > ${limit}\nidentity:"), "nothing is called ${limit}"),
    ],
)
def test_a_rule_that_cannot_be_compiled_says_why(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    text = RULE.format(id="VIS-XX-001").replace(*change)
    with pytest.raises(CasecheckError) as problem:
        rules = load_rules(packs=(), folders=[write(tmp_path, text)])
        compile_rule(rules["VIS-XX-001"], Policy())
    assert said in str(problem.value)


def test_two_rules_cannot_share_a_code(tmp_path: Path) -> None:
    inner = tmp_path / "more"
    inner.mkdir()
    write(inner, RULE.format(id="VIS-XX-001"))
    with pytest.raises(RuleError, match="is used already"):
        load_rules(packs=(), folders=[write(tmp_path, RULE.format(id="VIS-XX-001"))])


def test_selection_by_code_prefix_family_and_severity() -> None:
    rules = load_rules()
    assert set(rules.select(["VIS-CP-001"]).entries) == {"VIS-CP-001"}
    assert all(code.startswith("VIS") for code in rules.select(["vis"]).entries)
    assert rules.select(["child seen"]).entries.keys() == rules.select(["SEE"]).entries.keys()
    assert "VIS-CP-001" not in rules.select(unwanted=["VIS-CP"]).entries
    assert {rule.severity for rule in rules.select(severity="high").rules()} <= {"critical", "high"}


def test_an_unknown_selector_names_the_nearest() -> None:
    with pytest.raises(SelectionError) as problem:
        load_rules().select(["VIS-CPP"])
    assert "no rule matches 'VIS-CPP' in --select" in str(problem.value)
    assert "VIS-CP" in str(problem.value)
