"""Authors of rules: a new rule works as it is written, what is wanting is said, and the pages are in step with the rules."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.conftest import LOCAL_RULE, ROOT

from casecheck.errors import RuleError, SelectionError
from casecheck.model import load_model
from casecheck.policy import Policy, policy_from
from casecheck.reports.rule_pages import rule_pages
from casecheck.reports.visits import visit_matrix
from casecheck.rules.compiled import compile_rules
from casecheck.rules.loading import load_rules
from casecheck.rules.writing import new_rule, wanting

RULES = load_rules()


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "casecheck.cli", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_a_new_rule_passes_its_own_examples_and_is_found_by_the_policy(tmp_path: Path) -> None:
    assert "written" in run("rules", "new", "VIS-XX-001", cwd=tmp_path).stderr
    (tmp_path / "casecheck.toml").write_text('rule_folders = ["rules"]\n')
    tested = run("rules", "test", "VIS-XX-001", cwd=tmp_path)
    assert (tested.returncode, tested.stdout) == (0, "1 rule, 3 examples, 0 wrong\n")
    told = run("rules", "lint", "VIS-XX-001", cwd=tmp_path).stdout
    assert "the summary is still that of the new rule" in told
    assert "the advice is still that of the new rule" in told
    file = tmp_path / "rules" / "VIS-XX-001.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("Say here", "We write"), encoding="utf-8")
    assert run("rules", "lint", "VIS-XX-001", cwd=tmp_path).stdout == "1 rule, 0 wanting\n"
    again = run("rules", "new", "VIS-XX-001", cwd=tmp_path)
    assert again.returncode == 2
    assert "used already" in again.stderr


@pytest.mark.parametrize("code", ["VIS", "FOO-001", "VIS-1", "../VIS-001"])
def test_a_code_that_is_none_is_refused(code: str, tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="is no code for a rule"):
        new_rule(code, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_wanting_in_the_rules_that_ship() -> None:
    assert [f"{rule.id}: {said}" for rule in RULES.rules() for said in wanting(rule, Policy())] == []


def test_what_is_wanting_is_said(tmp_path: Path) -> None:
    (tmp_path / "VIS-XX-001.yaml").write_text(LOCAL_RULE)
    rule = load_rules((), [tmp_path])["VIS-XX-001"]
    assert [said.split(":")[0] for said in wanting(rule, Policy())] == [
        "no example gives 'fail'",
        "no example gives 'not_assessable'",
    ]
    broken = rule.model_copy(update={"where": "visit_day > 1"})
    assert ["visit_day" in said for said in wanting(broken, Policy())] == [True]


def test_the_pages_of_the_documentation_are_those_of_the_rules() -> None:
    folder = ROOT / "docs" / "rules"
    written = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    assert written == rule_pages(RULES, compile_rules(RULES, Policy()), Policy()), "run: casecheck rules pages --out docs/rules"


def test_the_index_lists_what_each_source_asks_whatever_its_edition() -> None:
    index = rule_pages(RULES, compile_rules(RULES, Policy()), Policy())["README.md"]
    _, _, told = index.partition("## By source")
    lines = told.partition("## By what my extract supports")[0].splitlines()
    (book,) = [line for line in lines if line.startswith("- Working Together to Safeguard Children: ") and "CPP-002" in line]
    assert "[ASM-003](ASM-003.md)" in book
    assert {rule.id for rule in RULES.rules()} == {code for line in lines for code in re.findall(r"\[([A-Z0-9-]+)\]", line)}


@pytest.mark.parametrize("name", sorted(RULES.selections))
def test_every_entry_of_a_ready_selection_names_a_rule(name: str) -> None:
    for selector in RULES.selections[name].rules:
        assert len(RULES.select([selector])) > 0
    assert 0 < len(RULES.select([name])) < len(RULES)


def test_a_retired_rule_names_the_one_that_took_its_place(tmp_path: Path) -> None:
    (tmp_path / "retired.yaml").write_text(
        yaml.safe_dump({"VIS-OLD-001": {"now": "VIS-CP-001", "why": "it counted calls as visits"}})
    )
    rules = load_rules(folders=[tmp_path])
    for use in (lambda: rules["VIS-OLD-001"], lambda: rules.select(["vis-old-001"])):
        with pytest.raises(SelectionError, match="is no more: it counted calls as visits") as problem:
            use()
        assert "use VIS-CP-001" in str(problem.value)
    (tmp_path / "VIS-OLD-001.yaml").write_text(LOCAL_RULE.replace("VIS-XX-001", "VIS-OLD-001"))
    with pytest.raises(RuleError, match="the code VIS-OLD-001 was retired"):
        load_rules(folders=[tmp_path])


def test_the_matrix_of_visits_shows_the_policy_and_marks_what_is_looser_than_the_law() -> None:
    policy = policy_from({
        "visits": {"day_convention": "inclusive", "intervals": [{"plan": "cp", "risk": "high", "every": "3 working days"}]},
        "parameters": {"VIS-CLA-002": {"limit": "8 weeks"}},
    })  # fmt: skip
    page = visit_matrix(RULES, policy)
    assert re.search("protection plan +high +any +any +3 working days", page)
    assert "8 weeks LOOSER THAN 42 days" in page
    assert "The day of a visit is day 1" in page
    assert "day 0" in visit_matrix(RULES, Policy())


def test_made_tables_are_held_by_no_layout() -> None:
    assert not set(load_model().made) & set(load_model().tables)


def test_the_model_is_told_table_by_table(tmp_path: Path) -> None:
    page = run("schema", "model", cwd=tmp_path).stdout
    for name, table in load_model().every.items():
        assert f"\n{name}: {table.row}\n" in page
        assert all(f"  {field} " in page for field in table.fields)
