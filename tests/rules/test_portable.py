"""Rules keep to SQL that means the same on every engine; what does not is refused with what to write instead."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from casecheck.engines.duckdb import DuckDBEngine
from casecheck.errors import RuleError
from casecheck.model import load_model
from casecheck.policy import Policy
from casecheck.rules.compiled import CompiledRule
from casecheck.rules.compiling import compile_rule, compile_view
from casecheck.rules.expressions import parse
from casecheck.rules.loading import load_rules
from casecheck.rules.lowering import lower
from casecheck.rules.spec import RuleFile

RULES = load_rules()


def asking(sql: str) -> RuleFile:
    """A rule with this query."""
    return RULES["ALC-001"].model_copy(
        update={
            "subject": "plan",
            "include": {},
            "where": "",
            "identity": ("start_date",),
            "check": {"sql": sql},
            "message": "{found}",
        }
    )


def on_plans(value: str, rest: str = "") -> CompiledRule:
    """A rule that works out one value for each plan."""
    return compile_rule(asking(f"select plan._row as _row, 'pass' as verdict, {value} as found from plan {rest}"), Policy())


REFUSED = {
    "least(start_date, end_date)": "earliest(a, b)",
    "greatest(start_date, end_date)": "latest(a, b)",
    "round(visit_interval_days, 1)": "rounded(number)",
    "concat('a', team_name)": "a || b",
    "start_date + interval '3' month": "add(day, '3 months')",
    "avg(visit_interval_days)": "divide a sum by a count",
    "visit_interval_days // 7": "floor(a / b)",
    "visit_interval_days % 7": "floor(a / b)",
    "end_date > start_date": "case when ... then 1 else 0 end",
    "case when coalesce(end_date > start_date, true) then 1 end": "a is null or condition",
    "case when (end_date > start_date) is null then 1 end": "case when",
    "case when unreadable(plan.end_date) is true then 1 end": "case when",
    "case when (end_date > start_date) = (plan_type = 'cp') then 1 end": "case when",
    "'after ' || visit_interval_days": "cast(... as text)",
    "cast(visit_interval_days / 7 as text)": "rounded(...)",
    "cast(cast(start_date as timestamp) as text)": "cast(... as date)",
    "case when start_date > '2026-01-01' then 1 end": "cast one of them",
    "coalesce(start_date, 'none')": "cast one of them",
    "case when plan_type = 'cp' then start_date else 'none' end": "cast one of them",
    "row_number() over (partition by person_id order by start_date)": "_row",
    "lag(end_date) over (partition by person_id order by start_date)": "_row",
    "max(end_date) over (order by start_date rows between unbounded preceding and 1 preceding)": "_row",
    "row_number() over (order by plan_type, _row)": 'collate "C"',
    'row_number() over (order by plan_type collate "nocase", _row)': 'collate "C"',
    "case when plan_type > 'cin' then 1 end": 'collate "C"',
    "case when 100 / visit_interval_days > 5 then 1 end": "nullif(b, 0)",
    "case when 100 / 0 > 5 then 1 end": "nullif(b, 0)",
    "date_diff('month', start_date, end_date)": "date_diff('day'",
    "end_date - start_date": "date_diff('day', a, b)",
    "start_date + 1.5": "day + 5",
    "case when team_name like '[a-c]%' then 1 end": "square bracket",
    "case when team_name like plan_type then 1 end": "backslash",
}
ACCEPTED = (
    "earliest(start_date, end_date, as_of)",
    "rounded(visit_interval_days / 7)",
    "cast(rounded(100 / nullif(visit_interval_days, 0)) as text)",
    "'on ' || cast(start_date as text)",
    "start_date - 45",
    "add(start_date, '3 months')",
    "row_number() over (partition by person_id order by start_date, _row)",
    "max(end_date) over (partition by person_id order by start_date)",
    "max(end_date) over (partition by person_id)",
    'row_number() over (order by plan_type collate "C", _row)',
    "case when garbled(plan.end_date) and not not_held(plan.end_date) then 1 else 0 end",
)


@pytest.mark.parametrize("value", REFUSED)
def test_what_engines_understand_differently_is_refused_with_what_to_write(value: str) -> None:
    with pytest.raises(RuleError) as problem:
        on_plans(value)
    assert problem.value.message.startswith("ALC-001: ")
    assert REFUSED[value] in problem.value.advice


@pytest.mark.parametrize("value", ACCEPTED)
def test_what_means_the_same_everywhere_is_accepted(value: str) -> None:
    assert on_plans(value).variants


def test_rows_that_tie_and_are_alike_may_be_numbered() -> None:
    alike = "with days as (select distinct person_id, start_date from plan), "
    spaced = "spaced as (select person_id, start_date, lag(start_date) over (partition by person_id order by start_date) as before from days) "
    rest = "select plan._row as _row, 'pass' as verdict, spaced.before as found from plan join spaced on spaced.person_id = plan.person_id"
    assert compile_rule(asking(alike + spaced + rest), Policy()).variants


def test_two_steps_with_one_name_are_refused() -> None:
    twice = "with late as (select 1 as n), b as (with late as (select 2 as n) select n from late) "
    with pytest.raises(RuleError, match="two steps are called 'late'"):
        compile_rule(
            asking(
                f"{twice} select plan._row as _row, 'pass' as verdict, late.n + b.n as found from plan cross join late cross join b"
            ),
            Policy(),
        )


@pytest.mark.parametrize(
    "limit", ["select 1 as n from plan limit 1", "select 1 as n from plan where regexp_matches(person_id, 'a')"]
)
def test_limits_and_regular_expressions_are_refused(limit: str) -> None:
    with pytest.raises(RuleError, match="not allowed in rules"):
        compile_rule(
            asking(f"with a as ({limit}) select plan._row as _row, 'pass' as verdict, a.n as found from plan cross join a"),
            Policy(),
        )


@pytest.mark.parametrize("view", load_model().derived)
def test_every_derived_view_keeps_to_it(view: str) -> None:
    assert compile_view(view).sql


DAYS = [None, "2026-01-01", "2026-02-01", "2026-03-01"]


@pytest.mark.parametrize("name", ["earliest", "latest"])
def test_the_earliest_and_the_latest_pass_over_blanks(name: str) -> None:
    engine = DuckDBEngine(date(2026, 3, 31))
    lowered = lower(parse(f"select {name}(a, b, c) as found from t", "test"), "test").sql(dialect="duckdb")
    for a in DAYS:
        for b in DAYS:
            for c in DAYS:
                values = ", ".join(
                    f"CAST({'NULL' if day is None else repr(day)} AS DATE) AS {key}"
                    for key, day in zip("abc", (a, b, c), strict=True)
                )
                told = [day for day in (a, b, c) if day]
                wanted: Any = (min if name == "earliest" else max)(told) if told else None
                (found,) = engine.rows(f"WITH t AS (SELECT {values}) {lowered}")[0]
                assert (found and found.isoformat()) == wanted
    engine.close()


@pytest.mark.parametrize(
    ("number", "said"), [("10.349999999999998", "10.4"), ("18", "18.0"), ("0.25", "0.3"), ("-0.25", "-0.3"), ("NULL", None)]
)
def test_a_rounded_number_is_one_text(number: str, said: str | None) -> None:
    engine = DuckDBEngine(date(2026, 3, 31))
    lowered = lower(parse("select cast(rounded(n) as text) as found from t", "test"), "test").sql(dialect="duckdb")
    assert engine.rows(f"WITH t AS (SELECT CAST({number} AS DOUBLE) AS n) {lowered}") == [(said,)]
    engine.close()
