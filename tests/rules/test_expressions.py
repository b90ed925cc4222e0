"""Only questions pass: hostile and careless SQL in a rule is refused on the syntax tree."""

from __future__ import annotations

import pytest

from casecheck.errors import RuleError
from casecheck.rules import expressions

HOSTILE = [
    "1; drop table visit",
    "drop table visit",
    "(select * from read_csv('/etc/passwd'))",
    "(select content from read_text('secrets.txt'))",
    "(select 1 from '/etc/passwd')",
    "copy (select 1) to 'out.csv'",
    "attach 'x.db'",
    "install httpfs",
    "pragma database_list",
    "set memory_limit = '1TB'",
    "current_setting('home_directory')",
    "getenv('HOME')",
    "(select 1 from information_schema.tables)",
    "now() > start_date",
    "random() > 0.5",
    "regexp_matches(person_id, '(a+)+')",
    "1 = 1) or (1 = 1",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_not_a_question_about_the_model_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        expressions.condition(text, "visit", "TEST-001")


def test_a_bare_column_belongs_to_the_subject() -> None:
    assert expressions.condition("visit_type = 'cp'", "visit", "t") == "visit.visit_type = 'cp'"


def test_as_of_is_the_day_of_the_run() -> None:
    assert "CAST('@as_of' AS DATE)" in expressions.condition("visit_date <= as_of", "visit", "t")


def test_an_unknown_function_names_the_nearest() -> None:
    with pytest.raises(RuleError) as problem:
        expressions.condition("coalesc(a, b)", "visit", "t")
    assert "nearest: coalesce" in str(problem.value)
