"""An included view is joined to the subject once, and what later steps ask of it is carried."""

from __future__ import annotations

from sqlglot import exp, parse_one

from casecheck.policy import Policy
from casecheck.rules.compiling import compile_rule
from casecheck.rules.expressions import DIALECT
from casecheck.rules.loading import load_rules
from casecheck.rules.spec import RuleFile

RULE = load_rules().entries["VIS-CIN-001"].rule
OWN = """
select subject._row as _row, case when other.date_of_birth > as_of then 'fail' else 'pass' end as verdict
from subject left join child as other on other.person_id = subject.person_id
"""
OWN_RULE = RULE.model_copy(update={"check": {"sql": OWN}, "message": "Not seen"})


def compiled(rule: RuleFile) -> exp.Expr:
    """The SQL of a rule's one variant."""
    return parse_one(compile_rule(rule, Policy()).variants[0].sql, read=DIALECT)


def joined(tree: exp.Expr, table: str) -> list[str]:
    """The names under which a table is joined, in order."""
    return [join.alias_or_name for join in tree.find_all(exp.Join) if join.this.name == table]


def test_a_verb_of_several_steps_looks_at_the_child_once() -> None:
    tree = compiled(RULE)
    assert joined(tree, "child") == ["child"]
    assert joined(tree, "step_down") == ["step_down"]
    later = {column.name for column in tree.find_all(exp.Column) if column.table == "plan"}
    assert {"child__date_of_birth", "child__date_of_death", "step_down__seen_on"} <= later


def test_a_join_that_a_rule_writes_itself_stays() -> None:
    assert joined(compiled(OWN_RULE), "child") == ["child", "other"]


def test_a_step_of_the_rule_s_own_with_the_name_of_a_view_is_not_that_view() -> None:
    own = """
        with child as (select person_id, max(date_of_death) as date_of_birth from person group by person_id)
        select plan._row as _row, case when child.date_of_birth > as_of then 'fail' else 'pass' end as verdict
        from subject as plan left join child on child.person_id = plan.person_id
    """
    tree = compiled(RULE.model_copy(update={"check": {"sql": own}, "message": "Not seen"}))
    assert joined(tree, "child") == ["child", "child"]


def test_nothing_is_carried_that_no_step_asks_for() -> None:
    tree = compiled(OWN_RULE)
    subject = next(step.this for step in tree.find_all(exp.CTE) if step.alias == "subject")
    assert not [name for name in subject.named_selects if "__" in name]
